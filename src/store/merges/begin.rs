//! The first transaction of a merge: checks it, redirects the sources and moves their names and identifiers.

use super::names::{self, Taken};
use super::{find, moves};
use crate::domain::entity::Entity;
use crate::domain::merge::{Merge, MovedCounts, NewMerge};
use crate::domain::{FieldError, MergeStatus, new_id};
use crate::schema::{merge_sources, merges};
use crate::store::entities::merging::{self, Names};
use crate::store::{Conflict, Error, Resource, Result, judgements, tombstones};
use diesel::prelude::*;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// A merge that was checked, with the changes that it makes to the entities.
struct Plan {
    /// The names of the survivor afterwards.
    survivor: Names,
    /// What is taken from each source, and what it keeps.
    sources: Vec<(Taken, Names)>,
    aliases: i64,
    identifiers: i64,
}

/// Begins a merge of entities into a survivor. [`advance`](super::advance) then moves their mentions and quotes.
///
/// # Errors
/// [`Error::NotFound`] or [`Error::Gone`] for the survivor, [`Conflict::Merged`], [`Conflict::UnfinishedMerge`],
/// [`Conflict::Different`] without `force`, and faults at `/sources`.
pub fn begin(conn: &mut PgConnection, survivor: Uuid, new: &NewMerge, actor: Option<&str>) -> Result<Merge> {
    let plan = plan(conn, survivor, new)?;
    let id = new_id();
    diesel::insert_into(merges::table)
        .values((
            merges::id.eq(id),
            merges::entity_id.eq(survivor),
            merges::actor.eq(actor),
            merges::reason.eq(&new.reason),
            merges::aliases.eq(plan.aliases),
            merges::identifiers.eq(plan.identifiers),
        ))
        .execute(conn)?;
    for (position, (source, (taken, _))) in new.sources.iter().zip(&plan.sources).enumerate() {
        let redirected = merging::merged_into(conn, *source)?;
        merging::redirect(conn, &redirected, Some(survivor))?;
        let (aliases, identifiers) = taken.to_json()?;
        diesel::insert_into(merge_sources::table)
            .values((
                merge_sources::merge_id.eq(id),
                merge_sources::entity_id.eq(source),
                merge_sources::position.eq(i32::try_from(position).unwrap_or(i32::MAX)),
                merge_sources::aliases.eq(aliases),
                merge_sources::identifiers.eq(identifiers),
                merge_sources::redirected.eq(redirected),
            ))
            .execute(conn)?;
    }
    merging::redirect(conn, &new.sources, Some(survivor))?;
    // The survivor changes too: it gains names.
    merging::redirect(conn, &[survivor], None)?;
    let mut names: Vec<Names> = plan.sources.into_iter().map(|(_, kept)| kept).collect();
    names.push(plan.survivor);
    merging::replace_names(conn, &names)?;
    find(conn, id)
}

/// Returns what a merge would move. Changes nothing.
///
/// # Errors
/// As [`begin`].
pub fn preview(conn: &mut PgConnection, survivor: Uuid, new: &NewMerge) -> Result<MovedCounts> {
    let plan = plan(conn, survivor, new)?;
    let counts = moves::count(conn, &new.sources)?;
    Ok(MovedCounts { aliases: plan.aliases, identifiers: plan.identifiers, ..counts })
}

/// Locks the entities of a merge and checks it.
fn plan(conn: &mut PgConnection, survivor: Uuid, new: &NewMerge) -> Result<Plan> {
    let mut ids = new.sources.clone();
    ids.push(survivor);
    let mut found = merging::lock(conn, &ids)?;
    let target = match found.remove(&survivor) {
        None => return tombstones::missing(conn, Resource::Entity, survivor),
        Some(Entity { merged_into: Some(into), .. }) => return Err(Error::Conflict(Conflict::Merged { into })),
        Some(target) => target,
    };
    let sources = check_sources(conn, &target, new, &found)?;
    if let Some(merge) = unfinished_of(conn, &new.sources)? {
        return Err(Error::Conflict(Conflict::UnfinishedMerge { merge }));
    }
    if !new.force
        && let Some([first, second]) = judgements::among(conn, &ids)?.first().copied()
    {
        return Err(Error::Conflict(Conflict::Different { first, second }));
    }
    let brought = names::brought_by_merges(conn, survivor, None)?;
    let own = target.aliases.iter().map(|alias| &alias.name).filter(|name| !brought.contains(*name));
    let own: HashSet<String> = own.chain([&target.name]).cloned().collect();
    let (aliases, identifiers) = (target.aliases.len(), target.identifiers.len());
    let mut names = Names { entity: survivor, aliases: target.aliases, identifiers: target.identifiers };
    let sources = sources.into_iter().map(|source| names::take(&mut names, &own, source)).collect();
    let gained = |now: usize, before: usize| i64::try_from(now - before).unwrap_or(i64::MAX);
    Ok(Plan {
        aliases: gained(names.aliases.len(), aliases),
        identifiers: gained(names.identifiers.len(), identifiers),
        survivor: names,
        sources,
    })
}

/// The sources in the order of the request.
///
/// # Errors
/// A fault at each source that cannot be merged into the target.
fn check_sources<'a>(
    conn: &mut PgConnection,
    target: &Entity,
    new: &NewMerge,
    found: &'a HashMap<Uuid, Entity>,
) -> Result<Vec<&'a Entity>> {
    let (mut sources, mut faults, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
    for (index, id) in new.sources.iter().enumerate() {
        let detail = match found.get(id) {
            _ if *id == target.id => "is the entity itself".to_owned(),
            _ if !seen.insert(id) => "is given twice".to_owned(),
            None => match tombstones::missing::<()>(conn, Resource::Entity, *id) {
                Err(Error::Gone(_)) => "was deleted".to_owned(),
                Err(Error::NotFound(_)) => "there is no such entity".to_owned(),
                other => return other.map(|()| Vec::new()),
            },
            Some(Entity { merged_into: Some(into), .. }) if *into == target.id => {
                "was merged into this entity before".to_owned()
            }
            Some(Entity { merged_into: Some(into), .. }) => format!("was merged into {into}"),
            Some(source) if source.kind != target.kind && !new.force => {
                let (kind, other) = (source.kind.as_str(), target.kind.as_str());
                format!("is of the kind {kind}, and this entity of the kind {other}: force=true merges them")
            }
            Some(source) => {
                sources.push(source);
                continue;
            }
        };
        faults.push(FieldError::new(format!("/sources/{index}"), detail));
    }
    if faults.is_empty() { Ok(sources) } else { Err(Error::Invalid(faults)) }
}

/// A merge that is still moving records to or from one of these entities.
pub(super) fn unfinished_of(conn: &mut PgConnection, ids: &[Uuid]) -> Result<Option<Uuid>> {
    let found = merges::table
        .left_join(merge_sources::table)
        .filter(merges::status.eq_any([MergeStatus::Moving, MergeStatus::Undoing]))
        .filter(merges::entity_id.eq_any(ids).or(merge_sources::entity_id.eq_any(ids).assume_not_null()))
        .select(merges::id)
        .first(conn)
        .optional()?;
    Ok(found)
}
