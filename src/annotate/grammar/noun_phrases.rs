//! Finds noun phrases in the tokens of a text.

use super::cues::Cue;
use crate::annotate::languages::{Info, Language};
use crate::annotate::names::Names;
use crate::annotate::names::gazetteer::gazetteer;
use crate::annotate::tokens::{Kind, Tokens};
use crate::annotate::{EntityKind, Span};

/// A noun phrase: a range of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NounPhrase {
    pub start: usize,
    pub end: usize,
    /// Index of the mention that names the person within it.
    pub name: Option<usize>,
    /// Whether the phrase is a pronoun.
    pub pronoun: bool,
}

/// Maximum length of a noun phrase, in tokens.
pub(super) const MAX_TOKENS: usize = 22;

/// Quotations shorter than this, in code points, may be part of a noun phrase.
const MAX_QUOTATION: usize = 24;

/// Finds noun phrases in the tokens of a text.
pub struct NounPhraseChunker<'a> {
    pub tokens: &'a Tokens,
    pub names: &'a Names,
    pub language: &'static Language,
    /// For each token, the mention that contains it.
    pub mention_of: Vec<Option<u32>>,
    /// For each token, whether a cue starts there.
    pub verb_at: Vec<bool>,
}

impl<'a> NounPhraseChunker<'a> {
    /// Maps mentions and cues to tokens, in linear time.
    pub fn new(tokens: &'a Tokens, names: &'a Names, cues: &[Cue], language: &'static Language) -> Self {
        let mut mention_of = vec![None; tokens.list.len()];
        let mut next = 0;
        for (i, token) in tokens.list.iter().enumerate() {
            while next < names.mentions.len() && names.mentions[next].span.end <= token.span.start {
                next += 1;
            }
            let inside = names
                .mentions
                .get(next)
                .is_some_and(|m| m.span.start <= token.span.start && token.span.end <= m.span.end);
            if inside && token.is_word() {
                mention_of[i] = u32::try_from(next).ok();
            }
        }
        let mut verb_at = vec![false; tokens.list.len()];
        for cue in cues {
            verb_at[cue.start] = true;
        }
        Self { tokens, names, language, mention_of, verb_at }
    }

    /// The span of a range of tokens.
    pub fn span(&self, start: usize, end: usize) -> Span {
        Span { start: self.tokens.list[start].span.start, end: self.tokens.list[end - 1].span.end }
    }

    /// Whether a span contains a word.
    pub fn contains_word(&self, span: Span, word: &str) -> bool {
        self.tokens.words_in(span).any(|token| self.tokens.lowercase(token) == word)
    }

    /// Whether a span contains a word with a property.
    pub fn any_word(&self, span: Span, property: impl Fn(Info) -> bool) -> bool {
        self.tokens.words_in(span).any(|token| property(token.info))
    }

    pub(super) fn mention_at(&self, at: usize) -> Option<usize> {
        self.mention_of.get(at).copied().flatten().map(|m| m as usize)
    }

    pub(super) fn person_at(&self, at: usize) -> Option<usize> {
        self.mention_at(at).filter(|&m| self.names.mentions[m].entity_kind == EntityKind::Person)
    }

    pub(super) fn word(&self, at: usize) -> &str {
        self.tokens.word(at)
    }

    /// The noun phrase that starts at `at` and ends before `limit`.
    pub fn phrase_at(&self, at: usize, limit: usize) -> Option<NounPhrase> {
        let tokens = self.tokens;
        if at >= limit || tokens.kind(at) != Kind::Word {
            return None;
        }
        let info = tokens.info(at);
        if let Some(end) = self.pronoun_at(at) {
            let third_person = !info.is_participant() && !info.is_impersonal();
            return third_person.then_some(NounPhrase { start: at, end, name: None, pronoun: true });
        }
        let opens = info.is_determiner()
            || tokens.is_capitalized(at)
            || info.is_title()
            || info.is_role()
            || info.is_group()
            || self.mention_at(at).is_some()
            || info.is_anonymous()
            || info.is_plural()
            || self.opens_with_plain_words(at);
        if !opens
            || info.is_preposition()
            || info.is_of() && !info.is_determiner() && self.mention_at(at).is_none()
            || info.is_subordinator()
            || (info.is_time() && self.mention_at(at).is_none())
        {
            return None;
        }
        let mut end = at;
        while end < limit && end - at < MAX_TOKENS {
            let next = self.next_end(at, end);
            if next == end {
                break;
            }
            end = next.min(limit);
        }
        while end > at + 1 && self.is_dangling(end - 1) {
            end -= 1;
        }
        let standalone = info.is_standalone() && (self.cue_starts_at(end) || tokens.kind(end) != Kind::Word);
        let only_determiner = end == at + 1 && info.is_determiner() && !tokens.is_capitalized(at) && !standalone;
        if end == at || only_determiner || (end == at + 1 && info.is_clitic() && self.mention_at(at).is_none()) {
            return None;
        }
        let name = self.name_in(at, end);
        Some(NounPhrase { start: at, end, name, pronoun: false })
    }

    /// Whether up to three plain words precede a person directly: `retired teacher Ann Roy`.
    fn opens_with_plain_words(&self, at: usize) -> bool {
        let plain = |i: &usize| {
            let info = self.tokens.info(*i);
            let small = info.is_determiner() || info.is_clitic() || info.is_adverb() || info.is_time() || info.is_of();
            let word = self.tokens.kind(*i) == Kind::Word && !self.tokens.is_capitalized(*i);
            word && !small && !self.verb_at[*i] && info.fits_noun_phrase() && self.mention_at(*i).is_none()
        };
        let words = (at..at + 3).take_while(plain).count();
        let mut next = at + words;
        // `veteran Sen. Howard Blaine`
        if self.tokens.info(next).is_title() {
            next += 1 + usize::from(self.tokens.is_mark(next + 1, '.'));
        }
        words > 0 && self.person_at(next).is_some() && !self.tokens.info(at + words - 1).has_manner_ending()
    }

    /// The end of a personal pronoun, or of a phrase such as `ce dernier`, `the latter`.
    fn pronoun_at(&self, at: usize) -> Option<usize> {
        let info = self.tokens.info(at);
        let end = if info.is_anaphor() { at + 2 } else { at + 1 };
        let described = info.is_anaphor() && self.tokens.info(end).is_role();
        (info.is_pronoun() && self.mention_at(at).is_none() && !described).then_some(end)
    }

    /// The index after the token at `end` if that token belongs to the phrase, else `end`.
    fn next_end(&self, start: usize, end: usize) -> usize {
        let tokens = self.tokens;
        if self.mention_at(end).is_some() {
            return end + 1;
        }
        match tokens.kind(end) {
            Kind::Word => {}
            Kind::Mark('.') if end > start && (tokens.info(end - 1).is_abbreviation() || self.is_initial(end - 1)) => {
                return end + 1;
            }
            Kind::Mark('&' | '/') if end > start => return end + 1,
            // `the dockers' leader`
            Kind::Mark('\'')
                if end > start && tokens.info(end - 1).has_s_ending() && tokens.kind(end + 1) == Kind::Word =>
            {
                return end + 1;
            }
            Kind::Mark('(') if end > start => {
                let close = (end + 1..end + 10).find(|&i| tokens.is_mark(i, ')'));
                return close
                    .filter(|&i| tokens.info(i + 1).is_of() || self.cue_starts_at(i + 1))
                    .map_or(end, |i| i + 1);
            }
            Kind::Quoted(_) if end > start && tokens.length(end) < MAX_QUOTATION => {
                return end + 1;
            }
            _ => return end,
        }
        let info = tokens.info(end);
        let after_determiner = end > start && tokens.info(end - 1).is_determiner();
        if self.verb_at[end] && !after_determiner {
            return end;
        }
        if info.is_conjunction() {
            let pair = end > start
                && tokens.is_capitalized(end - 1)
                && tokens.is_capitalized(end + 1)
                && !tokens.info(end + 1).is_sentence_initial();
            let office = end > start && tokens.info(end + 1).is_of();
            return if pair || office { end + 1 } else { end };
        }
        // `the report handed to the mayor`
        let participle = info.has_past_ending() && info.is_unknown() && tokens.info(end + 1).is_preposition();
        if end > start && participle && !after_determiner && !tokens.is_capitalized(end) {
            return end;
        }
        if info.is_preposition() && end > start {
            return self.skip_office(start, end);
        }
        let object = info.is_clitic() && !info.is_determiner() && !tokens.is_capitalized(end);
        if end > start && object {
            return end;
        }
        let lower_time = info.is_time() && !tokens.is_capitalized(end) && !after_determiner;
        let small = info.is_adverb() && !after_determiner && !tokens.is_capitalized(end);
        if end > start && (!info.fits_noun_phrase() || lower_time || small) && !after_determiner {
            return end;
        }
        // A second article begins another phrase: `le ministre le plus`, `the minister a day`.
        if end > start
            && info.is_determiner()
            && !info.is_of()
            && !tokens.is_capitalized(end)
            && !tokens.info(end - 1).is_of()
            && !tokens.info(end - 1).is_determiner()
            && !info.is_predeterminer()
        {
            return end;
        }
        end + 1
    }

    /// The index after a preposition and noun that belong to an office (`ministre délégué aux Transports`), else `end`.
    fn skip_office(&self, start: usize, end: usize) -> usize {
        let role = (start..end).any(|i| self.tokens.info(i).is_role());
        let joins = self.tokens.info(end).links_office() && role;
        let next = if self.tokens.info(end + 1).is_definite() { end + 2 } else { end + 1 };
        // `the attorney for Ann Roy`, `a spokesman for coach Ann Roy`
        let described = |i: &usize| self.tokens.info(*i).is_role() || self.tokens.info(*i).is_title();
        let name = next + (next..next + 3).take_while(described).count();
        if joins
            && self.language.is_english()
            && let Some(person) = self.person_at(name)
        {
            return (name..).find(|&i| self.mention_at(i) != Some(person)).unwrap_or(name);
        }
        let proper = self.tokens.is_capitalized(next)
            && !self.is_acronym(next)
            && self.person_at(next).is_none()
            && self.mention_at(end + 1).is_none();
        if joins && proper { next + 1 } else { end }
    }

    /// Whether an apostrophe is that of a plural: `the dockers' leader`.
    pub(super) fn is_plural_possessive(&self, at: usize) -> bool {
        let tokens = self.tokens;
        at > 0
            && tokens.is_mark(at, '\'')
            && tokens.info(at - 1).has_s_ending()
            && tokens.list[at - 1].span.end == tokens.list[at].span.start
            && tokens.kind(at + 1) == Kind::Word
    }

    fn cue_starts_at(&self, at: usize) -> bool {
        self.verb_at.get(at).copied().unwrap_or(false)
    }

    fn is_initial(&self, at: usize) -> bool {
        self.tokens.is_capitalized(at) && self.word(at).chars().count() == 1
    }

    fn is_acronym(&self, at: usize) -> bool {
        let Some(token) = self.tokens.list.get(at) else { return false };
        let length = token.span.end - token.span.start;
        self.mention_at(at).is_some_and(|m| self.names.mentions[m].entity_kind == EntityKind::Organization)
            && length <= 6
    }

    fn is_dangling(&self, at: usize) -> bool {
        let info = self.tokens.info(at);
        self.mention_at(at).is_none()
            && (info.is_of()
                || info.is_determiner()
                || info.is_preposition()
                || info.is_conjunction()
                || matches!(self.tokens.kind(at), Kind::Mark('/' | '&')))
    }

    /// The mention of the person that a phrase names: `l'entraîneur Luc Petit`, but not `la porte-parole de Luc Petit`.
    ///
    /// Of several, the last one is the head: `Ferrand chief | Ann Roy`, `Tom Roy's lawyer | Ann Roy`.
    pub fn name_in(&self, start: usize, end: usize) -> Option<usize> {
        let mut at = start;
        let mut found: Option<(usize, usize)> = None;
        while at < end {
            let Some(person) = self.person_at(at) else {
                at += 1;
                continue;
            };
            let from = at;
            while at < end && self.mention_at(at) == Some(person) {
                at += 1;
            }
            let possessive = at < end && (self.tokens.info(at).is_possessive() || self.tokens.is_mark(at, '\''));
            // One word after a group is the name of the group: `la compagnie Dupont`.
            let of_group = from > start && self.tokens.info(from - 1).is_group() && at == from + 1;
            let joined = |last: usize| (last..from).all(|i| self.joins_name(i));
            if !possessive && !of_group && !self.is_owned(start, from) && found.is_none_or(|(_, last)| joined(last)) {
                found = Some((person, at));
            }
        }
        found.map(|(person, _)| person)
    }

    /// Whether a word may stand between two names of which the second is the head.
    fn joins_name(&self, at: usize) -> bool {
        let info = self.tokens.info(at);
        self.tokens.kind(at) == Kind::Word && !info.is_conjunction() && !info.is_of() && !info.is_determiner()
    }

    /// Whether the name at `at` belongs to a complement of the phrase that begins at `start`.
    ///
    /// In `le frère du maire Luc Petit` it does, in `le ministre de l'Intérieur Luc Petit` it does not.
    pub(super) fn is_owned(&self, start: usize, at: usize) -> bool {
        for i in (start..at).rev() {
            let info = self.tokens.info(i);
            let own = self.tokens.is_mark(i, '.') || info.is_determiner() && !info.is_of();
            let introduced =
                |i: usize| self.introduces_name(i) || self.tokens.info(i).is_role() && !self.tokens.is_capitalized(i);
            let office = info.links_office() && self.language.is_english() && (i + 1..at).all(introduced);
            if info.is_of() || office {
                return i + 1 == at || (i + 1..at).all(|i| self.introduces_name(i)) || self.follows_owned_role(i, at);
            }
            if !(own || self.tokens.list[i].is_word()) {
                return false;
            }
        }
        false
    }

    /// Whether a word between a preposition and a name is an article or a title.
    fn introduces_name(&self, at: usize) -> bool {
        let info = self.tokens.info(at);
        info.is_determiner() || info.is_title() || self.tokens.is_mark(at, '.')
    }

    /// Whether a role stands between a genitive preposition and a name: `du maire Luc Petit`.
    fn follows_owned_role(&self, of: usize, at: usize) -> bool {
        let role = |i: &usize| self.tokens.info(*i).is_role() || self.tokens.info(*i).is_title();
        let first = (of + 1..at).find(role);
        // `University of Texas president Ann Roy` has the name of a place before the role.
        first.is_some_and(|role| role <= of + 3 && !(of + 1..role).any(|i| self.tokens.is_capitalized(i)))
    }

    /// Whether a phrase is one capitalised word that is a first name: `Yvette`.
    fn is_first_name(&self, phrase: NounPhrase) -> bool {
        let sole = phrase.end == phrase.start + 1 && self.tokens.is_capitalized(phrase.start);
        let unknown = self.tokens.info(phrase.start).is_unknown();
        sole && unknown && gazetteer().gender(self.word(phrase.start)).is_some()
    }

    /// Whether a phrase may be a source: a pronoun, a name, a role or a group.
    pub fn may_be_source(&self, phrase: NounPhrase) -> bool {
        let tokens = self.tokens;
        let main = (phrase.start..phrase.end).take_while(|&i| i == phrase.start || !tokens.info(i).is_of());
        phrase.pronoun
            || phrase.name.is_some()
            || self.is_first_name(phrase)
            || self.mention_at(phrase.end - 1).is_some()
            || main
                .into_iter()
                .any(|i| tokens.info(i).is_role() || tokens.info(i).is_group() || tokens.info(i).is_anonymous())
    }
}
