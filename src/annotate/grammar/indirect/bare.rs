//! Clauses without a complementizer after their verb: `said the bridge would open`, `affirme n'avoir rien vu`.

use super::{Clauses, MAX_COMPLEMENTIZER_DISTANCE};
use crate::annotate::grammar::cues::{Cue, Shape};
use crate::annotate::languages::Class;
use crate::annotate::tokens::Kind;

/// Maximum number of adjuncts between a verb and its infinitive.
const MAX_ADJUNCTS: usize = 4;
/// Maximum distance of the verb of a clause from its start, in tokens.
const MAX_SUBJECT: usize = 24;
/// Minimum number of words of a clause whose verb no list has.
const MIN_WORDS_WITHOUT_VERB: usize = 5;

impl Clauses<'_> {
    /// The start of an infinitive clause after a verb: `a annoncé renoncer`, `affirme n'avoir`, `promised to resign`.
    pub(super) fn infinitive_clause(&self, cue: &Cue) -> Option<usize> {
        let tokens = self.context.tokens;
        let phrases = self.context.phrases;
        if !cue.takes_infinitive {
            return None;
        }
        if !self.context.language.is_french() {
            let next = tokens.info(cue.end + 1);
            let verb = tokens.kind(cue.end + 1) == Kind::Word && !tokens.is_capitalized(cue.end + 1);
            let noun = next.is_determiner() || next.is_preposition() || next.is_time() || next.is_stressed();
            let infinitive = tokens.info(cue.end).links_infinitive() && verb && !noun && cue.shape == Shape::Finite;
            return (infinitive && cue.end + 1 < self.sentence.end).then_some(cue.end);
        }
        // Adjuncts and insertions are skipped: `annonce au journal, ce jeudi, dans un communiqué, avoir`.
        let mut start = cue.end;
        for _ in 0..MAX_ADJUNCTS {
            if self.is_mark(start, ',') {
                let close = || {
                    (start + 1..self.sentence.end.min(start + MAX_COMPLEMENTIZER_DISTANCE))
                        .find(|&i| self.is_mark(i, ','))
                };
                let opened = tokens.info(start + 1).is_any_infinitive() || tokens.info(start + 1).is_negation();
                start = if opened { start + 1 } else { close()? };
            } else if tokens.info(start).is_of() && tokens.info(start + 1).is_time() {
                start += 2;
            } else if let Some(next) = phrases
                .skip_adjunct(start, self.sentence.end)
                .filter(|&next| !tokens.info(start).is_any_infinitive() && next > start + 1)
            {
                start = next;
            }
        }
        let mut at = start;
        let small = |at: usize| {
            let info = tokens.info(at);
            info.is_negation() || info.is_clitic() && !info.is_determiner() || info.is_adverb()
        };
        while at < start + 4 && small(at) {
            at += 1;
        }
        let verb = tokens.info(at).is_any_infinitive() && !tokens.is_capitalized(at);
        let start = (start..at).find(|&i| !tokens.info(i).is_adverb()).unwrap_or(at);
        (verb && at < self.sentence.end).then_some(start)
    }

    /// The start of a clause without a complementizer: `said the bridge would open`, `warned us the bridge would close`.
    ///
    /// `quotes`: whether the verb reports a quotation.
    pub(super) fn bare_clause(&self, cue: &Cue, quotes: bool) -> Option<usize> {
        // A narrow verb in another form has an object: `showing the Games live`.
        if !cue.takes_bare_clause || cue.class == Class::Narrow && cue.shape != Shape::Finite {
            return None;
        }
        let only_clauses = cue.only_clauses && !quotes;
        let addressee = cue.takes_addressee.then(|| self.after_addressee(cue.end)).flatten();
        addressee
            .and_then(|at| self.bare_clause_at(at, only_clauses))
            .or_else(|| self.bare_clause_at(cue.end, only_clauses))
    }

    /// The index after the addressee of a verb: `told me`, `told the council`.
    fn after_addressee(&self, at: usize) -> Option<usize> {
        let info = self.context.tokens.info(at);
        let alone = info.is_participant() || info.is_stressed();
        if alone {
            Some(at + 1)
        } else {
            self.context.phrases.phrase_at(at, self.sentence.end).map(|phrase| phrase.end)
        }
    }

    /// The start of a clause at or after `at`, behind adjuncts. `only_clauses`: whether the verb before it has no other object.
    fn bare_clause_at(&self, mut at: usize, only_clauses: bool) -> Option<usize> {
        let tokens = self.context.tokens;
        let owner = |at: usize| tokens.info(at + 1).is_possessive();
        while at < self.sentence.end
            && !owner(at)
            && (tokens.info(at).is_time() || (tokens.info(at).is_adverb() && !tokens.info(at).is_determiner()))
        {
            at += 1;
        }
        while let Some(next) = self
            .context
            .phrases
            .skip_adjunct(at, self.sentence.end)
            .filter(|_| !tokens.info(at).is_quantifier() && !owner(at))
        {
            at = next;
        }
        let first = tokens.info(at);
        let opens = tokens.list.get(at).is_some_and(|token| token.is_word())
            && !(first.is_be()
                || first.is_have()
                || first.is_modal()
                || first.is_conjunction()
                || first.is_subordinator()
                || first.is_of());
        let clause = || {
            self.opens_with_subject(at) || self.has_verb_of_its_own(at) || only_clauses && self.looks_like_clause(at)
        };
        (opens && at < self.sentence.end && clause()).then_some(at)
    }

    /// Whether a pronoun that is always a subject stands at `at`, before its verb.
    fn opens_with_subject(&self, at: usize) -> bool {
        let tokens = self.context.tokens;
        let (info, next) = (tokens.info(at), tokens.info(at + 1));
        let word = matches!(tokens.kind(at + 1), Kind::Word | Kind::Quoted(_));
        let verb = word && !next.is_preposition() && !next.is_conjunction();
        info.is_pronoun() && (info.is_personal() || info.is_plural()) && verb
    }

    /// Whether the words at `at` are enough for a clause whose verb no list has: `the lapses raise questions`.
    fn looks_like_clause(&self, at: usize) -> bool {
        let tokens = self.context.tokens;
        let info = tokens.info(at);
        let subject = info.is_definite()
            || info.is_demonstrative()
            || info.is_possessive_determiner()
            || info.is_plural()
            || info.is_quantifier() && !info.is_preposition()
            || info.has_s_ending()
            || tokens.is_capitalized(at);
        // A relative clause may separate subject and verb: `the plant, which employs many, would close`.
        let ends = |i: &usize| !tokens.list[*i].is_word() && !tokens.info(i + 1).is_relative();
        let limit = self.sentence.end.min(at + MAX_SUBJECT);
        let end = (at..limit).find(ends).unwrap_or(limit);
        let singular = |i: usize| {
            let next = tokens.info(i + 1);
            let followed = next.is_determiner() || next.is_preposition() || next.is_adverb() || i + 1 == end;
            tokens.info(i).has_s_ending()
                && followed
                && !tokens.info(i - 1).is_determiner()
                && !tokens.is_capitalized(i)
        };
        subject && (end - at >= MIN_WORDS_WITHOUT_VERB || (at + 1..end).any(singular))
    }

    /// Whether a verb follows the subject at `start`. The verb of `noted the time and left` has the subject of `noted`, and
    /// the first verb after a relative pronoun has that pronoun as its subject.
    fn has_verb_of_its_own(&self, start: usize) -> bool {
        let tokens = self.context.tokens;
        let mut relatives = 0;
        let mut in_verb = false;
        for at in start + 1..self.sentence.end.min(start + MAX_SUBJECT) {
            let (info, next) = (tokens.info(at), tokens.info(at + 1));
            let ends = match tokens.kind(at) {
                Kind::Word => info.is_subordinator() || info.is_conjunction() && self.is_predicate(at + 1),
                Kind::Mark(',') => next.is_conjunction(),
                Kind::Mark('.') => !tokens.info(at - 1).is_abbreviation(),
                Kind::Mark('(' | ')' | '&' | '-' | '–') => false,
                _ => true,
            };
            if ends {
                return false;
            }
            relatives += usize::from(info.is_relative() || info.is_complementizer());
            let verb = self.is_predicate(at) || self.is_present(start, at);
            if verb && !in_verb {
                if relatives == 0 {
                    return true;
                }
                relatives -= 1;
            }
            in_verb = verb || in_verb && info.is_adverb();
        }
        false
    }

    /// Whether a token is a finite verb or looks like one in the past.
    pub(super) fn is_predicate(&self, at: usize) -> bool {
        let info = self.context.tokens.info(at);
        let past = info.has_past_ending() && !self.context.tokens.info(at - 1).is_determiner();
        past || info.is_be() || info.is_have() || info.is_other_verb() || info.is_modal()
    }

    /// Whether a word that ends like a verb in the third person follows a name or a pronoun and begins a predicate.
    fn is_present(&self, start: usize, at: usize) -> bool {
        let tokens = self.context.tokens;
        let before = tokens.info(at - 1);
        let subject =
            before.is_pronoun() || self.context.phrases.mention_of[at - 1].is_some() || tokens.is_capitalized(at - 1);
        let next = tokens.info(at + 1);
        let predicate = before.is_pronoun()
            || next.is_determiner()
            || next.links_infinitive()
            || next.is_preposition()
            || next.is_adverb();
        let plain = tokens.info(at).has_s_ending() && !tokens.is_capitalized(at);
        plain && subject && predicate && at > start
    }
}
