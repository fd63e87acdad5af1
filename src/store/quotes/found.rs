//! Quotes that the extractor found, beside those that are stored.

use super::row::{Columns, InsertedQuote, QuoteRow};
use crate::annotate::FoundQuote;
use crate::domain::quote::{self, MAX_SPANS};
use crate::domain::span::{self, Span};
use crate::domain::{Anchor, Origin, QuoteStatus, SpeakerStatus, new_id};
use crate::schema::{quotes, reviews};
use crate::store::Result;
use crate::store::annotations::{EXTRACTOR, Found, confidence, out_of_text};
use crate::store::grouped::grouped;
use crate::store::ids::planned_once;
use crate::store::rows::Rows;
use crate::store::spans::SpanList;
use diesel::dsl::now;
use diesel::prelude::*;
use diesel::sql_types as sql;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Stores the quotes that were found in some articles: those of a machine that are found again keep their ids, its others
/// go, and what a human made or touched stays, also where something else was found at its place.
pub fn store_found(conn: &mut PgConnection, all: &[Found]) -> Result<()> {
    let ids: Vec<Uuid> = all.iter().map(|found| found.article).collect();
    let rows = quotes::table
        .filter(quotes::article_id.eq_any(planned_once(&ids)))
        .select(QuoteRow::as_select())
        .for_update()
        .load(conn)?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let reviewed: HashSet<Uuid> = match ids.is_empty() {
        true => HashSet::new(),
        false => {
            let reviews = reviews::table.filter(reviews::quote_id.eq_any(ids)).select(reviews::quote_id);
            reviews.load::<Uuid>(conn)?.into_iter().collect()
        }
    };
    let mut stored = grouped(rows.into_iter().map(|row| (row.article_id, row)));
    let (mut fresh, mut outdated) = (Vec::new(), Vec::new());
    for found in all {
        let rows = stored.remove(&found.article).unwrap_or_default();
        compare(conn, found, rows, &reviewed, &mut fresh, &mut outdated)?;
    }
    if !outdated.is_empty() {
        diesel::delete(quotes::table.filter(quotes::id.eq_any(outdated))).execute(conn)?;
    }
    insert(conn, &fresh)
}

/// What of an article's quotes is to be inserted and what is to go; what is otherwise by now is changed.
fn compare(
    conn: &mut PgConnection,
    found: &Found,
    rows: Vec<QuoteRow>,
    reviewed: &HashSet<Uuid>,
    fresh: &mut Vec<InsertedQuote>,
    outdated: &mut Vec<Uuid>,
) -> Result<()> {
    let is_locked = |row: &QuoteRow| {
        row.origin == Origin::Human || row.columns.status != QuoteStatus::Machine || reviewed.contains(&row.id)
    };
    let (locked, machine): (Vec<_>, Vec<_>) = rows.into_iter().partition(is_locked);
    let taken = |columns: &Columns| {
        locked.iter().any(|row| row.columns.body_version == found.body_version && overlap(&row.columns, columns))
    };
    let mut before: HashMap<(i32, Vec<Span>), QuoteRow> = HashMap::new();
    for row in machine {
        let place = (row.columns.body_version, row.columns.spans.0.clone());
        outdated.extend(before.insert(place, row).map(|twin| twin.id));
    }
    for quote in &found.annotation.quotes {
        let Some(columns) = columns(found, quote)?.filter(|columns| !taken(columns)) else { continue };
        match before.remove(&(columns.body_version, columns.spans.0.clone())) {
            None => fresh.push(InsertedQuote {
                id: new_id(),
                article_id: found.article,
                origin: Origin::Machine,
                extractor: Some(EXTRACTOR),
                columns,
            }),
            Some(row) => {
                let columns = Columns { anchor: row.columns.anchor, said_on: row.columns.said_on, ..columns };
                if row.columns != (Columns { confidence: row.columns.confidence, ..columns.clone() }) {
                    update(conn, row.id, columns)?;
                }
            }
        }
    }
    outdated.extend(before.into_values().map(|row| row.id));
    Ok(())
}

fn insert(conn: &mut PgConnection, fresh: &[InsertedQuote]) -> Result<()> {
    let columns = || fresh.iter().map(|row| &row.columns);
    let bounds = |spans: &SpanList| spans.0.iter().flat_map(|span| [span.start, span.end]).collect();
    Rows::of("quotes")
        .column::<sql::Uuid, _>("id", fresh.iter().map(|row| row.id))
        .column::<sql::Uuid, _>("article_id", fresh.iter().map(|row| row.article_id))
        .column::<sql::Text, _>("origin", fresh.iter().map(|row| row.origin))
        .column::<sql::Nullable<sql::Text>, _>("extractor", fresh.iter().map(|row| row.extractor))
        .column::<sql::Integer, _>("body_version", columns().map(|row| row.body_version))
        .column::<sql::Text, _>("anchor", columns().map(|row| row.anchor))
        .column::<sql::Text, _>("text", columns().map(|row| &row.text))
        .arrays("spans", "::integer[]", columns().map(|row| bounds(&row.spans)))
        .column::<sql::Text, _>("prefix", columns().map(|row| &row.prefix))
        .column::<sql::Text, _>("suffix", columns().map(|row| &row.suffix))
        .column::<sql::Text, _>("kind", columns().map(|row| row.kind))
        .column::<sql::Nullable<sql::Uuid>, _>("speaker_id", columns().map(|row| row.speaker_id))
        .column::<sql::Nullable<sql::Text>, _>("speaker_label", columns().map(|row| row.speaker_label.as_ref()))
        .column::<sql::Nullable<sql::Range<sql::Integer>>, _>("speaker_span", columns().map(|row| row.speaker_span))
        .column::<sql::Text, _>("speaker_status", columns().map(|row| row.speaker_status))
        .column::<sql::Nullable<sql::Text>, _>("cue", columns().map(|row| row.cue.as_ref()))
        .column::<sql::Nullable<sql::Range<sql::Integer>>, _>("cue_span", columns().map(|row| row.cue_span))
        .column::<sql::Nullable<sql::Text>, _>("cue_lemma", columns().map(|row| row.cue_lemma.as_ref()))
        .column::<sql::Nullable<sql::Date>, _>("said_on", columns().map(|row| row.said_on))
        .column::<sql::Text, _>("status", columns().map(|row| row.status))
        .column::<sql::Double, _>("confidence", columns().map(|row| row.confidence))
        .column::<sql::Nullable<sql::Text>, _>("canonical_text", columns().map(|row| row.canonical_text.as_ref()))
        .column::<sql::Nullable<sql::Uuid>, _>("cluster_id", columns().map(|row| row.cluster_id))
        .insert(conn)
}

fn overlap(one: &Columns, other: &Columns) -> bool {
    one.spans.0.iter().any(|one| other.spans.0.iter().any(|other| one.start < other.end && other.start < one.end))
}

fn update(conn: &mut PgConnection, id: Uuid, columns: Columns) -> Result<()> {
    diesel::update(quotes::table.find(id))
        .set((columns, quotes::version.eq(quotes::version + 1), quotes::updated_at.eq(now)))
        .execute(conn)?;
    Ok(())
}

/// The quote as it is stored; `None` for one in more pieces than a quote has.
fn columns(found: &Found, quote: &FoundQuote) -> Result<Option<Columns>> {
    let spans: Vec<Span> = quote.spans.iter().copied().map(Into::into).collect();
    let (Some(first), Some(last)) = (spans.first().copied(), spans.last().copied()) else { return Ok(None) };
    if spans.len() > MAX_SPANS {
        return Ok(None);
    }
    let text = span::slice(&found.body, &spans).map_err(|_| out_of_text())?;
    let side = |span: Option<crate::annotate::Span>, longest| {
        let span = span.map(Span::from);
        let words = span.and_then(|span| found.slice(span, longest));
        (span.filter(|_| words.is_some()).map(Into::into), words)
    };
    let (speaker_span, speaker_label) = side(quote.speaker_span, 500);
    let (cue_span, cue) = side(quote.cue_span, 200);
    let linked = found.entity(quote.speaker).and_then(|entity| entity.id);
    let (speaker_id, speaker_status) = speaker(linked, quote.speaker_status, speaker_label.is_some());
    let (canonical_text, cluster_id) = quote::canonical(&text).unzip();
    Ok(Some(Columns {
        body_version: found.body_version,
        anchor: Anchor::Exact,
        text,
        prefix: found.body.prefix(first.start).to_owned(),
        suffix: found.body.suffix(last.end).to_owned(),
        spans: SpanList(spans),
        kind: quote.kind,
        speaker_id,
        speaker_label,
        speaker_span,
        speaker_status,
        cue,
        cue_span,
        cue_lemma: quote.cue_lemma.clone().filter(|lemma| (1..=200).contains(&lemma.chars().count())),
        said_on: None,
        status: QuoteStatus::Machine,
        confidence: confidence(quote.confidence),
        canonical_text,
        cluster_id,
    }))
}

/// A named speaker is a stored entity; who asked not to be named is none.
fn speaker(linked: Option<Uuid>, status: SpeakerStatus, labelled: bool) -> (Option<Uuid>, SpeakerStatus) {
    match (linked, status) {
        (Some(id), SpeakerStatus::Named | SpeakerStatus::Unresolved) => (Some(id), SpeakerStatus::Named),
        (Some(id), SpeakerStatus::Collective) => (Some(id), SpeakerStatus::Collective),
        (None, SpeakerStatus::Named) if labelled => (None, SpeakerStatus::Unresolved),
        (None, SpeakerStatus::Named) => (None, SpeakerStatus::Unattributed),
        (_, other) => (None, other),
    }
}
