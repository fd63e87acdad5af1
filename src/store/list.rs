//! Lists of records, read by the cheapest access path.

use super::counts;
use super::fulltext::{Collection, DateAxis, Planner, Statistics};
use super::sql::access_path::{AccessPath, Scan};
use super::sql::date_order::{self, DateKeyed, EntityIndex, KeyRow, Rows, Segment, load_by_keys};
use super::sql::filter::Filter;
use super::sql::keyset::DateKey;
use super::sql::{Sql, Value, count};
use super::{Error, Result};
use crate::domain::Dimension;
use crate::domain::page::{Count, Position, Range, Total};
use crate::domain::stats::CountTarget;
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use std::cmp::Ordering;
use uuid::Uuid;

/// How the records of a list in date order are found.
#[derive(Debug)]
pub(super) struct Source<'a> {
    filter: &'a Filter,
    /// `None` when one index has the filter and the order.
    planner: Option<Planner>,
    /// Set when the records of some entities are read from their index.
    entity_index: Option<EntityIndex>,
}

impl<'a> Source<'a> {
    /// A list that one index has, or that Postgres plans.
    pub const fn plain(filter: &'a Filter) -> Self {
        Self { filter, planner: None, entity_index: None }
    }

    /// Chooses between the index of the rarest entity, the planner's paths, and one index. `indexes` are those of the entities
    /// that the filter includes, with the dimension that counts the records of these.
    pub fn choose(
        conn: &mut PgConnection,
        statistics: &Statistics,
        collection: Collection,
        filter: &'a Filter,
        is_selective: bool,
        indexes: impl IntoIterator<Item = (Dimension, EntityIndex)>,
        wanted: i64,
    ) -> Result<Self> {
        let mut source = Self::plain(filter);
        if !filter.uses_single_index() && !is_selective {
            source.planner = Planner::new(conn, statistics, collection, filter)?;
        }
        let mut indexes: Vec<_> = indexes.into_iter().collect();
        if source.planner.is_none() && indexes.len() < 2 {
            source.entity_index = indexes.pop().map(|(_, index)| index);
            return Ok(source);
        }
        let mut rarest: Option<(i64, EntityIndex)> = None;
        for (dimension, index) in indexes {
            let rows = counts::of_entities(conn, dimension, &index.entities)?;
            if rarest.as_ref().is_none_or(|(fewest, _)| rows < *fewest) {
                rarest = Some((rows, index));
            }
        }
        let Some((rows, index)) = rarest else { return Ok(source) };
        match source.planner.take() {
            Some(planner) if !planner.prefers_entity_index(rows as f64, wanted) => {
                source.planner = Some(planner.of_entities(rows as f64));
            }
            _ => source.entity_index = Some(index),
        }
        Ok(source)
    }
}

/// How many records match, when that was asked: from the rollups, the index of an entity, or the records.
///
/// # Errors
/// Only those of the database.
pub(super) fn total(
    conn: &mut PgConnection,
    asked: Option<Count>,
    filter: &Filter,
    records: impl FnOnce() -> CountTarget,
    entity_index: Option<&EntityIndex>,
) -> Result<Option<Total>> {
    if let Some(total) = counts::total(conn, asked, records)? {
        return Ok(Some(total));
    }
    match entity_index.and_then(|index| Some((index, index.only()?))) {
        Some((index, entity)) => count::total(conn, asked, || index.keys_of(entity, &Segment::NEWEST, None)),
        None => count::total_of(conn, asked, filter),
    }
}

/// The first `wanted` records of a list in date order.
///
/// # Errors
/// Those of `load`.
pub(super) fn by_date<T: DateKeyed>(
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
                let axis = DateAxis::new(segment, range);
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

/// The keys of the `most` newest records of a list.
///
/// # Errors
/// Only those of the database.
pub(super) fn newest_keys(
    conn: &mut PgConnection,
    source: &Source<'_>,
    range: Range<DateTime<Utc>>,
    most: i64,
) -> Result<Vec<DateKey>> {
    let table = source.filter.table;
    by_date(conn, source, range, &[Segment::NEWEST], most, |conn, rows| {
        let keys: Vec<KeyRow> = Sql::new(format!("SELECT {table}.published_desc, {table}.id FROM {table} WHERE "))
            .append(rows.condition)
            .sql(format!(" ORDER BY {} LIMIT ", rows.order))
            .bind(rows.limit)
            .rows(conn)?;
        Ok(keys.into_iter().map(KeyRow::key).collect())
    })
}

/// A list that begins with the records of the highest value in a column.
pub(super) struct Highest<'a> {
    pub filter: &'a Filter,
    pub column: &'static str,
    /// The value and the id after which it begins.
    pub after: Option<(Value, Uuid)>,
    pub wanted: i64,
}

impl Highest<'_> {
    /// The path of such a list: an index, as Postgres chooses, unless the planner knows what is rare.
    ///
    /// # Errors
    /// Only those of the database.
    pub fn path(&self, conn: &mut PgConnection, statistics: &Statistics, collection: Collection) -> Result<AccessPath> {
        if self.filter.search.is_none() && self.filter.column_values().next().is_none() {
            return Ok(AccessPath::Planner);
        }
        let planner = Planner::new(conn, statistics, collection, self.filter)?;
        Ok(planner.map_or(AccessPath::Planner, |planner| planner.unwindowed(self.wanted)))
    }

    /// The first records, read by a path. `compare` is the order of the list.
    ///
    /// # Errors
    /// Those of `load`.
    pub fn read<T>(
        &self,
        path: AccessPath,
        compare: impl Fn(&T, &T) -> Ordering,
        mut load: impl FnMut(Rows) -> Result<Vec<T>>,
    ) -> Result<Vec<T>> {
        let (key, id) = (self.filter.column(self.column), self.filter.column("id"));
        by_group(self.filter, &Scan::new(path), self.wanted, compare, |scan| {
            let after = self.after.clone().map(|after| below(&key, &id, after));
            let condition = Sql::all(std::iter::once(self.filter.conditions(&scan.path)).chain(after));
            load(Rows { condition, order: date_order::order(&scan.path, &key, &id, "DESC"), limit: self.wanted })
        })
    }
}

/// The condition that a record comes after a value and an id, from the highest on.
pub(super) fn below(key: &str, id: &str, (value, after): (Value, Uuid)) -> Sql {
    Sql::new(format!("({key}, {id}) < (")).bind(value).sql(", ").bind(after).sql(")")
}

/// The value and the id of a position.
///
/// # Errors
/// Those of `key`, which reads the value.
pub(super) fn value_after<V: Into<Value>>(
    position: Option<&Position>,
    key: impl Fn(&Position) -> Result<V>,
) -> Result<Option<(Value, Uuid)>> {
    position.map(|position| Ok::<_, Error>((key(position)?.into(), position.id))).transpose()
}

/// The first `limit` rows of a scan. From the combined index, the matches of each language are read by themselves: of a
/// text that one of several queries found, Postgres reads the words again to see which.
fn by_group<T>(
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
