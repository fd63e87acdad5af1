//! The derived table `quote_about`: which entities are mentioned inside a quote's spans.

use super::Result;
use crate::schema::quote_about;
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use std::collections::HashMap;
use uuid::Uuid;

/// Makes `quote_about` true again for one article, writing differences only.
///
/// The caller holds the article's row: two writers that each saw only their own mention would leave a gap.
pub fn refresh(conn: &mut PgConnection, article: Uuid) -> Result<()> {
    Refresh { article }.execute(conn)?;
    Ok(())
}

/// The entities each of these quotes is about, in order of id.
pub fn of_quotes(conn: &mut PgConnection, quotes: &[Uuid]) -> Result<HashMap<Uuid, Vec<Uuid>>> {
    let rows: Vec<(Uuid, Uuid)> = quote_about::table
        .filter(quote_about::quote_id.eq_any(quotes))
        .select((quote_about::quote_id, quote_about::entity_id))
        .order((quote_about::quote_id, quote_about::entity_id))
        .load(conn)?;
    let mut about: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for (quote, entity) in rows {
        about.entry(quote).or_default().push(entity);
    }
    Ok(about)
}

/// One statement that diesel has no words for: a data-modifying `WITH`.
#[derive(Debug, QueryId)]
struct Refresh {
    article: Uuid,
}

impl QueryFragment<Pg> for Refresh {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "WITH truth AS MATERIALIZED (
                SELECT DISTINCT q.id AS quote_id, m.entity_id, q.published_desc, q.status = 'rejected' AS rejected
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
                AND q.article_id = ",
        );
        out.push_bind_param::<diesel::sql_types::Uuid, _>(&self.article)?;
        out.push_sql(
            "), outdated AS (
                DELETE FROM quote_about a USING quotes q
                WHERE q.id = a.quote_id AND NOT EXISTS (
                    SELECT FROM truth t WHERE t.quote_id = a.quote_id AND t.entity_id = a.entity_id)
                AND q.article_id = ",
        );
        out.push_bind_param::<diesel::sql_types::Uuid, _>(&self.article)?;
        out.push_sql(
            ")
            INSERT INTO quote_about (quote_id, entity_id, published_desc, rejected)
            SELECT quote_id, entity_id, published_desc, rejected FROM truth ORDER BY entity_id, quote_id
            ON CONFLICT DO NOTHING",
        );
        Ok(())
    }
}

impl RunQueryDsl<PgConnection> for Refresh {}
