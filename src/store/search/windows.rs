//! A list of what matches a search, read in windows of time that grow until the page is full.

use super::statistics::{Sample, Spread};
use super::{Collection, Reading, Statistics};
use crate::domain::page::{Position, Range};
use crate::store::Result;
use crate::store::page::{FAR_AHEAD, LONG_AGO, pg_time, time_key};
use chrono::{DateTime, Utc};
use diesel::data_types::PgTimestamp;
use diesel::pg::PgConnection;
use std::sync::Arc;

/// Windows are this many times longer than what should fill the page: texts on a matter come in waves.
const MARGIN: f64 = 4.0;
/// And each is this many times longer than the one before.
const GROWTH: f64 = 8.0;
/// So many matches are gathered and put in order at once, in a few milliseconds.
const GATHERED: f64 = 2_500.0;
/// What reading costs, in microseconds, about: only their proportions matter. The planner would unpack more texts: it does
/// not know the price.
#[derive(Debug, Clone, Copy)]
struct Costs {
    /// To take a match from the index of words.
    taken: f64,
    /// To read the row of such a match.
    fetched: f64,
    /// To read a row and unpack the words of its text, which of articles are stored beside the table.
    unpacked: f64,
}

impl Costs {
    const fn of(collection: Collection) -> Self {
        match collection {
            Collection::Articles => Self { taken: 0.15, fetched: 5.0, unpacked: 20.0 },
            Collection::Quotes => Self { taken: 0.15, fetched: 2.0, unpacked: 2.0 },
        }
    }
}

/// The time that a list is in order of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axis {
    Published,
    Created,
}

/// Which end of it comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Newest,
    Oldest,
}

/// One of the queries that a list is read by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Where the window before ended: in it or after it.
    pub near: Option<PgTimestamp>,
    /// Before this; `None` up to the end.
    pub far: Option<PgTimestamp>,
    /// Reads all that match in the window and puts them in order, without the index that is in order.
    pub gathers: bool,
}

/// How a list is read in windows.
#[derive(Debug)]
pub struct Windows {
    costs: Costs,
    sample: Option<Arc<Sample>>,
    /// The part of all rows that the search matches.
    frequency: f64,
    axis: Option<(Axis, Direction)>,
    /// The first and the last time that the list can have, where they are known.
    begin: Option<PgTimestamp>,
    end: Option<PgTimestamp>,
}

impl Windows {
    /// Windows for a search. A list that is in order of something else than time is read at once.
    ///
    /// # Errors
    /// Only the database's own.
    pub fn of(
        conn: &mut PgConnection,
        statistics: &Statistics,
        collection: Collection,
        reading: &Reading,
        axis: Option<(Axis, Direction)>,
    ) -> Result<Self> {
        let sample = statistics.of(conn, collection)?;
        let frequency = sample.as_ref().map_or(0.0, |sample| sample.matching(reading));
        Ok(Self { costs: Costs::of(collection), sample, frequency, axis, begin: None, end: None })
    }

    /// The same for what is after a position in the list and in a range of publication.
    ///
    /// # Errors
    /// When the position is of another order.
    pub fn within(self, published: Range<DateTime<Utc>>, after: Option<&Position>) -> Result<Self> {
        let Some((axis, direction)) = self.axis else { return Ok(self) };
        let range = Some(published).filter(|_| axis == Axis::Published).unwrap_or_default();
        let (from, to) = (range.from.map(pg_time), range.to.map(pg_time));
        Ok(match direction {
            Direction::Newest => {
                let after = after.map(|position| time_key(position, LONG_AGO)).transpose()?;
                Self { begin: after.into_iter().chain(to).min_by_key(|time| time.0), end: from, ..self }
            }
            Direction::Oldest => {
                let after = after.map(|position| time_key(position, FAR_AHEAD)).transpose()?;
                Self { begin: after.into_iter().chain(from).max_by_key(|time| time.0), end: to, ..self }
            }
        })
    }

    /// The first `limit` matches; `read` reads as many as it is told of one step.
    ///
    /// # Errors
    /// Those of `read`.
    pub fn read<T>(
        &self,
        conn: &mut PgConnection,
        limit: i64,
        mut read: impl FnMut(&mut PgConnection, &Step, i64) -> Result<Vec<T>>,
    ) -> Result<Vec<T>> {
        let mut found = Vec::new();
        let mut near = None;
        // The part of the rows that is in the list, as far as it is known by now: filters make it less, and words that
        // seldom stand beside each other.
        let mut density = self.frequency;
        let mut length = MARGIN * limit as f64 / density;
        loop {
            let missing = limit - found.len() as i64;
            let step = self.step(near, length, missing, density);
            found.extend(read(conn, &step, missing)?);
            if found.len() as i64 >= limit || step.far.is_none() {
                break;
            }
            near = step.far;
            // How many rows there are in less than a step of the statistics is not known.
            if length >= self.spread().map_or(0.0, Spread::resolution) {
                density = density.min((found.len() as f64 + 1.0) / length);
            }
            let missing = (limit - found.len() as i64) as f64;
            length = (length * GROWTH).max(length + MARGIN * missing / density);
        }
        Ok(found)
    }

    /// The window that ends `length` rows from the beginning, for so many rows of which `density` is in the list.
    fn step(&self, near: Option<PgTimestamp>, length: f64, missing: i64, density: f64) -> Step {
        let Some(sample) = &self.sample else { return Step { near, far: None, gathers: false } };
        let matches = self.frequency * sample.rows;
        let missing = missing as f64;
        let (Some((_, direction)), Some(spread)) = (self.axis, self.spread()) else {
            // A walk reads `missing / frequency` rows, a gathering all the matches.
            return Step { near, far: None, gathers: matches * matches <= missing * sample.rows };
        };
        if matches <= GATHERED {
            return Step { near, far: None, gathers: true };
        }
        // A walk stops when the page is full.
        let Costs { taken, fetched, unpacked } = self.costs;
        let walk = unpacked * length.min(missing / density);
        let gathering = taken * matches + fetched * self.frequency * length;
        Step { near, far: self.far(spread, direction, length), gathers: gathering < walk }
    }

    fn spread(&self) -> Option<&Spread> {
        let sample = self.sample.as_ref()?;
        Some(match self.axis?.0 {
            Axis::Published => &sample.published,
            Axis::Created => &sample.created,
        })
    }

    fn far(&self, spread: &Spread, direction: Direction, length: f64) -> Option<PgTimestamp> {
        let begin = self.begin.map(|time| spread.rows_before(time));
        match direction {
            Direction::Newest => {
                let far = spread.time_after(begin.unwrap_or(spread.rows) - length)?;
                self.end.is_none_or(|end| far.0 > end.0).then_some(far)
            }
            Direction::Oldest => {
                let far = spread.time_after(begin.unwrap_or(0.0) + length)?;
                self.end.is_none_or(|end| far.0 < end.0).then_some(far)
            }
        }
    }
}

/// Pushes the conditions of a step on the column that the list is in order of.
macro_rules! within {
    ($predicates:ident, $step:expr, $direction:expr, $column:expr) => {
        match $direction {
            $crate::store::search::Direction::Newest => {
                if let Some(far) = $step.far {
                    $predicates.push(Box::new($column.ge(far).nullable()));
                }
                if let Some(near) = $step.near {
                    $predicates.push(Box::new($column.lt(near).nullable()));
                }
            }
            $crate::store::search::Direction::Oldest => {
                if let Some(far) = $step.far {
                    $predicates.push(Box::new($column.lt(far).nullable()));
                }
                if let Some(near) = $step.near {
                    $predicates.push(Box::new($column.ge(near).nullable()));
                }
            }
        }
    };
}
pub(in crate::store) use within;

/// Puts a query in descending order of a key and the id. As a row, in an order that no index has.
macro_rules! descending {
    ($query:ident, $gathers:expr, $key:expr, $id:expr, $sql_type:ty) => {
        if $gathers {
            $query.order($crate::store::page::row!($key, $id, $sql_type).desc())
        } else {
            $query.order(($key.desc(), $id.desc()))
        }
    };
}
pub(in crate::store) use descending;

/// The same in ascending order.
macro_rules! ascending {
    ($query:ident, $gathers:expr, $key:expr, $id:expr, $sql_type:ty) => {
        if $gathers {
            $query.order($crate::store::page::row!($key, $id, $sql_type).asc())
        } else {
            $query.order(($key.asc(), $id.asc()))
        }
    };
}
pub(in crate::store) use ascending;

#[cfg(test)]
mod tests {
    use super::*;

    fn windows(frequency: f64, axis: Option<(Axis, Direction)>) -> Windows {
        let times = (0..=100).map(|time| PgTimestamp(time * 10_000)).collect();
        let sample =
            Sample { rows: 1_000_000.0, published: Spread { rows: 1_000_000.0, bounds: times }, ..Sample::default() };
        let costs = Costs::of(Collection::Articles);
        Windows { costs, sample: Some(Arc::new(sample)), frequency, axis, begin: None, end: None }
    }

    const NEWEST: Option<(Axis, Direction)> = Some((Axis::Published, Direction::Newest));
    const OLDEST: Option<(Axis, Direction)> = Some((Axis::Published, Direction::Oldest));

    fn step(windows: &Windows, length: f64) -> Step {
        windows.step(None, length, 21, windows.frequency)
    }

    #[test]
    fn rare_words_are_read_at_once() {
        assert_eq!(step(&windows(0.002, NEWEST), 1e9), Step { near: None, far: None, gathers: true });
    }

    #[test]
    fn common_words_are_read_from_the_first_end_of_time() {
        let far = |axis, begin, length| {
            let begin = Some(PgTimestamp(begin));
            step(&Windows { begin, ..windows(0.5, axis) }, length).far.map(|far| far.0)
        };
        assert_eq!(far(NEWEST, i64::MAX, 168.0), Some(999_832));
        assert_eq!(far(NEWEST, 500_000, 168.0), Some(499_832));
        assert_eq!(far(NEWEST, 100, 168.0), None);
        assert_eq!(far(NEWEST, i64::MIN, 168.0), None);
        assert_eq!(far(OLDEST, i64::MIN, 168.0), Some(168));
        assert_eq!(far(OLDEST, 500_000, 168.0), Some(500_168));
        assert_eq!(far(OLDEST, i64::MAX, 168.0), None);
    }

    #[test]
    fn no_window_goes_beyond_the_end_that_is_known() {
        let far = |end| step(&Windows { end: Some(PgTimestamp(end)), ..windows(0.5, NEWEST) }, 168.0).far;
        assert_eq!((far(999_000), far(999_900)), (Some(PgTimestamp(999_832)), None));
    }

    #[test]
    fn words_are_walked_to_or_gathered_as_that_reads_less() {
        let gathers = |frequency, density| {
            let length = MARGIN * 21.0 / density;
            windows(frequency, NEWEST).step(None, length, 21, density).gathers
        };
        assert!(gathers(0.01, 0.01) && gathers(0.03, 0.03), "rare enough to be taken from the index");
        assert!(!gathers(0.1, 0.1) && !gathers(0.5, 0.5), "met soon");
        assert!(gathers(0.5, 0.001), "common, but next to never in the list");
    }

    #[test]
    fn another_order_is_walked_where_that_reads_less() {
        let gathers = |frequency| step(&windows(frequency, None), 1e9).gathers;
        assert!(gathers(0.004) && !gathers(0.005));
    }
}
