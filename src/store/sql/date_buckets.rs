//! Centuries, decades, years, months and quarters of months, by which the combined index finds what was published when.

use crate::store::sql::keyset::{from_pg_time, pg_time};
use chrono::{DateTime, Datelike, TimeZone, Utc};
use diesel::data_types::PgTimestamp;

/// The records published from the beginning of one quarter of a month to the end of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateBuckets {
    /// The first and the last quarter, counted from the year 0; the least and the greatest number for no end.
    first: i32,
    last: i32,
    has_undated: bool,
}

/// The quarters in each.
const OF_A_CENTURY: i32 = 4_800;
const OF_A_DECADE: i32 = 480;
const OF_A_YEAR: i32 = 48;
const OF_A_MONTH: i32 = 4;
/// The days of a quarter; the last quarter of a month has up to ten.
const DAYS: i32 = 7;
/// The first and the last quarter with buckets of their own. All others are in one bucket.
const FIRST: i32 = 190 * OF_A_DECADE;
const LAST: i32 = 205 * OF_A_DECADE - 1;
const BEYOND: i32 = 0;
const UNDATED: i32 = -1;

impl DateBuckets {
    /// The undated alone.
    pub const UNDATED: Self = Self { first: LAST, last: FIRST, has_undated: true };

    /// The quarters of two times, and all between them.
    pub fn of((from, to): Times) -> Self {
        let quarter = |time: Option<PgTimestamp>| time.and_then(from_pg_time).map(quarter);
        Self { first: quarter(from).unwrap_or(i32::MIN), last: quarter(to).unwrap_or(i32::MAX), has_undated: false }
    }

    /// With the undated.
    pub const fn and_undated(self) -> Self {
        Self { has_undated: true, ..self }
    }

    /// Its beginning and its end, the end exclusive.
    pub fn times(self) -> Times {
        between(self.first, self.last)
    }

    /// The ids of the fewest buckets that cover it.
    pub fn ids(self) -> Vec<i32> {
        let mut ids = Vec::new();
        if self.has_undated {
            ids.push(UNDATED);
        }
        if self.first < FIRST || self.last > LAST {
            ids.push(BEYOND);
        }
        let (mut next, last) = (self.first.max(FIRST), self.last.min(LAST));
        while next <= last {
            let (year, month, quarter) = (next / OF_A_YEAR, next % OF_A_YEAR / OF_A_MONTH + 1, next % OF_A_MONTH + 1);
            let begins = |length| next % length == 0 && next + length - 1 <= last;
            let (id, length) = if begins(OF_A_CENTURY) {
                (year / 100, OF_A_CENTURY)
            } else if begins(OF_A_DECADE) {
                (year / 10, OF_A_DECADE)
            } else if begins(OF_A_YEAR) {
                (year, OF_A_YEAR)
            } else if begins(OF_A_MONTH) {
                (year * 100 + month, OF_A_MONTH)
            } else {
                (year * 1000 + month * 10 + quarter, 1)
            };
            ids.push(id);
            next += length;
        }
        ids
    }
}

/// A beginning and an end, the end exclusive; `None` for no end.
type Times = (Option<PgTimestamp>, Option<PgTimestamp>);

/// The beginning of one quarter and the end of another.
fn between(first: i32, last: i32) -> Times {
    (beginning(first), last.checked_add(1).and_then(beginning))
}

fn quarter(time: DateTime<Utc>) -> i32 {
    let quarter = (time.day0() as i32 / DAYS).min(OF_A_MONTH - 1);
    time.year() * OF_A_YEAR + time.month0() as i32 * OF_A_MONTH + quarter
}

/// The beginning of a quarter; `None` outside of the years that there are.
fn beginning(quarter: i32) -> Option<PgTimestamp> {
    let (month, day) = (quarter % OF_A_YEAR / OF_A_MONTH + 1, quarter % OF_A_MONTH * DAYS + 1);
    let time = Utc.with_ymd_and_hms(quarter / OF_A_YEAR, month.try_into().ok()?, day.try_into().ok()?, 0, 0, 0);
    time.single().map(pg_time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ids(from: Option<&str>, to: Option<&str>) -> Vec<i32> {
        let time = |text: Option<&str>| text.map(|text| pg_time(text.parse().unwrap()));
        DateBuckets::of((time(from), time(to))).ids()
    }

    #[test]
    fn times_are_covered_by_the_longest_buckets() {
        assert_eq!(
            ids(Some("2018-11-15T12:00:00Z"), Some("2021-02-07T23:59:59Z")),
            [2018113, 2018114, 201812, 2019, 2020, 202101, 2021021]
        );
        assert_eq!(ids(Some("2020-02-29T00:00:00Z"), Some("2020-02-29T10:00:00Z")), [2020024]);
        assert!(ids(Some("2020-02-29T00:00:00Z"), Some("2020-01-01T00:00:00Z")).is_empty());
    }

    #[test]
    fn open_ranges_include_the_bucket_of_all_other_years() {
        let open = ids(Some("2047-12-30T00:00:00Z"), None);
        assert_eq!(open, [BEYOND, 2047124, 2048, 2049]);
        assert_eq!(ids(None, Some("1911-01-31T00:00:00Z")), [BEYOND, 190, 1910, 191101]);
        assert_eq!(ids(Some("2050-01-01T00:00:00Z"), Some("2051-01-01T00:00:00Z")), [BEYOND]);
        assert_eq!(ids(None, None), [BEYOND, 19, 200, 201, 202, 203, 204]);
        assert_eq!(DateBuckets::of((None, None)).and_undated().ids()[..2], [UNDATED, BEYOND]);
        assert_eq!(DateBuckets::UNDATED.ids(), [UNDATED]);
    }

    proptest! {
        #[test]
        fn each_time_is_in_one_bucket(times in proptest::array::uniform3(0i64..7_000_000_000)) {
            let [from, time, to] = { let mut times = times; times.sort_unstable(); times };
            let at_second = |seconds: i64| DateTime::from_timestamp(seconds - 2_300_000_000, 0).unwrap();
            let buckets = DateBuckets::of((Some(pg_time(at_second(from))), Some(pg_time(at_second(to)))));
            let at = quarter(at_second(time));
            let own = match at {
                FIRST..=LAST => {
                    let (year, month) = (at / OF_A_YEAR, at % OF_A_YEAR / OF_A_MONTH + 1);
                    [year / 100, year / 10, year, year * 100 + month, year * 1000 + month * 10 + at % OF_A_MONTH + 1]
                }
                _ => [BEYOND; 5],
            };
            let ids = buckets.ids();
            let (begin, end) = buckets.times();
            prop_assert!(begin.unwrap().0 <= pg_time(at_second(from)).0 && pg_time(at_second(to)).0 < end.unwrap().0);
            prop_assert_eq!(DateBuckets::of((begin, Some(PgTimestamp(end.unwrap().0 - 1)))), buckets);
            prop_assert_eq!(ids.iter().filter(|id| own.contains(id)).count(), 1);
        }
    }
}
