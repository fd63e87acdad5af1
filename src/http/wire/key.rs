//! API keys on the wire.

use super::RequestBody;
use super::page::TotalBody;
use crate::domain::Scope;
use crate::domain::key::{ApiKey, DEFAULT_GRACE, NewKey};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// An API key.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0192f0c1-2a3b-7c4d-8e5f-60718293a4b5", "version": 1,
    "created_at": "2026-03-02T08:00:00Z", "updated_at": "2026-03-02T08:00:00Z",
    "name": "archive-import", "scope": "write", "publisher": "Le Quotidien", "expires_at": null,
    "previous_expires_at": null, "last_used_at": null
}))]
pub struct KeyBody {
    pub id: Uuid,
    /// Counts rotations, from 1.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// Recorded as the actor of what its holder changes.
    #[schema(max_length = 100)]
    pub name: String,
    pub scope: Scope,
    /// When given, the key may write only the articles of this publisher, and the mentions and quotes in them.
    #[schema(required = true, max_length = 200)]
    pub publisher: Option<String>,
    #[schema(required = true)]
    pub expires_at: Option<DateTime<Utc>>,
    /// Until when the secret before the last rotation is valid.
    #[schema(required = true)]
    pub previous_expires_at: Option<DateTime<Utc>>,
    /// To the minute.
    #[schema(required = true)]
    pub last_used_at: Option<DateTime<Utc>>,
    /// The key itself, for `Authorization: Bearer`. Only in the answer to its creation or rotation: it is not stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 60, value_type = String, required = false)]
    pub secret: Option<String>,
}

/// A new API key.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "desk", "scope": "admin"}))]
pub struct CreateKey {
    /// Recorded as the actor of what its holder changes.
    #[schema(min_length = 1, max_length = 100, pattern = "^[A-Za-z0-9][A-Za-z0-9 ._@-]*$")]
    pub name: String,
    pub scope: Scope,
    /// Limits what the key may write to the articles of this publisher, and the mentions and quotes in them. Needs the scope
    /// `review` or `write`.
    #[schema(min_length = 1, max_length = 200)]
    pub publisher: Option<String>,
    /// Never when not given.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Options of the rotation of a secret.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RotateSecret {
    /// How long the former secret stays valid.
    #[serde(default = "default_grace")]
    #[param(minimum = 0, maximum = 2_592_000, default = 3600)]
    pub grace_seconds: i64,
}

fn default_grace() -> i64 {
    DEFAULT_GRACE.num_seconds()
}

/// One page of API keys.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeyPage {
    #[schema(max_items = 200)]
    pub items: Vec<KeyBody>,
    /// Continues the list; null on the last page.
    #[schema(required = true, max_length = 2048)]
    pub next_cursor: Option<String>,
    /// With `count`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = TotalBody, required = false)]
    pub total: Option<TotalBody>,
}

impl RequestBody for CreateKey {}

impl From<ApiKey> for KeyBody {
    fn from(key: ApiKey) -> Self {
        Self {
            id: key.id,
            version: key.version,
            created_at: key.created_at,
            updated_at: key.updated_at,
            name: key.name,
            scope: key.scope,
            publisher: key.publisher,
            expires_at: key.expires_at,
            previous_expires_at: key.previous_expires_at,
            last_used_at: key.last_used_at,
            secret: None,
        }
    }
}

impl From<CreateKey> for NewKey {
    fn from(body: CreateKey) -> Self {
        Self { name: body.name, scope: body.scope, publisher: body.publisher, expires_at: body.expires_at }
    }
}
