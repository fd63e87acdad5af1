//! Mentions: spans of an article's text that refer to an entity. Writers lock the article and check the span against its text.

pub(in crate::store) mod list;
mod re_anchor;
pub mod reviews;
pub(in crate::store) mod row;

use super::cache::{self, Owner};
use super::grouped::grouped;
use super::rows;
use super::sql::count;
use super::sql::keyset;
use super::suggestions::StoredSuggestion;
use super::{Error, Expected, Resource, Result, about, article_text, check, merges, references, tombstones};
use crate::domain::mention::{MAX_MENTION, Mention, MentionPatch, NewMention, NewMentionReview, default_status};
use crate::domain::page::{Key, Page, PageRequest, Position};
use crate::domain::span::{Span, SpanError};
use crate::domain::text::Body;
use crate::domain::{Anchor, MentionStatus, Origin, ReviewAction, new_id};
use crate::schema::{mentions, quote_about, quotes};
use diesel::dsl::now;
use diesel::prelude::*;
use diesel::sql_types;
pub use list::list;
pub(super) use re_anchor::re_anchor_mentions;
use row::{InsertedMention, MentionColumns, MentionRow};
use std::collections::HashMap;
use uuid::Uuid;

/// Stores a mention in an article.
///
/// # Errors
/// [`Error::NotFound`] or [`Error::Gone`] for the article, and invalid fields at `/start`, `/end`, `/exact` and `/entity_id`.
pub fn create(conn: &mut PgConnection, article: Uuid, new: &NewMention) -> Result<Mention> {
    let Some(text) = article_text::lock(conn, article)? else {
        return tombstones::missing(conn, Resource::Article, article);
    };
    let mut columns = columns(text.version, &Body::new(&text.body), new)?;
    columns.entity_id = references::survivor(conn, new.entity_id)?;
    tombstones::one(insert(conn, article, vec![(new, columns)])?)
}

/// Stores several mentions in an article, and returns them in the given order.
///
/// # Errors
/// As [`create`]. Pointers begin with the index of the invalid mention.
pub fn create_all(conn: &mut PgConnection, article: Uuid, new: &[NewMention]) -> Result<Vec<Mention>> {
    let Some(text) = article_text::lock(conn, article)? else {
        return tombstones::missing(conn, Resource::Article, article);
    };
    let body = Body::new(&text.body);
    let columns = |(index, new)| match columns(text.version, &body, new) {
        Ok(columns) => Ok((new, columns)),
        Err(error) => Err(error.in_item(index)),
    };
    let mut all = new.iter().enumerate().map(columns).collect::<Result<Vec<_>>>()?;
    let entities = references::survivors_of_items(conn, "entity_id", new.iter().map(|new| new.entity_id))?;
    all.iter_mut().zip(entities).for_each(|((_, columns), entity)| columns.entity_id = entity);
    insert(conn, article, all)?.into_iter().collect()
}

pub(in crate::store) fn columns(body_version: i32, body: &Body, new: &NewMention) -> Result<MentionColumns> {
    Ok(MentionColumns {
        body_version,
        anchor: Anchor::Exact,
        entity_id: new.entity_id,
        candidates: None,
        candidate_scores: None,
        candidate_count: 0,
        span_start: new.span.start,
        span_end: new.span.end,
        exact: slice(body, new.span, new.exact.as_deref())?,
        prefix: body.prefix(new.span.start).to_owned(),
        suffix: body.suffix(new.span.end).to_owned(),
        kind: new.kind,
        status: default_status(new.origin),
        confidence: new.confidence,
        origin: new.origin,
        suggestion: None,
    })
}

/// Inserts mentions into an article that the caller has locked.
fn insert(
    conn: &mut PgConnection,
    article: Uuid,
    all: Vec<(&NewMention, MentionColumns)>,
) -> Result<Vec<Result<Mention>>> {
    let rows: Vec<InsertedMention> = all
        .into_iter()
        .map(|(new, columns)| InsertedMention {
            id: new_id(),
            article_id: article,
            extractor: new.extractor.as_deref(),
            columns,
        })
        .collect();
    rows::insert_below_articles(conn, "mentions", &rows)?;
    record_changes_in(conn, article)?;
    let start = rows.iter().map(|row| row.columns.span_start).min().unwrap_or_default();
    let end = rows.iter().map(|row| row.columns.span_end).max().unwrap_or_default();
    about::refresh_range(conn, article, Span { start, end })?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    find_all(conn, &ids)
}

/// Tells the cache that the mentions of these entities change.
pub(super) fn record_changes(entities: impl IntoIterator<Item = Option<Uuid>>) {
    cache::record_changes(entities.into_iter().flatten().map(Owner::MentionsOf));
}

/// Tells the cache that the mentions of all entities in an article change.
///
/// The related entities of each of them depend on the other mentions in the article.
pub(super) fn record_changes_in(conn: &mut PgConnection, article: Uuid) -> Result<()> {
    let in_article = mentions::table.filter(mentions::article_id.eq(article));
    record_changes(in_article.select(mentions::entity_id).distinct().load(conn)?);
    Ok(())
}

/// Returns the text at `span`. Fails if `given` differs from it.
fn slice(body: &Body, span: Span, given: Option<&str>) -> Result<String> {
    if span.len() > MAX_MENTION {
        return Err(Error::field("/end", format!("must be at most {MAX_MENTION} characters after start")));
    }
    let exact = body.slice_all(&[span]).map_err(|(_, error)| {
        let member = if error == SpanError::Disordered { "/start" } else { "/end" };
        Error::field(member, error.to_string())
    })?;
    match given {
        Some(given) if given != exact => Err(Error::field("/exact", "must equal the body's text from start to end")),
        _ => Ok(exact),
    }
}

/// Returns the mentions with these distinct ids, in the order of the ids.
///
/// # Errors
/// Per id: [`Error::NotFound`], or [`Error::Gone`] if it was deleted.
pub fn find_all(conn: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Result<Mention>>> {
    let rows = mentions::table.filter(mentions::id.eq_any(ids)).select(MentionRow::as_select()).load(conn)?;
    let found = reviews::complete(conn, rows)?.into_iter().map(|mention| (mention.id, mention)).collect();
    Ok(tombstones::each(conn, Resource::Mention, ids, found))
}

/// One page of an article's mentions, in order of start, then id.
///
/// # Errors
/// [`Error::NotFound`] or [`Error::Gone`] for the article.
pub fn list_of_article(conn: &mut PgConnection, article: Uuid, request: &PageRequest) -> Result<Page<Mention>> {
    let of_article = || mentions::table.filter(mentions::article_id.eq(article));
    let total = count::total(conn, request.count, || of_article().select(mentions::id))?;
    let mut query = of_article().into_boxed().order((mentions::span_start, mentions::id)).limit(request.limit + 1);
    if let Some(at) = &request.after {
        query = query.filter(keyset::after("mentions.span_start", "mentions.id", ">", keyset::count_key(at)?, at.id));
    }
    let rows = query.select(MentionRow::as_select()).load(conn)?;
    if rows.is_empty() {
        article_text::must_exist(conn, article)?;
    }
    let items = reviews::complete(conn, rows)?;
    Ok(Page::from_rows(items, request.limit, total, position))
}

/// The first `limit` mentions of each of these articles, in order of start, then id.
pub fn of_articles(conn: &mut PgConnection, articles: &[Uuid], limit: i64) -> Result<HashMap<Uuid, Page<Mention>>> {
    let ids = article_text::first_of_each(conn, "mentions", "span_start", articles, limit + 1)?;
    let rows = mentions::table
        .filter(mentions::id.eq_any(&ids))
        .order((mentions::article_id, mentions::span_start, mentions::id))
        .select(MentionRow::as_select())
        .load(conn)?;
    let found = grouped(reviews::complete(conn, rows)?.into_iter().map(|mention| (mention.article_id, mention)));
    let pages = found.into_iter().map(|(article, items)| (article, Page::from_rows(items, limit, None, position)));
    Ok(pages.collect())
}

/// The position of a mention in the list of its article.
fn position(mention: &Mention) -> Position {
    Position { key: Key::Count(mention.span.start.into()), id: mention.id }
}

/// Changes a mention and sets its origin to human. A patch that changes nothing writes nothing.
///
/// # Errors
/// As one of [`find_all`] and [`create`], and [`Error::Stale`].
pub fn update(conn: &mut PgConnection, id: Uuid, expected: &Expected, patch: &MentionPatch) -> Result<Mention> {
    let (row, text) = lock(conn, id)?;
    check(expected, row.version)?;
    let mut next = row.columns.clone();
    if sets_span(&next, patch) {
        let body = Body::new(&text.body);
        let span = Span { start: patch.start.unwrap_or(next.span_start), end: patch.end.unwrap_or(next.span_end) };
        next.exact = slice(&body, span, patch.exact.as_deref())?;
        next.body_version = text.version;
        next.anchor = if (text.version, span) == (row.columns.body_version, row.columns.span()) {
            row.columns.anchor
        } else {
            Anchor::Exact
        };
        (next.span_start, next.span_end) = (span.start, span.end);
        next.prefix = body.prefix(span.start).to_owned();
        next.suffix = body.suffix(span.end).to_owned();
    }
    if let Some(entity) = patch.entity_id {
        next.entity_id = references::survivor(conn, entity)?;
        // A human has chosen the entity.
        next.candidates = None;
        next.candidate_scores = None;
        next.candidate_count = 0;
    }
    next.kind = patch.kind.unwrap_or(next.kind);
    next.confidence = patch.confidence.unwrap_or(next.confidence);
    if next == row.columns {
        return complete_one(conn, row);
    }
    next.origin = Origin::Human;
    next.status = MentionStatus::Verified;
    next.suggestion = next.suggestion.map(StoredSuggestion::answered);
    change(conn, row, next)
}

/// Adds a review to a mention, and makes its change. A review that changes nothing is added too.
///
/// # Errors
/// As [`update`].
pub(super) fn review(
    conn: &mut PgConnection,
    id: Uuid,
    expected: &Expected,
    new: &NewMentionReview,
    entity: Option<Uuid>,
) -> Result<Mention> {
    let (row, _) = lock(conn, id)?;
    check(expected, row.version)?;
    let mut next = row.columns.clone();
    next.status = if new.action == ReviewAction::Reject { MentionStatus::Rejected } else { MentionStatus::Verified };
    if new.action != ReviewAction::Verify {
        next.entity_id = references::survivor(conn, entity)?;
        next.candidates = None;
        next.candidate_scores = None;
        next.candidate_count = 0;
    }
    next.suggestion = next.suggestion.map(StoredSuggestion::answered);
    reviews::append(conn, new, &row, (next.entity_id, next.status))?;
    if next == row.columns {
        record_changes_in(conn, row.article_id)?;
        return complete_one(conn, row);
    }
    change(conn, row, next)
}

/// Stores the columns of a mention that a person changed.
fn change(conn: &mut PgConnection, row: MentionRow, next: MentionColumns) -> Result<Mention> {
    record_changes_in(conn, row.article_id)?;
    record_changes([next.entity_id]);
    merges::record_human_change(conn, &[row.id])?;
    let (old, new) = (row.columns.span(), next.span());
    let row = diesel::update(mentions::table.filter(mentions::id.eq(row.id)))
        .set((next, mentions::version.eq(mentions::version + 1), mentions::updated_at.eq(now)))
        .returning(MentionRow::as_returning())
        .get_result(conn)?;
    about::refresh_range(conn, row.article_id, Span { start: old.start.min(new.start), end: old.end.max(new.end) })?;
    complete_one(conn, row)
}

fn complete_one(conn: &mut PgConnection, row: MentionRow) -> Result<Mention> {
    tombstones::one(reviews::complete(conn, vec![row])?.into_iter().map(Ok).collect())
}

/// True if the patch sets a span that must be checked against the current text.
///
/// A patch that repeats the stored span and text sets none. So an orphaned mention stays orphaned.
fn sets_span(columns: &MentionColumns, patch: &MentionPatch) -> bool {
    let given = patch.start.is_some() || patch.end.is_some() || patch.exact.is_some();
    let same_place = patch.start.unwrap_or(columns.span_start) == columns.span_start
        && patch.end.unwrap_or(columns.span_end) == columns.span_end;
    given && !(same_place && patch.exact.as_ref() == Some(&columns.exact))
}

/// Deletes a mention.
///
/// # Errors
/// As one of [`find_all`], and [`Error::Stale`].
pub fn delete(conn: &mut PgConnection, id: Uuid, expected: &Expected) -> Result<()> {
    let (row, _) = lock(conn, id)?;
    check(expected, row.version)?;
    record_changes_in(conn, row.article_id)?;
    tombstones::delete(conn, Resource::Mention, "id", &[id])?;
    about::refresh_range(conn, row.article_id, row.columns.span())
}

/// Locks the article of a mention, then the mention.
fn lock(conn: &mut PgConnection, id: Uuid) -> Result<(MentionRow, article_text::Text)> {
    let article = mentions::table.filter(mentions::id.eq(id)).select(mentions::article_id).first(conn).optional()?;
    let Some(article) = article else {
        return tombstones::missing(conn, Resource::Mention, id);
    };
    let text = article_text::lock(conn, article)?;
    let row = mentions::table
        .filter(mentions::id.eq(id))
        .select(MentionRow::as_select())
        .for_update()
        .first(conn)
        .optional()?;
    match (row, text) {
        (Some(row), Some(text)) => Ok((row, text)),
        // It was deleted while this transaction waited for the lock.
        _ => tombstones::missing(conn, Resource::Mention, id),
    }
}

/// The number of mentions of this entity.
pub(super) fn count_of_entity(conn: &mut PgConnection, entity: Uuid) -> Result<i64> {
    Ok(mentions::table.filter(mentions::entity_id.eq(entity)).count().get_result(conn)?)
}

/// Removes an entity from its mentions in some articles, and from `quote_about` for the quotes of these articles. Returns true
/// when no mention is left.
pub(super) fn unlink(conn: &mut PgConnection, entity: Uuid, limit: i64) -> Result<bool> {
    let found: Vec<Uuid> = mentions::table
        .filter(mentions::entity_id.eq(entity))
        .order((mentions::published_desc.desc(), mentions::article_id.desc()))
        .limit(limit)
        .select(mentions::article_id)
        .load(conn)?;
    let is_last = found.len() < usize::try_from(limit).unwrap_or(usize::MAX);
    if found.is_empty() {
        return Ok(true);
    }
    // Whole articles: a quote stays about the entity while any mention of it is left in the quote.
    let of_articles = mentions::entity_id.eq(entity).and(mentions::article_id.eq_any(&found));
    diesel::update(mentions::table.filter(of_articles))
        .set((
            mentions::entity_id.eq(None::<Uuid>),
            mentions::version.eq(mentions::version + 1),
            mentions::updated_at.eq(now),
        ))
        .execute(conn)?;
    let quotes = quotes::table.filter(quotes::article_id.eq_any(&found)).select(quotes::id);
    let about = quote_about::entity_id.eq(entity).and(quote_about::quote_id.eq_any(quotes));
    diesel::delete(quote_about::table.filter(about)).execute(conn)?;
    Ok(is_last)
}

/// Removes an entity from the candidates of some mentions. Returns true when it is a candidate of no other mention.
pub(super) fn remove_candidate(conn: &mut PgConnection, entity: Uuid, limit: i64) -> Result<bool> {
    let changed = diesel::sql_query(
        "UPDATE mentions SET candidates = nullif(array_remove(candidates, $1), '{}'), candidate_count = greatest(candidate_count - 1, 0),
            version = version + 1, updated_at = now()
        WHERE id IN (SELECT id FROM mentions WHERE candidates @> ARRAY[$1] AND candidates IS NOT NULL LIMIT $2)",
    )
    .bind::<sql_types::Uuid, _>(entity)
    .bind::<sql_types::BigInt, _>(limit)
    .execute(conn)?;
    if changed > 0 {
        cache::record_changes([Owner::Everything]);
    }
    Ok(changed < usize::try_from(limit).unwrap_or(usize::MAX))
}
