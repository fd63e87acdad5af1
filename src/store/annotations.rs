//! Stores extractions. Links or creates their entities. Keeps all human changes, and the ids of findings that are found again.

mod entities;
mod mentions;
mod namesakes;
mod quotes;

use super::{Error, Resource, Result, about, tombstones};
use crate::annotate::Annotation;
use crate::annotate::extraction::Extraction;
use crate::domain::mention::Link;
use crate::domain::span::Span;
use crate::domain::text::Body;
use crate::schema::articles;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use entities::Missing;
pub use entities::{Resolution, Resolutions, link, links_by_name, needs_context, resolve};
use std::collections::HashSet;
use uuid::Uuid;

/// An extraction to store.
#[derive(Debug)]
pub struct Draft {
    pub extraction: Extraction,
    /// The stored article that is annotated again.
    pub article: Option<Uuid>,
    pub publisher: Option<String>,
    /// Stored entities that [`Resolution::unknown`] reported for earlier drafts. The extractor knows their names by now. A
    /// newcomer that it still finds is linked to them by name.
    pub known: HashSet<Uuid>,
    /// Whether newcomers are linked to any stored entity with their name, even if the extractor did not know it.
    pub is_final: bool,
}

/// The text of an article that was annotated.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = articles, check_for_backend(diesel::pg::Pg))]
pub struct ArticleText {
    pub body_version: i32,
    pub headline: String,
    pub body: String,
    pub language: String,
    pub publisher: Option<String>,
}

/// Reads the current text of an article.
///
/// # Errors
/// [`Error::NotFound`] or [`Error::Gone`] for the article.
pub fn text_of(conn: &mut PgConnection, article: Uuid) -> Result<ArticleText> {
    let text = articles::table.find(article).select(ArticleText::as_select()).first(conn).optional()?;
    text.map_or_else(|| tombstones::missing(conn, Resource::Article, article), Ok)
}

/// Reads the current texts of those articles that exist, in order of id.
///
/// # Errors
/// Those of the database.
pub fn texts_of(conn: &mut PgConnection, all: &[Uuid]) -> Result<Vec<(Uuid, ArticleText)>> {
    let texts = articles::table.filter(articles::id.eq_any(all)).order(articles::id);
    Ok(texts.select((articles::id, ArticleText::as_select())).load(conn)?)
}

/// Locks an article until the transaction ends. Returns false if `text` is no longer its current text.
pub fn lock_text(conn: &mut PgConnection, article: Uuid, text: &ArticleText) -> Result<bool> {
    let present: Option<(i32, String, String)> = articles::table
        .find(article)
        .select((articles::body_version, articles::headline, articles::language))
        .for_no_key_update()
        .first(conn)
        .optional()?;
    Ok(present.is_some_and(|(body_version, headline, language)| {
        (body_version, &headline, &language) == (text.body_version, &text.headline, &text.language)
    }))
}

/// The extraction of an article, with its entities resolved.
pub struct Resolved<'a> {
    pub article: Uuid,
    pub body_version: i32,
    pub body: &'a str,
    pub annotation: &'a Annotation,
    pub resolution: Resolution,
}

/// Stores the findings of articles whose rows the caller has locked, and creates the `missing` entities that they link.
///
/// # Errors
/// [`Error::Collision`] if a linked entity has just been deleted or merged.
pub fn store(conn: &mut PgConnection, missing: &Missing, all: &[Resolved]) -> Result<()> {
    if all.is_empty() {
        return Ok(());
    }
    entities::create(conn, missing, all.iter().map(|resolved| &resolved.resolution))?;
    let extracted: Vec<Extracted> = all
        .iter()
        .map(|resolved| Extracted {
            article: resolved.article,
            body_version: resolved.body_version,
            body: Body::new(resolved.body),
            annotation: resolved.annotation,
            entities: &resolved.resolution.linked,
        })
        .collect();
    mentions::store(conn, &extracted)?;
    quotes::store(conn, &extracted)?;
    about::refresh(conn, &all.iter().map(|resolved| resolved.article).collect::<Vec<_>>())
}

/// The findings of one text with their stored entities.
struct Extracted<'a> {
    article: Uuid,
    body_version: i32,
    body: Body<'a>,
    annotation: &'a Annotation,
    /// The stored entity of each found entity.
    entities: &'a [Link],
}

impl Extracted<'_> {
    /// The text at `span`, if it has at most `max_length` code points.
    fn slice(&self, span: Span, max_length: i32) -> Option<String> {
        (span.len() <= max_length).then(|| self.body.slice(span)).flatten().map(str::to_owned)
    }

    /// The stored entity of a found entity.
    fn entity(&self, index: Option<usize>) -> Option<&Link> {
        index.and_then(|index| self.entities.get(index))
    }
}

/// The error for a span of the extractor that is outside of the text.
fn out_of_text() -> Error {
    Error::Internal("the extractor returned a span outside of the text".to_owned())
}
