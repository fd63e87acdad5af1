//! Re-anchors the quotes of an article whose text was edited.

use super::row::QuoteColumns;
use crate::domain::Anchor;
use crate::domain::text::{self, Context, PlaceIndex};
use crate::schema::quotes;
use crate::store::Result;
use crate::store::rows::{self, Changed};
use crate::store::spans::{SpanList, SpanRange};
use diesel::prelude::*;
use uuid::Uuid;

/// Re-anchors the quotes of an article in its new text, with one statement. The caller has locked the row of the article.
pub fn re_anchor_quotes(conn: &mut PgConnection, article: Uuid, version: i32, index: &mut PlaceIndex) -> Result<()> {
    let stored: Vec<(Uuid, QuoteColumns)> = quotes::table
        .filter(quotes::article_id.eq(article))
        .order(quotes::id)
        .select((quotes::id, QuoteColumns::as_select()))
        .for_no_key_update()
        .load(conn)?;
    let moved = stored.into_iter().filter_map(|(id, old)| {
        let next = re_anchored(&old, version, index);
        (next != old).then_some(Changed { id, columns: next })
    });
    rows::update(conn, "quotes", &moved.collect::<Vec<_>>())
}

/// The quote in the new text. An orphan keeps its old spans and text version.
fn re_anchored(old: &QuoteColumns, version: i32, index: &mut PlaceIndex) -> QuoteColumns {
    let parts = text::parts(&old.text, &old.spans.0);
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let context = Context { prefix: &old.prefix, suffix: &old.suffix };
    let found = text::re_anchor_all(index, &parts, &old.spans.0, context);
    let Some((anchor, spans)) = found.filter(|(_, spans)| !spans.is_empty()) else {
        return QuoteColumns { anchor: Anchor::Orphaned, ..old.clone() };
    };
    // The shift of the quote, if all its spans moved by the same number of characters.
    let shifts = || spans.iter().zip(&old.spans.0).map(|(new, old)| new.start - old.start);
    let shift = shifts().next().filter(|first| shifts().all(|shift| shift == *first));
    let body = index.body();
    QuoteColumns {
        body_version: version,
        anchor,
        prefix: body.prefix(spans[0].start).to_owned(),
        suffix: body.suffix(spans[spans.len() - 1].end).to_owned(),
        speaker_span: side_span(index, old.speaker_span, old.speaker_label.as_deref(), shift),
        cue_span: side_span(index, old.cue_span, old.cue.as_deref(), shift),
        spans: SpanList(spans),
        ..old.clone()
    }
}

/// The new span of a speaker or a cue: at its old distance from the quote, else its only occurrence, else `None`.
pub fn side_span(
    index: &mut PlaceIndex,
    old: Option<SpanRange>,
    words: Option<&str>,
    shift: Option<i32>,
) -> Option<SpanRange> {
    let (SpanRange(old), words) = (old?, words?);
    let shifted = shift.map(|shift| old.moved_to(old.start + shift));
    let stays = shifted.filter(|span| index.body().slice(*span) == Some(words));
    stays.or_else(|| index.only_place(words)).map(SpanRange)
}
