//! Reviews of mentions: an append-only log of what people decided.

use super::row::MentionRow;
use crate::domain::mention::{Mention, NewMentionReview};
use crate::domain::page::{Key, Page, PageRequest, Position};
use crate::domain::review::Review;
use crate::domain::{MentionStatus, ReviewAction, new_id};
use crate::schema::mention_reviews as reviews;
use crate::store::grouped::grouped;
use crate::store::rows;
use crate::store::sql::{count, keyset};
use crate::store::{Result, suggestions, tombstones};
use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::HashMap;
use uuid::Uuid;

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = reviews, check_for_backend(Pg))]
struct ReviewRow {
    id: Uuid,
    mention_id: Uuid,
    actor: Option<String>,
    action: ReviewAction,
    before: Option<Value>,
    after: Option<Value>,
    note: Option<String>,
    at: DateTime<Utc>,
}

impl From<ReviewRow> for Review {
    fn from(row: ReviewRow) -> Self {
        let ReviewRow { id, actor, action, before: from, after: to, note, at, .. } = row;
        Self { id, actor, action, from, to, note, at }
    }
}

/// Adds the reviews to rows. Reads none if no mention is locked, which is the usual case.
pub(in crate::store) fn complete(conn: &mut PgConnection, rows: Vec<MentionRow>) -> Result<Vec<Mention>> {
    let ids: Vec<Uuid> = rows.iter().filter(|row| row.is_locked()).map(|row| row.id).collect();
    let mut found: HashMap<Uuid, Vec<Review>> = HashMap::new();
    if !ids.is_empty() {
        let loaded: Vec<ReviewRow> = reviews::table
            .filter(reviews::mention_id.eq_any(ids))
            .order((reviews::mention_id, reviews::at, reviews::id))
            .select(ReviewRow::as_select())
            .load(conn)?;
        found = grouped(loaded.into_iter().map(|row| (row.mention_id, row.into())));
    }
    let mention = |row: MentionRow| {
        let reviews = found.remove(&row.id).unwrap_or_default();
        row.with(reviews)
    };
    let mut mentions: Vec<Mention> = rows.into_iter().map(mention).collect();
    let suggested = mentions.iter_mut().map(|found| (&mut found.suggestion, found.entity_id, found.exact.as_str()));
    suggestions::follow_merges(conn, suggested)?;
    Ok(mentions)
}

/// Like [`complete`], for a page.
pub(in crate::store) fn complete_page(conn: &mut PgConnection, page: Page<MentionRow>) -> Result<Page<Mention>> {
    let Page { items, next, total } = page;
    Ok(Page { items: complete(conn, items)?, next, total })
}

/// One page of the reviews of a mention, oldest first.
///
/// # Errors
/// [`Error::NotFound`](crate::store::Error::NotFound) or [`Error::Gone`](crate::store::Error::Gone) for the mention.
pub fn list(conn: &mut PgConnection, mention: Uuid, request: &PageRequest) -> Result<Page<Review>> {
    let of_mention = || reviews::table.filter(reviews::mention_id.eq(mention));
    let total = count::total(conn, request.count, || of_mention().select(reviews::id))?;
    let mut query = of_mention().into_boxed().order((reviews::at, reviews::id)).limit(request.limit + 1);
    if let Some(at) = &request.after {
        let time = keyset::time_key(at, keyset::NEG_INFINITY)?;
        query = query.filter(keyset::after("mention_reviews.at", "mention_reviews.id", ">", time, at.id));
    }
    let rows: Vec<ReviewRow> = query.select(ReviewRow::as_select()).load(conn)?;
    if rows.is_empty() {
        tombstones::one(super::find_all(conn, &[mention])?)?;
    }
    let items = rows.into_iter().map(Review::from).collect();
    let position = |review: &Review| Position { key: Key::Time(Some(review.at)), id: review.id };
    Ok(Page::from_rows(items, request.limit, total, position))
}

#[derive(Debug, Serialize)]
struct InsertedReview<'a> {
    id: Uuid,
    article_id: Uuid,
    mention_id: Uuid,
    actor: Option<&'a str>,
    action: ReviewAction,
    before: Option<Value>,
    after: Option<Value>,
    note: Option<&'a str>,
}

/// Appends a review that gives a mention an entity and a status.
pub(in crate::store) fn append(
    conn: &mut PgConnection,
    new: &NewMentionReview,
    old: &MentionRow,
    (entity, status): (Option<Uuid>, MentionStatus),
) -> Result<()> {
    let (mut before, mut after) = (json!({}), json!({}));
    if old.columns.entity_id != entity {
        (before["entity_id"], after["entity_id"]) = (json!(old.columns.entity_id), json!(entity));
    }
    if old.columns.status != status {
        (before["status"], after["status"]) = (json!(old.columns.status), json!(status));
    }
    let changed = |members: Value| members.as_object().is_some_and(|all| !all.is_empty()).then_some(members);
    let review = InsertedReview {
        id: new_id(),
        article_id: old.article_id,
        mention_id: old.id,
        actor: new.actor.as_deref(),
        action: new.action,
        before: changed(before),
        after: changed(after),
        note: new.note.as_deref(),
    };
    rows::insert(conn, "mention_reviews", &[review])
}
