//! Finds clauses reported without quotation marks: `a annoncé que ...`, `..., selon X`, `The bridge is safe, officials said`.

mod around;
mod extent;

use std::ops::Range;

use super::attribution::{AttributionContext, Attributions};
use super::cues::{Cue, Shape};
use super::discourse::Speaker;
use crate::annotate::SpeakerStatus;
use crate::annotate::languages::{Class, form};
use crate::annotate::sentences::Sentence;
use crate::annotate::tokens::Kind;

/// A reported clause: ranges of tokens.
#[derive(Debug, Clone, PartialEq)]
pub struct Reported {
    pub parts: Vec<(usize, usize)>,
    pub cue: usize,
    pub speaker: Speaker,
    /// Confidence in its construction, 0 to 1.
    pub confidence: f32,
}

impl Reported {
    /// Whether a short quotation inside the clause is a quote of its own.
    ///
    /// In `annonce avoir porté plainte pour « vol »`, the reporter worded the infinitive, and the speaker the quotation.
    pub fn keeps_quotations_separate(&self) -> bool {
        self.confidence == INFINITIVE_CONFIDENCE
    }
}

/// Confidence in an infinitive clause: `annonce avoir porté plainte`.
const INFINITIVE_CONFIDENCE: f32 = 0.55;

/// Maximum distance of a complementizer after its verb, in tokens.
const MAX_COMPLEMENTIZER_DISTANCE: usize = 16;
/// Maximum number of adjuncts between a verb and its infinitive.
const MAX_ADJUNCTS: usize = 4;
/// Maximum distance of the verb of a clause from its start, in tokens.
const MAX_SUBJECT: usize = 24;
/// Minimum number of words of a reported clause.
const MIN_CLAUSE_WORDS: usize = 3;
/// Minimum number of words of a quotation that is a quote of its own.
const MIN_QUOTE_WORDS: usize = 4;

/// Finds the reported clauses of an article.
pub fn find(context: &AttributionContext, attributions: &Attributions) -> Vec<Reported> {
    let mut quoting = vec![false; context.cues.len()];
    for cue in attributions.attributions.iter().flatten().filter_map(|one| one.cue) {
        quoting[cue] = true;
    }
    let mut found = Vec::new();
    let mut from = 0;
    for &sentence in context.sentences {
        while from < context.cues.len() && context.cues[from].start < sentence.start {
            from += 1;
        }
        let to = from + context.cues[from..].partition_point(|cue| cue.start < sentence.end);
        let cues = from..to;
        let clauses = Clauses { context, sentence, cues: cues.clone() };
        for index in cues {
            let Some(speaker) = attributions.subjects[index].filter(may_be_source) else { continue };
            if attributions.unsaid[index] {
                continue;
            }
            if let Some((parts, confidence)) = clauses.reported_clause(index, speaker, quoting[index]) {
                found.push(Reported { parts, cue: index, speaker, confidence });
            }
        }
        from = to;
    }
    found
}

/// Whether a speaker may be a source. An unresolved pronoun may not.
fn may_be_source(speaker: &Speaker) -> bool {
    !(speaker.pronoun && speaker.reference.is_none() && speaker.status == SpeakerStatus::Unresolved)
}

/// Searches the reported clauses of a sentence.
pub(super) struct Clauses<'a> {
    pub context: &'a AttributionContext<'a>,
    pub sentence: Sentence,
    /// Its cues.
    cues: Range<usize>,
}

impl Clauses<'_> {
    fn is_mark(&self, at: usize, mark: char) -> bool {
        self.context.tokens.is_mark(at, mark)
    }

    fn reported_clause(&self, index: usize, speaker: Speaker, quotes: bool) -> Option<(Vec<(usize, usize)>, f32)> {
        let cue = &self.context.cues[index];
        if cue.shape == Shape::Phrase {
            let quotation = |at: usize| matches!(self.context.tokens.kind(at), Kind::Quoted(_));
            let comma = usize::from(cue.start > 0 && self.is_mark(cue.start - 1, ','));
            if quotes && cue.start.checked_sub(1 + comma).is_some_and(quotation) {
                return None;
            }
            return self.clauses_around_phrase(cue, speaker).map(|parts| (parts, 0.7));
        }
        if matches!(cue.class, Class::Quote | Class::Weak) {
            return None;
        }
        if cue.shape == Shape::Noun {
            // In `her claim that it leaks won the case`, where the clause ends is not known.
            let known =
                (self.sentence.start..cue.start).any(|i| self.is_predicate(i) || self.cue_starting(i).is_some());
            let object = known || self.context.language.is_french() && cue.start > self.sentence.start + 2;
            let start = self.complementizer(cue).filter(|_| object)?;
            return self.clause_from(start, index).map(|part| (vec![part], 0.7));
        }
        let opened = cue.start.checked_sub(2).is_some_and(|i| self.context.tokens.info(i).opens_chain());
        let infinitive = self.context.tokens.info(cue.end - 1).is_form(form::INFINITIVE) && cue.shape == Shape::Chained;
        if infinitive && !opened {
            return None;
        }
        let one = |part: (usize, usize)| vec![part];
        if let Some(part) = self.clause_after_colon(cue) {
            return Some((one(part), 0.7));
        }
        if let Some(start) = self.complementizer(cue) {
            if cue.denies {
                return None;
            }
            return self
                .clause_from(start, index)
                .map(|part| (one(part), if cue.class == Class::Opinion { 0.7 } else { 0.8 }));
        }
        let inverted = speaker.span.start >= self.context.tokens.list[cue.end - 1].span.end;
        if inverted {
            return if quotes { None } else { self.clause_before(cue, speaker).map(|part| (one(part), 0.7)) };
        }
        if cue.denies && (self.infinitive_clause(cue).is_some() || self.bare_clause(cue).is_some()) {
            return None;
        }
        if let Some(start) = self.infinitive_clause(cue) {
            return self.clause_from(start, index).map(|part| (one(part), INFINITIVE_CONFIDENCE));
        }
        if let Some(start) = self.bare_clause(cue) {
            return self.clause_from(start, index).map(|part| (one(part), 0.6));
        }
        // A verb that reports a quotation does not report the clause before it.
        if quotes {
            return None;
        }
        self.clause_before(cue, speaker).map(|part| (one(part), 0.7))
    }

    /// What follows the colon of a verb without quotation marks: `a répondu : jamais, et mes votes le montrent`.
    fn clause_after_colon(&self, cue: &Cue) -> Option<(usize, usize)> {
        let speech = cue.class == Class::Speech && cue.shape == Shape::Finite && self.is_mark(cue.end, ':');
        let (start, end) = self.trimmed(cue.end + 1, self.sentence.end).filter(|_| speech)?;
        (!(start..end).any(|i| matches!(self.context.tokens.kind(i), Kind::Quoted(_)))).then_some((start, end))
    }

    /// The complementizer of a verb: `que` in `a annoncé lundi que`.
    fn complementizer(&self, cue: &Cue) -> Option<usize> {
        let tokens = self.context.tokens;
        let limit = self.sentence.end.min(cue.end + MAX_COMPLEMENTIZER_DISTANCE);
        let mut commas = 0;
        for at in cue.end..limit {
            match tokens.kind(at) {
                Kind::Word => {}
                Kind::Mark(',') => commas += 1,
                Kind::Mark('(' | ')' | '.' | '-' | '–' | '—') => {}
                _ => return None,
            }
            let info = tokens.info(at);
            if info.is_complementizer() {
                let before = tokens.info(at - 1);
                let conjunction = at > cue.end && before.is_conjunction_part();
                // `à ce que`, `de ce que` open a reported clause.
                let nominal = before.is_demonstrative() && tokens.info(at.saturating_sub(2)).links_infinitive();
                let opens = commas % 2 == 0 && (!conjunction || nominal) && !self.follows_object(cue, at);
                return opens.then_some(at);
            }
            let stops = info.is_relative()
                || info.is_be()
                || info.is_have()
                || info.is_other_verb()
                || info.is_pronoun()
                || info.is_subordinator()
                || (self.context.phrases.verb_at[at] && at > cue.end);
            if stops {
                return None;
            }
        }
        None
    }

    /// Whether a complementizer refers to an object of the verb: `a annoncé la mesure que`.
    fn follows_object(&self, cue: &Cue, complementizer: usize) -> bool {
        let tokens = self.context.tokens;
        let first = tokens.info(cue.end);
        complementizer > cue.end
            && first.is_determiner()
            && !first.is_demonstrative()
            && !tokens.info(cue.end + 1).is_time()
            && !cue.takes_addressee
            && self.context.phrases.mention_of[cue.end].is_none()
    }

    /// The start of an infinitive clause after a verb: `a annoncé renoncer`, `affirme n'avoir`.
    fn infinitive_clause(&self, cue: &Cue) -> Option<usize> {
        if !cue.takes_infinitive {
            return None;
        }
        let tokens = self.context.tokens;
        let phrases = self.context.phrases;
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

    /// The start of a clause without a complementizer: `said the bridge would open`.
    fn bare_clause(&self, cue: &Cue) -> Option<usize> {
        let tokens = self.context.tokens;
        // A narrow verb in another form has an object: `showing the Games live`.
        if !cue.takes_bare_clause || cue.class == Class::Narrow && cue.shape != Shape::Finite {
            return None;
        }
        let mut at = cue.end;
        if cue.takes_addressee {
            at = self.context.phrases.phrase_at(at, self.sentence.end)?.end;
        }
        while at < self.sentence.end
            && (tokens.info(at).is_time() || (tokens.info(at).is_adverb() && !tokens.info(at).is_determiner()))
        {
            at += 1;
        }
        while let Some(next) =
            self.context.phrases.skip_adjunct(at, self.sentence.end).filter(|_| !tokens.info(at).is_quantifier())
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
        (opens && self.has_verb_of_its_own(at)).then_some(at)
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
    fn is_predicate(&self, at: usize) -> bool {
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

    /// The clause before its source: `Le pont est fermé, a annoncé la mairie`, `The bridge is closed, officials said`.
    fn clause_before(&self, cue: &Cue, speaker: Speaker) -> Option<(usize, usize)> {
        let tokens = self.context.tokens;
        let behind = speaker.span.start >= tokens.list[cue.end - 1].span.end || cue.inverted.is_some();
        let mut end = cue.start;
        if behind {
            while end > self.sentence.start && (tokens.info(end - 1).is_clitic() || tokens.info(end - 1).is_as()) {
                end -= 1;
            }
            if !(self.is_mark(end.checked_sub(1)?, ',')
                || cue.class == Class::Speech && tokens.info(cue.start).is_have())
            {
                return None;
            }
        } else {
            // The source and its verb end the sentence.
            let rest =
                (cue.end..self.sentence.end).filter(|&i| tokens.list[i].is_word() && !tokens.info(i).is_time()).count();
            end = (self.sentence.start..cue.start).find(|&i| tokens.list[i].span.start >= speaker.span.start)?;
            let comma = end > self.sentence.start && self.is_mark(end - 1, ',');
            let addressee = cue.takes_addressee || tokens.info(cue.end).is_preposition();
            if self.context.language.is_french() || !comma || (rest > 0 && !addressee) || rest > 10 {
                return None;
            }
        }
        if tokens.info(self.sentence.start).is_presentative() && tokens.info(end.saturating_sub(1)).is_complementizer()
        {
            return None;
        }
        let start = self.start_after_quotes(end);
        let verb = (start..end).any(|i| self.is_verb(i));
        let (start, end) = self.trimmed(start, end)?;
        // `In an interview, she said` reports nothing before it.
        if tokens.info(start).is_preposition() && !(start + 1..end).any(|i| self.is_predicate(i)) {
            return None;
        }
        (verb && !self.contains_quote(start, end)).then_some((start, end))
    }
}
