//! Entities with their aliases and identifiers.

pub mod duplicates;
mod list;
pub(in crate::store) mod merging;
pub mod names;

pub use list::list;

use super::cache::{self, Owner};
use super::grouped::grouped;
use super::history::{self, Versioned};
use super::rows;
use super::{Conflict, Error, Expected, Resource, Result, check, mentions, quotes, tombstones};
use crate::domain::entity::{Alias, Entity, EntityPatch, Identifier, NewEntity};
use crate::domain::{AliasKind, EntityKind, FieldError, new_id, text};
use crate::schema::{entities, entity_aliases, entity_identifiers};
use chrono::{DateTime, Utc};
use diesel::dsl::now;
use diesel::pg::Pg;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Maximum number of mentions, and of quotes, that one transaction unlinks from an entity.
const UNLINK_BATCH: i64 = 5_000;

/// An entity without its aliases and identifiers.
#[derive(Debug, Queryable, QueryableByName, Selectable)]
#[diesel(table_name = entities, check_for_backend(Pg))]
pub struct EntityRow {
    id: Uuid,
    version: i32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    kind: EntityKind,
    name: String,
    name_key: String,
    description: Option<String>,
    merged_into: Option<Uuid>,
}

impl EntityRow {
    fn with(self, aliases: Vec<Alias>, identifiers: Vec<Identifier>) -> Entity {
        Entity {
            id: self.id,
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
            kind: self.kind,
            name: self.name,
            description: self.description,
            aliases,
            identifiers,
            merged_into: self.merged_into,
        }
    }
}

#[derive(Serialize)]
struct InsertedEntity<'a> {
    id: Uuid,
    kind: EntityKind,
    name: &'a str,
    name_key: String,
    description: Option<&'a str>,
}

#[derive(Serialize)]
struct InsertedAlias<'a> {
    entity_id: Uuid,
    position: usize,
    name: &'a str,
    name_key: String,
    language: Option<&'a str>,
    kind: AliasKind,
}

#[derive(Serialize)]
struct InsertedIdentifier<'a> {
    entity_id: Uuid,
    position: usize,
    scheme: &'a str,
    value: &'a str,
}

/// Stores an entity.
///
/// # Errors
/// [`Error::Invalid`] for a duplicate or malformed identifier, [`Conflict::Identifier`] for an identifier of another entity.
pub fn create(conn: &mut PgConnection, new: &NewEntity) -> Result<Entity> {
    let id = new_id();
    create_all(conn, &[(id, new)])?;
    let row = entities::table.find(id).select(EntityRow::as_select()).first(conn)?;
    Ok(row.with(new.aliases.clone(), new.identifiers.clone()))
}

/// Stores entities with the given ids, with one statement for each table.
///
/// # Errors
/// As [`create`].
pub fn create_all<'a>(conn: &mut PgConnection, all: &[(Uuid, &'a NewEntity)]) -> Result<()> {
    for (_, new) in all {
        check_identifiers(&new.identifiers)?;
    }
    let entity = |(id, new): (Uuid, &'a NewEntity)| InsertedEntity {
        id,
        kind: new.kind,
        name: &new.name,
        name_key: text::name_key(&new.name),
        description: new.description.as_deref(),
    };
    rows::insert(conn, "entities", &all.iter().copied().map(entity).collect::<Vec<_>>())?;
    insert_aliases(conn, all.iter().map(|(id, new)| (*id, &new.aliases[..])))?;
    insert_identifiers(conn, all.iter().map(|(id, new)| (*id, &new.identifiers[..])))
}

/// Returns the entities with these distinct ids, in the order of the ids.
///
/// # Errors
/// Per id: [`Error::NotFound`], [`Error::Gone`], or [`Error::Merged`] with the entity that it was merged into.
pub fn find_all(conn: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Result<Entity>>> {
    let found = by_ids(conn, ids)?;
    let found = tombstones::each(conn, Resource::Entity, ids, found);
    let unmerged = |entity: Entity| match entity.merged_into {
        Some(into) => Err(Error::Merged { into }),
        None => Ok(entity),
    };
    Ok(found.into_iter().map(|found| found.and_then(unmerged)).collect())
}

/// Fails unless an entity with this id exists and is not merged.
///
/// # Errors
/// As one of [`find_all`].
pub fn check_present(conn: &mut PgConnection, id: Uuid) -> Result<()> {
    let row = entities::table.find(id).select(EntityRow::as_select()).first(conn).optional()?;
    present(conn, id, row).map(drop)
}

/// Returns the entities with these ids, including merged ones. Unknown ids are left out.
pub fn by_ids(conn: &mut PgConnection, ids: &[Uuid]) -> Result<HashMap<Uuid, Entity>> {
    let rows = entities::table.filter(entities::id.eq_any(ids)).select(EntityRow::as_select()).load(conn)?;
    Ok(complete(conn, rows)?.into_iter().map(|entity| (entity.id, entity)).collect())
}

impl Versioned for Entity {
    const RESOURCE: Resource = Resource::Entity;
    type Row = EntityRow;

    fn from_state(row: EntityRow, state: &Value) -> Result<Self> {
        let faulty = |error: serde_json::Error| Error::Internal(format!("the history of an entity: {error}"));
        let aliases = Vec::deserialize(&state["aliases"]).map_err(faulty)?;
        let identifiers = Vec::deserialize(&state["identifiers"]).map_err(faulty)?;
        Ok(row.with(aliases, identifiers))
    }

    fn present(conn: &mut PgConnection, id: Uuid) -> Result<Self> {
        match by_ids(conn, &[id])?.remove(&id) {
            Some(entity) => Ok(entity),
            None => tombstones::missing(conn, Resource::Entity, id),
        }
    }

    fn version(&self) -> i32 {
        self.version
    }

    fn updated_at(&self) -> DateTime<Utc> {
        self.updated_at
    }
}

/// Returns the entity as it was at a time.
///
/// # Errors
/// As [`history::as_of`], and [`Error::Merged`] if it was merged by then.
pub fn as_of(conn: &mut PgConnection, id: Uuid, time: DateTime<Utc>) -> Result<Entity> {
    let entity: Entity = history::as_of(conn, id, time)?;
    entity.merged_into.map_or(Ok(entity), |into| Err(Error::Merged { into }))
}

/// Returns entities in the order of their ids, after one: those that were merged, or the others.
pub fn by_id(conn: &mut PgConnection, merged: bool, after: Option<Uuid>, limit: i64) -> Result<Vec<Entity>> {
    let mut query = entities::table.select(EntityRow::as_select()).order(entities::id).limit(limit).into_boxed();
    query = match merged {
        true => query.filter(entities::merged_into.is_not_null()),
        false => query.filter(entities::merged_into.is_null()),
    };
    if let Some(after) = after {
        query = query.filter(entities::id.gt(after));
    }
    let rows = query.load(conn)?;
    complete(conn, rows)
}

/// Changes an entity. A patch that changes nothing writes nothing.
///
/// # Errors
/// As one of [`find_all`], as [`create`], and [`Error::Stale`].
pub fn update(conn: &mut PgConnection, id: Uuid, expected: &Expected, patch: &EntityPatch) -> Result<Entity> {
    let row = entities::table.find(id).select(EntityRow::as_select()).for_no_key_update().first(conn).optional()?;
    let row = present(conn, id, row)?;
    check(expected, row.version)?;
    let old = complete_one(conn, row)?;
    let next = patched(&old, patch);
    if next == old {
        return Ok(old);
    }
    check_identifiers(&next.identifiers)?;
    cache::record_changes([Owner::Record(id)]);
    let row = diesel::update(entities::table.find(id))
        .set((
            entities::version.eq(entities::version + 1),
            entities::updated_at.eq(now),
            entities::kind.eq(next.kind),
            entities::name.eq(&next.name),
            entities::name_key.eq(text::name_key(&next.name)),
            entities::description.eq(&next.description),
        ))
        .returning(EntityRow::as_returning())
        .get_result(conn)?;
    // After the update of the entity, so that the change log has one change, with the new version.
    if next.aliases != old.aliases {
        diesel::delete(entity_aliases::table.filter(entity_aliases::entity_id.eq(id))).execute(conn)?;
        insert_aliases(conn, [(id, &next.aliases[..])])?;
    }
    if next.identifiers != old.identifiers {
        diesel::delete(entity_identifiers::table.filter(entity_identifiers::entity_id.eq(id))).execute(conn)?;
        insert_identifiers(conn, [(id, &next.identifiers[..])])?;
    }
    Ok(row.with(next.aliases, next.identifiers))
}

fn patched(old: &Entity, patch: &EntityPatch) -> Entity {
    let patch = patch.clone();
    Entity {
        kind: patch.kind.unwrap_or(old.kind),
        name: patch.name.unwrap_or_else(|| old.name.clone()),
        description: patch.description.unwrap_or_else(|| old.description.clone()),
        aliases: patch.aliases.unwrap_or_else(|| old.aliases.clone()),
        identifiers: patch.identifiers.unwrap_or_else(|| old.identifiers.clone()),
        ..old.clone()
    }
}

/// The progress of a deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deletion {
    Done,
    /// One batch of links is removed. The entity still exists.
    Unfinished,
}

/// Deletes an entity, or one batch of its links if it has many. Call this until it returns [`Deletion::Done`].
///
/// With `cascade`, its mentions and quotes are unlinked. It is removed from the candidates of mentions in any case.
///
/// # Errors
/// As one of [`find_all`], [`Error::Stale`], and [`Conflict::Referenced`] without `cascade`.
pub fn delete(
    conn: &mut PgConnection,
    id: Uuid,
    expected: &Expected,
    cascade: bool,
    actor: Option<&str>,
) -> Result<Deletion> {
    // `FOR UPDATE`, so that no other transaction can link the entity: a foreign key needs `FOR KEY SHARE`.
    let row = entities::table.find(id).select(EntityRow::as_select()).for_update().first(conn).optional()?;
    check(expected, present(conn, id, row)?.version)?;
    // The unlinked mentions and quotes may be in any article.
    cache::record_changes([if cascade { Owner::Everything } else { Owner::Record(id) }]);
    // Those that were merged into it may still have records that are to be moved.
    let merged = entities::table.filter(entities::merged_into.eq(id)).order(entities::id).select(entities::id);
    let mut all: Vec<Uuid> = merged.load(conn)?;
    all.push(id);
    if !cascade {
        let (mut mentions, mut quotes) = (0, 0);
        for id in &all {
            mentions += mentions::count_of_entity(conn, *id)?;
            quotes += quotes::count_of_speaker(conn, *id)?;
        }
        if mentions + quotes > 0 {
            return Err(Error::Conflict(Conflict::Referenced { mentions, quotes }));
        }
    }
    for id in all {
        let is_unlinked = mentions::unlink(conn, id, UNLINK_BATCH)?
            && mentions::remove_candidate(conn, id, UNLINK_BATCH)?
            && quotes::unlink(conn, id, actor, UNLINK_BATCH)?;
        if !is_unlinked {
            return Ok(Deletion::Unfinished);
        }
    }
    // Entities that were merged into this one are deleted with it.
    tombstones::delete(conn, Resource::Entity, "merged_into", &[id])?;
    tombstones::delete(conn, Resource::Entity, "id", &[id])?;
    Ok(Deletion::Done)
}

/// Returns the row, or the error of an entity that is missing or was merged.
fn present(conn: &mut PgConnection, id: Uuid, row: Option<EntityRow>) -> Result<EntityRow> {
    match row {
        Some(EntityRow { merged_into: Some(into), .. }) => Err(Error::Merged { into }),
        Some(row) => Ok(row),
        None => tombstones::missing(conn, Resource::Entity, id),
    }
}

fn complete_one(conn: &mut PgConnection, row: EntityRow) -> Result<Entity> {
    tombstones::one(complete(conn, vec![row])?.into_iter().map(Ok).collect())
}

/// The entities of these rows. Loads their aliases and identifiers with one query each.
fn complete(conn: &mut PgConnection, rows: Vec<EntityRow>) -> Result<Vec<Entity>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut aliases = aliases_of(conn, &ids)?;
    let mut identifiers = identifiers_of(conn, &ids)?;
    let entity = |row: EntityRow| {
        let id = row.id;
        row.with(aliases.remove(&id).unwrap_or_default(), identifiers.remove(&id).unwrap_or_default())
    };
    Ok(rows.into_iter().map(entity).collect())
}

fn aliases_of(conn: &mut PgConnection, entities: &[Uuid]) -> Result<HashMap<Uuid, Vec<Alias>>> {
    let rows: Vec<(Uuid, String, Option<String>, AliasKind)> = entity_aliases::table
        .filter(entity_aliases::entity_id.eq_any(entities))
        .order((entity_aliases::entity_id, entity_aliases::position))
        .select((entity_aliases::entity_id, entity_aliases::name, entity_aliases::language, entity_aliases::kind))
        .load(conn)?;
    let alias = |(entity, name, language, kind)| (entity, Alias { name, language, kind });
    Ok(grouped(rows.into_iter().map(alias)))
}

fn identifiers_of(conn: &mut PgConnection, entities: &[Uuid]) -> Result<HashMap<Uuid, Vec<Identifier>>> {
    let rows: Vec<(Uuid, String, String)> = entity_identifiers::table
        .filter(entity_identifiers::entity_id.eq_any(entities))
        .order((entity_identifiers::entity_id, entity_identifiers::position))
        .select((entity_identifiers::entity_id, entity_identifiers::scheme, entity_identifiers::value))
        .load(conn)?;
    let identifier = |(entity, scheme, value)| (entity, Identifier { scheme, value });
    Ok(grouped(rows.into_iter().map(identifier)))
}

fn insert_aliases<'a>(conn: &mut PgConnection, all: impl IntoIterator<Item = (Uuid, &'a [Alias])>) -> Result<()> {
    let inserted = all.into_iter().flat_map(|(entity_id, aliases)| {
        aliases.iter().enumerate().map(move |(position, alias)| InsertedAlias {
            entity_id,
            position,
            name: &alias.name,
            name_key: text::name_key(&alias.name),
            language: alias.language.as_deref(),
            kind: alias.kind,
        })
    });
    rows::insert(conn, "entity_aliases", &inserted.collect::<Vec<_>>())
}

fn insert_identifiers<'a>(
    conn: &mut PgConnection,
    all: impl IntoIterator<Item = (Uuid, &'a [Identifier])>,
) -> Result<()> {
    let inserted =
        all.into_iter().flat_map(|(entity_id, identifiers)| {
            let inserted = move |(position, Identifier { scheme, value }): (usize, &'a Identifier)| {
                InsertedIdentifier { entity_id, position, scheme, value }
            };
            identifiers.iter().enumerate().map(inserted)
        });
    let mut inserted: Vec<_> = inserted.collect();
    // Sorted, so that two transactions that insert the same identifiers wait for each other and do not deadlock.
    inserted.sort_by_key(|row| (row.scheme, row.value));
    rows::insert(conn, "entity_identifiers", &inserted)
}

fn check_identifiers(identifiers: &[Identifier]) -> Result<()> {
    let mut seen = HashSet::new();
    let mut errors = Vec::new();
    for (index, identifier) in identifiers.iter().enumerate() {
        if let Some(detail) = identifier.fault() {
            errors.push(FieldError::new(format!("/identifiers/{index}/value"), detail));
        }
        if !seen.insert((&identifier.scheme, &identifier.value)) {
            errors.push(FieldError::new(format!("/identifiers/{index}"), "duplicate identifier"));
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
}
