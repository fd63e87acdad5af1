//! The patterns that attribute a quotation to a source, one function for each.

use std::ops::Range;

use super::attribution::{Attribution, AttributionContext, AttributionPattern, Attributions};
use super::cues::Shape;
use super::discourse::DiscourseContext;
use super::noun_phrases::NounPhrase;
use crate::annotate::EntityKind;
use crate::annotate::languages::{Class, form};
use crate::annotate::sentences::Sentence;
use crate::annotate::tokens::Kind;

/// Maximum distance of a cue before its quotation, in tokens.
const MAX_DISTANCE_BEFORE: usize = 45;
/// Maximum number of tokens between a verb and the quotation in its object.
const MAX_OBJECT_GAP: usize = 8;
/// Maximum distance of a cue after its quotation, in tokens.
const MAX_DISTANCE_AFTER: usize = 34;

impl AttributionContext<'_> {
    /// A cue inside the marks.
    pub(super) fn cue_inside(&self, quote: usize, discourse: &mut DiscourseContext) -> Option<Attribution> {
        let embedded = self.embedded[quote].as_ref()?;
        let speaker = discourse.resolve_in(self.unmasked, embedded.subject, false);
        discourse.push(speaker, true);
        Some(Attribution { speaker: Some(speaker), cue: None, pattern: AttributionPattern::Inside })
    }

    fn attribution(&self, cue: usize, pattern: AttributionPattern, attributions: &Attributions) -> Option<Attribution> {
        Some(Attribution { speaker: attributions.subjects[cue], cue: Some(cue), pattern })
    }

    /// A verb directly after the marks: `« ... », a déclaré X`.
    pub(super) fn verb_after(
        &self,
        at: usize,
        sentence: Sentence,
        cues: &Range<usize>,
        attributions: &Attributions,
    ) -> Option<Attribution> {
        let mut next = at + 1;
        let mut steps = 0;
        while next < sentence.end && steps < 5 {
            let info = self.tokens.info(next);
            let small = info.is_adverb() || info.is_clitic() || info.is_as();
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
        // The quotation may be the end of the subject instead of an utterance: `un membre de « la ligue », a dit`.
        let subject = attributions.subjects[cue]?;
        let behind = found.inverted.is_some() || subject.span.start >= self.tokens.list[at].span.end;
        let utterance = at == sentence.start
            || self.ends_with_pause(at)
            || self.tokens.is_mark(at - 1, ':')
            || self.tokens.info(at - 1).is_complementizer();
        // A verb that no list has needs a name after it: `comme « un sage », brigue un mandat`.
        let speaks = behind && (!found.guessed || subject.entity.is_some());
        (fits && (speaks || utterance))
            .then(|| self.attribution(cue, AttributionPattern::Beside, attributions))
            .flatten()
    }

    /// The agent of a passive after the marks: `est jugé « trop lent » par la maire`.
    pub(super) fn agent_after(
        &self,
        at: usize,
        sentence: Sentence,
        discourse: &DiscourseContext,
        anonymity: bool,
    ) -> Option<Attribution> {
        let tokens = self.tokens;
        if !tokens.info(at + 1).is_agent() {
            return None;
        }
        let floor = sentence.start.max(at.saturating_sub(MAX_DISTANCE_AFTER));
        let participle = at > sentence.start && tokens.info(at - 1).is_form(form::PARTICIPLE);
        let passive = participle || (floor..at).any(|i| tokens.info(i).is_be() || tokens.info(i).is_been());
        let phrase = self.phrases.phrase_at(at + 2, sentence.end)?;
        let phrase = self.phrases.with_apposition(phrase, sentence.end);
        (passive && !phrase.pronoun && self.phrases.may_be_source(phrase)).then(|| Attribution {
            speaker: Some(discourse.resolve(phrase, anonymity)),
            cue: None,
            pattern: AttributionPattern::Phrase,
        })
    }

    /// The subject of a quotation that begins with its verb: `le syndicat « dénonce un plan bâclé »`.
    pub(super) fn subject_of_quotation(
        &self,
        at: usize,
        quote: usize,
        sentence: Sentence,
        discourse: &DiscourseContext,
        anonymity: bool,
    ) -> Option<Attribution> {
        let list = &self.unmasked.tokens.list;
        let first = list.partition_point(|token| token.span.start < self.quoted[quote].parts[0].start);
        let reports = list.get(first).is_some_and(|token| token.info.is_form(form::FINITE) && !token.is_capitalized);
        let phrase = reports.then(|| self.phrases.phrase_ending_at(sentence, at)).flatten()?;
        let source = phrase.end == at && self.phrases.may_be_source(phrase);
        source.then(|| Attribution {
            speaker: Some(discourse.resolve(phrase, anonymity)),
            cue: None,
            pattern: AttributionPattern::Inside,
        })
    }

    /// The person whose clause follows a quotation that opens the sentence: `« ... », la maire Anne Roy ouvre la séance.`
    pub(super) fn person_after(
        &self,
        at: usize,
        sentence: Sentence,
        discourse: &DiscourseContext,
    ) -> Option<Attribution> {
        if at != sentence.start || !self.tokens.is_mark(at + 1, ',') {
            return None;
        }
        let phrase = self.phrases.phrase_at(at + 2, sentence.end).filter(|phrase| phrase.name.is_some())?;
        let verb = self.tokens.info(phrase.end);
        let clause = self.tokens.kind(phrase.end) == Kind::Word
            && !verb.is_preposition()
            && !verb.is_of()
            && !verb.is_conjunction()
            && !verb.is_relative();
        clause.then(|| Attribution {
            speaker: Some(discourse.resolve(phrase, false)),
            cue: None,
            pattern: AttributionPattern::Floating,
        })
    }

    fn cue_at(&self, at: usize, cues: &Range<usize>) -> Option<usize> {
        let found = cues.start + self.cues[cues.clone()].partition_point(|cue| cue.start < at);
        (found < cues.end && self.cues[found].start == at).then_some(found)
    }

    /// A subject and its verb after the marks: `"...," Mr. Petit, who lives there, said`.
    pub(super) fn clause_after(
        &self,
        at: usize,
        sentence: Sentence,
        cues: &Range<usize>,
        attributions: &Attributions,
    ) -> Option<Attribution> {
        let comma = self.tokens.is_mark(at + 1, ',');
        let led = cues
            .clone()
            .any(|i| self.cues[i].end <= at && at - self.cues[i].end < 12 && attributions.subjects[i].is_some());
        let ends = self.ends_with_pause(at) || (comma && !led) || self.subject_follows(at, sentence, cues);
        let next = self.tokens.info(if comma { at + 2 } else { at + 1 });
        if !ends || next.is_conjunction() || next.is_relative() || next.is_subordinator() {
            return None;
        }
        let cue = cues.clone().find(|&i| self.cues[i].start > at && self.cues[i].shape == Shape::Finite)?;
        let found = &self.cues[cue];
        let clear = self.is_clear(at + 1..found.start);
        let forward = self.tokens.info(found.end).is_complementizer()
            || self.tokens.is_mark(found.end, ':')
            || (matches!(self.tokens.kind(found.end), Kind::Quoted(_)) && !self.ends_with_pause(at));
        let speaker =
            attributions.subjects[cue].filter(|speaker| speaker.span.start >= self.tokens.list[at].span.end)?;
        let near = found.start - at < MAX_DISTANCE_AFTER && !matches!(found.class, Class::Weak) || found.start - at < 9;
        (clear && near && !forward && !found.negated).then_some(Attribution {
            speaker: Some(speaker),
            cue: Some(cue),
            pattern: AttributionPattern::Beside,
        })
    }

    /// Whether no other quotation and no colon or semicolon stands in a range.
    fn is_clear(&self, mut range: Range<usize>) -> bool {
        !range.any(|i| matches!(self.tokens.kind(i), Kind::Quoted(_) | Kind::Mark(':' | ';')))
    }

    /// Whether a quotation that opens the sentence is followed by a name or a pronoun and its verb: `"..." she said`.
    fn subject_follows(&self, at: usize, sentence: Sentence, cues: &Range<usize>) -> bool {
        let named = self.tokens.is_capitalized(at + 1) || self.tokens.info(at + 1).is_pronoun();
        let phrase = (at == sentence.start && named).then(|| self.phrases.phrase_at(at + 1, sentence.end)).flatten();
        phrase.is_some_and(|phrase| self.cue_at(phrase.end, cues).is_some())
    }

    /// A person after the dash behind a quotation: `« ... » — Luc Petit, maire`.
    pub(super) fn signature_beside(
        &self,
        at: usize,
        sentence: Sentence,
        discourse: &DiscourseContext,
    ) -> Option<Attribution> {
        let dash = matches!(self.tokens.kind(at + 1), Kind::Mark('—' | '–' | '-')) && at == sentence.start;
        let phrase = self.phrases.phrase_at(at + 2, sentence.end).filter(|phrase| dash && phrase.name.is_some())?;
        let signed = self.is_signature(phrase.end, sentence.end);
        signed.then(|| Attribution {
            speaker: Some(discourse.resolve(phrase, false)),
            cue: None,
            pattern: AttributionPattern::Signature,
        })
    }

    /// Whether nothing but a description follows the name of a signature.
    pub(super) fn is_signature(&self, from: usize, end: usize) -> bool {
        (from..end).all(|i| {
            let info = self.tokens.info(i);
            let verb = self.phrases.verb_at[i] || info.is_have() || info.is_be() || info.is_other_verb();
            !verb && !matches!(self.tokens.kind(i), Kind::Quoted(_) | Kind::Mark(':'))
        })
    }

    /// The source after the colon of a headline: `« Nous tiendrons » : le maire rassure les habitants`.
    pub(super) fn source_after_colon(
        &self,
        at: usize,
        sentence: Sentence,
        discourse: &DiscourseContext,
    ) -> Option<Attribution> {
        let headline = at == sentence.start
            && self.tokens.is_mark(at + 1, ':')
            && self.tokens.kind(sentence.end - 1) == Kind::Word;
        let phrase = self.phrases.phrase_at(at + 2, sentence.end).filter(|_| headline)?;
        (!phrase.pronoun && self.phrases.may_be_source(phrase)).then(|| Attribution {
            speaker: Some(discourse.resolve(phrase, false)),
            cue: None,
            pattern: AttributionPattern::Colon,
        })
    }

    /// A source that closes the sentence: `The cut is "too small," but welcome, X said`.
    pub(super) fn closing_source(
        &self,
        at: usize,
        cues: &Range<usize>,
        attributions: &Attributions,
    ) -> Option<Attribution> {
        let cue = cues.clone().rev().find(|&i| self.cues[i].start > at && self.cues[i].shape == Shape::Finite)?;
        let found = &self.cues[cue];
        let speaker = attributions.subjects[cue].filter(|one| one.span.start >= self.tokens.list[at].span.end)?;
        let start = found.start.min(self.tokens.list.partition_point(|token| token.span.start < speaker.span.start));
        let comma = (start.saturating_sub(3)..start).any(|i| i > at && self.tokens.is_mark(i, ','));
        let clear = self.is_clear(at + 1..found.end + 1);
        let forward = self.tokens.info(found.end).is_complementizer();
        let fits = comma
            && clear
            && !forward
            && !found.negated
            && !matches!(found.class, Class::Weak)
            && found.start - at < MAX_DISTANCE_BEFORE;
        fits.then_some(Attribution { speaker: Some(speaker), cue: Some(cue), pattern: AttributionPattern::Before })
    }

    /// Whether a quotation ends with a punctuation mark. A full stop is one when the sentence goes on after it.
    fn ends_with_pause(&self, at: usize) -> bool {
        let Kind::Quoted(quote) = self.tokens.kind(at) else { return false };
        let last = self.quoted[quote].last_char(self.text);
        matches!(last, ',' | '.' | '!' | '?' | '…' | '—' | '–')
    }

    /// A source phrase after the marks, without a verb in between: `« ... », selon X`.
    pub(super) fn source_phrase_after(
        &self,
        at: usize,
        sentence: Sentence,
        cues: &Range<usize>,
        attributions: &Attributions,
    ) -> Option<Attribution> {
        let cue = cues.clone().find(|&i| self.cues[i].start > at && self.cues[i].shape != Shape::Chained)?;
        let found = &self.cues[cue];
        let clear = self.is_clear(at + 1..found.start);
        let fits = found.shape == Shape::Phrase
            && found.class != Class::Weak
            && found.start < sentence.end
            && found.start - at < 22
            && clear;
        (fits && attributions.subjects[cue].is_some())
            .then(|| self.attribution(cue, AttributionPattern::Phrase, attributions))
            .flatten()
    }

    /// The nearest cue before the marks. `beside`: at most a complementizer, an adverb or a colon may stand in between.
    pub(super) fn cue_before(
        &self,
        at: usize,
        sentence: Sentence,
        cues: &Range<usize>,
        attributions: &Attributions,
        beside: bool,
    ) -> Option<Attribution> {
        let colon = at > sentence.start && self.tokens.is_mark(at - 1, ':');
        let forward = |&i: &usize| {
            self.cues[i].end <= at && !self.reports_backwards(i, at, sentence) && !self.is_completed(i, cues.start, at)
        };
        let mut seen = cues.clone().rev().filter(forward);
        let cue = seen.find(|&i| {
            let cue = &self.cues[i];
            let gap = at - cue.end;
            let straight = gap == 0 || (gap <= 3 && (cue.end..at).all(|j| self.may_precede_quotation(j)));
            // The quotation is in the object of the verb: `y voit, pour sa part, une « ... »`, `parle d'un « ... »`.
            let object = gap <= MAX_OBJECT_GAP && (cue.end..at).all(|j| self.may_precede_object(j));
            match (cue.class, cue.shape) {
                (Class::Weak | Class::Narrow, Shape::Finite | Shape::Gerund) if object => true,
                (Class::Narrow, Shape::Finite) if self.reports_clause(cue.end, at) => gap <= MAX_DISTANCE_BEFORE,
                (_, Shape::Noun) => gap <= MAX_OBJECT_GAP && attributions.subjects[i].is_some(),
                (_, Shape::Phrase) => gap <= MAX_DISTANCE_BEFORE && attributions.subjects[i].is_some(),
                (Class::Weak | Class::Narrow, _) => straight || (colon && gap < 12),
                _ => gap <= MAX_DISTANCE_BEFORE,
            }
        })?;
        let found = &self.cues[cue];
        let gap = at - found.end;
        let straight = gap == 0 || (gap <= 3 && (found.end..at).all(|j| self.may_precede_quotation(j))) || colon;
        if beside && !straight {
            return None;
        }
        let pattern = match (found.shape, straight) {
            (Shape::Phrase, _) => AttributionPattern::Phrase,
            (_, true) => AttributionPattern::Beside,
            _ => AttributionPattern::Before,
        };
        self.attribution(cue, pattern, attributions)
    }

    /// Whether a clause stands between a verb and a quotation: `found that it was "too slow"`, `found it was "too slow"`.
    fn reports_clause(&self, start: usize, at: usize) -> bool {
        let tokens = self.tokens;
        let verb = |i: usize| tokens.info(i).is_be() || tokens.info(i).is_have() || tokens.info(i).is_modal();
        let bare = !self.language.is_french() && !tokens.info(start).is_preposition();
        let one_clause = !(start..at).any(|i| tokens.is_comma(i) || tokens.info(i).is_conjunction());
        tokens.info(start).is_complementizer() || bare && one_clause && (start + 1..at).any(verb)
    }

    /// Whether a cue in a relative clause has its complement, so that the colon belongs to an earlier one.
    ///
    /// `Luc Petit a répondu à Anne Roy, qui l'accusait d'avoir menti : « ... »`
    fn is_completed(&self, cue: usize, first: usize, at: usize) -> bool {
        let tokens = self.tokens;
        let found = &self.cues[cue];
        let relative = (1..5).filter_map(|back| found.start.checked_sub(back)).any(|i| tokens.info(i).is_relative());
        let infinitive = |i: usize| tokens.info(i).is_have() || tokens.info(i).is_any_infinitive();
        let object = found.class == Class::Quote && at - found.end > 2;
        let complement = object || (found.end..at).any(infinitive);
        let earlier = (first..cue).any(|i| self.cues[i].class == Class::Speech && self.cues[i].shape == Shape::Finite);
        tokens.is_mark(at - 1, ':') && relative && complement && earlier
    }

    /// Whether a cue between two quotations reports the first only: `« A », a dit X, qui dirige le « B »`.
    fn reports_backwards(&self, cue: usize, at: usize, sentence: Sentence) -> bool {
        let cue = &self.cues[cue];
        let quotation = |i: &usize| matches!(self.tokens.kind(*i), Kind::Quoted(_));
        let before = (sentence.start..cue.start).rev().take(4).find(quotation);
        let relative = (cue.end..at).any(|i| self.tokens.info(i).is_relative());
        cue.shape == Shape::Finite && before.is_some() && relative && !self.tokens.is_mark(at - 1, ':')
    }

    /// Whether a token may stand between a verb and the noun of its object.
    fn may_precede_object(&self, at: usize) -> bool {
        let info = self.tokens.info(at);
        info.is_determiner() || info.is_of() || info.is_adverb() || self.tokens.is_mark(at, ',')
    }

    /// Whether a token may stand between a verb and the quotation that it reports.
    fn may_precede_quotation(&self, at: usize) -> bool {
        let info = self.tokens.info(at);
        info.is_complementizer() || info.is_adverb() || matches!(self.tokens.kind(at), Kind::Mark(':' | ','))
    }

    /// A colon without a cue: `Le maire, très ému : « ... »`.
    pub(super) fn source_before_colon(
        &self,
        at: usize,
        sentence: Sentence,
        discourse: &DiscourseContext,
        anonymity: bool,
        labels: bool,
    ) -> Option<Attribution> {
        if at <= sentence.start || !self.tokens.is_mark(at - 1, ':') {
            return None;
        }
        let label = self.label(sentence).filter(|label| labels && label.end == at - 1);
        let near = (sentence.start..at - 1).rev().take(14).find_map(|i| {
            let mention = self.phrases.mention_of[i]? as usize;
            // `Un proche d'Anne Roy : « ... »` is somebody else.
            if i > sentence.start && self.tokens.info(i - 1).is_of() {
                return None;
            }
            let person = self.phrases.names.mentions[mention].entity_kind == EntityKind::Person;
            person.then(|| self.phrases.phrase_at(i, at - 1).filter(|phrase| phrase.name.is_some())).flatten()
        });
        let opening = self.phrases.opening_subject(sentence);
        let opening = opening.filter(|&phrase| self.phrases.may_be_source(phrase) || self.is_sole_subject(phrase));
        let phrase = match (near, opening) {
            (_, Some(opening)) if opening.pronoun || opening.name.is_some() || self.is_sole_subject(opening) => opening,
            (Some(near), _) => near,
            (None, opening) => opening.or(label)?,
        };
        Some(Attribution {
            speaker: Some(discourse.resolve(phrase, anonymity)),
            cue: None,
            pattern: AttributionPattern::Colon,
        })
    }

    /// Whether a phrase is one capitalised word before its verb: `Bell hits back at Ross: "..."`.
    fn is_sole_subject(&self, phrase: NounPhrase) -> bool {
        let verb = self.tokens.info(phrase.end);
        let sole = phrase.end == phrase.start + 1 && self.tokens.is_capitalized(phrase.start);
        let lower = self.tokens.kind(phrase.end) == Kind::Word && !self.tokens.is_capitalized(phrase.end);
        sole && lower && (verb.has_verb_ending() || verb.is_form(form::FINITE)) && verb.fits_noun_phrase()
    }

    /// One or two capitalised words before a colon and a quotation: `Nora : « Je viens ici chaque matin. »`
    pub(super) fn label(&self, sentence: Sentence) -> Option<NounPhrase> {
        let start = sentence.start;
        let words = (start..sentence.end).take(3).take_while(|&i| self.tokens.is_capitalized(i)).count();
        let colon = start + words;
        let quotes = self.tokens.is_mark(colon, ':') && matches!(self.tokens.kind(colon + 1), Kind::Quoted(_));
        let plain = !self.tokens.info(start).is_sentence_initial() && !self.tokens.info(start).is_communication_noun();
        ((1..=2).contains(&words) && quotes && plain).then_some(NounPhrase {
            start,
            end: colon,
            name: None,
            pronoun: false,
        })
    }

    /// The source of the previous quotation in the same sentence.
    pub(super) fn source_in_sentence(&self, previous: Option<Attribution>) -> Option<Attribution> {
        previous
            .filter(|one| one.speaker.is_some())
            .map(|one| Attribution { pattern: AttributionPattern::Chain, ..one })
    }
}
