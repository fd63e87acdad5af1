//! The texts of an article, which spans point into, and the rows below it.

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

/// Reads the present text of an article and locks its row until the transaction ends; `None` without that article.
///
/// Stronger than the `FOR SHARE` that the check of a slice needs: derived rows of an article have one writer at a time.
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

/// The ids of the first rows of a table below each of these articles, in the order of `start`, then id.
///
/// A lateral query, which diesel cannot express: a limit for all articles together would starve the last ones.
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

/// Refuses an article that does not exist: for its lists, when they are empty.
pub fn must_exist(conn: &mut PgConnection, article: Uuid) -> Result<()> {
    if diesel::select(exists(articles::table.find(article))).get_result(conn)? {
        Ok(())
    } else {
        tombstones::missing(conn, Resource::Article, article)
    }
}
