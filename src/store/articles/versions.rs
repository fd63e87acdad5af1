//! The versions of an article's text.

use crate::domain::article::ArticleVersion;
use crate::domain::page::{Key, Page, PageRequest, Position, Total};
use crate::schema::{article_versions, articles};
use crate::store::sql::keyset;
use crate::store::{Error, Resource, Result, tombstones};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

/// Copies the present text into the versions before it is replaced.
pub fn keep(conn: &mut PgConnection, id: Uuid) -> Result<()> {
    diesel::insert_into(article_versions::table)
        .values(articles::table.find(id).select((
            articles::id,
            articles::body_version,
            articles::headline,
            articles::body,
            articles::content_hash,
            articles::language,
            articles::body_created_at,
        )))
        .into_columns((
            article_versions::article_id,
            article_versions::body_version,
            article_versions::headline,
            article_versions::body,
            article_versions::content_hash,
            article_versions::language,
            article_versions::created_at,
        ))
        .execute(conn)?;
    Ok(())
}

/// A text without its body: article, version, headline, language, hash, time.
type VersionRow = (Uuid, i32, String, String, Vec<u8>, DateTime<Utc>);

fn version_of(
    (article_id, body_version, headline, language, content_hash, created_at): VersionRow,
    body: Option<String>,
) -> ArticleVersion {
    ArticleVersion { article_id, body_version, headline, body, language, content_hash, created_at }
}

#[allow(clippy::type_complexity, reason = "the types of columns repeat their names")]
const PRESENT: (
    articles::id,
    articles::body_version,
    articles::headline,
    articles::language,
    articles::content_hash,
    articles::body_created_at,
) = (
    articles::id,
    articles::body_version,
    articles::headline,
    articles::language,
    articles::content_hash,
    articles::body_created_at,
);

#[allow(clippy::type_complexity, reason = "the types of columns repeat their names")]
const EARLIER: (
    article_versions::article_id,
    article_versions::body_version,
    article_versions::headline,
    article_versions::language,
    article_versions::content_hash,
    article_versions::created_at,
) = (
    article_versions::article_id,
    article_versions::body_version,
    article_versions::headline,
    article_versions::language,
    article_versions::content_hash,
    article_versions::created_at,
);

/// One page of an article's texts without their bodies, newest first; the first is the present one.
///
/// # Errors
/// As [`find`](super::find).
pub fn versions(conn: &mut PgConnection, id: Uuid, request: &PageRequest) -> Result<Page<ArticleVersion>> {
    let present: Option<VersionRow> = articles::table.find(id).select(PRESENT).first(conn).optional()?;
    let Some(present) = present else {
        return tombstones::missing(conn, Resource::Article, id);
    };
    let below = request.after.as_ref().map(keyset::offset_key).transpose()?.unwrap_or(i32::MAX);
    let earlier: Vec<VersionRow> = article_versions::table
        .filter(article_versions::article_id.eq(id))
        .filter(article_versions::body_version.lt(below))
        .order(article_versions::body_version.desc())
        .limit(request.limit + 1)
        .select(EARLIER)
        .load(conn)?;
    // Texts are numbered from 1 without a gap, so that the last number is how many there are.
    let total = request.count.map(|kind| Total { value: present.1.into(), kind });
    let first = (present.1 < below).then_some(present);
    let items = first.into_iter().chain(earlier).map(|row| version_of(row, None)).collect();
    Ok(Page::from_rows(items, request.limit, total, |version| Position {
        key: Key::Count(version.body_version.into()),
        id,
    }))
}

/// One text of an article, with its body.
///
/// # Errors
/// As [`find`](super::find), and [`Error::NotFound`] for a number it never had.
pub fn version(conn: &mut PgConnection, id: Uuid, body_version: i32) -> Result<ArticleVersion> {
    let present: Option<(VersionRow, String)> =
        articles::table.find(id).select((PRESENT, articles::body)).first(conn).optional()?;
    let Some((present, body)) = present else {
        return tombstones::missing(conn, Resource::Article, id);
    };
    if present.1 == body_version {
        return Ok(version_of(present, Some(body)));
    }
    let earlier: Option<(VersionRow, String)> = article_versions::table
        .find((id, body_version))
        .select((EARLIER, article_versions::body))
        .first(conn)
        .optional()?;
    earlier.map(|(row, body)| version_of(row, Some(body))).ok_or(Error::NotFound(Resource::ArticleVersion))
}
