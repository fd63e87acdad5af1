//! Keyset pagination: a page begins after the sort key and the id of the previous record.

use super::{Sql, Value};
use crate::domain::page::{Key, Position};
use crate::store::{Error, Result};
use chrono::{DateTime, Utc};
use diesel::data_types::PgTimestamp;
use diesel::pg::Pg;
use diesel::sql_types::{Bool, Nullable};
use uuid::Uuid;

// Postgres uses no index for `(condition) IS TRUE`.
diesel::postfix_operator!(IsTrue, " IS TRUE", Nullable<Bool>, backend: Pg);

/// The condition that a record comes after a sort key and an id.
///
/// It is a row comparison, which Postgres uses as an index condition. It would use `a < x OR (a = x AND b < y)` as a filter.
pub fn after(key: &str, id: &str, operator: &str, value: impl Into<Value>, after: Uuid) -> Sql {
    Sql::new(format!("({key}, {id}) {operator} (")).bind(value).sql(", ").bind(after).sql(")")
}

/// The stored date and the id of a record.
pub type DateKey = (PgTimestamp, Uuid);

/// The date key of a position in date order.
///
/// # Errors
/// If the position belongs to another order.
pub fn date_key(position: &Position) -> Result<DateKey> {
    Ok((time_key(position, NEG_INFINITY)?, position.id))
}

/// The key of a position in order of time; `undated` if it has no time.
pub fn time_key(position: &Position, undated: PgTimestamp) -> Result<PgTimestamp> {
    match position.key {
        Key::Time(Some(time)) => Ok(pg_time(time)),
        Key::Time(None) => Ok(undated),
        _ => Err(wrong_order()),
    }
}

/// The key of a position in order of a text.
pub fn text_key(position: &Position) -> Result<String> {
    match &position.key {
        Key::Text(text) => Ok(text.clone()),
        _ => Err(wrong_order()),
    }
}

/// The key of a position in order of a number.
pub fn number_key(position: &Position) -> Result<f64> {
    match position.key {
        Key::Number(number) => Ok(number),
        _ => Err(wrong_order()),
    }
}

/// The key of a position in order of a count, an offset or a version.
pub fn count_key(position: &Position) -> Result<i64> {
    match position.key {
        Key::Count(count) => Ok(count),
        _ => Err(wrong_order()),
    }
}

/// `-infinity` of Postgres.
pub const NEG_INFINITY: PgTimestamp = PgTimestamp(i64::MIN);
/// `infinity` of Postgres.
pub const POS_INFINITY: PgTimestamp = PgTimestamp(i64::MAX);

/// The microseconds from 1970 to 2000, the epoch of Postgres.
const YEAR_2000_MICROS: i64 = 946_684_800_000_000;

pub fn pg_time(time: DateTime<Utc>) -> PgTimestamp {
    PgTimestamp(time.timestamp_micros() - YEAR_2000_MICROS)
}

/// An internal error, because a cursor of another order has already been rejected by its fingerprint.
fn wrong_order() -> Error {
    Error::Internal("the position belongs to another order".to_owned())
}
