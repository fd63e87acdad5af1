//! Chooses the access path of a list by the statistics of its table.

use super::Collection;
use super::stats::Statistics;
use crate::store::Result;
use crate::store::sql::access_path::{AccessPath, Bitmap};
use crate::store::sql::filter::{Filter, has_date_index};
use crate::store::sql::order::{Segment, SortKey};
use diesel::pg::PgConnection;
use uuid::Uuid;

/// The estimates for a list: the parts of its table that match, and the costs of its access paths.
///
/// Costs are in microseconds, and only their proportions matter. The planner of Postgres is not used, because it does not
/// know the cost of reading a text, and assumes that words and values are independent of each other and of time.
#[derive(Debug, Clone)]
pub struct Planner {
    /// Rows of the table.
    rows: f64,
    /// The cost of reading a row, and of checking it against the search.
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
}

/// A value that more rows have is checked on each row instead of looked up.
const UNSELECTIVE: f64 = 0.4;

/// The cost of opening the combined index, and of reading an entry of it.
const OPEN_COST: f64 = 50.0;
const ENTRY_COST: f64 = 0.05;

impl Planner {
    /// The planner of a list; `None` when Postgres has no statistics.
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
            rows: stats.rows,
            fetch_cost,
            check_cost: fetch_cost + if search.is_some() { unpack_cost } else { 0.0 },
            matching: first,
            looked_up: first,
            rarest: first,
            lookups: if search.is_some() { 1.0 } else { 0.0 },
            unselective: Vec::new(),
            along: None,
            along_part: 1.0,
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
        self.matching *= (rows / self.rows.max(1.0)).min(1.0);
        self
    }

    /// Returns whether checking the `rows` rows of some entities is cheaper than checking all matches.
    pub fn prefers_entity_index(&self, rows: f64, wanted: i64) -> bool {
        self.check_cost * rows.min(wanted as f64 / self.matching) < self.bitmap_cost()
    }

    /// The keys of the first `wanted` matches of a segment.
    ///
    /// When many rows match, the index of the order is read until the page is full. Where values exclude each other or are not in
    /// the newest records, it would be read to its end: it is left after as many rows as cost no more than reading all matches
    /// from the combined index, which is done next. A list takes twice the cost of the cheaper path at worst.
    pub fn keys<K: SortKey>(
        &self,
        conn: &mut PgConnection,
        filter: &Filter,
        segment: &Segment<K>,
        wanted: i64,
    ) -> Result<Vec<(K, Uuid)>> {
        let is_dated = segment.column == "published_desc";
        let (along, part) = if is_dated { (self.along, self.along_part) } else { (None, 1.0) };
        if let Some(most) = self.affordable_rows(part, wanted) {
            let rows: Vec<K::Row> = segment.first_keys(filter, along, most, wanted).rows(conn)?;
            let is_full = rows.len() as i64 == wanted;
            if is_full || segment.key_after(filter, along, most).rows::<K::Row>(conn)?.is_empty() {
                return Ok(rows.into_iter().map(K::of).collect());
            }
        }
        let bitmap = |group| AccessPath::Bitmap(Bitmap { group, unselective: self.unselective.clone() });
        let mut keys = Vec::new();
        // The matches of each language are read by themselves: of a text that one of several queries found, Postgres reads the
        // words again to see which.
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

    /// How many rows may be read in the order of the list, of an index with a part of all rows; `None` when a page is expected to take
    /// more than reading all matches.
    fn affordable_rows(&self, part: f64, wanted: i64) -> Option<i64> {
        let most = self.bitmap_cost() / self.check_cost;
        (part * wanted as f64 / self.matching < most).then_some(most as i64)
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

    /// The planner of a search in a million articles, of which a part matches.
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
            along: None,
            along_part: 1.0,
        }
    }

    #[test]
    fn rare_words_are_looked_up_and_common_ones_met_in_the_order_of_the_list() {
        assert_eq!(planner(0.0).affordable_rows(1.0, 21), None);
        assert_eq!(planner(0.000_01).affordable_rows(1.0, 21), None);
        assert_eq!(planner(0.5).affordable_rows(1.0, 21), Some(194_234));
        // In the index of a value that few rows have, few rows are read.
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
