//! The sieves: each ties a quotation to a cue or a source in one kind of construction.

use std::ops::Range;

use super::EntityKind;
use super::attribution::{Attribution, Reader, Reading, Tie};
use super::cues::Shape;
use super::lexicon::Class;
use super::sentences::Sentence;
use super::speakers::Cast;
use super::tokens::Kind;

/// How far a cue may stand before its quotation, in tokens.
const BEFORE: usize = 45;
/// How far a cue may stand behind its quotation, in tokens.
const BEHIND: usize = 34;

impl Reader<'_> {
    /// A cue between the marks.
    pub(super) fn inside(&self, quote: usize, cast: &mut Cast) -> Option<Attribution> {
        let inside = self.inside[quote].as_ref()?;
        let speaker = cast.resolve_in(self.unmasked, inside.subject, false);
        cast.meet(speaker);
        Some(Attribution { speaker: Some(speaker), cue: None, tie: Tie::Inside })
    }

    fn attribution(&self, cue: usize, tie: Tie, reading: &Reading) -> Option<Attribution> {
        Some(Attribution { speaker: reading.subjects[cue], cue: Some(cue), tie })
    }

    /// `« ... », a déclaré X`: a verb right behind the marks.
    pub(super) fn beside_after(
        &self,
        at: usize,
        sentence: Sentence,
        cues: &Range<usize>,
        reading: &Reading,
    ) -> Option<Attribution> {
        let mut next = at + 1;
        let mut steps = 0;
        while next < sentence.end && steps < 5 {
            let info = self.tokens.info(next);
            let small = info.is_adverb() || info.is_clitic() || self.tokens.word(next) == "comme";
            match self.tokens.kind(next) {
                Kind::Mark(',' | '–' | '—' | '-') => {}
                Kind::Word if small && !self.phrases.verb_at[next] => {}
                _ => break,
            }
            next += 1;
            steps += 1;
        }
        let cue = self.cue_at(next, cues)?;
        let found = &self.cues[cue];
        let fits = found.shape == Shape::Finite && !found.negated;
        // `un membre de « la ligue », a dit`: a subject that ends with a name between marks.
        let subject = reading.subjects[cue]?;
        let behind = found.inverted.is_some() || subject.span.start >= self.tokens.list[at].span.end;
        let utterance = at == sentence.start
            || self.ends_with_pause(at)
            || self.tokens.is_mark(at - 1, ':')
            || self.tokens.info(at - 1).is_que();
        (fits && (behind || utterance)).then(|| self.attribution(cue, Tie::Beside, reading)).flatten()
    }

    fn cue_at(&self, at: usize, cues: &Range<usize>) -> Option<usize> {
        let found = cues.start + self.cues[cues.clone()].partition_point(|cue| cue.start < at);
        (found < cues.end && self.cues[found].start == at).then_some(found)
    }

    /// `"...," Mr. Petit, who lives there, said`: subject and verb behind.
    pub(super) fn behind(&self, at: usize, cues: &Range<usize>, reading: &Reading) -> Option<Attribution> {
        let comma = self.tokens.is_mark(at + 1, ',');
        let led =
            cues.clone().any(|i| self.cues[i].end <= at && at - self.cues[i].end < 12 && reading.subjects[i].is_some());
        let ends = self.ends_with_pause(at) || (comma && !led);
        let next = self.tokens.info(if comma { at + 2 } else { at + 1 });
        if !ends || next.is_conjunction() || next.is_relative() || next.is_subordinator() {
            return None;
        }
        let cue = cues.clone().find(|&i| self.cues[i].start > at && self.cues[i].shape == Shape::Finite)?;
        let found = &self.cues[cue];
        let clear =
            !(at + 1..found.start).any(|i| matches!(self.tokens.kind(i), Kind::Quoted(_) | Kind::Mark(':' | ';')));
        let forward = self.tokens.info(found.end).is_que()
            || self.tokens.is_mark(found.end, ':')
            || (matches!(self.tokens.kind(found.end), Kind::Quoted(_)) && !self.ends_with_pause(at));
        let speaker = reading.subjects[cue].filter(|speaker| speaker.span.start >= self.tokens.list[at].span.end)?;
        let near = found.start - at < BEHIND && !matches!(found.class, Class::Weak) || found.start - at < 9;
        (clear && near && !forward && !found.negated).then_some(Attribution {
            speaker: Some(speaker),
            cue: Some(cue),
            tie: Tie::Beside,
        })
    }

    /// `The cut is "too small," but welcome, X said`, `« ... » mais reste fragile, a jugé X`: a source that closes the sentence.
    pub(super) fn trailing(&self, at: usize, cues: &Range<usize>, reading: &Reading) -> Option<Attribution> {
        let cue = cues.clone().rev().find(|&i| self.cues[i].start > at && self.cues[i].shape == Shape::Finite)?;
        let found = &self.cues[cue];
        let speaker = reading.subjects[cue].filter(|one| one.span.start >= self.tokens.list[at].span.end)?;
        let start = found.start.min(self.tokens.list.partition_point(|token| token.span.start < speaker.span.start));
        let comma = (start.saturating_sub(3)..start).any(|i| i > at && self.tokens.is_mark(i, ','));
        let clear =
            !(at + 1..found.end + 1).any(|i| matches!(self.tokens.kind(i), Kind::Quoted(_) | Kind::Mark(':' | ';')));
        let forward = self.tokens.info(found.end).is_que();
        let fits = comma
            && clear
            && !forward
            && !found.negated
            && !matches!(found.class, Class::Weak)
            && found.start - at < BEFORE;
        fits.then_some(Attribution { speaker: Some(speaker), cue: Some(cue), tie: Tie::Before })
    }

    /// Whether the words between the marks end with a comma, a question, a cry.
    fn ends_with_pause(&self, at: usize) -> bool {
        let Kind::Quoted(quote) = self.tokens.kind(at) else { return false };
        let last = self.quoted[quote].parts.last().map_or('\n', |part| self.text.before(part.end));
        matches!(last, ',' | '!' | '?' | '…' | '—' | '–')
    }

    /// `« ... », selon X`: a phrase behind, no verb in between.
    pub(super) fn phrase_behind(
        &self,
        at: usize,
        sentence: Sentence,
        cues: &Range<usize>,
        reading: &Reading,
    ) -> Option<Attribution> {
        let cue = cues.clone().find(|&i| self.cues[i].start > at && self.cues[i].shape != Shape::Chained)?;
        let found = &self.cues[cue];
        let clear =
            !(at + 1..found.start).any(|i| matches!(self.tokens.kind(i), Kind::Quoted(_) | Kind::Mark(':' | ';')));
        let fits = found.shape == Shape::Phrase
            && found.lemma != "pour"
            && found.start < sentence.end
            && found.start - at < 22
            && clear;
        (fits && reading.subjects[cue].is_some()).then(|| self.attribution(cue, Tie::Phrase, reading)).flatten()
    }

    /// The nearest cue before; `beside` asks for one that leads straight to the marks (`que`, a colon, nothing).
    pub(super) fn before(
        &self,
        at: usize,
        sentence: Sentence,
        cues: &Range<usize>,
        reading: &Reading,
        beside: bool,
    ) -> Option<Attribution> {
        let colon = at > sentence.start && self.tokens.is_mark(at - 1, ':');
        let mut seen = cues.clone().rev().filter(|&i| self.cues[i].end <= at);
        let cue = seen.find(|&i| {
            let cue = &self.cues[i];
            let gap = at - cue.end;
            let straight = gap == 0 || (gap <= 3 && (cue.end..at).all(|j| self.leads(j)));
            // `y voit pour sa part une « ... »`, `parle d'un « ... »`.
            let object = gap <= 5 && (cue.end..at).all(|j| self.opens_object(j));
            match (cue.class, cue.shape) {
                (Class::Weak | Class::Narrow, Shape::Finite | Shape::Gerund) if object => true,
                (_, Shape::Phrase) => gap <= BEFORE && reading.subjects[i].is_some(),
                (Class::Weak | Class::Narrow, _) => straight || (colon && gap < 12),
                _ => gap <= BEFORE,
            }
        })?;
        let found = &self.cues[cue];
        let gap = at - found.end;
        let straight = gap == 0 || (gap <= 3 && (found.end..at).all(|j| self.leads(j))) || colon;
        if beside && !straight {
            return None;
        }
        let tie = match (found.shape, straight) {
            (Shape::Phrase, _) => Tie::Phrase,
            (_, true) => Tie::Beside,
            _ => Tie::Before,
        };
        self.attribution(cue, tie, reading)
    }

    /// Small words between a verb and its object.
    fn opens_object(&self, at: usize) -> bool {
        let info = self.tokens.info(at);
        let aside = matches!(self.tokens.word(at), "pour" | "sa" | "leur" | "part" | "quant" | "à" | "lui" | "elle");
        info.is_determiner() || info.is_of() || info.is_adverb() || aside
    }

    /// Small words between a verb and the words it leads to.
    fn leads(&self, at: usize) -> bool {
        let info = self.tokens.info(at);
        info.is_que() || info.is_adverb() || matches!(self.tokens.kind(at), Kind::Mark(':' | ','))
    }

    /// `Le maire, très ému : « ... »`: a colon without a cue.
    pub(super) fn colon(&self, at: usize, sentence: Sentence, cast: &Cast, anonymity: bool) -> Option<Attribution> {
        if at <= sentence.start || !self.tokens.is_mark(at - 1, ':') {
            return None;
        }
        let near = (sentence.start..at - 1).rev().take(14).find_map(|i| {
            let mention = self.phrases.mention_of[i]? as usize;
            let person = self.phrases.names.mentions[mention].entity_kind == EntityKind::Person;
            person.then(|| self.phrases.at(i, at - 1).filter(|phrase| phrase.name.is_some())).flatten()
        });
        let opening = self.phrases.opening_subject(sentence);
        let opening = opening.filter(|&phrase| self.phrases.able(phrase));
        let phrase = match (near, opening) {
            (_, Some(opening)) if opening.pronoun || opening.name.is_some() => opening,
            (Some(near), _) => near,
            (None, opening) => opening?,
        };
        Some(Attribution { speaker: Some(cast.resolve(phrase, anonymity)), cue: None, tie: Tie::Colon })
    }

    pub(super) fn chain(&self, previous: Option<Attribution>) -> Option<Attribution> {
        previous.filter(|one| one.speaker.is_some()).map(|one| Attribution { tie: Tie::Chain, ..one })
    }
}
