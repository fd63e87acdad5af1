//! Articles and the texts they had.

use super::anchor::{self, Text};
use super::page::{self, Above, Below, FAR_AHEAD, LONG_AGO, Predicate, choose, published, row};
use super::{Expected, Resource, Result, check, tombstones};
use crate::annotate::language;
use crate::domain::article::{
    Article, ArticleFilter, ArticleOrder, ArticlePatch, ArticleVersion, NewArticle, content_hash,
};
use crate::domain::page::{Choice, Key, Page, PageRequest, Position, Total};
use crate::domain::{QuoteStatus, new_id};
use crate::schema::{article_versions, articles, mentions, quotes};
use chrono::{DateTime, Utc};
use diesel::dsl::{self, exists, not, now};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::Timestamptz;
use std::collections::HashMap;
use uuid::Uuid;

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
    fn with(self, body: Option<String>) -> Article {
        Article {
            id: self.id,
            version: self.version,
            body_version: self.body_version,
            created_at: self.created_at,
            updated_at: self.updated_at,
            headline: self.headline,
            body,
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
    let inserted = InsertedArticle {
        id: new_id(),
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
    Ok(row.with(Some(new.body.clone())))
}

/// The article of this id, with its body.
///
/// # Errors
/// [`NotFound`](super::Error::NotFound), or [`Gone`](super::Error::Gone) when it was deleted.
pub fn find(conn: &mut PgConnection, id: Uuid) -> Result<Article> {
    let found = articles::table.find(id).select((ArticleRow::as_select(), articles::body)).first(conn).optional()?;
    match found {
        Some((row, body)) => Ok(row.with(Some(body))),
        None => tombstones::missing(conn, Resource::Article, id),
    }
}

/// The articles of these ids, without their bodies. Absent ids are left out.
///
/// # Errors
/// Only the database's own.
pub fn summaries(conn: &mut PgConnection, ids: &[Uuid]) -> Result<HashMap<Uuid, Article>> {
    let rows = articles::table.filter(articles::id.eq_any(ids)).select(ArticleRow::as_select()).load(conn)?;
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

/// One page of the articles that match.
///
/// # Errors
/// Only the database's own.
pub fn list(conn: &mut PgConnection, filter: &ArticleFilter) -> Result<Page<Article>> {
    let matching = || {
        let query = articles::table.into_boxed();
        predicates(filter).into_iter().fold(query, |query, predicate| query.filter(predicate))
    };
    let total = page::total(
        conn,
        filter.page.count,
        |conn| matching().select(dsl::count_star()).get_result(conn),
        || matching().select(articles::id),
    )?;
    let mut query = matching().limit(filter.page.limit + 1);
    query = match filter.order {
        ArticleOrder::NewestPublished => query.order((articles::published_desc.desc(), articles::id.desc())),
        ArticleOrder::OldestPublished => query.order((articles::published_asc, articles::id)),
        ArticleOrder::NewestCreated => query.order((articles::created_at.desc(), articles::id.desc())),
    };
    if let Some(position) = &filter.page.after {
        query = query.filter(after(filter.order, position)?);
    }
    let items: Vec<Article> = if filter.with_body {
        let rows: Vec<(ArticleRow, String)> = query.select((ArticleRow::as_select(), articles::body)).load(conn)?;
        rows.into_iter().map(|(row, body)| row.with(Some(body))).collect()
    } else {
        query.select(ArticleRow::as_select()).load(conn)?.into_iter().map(|row| row.with(None)).collect()
    };
    Ok(Page::from_rows(items, filter.page.limit, total, |article| Position {
        key: Key::Time(match filter.order {
            ArticleOrder::NewestCreated => Some(article.created_at),
            ArticleOrder::NewestPublished | ArticleOrder::OldestPublished => article.published_at,
        }),
        id: article.id,
    }))
}

/// The condition that a row comes after `position` in the list.
fn after(order: ArticleOrder, position: &Position) -> Result<Predicate<articles::table>> {
    let place = |undated| Ok::<_, super::Error>(row!(page::time_key(position, undated)?, position.id, Timestamptz));
    Ok(match order {
        ArticleOrder::NewestPublished => {
            let here = row!(articles::published_desc, articles::id, Timestamptz);
            Box::new(Below::new(here, place(LONG_AGO)?).nullable())
        }
        ArticleOrder::OldestPublished => {
            let here = row!(articles::published_asc, articles::id, Timestamptz);
            Box::new(Above::new(here, place(FAR_AHEAD)?).nullable())
        }
        ArticleOrder::NewestCreated => {
            let here = row!(articles::created_at, articles::id, Timestamptz);
            Box::new(Below::new(here, place(LONG_AGO)?).nullable())
        }
    })
}

/// The conditions of a filter, its position apart.
pub(super) fn predicates(filter: &ArticleFilter) -> Vec<Predicate<articles::table>> {
    let mut all: Vec<Predicate<articles::table>> = Vec::new();
    choose!(all, filter.language, articles::language);
    choose!(all, filter.publisher, articles::publisher);
    choose!(all, filter.section, articles::section);
    choose!(all, filter.external_id, articles::external_id);
    choose!(all, filter.url, articles::url);
    let Choice { any, none } = &filter.keyword;
    let words = |words: &[String]| words.iter().cloned().map(Some).collect::<Vec<_>>();
    if !any.is_empty() {
        all.push(Box::new(articles::keywords.overlaps_with(words(any)).nullable()));
    }
    if !none.is_empty() {
        all.push(Box::new(not(articles::keywords.overlaps_with(words(none))).nullable()));
    }
    // True of all, the equality of dates lets the planner walk an entity's index in the order of the list.
    let mentioning = |entities: &[Uuid]| {
        mentions::table
            .filter(mentions::article_id.eq(articles::id))
            .filter(mentions::published_desc.eq(articles::published_desc))
            .filter(mentions::entity_id.eq_any(entities.to_vec()))
    };
    let Choice { any, none } = &filter.mentions;
    if !any.is_empty() {
        all.push(Box::new(exists(mentioning(any)).nullable()));
    }
    if !none.is_empty() {
        all.push(Box::new(not(exists(mentioning(none))).nullable()));
    }
    let quoting = |speakers: &[Uuid]| {
        quotes::table
            .filter(quotes::article_id.eq(articles::id))
            .filter(quotes::published_desc.eq(articles::published_desc))
            .filter(quotes::speaker_id.eq_any(speakers.to_vec()))
            .filter(quotes::status.ne(QuoteStatus::Rejected))
    };
    let Choice { any, none } = &filter.quotes_by;
    if !any.is_empty() {
        all.push(Box::new(exists(quoting(any)).nullable()));
    }
    if !none.is_empty() {
        all.push(Box::new(not(exists(quoting(none))).nullable()));
    }
    published!(
        all,
        filter.published,
        filter.order == ArticleOrder::OldestPublished,
        articles::published_at,
        articles::published_desc,
        articles::published_asc
    );
    all
}

/// Changes an article. A new body makes a version, and mentions and quotes follow into it. A patch that changes
/// nothing writes nothing.
///
/// # Errors
/// As [`find`] and [`create`], and [`Stale`](super::Error::Stale).
pub fn update(conn: &mut PgConnection, id: Uuid, expected: &Expected, patch: &ArticlePatch) -> Result<Article> {
    let found: Option<(ArticleRow, String)> = articles::table
        .find(id)
        .select((ArticleRow::as_select(), articles::body))
        .for_no_key_update()
        .first(conn)
        .optional()?;
    let Some((row, old_body)) = found else {
        return tombstones::missing(conn, Resource::Article, id);
    };
    check(expected, row.version)?;
    let old = row.with(None);
    let body = patch.body.as_ref().unwrap_or(&old_body);
    let next = patched(&old, patch, body);
    let edited = *body != old_body;
    if next == old && !edited {
        return Ok(Article { body: Some(old_body), ..old });
    }
    let text = edited.then(|| {
        (
            articles::body.eq(body),
            articles::content_hash.eq(content_hash(body)),
            articles::body_version.eq(articles::body_version + 1),
            articles::body_created_at.eq(now),
        )
    });
    if edited {
        keep_text(conn, id)?;
    }
    let row = diesel::update(articles::table.find(id))
        .set((columns(&next), articles::version.eq(articles::version + 1), articles::updated_at.eq(now), text))
        .returning(ArticleRow::as_returning())
        .get_result(conn)?;
    let text = Text { version: row.body_version, body: body.clone() };
    if edited {
        anchor::follow(conn, id, &text)?;
    }
    Ok(row.with(Some(text.body)))
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
        published_at: patch.published_at.unwrap_or(old.published_at),
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

/// Copies the present text into the versions, before it is replaced.
fn keep_text(conn: &mut PgConnection, id: Uuid) -> Result<()> {
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
    diesel::delete(articles::table.find(id)).execute(conn)?;
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
/// As [`find`].
pub fn versions(conn: &mut PgConnection, id: Uuid, request: &PageRequest) -> Result<Page<ArticleVersion>> {
    let Some(present) = present_text(conn, id)? else {
        return tombstones::missing(conn, Resource::Article, id);
    };
    let below = request.after.as_ref().map(page::offset_key).transpose()?.unwrap_or(i32::MAX);
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
/// As [`find`], and [`NotFound`](super::Error::NotFound) for a number it never had.
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
        .ok_or(super::Error::NotFound(Resource::ArticleVersion))
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
