//! Whole centuries, decades, years, months and quarters of months: what the index of words and values has of when something was
//! published.

use crate::store::page::{from_pg_time, pg_time};
use chrono::{DateTime, Datelike, TimeZone, Utc};
use diesel::data_types::PgTimestamp;
use diesel::sql_types::Timestamptz;

diesel::define_sql_function! {
    /// The periods of a stored date.
    fn periods_of(published: Timestamptz) -> Nullable<Array<Integer>>;
}

/// A time from the beginning of a quarter of a month to the end of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Within {
    /// The first quarter and the last, counted from the year 0; the least and the greatest number for no end.
    first: i32,
    last: i32,
    /// And what has no date.
    has_undated: bool,
}

const OF_A_CENTURY: i32 = 4_800;
const OF_A_DECADE: i32 = 480;
const OF_A_YEAR: i32 = 48;
const OF_A_MONTH: i32 = 4;
/// The days of a quarter; the last of a month has up to ten.
const DAYS: i32 = 7;
/// The quarters that the index tells from each other; all others are in one period.
const FIRST: i32 = 190 * OF_A_DECADE;
const LAST: i32 = 205 * OF_A_DECADE - 1;
const BEYOND: i32 = 0;
const UNDATED: i32 = -1;

impl Within {
    /// What has no date alone.
    pub const UNDATED: Self = Self { first: LAST, last: FIRST, has_undated: true };

    /// The quarters that two times are in, and all between them.
    pub fn of((from, to): Times) -> Self {
        let quarter = |time: Option<PgTimestamp>| time.and_then(from_pg_time).map(quarter);
        Self { first: quarter(from).unwrap_or(i32::MIN), last: quarter(to).unwrap_or(i32::MAX), has_undated: false }
    }

    /// The same, and what has no date.
    pub const fn and_undated(self) -> Self {
        Self { has_undated: true, ..self }
    }

    /// The same from the beginning of a year to the end of one: more records in fewer periods.
    pub const fn in_years(self) -> Self {
        Self {
            first: self.first.saturating_sub(self.first.rem_euclid(OF_A_YEAR)),
            last: self.last.saturating_add(OF_A_YEAR - 1 - self.last.rem_euclid(OF_A_YEAR)),
            ..self
        }
    }

    /// When it begins and when it ends, the second exclusive.
    pub fn times(self) -> Times {
        between(self.first, self.last)
    }

    /// As few periods as have all of it.
    pub fn periods(self) -> Vec<i32> {
        let mut periods = Vec::new();
        if self.has_undated {
            periods.push(UNDATED);
        }
        if self.first < FIRST || self.last > LAST {
            periods.push(BEYOND);
        }
        periods.extend(self.parts().into_iter().map(|(period, ..)| period));
        periods
    }

    /// When each of the periods begins and ends that the index tells from each other.
    pub fn times_of_periods(self) -> impl Iterator<Item = Times> {
        self.parts().into_iter().map(|(_, first, last)| between(first, last))
    }

    /// These periods, each with its first quarter and its last.
    fn parts(self) -> Vec<(i32, i32, i32)> {
        let mut parts = Vec::new();
        let (mut next, last) = (self.first.max(FIRST), self.last.min(LAST));
        while next <= last {
            let (year, month, quarter) = (next / OF_A_YEAR, next % OF_A_YEAR / OF_A_MONTH + 1, next % OF_A_MONTH + 1);
            let begins = |length| next % length == 0 && next + length - 1 <= last;
            let (period, length) = if begins(OF_A_CENTURY) {
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
            parts.push((period, next, next + length - 1));
            next += length;
        }
        parts
    }
}

/// When something begins and when it ends, the second exclusive, as far as there is one.
type Times = (Option<PgTimestamp>, Option<PgTimestamp>);

/// From the beginning of a quarter to the end of another.
fn between(first: i32, last: i32) -> Times {
    (beginning(first), last.checked_add(1).and_then(beginning))
}

fn quarter(time: DateTime<Utc>) -> i32 {
    let quarter = (time.day0() as i32 / DAYS).min(OF_A_MONTH - 1);
    time.year() * OF_A_YEAR + time.month0() as i32 * OF_A_MONTH + quarter
}

/// When a quarter begins; `None` outside of the years that there are.
fn beginning(quarter: i32) -> Option<PgTimestamp> {
    let (month, day) = (quarter % OF_A_YEAR / OF_A_MONTH + 1, quarter % OF_A_MONTH * DAYS + 1);
    let time = Utc.with_ymd_and_hms(quarter / OF_A_YEAR, month.try_into().ok()?, day.try_into().ok()?, 0, 0, 0);
    time.single().map(pg_time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn periods(from: Option<&str>, to: Option<&str>) -> Vec<i32> {
        let time = |text: Option<&str>| text.map(|text| pg_time(text.parse().unwrap()));
        Within::of((time(from), time(to))).periods()
    }

    #[test]
    fn times_are_covered_by_the_longest_periods() {
        assert_eq!(
            periods(Some("2018-11-15T12:00:00Z"), Some("2021-02-07T23:59:59Z")),
            [2018113, 2018114, 201812, 2019, 2020, 202101, 2021021]
        );
        assert_eq!(periods(Some("2020-02-29T00:00:00Z"), Some("2020-02-29T10:00:00Z")), [2020024]);
        assert!(periods(Some("2020-02-29T00:00:00Z"), Some("2020-01-01T00:00:00Z")).is_empty());
    }

    #[test]
    fn in_years_there_are_fewer_of_them() {
        let time = |text: &str| Some(pg_time(text.parse().unwrap()));
        let within = Within::of((time("2018-11-15T12:00:00Z"), time("2021-02-07T23:59:59Z"))).in_years();
        assert_eq!(within.periods(), [2018, 2019, 2020, 2021]);
        assert_eq!(within.times(), (time("2018-01-01T00:00:00Z"), time("2022-01-01T00:00:00Z")));
        let last = within.times_of_periods().last();
        assert_eq!(last, Some((time("2021-01-01T00:00:00Z"), time("2022-01-01T00:00:00Z"))));
        let all = Within::of((None, None));
        assert_eq!(all.in_years(), all);
    }

    #[test]
    fn what_has_no_end_is_covered_beyond_the_years_that_are_told_apart() {
        let open = periods(Some("2047-12-30T00:00:00Z"), None);
        assert_eq!(open, [BEYOND, 2047124, 2048, 2049]);
        assert_eq!(periods(None, Some("1911-01-31T00:00:00Z")), [BEYOND, 190, 1910, 191101]);
        assert_eq!(periods(Some("2050-01-01T00:00:00Z"), Some("2051-01-01T00:00:00Z")), [BEYOND]);
        assert_eq!(periods(None, None), [BEYOND, 19, 200, 201, 202, 203, 204]);
        assert_eq!(Within::of((None, None)).and_undated().periods()[..2], [UNDATED, BEYOND]);
        assert_eq!(Within::UNDATED.periods(), [UNDATED]);
    }

    proptest! {
        #[test]
        fn each_time_is_in_one_of_the_periods(times in proptest::array::uniform3(0i64..7_000_000_000)) {
            let [from, time, to] = { let mut times = times; times.sort_unstable(); times };
            let at_second = |seconds: i64| DateTime::from_timestamp(seconds - 2_300_000_000, 0).unwrap();
            let within = Within::of((Some(pg_time(at_second(from))), Some(pg_time(at_second(to)))));
            let at = quarter(at_second(time));
            let own = match at {
                FIRST..=LAST => {
                    let (year, month) = (at / OF_A_YEAR, at % OF_A_YEAR / OF_A_MONTH + 1);
                    [year / 100, year / 10, year, year * 100 + month, year * 1000 + month * 10 + at % OF_A_MONTH + 1]
                }
                _ => [BEYOND; 5],
            };
            let periods = within.periods();
            let (begin, end) = within.times();
            prop_assert!(begin.unwrap().0 <= pg_time(at_second(from)).0 && pg_time(at_second(to)).0 < end.unwrap().0);
            prop_assert_eq!(Within::of((begin, Some(PgTimestamp(end.unwrap().0 - 1)))), within);
            prop_assert_eq!(periods.iter().filter(|period| own.contains(period)).count(), 1);
        }
    }
}
