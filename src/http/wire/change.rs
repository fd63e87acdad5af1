//! The change feed on the wire.

use super::examples;
use crate::domain::change::{Change, ChangeFilter, ChangePage};
use crate::domain::{ChangeAction, ChangedResource};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// A change of a record.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "krISX9vxTm0AAAAAAAADUwAAAAAAAAAJ", "at": "2026-03-02T08:00:00Z", "actor": "archive-import", "action": "create",
    "resource": "quote", "record_id": examples::QUOTE, "article_id": examples::ARTICLE, "version": 1
}))]
pub struct ChangeBody {
    /// The place of the change in the feed: `after` with it continues behind this change.
    #[schema(max_length = 32)]
    pub id: String,
    /// When the transaction of the change began.
    pub at: DateTime<Utc>,
    /// The name of the key; null for anonymous callers and for changes with SQL.
    #[schema(required = true, max_length = 200)]
    pub actor: Option<String>,
    pub action: ChangeAction,
    pub resource: ChangedResource,
    pub record_id: Uuid,
    /// The article that the record is, or is in; null for entities.
    #[schema(required = true)]
    pub article_id: Option<Uuid>,
    /// The version of the record after the change, or when it was deleted; null for reviews and claim reviews.
    #[schema(required = true, minimum = 1, maximum = 2_147_483_647)]
    pub version: Option<i32>,
}

/// A part of the change feed.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangePageBody {
    #[schema(max_items = 1000)]
    pub items: Vec<ChangeBody>,
    /// Continues the feed, now or later: the next value of `after`.
    #[schema(max_length = 32)]
    pub next_cursor: String,
    /// Whether changes may follow at once. Items may be fewer than `limit` then: a read goes through a few thousand changes.
    pub has_more: bool,
}

/// A cursor of the change feed, or `now`.
#[derive(ToSchema)]
#[schema(max_length = 32, pattern = "^(now|[A-Za-z0-9_-]{32})$")]
pub struct ChangeCursor(#[allow(dead_code, reason = "describes a parameter")] String);

/// Options of the change feed.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListChanges {
    /// Continues behind this change: a `next_cursor`, or the `id` of a change. `now`: behind all that is committed. Without it
    /// the feed begins with the oldest change that is kept.
    #[param(value_type = Option<ChangeCursor>, inline)]
    pub after: Option<String>,
    /// Maximum number of items.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    pub limit: Option<i64>,
    /// Only changes of this kind of record.
    #[serde(default)]
    #[param(max_items = 7)]
    resource: Vec<ChangedResource>,
    /// Only this action.
    #[serde(default)]
    #[param(max_items = 5)]
    action: Vec<ChangeAction>,
    /// Only of this article, and of what is in it.
    #[serde(default)]
    #[param(max_items = 50)]
    article: Vec<Uuid>,
    /// Only by the key of this name.
    #[serde(default)]
    #[param(max_items = 50, value_type = Vec<ActorName>, inline)]
    actor: Vec<String>,
}

/// A cursor of the change feed.
#[derive(ToSchema)]
#[schema(max_length = 32, pattern = "^[A-Za-z0-9_-]{32}$")]
pub struct LastEventId(#[allow(dead_code, reason = "describes a parameter")] String);

/// Server-sent events: `id` is the cursor of a change, `event` is `change`, and `data` has a `Change` as JSON. An event `error` is
/// the last one: its data has the `code` and the `detail` of the problem.
#[derive(ToSchema)]
#[schema(max_length = 2_147_483_647)]
pub struct EventStream(#[allow(dead_code, reason = "describes an answer")] String);

/// The name of a key.
#[derive(ToSchema)]
#[schema(min_length = 1, max_length = 200)]
pub struct ActorName(#[allow(dead_code, reason = "describes a parameter")] String);

impl ListChanges {
    /// Which changes are shown.
    pub fn filter(self) -> ChangeFilter {
        ChangeFilter { resources: self.resource, actions: self.action, articles: self.article, actors: self.actor }
    }
}

impl From<Change> for ChangeBody {
    fn from(change: Change) -> Self {
        Self {
            id: change.position.to_string(),
            at: change.at,
            actor: change.actor,
            action: change.action,
            resource: change.resource,
            record_id: change.record_id,
            article_id: change.article_id,
            version: change.version,
        }
    }
}

impl From<ChangePage> for ChangePageBody {
    fn from(page: ChangePage) -> Self {
        Self {
            items: page.items.into_iter().map(Into::into).collect(),
            next_cursor: page.next.to_string(),
            has_more: page.has_more,
        }
    }
}
