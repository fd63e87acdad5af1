//! Mentions as JSON.

use super::RequestBody;
use super::examples;
use super::page::TotalBody;
use super::patch::clearable;
use super::review::{DecisionBody, ReviewBody};
use super::suggestion::MentionSuggestionBody;
use crate::domain::mention::{Candidate, Mention, MentionPatch, NewMention};
use crate::domain::review::Review;
use crate::domain::span::Span;
use crate::domain::{Anchor, MentionKind, MentionStatus, Origin};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// An entity named at a span of an article.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": examples::MENTION, "version": 1,
    "created_at": "2026-01-12T17:30:00Z", "updated_at": "2026-01-13T08:00:00Z",
    "article_id": examples::ARTICLE, "body_version": 2, "anchor": "exact", "entity_id": examples::PLACE, "candidates": [], "candidate_count": 0,
    "start": 909, "end": 930, "exact": "Le royaume scandinave", "prefix": "devant les dockers de Leixões. ", "suffix": ", lui, y voit un débouché", "kind": "nominal",
    "status": "verified", "confidence": 1.0, "origin": "human", "extractor": null, "decision": null, "suggestion": null,
    "reviews": []
}))]
pub struct MentionBody {
    pub id: Uuid,
    /// Counts changes of the record, from 1.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub article_id: Uuid,
    /// The version of the text that the span refers to.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub body_version: i32,
    pub anchor: Anchor,
    /// Null while the entity is not known.
    #[schema(required = true)]
    pub entity_id: Option<Uuid>,
    /// Entities that have this name, when there are several, the most probable first; at most 20.
    #[schema(max_items = 20)]
    pub candidates: Vec<CandidateBody>,
    /// The number of entities that have this name, when there are several.
    #[schema(minimum = 0, maximum = 2_147_483_647)]
    pub candidate_count: i32,
    /// The first code point of the span.
    #[schema(minimum = 0, maximum = 1_048_576)]
    pub start: i32,
    /// The code point after the span.
    #[schema(minimum = 0, maximum = 1_048_576)]
    pub end: i32,
    /// The words as printed.
    #[schema(max_length = 300)]
    pub exact: String,
    /// Up to 32 code points before.
    #[schema(max_length = 32)]
    pub prefix: String,
    /// Up to 32 code points after.
    #[schema(max_length = 32)]
    pub suffix: String,
    pub kind: MentionKind,
    pub status: MentionStatus,
    #[schema(minimum = 0, maximum = 1)]
    pub confidence: f64,
    pub origin: Origin,
    /// Name and version of the extractor.
    #[schema(required = true, max_length = 200)]
    pub extractor: Option<String>,
    /// The last review. Null while there is none.
    #[schema(required = true)]
    pub decision: Option<DecisionBody>,
    /// What the last annotation found instead of what a person decided, until it finds the same or a person decides again.
    #[schema(required = true)]
    pub suggestion: Option<MentionSuggestionBody>,
    /// The reviews of the mention, oldest first.
    #[schema(max_items = 100_000)]
    pub reviews: Vec<ReviewBody>,
}

/// An entity that a name may mean.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"entity_id": "0192f0c1-2a3b-7c4d-8e5f-60718293a4b5", "score": 0.41}))]
pub struct CandidateBody {
    pub entity_id: Uuid,
    /// The probability that the name means this entity, by its context. Null if the candidates were not compared.
    #[schema(required = true, minimum = 0, maximum = 1)]
    pub score: Option<f64>,
}

impl From<Candidate> for CandidateBody {
    fn from(candidate: Candidate) -> Self {
        Self { entity_id: candidate.entity_id, score: candidate.score }
    }
}

impl From<CandidateBody> for Candidate {
    fn from(body: CandidateBody) -> Self {
        Self { entity_id: body.entity_id, score: body.score }
    }
}

/// A new mention.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"entity_id": examples::PERSON, "start": 329, "end": 361, "exact": "la ministre portugaise de la Mer", "kind": "nominal"}))]
pub struct CreateMention {
    pub entity_id: Option<Uuid>,
    /// The first code point of the span.
    #[schema(minimum = 0, maximum = 1_048_576)]
    pub start: i32,
    /// The code point after the span.
    #[schema(minimum = 0, maximum = 1_048_576)]
    pub end: i32,
    /// When given, it must equal the slice of the body.
    #[schema(min_length = 1, max_length = 300)]
    pub exact: Option<String>,
    /// `name` when not given.
    #[serde(default = "default_kind")]
    #[schema(default = "name")]
    pub kind: MentionKind,
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

/// A new mention, or several of one article, which are stored together or not at all.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum CreateMentions {
    One(CreateMention),
    Many(CreateMentionList),
}

/// New mentions.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(min_items = 1, max_items = 1000)]
pub struct CreateMentionList(pub Vec<CreateMention>);

/// The mention, or the mentions in the order in which they were given.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum CreatedMentions {
    One(Box<MentionBody>),
    Many(CreatedMentionList),
}

/// Mentions that were created together.
#[derive(Debug, Serialize, ToSchema)]
pub struct CreatedMentionList {
    #[schema(max_items = 1000)]
    pub items: Vec<MentionBody>,
}

fn default_kind() -> MentionKind {
    MentionKind::Name
}

/// The confidence of a record that a person enters.
pub fn certain() -> f64 {
    1.0
}

/// The origin of a record when the caller names none.
pub fn human() -> Origin {
    Origin::Human
}

/// A change to a mention: absent members stay as they are, null clears a member.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"entity_id": examples::PLACE}))]
pub struct UpdateMention {
    #[serde(default, deserialize_with = "clearable")]
    #[schema(value_type = Option<Uuid>)]
    pub entity_id: Option<Option<Uuid>>,
    /// The first code point of the span.
    #[schema(minimum = 0, maximum = 1_048_576, value_type = i32, required = false)]
    pub start: Option<i32>,
    /// The code point after the span.
    #[schema(minimum = 0, maximum = 1_048_576, value_type = i32, required = false)]
    pub end: Option<i32>,
    /// When given, it must equal the slice of the body.
    #[schema(min_length = 1, max_length = 300, value_type = String, required = false)]
    pub exact: Option<String>,
    #[schema(value_type = MentionKind, required = false)]
    pub kind: Option<MentionKind>,
    #[schema(minimum = 0, maximum = 1, value_type = f64, required = false)]
    pub confidence: Option<f64>,
}

/// One page of mentions.
#[derive(Debug, Serialize, ToSchema)]
pub struct MentionPage {
    #[schema(max_items = 200)]
    pub items: Vec<MentionBody>,
    /// Continues the list; null on the last page.
    #[schema(required = true, max_length = 2048)]
    pub next_cursor: Option<String>,
    /// With `count`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = TotalBody, required = false)]
    pub total: Option<TotalBody>,
}

impl RequestBody for CreateMentions {}
impl RequestBody for UpdateMention {}

impl From<Mention> for MentionBody {
    fn from(mention: Mention) -> Self {
        Self {
            id: mention.id,
            version: mention.version,
            created_at: mention.created_at,
            updated_at: mention.updated_at,
            article_id: mention.article_id,
            body_version: mention.body_version,
            anchor: mention.anchor,
            entity_id: mention.entity_id,
            candidates: mention.candidates.into_iter().map(Into::into).collect(),
            candidate_count: mention.candidate_count,
            start: mention.span.start,
            end: mention.span.end,
            exact: mention.exact,
            prefix: mention.prefix,
            suffix: mention.suffix,
            kind: mention.kind,
            status: mention.status,
            confidence: mention.confidence,
            origin: mention.origin,
            extractor: mention.extractor,
            decision: Review::last_decision(&mention.reviews).map(DecisionBody::from),
            suggestion: mention.suggestion.map(Into::into),
            reviews: mention.reviews.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<CreateMention> for NewMention {
    fn from(body: CreateMention) -> Self {
        Self {
            entity_id: body.entity_id,
            span: Span { start: body.start, end: body.end },
            exact: body.exact,
            kind: body.kind,
            confidence: body.confidence,
            origin: body.origin,
            extractor: body.extractor,
        }
    }
}

impl From<UpdateMention> for MentionPatch {
    fn from(body: UpdateMention) -> Self {
        Self {
            entity_id: body.entity_id,
            start: body.start,
            end: body.end,
            exact: body.exact,
            kind: body.kind,
            confidence: body.confidence,
        }
    }
}
