//! A list in order of publication, read in windows along its stretches.

use super::steps::{Course, Step};
use super::windows::Windows;
use crate::domain::page::Range;
use crate::store::Result;
use crate::store::page::pg_time;
use crate::store::walk::{self, Placed, Stretch};
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;

/// The first `wanted` records of some stretches of publication within a range: at once where there are no windows, or where
/// what has to do with an entity is met last, else in windows. `read` reads as many as it is told of a step along a stretch.
///
/// # Errors
/// Those of `read`.
pub fn along_stretches<T: Placed>(
    conn: &mut PgConnection,
    windows: Option<&Windows>,
    is_of_entity: bool,
    stretches: Vec<Stretch>,
    range: Range<DateTime<Utc>>,
    wanted: i64,
    mut read: impl FnMut(&mut PgConnection, Stretch, &Step, i64) -> Result<Vec<T>>,
) -> Result<Vec<T>> {
    let course = |stretch: &Stretch| Course::published(stretch, range);
    if let (Some(windows), Some(all)) = (windows, walk::at_once(&stretches)) {
        let step = if is_of_entity { Some(Step::GATHERED) } else { windows.at_once(course(&all), wanted) };
        if let Some(step) = step {
            return read(conn, all, &step, wanted);
        }
    }
    walk::each(conn, stretches, wanted, |conn, stretch, missing| match windows {
        None => read(conn, stretch, &Step::default(), missing),
        Some(_) if is_of_entity => read(conn, stretch, &Step::GATHERED, missing),
        Some(windows) => {
            let course = course(&stretch);
            let found =
                windows.read(conn, Some(course), missing, |conn, step, missing| read(conn, stretch, step, missing))?;
            if found.len() as i64 == missing
                && let Some((Some(time), _)) = found.last().map(Placed::place)
            {
                windows.learn_end(course, missing, pg_time(time));
            }
            Ok(found)
        }
    })
}
