//! Reviews of quotes: an append-only log of human changes.

use super::row::{QuoteColumns, QuoteRow};
use crate::domain::quote::Review;
use crate::domain::span::Span;
use crate::domain::{ReviewAction, SpeakerStatus, new_id};
use crate::schema::reviews;
use crate::store::grouped::grouped;
use crate::store::rows;
use crate::store::{Error, Result};
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
    before: Value,
    after: Value,
}

/// The reviews of these quotes, oldest first.
pub fn of_quotes(conn: &mut PgConnection, quotes: &[Uuid]) -> Result<HashMap<Uuid, Vec<Review>>> {
    let rows: Vec<ReviewRow> = reviews::table
        .filter(reviews::quote_id.eq_any(quotes))
        .order((reviews::quote_id, reviews::at, reviews::id))
        .select(ReviewRow::as_select())
        .load(conn)?;
    let review = |ReviewRow { id, quote_id, actor, action, before: from, after: to, note, at }| {
        (quote_id, Review { id, actor, action, from, to, note, at })
    };
    Ok(grouped(rows.into_iter().map(review)))
}

/// Appends a review with the members that a PATCH by `actor` changes.
pub fn append_change(conn: &mut PgConnection, actor: Option<&str>, old: &QuoteRow, next: &QuoteColumns) -> Result<()> {
    let (mut before, mut after) = (reviewed_members(&old.columns)?, reviewed_members(next)?);
    before.retain(|member, value| after.get(member) != Some(value));
    after.retain(|member, _| before.contains_key(member));
    let is_of_speaker = |member: &String| member.starts_with("speaker_");
    let action = if after.keys().any(is_of_speaker) { ReviewAction::Reattribute } else { ReviewAction::Edit };
    let review = InsertedReview {
        id: new_id(),
        article_id: old.article_id,
        quote_id: old.id,
        actor,
        action,
        before: Value::Object(before),
        after: Value::Object(after),
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
        before: before.clone(),
        after: after.clone(),
    };
    rows::insert(conn, "reviews", &quotes.iter().map(review).collect::<Vec<_>>())
}

/// The members of a quote that a review records, as JSON, without derived members.
fn reviewed_members(columns: &QuoteColumns) -> Result<Map<String, Value>> {
    let span = |span: Span| json!({ "start": span.start, "end": span.end });
    let members = serde_json::to_value(columns).map_err(|error| Error::Internal(error.to_string()))?;
    let Value::Object(mut members) = members else { return Ok(Map::new()) };
    for derived in ["prefix", "suffix", "canonical_text", "cluster_id"] {
        members.shift_remove(derived);
    }
    members["spans"] = columns.spans.0.iter().copied().map(span).collect();
    members["speaker_span"] = json!(columns.speaker_span.map(|range| span(range.0)));
    members["cue_span"] = json!(columns.cue_span.map(|range| span(range.0)));
    Ok(members)
}
