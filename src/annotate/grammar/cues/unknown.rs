//! Verbs that no list has, where only a reporting verb can stand: `« ... », enrage Luc Petit`, `"...," Petit rued.`

use super::{Cue, Finder, Shape};
use crate::annotate::languages::Class;
use crate::annotate::tokens::Kind;

/// Maximum number of words of a subject between a quotation and its verb.
const MAX_SUBJECT: usize = 6;

impl Finder<'_> {
    /// An unknown verb beside a quotation and its subject.
    pub(super) fn unknown_cue(&self, at: usize) -> Option<Cue> {
        let verb = self.unknown_verb(at)?;
        let quotation = self.quotation_before(at);
        let inverted = quotation && self.opens_subject(verb + 1);
        let follows =
            || !self.language.is_french() && verb == at && self.ends_clause(at + 1) && self.follows_subject(at);
        let lemma = self.tokens.word(verb).to_owned();
        let cue = Cue::new((at, verb + 1), lemma, Class::Weak, Shape::Finite);
        (inverted || follows()).then_some(Cue { guessed: true, ..cue })
    }

    /// The unknown verb at `at`, or the unknown participle after the auxiliary there.
    fn unknown_verb(&self, at: usize) -> Option<usize> {
        let info = self.tokens.info(at);
        if info.is_have() && self.language.is_french() {
            let (next, _) = self.skip_small_words(at + 1);
            return (self.is_unknown(next) && self.tokens.info(next).has_participle_ending()).then_some(next);
        }
        (self.is_unknown(at) && info.has_verb_ending()).then_some(at)
    }

    fn is_unknown(&self, at: usize) -> bool {
        self.tokens.kind(at) == Kind::Word && !self.tokens.is_capitalized(at) && self.tokens.info(at).is_unknown()
    }

    /// Whether a quotation stands before `at`, with at most a comma and an object pronoun in between.
    fn quotation_before(&self, at: usize) -> bool {
        let mut before = at;
        while before > 0 && at - before < 2 && self.tokens.info(before - 1).is_clitic() {
            before -= 1;
        }
        if before > 0 && matches!(self.tokens.kind(before - 1), Kind::Mark(',' | '–' | '—')) {
            before -= 1;
        }
        before > 0 && matches!(self.tokens.kind(before - 1), Kind::Quoted(_))
    }

    /// Whether a named or described person may begin at `at`.
    fn opens_subject(&self, at: usize) -> bool {
        let info = self.tokens.info(at);
        let described = info.is_determiner() && !info.is_of() || info.is_title() || info.is_role();
        self.tokens.kind(at) == Kind::Word && !info.is_time() && (self.tokens.is_capitalized(at) || described)
    }

    /// Whether a short subject stands between a quotation and `at`.
    fn follows_subject(&self, at: usize) -> bool {
        let mut start = at;
        while start > 0 && at - start <= MAX_SUBJECT && self.is_subject_word(start - 1) {
            start -= 1;
        }
        let opens = self.tokens.info(start).is_pronoun() || self.opens_subject(start);
        let comma = start > 0 && self.tokens.is_mark(start - 1, ',');
        let quotation = start.checked_sub(1 + usize::from(comma)).map(|i| self.tokens.kind(i));
        let third_person = || {
            let named = self.tokens.is_capitalized(at - 1) || self.tokens.info(at - 1).is_pronoun();
            self.tokens.info(at).has_past_ending() || named
        };
        start < at && opens && third_person() && matches!(quotation, Some(Kind::Quoted(_)))
    }

    fn is_subject_word(&self, at: usize) -> bool {
        let info = self.tokens.info(at);
        let verb = info.forms() != 0 || info.is_have() || info.is_be() || info.is_modal() || info.is_other_verb();
        let plain = info.is_pronoun() || info.fits_noun_phrase() && !info.is_of();
        self.tokens.kind(at) == Kind::Word && plain && (!verb || info.is_role())
    }

    /// Whether a verb without an object ends before `at`.
    fn ends_clause(&self, at: usize) -> bool {
        let info = self.tokens.info(at);
        self.tokens.kind(at) != Kind::Word
            || info.is_preposition()
            || info.is_time()
            || info.is_conjunction()
            || info.is_subordinator()
            || info.is_adverb()
    }
}
