//! Names that complete what somebody has begun to type.

use super::{Match, suggestions};
use crate::domain::EntityKind;
use crate::domain::entity::Suggestion;
use crate::domain::page::Choice;
use crate::domain::text;
use crate::schema::{entity_mention_counts, entity_names};
use crate::store::Result;
use crate::store::page::LookedAt;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Text;
use std::cmp::Reverse;
use std::collections::HashMap;
use uuid::Uuid;

/// When so many names begin alike all are looked at; of more, the best known.
const READ: i64 = 200;
const BEST_KNOWN: i64 = 100;
/// The same where a kind is asked for that few of them may be of.
const BEST_KNOWN_OF_ALL_KINDS: i64 = 2_000;
/// The most suggestions.
const SUGGESTIONS: usize = 10;

/// The ten most mentioned entities, of some kinds, with a name that begins like this.
///
/// # Errors
/// Only the database's own.
pub fn suggest(conn: &mut PgConnection, q: &str, kinds: &Choice<EntityKind>) -> Result<Vec<Suggestion>> {
    let key = text::name_key(q);
    // Nothing that is a letter comes after the last code point.
    let begins = || {
        let end = format!("{key}{}", char::MAX);
        entity_names::name_key.ge(key.clone()).and(entity_names::name_key.lt(end))
    };
    let columns = (
        entity_names::weight,
        entity_names::entity_id,
        entity_names::position,
        entity_names::name_key,
        entity_names::kind,
    );
    let alike = entity_names::table.filter(begins()).order(entity_names::name_key).select(columns);
    let mut names: Vec<(i16, Uuid, i32, String, EntityKind)> = alike.limit(READ + 1).load(conn)?;
    if names.len() as i64 > READ {
        let of_all = *kinds == Choice::default();
        let mut known = entity_names::table
            .select(columns)
            .filter(LookedAt::new(begins().nullable()))
            .order(entity_names::weight.desc())
            .limit(if of_all { BEST_KNOWN } else { BEST_KNOWN_OF_ALL_KINDS })
            .into_boxed();
        if let Some((end, _)) = key.char_indices().nth(1) {
            let end = key[end..].chars().next().map_or(end, |letter| end + letter.len_utf8());
            // As the index has it: the best known of each two letters.
            known = known.filter(sql::<Text>("left(entity_names.name_key, 2)").eq(key[..end].to_owned()));
        }
        names = known.load(conn)?;
    }
    names.retain(|(.., kind)| (kinds.any.is_empty() || kinds.any.contains(kind)) && !kinds.none.contains(kind));
    names.sort_by_key(|(weight, ..)| Reverse(*weight));
    let mut best: HashMap<Uuid, (bool, i32)> = HashMap::new();
    let mut least = None;
    for (weight, entity, position, name, _) in names {
        // Who is mentioned less than ten others is not counted.
        if least.is_some_and(|least| weight < least) {
            break;
        }
        let new = (name != key, position);
        best.entry(entity).and_modify(|old| *old = new.min(*old)).or_insert(new);
        least = (best.len() >= SUGGESTIONS).then_some(weight).or(least);
    }
    let ids: Vec<Uuid> = best.keys().copied().collect();
    let mut mentioned: Vec<(i64, Uuid)> = entity_mention_counts::table
        .filter(entity_mention_counts::entity_id.eq_any(ids))
        .select((entity_mention_counts::mentions, entity_mention_counts::entity_id))
        .load(conn)?;
    mentioned.sort_unstable_by_key(|place| Reverse(*place));
    mentioned.truncate(SUGGESTIONS);
    let found: Vec<Match> =
        mentioned.into_iter().map(|(score, entity)| Match { entity, position: best[&entity].1, score }).collect();
    suggestions(conn, &found)
}
