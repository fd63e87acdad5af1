//! Attributes quotations to sources. For each quotation, the patterns are tried in order of decreasing precision.

use std::ops::Range;

use super::cues::{Cue, Shape};
use super::discourse::{DiscourseContext, Speaker};
use super::interruptions::EmbeddedCue;
use super::noun_phrases::{NounPhrase, NounPhraseChunker};
use super::polarity::Polarity;
use crate::annotate::SpeakerStatus;
use crate::annotate::languages::{Class, Language};
use crate::annotate::marks::{Ending, Quoted};
use crate::annotate::sentences::Sentence;
use crate::annotate::text::Text;
use crate::annotate::tokens::{Kind, Tokens};

/// The pattern that attributes a quotation. The most precise pattern comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AttributionPattern {
    /// A cue inside the marks.
    Inside,
    /// A cue next to the marks.
    Beside,
    /// A source phrase in the same sentence: `selon X`.
    Phrase,
    /// A cue before the marks, with words in between.
    Before,
    /// A colon without a cue.
    Colon,
    /// The source of another quotation in the same sentence.
    Chain,
    /// A signature on the next line.
    Signature,
    /// The source of a quotation in an earlier sentence.
    Floating,
}

impl AttributionPattern {
    /// Its name in the table of confidences.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inside => "inside",
            Self::Beside => "beside",
            Self::Phrase => "phrase",
            Self::Before => "before",
            Self::Colon => "colon",
            Self::Chain => "chain",
            Self::Signature => "signature",
            Self::Floating => "floating",
        }
    }
}

/// The source of a quotation.
#[derive(Debug, Clone, Copy)]
pub struct Attribution {
    pub speaker: Option<Speaker>,
    /// Index into the cues.
    pub cue: Option<usize>,
    pub pattern: AttributionPattern,
}

/// The input of attribution.
pub struct AttributionContext<'a> {
    pub text: &'a Text,
    pub tokens: &'a Tokens,
    pub quoted: &'a [Quoted],
    pub sentences: &'a [Sentence],
    pub cues: &'a [Cue],
    pub phrases: &'a NounPhraseChunker<'a>,
    pub language: &'static Language,
    /// The cue in each quotation.
    pub embedded: &'a [Option<EmbeddedCue>],
    /// The noun phrases of all tokens, including those inside quotations.
    pub unmasked: &'a NounPhraseChunker<'a>,
    /// The number of words in each quotation.
    pub quoted_words: &'a [usize],
}

/// The attributions of an article.
pub struct Attributions {
    /// The attribution of each quotation.
    pub attributions: Vec<Option<Attribution>>,
    /// The subject or source of each cue.
    pub subjects: Vec<Option<Speaker>>,
    /// Whether each quotation continues the previous one, which has the same source.
    pub continues: Vec<bool>,
    /// Whether the words of each cue are denied, wished or supposed instead of stated.
    pub unsaid: Vec<bool>,
}

impl Attributions {
    /// Whether the words of a quotation are stated by its source.
    fn states(&self, attribution: &Attribution) -> bool {
        attribution.cue.is_none_or(|cue| !self.unsaid[cue])
    }
}

impl AttributionContext<'_> {
    /// Attributes every quotation, sentence by sentence.
    pub fn attribute(&self) -> Attributions {
        let mut discourse = DiscourseContext::new(self.phrases);
        let mut attributions = Attributions {
            attributions: vec![None; self.quoted.len()],
            subjects: vec![None; self.cues.len()],
            unsaid: vec![false; self.cues.len()],
            continues: vec![false; self.quoted.len()],
        };
        let mut from = 0;
        // One word before a colon may be a heading: `Verdict : « ... »`. Two are people.
        let labels = self.sentences.iter().filter(|&&sentence| self.label(sentence).is_some()).take(2).count() > 1;
        let mut floating = Floating { labels, ..Floating::default() };
        for &sentence in self.sentences {
            while from < self.cues.len() && self.cues[from].start < sentence.start {
                from += 1;
            }
            let to = from + self.cues[from..].partition_point(|cue| cue.start < sentence.end);
            self.attribute_sentence(sentence, from..to, &mut discourse, &mut attributions, &mut floating);
            from = to;
        }
        self.attribute_signatures(&discourse, &mut attributions);
        self.attribute_paragraphs(&mut attributions);
        attributions
    }

    fn attribute_sentence(
        &self,
        sentence: Sentence,
        cues: Range<usize>,
        discourse: &mut DiscourseContext,
        attributions: &mut Attributions,
        floating: &mut Floating,
    ) {
        let anonymity = (sentence.start..sentence.end).any(|at| self.tokens.info(at).is_anonymity());
        let topic = self.topic(sentence, discourse, anonymity);
        if let Some(topic) = topic {
            discourse.push(topic, false);
        }
        for index in cues.clone() {
            let subject = self.subject(sentence, index, &cues, discourse, attributions, anonymity);
            if let Some(speaker) = subject.filter(|one| self.is_somebody(one)) {
                discourse.push(speaker, matches!(self.cues[index].class, Class::Speech | Class::Opinion));
            }
            attributions.subjects[index] = subject;
            attributions.unsaid[index] = self.is_unsaid(sentence, index, subject);
        }
        floating.attribute_waiting(self, sentence, topic.map(|topic| (topic, &*discourse)), attributions);
        let asks = self.tokens.is_mark(sentence.end - 1, '?');
        let mut previous = None;
        let mut last_source = None;
        for at in sentence.start..sentence.end {
            let Kind::Quoted(quote) = self.tokens.kind(at) else { continue };
            let found = self
                .verb_after(at, sentence, &cues, attributions)
                .or_else(|| self.cue_inside(quote, discourse))
                .or_else(|| self.agent_after(at, sentence, discourse, anonymity))
                .or_else(|| self.cue_before(at, sentence, &cues, attributions, true))
                .or_else(|| self.clause_after(at, sentence, &cues, attributions))
                .or_else(|| self.source_phrase_after(at, sentence, &cues, attributions))
                .or_else(|| self.cue_before(at, sentence, &cues, attributions, false))
                .or_else(|| self.closing_source(at, &cues, attributions))
                .or_else(|| self.signature_beside(at, sentence, discourse))
                .or_else(|| self.source_after_colon(at, sentence, discourse))
                .or_else(|| self.source_before_colon(at, sentence, discourse, anonymity, floating.labels))
                .or_else(|| self.subject_of_quotation(at, quote, sentence, discourse, anonymity))
                .or_else(|| self.source_in_sentence(previous))
                .or_else(|| self.person_after(at, sentence, discourse))
                .or_else(|| floating.attribute(self, at, sentence));
            if let Some(found) = found {
                previous = Some(found);
                last_source = found.speaker.filter(|_| attributions.states(&found)).or(last_source);
            }
            let earlier =
                found.is_some_and(|one| one.pattern == AttributionPattern::Floating && floating.line != sentence.line);
            if (found.is_none() || earlier) && sentence.end - sentence.start <= 2 && !asks {
                floating.waiting = Some((quote, sentence.line));
            }
            attributions.attributions[quote] = found;
        }
        self.attribute_series(sentence, attributions);
        self.attribute_preceding(sentence, &cues, attributions);
        let stated = |cue: &usize| !attributions.unsaid[*cue];
        let reports = |cue: &usize| matches!(self.cues[*cue].class, Class::Speech | Class::Opinion);
        let subject = cues.clone().rev().filter(stated).find_map(|cue| attributions.subjects[cue]);
        let reporter = cues.rev().filter(stated).filter(reports).find_map(|cue| attributions.subjects[cue]);
        // A subordinate clause that opens the sentence has a subject of its own.
        let subordinate = self.tokens.info(sentence.start).is_subordinator();
        let topic = if subordinate { topic.or(subject) } else { subject.or(topic) };
        floating.end_sentence(sentence, last_source.or(reporter), topic.filter(|_| !asks));
    }

    /// Whether the source of the quotation at `at` states its words.
    pub fn is_stated(&self, attributions: &Attributions, attribution: &Attribution, at: usize) -> bool {
        let polarity = Polarity { tokens: self.tokens, language: self.language };
        let denied = attribution.cue.is_some_and(|cue| polarity.denies_quotation(&self.cues[cue], at));
        !denied && attributions.states(attribution)
    }

    /// Whether the words of a cue are not stated.
    fn is_unsaid(&self, sentence: Sentence, index: usize, subject: Option<Speaker>) -> bool {
        let cue = &self.cues[index];
        // `Nobody believes Bell's claim that` says what Bell claims.
        if cue.shape == Shape::Noun {
            return false;
        }
        let list = &self.tokens.list;
        let start = subject.map_or(cue.start, |one| list.partition_point(|token| token.span.start < one.span.start));
        let polarity = Polarity { tokens: self.tokens, language: self.language };
        polarity.is_unsaid(sentence, cue, start.clamp(sentence.start, cue.start))
    }

    /// Gives quotations the source of the next one, if its cue follows it: `« A » et « B », a-t-il dit`.
    fn attribute_series(&self, sentence: Sentence, attributions: &mut Attributions) {
        let mut behind: Option<(usize, Attribution)> = None;
        for at in (sentence.start..sentence.end).rev() {
            let Kind::Quoted(quote) = self.tokens.kind(at) else { continue };
            match attributions.attributions[quote] {
                None => {
                    // Only commas between them: they are one list.
                    let listed = |next: usize| (at + 1..next).all(|i| self.tokens.is_mark(i, ','));
                    attributions.attributions[quote] = behind.map(|(next, one)| match listed(next) {
                        true => one,
                        false => Attribution { pattern: AttributionPattern::Chain, ..one },
                    });
                    behind = behind.map(|(_, one)| (at, one));
                }
                Some(one)
                    if matches!(one.pattern, AttributionPattern::Beside | AttributionPattern::Phrase)
                        && one.cue.is_some_and(|cue| self.cues[cue].start > at) =>
                {
                    behind = Some((at, one))
                }
                Some(_) => behind = None,
            }
        }
    }

    /// Attributes the quotation before a sentence that names its source: `C'est ce qu'a annoncé X`.
    fn attribute_preceding(&self, sentence: Sentence, cues: &Range<usize>, attributions: &mut Attributions) {
        let looks_back = self.tokens.info(sentence.start).looks_back();
        let Some(cue) = cues.clone().next().filter(|_| looks_back) else { return };
        let before = self.tokens.list[sentence.start].span.start;
        let quote = self.quoted.partition_point(|quoted| quoted.outer.start < before).checked_sub(1);
        let Some(quote) = quote.filter(|&quote| attributions.attributions[quote].is_none()) else { return };
        let adjacent = |one: &Quoted| self.quoted[quote].outer.start - one.outer.end < 4;
        // Of two adjacent quotations, it may name the source of one only.
        let alone = quote.checked_sub(1).is_none_or(|one| !adjacent(&self.quoted[one]));
        if before - self.quoted[quote].outer.end < 8 && alone {
            attributions.attributions[quote] = Some(Attribution {
                speaker: attributions.subjects[cue],
                cue: Some(cue),
                pattern: AttributionPattern::Phrase,
            });
        }
    }

    /// The subject that opens a sentence, if it may be a source.
    fn topic(&self, sentence: Sentence, discourse: &DiscourseContext, anonymity: bool) -> Option<Speaker> {
        if let Some((start, end)) = self.set_topic(sentence) {
            return Some(discourse.resolve_coordination(start, end));
        }
        let source = |phrase: &NounPhrase| self.phrases.may_be_source(*phrase);
        let opening = self.phrases.opening_subject(sentence).filter(source);
        let phrase = opening.or_else(|| self.phrases.subordinate_person(sentence))?;
        let speaker = discourse.resolve(phrase, anonymity);
        // An impersonal pronoun is not a topic.
        (self.is_somebody(&speaker) && (!phrase.pronoun || speaker.reference.is_some())).then_some(speaker)
    }

    /// Whether a subject may be the antecedent of a pronoun, unlike `nobody`.
    fn is_somebody(&self, speaker: &Speaker) -> bool {
        let first = self.tokens.list.partition_point(|token| token.span.start < speaker.span.start);
        !self.tokens.info(first).is_nobody()
    }

    /// The plural topic before the first comma: `Quant aux élus et aux riverains, ils`.
    fn set_topic(&self, sentence: Sentence) -> Option<(usize, usize)> {
        let start = (sentence.start..sentence.end).find(|&i| !self.tokens.info(i).sets_topic())?;
        let end = (start..sentence.end.min(start + 16)).find(|&i| self.tokens.is_mark(i, ','))?;
        let plural = (start..end).any(|i| self.tokens.info(i).is_plural());
        (start > sentence.start && start < end && plural).then_some((start, end))
    }

    /// Attributes quotations to a signature on the next line: `— Luc Petit, maire`.
    fn attribute_signatures(&self, discourse: &DiscourseContext, attributions: &mut Attributions) {
        for (i, sentence) in self.sentences.iter().enumerate() {
            let dash = matches!(self.tokens.kind(sentence.start), Kind::Mark('—' | '–' | '-'));
            let Some(before) = i.checked_sub(1).map(|i| self.sentences[i]) else { continue };
            let Kind::Quoted(quote) = self.tokens.kind(before.end - 1) else { continue };
            let own_line = self.text.before(self.quoted[quote].outer.start) == '\n';
            let weak = match attributions.attributions[quote] {
                None => dash || before.end - before.start == 1,
                Some(one) => {
                    let replaced = own_line && one.pattern != AttributionPattern::Inside;
                    dash && (replaced || one.pattern >= AttributionPattern::Colon)
                }
            };
            let phrase = self.phrases.phrase_at(sentence.start + usize::from(dash), sentence.end);
            // Without a dash, the line is a source and nothing else.
            let source = |phrase: &NounPhrase| match dash {
                true => self.is_signature(phrase.end, sentence.end),
                false => phrase.end == sentence.end && self.phrases.may_be_source(*phrase),
            };
            if before.line + 1 == sentence.line
                && weak
                && let Some(phrase) = phrase.filter(source)
            {
                let speaker = discourse.resolve(phrase, false);
                attributions.attributions[quote] =
                    Some(Attribution { speaker: Some(speaker), cue: None, pattern: AttributionPattern::Signature });
            }
        }
    }
}

impl AttributionContext<'_> {
    /// Gives the paragraphs of a quotation one source. Where two of them have different ones, a mark was forgotten.
    fn attribute_paragraphs(&self, attributions: &mut Attributions) {
        for pair in 1..self.quoted.len() {
            // Of two adjacent quotations, the first is not of an earlier line, since the second replies to it.
            let adjacent = self.quoted[pair].outer.start - self.quoted[pair - 1].outer.end < 4;
            let closed = self.quoted[pair - 1].ending == Ending::Closed;
            if adjacent && closed && self.own_source(pair - 1, attributions).is_none() {
                attributions.attributions[pair - 1] = None;
            }
        }
        let mut start = 0;
        // The first source that is named in the paragraphs from `start` on.
        let mut own = None;
        for i in 0..self.quoted.len() {
            own = own.or_else(|| self.own_source(i, attributions));
            let more = self.quoted[i].ending == Ending::Continued && i + 1 < self.quoted.len();
            if more && !self.have_different_sources(own, i + 1, attributions) {
                attributions.continues[i + 1] = true;
                continue;
            }
            if let Some(own) = own.take() {
                attributions.attributions[start..=i].fill(Some(own));
            } else if let Some(first) = attributions.attributions[start] {
                attributions.attributions[start..=i].fill(Some(first));
            }
            start = i + 1;
        }
    }

    /// Whether the source of a quotation is not that of the paragraphs before it.
    fn have_different_sources(&self, earlier: Option<Attribution>, next: usize, attributions: &Attributions) -> bool {
        let source = |found: Option<Attribution>| found.and_then(|found| found.speaker);
        let next = self.own_source(next, attributions);
        let (Some(one), Some(other)) = (source(earlier), source(next)) else { return false };
        let differ = match (one.entity, other.entity) {
            (Some(one), Some(other)) => one != other,
            _ => self.text.slice(one.span).to_lowercase() != self.text.slice(other.span).to_lowercase(),
        };
        differ && !(other.pronoun && other.reference.is_none())
    }

    /// The number of the line that contains an offset.
    fn line_at(&self, offset: usize) -> Option<usize> {
        let token = self.tokens.list.partition_point(|token| token.span.end <= offset);
        let sentence = self.sentences.partition_point(|sentence| sentence.end <= token);
        self.sentences.get(sentence).map(|sentence| sentence.line)
    }

    /// The attribution of a quotation, if its source is named in the same line.
    fn own_source(&self, quote: usize, attributions: &Attributions) -> Option<Attribution> {
        let found = attributions.attributions[quote]?;
        let near = self.line_at(found.speaker?.span.start) == self.line_at(self.quoted[quote].outer.start);
        (found.pattern < AttributionPattern::Floating || near).then_some(found)
    }
}

/// The sources and topics that quotations without a cue may continue.
#[derive(Debug, Default)]
struct Floating {
    /// Whether a word before a colon and a quotation names its source.
    labels: bool,
    /// The line of the previous sentence.
    line: usize,
    /// The source of the latest quotation, and its line.
    last_source: Option<(Speaker, usize)>,
    /// The latest topic in `line`.
    topic: Option<Speaker>,
    /// The previous sentence if it is a quotation without a source: the quotation and its line.
    waiting: Option<(usize, usize)>,
}

impl Floating {
    /// Attributes a quotation that is a sentence of its own to the topic of the next sentence in its line.
    ///
    /// `« Je n'y crois pas. » Au bout du fil, Anna Roy soupire.`
    fn attribute_waiting(
        &mut self,
        context: &AttributionContext,
        sentence: Sentence,
        topic: Option<(Speaker, &DiscourseContext)>,
        attributions: &mut Attributions,
    ) {
        let Some((quote, line)) = self.waiting.take() else { return };
        let Some((speaker, discourse)) =
            topic.filter(|(one, _)| line == sentence.line && !one.pronoun && one.status != SpeakerStatus::Collective)
        else {
            return;
        };
        // The speaker of an earlier line goes on, unless the next sentence introduces somebody.
        let start = context.quoted[quote].outer.start;
        if attributions.attributions[quote].is_none() || discourse.is_new(&speaker, start) {
            attributions.attributions[quote] =
                Some(Attribution { speaker: Some(speaker), cue: None, pattern: AttributionPattern::Floating });
        }
    }

    /// Remembers the source and the topic of a sentence.
    fn end_sentence(&mut self, sentence: Sentence, last_source: Option<Speaker>, topic: Option<Speaker>) {
        if let Some(speaker) = last_source {
            self.last_source = Some((speaker, sentence.line));
        }
        self.topic = topic.or(self.topic.filter(|_| self.line == sentence.line));
        self.line = sentence.line;
    }

    /// The source of a quotation that is a sentence of its own.
    fn attribute(&self, context: &AttributionContext, at: usize, sentence: Sentence) -> Option<Attribution> {
        let alone = (sentence.start..sentence.end)
            .all(|i| i == at || matches!(context.tokens.kind(i), Kind::Mark(_) | Kind::Quoted(_)));
        // `« Un échec » ?` quotes nobody.
        if !alone || context.tokens.is_mark(sentence.end - 1, '?') {
            return None;
        }
        let same_line = self.line == sentence.line;
        let last_source = self.last_source.filter(|(_, line)| *line == sentence.line);
        let topic = self.topic.filter(|_| same_line);
        let earlier = self.last_source.filter(|(_, line)| *line + 2 >= sentence.line);
        let speaker = match (topic, last_source) {
            (Some(topic), Some((last_source, _)))
                if topic.span.start > last_source.span.start && topic.status != SpeakerStatus::Unresolved =>
            {
                topic
            }
            (_, Some((last_source, _))) => last_source,
            (Some(topic), None) => topic,
            (None, None) => earlier.map(|(speaker, _)| speaker)?,
        };
        Some(Attribution { speaker: Some(speaker), cue: None, pattern: AttributionPattern::Floating })
    }
}
