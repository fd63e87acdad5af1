//! Noun phrases after a cue, skipping adjuncts of time, place and addressee.

use super::cues::Cue;
use super::noun_phrases::{NounPhrase, NounPhraseChunker};
use crate::annotate::languages::Class;
use crate::annotate::tokens::Kind;

impl NounPhraseChunker<'_> {
    /// The noun phrase at or after `from`, skipping adjuncts, extended by a name in apposition.
    pub fn phrase_after(&self, from: usize, limit: usize) -> Option<NounPhrase> {
        let mut at = from;
        for _ in 0..6 {
            if at >= limit {
                return None;
            }
            if let Some(next) = self.skip_adjunct(at, limit) {
                at = next;
                continue;
            }
            // A comma closes adjuncts between commas: `martèle, devant la presse, Anne Roy`.
            let closes = at > from && self.tokens.is_mark(at, ',');
            let named = |phrase: &NounPhrase| !closes || phrase.name.is_some();
            let phrase = self.phrase_at(at + usize::from(closes), limit).filter(named);
            return phrase.map(|phrase| self.with_apposition(phrase, limit));
        }
        None
    }

    /// Extends a description by the name after its comma: `le ministre de l'Intérieur, Luc Petit`.
    pub fn with_apposition(&self, phrase: NounPhrase, limit: usize) -> NounPhrase {
        if phrase.name.is_some() || phrase.pronoun {
            return phrase;
        }
        // A place may precede the comma: `l'ambassadeur à Rome, Luc Petit`.
        let place = self.tokens.info(phrase.end).is_preposition() && !self.tokens.info(phrase.end).is_agent();
        let close = if place { self.skip_prepositional(phrase.end, limit).unwrap_or(phrase.end) } else { phrase.end };
        if !self.tokens.is_mark(close, ',') {
            return phrase;
        }
        let indefinite = self.tokens.info(phrase.start).is_indefinite() && !self.tokens.info(phrase.start).is_plural();
        let role = indefinite
            || (phrase.start..phrase.end).any(|i| self.tokens.info(i).is_role() || self.tokens.info(i).is_anonymous());
        let mut next = close + 1;
        let office = |at: usize| self.tokens.info(at).is_role() && self.tokens.is_capitalized(at);
        let title = |at: usize| self.tokens.info(at).is_title() || office(at) && self.mention_at(at).is_none();
        while title(next) || next > close + 1 && self.tokens.is_mark(next, '.') {
            next += 1;
        }
        match self.person_at(next) {
            Some(person) if (role || next > close + 1) && next < limit => {
                let end = (next..limit).find(|&i| self.mention_at(i) != Some(person)).unwrap_or(limit);
                NounPhrase { end, name: Some(person), ..phrase }
            }
            None if role && self.is_sole_name(close + 1, limit) => NounPhrase { end: close + 2, ..phrase },
            _ => phrase,
        }
    }

    /// Whether a capitalised word stands alone between marks: `his mother, Nadia, said`.
    fn is_sole_name(&self, at: usize, limit: usize) -> bool {
        let info = self.tokens.info(at);
        let small = info.is_sentence_initial() || info.is_time() || info.is_role() || info.is_group();
        let ends = at + 1 >= limit || matches!(self.tokens.kind(at + 1), Kind::Mark('.' | ',' | ';') | Kind::Break);
        at < limit && self.tokens.is_capitalized(at) && self.mention_at(at).is_none() && !small && ends
    }

    /// The index after one adjunct: an adverb, a time, an addressee or a place.
    pub fn skip_adjunct(&self, at: usize, limit: usize) -> Option<usize> {
        let tokens = self.tokens;
        let info = tokens.info(at);
        if self.mention_at(at).is_some() {
            return None;
        }
        if matches!(tokens.kind(at), Kind::Mark(',' | '–' | '—')) {
            // A comma is part of an adjunct only if a time, an adverb or a number precedes it or a preposition follows.
            let previous_skips = at > 0
                && (tokens.info(at - 1).is_time()
                    || tokens.info(at - 1).is_adverb()
                    || self.word(at - 1).starts_with(|c: char| c.is_ascii_digit()));
            return (previous_skips || tokens.info(at + 1).is_preposition()).then_some(at + 1);
        }
        if matches!(tokens.kind(at), Kind::Mark('(')) {
            return (at + 1..limit.min(at + 10)).find(|&i| tokens.is_mark(i, ')')).map(|i| i + 1);
        }
        let day = (info.is_determiner() || info.is_time())
            && (tokens.info(at + 1).is_time() || self.starts_with_digit(at + 1));
        if day {
            return Some(self.skip_time(at + 2, limit));
        }
        if (info.is_time() || info.is_adverb() || self.starts_with_digit(at))
            && tokens.kind(at) == Kind::Word
            && !info.is_role()
        {
            return Some(self.skip_time(at + 1, limit));
        }
        if info.is_preposition() || info.links_adjunct() {
            return self.skip_prepositional(at, limit);
        }
        None
    }

    fn starts_with_digit(&self, at: usize) -> bool {
        self.word(at).starts_with(|c: char| c.is_ascii_digit())
    }

    fn skip_time(&self, mut at: usize, limit: usize) -> usize {
        while at < limit
            && (self.tokens.info(at).is_time() || self.starts_with_digit(at))
            && self.mention_at(at).is_none()
        {
            at += 1;
        }
        at
    }

    fn skip_prepositional(&self, at: usize, limit: usize) -> Option<usize> {
        let tokens = self.tokens;
        let mut from = at + 1;
        // `lors d'une`, `auprès de`, `à l'issue de`, `en réponse à`.
        while from < limit && from < at + 4 && (tokens.info(from).is_of() || tokens.info(from).is_preposition()) {
            from += 1;
        }
        if let Some(mention) = self
            .mention_at(from)
            .or_else(|| tokens.info(from).is_determiner().then(|| self.mention_at(from + 1)).flatten())
        {
            let start = if self.mention_at(from).is_some() { from } else { from + 1 };
            let end = (start..limit).find(|&i| self.mention_at(i) != Some(mention)).unwrap_or(limit);
            return Some(end);
        }
        let phrase = self.phrase_at(from, limit);
        let mut end = match phrase {
            Some(phrase) if phrase.name.is_some() && !phrase.pronoun => self.end_before_name(phrase),
            Some(phrase) => phrase.end,
            None => {
                let mut end = from;
                while end < limit
                    && end < from + 6
                    && tokens.kind(end) == Kind::Word
                    && tokens.info(end).fits_noun_phrase()
                    && !tokens.info(end).is_determiner()
                    && self.mention_at(end).is_none()
                {
                    end += 1;
                }
                end
            }
        };
        if let Kind::Quoted(_) = tokens.kind(end) {
            end += 1;
        }
        (end > from).then_some(end)
    }

    /// The end of an adjunct that is directly followed by a name: `à la presse | Luc Petit`.
    fn end_before_name(&self, phrase: NounPhrase) -> usize {
        (phrase.start..phrase.end).find(|&i| self.mention_at(i) == phrase.name).unwrap_or(phrase.end)
    }

    /// Whether a token is a lower-case word that may be an adjective.
    fn is_plain_word(&self, at: usize) -> bool {
        let info = self.tokens.info(at);
        let word = self.tokens.kind(at) == Kind::Word && !self.tokens.is_capitalized(at);
        word && !info.is_of() && !info.is_determiner() && info.fits_noun_phrase()
    }

    /// The source after a phrase such as `selon` or `according to`. Data and rules are not sources.
    pub fn source_after(&self, cue: &Cue, limit: usize) -> Option<NounPhrase> {
        let tokens = self.tokens;
        let mut from = cue.end;
        if tokens.info(from).is_of() {
            from += 1;
        }
        let first = tokens.info(from);
        if first.is_participant() && self.mention_at(from).is_none() {
            return None;
        }
        if first.is_stressed() {
            return Some(NounPhrase { start: from, end: from + 1, name: None, pronoun: true });
        }
        let mut phrase = self.phrase_at(from, limit)?;
        let saying = (phrase.start..phrase.end).find(|&i| tokens.info(i).is_speech_noun());
        if let Some(saying) = saying {
            // Adjectives may follow the noun: `selon les mots prudents de`.
            let of = (saying + 1..saying + 4).find(|&i| !self.is_plain_word(i))?;
            if !tokens.info(of).is_of() && !tokens.info(of).is_agent() {
                return None;
            }
            phrase = self.phrase_at(of + 1, limit)?;
        }
        let head = (phrase.start..phrase.end.min(phrase.start + 4))
            .take_while(|&i| i == phrase.start || !tokens.info(i).is_of());
        let data = head.into_iter().any(|i| tokens.info(i).is_no_source());
        let weak = cue.class == Class::Weak;
        if data && phrase.name.is_none() || phrase.pronoun && weak {
            return None;
        }
        if weak {
            phrase = self.with_apposition(phrase, limit);
            let described = (phrase.start..phrase.end).any(|i| tokens.info(i).is_role() || tokens.info(i).is_group());
            let person = phrase.name.is_some() || (described && tokens.info(phrase.start).is_determiner());
            let comma = (phrase.end..limit.min(phrase.end + 16)).any(|i| tokens.is_mark(i, ','));
            let ends = matches!(tokens.kind(phrase.end), Kind::Mark(',') | Kind::Quoted(_))
                || tokens.info(phrase.end).is_conjunction();
            return (person && comma && ends).then_some(phrase);
        }
        Some(self.with_apposition(phrase, limit))
    }
}
