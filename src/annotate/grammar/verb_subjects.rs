//! Finds the subject of a reporting verb, before it or after it.

use std::ops::Range;

use super::attribution::{AttributionContext, Attributions};
use super::cues::{Cue, Shape};
use super::discourse::{DiscourseContext, Speaker};
use super::noun_phrases::NounPhrase;
use crate::annotate::SpeakerStatus;
use crate::annotate::languages::Class;
use crate::annotate::sentences::Sentence;
use crate::annotate::tokens::Kind;

impl AttributionContext<'_> {
    /// The subject of a verb, or the source of a source phrase.
    pub(super) fn subject(
        &self,
        sentence: Sentence,
        index: usize,
        cues: &Range<usize>,
        discourse: &DiscourseContext,
        attributions: &Attributions,
        anonymity: bool,
    ) -> Option<Speaker> {
        let cue = &self.cues[index];
        let earlier = || {
            (cues.start..index).rev().find_map(|i| {
                let finite = !matches!(self.cues[i].shape, Shape::Phrase | Shape::Noun);
                attributions.subjects[i].filter(|_| finite)
            })
        };
        let resolve = |phrase: NounPhrase| match self.phrases.coordination(phrase, sentence, cue) {
            Some((start, end)) => discourse.resolve_coordination(start, end),
            None => discourse.resolve(phrase, anonymity),
        };
        match cue.shape {
            Shape::Phrase => self.phrases.source_after(cue, sentence.end).map(resolve),
            Shape::Noun => self.owner_of_noun(sentence, cue).map(resolve),
            Shape::Finite => {
                if let Some(at) = cue.inverted {
                    return self.inverted_subject(sentence, cue, at).map(resolve);
                }
                // A verb that seldom reports needs a subject that speaks: `« ... », souffle Anne Roy`, not `le vent`.
                let speaks = |phrase: &NounPhrase| {
                    let behind = phrase.start >= cue.end && cue.class == Class::Weak;
                    let named = phrase.pronoun || self.tokens.is_capitalized(phrase.start);
                    let comma = cue.start > 0 && self.tokens.is_comma(cue.start - 1);
                    let indefinite = self.tokens.info(phrase.start).is_indefinite();
                    let person = named || self.phrases.may_be_source(*phrase);
                    !(behind || cue.guessed) || person || comma && (indefinite || !cue.guessed)
                };
                let phrase = self.finite_subject(sentence, cue).filter(speaks);
                let resolve = |phrase: NounPhrase| {
                    let speaker = resolve(phrase);
                    if self.continues_source(cue, phrase, &speaker) {
                        discourse.resolve_continued(speaker)
                    } else {
                        speaker
                    }
                };
                let joined = self.shares_subject(sentence, cue.start);
                if joined && phrase.is_none_or(|phrase| !phrase.pronoun || phrase.end + 2 < cue.start) {
                    return earlier().or_else(|| self.phrases.opening_subject(sentence).or(phrase).map(resolve));
                }
                phrase.map(resolve)
            }
            Shape::Gerund => {
                if let Some(phrase) = self.own_subject_of_gerund(sentence, cue.start) {
                    return Some(resolve(phrase));
                }
                let opens = cue.start <= sentence.start + 1;
                if opens {
                    let comma = (cue.end..sentence.end).filter(|&i| self.tokens.is_mark(i, ',')).find_map(|i| {
                        self.phrases
                            .phrase_at(i + 1, sentence.end)
                            .filter(|phrase| phrase.pronoun || phrase.name.is_some())
                    });
                    return comma.map(resolve);
                }
                if let Some(phrase) = self.noun_before_gerund(sentence, cue.start) {
                    return self.phrases.may_be_source(phrase).then(|| resolve(phrase));
                }
                self.agent_before(sentence, cue.start)
                    .or_else(|| self.subordinate_subject(sentence, cue.start))
                    .map(resolve)
                    .or_else(earlier)
                    .or_else(|| self.phrases.opening_subject(sentence).map(resolve))
            }
            // In `Et d'ajouter : « ... »` the latest source continues.
            Shape::Chained => earlier()
                .or_else(|| self.phrases.opening_subject(sentence).map(resolve))
                .or_else(|| discourse.last_source().filter(|_| cue.start <= sentence.start + 3)),
        }
    }

    /// The subject of an inverted verb: the pronoun in `a-t-il déclaré`, the place in `lit-on sur X`.
    fn inverted_subject(&self, sentence: Sentence, cue: &Cue, at: usize) -> Option<NounPhrase> {
        let pronoun = NounPhrase { start: at, end: at + 1, name: None, pronoun: true };
        if self.tokens.info(at).is_impersonal() {
            let mut from = cue.end;
            while from < sentence.end && (self.tokens.info(from).is_preposition() || self.tokens.info(from).is_adverb())
            {
                from += 1;
            }
            return self.phrases.phrase_at(from, sentence.end);
        }
        (!self.tokens.info(at).is_participant()).then_some(pronoun)
    }

    /// Whether a definite description after the verb refers to an earlier source: `poursuit l'ancien préfet`.
    fn continues_source(&self, cue: &Cue, phrase: NounPhrase, speaker: &Speaker) -> bool {
        let first = self.tokens.info(phrase.start);
        let behind = phrase.start >= cue.end && first.is_definite() && !first.is_plural();
        let nobody = speaker.status == SpeakerStatus::Unresolved && speaker.entity.is_none() && !speaker.plural;
        let document = (phrase.start..phrase.end).any(|i| self.tokens.info(i).is_communication_noun());
        cue.continues && behind && nobody && !document && speaker.reference.is_none()
    }

    fn finite_subject(&self, sentence: Sentence, cue: &Cue) -> Option<NounPhrase> {
        let phrases = self.phrases;
        if cue.passive {
            let phrase = phrases.phrase_at(cue.end, sentence.end).filter(|&phrase| phrases.may_be_source(phrase))?;
            return Some(phrases.with_apposition(phrase, sentence.end));
        }
        let (from, quote_before) = self.skip_small_words_before(sentence, cue.start);
        let before_word = from.checked_sub(1).filter(|&i| i >= sentence.start);
        let relative =
            before_word.is_some_and(|i| self.tokens.info(i).is_complementizer() || self.tokens.info(i).is_as());
        let directly = cue.end < sentence.end
            && (self.tokens.is_mark(cue.end, ':') || self.tokens.info(cue.end).is_complementizer());
        // An auxiliary before its subject asks in English: `has called the plan` is not inverted.
        let auxiliary = self.tokens.info(cue.start).is_have() || self.tokens.info(cue.start).is_modal();
        let inverts = !auxiliary || self.language.is_french() || cue.end == cue.start + 1;
        if (quote_before && !directly && inverts) || relative {
            let after = phrases
                .phrase_after(cue.end, sentence.end)
                .filter(|phrase| !phrase.pronoun || phrase.end > phrase.start + 1)
                .or_else(|| self.source_after_insertion(sentence, cue));
            return after.or_else(|| phrases.subject_before(sentence, cue.start));
        }
        // The verb stands second: `Auf die Frage antwortete Anna Vogt: „Nein.“`
        if self.language.is_german()
            && self.tokens.info(sentence.start).is_preposition()
            && let Some(phrase) = phrases.phrase_at(cue.end, sentence.end).filter(|&one| phrases.may_be_source(one))
        {
            return Some(phrases.with_apposition(phrase, sentence.end));
        }
        // `Said the chairman: "Order."`
        if cue.start == sentence.start
            && let Some(phrase) = phrases.phrase_at(cue.end, sentence.end)
            && (self.tokens.is_mark(phrase.end, ':') || matches!(self.tokens.kind(phrase.end), Kind::Quoted(_)))
        {
            return Some(phrase);
        }
        let comma = before_word.is_some_and(|i| self.tokens.is_mark(i, ','));
        if comma
            && !directly
            && let Some(phrase) = self.source_at_clause_end(sentence, cue)
        {
            return Some(phrase);
        }
        phrases.subject_before(sentence, cue.start).or_else(|| {
            let opens = cue.start == sentence.start;
            let after = phrases.phrase_after(cue.end, sentence.end)?;
            // `Said the chairman: "Order."`
            let reports = opens && !after.pronoun && self.tokens.is_mark(after.end, ':');
            (after.name.is_some() && quote_before || reports).then_some(after)
        })
    }

    /// The source after an insertion between commas: `raconte, les larmes aux yeux, Anna Roy`.
    fn source_after_insertion(&self, sentence: Sentence, cue: &Cue) -> Option<NounPhrase> {
        let close = (cue.end + 1..sentence.end.min(cue.end + 14)).find(|&i| self.tokens.is_mark(i, ','))?;
        let opens = self.tokens.is_mark(cue.end, ',');
        opens.then(|| self.phrases.phrase_at(close + 1, sentence.end)).flatten().filter(|phrase| !phrase.pronoun)
    }

    /// The source between the verb and the end of its clause: `Le pont est fermé, a annoncé la mairie.`
    fn source_at_clause_end(&self, sentence: Sentence, cue: &Cue) -> Option<NounPhrase> {
        let phrase = self.phrases.phrase_after(cue.end, sentence.end)?;
        let tokens = self.tokens;
        let able = !phrase.pronoun && self.phrases.may_be_source(phrase);
        let ends = phrase.end >= sentence.end
            || matches!(tokens.kind(phrase.end), Kind::Mark('.' | ',' | '(' | '!' | '?' | ';'))
            || tokens.info(phrase.end).is_preposition()
            || tokens.info(phrase.end).is_time()
            || tokens.info(phrase.end).is_relative();
        let commas = (sentence.start..cue.start).filter(|&i| tokens.is_mark(i, ',')).count();
        let quoted = matches!(tokens.kind(sentence.start), Kind::Quoted(_)) && phrase.name.is_some();
        // The verbs of a relative clause right before do not count: `Anna Roy, who built it, told reporters`.
        let last = (sentence.start..cue.start.saturating_sub(1)).rev().find(|&i| tokens.is_mark(i, ','));
        let relative = last.filter(|&comma| tokens.info(comma + 1).is_relative());
        let insertion = commas >= 2
            && !quoted
            && !(sentence.start..relative.unwrap_or(cue.start))
                .any(|i| tokens.info(i).is_be() || tokens.info(i).is_have() || tokens.info(i).is_other_verb());
        (able && ends && !insertion).then_some(phrase)
    }

    /// Skips commas, dashes, adverbs and clitics before `at`. Returns their first index, and whether a quotation precedes them.
    fn skip_small_words_before(&self, sentence: Sentence, mut at: usize) -> (usize, bool) {
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
    fn shares_subject(&self, sentence: Sentence, start: usize) -> bool {
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

    /// The subject directly before a gerund that has its own subject: `..., Anna Roy le qualifiant de`.
    fn own_subject_of_gerund(&self, sentence: Sentence, start: usize) -> Option<NounPhrase> {
        let mut at = start;
        while at > sentence.start && self.tokens.info(at - 1).is_clitic() && !self.tokens.is_capitalized(at - 1) {
            at -= 1;
        }
        let last = at.checked_sub(1).filter(|&i| i > sentence.start)?;
        let phrase = self.phrases.phrase_ending_at(sentence, at).filter(|_| self.tokens.list[last].is_word())?;
        let comma = phrase.start > sentence.start && self.tokens.is_mark(phrase.start - 1, ',');
        let named =
            phrase.name.is_some() || self.phrases.mention_of[last].is_some() || self.tokens.is_capitalized(last);
        (comma && named).then_some(phrase)
    }

    /// The noun directly before a gerund, if it is its subject: `un homme affirmant que`.
    ///
    /// In `un communiqué affirmant que`, the source is the subject of the sentence instead.
    fn noun_before_gerund(&self, sentence: Sentence, start: usize) -> Option<NounPhrase> {
        let last = start.checked_sub(1).filter(|&i| i > sentence.start)?;
        let info = self.tokens.info(last);
        let noun = self.tokens.list[last].is_word()
            && !info.is_adverb()
            && !info.is_conjunction()
            && !info.is_clitic()
            && info.fits_noun_phrase();
        let phrase = noun.then(|| self.phrases.phrase_ending_at(sentence, start)).flatten()?;
        let document = (phrase.start..phrase.end).any(|i| self.tokens.info(i).is_communication_noun());
        let before = phrase.start.checked_sub(1).filter(|&i| i >= sentence.start).map(|i| self.tokens.info(i));
        let addressed = before.is_some_and(|info| info.is_preposition() && !info.opens_absolute());
        (!document && !addressed && !info.is_time()).then_some(phrase)
    }

    /// The subject of the subordinate clause that contains a gerund: `quand un homme est monté en criant`.
    fn subordinate_subject(&self, sentence: Sentence, at: usize) -> Option<NounPhrase> {
        let floor = sentence.start.max(at.saturating_sub(24));
        let mut opener = (floor..at).rev().take_while(|&i| !self.tokens.is_comma(i));
        let opener = opener.find(|&i| self.tokens.info(i).is_subordinator() && !self.tokens.info(i).is_as())?;
        self.phrases.phrase_at(opener + 1, at)
    }

    /// Whose claim it is: `Bell's claim that`, `the claim of Bell that`.
    fn owner_of_noun(&self, sentence: Sentence, cue: &Cue) -> Option<NounPhrase> {
        let tokens = self.tokens;
        let possessive = (cue.start.saturating_sub(2)..cue.start).rev().find(|&i| tokens.info(i).is_possessive());
        let phrase = match possessive {
            Some(at) => self.phrases.phrase_ending_at(sentence, at),
            None => self.phrases.phrase_at(cue.end + 1, sentence.end),
        }?;
        let reported = possessive.is_some() || tokens.info(phrase.end).is_complementizer();
        (reported && !phrase.pronoun && self.phrases.may_be_source(phrase)).then_some(phrase)
    }

    /// The agent directly before a gerund: `par un habitant, affirmant que`.
    fn agent_before(&self, sentence: Sentence, at: usize) -> Option<NounPhrase> {
        let comma = at.checked_sub(1).filter(|&i| self.tokens.is_mark(i, ','))?;
        let floor = sentence.start.max(comma.saturating_sub(16));
        let by = (floor..comma).rev().find(|&i| self.tokens.info(i).is_agent())?;
        self.phrases.phrase_at(by + 1, comma).filter(|phrase| phrase.end == comma)
    }
}
