//! The ids of deleted records, which return 410. Unknown ids return 404.

use super::sql::Sql;
use super::{Error, Resource, Result};
use crate::schema::tombstones;
use diesel::dsl::exists;
use diesel::prelude::*;
use std::collections::HashMap;
use uuid::Uuid;

/// Returns the error for an id without a row.
///
/// # Errors
/// Always: [`Error::Gone`] when a record of this id was deleted, else [`Error::NotFound`].
pub fn missing<T>(conn: &mut PgConnection, resource: Resource, id: Uuid) -> Result<T> {
    let is_deleted = diesel::select(exists(
        tombstones::table.filter(tombstones::id.eq(id)).filter(tombstones::kind.eq(resource.as_str())),
    ))
    .get_result(conn)?;
    Err(if is_deleted { Error::Gone(resource) } else { Error::NotFound(resource) })
}

/// Deletes the rows of a kind that have one of these ids in a column, and inserts their tombstones.
pub fn delete(conn: &mut PgConnection, resource: Resource, column: &str, ids: &[Uuid]) -> Result<()> {
    let (kind, table) = (resource.as_str(), resource.table());
    Sql::new(format!("WITH deleted AS (DELETE FROM {table} WHERE {column} = ANY ("))
        .bind(ids.to_vec())
        .sql(format!(") RETURNING id) INSERT INTO tombstones (id, kind) SELECT id, '{kind}' FROM deleted"))
        .execute(conn)?;
    Ok(())
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
