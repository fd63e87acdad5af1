//! Merges of entities as JSON.

use super::RequestBody;
use super::entity::{AliasBody, IdentifierBody};
use super::examples;
use super::export::ExportOptions;
use super::page::{CountModeBody, KeyKind, PageParameters, TotalBody};
use crate::domain::MergeStatus;
use crate::domain::merge::{Merge, MergeList, MergeSource, MoveList, MovedCounts, MovedReference, NewMerge};
use crate::domain::page::PageRequest;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Entities to be merged into another one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"sources": [examples::SAME_PERSON], "reason": "The same person in another spelling"}))]
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
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
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
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"mentions": 1, "quotes": 0}))]
pub struct KeptBody {
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub mentions: i64,
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub quotes: i64,
}

/// A merge of entities into a survivor.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "id": "0192f0c1-2a3b-7c4d-8e5f-60718293a4b7", "version": 2,
    "created_at": "2026-03-02T08:00:00Z", "updated_at": "2026-03-02T08:00:00Z",
    "entity_id": examples::PERSON, "sources": [examples::SAME_PERSON],
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

/// What a merge took from a source, for its undo.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeSourceBody {
    pub entity_id: Uuid,
    /// Names that are not the survivor's own.
    #[schema(max_items = 201)]
    pub aliases: Vec<AliasBody>,
    /// Identifiers that the survivor took over.
    #[schema(max_items = 50)]
    pub identifiers: Vec<IdentifierBody>,
    /// Entities that had been merged into the source.
    #[schema(max_items = 1_000_000)]
    pub redirected: Vec<Uuid>,
    /// Whether no mention and no quote refers to the source any more.
    pub is_moved: bool,
}

/// Some of the references that a merge moved, for its undo.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveListBody {
    pub merge_id: Uuid,
    #[schema(max_items = 1000)]
    pub records: Vec<MovedReferenceBody>,
}

/// A reference that a merge moved from a source to the survivor.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MovedReferenceBody {
    pub article_id: Uuid,
    /// The mention or the quote.
    pub record_id: Uuid,
    pub source_id: Uuid,
    pub kind: ReferenceKind,
    /// For candidates: the survivor was a candidate of the mention before.
    pub had_survivor: bool,
    /// A person changed the record after the merge, so that it is not moved back.
    pub is_changed: bool,
}

/// What refers to an entity: a mention, one of the candidates of a mention, or a quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ReferenceKind {
    Mention,
    Candidate,
    Quote,
}

impl From<MergeSource> for MergeSourceBody {
    fn from(source: MergeSource) -> Self {
        Self {
            entity_id: source.entity_id,
            aliases: source.aliases.into_iter().map(Into::into).collect(),
            identifiers: source.identifiers.into_iter().map(Into::into).collect(),
            redirected: source.redirected,
            is_moved: source.is_moved,
        }
    }
}

impl From<MergeSourceBody> for MergeSource {
    fn from(body: MergeSourceBody) -> Self {
        Self {
            entity_id: body.entity_id,
            aliases: body.aliases.into_iter().map(Into::into).collect(),
            identifiers: body.identifiers.into_iter().map(Into::into).collect(),
            redirected: body.redirected,
            is_moved: body.is_moved,
        }
    }
}

impl From<MovedReference> for MovedReferenceBody {
    fn from(moved: MovedReference) -> Self {
        let MovedReference { article_id, record_id, source_id, kind, had_survivor, is_changed } = moved;
        let kind = match kind.as_str() {
            "quote" => ReferenceKind::Quote,
            "candidate" => ReferenceKind::Candidate,
            _ => ReferenceKind::Mention,
        };
        Self { article_id, record_id, source_id, kind, had_survivor, is_changed }
    }
}

impl From<MovedReferenceBody> for MovedReference {
    fn from(body: MovedReferenceBody) -> Self {
        let MovedReferenceBody { article_id, record_id, source_id, kind, had_survivor, is_changed } = body;
        let kind = match kind {
            ReferenceKind::Mention => "mention",
            ReferenceKind::Candidate => "candidate",
            ReferenceKind::Quote => "quote",
        };
        Self { article_id, record_id, source_id, kind: kind.to_owned(), had_survivor, is_changed }
    }
}

impl From<MoveListBody> for MoveList {
    fn from(body: MoveListBody) -> Self {
        Self { merge_id: body.merge_id, records: body.records.into_iter().map(Into::into).collect() }
    }
}

impl From<MergeBody> for Merge {
    fn from(body: MergeBody) -> Self {
        let MovedBody { mentions, candidates, quotes, about, aliases, identifiers } = body.moved;
        Self {
            id: body.id,
            version: body.version,
            created_at: body.created_at,
            updated_at: body.updated_at,
            entity_id: body.entity_id,
            sources: body.sources,
            status: body.status,
            actor: body.actor,
            reason: body.reason,
            moved: MovedCounts { mentions, candidates, quotes, about, aliases, identifiers },
            kept_mentions: body.kept.mentions,
            kept_quotes: body.kept.quotes,
            undone_by: body.undone_by,
            undone_at: body.undone_at,
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
