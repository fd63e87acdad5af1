//! The versions of an article's text.

use crate::domain::article::ArticleVersion;
use crate::domain::page::{Key, Page, PageRequest, Position, Total};
use crate::schema::articles;
use crate::store::article_text;
use crate::store::grouped::grouped;
use crate::store::sql::Sql;
use crate::store::sql::keyset;
use crate::store::{Error, Resource, Result};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as sql;
use std::collections::HashMap;
use uuid::Uuid;

/// Copies the current text to `article_versions`, before it is replaced.
pub fn archive(conn: &mut PgConnection, id: Uuid) -> Result<()> {
    Sql::new(
        "INSERT INTO article_versions (article_id, body_version, headline, body, content_hash, language, created_at)
        SELECT id, body_version, headline, body, content_hash, language, body_created_at FROM articles WHERE id = ",
    )
    .bind(id)
    .execute(conn)?;
    Ok(())
}

/// The current or an earlier text of an article.
#[derive(QueryableByName)]
struct VersionRow {
    #[diesel(sql_type = sql::Integer)]
    body_version: i32,
    #[diesel(sql_type = sql::Text)]
    headline: String,
    #[diesel(sql_type = sql::Nullable<sql::Text>)]
    body: Option<String>,
    #[diesel(sql_type = sql::Text)]
    language: String,
    #[diesel(sql_type = sql::Binary)]
    content_hash: Vec<u8>,
    #[diesel(sql_type = sql::Timestamptz)]
    created_at: DateTime<Utc>,
}

impl VersionRow {
    fn into_version(self, article_id: Uuid) -> ArticleVersion {
        let Self { body_version, headline, body, language, content_hash, created_at } = self;
        ArticleVersion { article_id, body_version, headline, body, language, content_hash, created_at }
    }
}

/// Selects the texts of an article. `body` is an expression for their bodies. The caller appends the condition on `body_version`.
fn texts(article: Uuid, body: &str) -> Sql {
    let columns = format!("body_version, headline, {body} AS body, language, content_hash");
    Sql::new(format!("SELECT * FROM (SELECT {columns}, body_created_at AS created_at FROM articles WHERE id = "))
        .bind(article)
        .sql(format!(" UNION ALL SELECT {columns}, created_at FROM article_versions WHERE article_id = "))
        .bind(article)
        .sql(") AS texts WHERE body_version")
}

/// One page of the texts of an article without their bodies, newest first. The first is the current text.
///
/// # Errors
/// As [`find`](super::find).
pub fn versions(conn: &mut PgConnection, id: Uuid, request: &PageRequest) -> Result<Page<ArticleVersion>> {
    let below = request.after.as_ref().map(keyset::count_key).transpose()?.unwrap_or(i64::MAX);
    let found: Vec<VersionRow> = texts(id, "NULL")
        .sql(" < ")
        .bind(below)
        .sql(" ORDER BY body_version DESC LIMIT ")
        .bind(request.limit + 1)
        .rows(conn)?;
    if found.is_empty() {
        article_text::must_exist(conn, id)?;
    }
    let total = match request.count {
        None => None,
        // Texts are numbered from 1 without a gap.
        Some(kind) => {
            let present: i32 = articles::table.find(id).select(articles::body_version).first(conn)?;
            Some(Total { value: present.into(), kind })
        }
    };
    let page =
        Page::from_rows(found, request.limit, total, |row| Position { key: Key::Count(row.body_version.into()), id });
    Ok(page.map(|row| row.into_version(id)))
}

/// One text of an article, with its body.
///
/// # Errors
/// As [`find`](super::find), and [`Error::NotFound`] for an unknown version.
pub fn version(conn: &mut PgConnection, id: Uuid, body_version: i32) -> Result<ArticleVersion> {
    let found: Vec<VersionRow> = texts(id, "body").sql(" = ").bind(i64::from(body_version)).rows(conn)?;
    match found.into_iter().next() {
        Some(row) => Ok(row.into_version(id)),
        None => {
            article_text::must_exist(conn, id)?;
            Err(Error::NotFound(Resource::ArticleVersion))
        }
    }
}

/// The texts of these articles, the first one first; the current ones are without their bodies.
pub fn texts_of(conn: &mut PgConnection, articles: &[Uuid]) -> Result<HashMap<Uuid, Vec<ArticleVersion>>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = sql::Uuid)]
        article_id: Uuid,
        #[diesel(embed)]
        version: VersionRow,
    }
    let columns = "body_version, headline, content_hash, language";
    let rows: Vec<Row> = Sql::new(format!(
        "SELECT id AS article_id, {columns}, NULL AS body, body_created_at AS created_at FROM articles WHERE id = ANY ("
    ))
    .bind(articles.to_vec())
    .sql(format!(
        ") UNION ALL SELECT article_id, {columns}, body, created_at FROM article_versions WHERE article_id = ANY ("
    ))
    .bind(articles.to_vec())
    .sql(") ORDER BY article_id, body_version")
    .rows(conn)?;
    Ok(grouped(rows.into_iter().map(|row| (row.article_id, row.version.into_version(row.article_id)))))
}
