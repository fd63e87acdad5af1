//! Quotes: the text at some spans of an article, with its speaker, its cue and its reviews.

mod candidates;
mod filter;
pub(in crate::store) mod list;
pub mod names;
mod occurrences;
mod pages;
mod passage;
mod queue;
pub mod quote_match;
mod re_anchor;
pub mod reviews;
pub(in crate::store) mod row;
mod speakers;

use super::cache::{self, Owner};
use super::grouped::grouped;
use super::history::{self, Versioned};
use super::rows;
use super::sql::count;
use super::sql::keyset;
use super::suggestions::{self, StoredSuggestion};
use super::{Error, Expected, Resource, Result, about, article_text, check, merges, references, tombstones};
use crate::domain::page::{Key, Page, PageRequest, Position};
use crate::domain::quote::{NewQuote, NewReview, Quote, QuotePatch, default_speaker_status, default_status};
use crate::domain::span::Span;
use crate::domain::text::Body;
use crate::domain::{ReviewAction, SpeakerStatus, new_id};
use crate::schema::{quote_about, quotes};
use chrono::{DateTime, Utc};
use diesel::dsl::{now, sql};
use diesel::prelude::*;
use diesel::sql_types::Integer;
pub use occurrences::occurrences;
pub use pages::{is_plain, list, lists};
use passage::{Passage, Side, side};
pub use queue::queue;
pub(super) use re_anchor::re_anchor_quotes;
use reviews::Reviewer;
use row::{InsertedQuote, QuoteColumns, QuoteRow};
use serde::Deserialize;
use serde_json::Value;
pub(super) use speakers::Speakers;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Stores a quote. A `text` without spans is searched in the body.
///
/// # Errors
/// Invalid fields of [`NewQuote`], and [`Conflict::AmbiguousText`](super::Conflict::AmbiguousText) with all spans at which
/// the text occurs.
pub fn create(conn: &mut PgConnection, new: &NewQuote) -> Result<Quote> {
    let Some(text) = article_text::lock(conn, new.article_id)? else {
        return Err(Error::field("/article_id", "there is no such article"));
    };
    let mut columns = columns(text.version, &Body::new(&text.body), new)?;
    columns.speaker_id = references::survivor(conn, new.speaker_id)?;
    tombstones::one(insert(conn, vec![(new, columns)])?)
}

/// Stores several quotes, and returns them in the given order.
///
/// # Errors
/// As [`create`]. Pointers begin with the index of the invalid quote. An ambiguous text is an invalid field too.
pub fn create_all(conn: &mut PgConnection, new: &[NewQuote]) -> Result<Vec<Quote>> {
    let mut all: Vec<Option<(&NewQuote, QuoteColumns)>> = new.iter().map(|_| None).collect();
    // Ordered by id, so that two writers lock the same articles in the same order.
    let mut by_article: BTreeMap<Uuid, Vec<usize>> = BTreeMap::new();
    for (index, new) in new.iter().enumerate() {
        by_article.entry(new.article_id).or_default().push(index);
    }
    for (article, indexes) in by_article {
        let Some(text) = article_text::lock(conn, article)? else {
            return Err(Error::field("/article_id", "there is no such article").in_item(indexes[0]));
        };
        let body = Body::new(&text.body);
        for index in indexes {
            let columns = columns(text.version, &body, &new[index]).map_err(|error| error.in_item(index))?;
            all[index] = Some((&new[index], columns));
        }
    }
    let speakers = references::survivors_of_items(conn, "speaker_id", new.iter().map(|new| new.speaker_id))?;
    let mut all: Vec<(&NewQuote, QuoteColumns)> = all.into_iter().flatten().collect();
    all.iter_mut().zip(speakers).for_each(|((_, columns), speaker)| columns.speaker_id = speaker);
    insert(conn, all)?.into_iter().collect()
}

pub(in crate::store) fn columns(body_version: i32, body: &Body, new: &NewQuote) -> Result<QuoteColumns> {
    let passage = match (&new.spans, &new.text) {
        (Some(spans), given) => Passage::at(body, spans, given.as_deref())?,
        (None, Some(words)) => Passage::of_words(body, words)?,
        (None, None) => return Err(Error::field("/text", "text or spans is required")),
    };
    let speaker_label = side(body, Side::Speaker, new.speaker_span, new.speaker_label.clone())?;
    let cue = side(body, Side::Cue, new.cue_span, new.cue.clone())?;
    let speaker_status =
        new.speaker_status.unwrap_or_else(|| default_speaker_status(new.speaker_id, speaker_label.as_deref()));
    check_status(new.speaker_id, speaker_status)?;
    Ok(QuoteColumns {
        kind: new.kind,
        speaker_id: new.speaker_id,
        speaker_label,
        speaker_span: new.speaker_span.map(Into::into),
        speaker_status,
        cue,
        cue_span: new.cue_span.map(Into::into),
        cue_lemma: new.cue_lemma.clone(),
        said_on: new.said_on,
        status: new.status.unwrap_or_else(|| default_status(new.origin)),
        confidence: new.confidence,
        ..passage.into_columns(body_version)
    })
}

/// Inserts quotes into articles that the caller has locked.
fn insert(conn: &mut PgConnection, all: Vec<(&NewQuote, QuoteColumns)>) -> Result<Vec<Result<Quote>>> {
    let mut articles: Vec<Uuid> = all.iter().map(|(new, _)| new.article_id).collect();
    articles.sort_unstable();
    articles.dedup();
    let rows: Vec<InsertedQuote> = all
        .into_iter()
        .map(|(new, columns)| InsertedQuote {
            id: new_id(),
            article_id: new.article_id,
            origin: new.origin,
            extractor: new.extractor.as_deref(),
            columns,
        })
        .collect();
    rows::insert_below_articles(conn, "quotes", &rows)?;
    match (&articles[..], &rows[..]) {
        // The other quotes of the article do not change.
        ([article], [row]) => about::refresh_range(conn, *article, row.columns.range())?,
        _ => about::refresh(conn, &articles)?,
    }
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    find_all(conn, &ids)
}

/// Fails if the status is `named` without an entity, or if there is an entity and the status is neither `named` nor `collective`.
fn check_status(speaker: Option<Uuid>, status: SpeakerStatus) -> Result<()> {
    match (speaker, status) {
        (None, SpeakerStatus::Named) => Err(Error::field("/speaker_status", "named requires a speaker_id")),
        (Some(_), SpeakerStatus::Anonymous | SpeakerStatus::Unattributed | SpeakerStatus::Unresolved) => {
            Err(Error::field("/speaker_status", "must be named or collective if there is a speaker_id"))
        }
        _ => Ok(()),
    }
}

/// Returns the quote with this id.
///
/// # Errors
/// [`Error::NotFound`], or [`Error::Gone`] if it was deleted.
pub fn find(conn: &mut PgConnection, id: Uuid) -> Result<Quote> {
    tombstones::one(find_all(conn, &[id])?)
}

/// Returns the quotes with these distinct ids, in the order of the ids.
pub fn find_all(conn: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Result<Quote>>> {
    let rows = quotes::table.filter(quotes::id.eq_any(ids)).select(QuoteRow::as_select()).load(conn)?;
    let found = complete(conn, rows)?.into_iter().map(|quote| (quote.id, quote)).collect();
    Ok(tombstones::each(conn, Resource::Quote, ids, found))
}

impl Versioned for Quote {
    const RESOURCE: Resource = Resource::Quote;
    type Row = QuoteRow;

    /// Without its reviews, which have their own times, and without candidates, which are those of a mention.
    fn from_state(row: QuoteRow, state: &Value) -> Result<Self> {
        let about = Vec::deserialize(&state["about"]);
        let about = about.map_err(|error| Error::Internal(format!("the history of a quote: {error}")))?;
        Ok(row.with(Vec::new(), about, Vec::new()))
    }

    fn present(conn: &mut PgConnection, id: Uuid) -> Result<Self> {
        Ok(Quote { candidates: Vec::new(), ..find(conn, id)? })
    }

    fn version(&self) -> i32 {
        self.version
    }

    fn updated_at(&self) -> DateTime<Utc> {
        self.updated_at
    }
}

/// Returns the quote as it was at a time, with the reviews that it had. A past state has no candidates.
///
/// # Errors
/// As [`history::as_of`].
pub fn as_of(conn: &mut PgConnection, id: Uuid, time: DateTime<Utc>) -> Result<Quote> {
    let quote: Quote = history::as_of(conn, id, time)?;
    let present = find(conn, id)?;
    let reviews = present.reviews.iter().filter(|review| review.at <= time).cloned().collect();
    Ok(match present.version == quote.version {
        true => Quote { reviews, ..present },
        false => Quote { reviews, ..quote },
    })
}

/// One page of an article's quotes, in order of their first start, then id.
///
/// # Errors
/// [`Error::NotFound`] or [`Error::Gone`] for the article.
pub fn list_of_article(conn: &mut PgConnection, article: Uuid, request: &PageRequest) -> Result<Page<Quote>> {
    let of_article = || quotes::table.filter(quotes::article_id.eq(article));
    let total = count::total(conn, request.count, || of_article().select(quotes::id))?;
    // Raw SQL, because diesel's `index` would bind the 1 as a parameter.
    let start = || sql::<Integer>("quotes.spans[1]");
    let mut query = of_article().into_boxed().order((start(), quotes::id)).limit(request.limit + 1);
    if let Some(at) = &request.after {
        query = query.filter(keyset::after("quotes.spans[1]", "quotes.id", ">", keyset::count_key(at)?, at.id));
    }
    let rows = query.select(QuoteRow::as_select()).load(conn)?;
    if rows.is_empty() {
        article_text::must_exist(conn, article)?;
    }
    let position = |row: &QuoteRow| Position { key: Key::Count(row.columns.start().into()), id: row.id };
    let page = Page::from_rows(rows, request.limit, total, position);
    complete_page(conn, page.map(|row| (position(&row), row)).within_bytes(QuoteRow::text_bytes))
}

/// The first `limit` quotes of each of these articles, in order of their first start, then id.
pub fn of_articles(conn: &mut PgConnection, articles: &[Uuid], limit: i64) -> Result<HashMap<Uuid, Page<Quote>>> {
    let ids = article_text::first_of_each(conn, "quotes", "spans[1]", articles, limit + 1)?;
    let mut rows = quotes::table.filter(quotes::id.eq_any(&ids)).select(QuoteRow::as_select()).load(conn)?;
    rows.sort_by_key(|row: &QuoteRow| (row.columns.start(), row.id));
    let found = grouped(complete(conn, rows)?.into_iter().map(|quote| (quote.article_id, quote)));
    let position = |quote: &Quote| Position { key: Key::Count(first_start(quote)), id: quote.id };
    let pages = found.into_iter().map(|(article, items)| (article, Page::from_rows(items, limit, None, position)));
    Ok(pages.collect())
}

fn first_start(quote: &Quote) -> i64 {
    quote.spans.first().map_or(0, |span| span.start.into())
}

/// Changes a quote and adds a review of the change by `actor`. A patch that changes nothing writes nothing.
///
/// # Errors
/// As [`find`] and [`create`], and [`Error::Stale`].
pub fn update(
    conn: &mut PgConnection,
    id: Uuid,
    expected: &Expected,
    patch: &QuotePatch,
    actor: Option<&str>,
) -> Result<Quote> {
    let (row, text) = lock(conn, id)?;
    check(expected, row.version)?;
    let mut next = patched(conn, &row, text, patch)?;
    if next == row.columns {
        return complete_one(conn, row);
    }
    reviews::append(conn, Reviewer { actor, note: None }, None, &row, &next)?;
    next.suggestion = next.suggestion.map(StoredSuggestion::answered);
    change(conn, row, next)
}

/// Adds a review to a quote, and makes its change. A review that changes nothing is added too.
///
/// # Errors
/// As [`update`].
pub(super) fn review(
    conn: &mut PgConnection,
    id: Uuid,
    expected: &Expected,
    new: &NewReview,
    patch: &QuotePatch,
) -> Result<Quote> {
    let (row, text) = lock(conn, id)?;
    check(expected, row.version)?;
    let mut next = patched(conn, &row, text, patch)?;
    if new.action != ReviewAction::Comment {
        next.suggestion = next.suggestion.map(StoredSuggestion::answered);
    }
    let reviewer = Reviewer { actor: new.actor.as_deref(), note: new.note.as_deref() };
    reviews::append(conn, reviewer, Some(new.action), &row, &next)?;
    change(conn, row, next)
}

/// The columns of a quote after a patch.
fn patched(
    conn: &mut PgConnection,
    row: &QuoteRow,
    text: article_text::Text,
    patch: &QuotePatch,
) -> Result<QuoteColumns> {
    let old = &row.columns;
    let mut next = old.clone();
    if passage::sets_passage(old, patch) {
        next.move_to(&text, patch)?;
    }
    if passage::sets_side(patch) {
        // The spans of an orphaned quote refer to an older text.
        let own_text = if next.body_version == text.version {
            text
        } else {
            article_text::earlier(conn, row.article_id, next.body_version)?
        };
        next.set_sides(&Body::new(&own_text.body), patch)?;
    }
    next.set_plain(patch);
    if patch.speaker_id.is_some() {
        next.speaker_id = references::survivor(conn, next.speaker_id)?;
    }
    next.speaker_status = status_after(old, &next, patch);
    check_status(next.speaker_id, next.speaker_status)?;
    Ok(next)
}

/// Stores the columns of a quote if they differ, and returns it with its new review.
fn change(conn: &mut PgConnection, row: QuoteRow, next: QuoteColumns) -> Result<Quote> {
    if next == row.columns {
        cache::record_changes([Owner::Record(row.article_id)]);
        return complete_one(conn, row);
    }
    merges::record_human_change(conn, &[row.id])?;
    let (old, new) = (row.columns.range(), next.range());
    let row = diesel::update(quotes::table.filter(quotes::id.eq(row.id)))
        .set((next, quotes::version.eq(quotes::version + 1), quotes::updated_at.eq(now)))
        .returning(QuoteRow::as_returning())
        .get_result(conn)?;
    about::refresh_range(conn, row.article_id, Span { start: old.start.min(new.start), end: old.end.max(new.end) })?;
    complete_one(conn, row)
}

/// The speaker status after a patch: the given one, else the default if the patch made the old one wrong, else the old one.
fn status_after(old: &QuoteColumns, next: &QuoteColumns, patch: &QuotePatch) -> SpeakerStatus {
    let default = |columns: &QuoteColumns| default_speaker_status(columns.speaker_id, columns.speaker_label.as_deref());
    let relabelled = next.speaker_label != old.speaker_label && old.speaker_status == default(old);
    match patch.speaker_status {
        Some(status) => status,
        None if next.speaker_id != old.speaker_id || relabelled => default(next),
        None => old.speaker_status,
    }
}

/// Deletes a quote with its reviews.
///
/// # Errors
/// As [`find`], and [`Error::Stale`].
pub fn delete(conn: &mut PgConnection, id: Uuid, expected: &Expected) -> Result<()> {
    let (row, _) = lock(conn, id)?;
    check(expected, row.version)?;
    cache::record_changes([Owner::Record(row.article_id)]);
    tombstones::delete(conn, Resource::Quote, "id", &[id])
}

/// Locks the article of a quote, then the quote.
fn lock(conn: &mut PgConnection, id: Uuid) -> Result<(QuoteRow, article_text::Text)> {
    let article = quotes::table.filter(quotes::id.eq(id)).select(quotes::article_id).first(conn).optional()?;
    let Some(article) = article else {
        return tombstones::missing(conn, Resource::Quote, id);
    };
    let text = article_text::lock(conn, article)?;
    let row =
        quotes::table.filter(quotes::id.eq(id)).select(QuoteRow::as_select()).for_update().first(conn).optional()?;
    match (row, text) {
        (Some(row), Some(text)) => Ok((row, text)),
        // It was deleted while this transaction waited for the lock.
        _ => tombstones::missing(conn, Resource::Quote, id),
    }
}

/// The number of quotes with this speaker.
pub(super) fn count_of_speaker(conn: &mut PgConnection, speaker: Uuid) -> Result<i64> {
    Ok(quotes::table.filter(quotes::speaker_id.eq(speaker)).count().get_result(conn)?)
}

/// Removes a speaker from some of its quotes, and adds a review by `actor` to each. Returns true when no quote is left.
pub(super) fn unlink(conn: &mut PgConnection, speaker: Uuid, actor: Option<&str>, limit: i64) -> Result<bool> {
    let rows: Vec<(Uuid, Uuid, SpeakerStatus, Option<String>)> = quotes::table
        .filter(quotes::speaker_id.eq(speaker))
        .order((quotes::published_desc.desc(), quotes::id.desc()))
        .limit(limit)
        .select((quotes::article_id, quotes::id, quotes::speaker_status, quotes::speaker_label))
        .for_no_key_update()
        .load(conn)?;
    let is_last = rows.len() < usize::try_from(limit).unwrap_or(usize::MAX);
    let mut by_status: HashMap<(SpeakerStatus, SpeakerStatus), Vec<(Uuid, Uuid)>> = HashMap::new();
    for (article, id, was, label) in rows {
        let status = match was {
            SpeakerStatus::Named => default_speaker_status(None, label.as_deref()),
            other => other,
        };
        by_status.entry((was, status)).or_default().push((article, id));
    }
    for ((was, status), quotes) in by_status {
        let ids: Vec<Uuid> = quotes.iter().map(|(_, id)| *id).collect();
        diesel::update(quotes::table.filter(quotes::id.eq_any(&ids)))
            .set((
                quotes::speaker_id.eq(None::<Uuid>),
                quotes::speaker_status.eq(status),
                quotes::version.eq(quotes::version + 1),
                quotes::updated_at.eq(now),
            ))
            .execute(conn)?;
        let about = quote_about::table.filter(quote_about::quote_id.eq_any(&ids));
        diesel::update(about)
            .set((quote_about::speaker_id.eq(None::<Uuid>), quote_about::speaker_status.eq(status)))
            .execute(conn)?;
        reviews::append_unlinked(conn, actor, &quotes, speaker, (was, status))?;
    }
    Ok(is_last)
}

fn complete_one(conn: &mut PgConnection, row: QuoteRow) -> Result<Quote> {
    complete(conn, vec![row])?.pop().ok_or_else(|| Error::Internal("a quote is missing".to_owned()))
}

/// Adds the candidates, the `about` entities and the reviews to rows. Reads no reviews if none of the quotes has any, which is the usual case.
fn complete(conn: &mut PgConnection, rows: Vec<QuoteRow>) -> Result<Vec<Quote>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut about = about::of_quotes(conn, &ids)?;
    let reviewed: Vec<Uuid> = about.iter().filter(|(_, found)| found.is_reviewed).map(|(id, _)| *id).collect();
    let mut reviews = if reviewed.is_empty() { HashMap::new() } else { reviews::of_quotes(conn, &reviewed)? };
    let mut candidates = candidates::of_quotes(conn, &rows)?;
    let quote = |row: QuoteRow| {
        let id = row.id;
        let about = about.remove(&id).map(|found| found.entities);
        let candidates = candidates.remove(&id).unwrap_or_default();
        row.with(candidates, about.unwrap_or_default(), reviews.remove(&id).unwrap_or_default())
    };
    let mut quotes: Vec<Quote> = rows.into_iter().map(quote).collect();
    let suggested = quotes.iter_mut().map(|found| (&mut found.suggestion, found.speaker_id, found.text.as_str()));
    suggestions::follow_merges(conn, suggested)?;
    Ok(quotes)
}

fn complete_page(conn: &mut PgConnection, page: Page<QuoteRow>) -> Result<Page<Quote>> {
    let Page { items, next, total } = page;
    Ok(Page { items: complete(conn, items)?, next, total })
}
