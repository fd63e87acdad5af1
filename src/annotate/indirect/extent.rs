//! How far a reported clause reaches.

use super::super::cues::{Cue, Shape};
use super::super::lexicon::{Class, form};
use super::super::tokens::Kind;
use super::{Clauses, OWN_WORDS, SHORTEST};

impl Clauses<'_> {
    /// From a start to the end of what is reported.
    pub(super) fn clause(&self, start: usize, index: usize) -> Option<(usize, usize)> {
        let tokens = self.reader.tokens;
        let opened_by_gerund =
            self.reader.cues[index].shape == Shape::Gerund && self.reader.cues[index].start <= self.sentence.start + 1;
        let mut end = self.sentence.end;
        for at in start + 1..self.sentence.end {
            let stop = match tokens.kind(at) {
                Kind::Mark(';' | ':') => true,
                Kind::Quoted(quote) => self.reader.words_in(quote) >= OWN_WORDS,
                Kind::Mark(',' | '—' | '–') => {
                    let next = at + 1;
                    let cut = matches!(
                        self.word(next),
                        "mais" | "tandis" | "alors" | "avant" | "tout" | "but" | "while" | "whereas"
                    ) || self.source_at(next)
                        || (opened_by_gerund && tokens.info(next).is_pronoun());
                    cut && self.enough(start, at)
                }
                Kind::Word => tokens.info(at).is_conjunction() && self.other_report(at + 1) && self.enough(start, at),
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

    /// Whether a cue that goes on reporting, or a source, begins here.
    pub(super) fn source_at(&self, at: usize) -> bool {
        let subject = self.reader.phrases.at(at, self.sentence.end).filter(|_| !self.reader.lexicon.elides);
        let english = subject.is_some_and(|phrase| {
            self.cue_starting(phrase.end)
                .is_some_and(|cue| cue.shape == Shape::Finite && !self.reader.tokens.info(cue.end).is_que())
        });
        let phrase_or_gerund =
            english || self.cue_starting(at).is_some_and(|cue| cue.shape != Shape::Finite || cue.inverted.is_some());
        let en = matches!(self.word(at), "en" | "tout")
            && self.cue_starting(at + 1).is_some_and(|cue| cue.shape == Shape::Gerund);
        phrase_or_gerund || en
    }

    pub(super) fn cue_starting(&self, at: usize) -> Option<&Cue> {
        let cues = &self.reader.cues[self.cues.clone()];
        cues.get(cues.partition_point(|cue| cue.start < at)).filter(|cue| cue.start == at)
    }

    /// `et a ajouté que`, `and said`: another verb with the same subject.
    pub(super) fn other_report(&self, mut at: usize) -> bool {
        while self.reader.tokens.info(at).is_adverb() || self.reader.tokens.info(at).is_clitic() {
            at += 1;
        }
        let auxiliary = self.reader.tokens.info(at).is_have() && self.reader.lexicon.elides;
        auxiliary
            || self.cue_starting(at).is_some_and(|cue| {
                matches!(cue.shape, Shape::Finite | Shape::Chained) && !matches!(cue.class, Class::Weak)
            })
    }

    pub(super) fn enough(&self, start: usize, end: usize) -> bool {
        (start..end).filter(|&i| self.reader.tokens.list[i].is_word()).count() >= SHORTEST
    }

    /// A range without the punctuation at its ends, when words enough are left.
    pub(super) fn trimmed(&self, mut start: usize, mut end: usize) -> Option<(usize, usize)> {
        let tokens = self.reader.tokens;
        let edge = |at: usize| {
            matches!(tokens.kind(at), Kind::Mark(',' | '.' | ';' | ':' | '–' | '—' | '-' | '!' | '?' | '…' | '•'))
        };
        while end > start && edge(end - 1) {
            end -= 1;
        }
        while start < end && edge(start) {
            start += 1;
        }
        (start < end && self.enough(start, end)).then_some((start, end))
    }

    pub(super) fn verb_in(&self, at: usize) -> bool {
        let info = self.reader.tokens.info(at);
        info.is_be()
            || info.is_have()
            || info.is_other_verb()
            || info.is_form(form::FINITE)
            || info.is_modal()
            || !self.reader.lexicon.elides
    }

    /// The start of a sentence's last part, after any quotation and a dateline.
    pub(super) fn after_quotes(&self, end: usize) -> usize {
        let tokens = self.reader.tokens;
        (self.sentence.start..end)
            .rev()
            .find(|&i| {
                let own = matches!(tokens.kind(i), Kind::Quoted(quote) if self.reader.words_in(quote) >= OWN_WORDS);
                own || (matches!(tokens.kind(i), Kind::Mark(';' | ':' | '–' | '—')) && i < self.sentence.start + 8)
            })
            .map_or(self.sentence.start, |i| i + 1)
    }

    pub(super) fn own_quote(&self, start: usize, end: usize) -> bool {
        (start..end).any(
            |i| matches!(self.reader.tokens.kind(i), Kind::Quoted(quote) if self.reader.words_in(quote) >= OWN_WORDS),
        )
    }
}
