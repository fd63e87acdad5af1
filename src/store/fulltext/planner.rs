//! Chooses the access path of a list, window by window: the cheapest of three.

use super::Collection;
use super::stats::{Histogram, Statistics, TableStats};
use crate::domain::page::Range;
use crate::store::Result;
use crate::store::sql::access_path::{AccessPath, Bitmap, Scan};
use crate::store::sql::date_buckets::DateBuckets;
use crate::store::sql::date_order::{Segment, SegmentKind};
use crate::store::sql::filter::{Filter, has_date_index};
use crate::store::sql::keyset::pg_time;
use chrono::{DateTime, Utc};
use diesel::data_types::PgTimestamp;
use diesel::pg::PgConnection;
use std::sync::Arc;

/// The part of a list in date order that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateAxis {
    is_undated: bool,
    is_descending: bool,
    /// Where the list begins and ends, if that is known.
    begin: Option<PgTimestamp>,
    end: Option<PgTimestamp>,
}

impl DateAxis {
    /// The axis of a segment, in a range of publication.
    pub fn new(segment: &Segment, range: Range<DateTime<Utc>>) -> Self {
        let after = segment.after.map(|(time, _)| time);
        let (from, to) = (range.from.map(pg_time), range.to.map(pg_time));
        let is_undated = segment.kind == SegmentKind::Undated;
        match segment.kind {
            SegmentKind::Newest => {
                let begin = after.into_iter().chain(to).min_by_key(|time| time.0);
                Self { is_undated, is_descending: true, begin, end: from }
            }
            SegmentKind::OldestDated => {
                let begin = after.into_iter().chain(from).max_by_key(|time| time.0);
                Self { is_undated, is_descending: false, begin, end: to }
            }
            SegmentKind::Undated => Self { is_undated, is_descending: false, begin: None, end: None },
        }
    }

    /// The earlier and the later of two times, given in the order of the list.
    fn sorted<T>(&self, near: T, far: T) -> (T, T) {
        if self.is_descending { (far, near) } else { (near, far) }
    }

    /// Returns the time after this number of rows, `None` beyond the end of the list.
    fn time_after(&self, histogram: &Histogram, rows: f64) -> Option<PgTimestamp> {
        let begin = self.begin.map(|time| histogram.rows_before(time));
        if self.is_descending {
            let far = histogram.time_after(begin.unwrap_or(histogram.rows) - rows)?;
            return self.end.is_none_or(|end| far.0 > end.0).then_some(far);
        }
        let far = histogram.time_after(begin.unwrap_or(0.0) + rows)?;
        self.end.is_none_or(|end| far.0 < end.0).then_some(far)
    }
}

/// Chooses the access paths of one list by the statistics of its table.
///
/// Costs are in microseconds, and only their proportions matter. The planner of Postgres is not asked: it does not know
/// the cost of reading a text, and takes words and values for independent of each other and of time.
#[derive(Debug, Clone)]
pub struct Planner {
    stats: Arc<TableStats>,
    /// To read a row, and to check it against the search.
    fetch_cost: f64,
    check_cost: f64,
    /// Parts of all rows, 0 to 1: those that match, those with all values that are looked up, those with the rarest value.
    matching: f64,
    looked_up: f64,
    rarest: f64,
    /// The number of values that are looked up.
    lookups: f64,
    unselective: Vec<&'static str>,
    /// The column whose index in date order has the fewest rows, and its part of all rows.
    along: Option<&'static str>,
    along_part: f64,
    /// The part of a window beyond the expected end of a page that is read nevertheless: values may exclude each other.
    doubt: f64,
}

/// The first window has this many times the rows that should fill the page, and each next one this many times more.
const MARGIN: f64 = 4.0;
const GROWTH: f64 = 8.0;
/// A value that more rows have is checked on each row instead of looked up.
const UNSELECTIVE: f64 = 0.4;

/// To open the combined index, to pass an entry in it, and to pass a row of a window.
const OPEN_COST: f64 = 50.0;
const ENTRY_COST: f64 = 0.05;
const WINDOW_ROW_COST: f64 = 0.02;

impl Planner {
    /// The planner of a list; `None` when Postgres has no statistics.
    ///
    /// # Errors
    /// Only those of the database.
    pub fn new(
        conn: &mut PgConnection,
        statistics: &Statistics,
        collection: Collection,
        filter: &Filter,
    ) -> Result<Option<Self>> {
        let Some(stats) = statistics.of(conn, collection)? else {
            return Ok(None);
        };
        // The vectors of articles are stored beside the table.
        let (fetch_cost, unpack_cost) = match collection {
            Collection::Articles => (5.0, 8.0),
            Collection::Quotes => (2.0, 0.5),
        };
        let search = filter.search.as_ref().map(|search| stats.of_search(search));
        let mut parts: Vec<_> = filter.column_values().map(|of| (stats.of_values(of), of)).collect();
        parts.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        let first = search.unwrap_or(1.0);
        let mut planner = Self {
            stats,
            fetch_cost,
            check_cost: fetch_cost + if search.is_some() { unpack_cost } else { 0.0 },
            matching: first,
            looked_up: first,
            rarest: first,
            lookups: if search.is_some() { 1.0 } else { 0.0 },
            unselective: Vec::new(),
            along: None,
            along_part: 1.0,
            doubt: if parts.is_empty() { 0.0 } else { 0.5 },
        };
        if filter.search.as_ref().is_some_and(|search| search.groups().len() > 1) {
            planner.unselective.push("language");
        }
        for (part, of) in parts {
            planner.matching *= part;
            if planner.lookups == 0.0 || part < UNSELECTIVE {
                planner.looked_up *= part;
                planner.rarest = planner.rarest.min(part);
                planner.lookups += 1.0;
                planner.unselective.retain(|column| *column != of.column);
            } else {
                planner.unselective.push(of.column);
            }
            if of.values.len() == 1 && has_date_index(filter.table, of.column) && part <= planner.along_part {
                (planner.along_part, planner.along) = (part, Some(of.column));
            }
        }
        Ok(Some(planner))
    }

    /// Restricts the planner to the records of some entities, which have this number of rows.
    pub fn of_entities(mut self, rows: f64) -> Self {
        self.matching *= (rows / self.stats.rows.max(1.0)).min(1.0);
        self
    }

    /// Returns whether checking the `rows` rows of some entities is cheaper than checking all matches.
    pub fn prefers_entity_index(&self, rows: f64, wanted: i64) -> bool {
        let all = self.stats.rows * self.looked_up;
        self.check_cost * rows.min(wanted as f64 / self.matching) < self.bitmap_cost() + self.fetch_cost * all
    }

    /// The cheaper path of a list in another order than that of publication.
    pub fn unwindowed(&self, wanted: i64) -> AccessPath {
        let ordered = self.check_cost * self.stats.rows.min(wanted as f64 / self.matching);
        if self.bitmap_cost() <= ordered { self.bitmap(None) } else { AccessPath::Ordered(None) }
    }

    /// Returns the first `limit` matches along an axis. `read` reads up to a number of rows of one scan.
    ///
    /// # Errors
    /// Those of `read`.
    pub fn read<T>(
        &self,
        conn: &mut PgConnection,
        axis: &DateAxis,
        limit: i64,
        mut read: impl FnMut(&mut PgConnection, &Scan, i64) -> Result<Vec<T>>,
    ) -> Result<Vec<T>> {
        let mut found = Vec::new();
        let mut density = self.matching;
        // Rows from the beginning of the list to the end of the window.
        let mut rows = MARGIN * limit as f64 / density;
        let mut near = None;
        loop {
            let missing = limit - found.len() as i64;
            let (scan, far) = self.scan(axis, near, rows, missing, density);
            found.extend(read(conn, &scan, missing)?);
            if found.len() as i64 >= limit || far.is_none() {
                return Ok(found);
            }
            density = density.min((found.len() as f64 + 1.0) / rows.min(self.stats.rows));
            rows = (rows * GROWTH).max(rows + MARGIN * missing as f64 / density);
            near = far;
        }
    }

    /// The scan of the window from `near` to `rows` rows from the beginning of the list, by the cheapest path; and where
    /// the window ends, unless it is the last.
    fn scan(
        &self,
        axis: &DateAxis,
        near: Option<PgTimestamp>,
        rows: f64,
        missing: i64,
        density: f64,
    ) -> (Scan, Option<PgTimestamp>) {
        let window = |path, far| {
            let (from, to) = axis.sorted(near, far);
            (Scan { path, from, to }, far)
        };
        let expected = missing as f64 / density;
        let ordered_cost = |rows: f64| {
            let read = rows.min(expected);
            self.check_cost * self.along_part * (read + self.doubt * (rows - read))
        };
        let histogram = &self.stats.published;
        if axis.is_undated {
            let undated = self.stats.rows - histogram.rows;
            let is_bitmap = self.window_cost(undated) <= ordered_cost(undated);
            let bitmap = || self.bitmap(Some(DateBuckets::UNDATED));
            return (Scan::new(if is_bitmap { bitmap() } else { AccessPath::Ordered(self.along) }), None);
        }
        let far = axis.time_after(histogram, rows);
        // A window that is read backwards begins before the one that was read.
        let begin = near.map(|near| if axis.is_descending { PgTimestamp(near.0 - 1) } else { near }).or(axis.begin);
        let (from, to) = axis.sorted(begin, far.or(axis.end));
        let buckets = DateBuckets::of((from, to));
        let (first, last) = buckets.times();
        let ordered = ordered_cost(rows.min(histogram.rows_between(from, to)));
        let windowed = self.window_cost(histogram.rows_between(first, last));
        if self.bitmap_cost() <= ordered.min(windowed) {
            return window(self.bitmap(None), None);
        }
        if ordered <= windowed {
            return window(AccessPath::Ordered(self.along), far);
        }
        // The last bucket is read whole: the window ends where it does.
        let far = far.and(if axis.is_descending { first } else { last });
        let has_undated = axis.is_descending && far.is_none() && axis.end.is_none();
        window(self.bitmap(Some(if has_undated { buckets.and_undated() } else { buckets })), far)
    }

    fn bitmap(&self, buckets: Option<DateBuckets>) -> AccessPath {
        AccessPath::Bitmap(Bitmap { group: None, unselective: self.unselective.clone(), buckets })
    }

    /// To read all matches from the combined index.
    fn bitmap_cost(&self) -> f64 {
        let passed = ENTRY_COST * self.lookups * self.rarest;
        OPEN_COST + self.stats.rows * (passed + self.fetch_cost * self.looked_up)
    }

    /// Cost of reading the matches of a window with this number of rows.
    fn window_cost(&self, rows: f64) -> f64 {
        OPEN_COST + rows * (WINDOW_ROW_COST + self.fetch_cost * self.looked_up)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The time of a record: one every five minutes, from the beginning of the year 2000.
    fn time(record: i64) -> PgTimestamp {
        PgTimestamp(record * 300_000_000)
    }

    fn record(time: PgTimestamp) -> i64 {
        time.0 / 300_000_000
    }

    /// The planner of a search in a million articles, of which a part matches.
    fn planner(matching: f64) -> Planner {
        let bounds = (0..=100).map(|hundredth| time(hundredth * 10_000)).collect();
        let published = Histogram { rows: 1_000_000.0, bounds };
        let stats = TableStats { rows: 1_000_000.0, published, ..TableStats::default() };
        Planner {
            stats: Arc::new(stats),
            fetch_cost: 5.0,
            check_cost: 13.0,
            matching,
            looked_up: matching,
            rarest: matching,
            lookups: 1.0,
            unselective: Vec::new(),
            along: None,
            along_part: 1.0,
            doubt: 0.0,
        }
    }

    const NEWEST: DateAxis = DateAxis { is_undated: false, is_descending: true, begin: None, end: None };
    const OLDEST: DateAxis = DateAxis { is_descending: false, ..NEWEST };

    fn scan(planner: &Planner, axis: DateAxis) -> Scan {
        planner.scan(&axis, None, MARGIN * 21.0 / planner.matching, 21, planner.matching).0
    }

    #[test]
    fn all_matches_of_rare_words_are_read() {
        let Scan { path, from, to } = scan(&planner(0.00001), NEWEST);
        assert_eq!((path, from, to), (AccessPath::Bitmap(Bitmap::default()), None, None));
    }

    #[test]
    fn common_words_are_met_in_the_order_of_the_list() {
        let window = |axis| {
            let Scan { path, from, to } = scan(&planner(0.5), axis);
            assert_eq!(path, AccessPath::Ordered(None));
            (from.map(record), to.map(record))
        };
        assert_eq!(window(NEWEST), (Some(999_832), None));
        assert_eq!(window(DateAxis { begin: Some(time(500_000)), ..NEWEST }), (Some(499_832), None));
        assert_eq!(window(DateAxis { begin: Some(time(100)), ..NEWEST }), (None, None));
        assert_eq!(window(OLDEST), (None, Some(168)));
        assert_eq!(window(DateAxis { begin: Some(time(500_000)), ..OLDEST }), (None, Some(500_168)));
        assert_eq!(window(DateAxis { end: Some(time(999_900)), ..NEWEST }), (None, None));
    }

    #[test]
    fn other_words_are_looked_up_in_the_newest_buckets() {
        let Scan { path, from, to } = scan(&planner(0.001), NEWEST);
        let AccessPath::Bitmap(Bitmap { buckets: Some(buckets), .. }) = path else { panic!("{path:?}") };
        // The window ends where its last bucket does.
        assert_eq!((buckets.times().0, to), (from, None));
        assert!((900_000..=916_000).contains(&record(from.unwrap())), "{from:?}");
    }

    #[test]
    fn every_row_is_in_one_window() {
        for matching in [0.5, 0.02, 0.001, 0.000_01] {
            for axis in [NEWEST, OLDEST, DateAxis { end: Some(time(300_000)), ..NEWEST }] {
                let planner = planner(matching);
                let (mut near, mut rows, mut windows) = (None, 100.0, 0);
                loop {
                    let (scan, far) = planner.scan(&axis, near, rows, 21, matching);
                    let (begin, end) = axis.sorted(near, far);
                    assert_eq!((scan.from, scan.to), (begin, end), "{matching} {axis:?}");
                    windows += 1;
                    if far.is_none() {
                        break;
                    }
                    near = far;
                    rows *= GROWTH;
                }
                assert!((1..=6).contains(&windows), "{matching}: {windows}");
            }
        }
    }
}
