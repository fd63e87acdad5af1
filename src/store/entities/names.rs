//! Searches entities by name: by prefix, by words, and with typos.
//!
//! Each query reads a bounded number of names from `entity_names`. If there are more matches, the most mentioned entities
//! are searched too.

mod alike;
mod popular_names;
mod queries;
mod suggest;
mod typos;

pub(super) use alike::alike;
pub use popular_names::PopularNames;
pub use queries::Scope;
pub use suggest::suggest;

use crate::domain::entity::{Identifier, NameReading, ResolvedName, Suggestion};
use crate::domain::{EntityKind, text};
use crate::schema::{entity_counts, entity_identifiers, entity_names};
use crate::store::Result;
use diesel::prelude::*;
use queries::{Matches, NameCandidate, NameQuery};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use uuid::Uuid;

/// Maximum number of matches of each query that are ranked.
const MAX_RANKED: i32 = 200;
/// If at least this many entities are found, typos are not searched.
const MIN_WITHOUT_TYPOS: usize = 5;
/// Position of the main name of an entity, among the positions of its aliases.
const MAIN_NAME: i32 = -1;
/// Maximum number of entities returned for one name.
const MAX_NAMESAKES: usize = 50;

/// The entities found by a name.
#[derive(Debug, Default)]
pub struct NameMatches {
    /// Best first.
    pub matches: Vec<Match>,
    /// Whether there may be more matches.
    pub is_truncated: bool,
}

/// An entity that was found by one of its names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Match {
    pub entity: Uuid,
    /// Position of the alias, or [`MAIN_NAME`].
    position: i32,
    /// Higher is better. Orders by [`Tier`], then by similarity, then by the number of mentions of the entity.
    pub score: i64,
}

/// How a name matches the query, the best match last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Tier {
    /// The name has words similar to the words of the query.
    Similar,
    /// The name contains all words of the query, possibly inside longer words.
    Contains,
    /// Each word of the query is the prefix of a word of the name.
    WordPrefixes,
    /// The query is the prefix of the name.
    Prefix,
    ExactAlias,
    ExactName,
}

impl Match {
    fn new(candidate: &NameCandidate, tier: Tier) -> Self {
        let similarity = if tier == Tier::Similar { thousandths(candidate.similarity) } else { 0 };
        // Logarithmic: 0 without mentions, 999 for a billion mentions.
        #[allow(clippy::cast_precision_loss, reason = "a logarithm")]
        let popularity = thousandths((1.0 + candidate.mentions as f64).ln() / 1e9_f64.ln());
        let score = (tier as i64 * 1000 + similarity) * 1000 + popularity;
        Self { entity: candidate.entity_id, position: candidate.position, score }
    }

    /// The sort key of a list with the best match first, then the newest entity.
    fn rank(&self) -> impl Ord + use<> {
        Reverse((self.score, self.entity))
    }
}

fn thousandths(part: f64) -> i64 {
    (part.clamp(0.0, 1.0) * 999.0) as i64
}

/// The entities found by a name, at most 200 by each of three queries.
pub fn search(conn: &mut PgConnection, popular: &PopularNames, q: &str, scope: &Scope) -> Result<NameMatches> {
    let key = text::name_key(q);
    let mut found = NameMatches::default();
    let mut best = HashMap::new();
    let prefixed = queries::with_prefix(&key).load(conn, scope, MAX_RANKED)?;
    // If an entity of any kind has exactly this name, the query has no typo.
    let has_exact = prefixed.has_exact;
    found.add(&mut best, prefixed, |candidate| match candidate.name_key == key {
        true if candidate.position < 0 => Tier::ExactName,
        true => Tier::ExactAlias,
        false => Tier::Prefix,
    });
    let words = queries::words(&key);
    // Shorter words have no trigrams to search by.
    if !found.is_truncated && words.iter().any(|word| word.chars().count() > 2) {
        let containing = queries::containing(conn, &words, scope, MAX_RANKED)?;
        found.add(&mut best, containing, |candidate| {
            let is_prefix = |word: &&str| candidate.name_key.split(' ').any(|other| other.starts_with(*word));
            if words.iter().all(is_prefix) { Tier::WordPrefixes } else { Tier::Contains }
        });
    }
    if !has_exact && best.len() < MIN_WITHOUT_TYPOS {
        let similar = typos::similar(conn, popular, &key, &words, scope, MAX_RANKED)?;
        found.add(&mut best, similar, |_| Tier::Similar);
    }
    found.matches = best.into_values().collect();
    found.matches.sort_by_key(Match::rank);
    Ok(found)
}

impl NameMatches {
    /// Keeps the best name of each entity.
    fn add(&mut self, best: &mut HashMap<Uuid, Match>, matches: Matches, tier: impl Fn(&NameCandidate) -> Tier) {
        self.is_truncated |= matches.is_truncated;
        for candidate in matches.best {
            let new = Match::new(&candidate, tier(&candidate));
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

/// The entities with this name, ignoring accents and case, the most mentioned first; at most 50.
pub fn namesakes(conn: &mut PgConnection, name: &str) -> Result<Vec<Match>> {
    let names = NameQuery::new("name_key = ", &text::name_key(name)).load(conn, &Scope::default(), MAX_RANKED)?;
    Ok(most_mentioned(names.best, MAX_NAMESAKES))
}

/// The most mentioned entities of these names, at most `limit`.
fn most_mentioned(mut names: Vec<NameCandidate>, limit: usize) -> Vec<Match> {
    names.sort_by_key(|candidate| Reverse((candidate.mentions, candidate.entity_id)));
    names.truncate(limit);
    names.iter().map(|candidate| Match::new(candidate, Tier::Prefix)).collect()
}

/// Returns the entities with a name, or else the entities with the most similar name.
pub fn resolve(conn: &mut PgConnection, popular: &PopularNames, name: &str) -> Result<ResolvedName> {
    let resolved = |how, entities| ResolvedName { name: name.to_owned(), how, entities };
    let exact = namesakes(conn, name)?;
    if !exact.is_empty() {
        return Ok(resolved(NameReading::Exact, suggestions(conn, &exact)?));
    }
    let found = search(conn, popular, name, &Scope::default())?;
    let best = suggestions(conn, found.matches.get(..1).unwrap_or_default())?;
    let Some(best) = best.first() else { return Ok(resolved(NameReading::None, Vec::new())) };
    let similar = namesakes(conn, &best.matched)?;
    Ok(resolved(NameReading::Similar, suggestions(conn, &similar)?))
}

/// The matches with their names. Entities that were deleted in the meantime are left out.
pub fn suggestions(conn: &mut PgConnection, found: &[Match]) -> Result<Vec<Suggestion>> {
    let labels = NameLabels::load(conn, found.iter().map(|found| (found.entity, found.position)))?;
    Ok(labels.suggestions(found))
}

/// Names in their original spelling, with the kind and the number of mentions of their entity, by entity and position.
struct NameLabels(HashMap<(Uuid, i32), (String, EntityKind, i64)>);

impl NameLabels {
    /// Loads these names and the main names of their entities.
    fn load(conn: &mut PgConnection, names: impl Iterator<Item = (Uuid, i32)>) -> Result<Self> {
        let (ids, mut positions): (Vec<Uuid>, Vec<i32>) = names.unzip();
        positions.push(MAIN_NAME);
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
        self.0.get(&(entity, MAIN_NAME)).map_or(0, |(.., mentions)| *mentions)
    }

    fn suggestions(&self, found: &[Match]) -> Vec<Suggestion> {
        let suggestion = |found: &Match| {
            let (name, kind, _) = self.0.get(&(found.entity, MAIN_NAME))?;
            let (matched, ..) = self.0.get(&(found.entity, found.position))?;
            Some(Suggestion { id: found.entity, kind: *kind, name: name.clone(), matched: matched.clone() })
        };
        found.iter().filter_map(suggestion).collect()
    }
}

/// The entities with one of these identifiers.
pub fn by_identifiers(conn: &mut PgConnection, identifiers: &[Identifier]) -> Result<Vec<Uuid>> {
    if identifiers.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = entity_identifiers::table.select(entity_identifiers::entity_id).distinct().into_boxed();
    for Identifier { scheme, value } in identifiers {
        query = query.or_filter(entity_identifiers::scheme.eq(scheme).and(entity_identifiers::value.eq(value)));
    }
    Ok(query.load(conn)?)
}
