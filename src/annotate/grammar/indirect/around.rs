//! Clauses before, after or around their source: a source phrase such as `selon X`, or a verb and its subject between commas.

use super::Clauses;
use crate::annotate::grammar::cues::{Cue, Shape};
use crate::annotate::grammar::discourse::Speaker;
use crate::annotate::languages::Class;
use crate::annotate::tokens::Kind;

/// Maximum number of words from a mark to the name or the verb behind it.
const MAX_DESCRIPTION: usize = 8;

impl Clauses<'_> {
    /// The clause after, before or around a source phrase, depending on the position of the phrase in its sentence.
    pub(super) fn clauses_around_phrase(&self, cue: &Cue, speaker: Speaker) -> Option<Vec<(usize, usize)>> {
        let tokens = self.context.tokens;
        let source_end = (cue.end..self.sentence.end)
            .rev()
            .find(|&i| tokens.list[i].span.end <= speaker.span.end)
            .map_or(cue.end, |i| i + 1);
        if let Some(part) = self.inserted_clause(cue, source_end) {
            return Some(vec![part]);
        }
        let resume = self.rest_start(source_end);
        let tail_end = self.rest_end(resume);
        let after =
            self.trimmed(resume, tail_end).filter(|_| resume > source_end || cue.start <= self.sentence.start + 2);
        let start = self.start_after_quotes(cue.start);
        let comma = self.is_mark(cue.start.saturating_sub(1), ',');
        let before = self.trimmed(start, cue.start).filter(|_| cue.class != Class::Weak && (comma || after.is_none()));
        let verb = |part: Option<(usize, usize)>| {
            part.filter(|&(start, end)| (start..end).any(|i| self.is_verb(i)) && !self.contains_quote(start, end))
        };
        let quoted =
            before.is_some_and(|(start, end)| self.contains_quote(start, end)) || self.contains_quote(resume, tail_end);
        if quoted {
            return None;
        }
        let whole = before.is_some_and(|(start, _)| start <= self.sentence.start + 8) && after.is_some();
        // `Le silence a été, selon X, ce qui les a réveillés`
        let unfinished = before.is_some_and(|(_, end)| {
            let last = tokens.info(end - 1);
            last.is_be() || last.is_have() || last.is_been()
        });
        if whole && (verb(before).is_none() || unfinished) {
            // One clause around its source: `Les chiffres, selon X, sont de 12`.
            let ((start, end), (from, to)) = (before?, after?);
            return Some(if end - start < 8 && !unfinished {
                vec![(from, to)]
            } else {
                vec![(start, end), (from, to)]
            });
        }
        verb(before).or(verb(after)).map(|part| vec![part])
    }

    /// The clause around a verb and its subject, or after them and `as`.
    ///
    /// `The bridge, Bell said, will close`, `Le pont, assure Roux, fermera`, `As Bell told the paper, the bridge is old`
    pub(super) fn clause_around_verb(&self, index: usize, speaker: Speaker) -> Option<Vec<(usize, usize)>> {
        let (tokens, cue) = (self.context.tokens, &self.context.cues[index]);
        let first = tokens.list.partition_point(|token| token.span.start < speaker.span.start).min(cue.start);
        let last = tokens.list.partition_point(|token| token.span.end <= speaker.span.end).max(cue.end);
        let opener = (self.sentence.start..first)
            .rev()
            .take(MAX_DESCRIPTION)
            .find(|&i| self.is_mark(i, ',') || tokens.info(i).is_as())?;
        let close = self.comma_after(cue, last)?;
        let reports = matches!(cue.class, Class::Speech | Class::Opinion) && cue.shape == Shape::Finite && !cue.negated;
        // `The plan, as predicted, failed` has its subject before the commas.
        let comma = (first..last).any(|i| tokens.is_mark(i, ','));
        let marks = comma || (opener + 1..first).any(|i| matches!(tokens.kind(i), Kind::Mark(_) | Kind::Quoted(_)));
        let after = self.clause_from(close + 1, index).filter(|_| reports && !marks)?;
        if tokens.info(opener).is_as() {
            let opens = opener == self.sentence.start;
            return (opens && !self.contains_quote(after.0, after.1)).then(|| vec![after]);
        }
        let before = (self.start_after_quotes(opener), opener);
        let quoted = (self.sentence.start..self.sentence.end)
            .any(|i| matches!(tokens.kind(i), Kind::Quoted(_)) && (i < before.0 || self.contains_quote(i, i + 1)));
        let words = (before.0..before.1).any(|i| tokens.list[i].is_word());
        let resumes = if self.has_verb(before) { self.opens_clause(after) } else { !self.starts_description(after.0) };
        (words && !quoted && resumes && self.has_verb(after)).then(|| vec![before, after])
    }

    /// Whether a range has a finite verb.
    fn has_verb(&self, (start, end): (usize, usize)) -> bool {
        let french = self.context.language.is_french();
        (start..end).any(|i| if french { self.is_verb(i) } else { self.is_predicate(i) })
    }

    /// Whether a range goes on with a clause of its own: `and the road will close`.
    fn opens_clause(&self, (start, _): (usize, usize)) -> bool {
        let info = self.context.tokens.info(start);
        info.is_conjunction() || info.is_subordinator()
    }

    /// Whether a word continues the description of a source, or its report: `who chairs the board`, `adding that`.
    pub(super) fn starts_description(&self, at: usize) -> bool {
        let info = self.context.tokens.info(at);
        info.is_relative() || self.cue_starting(at).is_some_and(|cue| cue.shape == Shape::Gerund)
    }

    /// The comma after a source and its verb, with at most an addressee or adjuncts before it.
    fn comma_after(&self, cue: &Cue, last: usize) -> Option<usize> {
        let mut at = last;
        if cue.takes_addressee && last == cue.end {
            at = self.context.phrases.phrase_at(at, self.sentence.end).map_or(at, |phrase| phrase.end);
        }
        while !self.is_mark(at, ',') {
            at = self.context.phrases.skip_adjunct(at, self.sentence.end)?;
        }
        (at < self.sentence.end).then_some(at)
    }

    /// The clause between dashes: `Ce pont – le plus long du pays, selon X – a fermé`.
    fn inserted_clause(&self, cue: &Cue, source_end: usize) -> Option<(usize, usize)> {
        let tokens = self.context.tokens;
        let closes = matches!(tokens.kind(source_end), Kind::Mark('–' | '—' | ')')) && source_end < self.sentence.end;
        let opener = (self.sentence.start..cue.start)
            .rev()
            .take(40)
            .find(|&i| matches!(tokens.kind(i), Kind::Mark('–' | '—' | '(')))?;
        let words = (opener + 1..cue.start)
            .filter(|&i| tokens.list[i].is_word() && !tokens.word(i).starts_with(|c: char| c.is_ascii_digit()))
            .count();
        (closes && opener > self.sentence.start && words >= 3).then(|| {
            let end = (opener + 1..cue.start).rev().find(|&i| !self.is_mark(i, ',')).map_or(cue.start, |i| i + 1);
            (opener + 1, end)
        })
    }

    /// The start of the rest of the clause, after a source and its apposition.
    fn rest_start(&self, from: usize) -> usize {
        let commas: Vec<usize> = (from..self.sentence.end.min(from + 24)).filter(|&i| self.is_mark(i, ',')).collect();
        let apposition = |comma: usize| {
            let info = self.context.tokens.info(comma + 1);
            (info.is_role() && !info.is_determiner())
                || info.is_relative()
                || (info.is_preposition() && commas.len() > 1 && commas[1] - comma < 8)
                || ((info.is_determiner() || info.is_of())
                    && (comma + 1..comma + 4).any(|i| {
                        let word = self.context.tokens.info(i);
                        word.is_role() || info.is_indefinite() && word.is_group()
                    })
                    && commas.len() > 1
                    && !self.is_clause(comma + 1, commas[1]))
                || commas.len() > 1 && self.is_description(comma + 1, commas[1])
        };
        match commas.as_slice() {
            [] => from,
            // No comma follows the source: `According to the mayor the bridge will close on Monday, after the show`.
            [first, ..] if *first > from && self.is_clause(from, *first) => from,
            [first, second, ..] if apposition(*first) => second + 1,
            [first] if apposition(*first) => self.sentence.end,
            [first, ..] => first + 1,
        }
    }

    /// Whether a range between commas describes the source before it: `Me Sow`, `un collectif qui s'oppose au projet`.
    fn is_description(&self, start: usize, end: usize) -> bool {
        let (tokens, phrases) = (self.context.tokens, self.context.phrases);
        let info = tokens.info(start);
        let verb = |i: usize| tokens.info(i).is_modal() || tokens.info(i).is_any_infinitive() || self.is_predicate(i);
        let whole = phrases.phrase_at(start, end).filter(|phrase| phrase.end == end && !(start..end).any(verb));
        let relative = (start..end).any(|i| tokens.info(i).is_relative());
        info.is_title() && whole.is_some()
            || info.is_indefinite() && (relative || whole.is_some())
            || whole.is_some_and(|phrase| !phrase.pronoun && phrases.may_be_source(phrase))
    }

    /// Whether a range has a finite verb outside a relative clause.
    fn is_clause(&self, start: usize, end: usize) -> bool {
        let main = (start..end).take_while(|&i| !self.context.tokens.info(i).is_relative());
        main.into_iter().skip(1).any(|i| {
            let info = self.context.tokens.info(i);
            info.is_be() || info.is_have() || info.is_modal() || info.is_other_verb()
        })
    }

    /// The end of the rest of the clause.
    fn rest_end(&self, from: usize) -> usize {
        (from..self.sentence.end)
            .find(|&i| {
                let stop = matches!(self.context.tokens.kind(i), Kind::Mark(';'));
                stop || (self.is_mark(i, ',') && self.is_source(i + 1) && self.has_enough_words(from, i))
            })
            .unwrap_or(self.sentence.end)
    }
}
