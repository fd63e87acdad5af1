//! Times as newsrooms write them.

use crate::domain::time::parse_time;
use chrono::{DateTime, NaiveDate, NaiveDateTime, SecondsFormat, Utc};

/// Reads a time of RFC 3339, RFC 822 or ISO 8601 without separators, or a date, and writes it as RFC 3339.
pub fn to_rfc3339(text: &str) -> Option<String> {
    let text = text.trim();
    let time = parse_time(text)
        .or_else(|| Some(DateTime::parse_from_rfc2822(text).ok()?.to_utc()))
        .or_else(|| basic(text))
        .or_else(|| Some(NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S").ok()?.and_utc()))?;
    Some(time.to_rfc3339_opts(SecondsFormat::AutoSi, true))
}

/// `20120522`, `20120522T101500Z` or `20120522T101500+0200`.
fn basic(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(date) = NaiveDate::parse_from_str(text, "%Y%m%d") {
        return Some(date.and_hms_opt(0, 0, 0)?.and_utc());
    }
    if let Some(local) = text.strip_suffix('Z') {
        return Some(NaiveDateTime::parse_from_str(local, "%Y%m%dT%H%M%S").ok()?.and_utc());
    }
    let with_zone = DateTime::parse_from_str(text, "%Y%m%dT%H%M%S%z").ok().map(|time| time.to_utc());
    with_zone.or_else(|| Some(NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%S").ok()?.and_utc()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_all_kinds_are_written_in_utc() {
        for (given, expected) in [
            ("2012-05-22", "2012-05-22T00:00:00Z"),
            ("2012-05-22T10:15:00+02:00", "2012-05-22T08:15:00Z"),
            ("Tue, 22 May 2012 10:15:00 +0200", "2012-05-22T08:15:00Z"),
            ("20120522", "2012-05-22T00:00:00Z"),
            ("20120522T101500Z", "2012-05-22T10:15:00Z"),
            ("20120522T101500+0200", "2012-05-22T08:15:00Z"),
            ("2012-05-22T10:15:00", "2012-05-22T10:15:00Z"),
        ] {
            assert_eq!(to_rfc3339(given).as_deref(), Some(expected), "{given}");
        }
        assert_eq!(to_rfc3339("yesterday"), None);
    }
}
