//! Links found entities to stored ones, and creates those that the store lacks.

use super::Draft;
use crate::annotate::FoundEntity;
use crate::annotate::extraction::{NameIndex, Newcomer};
use crate::domain::entity::{Alias, Identifier, NewEntity};
use crate::domain::mention::MAX_CANDIDATES;
use crate::domain::{AliasKind, EntityKind, new_id, text};
use crate::schema::{entities, entity_aliases, entity_identifiers};
use crate::store::{Error, Result, entities as store};
use diesel::prelude::*;
use diesel::sql_types::{Array, Integer, Text};
use std::collections::{BTreeSet, HashMap, HashSet};
use twox_hash::XxHash3_64;
use uuid::Uuid;

/// Name locks are taken by the hash of a name, so that any number of names needs this many locks at most.
const LOCK_BUCKETS: u64 = 64;
/// The namespace of the name locks among Postgres' advisory locks.
const NAME_LOCKS: i32 = 0x6e61_6d65;

/// The stored entity of a found one.
#[derive(Debug, Clone, Default)]
pub struct Linked {
    pub id: Option<Uuid>,
    /// The entities it may be, when none is certain; at most [`MAX_CANDIDATES`].
    pub candidates: Vec<Uuid>,
    /// The number of all entities it may be.
    pub candidate_count: usize,
}

/// How the entities of an extraction are stored.
#[derive(Debug)]
pub struct Resolution {
    /// The stored entity of each found one.
    pub(super) linked: Vec<Linked>,
    /// Stored entities that the extractor does not know, or takes for stored though they are deleted. Unless this is empty,
    /// the text is to be annotated again with the present names.
    pub unknown: HashSet<Uuid>,
}

/// The resolutions of some drafts, and the entities that the store lacks for them.
#[derive(Debug)]
pub struct Resolutions {
    /// In the order of the drafts.
    pub each: Vec<Resolution>,
    pub missing: Missing,
}

/// Entities that the store lacks. Those that a stored draft links are created.
#[derive(Debug, Default)]
pub struct Missing(Vec<(Uuid, Newcomer, NewEntity)>);

/// Resolves the entities of some texts under locks of the newcomers' names. Creates nothing yet.
pub fn resolve(conn: &mut PgConnection, drafts: &[&Draft]) -> Result<Resolutions> {
    let newcomers = || drafts.iter().flat_map(|draft| &draft.extraction.newcomers);
    let mut index = match newcomers().next() {
        None => NameIndex::default(),
        Some(_) => {
            lock_names(conn, newcomers())?;
            insert_words(conn, newcomers())?;
            read_names(conn, newcomers())?
        }
    };
    let found = drafts.iter().flat_map(|draft| &draft.extraction.annotation.entities);
    let named = found.flat_map(|entity| entity.stored.iter().chain(&entity.candidates)).copied();
    let alive = alive(conn, named.filter(|id| !is_provisional(*id)).collect())?;
    let mut missing = Missing::default();
    let each = drafts.iter().map(|draft| resolve_one(draft, &alive, &mut index, &mut missing)).collect();
    Ok(Resolutions { each, missing })
}

/// Provisional ids are small numbers; the ids of stored entities are random.
fn is_provisional(id: Uuid) -> bool {
    id.as_u128() <= u128::from(u32::MAX)
}

fn resolve_one(draft: &Draft, alive: &HashMap<Uuid, Uuid>, index: &mut NameIndex, missing: &mut Missing) -> Resolution {
    let Draft { extraction, told, is_final } = draft;
    let mut resolution = Resolution { linked: Vec::new(), unknown: HashSet::new() };
    // The stored entities of each newcomer; several when their name is ambiguous.
    let mut links: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    let known_missing = missing.0.len();
    for newcomer in &extraction.newcomers {
        let mut matching: Vec<Uuid> = index.matching(newcomer).into_iter().collect();
        let is_unknown = |id: &&Uuid| !is_final && !told.contains(*id) && !missing.has(**id, newcomer);
        resolution.unknown.extend(matching.iter().filter(is_unknown));
        if matching.is_empty() {
            let id = new_id();
            missing.0.push((id, newcomer.clone(), new_entity(newcomer, index)));
            matching.push(id);
        }
        links.insert(newcomer.id, matching);
    }
    let stored = |id: &Uuid| match links.get(id) {
        Some(stored) => stored.clone(),
        None => alive.get(id).copied().into_iter().collect(),
    };
    for entity in &extraction.annotation.entities {
        let dead = entity.stored.iter().filter(|id| !is_final && !is_provisional(**id) && stored(id).is_empty());
        resolution.unknown.extend(dead);
        resolution.linked.push(linked(entity, stored));
    }
    if resolution.unknown.is_empty() {
        // The drafts that follow may link to these entities.
        missing.0[known_missing..].iter().for_each(|(id, newcomer, _)| index.add(newcomer, *id));
    }
    resolution
}

impl Missing {
    /// True when this entity is missing for another draft, with the very names of `newcomer`: its names are no news.
    fn has(&self, id: Uuid, newcomer: &Newcomer) -> bool {
        let same = |other: &Newcomer| {
            (other.kind, &other.name, &other.aliases) == (newcomer.kind, &newcomer.name, &newcomer.aliases)
        };
        self.0.iter().any(|(missing, other, _)| *missing == id && same(other))
    }
}

fn linked(entity: &FoundEntity, stored: impl Fn(&Uuid) -> Vec<Uuid>) -> Linked {
    if let Some([only]) = entity.stored.as_ref().map(&stored).as_deref() {
        return Linked { id: Some(*only), ..Linked::default() };
    }
    let candidates: BTreeSet<Uuid> = entity.stored.iter().chain(&entity.candidates).flat_map(&stored).collect();
    let hidden = entity.candidate_count.saturating_sub(entity.candidates.len());
    match (candidates.len(), hidden) {
        (1, 0) => Linked { id: candidates.into_iter().next(), ..Linked::default() },
        (count, hidden) => Linked {
            id: None,
            candidates: candidates.into_iter().take(MAX_CANDIDATES).collect(),
            candidate_count: count + hidden,
        },
    }
}

/// Creates the missing entities that some resolutions link, and keeps all linked ones until the transaction ends.
///
/// Candidates that are stored are not kept: there may be thousands.
///
/// # Errors
/// A collision when a linked entity has just been deleted or merged, or its identifier given to another.
pub fn create<'a>(
    conn: &mut PgConnection,
    missing: &Missing,
    resolutions: impl Iterator<Item = &'a Resolution>,
) -> Result<()> {
    let links: Vec<&Linked> = resolutions.flat_map(|resolution| &resolution.linked).collect();
    let linked: BTreeSet<Uuid> = links.iter().filter_map(|link| link.id).collect();
    let candidates: HashSet<Uuid> = links.iter().flat_map(|link| &link.candidates).copied().collect();
    let created = missing.0.iter().filter(|(id, ..)| linked.contains(id) || candidates.contains(id));
    let created: Vec<(Uuid, &NewEntity)> = created.map(|(id, _, entity)| (*id, entity)).collect();
    match store::create_all(conn, &created) {
        Err(Error::Conflict(conflict)) => return Err(Error::Collision(conflict.to_string())),
        created => created?,
    }
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
        return Err(Error::Collision("a linked entity has just been deleted or merged".to_owned()));
    }
    Ok(())
}

/// The living ones of these entities, each with itself or the survivor it was merged into.
fn alive(conn: &mut PgConnection, ids: BTreeSet<Uuid>) -> Result<HashMap<Uuid, Uuid>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Uuid, Option<Uuid>)> =
        entities::table.filter(entities::id.eq_any(ids)).select((entities::id, entities::merged_into)).load(conn)?;
    Ok(rows.into_iter().map(|(id, merged_into)| (id, merged_into.unwrap_or(id))).collect())
}

/// Locks the newcomers' names: another transaction may be creating an entity of the same name.
fn lock_names<'a>(conn: &mut PgConnection, newcomers: impl Iterator<Item = &'a Newcomer>) -> Result<()> {
    // All transactions take the locks in one order, so that they cannot deadlock.
    let buckets: BTreeSet<i32> = newcomers.map(bucket_of).collect();
    diesel::sql_query("SELECT pg_advisory_xact_lock($1, bucket) FROM unnest($2) AS bucket")
        .bind::<Integer, _>(NAME_LOCKS)
        .bind::<Array<Integer>, _>(buckets.into_iter().collect::<Vec<_>>())
        .execute(conn)?;
    Ok(())
}

/// The lock of an entity, the same whichever of its names a text has.
fn bucket_of(newcomer: &Newcomer) -> i32 {
    let first = newcomer.keys().into_iter().min().unwrap_or_default();
    let hash = XxHash3_64::oneshot(format!("{} {first}", newcomer.kind.as_str()).as_bytes());
    i32::try_from(hash % LOCK_BUCKETS).unwrap_or(0)
}

/// Inserts the words of all names that may be new. In one order, so that two transactions that create several entities
/// each cannot deadlock, as they could when the trigger inserts the words of one entity after the other.
fn insert_words<'a>(conn: &mut PgConnection, newcomers: impl Iterator<Item = &'a Newcomer>) -> Result<()> {
    let names = newcomers.flat_map(|newcomer| {
        std::iter::once(newcomer.name.as_str()).chain(newcomer.aliases.iter().map(|alias| alias.name.as_str()))
    });
    diesel::sql_query(
        "INSERT INTO name_words SELECT DISTINCT word FROM unnest($1) AS name_key CROSS JOIN words_of_name(name_key) AS word
            ORDER BY word ON CONFLICT DO NOTHING",
    )
    .bind::<Array<Text>, _>(names.map(text::name_key).collect::<Vec<_>>())
    .execute(conn)?;
    Ok(())
}

/// The stored entities with a name or an identifier of some newcomers.
fn read_names<'a>(conn: &mut PgConnection, newcomers: impl Iterator<Item = &'a Newcomer>) -> Result<NameIndex> {
    let (mut keys, mut items) = (Vec::new(), Vec::new());
    for newcomer in newcomers {
        keys.extend(newcomer.keys());
        items.extend(newcomer.wikidata);
    }
    let by_name: Vec<(Uuid, EntityKind, String)> = entities::table
        .filter(entities::name_key.eq_any(&keys))
        .filter(entities::merged_into.is_null())
        .select((entities::id, entities::kind, entities::name_key))
        .load(conn)?;
    let by_alias: Vec<(Uuid, EntityKind, String)> = entity_aliases::table
        .inner_join(entities::table)
        .filter(entity_aliases::name_key.eq_any(&keys))
        .filter(entity_aliases::kind.eq(AliasKind::Name))
        .filter(entities::merged_into.is_null())
        .select((entities::id, entities::kind, entity_aliases::name_key))
        .load(conn)?;
    let by_wikidata: Vec<(String, Uuid)> = entity_identifiers::table
        .inner_join(entities::table)
        .filter(entity_identifiers::scheme.eq("wikidata"))
        .filter(entity_identifiers::value.eq_any(items))
        .select((entity_identifiers::value, diesel::dsl::sql::<diesel::sql_types::Uuid>("coalesce(merged_into, id)")))
        .load(conn)?;
    let mut index = NameIndex::default();
    by_name.into_iter().chain(by_alias).for_each(|(id, kind, key)| index.add_name(kind, key, id));
    by_wikidata.into_iter().for_each(|(item, id)| index.add_wikidata(item, id));
    Ok(index)
}

fn new_entity(newcomer: &Newcomer, index: &NameIndex) -> NewEntity {
    let item = newcomer.wikidata.filter(|item| !index.has_wikidata(item));
    NewEntity {
        kind: newcomer.kind,
        name: newcomer.name.clone(),
        description: None,
        aliases: newcomer
            .aliases
            .iter()
            .map(|alias| Alias { name: alias.name.clone(), language: alias.language.clone(), kind: alias.kind })
            .collect(),
        identifiers: item
            .map(|item| Identifier { scheme: "wikidata".to_owned(), value: item.to_owned() })
            .into_iter()
            .collect(),
    }
}
