//! The statistics of Postgres on a collection: its rows, the frequency of common values and lexemes, and the dates.

use super::Collection;
use super::tsquery::selectivity;
use crate::store::Result;
use crate::store::sql::filter::ColumnValues;
use crate::store::sql::localized_query::LocalizedQuery;
use diesel::data_types::PgTimestamp;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, Double, Nullable, Text, Timestamptz};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The column with the lexemes of a text.
pub const VECTOR: &str = "vector";
/// How long statistics are used before they are read again.
const STATS_TTL: Duration = Duration::from_secs(300);
/// The same for a table that has none yet.
const NO_STATS_TTL: Duration = Duration::from_secs(5);

/// The statistics of the collections, read again every few minutes.
#[derive(Debug, Default)]
pub struct Statistics {
    articles: Mutex<Option<Entry>>,
    quotes: Mutex<Option<Entry>>,
}

#[derive(Debug, Clone)]
struct Entry {
    read_at: Instant,
    /// `None` for a table that was never analysed.
    stats: Option<Arc<TableStats>>,
}

/// The statistics of one table.
#[derive(Debug, Default)]
pub struct TableStats {
    pub rows: f64,
    pub(super) columns: HashMap<String, Frequencies>,
    pub published: Histogram,
}

/// The part of all rows, 0 to 1, that has each value of a column, or each element of it.
#[derive(Debug, Default)]
pub(super) struct Frequencies {
    common: HashMap<String, f64>,
    /// Of any other value.
    other: f64,
}

/// The dates of a table.
#[derive(Debug, Default)]
pub struct Histogram {
    /// Rows that have a date.
    pub rows: f64,
    /// Dates in order, with as many rows between each two.
    pub bounds: Vec<PgTimestamp>,
}

#[derive(QueryableByName)]
struct TableRow {
    #[diesel(sql_type = Double)]
    rows: f64,
    #[diesel(sql_type = Nullable<Array<Timestamptz>>)]
    published: Option<Vec<PgTimestamp>>,
    #[diesel(sql_type = Double)]
    undated: f64,
}

#[derive(QueryableByName)]
struct ColumnRow {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Array<Text>)]
    values: Vec<String>,
    #[diesel(sql_type = Array<Double>)]
    frequencies: Vec<f64>,
    /// The part of the rows that has none of these values, and the number of other values.
    #[diesel(sql_type = Double)]
    rest: f64,
    #[diesel(sql_type = Double)]
    other_values: f64,
}

const COLUMNS: &str = "WITH columns AS (
        SELECT pg_stats.*, reltuples::double precision AS rows FROM pg_stats
        JOIN pg_namespace ON nspname = schemaname JOIN pg_class ON relnamespace = pg_namespace.oid AND relname = tablename
        WHERE pg_class.oid = $1::regclass
    ) ";

impl Statistics {
    /// The statistics of a collection; `None` when Postgres has none.
    ///
    /// # Errors
    /// Only those of the database.
    pub fn of(&self, conn: &mut PgConnection, collection: Collection) -> Result<Option<Arc<TableStats>>> {
        let cell = match collection {
            Collection::Articles => &self.articles,
            Collection::Quotes => &self.quotes,
        };
        let entry = cell.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let is_fresh =
            |entry: &Entry| entry.read_at.elapsed() < if entry.stats.is_some() { STATS_TTL } else { NO_STATS_TTL };
        if let Some(entry) = entry.filter(is_fresh) {
            return Ok(entry.stats);
        }
        // The lock is not held while they are read: at worst, several requests read them at once.
        let stats = TableStats::read(conn, collection)?.map(Arc::new);
        let entry = Entry { read_at: Instant::now(), stats: stats.clone() };
        *cell.lock().unwrap_or_else(PoisonError::into_inner) = Some(entry);
        Ok(stats)
    }
}

impl TableStats {
    fn read(conn: &mut PgConnection, collection: Collection) -> Result<Option<Self>> {
        let row: Option<TableRow> = diesel::sql_query(format!(
            "{COLUMNS} SELECT c.rows, c.null_frac::double precision AS undated,
                c.histogram_bounds::text::timestamptz[] AS published
            FROM columns c WHERE attname = 'published_at'"
        ))
        .bind::<Text, _>(collection.table())
        .get_result(conn)
        .optional()?;
        let Some(row) = row else { return Ok(None) };
        let columns: Vec<ColumnRow> = diesel::sql_query(format!(
            "{COLUMNS}, known AS (
                SELECT attname::text AS name, null_frac::double precision AS absent,
                    CASE WHEN n_distinct < 0 THEN -n_distinct * rows ELSE n_distinct END::double precision AS distinct_values,
                    most_common_elems IS NOT NULL AS of_elements,
                    coalesce(most_common_elems::text, most_common_vals::text)::text[] AS values,
                    coalesce(most_common_elem_freqs, most_common_freqs)::double precision[] AS frequencies
                FROM columns
            )
            SELECT name, values, frequencies,
                CASE WHEN of_elements THEN 0
                    ELSE greatest(0, 1 - absent - (SELECT sum(f) FROM unnest(frequencies) AS f)) END AS rest,
                distinct_values - cardinality(values) AS other_values
            FROM known WHERE values IS NOT NULL AND frequencies IS NOT NULL"
        ))
        .bind::<Text, _>(collection.table())
        .load(conn)?;
        Ok(Some(Self {
            rows: row.rows,
            columns: columns.into_iter().map(|column| (column.name.clone(), Frequencies::from(column))).collect(),
            published: Histogram { rows: row.rows * (1.0 - row.undated), bounds: row.published.unwrap_or_default() },
        }))
    }

    /// The part of all rows, 0 to 1, that a search matches, more or less.
    pub fn of_search(&self, search: &LocalizedQuery) -> f64 {
        let frequency = |lexeme: &str| self.frequency(VECTOR, lexeme);
        search.queries().map(|query| selectivity(query, &frequency)).fold(0.0, f64::max)
    }

    /// The part of all rows, 0 to 1, that has one of some values in a column, more or less.
    pub fn of_values(&self, of: &ColumnValues) -> f64 {
        of.values.iter().map(|value| self.frequency(of.column, value)).sum::<f64>().min(1.0)
    }

    /// The part of all rows, 0 to 1, that has a value in a column, more or less.
    pub fn frequency(&self, column: &str, value: &str) -> f64 {
        self.columns.get(column).map_or(0.0, |known| known.common.get(value).copied().unwrap_or(known.other))
    }
}

impl From<ColumnRow> for Frequencies {
    fn from(column: ColumnRow) -> Self {
        let ColumnRow { values, frequencies, rest, other_values, .. } = column;
        // Of elements, `pg_stats` has three more numbers after the frequencies of the values.
        let rarest = frequencies.iter().take(values.len()).copied().fold(1.0, f64::min);
        // Elements that are not common are much rarer than those that are: a quarter is a cautious guess.
        let other = if rest > 0.0 { (rest / other_values.max(1.0)).min(rarest) } else { rarest / 4.0 };
        Self { common: values.into_iter().zip(frequencies).collect(), other }
    }
}

impl Histogram {
    /// The number of rows before a time.
    pub fn rows_before(&self, time: PgTimestamp) -> f64 {
        let Some(steps) = self.steps() else {
            return 0.0;
        };
        let above = self.bounds.partition_point(|bound| bound.0 < time.0);
        let done = match above {
            0 => 0.0,
            above if above == self.bounds.len() => steps,
            above => {
                let (low, high) = (self.bounds[above - 1].0, self.bounds[above].0);
                (above - 1) as f64 + (time.0 - low) as f64 / ((high - low).max(1)) as f64
            }
        };
        self.rows * done / steps
    }

    /// The number of rows between two times.
    pub fn rows_between(&self, from: Option<PgTimestamp>, to: Option<PgTimestamp>) -> f64 {
        let before = |time: Option<PgTimestamp>| time.map(|time| self.rows_before(time));
        (before(to).unwrap_or(self.rows) - before(from).unwrap_or(0.0)).max(0.0)
    }

    /// The time before which there are so many rows; `None` outside of the dates.
    pub fn time_after(&self, rows: f64) -> Option<PgTimestamp> {
        let place = rows / self.rows * self.steps()?;
        if !(0.0..self.steps()?).contains(&place) {
            return None;
        }
        let below = place as usize;
        let (low, high) = (self.bounds[below].0, self.bounds[below + 1].0);
        Some(PgTimestamp(low + ((high - low) as f64 * place.fract()).round() as i64))
    }

    fn steps(&self) -> Option<f64> {
        (self.bounds.len() > 1 && self.rows >= 1.0).then(|| (self.bounds.len() - 1) as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_told_from_times_and_times_from_rows() {
        let histogram = Histogram { rows: 300.0, bounds: [0, 10, 20, 1000].map(PgTimestamp).to_vec() };
        for (time, rows) in [(0, 0.0), (5, 50.0), (10, 100.0), (510, 250.0)] {
            assert_eq!(
                (histogram.rows_before(PgTimestamp(time)), histogram.time_after(rows)),
                (rows, Some(PgTimestamp(time)))
            );
        }
        assert_eq!(histogram.rows_before(PgTimestamp(-1)), 0.0);
        assert_eq!(histogram.rows_before(PgTimestamp(2000)), 300.0);
        assert_eq!((histogram.time_after(300.0), histogram.time_after(-1.0)), (None, None));
    }

    #[test]
    fn nothing_is_known_without_dates() {
        let histogram = Histogram { rows: 300.0, bounds: vec![PgTimestamp(0)] };
        assert_eq!((histogram.rows_before(PgTimestamp(5)), histogram.time_after(10.0)), (0.0, None));
    }
}
