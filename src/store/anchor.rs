//! The text that spans belong to, and what becomes of them when it changes.

use super::quotes::follow_quotes;
use super::{Result, about};
use crate::domain::Anchor;
use crate::domain::span::Span;
use crate::domain::text::{self, Body, Context};
use crate::schema::{article_versions, articles, mentions};
use diesel::dsl::now;
use diesel::prelude::*;
use uuid::Uuid;

/// One text of an article.
pub struct Text {
    pub version: i32,
    pub body: String,
}

/// The present text of an article, whose row stays locked to the end of the transaction; `None` without that article.
///
/// Stronger than what a check of a slice needs (`FOR SHARE`): what is derived per article is made by one writer at a time.
pub fn lock(conn: &mut PgConnection, article: Uuid) -> Result<Option<Text>> {
    let row: Option<(i32, String)> = articles::table
        .find(article)
        .select((articles::body_version, articles::body))
        .for_no_key_update()
        .first(conn)
        .optional()?;
    Ok(row.map(|(version, body)| Text { version, body }))
}

/// An earlier text of an article.
pub fn earlier(conn: &mut PgConnection, article: Uuid, version: i32) -> Result<Text> {
    let body = article_versions::table.find((article, version)).select(article_versions::body).first(conn)?;
    Ok(Text { version, body })
}

/// Follows the mentions and quotes of an article into its new text. The caller holds the article's row.
pub fn follow(conn: &mut PgConnection, article: Uuid, text: &Text) -> Result<()> {
    let body = Body::new(&text.body);
    follow_mentions(conn, article, text.version, &body)?;
    follow_quotes(conn, article, text.version, &body)?;
    // A mention and a quote that were followed into different texts no longer lie in each other.
    about::refresh(conn, &[article])
}

fn follow_mentions(conn: &mut PgConnection, article: Uuid, version: i32, body: &Body) -> Result<()> {
    let rows: Vec<(Uuid, Anchor, i32, i32, String, String, String)> = mentions::table
        .filter(mentions::article_id.eq(article))
        .order(mentions::id)
        .select((
            mentions::id,
            mentions::anchor,
            mentions::span_start,
            mentions::span_end,
            mentions::exact,
            mentions::prefix,
            mentions::suffix,
        ))
        .for_no_key_update()
        .load(conn)?;
    for (id, was, start, end, exact, prefix, suffix) in rows {
        let context = Context { prefix: &prefix, suffix: &suffix };
        let (anchor, span) = text::follow(body, &exact, Span { start, end }, context);
        if (was, anchor) == (Anchor::Orphaned, Anchor::Orphaned) {
            continue;
        }
        // An orphan keeps its old place, and the version of the text in which that is one.
        let place = (anchor != Anchor::Orphaned).then(|| {
            (
                mentions::body_version.eq(version),
                mentions::span_start.eq(span.start),
                mentions::span_end.eq(span.end),
                mentions::prefix.eq(body.prefix(span.start)),
                mentions::suffix.eq(body.suffix(span.end)),
            )
        });
        diesel::update(mentions::table.find(id))
            .set((
                mentions::version.eq(mentions::version + 1),
                mentions::updated_at.eq(now),
                mentions::anchor.eq(anchor),
                place,
            ))
            .execute(conn)?;
    }
    Ok(())
}
