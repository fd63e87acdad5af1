//! The texts an article has and had.

use crate::domain::article::ArticleVersion;
use crate::domain::page::{Key, Page, PageRequest, Position, Total};
use crate::schema::{article_versions, articles};
use crate::store::sql::keyset;
use crate::store::{Error, Resource, Result, tombstones};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

/// Copies the present text into the versions, before it is replaced.
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

/// A text in the order of its columns: id, version, headline, body, language, hash, time.
type VersionRow = (Uuid, i32, String, String, String, Vec<u8>, DateTime<Utc>);

fn version_of(
    (article_id, body_version, headline, body, language, content_hash, created_at): VersionRow,
) -> ArticleVersion {
    ArticleVersion { article_id, body_version, headline, body, language, content_hash, created_at }
}

/// One page of an article's texts, newest first; the first is the present one.
///
/// # Errors
/// As [`find`](super::find).
pub fn versions(conn: &mut PgConnection, id: Uuid, request: &PageRequest) -> Result<Page<ArticleVersion>> {
    let Some(present) = present_text(conn, id)? else {
        return tombstones::missing(conn, Resource::Article, id);
    };
    let below = request.after.as_ref().map(keyset::offset_key).transpose()?.unwrap_or(i32::MAX);
    let earlier: Vec<VersionRow> = article_versions::table
        .filter(article_versions::article_id.eq(id))
        .filter(article_versions::body_version.lt(below))
        .order(article_versions::body_version.desc())
        .limit(request.limit + 1)
        .select((
            article_versions::article_id,
            article_versions::body_version,
            article_versions::headline,
            article_versions::body,
            article_versions::language,
            article_versions::content_hash,
            article_versions::created_at,
        ))
        .load(conn)?;
    // Texts are numbered from 1 without a gap, so that the last number is how many there are.
    let total = request.count.map(|kind| Total { value: present.1.into(), kind });
    let first = (present.1 < below).then_some(present);
    let items = first.into_iter().chain(earlier).map(version_of).collect();
    Ok(Page::from_rows(items, request.limit, total, |version| Position {
        key: Key::Count(version.body_version.into()),
        id,
    }))
}

/// One text of an article.
///
/// # Errors
/// As [`find`](super::find), and [`Error::NotFound`] for a number it never had.
pub fn version(conn: &mut PgConnection, id: Uuid, body_version: i32) -> Result<ArticleVersion> {
    let Some(present) = present_text(conn, id)? else {
        return tombstones::missing(conn, Resource::Article, id);
    };
    if present.1 == body_version {
        return Ok(version_of(present));
    }
    article_versions::table
        .find((id, body_version))
        .select((
            article_versions::article_id,
            article_versions::body_version,
            article_versions::headline,
            article_versions::body,
            article_versions::language,
            article_versions::content_hash,
            article_versions::created_at,
        ))
        .first(conn)
        .optional()?
        .map(version_of)
        .ok_or(Error::NotFound(Resource::ArticleVersion))
}

fn present_text(conn: &mut PgConnection, id: Uuid) -> Result<Option<VersionRow>> {
    let columns = (
        articles::id,
        articles::body_version,
        articles::headline,
        articles::body,
        articles::language,
        articles::content_hash,
        articles::body_created_at,
    );
    Ok(articles::table.find(id).select(columns).first(conn).optional()?)
}
