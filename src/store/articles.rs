//! Articles and the texts they had.

mod blocks;
pub(in crate::store) mod list;
mod versions;

use super::anchor::{self, Text};
use super::cache::{self, Owner};
use super::ids::planned_once;
use super::{Error, Expected, Resource, Result, check, mentions, tombstones};
use crate::annotate::{self, language};
use crate::domain::article::{Article, ArticlePatch, Block, NewArticle, content_hash};
use crate::domain::new_id;
use crate::domain::span::Span;
use crate::schema::articles;
use blocks::BlockList;
use chrono::{DateTime, SubsecRound, Utc};
use diesel::dsl::{exists, now, sql};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::Bool;
pub use list::list;
use std::collections::HashMap;
use uuid::Uuid;
pub use versions::{version, versions};

/// An article without its body.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = articles, check_for_backend(Pg))]
struct ArticleRow {
    id: Uuid,
    version: i32,
    body_version: i32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    headline: String,
    content_hash: Vec<u8>,
    language: String,
    url: Option<String>,
    publisher: Option<String>,
    external_id: Option<String>,
    authors: Vec<Option<String>>,
    section: Option<String>,
    keywords: Vec<Option<String>>,
    published_at: Option<DateTime<Utc>>,
}

impl ArticleRow {
    fn with(self, text: Option<(String, Vec<Block>)>) -> Article {
        let (body, blocks) = text.unzip();
        Article {
            id: self.id,
            version: self.version,
            body_version: self.body_version,
            created_at: self.created_at,
            updated_at: self.updated_at,
            headline: self.headline,
            body,
            blocks,
            language: self.language,
            url: self.url,
            publisher: self.publisher,
            external_id: self.external_id,
            authors: self.authors.into_iter().flatten().collect(),
            section: self.section,
            keywords: self.keywords.into_iter().flatten().collect(),
            published_at: self.published_at,
            content_hash: self.content_hash,
        }
    }
}

/// An article with its body and what the body's lines are.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = articles, check_for_backend(Pg))]
struct WithText {
    #[diesel(embed)]
    row: ArticleRow,
    body: String,
    blocks: BlockList,
}

fn find_blocks(headline: &str, body: &str) -> BlockList {
    let found = annotate::blocks::find(&annotate::text::Text::new(body), Some(headline));
    let block = |block: annotate::Block| {
        let Span { start, end } = block.span.into();
        Block { role: block.role, start, end }
    };
    BlockList(found.into_iter().map(block).collect())
}

/// What a caller may set besides the body.
#[derive(Debug, Insertable, AsChangeset)]
#[diesel(table_name = articles, treat_none_as_null = true)]
struct Columns<'a> {
    headline: &'a str,
    language: &'a str,
    url: Option<&'a str>,
    publisher: Option<&'a str>,
    external_id: Option<&'a str>,
    authors: Vec<Option<&'a str>>,
    section: Option<&'a str>,
    keywords: Vec<Option<&'a str>>,
    published_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Insertable)]
#[diesel(table_name = articles)]
struct InsertedArticle<'a> {
    id: Uuid,
    body: &'a str,
    content_hash: Vec<u8>,
    blocks: BlockList,
    #[diesel(embed)]
    columns: Columns<'a>,
}

fn present(words: &[String]) -> Vec<Option<&str>> {
    words.iter().map(|word| Some(word.as_str())).collect()
}

/// Stores an article.
///
/// # Errors
/// A conflict for a url, or a publisher's external id, that another article has.
pub fn create(conn: &mut PgConnection, new: &NewArticle) -> Result<Article> {
    let blocks = find_blocks(&new.headline, &new.body);
    let inserted = InsertedArticle {
        id: new_id(),
        blocks: blocks.clone(),
        body: &new.body,
        content_hash: content_hash(&new.body),
        columns: Columns {
            headline: &new.headline,
            language: new.language.as_deref().unwrap_or_else(|| language::detect(&new.body)),
            url: new.url.as_deref(),
            publisher: new.publisher.as_deref(),
            external_id: new.external_id.as_deref(),
            authors: present(&new.authors),
            section: new.section.as_deref(),
            keywords: present(&new.keywords),
            published_at: new.published_at,
        },
    };
    let row =
        diesel::insert_into(articles::table).values(inserted).returning(ArticleRow::as_returning()).get_result(conn)?;
    Ok(row.with(Some((new.body.clone(), blocks.0))))
}

/// Stores an article beside others of the same transaction, which are stored when this one cannot be.
///
/// # Errors
/// The database's own; within, as [`create`].
pub fn create_beside(conn: &mut PgConnection, new: &NewArticle) -> Result<Result<Article>> {
    if new.url.is_none() && new.external_id.is_none() {
        return create(conn, new).map(Ok);
    }
    match conn.transaction(|conn| create(conn, new)) {
        Err(conflict @ Error::Conflict(_)) => Ok(Err(conflict)),
        created => created.map(Ok),
    }
}

/// The article of this id, with its body.
///
/// # Errors
/// [`NotFound`](super::Error::NotFound), or [`Gone`](super::Error::Gone) when it was deleted.
pub fn find(conn: &mut PgConnection, id: Uuid) -> Result<Article> {
    tombstones::one(find_all(conn, &[id])?)
}

/// The articles of these ids, all different, in their order, each as [`find`] has it.
///
/// # Errors
/// Only the database's own.
pub fn find_all(conn: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Result<Article>>> {
    let rows =
        articles::table.filter(articles::id.eq_any(planned_once(ids))).select(WithText::as_select()).load(conn)?;
    let article = |WithText { row, body, blocks }| (row.id, row.with(Some((body, blocks.0))));
    Ok(tombstones::each(conn, Resource::Article, ids, rows.into_iter().map(article).collect()))
}

/// The articles of these ids, without their bodies. Absent ids are left out.
///
/// # Errors
/// Only the database's own.
pub fn summaries(conn: &mut PgConnection, ids: &[Uuid]) -> Result<HashMap<Uuid, Article>> {
    let rows =
        articles::table.filter(articles::id.eq_any(planned_once(ids))).select(ArticleRow::as_select()).load(conn)?;
    Ok(rows.into_iter().map(|row| (row.id, row.with(None))).collect())
}

/// Refuses an article that is not there: for its lists, when they are empty.
pub(super) fn must_exist(conn: &mut PgConnection, id: Uuid) -> Result<()> {
    if diesel::select(exists(articles::table.find(id))).get_result(conn)? {
        Ok(())
    } else {
        tombstones::missing(conn, Resource::Article, id)
    }
}

/// Changes an article. A new body makes a version, and mentions and quotes follow into it. A patch that changes
/// nothing writes nothing.
///
/// # Errors
/// As [`find`] and [`create`], and [`Stale`](super::Error::Stale).
pub fn update(conn: &mut PgConnection, id: Uuid, expected: &Expected, patch: &ArticlePatch) -> Result<Article> {
    let found = articles::table.find(id).select(WithText::as_select()).for_no_key_update().first(conn).optional()?;
    let Some(WithText { row, body: old_body, blocks: old_blocks }) = found else {
        return tombstones::missing(conn, Resource::Article, id);
    };
    check(expected, row.version)?;
    let old = row.with(None);
    let body = patch.body.as_ref().unwrap_or(&old_body);
    let next = patched(&old, patch, body);
    let edited = *body != old_body;
    if next == old && !edited {
        return Ok(Article { body: Some(old_body), blocks: Some(old_blocks.0), ..old });
    }
    let blocks = find_blocks(&next.headline, body);
    let text = edited.then(|| {
        (
            articles::body.eq(body),
            articles::content_hash.eq(content_hash(body)),
            articles::body_version.eq(articles::body_version + 1),
            articles::body_created_at.eq(now),
        )
    });
    record_changes(conn, id)?;
    if edited {
        versions::keep(conn, id)?;
    }
    let row = diesel::update(articles::table.find(id))
        .set((
            columns(&next),
            articles::blocks.eq(&blocks),
            articles::version.eq(articles::version + 1),
            articles::updated_at.eq(now),
            text,
        ))
        .returning(ArticleRow::as_returning())
        .get_result(conn)?;
    let text = Text { version: row.body_version, body: body.clone() };
    if edited {
        anchor::follow(conn, id, &text)?;
    }
    Ok(row.with(Some((text.body, blocks.0))))
}

fn patched(old: &Article, patch: &ArticlePatch, body: &str) -> Article {
    let language = match &patch.language {
        None => old.language.clone(),
        Some(Some(language)) => language.clone(),
        Some(None) => language::detect(body).to_owned(),
    };
    let patch = patch.clone();
    Article {
        headline: patch.headline.unwrap_or_else(|| old.headline.clone()),
        language,
        url: patch.url.unwrap_or_else(|| old.url.clone()),
        publisher: patch.publisher.unwrap_or_else(|| old.publisher.clone()),
        external_id: patch.external_id.unwrap_or_else(|| old.external_id.clone()),
        authors: patch.authors.unwrap_or_else(|| old.authors.clone()),
        section: patch.section.unwrap_or_else(|| old.section.clone()),
        keywords: patch.keywords.unwrap_or_else(|| old.keywords.clone()),
        // As the database keeps it: more digits are no other time.
        published_at: patch.published_at.map_or(old.published_at, |time| time.map(|time| time.trunc_subsecs(6))),
        ..old.clone()
    }
}

fn columns(article: &Article) -> Columns<'_> {
    Columns {
        headline: &article.headline,
        language: &article.language,
        url: article.url.as_deref(),
        publisher: article.publisher.as_deref(),
        external_id: article.external_id.as_deref(),
        authors: present(&article.authors),
        section: article.section.as_deref(),
        keywords: present(&article.keywords),
        published_at: article.published_at,
    }
}

/// Deletes an article with its versions, mentions and quotes.
///
/// # Errors
/// As [`find`], and [`Stale`](super::Error::Stale).
pub fn delete(conn: &mut PgConnection, id: Uuid, expected: &Expected) -> Result<()> {
    let version = articles::table.find(id).select(articles::version).for_update().first(conn).optional()?;
    let Some(version) = version else {
        return tombstones::missing(conn, Resource::Article, id);
    };
    check(expected, version)?;
    record_changes(conn, id)?;
    diesel::delete(articles::table.find(id)).execute(conn)?;
    Ok(())
}

/// Tells the cache that an article changes, and the mentions of the entities in it.
fn record_changes(conn: &mut PgConnection, article: Uuid) -> Result<()> {
    cache::record_changes([Owner::Record(article)]);
    mentions::record_changes_in(conn, article)
}

/// Whether there are articles whose `external_id` does not begin with `prefix`. The schema may be missing.
///
/// # Errors
/// When Postgres refuses a statement.
pub fn any_besides(conn: &mut PgConnection, prefix: &str) -> Result<bool> {
    let has_table = sql::<Bool>("to_regclass('articles') IS NOT NULL");
    if !diesel::select(has_table).get_result::<bool>(conn)? {
        return Ok(false);
    }
    let is_other = articles::external_id.is_null().or(articles::external_id.not_like(format!("{prefix}%")));
    Ok(diesel::select(exists(articles::table.filter(is_other))).get_result(conn)?)
}
