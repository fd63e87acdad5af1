//! What Postgres knows of the texts from its last `ANALYZE`: how many there are, in how many each common lexeme stands,
//! and how they are spread over time.

use super::estimate::estimate;
use super::{Collection, Reading};
use crate::store::Result;
use diesel::data_types::PgTimestamp;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, Double, Nullable, Text, Timestamptz};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long statistics are used before they are read again.
const KEPT: Duration = Duration::from_secs(300);
/// The same where there were none.
const KEPT_NONE: Duration = Duration::from_secs(5);

/// The statistics of the collections, read when a search first needs them and every few minutes from then on.
#[derive(Debug, Default)]
pub struct Statistics {
    articles: Mutex<Option<Read>>,
    quotes: Mutex<Option<Read>>,
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
    /// The part of all rows, 0 to 1, that has a lexeme.
    pub lexemes: HashMap<String, f64>,
    /// The same of the rarest that is in `lexemes`.
    pub rarest: f64,
    pub published: Spread,
    pub created: Spread,
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
    #[diesel(sql_type = Nullable<Array<Text>>)]
    lexemes: Option<Vec<String>>,
    #[diesel(sql_type = Nullable<Array<Double>>)]
    frequencies: Option<Vec<f64>>,
    #[diesel(sql_type = Nullable<Array<Timestamptz>>)]
    published: Option<Vec<PgTimestamp>>,
    #[diesel(sql_type = Double)]
    undated: f64,
    #[diesel(sql_type = Nullable<Array<Timestamptz>>)]
    created: Option<Vec<PgTimestamp>>,
}

impl Statistics {
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
        let row: TableRow = diesel::sql_query(
            "WITH columns AS (
                SELECT * FROM pg_stats
                WHERE (schemaname, tablename) =
                    (SELECT nspname, relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
                    WHERE pg_class.oid = $1::regclass)
            )
            SELECT (SELECT reltuples FROM pg_class WHERE oid = $1::regclass)::double precision AS rows,
                (SELECT most_common_elems::text::text[] FROM columns WHERE attname = 'vector') AS lexemes,
                (SELECT most_common_elem_freqs::double precision[] FROM columns WHERE attname = 'vector') AS frequencies,
                (SELECT histogram_bounds::text::timestamptz[] FROM columns WHERE attname = 'published_at') AS published,
                coalesce((SELECT null_frac FROM columns WHERE attname = 'published_at'), 0)::double precision AS undated,
                (SELECT histogram_bounds::text::timestamptz[] FROM columns WHERE attname = 'created_at') AS created",
        )
        .bind::<Text, _>(collection.table())
        .get_result(conn)?;
        let (Some(lexemes), Some(frequencies)) = (row.lexemes, row.frequencies) else { return Ok(None) };
        // After those of the lexemes come the least and the greatest.
        let rarest = frequencies.get(lexemes.len()).copied().unwrap_or_default();
        Ok(Some(Self {
            rows: row.rows,
            lexemes: lexemes.into_iter().zip(frequencies).collect(),
            rarest,
            published: Spread { rows: row.rows * (1.0 - row.undated), bounds: row.published.unwrap_or_default() },
            created: Spread { rows: row.rows, bounds: row.created.unwrap_or_default() },
        }))
    }

    /// The part of all rows, 0 to 1, that a search matches, more or less.
    pub fn matching(&self, reading: &Reading) -> f64 {
        // One that is not known is rarer than all that are; half of that is what Postgres takes, too.
        let frequency = |lexeme: &str| self.lexemes.get(lexeme).copied().unwrap_or(self.rarest / 2.0);
        reading.queries().map(|query| estimate(query, &frequency)).fold(0.0, f64::max)
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
