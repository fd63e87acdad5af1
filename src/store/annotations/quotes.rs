//! Stores the quotes extracted from articles.

use super::{Extracted, out_of_text};
use crate::annotate::FoundQuote;
use crate::annotate::extraction::{EXTRACTOR, rounded_confidence};
use crate::domain::quote;
use crate::domain::span::{Cover, Span};
use crate::domain::suggestion::Suggestion;
use crate::domain::{Anchor, Origin, QuoteStatus, SpeakerStatus, new_id};
use crate::schema::{claim_reviews, quotes, reviews};
use crate::store::grouped::grouped;
use crate::store::quotes::row::{InsertedQuote, QuoteColumns, QuoteRow};
use crate::store::rows::{self, Changed};
use crate::store::spans::SpanList;
use crate::store::{Resource, Result, suggestions, tombstones};
use chrono::{SubsecRound, Utc};
use diesel::prelude::*;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Stores the quotes found in articles.
///
/// Machine quotes that are found again keep their ids. Other machine quotes are deleted. Quotes that a human created or changed,
/// and quotes with claim reviews, stay. Found quotes that overlap them are not stored, but suggested if they have another speaker or
/// other words.
pub fn store(conn: &mut PgConnection, all: &[Extracted]) -> Result<()> {
    let ids: Vec<Uuid> = all.iter().map(|found| found.article).collect();
    let present =
        quotes::table.filter(quotes::article_id.eq_any(&ids)).select(QuoteRow::as_select()).for_update().load(conn)?;
    let ids: Vec<Uuid> = present.iter().map(|row| row.id).collect();
    let reviewed: HashSet<Uuid> = match ids.is_empty() {
        true => HashSet::new(),
        false => {
            let reviews = reviews::table.filter(reviews::quote_id.eq_any(&ids)).select(reviews::quote_id);
            let checks = claim_reviews::table.filter(claim_reviews::quote_id.eq_any(&ids));
            reviews.union_all(checks.select(claim_reviews::quote_id)).load::<Uuid>(conn)?.into_iter().collect()
        }
    };
    let mut stored = grouped(present.into_iter().map(|row| (row.article_id, row)));
    let mut diff = QuoteDiff::default();
    for found in all {
        diff.add(found, stored.remove(&found.article).unwrap_or_default(), &reviewed)?;
    }
    if !diff.outdated.is_empty() {
        tombstones::delete(conn, Resource::Quote, "id", &diff.outdated)?;
    }
    rows::update(conn, "quotes", &diff.changed)?;
    rows::insert_below_articles(conn, "quotes", &diff.fresh)
}

/// The difference between the stored quotes and the found ones.
#[derive(Default)]
struct QuoteDiff {
    fresh: Vec<InsertedQuote<'static>>,
    changed: Vec<Changed<QuoteColumns>>,
    outdated: Vec<Uuid>,
}

impl QuoteDiff {
    /// Compares the quotes found in an article with its stored ones.
    fn add(&mut self, found: &Extracted, rows: Vec<QuoteRow>, reviewed: &HashSet<Uuid>) -> Result<()> {
        let is_locked = |row: &QuoteRow| {
            row.origin == Origin::Human || row.columns.status != QuoteStatus::Machine || reviewed.contains(&row.id)
        };
        let (locked, machine): (Vec<_>, Vec<_>) = rows.into_iter().partition(is_locked);
        let locked: Vec<_> = locked.into_iter().filter(|row| row.columns.body_version == found.body_version).collect();
        let occupied = Cover::new(locked.iter().flat_map(|row| &row.columns.spans.0).copied());
        let mut kept_out = Vec::new();
        let mut known: HashMap<(i32, Vec<Span>), QuoteRow> = HashMap::new();
        for row in machine {
            let duplicate = known.insert((row.columns.body_version, row.columns.spans.0.clone()), row);
            self.outdated.extend(duplicate.map(|row| row.id));
        }
        for quote in &found.annotation.quotes {
            let is_free = |columns: &QuoteColumns| !columns.spans.0.iter().any(|span| occupied.overlaps(*span));
            let Some(columns) = columns(found, quote)? else { continue };
            if !is_free(&columns) {
                kept_out.push(columns);
                continue;
            }
            match known.remove(&(columns.body_version, columns.spans.0.clone())) {
                None => self.fresh.push(InsertedQuote {
                    id: new_id(),
                    article_id: found.article,
                    origin: Origin::Machine,
                    extractor: Some(EXTRACTOR),
                    columns,
                }),
                Some(row) => {
                    let columns = QuoteColumns { anchor: row.columns.anchor, said_on: row.columns.said_on, ..columns };
                    if row.columns != (QuoteColumns { confidence: row.columns.confidence, ..columns.clone() }) {
                        self.changed.push(Changed { id: row.id, columns });
                    }
                }
            }
        }
        self.outdated.extend(known.into_values().map(|row| row.id));
        for QuoteRow { id, columns, .. } in locked {
            let suggestion = suggestions::after_run(columns.suggestion.as_ref(), suggestion(&columns, &kept_out));
            if suggestion != columns.suggestion {
                self.changed.push(Changed { id, columns: QuoteColumns { suggestion, ..columns } });
            }
        }
        Ok(())
    }
}

/// The quote that is found at most of the words of one that a person decided about. Nothing is suggested instead of a rejected quote,
/// because a person rejected what is found there.
fn suggestion(decided: &QuoteColumns, found: &[QuoteColumns]) -> Option<Suggestion> {
    let common = |found: &&QuoteColumns| -> i32 {
        let pairs = found.spans.0.iter().flat_map(|span| decided.spans.0.iter().map(move |own| (span, own)));
        pairs.map(|(span, own)| (span.end.min(own.end) - span.start.max(own.start)).max(0)).sum()
    };
    let found = found.iter().filter(|found| common(found) > 0).max_by_key(common)?;
    let suggestion = Suggestion {
        entity_id: found.speaker_id,
        speaker_label: found.speaker_label.clone(),
        text: found.text.clone(),
        spans: found.spans.0.clone(),
        confidence: found.confidence,
        extractor: EXTRACTOR.to_owned(),
        at: Utc::now().trunc_subsecs(6),
    };
    let is_open = decided.status != QuoteStatus::Rejected;
    Some(suggestion).filter(|found| is_open && found.disagrees_with(decided.speaker_id, &decided.text))
}

/// The columns of a quote; `None` if it has no spans.
fn columns(found: &Extracted, quote: &FoundQuote) -> Result<Option<QuoteColumns>> {
    let spans: Vec<Span> = quote.spans.iter().copied().map(Into::into).collect();
    let (Some(first), Some(last)) = (spans.first().copied(), spans.last().copied()) else { return Ok(None) };
    let text = found.body.slice_all(&spans).map_err(|_| out_of_text())?;
    let side = |span: Option<crate::annotate::Span>, max_length| {
        let span = span.map(Span::from);
        let words = span.and_then(|span| found.slice(span, max_length));
        (span.filter(|_| words.is_some()).map(Into::into), words)
    };
    let (speaker_span, speaker_label) = side(quote.speaker_span, 500);
    let (cue_span, cue) = side(quote.cue_span, 200);
    let entity = found.entity(quote.speaker);
    let linked = entity.and_then(|link| link.entity);
    let doubt = entity.map_or(0.0, |entity| entity.doubt);
    let (speaker_id, speaker_status) = speaker(linked, quote.speaker_status, speaker_label.is_some());
    let (canonical_text, cluster_id) = quote::canonical(&text).unzip();
    Ok(Some(QuoteColumns {
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
        confidence: rounded_confidence(quote.confidence * (1.0 - doubt)),
        canonical_text,
        cluster_id,
        suggestion: None,
    }))
}

/// The stored speaker and its status. Only a stored entity is a named speaker.
fn speaker(linked: Option<Uuid>, status: SpeakerStatus, labelled: bool) -> (Option<Uuid>, SpeakerStatus) {
    match (linked, status) {
        (Some(id), SpeakerStatus::Named | SpeakerStatus::Unresolved) => (Some(id), SpeakerStatus::Named),
        (Some(id), SpeakerStatus::Collective) => (Some(id), SpeakerStatus::Collective),
        (None, SpeakerStatus::Named) if labelled => (None, SpeakerStatus::Unresolved),
        (None, SpeakerStatus::Named) => (None, SpeakerStatus::Unattributed),
        (_, other) => (None, other),
    }
}
