//! What becomes of quotes when their article's text changes.

use super::row::Columns;
use crate::domain::Anchor;
use crate::domain::text::{self, Body, Context};
use crate::schema::quotes;
use crate::store::Result;
use crate::store::spans::{SpanList, SpanRange};
use diesel::dsl::now;
use diesel::prelude::*;
use uuid::Uuid;

/// Follows the quotes of an article into its new text. The caller holds the article's row.
pub fn follow_quotes(conn: &mut PgConnection, article: Uuid, version: i32, body: &Body) -> Result<()> {
    let rows: Vec<(Uuid, Columns)> = quotes::table
        .filter(quotes::article_id.eq(article))
        .order(quotes::id)
        .select((quotes::id, Columns::as_select()))
        .for_no_key_update()
        .load(conn)?;
    for (id, old) in rows {
        let next = followed(&old, version, body);
        if next == old {
            continue;
        }
        diesel::update(quotes::table.find(id))
            .set((next, quotes::version.eq(quotes::version + 1), quotes::updated_at.eq(now)))
            .execute(conn)?;
    }
    Ok(())
}

/// The quote in the new text. An orphan keeps its old places, and the version of the text in which they are some.
fn followed(old: &Columns, version: i32, body: &Body) -> Columns {
    let parts = text::parts(&old.text, &old.spans.0);
    let context = Context { prefix: &old.prefix, suffix: &old.suffix };
    let Some((anchor, spans)) = text::follow_all(body, &parts, &old.spans.0, context) else {
        return Columns { anchor: Anchor::Orphaned, ..old.clone() };
    };
    let (Some(first), Some(last)) = (spans.first(), spans.last()) else {
        return Columns { anchor: Anchor::Orphaned, ..old.clone() };
    };
    let shifts = || spans.iter().zip(&old.spans.0).map(|(new, old)| new.start - old.start);
    let shift = shifts().next().filter(|first| shifts().all(|shift| shift == *first));
    Columns {
        body_version: version,
        anchor,
        prefix: body.prefix(first.start).to_owned(),
        suffix: body.suffix(last.end).to_owned(),
        speaker_span: side_place(body, old.speaker_span, old.speaker_label.as_deref(), shift),
        cue_span: side_place(body, old.cue_span, old.cue.as_deref(), shift),
        spans: SpanList(spans),
        ..old.clone()
    }
}

/// Where the words beside a quote stand now: as far from it as before, else in one place only, else nowhere.
pub fn side_place(body: &Body, old: Option<SpanRange>, words: Option<&str>, shift: Option<i32>) -> Option<SpanRange> {
    let (SpanRange(old), words) = (old?, words?);
    let shifted = shift.map(|shift| old.moved_to(old.start + shift));
    if let Some(span) = shifted.filter(|span| body.slice(*span) == Some(words)) {
        return Some(SpanRange(span));
    }
    match body.find(words, 2)[..] {
        [only] => Some(SpanRange(only)),
        _ => None,
    }
}
