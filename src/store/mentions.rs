//! Mentions: each at a span of its article's text, which is checked under the article's lock.

mod found;
pub(in crate::store) mod list;

use super::cache::{self, Owner};
use super::grouped::grouped;
use super::ids::planned_once;
use super::sql::count;
use super::sql::keyset::{self, Above, row};
use super::{Error, Expected, Resource, Result, about, anchor, articles, check, tombstones};
use crate::domain::mention::{Mention, MentionPatch, NewMention};
use crate::domain::page::{Key, Page, PageRequest, Position};
use crate::domain::span::{self, Span, SpanError};
use crate::domain::text::Body;
use crate::domain::{Anchor, MentionKind, Origin, new_id};
use crate::schema::mentions;
use chrono::{DateTime, Utc};
use diesel::dsl::now;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::Integer;
pub(super) use found::store_found;
pub use list::list;
use std::collections::HashMap;
use uuid::Uuid;

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = mentions, check_for_backend(Pg))]
struct MentionRow {
    id: Uuid,
    version: i32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    article_id: Uuid,
    extractor: Option<String>,
    published_at: Option<DateTime<Utc>>,
    #[diesel(embed)]
    columns: Columns,
}

/// What changes of a mention.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = mentions, treat_none_as_null = true, check_for_backend(Pg))]
struct Columns {
    body_version: i32,
    anchor: Anchor,
    entity_id: Option<Uuid>,
    candidates: Vec<Option<Uuid>>,
    span_start: i32,
    span_end: i32,
    exact: String,
    prefix: String,
    suffix: String,
    kind: MentionKind,
    confidence: f64,
    origin: Origin,
}

#[derive(Debug, Insertable)]
#[diesel(table_name = mentions)]
struct InsertedMention<'a> {
    id: Uuid,
    article_id: Uuid,
    extractor: Option<&'a str>,
    #[diesel(embed)]
    columns: Columns,
}

impl From<MentionRow> for Mention {
    fn from(row: MentionRow) -> Self {
        let columns = row.columns;
        Self {
            id: row.id,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            article_id: row.article_id,
            body_version: columns.body_version,
            anchor: columns.anchor,
            entity_id: columns.entity_id,
            candidates: columns.candidates.into_iter().flatten().collect(),
            span: Span { start: columns.span_start, end: columns.span_end },
            exact: columns.exact,
            prefix: columns.prefix,
            suffix: columns.suffix,
            kind: columns.kind,
            confidence: columns.confidence,
            origin: columns.origin,
            extractor: row.extractor,
        }
    }
}

/// Stores a mention in an article.
///
/// # Errors
/// An article that is absent or deleted, and faults at `/start`, `/end`, `/exact` and `/entity_id`.
pub fn create(conn: &mut PgConnection, article: Uuid, new: &NewMention) -> Result<Mention> {
    let Some(text) = anchor::lock(conn, article)? else {
        return tombstones::missing(conn, Resource::Article, article);
    };
    let body = Body::new(&text.body);
    let columns = Columns {
        body_version: text.version,
        anchor: Anchor::Exact,
        entity_id: new.entity_id,
        candidates: Vec::new(),
        span_start: new.span.start,
        span_end: new.span.end,
        exact: slice(&body, new.span, new.exact.as_deref())?,
        prefix: body.prefix(new.span.start).to_owned(),
        suffix: body.suffix(new.span.end).to_owned(),
        kind: new.kind,
        confidence: new.confidence,
        origin: new.origin,
    };
    let inserted = InsertedMention { id: new_id(), article_id: article, extractor: new.extractor.as_deref(), columns };
    let row =
        diesel::insert_into(mentions::table).values(inserted).returning(MentionRow::as_returning()).get_result(conn)?;
    record_changes([new.entity_id]);
    about::refresh(conn, &[article])?;
    Ok(row.into())
}

/// Tells the cache that the mentions of these entities change.
fn record_changes(entities: impl IntoIterator<Item = Option<Uuid>>) {
    cache::record_changes(entities.into_iter().flatten().map(Owner::MentionsOf));
}

/// Tells the cache that the mentions of all entities in an article change.
pub(super) fn record_changes_in(conn: &mut PgConnection, article: Uuid) -> Result<()> {
    let in_article = mentions::table.filter(mentions::article_id.eq(article));
    record_changes(in_article.select(mentions::entity_id).distinct().load(conn)?);
    Ok(())
}

/// The words at `span`, which must be those that were given.
fn slice(body: &Body, span: Span, given: Option<&str>) -> Result<String> {
    let exact = span::slice(body, &[span]).map_err(|(_, error)| {
        let member = if error == SpanError::Disordered { "/start" } else { "/end" };
        Error::field(member, error.to_string())
    })?;
    match given {
        Some(given) if given != exact => {
            Err(Error::field("/exact", "must equal the body's text from start to end, letter for letter"))
        }
        _ => Ok(exact),
    }
}

/// The mentions of these ids, all different, in their order.
///
/// # Errors
/// Of each: [`Error::NotFound`], or [`Error::Gone`] when it was deleted.
pub fn find_all(conn: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Result<Mention>>> {
    let rows =
        mentions::table.filter(mentions::id.eq_any(planned_once(ids))).select(MentionRow::as_select()).load(conn)?;
    let found = rows.into_iter().map(|row| (row.id, row.into())).collect();
    Ok(tombstones::each(conn, Resource::Mention, ids, found))
}

/// One page of an article's mentions, in order of start, then id.
///
/// # Errors
/// An article that is absent or deleted.
pub fn list_of_article(conn: &mut PgConnection, article: Uuid, request: &PageRequest) -> Result<Page<Mention>> {
    let of_article = || mentions::table.filter(mentions::article_id.eq(article));
    let total = count::total(conn, request.count, || of_article().select(mentions::id))?;
    let mut query = of_article().into_boxed().order((mentions::span_start, mentions::id)).limit(request.limit + 1);
    if let Some(at) = &request.after {
        let place = row!(keyset::offset_key(at)?, at.id, Integer);
        query = query.filter(Above::new(row!(mentions::span_start, mentions::id, Integer), place));
    }
    let rows = query.select(MentionRow::as_select()).load(conn)?;
    if rows.is_empty() {
        articles::must_exist(conn, article)?;
    }
    let items = rows.into_iter().map(Mention::from).collect();
    Ok(Page::from_rows(items, request.limit, total, |mention| Position {
        key: Key::Count(mention.span.start.into()),
        id: mention.id,
    }))
}

/// All mentions of these articles, in order of start, then id.
///
/// # Errors
/// Only the database's own.
pub fn of_articles(conn: &mut PgConnection, articles: &[Uuid]) -> Result<HashMap<Uuid, Vec<Mention>>> {
    let rows = mentions::table
        .filter(mentions::article_id.eq_any(planned_once(articles)))
        .order((mentions::article_id, mentions::span_start, mentions::id))
        .select(MentionRow::as_select())
        .load(conn)?;
    Ok(grouped(rows.into_iter().map(|row: MentionRow| (row.article_id, row.into()))))
}

/// Changes a mention, which then is a human's. A patch that changes nothing writes nothing.
///
/// # Errors
/// As one of [`find_all`] and [`create`], and [`Error::Stale`].
pub fn update(conn: &mut PgConnection, id: Uuid, expected: &Expected, patch: &MentionPatch) -> Result<Mention> {
    let (row, text) = lock(conn, id)?;
    check(expected, row.version)?;
    let mut next = row.columns.clone();
    if moves(&next, patch) {
        let body = Body::new(&text.body);
        let span = Span { start: patch.start.unwrap_or(next.span_start), end: patch.end.unwrap_or(next.span_end) };
        next.exact = slice(&body, span, patch.exact.as_deref())?;
        next.body_version = text.version;
        next.anchor = if (text.version, span) == (row.columns.body_version, span_of(&row.columns)) {
            row.columns.anchor
        } else {
            Anchor::Exact
        };
        (next.span_start, next.span_end) = (span.start, span.end);
        next.prefix = body.prefix(span.start).to_owned();
        next.suffix = body.suffix(span.end).to_owned();
    }
    if let Some(entity) = patch.entity_id {
        next.entity_id = entity;
        // Somebody has told whom it names.
        next.candidates.clear();
    }
    next.kind = patch.kind.unwrap_or(next.kind);
    next.confidence = patch.confidence.unwrap_or(next.confidence);
    if next == row.columns {
        return Ok(row.into());
    }
    next.origin = Origin::Human;
    record_changes([row.columns.entity_id, next.entity_id]);
    let row = diesel::update(mentions::table.find(id))
        .set((next, mentions::version.eq(mentions::version + 1), mentions::updated_at.eq(now)))
        .returning(MentionRow::as_returning())
        .get_result(conn)?;
    about::refresh(conn, &[row.article_id])?;
    Ok(row.into())
}

/// True when the patch names a place other than the stored one. An orphan sent back as it is stays one.
fn moves(columns: &Columns, patch: &MentionPatch) -> bool {
    let given = patch.start.is_some() || patch.end.is_some() || patch.exact.is_some();
    let same_place = patch.start.unwrap_or(columns.span_start) == columns.span_start
        && patch.end.unwrap_or(columns.span_end) == columns.span_end;
    given && !(same_place && patch.exact.as_ref() == Some(&columns.exact))
}

fn span_of(columns: &Columns) -> Span {
    Span { start: columns.span_start, end: columns.span_end }
}

/// Deletes a mention.
///
/// # Errors
/// As one of [`find_all`], and [`Error::Stale`].
pub fn delete(conn: &mut PgConnection, id: Uuid, expected: &Expected) -> Result<()> {
    let (row, _) = lock(conn, id)?;
    check(expected, row.version)?;
    record_changes([row.columns.entity_id]);
    diesel::delete(mentions::table.find(id)).execute(conn)?;
    about::refresh(conn, &[row.article_id])
}

/// The mention with its article's text, the article locked first.
fn lock(conn: &mut PgConnection, id: Uuid) -> Result<(MentionRow, anchor::Text)> {
    let article = mentions::table.find(id).select(mentions::article_id).first(conn).optional()?;
    let Some(article) = article else {
        return tombstones::missing(conn, Resource::Mention, id);
    };
    let text = anchor::lock(conn, article)?;
    let row = mentions::table.find(id).select(MentionRow::as_select()).for_update().first(conn).optional()?;
    match (row, text) {
        (Some(row), Some(text)) => Ok((row, text)),
        // It went while the lock was waited for.
        _ => tombstones::missing(conn, Resource::Mention, id),
    }
}

/// How many mentions name this entity.
pub(super) fn count_of_entity(conn: &mut PgConnection, entity: Uuid) -> Result<i64> {
    Ok(mentions::table.filter(mentions::entity_id.eq(entity)).count().get_result(conn)?)
}

/// Takes this entity from its mentions. What quotes are about follows when the entity itself goes.
pub(super) fn unlink(conn: &mut PgConnection, entity: Uuid) -> Result<()> {
    diesel::update(mentions::table.filter(mentions::entity_id.eq(entity)))
        .set((
            mentions::entity_id.eq(None::<Uuid>),
            mentions::version.eq(mentions::version + 1),
            mentions::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}
