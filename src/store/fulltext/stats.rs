//! The statistics of Postgres about a collection: its number of rows, and the frequencies of common values and lexemes.

use super::Collection;
use super::tsquery::selectivity;
use crate::store::Result;
use crate::store::sql::filter::ColumnValues;
use crate::store::sql::localized_query::LocalizedQuery;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, Double, Text};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The column with the lexemes of a text.
pub const VECTOR: &str = "vector";
/// Statistics are read again after this time.
const STATS_TTL: Duration = Duration::from_secs(300);
/// The same for a table without statistics.
const NO_STATS_TTL: Duration = Duration::from_secs(5);

/// A cache of the statistics of all collections.
#[derive(Debug, Default)]
pub struct Statistics {
    articles: Mutex<Option<Entry>>,
    quotes: Mutex<Option<Entry>>,
}

#[derive(Debug, Clone)]
struct Entry {
    read_at: Instant,
    /// `None` if the table was never analysed.
    stats: Option<Arc<TableStats>>,
}

/// The statistics of one table.
#[derive(Debug, Default)]
pub struct TableStats {
    pub rows: f64,
    columns: HashMap<String, Frequencies>,
}

/// The fraction of rows, 0 to 1, that have each value of a column, or each element of an array or tsvector.
#[derive(Debug, Default)]
struct Frequencies {
    common: HashMap<String, f64>,
    /// The fraction of rows that have any other given value.
    other: f64,
}

#[derive(QueryableByName)]
struct TableRow {
    #[diesel(sql_type = Double)]
    rows: f64,
}

#[derive(QueryableByName)]
struct ColumnRow {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Array<Text>)]
    values: Vec<String>,
    #[diesel(sql_type = Array<Double>)]
    frequencies: Vec<f64>,
    /// The fraction of rows that have none of these values; 0 for elements.
    #[diesel(sql_type = Double)]
    rest: f64,
    /// The number of other values.
    #[diesel(sql_type = Double)]
    other_values: f64,
}

const COLUMNS: &str = "WITH columns AS (
        SELECT pg_stats.*, reltuples::double precision AS rows FROM pg_stats
        JOIN pg_namespace ON nspname = schemaname JOIN pg_class ON relnamespace = pg_namespace.oid AND relname = tablename
        WHERE pg_class.oid = $1::regclass
    ) ";

impl Statistics {
    /// Returns the statistics of a collection; `None` if Postgres has none.
    pub fn table_stats(&self, conn: &mut PgConnection, collection: Collection) -> Result<Option<Arc<TableStats>>> {
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
        // The lock is not held during the queries. At worst, several requests read the statistics at once.
        let stats = TableStats::read(conn, collection)?.map(Arc::new);
        let entry = Entry { read_at: Instant::now(), stats: stats.clone() };
        *cell.lock().unwrap_or_else(PoisonError::into_inner) = Some(entry);
        Ok(stats)
    }
}

impl TableStats {
    fn read(conn: &mut PgConnection, collection: Collection) -> Result<Option<Self>> {
        let row: Option<TableRow> = diesel::sql_query(format!("{COLUMNS} SELECT rows FROM columns LIMIT 1"))
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
        }))
    }

    /// The estimated fraction of rows, 0 to 1, that match a search.
    pub fn search_selectivity(&self, search: &LocalizedQuery) -> f64 {
        let frequency = |lexeme: &str| self.frequency(VECTOR, lexeme);
        search.queries().map(|query| selectivity(query, &frequency)).fold(0.0, f64::max)
    }

    /// The estimated fraction of rows, 0 to 1, that have one of these values in a column.
    pub fn values_selectivity(&self, column: &ColumnValues) -> f64 {
        column.values.iter().map(|value| self.frequency(column.column, value)).sum::<f64>().min(1.0)
    }

    /// The estimated fraction of rows, 0 to 1, that have a value in a column.
    pub fn frequency(&self, column: &str, value: &str) -> f64 {
        self.columns.get(column).map_or(0.0, |known| known.common.get(value).copied().unwrap_or(known.other))
    }
}

impl From<ColumnRow> for Frequencies {
    fn from(column: ColumnRow) -> Self {
        let ColumnRow { values, frequencies, rest, other_values, .. } = column;
        // For elements, `pg_stats` has more numbers after the frequencies: their minimum, their maximum and others.
        let rarest = frequencies.iter().take(values.len()).copied().fold(1.0, f64::min);
        // Other elements are much rarer than the common ones. A quarter of the rarest common one is a cautious estimate.
        let other = if rest > 0.0 { (rest / other_values.max(1.0)).min(rarest) } else { rarest / 4.0 };
        Self { common: values.into_iter().zip(frequencies).collect(), other }
    }
}
