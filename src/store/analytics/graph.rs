//! Edges between entities, counted in the newest matching quotes or articles.

use super::recent;
use crate::domain::article::ArticleFilter;
use crate::domain::graph::{CoMention, Edges, Frequency, Related, RelatedTo, SpeaksAbout};
use crate::domain::quote::QuoteFilter;
use crate::domain::stats::{CountTarget, Coverage, NamedEntity};
use crate::schema;
use crate::store::fulltext::Statistics;
use crate::store::{Connection, Result, entities, references};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Timestamptz, Uuid as SqlUuid};
use std::collections::HashMap;
use uuid::Uuid;

/// Number of sample quotes of an edge.
const SAMPLES: usize = 3;
/// Maximum number of entities of an article whose pairs are counted.
const MAX_ENTITIES: usize = 300;

/// An edge and the coverage. If there are no edges, the only row has no entities.
#[derive(QueryableByName)]
struct EdgeRow {
    #[diesel(sql_type = Nullable<SqlUuid>)]
    one: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    other: Option<Uuid>,
    #[diesel(sql_type = BigInt)]
    n: i64,
    #[diesel(sql_type = Array<SqlUuid>)]
    samples: Vec<Uuid>,
    #[diesel(sql_type = BigInt)]
    records: i64,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    since: Option<DateTime<Utc>>,
}

/// The entities mentioned in an article, and the coverage. If there are no articles, the only row has no entities.
#[derive(QueryableByName)]
struct ArticleRow {
    #[diesel(sql_type = Array<SqlUuid>)]
    entities: Vec<Uuid>,
    #[diesel(sql_type = BigInt)]
    records: i64,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    since: Option<DateTime<Utc>>,
}

/// The entities mentioned in the articles of another entity, and the coverage.
///
/// The arrays have equal length. One row with arrays is read faster than hundreds of rows.
#[derive(QueryableByName)]
struct RelatedRow {
    #[diesel(sql_type = Array<SqlUuid>)]
    entities: Vec<Uuid>,
    #[diesel(sql_type = Array<BigInt>)]
    articles: Vec<i64>,
    #[diesel(sql_type = Array<BigInt>)]
    here: Vec<i64>,
    #[diesel(sql_type = Array<BigInt>)]
    totals: Vec<i64>,
    #[diesel(sql_type = BigInt)]
    all_here: i64,
    #[diesel(sql_type = BigInt)]
    everything: i64,
    #[diesel(sql_type = BigInt)]
    records: i64,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    since: Option<DateTime<Utc>>,
    #[diesel(sql_type = Bool)]
    is_present: bool,
}

impl RelatedRow {
    /// The entities that are not rarer here than elsewhere, with their scores and numbers of articles.
    fn surprising(&self) -> impl Iterator<Item = (f64, Uuid, Frequency, i64)> {
        let counts = self.articles.iter().zip(&self.here).zip(&self.totals);
        self.entities.iter().zip(counts).filter_map(|(entity, ((articles, here), total))| {
            let frequency = Frequency { here: *here, all_here: self.all_here, total: *total, all: self.everything };
            Some((frequency.surprise()?, *entity, frequency, *articles))
        })
    }
}

/// The most frequent pairs of speaker and subject in the newest matching quotes with a known speaker.
pub fn speaks_about(
    conn: &mut Connection,
    statistics: &Statistics,
    filter: &QuoteFilter,
    one_per_cluster: bool,
    limit: i64,
    window: i64,
) -> Result<Edges<SpeaksAbout>> {
    let filter = &references::followed(conn, filter)?;
    let mut attributed = filter.clone();
    attributed.speaker.exclude_null = true;
    let records = CountTarget::Quotes { filter: Box::new(attributed), one_per_cluster };
    let count = if one_per_cluster { "count(DISTINCT c.unit)" } else { "count(*)" };
    let with = recent::newest(conn, statistics, &records, "speaker_id::text", window)?;
    let with = with.sql(format!(
        ", edges AS (
            SELECT c.key::uuid AS one, a.entity_id AS other, {count} AS n,
                (array_agg(c.id ORDER BY c.published_desc DESC, c.id DESC))[1:{SAMPLES}] AS samples
            FROM recent c JOIN quote_about a ON a.quote_id = c.id WHERE true"
    ));
    let rows = recent::of_named_entities(with, filter, "a.entity_id").sql(format!(
        " GROUP BY 1, 2 ORDER BY n DESC, 1, 2 LIMIT {limit})
        SELECT one, other, coalesce(n, 0) AS n, coalesce(samples, '{{}}') AS samples, records, since
        FROM coverage LEFT JOIN edges ON true ORDER BY n DESC, one, other"
    ));
    let rows: Vec<EdgeRow> = rows.rows(conn)?;
    let names = names(conn, rows.iter().flat_map(|row| [row.one, row.other]).flatten())?;
    let considered = coverage(rows.first().map(|row| (row.records, row.since)));
    let edge = |row: EdgeRow| {
        let (speaker, about) = (names.get(&row.one?)?.clone(), names.get(&row.other?)?.clone());
        Some(SpeaksAbout { speaker, about, count: row.n, quotes: row.samples })
    };
    Ok(Edges { items: rows.into_iter().filter_map(edge).collect(), considered })
}

/// The pairs of entities that are mentioned together in the largest number of the newest matching articles.
///
/// Pairs are counted in memory, because an article with twenty entities has 190 pairs, and Postgres would sort them. Only the
/// pairs of at most 100 entities of an article are counted.
pub fn co_mentions(
    conn: &mut Connection,
    statistics: &Statistics,
    filter: &ArticleFilter,
    limit: usize,
    window: i64,
) -> Result<Edges<CoMention>> {
    let records = CountTarget::Articles(references::followed(conn, filter)?);
    let rows: Vec<ArticleRow> = recent::newest(conn, statistics, &records, "''", window)?
        .sql(format!(
            ", mentioned AS (
                SELECT (array_agg(DISTINCT m.entity_id))[1:{MAX_ENTITIES}] AS entities
                FROM recent r JOIN mentions m ON m.article_id = r.id WHERE m.entity_id IS NOT NULL GROUP BY r.id
            )
            SELECT coalesce(entities, '{{}}') AS entities, records, since FROM coverage LEFT JOIN mentioned ON true"
        ))
        .rows(conn)?;
    let considered = coverage(rows.first().map(|row| (row.records, row.since)));
    let pairs = most_frequent_pairs(rows.into_iter().map(|row| row.entities), limit);
    let names = names(conn, pairs.iter().flat_map(|(pair, _)| *pair))?;
    let edge = |(pair, articles): ([Uuid; 2], u32)| {
        let [one, other] = pair.map(|id| names.get(&id).cloned());
        Some(CoMention { entities: [one?, other?], articles: articles.into() })
    };
    Ok(Edges { items: pairs.into_iter().filter_map(edge).collect(), considered })
}

/// The pairs that are in the largest number of sets. The ids of a pair are in order.
fn most_frequent_pairs(sets: impl Iterator<Item = Vec<Uuid>>, limit: usize) -> Vec<([Uuid; 2], u32)> {
    let (mut ids, mut indexes) = (Vec::new(), HashMap::new());
    let mut counts: HashMap<(u32, u32), u32> = HashMap::new();
    for mut set in sets {
        set.sort_unstable();
        let set: Vec<u32> = set
            .into_iter()
            .map(|id| {
                *indexes.entry(id).or_insert_with(|| {
                    ids.push(id);
                    ids.len() as u32 - 1
                })
            })
            .collect();
        for (index, one) in set.iter().enumerate() {
            for other in &set[index + 1..] {
                *counts.entry((*one, *other)).or_default() += 1;
            }
        }
    }
    let id = |index: u32| ids[index as usize];
    let mut pairs: Vec<_> = counts.into_iter().map(|((one, other), n)| ([id(one), id(other)], n)).collect();
    let order = |(pair, n): &([Uuid; 2], u32)| (std::cmp::Reverse(*n), *pair);
    if pairs.len() > limit && limit > 0 {
        pairs.select_nth_unstable_by_key(limit - 1, order);
        pairs.truncate(limit);
    }
    pairs.sort_unstable_by_key(order);
    pairs
}

/// The entities that are unusually frequent in the newest matching articles that mention a given entity.
///
/// # Errors
/// As one of [`entities::find_all`].
pub fn related(
    conn: &mut Connection,
    statistics: &Statistics,
    requested: RelatedTo,
    filter: &ArticleFilter,
) -> Result<Edges<Related>> {
    let RelatedTo { entity, limit, min_articles, window } = requested;
    let mut filter = references::followed(conn, filter)?;
    filter.mentions_all.insert(0, entity);
    let rows: Vec<RelatedRow> = recent::newest(conn, statistics, &CountTarget::Articles(filter), "''", window)?
        .sql(format!(
            ", mentioned AS MATERIALIZED (
                SELECT m.entity_id, count(*) AS here, count(DISTINCT m.article_id) AS articles
                FROM recent r JOIN mentions m ON m.article_id = r.id
                WHERE m.entity_id IS NOT NULL GROUP BY m.entity_id
            ), sizes AS (
                SELECT (SELECT coalesce(sum(here), 0)::bigint FROM mentioned) AS all_here, coalesce(sum(n), 0)::bigint AS everything FROM (
                    SELECT count AS n FROM day_counts
                    WHERE of = 'mentions' AND dimension = '' AND key = '' AND day = 'infinity'
                    UNION ALL SELECT -count FROM entity_day_counts
                    WHERE role = 'mentioned' AND entity_id = '{nobody}' AND day = 'infinity'
                    UNION ALL SELECT change FROM count_changes WHERE of = 'mentions' AND entity_id IS NOT NULL
                ) AS linked
            ), others AS (
                SELECT m.entity_id, m.here, m.articles, k.mentions + coalesce(p.n, 0) AS total
                FROM mentioned m JOIN entity_counts k ON k.entity_id = m.entity_id
                LEFT JOIN (
                    SELECT entity_id, sum(change)::bigint AS n FROM count_changes WHERE of = 'mentions' GROUP BY entity_id
                ) AS p ON p.entity_id = m.entity_id
                WHERE m.articles >= {min_articles} AND m.entity_id <> ",
            nobody = Uuid::nil(),
        ))
        .bind(entity)
        .sql(
            ")
            SELECT entities, articles, here, totals, all_here, everything, records, since,
                EXISTS (SELECT FROM entities WHERE merged_into IS NULL AND id = ",
        )
        .bind(entity)
        .sql(
            ") AS is_present
            FROM coverage CROSS JOIN sizes CROSS JOIN (
                SELECT coalesce(array_agg(entity_id), '{}') AS entities, coalesce(array_agg(articles), '{}') AS articles,
                    coalesce(array_agg(here), '{}') AS here, coalesce(array_agg(total), '{}') AS totals
                FROM others
            ) AS all_others",
        )
        .rows(conn)?;
    if !rows.iter().all(|row| row.is_present) {
        entities::check_present(conn, entity)?;
    }
    let considered = coverage(rows.first().map(|row| (row.records, row.since)));
    let mut scored: Vec<_> = rows.iter().flat_map(RelatedRow::surprising).collect();
    scored.sort_by(|one, other| other.0.total_cmp(&one.0).then(other.3.cmp(&one.3)).then(one.1.cmp(&other.1)));
    scored.truncate(limit);
    let names = names(conn, scored.iter().map(|(_, id, ..)| *id))?;
    let item = |(score, id, frequency, articles): (f64, Uuid, Frequency, i64)| {
        let entity = names.get(&id)?.clone();
        Some(Related { entity, articles, mentions: frequency.here, expected: frequency.expected(), score })
    };
    Ok(Edges { items: scored.into_iter().filter_map(item).collect(), considered })
}

fn coverage(row: Option<(i64, Option<DateTime<Utc>>)>) -> Coverage {
    let (records, published_from) = row.unwrap_or_default();
    Coverage { records, published_from }
}

fn names(conn: &mut Connection, ids: impl Iterator<Item = Uuid>) -> Result<HashMap<Uuid, NamedEntity>> {
    use schema::entities;
    let ids: Vec<Uuid> = ids.collect();
    let rows = entities::table
        .filter(entities::id.eq_any(ids))
        .select((entities::id, entities::kind, entities::name))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, kind, name)| (id, NamedEntity { id, kind, name })).collect())
}
