//! Articles of an import: found by id, by publisher and external id, or by url.

use super::faults;
use crate::domain::article::{TextAnalysis, content_hash};
use crate::domain::import::{ArticleHistory, ArticleRecord, ImportMode, Outcome};
use crate::domain::new_id;
use crate::schema::{article_versions, articles as table};
use crate::store::{Error, Result, articles, tombstones};
use diesel::prelude::*;
use uuid::Uuid;

/// Creates or changes the article of a record.
///
/// # Errors
/// A record without a key, members that are missing, and keys of another article.
pub fn import(
    conn: &mut PgConnection,
    analysis: TextAnalysis,
    record: &ArticleRecord,
    mode: &ImportMode,
) -> Result<(Uuid, Outcome)> {
    if !record.has_key() {
        return Err(Error::field(
            "",
            "needs an id, an external_id or a url, so that it is found when it is sent again",
        ));
    }
    let Some((id, version)) = find(conn, record)? else {
        return Ok((create(conn, analysis, record)?, Outcome::Created));
    };
    if mode.keep_stored {
        return Ok((id, Outcome::Unchanged));
    }
    let article = articles::update(conn, analysis, id, &None, &record.article)?;
    let outcome = if article.version == version { Outcome::Unchanged } else { Outcome::Updated };
    Ok((id, outcome))
}

/// The id and the version of the stored article of a record.
fn find(conn: &mut PgConnection, record: &ArticleRecord) -> Result<Option<(Uuid, i32)>> {
    let columns = (table::id, table::version);
    let given = &record.article;
    let found = if let Some(id) = record.id {
        let found = table::table.find(id).select(columns).first(conn).optional()?;
        if found.is_none() {
            tombstones::check_unused(conn, id)?;
        }
        found
    } else if let Some(Some(external_id)) = &given.external_id {
        table::table
            .filter(table::external_id.eq(external_id))
            .filter(table::publisher.is_not_distinct_from(given.publisher.clone().flatten()))
            .select(columns)
            .first(conn)
            .optional()?
    } else {
        let url = given.url.clone().flatten();
        table::table.filter(table::url.eq(url)).select(columns).first(conn).optional()?
    };
    Ok(found)
}

fn create(conn: &mut PgConnection, analysis: TextAnalysis, record: &ArticleRecord) -> Result<Uuid> {
    let new = record.to_new().map_err(faults)?;
    let id = record.id.unwrap_or_else(new_id);
    let stored = tombstones::one(articles::create_all(conn, analysis, &[(id, &new)])?)?;
    if let Some(history) = &record.history {
        restore(conn, id, history)?;
    }
    Ok(stored.id)
}

/// Restores the version, times and earlier texts of a new article.
fn restore(conn: &mut PgConnection, id: Uuid, history: &ArticleHistory) -> Result<()> {
    let earlier: Vec<_> = history
        .earlier
        .iter()
        .map(|text| {
            (
                article_versions::article_id.eq(id),
                article_versions::body_version.eq(text.body_version),
                article_versions::headline.eq(&text.headline),
                article_versions::body.eq(&text.body),
                article_versions::content_hash.eq(content_hash(&text.body)),
                article_versions::language.eq(&text.language),
                article_versions::created_at.eq(text.created_at),
            )
        })
        .collect();
    diesel::insert_into(article_versions::table).values(earlier).execute(conn)?;
    diesel::update(table::table.find(id))
        .set((
            table::version.eq(history.record.version),
            table::created_at.eq(history.record.created_at),
            table::updated_at.eq(history.record.updated_at),
            table::body_version.eq(history.body_version),
            table::body_created_at.eq(history.body_created_at),
        ))
        .execute(conn)?;
    Ok(())
}
