//! Text in, findings out: who said what, and which people, places and organisations are named.
//!
//! Pure functions over text: no database, no HTTP, no clock, no network. All offsets are Unicode code points,
//! zero-based and half-open, into the article's body.

pub mod attribution;
pub mod blocks;
pub mod capitals;
mod circumstances;
pub mod cues;
pub mod dictionary;
pub mod gazetteer;
pub mod indirect;
pub mod inside;
pub mod language;
pub mod lexicon;
pub mod marks;
pub mod names;
mod offices;
pub mod people;
pub mod phrases;
pub mod quotes;
pub mod sentences;
mod sieves;
pub mod speakers;
mod subjects;
pub mod tagger;
pub mod text;
pub mod tokens;
#[cfg(feature = "train-names")]
pub mod train;
mod verbs;

#[cfg(test)]
mod tests;

pub use crate::domain::{AliasKind, BlockRole, EntityKind, MentionKind, QuoteKind, SpeakerStatus};
use uuid::Uuid;

/// A half-open range of code points of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

impl From<Span> for crate::domain::span::Span {
    /// A body has at most 2^20 bytes, so its offsets fit.
    fn from(span: Span) -> Self {
        let offset = |offset| i32::try_from(offset).unwrap_or(i32::MAX);
        Self { start: offset(span.start), end: offset(span.end) }
    }
}

/// What is to be annotated.
#[derive(Debug, Clone, Copy)]
pub struct Document<'a> {
    pub headline: Option<&'a str>,
    pub body: &'a str,
    /// BCP 47 primary tag, when the caller knows it; detected from the body otherwise.
    pub language: Option<&'a str>,
}

/// Everything found in one document.
#[derive(Debug, Clone, PartialEq)]
pub struct Annotation {
    /// BCP 47 primary tag, `und` when it could not be told.
    pub language: String,
    pub blocks: Vec<Block>,
    /// The people, places and organisations of this article, each once.
    pub entities: Vec<FoundEntity>,
    /// Sorted by start; no two overlap.
    pub mentions: Vec<FoundMention>,
    /// Sorted by start.
    pub quotes: Vec<FoundQuote>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    pub role: BlockRole,
    pub span: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gender {
    Feminine,
    Masculine,
}

/// Another name of an entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundAlias {
    pub name: String,
    pub language: Option<String>,
    pub kind: AliasKind,
}

/// One person, place or organisation of this article.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundEntity {
    pub kind: EntityKind,
    /// The fullest form printed, or the gazetteer's preferred name in the language of the article.
    pub name: String,
    /// Other names to store with it when it becomes an entity (the gazetteer's; a misspelling met in the article).
    pub aliases: Vec<FoundAlias>,
    /// The stored entity it is, when exactly one matches.
    pub stored: Option<Uuid>,
    /// The stored entities it might be, when several match.
    pub candidates: Vec<Uuid>,
    /// Good enough to make a new stored entity from: a person with first and last name, a gazetteer entry,
    /// an organisation or place the tagger is sure of.
    pub full_name: bool,
    pub gender: Option<Gender>,
    /// Wikidata item, for what the gazetteer knows.
    pub wikidata: Option<&'static str>,
}

/// An entity met at a span of the body.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundMention {
    pub span: Span,
    pub kind: MentionKind,
    pub entity_kind: EntityKind,
    /// Index into [`Annotation::entities`].
    pub entity: Option<usize>,
    /// 0 to 1.
    pub confidence: f32,
}

/// Words in the article and who is said to have said them.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundQuote {
    /// One or more, in order, outer quotation marks and the spaces next to them left out.
    pub spans: Vec<Span>,
    pub kind: QuoteKind,
    /// Index into [`Annotation::entities`].
    pub speaker: Option<usize>,
    /// Where the source is printed; its label is that slice.
    pub speaker_span: Option<Span>,
    /// Where the source is named, when `speaker_span` is a pronoun (`elle`) or a description (`le ministre`).
    pub reference_span: Option<Span>,
    pub speaker_status: SpeakerStatus,
    /// Where the reporting verb or phrase is printed.
    pub cue_span: Option<Span>,
    /// Its infinitive (`souligner`) or the phrase itself (`selon`).
    pub cue_lemma: Option<String>,
    /// 0 to 1.
    pub confidence: f32,
}

/// Reads the word lists and the model of names, some 30 ms of work that the first text waits for otherwise.
pub fn prepare() {
    gazetteer::gazetteer();
    tagger::french();
    lexicon::Lexicon::french();
    lexicon::Lexicon::english();
}

/// Annotates a document: its blocks, names and quotes. `aliases` are the names already known.
///
/// Linear in the length of the body; never panics, whatever the body.
pub fn annotate(document: &Document, aliases: &dictionary::Dictionary) -> Annotation {
    let language = document.language.map_or_else(|| language::detect(document.body).to_owned(), str::to_owned);
    let text = text::Text::new(document.body);
    let lexicon = lexicon::Lexicon::for_language(&language);
    let blocks = blocks::find(&text, document.headline);
    let quoted = marks::find(&text, &blocks, language == "en");
    let full = tokens::Tokens::new(&text, lexicon);
    let tokens = sentences::mask(&full, &quoted);
    let mut names = names::find(document.body, &blocks, &language, aliases);
    let known = capitals::add(&text, &full, &mut names);
    let sentences = sentences::find(&text, &tokens, &quoted);
    let cues = cues::find(&tokens, lexicon);
    let phrases = phrases::Phrases::new(&tokens, &names, &cues);
    let inner_cues = cues::find(&full, lexicon);
    let unmasked = phrases::Phrases::new(&full, &names, &inner_cues);
    let inside = inside::find(&unmasked, &inner_cues, &quoted);
    let reader = attribution::Reader {
        text: &text,
        tokens: &tokens,
        quoted: &quoted,
        sentences: &sentences,
        cues: &cues,
        phrases: &phrases,
        lexicon,
        inside: &inside,
        unmasked: &unmasked,
    };
    let reading = reader.read();
    let mut quotes = quotes::assemble(&reader, &reading, &blocks);
    capitals::keep_spoken(&mut names, &mut quotes, known);
    Annotation { language, blocks, entities: names.entities, mentions: names.mentions, quotes }
}
