//! Moves the mentions and quotes of merged entities, some articles at a time.
//!
//! A batch locks its articles in the order of their ids before their mentions and quotes, as all writers do.

use super::{find, lock};
use crate::domain::MergeStatus;
use crate::domain::merge::{Merge, MovedCounts};
use crate::schema::{mentions, merge_moves, merge_sources, merges, quote_about, quotes};
use crate::store::db::session;
use crate::store::entities::merging;
use crate::store::sql::Sql;
use crate::store::{Result, about, mentions as mention_store};
use diesel::dsl::{count_star, now};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Uuid as SqlUuid};
use uuid::Uuid;

/// Number of articles whose mentions and quotes one transaction moves. Their writers wait meanwhile.
const BATCH: i64 = 500;

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// The number of records that refer to these entities.
pub(super) fn count(conn: &mut PgConnection, entities: &[Uuid]) -> Result<MovedCounts> {
    let of_candidates = Sql::new("SELECT count(*) AS n FROM mentions WHERE candidates IS NOT NULL AND candidates && ")
        .bind(entities.to_vec());
    let candidates: Vec<Counted> = of_candidates.rows(conn)?;
    Ok(MovedCounts {
        mentions: mentions::table.filter(mentions::entity_id.eq_any(entities)).select(count_star()).first(conn)?,
        candidates: candidates.first().map_or(0, |counted| counted.n),
        quotes: quotes::table.filter(quotes::speaker_id.eq_any(entities)).select(count_star()).first(conn)?,
        about: quote_about::table.filter(quote_about::entity_id.eq_any(entities)).select(count_star()).first(conn)?,
        ..MovedCounts::default()
    })
}

/// Moves the records of some articles to the survivor of a merge, or back when the merge is being undone. Call this while the merge
/// is unfinished.
///
/// # Errors
/// [`Error::NotFound`](crate::store::Error::NotFound).
pub fn advance(conn: &mut PgConnection, id: Uuid) -> Result<Merge> {
    let merge = lock(conn, id)?;
    // Whoever carries it out, the changes are those of the person who asked for it.
    let actor = if merge.status == MergeStatus::Moving { &merge.actor } else { &merge.undone_by };
    session::set_actor(conn, actor.as_deref().unwrap_or_default())?;
    let (is_done, status) = match merge.status {
        MergeStatus::Moving => (move_next(conn, id, merge.entity_id)?, MergeStatus::Done),
        MergeStatus::Undoing => (move_back_next(conn, id, merge.entity_id)?, MergeStatus::Undone),
        status @ (MergeStatus::Done | MergeStatus::Undone) => (false, status),
    };
    if is_done {
        diesel::update(merges::table.find(id))
            .set((merges::status.eq(status), merges::version.eq(merges::version + 1), merges::updated_at.eq(now)))
            .execute(conn)?;
    }
    find(conn, id)
}

/// Moves one batch. Returns true when nothing is left to move.
fn move_next(conn: &mut PgConnection, merge: Uuid, survivor: Uuid) -> Result<bool> {
    let source = merge_sources::table
        .filter(merge_sources::merge_id.eq(merge))
        .filter(merge_sources::is_moved.eq(false))
        .order(merge_sources::position)
        .select(merge_sources::entity_id)
        .first(conn)
        .optional()?;
    let Some(source) = source else { return Ok(true) };
    let articles = articles_of(conn, source)?;
    if !articles.is_empty() {
        move_batch(conn, merge, (source, survivor), &articles)?;
        return Ok(false);
    }
    // Writers that linked the source before it was redirected may still be under way. This is the only lock that the transaction
    // waits for, so it cannot deadlock with them.
    merging::wait_for_writers(conn, source)?;
    if articles_of(conn, source)?.is_empty() {
        diesel::update(merge_sources::table.find((merge, source)))
            .set(merge_sources::is_moved.eq(true))
            .execute(conn)?;
    }
    Ok(false)
}

/// Some articles with records of an entity.
fn articles_of(conn: &mut PgConnection, entity: Uuid) -> Result<Vec<Uuid>> {
    let found: Vec<Found> = Sql::new("(SELECT article_id AS id FROM mentions WHERE entity_id = ")
        .bind(entity)
        .sql(format!(" ORDER BY published_desc DESC, article_id DESC LIMIT {BATCH}) UNION (SELECT article_id FROM quotes WHERE speaker_id = "))
        .bind(entity)
        .sql(format!(" ORDER BY published_desc DESC, id DESC LIMIT {BATCH}) UNION (SELECT article_id FROM mentions WHERE candidates @> ARRAY["))
        .bind(entity)
        .sql(format!("] AND candidates IS NOT NULL LIMIT {BATCH}) ORDER BY id LIMIT {BATCH}"))
        .rows(conn)?;
    Ok(found.into_iter().map(|found| found.id).collect())
}

fn move_batch(conn: &mut PgConnection, merge: Uuid, (source, survivor): (Uuid, Uuid), articles: &[Uuid]) -> Result<()> {
    lock_articles(conn, articles)?;
    let about: Vec<Counted> =
        Sql::new("SELECT count(*) AS n FROM quotes q JOIN quote_about a ON a.quote_id = q.id WHERE a.entity_id = ")
            .bind(source)
            .sql(" AND q.article_id = ANY (")
            .bind(articles.to_vec())
            .sql(")")
            .rows(conn)?;
    let mut moved = [0; 3];
    for (moved, (kind, table, column)) in
        moved.iter_mut().zip([("mention", "mentions", "entity_id"), ("quote", "quotes", "speaker_id")])
    {
        *moved = Sql::new(format!("WITH moved AS (UPDATE {table} SET {column} = "))
            .bind(survivor)
            .sql(format!(", version = version + 1, updated_at = now() WHERE {column} = "))
            .bind(source)
            .sql(" AND article_id = ANY (")
            .bind(articles.to_vec())
            .sql(") RETURNING id, article_id) INSERT INTO merge_moves (merge_id, source_id, kind, record_id, article_id) SELECT ")
            .bind(merge)
            .sql(", ")
            .bind(source)
            .sql(format!(", '{kind}', id, article_id FROM moved"))
            .execute(conn)?;
    }
    moved[2] = Sql::new("WITH found AS (SELECT id, article_id, candidates @> ARRAY[")
        .bind(survivor)
        .sql("] AS had_survivor FROM mentions WHERE article_id = ANY (")
        .bind(articles.to_vec())
        .sql(") AND candidates IS NOT NULL AND candidates @> ARRAY[")
        .bind(source)
        .sql(
            "]), moved AS (UPDATE mentions m SET version = version + 1, updated_at = now(),
                candidates = array(SELECT DISTINCT c FROM unnest(array_replace(m.candidates, ",
        )
        .bind(source)
        .sql(", ")
        .bind(survivor)
        .sql(
            ")) AS c ORDER BY c), candidate_count = candidate_count - found.had_survivor::integer FROM found WHERE m.id = found.id)
            INSERT INTO merge_moves (merge_id, source_id, kind, record_id, article_id, had_survivor) SELECT ",
        )
        .bind(merge)
        .sql(", ")
        .bind(source)
        .sql(", 'candidate', id, article_id, had_survivor FROM found")
        .execute(conn)?;
    finish_batch(conn, articles)?;
    let [of_mentions, of_quotes, of_candidates] = moved.map(|n| i64::try_from(n).unwrap_or(i64::MAX));
    diesel::update(merges::table.find(merge))
        .set((
            merges::mentions.eq(merges::mentions + of_mentions),
            merges::quotes.eq(merges::quotes + of_quotes),
            merges::candidates.eq(merges::candidates + of_candidates),
            merges::about.eq(merges::about + about.first().map_or(0, |counted| counted.n)),
            merges::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// Moves one batch back. Returns true when nothing is left to move back.
fn move_back_next(conn: &mut PgConnection, merge: Uuid, survivor: Uuid) -> Result<bool> {
    let articles: Vec<Uuid> = merge_moves::table
        .filter(merge_moves::merge_id.eq(merge))
        .order(merge_moves::article_id)
        .select(merge_moves::article_id)
        .distinct()
        .limit(BATCH)
        .load(conn)?;
    if articles.is_empty() {
        return Ok(true);
    }
    lock_articles(conn, &articles)?;
    let in_batch =
        || Sql::new("v.merge_id = ").bind(merge).sql(" AND v.article_id = ANY (").bind(articles.clone()).sql(")");
    let mut kept = [0; 2];
    for (kept, (kind, table, column)) in
        kept.iter_mut().zip([("mention", "mentions", "entity_id"), ("quote", "quotes", "speaker_id")])
    {
        let of_record = format!(" AND v.kind = '{kind}' AND r.id = v.record_id AND r.article_id = v.article_id");
        Sql::new(format!(
            "UPDATE {table} r SET {column} = v.source_id, version = r.version + 1, updated_at = now() FROM merge_moves v WHERE "
        ))
        .append(in_batch())
        .sql(format!("{of_record} AND NOT v.is_changed AND r.{column} = "))
        .bind(survivor)
        .execute(conn)?;
        let left: Vec<Counted> = Sql::new(format!("SELECT count(*) AS n FROM merge_moves v JOIN {table} r ON "))
            .append(in_batch())
            .sql(format!("{of_record} WHERE r.{column} IS DISTINCT FROM v.source_id"))
            .rows(conn)?;
        *kept = left.first().map_or(0, |counted| counted.n);
    }
    move_candidates_back(conn, merge, survivor, &articles)?;
    diesel::delete(
        merge_moves::table.filter(merge_moves::merge_id.eq(merge)).filter(merge_moves::article_id.eq_any(&articles)),
    )
    .execute(conn)?;
    finish_batch(conn, &articles)?;
    diesel::update(merges::table.find(merge))
        .set((
            merges::kept_mentions.eq(merges::kept_mentions + kept[0]),
            merges::kept_quotes.eq(merges::kept_quotes + kept[1]),
            merges::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(false)
}

/// Makes the sources candidates again, one after the other in reverse order.
///
/// The survivor stays a candidate if it was one before, or if another move brought it too. That move then counts as the one that
/// brought it.
fn move_candidates_back(conn: &mut PgConnection, merge: Uuid, survivor: Uuid, articles: &[Uuid]) -> Result<()> {
    let sources: Vec<Uuid> = merge_moves::table
        .inner_join(merge_sources::table.on(
            merge_sources::merge_id.eq(merge_moves::merge_id).and(merge_sources::entity_id.eq(merge_moves::source_id)),
        ))
        .filter(merge_moves::merge_id.eq(merge))
        .filter(merge_moves::article_id.eq_any(articles))
        .filter(merge_moves::kind.eq("candidate"))
        .order(merge_sources::position.desc())
        .select((merge_moves::source_id, merge_sources::position))
        .distinct()
        .load::<(Uuid, i32)>(conn)?
        .into_iter()
        .map(|(source, _)| source)
        .collect();
    for source in sources {
        Sql::new("WITH undone AS (DELETE FROM merge_moves WHERE kind = 'candidate' AND merge_id = ")
            .bind(merge)
            .sql(" AND source_id = ")
            .bind(source)
            .sql(" AND article_id = ANY (")
            .bind(articles.to_vec())
            .sql(
                ") RETURNING *), heirs AS (
                    SELECT DISTINCT ON (o.record_id) o.record_id, o.merge_id, o.source_id, undone.had_survivor
                    FROM undone JOIN merge_moves o ON o.record_id = undone.record_id AND o.kind = 'candidate' AND o.had_survivor
                        AND (o.merge_id, o.source_id) <> (undone.merge_id, undone.source_id)
                    JOIN merges ON merges.id = o.merge_id AND merges.entity_id = ",
            )
            .bind(survivor)
            .sql(
                " ORDER BY o.record_id, o.merge_id, o.source_id
                ), inherited AS (
                    UPDATE merge_moves o SET had_survivor = false FROM heirs
                    WHERE NOT heirs.had_survivor AND o.kind = 'candidate'
                        AND (o.record_id, o.merge_id, o.source_id) = (heirs.record_id, heirs.merge_id, heirs.source_id)
                )
                UPDATE mentions m SET version = version + 1, updated_at = now(),
                    candidates = array(
                        SELECT DISTINCT c FROM unnest(
                            CASE WHEN stays THEN m.candidates ELSE array_remove(m.candidates, ",
            )
            .bind(survivor)
            .sql(") END || ")
            .bind(source)
            .sql(
                ") AS c ORDER BY c),
                    candidate_count = candidate_count + stays::integer
                FROM (
                    SELECT undone.record_id, undone.is_changed,
                        undone.had_survivor OR undone.record_id IN (SELECT record_id FROM heirs) AS stays
                    FROM undone
                ) AS u WHERE m.id = u.record_id AND NOT u.is_changed AND m.candidates @> ARRAY[",
            )
            .bind(survivor)
            .sql("]")
            .execute(conn)?;
    }
    Ok(())
}

fn lock_articles(conn: &mut PgConnection, articles: &[Uuid]) -> Result<()> {
    let _: Vec<Found> = Sql::new("SELECT id FROM articles WHERE id = ANY (")
        .bind(articles.to_vec())
        .sql(") ORDER BY id FOR NO KEY UPDATE")
        .rows(conn)?;
    Ok(())
}

/// Brings derived rows and caches up to date after the mentions and quotes of some articles were moved.
fn finish_batch(conn: &mut PgConnection, articles: &[Uuid]) -> Result<()> {
    about::refresh(conn, articles)?;
    let in_articles = mentions::table.filter(mentions::article_id.eq_any(articles));
    mention_store::record_changes(in_articles.select(mentions::entity_id).distinct().load(conn)?);
    Ok(())
}
