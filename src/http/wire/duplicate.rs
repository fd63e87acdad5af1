//! Likely duplicates as JSON.

use super::examples;
use super::export::ExportOptions;
use super::page::{CountModeBody, KeyKind, PageParameters, TotalBody};
use crate::domain::duplicate::{Duplicate, DuplicateEntity, DuplicateFilter, DuplicatePair, Reason};
use crate::domain::page::{PageRequest, SetFilter};
use crate::domain::{DuplicateReason, EntityKind};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// An entity of a pair of likely duplicates.
#[derive(Debug, Serialize, ToSchema)]
pub struct DuplicateEntityBody {
    pub id: Uuid,
    pub kind: EntityKind,
    #[schema(min_length = 1, max_length = 300)]
    pub name: String,
    #[schema(required = true, max_length = 2000)]
    pub description: Option<String>,
}

/// What supports a pair.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReasonBody {
    pub reason: DuplicateReason,
    /// How strongly. The name counts most.
    #[schema(minimum = 0, maximum = 1)]
    pub score: f64,
}

/// An entity that is likely the same as another one.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "entity": {"id": examples::SAME_PERSON, "kind": "person", "name": "I. Valadares", "description": null},
    "score": 0.52, "reasons": [{"reason": "initials", "score": 0.7}, {"reason": "publisher", "score": 1.0}]
}))]
pub struct DuplicateBody {
    pub entity: DuplicateEntityBody,
    #[schema(minimum = 0, maximum = 1)]
    pub score: f64,
    /// The likeness of the names first.
    #[schema(max_items = 10)]
    pub reasons: Vec<ReasonBody>,
}

/// The likely duplicates of an entity.
#[derive(Debug, Serialize, ToSchema)]
pub struct DuplicatesBody {
    /// The best first.
    #[schema(max_items = 20)]
    pub items: Vec<DuplicateBody>,
}

/// Two entities that are likely the same.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0192f0c1-2a3b-5c4d-8e5f-60718293a4b7",
    "entities": [
        {"id": examples::PERSON, "kind": "person", "name": "Inês Valadares", "description": null},
        {"id": examples::SAME_PERSON, "kind": "person", "name": "I. Valadares", "description": null}
    ],
    "score": 0.42, "reasons": [{"reason": "initials", "score": 0.7}]
}))]
pub struct DuplicatePairBody {
    /// Identifies the pair in this list.
    pub id: Uuid,
    /// In order of id.
    #[schema(min_items = 2, max_items = 2)]
    pub entities: [DuplicateEntityBody; 2],
    #[schema(minimum = 0, maximum = 1)]
    pub score: f64,
    /// The likeness of the names first.
    #[schema(max_items = 10)]
    pub reasons: Vec<ReasonBody>,
}

/// Filter of the list of likely duplicates.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListDuplicates {
    #[serde(flatten)]
    #[param(ignore)]
    pub export: ExportOptions,
    /// Only entities of this kind.
    #[serde(default)]
    #[param(max_items = 50)]
    kind: Vec<EntityKind>,
    /// Excludes entities of this kind.
    #[serde(default, rename = "not.kind")]
    #[param(max_items = 50)]
    not_kind: Vec<EntityKind>,
    /// Only pairs with at least this score.
    #[param(minimum = 0, maximum = 1)]
    min_score: Option<f64>,
    /// Maximum number of items on a page.
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

impl ListDuplicates {
    /// The parameters of the page.
    pub fn page(&self) -> PageParameters {
        PageParameters { limit: self.limit, cursor: self.cursor.clone(), count: self.count, key: KeyKind::Number }
    }

    /// The domain's form of the list.
    pub fn into_filter(self, page: PageRequest) -> DuplicateFilter {
        DuplicateFilter { kind: SetFilter::new(self.kind, self.not_kind), min_score: self.min_score, page }
    }
}

/// One page of likely duplicates.
#[derive(Debug, Serialize, ToSchema)]
pub struct DuplicatePage {
    /// The best first.
    #[schema(max_items = 200)]
    pub items: Vec<DuplicatePairBody>,
    /// Continues the list; null on the last page.
    #[schema(required = true, max_length = 2048)]
    pub next_cursor: Option<String>,
    /// With `count`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = TotalBody, required = false)]
    pub total: Option<TotalBody>,
}

impl From<DuplicateEntity> for DuplicateEntityBody {
    fn from(entity: DuplicateEntity) -> Self {
        Self { id: entity.id, kind: entity.kind, name: entity.name, description: entity.description }
    }
}

impl From<Reason> for ReasonBody {
    fn from(reason: Reason) -> Self {
        Self { reason: reason.reason, score: reason.score }
    }
}

impl From<Duplicate> for DuplicateBody {
    fn from(found: Duplicate) -> Self {
        Self {
            entity: found.entity.into(),
            score: found.score,
            reasons: found.reasons.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<DuplicatePair> for DuplicatePairBody {
    fn from(pair: DuplicatePair) -> Self {
        Self {
            id: pair.id,
            entities: pair.entities.map(Into::into),
            score: pair.score,
            reasons: pair.reasons.into_iter().map(Into::into).collect(),
        }
    }
}
