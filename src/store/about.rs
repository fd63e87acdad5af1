//! The derived table `quote_about`: the entities mentioned inside the spans of each quote.

use super::Result;
use super::cache::{self, Owner};
use super::sql::Sql;
use crate::domain::span::Span;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Uuid as SqlUuid};
use std::collections::HashMap;
use uuid::Uuid;

/// The columns of `quotes` that `quote_about` copies. They have the same names in both tables.
const COPIED: [&str; 10] = [
    "published_desc",
    "kind",
    "status",
    "confidence",
    "speaker_id",
    "speaker_status",
    "cue_lemma",
    "said_on",
    "language",
    "publisher",
];

/// Recomputes `quote_about` for some articles, and writes only the rows that differ.
///
/// The caller has locked the rows of the articles. Without the lock, two concurrent writers would not see each other's
/// mentions and quotes, and rows would be missing.
pub fn refresh(conn: &mut PgConnection, articles: &[Uuid]) -> Result<()> {
    refresh_quotes(conn, articles, Span { start: 0, end: i32::MAX })
}

/// Like [`refresh`], but only for the quotes of one article that overlap a range of its text.
///
/// A change in the range affects no other quote. So its cost does not grow with the number of quotes in the article.
pub fn refresh_range(conn: &mut PgConnection, article: Uuid, range: Span) -> Result<()> {
    refresh_quotes(conn, &[article], range)
}

fn refresh_quotes(conn: &mut PgConnection, articles: &[Uuid], range: Span) -> Result<()> {
    cache::record_changes(articles.iter().copied().map(Owner::Record));
    let copied = |table: &str| COPIED.map(|column| format!("{table}.{column}")).join(", ");
    let (of_quote, of_current, of_stored, of_excluded) = (copied("q"), copied("t"), copied("a"), copied("excluded"));
    let columns = COPIED.join(", ");
    let quotes = || {
        Sql::new("q.article_id = ANY (")
            .bind(articles.to_vec())
            .sql(") AND q.spans[1] < ")
            .bind(i64::from(range.end))
            .sql(" AND q.spans[cardinality(q.spans)] > ")
            .bind(i64::from(range.start))
    };
    Sql::new(format!(
        "WITH truth AS MATERIALIZED (
            SELECT DISTINCT q.id AS quote_id, m.entity_id, q.article_id, {of_quote}
            FROM quotes q
            CROSS JOIN unnest(q.spans) WITH ORDINALITY AS bound (here, i)
            -- Each span reads its own range of the index. Without OFFSET, Postgres may join all spans and mentions of an article.
            CROSS JOIN LATERAL (
                SELECT entity_id, body_version, span_end FROM mentions
                WHERE article_id = q.article_id AND span_start >= bound.here AND span_start < q.spans[i + 1]
                OFFSET 0
            ) AS m
            -- The array alternates start and end of each span.
            WHERE i % 2 = 1 AND m.entity_id IS NOT NULL AND m.body_version = q.body_version AND m.span_end <= q.spans[i + 1]
            AND "
    ))
    .append(quotes())
    .sql(
        "), outdated AS (
            DELETE FROM quote_about a USING quotes q
            WHERE q.id = a.quote_id AND NOT EXISTS (
                SELECT FROM truth t WHERE t.quote_id = a.quote_id AND t.entity_id = a.entity_id)
            AND ",
    )
    .append(quotes())
    .sql(format!(
        ")
        INSERT INTO quote_about (quote_id, entity_id, article_id, {columns})
        SELECT t.* FROM truth t
        WHERE NOT EXISTS (
            SELECT FROM quote_about a WHERE a.quote_id = t.quote_id AND a.entity_id = t.entity_id
                AND ({of_stored}) IS NOT DISTINCT FROM ({of_current}))
        ORDER BY entity_id, quote_id
        ON CONFLICT (quote_id, article_id, entity_id) DO UPDATE SET ({columns}) = ROW({of_excluded})"
    ))
    .execute(conn)?;
    Ok(())
}

/// Data about a quote from other tables.
#[derive(Debug, QueryableByName)]
pub struct QuoteLinks {
    #[diesel(sql_type = SqlUuid)]
    quote_id: Uuid,
    /// The entities it is about, in order of id.
    #[diesel(sql_type = Array<SqlUuid>)]
    pub entities: Vec<Uuid>,
    #[diesel(sql_type = Bool)]
    pub is_reviewed: bool,
}

/// Returns the entities that each of these quotes is about, and whether it has reviews. One query, because every list needs both.
pub fn of_quotes(conn: &mut PgConnection, quotes: &[Uuid]) -> Result<HashMap<Uuid, QuoteLinks>> {
    if quotes.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<QuoteLinks> = Sql::new(
        "SELECT asked.id AS quote_id,
            array(SELECT entity_id FROM quote_about WHERE quote_id = asked.id ORDER BY entity_id) AS entities,
            EXISTS (SELECT FROM reviews WHERE quote_id = asked.id) AS is_reviewed
        FROM unnest(",
    )
    .bind(quotes.to_vec())
    .sql(") AS asked (id)")
    .rows(conn)?;
    Ok(rows.into_iter().map(|links| (links.quote_id, links)).collect())
}
