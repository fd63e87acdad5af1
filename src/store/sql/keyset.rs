//! The start of a page of a list: after the sort key and the id of the previous record.

use super::{Sql, Value};
use crate::domain::page::{Key, Position};
use crate::store::{Error, Result};
use chrono::{DateTime, Utc};
use diesel::data_types::PgTimestamp;
use diesel::pg::Pg;
use diesel::sql_types::{Bool, Nullable};
use uuid::Uuid;

// `(a = b) IS TRUE` is `a = b` that no index is used for.
diesel::postfix_operator!(LookedAt, " IS TRUE", Nullable<Bool>, backend: Pg);

/// The condition that a record comes after a value and an id: a row comparison, which is a condition of an index where
/// `a < x OR (a = x AND b < y)` is a filter.
pub fn after(key: &str, id: &str, operator: &str, value: impl Into<Value>, after: Uuid) -> Sql {
    Sql::new(format!("({key}, {id}) {operator} (")).bind(value).sql(", ").bind(after).sql(")")
}

/// The stored date and the id of a record.
pub type DateKey = (PgTimestamp, Uuid);

/// The date key of a position in date order.
///
/// # Errors
/// When the position is of another order.
pub fn date_key(position: &Position) -> Result<DateKey> {
    Ok((time_key(position, LONG_AGO)?, position.id))
}

/// The key of a position in order of time; `undated` stands for no time.
pub fn time_key(position: &Position, undated: PgTimestamp) -> Result<PgTimestamp> {
    match position.key {
        Key::Time(Some(time)) => Ok(pg_time(time)),
        Key::Time(None) => Ok(undated),
        _ => Err(foreign_key()),
    }
}

/// The key of a position in order of a text.
pub fn text_key(position: &Position) -> Result<String> {
    match &position.key {
        Key::Text(text) => Ok(text.clone()),
        _ => Err(foreign_key()),
    }
}

/// The key of a position in order of a number.
pub fn number_key(position: &Position) -> Result<f64> {
    match position.key {
        Key::Number(number) => Ok(number),
        _ => Err(foreign_key()),
    }
}

/// The key of a position in order of a count, an offset or a version.
pub fn count_key(position: &Position) -> Result<i64> {
    match position.key {
        Key::Count(count) => Ok(count),
        _ => Err(foreign_key()),
    }
}

/// `-infinity` and `infinity` of Postgres.
pub const LONG_AGO: PgTimestamp = PgTimestamp(i64::MIN);
pub const FAR_AHEAD: PgTimestamp = PgTimestamp(i64::MAX);

/// The microseconds from 1970 to 2000, where Postgres counts from.
const YEAR_2000_MICROS: i64 = 946_684_800_000_000;

pub fn pg_time(time: DateTime<Utc>) -> PgTimestamp {
    PgTimestamp(time.timestamp_micros() - YEAR_2000_MICROS)
}

/// Cannot happen: a cursor of another order is refused by its fingerprint.
fn foreign_key() -> Error {
    Error::Internal("the position is of another order".to_owned())
}
