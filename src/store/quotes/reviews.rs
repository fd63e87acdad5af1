//! Reviews of quotes: an append-only log of what people decided.

use super::row::{QuoteColumns, QuoteRow};
use crate::domain::page::{Key, Page, PageRequest, Position};
use crate::domain::review::Review;
use crate::domain::span::Span;
use crate::domain::{ReviewAction, SpeakerStatus, new_id};
use crate::schema::reviews;
use crate::store::grouped::grouped;
use crate::store::rows;
use crate::store::sql::{count, keyset};
use crate::store::{Error, Result, tombstones};
use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use uuid::Uuid;

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = reviews, check_for_backend(Pg))]
struct ReviewRow {
    id: Uuid,
    quote_id: Uuid,
    actor: Option<String>,
    action: ReviewAction,
    before: Option<Value>,
    after: Option<Value>,
    note: Option<String>,
    at: DateTime<Utc>,
}

#[derive(Debug, Serialize)]
struct InsertedReview<'a> {
    id: Uuid,
    article_id: Uuid,
    quote_id: Uuid,
    actor: Option<&'a str>,
    action: ReviewAction,
    before: Option<Value>,
    after: Option<Value>,
    note: Option<&'a str>,
}

/// The reviews of these quotes, oldest first.
pub fn of_quotes(conn: &mut PgConnection, quotes: &[Uuid]) -> Result<HashMap<Uuid, Vec<Review>>> {
    let rows: Vec<ReviewRow> = reviews::table
        .filter(reviews::quote_id.eq_any(quotes))
        .order((reviews::quote_id, reviews::at, reviews::id))
        .select(ReviewRow::as_select())
        .load(conn)?;
    Ok(grouped(rows.into_iter().map(|row| (row.quote_id, row.into()))))
}

/// One page of the reviews of a quote, oldest first.
///
/// # Errors
/// [`Error::NotFound`] or [`Error::Gone`] for the quote.
pub fn list(conn: &mut PgConnection, quote: Uuid, request: &PageRequest) -> Result<Page<Review>> {
    let of_quote = || reviews::table.filter(reviews::quote_id.eq(quote));
    let total = count::total(conn, request.count, || of_quote().select(reviews::id))?;
    let mut query = of_quote().into_boxed().order((reviews::at, reviews::id)).limit(request.limit + 1);
    if let Some(at) = &request.after {
        let time = keyset::time_key(at, keyset::NEG_INFINITY)?;
        query = query.filter(keyset::after("reviews.at", "reviews.id", ">", time, at.id));
    }
    let rows: Vec<ReviewRow> = query.select(ReviewRow::as_select()).load(conn)?;
    if rows.is_empty() {
        tombstones::one(super::find_all(conn, &[quote])?)?;
    }
    let items = rows.into_iter().map(Review::from).collect();
    let position = |review: &Review| Position { key: Key::Time(Some(review.at)), id: review.id };
    Ok(Page::from_rows(items, request.limit, total, position))
}

impl From<ReviewRow> for Review {
    fn from(row: ReviewRow) -> Self {
        let ReviewRow { id, actor, action, before: from, after: to, note, at, .. } = row;
        Self { id, actor, action, from, to, note, at }
    }
}

/// Who adds a review, and why.
#[derive(Debug, Clone, Copy)]
pub struct Reviewer<'a> {
    pub actor: Option<&'a str>,
    pub note: Option<&'a str>,
}

/// Appends a review with the members in which `next` differs. Without an action, it is that of a PATCH.
pub fn append(
    conn: &mut PgConnection,
    reviewer: Reviewer,
    action: Option<ReviewAction>,
    old: &QuoteRow,
    next: &QuoteColumns,
) -> Result<()> {
    let (mut before, mut after) = (reviewed_members(&old.columns)?, reviewed_members(next)?);
    before.retain(|member, value| after.get(member) != Some(value));
    after.retain(|member, _| before.contains_key(member));
    let is_of_speaker = |member: &String| member.starts_with("speaker_");
    let of_patch = || if after.keys().any(is_of_speaker) { ReviewAction::Reattribute } else { ReviewAction::Edit };
    let action = action.unwrap_or_else(of_patch);
    let changed = |members: Map<String, Value>| (!members.is_empty()).then_some(Value::Object(members));
    let review = InsertedReview {
        id: new_id(),
        article_id: old.article_id,
        quote_id: old.id,
        actor: reviewer.actor,
        action,
        before: changed(before),
        after: changed(after),
        note: reviewer.note,
    };
    rows::insert(conn, "reviews", &[review])
}

/// Appends a review to each of these quotes, given as (article, quote), that its speaker was removed.
pub fn append_unlinked(
    conn: &mut PgConnection,
    actor: Option<&str>,
    quotes: &[(Uuid, Uuid)],
    speaker: Uuid,
    (was, status): (SpeakerStatus, SpeakerStatus),
) -> Result<()> {
    let (mut before, mut after) = (json!({ "speaker_id": speaker }), json!({ "speaker_id": null }));
    if was != status {
        before["speaker_status"] = json!(was);
        after["speaker_status"] = json!(status);
    }
    let review = |(article_id, quote_id): &(Uuid, Uuid)| InsertedReview {
        id: new_id(),
        article_id: *article_id,
        quote_id: *quote_id,
        actor,
        action: ReviewAction::Reattribute,
        before: Some(before.clone()),
        after: Some(after.clone()),
        note: None,
    };
    rows::insert(conn, "reviews", &quotes.iter().map(review).collect::<Vec<_>>())
}

/// The members of a quote that a review records, as JSON, without derived members and suggestions.
fn reviewed_members(columns: &QuoteColumns) -> Result<Map<String, Value>> {
    let span = |span: Span| json!({ "start": span.start, "end": span.end });
    let members = serde_json::to_value(columns).map_err(|error| Error::Internal(error.to_string()))?;
    let Value::Object(mut members) = members else { return Ok(Map::new()) };
    for derived in ["prefix", "suffix", "canonical_text", "cluster_id", "suggestion"] {
        members.shift_remove(derived);
    }
    members["spans"] = columns.spans.0.iter().copied().map(span).collect();
    members["speaker_span"] = json!(columns.speaker_span.map(|range| span(range.0)));
    members["cue_span"] = json!(columns.cue_span.map(|range| span(range.0)));
    Ok(members)
}
