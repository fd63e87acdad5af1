//! The order of publication: its segments, its statements, and the indexes that have it.
//!
//! Newest first is the order of the index on the stored date, with the undated last. Oldest first is that index read
//! backwards, the dated and then the undated: two segments.

use super::Sql;
use super::access_path::{AccessPath, Scan};
use super::filter::{Filter, is_any};
use super::keyset::{DateKey, LONG_AGO, date_key};
use crate::domain::page::{Position, Range};
use crate::store::Result;
use chrono::{DateTime, Utc};
use diesel::data_types::PgTimestamp;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Timestamptz, Uuid as SqlUuid};
use std::cmp::Ordering;
use uuid::Uuid;

/// The keys that are read first when some records may not match, and the factor by which each batch grows.
const FIRST_BATCH: i64 = 200;
const GROWTH: i64 = 4;
const MAX_BATCH: i64 = 5_000;

/// The most entities whose indexes are read side by side: as many as may share a name.
pub const MAX_ENTITIES: usize = 50;

/// The undated, in a list that is newest first or oldest first.
const UNDATED: &str = "'-infinity'::timestamptz";

/// The rows of a statement: which, in what order, and how many.
#[derive(Debug, Clone)]
pub struct Rows {
    pub condition: Sql,
    pub order: String,
    pub limit: i64,
}

/// A record in a list in date order.
pub trait DateKeyed {
    fn date_key(&self) -> DateKey;
}

impl DateKeyed for DateKey {
    fn date_key(&self) -> DateKey {
        *self
    }
}

/// A part of a list that one index has in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SegmentKind {
    /// Newest first, the undated last.
    Newest,
    /// Oldest first, without the undated.
    OldestDated,
    Undated,
}

/// A segment after a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    pub kind: SegmentKind,
    pub after: Option<DateKey>,
}

/// The segments of a list that is newest first.
///
/// # Errors
/// When the position is of another order.
pub fn newest(after: Option<&Position>) -> Result<Vec<Segment>> {
    Ok(vec![Segment { kind: SegmentKind::Newest, after: after.map(date_key).transpose()? }])
}

/// The segments of a list that is oldest first. Undated records are in no range.
///
/// # Errors
/// When the position is of another order.
pub fn oldest(after: Option<&Position>, range: Range<DateTime<Utc>>) -> Result<Vec<Segment>> {
    let after = after.map(date_key).transpose()?;
    let dated = Segment { kind: SegmentKind::OldestDated, after };
    Ok(match after {
        Some((LONG_AGO, _)) => vec![Segment { kind: SegmentKind::Undated, after }],
        _ if range != Range::default() => vec![dated],
        _ => vec![dated, Segment { kind: SegmentKind::Undated, after: None }],
    })
}

impl SegmentKind {
    /// Which of two records comes first.
    pub fn compare(self, one: DateKey, other: DateKey) -> Ordering {
        let ascending = (one.0.0, one.1).cmp(&(other.0.0, other.1));
        if self == Self::Newest { ascending.reverse() } else { ascending }
    }

    fn direction(self) -> &'static str {
        if self == Self::Newest { "DESC" } else { "ASC" }
    }
}

impl Segment {
    /// All records, newest first.
    pub const NEWEST: Self = Self { kind: SegmentKind::Newest, after: None };

    /// The conditions on the date and the id of a record of the segment.
    fn conditions(&self, date: &str, id: &str) -> Vec<Sql> {
        let operator = if self.kind == SegmentKind::Newest { "<" } else { ">" };
        let after = self.after.map(|(time, after)| {
            Sql::new(format!("({date}, {id}) {operator} (")).bind(time).sql(", ").bind(after).sql(")")
        });
        let kind = match self.kind {
            SegmentKind::Newest => None,
            SegmentKind::OldestDated => Some(Sql::new(format!("{date} > {UNDATED}"))),
            SegmentKind::Undated => Some(Sql::new(format!("{date} = {UNDATED}"))),
        };
        after.into_iter().chain(kind).collect()
    }

    /// The rows of a scan of the segment.
    pub fn rows(&self, filter: &Filter, scan: &Scan, limit: i64) -> Rows {
        let (date, id) = (filter.column("published_desc"), filter.column("id"));
        let mut of_segment = self.conditions(&date, &id);
        of_segment.extend(scan.times(&date));
        if !scan.path.uses_index("published_desc") {
            of_segment = of_segment.into_iter().map(Sql::checked_per_row).collect();
        }
        let condition = Sql::all(std::iter::once(filter.conditions(&scan.path)).chain(of_segment));
        Rows { condition, order: order(&scan.path, &date, &id, self.kind.direction()), limit }
    }
}

/// The order of a list. As a row where no index is to be read in that order.
pub fn order(path: &AccessPath, key: &str, id: &str, direction: &str) -> String {
    if path.sorts() { format!("ROW({key}, {id}) {direction}") } else { format!("{key} {direction}, {id} {direction}") }
}

/// An index that has the records of each entity in date order.
#[derive(Debug, Clone)]
pub struct EntityIndex {
    pub table: &'static str,
    pub entity_column: &'static str,
    pub id_column: &'static str,
    /// Any of these.
    pub entities: Vec<Uuid>,
    /// Further conditions on the rows of the index.
    pub condition: Sql,
    /// The filter on the records themselves, without the entities.
    pub rest: Filter,
    /// True when every record in the index matches.
    pub is_complete: bool,
}

/// A date key as it is selected.
#[derive(QueryableByName)]
pub struct KeyRow {
    #[diesel(sql_type = Timestamptz)]
    published_desc: PgTimestamp,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

impl KeyRow {
    pub fn key(self) -> DateKey {
        (self.published_desc, self.id)
    }
}

impl EntityIndex {
    /// The entity, when it is the only one and every record in its index matches: the index alone has the list.
    pub fn only(&self) -> Option<Uuid> {
        match self.entities[..] {
            [entity] if self.is_complete => Some(entity),
            _ => None,
        }
    }

    /// Selects `published_desc, id` of the records of one entity, in the order of a segment.
    pub fn keys_of(&self, entity: Uuid, segment: &Segment, limit: Option<i64>) -> Sql {
        let Self { table, entity_column, id_column, condition, .. } = self;
        let (date, id) = (format!("{table}.published_desc"), format!("{table}.{id_column}"));
        let of_entity = [is_any(&format!("{table}.{entity_column}"), &[entity]), condition.clone()];
        let conditions = of_entity.into_iter().chain(segment.conditions(&date, &id));
        let direction = segment.kind.direction();
        let keys = Sql::new(format!("SELECT DISTINCT {date}, {id} AS id FROM {table} WHERE "))
            .append(Sql::all(conditions))
            .sql(format!(" ORDER BY {date} {direction}, {id} {direction}"));
        limit.into_iter().fold(keys, |keys, limit| keys.sql(" LIMIT ").bind(limit))
    }

    /// The first keys of all entities, in the order of a segment.
    ///
    /// # Errors
    /// Only those of the database.
    pub fn keys(&self, conn: &mut PgConnection, segment: &Segment, limit: i64) -> Result<Vec<DateKey>> {
        let mut keys = Vec::new();
        for entity in &self.entities {
            let rows: Vec<KeyRow> = self.keys_of(*entity, segment, Some(limit)).rows(conn)?;
            keys.extend(rows.into_iter().map(KeyRow::key));
        }
        keys.sort_by(|one, other| segment.kind.compare(*one, *other));
        keys.dedup();
        keys.truncate(usize::try_from(limit).unwrap_or(0));
        Ok(keys)
    }
}

/// The first `wanted` records by the keys in another index. `keys` reads the keys after one, and `load` the records of
/// these ids that match, in order.
///
/// Records may be gone by the time they are loaded, or not match: it goes on until the page is full or there are no keys.
///
/// # Errors
/// Those of `keys` and `load`.
pub fn load_by_keys<K: Copy, T>(
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::page::Key;

    #[test]
    fn oldest_first_ends_with_the_undated() {
        let id = Uuid::from_u128(7);
        let position = |time| Position { key: Key::Time(time), id };
        let all = Range::default();
        let dated = oldest(Some(&position(Some(DateTime::UNIX_EPOCH))), all).unwrap();
        assert_eq!(dated[0].after, Some((PgTimestamp(-946_684_800_000_000), id)));
        let kinds: Vec<_> = dated.iter().map(|segment| segment.kind).collect();
        assert_eq!(kinds, [SegmentKind::OldestDated, SegmentKind::Undated]);
        let undated = oldest(Some(&position(None)), all).unwrap();
        assert_eq!(undated, [Segment { kind: SegmentKind::Undated, after: Some((LONG_AGO, id)) }]);
        assert!(oldest(Some(&Position { key: Key::Count(1), id }), all).is_err());
        let one = oldest(None, Range { from: Some(DateTime::UNIX_EPOCH), to: None }).unwrap();
        assert_eq!(one, [Segment { kind: SegmentKind::OldestDated, after: None }]);
    }
}
