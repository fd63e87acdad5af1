//! Sources inside the marks of a quotation: `« Nous partons, a-t-il dit, et vite. »`
//!
//! The words of the source are no part of the quote. They also end a quotation whose closing mark was forgotten.

use super::cues::{Cue, Shape};
use super::noun_phrases::{NounPhrase, NounPhraseChunker};
use crate::annotate::Span;
use crate::annotate::languages::Class;
use crate::annotate::marks::{Ending, Quoted};
use crate::annotate::text::Text;
use crate::annotate::tokens::Kind;

/// A cue in a quotation and its subject, as tokens of the unmasked text.
#[derive(Debug, Clone)]
pub struct EmbeddedCue {
    pub cue: Cue,
    pub subject: NounPhrase,
    /// The tokens of the interruption, from the mark before it to the mark after it.
    from: usize,
    to: usize,
}

/// Maximum number of interruptions of one quotation.
const MAX_INTERRUPTIONS: usize = 8;
/// Maximum number of tokens of a subject before its verb.
const MAX_SUBJECT: usize = 12;
/// Maximum number of tokens of an insertion between a verb and its subject.
const MAX_INSERTION: usize = 6;
/// Maximum number of tokens between the mark after a verb and its subject.
const MAX_TAIL: usize = 9;

/// Cuts quotations where their sources interrupt them, and drops those that are quotations only if a source does.
///
/// Returns the first interruption of each. `phrases` and `cues` are those of the unmasked tokens.
pub fn cut(
    text: &Text,
    phrases: &NounPhraseChunker,
    cues: &[Cue],
    found: Vec<Quoted>,
) -> (Vec<Quoted>, Vec<Option<EmbeddedCue>>) {
    let cutter = Cutter { text, phrases, cues };
    let cut = found.into_iter().filter_map(|quoted| match quoted.ending {
        Ending::Closed => Some(cutter.split(quoted)),
        Ending::Unopened => cutter.source_follows(&quoted).then_some((quoted, None)),
        _ => cutter.cut_at_source(quoted).map(|quoted| (quoted, None)),
    });
    cut.unzip()
}

struct Cutter<'a> {
    text: &'a Text,
    phrases: &'a NounPhraseChunker<'a>,
    cues: &'a [Cue],
}

impl Cutter<'_> {
    /// The tokens within a span: the first, and the one after the last.
    fn tokens_in(&self, span: Span) -> (usize, usize) {
        let list = &self.phrases.tokens.list;
        let first = list.partition_point(|token| token.span.start < span.start);
        (first, list.partition_point(|token| token.span.end <= span.end))
    }

    /// The cues that start within a range of tokens.
    fn cues_in(&self, (first, end): (usize, usize)) -> impl Iterator<Item = &Cue> {
        let from = self.cues.partition_point(|cue| cue.start < first);
        self.cues[from..].iter().take_while(move |cue| cue.end <= end)
    }

    /// Cuts the sources out of a quotation, each of which stands between commas.
    fn split(&self, mut quoted: Quoted) -> (Quoted, Option<EmbeddedCue>) {
        let (first, end) = self.tokens_in(quoted.outer);
        let mut interruptions: Vec<EmbeddedCue> = Vec::new();
        // In `« La vie, disait ma mère, est belle », sourit Anne Roy`, the speaker tells what somebody said.
        let list = &self.phrases.tokens.list;
        let behind = list.partition_point(|token| token.span.start < quoted.outer.end);
        let told = self.phrases.tokens.is_mark(behind, ',') && self.source_follows(&quoted);
        for cue in self.cues_in((first, end)) {
            let after_last = interruptions.last().is_none_or(|last| cue.start > last.to);
            let found = || self.interruption(cue, first, end).filter(|one| !told || one.subject.pronoun);
            let named = || self.named_interruption(cue, first, end).filter(|_| !told);
            if after_last && let Some(found) = found().or_else(named) {
                interruptions.push(found);
                if interruptions.len() == MAX_INTERRUPTIONS {
                    break;
                }
            }
        }
        for one in &interruptions {
            let from = self.end_before(one.from);
            let to = self.phrases.tokens.list[one.to].span.end;
            let cut = quoted.parts.iter().flat_map(|&part| {
                let before = Span { start: part.start, end: from.clamp(part.start, part.end) };
                let after = Span { start: to.clamp(part.start, part.end), end: part.end };
                if before.end == part.end { [Some(part), None] } else { [Some(before), Some(after)] }
            });
            let parts: Vec<Span> =
                cut.flatten().map(|part| self.text.trim(part)).filter(|part| self.has_words(*part)).collect();
            if !parts.is_empty() {
                quoted.parts = parts;
            }
        }
        (quoted, interruptions.into_iter().next())
    }

    fn has_words(&self, part: Span) -> bool {
        (part.start..part.end).any(|at| self.text.at(at).is_alphanumeric())
    }

    /// The end of a part before an interruption that opens with the mark at token `at`.
    fn end_before(&self, at: usize) -> usize {
        let token = &self.phrases.tokens.list[at];
        let kept = matches!(token.kind, Kind::Mark('!' | '?' | '…' | '.'));
        if kept { token.span.end } else { token.span.start }
    }

    /// Ends a quotation without a closing mark before its source. Without a source, it stays as it is or is dropped.
    fn cut_at_source(&self, mut quoted: Quoted) -> Option<Quoted> {
        let (first, end) = self.tokens_in(quoted.outer);
        let dash = quoted.ending == Ending::Dash;
        let mut found = self.cues_in((first, end)).filter_map(|cue| {
            let inverted = self.interruption(cue, first, end).map(|one| one.from);
            inverted.or_else(|| if dash { None } else { self.subject_and_verb(cue, first, end) })
        });
        let Some(from) = found.next() else {
            return matches!(quoted.ending, Ending::Continued | Ending::Open).then_some(quoted);
        };
        let end = self.end_before(from);
        let inside = |part: &Span| part.start < end;
        quoted.parts.retain(inside);
        if let Some(last) = quoted.parts.last_mut() {
            *last = self.text.trim(Span { start: last.start, end: last.end.min(end) });
        }
        quoted.outer.end = end;
        quoted.ending = Ending::Open;
        quoted.parts.last().is_some_and(|&part| self.has_words(part)).then_some(quoted)
    }

    /// Whether a verb and its subject, or the reverse, follow a quotation.
    fn source_follows(&self, quoted: &Quoted) -> bool {
        let tokens = self.phrases.tokens;
        let mut at = tokens.list.partition_point(|token| token.span.start < quoted.outer.end);
        at += usize::from(tokens.is_mark(at, ','));
        let starts = |at: usize| {
            let found = self.cues.partition_point(|cue| cue.start < at);
            self.cues.get(found).is_some_and(|cue| cue.start == at && cue.shape != Shape::Chained)
        };
        starts(at)
            || tokens.info(at).is_clitic() && starts(at + 1)
            || self.phrases.phrase_at(at, at + MAX_SUBJECT).is_some_and(|phrase| starts(phrase.end))
    }

    /// A verb and its subject that stand alone between commas: `, explique le maire,`.
    fn interruption(&self, cue: &Cue, first: usize, end: usize) -> Option<EmbeddedCue> {
        let tokens = self.phrases.tokens;
        let mut from = cue.start.checked_sub(1)?;
        while from > first && (tokens.info(from).is_clitic() || tokens.info(from).is_as()) {
            // `m'a-t-il dit` is told by the speaker.
            if tokens.info(from).is_participant() {
                return None;
            }
            from -= 1;
        }
        let parted = matches!(tokens.kind(from), Kind::Mark(',' | '!' | '?' | '…' | '–' | '—'));
        if cue.shape != Shape::Finite || !parted || from <= first {
            return None;
        }
        let found = |subject, to| Some(EmbeddedCue { cue: cue.clone(), subject, from, to });
        if let Some(at) = cue.inverted {
            let third_person = !tokens.info(at).is_participant() && !tokens.info(at).is_impersonal();
            let to = self.end_of_interruption(cue.end, end).filter(|_| third_person)?;
            return found(NounPhrase { start: at, end: at + 1, name: None, pronoun: true }, to);
        }
        let phrase = self.phrases.phrase_after(self.after_insertion(cue.end, end), end)?;
        let able = phrase.name.is_some()
            || (phrase.start..phrase.end).any(|i| tokens.info(i).is_role() || tokens.info(i).is_group());
        let to = self.end_of_interruption(phrase.end, end).filter(|_| able && !phrase.pronoun)?;
        found(phrase, self.end_of_apposition(to, end))
    }

    /// A person and a verb that stand alone between commas: `, Anna Bell insists,`.
    fn named_interruption(&self, cue: &Cue, first: usize, end: usize) -> Option<EmbeddedCue> {
        let from = self.subject_and_verb(cue, first, end)?;
        let tokens = self.phrases.tokens;
        let subject = self.phrases.phrase_at(from + 1, cue.start).filter(|phrase| phrase.name.is_some())?;
        let alone = tokens.is_mark(from, ',') && tokens.is_mark(cue.end, ',') && cue.class == Class::Speech;
        alone.then(|| EmbeddedCue { cue: cue.clone(), subject, from, to: cue.end })
    }

    /// The index after a few words between commas at `at`: `a soufflé, très ému, Luc Morel`.
    fn after_insertion(&self, at: usize, end: usize) -> usize {
        let tokens = self.phrases.tokens;
        let close = (at + 1..end.min(at + MAX_INSERTION)).find(|&i| !tokens.list[i].is_word());
        let inserted = |close: &usize| tokens.is_mark(at, ',') && tokens.is_mark(*close, ',');
        close.filter(inserted).map_or(at, |close| close + 1)
    }

    /// The mark after a description that follows the comma at `comma`: `, explique Anna Bell, maire du village.`
    fn end_of_apposition(&self, comma: usize, end: usize) -> usize {
        let tokens = self.phrases.tokens;
        let described =
            tokens.is_mark(comma, ',') && tokens.info(comma + 1).is_role() && !tokens.is_capitalized(comma + 1);
        let close = (comma + 1..end.min(comma + MAX_SUBJECT)).find(|&i| !tokens.list[i].is_word());
        close.filter(|_| described).unwrap_or(comma)
    }

    /// The mark that ends the interruption at `from` or after one adjunct: `a-t-il dit lundi à Paris,`.
    fn end_of_interruption(&self, from: usize, end: usize) -> Option<usize> {
        let tokens = self.phrases.tokens;
        let stop = (from..end.min(from + MAX_TAIL)).find(|&i| !tokens.list[i].is_word())?;
        let info = tokens.info(from);
        let adjunct = stop == from || info.is_preposition() || info.is_time() || info.is_adverb();
        let ends =
            matches!(tokens.kind(stop), Kind::Mark(',' | '.' | ';' | ':' | '!' | '?' | '–' | '—' | '»' | '"' | '”'));
        (adjunct && ends).then_some(stop)
    }

    /// The mark before a subject and its verb that report the words before them: `, Anna Bell said.`
    fn subject_and_verb(&self, cue: &Cue, first: usize, end: usize) -> Option<usize> {
        let tokens = self.phrases.tokens;
        let floor = first.max(cue.start.saturating_sub(MAX_SUBJECT));
        let from = (floor..cue.start).rev().find(|&i| matches!(tokens.kind(i), Kind::Mark(',' | '!' | '?' | '…')))?;
        let phrase = self.phrases.phrase_at(from + 1, cue.start).filter(|phrase| phrase.end == cue.start)?;
        let reports = cue.shape == Shape::Finite && matches!(cue.class, Class::Speech | Class::Quote) && !cue.negated;
        let able = phrase.pronoun || self.phrases.may_be_source(phrase);
        let info = tokens.info(cue.end);
        let ends = matches!(tokens.kind(cue.end), Kind::Mark('.' | ',') | Kind::Break)
            || cue.end >= end
            || cue.takes_addressee
            || info.is_preposition()
            || info.is_time();
        (reports && able && ends && from > first).then_some(from)
    }
}
