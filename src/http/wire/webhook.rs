//! Webhooks on the wire.

use super::RequestBody;
use super::page::{KeyKind, PageParameters, TotalBody};
use super::patch::clearable;
use crate::domain::webhook::{Delivery, Webhook, WebhookPatch, WebhookSettings};
use crate::domain::{ChangeAction, ChangedResource, DeliveryStatus};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// An address that changes are sent to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0192f0c1-2a3b-7c4d-8e5f-60718293a4b5", "version": 1,
    "created_at": "2026-03-02T08:00:00Z", "updated_at": "2026-03-02T08:00:00Z",
    "url": "https://desk.example/verbatim", "description": "Quotes of the minister", "enabled": true,
    "resource": ["quote", "review"], "action": [], "publisher": [], "speaker": ["0192f0c1-2a3b-7c4d-8e5f-60718293a4b6"],
    "search": "port -Dakar", "previous_expires_at": null
}))]
pub struct WebhookBody {
    pub id: Uuid,
    /// Counts changes of the webhook, from 1.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    #[schema(max_length = 2048)]
    pub url: String,
    #[schema(required = true, max_length = 300)]
    pub description: Option<String>,
    /// Whether changes are sent. An address that answers 410 is disabled.
    pub enabled: bool,
    /// Only changes of these kinds of records; empty for all.
    #[schema(max_items = 7)]
    pub resource: Vec<ChangedResource>,
    /// Only these actions; empty for all.
    #[schema(max_items = 5)]
    pub action: Vec<ChangeAction>,
    /// Only changes of articles of these publishers, and of what is in them; empty for all.
    #[schema(max_items = 50, value_type = Vec<PublisherName>)]
    pub publisher: Vec<String>,
    /// Only changes of quotes by these speakers, and reviews of them; empty for all.
    #[schema(max_items = 50)]
    pub speaker: Vec<Uuid>,
    /// Only changes of quotes with these words, and reviews of them: words, "phrases", `OR` and `-not`.
    #[schema(required = true, max_length = 500)]
    pub search: Option<String>,
    /// Until when messages also have a signature with the secret before the last rotation.
    #[schema(required = true)]
    pub previous_expires_at: Option<DateTime<Utc>>,
    /// The key that signatures are checked with, as Standard Webhooks writes it. Only in the answer to the creation or a rotation.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 60, value_type = String, required = false)]
    pub secret: Option<String>,
}

/// The name of a publisher.
#[derive(ToSchema)]
#[schema(min_length = 1, max_length = 200)]
pub struct PublisherName(#[allow(dead_code, reason = "describes a member")] String);

/// A new webhook.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"url": "https://desk.example/verbatim", "resource": ["quote", "review"]}))]
pub struct CreateWebhook {
    /// An http or https URL.
    #[schema(min_length = 1, max_length = 2048)]
    pub url: String,
    #[schema(min_length = 1, max_length = 300)]
    pub description: Option<String>,
    #[serde(default = "enabled")]
    #[schema(default = true)]
    pub enabled: bool,
    /// Only changes of these kinds of records; empty for all.
    #[serde(default)]
    #[schema(max_items = 7)]
    pub resource: Vec<ChangedResource>,
    /// Only these actions; empty for all.
    #[serde(default)]
    #[schema(max_items = 5)]
    pub action: Vec<ChangeAction>,
    /// Only changes of articles of these publishers, and of what is in them; empty for all.
    #[serde(default)]
    #[schema(max_items = 50, value_type = Vec<PublisherName>)]
    pub publisher: Vec<String>,
    /// Only changes of quotes by these speakers, and reviews of them; empty for all.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub speaker: Vec<Uuid>,
    /// Only changes of quotes with these words, and reviews of them: words, "phrases", `OR` and `-not`.
    #[schema(min_length = 1, max_length = 500)]
    pub search: Option<String>,
}

fn enabled() -> bool {
    true
}

/// A change to a webhook: absent members stay as they are, null clears a member.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"enabled": false}))]
pub struct UpdateWebhook {
    #[schema(min_length = 1, max_length = 2048, value_type = String, required = false)]
    pub url: Option<String>,
    #[serde(default, deserialize_with = "clearable")]
    #[schema(min_length = 1, max_length = 300, value_type = Option<String>)]
    pub description: Option<Option<String>>,
    /// A webhook that is enabled again gets the changes from then on.
    #[schema(value_type = bool, required = false)]
    pub enabled: Option<bool>,
    /// Replaces the whole list.
    #[schema(max_items = 7, value_type = Vec<ChangedResource>, required = false)]
    pub resource: Option<Vec<ChangedResource>>,
    /// Replaces the whole list.
    #[schema(max_items = 5, value_type = Vec<ChangeAction>, required = false)]
    pub action: Option<Vec<ChangeAction>>,
    /// Replaces the whole list.
    #[schema(max_items = 50, value_type = Vec<PublisherName>, required = false)]
    pub publisher: Option<Vec<String>>,
    /// Replaces the whole list.
    #[schema(max_items = 50, value_type = Vec<Uuid>, required = false)]
    pub speaker: Option<Vec<Uuid>>,
    #[serde(default, deserialize_with = "clearable")]
    #[schema(min_length = 1, max_length = 500, value_type = Option<String>)]
    pub search: Option<Option<String>>,
}

/// One page of webhooks.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookPage {
    #[schema(max_items = 200)]
    pub items: Vec<WebhookBody>,
    /// Continues the list; null on the last page.
    #[schema(required = true, max_length = 2048)]
    pub next_cursor: Option<String>,
    /// With `count`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = TotalBody, required = false)]
    pub total: Option<TotalBody>,
}

/// A message to a webhook, and what became of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0192f0c1-2a3b-7c4d-8e5f-60718293a4b5", "created_at": "2026-03-02T08:00:00Z",
    "body": "{\"type\":\"quote.create\"}", "status": "pending", "attempts": 1, "next_attempt_at": "2026-03-02T08:00:05Z",
    "last_attempt_at": "2026-03-02T08:00:00Z", "response_status": 503, "error": null
}))]
pub struct DeliveryBody {
    /// The `webhook-id` of the message, the same in every attempt.
    pub id: Uuid,
    pub created_at: DateTime<Utc>,
    /// The message as it is sent.
    #[schema(max_length = 4000)]
    pub body: String,
    pub status: DeliveryStatus,
    #[schema(minimum = 0, maximum = 2_147_483_647)]
    pub attempts: i32,
    /// When a pending delivery is sent, unless it is being sent.
    pub next_attempt_at: DateTime<Utc>,
    #[schema(required = true)]
    pub last_attempt_at: Option<DateTime<Utc>>,
    /// The status of the last answer; null when there was none.
    #[schema(required = true, minimum = 100, maximum = 999)]
    pub response_status: Option<i32>,
    /// Why there was no answer.
    #[schema(required = true, max_length = 500)]
    pub error: Option<String>,
}

/// One page of deliveries.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeliveryPage {
    #[schema(max_items = 200)]
    pub items: Vec<DeliveryBody>,
    /// Continues the list; null on the last page.
    #[schema(required = true, max_length = 2048)]
    pub next_cursor: Option<String>,
}

/// Options of the list of deliveries.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListDeliveries {
    /// Only in this state.
    #[serde(default)]
    #[param(max_items = 3)]
    pub status: Vec<DeliveryStatus>,
    /// Maximum number of items on a page; a page of large records may have fewer.
    #[param(minimum = 1, maximum = 200, default = 20)]
    limit: Option<i64>,
    /// Continues a list: the `next_cursor` of the previous page.
    #[param(max_length = 2048, pattern = "^[A-Za-z0-9_-]+$")]
    cursor: Option<String>,
}

impl ListDeliveries {
    /// The parameters of the page.
    pub fn page(self) -> PageParameters {
        PageParameters { limit: self.limit, cursor: self.cursor, count: None, key: KeyKind::Text }
    }
}

/// Options of a replay.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReplayDeliveries {
    /// The delivery to send again, whatever became of it. Without it, all dead ones.
    #[serde(default)]
    #[param(max_items = 50)]
    pub delivery: Vec<Uuid>,
}

/// How many deliveries are sent again.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"replayed": 3}))]
pub struct ReplayBody {
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64, value_type = i64)]
    pub replayed: usize,
}

impl RequestBody for CreateWebhook {}
impl RequestBody for UpdateWebhook {}

impl From<Webhook> for WebhookBody {
    fn from(webhook: Webhook) -> Self {
        let settings = webhook.settings;
        Self {
            id: webhook.id,
            version: webhook.version,
            created_at: webhook.created_at,
            updated_at: webhook.updated_at,
            url: settings.url,
            description: settings.description,
            enabled: settings.enabled,
            resource: settings.resources,
            action: settings.actions,
            publisher: settings.publishers,
            speaker: settings.speakers,
            search: settings.search,
            previous_expires_at: webhook.previous_expires_at,
            secret: None,
        }
    }
}

impl From<CreateWebhook> for WebhookSettings {
    fn from(body: CreateWebhook) -> Self {
        Self {
            url: body.url,
            description: body.description,
            enabled: body.enabled,
            resources: body.resource,
            actions: body.action,
            publishers: body.publisher,
            speakers: body.speaker,
            search: body.search,
        }
    }
}

impl From<UpdateWebhook> for WebhookPatch {
    fn from(body: UpdateWebhook) -> Self {
        Self {
            url: body.url,
            description: body.description,
            enabled: body.enabled,
            resources: body.resource,
            actions: body.action,
            publishers: body.publisher,
            speakers: body.speaker,
            search: body.search,
        }
    }
}

impl From<Delivery> for DeliveryBody {
    fn from(delivery: Delivery) -> Self {
        Self {
            id: delivery.id,
            created_at: delivery.created_at,
            body: delivery.body,
            status: delivery.status,
            attempts: delivery.attempts,
            next_attempt_at: delivery.next_attempt_at,
            last_attempt_at: delivery.last_attempt_at,
            response_status: delivery.response_status,
            error: delivery.error,
        }
    }
}
