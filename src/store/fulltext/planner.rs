//! Chooses the access path of a list from the statistics of its table.

use super::Collection;
use super::stats::Statistics;
use crate::store::Result;
use crate::store::sql::access_path::{AccessPath, Bitmap};
use crate::store::sql::filter::{Filter, has_date_index};
use crate::store::sql::order::{Segment, SortKey};
use diesel::pg::PgConnection;
use uuid::Uuid;

/// The estimates for a list: the selectivity of its conditions, and the costs of its access paths.
///
/// Costs are in microseconds, but only their ratios matter. The planner of Postgres is not used, because it does not know the
/// cost of reading a tsvector, and assumes that words and values are independent of each other and of time.
#[derive(Debug, Clone)]
pub struct Planner {
    /// The number of rows of the table.
    rows: f64,
    /// The cost of reading a row.
    fetch_cost: f64,
    /// The cost of reading a row and checking it against the search.
    check_cost: f64,
    /// The fraction of rows, 0 to 1, that match all conditions.
    matching: f64,
    /// The fraction of rows that match all conditions looked up in the combined index.
    looked_up: f64,
    /// The fraction of rows that match the most selective of these conditions.
    rarest: f64,
    /// The number of conditions looked up in the combined index.
    lookups: f64,
    /// The columns whose conditions are checked on each row.
    unselective: Vec<&'static str>,
    /// The leading column of the index in date order with the fewest rows for the filter.
    leading_column: Option<&'static str>,
    /// The fraction of rows that this index has for the filter.
    leading_fraction: f64,
}

/// A condition that matches at least this fraction of rows is checked on each row instead of looked up.
const UNSELECTIVE_FRACTION: f64 = 0.4;

/// The cost of opening the combined index.
const OPEN_COST: f64 = 50.0;
/// The cost of reading an entry of the combined index.
const ENTRY_COST: f64 = 0.05;

impl Planner {
    /// Creates the planner of a list; `None` if Postgres has no statistics.
    pub fn new(
        conn: &mut PgConnection,
        statistics: &Statistics,
        collection: Collection,
        filter: &Filter,
    ) -> Result<Option<Self>> {
        let Some(stats) = statistics.table_stats(conn, collection)? else {
            return Ok(None);
        };
        // The vectors of articles are in the TOAST table, and cost more to read.
        let (fetch_cost, unpack_cost) = match collection {
            Collection::Articles => (5.0, 8.0),
            Collection::Quotes => (2.0, 0.5),
        };
        let search = filter.search.as_ref().map(|search| stats.search_selectivity(search));
        let mut conditions: Vec<_> =
            filter.column_values().map(|values| (stats.values_selectivity(values), values)).collect();
        conditions.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        let first = search.unwrap_or(1.0);
        let mut planner = Self {
            rows: stats.rows,
            fetch_cost,
            check_cost: fetch_cost + if search.is_some() { unpack_cost } else { 0.0 },
            matching: first,
            looked_up: first,
            rarest: first,
            lookups: if search.is_some() { 1.0 } else { 0.0 },
            unselective: Vec::new(),
            leading_column: None,
            leading_fraction: 1.0,
        };
        if filter.search.as_ref().is_some_and(|search| search.groups().len() > 1) {
            planner.unselective.push("language");
        }
        for (fraction, values) in conditions {
            planner.matching *= fraction;
            if planner.lookups == 0.0 || fraction < UNSELECTIVE_FRACTION {
                planner.looked_up *= fraction;
                planner.rarest = planner.rarest.min(fraction);
                planner.lookups += 1.0;
                planner.unselective.retain(|column| *column != values.column);
            } else {
                planner.unselective.push(values.column);
            }
            if values.values.len() == 1
                && has_date_index(filter.table, values.column)
                && fraction <= planner.leading_fraction
            {
                (planner.leading_fraction, planner.leading_column) = (fraction, Some(values.column));
            }
        }
        Ok(Some(planner))
    }

    /// Restricts the estimates to the records of some entities, which have this number of rows.
    pub fn of_entities(mut self, rows: f64) -> Self {
        self.matching *= (rows / self.rows.max(1.0)).min(1.0);
        self
    }

    /// Returns whether reading the `rows` rows of some entities is cheaper than reading all matches.
    pub fn prefers_entity_index(&self, rows: f64, wanted: i64) -> bool {
        self.check_cost * rows.min(wanted as f64 / self.matching) < self.bitmap_cost()
    }

    /// The keys of the first `wanted` matches of a segment.
    ///
    /// If many rows match, this scans the index of the order until the page is full. If the estimate is wrong, because conditions
    /// exclude each other or no recent record matches, the scan would read the whole index. So it stops when it has cost as much
    /// as reading all matches from the combined index, which is done next. The total is at most twice that cost.
    pub fn keys<K: SortKey>(
        &self,
        conn: &mut PgConnection,
        filter: &Filter,
        segment: &Segment<K>,
        wanted: i64,
    ) -> Result<Vec<(K, Uuid)>> {
        let is_dated = segment.column == "published_desc";
        let (leading_column, fraction) =
            if is_dated { (self.leading_column, self.leading_fraction) } else { (None, 1.0) };
        if let Some(scan_limit) = self.affordable_rows(fraction, wanted) {
            let rows: Vec<K::Row> = segment.first_keys(filter, leading_column, scan_limit, wanted).rows(conn)?;
            let is_full = rows.len() as i64 == wanted;
            if is_full || segment.key_after(filter, leading_column, scan_limit).rows::<K::Row>(conn)?.is_empty() {
                return Ok(rows.into_iter().map(K::of).collect());
            }
        }
        let bitmap = |group| AccessPath::Bitmap(Bitmap { group, unselective: self.unselective.clone() });
        let mut keys = Vec::new();
        // One statement for each group of languages. With several queries in one statement, Postgres reads the vector of each
        // match again to check which query it matches.
        let groups = filter.search.as_ref().map_or(0..1, |search| search.groups());
        for group in groups {
            let group = filter.search.as_ref().map(|_| group);
            let rows: Vec<K::Row> = segment.keys(filter, &bitmap(group), wanted).rows(conn)?;
            keys.extend(rows.into_iter().map(K::of));
        }
        keys.sort_by(|one, other| segment.compare(*one, *other));
        keys.truncate(usize::try_from(wanted).unwrap_or(0));
        Ok(keys)
    }

    /// The number of rows that may be scanned in an index with this fraction of all rows, in the order of the list. `None` if
    /// filling a page is expected to cost more than reading all matches.
    fn affordable_rows(&self, fraction: f64, wanted: i64) -> Option<i64> {
        let scan_limit = self.bitmap_cost() / self.check_cost;
        (fraction * wanted as f64 / self.matching < scan_limit).then_some(scan_limit as i64)
    }

    /// The cost of reading all matches from the combined index.
    fn bitmap_cost(&self) -> f64 {
        let passed = ENTRY_COST * self.lookups * self.rarest;
        OPEN_COST + self.rows * (passed + self.fetch_cost * self.looked_up)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The planner of a search in a million articles, of which this fraction matches.
    fn planner(matching: f64) -> Planner {
        Planner {
            rows: 1_000_000.0,
            fetch_cost: 5.0,
            check_cost: 13.0,
            matching,
            looked_up: matching,
            rarest: matching,
            lookups: 1.0,
            unselective: Vec::new(),
            leading_column: None,
            leading_fraction: 1.0,
        }
    }

    #[test]
    fn rare_words_are_looked_up_and_common_words_are_found_by_scanning_in_order() {
        assert_eq!(planner(0.0).affordable_rows(1.0, 21), None);
        assert_eq!(planner(0.000_01).affordable_rows(1.0, 21), None);
        assert_eq!(planner(0.5).affordable_rows(1.0, 21), Some(194_234));
        // A scan of an index with few rows for the filter reads few rows.
        assert_eq!(planner(0.001).affordable_rows(1.0, 21), None);
        assert_eq!(planner(0.001).affordable_rows(0.01, 21), Some(392));
    }

    #[test]
    fn the_index_of_an_entity_is_read_while_it_is_small() {
        assert!(planner(0.001).prefers_entity_index(300.0, 21));
        assert!(!planner(0.001).prefers_entity_index(3_000.0, 21));
        assert!(planner(0.5).of_entities(1_000.0).prefers_entity_index(1_000.0, 21));
    }
}
