//! The rows of `mentions`.

use crate::domain::mention::Mention;
use crate::domain::review::Review;
use crate::domain::span::Span;
use crate::domain::{Anchor, MentionKind, MentionStatus, Origin};
use crate::schema::mentions;
use crate::store::history::Versioned;
use crate::store::suggestions::StoredSuggestion;
use crate::store::{Resource, Result, candidates, tombstones};
use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

#[derive(Debug, Clone, Queryable, QueryableByName, Selectable)]
#[diesel(table_name = mentions, check_for_backend(Pg))]
pub struct MentionRow {
    pub id: Uuid,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub article_id: Uuid,
    pub extractor: Option<String>,
    pub published_at: Option<DateTime<Utc>>,
    #[diesel(embed)]
    pub columns: MentionColumns,
}

/// The columns that an update of a mention can set.
#[derive(Debug, Clone, PartialEq, Queryable, QueryableByName, Selectable, AsChangeset, Serialize)]
#[diesel(table_name = mentions, treat_none_as_null = true, check_for_backend(Pg))]
pub struct MentionColumns {
    pub body_version: i32,
    pub anchor: Anchor,
    pub entity_id: Option<Uuid>,
    /// `None` if there are no candidates.
    pub candidates: Option<Vec<Option<Uuid>>>,
    pub candidate_scores: Option<Value>,
    pub candidate_count: i32,
    pub span_start: i32,
    pub span_end: i32,
    pub exact: String,
    pub prefix: String,
    pub suffix: String,
    pub kind: MentionKind,
    pub status: MentionStatus,
    pub confidence: f64,
    pub origin: Origin,
    pub suggestion: Option<StoredSuggestion>,
}

#[derive(Debug, Serialize)]
pub(in crate::store) struct InsertedMention<'a> {
    pub id: Uuid,
    pub article_id: Uuid,
    pub extractor: Option<&'a str>,
    #[serde(flatten)]
    pub columns: MentionColumns,
}

impl MentionColumns {
    pub fn span(&self) -> Span {
        Span { start: self.span_start, end: self.span_end }
    }
}

impl Versioned for Mention {
    const RESOURCE: Resource = Resource::Mention;
    type Row = MentionRow;

    fn from_state(row: MentionRow, _: &Value) -> Result<Self> {
        Ok(row.with(Vec::new()))
    }

    fn present(conn: &mut PgConnection, id: Uuid) -> Result<Self> {
        tombstones::one(super::find_all(conn, &[id])?)
    }

    fn version(&self) -> i32 {
        self.version
    }

    fn updated_at(&self) -> DateTime<Utc> {
        self.updated_at
    }
}

impl MentionRow {
    /// Whether a person created, changed or reviewed the mention, so that a machine does not change it.
    pub fn is_locked(&self) -> bool {
        self.columns.origin == Origin::Human || self.columns.status != MentionStatus::Machine
    }

    /// Converts the row to a mention with its reviews.
    pub fn with(self, reviews: Vec<Review>) -> Mention {
        let columns = self.columns;
        Mention {
            id: self.id,
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
            article_id: self.article_id,
            body_version: columns.body_version,
            anchor: columns.anchor,
            entity_id: columns.entity_id,
            span: columns.span(),
            candidates: candidates::ranked(
                columns.candidates.into_iter().flatten().flatten(),
                columns.candidate_scores.as_ref(),
            ),
            candidate_count: columns.candidate_count,
            exact: columns.exact,
            prefix: columns.prefix,
            suffix: columns.suffix,
            kind: columns.kind,
            status: columns.status,
            confidence: columns.confidence,
            origin: columns.origin,
            extractor: self.extractor,
            suggestion: columns.suggestion.and_then(StoredSuggestion::shown),
            reviews,
        }
    }
}
