//! The texts of an article, and the ids of its mentions and quotes.

use super::{Resource, Result, tombstones};
use crate::schema::{article_versions, articles};
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Uuid as SqlUuid};
use uuid::Uuid;

/// One text of an article.
pub struct Text {
    pub version: i32,
    pub body: String,
}

/// Reads the current text of an article and locks its row until the transaction ends; `None` if there is no such article.
///
/// The check of a slice needs only `FOR SHARE`. The stronger lock lets only one transaction write the derived rows of an
/// article at a time.
pub fn lock(conn: &mut PgConnection, article: Uuid) -> Result<Option<Text>> {
    let row: Option<(i32, String)> = articles::table
        .find(article)
        .select((articles::body_version, articles::body))
        .for_no_key_update()
        .first(conn)
        .optional()?;
    Ok(row.map(|(version, body)| Text { version, body }))
}

/// Reads an earlier text of an article.
pub fn earlier(conn: &mut PgConnection, article: Uuid, version: i32) -> Result<Text> {
    let body = article_versions::table.find((article, version)).select(article_versions::body).first(conn)?;
    Ok(Text { version, body })
}

/// Returns the ids of the first `limit` rows of a table in each of these articles, in order of `start`, then id.
///
/// diesel cannot express the lateral query. One limit for all articles together would leave out the last articles.
pub fn first_of_each(
    conn: &mut PgConnection,
    table: &'static str,
    start: &'static str,
    articles: &[Uuid],
    limit: i64,
) -> Result<Vec<Uuid>> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
    }
    let found: Vec<Found> = diesel::sql_query(format!(
        "SELECT found.id FROM unnest($1) AS article (id) CROSS JOIN LATERAL (
            SELECT id FROM {table} WHERE article_id = article.id ORDER BY {start}, id LIMIT $2) AS found"
    ))
    .bind::<Array<SqlUuid>, _>(articles)
    .bind::<BigInt, _>(limit)
    .load(conn)?;
    Ok(found.into_iter().map(|found| found.id).collect())
}

/// Returns an error unless an article exists. Called when a list of the article is empty.
pub fn must_exist(conn: &mut PgConnection, article: Uuid) -> Result<()> {
    if diesel::select(exists(articles::table.find(article))).get_result(conn)? {
        Ok(())
    } else {
        tombstones::missing(conn, Resource::Article, article)
    }
}
