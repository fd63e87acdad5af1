//! Names that complete what somebody has begun to type.

use super::known::PopularNames;
use super::tiers::{Candidate, after_all};
use super::{Printed, most_mentioned};
use crate::domain::EntityKind;
use crate::domain::entity::Suggestion;
use crate::domain::page::SetFilter;
use crate::domain::text;
use crate::schema::entity_names;
use crate::store::Result;
use crate::store::sql::keyset::LookedAt;
use diesel::dsl::{exists, sql};
use diesel::prelude::*;
use diesel::sql_types::Text;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use uuid::Uuid;

/// When so many names begin alike all are looked at; of more, the best known.
const READ: i64 = 200;
const BEST_KNOWN: i64 = 100;
/// The same where a kind is asked for that few of them may be of.
const BEST_KNOWN_OF_ALL_KINDS: i64 = 2_000;
/// The letters by which the best known names are found.
const LETTERS: usize = 2;
/// The names that begin with so few letters are kept for a while.
const KEPT_LETTERS: usize = 3;
/// The most suggestions.
const SUGGESTIONS: usize = 10;

/// A name that begins as is asked.
pub(super) type Beginning = (i16, Uuid, i32, String, EntityKind);

/// The ten most mentioned entities, of some kinds, with a name that begins like this. Of a few letters that many names begin with,
/// the best known names are those of a few minutes ago.
///
/// # Errors
/// Only the database's own.
pub fn suggest(
    conn: &mut PgConnection,
    known: &PopularNames,
    q: &str,
    kinds: &SetFilter<EntityKind>,
) -> Result<Vec<Suggestion>> {
    let key = text::name_key(q);
    let is_kept = *kinds == SetFilter::default() && key.chars().count() <= KEPT_LETTERS;
    if let Some(names) = known.beginning(&key).filter(|_| is_kept) {
        let mut found = best(conn, &key, &names)?;
        // What they were called in between.
        found.retain(|suggestion| text::name_key(&suggestion.matched).starts_with(&key));
        return Ok(found);
    }
    let (mut names, are_many) = beginning(conn, &key, *kinds == SetFilter::default())?;
    names.retain(|(.., kind)| {
        (kinds.include.is_empty() || kinds.include.contains(kind)) && !kinds.exclude.contains(kind)
    });
    names.sort_by_key(|(weight, ..)| Reverse(*weight));
    if is_kept && are_many {
        known.keep_beginning(&key, &names);
    }
    best(conn, &key, &names)
}

/// All names that begin like this, or the best known when they are many.
fn beginning(conn: &mut PgConnection, key: &str, of_all_kinds: bool) -> Result<(Vec<Beginning>, bool)> {
    let begins = || entity_names::name_key.ge(key.to_owned()).and(entity_names::name_key.lt(after_all(key)));
    let columns = (
        entity_names::weight,
        entity_names::entity_id,
        entity_names::position,
        entity_names::name_key,
        entity_names::kind,
    );
    let letters: String = key.chars().take(LETTERS).collect();
    let alike = || entity_names::table.filter(begins()).order(entity_names::name_key).select(columns);
    let are_many = match key == letters {
        // Nearly always; and of two letters, the best known are all when they are few.
        true if has_index(&letters) => true,
        true => diesel::select(exists(alike().offset(READ))).get_result(conn)?,
        false => false,
    };
    if !are_many {
        let names: Vec<Beginning> = alike().limit(READ + 1).load(conn)?;
        if names.len() as i64 <= READ {
            return Ok((names, false));
        }
    }
    let mut known = entity_names::table
        .select(columns)
        .filter(LookedAt::new(begins().nullable()))
        .order(entity_names::weight.desc())
        .limit(if of_all_kinds { BEST_KNOWN } else { BEST_KNOWN_OF_ALL_KINDS })
        .into_boxed();
    if has_index(&letters) {
        // As the index has it: the best known of each two letters.
        known = known.filter(sql::<Text>("left(entity_names.name_key, 2)").eq(letters));
    }
    Ok((known.load(conn)?, true))
}

/// The most mentioned entities of some names, the best known first.
fn best(conn: &mut PgConnection, key: &str, names: &[Beginning]) -> Result<Vec<Suggestion>> {
    let mut best: HashMap<Uuid, Candidate> = HashMap::new();
    let mut least = None;
    for (weight, entity_id, position, name_key, _) in names {
        let (weight, entity_id, name_key) = (*weight, *entity_id, name_key.clone());
        // Who is mentioned less than ten others is not counted.
        if least.is_some_and(|least| weight < least) {
            break;
        }
        let new = Candidate { entity_id, position: *position, name_key, mentions: 0, similarity: 0.0 };
        let place = |name: &Candidate| (name.name_key != key, name.position);
        match best.entry(entity_id) {
            Entry::Occupied(mut old) if place(&new) < place(old.get()) => drop(old.insert(new)),
            Entry::Occupied(_) => {}
            Entry::Vacant(entry) => drop(entry.insert(new)),
        }
        least = (best.len() >= SUGGESTIONS).then_some(weight).or(least);
    }
    let printed = Printed::of(conn, best.values().map(|name| (name.entity_id, name.position)))?;
    for (entity, name) in &mut best {
        name.mentions = printed.mentions(*entity);
    }
    Ok(printed.suggestions(&most_mentioned(best.into_values().collect(), SUGGESTIONS)))
}

/// True of as many letters as the names have an index of.
fn has_index(letters: &str) -> bool {
    letters.chars().count() == LETTERS
}
