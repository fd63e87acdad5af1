//! Cues in French: compound tenses, inverted subjects, participles.

use super::{Cue, Finder, Shape};
use crate::annotate::languages::form;

/// Maximum length of an insertion between an auxiliary and its participle, in tokens.
const MAX_INSERTION: usize = 9;

impl Finder<'_> {
    pub(super) fn french_cue(&self, at: usize) -> Option<Cue> {
        self.french_compound(at).or_else(|| self.modal_cue(at)).or_else(|| self.french_simple(at))
    }

    /// An auxiliary and a participle: `a-t-il également déclaré`, `s'est inquiétée`, `avait tenu à souligner`.
    fn french_compound(&self, at: usize) -> Option<Cue> {
        let info = self.tokens.info(at);
        let reflexive = info.is_be() && at.checked_sub(1).is_some_and(|i| self.tokens.info(i).is_reflexive());
        if !(info.is_have() || reflexive) || info.is_infinitive() {
            return None;
        }
        let shape = if info.is_having() { Shape::Gerund } else { Shape::Finite };
        let (next, inverted) = self.skip_small_words(self.skip_insertion(at + 1));
        let info = self.tokens.info(next);
        let negated = self.is_negated(at);
        if info.is_modal()
            && !info.is_form(form::INFINITIVE)
            && let Some(cue) = self.infinitive_after(at, next + 1, inverted)
        {
            return Some(Cue { negated: negated && !info.is_affirming(), ..cue });
        }
        if !info.is_form(form::PARTICIPLE) {
            return None;
        }
        let reports = !reflexive || self.language.verb(info).is_none_or(|verb| verb.reports_reflexively);
        let start = if reflexive { at - 1 } else { at };
        reports.then_some(())?;
        self.cue(start, next, shape, inverted).map(|cue| Cue { negated, ..cue })
    }

    /// The index after an insertion between commas: `a, non sans malice, glissé`.
    fn skip_insertion(&self, at: usize) -> usize {
        let close = (at + 1..at + MAX_INSERTION).find(|&i| self.tokens.is_mark(i, ','));
        close.filter(|_| self.tokens.is_mark(at, ',')).map_or(at, |close| close + 1)
    }

    /// A verb of one word: present, past, participles.
    fn french_simple(&self, at: usize) -> Option<Cue> {
        let info = self.tokens.info(at);
        if info.forms() == 0 || info.is_time() {
            return None;
        }
        let previous = at.checked_sub(1);
        let before = previous.map(|i| self.tokens.info(i)).unwrap_or_default();
        let inverted = self.tokens.info(at + 1).is_inverted().then_some(at + 1);
        // `n'avoir jamais dit` is an infinitive.
        let small = |i: &usize| self.tokens.info(*i).is_adverb() || self.tokens.info(*i).is_negation();
        let auxiliary = (at.saturating_sub(4)..at).rev().find(|i| !small(i)).map(|i| self.tokens.info(i));
        let compound = auxiliary.is_some_and(|info| info.is_have() && info.is_infinitive());
        let passive = before.is_be() || before.is_have() || before.is_been() || compound;
        if info.is_form(form::FINITE) && (inverted.is_some() || !self.is_noun_after_previous(at)) && !passive {
            let cue = self.cue(at, at, Shape::Finite, inverted)?;
            let start = if before.is_reflexive() { at - 1 } else { at };
            return Some(Cue { start, negated: self.is_negated(at), ..cue });
        }
        if info.is_form(form::GERUND) && !info.is_adverb() && !before.is_determiner() {
            return self.cue(at, at, Shape::Gerund, None);
        }
        let comma = previous.is_some_and(|i| self.tokens.is_mark(i, ','));
        let adverb_joins = before.is_adverb() && at > 1 && self.tokens.info(at - 2).is_conjunction();
        let joins = before.is_conjunction() || comma || adverb_joins;
        if info.is_form(form::PARTICIPLE) && joins || info.is_form(form::INFINITIVE) && before.links_chain() {
            return self.cue(at, at, Shape::Chained, None);
        }
        None
    }

    /// Whether the previous word shows that a form such as `annonce` or `juge` is a noun. An object pronoun does not.
    pub(super) fn is_noun_after_previous(&self, at: usize) -> bool {
        let Some(previous) = at.checked_sub(1) else { return false };
        let info = self.tokens.info(previous);
        // `le dépeint comme`
        if info.is_clitic() && self.tokens.info(at + 1).is_as() {
            return false;
        }
        if info.is_determiner() && info.is_clitic() && previous > 0 {
            // `Anne Roy le confie : « ... »`
            if self.tokens.is_mark(at + 1, ':') && self.tokens.is_capitalized(previous - 1) {
                return false;
            }
            let earlier = self.tokens.info(previous - 1);
            return !(earlier.is_pronoun()
                || earlier.is_relative()
                || earlier.is_subordinator()
                || earlier.is_clitic());
        }
        (info.is_determiner() && !info.is_pronoun() && !info.is_clitic())
            || info.is_of()
            || (info.is_preposition() && !info.is_adverb() && !info.is_clitic())
            || info.is_noun_modifier()
    }
}
