//! Finds entities whose names may be other forms of the names of an entity.

use super::queries::by_trigrams;
use super::{PopularNames, Scope, search};
use crate::domain::entity::Entity;
use crate::domain::page::SetFilter;
use crate::domain::text;
use crate::schema::entity_names;
use crate::store::Result;
use crate::store::sql::Sql;
use diesel::dsl;
use diesel::pg::Pg;
use diesel::prelude::*;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Maximum number of names of an entity that are searched.
const MAX_SEARCHED: usize = 5;
/// Maximum number of entities that are found for each of these names, and by short forms.
const MAX_FOUND: usize = 50;
/// Maximum number of entities that are found by the parts or the short forms of names.
const MAX_SHORT: i64 = 200;
/// Maximum number of words of a name.
const MAX_WORDS: usize = 10;

type OtherIds<'a> = dsl::Select<entity_names::BoxedQuery<'a, Pg>, entity_names::entity_id>;

/// The entities of the same kind with an equal or similar name, or with a short form in common. A bounded number.
pub fn alike(conn: &mut PgConnection, popular: &PopularNames, entity: &Entity) -> Result<BTreeSet<Uuid>> {
    let exclude = [entity.id];
    let scope = Scope { kind: SetFilter::new(vec![entity.kind], Vec::new()), include: None, exclude: &exclude };
    let names: Vec<&str> = entity.own_names().collect();
    let mut found = BTreeSet::new();
    for name in names.iter().take(MAX_SEARCHED) {
        let matches = search(conn, popular, name, &scope)?.matches;
        found.extend(matches.iter().take(MAX_FOUND).map(|found| found.entity));
    }
    let keys: Vec<String> = names.iter().take(MAX_SEARCHED).map(|name| text::name_key(name)).collect();
    found.extend(contained(conn, entity, &keys)?);
    found.extend(with_short_form(conn, entity, keys)?);
    Ok(found)
}

/// The entities that have a name of the first or the last words of one of these names, at least two.
fn contained(conn: &mut PgConnection, entity: &Entity, keys: &[String]) -> Result<Vec<Uuid>> {
    let mut parts = BTreeSet::new();
    for key in keys {
        let words: Vec<&str> = key.split(' ').take(MAX_WORDS).collect();
        parts.extend((2..words.len()).map(|n| words[..n].join(" ")));
        parts.extend((1..words.len().saturating_sub(1)).map(|n| words[n..].join(" ")));
    }
    if parts.is_empty() {
        return Ok(Vec::new());
    }
    let names = entity_names::table.filter(entity_names::name_key.eq_any(parts));
    Ok(others(names.into_boxed(), entity).load(conn)?)
}

/// The entities that have a name with the short form of one of these names.
fn with_short_form(conn: &mut PgConnection, entity: &Entity, keys: Vec<String>) -> Result<Vec<Uuid>> {
    let matching = Sql::new("short_forms(name_key) && (SELECT array_agg(form) FROM unnest(")
        .bind(keys)
        .sql("::text[]) AS key CROSS JOIN unnest(short_forms(key)) AS form)");
    by_trigrams(conn, 1.0, |conn| Ok(others(entity_names::table.filter(matching).into_boxed(), entity).load(conn)?))
}

/// The other entities of the same kind with these names, a bounded number.
fn others<'a>(names: entity_names::BoxedQuery<'a, Pg>, entity: &Entity) -> OtherIds<'a> {
    names
        .filter(entity_names::kind.eq(entity.kind))
        .filter(entity_names::entity_id.ne(entity.id))
        .select(entity_names::entity_id)
        .limit(MAX_SHORT)
}
