//! Finds clauses reported without quotation marks: `a annoncé que ...`, `..., selon X`, `The bridge is safe, officials said`.

mod around;
mod bare;
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
    /// Whether the verb of the clause is an infinitive. Then a short quotation inside it is a quote of its own.
    ///
    /// In `annonce avoir porté plainte pour « vol »`, the reporter worded the infinitive, and the speaker the quotation.
    pub is_infinitive: bool,
}

/// Maximum distance of a complementizer after its verb, in tokens.
const MAX_COMPLEMENTIZER_DISTANCE: usize = 16;
/// Maximum number of words after a source and its verb that end their sentence: `told reporters in the town hall`.
const MAX_ADDITION: usize = 16;
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
            if let Some(parts) = clauses.reported_clause(index, speaker, quoting[index]) {
                let is_infinitive = clauses.infinitive_clause(&context.cues[index]) == Some(parts[0].0);
                found.push(Reported { parts, cue: index, speaker, is_infinitive });
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

    /// The ranges of the clause that a cue reports.
    fn reported_clause(&self, index: usize, speaker: Speaker, quotes: bool) -> Option<Vec<(usize, usize)>> {
        let cue = &self.context.cues[index];
        let one = |part: (usize, usize)| vec![part];
        if cue.shape == Shape::Phrase {
            let quotation = |at: usize| matches!(self.context.tokens.kind(at), Kind::Quoted(_));
            let comma = usize::from(cue.start > 0 && self.is_mark(cue.start - 1, ','));
            if quotes && cue.start.checked_sub(1 + comma).is_some_and(quotation) {
                return None;
            }
            return self.clauses_around_phrase(cue, speaker);
        }
        // A verb of quotations reports a clause only right before it: `joked that`. `jokes that` has a noun.
        let direct = cue.class == Class::Quote
            && self.context.tokens.info(cue.end).is_complementizer()
            && !self.context.tokens.info(cue.start).is_unfulfilled()
            && !self.context.tokens.info(cue.start).has_s_ending();
        if matches!(cue.class, Class::Quote | Class::Weak) && !direct {
            return None;
        }
        if cue.shape == Shape::Noun {
            // In `her claim that it leaks won the case`, where the clause ends is not known.
            let known =
                (self.sentence.start..cue.start).any(|i| self.is_predicate(i) || self.cue_starting(i).is_some());
            let object = known || self.context.language.is_french() && cue.start > self.sentence.start + 2;
            let start = self.complementizer(cue).filter(|_| object)?;
            return self.clause_from(start, index).map(one);
        }
        let opened = cue.start.checked_sub(2).is_some_and(|i| self.context.tokens.info(i).opens_chain());
        let infinitive = self.context.tokens.info(cue.end - 1).is_form(form::INFINITIVE) && cue.shape == Shape::Chained;
        if infinitive && !opened {
            return None;
        }
        if let Some(part) = self.clause_after_colon(cue) {
            return Some(one(part));
        }
        if let Some(start) = self.complementizer(cue) {
            return if cue.denies { None } else { self.clause_from(start, index).map(one) };
        }
        if !quotes && let Some(parts) = self.clause_around_verb(index, speaker) {
            return Some(parts);
        }
        let inverted = speaker.span.start >= self.context.tokens.list[cue.end - 1].span.end;
        if inverted {
            return if quotes { None } else { self.clause_before(cue, speaker).map(one) };
        }
        if let Some(start) = self.infinitive_clause(cue).or_else(|| self.bare_clause(cue, quotes)) {
            return if cue.denies { None } else { self.clause_from(start, index).map(one) };
        }
        // A verb that reports a quotation does not report the clause before it.
        if quotes {
            return None;
        }
        self.clause_before(cue, speaker).map(one)
    }

    /// The words after the colon of a verb, without quotation marks: `a répondu : jamais, et mes votes le montrent`.
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
            // `The bridge will close, Bell said, adding that the road will too.`
            let reports_on = self.is_mark(cue.end, ',') && self.starts_description(cue.end + 1);
            let ends = rest == 0 || addressee && rest <= MAX_ADDITION || reports_on;
            if self.context.language.is_french() || !comma || !ends {
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
