//! Entities by name, as somebody writes it: by its beginning, by its words, and with its typos forgiven.
//!
//! Names are read from `entity_names` in tiers, each bounded: where more match than are read, the best known entities
//! are looked at instead.

mod known;
mod suggest;
mod tiers;
mod typos;

pub use known::PopularNames;
pub use suggest::suggest;
pub use tiers::Among;

use crate::domain::entity::{Identifier, NameReading, ResolvedName, Suggestion};
use crate::domain::{EntityKind, text};
use crate::schema::{entity_counts, entity_identifiers, entity_names};
use crate::store::Result;
use diesel::prelude::*;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use tiers::{Candidate, Names, Query};
use uuid::Uuid;

/// Names of one tier that are weighed.
const WEIGHED: i32 = 200;
/// With as many entities found, none is looked for by similarity.
const ENOUGH: usize = 5;
/// The position of an entity's own name.
const OWN: i32 = -1;
/// The most entities that bear one name.
const BEARERS: usize = 50;

/// The entities that a name leads to.
#[derive(Debug, Default)]
pub struct Found {
    /// Best first.
    pub matches: Vec<Match>,
    /// True when there may be more than were found.
    pub is_cut: bool,
}

/// An entity that was found by one of its names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Match {
    pub entity: Uuid,
    /// Of the alias, or [`OWN`].
    position: i32,
    /// How good the match is: first its [`Tier`], then how alike the names are, then how often the entity is mentioned.
    pub score: i64,
}

/// How a name was found, the best last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Tier {
    Similar,
    /// Has all words, if only inside of longer ones.
    Contains,
    /// Has words that begin as all of those asked for.
    Words,
    Begins,
    ExactAlias,
    ExactName,
}

impl Match {
    fn of(candidate: &Candidate, tier: Tier) -> Self {
        let kind = if tier == Tier::Similar { thousandths(candidate.similarity) } else { 0 };
        // A billion mentions and none are a thousand steps apart.
        #[allow(clippy::cast_precision_loss, reason = "a logarithm")]
        let fame = thousandths((1.0 + candidate.mentions as f64).ln() / 1e9_f64.ln());
        let score = (tier as i64 * 1000 + kind) * 1000 + fame;
        Self { entity: candidate.entity_id, position: candidate.position, score }
    }

    /// Best first; the newest first among equals.
    fn rank(&self) -> impl Ord + use<> {
        Reverse((self.score, self.entity))
    }
}

fn thousandths(part: f64) -> i64 {
    // Between 0 and 999, whatever the database has answered.
    (part.clamp(0.0, 1.0) * 999.0) as i64
}

/// The entities that a name leads to: the best of each way to find them, a few hundred at most.
///
/// # Errors
/// Only the database's own.
pub fn search(conn: &mut PgConnection, known: &PopularNames, q: &str, among: &Among) -> Result<Found> {
    let key = text::name_key(q);
    let mut found = Found::default();
    let mut best = HashMap::new();
    let beginning = tiers::beginning(&key).load(conn, among, WEIGHED)?;
    // What somebody bears is no typo, though it be somebody of another kind.
    let is_borne = beginning.is_borne;
    found.add(&mut best, beginning, |candidate| match candidate.name_key == key {
        true if candidate.position < 0 => Tier::ExactName,
        true => Tier::ExactAlias,
        false => Tier::Begins,
    });
    let words = tiers::words(&key);
    // Shorter words have no trigrams. What is found by its words comes after all that begins right.
    if !found.is_cut && words.iter().any(|word| word.chars().count() > 2) {
        let containing = tiers::containing(conn, &words, among, WEIGHED)?;
        found.add(&mut best, containing, |candidate| {
            let begins = |word: &&str| candidate.name_key.split(' ').any(|other| other.starts_with(*word));
            if words.iter().all(begins) { Tier::Words } else { Tier::Contains }
        });
    }
    if !is_borne && best.len() < ENOUGH {
        let similar = typos::similar(conn, known, &key, &words, among, WEIGHED)?;
        found.add(&mut best, similar, |_| Tier::Similar);
    }
    found.matches = best.into_values().collect();
    found.matches.sort_by_key(Match::rank);
    Ok(found)
}

impl Found {
    /// Keeps the best name of each entity.
    fn add(&mut self, best: &mut HashMap<Uuid, Match>, names: Names, tier: impl Fn(&Candidate) -> Tier) {
        self.is_cut |= names.is_cut;
        for candidate in names.best {
            let new = Match::of(&candidate, tier(&candidate));
            match best.entry(new.entity) {
                Entry::Vacant(entry) => drop(entry.insert(new)),
                Entry::Occupied(mut entry) => {
                    let old = entry.get_mut();
                    if (new.score, Reverse(new.position)) > (old.score, Reverse(old.position)) {
                        *old = new;
                    }
                }
            }
        }
    }
}

/// The entities that bear exactly this name, accents and case aside, the best known first; at most 50.
///
/// # Errors
/// Only the database's own.
pub fn bearing(conn: &mut PgConnection, name: &str) -> Result<Vec<Match>> {
    let names = Query::new("name_key = ", &text::name_key(name)).load(conn, &Among::default(), WEIGHED)?;
    Ok(most_mentioned(names.best, BEARERS))
}

/// The entities of these names.
fn most_mentioned(mut names: Vec<Candidate>, most: usize) -> Vec<Match> {
    names.sort_by_key(|candidate| Reverse((candidate.mentions, candidate.entity_id)));
    names.truncate(most);
    names.iter().map(|candidate| Match::of(candidate, Tier::Begins)).collect()
}

/// The entities that a name leads to: all that bear it, or else all that bear the name most like it.
///
/// # Errors
/// Only the database's own.
pub fn resolve(conn: &mut PgConnection, known: &PopularNames, name: &str) -> Result<ResolvedName> {
    let resolved = |how, entities| ResolvedName { name: name.to_owned(), how, entities };
    let bearers = bearing(conn, name)?;
    if !bearers.is_empty() {
        return Ok(resolved(NameReading::Exact, suggestions(conn, &bearers)?));
    }
    let found = search(conn, known, name, &Among::default())?;
    let best = suggestions(conn, found.matches.get(..1).unwrap_or_default())?;
    let Some(best) = best.first() else { return Ok(resolved(NameReading::None, Vec::new())) };
    let bearers = bearing(conn, &best.matched)?;
    Ok(resolved(NameReading::Similar, suggestions(conn, &bearers)?))
}

/// The names of what was found. An entity that has gone since is left out.
///
/// # Errors
/// Only the database's own.
pub fn suggestions(conn: &mut PgConnection, found: &[Match]) -> Result<Vec<Suggestion>> {
    let printed = Printed::of(conn, found.iter().map(|found| (found.entity, found.position)))?;
    Ok(printed.suggestions(found))
}

/// Some names of entities as they are printed, by entity and position, and how often the entities are mentioned.
struct Printed(HashMap<(Uuid, i32), (String, EntityKind, i64)>);

impl Printed {
    /// These names, and the entities' own.
    fn of(conn: &mut PgConnection, names: impl Iterator<Item = (Uuid, i32)>) -> Result<Self> {
        let (ids, mut positions): (Vec<Uuid>, Vec<i32>) = names.unzip();
        positions.push(OWN);
        positions.sort_unstable();
        positions.dedup();
        let counted = entity_counts::table.on(entity_counts::entity_id.eq(entity_names::entity_id));
        let rows: Vec<(Uuid, i32, String, EntityKind, Option<i64>)> = entity_names::table
            .left_join(counted)
            .filter(entity_names::entity_id.eq_any(ids))
            .filter(entity_names::position.eq_any(positions))
            .select((
                entity_names::entity_id,
                entity_names::position,
                entity_names::name,
                entity_names::kind,
                entity_counts::mentions.nullable(),
            ))
            .load(conn)?;
        let named = |(id, position, name, kind, mentions): (_, _, _, _, Option<i64>)| {
            ((id, position), (name, kind, mentions.unwrap_or_default()))
        };
        Ok(Self(rows.into_iter().map(named).collect()))
    }

    fn mentions(&self, entity: Uuid) -> i64 {
        self.0.get(&(entity, OWN)).map_or(0, |(.., mentions)| *mentions)
    }

    fn suggestions(&self, found: &[Match]) -> Vec<Suggestion> {
        let suggestion = |found: &Match| {
            let (name, kind, _) = self.0.get(&(found.entity, OWN))?;
            let (matched, ..) = self.0.get(&(found.entity, found.position))?;
            Some(Suggestion { id: found.entity, kind: *kind, name: name.clone(), matched: matched.clone() })
        };
        found.iter().filter_map(suggestion).collect()
    }
}

/// The entities that have one of these identifiers.
///
/// # Errors
/// Only the database's own.
pub fn identified(conn: &mut PgConnection, identifiers: &[Identifier]) -> Result<Vec<Uuid>> {
    if identifiers.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = entity_identifiers::table.select(entity_identifiers::entity_id).distinct().into_boxed();
    for Identifier { scheme, value } in identifiers {
        query = query.or_filter(entity_identifiers::scheme.eq(scheme).and(entity_identifiers::value.eq(value)));
    }
    Ok(query.load(conn)?)
}
