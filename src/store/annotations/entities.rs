//! Links found entities to stored entities, and creates the missing ones.

use super::{Draft, namesakes};
use crate::annotate::extraction::{NameIndex, Newcomer};
use crate::annotate::{Annotation, FoundEntity};
use crate::domain::entity::{Alias, Identifier, NewEntity};
use crate::domain::mention::{Candidate, Link, MAX_CANDIDATES};
use crate::domain::{AliasKind, EntityKind, new_id, text};
use crate::schema::{entities, entity_aliases, entity_identifiers};
use crate::store::{Error, Result, entities as store};
use diesel::prelude::*;
use diesel::sql_types::{Array, Integer, Text};
use std::collections::{BTreeSet, HashMap, HashSet};
use twox_hash::XxHash3_64;
use uuid::Uuid;

/// Number of name locks. A name is locked by its hash, so a transaction takes at most this number of locks.
const LOCK_BUCKETS: u64 = 64;
/// First key of the advisory locks on names.
const NAME_LOCKS: i32 = 0x6e61_6d65;

/// The stored entities of an extraction.
#[derive(Debug)]
pub struct Resolution {
    /// The stored entity of each found entity.
    pub(super) linked: Vec<Link>,
    /// Stored entities that the extractor does not know, and deleted ones that it still knows. If there are any, the text
    /// must be annotated again with the current names.
    pub unknown: HashSet<Uuid>,
}

/// The resolutions of several drafts, and the entities missing in the store.
#[derive(Debug)]
pub struct Resolutions {
    /// In the order of the drafts.
    pub each: Vec<Resolution>,
    pub missing: Missing,
}

/// Entities missing in the store. They are created if a stored draft links them or has them as candidates.
#[derive(Debug, Default)]
pub struct Missing(Vec<(Uuid, Newcomer, NewEntity)>);

/// Resolves the entities of several drafts, and locks the names of their newcomers until the transaction ends. Creates no entity.
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
    let existing = existing(conn, named.filter(|id| !is_provisional(*id)).collect())?;
    let mut missing = Missing::default();
    let mut each: Vec<Resolution> =
        drafts.iter().map(|draft| resolve_one(draft, &existing, &mut index, &mut missing)).collect();
    for (draft, resolution) in drafts.iter().zip(&mut each) {
        let place = namesakes::Place { article: draft.article, publisher: draft.publisher.as_deref() };
        namesakes::decide(conn, place, &draft.extraction.contexts, &mut resolution.linked)?;
    }
    Ok(Resolutions { each, missing })
}

/// True for the id of a newcomer, which is a small number. The ids of stored entities are UUIDs of version 7.
fn is_provisional(id: Uuid) -> bool {
    id.as_u128() <= u128::from(u32::MAX)
}

fn resolve_one(
    draft: &Draft,
    existing: &HashMap<Uuid, Uuid>,
    index: &mut NameIndex,
    missing: &mut Missing,
) -> Resolution {
    let Draft { extraction, known, is_final, .. } = draft;
    let mut resolution = Resolution { linked: Vec::new(), unknown: HashSet::new() };
    // The stored entities of each newcomer, several if its name is ambiguous.
    let mut links: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    let known_missing = missing.0.len();
    for newcomer in &extraction.newcomers {
        let mut matching: Vec<Uuid> = index.matching(newcomer).into_iter().collect();
        let is_unknown = |id: &&Uuid| !is_final && !known.contains(*id) && !missing.contains(**id, newcomer);
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
        None => existing.get(id).copied().into_iter().collect(),
    };
    for entity in &extraction.annotation.entities {
        let deleted = entity.stored.iter().filter(|id| !is_final && !is_provisional(**id) && stored(id).is_empty());
        resolution.unknown.extend(deleted);
        resolution.linked.push(linked(entity, stored));
    }
    if resolution.unknown.is_empty() {
        // Later drafts may link to these entities.
        missing.0[known_missing..].iter().for_each(|(id, newcomer, _)| index.add(newcomer, *id));
    }
    resolution
}

impl Missing {
    /// Whether this is a missing entity with the kind, the name and the aliases of `newcomer`.
    fn contains(&self, id: Uuid, newcomer: &Newcomer) -> bool {
        let same = |other: &Newcomer| {
            (other.kind, &other.name, &other.aliases) == (newcomer.kind, &newcomer.name, &newcomer.aliases)
        };
        self.0.iter().any(|(missing, other, _)| *missing == id && same(other))
    }
}

/// What the name of a found entity is linked to. `stored` returns the stored entities of an id.
fn linked(entity: &FoundEntity, stored: impl Fn(&Uuid) -> Vec<Uuid>) -> Link {
    if let Some([only]) = entity.stored.as_ref().map(&stored).as_deref() {
        return Link { entity: Some(*only), ..Link::default() };
    }
    let candidates: BTreeSet<Uuid> = entity.stored.iter().chain(&entity.candidates).flat_map(&stored).collect();
    let hidden = entity.candidate_count.saturating_sub(entity.candidates.len());
    match (candidates.len(), hidden) {
        (1, 0) => Link { entity: candidates.into_iter().next(), ..Link::default() },
        (count, hidden) => Link {
            candidates: candidates.into_iter().take(MAX_CANDIDATES).map(not_compared).collect(),
            candidate_count: count + hidden,
            ..Link::default()
        },
    }
}

/// A candidate without a score.
fn not_compared(entity_id: Uuid) -> Candidate {
    Candidate { entity_id, score: None }
}

/// Whether a name in a text has several candidates, so that [`link`] compares them.
pub fn needs_context(found: &Annotation) -> bool {
    found.entities.iter().any(|entity| entity.candidates.len() > 1)
}

/// Links the names of a text that is not stored to the stored entities with these names.
pub fn links_by_name(found: &Annotation) -> Vec<Link> {
    found.entities.iter().map(|entity| linked(entity, |id| vec![*id])).collect()
}

/// As [`links_by_name`], and decides between namesakes by the context.
pub fn link(conn: &mut PgConnection, found: &Annotation, contexts: &[BTreeSet<String>]) -> Result<Vec<Link>> {
    let mut links = links_by_name(found);
    namesakes::decide(conn, namesakes::Place::default(), contexts, &mut links)?;
    Ok(links)
}

/// Creates the missing entities that are linked or candidates, and locks all linked entities until the transaction ends.
///
/// Stored candidates are not locked, because there may be thousands.
///
/// # Errors
/// [`Error::Collision`] if a linked entity was just deleted or merged, or if another entity has just received its identifier.
pub fn create<'a>(
    conn: &mut PgConnection,
    missing: &Missing,
    resolutions: impl Iterator<Item = &'a Resolution>,
) -> Result<()> {
    let links: Vec<&Link> = resolutions.flat_map(|resolution| &resolution.linked).collect();
    let linked: BTreeSet<Uuid> = links.iter().filter_map(|link| link.entity).collect();
    let candidates: HashSet<Uuid> =
        links.iter().flat_map(|link| &link.candidates).map(|candidate| candidate.entity_id).collect();
    let created = missing.0.iter().filter(|(id, ..)| linked.contains(id) || candidates.contains(id));
    let created: Vec<(Uuid, &NewEntity)> = created.map(|(id, _, entity)| (*id, entity)).collect();
    match store::create_all(conn, &created) {
        Err(Error::Conflict(conflict)) => return Err(Error::Collision(conflict.to_string())),
        created => created?,
    }
    if linked.is_empty() {
        return Ok(());
    }
    let locked: Vec<Uuid> = entities::table
        .filter(entities::id.eq_any(&linked))
        .filter(entities::merged_into.is_null())
        .order(entities::id)
        .select(entities::id)
        .for_key_share()
        .load(conn)?;
    if locked.len() < linked.len() {
        return Err(Error::Collision("a linked entity has just been deleted or merged".to_owned()));
    }
    Ok(())
}

/// Maps each of these entities that exists to itself, or to the entity that it was merged into.
fn existing(conn: &mut PgConnection, ids: BTreeSet<Uuid>) -> Result<HashMap<Uuid, Uuid>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Uuid, Option<Uuid>)> =
        entities::table.filter(entities::id.eq_any(ids)).select((entities::id, entities::merged_into)).load(conn)?;
    Ok(rows.into_iter().map(|(id, merged_into)| (id, merged_into.unwrap_or(id))).collect())
}

/// Locks the names of newcomers, because another transaction may be creating an entity with the same name.
fn lock_names<'a>(conn: &mut PgConnection, newcomers: impl Iterator<Item = &'a Newcomer>) -> Result<()> {
    // All transactions take the locks in the same order, so that they cannot deadlock.
    let buckets: BTreeSet<i32> = newcomers.map(bucket_of).collect();
    diesel::sql_query("SELECT pg_advisory_xact_lock($1, bucket) FROM unnest($2) AS bucket")
        .bind::<Integer, _>(NAME_LOCKS)
        .bind::<Array<Integer>, _>(buckets.into_iter().collect::<Vec<_>>())
        .execute(conn)?;
    Ok(())
}

/// The lock of a newcomer: the hash of its kind and of its first name in sort order, whichever of its names is the main one.
fn bucket_of(newcomer: &Newcomer) -> i32 {
    let first = newcomer.keys().into_iter().min().unwrap_or_default();
    let hash = XxHash3_64::oneshot(format!("{} {first}", newcomer.kind.as_str()).as_bytes());
    i32::try_from(hash % LOCK_BUCKETS).unwrap_or(0)
}

/// Inserts the words of all names of newcomers, in sort order.
///
/// The trigger on names inserts words too, but for one statement at a time. Without this, two transactions that create several
/// entities could insert the same words in different orders and deadlock.
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

/// Reads the stored entities that have a name or an identifier of a newcomer.
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
