//! Lists in order of publication, read by the cheapest access path.

use super::planner::{DateAxis, Planner};
use crate::domain::page::Range;
use crate::store::Result;
use crate::store::sql::access_path::{AccessPath, Scan};
use crate::store::sql::date_order::{DateKeyed, EntityIndex, Rows, Segment, load_by_keys};
use crate::store::sql::filter::Filter;
use crate::store::sql::keyset::DateKey;
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use std::cmp::Ordering;

/// What a list in date order is read by.
#[derive(Debug)]
pub struct Source<'a> {
    pub filter: &'a Filter,
    /// `None` when one index has the filter and the order.
    pub planner: Option<Planner>,
    /// Set when the records of some entities are read from their index.
    pub entity_index: Option<EntityIndex>,
}

/// The first `wanted` records of a list.
///
/// # Errors
/// Those of `load`.
pub fn by_date<T: DateKeyed>(
    conn: &mut PgConnection,
    source: &Source<'_>,
    range: Range<DateTime<Utc>>,
    segments: &[Segment],
    wanted: i64,
    load: impl Fn(&mut PgConnection, Rows) -> Result<Vec<T>>,
) -> Result<Vec<T>> {
    let mut found = Vec::new();
    for segment in segments {
        let missing = wanted - found.len() as i64;
        if missing == 0 {
            break;
        }
        found.extend(match (source, &source.planner) {
            (Source { entity_index: Some(index), .. }, _) => {
                let keys = |conn: &mut PgConnection, after: Option<DateKey>, limit| {
                    index.keys(conn, &Segment { after: after.or(segment.after), ..*segment }, limit)
                };
                load_by_keys(conn, index.is_complete, missing, keys, |conn, ids, limit| {
                    let by_ids = Scan::new(AccessPath::ByIds(ids));
                    load(conn, Segment { after: None, ..*segment }.rows(&index.rest, &by_ids, limit))
                })?
            }
            (_, None) => load(conn, segment.rows(source.filter, &Scan::default(), missing))?,
            (_, Some(planner)) => {
                let axis = DateAxis::published(segment, range);
                planner.read(conn, &axis, missing, |conn, scan, limit| {
                    by_group(
                        source.filter,
                        scan,
                        limit,
                        |one: &T, other| segment.kind.compare(one.date_key(), other.date_key()),
                        |scan| load(conn, segment.rows(source.filter, scan, limit)),
                    )
                })?
            }
        });
    }
    Ok(found)
}

/// The first `limit` rows of a scan. From the combined index, the matches of each language are read by themselves: of a
/// text that one of several queries found, Postgres reads the words again to see which.
///
/// # Errors
/// Those of `read`.
pub fn by_group<T>(
    filter: &Filter,
    scan: &Scan,
    limit: i64,
    compare: impl Fn(&T, &T) -> Ordering,
    mut read: impl FnMut(&Scan) -> Result<Vec<T>>,
) -> Result<Vec<T>> {
    let (AccessPath::Bitmap(_), Some(search)) = (&scan.path, &filter.search) else {
        return read(scan);
    };
    let mut found = Vec::new();
    for group in search.groups() {
        found.extend(read(&scan.of_group(group))?);
    }
    found.sort_by(compare);
    found.truncate(usize::try_from(limit).unwrap_or(0));
    Ok(found)
}
