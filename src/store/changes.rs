//! The log of changes. Triggers write it in the transaction of each change.
//!
//! Readers follow the order of transaction ids, and stop before the oldest running transaction. Reading in the order of a
//! sequence would skip changes: a slow transaction commits lower numbers after a reader has passed them.

use super::{Error, Result};
use crate::domain::change::{Change, ChangeFilter, ChangePage, ChangePosition, Place};
use crate::domain::{ChangeAction, ChangedResource};
use chrono::{DateTime, Utc};
use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::sql_types::{BigInt, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension, QueryableByName, RunQueryDsl, sql_query};
use std::time::Duration;
use uuid::Uuid;

/// The most rows that a filtered read scans. The next read continues after them.
const MAX_SCANNED: i64 = 2_000;
/// The most rows that one statement deletes.
const REMOVED_ROWS: i64 = 5_000;

/// Where a read begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// At the oldest change that is kept.
    Beginning,
    /// After all changes that are ready.
    Now,
    Position(ChangePosition),
}

/// A change with the state of the log, or that state alone.
#[derive(QueryableByName)]
struct LogRow {
    #[diesel(sql_type = SqlUuid)]
    log: Uuid,
    #[diesel(sql_type = BigInt)]
    removed_transaction_id: i64,
    #[diesel(sql_type = BigInt)]
    removed_id: i64,
    #[diesel(sql_type = BigInt)]
    oldest_running: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    transaction_id: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    id: Option<i64>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    actor: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    action: Option<ChangeAction>,
    #[diesel(sql_type = Nullable<Text>)]
    resource: Option<ChangedResource>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    record_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    article_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Integer>)]
    version: Option<i32>,
}

impl LogRow {
    /// Identifies the log in positions.
    fn log(&self) -> u64 {
        self.log.as_u64_pair().0
    }

    fn change(self) -> Option<Change> {
        let log = self.log();
        let place = Place { transaction: self.transaction_id?, id: self.id? };
        Some(Change {
            position: ChangePosition { log, place },
            at: self.at?,
            actor: self.actor,
            action: self.action?,
            resource: self.resource?,
            record_id: self.record_id?,
            article_id: self.article_id,
            version: self.version,
        })
    }
}

/// Reads at most `limit` matching changes in the order of their transactions, up to the oldest running transaction.
///
/// # Errors
/// [`Error::ChangesRemoved`] when changes after the position were removed, or when it is of another database.
pub fn read(conn: &mut PgConnection, after: After, filter: &ChangeFilter, limit: i64) -> Result<ChangePage> {
    let scanned = match after {
        After::Now => 0,
        _ if filter.is_empty() => limit + 1,
        _ => MAX_SCANNED.max(limit + 1),
    };
    let begin = match after {
        After::Position(position) => position.place,
        After::Beginning | After::Now => Place::default(),
    };
    // One statement, so that the log, the oldest transaction and the changes are of one snapshot.
    let rows: Vec<LogRow> = sql_query(
        "SELECT change_log.id AS log, removed_transaction_id, removed_id, oldest_running, transaction_id, found.id, at,
             actor, action, resource, record_id, article_id, version
         FROM change_log
         CROSS JOIN (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint) AS running (oldest_running)
         LEFT JOIN LATERAL (
             SELECT * FROM changes
             WHERE (transaction_id, id) > ($1, $2) AND transaction_id < oldest_running
             ORDER BY transaction_id, id LIMIT $3
         ) AS found ON true
         ORDER BY transaction_id, found.id",
    )
    .bind::<BigInt, _>(begin.transaction)
    .bind::<BigInt, _>(begin.id)
    .bind::<BigInt, _>(scanned)
    .load(conn)?;
    let state = rows.first().ok_or_else(|| Error::Unsuitable("the table change_log has no row".to_owned()))?;
    let log = state.log();
    let removed = Place { transaction: state.removed_transaction_id, id: state.removed_id };
    if let After::Position(position) = after
        && (position.log != log || position.place < removed)
    {
        return Err(Error::ChangesRemoved);
    }
    let end = Place { transaction: state.oldest_running - 1, id: i64::MAX }.max(begin);
    let is_full = rows.len() >= usize::try_from(scanned).unwrap_or(usize::MAX) && scanned > 0;
    Ok(page(rows, filter, limit, ChangePosition { log, place: end }, is_full))
}

/// The position after all changes that are ready.
///
/// # Errors
/// Only those of the database.
pub fn now(conn: &mut PgConnection) -> Result<ChangePosition> {
    Ok(read(conn, After::Now, &ChangeFilter::default(), 1)?.next)
}

/// The matching changes of these rows. The next read starts after the last row used if there may be more, otherwise at `end`.
fn page(rows: Vec<LogRow>, filter: &ChangeFilter, limit: i64, end: ChangePosition, is_full: bool) -> ChangePage {
    let limit = usize::try_from(limit).unwrap_or_default();
    let mut items = Vec::new();
    let mut last = end;
    let mut rows = rows.into_iter().filter_map(LogRow::change).peekable();
    while let Some(change) = rows.next_if(|change| items.len() < limit || !filter.matches(change)) {
        last = change.position;
        if filter.matches(&change) {
            items.push(change);
        }
    }
    let has_more = is_full || rows.peek().is_some();
    ChangePage { items, next: if has_more { last } else { end }, has_more }
}

/// The place of the last change before the oldest running transaction. Reads one row by an index, whatever the size of the log.
///
/// # Errors
/// Only those of the database.
pub fn last_ready(conn: &mut PgConnection) -> Result<Option<Place>> {
    #[derive(QueryableByName)]
    struct Last {
        #[diesel(sql_type = BigInt)]
        transaction_id: i64,
        #[diesel(sql_type = BigInt)]
        id: i64,
    }
    let last: Option<Last> = sql_query(
        "SELECT transaction_id, id FROM changes
         WHERE transaction_id < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
         ORDER BY transaction_id DESC, id DESC LIMIT 1",
    )
    .get_result(conn)
    .optional()?;
    Ok(last.map(|Last { transaction_id, id }| Place { transaction: transaction_id, id }))
}

/// Deletes a batch of the oldest changes that are older than `retention`. Returns false when there were none.
///
/// # Errors
/// Only those of the database.
pub fn remove_old(conn: &mut PgConnection, retention: Duration) -> Result<bool> {
    let removed = sql_query(
        "WITH old AS (
             SELECT transaction_id, id FROM (
                 SELECT transaction_id, id, at FROM changes ORDER BY transaction_id, id LIMIT $1
             ) AS oldest
             WHERE at < now() - make_interval(secs => $2)
         ), removed AS (
             DELETE FROM changes USING old WHERE changes.transaction_id = old.transaction_id AND changes.id = old.id
             RETURNING changes.transaction_id, changes.id
         ), last AS (
             SELECT transaction_id, id FROM removed ORDER BY transaction_id DESC, id DESC LIMIT 1
         )
         UPDATE change_log SET removed_transaction_id = last.transaction_id, removed_id = last.id FROM last
         WHERE (removed_transaction_id, removed_id) < (last.transaction_id, last.id)",
    )
    .bind::<BigInt, _>(REMOVED_ROWS)
    .bind::<diesel::sql_types::Double, _>(retention.as_secs_f64())
    .execute(conn)?;
    Ok(removed > 0)
}

/// Starts a new log when this one has transactions of another database, as after `pg_restore`.
///
/// # Errors
/// Only those of the database.
pub fn check_origin(conn: &mut PgConnection) -> Result<()> {
    #[derive(QueryableByName)]
    struct Origin {
        #[diesel(sql_type = diesel::sql_types::Bool)]
        is_foreign: bool,
    }
    let Origin { is_foreign } = sql_query(
        "SELECT coalesce(max(transaction_id) >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint, false) AS is_foreign
         FROM changes",
    )
    .get_result(conn)?;
    if is_foreign {
        log::info!("the log of changes is from another database: starting a new one");
        start_again(conn)?;
    }
    Ok(())
}

/// Starts a new log. Positions in the old one become invalid.
///
/// # Errors
/// Only those of the database.
pub fn start_again(conn: &mut PgConnection) -> Result<()> {
    conn.batch_execute(
        "DELETE FROM changes WHERE transaction_id >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint;
         INSERT INTO change_log DEFAULT VALUES ON CONFLICT (is_only)
             DO UPDATE SET id = excluded.id, removed_transaction_id = 0, removed_id = 0",
    )?;
    Ok(())
}
