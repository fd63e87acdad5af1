//! Finds the subject before a verb, skipping adjuncts, appositions and relative clauses.

use super::noun_phrases::{MAX_TOKENS, NounPhrase, NounPhraseChunker};
use crate::annotate::languages::form;
use crate::annotate::sentences::Sentence;
use crate::annotate::tokens::Kind;

/// Maximum distance of a subject before its verb, in tokens.
const MAX_SUBJECT_DISTANCE: usize = 90;

/// Quotations of at least this length, in code points, end a clause. Shorter ones are part of it.
const MIN_CLAUSE_QUOTATION: usize = 24;

impl NounPhraseChunker<'_> {
    /// The subject before a verb in its sentence.
    pub fn subject_before(&self, sentence: Sentence, verb: usize) -> Option<NounPhrase> {
        let tokens = self.tokens;
        let mut end = verb;
        while end > sentence.start {
            let info = tokens.info(end - 1);
            let small =
                (info.is_clitic() || info.is_adverb()) && !info.is_pronoun() && self.mention_at(end - 1).is_none();
            if !small || (end >= 2 && tokens.info(end - 1).is_determiner() && tokens.info(end - 2).is_of()) {
                break;
            }
            end -= 1;
        }
        if end == sentence.start {
            return None;
        }
        let last = end - 1;
        let info = tokens.info(last);
        if info.is_pronoun() && self.mention_at(last).is_none() {
            let anaphor = info.is_anaphor() && last > sentence.start && tokens.info(last - 1).is_anaphor();
            return self.phrase_at(if anaphor { last - 1 } else { last }, end);
        }
        if info.is_relative() {
            return self.phrase_ending_at(sentence, last).map(|phrase| self.nearest_source(phrase));
        }
        let clause = self.clause_start(sentence, end);
        self.subject_in(sentence, clause, end)
    }

    /// The start of the clause that ends before `end`.
    fn clause_start(&self, sentence: Sentence, end: usize) -> usize {
        let tokens = self.tokens;
        let floor = sentence.start.max(end.saturating_sub(MAX_SUBJECT_DISTANCE));
        let mut depth = 0usize;
        // An insertion between commas before the verb may have its own clauses.
        let mut inserted = end > floor && tokens.is_comma(end - 1);
        for at in (floor..end).rev() {
            match tokens.kind(at) {
                Kind::Mark(',') if inserted && at + 1 < end => inserted = false,
                Kind::Mark(')') => depth += 1,
                Kind::Mark('(') => depth = depth.saturating_sub(1),
                Kind::Mark(';' | ':') if depth == 0 => return at + 1,
                Kind::Quoted(_) if depth == 0 && at == sentence.start => return at + 1,
                Kind::Quoted(_) if inserted && at + 1 == end => {}
                Kind::Quoted(_) if depth == 0 && tokens.length(at) >= MIN_CLAUSE_QUOTATION => return at + 1,
                Kind::Word if depth == 0 && !inserted => {
                    let info = tokens.info(at);
                    let next = tokens.info(at + 1);
                    let opens = next.is_determiner() || next.is_pronoun() || tokens.is_capitalized(at + 1);
                    let contrast = info.is_conjunction() && info.breaks_clause() && opens && at + 2 < end;
                    let manner = info.is_as() && at == sentence.start;
                    if info.is_complementizer() || (info.is_subordinator() && !info.is_as()) || contrast || manner {
                        return at + 1;
                    }
                }
                _ => {}
            }
        }
        floor
    }

    /// The subject of a clause that begins at `clause` and whose verb is at `end`.
    fn subject_in(&self, sentence: Sentence, clause: usize, end: usize) -> Option<NounPhrase> {
        let chunks = self.ranges_between_commas(clause, end);
        let last = chunks.last().copied()?;
        if last.1 == end
            && let Some(phrase) = self.opening_phrase(last.0, end)
        {
            // An apposition whose second comma is missing: `Luc Petit, le maire de Sète a dit`.
            return Some(phrase);
        }
        if last.1 == end && !self.starts_apposition(last.0) {
            if let Some(phrase) = self.phrase_ending_at(sentence, end) {
                return Some(phrase);
            }
            // A chunk that opens with an adjunct: `En 2012 le maire`.
            if let Some(phrase) = self.phrase_after(last.0, end) {
                return Some(phrase);
            }
        }
        for (i, &(start, stop)) in chunks.iter().enumerate().rev() {
            let Some(phrase) = self.opening_phrase(start, stop) else { continue };
            // `La maire, elle, a dit`: the pronoun repeats its noun.
            if phrase.pronoun && stop == start + 1 && i > 0 {
                let (earlier, close) = chunks[i - 1];
                return self.opening_phrase(earlier, close).or(Some(phrase));
            }
            if (phrase.name.is_none() || self.is_office(phrase)) && !phrase.pronoun && i > 0 {
                // A source before its description: `Luc Petit, le patron du port, a dit`, `Luc Petit, D-Ohio, said`.
                let (earlier, close) = chunks[i - 1];
                // If neither has a known name, the capitalised one is the name: `his mother, Nadia, asked`.
                let named = self.looks_like_name(start, stop);
                let described = self.opening_phrase(earlier, close).filter(|&one| {
                    one.name.is_some() || (!named && self.may_be_source(one)) || self.looks_like_name(earlier, close)
                });
                if described.is_some() {
                    return described;
                }
            }
            return Some(phrase);
        }
        None
    }

    /// Whether a range has only capitalised words and titles: `Mr Hunter`, `Mme Roy`.
    fn looks_like_name(&self, start: usize, end: usize) -> bool {
        let tokens = self.tokens;
        let capital = |i: usize| tokens.is_capitalized(i) && !tokens.info(i).is_sentence_initial();
        let small = |i: usize| tokens.info(i).is_title() || tokens.info(i).is_particle() || tokens.is_mark(i, '.');
        end - start <= 6 && (start..end).all(|i| capital(i) || small(i)) && (start..end).any(capital)
    }

    /// Whether the name of a phrase is an office in capitals: `Ann Roy, Chief Bridge Analyst at Lowmoor, said`.
    fn is_office(&self, phrase: NounPhrase) -> bool {
        let named = |i: &usize| self.mention_at(*i) == phrase.name;
        let last = (phrase.start..phrase.end).rev().find(named);
        let role = |i: usize| self.tokens.info(i).is_role();
        phrase.name.is_some() && last.is_some_and(|last| role(last) && (phrase.start..last).any(role))
    }

    fn starts_apposition(&self, at: usize) -> bool {
        let info = self.tokens.info(at);
        // A role right before a name is part of it: `coach Luc Petit`, `defense lawyer Ann Roy`.
        let titled =
            self.person_at(at + 1).is_some() || (self.person_at(at + 2).is_some() && !self.tokens.info(at + 1).is_of());
        info.is_role() && !titled && !self.tokens.is_capitalized(at) && (self.language.is_french() || !info.is_plural())
    }

    /// The noun phrase that opens a range, after conjunctions and adverbs.
    fn opening_phrase(&self, mut start: usize, end: usize) -> Option<NounPhrase> {
        for _ in 0..3 {
            let info = self.tokens.info(start);
            let small = info.is_conjunction()
                || (info.is_adverb() && !info.is_determiner() && self.mention_at(start).is_none());
            if !small {
                break;
            }
            start += 1;
        }
        if self.starts_apposition(start) || self.tokens.info(start).is_relative() {
            return None;
        }
        let first = self.tokens.info(start);
        let gerund = first.is_form(form::GERUND) || first.is_preposition();
        if gerund && self.mention_at(start).is_none() {
            return None;
        }
        let phrase = self.phrase_at(start, end)?;
        let time =
            self.tokens.info(phrase.end - 1).is_time() && phrase.end - phrase.start <= 3 && phrase.name.is_none();
        (!time).then_some(phrase)
    }

    /// The ranges between the commas and dashes of a clause. Those in parentheses do not separate.
    fn ranges_between_commas(&self, start: usize, end: usize) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        let (mut from, mut depth) = (start, 0usize);
        for at in start..end {
            match self.tokens.kind(at) {
                Kind::Mark('(') => depth += 1,
                Kind::Mark(')') => depth = depth.saturating_sub(1),
                Kind::Mark(',' | '—' | '–' | '-') if depth == 0 => {
                    if from < at {
                        found.push((from, at));
                    }
                    from = at + 1;
                }
                Kind::Quoted(_) if depth == 0 && at > start && self.tokens.is_comma(at) => {
                    found.push((from, at + 1));
                    from = at + 1;
                }
                _ => {}
            }
        }
        if from < end {
            found.push((from, end));
        }
        found
    }

    /// The noun phrase that ends before `end`, with at most commas or dashes in between.
    pub fn phrase_ending_at(&self, sentence: Sentence, end: usize) -> Option<NounPhrase> {
        let mut stop = end;
        while stop > sentence.start && matches!(self.tokens.kind(stop - 1), Kind::Mark(',' | '—' | '–')) {
            stop -= 1;
        }
        let floor = sentence.start.max(stop.saturating_sub(MAX_TOKENS));
        let mut start = stop;
        let mut best = None;
        while start > floor {
            start -= 1;
            let info = self.tokens.info(start);
            let noun = !self.verb_at[start] || self.follows_determiner(start);
            let word = self.tokens.kind(start) == Kind::Word && info.fits_noun_phrase() && noun;
            let dot = self.tokens.is_mark(start, '.') && start > 0 && self.tokens.info(start - 1).is_abbreviation();
            if self.mention_at(start).is_none() && !word && !dot && !self.is_plural_possessive(start) {
                break;
            }
            let owned = start > 0 && self.tokens.info(start - 1).is_of();
            let capital = self.tokens.is_capitalized(start) && !(info.is_as() && self.mention_at(start).is_none());
            if !owned && (info.is_determiner() || capital || info.is_title()) {
                best = Some(start);
                if info.is_determiner() && !info.is_of() {
                    break;
                }
            }
        }
        best.and_then(|start| self.phrase_at(start, stop)).filter(|phrase| phrase.end == stop)
    }

    /// The phrase, or its nearest complement that may be a source: `la milice` in `les actes de la milice, qui affirme`.
    fn nearest_source(&self, phrase: NounPhrase) -> NounPhrase {
        if self.may_be_source(phrase) {
            return phrase;
        }
        let inner = (phrase.start + 1..phrase.end).rev().filter(|&i| self.tokens.info(i).is_of());
        inner
            .filter_map(|of| self.phrase_at(of + 1, phrase.end))
            .find(|&inner| self.may_be_source(inner))
            .unwrap_or(phrase)
    }

    fn follows_determiner(&self, at: usize) -> bool {
        at > 0 && self.tokens.info(at - 1).is_determiner()
    }

    /// The person who is the subject of a subordinate clause: `The case began when clerk Ann Roy noticed it.`
    pub fn subordinate_person(&self, sentence: Sentence) -> Option<NounPhrase> {
        let end = sentence.end.min(sentence.start + MAX_SUBJECT_DISTANCE);
        let opener = (sentence.start..end).find(|&i| self.tokens.info(i).is_subordinator())?;
        self.phrase_at(opener + 1, end).filter(|phrase| phrase.name.is_some())
    }

    /// Whether a phrase is one word with the capital of its sentence: `Appuyée à sa fenêtre, Anne Roy`.
    fn is_participle(&self, sentence: Sentence, phrase: NounPhrase) -> bool {
        let info = self.tokens.info(phrase.start);
        let sole = phrase.start == sentence.start && phrase.end == phrase.start + 1 && !phrase.pronoun;
        let known = self.mention_at(phrase.start).is_some() || info.is_role() || info.is_group();
        sole && !known && self.tokens.info(phrase.end).is_preposition()
    }

    /// The subject that opens a sentence, after adjuncts.
    pub fn opening_subject(&self, sentence: Sentence) -> Option<NounPhrase> {
        let end = sentence.end.min(sentence.start + MAX_SUBJECT_DISTANCE);
        let stop = (sentence.start..end).find(|&i| matches!(self.tokens.kind(i), Kind::Mark(':' | ';'))).unwrap_or(end);
        let chunks = self.ranges_between_commas(sentence.start, stop);
        chunks
            .iter()
            .take(5)
            .filter_map(|&(start, close)| self.opening_phrase(start, close))
            .find(|phrase| !self.is_participle(sentence, *phrase))
            .map(|phrase| self.with_apposition(phrase, end))
    }
}
