//! Annotations as JSON.

use super::RequestBody;
use super::article::BlockBody;
use super::mention::CandidateBody;
use super::span::SpanBody;
use crate::annotate::extraction::{EXTRACTOR, rounded_confidence};
use crate::annotate::{Annotation, FoundMention, FoundQuote};
use crate::domain::mention::Link;
use crate::domain::span::{self, Span};
use crate::domain::text::Body as Text;
use crate::domain::{EntityKind, MentionKind, Origin, QuoteKind, QuoteStatus, SpeakerStatus, quote};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;
use uuid::Uuid;

/// A text to be annotated; it is not stored.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"body": "« Le ferry partira samedi », a annoncé Inês Valadares à Porto.", "language": "fr"}))]
pub struct AnnotateText {
    /// The headline, which is recognised where the body repeats it.
    #[schema(min_length = 1, max_length = 500)]
    pub headline: Option<String>,
    /// At most 1 MiB of UTF-8.
    #[schema(min_length = 1, max_length = 1_048_576)]
    pub body: String,
    /// BCP 47 tag, of which the primary tag counts; detected from the body when absent.
    #[schema(max_length = 35, format = "language", pattern = "^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$")]
    pub language: Option<String>,
}

impl RequestBody for AnnotateText {}

/// The findings in a text.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"language": "fr", "blocks": [{"role": "paragraph", "start": 0, "end": 53}], "mentions": [], "quotes": []}))]
pub struct AnnotationBody {
    /// BCP 47 primary tag; `und` when it is not known.
    #[schema(max_length = 3, pattern = "^[a-z]{2,3}$")]
    pub language: String,
    /// The parts of the body, in order.
    #[schema(max_items = 1_048_576)]
    pub blocks: Vec<BlockBody>,
    /// In order of start.
    #[schema(max_items = 1_048_576)]
    pub mentions: Vec<FoundMentionBody>,
    /// In order of start.
    #[schema(max_items = 1_048_576)]
    pub quotes: Vec<FoundQuoteBody>,
}

/// A name found in a text.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundMentionBody {
    /// The offset of the first code point.
    #[schema(minimum = 0, maximum = 1_048_576)]
    pub start: i32,
    /// The offset after the last code point.
    #[schema(minimum = 0, maximum = 1_048_576)]
    pub end: i32,
    /// The words as printed.
    #[schema(max_length = 1_048_576)]
    pub exact: String,
    pub kind: MentionKind,
    pub entity_kind: EntityKind,
    /// The stored entity with this name, or the one of several that the context supports.
    #[schema(required = true)]
    pub entity_id: Option<Uuid>,
    /// Stored entities that have this name, if the context does not decide between several, the most probable first; at most 20.
    #[schema(max_items = 20)]
    pub candidates: Vec<CandidateBody>,
    /// The number of stored entities that have this name, if the context does not decide between several.
    #[schema(minimum = 0, maximum = 2_147_483_647)]
    pub candidate_count: i32,
    #[schema(minimum = 0, maximum = 1)]
    pub confidence: f64,
}

/// An entity that a name may mean.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundCandidateBody {
    /// The stored entity.
    #[schema(required = true)]
    pub entity_id: Option<Uuid>,
    /// Its name in the text.
    #[schema(min_length = 1, max_length = 300)]
    pub name: String,
    /// The probability that the name means it, by its context. Null if the candidates were not compared.
    #[schema(required = true, minimum = 0, maximum = 1)]
    pub score: Option<f64>,
}

/// A quote found in a text.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundQuoteBody {
    /// The words as printed, without the outer quotation marks: the slices of `spans` joined by one space.
    #[schema(min_length = 1, max_length = 20_000)]
    pub text: String,
    #[schema(min_items = 1, max_items = 50)]
    pub spans: Vec<SpanBody>,
    /// Up to 32 code points before the first span.
    #[schema(max_length = 32)]
    pub prefix: String,
    /// Up to 32 code points after the last span.
    #[schema(max_length = 32)]
    pub suffix: String,
    pub kind: QuoteKind,
    /// The stored entity that the quote is attributed to.
    #[schema(required = true)]
    pub speaker_id: Option<Uuid>,
    /// The source as printed.
    #[schema(required = true, max_length = 1_048_576)]
    pub speaker_label: Option<String>,
    #[schema(required = true)]
    pub speaker_span: Option<SpanBody>,
    /// The full name of the source, if the text has it, also for a pronoun or a description and when no entity is stored.
    #[schema(required = true, max_length = 1_048_576)]
    pub speaker_name: Option<String>,
    pub speaker_status: SpeakerStatus,
    /// The entities that the source may be, when several have its name.
    #[schema(max_items = 20)]
    pub candidates: Vec<FoundCandidateBody>,
    /// The reporting verb or phrase as printed.
    #[schema(required = true, max_length = 1_048_576)]
    pub cue: Option<String>,
    #[schema(required = true)]
    pub cue_span: Option<SpanBody>,
    /// The dictionary form of the cue.
    #[schema(required = true, max_length = 1_048_576)]
    pub cue_lemma: Option<String>,
    /// The stored entities with a mention inside the spans, in order of id.
    #[schema(max_items = 10_000)]
    pub about: Vec<Uuid>,
    /// Always null: annotation does not extract dates.
    #[schema(required = true)]
    pub said_on: Option<NaiveDate>,
    pub status: QuoteStatus,
    #[schema(minimum = 0, maximum = 1)]
    pub confidence: f64,
    pub origin: Origin,
    /// Name and version of the extractor.
    #[schema(max_length = 200)]
    pub extractor: &'static str,
    /// The text in lower case, without accents, punctuation and `[...]`, with single spaces; null when nothing is left.
    #[schema(required = true, max_length = 400_000)]
    pub canonical_text: Option<String>,
    /// The same for all quotes with the same `canonical_text`.
    #[schema(required = true)]
    pub cluster_id: Option<Uuid>,
}

impl AnnotationBody {
    /// The findings of a text, with their words. `links` has the link of each entity.
    pub fn of(body: &str, annotation: &Annotation, links: &[Link]) -> Self {
        let text = Text::new(body);
        let mentions: Vec<_> =
            annotation.mentions.iter().map(|found| FoundMentionBody::of(&text, links, found)).collect();
        let places: Vec<Span> = annotation.mentions.iter().map(|found| found.span.into()).collect();
        let spans: Vec<Vec<Span>> =
            annotation.quotes.iter().map(|found| found.spans.iter().copied().map(Into::into).collect()).collect();
        let inside = span::contained(spans.iter().map(Vec::as_slice), &places);
        let about = inside.map(|inside| {
            let about = inside.into_iter().filter_map(|index| mentions[index].entity_id);
            about.collect::<BTreeSet<Uuid>>().into_iter().collect()
        });
        let about: Vec<Vec<Uuid>> = about.collect();
        let quotes = annotation.quotes.iter().zip(spans).zip(about);
        let quotes =
            quotes.map(|((found, spans), about)| FoundQuoteBody::of(&text, (annotation, links), found, spans, about));
        let block = |block: &crate::annotate::Block| {
            let Span { start, end } = block.span.into();
            BlockBody { role: block.role, start, end }
        };
        Self {
            language: annotation.language.clone(),
            blocks: annotation.blocks.iter().map(block).collect(),
            mentions,
            quotes: quotes.collect(),
        }
    }
}

/// The link of a found entity; an empty one if there is none.
fn link(links: &[Link], index: Option<usize>) -> Link {
    index.and_then(|index| links.get(index)).cloned().unwrap_or_default()
}

/// The confidence in a finding that depends on a link.
fn confidence(found: f32, link: &Link) -> f64 {
    rounded_confidence(found * (1.0 - link.doubt))
}

fn slice(text: &Text, span: Span) -> String {
    text.slice(span).unwrap_or_default().to_owned()
}

impl FoundMentionBody {
    fn of(text: &Text, links: &[Link], found: &FoundMention) -> Self {
        let span = Span::from(found.span);
        let link = found.link(links);
        Self {
            start: span.start,
            end: span.end,
            exact: slice(text, span),
            kind: found.kind,
            entity_kind: found.entity_kind,
            entity_id: link.entity,
            candidate_count: i32::try_from(link.candidate_count).unwrap_or(i32::MAX),
            confidence: confidence(found.confidence, &link),
            candidates: link.candidates.into_iter().map(Into::into).collect(),
        }
    }
}

impl FoundCandidateBody {
    /// The people of the text who share the name of a source, or the stored entities that have its name.
    fn all(annotation: &Annotation, links: &[Link], quote: &FoundQuote) -> Vec<Self> {
        let name = |index: usize| annotation.entities[index].name.clone();
        let sharing = quote.candidates.iter().map(|&index| (name(index), link(links, Some(index)).entity, None));
        let stored = quote.speaker.into_iter().flat_map(|index| {
            let candidates = link(links, Some(index)).candidates.into_iter();
            candidates.map(move |one| (name(index), Some(one.entity_id), one.score))
        });
        sharing.chain(stored).map(|(name, entity_id, score)| Self { entity_id, name, score }).collect()
    }
}

impl FoundQuoteBody {
    fn of(
        text: &Text,
        (annotation, links): (&Annotation, &[Link]),
        found: &FoundQuote,
        spans: Vec<Span>,
        about: Vec<Uuid>,
    ) -> Self {
        let words = text.slice_all(&spans).unwrap_or_default();
        let (canonical_text, cluster_id) = quote::canonical(&words).unzip();
        let speaker = link(links, found.speaker);
        let (speaker_span, cue_span) = (found.speaker_span.map(Span::from), found.cue_span.map(Span::from));
        Self {
            prefix: spans.first().map(|first| text.prefix(first.start).to_owned()).unwrap_or_default(),
            suffix: spans.last().map(|last| text.suffix(last.end).to_owned()).unwrap_or_default(),
            spans: spans.into_iter().map(Into::into).collect(),
            text: words,
            kind: found.kind,
            speaker_id: speaker.entity,
            speaker_label: speaker_span.map(|span| slice(text, span)),
            speaker_span: speaker_span.map(Into::into),
            speaker_name: annotation.speaker_name(found).map(str::to_owned),
            speaker_status: match found.speaker_status {
                SpeakerStatus::Unresolved if speaker.entity.is_some() => SpeakerStatus::Named,
                status => status,
            },
            candidates: FoundCandidateBody::all(annotation, links, found),
            cue: cue_span.map(|span| slice(text, span)),
            cue_span: cue_span.map(Into::into),
            cue_lemma: found.cue_lemma.clone(),
            about,
            said_on: None,
            status: QuoteStatus::Machine,
            confidence: confidence(found.confidence, &speaker),
            origin: Origin::Machine,
            extractor: EXTRACTOR,
            canonical_text,
            cluster_id,
        }
    }
}
