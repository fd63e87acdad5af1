//! Generated sentences with the spans of their mentions and quotes, in code points.

use crate::dice::Dice;
use crate::names::{Cast, capital, surname};
use crate::words::Language;
use verbatim::domain::span::Span;
use verbatim::domain::{MentionKind, QuoteKind, SpeakerStatus};

/// A name in a text; without an entity when it is unknown.
pub struct Mention {
    pub entity: Option<usize>,
    pub span: Span,
    pub kind: MentionKind,
}

/// A quote in a text.
pub struct Quote {
    pub spans: Vec<Span>,
    pub kind: QuoteKind,
    pub speaker: Option<usize>,
    /// The source as printed.
    pub label: Option<Span>,
    pub status: SpeakerStatus,
    /// The reporting verb, and its lemma.
    pub cue: Option<(Span, &'static str)>,
}

/// The source of a quote.
pub enum Source {
    Named(usize),
    Unknown(String),
    Anonymous(&'static str),
    Collective(&'static str),
    Nobody,
}

impl Source {
    /// A source: two times in three, `speaker`.
    pub fn draw(speaker: usize, language: &Language, dice: &mut Dice) -> Self {
        match dice.below(100) {
            0..=67 => Self::Named(speaker),
            68..=75 => Self::Anonymous(dice.of(language.anonymous)),
            76..=83 => Self::Collective(dice.of(language.collective)),
            84..=90 => Self::Nobody,
            _ => Self::Unknown(surname(dice)),
        }
    }
}

/// The quotation marks: opening and closing.
#[derive(Clone, Copy)]
pub struct Marks(pub &'static str, pub &'static str);

/// A text that is being generated.
pub struct Prose<'a> {
    pub text: String,
    pub mentions: Vec<Mention>,
    /// Length in code points.
    at: i32,
    cast: &'a Cast,
    language: &'a Language,
    marks: Marks,
}

impl<'a> Prose<'a> {
    pub fn new(cast: &'a Cast, language: &'a Language, marks: Marks) -> Self {
        Self { text: String::with_capacity(4096), mentions: Vec::with_capacity(32), at: 0, cast, language, marks }
    }

    pub fn language(&self) -> &'a Language {
        self.language
    }

    pub fn is_french(&self) -> bool {
        self.language.code == "fr"
    }

    /// Appends words and returns their span.
    pub fn push(&mut self, words: &str) -> Span {
        let start = self.at;
        self.text.push_str(words);
        self.at += words.chars().count() as i32;
        Span { start, end: self.at }
    }

    /// Appends a name, in full or short. Only the random sequence decides: agency copy is the same in every article.
    fn name(&mut self, entity: usize, dice: &mut Dice) -> Span {
        let named = &self.cast.entities[entity];
        let span = self.push(if dice.chance(45) { &named.short } else { &named.name });
        // Some mentions have no entity.
        let entity = (!dice.chance(4)).then_some(entity);
        self.mentions.push(Mention { entity, span, kind: MentionKind::Name });
        span
    }

    /// Appends `count` words, or one more, with a name among them when given.
    fn words(&mut self, count: usize, starts_sentence: bool, name: Option<usize>, dice: &mut Dice) -> Span {
        let start = self.at;
        let language = self.language;
        let name_at = name.map(|_| dice.between(1, count - 1));
        let mut written = 0;
        while written < count {
            if written > 0 {
                self.push(" ");
            }
            if let Some(entity) = name.filter(|_| name_at == Some(written)) {
                self.name(entity, dice);
                written += 1;
                continue;
            }
            let content = language.content(dice);
            let is_led = dice.chance(90) && name_at != Some(written + 1);
            let (lead, gap) = if is_led { language.join(language.function(dice), content) } else { ("", "") };
            if written == 0 && starts_sentence {
                self.push(&capital(if is_led { lead } else { content }));
            } else if is_led {
                self.push(lead);
            }
            if is_led || written > 0 || !starts_sentence {
                self.push(gap);
                self.push(content);
            }
            written += 1 + usize::from(is_led);
        }
        Span { start, end: self.at }
    }

    /// Appends a sentence without a quote.
    pub fn tell(&mut self, name: Option<usize>, dice: &mut Dice) {
        let count = dice.between(9, 20);
        self.words(count, true, name, dice);
        if dice.chance(8) {
            let or = if self.is_french() { "soit" } else { "or" };
            let share = dice.between(2, 97);
            self.push(&format!(", {or} {share}\u{a0}% {}", self.language.content(dice)));
        }
        self.push(".");
    }

    /// Appends a sentence in which `source` speaks about `about`.
    pub fn say(&mut self, source: &Source, about: Option<usize>, dice: &mut Dice) -> Quote {
        let Marks(open, close) = self.marks;
        let kind = match dice.below(100) {
            _ if matches!(source, Source::Nobody) => QuoteKind::Direct,
            0..=59 => QuoteKind::Direct,
            60..=77 => QuoteKind::Partial,
            78..=91 => QuoteKind::Indirect,
            _ => QuoteKind::Mixed,
        };
        if kind == QuoteKind::Direct {
            return self.say_directly(source, about, dice);
        }
        let (speaker, label, status) = self.source(source, true, dice);
        self.push(" ");
        let cue = self.cue(dice);
        let that = if self.is_french() { " que " } else { " that " };
        let count = dice.between(6, 16);
        let span = match kind {
            QuoteKind::Indirect => {
                self.push(that);
                self.words(count, false, about, dice)
            }
            QuoteKind::Partial => {
                self.push(" ");
                self.push(open);
                let span = self.words(count / 2, false, about, dice);
                self.push(close);
                self.push(" ");
                self.words(4, false, None, dice);
                span
            }
            _ => {
                self.push(that);
                let start = self.words(4, false, None, dice).start;
                self.push(" ");
                self.push(open);
                self.words(count / 2, false, about, dice);
                self.push(close);
                self.push(" ");
                Span { start, end: self.words(3, false, None, dice).end }
            }
        };
        self.push(".");
        Quote { spans: vec![span], kind, speaker, label, status, cue: Some(cue) }
    }

    /// `« Whole utterance », a déclaré the source.`, sometimes with the source in the middle.
    fn say_directly(&mut self, source: &Source, about: Option<usize>, dice: &mut Dice) -> Quote {
        let Marks(open, close) = self.marks;
        let is_french = self.is_french();
        let is_interrupted = dice.chance(15) && !matches!(source, Source::Nobody);
        self.push(open);
        let count = dice.between(8, 22);
        let mut spans = vec![self.words(count, true, about, dice)];
        if matches!(source, Source::Nobody) {
            self.push(".");
            self.push(close);
            let status = SpeakerStatus::Unattributed;
            return Quote { spans, kind: QuoteKind::Direct, speaker: None, label: None, status, cue: None };
        }
        self.push(match (is_french, is_interrupted) {
            (_, true) => ", ",
            (true, false) => "",
            (false, false) => ",",
        });
        if !is_interrupted {
            self.push(close);
            self.push(if is_french { ", " } else { " " });
        }
        let (cue, (speaker, label, status)) = if is_french {
            let cue = self.cue(dice);
            self.push(" ");
            (cue, self.source(source, false, dice))
        } else {
            let source = self.source(source, false, dice);
            self.push(" ");
            (self.cue(dice), source)
        };
        if is_interrupted {
            self.push(", ");
            spans.push(self.words(6, false, None, dice));
            self.push(".");
            self.push(close);
        } else {
            self.push(".");
        }
        Quote { spans, kind: QuoteKind::Direct, speaker, label, status, cue: Some(cue) }
    }

    fn cue(&mut self, dice: &mut Dice) -> (Span, &'static str) {
        // Half of the quotes repeat common phrases.
        let cues = self.language.cues;
        let index = if dice.chance(50) { 0 } else { dice.below(cues.len()) };
        let (printed, lemma) = cues[index];
        (self.push(printed), lemma)
    }

    fn source(
        &mut self,
        source: &Source,
        starts_sentence: bool,
        dice: &mut Dice,
    ) -> (Option<usize>, Option<Span>, SpeakerStatus) {
        let mut label = |words: &str| self.push(&if starts_sentence { capital(words) } else { words.to_owned() });
        match source {
            Source::Named(entity) => (Some(*entity), Some(self.name(*entity, dice)), SpeakerStatus::Named),
            Source::Anonymous(words) => (None, Some(label(words)), SpeakerStatus::Anonymous),
            Source::Collective(words) => (None, Some(label(words)), SpeakerStatus::Collective),
            Source::Nobody => (None, None, SpeakerStatus::Unattributed),
            Source::Unknown(name) => {
                let span = self.push(name);
                self.mentions.push(Mention { entity: None, span, kind: MentionKind::Name });
                (None, Some(span), SpeakerStatus::Unresolved)
            }
        }
    }
}
