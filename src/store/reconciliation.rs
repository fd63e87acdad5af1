//! Finds the entities that the names of a table mean, and the values of their properties.

use super::Result;
use super::entities::names::{PopularNames, Scope};
use super::entities::{self, names};
use super::sql::Sql;
use crate::domain::entity::Entity;
use crate::domain::page::SetFilter;
use crate::domain::reconciliation::{ReconciliationCandidate, ReconciliationQuery, rank};
use crate::schema::entity_counts;
use diesel::prelude::*;
use diesel::sql_types::Text;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Maximum number of entities that are compared for a name.
const MAX_COMPARED: usize = 50;
/// Maximum number of schemes of identifiers.
const MAX_SCHEMES: i64 = 100;

/// The entities that match a query best, best first.
///
/// # Errors
/// Only those of the database.
pub fn candidates(
    conn: &mut PgConnection,
    popular: &PopularNames,
    query: &ReconciliationQuery,
) -> Result<Vec<ReconciliationCandidate>> {
    let kinds = query.kinds.clone().unwrap_or_default();
    if query.kinds.is_some() && kinds.is_empty() {
        return Ok(Vec::new());
    }
    let mut ids = names::by_identifiers(conn, &query.identifiers)?;
    let scope = Scope { kind: SetFilter::new(kinds.clone(), Vec::new()), include: None, exclude: &[] };
    for name in &query.names {
        let found = names::search(conn, popular, name, &scope)?;
        ids.extend(found.matches.iter().take(MAX_COMPARED).map(|found| found.entity));
    }
    let mut seen = HashSet::new();
    ids.retain(|id| seen.insert(*id));
    let mut stored = entities::by_ids(conn, &ids)?;
    let is_wanted =
        |entity: &Entity| entity.merged_into.is_none() && (kinds.is_empty() || kinds.contains(&entity.kind));
    Ok(rank(query, ids.iter().filter_map(|id| stored.remove(id)).filter(is_wanted).collect()))
}

/// The number of mentions and of quotes of each of these entities.
///
/// # Errors
/// Only those of the database.
pub fn counts(conn: &mut PgConnection, entities: &[Uuid]) -> Result<HashMap<Uuid, (i64, i64)>> {
    let counted: Vec<(Uuid, i64, i64)> = entity_counts::table
        .filter(entity_counts::entity_id.eq_any(entities))
        .select((entity_counts::entity_id, entity_counts::mentions, entity_counts::quotes))
        .load(conn)?;
    Ok(counted.into_iter().map(|(id, mentions, quotes)| (id, (mentions, quotes))).collect())
}

/// The schemes of all identifiers, in order. Reads one row of the index for each.
///
/// # Errors
/// Only those of the database.
pub fn schemes(conn: &mut PgConnection) -> Result<Vec<String>> {
    #[derive(QueryableByName)]
    struct Scheme {
        #[diesel(sql_type = Text)]
        scheme: String,
    }
    let found: Vec<Scheme> = Sql::with_distinct("entity_identifiers", "scheme")
        .sql(" SELECT scheme FROM distinct_values WHERE scheme IS NOT NULL LIMIT ")
        .bind(MAX_SCHEMES)
        .rows(conn)?;
    Ok(found.into_iter().map(|found| found.scheme).collect())
}
