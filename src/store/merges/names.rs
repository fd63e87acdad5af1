//! The names and identifiers that the survivor of a merge takes over.

use crate::domain::AliasKind;
use crate::domain::entity::{Alias, Entity, Identifier, MAX_ALIASES, MAX_IDENTIFIERS};
use crate::schema::{merge_sources, merges};
use crate::store::entities::merging::Names;
use crate::store::{Error, Result};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashSet;
use uuid::Uuid;

/// The names and identifiers that a merge takes from one source.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Names of the source that are not the survivor's own. Those that the survivor has from another merge are among them, so that
    /// it keeps them when that merge is undone.
    pub aliases: Vec<Alias>,
    /// Identifiers that the survivor has room for.
    pub identifiers: Vec<Identifier>,
}

/// Adds the names and identifiers of a source to those of the survivor. `own` are the survivor's names that no merge brought.
pub fn take(survivor: &mut Names, own: &HashSet<String>, source: &Entity) -> (Taken, Names) {
    let name = Alias { name: source.name.clone(), language: None, kind: AliasKind::Name };
    let mut taken = Taken::default();
    let mut seen = HashSet::new();
    for alias in std::iter::once(&name).chain(&source.aliases) {
        if own.contains(&alias.name) || !seen.insert(&alias.name) {
            continue;
        }
        taken.aliases.push(alias.clone());
        if survivor.aliases.len() < MAX_ALIASES && !survivor.aliases.iter().any(|known| known.name == alias.name) {
            survivor.aliases.push(alias.clone());
        }
    }
    let room = MAX_IDENTIFIERS.saturating_sub(survivor.identifiers.len()).min(source.identifiers.len());
    let (moved, left) = source.identifiers.split_at(room);
    taken.identifiers = moved.to_vec();
    survivor.identifiers.extend_from_slice(moved);
    let left = Names { entity: source.id, aliases: source.aliases.clone(), identifiers: left.to_vec() };
    (taken, left)
}

/// Takes the names and identifiers of a merge away from its survivor. Those that it has no longer are left out. `others` are the
/// names that other merges brought.
pub fn give_back(survivor: &mut Names, source: &mut Names, taken: &Taken, others: &HashSet<String>) {
    let is_taken = |name: &String| taken.aliases.iter().any(|alias| alias.name == *name) && !others.contains(name);
    survivor.aliases.retain(|alias| !is_taken(&alias.name));
    let (back, left) =
        std::mem::take(&mut survivor.identifiers).into_iter().partition(|known| taken.identifiers.contains(known));
    survivor.identifiers = left;
    source.identifiers.splice(0..0, back);
}

/// The names that standing merges brought to an entity, without those of one merge.
pub fn brought_by_merges(conn: &mut PgConnection, survivor: Uuid, except: Option<Uuid>) -> Result<HashSet<String>> {
    let mut query = merge_sources::table
        .inner_join(merges::table)
        .filter(merges::entity_id.eq(survivor))
        .filter(merges::status.eq_any(["moving", "done"]))
        .select(merge_sources::aliases)
        .into_boxed();
    if let Some(except) = except {
        query = query.filter(merges::id.ne(except));
    }
    let all: Vec<Value> = query.load(conn)?;
    let mut names = HashSet::new();
    for aliases in all {
        names.extend(aliases_from_json(aliases)?.into_iter().map(|alias| alias.name));
    }
    Ok(names)
}

#[derive(Serialize, Deserialize)]
struct AliasJson {
    name: String,
    language: Option<String>,
    kind: AliasKind,
}

#[derive(Serialize, Deserialize)]
struct IdentifierJson {
    scheme: String,
    value: String,
}

impl Taken {
    /// The columns `aliases` and `identifiers` of `merge_sources`.
    pub fn to_json(&self) -> Result<(Value, Value)> {
        let aliases = self.aliases.iter().cloned();
        let aliases: Vec<AliasJson> =
            aliases.map(|Alias { name, language, kind }| AliasJson { name, language, kind }).collect();
        let identifiers = self.identifiers.iter().cloned();
        let identifiers: Vec<IdentifierJson> =
            identifiers.map(|Identifier { scheme, value }| IdentifierJson { scheme, value }).collect();
        Ok((serde_json::to_value(aliases).map_err(internal)?, serde_json::to_value(identifiers).map_err(internal)?))
    }

    /// Reads the columns `aliases` and `identifiers` of `merge_sources`.
    pub fn from_json(aliases: Value, identifiers: Value) -> Result<Self> {
        let identifiers: Vec<IdentifierJson> = serde_json::from_value(identifiers).map_err(internal)?;
        let identifiers = identifiers.into_iter();
        let identifiers = identifiers.map(|IdentifierJson { scheme, value }| Identifier { scheme, value }).collect();
        Ok(Self { aliases: aliases_from_json(aliases)?, identifiers })
    }
}

fn aliases_from_json(aliases: Value) -> Result<Vec<Alias>> {
    let aliases: Vec<AliasJson> = serde_json::from_value(aliases).map_err(internal)?;
    Ok(aliases.into_iter().map(|AliasJson { name, language, kind }| Alias { name, language, kind }).collect())
}

fn internal(error: serde_json::Error) -> Error {
    Error::Internal(format!("the names of a merge: {error}"))
}
