//! Compares two texts of an article: their words, and the mentions and quotes in each.

use super::versions::version;
use crate::domain::Anchor;
use crate::domain::article::{ArticleVersion, Followed, FollowedSpans};
use crate::domain::span::Span;
use crate::store::spans::SpanList;
use crate::store::sql::Sql;
use crate::store::{Resource, Result};
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Integer, Nullable, Uuid as SqlUuid};
use uuid::Uuid;

/// Maximum number of mentions, and of quotes, that are compared.
pub const MAX_FOLLOWED: usize = 10_000;

/// Reads two texts of an article, and what became of the mentions and quotes of the first one in the second one.
///
/// # Errors
/// As [`version`].
pub fn compare(
    conn: &mut PgConnection,
    article: Uuid,
    from: i32,
    to: i32,
) -> Result<(ArticleVersion, ArticleVersion, FollowedSpans)> {
    let texts = (version(conn, article, from)?, version(conn, article, to)?);
    let mut followed = |resource, words, spans, past_spans| {
        let mut found = followed(conn, resource, (words, spans, past_spans), (article, from, to))?;
        let is_complete = found.len() <= MAX_FOLLOWED;
        found.truncate(MAX_FOLLOWED);
        Ok::<_, crate::store::Error>((found, is_complete))
    };
    let (mentions, all_mentions) = followed(
        Resource::Mention,
        "exact",
        "ARRAY[span_start, span_end]",
        "ARRAY[(state->>'span_start')::integer, (state->>'span_end')::integer]",
    )?;
    let (quotes, all_quotes) = followed(
        Resource::Quote,
        "text",
        "spans",
        "ARRAY(SELECT bound::integer FROM jsonb_array_elements_text(state->'spans') WITH ORDINALITY AS part (bound, i) ORDER BY i)",
    )?;
    let is_complete = all_mentions && all_quotes;
    Ok((texts.0, texts.1, FollowedSpans { mentions, quotes, is_complete }))
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Array<Nullable<Integer>>)]
    from_spans: SpanList,
    #[diesel(sql_type = Nullable<Array<Nullable<Integer>>>)]
    to_spans: Option<SpanList>,
    #[diesel(sql_type = Bool)]
    is_exact: bool,
}

/// The records of a table in the text `from`, in order of their start, with their spans in the text `to`. Their past states are in
/// the history: a record that is found in a text has that `body_version`. `columns` are the column of the words, the expression
/// of the spans in the table, and that of the spans in a past state.
fn followed(
    conn: &mut PgConnection,
    resource: Resource,
    (words, spans, past_spans): (&str, &str, &str),
    (article, from, to): (Uuid, i32, i32),
) -> Result<Vec<Followed>> {
    let table = resource.table();
    let both = vec![from, to];
    let rows: Vec<Row> = Sql::new(format!(
        "WITH states AS (
            SELECT id, version, body_version, {words} AS words, {spans} AS spans FROM {table} WHERE article_id = "
    ))
    .bind(article)
    .sql(" AND body_version = ANY (")
    .bind(both.clone())
    .sql(format!(
        ") UNION ALL
            SELECT record_id, history.version, (state->>'body_version')::integer, state->>'{words}', {past_spans}
            FROM history JOIN {table} AS present ON present.id = record_id AND present.article_id = history.article_id
            WHERE history.article_id = "
    ))
    .bind(article)
    .sql(" AND (state->>'body_version')::integer = ANY (")
    .bind(both)
    .sql(
        ")), last AS (
            SELECT DISTINCT ON (id, body_version) id, body_version, words, spans FROM states ORDER BY id, body_version, version DESC
        )
        SELECT one.id, one.spans AS from_spans, other.spans AS to_spans,
            coalesce(other.spans = one.spans AND other.words = one.words, false) AS is_exact
        FROM last AS one LEFT JOIN last AS other ON other.id = one.id AND other.body_version = ",
    )
    .bind(i64::from(to))
    .sql(" WHERE one.body_version = ")
    .bind(i64::from(from))
    .sql(" ORDER BY one.spans[1], one.id LIMIT ")
    .bind(i64::try_from(MAX_FOLLOWED + 1).unwrap_or(i64::MAX))
    .rows(conn)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

impl From<Row> for Followed {
    fn from(Row { id, from_spans, to_spans, is_exact }: Row) -> Self {
        let to: Option<Vec<Span>> = to_spans.map(|spans| spans.0);
        let anchor = match (&to, is_exact) {
            (None, _) => Anchor::Orphaned,
            (Some(_), true) => Anchor::Exact,
            (Some(_), false) => Anchor::Moved,
        };
        Self { id, anchor, from: from_spans.0, to }
    }
}
