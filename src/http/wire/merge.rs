//! Merges of entities as JSON.

use super::RequestBody;
use super::export::ExportOptions;
use super::page::{CountModeBody, KeyKind, PageParameters, TotalBody};
use crate::domain::MergeStatus;
use crate::domain::merge::{Merge, MergeList, MovedCounts, NewMerge};
use crate::domain::page::PageRequest;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Entities to be merged into another one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "sources": ["0192f0c1-2a3b-7c4d-8e5f-60718293a4b6"], "reason": "The same person in another spelling"
}))]
pub struct CreateMerge {
    /// The entities that are merged.
    #[schema(min_items = 1, max_items = 100)]
    pub sources: Vec<Uuid>,
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: Option<String>,
    /// Only answers what would be moved.
    #[serde(default)]
    #[schema(default = false)]
    pub dry_run: bool,
    /// Merges also entities of different kinds, and those that were judged to be different.
    #[serde(default)]
    #[schema(default = false)]
    pub force: bool,
}

/// Numbers of moved records.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"mentions": 12, "candidates": 0, "quotes": 3, "about": 2, "aliases": 1, "identifiers": 1}))]
pub struct MovedBody {
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub mentions: i64,
    /// Mentions that may refer to a source.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub candidates: i64,
    /// Quotes by a source.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub quotes: i64,
    /// Quotes about a source.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub about: i64,
    /// Names that the survivor gained.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub aliases: i64,
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub identifiers: i64,
}

/// Numbers of records that the undo of a merge left as they were.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"mentions": 1, "quotes": 0}))]
pub struct KeptBody {
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub mentions: i64,
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub quotes: i64,
}

/// A merge of entities into a survivor.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0192f0c1-2a3b-7c4d-8e5f-60718293a4b7", "version": 2,
    "created_at": "2026-03-02T08:00:00Z", "updated_at": "2026-03-02T08:00:00Z",
    "entity_id": "0192f0c1-2a3b-7c4d-8e5f-60718293a4b5", "sources": ["0192f0c1-2a3b-7c4d-8e5f-60718293a4b6"],
    "status": "done", "actor": "desk", "reason": "The same person in another spelling",
    "moved": {"mentions": 12, "candidates": 0, "quotes": 3, "about": 2, "aliases": 1, "identifiers": 1},
    "kept": {"mentions": 0, "quotes": 0}, "undone_by": null, "undone_at": null
}))]
pub struct MergeBody {
    pub id: Uuid,
    /// Counts changes of the status, from 1.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// The survivor.
    pub entity_id: Uuid,
    #[schema(max_items = 100)]
    pub sources: Vec<Uuid>,
    pub status: MergeStatus,
    /// The name of the API key; null for anonymous callers.
    #[schema(required = true, max_length = 200)]
    pub actor: Option<String>,
    #[schema(required = true, max_length = 2000)]
    pub reason: Option<String>,
    /// So far.
    pub moved: MovedBody,
    /// Records that the undo did not move back, because they were changed after the merge.
    pub kept: KeptBody,
    #[schema(required = true, max_length = 200)]
    pub undone_by: Option<String>,
    #[schema(required = true)]
    pub undone_at: Option<DateTime<Utc>>,
}

/// What a merge moves.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "moved": {"mentions": 12, "candidates": 0, "quotes": 3, "about": 2, "aliases": 1, "identifiers": 1}, "merge": null
}))]
pub struct MergeResult {
    /// So far; with `dry_run`, all that would be moved.
    pub moved: MovedBody,
    /// Null with `dry_run`.
    #[schema(required = true)]
    pub merge: Option<MergeBody>,
}

/// One page of merges.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"items": [], "next_cursor": null}))]
pub struct MergePage {
    #[schema(max_items = 200)]
    pub items: Vec<MergeBody>,
    /// Continues the list; null on the last page.
    #[schema(required = true, max_length = 2048)]
    pub next_cursor: Option<String>,
    /// With `count`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = TotalBody, required = false)]
    pub total: Option<TotalBody>,
}

/// Options of the list of merges.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListMerges {
    #[serde(flatten)]
    #[param(ignore)]
    pub export: ExportOptions,
    /// Only merges of this entity, as the survivor or as a source.
    #[serde(default)]
    #[param(max_items = 50)]
    entity: Vec<Uuid>,
    /// Only in this state.
    #[serde(default)]
    #[param(max_items = 4)]
    status: Vec<MergeStatus>,
    /// Maximum number of items on a page; a page of large records may have fewer.
    #[param(minimum = 1, maximum = 200, default = 20)]
    limit: Option<i64>,
    /// Continues a list: the `next_cursor` of the previous page.
    #[param(max_length = 2048, pattern = "^[A-Za-z0-9_-]+$")]
    cursor: Option<String>,
    /// Adds `total`. `exact` counts up to 10,000 and estimates larger totals; `estimate` always estimates. `total.kind`
    /// is `exact` or `estimate`.
    #[param(inline)]
    count: Option<CountModeBody>,
}

impl ListMerges {
    /// The parameters of the page.
    pub fn page(&self) -> PageParameters {
        PageParameters { limit: self.limit, cursor: self.cursor.clone(), count: self.count, key: KeyKind::Text }
    }

    /// The list with this page.
    pub fn into_list(self, page: PageRequest) -> MergeList {
        MergeList { entities: self.entity, statuses: self.status, page }
    }
}

impl RequestBody for CreateMerge {}

impl From<CreateMerge> for NewMerge {
    fn from(body: CreateMerge) -> Self {
        Self { sources: body.sources, reason: body.reason, force: body.force }
    }
}

impl From<MovedCounts> for MovedBody {
    fn from(moved: MovedCounts) -> Self {
        Self {
            mentions: moved.mentions,
            candidates: moved.candidates,
            quotes: moved.quotes,
            about: moved.about,
            aliases: moved.aliases,
            identifiers: moved.identifiers,
        }
    }
}

impl From<Merge> for MergeBody {
    fn from(merge: Merge) -> Self {
        Self {
            id: merge.id,
            version: merge.version,
            created_at: merge.created_at,
            updated_at: merge.updated_at,
            entity_id: merge.entity_id,
            sources: merge.sources,
            status: merge.status,
            actor: merge.actor,
            reason: merge.reason,
            moved: merge.moved.into(),
            kept: KeptBody { mentions: merge.kept_mentions, quotes: merge.kept_quotes },
            undone_by: merge.undone_by,
            undone_at: merge.undone_at,
        }
    }
}
