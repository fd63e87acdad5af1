//! Mentions: an entity that is named at a span of an article.

use super::page::{PageRequest, Range, SetFilter};
use super::review::Review;
use super::span::Span;
use super::suggestion::Suggestion;
use super::{Anchor, EntityKind, MentionKind, MentionStatus, Origin, ReviewAction};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// The longest mention in code points.
pub const MAX_MENTION: i32 = 300;
/// The most candidates that a mention shows.
pub const MAX_CANDIDATES: usize = 20;

/// An entity that a name may mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    pub entity_id: Uuid,
    /// The probability that the name means it, from 0 to 1, by the context. `None` if the candidates were not compared.
    pub score: Option<f64>,
}

/// What a name is linked to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Link {
    pub entity: Option<Uuid>,
    /// The probability that it is another entity with the same name.
    pub doubt: f32,
    /// If the entity is not certain: the possible entities, at most [`MAX_CANDIDATES`].
    pub candidates: Vec<Candidate>,
    /// The number of all possible entities.
    pub candidate_count: usize,
}

/// A stored mention.
#[derive(Debug, Clone, PartialEq)]
pub struct Mention {
    pub id: Uuid,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub article_id: Uuid,
    pub body_version: i32,
    pub anchor: Anchor,
    /// `None` while the entity is unknown.
    pub entity_id: Option<Uuid>,
    /// Candidate entities, when several have this name, the most probable first.
    pub candidates: Vec<Candidate>,
    /// The number of entities that it may name.
    pub candidate_count: i32,
    pub span: Span,
    pub exact: String,
    pub prefix: String,
    pub suffix: String,
    pub kind: MentionKind,
    pub status: MentionStatus,
    /// 0 to 1.
    pub confidence: f64,
    pub origin: Origin,
    pub extractor: Option<String>,
    /// What a later machine run found instead of what a person decided.
    pub suggestion: Option<Suggestion>,
    /// Oldest first.
    pub reviews: Vec<Review>,
}

/// A review to be added to a mention.
#[derive(Debug, Clone, PartialEq)]
pub struct NewMentionReview {
    /// `verify`, `reject` or `reattribute`.
    pub action: ReviewAction,
    /// The entity that the mention names.
    pub entity_id: Option<Uuid>,
    /// The name of that entity. A person is created if no entity has this name.
    pub entity_name: Option<String>,
    pub note: Option<String>,
    pub actor: Option<String>,
}

/// Returns the status of a mention that is created. Mentions by a human start as verified.
pub fn default_status(origin: Origin) -> MentionStatus {
    match origin {
        Origin::Human => MentionStatus::Verified,
        Origin::Machine => MentionStatus::Machine,
    }
}

/// A mention to be stored.
#[derive(Debug, Clone, PartialEq)]
pub struct NewMention {
    pub entity_id: Option<Uuid>,
    pub span: Span,
    /// If given, it must equal the text at the span.
    pub exact: Option<String>,
    pub kind: MentionKind,
    pub confidence: f64,
    pub origin: Origin,
    pub extractor: Option<String>,
}

/// A change to a mention: an outer `None` leaves the member as it is, an inner one clears it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MentionPatch {
    pub entity_id: Option<Option<Uuid>>,
    pub start: Option<i32>,
    pub end: Option<i32>,
    pub exact: Option<String>,
    pub kind: Option<MentionKind>,
    pub confidence: Option<f64>,
}

/// The orders of a list of mentions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MentionOrder {
    NewestPublished,
    OldestPublished,
}

/// Filters of a list of mentions.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MentionFilter {
    pub entity: SetFilter<Uuid>,
    /// Kind of the entity. A mention without entity has none.
    pub entity_kind: SetFilter<EntityKind>,
    pub article: SetFilter<Uuid>,
    pub publisher: SetFilter<String>,
    pub language: SetFilter<String>,
    pub kind: SetFilter<MentionKind>,
    pub origin: SetFilter<Origin>,
    /// Without a status, rejected mentions are left out.
    pub status: SetFilter<MentionStatus>,
    pub min_confidence: Option<f64>,
    pub published: Range<DateTime<Utc>>,
}

/// A list of mentions: filter, order and page.
#[derive(Debug, Clone, PartialEq)]
pub struct MentionList {
    pub filter: MentionFilter,
    pub order: MentionOrder,
    pub page: PageRequest,
}
