//! Autocompletion: the most mentioned entities with a name that begins with a prefix.

use super::popular_names::PopularNames;
use super::queries::{NameCandidate, prefix_end};
use super::{NameLabels, most_mentioned};
use crate::domain::EntityKind;
use crate::domain::entity::Suggestion;
use crate::domain::page::SetFilter;
use crate::domain::text;
use crate::schema::{entity_counts, entity_names};
use crate::store::Result;
use crate::store::sql::keyset::IsTrue;
use diesel::dsl::{exists, sql};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::Text;
use std::cmp::Reverse;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// If at most this number of names have a prefix, all of them are read. Else the [`MAX_BY_WEIGHT`] names by weight are read.
const MAX_READ: i64 = 200;
const MAX_BY_WEIGHT: i64 = 100;
/// Maximum number of names with the same weight that are ranked by mentions.
const MAX_TIED: i64 = 10_000;
/// Number of letters in the index on the first letters and the weight of names.
const INDEXED_LETTERS: usize = 2;
/// Prefixes of at most this number of letters are cached, because they have many names.
const CACHED_LETTERS: usize = 3;
const MAX_SUGGESTIONS: usize = 10;

/// A name with a given prefix.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = entity_names, check_for_backend(Pg))]
pub(super) struct PrefixedName {
    weight: i16,
    entity_id: Uuid,
    position: i32,
    name_key: String,
}

/// The ten most mentioned entities of these kinds with a name that begins with `q`. Names with short prefixes are cached for
/// some minutes.
pub fn suggest(
    conn: &mut PgConnection,
    popular: &PopularNames,
    q: &str,
    kinds: &SetFilter<EntityKind>,
) -> Result<Vec<Suggestion>> {
    let key = text::name_key(q);
    let is_cached = *kinds == SetFilter::default() && key.chars().count() <= CACHED_LETTERS;
    if let Some(names) = popular.prefixed(&key).filter(|_| is_cached) {
        let mut found = best(conn, &key, &names)?;
        // An entity may have been renamed since the names were cached.
        found.retain(|suggestion| text::name_key(&suggestion.matched).starts_with(&key));
        return Ok(found);
    }
    let (names, are_many) = prefixed(conn, &key, kinds)?;
    if is_cached && are_many {
        popular.cache_prefixed(&key, &names);
    }
    best(conn, &key, &names)
}

/// Reads the names with this prefix, highest weight first. If there are many, reads only the most mentioned ones and returns true.
fn prefixed(conn: &mut PgConnection, key: &str, kinds: &SetFilter<EntityKind>) -> Result<(Vec<PrefixedName>, bool)> {
    let has_prefix = || entity_names::name_key.ge(key.to_owned()).and(entity_names::name_key.lt(prefix_end(key)));
    let of_kinds = || {
        let mut names = entity_names::table.select(PrefixedName::as_select()).into_boxed::<Pg>();
        if !kinds.include.is_empty() {
            names = names.filter(entity_names::kind.eq_any(kinds.include.clone()));
        }
        if !kinds.exclude.is_empty() {
            names = names.filter(entity_names::kind.ne_all(kinds.exclude.clone()));
        }
        names
    };
    let letters: String = key.chars().take(INDEXED_LETTERS).collect();
    let all = || entity_names::table.filter(has_prefix()).order(entity_names::name_key);
    // A prefix of two letters nearly always has many names, and its index is fast for few names too.
    let are_many = key == letters && has_index(&letters)
        || diesel::select(exists(all().select(entity_names::entity_id).offset(MAX_READ))).get_result(conn)?;
    if !are_many {
        let mut names: Vec<PrefixedName> = of_kinds().filter(has_prefix()).load(conn)?;
        names.sort_by_key(|name| Reverse(name.weight));
        return Ok((names, false));
    }
    // The condition is hidden from the planner, which would otherwise read all names with the prefix from the index of names.
    let by_weight = || {
        let names = of_kinds().filter(IsTrue::new(has_prefix().nullable()));
        match has_index(&letters) {
            true => names.filter(sql::<Text>("left(entity_names.name_key, 2)").eq(letters.clone())),
            false => names,
        }
    };
    let mut names: Vec<PrefixedName> =
        by_weight().order(entity_names::weight.desc()).limit(MAX_BY_WEIGHT).load(conn)?;
    if let Some(weight) = undecided_weight(&names) {
        let tied: Vec<PrefixedName> = by_weight().filter(entity_names::weight.eq(weight)).limit(MAX_TIED).load(conn)?;
        let best: HashSet<Uuid> = entity_counts::table
            .filter(entity_counts::entity_id.eq_any(tied.iter().map(|name| name.entity_id)))
            .order((entity_counts::mentions.desc(), entity_counts::entity_id.desc()))
            .limit(MAX_BY_WEIGHT)
            .select(entity_counts::entity_id)
            .load::<Uuid>(conn)?
            .into_iter()
            .collect();
        names.retain(|name| name.weight > weight);
        names.extend(tied.into_iter().filter(|name| best.contains(&name.entity_id)));
    }
    Ok((names, true))
}

/// The lowest weight that was read, if the ten most mentioned entities may include entities of this weight.
fn undecided_weight(names: &[PrefixedName]) -> Option<i16> {
    let last = names.get(MAX_BY_WEIGHT as usize - 1)?.weight;
    let above: HashSet<Uuid> = names.iter().filter(|name| name.weight > last).map(|name| name.entity_id).collect();
    // Entities of weight 1 have one mention and those of weight 0 none, so their order is decided.
    (above.len() < MAX_SUGGESTIONS && last > 1).then_some(last)
}

/// The most mentioned entities of these names, which are in order of weight.
fn best(conn: &mut PgConnection, key: &str, names: &[PrefixedName]) -> Result<Vec<Suggestion>> {
    let mut best: HashMap<Uuid, NameCandidate> = HashMap::new();
    let mut min_weight = None;
    for PrefixedName { weight, entity_id, position, name_key } in names {
        // Ten entities have a higher weight.
        if min_weight.is_some_and(|min_weight| *weight < min_weight) {
            break;
        }
        let new = NameCandidate {
            entity_id: *entity_id,
            position: *position,
            name_key: name_key.clone(),
            mentions: 0,
            similarity: 0.0,
        };
        let rank = |name: &NameCandidate| (name.name_key != key, name.position);
        match best.entry(*entity_id) {
            Entry::Occupied(mut old) if rank(&new) < rank(old.get()) => drop(old.insert(new)),
            Entry::Occupied(_) => {}
            Entry::Vacant(entry) => drop(entry.insert(new)),
        }
        min_weight = (best.len() >= MAX_SUGGESTIONS).then_some(*weight).or(min_weight);
    }
    let labels = NameLabels::load(conn, best.values().map(|name| (name.entity_id, name.position)))?;
    for (entity, name) in &mut best {
        name.mentions = labels.mentions(*entity);
    }
    Ok(labels.suggestions(&most_mentioned(best.into_values().collect(), MAX_SUGGESTIONS)))
}

/// Whether these are as many letters as in the index on the first letters.
fn has_index(letters: &str) -> bool {
    letters.chars().count() == INDEXED_LETTERS
}
