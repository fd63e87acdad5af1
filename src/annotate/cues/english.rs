//! English cues: `said`, `has told`, `according to`.

use super::super::lexicon::form;
use super::super::tokens::Kind;
use super::{Cue, Finder, Shape};

impl Finder<'_> {
    pub(super) fn english(&self, at: usize) -> Option<Cue> {
        if self.tokens.kind(at) != Kind::Word {
            return None;
        }
        if self.word(at) == "according" && self.word(at + 1) == "to" {
            return Some(self.phrase(at, 2, "according to"));
        }
        if (at..at + 3).map(|i| self.word(i)).eq(["in", "the", "words"]) {
            return Some(self.phrase(at, 3, "in the words of"));
        }
        let info = self.tokens.info(at);
        if info.is_have() && !self.word(at).starts_with('\'') {
            let (next, _) = self.skip_small(at + 1);
            let negated = (at + 1..next).any(|i| matches!(self.word(i), "not" | "never"));
            if self.tokens.info(next).is_form(form::PARTICIPLE) {
                return self.cue(at, next, Shape::Finite, None).map(|cue| Cue { negated, ..cue });
            }
        }
        self.modal(at).or_else(|| self.english_simple(at))
    }

    pub(super) fn english_simple(&self, at: usize) -> Option<Cue> {
        let info = self.tokens.info(at);
        if info.forms() == 0 {
            return None;
        }
        let previous = at.checked_sub(1);
        let before = previous.map(|i| self.tokens.info(i)).unwrap_or_default();
        let word_before = previous.map_or("", |i| self.word(i));
        let be = before.is_be() || (before.is_adverb() && at > 1 && self.tokens.info(at - 2).is_be());
        if info.is_form(form::GERUND) {
            if word_before == "as" && at > 2 && matches!(self.word(at - 2), "quoted" | "cited") {
                return self.cue(at - 2, at, Shape::Finite, None);
            }
            let noun = (before.is_determiner() || before.is_of() || before.is_preposition())
                && word_before != "in"
                && word_before != "by";
            return if noun { None } else { self.cue(at, at, if be { Shape::Finite } else { Shape::Gerund }, None) };
        }
        if word_before == "to" && info.is_form(form::INFINITIVE) {
            return self.cue(at, at, Shape::Chained, None);
        }
        if !info.is_form(form::FINITE) || be {
            return None;
        }
        let noun = before.is_determiner()
            || before.is_of()
            || word_before == "'s"
            || (before.is_preposition() && !before.is_adverb())
            || before.is_have();
        let plural_noun = self.word(at).ends_with('s') && !self.verb_like(at);
        if noun || plural_noun {
            return None;
        }
        self.cue(at, at, Shape::Finite, None).map(|cue| Cue { negated: self.negated_before(at), ..cue })
    }

    /// Whether a word in `-s` (`claims`, `reports`) has a singular subject before it, or a quotation.
    pub(super) fn verb_like(&self, at: usize) -> bool {
        if matches!(
            self.word(at),
            "says" | "tells" | "thinks" | "insists" | "argues" | "believes" | "adds" | "writes" | "explains" | "asks"
        ) {
            return true;
        }
        let Some(previous) = at.checked_sub(1) else { return false };
        let info = self.tokens.info(previous);
        let single = info.is_pronoun() || info.is_relative() || info.is_role() || info.is_group() || info.is_adverb();
        let clause_follows = self.tokens.info(at + 1).is_que() || matches!(self.tokens.kind(at + 1), Kind::Quoted(_));
        single
            || self.tokens.capital(previous)
            || clause_follows
            || matches!(self.tokens.kind(previous), Kind::Quoted(_))
    }
}
