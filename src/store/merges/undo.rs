//! The undo of a merge: makes the sources live again with their names and identifiers. Batches then move the records back.

use super::names::{self, Taken};
use super::{find, lock};
use crate::domain::MergeStatus;
use crate::domain::merge::Merge;
use crate::schema::{merge_sources, merges};
use crate::store::entities::merging::{self, Names};
use crate::store::{Conflict, Error, Resource, Result, tombstones};
use diesel::dsl::now;
use diesel::prelude::*;
use serde_json::Value;
use uuid::Uuid;

/// Begins the undo of a merge. [`advance`](super::advance) then moves the mentions and quotes back.
///
/// # Errors
/// [`Error::NotFound`] for the merge, [`Error::Gone`] when its survivor was deleted, [`Conflict::Undone`],
/// [`Conflict::UnfinishedMerge`], and [`Conflict::LaterMerge`] when the survivor was itself merged.
pub fn undo(conn: &mut PgConnection, id: Uuid, actor: Option<&str>) -> Result<Merge> {
    let merge = lock(conn, id)?;
    match merge.status {
        MergeStatus::Done => {}
        MergeStatus::Moving => return Err(Error::Conflict(Conflict::UnfinishedMerge { merge: id })),
        MergeStatus::Undoing | MergeStatus::Undone => return Err(Error::Conflict(Conflict::Undone)),
    }
    let survivor = merge.entity_id;
    let sources: Vec<(Uuid, Value, Value, Vec<Option<Uuid>>)> = merge_sources::table
        .filter(merge_sources::merge_id.eq(id))
        .order(merge_sources::position)
        .select((
            merge_sources::entity_id,
            merge_sources::aliases,
            merge_sources::identifiers,
            merge_sources::redirected,
        ))
        .load(conn)?;
    let mut ids: Vec<Uuid> = sources.iter().map(|(source, ..)| *source).collect();
    ids.push(survivor);
    check_survivor(conn, survivor, &ids)?;
    let others = names::brought_by_merges(conn, survivor, Some(id))?;
    let mut names_of_survivor = merging::names_of(conn, survivor)?;
    let mut all: Vec<Names> = Vec::new();
    for (source, aliases, identifiers, redirected) in sources {
        let mut names = merging::names_of(conn, source)?;
        let taken = Taken::from_json(aliases, identifiers)?;
        names::give_back(&mut names_of_survivor, &mut names, &taken, &others);
        all.push(names);
        merging::redirect(conn, &[source], None)?;
        let redirected: Vec<Uuid> = redirected.into_iter().flatten().collect();
        merging::redirect(conn, &redirected, Some(source))?;
    }
    merging::redirect(conn, &[survivor], None)?;
    all.push(names_of_survivor);
    merging::replace_names(conn, &all)?;
    diesel::update(merges::table.find(id))
        .set((
            merges::status.eq(MergeStatus::Undoing),
            merges::version.eq(merges::version + 1),
            merges::updated_at.eq(now),
            merges::undone_by.eq(actor),
            merges::undone_at.eq(now),
        ))
        .execute(conn)?;
    find(conn, id)
}

/// Locks the entities of a merge. Fails unless the survivor is as the merge left it.
fn check_survivor(conn: &mut PgConnection, survivor: Uuid, ids: &[Uuid]) -> Result<()> {
    let found = merging::lock(conn, ids)?;
    let Some(entity) = found.get(&survivor) else {
        return tombstones::missing(conn, Resource::Entity, survivor);
    };
    let is_source = merge_sources::entity_id.eq(survivor);
    let later = || merge_sources::table.inner_join(merges::table).filter(is_source).select(merges::id);
    if let Some(into) = entity.merged_into {
        let standing = merges::status.eq_any([MergeStatus::Moving, MergeStatus::Done]);
        let merge = later().filter(standing).first(conn).optional()?;
        // A merge that was imported with its entities has no record.
        return Err(Error::Conflict(merge.map_or(Conflict::Merged { into }, |merge| Conflict::LaterMerge { merge })));
    }
    // Records that a later merge moved are still on their way back.
    match later().filter(merges::status.eq(MergeStatus::Undoing)).first(conn).optional()? {
        Some(merge) => Err(Error::Conflict(Conflict::UnfinishedMerge { merge })),
        None => Ok(()),
    }
}
