//! Pairs of entities that are likely the same. A background task computes the pairs of entities whose names have changed.

mod likeness;

use super::complete;
use super::names::PopularNames;
use super::{EntityRow, present};
use crate::domain::EntityKind;
use crate::domain::duplicate::{Duplicate, DuplicateEntity, DuplicateFilter, DuplicatePair, Reason};
use crate::domain::entity::Entity;
use crate::domain::page::{Key, Page, Position};
use crate::schema::entities;
use crate::store::rows;
use crate::store::sql::{Sql, count, keyset};
use crate::store::{Error, Result, tombstones};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Double, Jsonb, Nullable, Text, Uuid as SqlUuid};
use likeness::duplicates_of;
use serde::Serialize;
use uuid::Uuid;

/// Entities that one step of the background task takes.
const BATCH: i64 = 10;

/// Computes the likely duplicates of this entity from the stored entities, best first.
///
/// # Errors
/// As one of [`find_all`](super::find_all).
pub fn of_entity(conn: &mut PgConnection, popular: &PopularNames, id: Uuid) -> Result<Vec<Duplicate>> {
    let row = entities::table.find(id).select(EntityRow::as_select()).first(conn).optional()?;
    let row = present(conn, id, row)?;
    let entity = tombstones::one(complete(conn, vec![row])?.into_iter().map(Ok).collect())?;
    duplicates_of(conn, popular, &entity)
}

#[derive(Debug, QueryableByName)]
struct PairRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    kind: EntityKind,
    #[diesel(sql_type = Double)]
    score: f64,
    #[diesel(sql_type = Jsonb)]
    reasons: serde_json::Value,
    #[diesel(sql_type = SqlUuid)]
    first_id: Uuid,
    #[diesel(sql_type = Text)]
    first_name: String,
    #[diesel(sql_type = Nullable<Text>)]
    first_description: Option<String>,
    #[diesel(sql_type = SqlUuid)]
    second_id: Uuid,
    #[diesel(sql_type = Text)]
    second_name: String,
    #[diesel(sql_type = Nullable<Text>)]
    second_description: Option<String>,
}

impl PairRow {
    fn into_pair(self) -> Result<DuplicatePair> {
        let kind = self.kind;
        let entity = |id, name, description| DuplicateEntity { id, kind, name, description };
        let reasons: Vec<Reason> =
            serde_json::from_value(self.reasons).map_err(|error| Error::Internal(error.to_string()))?;
        Ok(DuplicatePair {
            id: self.id,
            entities: [
                entity(self.first_id, self.first_name, self.first_description),
                entity(self.second_id, self.second_name, self.second_description),
            ],
            score: self.score,
            reasons,
        })
    }
}

/// One page of the pairs, the best first. Pairs that were judged to be different are left out.
///
/// # Errors
/// Only those of the database.
pub fn list(conn: &mut PgConnection, filter: &DuplicateFilter) -> Result<Page<DuplicatePair>> {
    let total = count::total(conn, filter.page.count, || pairs("SELECT").append(matching(filter)))?;
    let mut query = pairs(
        "SELECT d.id, d.kind, d.score, d.reasons, d.first_id, a.name AS first_name, a.description AS first_description,
            d.second_id, b.name AS second_name, b.description AS second_description",
    )
    .append(matching(filter));
    if let Some(at) = &filter.page.after {
        let after = keyset::after("d.score", "d.id", "<", keyset::number_key(at)?, at.id);
        query = query.sql(" AND ").append(after);
    }
    let rows: Vec<PairRow> =
        query.sql(" ORDER BY d.score DESC, d.id DESC LIMIT ").bind(filter.page.limit + 1).rows(conn)?;
    let pairs = rows.into_iter().map(PairRow::into_pair).collect::<Result<Vec<_>>>()?;
    let position = |pair: &DuplicatePair| Position { key: Key::Number(pair.score), id: pair.id };
    Ok(Page::from_rows(pairs, filter.page.limit, total, position))
}

fn pairs(select: &'static str) -> Sql {
    Sql::new(select).sql(
        " FROM duplicates AS d JOIN entities AS a ON a.id = d.first_id JOIN entities AS b ON b.id = d.second_id
        WHERE a.merged_into IS NULL AND b.merged_into IS NULL AND NOT EXISTS (
            SELECT FROM judgements AS j WHERE j.first_id = d.first_id AND j.second_id = d.second_id)",
    )
}

fn matching(filter: &DuplicateFilter) -> Sql {
    let mut conditions = Sql::default();
    let words = |kinds: &[EntityKind]| kinds.iter().map(|kind| kind.as_str().to_owned()).collect::<Vec<_>>();
    match &filter.kind.include[..] {
        [] => {}
        // With `=`, Postgres can read the index on the kind in the order of the list.
        [kind] => conditions = conditions.sql(" AND d.kind = ").bind(kind.as_str().to_owned()),
        kinds => conditions = conditions.sql(" AND d.kind = ANY (").bind(words(kinds)).sql(")"),
    }
    if !filter.kind.exclude.is_empty() {
        conditions = conditions.sql(" AND d.kind <> ALL (").bind(words(&filter.kind.exclude)).sql(")");
    }
    if let Some(min_score) = filter.min_score {
        conditions = conditions.sql(" AND d.score >= ").bind(min_score);
    }
    conditions
}

/// Computes the pairs of some queued entities. Returns false when none is queued.
///
/// # Errors
/// Only those of the database. The entities stay queued.
pub fn compute_queued(conn: &mut PgConnection, popular: &PopularNames) -> Result<bool> {
    conn.transaction(|conn| {
        // One instance at a time, so that no pair is inserted twice.
        let is_first: bool = diesel::select(sql::<Bool>("pg_try_advisory_xact_lock(hashtext('compute_duplicates'))"))
            .get_result(conn)?;
        if !is_first {
            return Ok(false);
        }
        let queued: Vec<QueuedEntity> =
            Sql::new("DELETE FROM duplicate_queue WHERE entity_id IN (SELECT entity_id FROM duplicate_queue LIMIT ")
                .bind(BATCH)
                .sql(") RETURNING entity_id")
                .rows(conn)?;
        let ids: Vec<Uuid> = queued.iter().map(|queued| queued.entity_id).collect();
        let present = entities::table.filter(entities::id.eq_any(&ids)).filter(entities::merged_into.is_null());
        let present = present.select(EntityRow::as_select()).load(conn)?;
        let present = complete(conn, present)?;
        let removed: Vec<Uuid> =
            ids.iter().copied().filter(|id| present.iter().all(|entity| entity.id != *id)).collect();
        remove_pairs(conn, &removed)?;
        for entity in present {
            let found = duplicates_of(conn, popular, &entity)?;
            remove_pairs(conn, &[entity.id])?;
            insert_pairs(conn, &entity, &found)?;
        }
        Ok(!ids.is_empty())
    })
}

#[derive(QueryableByName)]
struct QueuedEntity {
    #[diesel(sql_type = SqlUuid)]
    entity_id: Uuid,
}

/// Removes the stored pairs of these entities.
fn remove_pairs(conn: &mut PgConnection, entities: &[Uuid]) -> Result<()> {
    Sql::new("DELETE FROM duplicates WHERE first_id = ANY (")
        .bind(entities.to_vec())
        .sql(") OR second_id = ANY (")
        .bind(entities.to_vec())
        .sql(")")
        .execute(conn)?;
    Ok(())
}

fn insert_pairs(conn: &mut PgConnection, entity: &Entity, found: &[Duplicate]) -> Result<()> {
    #[derive(Serialize)]
    struct Inserted<'a> {
        id: Uuid,
        first_id: Uuid,
        second_id: Uuid,
        kind: EntityKind,
        score: f64,
        reasons: &'a [Reason],
    }
    let inserted: Vec<Inserted> = found
        .iter()
        .map(|duplicate| Inserted {
            id: Uuid::new_v5(&entity.id.min(duplicate.entity.id), entity.id.max(duplicate.entity.id).as_bytes()),
            first_id: entity.id.min(duplicate.entity.id),
            second_id: entity.id.max(duplicate.entity.id),
            kind: entity.kind,
            score: duplicate.score,
            reasons: &duplicate.reasons,
        })
        .collect();
    rows::insert(conn, "duplicates", &inserted)
}
