//! The history of articles, entities, mentions and quotes. Triggers keep the state before each change in the transaction of the
//! change; the present state is in the table of the record.

use super::sql::{Sql, keyset};
use super::{Error, Resource, Result};
use crate::domain::history::Version;
use crate::domain::page::{Key, Page, PageRequest, Position, Total};
use crate::schema::history;
use chrono::{DateTime, Utc};
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::sql_types::{Jsonb, Nullable, Text};
use serde_json::Value;
use uuid::Uuid;

/// A record with a history.
pub trait Versioned: Sized + Clone {
    const RESOURCE: Resource;
    /// The columns of its table that it is made of.
    type Row: QueryableByName<Pg> + 'static;

    /// The record in a past state. `state` has the members that are not columns of its table.
    fn from_state(row: Self::Row, state: &Value) -> Result<Self>;

    /// The record as it is now, also an entity that was merged.
    fn present(conn: &mut PgConnection, id: Uuid) -> Result<Self>;

    fn version(&self) -> i32;

    /// When the record took this state.
    fn updated_at(&self) -> DateTime<Utc>;
}

#[derive(QueryableByName)]
struct StateRow<R> {
    #[diesel(embed)]
    record: R,
    #[diesel(sql_type = Jsonb)]
    state: Value,
    #[diesel(sql_type = Nullable<Text>)]
    replaced_by: Option<String>,
}

/// The past states of a record that fulfil a condition, newest first, each with who replaced it.
fn past<T: Versioned>(
    conn: &mut PgConnection,
    id: Uuid,
    condition: Sql,
    limit: i64,
) -> Result<Vec<(T, Option<String>)>> {
    let table = T::RESOURCE.table();
    let rows: Vec<StateRow<T::Row>> = Sql::new(format!(
        "SELECT past.*, history.state, history.replaced_by
         FROM history CROSS JOIN LATERAL jsonb_populate_record(NULL::{table}, history.state) AS past
         WHERE history.record_id = "
    ))
    .bind(id)
    .sql(" AND ")
    .append(condition)
    .sql(" ORDER BY history.version DESC LIMIT ")
    .bind(limit)
    .rows(conn)?;
    let state = |row: StateRow<T::Row>| Ok((T::from_state(row.record, &row.state)?, row.replaced_by));
    rows.into_iter().map(state).collect()
}

/// One page of the versions of a record, newest first.
///
/// # Errors
/// [`Error::NotFound`] or [`Error::Gone`] for the record.
pub fn versions<T: Versioned>(conn: &mut PgConnection, id: Uuid, request: &PageRequest) -> Result<Page<Version<T>>> {
    let present = T::present(conn, id)?;
    let total = match request.count {
        None => None,
        Some(kind) => {
            let past: i64 = history::table.filter(history::record_id.eq(id)).count().get_result(conn)?;
            Some(Total { value: past + 1, kind })
        }
    };
    let below = request.after.as_ref().map(keyset::count_key).transpose()?.unwrap_or(i64::MAX);
    let mut states: Vec<(T, Option<String>)> = Vec::new();
    if i64::from(present.version()) < below {
        states.push((present, None));
    }
    let wanted = request.limit + 1 - i64::from(!states.is_empty());
    states.extend(past(conn, id, Sql::new("history.version < ").bind(below), wanted)?);
    let mut before = states.clone().into_iter().skip(1);
    let version = |(state, _)| {
        let (before, actor) = before.next().unzip();
        Version { state, before, actor: actor.flatten() }
    };
    let versions = states.into_iter().map(version).collect();
    let position = |version: &Version<T>| Position { key: Key::Count(version.state.version().into()), id };
    Ok(Page::from_rows(versions, request.limit, total, position))
}

/// The record as it was at a time.
///
/// # Errors
/// [`Error::NotFound`] or [`Error::Gone`] for the record, and [`Error::NotYet`] if no state at that time is known.
pub fn as_of<T: Versioned>(conn: &mut PgConnection, id: Uuid, time: DateTime<Utc>) -> Result<T> {
    let present = T::present(conn, id)?;
    if present.updated_at() <= time {
        return Ok(present);
    }
    let until = Sql::new("(history.state->>'updated_at')::timestamptz <= ").bind(keyset::pg_time(time));
    let state = past(conn, id, until, 1)?.into_iter().next();
    state.map(|(state, _)| state).ok_or(Error::NotYet(T::RESOURCE))
}
