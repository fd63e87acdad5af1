//! Whose words a quotation is: sieves in falling precision over each sentence, the first that catches wins.

use std::ops::Range;

use super::SpeakerStatus;
use super::cues::Cue;
use super::inside::Inside;
use super::lexicon::Lexicon;
use super::marks::Quoted;
use super::phrases::Phrases;
use super::sentences::Sentence;
use super::speakers::{Cast, Speaker};
use super::text::Text;
use super::tokens::{Kind, Tokens};

/// How a quotation was tied to its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tie {
    /// The cue stands inside the marks.
    Inside,
    /// The cue stands right beside the marks.
    Beside,
    /// `selon X` in the same sentence.
    Phrase,
    /// The cue stands before, with words in between.
    Before,
    /// A colon without a cue.
    Colon,
    /// Goes on after another quotation in the same sentence.
    Chain,
    /// A signature on the next line.
    Signature,
    /// Goes on after a quotation of an earlier sentence.
    Floating,
}

/// The source of a quotation.
#[derive(Debug, Clone, Copy)]
pub struct Attribution {
    pub speaker: Option<Speaker>,
    /// Index into the cues.
    pub cue: Option<usize>,
    pub tie: Tie,
}

/// What one article is read with.
pub struct Reader<'a> {
    pub text: &'a Text,
    pub tokens: &'a Tokens,
    pub quoted: &'a [Quoted],
    pub sentences: &'a [Sentence],
    pub cues: &'a [Cue],
    pub phrases: &'a Phrases<'a>,
    pub lexicon: &'a Lexicon,
    /// Cues inside quotations, with the tokens they stand in.
    pub inside: &'a [Option<Inside>],
    pub unmasked: &'a Phrases<'a>,
}

/// The findings for a whole article.
pub struct Reading {
    /// For each quotation.
    pub attributions: Vec<Option<Attribution>>,
    /// For each cue, its subject or source.
    pub subjects: Vec<Option<Speaker>>,
}

impl Reader<'_> {
    /// Reads the sentences in order and attributes every quotation.
    pub fn read(&self) -> Reading {
        let mut cast = Cast::new(self.phrases);
        let mut reading =
            Reading { attributions: vec![None; self.quoted.len()], subjects: vec![None; self.cues.len()] };
        let mut from = 0;
        let mut floating = Floating::default();
        for &sentence in self.sentences {
            while from < self.cues.len() && self.cues[from].start < sentence.start {
                from += 1;
            }
            let to = from + self.cues[from..].partition_point(|cue| cue.start < sentence.end);
            self.read_sentence(sentence, from..to, &mut cast, &mut reading, &mut floating);
            from = to;
        }
        self.signatures(&cast, &mut reading);
        reading
    }

    fn read_sentence(
        &self,
        sentence: Sentence,
        cues: Range<usize>,
        cast: &mut Cast,
        reading: &mut Reading,
        floating: &mut Floating,
    ) {
        let anonymity = (sentence.start..sentence.end)
            .any(|at| matches!(self.tokens.word(at), "anonymat" | "anonymity" | "anonymement"));
        let topic = self.topic(sentence, cast, anonymity);
        if let Some(topic) = topic {
            cast.meet(topic);
        }
        for index in cues.clone() {
            let subject = self.subject(sentence, index, &cues, cast, reading, anonymity);
            if let Some(speaker) = subject {
                cast.meet(speaker);
            }
            reading.subjects[index] = subject;
        }
        floating.settle(sentence, topic, reading);
        let mut previous = None;
        let mut spoke = None;
        for at in sentence.start..sentence.end {
            let Kind::Quoted(quote) = self.tokens.kind(at) else { continue };
            let found = self
                .beside_after(at, sentence, &cues, reading)
                .or_else(|| self.inside(quote, cast))
                .or_else(|| self.before(at, sentence, &cues, reading, true))
                .or_else(|| self.behind(at, &cues, reading))
                .or_else(|| self.phrase_behind(at, sentence, &cues, reading))
                .or_else(|| self.before(at, sentence, &cues, reading, false))
                .or_else(|| self.trailing(at, &cues, reading))
                .or_else(|| self.colon(at, sentence, cast, anonymity))
                .or_else(|| self.chain(previous))
                .or_else(|| floating.catch(self, at, sentence));
            if let Some(found) = found {
                previous = Some(found);
                spoke = found.speaker.or(spoke);
            }
            if found.is_none() && sentence.end - sentence.start <= 2 {
                floating.waiting = Some((quote, sentence.line));
            }
            reading.attributions[quote] = found;
        }
        self.series(sentence, reading);
        self.looking_back(sentence, &cues, reading);
        let subject = cues.rev().find_map(|cue| reading.subjects[cue]);
        floating.pass(sentence, spoke, subject.or(topic));
    }

    /// `« A » et « B », a-t-il dit`: fragments before one whose cue comes behind it share its source.
    fn series(&self, sentence: Sentence, reading: &mut Reading) {
        let mut behind: Option<Attribution> = None;
        for at in (sentence.start..sentence.end).rev() {
            let Kind::Quoted(quote) = self.tokens.kind(at) else { continue };
            match reading.attributions[quote] {
                None => reading.attributions[quote] = behind.map(|one| Attribution { tie: Tie::Chain, ..one }),
                Some(one) if one.tie == Tie::Beside && one.cue.is_some_and(|cue| self.cues[cue].start > at) => {
                    behind = Some(one)
                }
                Some(_) => behind = None,
            }
        }
    }

    /// `C'est ce qu'a annoncé X`: what was quoted just before, still without a source, is his.
    fn looking_back(&self, sentence: Sentence, cues: &Range<usize>, reading: &mut Reading) {
        let opening: Vec<&str> = (sentence.start..sentence.start + 4).map(|at| self.tokens.word(at)).collect();
        let looks_back =
            matches!(opening.as_slice(), ["c'", "est", "ce", "que" | "qu'"] | ["voilà", "ce", "que" | "qu'", _]);
        let Some(cue) = cues.clone().next().filter(|_| looks_back) else { return };
        let before = self.tokens.list[sentence.start].span.start;
        let quote = self.quoted.partition_point(|quoted| quoted.outer.start < before).checked_sub(1);
        let Some(quote) = quote.filter(|&quote| reading.attributions[quote].is_none()) else { return };
        if before - self.quoted[quote].outer.end < 8 {
            reading.attributions[quote] =
                Some(Attribution { speaker: reading.subjects[cue], cue: Some(cue), tie: Tie::Phrase });
        }
    }

    /// The subject a sentence opens with, when it is somebody who can speak.
    fn topic(&self, sentence: Sentence, cast: &Cast, anonymity: bool) -> Option<Speaker> {
        let phrase = self.phrases.opening_subject(sentence)?;
        let speaker = self.phrases.able(phrase).then(|| cast.resolve(phrase, anonymity))?;
        // An impersonal `il` is no topic.
        (!phrase.pronoun || speaker.reference.is_some()).then_some(speaker)
    }

    /// `— Luc Petit, maire` on the line after a quotation.
    fn signatures(&self, cast: &Cast, reading: &mut Reading) {
        for (i, sentence) in self.sentences.iter().enumerate() {
            let dash = matches!(self.tokens.kind(sentence.start), Kind::Mark('—' | '–' | '-'));
            let Some(before) = i.checked_sub(1).map(|i| self.sentences[i]).filter(|_| dash) else { continue };
            let Kind::Quoted(quote) = self.tokens.kind(before.end - 1) else { continue };
            let weak = reading.attributions[quote].is_none_or(|one| one.tie >= Tie::Floating);
            if before.line + 1 == sentence.line
                && weak
                && let Some(phrase) = self.phrases.at(sentence.start + 1, sentence.end)
            {
                let speaker = cast.resolve(phrase, false);
                reading.attributions[quote] =
                    Some(Attribution { speaker: Some(speaker), cue: None, tie: Tie::Signature });
            }
        }
    }
}

/// The source that goes on speaking in the next sentences.
#[derive(Debug, Default)]
struct Floating {
    line: usize,
    /// Who was quoted last, and in which line.
    spoke: Option<(Speaker, usize)>,
    /// Who the sentence before was about, when in this line.
    topic: Option<Speaker>,
    /// A quotation that opens a line and has no source yet, and its line.
    waiting: Option<(usize, usize)>,
}

impl Floating {
    /// `« Je n'y crois pas. » Au bout du fil, Anna Roy soupire.`: the sentence behind tells whose words opened the line.
    fn settle(&mut self, sentence: Sentence, topic: Option<Speaker>, reading: &mut Reading) {
        let Some((quote, line)) = self.waiting.take() else { return };
        let speaker =
            topic.filter(|one| line == sentence.line && !one.pronoun && one.status != SpeakerStatus::Collective);
        if reading.attributions[quote].is_none() && speaker.is_some() {
            reading.attributions[quote] = Some(Attribution { speaker, cue: None, tie: Tie::Floating });
        }
    }

    /// Takes note of a sentence that was read.
    fn pass(&mut self, sentence: Sentence, spoke: Option<Speaker>, topic: Option<Speaker>) {
        if let Some(speaker) = spoke {
            self.spoke = Some((speaker, sentence.line));
        }
        self.topic = topic.or(self.topic.filter(|_| self.line == sentence.line));
        self.line = sentence.line;
    }

    /// The source of a quotation that is a sentence of its own.
    fn catch(&self, reader: &Reader, at: usize, sentence: Sentence) -> Option<Attribution> {
        let alone = (sentence.start..sentence.end)
            .all(|i| i == at || matches!(reader.tokens.kind(i), Kind::Mark(_) | Kind::Quoted(_)));
        if !alone {
            return None;
        }
        let same_line = self.line == sentence.line;
        let spoke = self.spoke.filter(|(_, line)| *line == sentence.line);
        let topic = self.topic.filter(|_| same_line);
        let earlier = self.spoke.filter(|(_, line)| *line + 2 >= sentence.line);
        let speaker = match (topic, spoke) {
            (Some(topic), Some((spoke, _)))
                if topic.span.start > spoke.span.start && topic.status != SpeakerStatus::Unresolved =>
            {
                topic
            }
            (_, Some((spoke, _))) => spoke,
            (Some(topic), None) => topic,
            (None, None) => earlier.map(|(speaker, _)| speaker)?,
        };
        Some(Attribution { speaker: Some(speaker), cue: None, tie: Tie::Floating })
    }
}
