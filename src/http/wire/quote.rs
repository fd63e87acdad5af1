//! Quotes as JSON.

use super::RequestBody;
use super::article::ArticleBody;
use super::claim_review::ClaimReviewBody;
use super::entity::EntityBody;
use super::examples;
use super::highlight::QuoteHighlightBody;
use super::mention::{CandidateBody, certain, human};
use super::names::ResolvedNamesBody;
use super::page::{RankedBody, TotalBody};
use super::patch::clearable;
use super::review::{DecisionBody, ReviewBody};
use super::span::SpanBody;
use super::suggestion::QuoteSuggestionBody;
use crate::domain::quote::{NewQuote, Occurrences, PublisherCount, Quote, QuotePatch, Variant};
use crate::domain::review::Review;
use crate::domain::span::Span;
use crate::domain::{Anchor, Origin, QuoteKind, QuoteStatus, SpeakerStatus};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A quote in an article, with its speaker.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": examples::QUOTE, "version": 1,
    "created_at": "2026-01-12T17:30:00Z", "updated_at": "2026-01-13T08:00:00Z",
    "article_id": examples::ARTICLE, "body_version": 2, "anchor": "exact",
    "text": "nos ports y gagneront autant que nos routes", "spans": [{"start": 807, "end": 850}], "prefix": "[…] et ", "suffix": " », a assuré",
    "kind": "direct", "speaker_id": examples::PERSON, "speaker_label": "Inês Valadares", "speaker_span": {"start": 863, "end": 877},
    "speaker_status": "named", "candidates": [], "cue": "a assuré", "cue_span": {"start": 854, "end": 862}, "cue_lemma": "assurer", "about": [],
    "said_on": null, "status": "verified", "confidence": 1.0, "origin": "human", "extractor": null,
    "canonical_text": "nos ports y gagneront autant que nos routes", "cluster_id": "6f2c1d1e-0b7a-5c43-9a55-0d3f0d0b8b11", "decision": null, "suggestion": null,
    "reviews": []
}))]
pub struct QuoteBody {
    pub id: Uuid,
    /// Counts changes of the record, from 1.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub article_id: Uuid,
    /// The version of the text that the spans refer to.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub body_version: i32,
    pub anchor: Anchor,
    /// The words as printed, without the outer quotation marks: the slices of `spans` joined by one space.
    #[schema(min_length = 1, max_length = 20_000)]
    pub text: String,
    /// The spans of the words. There are several if the cue interrupts the quote.
    #[schema(min_items = 1, max_items = 50)]
    pub spans: Vec<SpanBody>,
    /// Up to 32 code points before the first span.
    #[schema(max_length = 32)]
    pub prefix: String,
    /// Up to 32 code points after the last span.
    #[schema(max_length = 32)]
    pub suffix: String,
    pub kind: QuoteKind,
    /// The entity that the quote is attributed to.
    #[schema(required = true)]
    pub speaker_id: Option<Uuid>,
    /// The source as printed: `un responsable israélien de la Défense`.
    #[schema(required = true, min_length = 1, max_length = 500)]
    pub speaker_label: Option<String>,
    #[schema(required = true)]
    pub speaker_span: Option<SpanBody>,
    pub speaker_status: SpeakerStatus,
    /// Derived: the entities that the name of an unresolved speaker may mean, the most probable first; at most 20.
    #[schema(max_items = 20)]
    pub candidates: Vec<CandidateBody>,
    /// The reporting verb or phrase as printed: `a souligné`.
    #[schema(required = true, min_length = 1, max_length = 200)]
    pub cue: Option<String>,
    #[schema(required = true)]
    pub cue_span: Option<SpanBody>,
    /// The dictionary form of the cue: `souligner`.
    #[schema(required = true, min_length = 1, max_length = 200)]
    pub cue_lemma: Option<String>,
    /// Derived: entities with a mention inside the spans, in order of id.
    #[schema(max_items = 10_000)]
    pub about: Vec<Uuid>,
    /// The date on which it was said, if known.
    #[schema(required = true)]
    pub said_on: Option<NaiveDate>,
    pub status: QuoteStatus,
    #[schema(minimum = 0, maximum = 1)]
    pub confidence: f64,
    pub origin: Origin,
    /// Name and version of the extractor.
    #[schema(required = true, max_length = 200)]
    pub extractor: Option<String>,
    /// Derived: the text in lower case, without accents, punctuation and `[...]`, with single spaces; null when nothing is left.
    #[schema(required = true, max_length = 400_000)]
    pub canonical_text: Option<String>,
    /// Derived: the same for all quotes with the same `canonical_text`.
    #[schema(required = true)]
    pub cluster_id: Option<Uuid>,
    /// The last review that decided something: all but comments. Null while nobody has decided anything.
    #[schema(required = true)]
    pub decision: Option<DecisionBody>,
    /// What the last annotation found instead of what a person decided, until it finds the same or a person decides again.
    #[schema(required = true)]
    pub suggestion: Option<QuoteSuggestionBody>,
    /// The reviews of the quote, oldest first.
    #[schema(max_items = 100_000)]
    pub reviews: Vec<ReviewBody>,
    /// With `include=claim_reviews` and in an export of everything: the fact-checks of the quote, in the order in which they were stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<ClaimReviewBody>, required = false, max_items = 100_000)]
    pub claim_reviews: Option<Vec<ClaimReviewBody>>,
    /// With `include=article`: the article without its body.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = ArticleBody, required = false, no_recursion)]
    pub article: Option<ArticleBody>,
    /// With `include=speaker`: the speaker, or null.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<EntityBody>, required = false)]
    pub speaker: Option<Option<EntityBody>>,
    /// In a list with `include=highlight`: the matches of `q`; null without `q`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<QuoteHighlightBody>, required = false)]
    pub highlight: Option<Option<QuoteHighlightBody>>,
}

/// A new quote.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "article_id": examples::ARTICLE, "text": "à parts égales", "kind": "partial", "speaker_label": "Les deux pays",
    "speaker_status": "collective"
}))]
pub struct CreateQuote {
    pub article_id: Uuid,
    /// With `spans`, it must equal their slices joined by one space; alone, it is searched for in the body.
    #[schema(min_length = 1, max_length = 20_000)]
    pub text: Option<String>,
    #[schema(min_items = 1, max_items = 50)]
    pub spans: Option<Vec<SpanBody>>,
    /// `direct` when not given.
    #[serde(default = "direct")]
    #[schema(default = "direct")]
    pub kind: QuoteKind,
    pub speaker_id: Option<Uuid>,
    /// The source as printed. It must equal the text at `speaker_span`; when not given, it is taken from there.
    #[schema(min_length = 1, max_length = 500)]
    pub speaker_label: Option<String>,
    pub speaker_span: Option<SpanBody>,
    /// When not given: `named` with a `speaker_id`, `unresolved` with a label alone, else `unattributed`.
    pub speaker_status: Option<SpeakerStatus>,
    /// The reporting verb or phrase as printed. It must equal the text at `cue_span`; when not given, it is taken from there.
    #[schema(min_length = 1, max_length = 200)]
    pub cue: Option<String>,
    pub cue_span: Option<SpanBody>,
    #[schema(min_length = 1, max_length = 200)]
    pub cue_lemma: Option<String>,
    pub said_on: Option<NaiveDate>,
    /// `verified` when not given and `origin` is `human`, else `machine`.
    pub status: Option<QuoteStatus>,
    /// 1 when not given.
    #[serde(default = "certain")]
    #[schema(minimum = 0, maximum = 1, default = 1.0)]
    pub confidence: f64,
    /// `human` when not given.
    #[serde(default = "human")]
    #[schema(default = "human")]
    pub origin: Origin,
    /// Name and version of the extractor.
    #[schema(min_length = 1, max_length = 200)]
    pub extractor: Option<String>,
}

/// A new quote, or several, which are stored together or not at all.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum CreateQuotes {
    One(CreateQuote),
    Many(CreateQuoteList),
}

/// New quotes.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(min_items = 1, max_items = 1000)]
pub struct CreateQuoteList(pub Vec<CreateQuote>);

/// The quote, or the quotes in the order in which they were given.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum CreatedQuotes {
    One(Box<QuoteBody>),
    Many(CreatedQuoteList),
}

/// Quotes that were created together.
#[derive(Debug, Serialize, ToSchema)]
pub struct CreatedQuoteList {
    #[schema(max_items = 1000)]
    pub items: Vec<QuoteBody>,
}

fn direct() -> QuoteKind {
    QuoteKind::Direct
}

/// A change to a quote: absent members stay as they are, null clears a member.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"status": "disputed"}))]
pub struct UpdateQuote {
    /// With `spans`, it must equal their slices; alone, it is searched for in the body.
    #[schema(min_length = 1, max_length = 20_000, value_type = String, required = false)]
    pub text: Option<String>,
    #[schema(min_items = 1, max_items = 50, value_type = Vec<SpanBody>, required = false)]
    pub spans: Option<Vec<SpanBody>>,
    #[schema(value_type = QuoteKind, required = false)]
    pub kind: Option<QuoteKind>,
    #[serde(default, deserialize_with = "clearable")]
    #[schema(value_type = Option<Uuid>)]
    pub speaker_id: Option<Option<Uuid>>,
    #[serde(default, deserialize_with = "clearable")]
    #[schema(min_length = 1, max_length = 500, value_type = Option<String>)]
    pub speaker_label: Option<Option<String>>,
    #[serde(default, deserialize_with = "clearable")]
    #[schema(value_type = Option<SpanBody>)]
    pub speaker_span: Option<Option<SpanBody>>,
    #[schema(value_type = SpeakerStatus, required = false)]
    pub speaker_status: Option<SpeakerStatus>,
    #[serde(default, deserialize_with = "clearable")]
    #[schema(min_length = 1, max_length = 200, value_type = Option<String>)]
    pub cue: Option<Option<String>>,
    #[serde(default, deserialize_with = "clearable")]
    #[schema(value_type = Option<SpanBody>)]
    pub cue_span: Option<Option<SpanBody>>,
    #[serde(default, deserialize_with = "clearable")]
    #[schema(min_length = 1, max_length = 200, value_type = Option<String>)]
    pub cue_lemma: Option<Option<String>>,
    #[serde(default, deserialize_with = "clearable")]
    #[schema(value_type = Option<NaiveDate>)]
    pub said_on: Option<Option<NaiveDate>>,
    #[schema(value_type = QuoteStatus, required = false)]
    pub status: Option<QuoteStatus>,
    #[schema(minimum = 0, maximum = 1, value_type = f64, required = false)]
    pub confidence: Option<f64>,
}

impl RequestBody for CreateQuotes {}
impl RequestBody for UpdateQuote {}

/// One page of quotes.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuotePage {
    #[schema(max_items = 200)]
    pub items: Vec<QuoteBody>,
    /// Continues the list; null on the last page.
    #[schema(required = true, max_length = 2048)]
    pub next_cursor: Option<String>,
    /// With `count`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = TotalBody, required = false)]
    pub total: Option<TotalBody>,
    /// With `sort=relevance`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = RankedBody, required = false)]
    pub ranked: Option<RankedBody>,
    /// With `speaker_name` or `about_name`: the entities that they were resolved to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = ResolvedNamesBody, required = false)]
    pub resolved: Option<ResolvedNamesBody>,
}

/// The same quote in several articles.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "cluster_id": "6f2c1d1e-0b7a-5c43-9a55-0d3f0d0b8b11", "count": 1, "first_published_at": "2026-01-12T17:30:00Z",
    "first_quote_id": examples::QUOTE,
    "variants": [{"text": "nos ports y gagneront autant que nos routes", "count": 1, "first_published_at": "2026-01-12T17:30:00Z"}],
    "publishers": [{"publisher": "La Gazette des ports", "count": 1, "first_published_at": "2026-01-12T17:30:00Z"}],
    "claim_reviews": []
}))]
pub struct OccurrencesBody {
    /// Null when the canonical text is empty: such a quote occurs once.
    #[schema(required = true)]
    pub cluster_id: Option<Uuid>,
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub count: i64,
    /// The publication time of the earliest dated article with the quote.
    #[schema(required = true)]
    pub first_published_at: Option<DateTime<Utc>>,
    /// The quote of that article.
    #[schema(required = true)]
    pub first_quote_id: Option<Uuid>,
    /// The distinct wordings, most frequent first; at most 100.
    #[schema(max_items = 100)]
    pub variants: Vec<VariantBody>,
    /// Counts by publisher, most frequent first; at most 100.
    #[schema(max_items = 100)]
    pub publishers: Vec<PublisherCountBody>,
    /// The fact-checks of all these quotes, in the order in which they were stored; at most 100.
    #[schema(max_items = 100)]
    pub claim_reviews: Vec<ClaimReviewBody>,
}

/// One wording of a quote.
#[derive(Debug, Serialize, ToSchema)]
pub struct VariantBody {
    #[schema(min_length = 1, max_length = 20_000)]
    pub text: String,
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991_i64)]
    pub count: i64,
    #[schema(required = true)]
    pub first_published_at: Option<DateTime<Utc>>,
}

/// The number of times that a publisher printed a quote.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublisherCountBody {
    #[schema(required = true, max_length = 200)]
    pub publisher: Option<String>,
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991_i64)]
    pub count: i64,
    #[schema(required = true)]
    pub first_published_at: Option<DateTime<Utc>>,
}

fn spans(bodies: Vec<SpanBody>) -> Vec<Span> {
    bodies.into_iter().map(Into::into).collect()
}

impl From<Quote> for QuoteBody {
    fn from(quote: Quote) -> Self {
        Self {
            id: quote.id,
            version: quote.version,
            created_at: quote.created_at,
            updated_at: quote.updated_at,
            article_id: quote.article_id,
            body_version: quote.body_version,
            anchor: quote.anchor,
            text: quote.text,
            spans: quote.spans.into_iter().map(Into::into).collect(),
            prefix: quote.prefix,
            suffix: quote.suffix,
            kind: quote.kind,
            speaker_id: quote.speaker_id,
            speaker_label: quote.speaker_label,
            speaker_span: quote.speaker_span.map(Into::into),
            speaker_status: quote.speaker_status,
            cue: quote.cue,
            cue_span: quote.cue_span.map(Into::into),
            cue_lemma: quote.cue_lemma,
            candidates: quote.candidates.into_iter().map(Into::into).collect(),
            about: quote.about,
            said_on: quote.said_on,
            status: quote.status,
            confidence: quote.confidence,
            origin: quote.origin,
            extractor: quote.extractor,
            canonical_text: quote.canonical_text,
            cluster_id: quote.cluster_id,
            decision: Review::last_decision(&quote.reviews).map(DecisionBody::from),
            suggestion: quote.suggestion.map(Into::into),
            reviews: quote.reviews.into_iter().map(Into::into).collect(),
            claim_reviews: None,
            article: None,
            speaker: None,
            highlight: None,
        }
    }
}

impl From<CreateQuote> for NewQuote {
    fn from(body: CreateQuote) -> Self {
        Self {
            article_id: body.article_id,
            text: body.text,
            spans: body.spans.map(spans),
            kind: body.kind,
            speaker_id: body.speaker_id,
            speaker_label: body.speaker_label,
            speaker_span: body.speaker_span.map(Into::into),
            speaker_status: body.speaker_status,
            cue: body.cue,
            cue_span: body.cue_span.map(Into::into),
            cue_lemma: body.cue_lemma,
            said_on: body.said_on,
            status: body.status,
            confidence: body.confidence,
            origin: body.origin,
            extractor: body.extractor,
        }
    }
}

impl From<UpdateQuote> for QuotePatch {
    fn from(body: UpdateQuote) -> Self {
        Self {
            text: body.text,
            spans: body.spans.map(spans),
            kind: body.kind,
            speaker_id: body.speaker_id,
            speaker_label: body.speaker_label,
            speaker_span: body.speaker_span.map(|span| span.map(Into::into)),
            speaker_status: body.speaker_status,
            cue: body.cue,
            cue_span: body.cue_span.map(|span| span.map(Into::into)),
            cue_lemma: body.cue_lemma,
            said_on: body.said_on,
            status: body.status,
            confidence: body.confidence,
        }
    }
}

impl From<Occurrences> for OccurrencesBody {
    fn from(occurrences: Occurrences) -> Self {
        Self {
            cluster_id: occurrences.cluster_id,
            count: occurrences.count,
            first_published_at: occurrences.first_published_at,
            first_quote_id: occurrences.first_quote_id,
            variants: occurrences.variants.into_iter().map(Into::into).collect(),
            claim_reviews: occurrences.claim_reviews.into_iter().map(Into::into).collect(),
            publishers: occurrences.publishers.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<Variant> for VariantBody {
    fn from(variant: Variant) -> Self {
        Self { text: variant.text, count: variant.count, first_published_at: variant.first_published_at }
    }
}

impl From<PublisherCount> for PublisherCountBody {
    fn from(count: PublisherCount) -> Self {
        Self { publisher: count.publisher, count: count.count, first_published_at: count.first_published_at }
    }
}
