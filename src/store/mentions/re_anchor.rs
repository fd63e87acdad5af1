//! Re-anchors the mentions of an article whose text was edited.

use super::row::MentionColumns;
use crate::domain::Anchor;
use crate::domain::anchoring::{self, Context, PlaceIndex};
use crate::domain::mention::MAX_MENTION;
use crate::schema::mentions;
use crate::store::Result;
use crate::store::rows::{self, Changed};
use crate::store::suggestions::StoredSuggestion;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use uuid::Uuid;

/// Re-anchors the mentions of an article in its new text, with one statement. The caller has locked the row of the article.
pub fn re_anchor_mentions(conn: &mut PgConnection, article: Uuid, version: i32, index: &mut PlaceIndex) -> Result<()> {
    let stored: Vec<(Uuid, MentionColumns)> = mentions::table
        .filter(mentions::article_id.eq(article))
        .order(mentions::id)
        .select((mentions::id, MentionColumns::as_select()))
        .for_no_key_update()
        .load(conn)?;
    let moved = stored.into_iter().filter_map(|(id, old)| {
        let next = re_anchored(&old, version, index);
        (next != old).then_some(Changed { id, columns: next })
    });
    rows::update(conn, "mentions", &moved.collect::<Vec<_>>())
}

/// The mention in the new text. An orphan keeps its old span and text version.
fn re_anchored(old: &MentionColumns, version: i32, index: &mut PlaceIndex) -> MentionColumns {
    let context = Context { prefix: &old.prefix, suffix: &old.suffix };
    let (anchor, span) = anchoring::re_anchor(index, &old.exact, old.span(), context);
    let body = index.body();
    let exact = body.slice(span).filter(|_| span.len() <= MAX_MENTION);
    let (Anchor::Exact | Anchor::Moved, Some(exact)) = (anchor, exact) else {
        return MentionColumns { anchor: Anchor::Orphaned, ..old.clone() };
    };
    MentionColumns {
        body_version: version,
        anchor,
        span_start: span.start,
        span_end: span.end,
        exact: exact.to_owned(),
        prefix: body.prefix(span.start).to_owned(),
        suffix: body.suffix(span.end).to_owned(),
        suggestion: old.suggestion.as_ref().and_then(StoredSuggestion::unless_open),
        ..old.clone()
    }
}
