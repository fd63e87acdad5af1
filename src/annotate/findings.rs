//! The findings in a text: blocks, entities, mentions and quotes.

use super::calibration::Evidence;
use crate::domain::mention::{Candidate, Link};
use crate::domain::{AliasKind, BlockRole, EntityKind, MentionKind, QuoteKind, SpeakerStatus};
use std::collections::BTreeSet;
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

/// A text to annotate.
#[derive(Debug, Clone, Copy)]
pub struct Document<'a> {
    pub headline: Option<&'a str>,
    pub body: &'a str,
    /// BCP 47 primary tag; detected from the body when there is none.
    pub language: Option<&'a str>,
}

/// The findings in one document.
#[derive(Debug, Clone, PartialEq)]
pub struct Annotation {
    /// BCP 47 primary tag, `und` when it could not be detected.
    pub language: String,
    pub blocks: Vec<Block>,
    /// The people, places and organisations of this article, each once.
    pub entities: Vec<FoundEntity>,
    /// Sorted by start; no two overlap.
    pub mentions: Vec<FoundMention>,
    /// Sorted by start.
    pub quotes: Vec<FoundQuote>,
}

impl Annotation {
    /// The full name of the speaker of a quote, if the text has it. A surname alone is printed with its title as the source.
    pub fn speaker_name(&self, quote: &FoundQuote) -> Option<&str> {
        let entity = self.entities.get(quote.speaker?)?;
        entity.full_name.then_some(entity.name.as_str())
    }
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
    /// Other names: those of the gazetteer, acronyms and misspellings in the article.
    pub aliases: Vec<FoundAlias>,
    /// The stored entity, when exactly one matches.
    pub stored: Option<Uuid>,
    /// The stored entities, when several match; at most 20.
    pub candidates: Vec<Uuid>,
    /// The number of all stored entities that match, when several do.
    pub candidate_count: usize,
    /// Whether it may become a stored entity: a person with first and last name, a gazetteer entry, or a place or
    /// organisation found with high confidence.
    pub full_name: bool,
    pub gender: Option<Gender>,
    /// Wikidata item, for names of the gazetteer.
    pub wikidata: Option<&'static str>,
}

/// A span of the body that names an entity.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundMention {
    pub span: Span,
    pub kind: MentionKind,
    pub entity_kind: EntityKind,
    /// Index into [`Annotation::entities`].
    pub entity: Option<usize>,
    /// The people who share this name, when it is the name of several: indexes into [`Annotation::entities`].
    pub candidates: Vec<usize>,
    /// 0 to 1.
    pub confidence: f32,
}

impl FoundMention {
    /// The link of its name, by those of the entities: that of its entity, or one to the people who share the name.
    pub fn link(&self, links: &[Link]) -> Link {
        if let Some(link) = self.entity.and_then(|entity| links.get(entity)) {
            return link.clone();
        }
        let sharing: BTreeSet<Uuid> = self.candidates.iter().filter_map(|&entity| links.get(entity)?.entity).collect();
        if sharing.len() < 2 {
            return Link::default();
        }
        let candidate = |entity_id| Candidate { entity_id, score: None };
        Link {
            candidate_count: sharing.len(),
            candidates: sharing.into_iter().map(candidate).collect(),
            ..Link::default()
        }
    }
}

/// Words of the article that it attributes to a source.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundQuote {
    /// One or more in order, without outer quotation marks and spaces next to them.
    pub spans: Vec<Span>,
    pub kind: QuoteKind,
    /// Index into [`Annotation::entities`].
    pub speaker: Option<usize>,
    /// All speakers as indexes into [`Annotation::entities`], when several people speak together; else empty.
    pub speakers: Vec<usize>,
    /// The people who share the name of the source, when it is the name of several: indexes into [`Annotation::entities`].
    pub candidates: Vec<usize>,
    /// The place where the source is printed; its label is that slice.
    pub speaker_span: Option<Span>,
    /// The antecedent, when `speaker_span` is a pronoun (`elle`) or a description (`le ministre`).
    pub reference_span: Option<Span>,
    pub speaker_status: SpeakerStatus,
    /// The reporting verb or source phrase.
    pub cue_span: Option<Span>,
    /// The infinitive of that verb (`souligner`), or the phrase (`selon`).
    pub cue_lemma: Option<String>,
    pub evidence: Evidence,
    /// The measured share of right speakers with this evidence, 0 to 1.
    pub confidence: f32,
}
