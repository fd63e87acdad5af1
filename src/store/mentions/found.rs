//! Mentions that the extractor found, beside those that are stored.

use super::{Columns, InsertedMention, MentionRow, record_changes};
use crate::annotate::FoundMention;
use crate::domain::span::Span;
use crate::domain::{Anchor, Origin, new_id};
use crate::schema::mentions;
use crate::store::Result;
use crate::store::annotations::{EXTRACTOR, Found, confidence, out_of_text};
use crate::store::grouped::grouped;
use crate::store::ids::planned_once;
use crate::store::rows::Rows;
use diesel::dsl::now;
use diesel::prelude::*;
use diesel::sql_types as sql;
use std::collections::HashMap;
use uuid::Uuid;

/// Stores the mentions that were found in some articles: those of a machine that are found again keep their ids, its
/// others go, and a human's stay, also where something else was found at their place.
pub fn store_found(conn: &mut PgConnection, all: &[Found]) -> Result<()> {
    let ids: Vec<Uuid> = all.iter().map(|found| found.article).collect();
    let rows = mentions::table
        .filter(mentions::article_id.eq_any(planned_once(&ids)))
        .select(MentionRow::as_select())
        .for_update()
        .load::<MentionRow>(conn)?;
    let linked = all.iter().flat_map(|found| found.entities.iter().map(|entity| entity.id));
    record_changes(rows.iter().map(|row| row.columns.entity_id).chain(linked));
    let mut stored = grouped(rows.into_iter().map(|row| (row.article_id, row)));
    let (mut fresh, mut outdated) = (Vec::new(), Vec::new());
    for found in all {
        compare(conn, found, stored.remove(&found.article).unwrap_or_default(), &mut fresh, &mut outdated)?;
    }
    if !outdated.is_empty() {
        diesel::delete(mentions::table.filter(mentions::id.eq_any(outdated))).execute(conn)?;
    }
    insert(conn, &fresh)
}

/// What of an article's mentions is to be inserted and what is to go; what is otherwise by now is changed.
fn compare(
    conn: &mut PgConnection,
    found: &Found,
    rows: Vec<MentionRow>,
    fresh: &mut Vec<InsertedMention>,
    outdated: &mut Vec<Uuid>,
) -> Result<()> {
    let (human, machine): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.columns.origin == Origin::Human);
    let taken = |span: Span| {
        human.iter().any(|row| {
            let columns = &row.columns;
            let stands = columns.body_version == found.body_version;
            stands && columns.span_start < span.end && span.start < columns.span_end
        })
    };
    let mut before: HashMap<(i32, i32, i32), MentionRow> = HashMap::new();
    for row in machine {
        let place = (row.columns.body_version, row.columns.span_start, row.columns.span_end);
        outdated.extend(before.insert(place, row).map(|twin| twin.id));
    }
    for mention in &found.annotation.mentions {
        let columns = columns(found, mention)?;
        if taken(Span { start: columns.span_start, end: columns.span_end }) {
            continue;
        }
        match before.remove(&(columns.body_version, columns.span_start, columns.span_end)) {
            None => fresh.push(InsertedMention {
                id: new_id(),
                article_id: found.article,
                extractor: Some(EXTRACTOR),
                columns,
            }),
            Some(row) => {
                let columns = Columns { anchor: row.columns.anchor, ..columns };
                // An entity made of the first run's finds is known for certain in the second: that is no other find.
                if row.columns != (Columns { confidence: row.columns.confidence, ..columns.clone() }) {
                    update(conn, row.id, columns)?;
                }
            }
        }
    }
    outdated.extend(before.into_values().map(|row| row.id));
    Ok(())
}

fn insert(conn: &mut PgConnection, fresh: &[InsertedMention]) -> Result<()> {
    let columns = || fresh.iter().map(|row| &row.columns);
    Rows::of("mentions")
        .column::<sql::Uuid, _>("id", fresh.iter().map(|row| row.id))
        .column::<sql::Uuid, _>("article_id", fresh.iter().map(|row| row.article_id))
        .column::<sql::Nullable<sql::Text>, _>("extractor", fresh.iter().map(|row| row.extractor))
        .column::<sql::Integer, _>("body_version", columns().map(|row| row.body_version))
        .column::<sql::Text, _>("anchor", columns().map(|row| row.anchor))
        .column::<sql::Nullable<sql::Uuid>, _>("entity_id", columns().map(|row| row.entity_id))
        .arrays("candidates", "::uuid[]", columns().map(|row| row.candidates.iter().flatten().collect()))
        .column::<sql::Integer, _>("span_start", columns().map(|row| row.span_start))
        .column::<sql::Integer, _>("span_end", columns().map(|row| row.span_end))
        .column::<sql::Text, _>("exact", columns().map(|row| &row.exact))
        .column::<sql::Text, _>("prefix", columns().map(|row| &row.prefix))
        .column::<sql::Text, _>("suffix", columns().map(|row| &row.suffix))
        .column::<sql::Text, _>("kind", columns().map(|row| row.kind))
        .column::<sql::Double, _>("confidence", columns().map(|row| row.confidence))
        .column::<sql::Text, _>("origin", columns().map(|row| row.origin))
        .insert(conn)
}

fn update(conn: &mut PgConnection, id: Uuid, columns: Columns) -> Result<()> {
    diesel::update(mentions::table.find(id))
        .set((columns, mentions::version.eq(mentions::version + 1), mentions::updated_at.eq(now)))
        .execute(conn)?;
    Ok(())
}

fn columns(found: &Found, mention: &FoundMention) -> Result<Columns> {
    let span = Span::from(mention.span);
    let entity = found.entity(mention.entity);
    Ok(Columns {
        body_version: found.body_version,
        anchor: Anchor::Exact,
        entity_id: entity.and_then(|entity| entity.id),
        candidates: entity.map(|entity| entity.candidates.iter().copied().map(Some).collect()).unwrap_or_default(),
        span_start: span.start,
        span_end: span.end,
        exact: found.body.slice(span).ok_or_else(out_of_text)?.to_owned(),
        prefix: found.body.prefix(span.start).to_owned(),
        suffix: found.body.suffix(span.end).to_owned(),
        kind: mention.kind,
        confidence: confidence(mention.confidence),
        origin: Origin::Machine,
    })
}
