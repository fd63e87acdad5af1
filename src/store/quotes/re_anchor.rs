//! Re-anchors the quotes of an article whose text was edited.

use super::row::QuoteColumns;
use super::speakers::{Speakers, are_different};
use crate::domain::anchoring::{self, Context, PlaceIndex, is_quoted};
use crate::domain::quote::{self, MAX_QUOTE};
use crate::domain::span::Span;
use crate::domain::text::{self, Body};
use crate::domain::{Anchor, QuoteKind};
use crate::schema::quotes;
use crate::store::Result;
use crate::store::rows::{self, Changed};
use crate::store::spans::{SpanList, SpanRange};
use crate::store::suggestions::StoredSuggestion;
use diesel::prelude::*;
use uuid::Uuid;

/// How far quotation marks are looked for around a quote, in code points.
const MAX_DISTANCE_OF_MARKS: i32 = 5_000;

/// Re-anchors the quotes of an article in its new text, with one statement. The caller has locked the row of the article.
pub fn re_anchor_quotes(
    conn: &mut PgConnection,
    article: Uuid,
    version: i32,
    index: &mut PlaceIndex,
    speakers: &Speakers,
) -> Result<()> {
    let stored: Vec<(Uuid, QuoteColumns)> = quotes::table
        .filter(quotes::article_id.eq(article))
        .order(quotes::id)
        .select((quotes::id, QuoteColumns::as_select()))
        .for_no_key_update()
        .load(conn)?;
    let moved = stored.into_iter().filter_map(|(id, old)| {
        let next = re_anchored(&old, version, index, speakers)
            .unwrap_or_else(|| QuoteColumns { anchor: Anchor::Orphaned, ..old.clone() });
        (next != old).then_some(Changed { id, columns: next })
    });
    rows::update(conn, "quotes", &moved.collect::<Vec<_>>())
}

/// The quote in the new text. `None` for an orphan, which keeps its old spans and text version.
fn re_anchored(old: &QuoteColumns, version: i32, index: &mut PlaceIndex, speakers: &Speakers) -> Option<QuoteColumns> {
    let parts = text::parts(&old.text, &old.spans.0);
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let context = Context { prefix: &old.prefix, suffix: &old.suffix };
    let (anchor, spans) = anchoring::re_anchor_all(index, &parts, &old.spans.0, context)?;
    let body = index.body();
    let text = body.slice_all(&spans).ok().filter(|text| text.chars().count() <= MAX_QUOTE)?;
    let range = Span { start: spans.first()?.start, end: spans.last()?.end };
    let has_other_context = !index.has_context(range.start, range.end, context);
    if has_other_context && (leaves_quotation_marks(old, body, range) || changes_speaker(old, version, range, speakers))
    {
        return None;
    }
    // The shift of the quote, if all its spans moved by the same number of characters.
    let shifts = || spans.iter().zip(&old.spans.0).map(|(new, old)| new.start - old.start);
    let shift = shifts().next().filter(|first| shifts().all(|shift| shift == *first));
    let (canonical_text, cluster_id) = quote::canonical(&text).unzip();
    Some(QuoteColumns {
        body_version: version,
        anchor,
        text,
        prefix: body.prefix(range.start).to_owned(),
        suffix: body.suffix(range.end).to_owned(),
        speaker_span: side_span(index, old.speaker_span, old.speaker_label.as_deref(), shift),
        cue_span: side_span(index, old.cue_span, old.cue.as_deref(), shift),
        spans: SpanList(spans),
        canonical_text,
        cluster_id,
        suggestion: old.suggestion.as_ref().and_then(StoredSuggestion::unless_open),
        ..old.clone()
    })
}

/// Whether a quote was in quotation marks, and its words at `range` are not: the reporter's own sentence.
fn leaves_quotation_marks(old: &QuoteColumns, body: &Body, range: Span) -> bool {
    let around = |start: i32, end: i32| body.slice(Span { start, end }).unwrap_or_default();
    let length = i32::try_from(body.len()).unwrap_or(i32::MAX);
    old.kind != QuoteKind::Indirect
        && is_quoted(&old.prefix, &old.suffix)
        && !is_quoted(
            around((range.start - MAX_DISTANCE_OF_MARKS).max(0), range.start),
            around(range.end, range.end.saturating_add(MAX_DISTANCE_OF_MARKS).min(length)),
        )
}

/// Whether the new text attributes the words at `range` to somebody else by name.
///
/// The former speaker is the one in the text before this version, else the printed one of the quote.
fn changes_speaker(old: &QuoteColumns, version: i32, range: Span, speakers: &Speakers) -> bool {
    let in_old_text = || speakers.before(old.range()).filter(|_| old.body_version == version - 1);
    let Some(now) = speakers.now(range) else { return false };
    in_old_text().or(old.speaker_label.as_deref()).is_some_and(|before| are_different(before, now))
}

/// The new span of a speaker or a cue: at its old distance from the quote, else its only occurrence, else `None`.
pub fn side_span(
    index: &mut PlaceIndex,
    old: Option<SpanRange>,
    words: Option<&str>,
    shift: Option<i32>,
) -> Option<SpanRange> {
    let (SpanRange(old), words) = (old?, words?);
    let is_printed = |body: &Body, span: &Span| body.slice(*span) == Some(words);
    let shifted = shift.map(|shift| old.moved_to(old.start + shift));
    let stays = shifted.filter(|span| is_printed(index.body(), span));
    stays.or_else(|| index.only_place(words).filter(|span| is_printed(index.body(), span))).map(SpanRange)
}
