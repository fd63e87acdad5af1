//! Splits of entities as JSON.

use super::RequestBody;
use super::entity::CreateEntity;
use super::examples;
use super::export::ExportOptions;
use super::page::{CountModeBody, KeyKind, PageParameters, TotalBody};
use crate::domain::FieldError;
use crate::domain::page::PageRequest;
use crate::domain::split::{NewSplit, Split, SplitList, SplitTarget};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Mentions and quotes that belong to another entity.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "mentions": [], "quotes": [examples::QUOTE],
    "into": {"entity": {"kind": "person", "name": "Inês Valadares", "description": "docker"}}, "reason": "Namesakes"
}))]
pub struct CreateSplit {
    #[serde(default)]
    #[schema(max_items = 200)]
    pub mentions: Vec<Uuid>,
    #[serde(default)]
    #[schema(max_items = 200)]
    pub quotes: Vec<Uuid>,
    pub into: CreateSplitTarget,
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: Option<String>,
}

/// The entity that mentions and quotes are taken to: either `entity_id` or `entity`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"entity_id": examples::OTHER_PERSON}))]
pub struct CreateSplitTarget {
    /// A stored entity.
    pub entity_id: Option<Uuid>,
    /// A new entity.
    pub entity: Option<CreateEntity>,
}

/// A split of an entity.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "id": "0192f0c1-2a3b-7c4d-8e5f-60718293a4b7", "created_at": "2026-03-02T08:00:00Z",
    "entity_id": examples::PERSON, "into_id": "0192f0c1-2a3b-7c4d-8e5f-60718293a4b8",
    "mentions": [], "quotes": [examples::QUOTE], "actor": "desk", "reason": "Namesakes"
}))]
pub struct SplitBody {
    pub id: Uuid,
    pub created_at: DateTime<Utc>,
    /// The entity that mentions and quotes were taken from.
    pub entity_id: Uuid,
    /// The entity that they were taken to.
    pub into_id: Uuid,
    #[schema(max_items = 200)]
    pub mentions: Vec<Uuid>,
    #[schema(max_items = 200)]
    pub quotes: Vec<Uuid>,
    /// The name of the API key; null for anonymous callers.
    #[schema(required = true, max_length = 200)]
    pub actor: Option<String>,
    #[schema(required = true, max_length = 2000)]
    pub reason: Option<String>,
}

/// One page of splits.
#[derive(Debug, Serialize, ToSchema)]
pub struct SplitPage {
    #[schema(max_items = 200)]
    pub items: Vec<SplitBody>,
    /// Continues the list; null on the last page.
    #[schema(required = true, max_length = 2048)]
    pub next_cursor: Option<String>,
    /// With `count`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = TotalBody, required = false)]
    pub total: Option<TotalBody>,
}

/// Options of the list of splits.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListSplits {
    #[serde(flatten)]
    #[param(ignore)]
    pub export: ExportOptions,
    /// Only splits from or to this entity.
    #[serde(default)]
    #[param(max_items = 50)]
    entity: Vec<Uuid>,
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

impl ListSplits {
    /// The parameters of the page.
    pub fn page(&self) -> PageParameters {
        PageParameters { limit: self.limit, cursor: self.cursor.clone(), count: self.count, key: KeyKind::Text }
    }

    /// The list with this page.
    pub fn into_list(self, page: PageRequest) -> SplitList {
        SplitList { entities: self.entity, page }
    }
}

impl RequestBody for CreateSplit {}

impl TryFrom<CreateSplit> for NewSplit {
    type Error = Vec<FieldError>;

    fn try_from(body: CreateSplit) -> Result<Self, Vec<FieldError>> {
        let mut faults = Vec::new();
        if body.mentions.is_empty() && body.quotes.is_empty() {
            faults.push(FieldError::new("/mentions", "there must be mentions or quotes"));
        }
        let into = match (body.into.entity_id, body.into.entity) {
            (Some(id), None) => Some(SplitTarget::Stored(id)),
            (None, Some(new)) => Some(SplitTarget::New(Box::new(new.into()))),
            _ => None,
        };
        if into.is_none() {
            faults.push(FieldError::new("/into", "must have either entity_id or entity"));
        }
        match into {
            Some(into) if faults.is_empty() => {
                Ok(Self { mentions: body.mentions, quotes: body.quotes, into, reason: body.reason })
            }
            _ => Err(faults),
        }
    }
}

impl From<SplitBody> for Split {
    fn from(body: SplitBody) -> Self {
        let SplitBody { id, created_at, entity_id, into_id, mentions, quotes, actor, reason } = body;
        Self { id, created_at, entity_id, into_id, mentions, quotes, actor, reason }
    }
}

impl From<Split> for SplitBody {
    fn from(split: Split) -> Self {
        Self {
            id: split.id,
            created_at: split.created_at,
            entity_id: split.entity_id,
            into_id: split.into_id,
            mentions: split.mentions,
            quotes: split.quotes,
            actor: split.actor,
            reason: split.reason,
        }
    }
}
