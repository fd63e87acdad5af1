//! Changes of entities by merges: where they redirect to, and to whom their names and identifiers belong.

use super::{EntityRow, aliases_of, complete, identifiers_of, insert_aliases, insert_identifiers};
use crate::domain::entity::{Alias, Entity, Identifier};
use crate::schema::{entities, entity_aliases, entity_identifiers};
use crate::store::Result;
use crate::store::cache::{self, Owner};
use diesel::dsl::now;
use diesel::prelude::*;
use std::collections::HashMap;
use uuid::Uuid;

/// Locks entities against other changes, and returns those that exist.
///
/// Writers of mentions and quotes do not wait for this lock, so it cannot deadlock with theirs.
pub(in crate::store) fn lock(conn: &mut PgConnection, ids: &[Uuid]) -> Result<HashMap<Uuid, Entity>> {
    let rows = entities::table
        .filter(entities::id.eq_any(ids))
        .order(entities::id)
        .select(EntityRow::as_select())
        .for_no_key_update()
        .load(conn)?;
    Ok(complete(conn, rows)?.into_iter().map(|entity| (entity.id, entity)).collect())
}

/// Waits until no transaction that links an entity is under way. The lock is held until the transaction ends.
pub(in crate::store) fn wait_for_writers(conn: &mut PgConnection, id: Uuid) -> Result<()> {
    entities::table.find(id).select(entities::id).for_update().first::<Uuid>(conn).optional()?;
    Ok(())
}

/// Redirects entities to another one, or to none, and counts a change of each.
pub(in crate::store) fn redirect(conn: &mut PgConnection, ids: &[Uuid], into: Option<Uuid>) -> Result<()> {
    cache::record_changes(ids.iter().copied().map(Owner::Record));
    diesel::update(entities::table.filter(entities::id.eq_any(ids)))
        .set((
            entities::merged_into.eq(into),
            entities::version.eq(entities::version + 1),
            entities::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// The entities that were merged into this one.
pub(in crate::store) fn merged_into(conn: &mut PgConnection, id: Uuid) -> Result<Vec<Uuid>> {
    let merged = entities::table.filter(entities::merged_into.eq(id)).order(entities::id);
    Ok(merged.select(entities::id).load(conn)?)
}

/// The aliases and identifiers of an entity, to be replaced by others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) struct Names {
    pub entity: Uuid,
    pub aliases: Vec<Alias>,
    pub identifiers: Vec<Identifier>,
}

/// Reads the aliases and identifiers of an entity.
pub(in crate::store) fn names_of(conn: &mut PgConnection, entity: Uuid) -> Result<Names> {
    Ok(Names {
        entity,
        aliases: aliases_of(conn, &[entity])?.remove(&entity).unwrap_or_default(),
        identifiers: identifiers_of(conn, &[entity])?.remove(&entity).unwrap_or_default(),
    })
}

/// Replaces the aliases and identifiers of entities. An identifier may move from one of them to another.
pub(in crate::store) fn replace_names(conn: &mut PgConnection, all: &[Names]) -> Result<()> {
    let ids: Vec<Uuid> = all.iter().map(|names| names.entity).collect();
    diesel::delete(entity_aliases::table.filter(entity_aliases::entity_id.eq_any(&ids))).execute(conn)?;
    diesel::delete(entity_identifiers::table.filter(entity_identifiers::entity_id.eq_any(&ids))).execute(conn)?;
    insert_aliases(conn, all.iter().map(|names| (names.entity, &names.aliases[..])))?;
    insert_identifiers(conn, all.iter().map(|names| (names.entity, &names.identifiers[..])))
}
