//! References from mentions and quotes to entities.

use super::{Error, Result};
use crate::domain::FieldError;
use crate::schema::entities;
use diesel::prelude::*;
use std::collections::HashSet;
use uuid::Uuid;

/// Checks the entities that the items of an array refer to in `member`. The foreign key would not say which item is at fault.
///
/// # Errors
/// A fault at the member of each item whose entity does not exist.
pub fn check_entities(
    conn: &mut PgConnection,
    member: &str,
    referred: impl Iterator<Item = Option<Uuid>>,
) -> Result<()> {
    let referred: Vec<Option<Uuid>> = referred.collect();
    let ids: HashSet<Uuid> = referred.iter().flatten().copied().collect();
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let known: Vec<Uuid> = entities::table.filter(entities::id.eq_any(&ids)).select(entities::id).load(conn)?;
    let known: HashSet<Uuid> = known.into_iter().collect();
    let fault = |(index, id): (usize, &Option<Uuid>)| {
        let is_missing = id.is_some_and(|id| !known.contains(&id));
        is_missing.then(|| FieldError::new(format!("/{index}/{member}"), "there is no such entity"))
    };
    let faults: Vec<FieldError> = referred.iter().enumerate().filter_map(fault).collect();
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}
