//! Messages to webhooks: queued, leased by one instance at a time, and kept with their results.

use crate::domain::page::{Page, PageRequest, Position};
use crate::domain::webhook::Delivery;
use crate::domain::{DeliveryStatus, new_id};
use crate::schema::{webhook_deliveries, webhooks};
use crate::store::sql::keyset;
use crate::store::{Result, webhooks as records};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::dsl::now;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bytea, Integer, Nullable, Text, Uuid as SqlUuid};
use std::time::Duration;
use uuid::Uuid;

/// After this time without a success a delivery is dead.
const LIFETIME: TimeDelta = TimeDelta::days(3);
/// How long no other instance takes a delivery that is being sent.
const LEASE: &str = "1 minute";
/// The longest error that is kept, in characters.
const MAX_ERROR: usize = 500;
/// The most deliveries that one statement deletes.
const REMOVED_ROWS: i64 = 1_000;

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = webhook_deliveries, check_for_backend(Pg))]
struct DeliveryRow {
    id: Uuid,
    created_at: DateTime<Utc>,
    body: String,
    status: DeliveryStatus,
    attempts: i32,
    next_attempt_at: DateTime<Utc>,
    last_attempt_at: Option<DateTime<Utc>>,
    response_status: Option<i32>,
    error: Option<String>,
}

impl From<DeliveryRow> for Delivery {
    fn from(row: DeliveryRow) -> Self {
        Self {
            id: row.id,
            created_at: row.created_at,
            body: row.body,
            status: row.status,
            attempts: row.attempts,
            next_attempt_at: row.next_attempt_at,
            last_attempt_at: row.last_attempt_at,
            response_status: row.response_status,
            error: row.error,
        }
    }
}

/// A message that is to be sent now.
#[derive(Debug, Clone, QueryableByName)]
pub struct DueDelivery {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    pub webhook_id: Uuid,
    #[diesel(sql_type = Text)]
    pub url: String,
    #[diesel(sql_type = Bytea)]
    pub secret: Vec<u8>,
    /// The secret before a rotation, while it signs too.
    #[diesel(sql_type = Nullable<Bytea>)]
    pub previous_secret: Option<Vec<u8>>,
    #[diesel(sql_type = Text)]
    pub body: String,
    /// The number of attempts, including this one.
    #[diesel(sql_type = Integer)]
    pub attempts: i32,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempt {
    Answered(u16),
    Failed(String),
}

impl Attempt {
    fn is_success(&self) -> bool {
        matches!(self, Self::Answered(200..=299))
    }
}

/// Queues messages, each with its id.
pub(super) fn insert(
    conn: &mut PgConnection,
    webhook: Uuid,
    messages: impl Iterator<Item = (Uuid, String)>,
) -> Result<()> {
    let rows: Vec<_> = messages
        .map(|(id, body)| {
            (
                webhook_deliveries::id.eq(id),
                webhook_deliveries::webhook_id.eq(webhook),
                webhook_deliveries::body.eq(body),
            )
        })
        .collect();
    diesel::insert_into(webhook_deliveries::table).values(rows).execute(conn)?;
    Ok(())
}

/// Queues a test message.
///
/// # Errors
/// A webhook that is absent or deleted.
pub fn test(conn: &mut PgConnection, webhook: Uuid) -> Result<Delivery> {
    records::find(conn, webhook)?;
    let id = new_id();
    let body = serde_json::json!({"type": "webhook.test", "timestamp": Utc::now(), "data": {"webhook_id": webhook}});
    insert(conn, webhook, std::iter::once((id, body.to_string())))?;
    let row = webhook_deliveries::table.find(id).select(DeliveryRow::as_select()).first(conn)?;
    Ok(row.into())
}

/// One page of the deliveries of a webhook, newest first.
///
/// # Errors
/// A webhook that is absent or deleted.
pub fn list(
    conn: &mut PgConnection,
    webhook: Uuid,
    statuses: &[DeliveryStatus],
    request: &PageRequest,
) -> Result<Page<Delivery>> {
    records::find(conn, webhook)?;
    let mut query = webhook_deliveries::table
        .into_boxed()
        .filter(webhook_deliveries::webhook_id.eq(webhook))
        .order(webhook_deliveries::id.desc())
        .limit(request.limit + 1);
    if !statuses.is_empty() {
        query = query.filter(webhook_deliveries::status.eq_any(statuses.to_vec()));
    }
    if let Some(at) = &request.after {
        keyset::text_key(at)?;
        query = query.filter(webhook_deliveries::id.lt(at.id));
    }
    let rows = query.select(DeliveryRow::as_select()).load(conn)?;
    let items = rows.into_iter().map(Delivery::from).collect();
    let position = |delivery: &Delivery| Position::of_id(delivery.id);
    Ok(Page::from_rows(items, request.limit, None, position))
}

/// Queues these deliveries again, or all dead ones when `ids` is empty. Returns how many.
///
/// # Errors
/// A webhook that is absent or deleted.
pub fn replay(conn: &mut PgConnection, webhook: Uuid, ids: &[Uuid]) -> Result<usize> {
    records::find(conn, webhook)?;
    let of_webhook = webhook_deliveries::webhook_id.eq(webhook);
    let chosen = webhook_deliveries::id.eq_any(ids.to_vec());
    let dead = webhook_deliveries::status.eq(DeliveryStatus::Dead);
    let again = (
        webhook_deliveries::status.eq(DeliveryStatus::Pending),
        webhook_deliveries::attempts.eq(0),
        webhook_deliveries::next_attempt_at.eq(now),
        webhook_deliveries::queued_at.eq(now),
    );
    let replayed = match ids.is_empty() {
        true => diesel::update(webhook_deliveries::table.filter(of_webhook.and(dead))).set(again).execute(conn)?,
        false => diesel::update(webhook_deliveries::table.filter(of_webhook.and(chosen))).set(again).execute(conn)?,
    };
    Ok(replayed)
}

/// Takes due deliveries, at most `each` for a webhook and none for the `busy` ones. No other instance takes them during the
/// lease.
///
/// # Errors
/// Only those of the database.
pub fn take_due(conn: &mut PgConnection, limit: i64, each: i64, busy: &[Uuid]) -> Result<Vec<DueDelivery>> {
    let due = diesel::sql_query(format!(
        "WITH due AS (
             SELECT found.id, webhooks.url, webhooks.secret,
                 CASE WHEN webhooks.previous_expires_at > now() THEN webhooks.previous_secret END AS previous_secret
             FROM webhooks
             CROSS JOIN LATERAL (
                 SELECT id, next_attempt_at FROM webhook_deliveries
                 WHERE webhook_id = webhooks.id AND status = 'pending' AND next_attempt_at <= now()
                 ORDER BY next_attempt_at LIMIT $2 FOR UPDATE SKIP LOCKED
             ) AS found
             WHERE webhooks.enabled AND webhooks.id <> ALL ($3)
             -- So that those with many pending deliveries do not keep others waiting.
             ORDER BY found.next_attempt_at LIMIT $1
         )
         UPDATE webhook_deliveries AS taken
         SET attempts = attempts + 1, last_attempt_at = now(), next_attempt_at = now() + interval '{LEASE}'
         FROM due WHERE taken.id = due.id
         RETURNING taken.id, taken.webhook_id, due.url, due.secret, due.previous_secret, taken.body, taken.attempts"
    ));
    let due = due.bind::<BigInt, _>(limit).bind::<BigInt, _>(each).bind::<Array<SqlUuid>, _>(busy.to_vec());
    Ok(due.load(conn)?)
}

/// Records the result of an attempt. A failed delivery is retried after `pause`, until it is dead. A webhook that answers 410
/// is disabled.
///
/// # Errors
/// Only those of the database.
pub fn finish(conn: &mut PgConnection, due: &DueDelivery, attempt: &Attempt, pause: Duration) -> Result<()> {
    let (status, error) = match attempt {
        Attempt::Answered(status) => (Some(i32::from(*status)), None),
        Attempt::Failed(error) => (None, Some(error.chars().take(MAX_ERROR).collect::<String>())),
    };
    let pause = TimeDelta::from_std(pause).unwrap_or(LIFETIME);
    let next = Utc::now() + pause;
    // Matches no delivery that was replayed meanwhile.
    let sent = webhook_deliveries::table
        .find(due.id)
        .filter(webhook_deliveries::status.eq(DeliveryStatus::Pending))
        .filter(webhook_deliveries::attempts.eq(due.attempts));
    let queued_at: Option<DateTime<Utc>> = sent.select(webhook_deliveries::queued_at).first(conn).optional()?;
    let Some(queued_at) = queued_at else { return Ok(()) };
    let state = match attempt {
        attempt if attempt.is_success() => DeliveryStatus::Delivered,
        Attempt::Answered(410) => DeliveryStatus::Dead,
        _ if next > queued_at + LIFETIME => DeliveryStatus::Dead,
        _ => DeliveryStatus::Pending,
    };
    conn.transaction(|conn| {
        diesel::update(sent)
            .set((
                webhook_deliveries::status.eq(state),
                webhook_deliveries::next_attempt_at.eq(next),
                webhook_deliveries::response_status.eq(status),
                webhook_deliveries::error.eq(error),
            ))
            .execute(conn)?;
        if *attempt == Attempt::Answered(410) {
            log::warn!("webhook {} answers 410 and is disabled", due.webhook_id);
            diesel::update(webhooks::table.find(due.webhook_id))
                .set((
                    webhooks::enabled.eq(false),
                    webhooks::version.eq(webhooks::version + 1),
                    webhooks::updated_at.eq(now),
                ))
                .execute(conn)?;
        }
        Ok(())
    })
}

/// Deletes a batch of deliveries that were created longer than `retention` ago and are not pending. Returns false when there
/// were none.
///
/// # Errors
/// Only those of the database.
pub fn remove_old(conn: &mut PgConnection, retention: Duration) -> Result<bool> {
    let removed = diesel::sql_query(
        "DELETE FROM webhook_deliveries WHERE id IN (
             SELECT id FROM webhook_deliveries
             WHERE queued_at < now() - make_interval(secs => $1) AND status <> 'pending' LIMIT $2
         )",
    )
    .bind::<diesel::sql_types::Double, _>(retention.as_secs_f64())
    .bind::<BigInt, _>(REMOVED_ROWS)
    .execute(conn)?;
    Ok(removed > 0)
}
