//! Found entities as stored ones: known ones are linked, unknown ones named in full are made, once for all articles.

use super::Settled;
use crate::annotate::{Annotation, FoundEntity};
use crate::domain::entity::{Alias, Identifier, MAX_ALIASES, MAX_NAME, NewEntity};
use crate::domain::{AliasKind, EntityKind, text};
use crate::schema::{entities, entity_aliases, entity_identifiers};
use crate::store::name_dictionary::{self, Named};
use crate::store::{Error, Result, entities as store};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};
use sha2::{Digest, Sha256};
use std::collections::{BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// The most candidates that are kept of an ambiguous name.
const MAX_CANDIDATES: usize = 100;

/// What a found entity is in the store.
#[derive(Debug, Clone, Default)]
pub struct Resolved {
    pub id: Option<Uuid>,
    /// Those it might be, when it is none for certain.
    pub candidates: Vec<Uuid>,
}

/// The found entities of a text in the store.
pub struct Resolution {
    /// The stored entity of each found one.
    pub entities: Vec<Resolved>,
    /// The entities that were made for this.
    pub made: Vec<Uuid>,
    /// Those, and others that somebody made just now or that were told by an identifier, with all their names.
    pub newcomers: Named,
}

/// The stored entity of each found one, for some texts; those that the store lacks are made.
pub fn resolve(conn: &mut PgConnection, annotations: &[Annotation]) -> Result<Vec<Resolution>> {
    let found = annotations.iter().flat_map(|annotation| &annotation.entities);
    let named = found.flat_map(|entity| entity.stored.iter().chain(&entity.candidates)).copied().collect();
    let alive = alive(conn, named)?;
    let resolution = |annotation: &Annotation| Resolution {
        entities: annotation.entities.iter().map(|entity| known(entity, &alive)).collect(),
        made: Vec::new(),
        newcomers: Vec::new(),
    };
    let mut all: Vec<Resolution> = annotations.iter().map(resolution).collect();
    let missing: Vec<Vec<usize>> =
        annotations.iter().zip(&all).map(|(annotation, resolution)| missing(annotation, resolution)).collect();
    if missing.iter().all(Vec::is_empty) {
        hold(conn, &all)?;
        return Ok(all);
    }
    let unknown = || {
        let all = annotations.iter().zip(&missing);
        all.flat_map(|(annotation, missing)| missing.iter().map(|index| &annotation.entities[*index]))
    };
    lock_names(conn, unknown())?;
    keep_words(conn, unknown())?;
    let mut stored = Stored::read(conn, unknown())?;
    for ((annotation, missing), resolution) in annotations.iter().zip(&missing).zip(&mut all) {
        make(conn, annotation, missing, &mut stored, resolution)?;
    }
    hold(conn, &all)?;
    let newcomers: Vec<Vec<Uuid>> = missing
        .iter()
        .zip(&all)
        .map(|(missing, resolution)| missing.iter().filter_map(|index| resolution.entities[*index].id).collect())
        .collect();
    let named = name_dictionary::names_of(conn, &newcomers.concat())?;
    for (newcomers, resolution) in newcomers.iter().zip(&mut all) {
        resolution.newcomers = named.iter().filter(|(entity, _)| newcomers.contains(&entity.id)).cloned().collect();
    }
    Ok(all)
}

/// The found entities of a text that are named in full and that the store does not know.
fn missing(annotation: &Annotation, resolution: &Resolution) -> Vec<usize> {
    let (found, used) = (&annotation.entities, used(annotation));
    (0..found.len())
        .filter(|index| used.contains(index) && found[*index].full_name && is_new(&resolution.entities[*index]))
        .filter(|index| found[*index].name.chars().count() <= MAX_NAME)
        .collect()
}

/// Finds out under locks who the missing of a text are, and makes those that nobody made.
fn make(
    conn: &mut PgConnection,
    annotation: &Annotation,
    missing: &[usize],
    stored: &mut Stored,
    resolution: &mut Resolution,
) -> Result<()> {
    let mut by_name: HashMap<(EntityKind, String), Uuid> = HashMap::new();
    for &index in missing {
        let entity = &annotation.entities[index];
        resolution.entities[index] = match &stored.matching(entity)[..] {
            [] => {
                let key = (entity.kind, text::name_key(&entity.name));
                let id = match by_name.get(&key) {
                    Some(id) => *id,
                    None => create(conn, &new_entity(entity, stored))?,
                };
                by_name.insert(key, id);
                resolution.made.push(id);
                Resolved { id: Some(id), candidates: Vec::new() }
            }
            [only] => Resolved { id: Some(*only), candidates: Vec::new() },
            several => Resolved { id: None, candidates: several.iter().copied().take(MAX_CANDIDATES).collect() },
        };
    }
    // The texts that follow find what was made for this one, under all its names.
    for &index in missing {
        if let Some(id) = resolution.entities[index].id.filter(|id| resolution.made.contains(id)) {
            stored.add(&annotation.entities[index], id);
        }
    }
    Ok(())
}

/// The found entities that a mention names or a quote has as its speaker.
fn used(annotation: &Annotation) -> HashSet<usize> {
    let mentioned = annotation.mentions.iter().filter_map(|mention| mention.entity);
    mentioned.chain(annotation.quotes.iter().filter_map(|quote| quote.speaker)).collect()
}

/// Takes back the entities made of finds that a later round did not make again.
pub fn forget_unused(conn: &mut PgConnection, made: &[Uuid], settled: &[Settled]) -> Result<()> {
    let named = |(annotation, resolved): &Settled| {
        let used = used(annotation).into_iter().filter_map(|index| resolved.get(index));
        used.flat_map(|resolved| resolved.candidates.iter().copied().chain(resolved.id)).collect::<Vec<_>>()
    };
    let used: HashSet<Uuid> = settled.iter().flat_map(named).collect();
    let unused: Vec<Uuid> = made.iter().copied().filter(|id| !used.contains(id)).collect();
    if !unused.is_empty() {
        diesel::delete(entities::table.filter(entities::id.eq_any(unused))).execute(conn)?;
    }
    Ok(())
}

fn is_new(resolved: &Resolved) -> bool {
    resolved.id.is_none() && resolved.candidates.is_empty()
}

/// What the dictionary said, for entities that are still there.
fn known(entity: &FoundEntity, alive: &HashMap<Uuid, Uuid>) -> Resolved {
    let candidates: BTreeSet<Uuid> = entity.candidates.iter().filter_map(|id| alive.get(id)).copied().collect();
    let id = entity.stored.and_then(|id| alive.get(&id)).copied();
    match (id, candidates.len()) {
        (Some(_), _) => Resolved { id, candidates: Vec::new() },
        (None, 1) => Resolved { id: candidates.into_iter().next(), candidates: Vec::new() },
        (None, _) => Resolved { id: None, candidates: candidates.into_iter().take(MAX_CANDIDATES).collect() },
    }
}

/// Those of these entities that are there, each with itself or the survivor it was merged into.
fn alive(conn: &mut PgConnection, ids: Vec<Uuid>) -> Result<HashMap<Uuid, Uuid>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Uuid, Option<Uuid>)> =
        entities::table.filter(entities::id.eq_any(ids)).select((entities::id, entities::merged_into)).load(conn)?;
    Ok(rows.into_iter().map(|(id, merged_into)| (id, merged_into.unwrap_or(id))).collect())
}

/// Keeps the entities that are linked, however they were found, until this transaction ends. Those that a name might mean are
/// not kept: there may be thousands.
///
/// # Errors
/// A collision when one has gone a moment ago.
fn hold(conn: &mut PgConnection, all: &[Resolution]) -> Result<()> {
    let resolved = all.iter().flat_map(|resolution| &resolution.entities);
    let linked: BTreeSet<Uuid> = resolved.filter_map(|resolved| resolved.id).collect();
    if linked.is_empty() {
        return Ok(());
    }
    let held: Vec<Uuid> = entities::table
        .filter(entities::id.eq_any(&linked))
        .filter(entities::merged_into.is_null())
        .order(entities::id)
        .select(entities::id)
        .for_key_share()
        .load(conn)?;
    if held.len() < linked.len() {
        return Err(Error::Collision("an entity that a name is linked to has just gone".to_owned()));
    }
    Ok(())
}

/// Makes an entity; when somebody gave its identifier to another one at this moment, the transaction begins again.
fn create(conn: &mut PgConnection, new: &NewEntity) -> Result<Uuid> {
    match store::create(conn, new) {
        Ok(entity) => Ok(entity.id),
        Err(Error::Conflict(conflict)) => Err(Error::Collision(conflict.to_string())),
        Err(error) => Err(error),
    }
}

/// One at a time makes an entity of a name: another article may name the same newcomer at this moment.
fn lock_names<'a>(conn: &mut PgConnection, found: impl Iterator<Item = &'a FoundEntity>) -> Result<()> {
    // In one order for all, so that two articles wait for each other and do not deadlock.
    let locks: BTreeSet<i64> = found.map(lock_of).collect();
    diesel::sql_query("SELECT pg_advisory_xact_lock(key) FROM unnest($1) AS key")
        .bind::<Array<BigInt>, _>(locks.into_iter().collect::<Vec<_>>())
        .execute(conn)?;
    Ok(())
}

/// Has the words of all names that may be new. In one order, so that two transactions that make several entities each wait for
/// each other and do not deadlock, as they might when the trigger adds the words of one entity after the other.
fn keep_words<'a>(conn: &mut PgConnection, found: impl Iterator<Item = &'a FoundEntity>) -> Result<()> {
    let names = found.flat_map(|entity| {
        std::iter::once(entity.name.as_str()).chain(entity.aliases.iter().map(|alias| alias.name.as_str()))
    });
    diesel::sql_query(
        "INSERT INTO name_words SELECT DISTINCT word FROM unnest($1) AS name_key CROSS JOIN words_of_name(name_key) AS word
            ORDER BY word ON CONFLICT DO NOTHING",
    )
    .bind::<Array<Text>, _>(names.map(text::name_key).collect::<Vec<_>>())
    .execute(conn)?;
    Ok(())
}

/// The same for an entity by whichever of its names an article has it.
fn lock_of(entity: &FoundEntity) -> i64 {
    let first = keys(entity).into_iter().min().unwrap_or_default();
    let digest = Sha256::digest(format!("{} {first}", entity.kind.as_str()));
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&digest[..8]);
    i64::from_be_bytes(bytes)
}

/// The folded names that tell an entity from others: its preferred one and its plain aliases.
fn keys(entity: &FoundEntity) -> Vec<String> {
    let aliases = entity.aliases.iter().filter(|alias| alias.kind == AliasKind::Name);
    std::iter::once(entity.name.as_str()).chain(aliases.map(|alias| alias.name.as_str())).map(text::name_key).collect()
}

/// What the store has under the names and identifiers of some found entities.
struct Stored {
    by_key: HashMap<(EntityKind, String), BTreeSet<Uuid>>,
    by_wikidata: HashMap<String, Uuid>,
}

impl Stored {
    fn read<'a>(conn: &mut PgConnection, found: impl Iterator<Item = &'a FoundEntity>) -> Result<Self> {
        let (mut wanted, mut items) = (Vec::new(), Vec::new());
        for entity in found {
            wanted.extend(keys(entity));
            items.extend(entity.wikidata);
        }
        let by_name: Vec<(Uuid, EntityKind, String)> = entities::table
            .filter(entities::name_key.eq_any(&wanted))
            .filter(entities::merged_into.is_null())
            .select((entities::id, entities::kind, entities::name_key))
            .load(conn)?;
        let by_alias: Vec<(Uuid, EntityKind, String)> = entity_aliases::table
            .inner_join(entities::table)
            .filter(entity_aliases::name_key.eq_any(&wanted))
            .filter(entity_aliases::kind.eq(AliasKind::Name))
            .filter(entities::merged_into.is_null())
            .select((entities::id, entities::kind, entity_aliases::name_key))
            .load(conn)?;
        let by_wikidata: Vec<(String, Uuid)> = entity_identifiers::table
            .filter(entity_identifiers::scheme.eq("wikidata"))
            .filter(entity_identifiers::value.eq_any(items))
            .select((entity_identifiers::value, entity_identifiers::entity_id))
            .load(conn)?;
        let by_key: Vec<_> = by_name.into_iter().chain(by_alias).collect();
        let ids = by_key.iter().map(|(id, ..)| *id).chain(by_wikidata.iter().map(|(_, id)| *id)).collect();
        let alive = alive(conn, ids)?;
        let mut stored = Self { by_key: HashMap::new(), by_wikidata: HashMap::new() };
        for (id, kind, key) in by_key {
            stored.by_key.entry((kind, key)).or_default().extend(alive.get(&id));
        }
        for (item, id) in by_wikidata {
            stored.by_wikidata.extend(alive.get(&id).map(|id| (item, *id)));
        }
        Ok(stored)
    }

    /// Has an entity that was made of a found one.
    fn add(&mut self, entity: &FoundEntity, id: Uuid) {
        for key in keys(entity) {
            self.by_key.entry((entity.kind, key)).or_default().insert(id);
        }
        let item = entity.wikidata.filter(|item| !self.by_wikidata.contains_key(*item));
        self.by_wikidata.extend(item.map(|item| (item.to_owned(), id)));
    }

    /// The stored entities that a found one may be.
    fn matching(&self, entity: &FoundEntity) -> Vec<Uuid> {
        if let Some(id) = entity.wikidata.and_then(|item| self.by_wikidata.get(item)) {
            return vec![*id];
        }
        let by_name = self.by_key.get(&(entity.kind, text::name_key(&entity.name)));
        let all = || keys(entity).into_iter().filter_map(|key| self.by_key.get(&(entity.kind, key))).flatten();
        let matching: BTreeSet<Uuid> = by_name.cloned().unwrap_or_else(|| all().copied().collect());
        matching.into_iter().collect()
    }
}

fn new_entity(entity: &FoundEntity, stored: &Stored) -> NewEntity {
    let fits = |name: &str| (1..=MAX_NAME).contains(&name.chars().count());
    let aliases = entity.aliases.iter().filter(|alias| fits(&alias.name)).take(MAX_ALIASES);
    let item = entity.wikidata.filter(|item| !stored.by_wikidata.contains_key(*item));
    NewEntity {
        kind: entity.kind,
        name: entity.name.clone(),
        description: None,
        aliases: aliases
            .map(|alias| Alias { name: alias.name.clone(), language: alias.language.clone(), kind: alias.kind })
            .collect(),
        identifiers: item
            .map(|item| Identifier { scheme: "wikidata".to_owned(), value: item.to_owned() })
            .into_iter()
            .collect(),
    }
}
