//! Judgements on the wire.

use super::RequestBody;
use super::examples;
use super::export::ExportOptions;
use super::page::{CountModeBody, KeyKind, PageParameters, TotalBody};
use crate::domain::judgement::Judgement;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// A judgement that two entities are different.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "id": "0192f0c1-2a3b-7c4d-8e5f-60718293a4b7", "created_at": "2026-03-02T08:00:00Z", "actor": "desk",
    "reason": "The minister and the secretary of state", "entities": [examples::PERSON, examples::OTHER_PERSON]
}))]
pub struct JudgementBody {
    pub id: Uuid,
    pub created_at: DateTime<Utc>,
    /// Who judged: the name of the key, or what the request said.
    #[schema(required = true, max_length = 300)]
    pub actor: Option<String>,
    #[schema(required = true, max_length = 2000)]
    pub reason: Option<String>,
    /// The two entities, in order of id. Merged ones redirect to their survivors, for which the judgement holds too.
    #[schema(min_items = 2, max_items = 2)]
    pub entities: [Uuid; 2],
}

/// A new judgement that two entities are different.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "entities": [examples::PERSON, examples::OTHER_PERSON], "reason": "The minister and the secretary of state"
}))]
pub struct CreateJudgement {
    /// The two entities, in any order.
    #[schema(min_items = 2, max_items = 2)]
    pub entities: [Uuid; 2],
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: Option<String>,
    /// Who judges. Used only when the request has no API key.
    #[schema(min_length = 1, max_length = 300)]
    pub actor: Option<String>,
}

/// Filter of a list of judgements.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListJudgements {
    #[serde(flatten)]
    #[param(ignore)]
    pub export: ExportOptions,
    /// Only judgements about this entity, or about entities that were merged into it.
    #[serde(default)]
    #[param(max_items = 50)]
    pub entity: Vec<Uuid>,
    /// Maximum number of items on a page.
    #[param(minimum = 1, maximum = 200, default = 20)]
    limit: Option<i64>,
    /// Continues a list: the `next_cursor` of the previous page.
    #[param(max_length = 2048, pattern = "^[A-Za-z0-9_-]+$")]
    cursor: Option<String>,
    /// Adds `total`, which is exact.
    #[param(inline)]
    count: Option<CountModeBody>,
}

impl ListJudgements {
    /// The parameters of the page.
    pub fn page(&self) -> PageParameters {
        PageParameters { limit: self.limit, cursor: self.cursor.clone(), count: self.count, key: KeyKind::Text }
    }
}

/// One page of judgements.
#[derive(Debug, Serialize, ToSchema)]
pub struct JudgementPage {
    #[schema(max_items = 200)]
    pub items: Vec<JudgementBody>,
    /// Continues the list; null on the last page.
    #[schema(required = true, max_length = 2048)]
    pub next_cursor: Option<String>,
    /// With `count`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = TotalBody, required = false)]
    pub total: Option<TotalBody>,
}

impl RequestBody for CreateJudgement {}

impl From<JudgementBody> for Judgement {
    fn from(body: JudgementBody) -> Self {
        let JudgementBody { id, created_at, actor, reason, entities } = body;
        Self { id, created_at, actor, reason, entities }
    }
}

impl From<Judgement> for JudgementBody {
    fn from(judgement: Judgement) -> Self {
        Self {
            id: judgement.id,
            created_at: judgement.created_at,
            actor: judgement.actor,
            reason: judgement.reason,
            entities: judgement.entities,
        }
    }
}
