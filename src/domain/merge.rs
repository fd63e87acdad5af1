//! Merges of entities, which can be undone.

use super::MergeStatus;
use super::entity::{Alias, Identifier};
use super::page::PageRequest;
use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

/// Maximum number of entities that one request merges.
pub const MAX_SOURCES: usize = 100;

/// A merge to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMerge {
    /// The entities that are merged.
    pub sources: Vec<Uuid>,
    pub reason: Option<String>,
    /// Merges also entities of different kinds, and those that were judged to be different.
    pub force: bool,
}

/// Numbers of moved records.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MovedCounts {
    pub mentions: i64,
    /// Mentions that a source is a candidate of.
    pub candidates: i64,
    /// Quotes by a source.
    pub quotes: i64,
    /// Quotes about a source.
    pub about: i64,
    /// Names that the survivor gained.
    pub aliases: i64,
    pub identifiers: i64,
}

/// A merge of entities into a survivor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merge {
    pub id: Uuid,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// The survivor.
    pub entity_id: Uuid,
    pub sources: Vec<Uuid>,
    pub status: MergeStatus,
    pub actor: Option<String>,
    pub reason: Option<String>,
    pub moved: MovedCounts,
    /// Mentions that were not moved back, because they were changed after the merge.
    pub kept_mentions: i64,
    /// Quotes that were not moved back, because they were changed after the merge.
    pub kept_quotes: i64,
    pub undone_by: Option<String>,
    pub undone_at: Option<DateTime<Utc>>,
}

impl Merge {
    /// True while records are being moved.
    pub fn is_unfinished(&self) -> bool {
        matches!(self.status, MergeStatus::Moving | MergeStatus::Undoing)
    }
}

/// What a merge took from a source, for its undo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeSource {
    pub entity_id: Uuid,
    /// Names that are not the survivor's own.
    pub aliases: Vec<Alias>,
    pub identifiers: Vec<Identifier>,
    /// Entities that had been merged into the source.
    pub redirected: Vec<Uuid>,
    /// Whether no mention and no quote refers to the source any more.
    pub is_moved: bool,
}

/// A reference that a merge moved from a source to the survivor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MovedReference {
    pub article_id: Uuid,
    /// The mention or the quote.
    pub record_id: Uuid,
    pub source_id: Uuid,
    /// `mention`, `candidate` or `quote`.
    pub kind: String,
    /// For candidates: the survivor was a candidate of the mention before.
    pub had_survivor: bool,
    /// A person changed the record after the merge, so that it is not moved back.
    pub is_changed: bool,
}

/// Some of the references that a merge moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoveList {
    pub merge_id: Uuid,
    pub records: Vec<MovedReference>,
}

/// Filter and page of a list of merges. Empty lists do not filter.
#[derive(Debug, Clone, PartialEq)]
pub struct MergeList {
    /// The survivor or a source is one of these.
    pub entities: Vec<Uuid>,
    pub statuses: Vec<MergeStatus>,
    pub page: PageRequest,
}
