//! What Postgres knows of a collection from its last `ANALYZE`: how many records there are, how many have each common
//! value and lexeme, and how they are spread over time.

use super::estimate::{at_least, estimate};
use super::learned::Learned;
use super::queries::Queries;
use super::{Collection, Reading};
use crate::store::Result;
use crate::store::entities::names::PopularNames;
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
const KEPT: Duration = Duration::from_secs(300);
/// The same where there were none.
const KEPT_NONE: Duration = Duration::from_secs(5);

/// The statistics of the collections, read when a list first needs them and every few minutes from then on.
#[derive(Debug)]
pub struct Statistics {
    articles: Mutex<Option<Read>>,
    quotes: Mutex<Option<Read>>,
    /// And how searches are read.
    pub queries: Queries,
    /// And the best known names.
    pub names: PopularNames,
    /// And what they do not tell of lists.
    pub learned: Learned,
}

#[derive(Debug, Clone)]
struct Read {
    at: Instant,
    /// `None` for a table that was never analysed.
    sample: Option<Arc<Sample>>,
}

/// The statistics of one collection.
#[derive(Debug, Default)]
pub struct Sample {
    /// Rows in the table.
    pub rows: f64,
    /// By the name of the column.
    pub columns: HashMap<String, Values>,
    pub published: Spread,
    pub created: Spread,
}

/// The part of all rows, 0 to 1, that has a value of a column, or an element of it: a lexeme, a keyword.
#[derive(Debug, Default)]
pub struct Values {
    pub common: HashMap<String, f64>,
    /// Of each that is not common, more or less.
    pub other: f64,
}

/// How the rows of a table are spread over time.
#[derive(Debug, Default)]
pub struct Spread {
    /// Rows that have a time.
    pub rows: f64,
    /// Times in order, between which there are as many rows each.
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
    #[diesel(sql_type = Nullable<Array<Timestamptz>>)]
    created: Option<Vec<PgTimestamp>>,
}

#[derive(QueryableByName)]
struct ColumnRow {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Array<Text>)]
    values: Vec<String>,
    #[diesel(sql_type = Array<Double>)]
    frequencies: Vec<f64>,
    /// The number of rows that have none of these, and of the values that those have.
    #[diesel(sql_type = Double)]
    rest: f64,
    #[diesel(sql_type = Double)]
    variety: f64,
}

impl Statistics {
    /// None yet. `keeps_languages` when reads see all that this process has written.
    pub fn new(keeps_languages: bool) -> Self {
        Self {
            articles: Mutex::default(),
            quotes: Mutex::default(),
            queries: Queries::new(keeps_languages),
            names: PopularNames::default(),
            learned: Learned::default(),
        }
    }

    /// The statistics of a collection; `None` when Postgres has none.
    ///
    /// # Errors
    /// Only the database's own.
    pub fn of(&self, conn: &mut PgConnection, collection: Collection) -> Result<Option<Arc<Sample>>> {
        let place = match collection {
            Collection::Articles => &self.articles,
            Collection::Quotes => &self.quotes,
        };
        let known = place.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let is_fresh = |read: &Read| read.at.elapsed() < if read.sample.is_some() { KEPT } else { KEPT_NONE };
        if let Some(read) = known.filter(is_fresh) {
            return Ok(read.sample);
        }
        // Nobody waits for another who reads: at worst some read at once.
        let sample = Sample::read(conn, collection)?.map(Arc::new);
        let read = Read { at: Instant::now(), sample: sample.clone() };
        *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(read);
        Ok(sample)
    }
}

impl Sample {
    fn read(conn: &mut PgConnection, collection: Collection) -> Result<Option<Self>> {
        let columns = "WITH columns AS (
                SELECT *, (SELECT reltuples FROM pg_class WHERE oid = $1::regclass)::double precision AS rows FROM pg_stats
                WHERE (schemaname, tablename) =
                    (SELECT nspname, relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
                    WHERE pg_class.oid = $1::regclass)
            )";
        let row: Option<TableRow> = diesel::sql_query(format!(
            "{columns} SELECT c.rows, c.null_frac::double precision AS undated,
                c.histogram_bounds::text::timestamptz[] AS published,
                (SELECT histogram_bounds::text::timestamptz[] FROM columns WHERE attname = 'created_at') AS created
            FROM columns c WHERE attname = 'published_at'"
        ))
        .bind::<Text, _>(collection.table())
        .get_result(conn)
        .optional()?;
        let Some(row) = row else { return Ok(None) };
        let columns: Vec<ColumnRow> = diesel::sql_query(format!(
            "{columns}, known AS (
                SELECT attname::text AS name, rows, null_frac::double precision AS absent,
                    CASE WHEN n_distinct < 0 THEN -n_distinct * rows ELSE n_distinct END::double precision AS variety,
                    most_common_elems IS NOT NULL AS of_elements,
                    coalesce(most_common_elems::text, most_common_vals::text)::text[] AS values,
                    coalesce(most_common_elem_freqs, most_common_freqs)::double precision[] AS frequencies
                FROM columns WHERE attname = ANY ($2)
            )
            SELECT name, values, frequencies,
                CASE WHEN NOT of_elements THEN
                    greatest(0, 1 - absent - (SELECT sum(f) FROM unnest(frequencies) AS f)) * rows
                ELSE 0 END AS rest, variety - cardinality(values) AS variety
            FROM known WHERE values IS NOT NULL AND frequencies IS NOT NULL"
        ))
        .bind::<Text, _>(collection.table())
        .bind::<Array<Text>, _>(collection.known_columns())
        .load(conn)?;
        Ok(Some(Self {
            rows: row.rows,
            columns: columns.into_iter().map(|column| (column.name.clone(), Values::of(column, row.rows))).collect(),
            published: Spread { rows: row.rows * (1.0 - row.undated), bounds: row.published.unwrap_or_default() },
            created: Spread { rows: row.rows, bounds: row.created.unwrap_or_default() },
        }))
    }

    /// The part of all rows, 0 to 1, that a search matches, more or less.
    pub fn matching(&self, reading: &Reading) -> f64 {
        let frequency = |lexeme: &str| self.having(VECTOR, lexeme);
        reading.queries().map(|query| estimate(query, &frequency)).fold(0.0, f64::max)
    }

    /// How many rows a search matches at least, more or less.
    pub fn at_least(&self, reading: &Reading) -> f64 {
        let frequency = |lexeme: &str| self.having(VECTOR, lexeme);
        let of_language = |languages: &[String]| -> f64 {
            languages.iter().map(|language| self.having("language", language)).sum::<f64>().min(1.0)
        };
        let least = |(languages, query): (Option<&[String]>, &str)| {
            // As many texts as can have the words in another language, where they mean something else.
            (at_least(query, &frequency) + languages.map_or(1.0, of_language) - 1.0).max(0.0)
        };
        self.rows * reading.groups().map(least).sum::<f64>()
    }

    /// The part of all rows, 0 to 1, that has one of these values in a column, more or less.
    pub fn part(&self, (column, values): &(&str, Vec<String>)) -> f64 {
        values.iter().map(|value| self.having(column, value)).sum::<f64>().min(1.0)
    }

    /// The part of all rows, 0 to 1, that has this value in a column, more or less.
    pub fn having(&self, column: &str, value: &str) -> f64 {
        self.columns.get(column).map_or(0.0, |values| values.common.get(value).copied().unwrap_or(values.other))
    }
}

impl Values {
    fn of(column: ColumnRow, rows: f64) -> Self {
        let ColumnRow { values, frequencies, rest, variety, .. } = column;
        // Of elements, the least frequency and the greatest come after those of the values.
        let rarest = frequencies.get(..values.len()).unwrap_or_default().iter().copied().fold(1.0, f64::min);
        // One that is not known is rarer than all that are; of elements, by much more often than by little. Where that is
        // a mistake, it costs less to take it for too common.
        let other = if rest > 0.0 { (rest / variety.max(1.0) / rows.max(1.0)).min(rarest) } else { rarest / 4.0 };
        Self { common: values.into_iter().zip(frequencies).collect(), other }
    }
}

impl Spread {
    /// The number of rows before a time.
    pub fn rows_before(&self, time: PgTimestamp) -> f64 {
        let Some(steps) = self.steps() else { return 0.0 };
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

    /// The number of rows between two times, where they are known.
    pub fn rows_between(&self, (from, to): (Option<PgTimestamp>, Option<PgTimestamp>)) -> f64 {
        let before = |time: Option<PgTimestamp>| time.map(|time| self.rows_before(time));
        (before(to).unwrap_or(self.rows) - before(from).unwrap_or(0.0)).max(0.0)
    }

    /// The time before which there are so many rows; `None` outside of the times there are.
    pub fn time_after(&self, rows: f64) -> Option<PgTimestamp> {
        let place = rows / self.rows * self.steps()?;
        if !(0.0..self.steps()?).contains(&place) {
            return None;
        }
        let below = place as usize;
        let (low, high) = (self.bounds[below].0, self.bounds[below + 1].0);
        Some(PgTimestamp(low + ((high - low) as f64 * place.fract()).round() as i64))
    }

    /// The number of rows between two of the times.
    pub fn resolution(&self) -> f64 {
        self.steps().map_or(0.0, |steps| self.rows / steps)
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
        let spread = Spread { rows: 300.0, bounds: [0, 10, 20, 1000].map(PgTimestamp).to_vec() };
        for (time, rows) in [(0, 0.0), (5, 50.0), (10, 100.0), (510, 250.0)] {
            assert_eq!(
                (spread.rows_before(PgTimestamp(time)), spread.time_after(rows)),
                (rows, Some(PgTimestamp(time)))
            );
        }
        assert_eq!(spread.rows_before(PgTimestamp(-1)), 0.0);
        assert_eq!(spread.rows_before(PgTimestamp(2000)), 300.0);
        assert_eq!((spread.time_after(300.0), spread.time_after(-1.0)), (None, None));
        assert_eq!(spread.resolution(), 100.0);
    }

    #[test]
    fn nothing_is_known_without_times() {
        let spread = Spread { rows: 300.0, bounds: vec![PgTimestamp(0)] };
        assert_eq!((spread.rows_before(PgTimestamp(5)), spread.time_after(10.0)), (0.0, None));
        assert_eq!(spread.resolution(), 0.0);
    }
}
