//! The times that are accepted: how they are written, and their range.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc};

/// Reads an RFC 3339 time that [is storable](is_storable), or a date, which is the start of that day in UTC.
pub fn parse_time(text: &str) -> Option<DateTime<Utc>> {
    if let Some(date) = parse_date(text) {
        return Some(date.and_time(NaiveTime::MIN).and_utc());
    }
    let is_separated = text.as_bytes().get(10).is_some_and(|byte| byte.eq_ignore_ascii_case(&b'T'));
    let time = DateTime::parse_from_rfc3339(text).ok().filter(|_| is_separated)?.to_utc();
    is_storable(time).then_some(time)
}

/// Reads a date such as `2026-03-02`.
pub fn parse_date(text: &str) -> Option<NaiveDate> {
    // chrono accepts a sign before the year.
    let is_plain = text.len() == 10 && !text.starts_with(['+', '-']);
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| is_plain)
}

/// Whether a time lies in the years 0000 to 9999, as every time that is stored, filtered by or kept in a cursor must.
///
/// RFC 3339 has four digits for a year: a time outside of them could be stored, but not written.
pub fn is_storable(time: DateTime<Utc>) -> bool {
    // As it is stored: a leap second is the first of the next minute.
    let stored = DateTime::from_timestamp_micros(time.timestamp_micros());
    stored.is_some_and(|time| (0..=9999).contains(&time.year()))
}
