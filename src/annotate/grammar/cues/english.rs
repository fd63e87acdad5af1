//! Cues in English: `said`, `has told`, `was quoted as saying`.

use super::{Cue, Finder, Shape};
use crate::annotate::languages::{Class, form};
use crate::annotate::tokens::Kind;

impl Finder<'_> {
    pub(super) fn english_cue(&self, at: usize) -> Option<Cue> {
        let info = self.tokens.info(at);
        if info.is_have() {
            let (next, _) = self.skip_small_words(at + 1);
            let negated = (at..next).any(|i| self.tokens.info(i).is_negation());
            if self.tokens.info(next).is_form(form::PARTICIPLE) {
                return self.cue(at, next, Shape::Finite, None).map(|cue| Cue { negated, ..cue });
            }
        }
        self.modal_cue(at).or_else(|| self.attitude(at)).or_else(|| self.english_simple(at))
    }

    /// A copula and an adjective before a reported clause: `is convinced that`, `was sure the bridge would hold`.
    fn attitude(&self, at: usize) -> Option<Cue> {
        let (next, _) = self.skip_small_words(at + 1);
        let negated = (at..next).any(|i| self.tokens.info(i).is_negation());
        let impersonal = at > 0 && self.tokens.info(at - 1).is_neuter();
        let found = self.tokens.info(at).is_be() && self.tokens.info(next).is_attitude() && !impersonal;
        let lemma = || format!("be {}", self.tokens.word(next));
        let cue = found.then(|| Cue::new((at, next + 1), lemma(), Class::Opinion, Shape::Finite))?;
        Some(Cue { takes_bare_clause: true, negated, ..cue })
    }

    /// A verb of one word.
    fn english_simple(&self, at: usize) -> Option<Cue> {
        let info = self.tokens.info(at);
        // A capitalised form within a sentence is part of a name: `the United States`.
        let opens = at == 0 || self.tokens.kind(at - 1) != Kind::Word;
        if info.forms() == 0 || self.tokens.is_capitalized(at) && !opens && !info.is_verb_form() {
            return None;
        }
        let before = at.checked_sub(1).map(|i| self.tokens.info(i)).unwrap_or_default();
        let be = before.is_be() || (before.is_adverb() && at > 1 && self.tokens.info(at - 2).is_be());
        if info.is_form(form::GERUND) {
            if before.is_cited_as() && at > 1 {
                return self.cue(at - 2, at, Shape::Finite, None);
            }
            let noun = (before.is_determiner() || before.is_of() || before.is_preposition()) && !before.links_gerund();
            if noun {
                return None;
            }
            let negated = before.is_negation();
            // `keeps saying`
            if before.is_modal() && at > 1 {
                return self.cue(at - 1, at, Shape::Finite, None);
            }
            let shape = if be || negated { Shape::Finite } else { Shape::Gerund };
            return self.cue(at, at, shape, None).map(|cue| Cue { negated, ..cue });
        }
        if before.links_chain() && info.is_form(form::INFINITIVE) {
            return self.cue(at, at, Shape::Chained, None);
        }
        if !info.is_form(form::FINITE) && !self.is_plural_verb(at) || be {
            return None;
        }
        // `one said`, but `one report`
        let ends = self.tokens.kind(at + 1) != Kind::Word || self.tokens.info(at + 1).is_complementizer();
        let noun = before.is_determiner() && !(before.is_standalone() && ends)
            || before.is_of()
            || before.is_possessive()
            || (before.is_preposition() && !before.is_adverb())
            || before.is_have();
        let plural_noun = info.has_s_ending() && !self.is_verb(at);
        if noun || plural_noun {
            return None;
        }
        self.cue(at, at, Shape::Finite, None).map(|cue| Cue { negated: self.is_negated(at), ..cue })
    }

    /// Whether a base form is finite, between a plural subject and a clause or an object: `results show the`.
    fn is_plural_verb(&self, at: usize) -> bool {
        let Some(previous) = at.checked_sub(1) else { return false };
        let (before, next) = (self.tokens.info(previous), self.tokens.info(at + 1));
        let subject = before.is_plural() || before.has_s_ending() && before.fits_noun_phrase();
        let object = next.is_complementizer() || next.is_determiner() || next.is_pronoun();
        let quoted = matches!(self.tokens.kind(at + 1), Kind::Quoted(_));
        self.tokens.info(at).is_form(form::INFINITIVE) && subject && (object || quoted)
    }

    /// Whether the neighbours of a word that ends like a plural noun show that it is a verb.
    fn is_verb(&self, at: usize) -> bool {
        if self.tokens.info(at).is_verb_form() {
            return true;
        }
        let Some(previous) = at.checked_sub(1) else { return false };
        let info = self.tokens.info(previous);
        let single = info.is_pronoun() || info.is_relative() || info.is_role() || info.is_group() || info.is_adverb();
        let quoted = |at: usize| matches!(self.tokens.kind(at), Kind::Quoted(_));
        let clause_follows =
            self.tokens.info(at + 1).is_complementizer() || quoted(at + 1) || self.tokens.is_mark(at + 1, ':');
        single || self.tokens.is_capitalized(previous) || clause_follows || quoted(previous)
    }
}
