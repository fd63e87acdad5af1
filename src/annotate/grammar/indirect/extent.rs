//! The extent of a reported clause.

use super::{Clauses, MIN_CLAUSE_WORDS, MIN_QUOTE_WORDS};
use crate::annotate::grammar::cues::{Cue, Shape};
use crate::annotate::languages::{Class, form};
use crate::annotate::tokens::Kind;

impl Clauses<'_> {
    /// The reported clause that begins at `start`.
    pub(super) fn clause_from(&self, start: usize, index: usize) -> Option<(usize, usize)> {
        let tokens = self.context.tokens;
        let opened_by_gerund = self.context.cues[index].shape == Shape::Gerund
            && self.context.cues[index].start <= self.sentence.start + 1;
        let mut end = self.sentence.end;
        for at in start + 1..self.sentence.end {
            let stop = match tokens.kind(at) {
                Kind::Mark(';' | ':') => true,
                Kind::Quoted(_) => self.is_quote(at),
                Kind::Mark(',' | '—' | '–') => {
                    let next = at + 1;
                    let cut = tokens.info(next).breaks_clause()
                        || self.is_source(next)
                        || (opened_by_gerund && tokens.info(next).is_pronoun());
                    cut && self.has_enough_words(start, at)
                }
                Kind::Word => {
                    let info = tokens.info(at);
                    let other =
                        self.is_other_report(at + 1) || info.breaks_clause() && self.verb_of_source(at + 1).is_some();
                    info.is_conjunction() && other && self.has_enough_words(start, at)
                }
                _ => false,
            };
            if stop {
                end = at;
                break;
            }
        }
        if let Kind::Quoted(_) = tokens.kind(end)
            && end < self.sentence.end
            && !self.is_mark(end - 1, ',')
        {
            return None;
        }
        self.trimmed(start, end)
    }

    /// The verb of the source at `at`, if its subject stands before it: `Bell said`.
    fn verb_of_source(&self, at: usize) -> Option<&Cue> {
        let subject =
            self.context.phrases.phrase_at(at, self.sentence.end).filter(|_| !self.context.language.is_french())?;
        self.cue_starting(subject.end).filter(|cue| cue.shape == Shape::Finite)
    }

    /// Whether another cue, or a source with its verb, begins at `at`.
    pub(super) fn is_source(&self, at: usize) -> bool {
        let english = self.verb_of_source(at).is_some_and(|cue| !self.context.tokens.info(cue.end).is_complementizer());
        let phrase_or_gerund =
            english || self.cue_starting(at).is_some_and(|cue| cue.shape != Shape::Finite || cue.inverted.is_some());
        let gerund = self.context.tokens.info(at).links_gerund()
            && self.cue_starting(at + 1).is_some_and(|cue| cue.shape == Shape::Gerund);
        phrase_or_gerund || gerund
    }

    pub(super) fn cue_starting(&self, at: usize) -> Option<&Cue> {
        let cues = &self.context.cues[self.cues.clone()];
        cues.get(cues.partition_point(|cue| cue.start < at)).filter(|cue| cue.start == at)
    }

    /// Whether another reporting verb with the same subject begins at `at`: `et a ajouté que`, `and said`.
    pub(super) fn is_other_report(&self, mut at: usize) -> bool {
        while self.context.tokens.info(at).is_adverb() || self.context.tokens.info(at).is_clitic() {
            at += 1;
        }
        let auxiliary = self.context.tokens.info(at).is_have() && self.context.language.is_french();
        auxiliary
            || self.cue_starting(at).is_some_and(|cue| {
                matches!(cue.shape, Shape::Finite | Shape::Chained) && !matches!(cue.class, Class::Weak)
            })
    }

    pub(super) fn has_enough_words(&self, start: usize, end: usize) -> bool {
        (start..end).filter(|&i| self.context.tokens.list[i].is_word()).count() >= MIN_CLAUSE_WORDS
    }

    /// A range without the punctuation at its ends; `None` if it has too few words.
    pub(super) fn trimmed(&self, mut start: usize, mut end: usize) -> Option<(usize, usize)> {
        let tokens = self.context.tokens;
        let edge = |at: usize| {
            matches!(tokens.kind(at), Kind::Mark(',' | '.' | ';' | ':' | '–' | '—' | '-' | '!' | '?' | '…' | '•'))
        };
        while end > start && edge(end - 1) {
            end -= 1;
        }
        while start < end && edge(start) {
            start += 1;
        }
        (start < end && self.has_enough_words(start, end)).then_some((start, end))
    }

    pub(super) fn is_verb(&self, at: usize) -> bool {
        let info = self.context.tokens.info(at);
        info.is_be()
            || info.is_have()
            || info.is_other_verb()
            || info.is_form(form::FINITE)
            || info.is_modal()
            || info.has_future_ending() && info.is_unknown()
            || !self.context.language.is_french()
    }

    /// The start of the part of a sentence after its quotations and its dateline.
    pub(super) fn start_after_quotes(&self, end: usize) -> usize {
        let tokens = self.context.tokens;
        (self.sentence.start..end)
            .rev()
            .find(|&i| {
                self.is_quote(i)
                    || (matches!(tokens.kind(i), Kind::Mark(';' | ':' | '–' | '—')) && i < self.sentence.start + 8)
            })
            .map_or(self.sentence.start, |i| i + 1)
    }

    /// Whether a range contains a quotation that is a quote of its own.
    pub(super) fn contains_quote(&self, start: usize, end: usize) -> bool {
        (start..end).any(|at| self.is_quote(at))
    }

    fn is_quote(&self, at: usize) -> bool {
        let quoted = self.context.tokens.kind(at);
        matches!(quoted, Kind::Quoted(quote) if self.context.quoted_words[quote] >= MIN_QUOTE_WORDS)
    }
}
