//! Merges of entities: begun in one transaction, then carried out in batches, and undone in the same way.
//!
//! A merge first redirects the sources to the survivor, so that every later write goes to the survivor. Then batches move the
//! mentions and quotes of the sources. Each batch locks some articles, then changes the mentions and quotes in them, as every other
//! writer does. Meanwhile filters that name the survivor find the records of the sources too.

mod begin;
mod changed;
mod moves;
mod names;
pub mod transfer;
mod undo;

pub use begin::{begin, preview};
pub(super) use changed::record_human_change;
pub use moves::advance;
pub use undo::undo;

use super::sql::keyset;
use super::{Error, Resource, Result, tombstones};
use crate::domain::MergeStatus;
use crate::domain::merge::{Merge, MergeList, MovedCounts};
use crate::domain::page::{Page, Position};
use crate::schema::{merge_sources, merges};
use crate::store::grouped::grouped;
use crate::store::sql::count;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::dsl::exists;
use diesel::pg::Pg;
use diesel::prelude::*;
use std::collections::HashMap;
use uuid::Uuid;

/// After this time without a batch, a background task carries a merge out.
const ABANDONED_AFTER: TimeDelta = TimeDelta::seconds(2);

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = merges, check_for_backend(Pg))]
struct MergeRow {
    id: Uuid,
    version: i32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    entity_id: Uuid,
    status: MergeStatus,
    actor: Option<String>,
    reason: Option<String>,
    undone_by: Option<String>,
    undone_at: Option<DateTime<Utc>>,
    mentions: i64,
    candidates: i64,
    quotes: i64,
    about: i64,
    aliases: i64,
    identifiers: i64,
    kept_mentions: i64,
    kept_quotes: i64,
}

impl MergeRow {
    fn with(self, sources: Vec<Uuid>) -> Merge {
        Merge {
            id: self.id,
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
            entity_id: self.entity_id,
            sources,
            status: self.status,
            actor: self.actor,
            reason: self.reason,
            moved: MovedCounts {
                mentions: self.mentions,
                candidates: self.candidates,
                quotes: self.quotes,
                about: self.about,
                aliases: self.aliases,
                identifiers: self.identifiers,
            },
            kept_mentions: self.kept_mentions,
            kept_quotes: self.kept_quotes,
            undone_by: self.undone_by,
            undone_at: self.undone_at,
        }
    }
}

impl From<&Merge> for MergeRow {
    fn from(merge: &Merge) -> Self {
        let MovedCounts { mentions, candidates, quotes, about, aliases, identifiers } = merge.moved;
        Self {
            id: merge.id,
            version: merge.version,
            created_at: merge.created_at,
            updated_at: merge.updated_at,
            entity_id: merge.entity_id,
            status: merge.status,
            actor: merge.actor.clone(),
            reason: merge.reason.clone(),
            undone_by: merge.undone_by.clone(),
            undone_at: merge.undone_at,
            mentions,
            candidates,
            quotes,
            about,
            aliases,
            identifiers,
            kept_mentions: merge.kept_mentions,
            kept_quotes: merge.kept_quotes,
        }
    }
}

/// The merge of this id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(conn: &mut PgConnection, id: Uuid) -> Result<Merge> {
    let row = merges::table.find(id).select(MergeRow::as_select()).first(conn).optional()?;
    let row = row.map_or_else(|| tombstones::missing(conn, Resource::Merge, id), Ok)?;
    let mut found = complete(conn, vec![row])?;
    found.pop().ok_or(Error::NotFound(Resource::Merge))
}

/// One page of the matching merges, newest first.
pub fn list(conn: &mut PgConnection, list: &MergeList) -> Result<Page<Merge>> {
    let matching = || {
        let mut query = merges::table.into_boxed::<Pg>();
        if !list.entities.is_empty() {
            let sources = merge_sources::table
                .filter(merge_sources::merge_id.eq(merges::id))
                .filter(merge_sources::entity_id.eq_any(list.entities.clone()));
            query = query.filter(merges::entity_id.eq_any(list.entities.clone()).or(exists(sources)));
        }
        if !list.statuses.is_empty() {
            query = query.filter(merges::status.eq_any(list.statuses.clone()));
        }
        query
    };
    let total = count::total(conn, list.page.count, || matching().select(merges::id))?;
    let mut query = matching().order(merges::id.desc()).limit(list.page.limit + 1);
    if let Some(at) = &list.page.after {
        keyset::text_key(at)?;
        query = query.filter(merges::id.lt(at.id));
    }
    let rows = query.select(MergeRow::as_select()).load(conn)?;
    let items = complete(conn, rows)?;
    let position = |merge: &Merge| Position::of_id(merge.id);
    Ok(Page::from_rows(items, list.page.limit, total, position))
}

/// A merge that has records to be moved, and that nobody has advanced for [`ABANDONED_AFTER`].
pub fn abandoned(conn: &mut PgConnection) -> Result<Option<Uuid>> {
    let is_unfinished = merges::status.eq_any([MergeStatus::Moving, MergeStatus::Undoing]);
    let is_abandoned = merges::updated_at.lt(Utc::now() - ABANDONED_AFTER);
    Ok(merges::table.filter(is_unfinished.and(is_abandoned)).select(merges::id).first(conn).optional()?)
}

fn complete(conn: &mut PgConnection, rows: Vec<MergeRow>) -> Result<Vec<Merge>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let sources: Vec<(Uuid, Uuid)> = merge_sources::table
        .filter(merge_sources::merge_id.eq_any(ids))
        .order((merge_sources::merge_id, merge_sources::position))
        .select((merge_sources::merge_id, merge_sources::entity_id))
        .load(conn)?;
    let mut sources: HashMap<Uuid, Vec<Uuid>> = grouped(sources);
    let merge = |row: MergeRow| {
        let sources = sources.remove(&row.id).unwrap_or_default();
        row.with(sources)
    };
    Ok(rows.into_iter().map(merge).collect())
}

/// Locks a merge until the transaction ends, so that one caller at a time moves its records.
fn lock(conn: &mut PgConnection, id: Uuid) -> Result<MergeRow> {
    let row = merges::table.find(id).select(MergeRow::as_select()).for_update().first(conn).optional()?;
    row.map_or_else(|| tombstones::missing(conn, Resource::Merge, id), Ok)
}
