//! The ids of deleted records, which return 410. Unknown ids return 404.

use super::sql::Sql;
use super::{Error, Resource, Result};
use crate::domain::DeletedResource;
use crate::domain::import::DeletedRecord;
use crate::schema::tombstones;
use chrono::{DateTime, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Returns the error for an id without a row.
///
/// # Errors
/// Always: [`Error::Gone`] when a record of this id was deleted, else [`Error::NotFound`].
pub fn missing<T>(conn: &mut PgConnection, resource: Resource, id: Uuid) -> Result<T> {
    let is_deleted = diesel::select(exists(
        tombstones::table.filter(tombstones::id.eq(id)).filter(tombstones::kind.eq(resource.kind())),
    ))
    .get_result(conn)?;
    Err(if is_deleted { Error::Gone(resource) } else { Error::NotFound(resource) })
}

/// Checks that a new record may have this id.
///
/// # Errors
/// [`Error::Gone`] when a record of this id was deleted: its id is never used again.
pub fn check_unused(conn: &mut PgConnection, id: Uuid) -> Result<()> {
    let kind: Option<String> = tombstones::table.find(id).select(tombstones::kind).first(conn).optional()?;
    let resources = [
        Resource::Article,
        Resource::Entity,
        Resource::Mention,
        Resource::Quote,
        Resource::Key,
        Resource::Judgement,
        Resource::ClaimReview,
    ];
    let deleted = kind.and_then(|kind| resources.into_iter().find(|resource| resource.kind() == kind));
    deleted.map_or(Ok(()), |resource| Err(Error::Gone(resource)))
}

/// The ids among these that stored or deleted records have.
pub fn taken(conn: &mut PgConnection, resource: Resource, ids: &[Uuid]) -> Result<HashSet<Uuid>> {
    #[derive(QueryableByName)]
    struct Taken {
        #[diesel(sql_type = diesel::sql_types::Uuid)]
        id: Uuid,
    }
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let taken: Vec<Taken> = Sql::new(format!("SELECT id FROM {} WHERE id = ANY (", resource.table()))
        .bind(ids.to_vec())
        .sql(") UNION SELECT id FROM tombstones WHERE id = ANY (")
        .bind(ids.to_vec())
        .sql(")")
        .rows(conn)?;
    Ok(taken.into_iter().map(|taken| taken.id).collect())
}

/// Deletes the rows of a kind that have one of these ids in a column, and inserts their tombstones. Their history is deleted too.
pub fn delete(conn: &mut PgConnection, resource: Resource, column: &str, ids: &[Uuid]) -> Result<()> {
    let (kind, table) = (resource.kind(), resource.table());
    Sql::new(format!("WITH deleted AS (DELETE FROM {table} WHERE {column} = ANY ("))
        .bind(ids.to_vec())
        .sql(") RETURNING id), past AS (DELETE FROM history USING deleted WHERE history.record_id = deleted.id)")
        .sql(format!(" INSERT INTO tombstones (id, kind) SELECT id, '{kind}' FROM deleted"))
        .execute(conn)?;
    Ok(())
}

/// The deleted records behind an id, in the order of their ids. Other kinds of records are not exported.
pub fn list(conn: &mut PgConnection, after: Option<Uuid>, limit: i64) -> Result<Vec<DeletedRecord>> {
    let kinds: Vec<&str> = DeletedResource::ALL.iter().map(|resource| resource.as_str()).collect();
    let mut query = tombstones::table
        .filter(tombstones::kind.eq_any(kinds))
        .order(tombstones::id)
        .limit(limit)
        .select((tombstones::id, tombstones::kind, tombstones::deleted_at))
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(tombstones::id.gt(after));
    }
    let rows: Vec<(Uuid, DeletedResource, DateTime<Utc>)> = query.load(conn)?;
    Ok(rows.into_iter().map(|(id, resource, deleted_at)| DeletedRecord { id, resource, deleted_at }).collect())
}

/// Inserts the tombstone of a record that was deleted elsewhere. Returns false when there is one already.
///
/// # Errors
/// A fault at `/id` when a stored record has it.
pub fn restore(conn: &mut PgConnection, record: &DeletedRecord) -> Result<bool> {
    let DeletedRecord { id, resource, deleted_at } = record;
    if diesel::select(exists(tombstones::table.find(id))).get_result(conn)? {
        return Ok(false);
    }
    let stored = match resource {
        DeletedResource::Article => Resource::Article,
        DeletedResource::Entity => Resource::Entity,
        DeletedResource::Mention => Resource::Mention,
        DeletedResource::Quote => Resource::Quote,
        DeletedResource::Judgement => Resource::Judgement,
        DeletedResource::ClaimReview => Resource::ClaimReview,
    };
    if !taken(conn, stored, &[*id])?.is_empty() {
        return Err(Error::field("/id", format!("is the id of a stored {}", stored.as_str())));
    }
    diesel::insert_into(tombstones::table)
        .values((tombstones::id.eq(id), tombstones::kind.eq(resource.as_str()), tombstones::deleted_at.eq(deleted_at)))
        .execute(conn)?;
    Ok(true)
}

/// Returns the record of each of these distinct ids in order, or the error of a missing record.
pub fn each<T>(
    conn: &mut PgConnection,
    resource: Resource,
    ids: &[Uuid],
    mut found: HashMap<Uuid, T>,
) -> Vec<Result<T>> {
    ids.iter().map(|id| found.remove(id).map_or_else(|| missing(conn, resource, *id), Ok)).collect()
}

/// The only item of a list.
pub fn one<T>(mut found: Vec<Result<T>>) -> Result<T> {
    found.pop().unwrap_or_else(|| Err(Error::Internal("a record was lost".to_owned())))
}
