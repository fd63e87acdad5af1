//! Finds cues whose words are denied, asked for, wished or supposed instead of stated.
//!
//! `denied saying`, `n'a pas dit`, `if she says`, `could say`, `nobody said`, `did she say?`

use super::cues::{Cue, Shape};
use crate::annotate::languages::{Language, form};
use crate::annotate::sentences::Sentence;
use crate::annotate::tokens::{Kind, Tokens};

/// Maximum distance of a conjunction or a verb that governs a cue, in tokens.
const MAX_DISTANCE: usize = 30;
/// Maximum number of tokens between a verb and the quotation that it concedes.
const MAX_QUOTE_GAP: usize = 6;
/// Maximum number of tokens between a verb and the gerund that is its object.
const MAX_GERUND_GAP: usize = 2;

/// Judges the cues of a text.
pub struct Polarity<'a> {
    pub tokens: &'a Tokens,
    pub language: &'static Language,
}

impl Polarity<'_> {
    /// Whether nobody is said to have spoken the words of a cue. `start`: where its subject begins, if that is before it.
    pub fn is_unsaid(&self, sentence: Sentence, cue: &Cue, start: usize) -> bool {
        cue.shape != Shape::Phrase
            && (cue.negated && self.is_negated(cue)
                || self.is_possible(sentence, cue)
                || self.is_asked(sentence, cue, start)
                || self.is_governed(sentence, cue, cue.start)
                || start < cue.start && self.is_one_clause(start, cue) && self.is_governed(sentence, cue, start))
    }

    /// Whether a negation is complete without the quotation: `ne voit « aucune raison »` is a statement.
    fn is_negated(&self, cue: &Cue) -> bool {
        let second = |i: usize| {
            let info = self.tokens.info(i);
            info.is_nobody() || info.is_negation() && !info.is_clitic()
        };
        !self.language.is_french() || (cue.start..cue.end + 2).any(second)
    }

    /// Whether no clause begins between a subject and its cue.
    fn is_one_clause(&self, start: usize, cue: &Cue) -> bool {
        !(start..cue.start).any(|i| self.tokens.info(i).is_conjunction() && self.tokens.info(i).breaks_clause())
    }

    /// Whether a cue denies a quotation in its clause: `denied that it was "a fraud"`, but not `denied: "Never!"`.
    pub fn denies_quotation(&self, cue: &Cue, at: usize) -> bool {
        let clause = (cue.end..at).any(|i| {
            let info = self.tokens.info(i);
            info.is_complementizer() || info.is_have() || info.is_any_infinitive()
        });
        cue.denies && cue.end < at && clause && !self.tokens.is_mark(at - 1, ':')
    }

    /// Whether a modal verb makes the words a possibility: `could say`, `could have said`.
    fn is_possible(&self, sentence: Sentence, cue: &Cue) -> bool {
        let tokens = self.tokens;
        let affirmed = (cue.start..cue.end).any(|i| tokens.info(i).is_affirming());
        let is_modal = |i: usize| tokens.info(i).is_modal() || tokens.info(i).is_possibility();
        let before = || (sentence.start..cue.start).rev().take_while(|&i| tokens.info(i).is_adverb() || is_modal(i));
        let lower = |i: usize| !tokens.is_capitalized(i);
        let possible = |i: usize| tokens.info(i).is_possibility() && lower(i);
        // `would have said`, `aurait dû dire`
        let unreal = tokens.info(cue.start).is_have() && before().any(|i| is_modal(i) && lower(i))
            || tokens.info(cue.start).is_counterfactual() && (cue.start + 1..cue.end - 1).any(is_modal);
        !affirmed && (possible(cue.start) || unreal || before().any(possible))
    }

    /// Whether a sentence asks if something was said. `Why did she say` takes for granted that she did.
    fn is_asked(&self, sentence: Sentence, cue: &Cue, start: usize) -> bool {
        let tokens = self.tokens;
        let after_quotation = (sentence.start..start).any(|i| matches!(tokens.kind(i), Kind::Quoted(_)));
        let other_clause = (cue.end..sentence.end)
            .any(|i| tokens.is_mark(i, ';') || tokens.is_mark(i, ',') && tokens.info(i + 1).is_conjunction());
        tokens.is_mark(sentence.end - 1, '?')
            && !tokens.info(sentence.start).is_presupposing()
            && !after_quotation
            && !other_clause
    }

    /// Whether a conjunction, a negative subject or a verb before `from` makes the words of a cue a supposition.
    fn is_governed(&self, sentence: Sentence, cue: &Cue, from: usize) -> bool {
        let tokens = self.tokens;
        let first = tokens.info(cue.start);
        let bare = (first.is_form(form::INFINITIVE | form::GERUND) || first.is_having()) && from == cue.start;
        let mut in_clause = false;
        let linked = bare && cue.shape == Shape::Chained && tokens.info(cue.start - 1).links_infinitive();
        let gerund = bare && (cue.shape == Shape::Gerund || first.is_having()) && !self.language.is_french();
        let floor = sentence.start.max(from.saturating_sub(MAX_DISTANCE));
        for at in (floor..from).rev() {
            let info = tokens.info(at);
            let opens = at == sentence.start || matches!(tokens.kind(at - 1), Kind::Mark(_) | Kind::Quoted(_));
            match tokens.kind(at) {
                Kind::Word => {}
                Kind::Mark('.' | '-') => continue,
                _ => return false,
            }
            let negates = info.is_nobody() && (opens || tokens.info(at - 1).is_complementizer());
            let reflexive = info.is_reflexive() && !tokens.info(at + 1).is_pronoun();
            let concession = at == sentence.start && self.is_concession(cue);
            let condition = info.is_conditional() && !reflexive && !concession
                || info.is_temporal() && tokens.info(cue.start).has_future_ending();
            let verb = tokens.info(cue.end - 1);
            let auxiliary = info.is_have() || info.is_modal() && verb.is_form(form::INFINITIVE);
            let inverted = at == sentence.start && auxiliary && !self.language.is_french() && cue.start > at;
            let bare_clause = at + 1 == from && from < cue.start;
            let near = linked || in_clause || bare_clause || gerund && from - at <= MAX_GERUND_GAP;
            if negates || condition || inverted || near && self.leaves_unsaid(at) || in_clause && info.is_negation() {
                return true;
            }
            if info.is_conjunction() || info.is_subordinator() {
                return false;
            }
            in_clause |= info.is_complementizer() && !tokens.info(at.saturating_sub(1)).is_demonstrative();
            in_clause |= info.is_relative() && at > 0 && tokens.info(at - 1).is_preposition();
        }
        let first = tokens.info(from);
        (first.is_nobody() || first.is_unfulfilled()) && from < cue.start
            || first.is_conditional() && from == sentence.start
    }

    /// Whether a condition concedes what was said: `si elle a reconnu que`, `s'il juge le plan « trop cher »`.
    fn is_concession(&self, cue: &Cue) -> bool {
        let info = self.tokens.info(cue.start);
        let past = info.is_have() && !info.is_past_auxiliary();
        let quotes = (cue.end..cue.end + MAX_QUOTE_GAP).any(|i| matches!(self.tokens.kind(i), Kind::Quoted(_)));
        self.language.is_french() && (past || quotes)
    }

    /// Whether the complement of the verb at `at` is denied, refused, wanted or ordered.
    fn leaves_unsaid(&self, at: usize) -> bool {
        let info = self.tokens.info(at);
        info.is_unfulfilled() || self.language.verb(info).is_some_and(|verb| verb.denies || verb.wishes)
    }
}
