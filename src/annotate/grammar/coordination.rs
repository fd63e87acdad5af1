//! Coordinated subjects: `Léa Colin et Tom Blanchet`, `Dana Orr, the mayor, and a neighbour`.

use super::cues::Cue;
use super::noun_phrases::{NounPhrase, NounPhraseChunker};
use crate::annotate::Span;
use crate::annotate::languages::form;
use crate::annotate::sentences::Sentence;
use crate::annotate::tokens::Kind;

/// Maximum length of a description between commas within a coordination, in tokens.
const MAX_DESCRIPTION: usize = 9;
/// Maximum number of coordinated phrases.
const MAX_MEMBERS: usize = 6;

impl NounPhraseChunker<'_> {
    /// The coordination that a subject or a source is part of, if it is part of one.
    pub fn coordination(&self, phrase: NounPhrase, sentence: Sentence, cue: &Cue) -> Option<(usize, usize)> {
        if phrase.pronoun || self.is_singular(cue) {
            return None;
        }
        let mut joined = self.names_several(phrase);
        let (mut start, mut end) = (phrase.start, phrase.end);
        let limit = if phrase.start < cue.start { cue.start } else { sentence.end };
        let mut last = end;
        while let Some(next) = self.member_after(last, limit).filter(|&next| next <= limit) {
            last = next;
        }
        // Before a verb, the last member is the nearest one.
        if last > end && (limit == sentence.end || (last..limit).all(|i| self.is_small(i))) {
            (end, joined) = (last, true);
        }
        for _ in 0..MAX_MEMBERS {
            let Some(before) = self.member_before(start, sentence, joined).filter(|&before| before >= sentence.start)
            else {
                break;
            };
            (start, joined) = (before, true);
        }
        joined.then_some((start, end))
    }

    /// The entities of the people in a span that names several.
    pub fn people_in(&self, span: Span) -> Vec<usize> {
        let mentions = &self.names.mentions;
        let first = mentions.partition_point(|mention| mention.span.start < span.start);
        let inside = mentions[first..].iter().take_while(|mention| mention.span.end <= span.end);
        let mut found: Vec<usize> = Vec::new();
        for entity in
            inside.filter(|one| one.entity_kind == crate::annotate::EntityKind::Person).filter_map(|m| m.entity)
        {
            if !found.contains(&entity) {
                found.push(entity);
            }
        }
        found
    }

    /// Whether the form of a verb allows one subject only: `a déclaré`, `says`.
    fn is_singular(&self, cue: &Cue) -> bool {
        let clitic = self.tokens.info(cue.start).is_clitic();
        let verb = self.tokens.info(if clitic { cue.start + 1 } else { cue.start });
        match self.language.is_french() {
            true => cue.shape == super::cues::Shape::Finite && !verb.has_plural_verb_ending(),
            false => cue.shape == super::cues::Shape::Finite && verb.has_s_ending(),
        }
    }

    /// Whether a phrase names people on both sides of a conjunction.
    fn names_several(&self, phrase: NounPhrase) -> bool {
        (phrase.start + 1..phrase.end).any(|i| {
            let free = |at: usize| self.person_at(at).is_some();
            let title = |i: &usize| self.tokens.info(*i).is_title() || self.tokens.is_mark(*i, '.');
            let next = i + 1 + (i + 1..phrase.end).take_while(title).count();
            self.tokens.info(i).is_conjunction() && free(i - 1) && free(next) && !self.is_owned(phrase.start, i - 1)
        })
    }

    /// The end of the next coordinated phrase after one that ends at `end`.
    fn member_after(&self, end: usize, limit: usize) -> Option<usize> {
        let tokens = self.tokens;
        let mut at = end;
        if tokens.is_mark(at, ',') && !tokens.info(at + 1).is_conjunction() {
            let close = (at + 1..limit.min(at + MAX_DESCRIPTION)).find(|&i| tokens.is_mark(i, ','));
            at = close.filter(|&i| tokens.info(i + 1).is_conjunction())?;
        }
        if tokens.is_mark(at, ',') {
            at += 1;
        }
        let next = tokens.info(at).is_conjunction().then(|| self.phrase_at(at + 1, limit)).flatten()?;
        (self.may_be_member(next) && (next.end >= limit || !self.is_verb_at(next.end))).then_some(next.end)
    }

    /// The start of the coordinated phrase before one that starts at `start`. `joined`: a conjunction was seen.
    fn member_before(&self, start: usize, sentence: Sentence, joined: bool) -> Option<usize> {
        let tokens = self.tokens;
        let mut at = start.checked_sub(1).filter(|&at| at > sentence.start)?;
        let conjunction = tokens.info(at).is_conjunction() && !tokens.info(at).breaks_clause();
        if conjunction {
            at -= 1;
        }
        let comma = tokens.is_mark(at, ',');
        if !(conjunction || joined && comma) {
            return None;
        }
        let end = if comma { at } else { at + 1 };
        let member = |end: usize| {
            let phrase = self.phrase_ending_at(sentence, end).filter(|&one| self.may_be_member(one))?;
            (phrase.end == end).then(|| self.clause_opening(phrase.start, sentence)).flatten()
        };
        member(end).or_else(|| {
            // A description between commas may follow the name.
            let floor = sentence.start.max(end.saturating_sub(MAX_DESCRIPTION));
            let open = comma.then(|| (floor..end).rev().find(|&i| tokens.is_mark(i, ','))).flatten()?;
            member(open)
        })
    }

    /// `start`, if a clause may begin there; one word before it may belong to the coordination: `both`.
    fn clause_opening(&self, start: usize, sentence: Sentence) -> Option<usize> {
        if start == sentence.start {
            return Some(start);
        }
        let info = self.tokens.info(start - 1);
        match self.tokens.kind(start - 1) {
            Kind::Word if info.is_determiner() && start - 1 == sentence.start => Some(start - 1),
            Kind::Word if info.is_complementizer() || info.is_subordinator() || info.is_adverb() => Some(start),
            Kind::Word => None,
            _ => Some(start),
        }
    }

    /// Whether a word may stand between a subject and its verb.
    fn is_small(&self, at: usize) -> bool {
        let info = self.tokens.info(at);
        info.is_clitic() || info.is_adverb()
    }

    fn may_be_member(&self, phrase: NounPhrase) -> bool {
        let described = self.tokens.info(phrase.start).is_determiner() && self.may_be_source(phrase);
        !phrase.pronoun && (phrase.name.is_some() || described)
    }

    fn is_verb_at(&self, at: usize) -> bool {
        let info = self.tokens.info(at);
        let verb = info.is_have() || info.is_be() || info.is_other_verb() || info.is_modal() || info.is_clitic();
        verb || info.is_form(form::FINITE) || info.has_past_ending()
    }
}
