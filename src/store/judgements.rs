//! Judgements that two entities are different. A judgement also holds for the entities that these were merged into.

use super::sql::Sql;
use super::sql::keyset;
use super::{Error, Expected, Resource, Result, check, tombstones};
use crate::domain::judgement::{Judgement, JudgementFilter, NewJudgement};
use crate::domain::page::{Count, Page, Position, Total};
use crate::domain::{FieldError, new_id};
use crate::schema::{duplicate_queue, entities, judgements};
use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use uuid::Uuid;

/// The version of every judgement, because judgements do not change.
pub const VERSION: i32 = 1;

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = judgements, check_for_backend(Pg))]
struct JudgementRow {
    id: Uuid,
    created_at: DateTime<Utc>,
    actor: Option<String>,
    reason: Option<String>,
    first_id: Uuid,
    second_id: Uuid,
}

impl From<JudgementRow> for Judgement {
    fn from(row: JudgementRow) -> Self {
        Self {
            id: row.id,
            created_at: row.created_at,
            actor: row.actor,
            reason: row.reason,
            entities: [row.first_id, row.second_id],
        }
    }
}

/// Stores a judgement.
///
/// # Errors
/// Faults at `/entities` when the two are one entity, or one of them does not exist or was merged, and
/// [`Conflict::Judged`](super::Conflict::Judged) when they were judged before.
pub fn create(conn: &mut PgConnection, new: &NewJudgement) -> Result<Judgement> {
    check_entities(conn, &new.entities)?;
    let [first, second] = new.entities;
    let row: JudgementRow = diesel::insert_into(judgements::table)
        .values((
            judgements::id.eq(new_id()),
            judgements::actor.eq(&new.actor),
            judgements::reason.eq(&new.reason),
            judgements::first_id.eq(first.min(second)),
            judgements::second_id.eq(first.max(second)),
        ))
        .returning(JudgementRow::as_returning())
        .get_result(conn)?;
    Ok(row.into())
}

/// Checks that these are two entities, and locks them, so that they are not merged before the judgement is committed.
fn check_entities(conn: &mut PgConnection, pair: &[Uuid; 2]) -> Result<()> {
    if pair[0] == pair[1] {
        return Err(Error::field("/entities/1", "must be another entity"));
    }
    let found: Vec<(Uuid, Option<Uuid>)> = entities::table
        .filter(entities::id.eq_any(pair))
        .order(entities::id)
        .select((entities::id, entities::merged_into))
        .for_share()
        .load(conn)?;
    let mut faults = Vec::new();
    for (index, id) in pair.iter().enumerate() {
        let detail = match found.iter().find(|(found, _)| found == id) {
            None => "there is no such entity".to_owned(),
            Some((_, Some(into))) => format!("was merged into {into}"),
            Some((_, None)) => continue,
        };
        faults.push(FieldError::new(format!("/entities/{index}"), detail));
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}

/// The judgement of this id.
///
/// # Errors
/// [`Error::NotFound`], or [`Error::Gone`] when it was deleted.
pub fn find(conn: &mut PgConnection, id: Uuid) -> Result<Judgement> {
    let row = judgements::table.find(id).select(JudgementRow::as_select()).first(conn).optional()?;
    row.map_or_else(|| tombstones::missing(conn, Resource::Judgement, id), |row| Ok(row.into()))
}

/// One page of the judgements, newest first.
///
/// # Errors
/// Only those of the database.
pub fn list(conn: &mut PgConnection, filter: &JudgementFilter) -> Result<Page<Judgement>> {
    let JudgementFilter { entities, page } = filter;
    let matching = || match entities.is_empty() {
        true => Sql::new("true"),
        false => Sql::new(
            "EXISTS (SELECT FROM entities WHERE id IN (judgements.first_id, judgements.second_id)
                AND coalesce(merged_into, id) = ANY (",
        )
        .bind(entities.clone())
        .sql("))"),
    };
    let total = match page.count {
        None => None,
        Some(_) => {
            let value = judgements::table.filter(matching()).count().get_result(conn)?;
            Some(Total { value, kind: Count::Exact })
        }
    };
    // Ids are in the order of their creation.
    let mut query =
        judgements::table.filter(matching()).order(judgements::id.desc()).limit(page.limit + 1).into_boxed();
    if let Some(at) = &page.after {
        keyset::text_key(at)?;
        query = query.filter(judgements::id.lt(at.id));
    }
    let rows = query.select(JudgementRow::as_select()).load(conn)?;
    let items = rows.into_iter().map(Judgement::from).collect();
    let position = |judgement: &Judgement| Position::of_id(judgement.id);
    Ok(Page::from_rows(items, page.limit, total, position))
}

/// The judgements behind an id, in the order of their ids.
///
/// # Errors
/// Only those of the database.
pub fn by_id(conn: &mut PgConnection, after: Option<Uuid>, limit: i64) -> Result<Vec<Judgement>> {
    let query = judgements::table.filter(judgements::id.gt(after.unwrap_or_default()));
    let rows = query.order(judgements::id).limit(limit).select(JudgementRow::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Judgement::from).collect())
}

/// Stores a judgement that was exported. Returns false if it is stored already, or if its pair was judged by another one.
///
/// # Errors
/// [`Error::Gone`] when it was deleted, and a fault at `/judgement/entities` when one of them does not exist.
pub fn restore(conn: &mut PgConnection, judgement: &Judgement) -> Result<bool> {
    tombstones::check_unused(conn, judgement.id)?;
    let [first, second] = judgement.entities;
    let found: i64 = entities::table.filter(entities::id.eq_any([first, second])).count().get_result(conn)?;
    if found < 2 {
        return Err(Error::field("/judgement/entities", "must be two entities that exist"));
    }
    let inserted = diesel::insert_into(judgements::table)
        .values((
            judgements::id.eq(judgement.id),
            judgements::created_at.eq(judgement.created_at),
            judgements::actor.eq(&judgement.actor),
            judgements::reason.eq(&judgement.reason),
            judgements::first_id.eq(first.min(second)),
            judgements::second_id.eq(first.max(second)),
        ))
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok(inserted > 0)
}

/// Deletes a judgement. Its entities may be merged again.
///
/// # Errors
/// As [`find`], and [`Error::Stale`].
pub fn delete(conn: &mut PgConnection, id: Uuid, expected: &Expected) -> Result<()> {
    let judgement = find(conn, id)?;
    check(expected, VERSION)?;
    // They may be duplicates again.
    let queued = judgement.entities.map(|id| duplicate_queue::entity_id.eq(id));
    diesel::insert_into(duplicate_queue::table).values(&queued[..]).on_conflict_do_nothing().execute(conn)?;
    tombstones::delete(conn, Resource::Judgement, "id", &[id])
}

/// The pairs of these entities that were judged to be different, also by judgements about entities that were merged into them.
///
/// A merge locks its entities before it calls this, and merges none of these pairs.
///
/// # Errors
/// Only those of the database.
pub fn among(conn: &mut PgConnection, entities: &[Uuid]) -> Result<Vec<[Uuid; 2]>> {
    #[derive(QueryableByName)]
    struct Pair {
        #[diesel(sql_type = diesel::sql_types::Uuid)]
        first: Uuid,
        #[diesel(sql_type = diesel::sql_types::Uuid)]
        second: Uuid,
    }
    if entities.len() < 2 {
        return Ok(Vec::new());
    }
    let pairs: Vec<Pair> = Sql::new(
        "WITH merged AS (
            SELECT id, coalesce(merged_into, id) AS survivor FROM entities WHERE id = ANY (",
    )
    .bind(entities.to_vec())
    .sql(") UNION SELECT id, merged_into FROM entities WHERE merged_into = ANY (")
    .bind(entities.to_vec())
    .sql(
        "))
        SELECT DISTINCT least(a.survivor, b.survivor) AS first, greatest(a.survivor, b.survivor) AS second
        FROM judgements JOIN merged AS a ON a.id = first_id JOIN merged AS b ON b.id = second_id
        WHERE a.survivor <> b.survivor ORDER BY 1, 2",
    )
    .rows(conn)?;
    Ok(pairs.into_iter().map(|pair| [pair.first, pair.second]).collect())
}
