//! The possible speakers of unresolved quotes: the candidates of the mention at the speaker's span.

use super::row::QuoteRow;
use crate::domain::SpeakerStatus;
use crate::domain::mention::Candidate;
use crate::store::Result;
use crate::store::candidates::ranked;
use crate::store::sql::Sql;
use diesel::prelude::*;
use diesel::sql_types::{Array, Jsonb, Nullable, Uuid as SqlUuid};
use serde_json::Value;
use std::collections::HashMap;
use uuid::Uuid;

#[derive(QueryableByName)]
struct Candidates {
    #[diesel(sql_type = SqlUuid)]
    quote_id: Uuid,
    #[diesel(sql_type = Array<SqlUuid>)]
    candidates: Vec<Uuid>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    candidate_scores: Option<Value>,
}

/// Reads the candidates of those quotes that are unresolved. Most pages have no such quote, and need no query.
pub fn of_quotes(conn: &mut PgConnection, rows: &[QuoteRow]) -> Result<HashMap<Uuid, Vec<Candidate>>> {
    let is_unresolved =
        |row: &&QuoteRow| row.columns.speaker_status == SpeakerStatus::Unresolved && row.columns.speaker_span.is_some();
    let unresolved: Vec<Uuid> = rows.iter().filter(is_unresolved).map(|row| row.id).collect();
    if unresolved.is_empty() {
        return Ok(HashMap::new());
    }
    let found: Vec<Candidates> = Sql::new(
        "SELECT q.id AS quote_id, m.candidates, m.candidate_scores FROM quotes AS q
        CROSS JOIN LATERAL (
            SELECT candidates, candidate_scores FROM mentions
            WHERE article_id = q.article_id AND body_version = q.body_version AND candidates IS NOT NULL
                AND span_start >= lower(q.speaker_span) AND span_start < upper(q.speaker_span)
            ORDER BY span_start LIMIT 1
        ) AS m
        WHERE q.id = ANY (",
    )
    .bind(unresolved)
    .sql(")")
    .rows(conn)?;
    let ranked = |found: Candidates| (found.quote_id, ranked(found.candidates, found.candidate_scores.as_ref()));
    Ok(found.into_iter().map(ranked).collect())
}
