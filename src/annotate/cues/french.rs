//! French cues: compound tenses, inversions, `selon`.

use super::super::lexicon::form;
use super::super::tokens::Kind;
use super::{Cue, Finder, Shape};

impl Finder<'_> {
    pub(super) fn french(&self, at: usize) -> Option<Cue> {
        if self.tokens.kind(at) != Kind::Word {
            return None;
        }
        self.french_phrase(at)
            .or_else(|| self.french_compound(at))
            .or_else(|| self.modal(at))
            .or_else(|| self.french_simple(at))
    }

    /// `selon`, `d'après`, `pour`, `aux yeux de`, `de l'avis de`, `à en croire`.
    pub(super) fn french_phrase(&self, at: usize) -> Option<Cue> {
        let words: Vec<&str> = (at..at + 4).map(|i| self.word(i)).collect();
        let (len, lemma) = match words.as_slice() {
            ["selon", ..] => (1, "selon"),
            ["d'", "après", ..] => (2, "d'après"),
            ["aux", "yeux", "de" | "d'" | "des" | "du", ..] => (2, "aux yeux de"),
            ["à", "en", "croire", ..] => (3, "à en croire"),
            ["de", "l'", "avis" | "aveu", ..] => (3, "de l'avis de"),
            ["pour", ..] if self.opens_clause(at) => (1, "pour"),
            _ => return None,
        };
        Some(self.phrase(at, len, lemma))
    }

    /// Whether a phrase stands at the start of its sentence or right after a comma or `mais`.
    pub(super) fn opens_clause(&self, at: usize) -> bool {
        at == 0
            || matches!(self.tokens.kind(at - 1), Kind::Break | Kind::Mark('.' | ',' | '!' | '?' | '…'))
            || matches!(self.tokens.kind(at - 1), Kind::Quoted(_))
            || self.tokens.info(at - 1).is_conjunction()
            || (at > 1 && self.word(at - 2) == "à" && self.tokens.is_mark(at - 1, ','))
    }

    /// An auxiliary and a participle: `a-t-il également déclaré`, `s'est inquiétée`, `avait tenu à souligner`.
    pub(super) fn french_compound(&self, at: usize) -> Option<Cue> {
        let info = self.tokens.info(at);
        let before = at.checked_sub(1).map_or("", |i| self.word(i));
        let reflexive = info.is_be() && matches!(before, "s'" | "se");
        if !(info.is_have() || reflexive) || self.word(at) == "avoir" || self.word(at) == "être" {
            return None;
        }
        let (next, inverted) = self.skip_small(at + 1);
        let info = self.tokens.info(next);
        let negated = self.negated_before(at);
        let gerund = self.word(at) == "ayant";
        let shape = if gerund { Shape::Gerund } else { Shape::Finite };
        if info.is_modal()
            && !info.is_form(form::INFINITIVE)
            && let Some(mut cue) = self.infinitive_after(at, next + 1, inverted)
        {
            cue.negated = negated;
            return Some(cue);
        }
        if !info.is_form(form::PARTICIPLE) {
            return None;
        }
        let start = if reflexive { at - 1 } else { at };
        self.cue(start, next, shape, inverted).map(|cue| Cue { negated, ..cue })
    }

    /// A verb of one word: present, past, participles.
    pub(super) fn french_simple(&self, at: usize) -> Option<Cue> {
        let info = self.tokens.info(at);
        if info.forms() == 0 || info.is_time() {
            return None;
        }
        let previous = at.checked_sub(1);
        let before = previous.map_or("", |i| self.word(i));
        let inverted = self.tokens.info(at + 1).is_inverted().then_some(at + 1);
        if info.is_form(form::FINITE) && (inverted.is_some() || !self.noun_before(at)) {
            let participle_of_be = previous.is_some_and(|i| {
                let (info, word) = (self.tokens.info(i), self.word(i));
                info.is_be() || info.is_have() || word == "été"
            });
            if !participle_of_be {
                let cue = self.cue(at, at, Shape::Finite, inverted)?;
                let start = if matches!(before, "s'" | "se") { at - 1 } else { at };
                return Some(Cue { start, negated: self.negated_before(at), ..cue });
            }
        }
        if info.is_form(form::GERUND) && !info.is_adverb() && !self.tokens.info(previous.unwrap_or(at)).is_determiner()
        {
            return self.cue(at, at, Shape::Gerund, None);
        }
        let joins =
            matches!(before, "et" | "puis" | "mais" | "ou") || previous.is_some_and(|i| self.tokens.is_mark(i, ','));
        let adverb_joins = previous
            .is_some_and(|i| self.tokens.info(i).is_adverb() && i > 0 && self.tokens.info(i - 1).is_conjunction());
        if info.is_form(form::PARTICIPLE) && (joins || adverb_joins) {
            return self.cue(at, at, Shape::Chained, None);
        }
        if info.is_form(form::INFINITIVE) && matches!(before, "de" | "d'" | "pour" | "à" | "afin de") {
            return self.cue(at, at, Shape::Chained, None);
        }
        None
    }

    /// A determiner or preposition before makes a noun of `annonce` or `juge`, unless it is an object pronoun.
    pub(super) fn noun_before(&self, at: usize) -> bool {
        let Some(previous) = at.checked_sub(1) else { return false };
        let info = self.tokens.info(previous);
        if matches!(self.word(previous), "l'" | "le" | "la" | "les" | "leur") && previous > 0 {
            let earlier = self.tokens.info(previous - 1);
            let pronoun =
                earlier.is_pronoun() || earlier.is_relative() || earlier.is_subordinator() || earlier.is_clitic();
            return !pronoun;
        }
        (info.is_determiner() && !info.is_pronoun() && !info.is_clitic())
            || info.is_of()
            || (info.is_preposition() && !info.is_adverb() && self.word(previous) != "en")
            || matches!(
                self.word(previous),
                "nouvelle" | "première" | "dernière" | "simple" | "même" | "autre" | "telle" | "longue" | "'s"
            )
    }
}
