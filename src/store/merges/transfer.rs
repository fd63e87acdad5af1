//! Merges out and in again, with all that their undo needs.

use super::{MergeRow, complete};
use crate::domain::merge::{Merge, MergeSource, MoveList, MovedReference};
use crate::schema::{merge_sources, merges};
use crate::store::merges::names::Taken;
use crate::store::rows;
use crate::store::sql::Sql;
use crate::store::{Error, Result};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text, Uuid as SqlUuid};
use serde::Serialize;
use serde_json::Value;
use std::collections::HashMap;
use uuid::Uuid;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = merge_sources, check_for_backend(diesel::pg::Pg))]
struct SourceRow {
    merge_id: Uuid,
    entity_id: Uuid,
    position: i32,
    aliases: Value,
    identifiers: Value,
    redirected: Vec<Option<Uuid>>,
    is_moved: bool,
}

impl SourceRow {
    fn new(merge_id: Uuid, position: i32, source: &MergeSource) -> Result<Self> {
        let MergeSource { entity_id, aliases, identifiers, redirected, is_moved } = source.clone();
        let (aliases, identifiers) = Taken { aliases, identifiers }.to_json()?;
        let redirected = redirected.into_iter().map(Some).collect();
        Ok(Self { merge_id, entity_id, position, aliases, identifiers, redirected, is_moved })
    }
}

/// The merges behind an id, in the order of their ids, each with what it took from its sources.
pub fn by_id(conn: &mut PgConnection, after: Option<Uuid>, limit: i64) -> Result<Vec<(Merge, Vec<MergeSource>)>> {
    let query = merges::table.filter(merges::id.gt(after.unwrap_or_default())).order(merges::id).limit(limit);
    let rows = query.select(MergeRow::as_select()).load(conn)?;
    let merges = complete(conn, rows)?;
    let ids: Vec<Uuid> = merges.iter().map(|merge| merge.id).collect();
    let mut sources: HashMap<Uuid, Vec<MergeSource>> = HashMap::new();
    let rows = merge_sources::table
        .filter(merge_sources::merge_id.eq_any(ids))
        .order((merge_sources::merge_id, merge_sources::position))
        .select(SourceRow::as_select())
        .load(conn)?;
    for SourceRow { merge_id, entity_id, aliases, identifiers, redirected, is_moved, .. } in rows {
        let Taken { aliases, identifiers } = Taken::from_json(aliases, identifiers)?;
        let redirected = redirected.into_iter().flatten().collect();
        let source = MergeSource { entity_id, aliases, identifiers, redirected, is_moved };
        sources.entry(merge_id).or_default().push(source);
    }
    let with_sources = |merge: Merge| {
        let sources = sources.remove(&merge.id).unwrap_or_default();
        (merge, sources)
    };
    Ok(merges.into_iter().map(with_sources).collect())
}

#[derive(QueryableByName)]
struct MoveRow {
    #[diesel(sql_type = SqlUuid)]
    article_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    record_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    source_id: Uuid,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Bool)]
    had_survivor: bool,
    #[diesel(sql_type = Bool)]
    is_changed: bool,
}

/// The references that a merge moved, in the order of the primary key, behind one of them.
pub fn moves(
    conn: &mut PgConnection,
    merge: Uuid,
    after: Option<&MovedReference>,
    limit: i64,
) -> Result<Vec<MovedReference>> {
    let mut query = Sql::new(
        "SELECT article_id, record_id, source_id, kind, had_survivor, is_changed FROM merge_moves WHERE merge_id = ",
    )
    .bind(merge);
    if let Some(after) = after {
        query = query.sql(" AND (article_id, record_id, source_id, kind) > (").bind(after.article_id).sql(", ");
        query = query.bind(after.record_id).sql(", ").bind(after.source_id).sql(", ").bind(after.kind.clone()).sql(")");
    }
    let query = query.sql(" ORDER BY article_id, record_id, source_id, kind LIMIT ").bind(limit);
    let rows: Vec<MoveRow> = query.rows(conn)?;
    let moved = |row: MoveRow| {
        let MoveRow { article_id, record_id, source_id, kind, had_survivor, is_changed } = row;
        MovedReference { article_id, record_id, source_id, kind, had_survivor, is_changed }
    };
    Ok(rows.into_iter().map(moved).collect())
}

#[derive(QueryableByName)]
struct Inserted {
    #[diesel(sql_type = SqlUuid)]
    #[allow(dead_code, reason = "only the number of rows counts")]
    id: Uuid,
}

/// Stores a merge that was exported. Its entities and what it moved are restored by their own records. Returns false if it is stored
/// already.
pub fn restore(conn: &mut PgConnection, merge: &Merge, sources: &[MergeSource]) -> Result<bool> {
    let inserted =
        diesel::insert_into(merges::table).values(MergeRow::from(merge)).on_conflict_do_nothing().execute(conn)?;
    if inserted == 0 {
        return Ok(false);
    }
    let sources = (0..).zip(sources).map(|(position, source)| SourceRow::new(merge.id, position, source));
    let sources = sources.collect::<Result<Vec<_>>>()?;
    diesel::insert_into(merge_sources::table).values(sources).execute(conn)?;
    Ok(true)
}

#[derive(Serialize)]
struct RestoredMove<'a> {
    merge_id: Uuid,
    #[serde(flatten)]
    moved: &'a MovedReference,
}

/// Stores references that an exported merge moved. Returns false if all of them are stored already.
///
/// # Errors
/// A fault at `/moves/merge_id` when there is no such merge.
pub fn restore_moves(conn: &mut PgConnection, list: &MoveList) -> Result<bool> {
    let found: i64 = merges::table.find(list.merge_id).count().get_result(conn)?;
    if found == 0 {
        return Err(Error::field("/moves/merge_id", "there is no such merge"));
    }
    let rows: Vec<RestoredMove> =
        list.records.iter().map(|moved| RestoredMove { merge_id: list.merge_id, moved }).collect();
    let inserted: Vec<Inserted> = rows::insert_unless_conflict(conn, "merge_moves", &rows, "record_id AS id")?;
    Ok(!inserted.is_empty())
}
