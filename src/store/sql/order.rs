//! The orders of a list. A list consists of segments, and an index can be read in the order of each segment.
//!
//! Newest first is the order of the index on the stored date, with undated records last. Oldest first reads the same index
//! backwards in two segments: first the dated records, then the undated ones.

use super::access_path::AccessPath;
use super::filter::{Filter, is_any};
use super::keyset::{self, NEG_INFINITY, date_key};
use super::{Sql, Value};
use crate::domain::page::{Position, Range};
use crate::store::Result;
use chrono::{DateTime, Utc};
use diesel::data_types::PgTimestamp;
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::sql_types::{Double, Timestamptz, Uuid as SqlUuid};
use std::cmp::Ordering;
use uuid::Uuid;

/// Maximum number of entities whose records are read by entity and merged. A name resolves to at most as many.
pub const MAX_ENTITIES: usize = 50;

/// The stored date of undated records.
const UNDATED: &str = "'-infinity'::timestamptz";

/// The condition, the order and the limit of a statement.
#[derive(Debug, Clone)]
pub struct Rows {
    pub condition: Sql,
    pub order: String,
    pub limit: i64,
}

/// A value that a list is sorted by.
pub trait SortKey: Copy + Into<Value> + 'static {
    /// A row with the columns `key` and `id`.
    type Row: QueryableByName<Pg> + 'static;

    fn of(row: Self::Row) -> (Self, Uuid);

    fn compare(self, other: Self) -> Ordering;
}

macro_rules! sort_keys {
    ($($row:ident: $rust:ty = $sql:ty, $compare:expr;)+) => {
        $(
            #[derive(QueryableByName)]
            pub struct $row {
                #[diesel(sql_type = $sql)]
                key: $rust,
                #[diesel(sql_type = SqlUuid)]
                id: Uuid,
            }

            impl SortKey for $rust {
                type Row = $row;

                fn of(row: $row) -> (Self, Uuid) {
                    (row.key, row.id)
                }

                fn compare(self, other: Self) -> Ordering {
                    $compare(&self, &other)
                }
            }
        )+
    };
}

sort_keys! {
    TimeRow: PgTimestamp = Timestamptz, |one: &PgTimestamp, other: &PgTimestamp| one.0.cmp(&other.0);
    NumberRow: f64 = Double, f64::total_cmp;
}

/// A part of a list that can be read in the order of one index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SegmentKind {
    /// Highest value first. In date order, undated records are last.
    Descending,
    /// Lowest value first.
    Ascending,
    /// Oldest first, without undated records.
    OldestDated,
    Undated,
}

/// A segment, or its rest after a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment<K> {
    pub column: &'static str,
    pub kind: SegmentKind,
    pub after: Option<(K, Uuid)>,
}

/// All records, newest first.
pub const NEWEST: Segment<PgTimestamp> =
    Segment { column: "published_desc", kind: SegmentKind::Descending, after: None };

/// The segments of a list that is newest first.
///
/// # Errors
/// If the position belongs to another order.
pub fn newest(after: Option<&Position>) -> Result<Vec<Segment<PgTimestamp>>> {
    Ok(vec![Segment { after: after.map(date_key).transpose()?, ..NEWEST }])
}

/// The segments of a list that is oldest first. Undated records are in no range.
///
/// # Errors
/// If the position belongs to another order.
pub fn oldest(after: Option<&Position>, range: Range<DateTime<Utc>>) -> Result<Vec<Segment<PgTimestamp>>> {
    let after = after.map(date_key).transpose()?;
    let segment = |kind, after| Segment { kind, after, ..NEWEST };
    Ok(match after {
        Some((NEG_INFINITY, _)) => vec![segment(SegmentKind::Undated, after)],
        _ if range != Range::default() => vec![segment(SegmentKind::OldestDated, after)],
        _ => vec![segment(SegmentKind::OldestDated, after), segment(SegmentKind::Undated, None)],
    })
}

impl<K: SortKey> Segment<K> {
    /// The segments of a list in order of a column.
    ///
    /// # Errors
    /// The errors of `key`, which reads the value of a position.
    pub fn by_value(
        column: &'static str,
        kind: SegmentKind,
        after: Option<&Position>,
        key: impl Fn(&Position) -> Result<K>,
    ) -> Result<Vec<Self>> {
        let after = after.map(|position| Ok::<_, crate::store::Error>((key(position)?, position.id))).transpose()?;
        Ok(vec![Self { column, kind, after }])
    }

    /// The order of two records.
    pub fn compare(&self, one: (K, Uuid), other: (K, Uuid)) -> Ordering {
        let ascending = one.0.compare(other.0).then(one.1.cmp(&other.1));
        if self.kind == SegmentKind::Descending { ascending.reverse() } else { ascending }
    }

    fn direction(&self) -> &'static str {
        if self.kind == SegmentKind::Descending { "DESC" } else { "ASC" }
    }

    /// The conditions on the value and the id of a record of the segment.
    fn conditions(&self, key: &str, id: &str) -> Vec<Sql> {
        let operator = if self.kind == SegmentKind::Descending { "<" } else { ">" };
        let after = self.after.map(|(value, after)| keyset::after(key, id, operator, value, after));
        let kind = match self.kind {
            SegmentKind::Descending | SegmentKind::Ascending => None,
            SegmentKind::OldestDated => Some(Sql::new(format!("{key} > {UNDATED}"))),
            SegmentKind::Undated => Some(Sql::new(format!("{key} = {UNDATED}"))),
        };
        after.into_iter().chain(kind).collect()
    }

    /// The matching rows, read by an access path other than [`AccessPath::Ordered`].
    pub fn rows(&self, filter: &Filter, path: &AccessPath, limit: i64) -> Rows {
        let (key, id) = (filter.column(self.column), filter.column("id"));
        let mut of_segment = self.conditions(&key, &id);
        if !path.uses_index("published_desc") {
            of_segment = of_segment.into_iter().map(Sql::checked_per_row).collect();
        }
        let direction = self.direction();
        // The order of a ROW keeps Postgres from reading an index in the order of the list.
        let order = match path {
            AccessPath::Planner => format!("{key} {direction}, {id} {direction}"),
            _ => format!("ROW({key}, {id}) {direction}"),
        };
        Rows { condition: Sql::all(std::iter::once(filter.conditions(path)).chain(of_segment)), order, limit }
    }

    /// Selects the keys of the matching rows, read like [`rows`](Self::rows).
    pub fn keys(&self, filter: &Filter, path: &AccessPath, limit: i64) -> Sql {
        let Rows { condition, order, limit } = self.rows(filter, path, limit);
        self.select(filter)
            .sql(format!("{} WHERE ", filter.table))
            .append(condition)
            .sql(format!(" ORDER BY {order} LIMIT "))
            .bind(limit)
    }

    /// Selects the keys of the matching rows among the first `scan_limit` rows of an index: on the leading column and the order,
    /// or on the order only.
    pub fn first_keys(
        &self,
        filter: &Filter,
        leading_column: Option<&'static str>,
        scan_limit: i64,
        limit: i64,
    ) -> Sql {
        let table = filter.table;
        self.select(filter)
            .sql("(SELECT * FROM ")
            .append(self.in_index(filter, leading_column))
            .sql(" LIMIT ")
            .bind(scan_limit)
            .sql(format!(") AS {table} WHERE "))
            .append(filter.conditions(&AccessPath::Ordered(leading_column)))
            .sql(format!(" ORDER BY {} LIMIT ", self.order(filter)))
            .bind(limit)
    }

    /// Selects the key after the first `scan_limit` rows of the same index.
    pub fn key_after(&self, filter: &Filter, leading_column: Option<&'static str>, scan_limit: i64) -> Sql {
        self.select(filter).append(self.in_index(filter, leading_column)).sql(" LIMIT 1 OFFSET ").bind(scan_limit)
    }

    fn in_index(&self, filter: &Filter, leading_column: Option<&'static str>) -> Sql {
        let mut all = filter.index_conditions(leading_column);
        all.extend(self.conditions(&filter.column(self.column), &filter.column("id")));
        Sql::new(format!("{} WHERE ", filter.table))
            .append(Sql::all(all))
            .sql(format!(" ORDER BY {}", self.order(filter)))
    }

    fn select(&self, filter: &Filter) -> Sql {
        Sql::new(format!("SELECT {} AS key, {} AS id FROM ", filter.column(self.column), filter.column("id")))
    }

    fn order(&self, filter: &Filter) -> String {
        let direction = self.direction();
        format!("{} {direction}, {} {direction}", filter.column(self.column), filter.column("id"))
    }
}

/// An index on an entity and the order of a list.
#[derive(Debug, Clone)]
pub struct EntityIndex {
    pub table: &'static str,
    pub entity_column: &'static str,
    pub id_column: &'static str,
    /// The list has the records of any of these entities.
    pub entities: Vec<Uuid>,
    /// Other conditions on the rows of the index.
    pub condition: Sql,
    /// The filter on the records themselves, without these entities.
    pub rest: Filter,
    /// True if the entity and `condition` are the whole filter.
    pub is_complete: bool,
}

impl EntityIndex {
    /// The entity, if there is only one and the index contains the whole filter. The index alone then has the list.
    pub fn only(&self) -> Option<Uuid> {
        match self.entities[..] {
            [entity] if self.is_complete => Some(entity),
            _ => None,
        }
    }

    /// Selects the keys of the records of one entity, in the order of a segment.
    pub fn keys_of<K: SortKey>(&self, entity: Uuid, segment: &Segment<K>, limit: Option<i64>) -> Sql {
        let Self { table, entity_column, id_column, condition, .. } = self;
        let (key, id) = (format!("{table}.{}", segment.column), format!("{table}.{id_column}"));
        let of_entity = [is_any(&format!("{table}.{entity_column}"), &[entity]), condition.clone()];
        let conditions = of_entity.into_iter().chain(segment.conditions(&key, &id));
        let direction = segment.direction();
        let keys = Sql::new(format!("SELECT DISTINCT {key} AS key, {id} AS id FROM {table} WHERE "))
            .append(Sql::all(conditions))
            .sql(format!(" ORDER BY {key} {direction}, {id} {direction}"));
        limit.into_iter().fold(keys, |keys, limit| keys.sql(" LIMIT ").bind(limit))
    }

    /// The first keys of all entities, in the order of a segment.
    pub fn keys<K: SortKey>(
        &self,
        conn: &mut PgConnection,
        segment: &Segment<K>,
        limit: i64,
    ) -> Result<Vec<(K, Uuid)>> {
        let mut keys = Vec::new();
        for entity in &self.entities {
            let rows: Vec<K::Row> = self.keys_of(*entity, segment, Some(limit)).rows(conn)?;
            keys.extend(rows.into_iter().map(K::of));
        }
        keys.sort_by(|one, other| segment.compare(*one, *other));
        keys.dedup_by_key(|(_, id)| *id);
        keys.truncate(usize::try_from(limit).unwrap_or(0));
        Ok(keys)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::page::Key;

    #[test]
    fn oldest_first_ends_with_undated_records() {
        let id = Uuid::from_u128(7);
        let position = |time| Position { key: Key::Time(time), id };
        let all = Range::default();
        let dated = oldest(Some(&position(Some(DateTime::UNIX_EPOCH))), all).unwrap();
        assert_eq!(dated[0].after, Some((PgTimestamp(-946_684_800_000_000), id)));
        let kinds: Vec<_> = dated.iter().map(|segment| segment.kind).collect();
        assert_eq!(kinds, [SegmentKind::OldestDated, SegmentKind::Undated]);
        let undated = oldest(Some(&position(None)), all).unwrap();
        assert_eq!(undated, [Segment { kind: SegmentKind::Undated, after: Some((NEG_INFINITY, id)), ..NEWEST }]);
        assert!(oldest(Some(&Position { key: Key::Count(1), id }), all).is_err());
        let one = oldest(None, Range { from: Some(DateTime::UNIX_EPOCH), to: None }).unwrap();
        assert_eq!(one, [Segment { kind: SegmentKind::OldestDated, ..NEWEST }]);
    }
}
