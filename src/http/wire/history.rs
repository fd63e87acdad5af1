//! The history of a record on the wire.

use super::page::TotalBody;
use crate::domain::history::Version;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

/// Members that are not shown as changed: those that every version changes, and derived ones that change without a version.
const NOT_SHOWN: [&str; 6] = ["version", "updated_at", "about", "blocks", "decision", "reviews"];

/// A version of a record.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "version": 2, "at": "2026-03-02T09:00:00Z", "actor": "desk", "from": {"description": null},
    "to": {"description": "Maire de Dakar"}
}))]
pub struct HistoryEntryBody {
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub version: i32,
    /// When the record was changed to this version.
    pub at: DateTime<Utc>,
    /// The name of the key of who changed it; null for the first version, for anonymous callers and for changes made in SQL.
    #[schema(required = true, max_length = 200)]
    pub actor: Option<String>,
    /// The changed members before the change; null for the first version that is known. The `body` of an article is in its versions:
    /// only its `body_version` is here.
    #[schema(required = true, value_type = Option<Object>)]
    pub from: Option<Map<String, Value>>,
    /// The changed members after the change.
    #[schema(required = true, value_type = Option<Object>)]
    pub to: Option<Map<String, Value>>,
}

/// One page of the history of a record.
#[derive(Debug, Serialize, ToSchema)]
pub struct HistoryPage {
    #[schema(max_items = 200)]
    pub items: Vec<HistoryEntryBody>,
    /// Continues the list; null on the last page.
    #[schema(required = true, max_length = 2048)]
    pub next_cursor: Option<String>,
    /// With `count`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = TotalBody, required = false)]
    pub total: Option<TotalBody>,
}

/// A time in the past.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AsOf {
    /// Read the record as it was at this time. A date is the start of that day in UTC. 404 before the record was stored.
    pub as_of: Option<DateTime<Utc>>,
}

impl HistoryEntryBody {
    /// The entry of version `version` at `at`, with the members that differ between the states.
    pub fn new(number: i32, at: DateTime<Utc>, version: Version<Value>) -> Self {
        let (from, to) = version.before.map(|before| changed(before, version.state)).unzip();
        Self { version: number, at, actor: version.actor, from, to }
    }
}

/// The members of two objects that differ, in each of them.
fn changed(before: Value, after: Value) -> (Map<String, Value>, Map<String, Value>) {
    let (Value::Object(mut before), Value::Object(mut after)) = (before, after) else { return Default::default() };
    after.retain(|member, value| !NOT_SHOWN.contains(&member.as_str()) && before.get(member) != Some(value));
    before.retain(|member, _| after.contains_key(member));
    (before, after)
}
