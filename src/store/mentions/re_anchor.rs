//! Re-anchors the mentions of an article whose text was edited.

use crate::domain::Anchor;
use crate::domain::span::Span;
use crate::domain::text::{self, Context, PlaceIndex};
use crate::schema::mentions;
use crate::store::Result;
use crate::store::rows::Rows;
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::sql_types as sql;
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(table_name = mentions, check_for_backend(Pg))]
struct Anchored {
    id: Uuid,
    body_version: i32,
    anchor: Anchor,
    span_start: i32,
    span_end: i32,
    exact: String,
    prefix: String,
    suffix: String,
}

/// Moves the mentions of an article into its new text with one statement. The caller holds the article's row.
pub fn re_anchor_mentions(conn: &mut PgConnection, article: Uuid, version: i32, index: &mut PlaceIndex) -> Result<()> {
    let rows: Vec<Anchored> = mentions::table
        .filter(mentions::article_id.eq(article))
        .order(mentions::id)
        .select(Anchored::as_select())
        .for_no_key_update()
        .load(conn)?;
    let moved: Vec<Anchored> = rows.into_iter().filter_map(|row| re_anchored(row, version, index)).collect();
    Rows::of("mentions")
        .column::<sql::Uuid, _>("id", moved.iter().map(|row| row.id))
        .column::<sql::Integer, _>("body_version", moved.iter().map(|row| row.body_version))
        .column::<sql::Text, _>("anchor", moved.iter().map(|row| row.anchor))
        .column::<sql::Integer, _>("span_start", moved.iter().map(|row| row.span_start))
        .column::<sql::Integer, _>("span_end", moved.iter().map(|row| row.span_end))
        .column::<sql::Text, _>("prefix", moved.iter().map(|row| &row.prefix))
        .column::<sql::Text, _>("suffix", moved.iter().map(|row| &row.suffix))
        .update(conn)
}

/// The mention in the new text; `None` for an orphan that stays one. An orphan keeps its old span and text version.
fn re_anchored(old: Anchored, version: i32, index: &mut PlaceIndex) -> Option<Anchored> {
    let context = Context { prefix: &old.prefix, suffix: &old.suffix };
    let old_span = Span { start: old.span_start, end: old.span_end };
    let (anchor, span) = text::re_anchor(index, &old.exact, old_span, context);
    if anchor == Anchor::Orphaned {
        return (old.anchor != Anchor::Orphaned).then_some(Anchored { anchor, ..old });
    }
    let body = index.body();
    Some(Anchored {
        body_version: version,
        anchor,
        span_start: span.start,
        span_end: span.end,
        prefix: body.prefix(span.start).to_owned(),
        suffix: body.suffix(span.end).to_owned(),
        ..old
    })
}
