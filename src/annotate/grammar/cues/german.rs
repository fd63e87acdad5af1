//! Cues in German: `sagte sie`, `hat am Montag erklärt`. Verbs have no capital, and nouns have one.

use super::{Cue, Finder, Shape};
use crate::annotate::languages::form;
use crate::annotate::tokens::Kind;

/// Most tokens between an auxiliary and its participle.
const LONGEST_BRACKET: usize = 8;

impl Finder<'_> {
    pub(super) fn german_cue(&self, at: usize) -> Option<Cue> {
        let info = self.tokens.info(at);
        if self.tokens.is_capitalized(at) {
            return None;
        }
        if info.is_have() {
            let bracket = (at + 1..=at + LONGEST_BRACKET).take_while(|&i| self.tokens.kind(i) == Kind::Word);
            let participle = bracket.into_iter().find(|&i| self.tokens.info(i).is_form(form::PARTICIPLE))?;
            let negated = (at..participle).any(|i| self.tokens.info(i).is_negation());
            return self.cue(at, participle, Shape::Finite, None).map(|cue| Cue { negated, ..cue });
        }
        if !info.is_form(form::FINITE) {
            return None;
        }
        let pronoun = self.tokens.info(at + 1);
        let inverted = (pronoun.is_pronoun() && !pronoun.is_neuter()).then_some(at + 1);
        let negated = (at + 1..at + 4).any(|i| self.tokens.info(i).is_negation());
        self.cue(at, at, Shape::Finite, inverted).map(|cue| Cue { negated, ..cue })
    }
}
