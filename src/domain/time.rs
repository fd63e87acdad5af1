//! The range of times that are accepted.

use chrono::{DateTime, Datelike, Utc};

/// Whether a time lies in the years 0000 to 9999, as every time that is stored, filtered by or kept in a cursor must.
///
/// RFC 3339 has four digits for a year: a time outside of them could be stored, but not written.
pub fn is_storable(time: DateTime<Utc>) -> bool {
    // As it is stored: a leap second is the first of the next minute.
    let stored = DateTime::from_timestamp_micros(time.timestamp_micros());
    stored.is_some_and(|time| (0..=9999).contains(&time.year()))
}
