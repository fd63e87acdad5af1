//! Compares entities: their names first, then the context of those with similar names.

use crate::domain::duplicate::{Duplicate, DuplicateEntity, Reason, compare_names, rounded, score};
use crate::domain::entity::{Entity, Identifier};
use crate::domain::text::context_words;
use crate::domain::{DuplicateReason, EntityKind};
use crate::schema::duplicates;
use crate::store::Result;
use crate::store::entities::identifiers_of;
use crate::store::entities::names::{PopularNames, alike};
use crate::store::grouped::grouped;
use crate::store::judgements;
use crate::store::sql::Sql;
use diesel::prelude::*;
use diesel::sql_types::{Array, Nullable, Text, Uuid as SqlUuid};
use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use uuid::Uuid;

/// Maximum number of duplicates of an entity. Only the contexts of these are compared.
const MAX_DUPLICATES: usize = 20;
/// Maximum number of names of an entity that are compared.
const MAX_NAMES: i64 = 20;

/// An entity and what is known of its context.
#[derive(Debug, QueryableByName)]
struct Profile {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    kind: EntityKind,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Nullable<Text>)]
    description: Option<String>,
    #[diesel(sql_type = Array<Text>)]
    roles: Vec<String>,
    /// The publishers of its recent articles.
    #[diesel(sql_type = Array<Text>)]
    publishers: Vec<String>,
    /// Other entities in its recent articles.
    #[diesel(sql_type = Array<SqlUuid>)]
    co_mentioned: Vec<Uuid>,
}

impl Profile {
    fn words(&self) -> HashSet<String> {
        self.description.iter().chain(&self.roles).flat_map(|text| context_words(text)).collect()
    }
}

/// The entities that are likely the same as this one, the best first.
///
/// Entities that were judged to be different are left out, and so are those with another identifier of the same scheme.
pub fn duplicates_of(conn: &mut PgConnection, popular: &PopularNames, entity: &Entity) -> Result<Vec<Duplicate>> {
    let mut alike = alike(conn, popular, entity)?;
    alike.extend(paired(conn, entity.id)?);
    let alike: Vec<Uuid> = alike.into_iter().collect();
    let mut names = names_of(conn, &[&alike[..], &[entity.id]].concat())?;
    let own = names.remove(&entity.id).unwrap_or_default();
    let excluded = contradicted(conn, entity, &alike)?;
    let named = names.into_iter().filter(|(id, _)| !excluded.contains(id));
    let mut named: Vec<(Uuid, Reason)> = named.filter_map(|(id, names)| Some((id, best_name(&own, &names)?))).collect();
    named.sort_by(|(id, a), (other, b)| b.score.total_cmp(&a.score).then(id.cmp(other)));
    named.truncate(MAX_DUPLICATES);
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = named.iter().map(|(id, _)| *id).chain([entity.id]).collect();
    let mut profiles = profiles(conn, ids)?;
    let Some(own) = profiles.remove(&entity.id) else { return Ok(Vec::new()) };
    let duplicate = |(id, name): (Uuid, Reason)| {
        let other = profiles.remove(&id)?;
        let reasons: Vec<Reason> = std::iter::once(name).chain(context(&own, &other)).collect();
        let Profile { id, kind, name, description, .. } = other;
        Some(Duplicate { entity: DuplicateEntity { id, kind, name, description }, score: score(&reasons), reasons })
    };
    let mut found: Vec<Duplicate> = named.into_iter().filter_map(duplicate).collect();
    found.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.entity.id.cmp(&b.entity.id)));
    Ok(found)
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = SqlUuid)]
    entity_id: Uuid,
    #[diesel(sql_type = Text)]
    name_key: String,
}

/// The keys of the names of these entities, without roles and descriptions.
fn names_of(conn: &mut PgConnection, entities: &[Uuid]) -> Result<HashMap<Uuid, Vec<String>>> {
    let rows: Vec<Name> = Sql::new(
        "SELECT n.entity_id, n.name_key FROM entity_names AS n
        LEFT JOIN entity_aliases AS a ON a.entity_id = n.entity_id AND a.position = n.position
        WHERE (n.position < 0 OR a.kind IN ('name', 'acronym', 'misspelling')) AND n.position < ",
    )
    .bind(MAX_NAMES)
    .sql(" AND n.entity_id = ANY (")
    .bind(entities.to_vec())
    .sql(")")
    .rows(conn)?;
    Ok(grouped(rows.into_iter().map(|name| (name.entity_id, name.name_key))))
}

/// The entities that stored pairs have with this one.
fn paired(conn: &mut PgConnection, entity: Uuid) -> Result<Vec<Uuid>> {
    let of_first = duplicates::table.filter(duplicates::first_id.eq(entity)).select(duplicates::second_id);
    let of_second = duplicates::table.filter(duplicates::second_id.eq(entity)).select(duplicates::first_id);
    Ok(of_first.union_all(of_second).load(conn)?)
}

/// Those of the entities that have another identifier of a scheme of the entity, or were judged to be different from it.
fn contradicted(conn: &mut PgConnection, entity: &Entity, others: &[Uuid]) -> Result<HashSet<Uuid>> {
    let identifiers = if entity.identifiers.is_empty() { HashMap::new() } else { identifiers_of(conn, others)? };
    let schemes: HashSet<&str> = entity.identifiers.iter().map(|identifier| &*identifier.scheme).collect();
    let is_contradicted =
        |(id, all): (Uuid, Vec<Identifier>)| all.iter().any(|other| schemes.contains(&*other.scheme)).then_some(id);
    let mut excluded: HashSet<Uuid> = identifiers.into_iter().filter_map(is_contradicted).collect();
    let judged = judgements::among(conn, &[others, &[entity.id]].concat())?;
    excluded.extend(judged.into_iter().filter(|pair| pair.contains(&entity.id)).flatten());
    Ok(excluded)
}

fn best_name(own: &[String], others: &[String]) -> Option<Reason> {
    let pairs = own.iter().flat_map(|one| others.iter().map(move |other| (one, other)));
    pairs.filter_map(|(one, other)| compare_names(one, other)).max_by(|a, b| a.score.total_cmp(&b.score))
}

/// What the contexts of two entities have in common.
fn context(one: &Profile, other: &Profile) -> Vec<Reason> {
    let parts = [
        (DuplicateReason::CoMentioned, overlap(one.co_mentioned.iter(), other.co_mentioned.iter(), 5)),
        (DuplicateReason::Publisher, overlap(one.publishers.iter(), other.publishers.iter(), 3)),
        (DuplicateReason::Description, overlap(one.words().iter(), other.words().iter(), 3)),
    ];
    let found = parts.into_iter().filter(|(_, score)| *score > 0.0);
    found.map(|(reason, score)| Reason { reason, score: rounded(score) }).collect()
}

/// The share of the smaller set that is in the other one, where `enough` items in common are all.
fn overlap<T: Eq + Hash>(one: impl Iterator<Item = T>, other: impl Iterator<Item = T>, enough: usize) -> f64 {
    let (one, other): (HashSet<T>, HashSet<T>) = (one.collect(), other.collect());
    let common = one.intersection(&other).count();
    let size = one.len().min(other.len()).min(enough).max(1);
    (common as f64 / size as f64).min(1.0)
}

/// Reads the profiles of entities: their roles, and what their newest 20 mentions say.
fn profiles(conn: &mut PgConnection, entities: Vec<Uuid>) -> Result<HashMap<Uuid, Profile>> {
    let rows: Vec<Profile> = Sql::new(
        "SELECT e.id, e.kind, e.name, e.description,
            array(SELECT name FROM entity_aliases WHERE entity_id = e.id AND kind IN ('role', 'periphrasis')) AS roles,
            r.publishers,
            array(
                SELECT DISTINCT m.entity_id FROM mentions AS m
                WHERE m.article_id = ANY (r.articles) AND m.entity_id <> e.id LIMIT 200
            ) AS co_mentioned
        FROM entities AS e
        CROSS JOIN LATERAL (
            SELECT coalesce(array_agg(DISTINCT article_id), '{}') AS articles,
                coalesce(array_agg(DISTINCT publisher) FILTER (WHERE publisher IS NOT NULL), '{}') AS publishers
            FROM (
                SELECT article_id, publisher FROM mentions WHERE entity_id = e.id
                ORDER BY published_desc DESC, article_id DESC LIMIT 20
            ) AS newest
        ) AS r
        WHERE e.merged_into IS NULL AND e.id = ANY (",
    )
    .bind(entities)
    .sql(")")
    .rows(conn)?;
    Ok(rows.into_iter().map(|profile| (profile.id, profile)).collect())
}
