//! The rows of webhooks.

use crate::domain::webhook::{Webhook, WebhookSettings};
use crate::domain::{ChangeAction, ChangedResource};
use crate::schema::webhooks;
use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use uuid::Uuid;

/// A webhook without its secret and its cursor.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = webhooks, check_for_backend(Pg))]
pub struct WebhookRow {
    id: Uuid,
    pub version: i32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    previous_expires_at: Option<DateTime<Utc>>,
    #[diesel(embed)]
    columns: Columns,
}

/// The columns that a caller sets.
#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = webhooks, check_for_backend(Pg), treat_none_as_null = true)]
pub struct Columns {
    url: String,
    description: Option<String>,
    enabled: bool,
    resources: Vec<Option<ChangedResource>>,
    actions: Vec<Option<ChangeAction>>,
    publishers: Vec<Option<String>>,
    speakers: Vec<Option<Uuid>>,
    search: Option<String>,
}

fn some<T: Clone>(values: &[T]) -> Vec<Option<T>> {
    values.iter().cloned().map(Some).collect()
}

impl From<&WebhookSettings> for Columns {
    fn from(settings: &WebhookSettings) -> Self {
        Self {
            url: settings.url.clone(),
            description: settings.description.clone(),
            enabled: settings.enabled,
            resources: some(&settings.resources),
            actions: some(&settings.actions),
            publishers: some(&settings.publishers),
            speakers: some(&settings.speakers),
            search: settings.search.clone(),
        }
    }
}

impl From<WebhookRow> for Webhook {
    fn from(row: WebhookRow) -> Self {
        let Columns { url, description, enabled, resources, actions, publishers, speakers, search } = row.columns;
        Self {
            id: row.id,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            previous_expires_at: row.previous_expires_at,
            settings: WebhookSettings {
                url,
                description,
                enabled,
                resources: resources.into_iter().flatten().collect(),
                actions: actions.into_iter().flatten().collect(),
                publishers: publishers.into_iter().flatten().collect(),
                speakers: speakers.into_iter().flatten().collect(),
                search,
            },
        }
    }
}
