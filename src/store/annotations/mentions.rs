//! Stores the mentions extracted from articles.

use super::{Extracted, out_of_text};
use crate::annotate::FoundMention;
use crate::annotate::extraction::{EXTRACTOR, rounded_confidence};
use crate::domain::mention::MAX_MENTION;
use crate::domain::span::{Cover, Span};
use crate::domain::suggestion::Suggestion;
use crate::domain::{Anchor, MentionStatus, Origin, new_id};
use crate::schema::mentions;
use crate::store::candidates::CandidateColumns;
use crate::store::grouped::grouped;
use crate::store::mentions::record_changes;
use crate::store::mentions::row::{InsertedMention, MentionColumns, MentionRow};
use crate::store::rows::{self, Changed};
use crate::store::{Resource, Result, suggestions, tombstones};
use chrono::{SubsecRound, Utc};
use diesel::prelude::*;
use std::collections::HashMap;
use uuid::Uuid;

/// Stores the mentions found in articles.
///
/// Machine mentions that are found again keep their ids. Other machine mentions are deleted. Human mentions stay. Found mentions
/// that overlap them are not stored, but suggested if they name another entity at the same span.
pub fn store(conn: &mut PgConnection, all: &[Extracted]) -> Result<()> {
    let ids: Vec<Uuid> = all.iter().map(|found| found.article).collect();
    let present = mentions::table
        .filter(mentions::article_id.eq_any(&ids))
        .select(MentionRow::as_select())
        .for_update()
        .load::<MentionRow>(conn)?;
    let linked = all.iter().flat_map(|found| found.entities.iter().map(|link| link.entity));
    record_changes(present.iter().map(|row| row.columns.entity_id).chain(linked));
    let mut stored = grouped(present.into_iter().map(|row| (row.article_id, row)));
    let mut diff = MentionDiff::default();
    for found in all {
        diff.add(found, stored.remove(&found.article).unwrap_or_default())?;
    }
    if !diff.outdated.is_empty() {
        tombstones::delete(conn, Resource::Mention, "id", &diff.outdated)?;
    }
    rows::update(conn, "mentions", &diff.changed)?;
    rows::insert_below_articles(conn, "mentions", &diff.fresh)
}

/// The difference between the stored mentions and the found ones.
#[derive(Default)]
struct MentionDiff {
    fresh: Vec<InsertedMention<'static>>,
    changed: Vec<Changed<MentionColumns>>,
    outdated: Vec<Uuid>,
}

impl MentionDiff {
    /// Compares the mentions found in an article with its stored ones.
    fn add(&mut self, found: &Extracted, rows: Vec<MentionRow>) -> Result<()> {
        let (human, machine): (Vec<_>, Vec<_>) = rows.into_iter().partition(MentionRow::is_locked);
        let human: Vec<_> = human.into_iter().filter(|row| row.columns.body_version == found.body_version).collect();
        let occupied = Cover::new(human.iter().map(|row| row.columns.span()));
        let mut kept_out: HashMap<Span, MentionColumns> = HashMap::new();
        let mut known: HashMap<(i32, Span), MentionRow> = HashMap::new();
        for row in machine {
            let duplicate = known.insert((row.columns.body_version, row.columns.span()), row);
            self.outdated.extend(duplicate.map(|row| row.id));
        }
        for mention in &found.annotation.mentions {
            let Some(columns) = columns(found, mention)? else { continue };
            if occupied.overlaps(columns.span()) {
                kept_out.insert(columns.span(), columns);
                continue;
            }
            match known.remove(&(columns.body_version, columns.span())) {
                None => self.fresh.push(InsertedMention {
                    id: new_id(),
                    article_id: found.article,
                    extractor: Some(EXTRACTOR),
                    columns,
                }),
                Some(row) => {
                    let columns = MentionColumns { anchor: row.columns.anchor, ..columns };
                    // A second extraction knows the entities that the first one created, and is more confident. So a new
                    // confidence alone is not a change, and nor are other scores.
                    let confidence = row.columns.confidence;
                    let candidate_scores = row.columns.candidate_scores.clone();
                    if row.columns != (MentionColumns { confidence, candidate_scores, ..columns.clone() }) {
                        self.changed.push(Changed { id: row.id, columns });
                    }
                }
            }
        }
        self.outdated.extend(known.into_values().map(|row| row.id));
        for MentionRow { id, columns, .. } in human {
            let suggestion = kept_out.remove(&columns.span()).and_then(|found| suggestion(&columns, found));
            let suggestion = suggestions::after_run(columns.suggestion.as_ref(), suggestion);
            if suggestion != columns.suggestion {
                self.changed.push(Changed { id, columns: MentionColumns { suggestion, ..columns } });
            }
        }
        Ok(())
    }
}

/// What is found at a mention that a person decided about. Nothing is suggested instead of a rejected mention, because a person
/// rejected what is found there.
fn suggestion(decided: &MentionColumns, found: MentionColumns) -> Option<Suggestion> {
    let suggestion = Suggestion {
        entity_id: found.entity_id,
        speaker_label: None,
        spans: vec![found.span()],
        text: found.exact,
        confidence: found.confidence,
        extractor: EXTRACTOR.to_owned(),
        at: Utc::now().trunc_subsecs(6),
    };
    let is_open = decided.status != MentionStatus::Rejected;
    Some(suggestion).filter(|found| is_open && found.disagrees_with(decided.entity_id, &decided.exact))
}

/// The columns of a mention; `None` if it is longer than [`MAX_MENTION`].
fn columns(found: &Extracted, mention: &FoundMention) -> Result<Option<MentionColumns>> {
    let span = Span::from(mention.span);
    if span.len() > MAX_MENTION {
        return Ok(None);
    }
    let link = mention.link(found.entities);
    let candidates = CandidateColumns::from(&link.candidates[..]);
    Ok(Some(MentionColumns {
        body_version: found.body_version,
        anchor: Anchor::Exact,
        entity_id: link.entity,
        candidates: candidates.ids,
        candidate_scores: candidates.scores,
        candidate_count: i32::try_from(link.candidate_count).unwrap_or(i32::MAX),
        span_start: span.start,
        span_end: span.end,
        exact: found.body.slice(span).ok_or_else(out_of_text)?.to_owned(),
        prefix: found.body.prefix(span.start).to_owned(),
        suffix: found.body.suffix(span.end).to_owned(),
        kind: mention.kind,
        suggestion: None,
        status: MentionStatus::Machine,
        confidence: rounded_confidence(mention.confidence * (1.0 - link.doubt)),
        origin: Origin::Machine,
    }))
}
