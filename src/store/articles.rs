//! Articles and the versions of their texts.

mod blocks;
mod comparison;
pub(in crate::store) mod list;
mod versions;

use super::cache::{self, Owner};
use super::history::{self, Versioned};
use super::quotes::Speakers;
use super::rows;
use super::{Conflict, Error, Expected, Resource, Result, about, check, mentions, quotes, tombstones};
use crate::domain::anchoring::PlaceIndex;
use crate::domain::article::{Article, ArticlePatch, Block, NewArticle, TextAnalysis, content_hash};
use crate::domain::text::Body;
use crate::schema::articles;
use blocks::BlockList;
use chrono::{DateTime, SubsecRound, Utc};
pub use comparison::compare;
use diesel::dsl::{exists, now, sql};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::Bool;
pub use list::list;
use serde::Serialize;
use serde_json::Value;
use std::collections::HashMap;
use uuid::Uuid;
pub use versions::{texts_of, version, versions};

/// An article without its body.
#[derive(Debug, Queryable, QueryableByName, Selectable)]
#[diesel(table_name = articles, check_for_backend(Pg))]
pub struct ArticleRow {
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

/// The columns of an [`ArticleRow`].
const COLUMNS: &str =
    "id, version, body_version, created_at, updated_at, headline, content_hash, language, url, publisher,
    external_id, authors, section, keywords, published_at";

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

/// An article with its body and the blocks of the body.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = articles, check_for_backend(Pg))]
struct WithText {
    #[diesel(embed)]
    row: ArticleRow,
    body: String,
    blocks: BlockList,
}

/// The columns that a caller can set besides the body.
#[derive(Debug, AsChangeset, Serialize)]
#[diesel(table_name = articles, treat_none_as_null = true)]
struct ArticleColumns<'a> {
    headline: &'a str,
    language: &'a str,
    url: Option<&'a str>,
    publisher: Option<&'a str>,
    external_id: Option<&'a str>,
    authors: Vec<Option<&'a str>>,
    section: Option<&'a str>,
    keywords: Vec<Option<&'a str>>,
    #[serde(serialize_with = "rows::time")]
    published_at: Option<DateTime<Utc>>,
}

fn present(words: &[String]) -> Vec<Option<&str>> {
    words.iter().map(|word| Some(word.as_str())).collect()
}

#[derive(Serialize)]
struct InsertedArticle<'a> {
    id: Uuid,
    body: &'a str,
    #[serde(serialize_with = "rows::bytes")]
    content_hash: Vec<u8>,
    blocks: &'a BlockList,
    #[serde(flatten)]
    columns: ArticleColumns<'a>,
}

/// Stores articles under their ids with one statement. An article that cannot be stored does not affect the others.
///
/// # Errors
/// For each article: a conflict if another article has its URL or its publisher's external id.
pub fn create_all(
    conn: &mut PgConnection,
    analysis: TextAnalysis,
    all: &[(Uuid, &NewArticle)],
) -> Result<Vec<Result<Article>>> {
    let TextAnalysis { find_blocks, detect_language, .. } = analysis;
    let (ids, all): (Vec<Uuid>, Vec<&NewArticle>) = all.iter().copied().unzip();
    let blocks: Vec<BlockList> = all.iter().map(|new| BlockList(find_blocks(&new.headline, &new.body))).collect();
    let language = |new: &&NewArticle| new.language.clone().unwrap_or_else(|| detect_language(&new.body).to_owned());
    let languages: Vec<String> = all.iter().map(language).collect();
    // Sorted by unique keys, so that transactions that insert the same articles wait for each other and do not deadlock.
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_by_key(|index| (&all[*index].url, &all[*index].publisher, &all[*index].external_id));
    let row = |index: &usize| {
        let new = all[*index];
        let columns = ArticleColumns {
            headline: &new.headline,
            language: &languages[*index],
            url: new.url.as_deref(),
            publisher: new.publisher.as_deref(),
            external_id: new.external_id.as_deref(),
            authors: present(&new.authors),
            section: new.section.as_deref(),
            keywords: present(&new.keywords),
            published_at: new.published_at,
        };
        let content_hash = content_hash(&new.body);
        InsertedArticle { id: ids[*index], body: &new.body, content_hash, blocks: &blocks[*index], columns }
    };
    let rows: Vec<InsertedArticle> = order.iter().map(row).collect();
    let inserted: Vec<ArticleRow> = rows::insert_unless_conflict(conn, "articles", &rows, COLUMNS)?;
    let mut inserted: HashMap<Uuid, ArticleRow> = inserted.into_iter().map(|row| (row.id, row)).collect();
    let mut created = Vec::with_capacity(all.len());
    for ((new, id), blocks) in all.iter().zip(ids).zip(blocks) {
        created.push(match inserted.remove(&id) {
            None => Err(conflict_of(conn, new)?),
            Some(row) => Ok(row.with(Some((new.body.clone(), blocks.0)))),
        });
    }
    Ok(created)
}

/// Returns the conflict because of which an article was not inserted.
fn conflict_of(conn: &mut PgConnection, new: &NewArticle) -> Result<Error> {
    let has_url = articles::table.filter(articles::url.eq(&new.url));
    let has_external_id = articles::table
        .filter(articles::publisher.is_not_distinct_from(&new.publisher))
        .filter(articles::external_id.eq(&new.external_id));
    if let existing @ Some(_) = has_url.select(articles::id).first(conn).optional()? {
        return Ok(Error::Conflict(Conflict::Url { existing }));
    }
    if let existing @ Some(_) = has_external_id.select(articles::id).first(conn).optional()? {
        return Ok(Error::Conflict(Conflict::ExternalId { existing }));
    }
    Err(Error::Collision("an article with this url or external_id was just deleted".to_owned()))
}

/// Returns the article with this id, with its body.
///
/// # Errors
/// [`NotFound`](super::Error::NotFound), or [`Gone`](super::Error::Gone) if it was deleted.
pub fn find(conn: &mut PgConnection, id: Uuid) -> Result<Article> {
    tombstones::one(find_all(conn, &[id])?)
}

/// Returns the articles with these distinct ids, in the order of the ids.
pub fn find_all(conn: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Result<Article>>> {
    let rows = articles::table.filter(articles::id.eq_any(ids)).select(WithText::as_select()).load(conn)?;
    let article = |WithText { row, body, blocks }| (row.id, row.with(Some((body, blocks.0))));
    Ok(tombstones::each(conn, Resource::Article, ids, rows.into_iter().map(article).collect()))
}

impl Versioned for Article {
    const RESOURCE: Resource = Resource::Article;
    type Row = ArticleRow;

    fn from_state(row: ArticleRow, _: &Value) -> Result<Self> {
        Ok(row.with(None))
    }

    /// Without its body.
    fn present(conn: &mut PgConnection, id: Uuid) -> Result<Self> {
        match summaries(conn, &[id])?.remove(&id) {
            Some(article) => Ok(article),
            None => tombstones::missing(conn, Resource::Article, id),
        }
    }

    fn version(&self) -> i32 {
        self.version
    }

    fn updated_at(&self) -> DateTime<Utc> {
        self.updated_at
    }
}

/// Returns the article as it was at a time, with the body that it had.
///
/// # Errors
/// As [`history::as_of`].
pub fn as_of(conn: &mut PgConnection, analysis: TextAnalysis, id: Uuid, time: DateTime<Utc>) -> Result<Article> {
    let article: Article = history::as_of(conn, id, time)?;
    let body = version(conn, id, article.body_version)?.body.unwrap_or_default();
    let blocks = (analysis.find_blocks)(&article.headline, &body);
    Ok(Article { body: Some(body), blocks: Some(blocks), ..article })
}

/// Returns the articles with these ids, without their bodies. Unknown ids are left out.
pub fn summaries(conn: &mut PgConnection, ids: &[Uuid]) -> Result<HashMap<Uuid, Article>> {
    let rows = articles::table.filter(articles::id.eq_any(ids)).select(ArticleRow::as_select()).load(conn)?;
    Ok(rows.into_iter().map(|row| (row.id, row.with(None))).collect())
}

/// Changes an article. A new body creates a new version of the text, and mentions and quotes are re-anchored in it. A patch that
/// changes nothing writes nothing.
///
/// # Errors
/// As [`find`] and [`create_all`], and [`Stale`](super::Error::Stale).
pub fn update(
    conn: &mut PgConnection,
    analysis: TextAnalysis,
    id: Uuid,
    expected: &Expected,
    patch: &ArticlePatch,
) -> Result<Article> {
    let found = articles::table.find(id).select(WithText::as_select()).for_no_key_update().first(conn).optional()?;
    let Some(WithText { row, body: old_body, blocks: old_blocks }) = found else {
        return tombstones::missing(conn, Resource::Article, id);
    };
    check(expected, row.version)?;
    let old = row.with(None);
    let body = patch.body.as_ref().unwrap_or(&old_body);
    let next = patched(&old, patch, body, analysis.detect_language);
    let edited = *body != old_body;
    if next == old && !edited {
        return Ok(Article { body: Some(old_body), blocks: Some(old_blocks.0), ..old });
    }
    let blocks = BlockList((analysis.find_blocks)(&next.headline, body));
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
        versions::archive(conn, id)?;
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
    if edited {
        let speakers = Speakers::new(analysis, &next.language, &old_body, body);
        re_anchor(conn, id, row.body_version, body, &speakers)?;
    }
    let copied = |article: &Article| (article.published_at, article.language.clone(), article.publisher.clone());
    if copied(&next) != copied(&old) {
        rows::copy_from_article(conn, id)?;
        about::refresh(conn, &[id])?;
    }
    Ok(row.with(Some((body.clone(), blocks.0))))
}

/// Re-anchors the mentions and quotes of an article in its new text.
fn re_anchor(conn: &mut PgConnection, article: Uuid, version: i32, body: &str, speakers: &Speakers) -> Result<()> {
    let body = Body::new(body);
    let mut index = PlaceIndex::new(&body);
    mentions::re_anchor_mentions(conn, article, version, &mut index)?;
    quotes::re_anchor_quotes(conn, article, version, &mut index, speakers)?;
    // A quote contains only mentions of the same text, and some mentions or quotes may be orphaned now.
    about::refresh(conn, &[article])
}

fn patched(old: &Article, patch: &ArticlePatch, body: &str, detect_language: impl Fn(&str) -> &'static str) -> Article {
    let language = match &patch.language {
        None => old.language.clone(),
        Some(Some(language)) => language.clone(),
        Some(None) => detect_language(body).to_owned(),
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
        // With the precision of Postgres, so that more digits are not a change.
        published_at: patch.published_at.map_or(old.published_at, |time| time.map(|time| time.trunc_subsecs(6))),
        ..old.clone()
    }
}

fn columns(article: &Article) -> ArticleColumns<'_> {
    ArticleColumns {
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
    tombstones::delete(conn, Resource::Mention, "article_id", &[id])?;
    tombstones::delete(conn, Resource::Quote, "article_id", &[id])?;
    tombstones::delete(conn, Resource::Article, "id", &[id])
}

/// Tells the cache that an article changes, and the mentions of the entities in it.
fn record_changes(conn: &mut PgConnection, article: Uuid) -> Result<()> {
    cache::record_changes([Owner::Record(article)]);
    mentions::record_changes_in(conn, article)
}

/// Whether there are articles whose `external_id` does not begin with `prefix`. Returns false if the schema does not exist.
pub fn any_besides(conn: &mut PgConnection, prefix: &str) -> Result<bool> {
    let has_table = sql::<Bool>("to_regclass('articles') IS NOT NULL");
    if !diesel::select(has_table).get_result::<bool>(conn)? {
        return Ok(false);
    }
    let is_other = articles::external_id.is_null().or(articles::external_id.not_like(format!("{prefix}%")));
    Ok(diesel::select(exists(articles::table.filter(is_other))).get_result(conn)?)
}
