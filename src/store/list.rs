//! Lists of records, read by the cheapest access path.

use super::Result;
use super::counts;
use super::fulltext::{Collection, Planner, Statistics};
use super::sql::access_path::AccessPath;
use super::sql::count;
use super::sql::filter::Filter;
use super::sql::keyset::DateKey;
use super::sql::order::{EntityIndex, NEWEST, Rows, Segment, SortKey};
use crate::domain::Dimension;
use crate::domain::page::{Count, Total};
use crate::domain::stats::CountTarget;
use diesel::data_types::PgTimestamp;
use diesel::pg::PgConnection;
use uuid::Uuid;

/// Number of keys in the first batch if some records may not match, and the growth factor of the batches.
const FIRST_BATCH: i64 = 200;
const GROWTH: i64 = 4;
const MAX_BATCH: i64 = 5_000;

/// The access to the records of a list.
#[derive(Debug)]
pub(super) enum Source {
    /// One index has the filter and the order, or the path says how.
    Path(AccessPath),
    /// By what the planner knows of the filter.
    Planned(Planner),
    /// The records of some entities, in their index.
    Entities(EntityIndex),
}

/// A list of one table.
pub(super) struct List<'a> {
    pub filter: &'a Filter,
    pub source: Source,
}

impl<'a> List<'a> {
    /// Chooses between the index of the rarest entity, the planner's paths, and one index. `indexes` are those of the entities
    /// that the filter includes, with the dimension that counts the records of these; without `is_planned`, the planner is not asked.
    pub fn new(
        conn: &mut PgConnection,
        statistics: &Statistics,
        collection: Collection,
        filter: &'a Filter,
        is_planned: bool,
        indexes: impl IntoIterator<Item = (Dimension, EntityIndex)>,
        wanted: i64,
    ) -> Result<Self> {
        let planner = match is_planned {
            true => Planner::new(conn, statistics, collection, filter)?,
            false => None,
        };
        let indexes: Vec<_> = indexes.into_iter().collect();
        let is_only = indexes.len() == 1 && planner.is_none();
        let mut counted = Vec::new();
        for (dimension, index) in indexes {
            // A single path needs no comparison.
            let rows = if is_only { 0 } else { counts::of_entities(conn, dimension, &index.entities)? };
            counted.push((rows, index));
        }
        let source = match (planner, counted.into_iter().min_by_key(|(rows, _)| *rows)) {
            (None, None) => Source::Path(AccessPath::Planner),
            (Some(planner), None) => Source::Planned(planner),
            (Some(planner), Some((rows, _))) if !planner.prefers_entity_index(rows as f64, wanted) => {
                Source::Planned(planner.of_entities(rows as f64))
            }
            (_, Some((_, index))) => Source::Entities(index),
        };
        Ok(Self { filter, source })
    }

    /// The first `wanted` records. `load` reads the records of a statement.
    pub fn read<K: SortKey, T>(
        &self,
        conn: &mut PgConnection,
        segments: &[Segment<K>],
        wanted: i64,
        load: impl Fn(&mut PgConnection, Rows) -> Result<Vec<T>>,
    ) -> Result<Vec<T>> {
        let mut found = Vec::new();
        for segment in segments {
            let missing = wanted - found.len() as i64;
            if missing == 0 {
                break;
            }
            let after = |after: Option<(K, Uuid)>| Segment { after: after.or(segment.after), ..*segment };
            let by_ids = |conn: &mut PgConnection, filter: &Filter, ids, limit| {
                load(conn, Segment { after: None, ..*segment }.rows(filter, &AccessPath::ByIds(ids), limit))
            };
            found.extend(match &self.source {
                Source::Path(path) => load(conn, segment.rows(self.filter, path, missing))?,
                Source::Planned(planner) => load_by_keys(
                    conn,
                    true,
                    missing,
                    |conn, last, limit| planner.keys(conn, self.filter, &after(last), limit),
                    // They match: only their ids are looked for.
                    |conn, ids, limit| by_ids(conn, &Filter::new(self.filter.table, None), ids, limit),
                )?,
                Source::Entities(index) => load_by_keys(
                    conn,
                    index.is_complete,
                    missing,
                    |conn, last, limit| index.keys(conn, &after(last), limit),
                    |conn, ids, limit| by_ids(conn, &index.rest, ids, limit),
                )?,
            });
        }
        Ok(found)
    }

    /// The ids of the `most` newest records.
    pub fn newest_ids(&self, conn: &mut PgConnection, most: i64) -> Result<Vec<Uuid>> {
        let keys_by = |conn: &mut PgConnection, filter: &Filter, path: &AccessPath, limit| -> Result<Vec<DateKey>> {
            let rows = NEWEST.keys(filter, path, limit).rows(conn)?;
            Ok(rows.into_iter().map(PgTimestamp::of).collect())
        };
        let keys = match &self.source {
            Source::Path(path) => keys_by(conn, self.filter, path, most)?,
            Source::Planned(planner) => planner.keys(conn, self.filter, &NEWEST, most)?,
            Source::Entities(index) => load_by_keys(
                conn,
                index.is_complete,
                most,
                |conn, after, limit| index.keys(conn, &Segment { after, ..NEWEST }, limit),
                |conn, ids, limit| keys_by(conn, &index.rest, &AccessPath::ByIds(ids), limit),
            )?,
        };
        Ok(keys.into_iter().map(|(_, id)| id).collect())
    }
}

/// The number of matching records, if requested: from the rollups, the index of an entity, or the records.
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
        Some((index, entity)) => count::total(conn, asked, || index.keys_of(entity, &NEWEST, None)),
        None => count::total_of(conn, asked, filter),
    }
}

/// The first `wanted` records by keys. `keys` reads the keys after one, and `load` the records of these ids that match, in order.
///
/// Records may be gone by the time they are loaded, or not match: it goes on until the page is full or there are no keys.
fn load_by_keys<K: Copy, T>(
    conn: &mut PgConnection,
    is_complete: bool,
    wanted: i64,
    keys: impl Fn(&mut PgConnection, Option<(K, Uuid)>, i64) -> Result<Vec<(K, Uuid)>>,
    load: impl Fn(&mut PgConnection, Vec<Uuid>, i64) -> Result<Vec<T>>,
) -> Result<Vec<T>> {
    let mut found: Vec<T> = Vec::new();
    let mut after = None;
    let mut batch = if is_complete { wanted } else { FIRST_BATCH };
    loop {
        let missing = wanted - found.len() as i64;
        let there = keys(conn, after, batch)?;
        let is_last = (there.len() as i64) < batch;
        after = there.last().copied();
        if !there.is_empty() {
            found.extend(load(conn, there.into_iter().map(|(_, id)| id).collect(), missing)?);
        }
        if is_last || found.len() as i64 >= wanted {
            return Ok(found);
        }
        batch = (batch * GROWTH).min(MAX_BATCH);
    }
}
