//! Who the subject of a reporting verb is, before it or behind it.

use std::ops::Range;

use super::SpeakerStatus;
use super::attribution::{Reader, Reading};
use super::cues::{Cue, Shape};
use super::phrases::Phrase;
use super::sentences::Sentence;
use super::speakers::{Cast, Speaker};
use super::tokens::Kind;

impl Reader<'_> {
    /// The subject of a verb, or the source after `selon`.
    pub(super) fn subject(
        &self,
        sentence: Sentence,
        index: usize,
        cues: &Range<usize>,
        cast: &Cast,
        reading: &Reading,
        anonymity: bool,
    ) -> Option<Speaker> {
        let cue = &self.cues[index];
        let earlier = || {
            (cues.start..index).rev().find_map(|i| {
                let finite = self.cues[i].shape != Shape::Phrase;
                reading.subjects[i].filter(|_| finite)
            })
        };
        let resolve = |phrase: Phrase| cast.resolve(phrase, anonymity);
        match cue.shape {
            Shape::Phrase => self.phrases.source_after(cue, sentence.end).map(resolve),
            Shape::Finite => {
                if let Some(at) = cue.inverted {
                    return self.inverted(sentence, cue, at).map(resolve);
                }
                let phrase = self.finite_subject(sentence, cue);
                let resolve = |phrase: Phrase| {
                    let speaker = cast.resolve(phrase, anonymity);
                    if self.continues(cue, phrase, &speaker) { cast.goes_on(speaker) } else { speaker }
                };
                let joined = self.joined(sentence, cue.start);
                if joined && phrase.is_none_or(|phrase| !phrase.pronoun || phrase.end + 2 < cue.start) {
                    return earlier().or_else(|| self.phrases.opening_subject(sentence).or(phrase).map(resolve));
                }
                phrase.map(resolve)
            }
            Shape::Gerund => {
                if let Some(phrase) = self.absolute(sentence, cue.start) {
                    return Some(resolve(phrase));
                }
                let opens = cue.start <= sentence.start + 1;
                if opens {
                    let comma = (cue.end..sentence.end).filter(|&i| self.tokens.is_mark(i, ',')).find_map(|i| {
                        self.phrases.at(i + 1, sentence.end).filter(|phrase| phrase.pronoun || phrase.name.is_some())
                    });
                    return comma.map(resolve);
                }
                if let Some(phrase) = self.reduced(sentence, cue.start) {
                    return self.phrases.able(phrase).then(|| resolve(phrase));
                }
                self.agent_before(sentence, cue.start)
                    .map(resolve)
                    .or_else(earlier)
                    .or_else(|| self.phrases.opening_subject(sentence).map(resolve))
            }
            // `Et d'ajouter : « ... »` goes on with whoever spoke last.
            Shape::Chained => earlier()
                .or_else(|| self.phrases.opening_subject(sentence).map(resolve))
                .or_else(|| cast.last().filter(|_| cue.start <= sentence.start + 3)),
        }
    }

    /// `a-t-il`: the pronoun; `Luc Petit a-t-il déclaré`: the name before it; `lit-on sur X`: X.
    fn inverted(&self, sentence: Sentence, cue: &Cue, at: usize) -> Option<Phrase> {
        let pronoun = Phrase { start: at, end: at + 1, name: None, pronoun: true };
        if matches!(self.tokens.word(at), "-on" | "-t-on") {
            let mut from = cue.end;
            while from < sentence.end && (self.tokens.info(from).is_preposition() || self.tokens.info(from).is_adverb())
            {
                from += 1;
            }
            return self.phrases.at(from, sentence.end);
        }
        if matches!(self.tokens.word(at), "-je" | "-nous") {
            return None;
        }
        Some(pronoun)
    }

    /// `« ... », poursuit l'ancien préfet`: a described source, told by its article, who goes on with what was said.
    fn continues(&self, cue: &Cue, phrase: Phrase, speaker: &Speaker) -> bool {
        let goes_on = matches!(
            cue.lemma.as_str(),
            "poursuivre"
                | "ajouter"
                | "reprendre"
                | "compléter"
                | "enchaîner"
                | "conclure"
                | "continue"
                | "add"
                | "conclude"
        );
        let behind = phrase.start >= cue.end && matches!(self.tokens.word(phrase.start), "le" | "la" | "l'" | "the");
        let nobody = speaker.status == SpeakerStatus::Unresolved && speaker.entity.is_none() && !speaker.plural;
        let document = (phrase.start..phrase.end).any(|i| self.tokens.info(i).is_vessel());
        goes_on && behind && nobody && !document && speaker.reference.is_none()
    }

    fn finite_subject(&self, sentence: Sentence, cue: &Cue) -> Option<Phrase> {
        let phrases = self.phrases;
        let (from, quote_before) = self.left_of(sentence, cue.start);
        let before_word = from.checked_sub(1).filter(|&i| i >= sentence.start);
        let relative = before_word.is_some_and(|i| {
            self.tokens.info(i).is_que() || self.tokens.word(i) == "comme" || self.tokens.word(i) == "as"
        });
        let directly =
            cue.end < sentence.end && (self.tokens.is_mark(cue.end, ':') || self.tokens.info(cue.end).is_que());
        if (quote_before && !directly) || relative {
            let after = phrases
                .after(cue.end, sentence.end)
                .filter(|phrase| !phrase.pronoun)
                .or_else(|| self.past_insertion(sentence, cue));
            return after.or_else(|| phrases.before(sentence, cue.start));
        }
        let comma = before_word.is_some_and(|i| self.tokens.is_mark(i, ','));
        if comma
            && !directly
            && let Some(phrase) = self.clause_final(sentence, cue)
        {
            return Some(phrase);
        }
        phrases
            .before(sentence, cue.start)
            .or_else(|| phrases.after(cue.end, sentence.end).filter(|p| p.name.is_some() && quote_before))
    }

    /// `raconte, les larmes aux yeux, Anna Roy`: a source behind what is inserted between commas.
    fn past_insertion(&self, sentence: Sentence, cue: &Cue) -> Option<Phrase> {
        let close = (cue.end + 1..sentence.end.min(cue.end + 14)).find(|&i| self.tokens.is_mark(i, ','))?;
        let opens = self.tokens.is_mark(cue.end, ',');
        opens.then(|| self.phrases.at(close + 1, sentence.end)).flatten().filter(|phrase| !phrase.pronoun)
    }

    /// `Le pont est fermé, a annoncé la mairie.`: a source between the verb and the end of the sentence.
    fn clause_final(&self, sentence: Sentence, cue: &Cue) -> Option<Phrase> {
        let phrase = self.phrases.after(cue.end, sentence.end)?;
        let tokens = self.tokens;
        let able = !phrase.pronoun && self.phrases.able(phrase);
        let ends = phrase.end >= sentence.end
            || matches!(tokens.kind(phrase.end), Kind::Mark('.' | ',' | '(' | '!' | '?' | ';'))
            || tokens.info(phrase.end).is_preposition()
            || tokens.info(phrase.end).is_time()
            || tokens.info(phrase.end).is_relative();
        let commas = (sentence.start..cue.start).filter(|&i| tokens.is_mark(i, ',')).count();
        let insertion = commas >= 2
            && !(sentence.start..cue.start)
                .any(|i| tokens.info(i).is_be() || tokens.info(i).is_have() || tokens.info(i).is_other_verb());
        (able && ends && !insertion).then_some(phrase)
    }

    /// Steps left over commas, adverbs and clitics: where that ends, and whether a quotation stands there.
    fn left_of(&self, sentence: Sentence, mut at: usize) -> (usize, bool) {
        let start = at;
        while at > sentence.start {
            let info = self.tokens.info(at - 1);
            let small = (info.is_adverb() || info.is_clitic()) && !info.is_pronoun();
            match self.tokens.kind(at - 1) {
                Kind::Quoted(_) => return (at, true),
                Kind::Mark('–' | '—' | '-') => at -= 1,
                Kind::Mark(',')
                    if at == sentence.start + 1 || matches!(self.tokens.kind(at.wrapping_sub(2)), Kind::Quoted(_)) =>
                {
                    at -= 1
                }
                Kind::Word if small && start - at < 5 => at -= 1,
                _ => break,
            }
        }
        (at, false)
    }

    /// Whether a verb shares the subject of an earlier one: `et a ajouté`, `mais a nié`.
    fn joined(&self, sentence: Sentence, start: usize) -> bool {
        let mut at = start;
        while at > sentence.start {
            let info = self.tokens.info(at - 1);
            if info.is_conjunction() {
                return true;
            }
            if !((info.is_adverb() || info.is_clitic()) && !info.is_pronoun()) {
                return false;
            }
            at -= 1;
        }
        false
    }

    /// `..., Le Monde le qualifiant de`: a participle with a subject of its own right before it.
    fn absolute(&self, sentence: Sentence, start: usize) -> Option<Phrase> {
        let mut at = start;
        while at > sentence.start && self.tokens.info(at - 1).is_clitic() && !self.tokens.capital(at - 1) {
            at -= 1;
        }
        let last = at.checked_sub(1).filter(|&i| i > sentence.start)?;
        let phrase = self.phrases.ending_at(sentence, at).filter(|_| self.tokens.list[last].is_word())?;
        let comma = phrase.start > sentence.start && self.tokens.is_mark(phrase.start - 1, ',');
        let named = phrase.name.is_some() || self.phrases.mention_of[last].is_some() || self.tokens.capital(last);
        (comma && named).then_some(phrase)
    }

    /// `un homme affirmant que`: a participle right behind the noun it belongs to; not `un communiqué affirmant que`, which goes
    /// on with the subject of its sentence.
    fn reduced(&self, sentence: Sentence, start: usize) -> Option<Phrase> {
        let last = start.checked_sub(1).filter(|&i| i > sentence.start)?;
        let info = self.tokens.info(last);
        let noun = self.tokens.list[last].is_word()
            && !info.is_adverb()
            && !info.is_conjunction()
            && !info.is_clitic()
            && info.fits_noun_phrase();
        let phrase = noun.then(|| self.phrases.ending_at(sentence, start)).flatten()?;
        let vessel = (phrase.start..phrase.end).any(|i| self.tokens.info(i).is_vessel());
        let addressed = phrase.start > sentence.start && self.tokens.info(phrase.start - 1).is_preposition();
        (!vessel && !addressed && !info.is_time()).then_some(phrase)
    }

    /// `par un habitant, affirmant que`: the agent right before a participle.
    fn agent_before(&self, sentence: Sentence, at: usize) -> Option<Phrase> {
        let comma = at.checked_sub(1).filter(|&i| self.tokens.is_mark(i, ','))?;
        let floor = sentence.start.max(comma.saturating_sub(16));
        let by = (floor..comma).rev().find(|&i| matches!(self.tokens.word(i), "par" | "by"))?;
        self.phrases.at(by + 1, comma).filter(|phrase| phrase.end == comma)
    }
}
