//! The derived table `quote_about`: which entities are mentioned inside a quote's spans.

use super::Result;
use super::cache::{self, Owner};
use super::ids::planned_once;
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{self as sql, Array, Bool};
use std::collections::HashMap;
use uuid::Uuid;

/// What is carried from the quote, by the names that both tables have for it.
const CARRIED: &str =
    "published_desc, kind, status, confidence, speaker_id, speaker_status, cue_lemma, said_on, language, publisher";

/// Makes `quote_about` true again for some articles, writing differences only.
///
/// The caller holds their rows: two writers that each saw only their own mention would leave a gap.
pub fn refresh(conn: &mut PgConnection, articles: &[Uuid]) -> Result<()> {
    cache::record_changes(articles.iter().copied().map(Owner::Record));
    Refresh { articles: planned_once(articles) }.execute(conn)?;
    Ok(())
}

/// What is known of a quote in other tables.
#[derive(Debug, Default)]
pub struct Known {
    /// The entities it is about, in order of id.
    pub entities: Vec<Uuid>,
    /// Whether it has reviews.
    pub is_reviewed: bool,
}

/// The entities each of these quotes is about, and whether it has reviews: one question, as every list asks both.
pub fn of_quotes(conn: &mut PgConnection, quotes: &[Uuid]) -> Result<HashMap<Uuid, Known>> {
    if quotes.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Uuid, Vec<Uuid>, bool)> = OfQuotes { quotes: quotes.to_vec() }.load(conn)?;
    Ok(rows.into_iter().map(|(quote, entities, is_reviewed)| (quote, Known { entities, is_reviewed })).collect())
}

#[derive(Debug, QueryId)]
struct OfQuotes {
    quotes: Vec<Uuid>,
}

impl Query for OfQuotes {
    type SqlType = (sql::Uuid, Array<sql::Uuid>, Bool);
}

impl QueryFragment<Pg> for OfQuotes {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "SELECT asked.id,
                array(SELECT entity_id FROM quote_about WHERE quote_id = asked.id ORDER BY entity_id),
                EXISTS (SELECT FROM reviews WHERE quote_id = asked.id)
            FROM unnest(",
        );
        out.push_bind_param::<Array<sql::Uuid>, _>(&self.quotes)?;
        out.push_sql(") AS asked (id)");
        Ok(())
    }
}

impl RunQueryDsl<PgConnection> for OfQuotes {}

/// One statement that diesel has no words for: a data-modifying `WITH`.
#[derive(Debug, QueryId)]
struct Refresh {
    articles: Vec<Uuid>,
}

impl QueryFragment<Pg> for Refresh {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(&format!(
            "WITH truth AS MATERIALIZED (
                SELECT DISTINCT q.id AS quote_id, m.entity_id, q.article_id, {CARRIED}
                FROM quotes q
                CROSS JOIN unnest(q.spans) WITH ORDINALITY AS bound (here, i)
                -- Each span reads its own part of the index; without OFFSET, every pair of an article may be compared.
                CROSS JOIN LATERAL (
                    SELECT entity_id, body_version, span_end FROM mentions
                    WHERE article_id = q.article_id AND span_start >= bound.here AND span_start < q.spans[i + 1]
                    OFFSET 0
                ) AS m
                -- Bounds alternate: start, end, start, end.
                WHERE i % 2 = 1 AND m.entity_id IS NOT NULL AND m.body_version = q.body_version AND m.span_end <= q.spans[i + 1]
                AND q.article_id = ANY ("
        ));
        out.push_bind_param::<Array<sql::Uuid>, _>(&self.articles)?;
        out.push_sql(
            ")), outdated AS (
                DELETE FROM quote_about a USING quotes q
                WHERE q.id = a.quote_id AND NOT EXISTS (
                    SELECT FROM truth t WHERE t.quote_id = a.quote_id AND t.entity_id = a.entity_id)
                AND q.article_id = ANY (",
        );
        out.push_bind_param::<Array<sql::Uuid>, _>(&self.articles)?;
        out.push_sql(&format!(
            "))
            INSERT INTO quote_about (quote_id, entity_id, article_id, {CARRIED})
            SELECT quote_id, entity_id, article_id, {CARRIED} FROM truth ORDER BY entity_id, quote_id
            ON CONFLICT DO NOTHING"
        ));
        Ok(())
    }
}

impl RunQueryDsl<PgConnection> for Refresh {}
