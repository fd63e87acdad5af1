//! Webhooks and their deliveries.

pub mod deliveries;
pub mod queue;
mod row;

use super::changes;
use super::sql::keyset;
use super::{Error, Expected, Resource, Result, check, tombstones};
use crate::domain::new_id;
use crate::domain::page::{Count, Page, PageRequest, Position, Total};
use crate::domain::webhook::{Webhook, WebhookPatch, WebhookSettings};
use crate::schema::webhooks;
use chrono::{TimeDelta, Utc};
use diesel::dsl::now;
use diesel::prelude::*;
use row::{Columns, WebhookRow};
use uuid::Uuid;

/// Stores a webhook. It gets the changes that are committed from now on.
///
/// # Errors
/// As [`WebhookSettings::check`].
pub fn create(conn: &mut PgConnection, settings: &WebhookSettings, secret: &[u8]) -> Result<Webhook> {
    settings.check().map_err(Error::Invalid)?;
    let begin = changes::now(conn)?;
    let row: WebhookRow = diesel::insert_into(webhooks::table)
        .values((
            webhooks::id.eq(new_id()),
            Columns::from(settings),
            webhooks::secret.eq(secret),
            webhooks::cursor.eq(begin.to_string()),
        ))
        .returning(WebhookRow::as_returning())
        .get_result(conn)?;
    Ok(row.into())
}

/// The webhook of this id.
///
/// # Errors
/// [`Error::NotFound`], or [`Error::Gone`] when it was deleted.
pub fn find(conn: &mut PgConnection, id: Uuid) -> Result<Webhook> {
    let row = webhooks::table.find(id).select(WebhookRow::as_select()).first(conn).optional()?;
    row.map_or_else(|| tombstones::missing(conn, Resource::Webhook, id), |row| Ok(row.into()))
}

/// One page of the webhooks, oldest first.
///
/// # Errors
/// Only those of the database.
pub fn list(conn: &mut PgConnection, request: &PageRequest) -> Result<Page<Webhook>> {
    let total = match request.count {
        None => None,
        Some(_) => Some(Total { value: webhooks::table.count().get_result(conn)?, kind: Count::Exact }),
    };
    let mut query = webhooks::table.into_boxed().order(webhooks::id).limit(request.limit + 1);
    if let Some(at) = &request.after {
        keyset::text_key(at)?;
        query = query.filter(webhooks::id.gt(at.id));
    }
    let rows = query.select(WebhookRow::as_select()).load(conn)?;
    let items = rows.into_iter().map(Webhook::from).collect();
    let position = |webhook: &Webhook| Position::of_id(webhook.id);
    Ok(Page::from_rows(items, request.limit, total, position))
}

/// Changes a webhook. A patch that changes nothing writes nothing. A webhook that is enabled again gets the changes that are
/// committed from now on.
///
/// # Errors
/// As [`find`] and [`create`], and [`Error::Stale`].
pub fn update(conn: &mut PgConnection, id: Uuid, expected: &Expected, patch: &WebhookPatch) -> Result<Webhook> {
    let old = lock(conn, id, expected)?;
    let next = old.settings.patched(patch);
    if next == old.settings {
        return Ok(old);
    }
    next.check().map_err(Error::Invalid)?;
    if next.enabled && !old.settings.enabled {
        let begin = changes::now(conn)?;
        diesel::update(webhooks::table.find(id)).set(webhooks::cursor.eq(begin.to_string())).execute(conn)?;
    }
    let row: WebhookRow = diesel::update(webhooks::table.find(id))
        .set((Columns::from(&next), webhooks::version.eq(webhooks::version + 1), webhooks::updated_at.eq(now)))
        .returning(WebhookRow::as_returning())
        .get_result(conn)?;
    Ok(row.into())
}

/// Gives a webhook another secret. The former one signs too for `grace`.
///
/// # Errors
/// As [`find`].
pub fn rotate(conn: &mut PgConnection, id: Uuid, secret: &[u8], grace: TimeDelta) -> Result<Webhook> {
    lock(conn, id, &None)?;
    let former: Vec<u8> = webhooks::table.find(id).select(webhooks::secret).first(conn)?;
    let (previous, until) = (!grace.is_zero()).then(|| (former, Utc::now() + grace)).unzip();
    let row: WebhookRow = diesel::update(webhooks::table.find(id))
        .set((
            webhooks::secret.eq(secret),
            webhooks::previous_secret.eq(previous),
            webhooks::previous_expires_at.eq(until),
            webhooks::version.eq(webhooks::version + 1),
            webhooks::updated_at.eq(now),
        ))
        .returning(WebhookRow::as_returning())
        .get_result(conn)?;
    Ok(row.into())
}

/// Deletes a webhook with its deliveries.
///
/// # Errors
/// As [`find`], and [`Error::Stale`].
pub fn delete(conn: &mut PgConnection, id: Uuid, expected: &Expected) -> Result<()> {
    lock(conn, id, expected)?;
    tombstones::delete(conn, Resource::Webhook, "id", &[id])
}

fn lock(conn: &mut PgConnection, id: Uuid, expected: &Expected) -> Result<Webhook> {
    let row = webhooks::table.find(id).select(WebhookRow::as_select()).for_update().first(conn).optional()?;
    let Some(row) = row else {
        return tombstones::missing(conn, Resource::Webhook, id);
    };
    check(expected, row.version)?;
    Ok(row.into())
}
