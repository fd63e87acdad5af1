//! Entities of an import: found by id, by identifier, or by kind and exact name.

use super::faults;
use crate::domain::entity::{Alias, Entity, EntityPatch, Identifier, MAX_ALIASES, MAX_IDENTIFIERS};
use crate::domain::import::{EntityRecord, History, ImportMode, Imported, Outcome};
use crate::domain::{new_id, text};
use crate::schema::entities as table;
use crate::store::entities::{self, names};
use crate::store::{Error, Result, tombstones};
use diesel::prelude::*;
use std::collections::HashMap;
use uuid::Uuid;

/// The entities of a record by key, and whether any was created or changed.
#[derive(Default)]
pub struct ResolvedKeys {
    pub ids: HashMap<String, Uuid>,
    pub changed: bool,
}

/// Imports an entity by itself.
///
/// # Errors
/// When members are missing, or when the record matches several entities.
pub fn import(conn: &mut PgConnection, record: &EntityRecord, mode: &ImportMode) -> Result<Imported> {
    let (id, outcome) = match find(conn, record)? {
        None => (create(conn, record)?, Outcome::Created),
        Some(stored) if mode.keep_stored || stored.merged_into.is_some() => (stored.id, Outcome::Unchanged),
        Some(stored) => change(conn, &stored, &record.entity)?,
    };
    Ok(Imported { outcome, id, is_article: false })
}

/// Finds or creates the entities of an article. Stored entities gain the names and identifiers that they lack.
///
/// # Errors
/// As [`import`], at the entity.
pub fn resolve_keys(conn: &mut PgConnection, records: &[EntityRecord], mode: &ImportMode) -> Result<ResolvedKeys> {
    let mut resolved = ResolvedKeys::default();
    for (index, record) in records.iter().enumerate() {
        let place = format!("/entities/{index}");
        let (id, outcome) = resolve(conn, record, mode).map_err(|error| error.inside(&place))?;
        resolved.changed |= outcome != Outcome::Unchanged;
        if let Some(key) = &record.key
            && resolved.ids.insert(key.clone(), id).is_some()
        {
            return Err(Error::field(format!("{place}/key"), "is the key of another entity of this record"));
        }
    }
    Ok(resolved)
}

fn resolve(conn: &mut PgConnection, record: &EntityRecord, mode: &ImportMode) -> Result<(Uuid, Outcome)> {
    match find(conn, record)? {
        None => Ok((create(conn, record)?, Outcome::Created)),
        Some(stored) if mode.keep_stored => Ok((stored.id, Outcome::Unchanged)),
        Some(stored) => match additions(&stored, &record.entity) {
            // Most records repeat what is stored. They take no lock.
            None => Ok((stored.id, Outcome::Unchanged)),
            Some(patch) => change(conn, &stored, &patch),
        },
    }
}

/// The patch that adds what a stored entity lacks; `None` when it lacks nothing, or was merged.
fn additions(stored: &Entity, given: &EntityPatch) -> Option<EntityPatch> {
    let has_name = |alias: &Alias| stored.name == alias.name || stored.aliases.iter().any(|a| a.name == alias.name);
    let mut aliases = stored.aliases.clone();
    aliases.extend(given.aliases.iter().flatten().filter(|alias| !has_name(alias)).cloned());
    aliases.truncate(MAX_ALIASES);
    let mut identifiers = stored.identifiers.clone();
    let is_new = |identifier: &&Identifier| !stored.identifiers.contains(identifier);
    identifiers.extend(given.identifiers.iter().flatten().filter(is_new).cloned());
    identifiers.truncate(MAX_IDENTIFIERS);
    let description = given.description.clone().filter(|_| stored.description.is_none());
    let is_known = description.is_none() && aliases == stored.aliases && identifiers == stored.identifiers;
    (!is_known && stored.merged_into.is_none()).then(|| EntityPatch {
        description,
        aliases: Some(aliases),
        identifiers: Some(identifiers),
        ..EntityPatch::default()
    })
}

fn change(conn: &mut PgConnection, stored: &Entity, patch: &EntityPatch) -> Result<(Uuid, Outcome)> {
    let entity = entities::update(conn, stored.id, &None, patch)?;
    let outcome = if entity.version == stored.version { Outcome::Unchanged } else { Outcome::Updated };
    Ok((entity.id, outcome))
}

/// The stored entity of a record. A merged one counts as the entity that it was merged into, unless the id is its own.
fn find(conn: &mut PgConnection, record: &EntityRecord) -> Result<Option<Entity>> {
    if let Some(id) = record.id {
        let stored = entities::by_ids(conn, &[id])?.remove(&id);
        return match stored {
            None => {
                tombstones::check_unused(conn, id)?;
                Ok(None)
            }
            stored => Ok(stored),
        };
    }
    let identifiers = record.entity.identifiers.as_deref().unwrap_or_default();
    let mut found = names::by_identifiers(conn, identifiers)?;
    found.sort_unstable();
    found.dedup();
    if found.len() > 1 {
        return Err(Error::field("/identifiers", format!("are of {} entities: {}", found.len(), listed(&found))));
    }
    if let Some(id) = found.first() {
        return Ok(entities::by_ids(conn, &[*id])?.remove(id));
    }
    let (Some(kind), Some(name)) = (record.entity.kind, &record.entity.name) else { return Ok(None) };
    let named: Vec<Uuid> = table::table
        .filter(table::name_key.eq(text::name_key(name)))
        .filter(table::name.eq(name))
        .filter(table::kind.eq(kind))
        .filter(table::merged_into.is_null())
        .order(table::id)
        .limit(100)
        .select(table::id)
        .load(conn)?;
    let stored = entities::by_ids(conn, &named)?;
    // A different value in the same scheme identifies a different entity.
    let differs = |entity: &Entity| {
        let conflicts = |given: &Identifier| {
            let mut of_scheme = entity.identifiers.iter().filter(|known| known.scheme == given.scheme).peekable();
            of_scheme.peek().is_some() && of_scheme.all(|known| known.value != given.value)
        };
        identifiers.iter().any(conflicts)
    };
    let mut matching: Vec<Entity> = stored.into_values().filter(|entity| !differs(entity)).collect();
    matching.sort_by_key(|entity| entity.id);
    if matching.len() > 1 {
        let ids: Vec<Uuid> = matching.iter().map(|entity| entity.id).collect();
        let detail = format!("is the name of {} entities of this kind: {}", ids.len(), listed(&ids));
        return Err(Error::field("/name", format!("{detail}: give an id or an identifier")));
    }
    Ok(matching.pop())
}

fn listed(ids: &[Uuid]) -> String {
    ids.iter().take(5).map(Uuid::to_string).collect::<Vec<_>>().join(", ")
}

fn create(conn: &mut PgConnection, record: &EntityRecord) -> Result<Uuid> {
    let new = record.to_new().map_err(faults)?;
    let id = record.id.unwrap_or_else(new_id);
    entities::create_all(conn, &[(id, &new)])?;
    if let Some(History { version, created_at, updated_at }) = record.history {
        diesel::update(table::table.find(id))
            .set((
                table::version.eq(version),
                table::created_at.eq(created_at),
                table::updated_at.eq(updated_at),
                table::merged_into.eq(record.merged_into),
            ))
            .execute(conn)?;
    }
    Ok(id)
}
