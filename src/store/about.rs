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
                SELECT DISTINCT q.id AS quote_id, m.entity_id, q.published_desc
                FROM quotes q JOIN mentions m ON m.article_id = q.article_id AND m.body_version = q.body_version
                WHERE m.entity_id IS NOT NULL AND EXISTS (
                    SELECT FROM generate_series(1, cardinality(q.spans), 2) AS i
                    WHERE q.spans[i] <= m.span_start AND m.span_end <= q.spans[i + 1])
                AND q.article_id = ",
        );
        out.push_bind_param::<diesel::sql_types::Uuid, _>(&self.article)?;
        out.push_sql(
            "), outdated AS (
                DELETE FROM quote_about a USING quotes q
                WHERE q.id = a.quote_id AND (a.quote_id, a.entity_id) NOT IN (SELECT quote_id, entity_id FROM truth)
                AND q.article_id = ",
        );
        out.push_bind_param::<diesel::sql_types::Uuid, _>(&self.article)?;
        out.push_sql(
            ")
            INSERT INTO quote_about (quote_id, entity_id, published_desc)
            SELECT quote_id, entity_id, published_desc FROM truth ORDER BY entity_id, quote_id
            ON CONFLICT DO NOTHING",
        );
        Ok(())
    }
}

impl RunQueryDsl<PgConnection> for Refresh {}
