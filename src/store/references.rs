//! References to entities in writes and filters. Those to a merged entity count as references to its survivor.

use super::sql::Sql;
use super::{Error, Result};
use crate::domain::FieldError;
use crate::domain::article::ArticleFilter;
use crate::domain::mention::MentionFilter;
use crate::domain::quote::QuoteFilter;
use crate::domain::stats::CountTarget;
use crate::schema::entities;
use diesel::prelude::*;
use diesel::sql_types::Uuid as SqlUuid;
use std::collections::{BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// Maps each of these entities that exists to itself, or to the entity that it was merged into, and locks it against deletions and
/// against the end of a merge until the transaction ends.
pub fn survivors(conn: &mut PgConnection, ids: impl IntoIterator<Item = Uuid>) -> Result<HashMap<Uuid, Uuid>> {
    let asked: BTreeSet<Uuid> = ids.into_iter().collect();
    let mut known: HashMap<Uuid, Option<Uuid>> = HashMap::new();
    let mut next = asked.clone();
    // An entity is redirected to a live one. A merge of that one may just have been committed, so this looks again.
    while !next.is_empty() {
        let rows: Vec<(Uuid, Option<Uuid>)> = entities::table
            .filter(entities::id.eq_any(&next))
            .order(entities::id)
            .select((entities::id, entities::merged_into))
            .for_key_share()
            .load(conn)?;
        known.extend(rows.iter().copied());
        next = rows.into_iter().filter_map(|(_, into)| into).filter(|into| !known.contains_key(into)).collect();
    }
    let survivor = |id: Uuid| {
        let mut last = id;
        while let Some(into) = *known.get(&last)? {
            last = into;
        }
        Some((id, last))
    };
    Ok(asked.into_iter().filter_map(survivor).collect())
}

/// The survivor of an entity. An unknown id is returned as it is: its foreign key fails.
pub fn survivor(conn: &mut PgConnection, id: Option<Uuid>) -> Result<Option<Uuid>> {
    let Some(id) = id else { return Ok(None) };
    Ok(Some(survivors(conn, [id])?.get(&id).copied().unwrap_or(id)))
}

/// The survivors of the entities that the items of an array refer to in `member`. The foreign key would not say which item is at
/// fault.
///
/// # Errors
/// A fault at the member of each item whose entity does not exist.
pub fn survivors_of_items(
    conn: &mut PgConnection,
    member: &str,
    referred: impl Iterator<Item = Option<Uuid>>,
) -> Result<Vec<Option<Uuid>>> {
    let referred: Vec<Option<Uuid>> = referred.collect();
    let known = survivors(conn, referred.iter().flatten().copied())?;
    let fault = |(index, id): (usize, &Option<Uuid>)| {
        let is_missing = id.is_some_and(|id| !known.contains_key(&id));
        is_missing.then(|| FieldError::new(format!("/{index}/{member}"), "there is no such entity"))
    };
    let faults: Vec<FieldError> = referred.iter().enumerate().filter_map(fault).collect();
    match faults.is_empty() {
        true => Ok(referred.into_iter().map(|id| known.get(&id?).copied()).collect()),
        false => Err(Error::Invalid(faults)),
    }
}

/// A filter that names entities.
pub trait NamesEntities: Clone {
    /// The lists of which records must refer to one entity or to none, and those of which they must refer to each.
    fn entity_lists(&mut self) -> (Vec<&mut Vec<Uuid>>, Vec<&mut Vec<Uuid>>);
}

impl NamesEntities for ArticleFilter {
    fn entity_lists(&mut self) -> (Vec<&mut Vec<Uuid>>, Vec<&mut Vec<Uuid>>) {
        let Self { mentions, quotes_by, mentions_all, .. } = self;
        let any = [&mut mentions.include, &mut mentions.exclude, &mut quotes_by.include, &mut quotes_by.exclude];
        (any.into(), vec![mentions_all])
    }
}

impl NamesEntities for MentionFilter {
    fn entity_lists(&mut self) -> (Vec<&mut Vec<Uuid>>, Vec<&mut Vec<Uuid>>) {
        (vec![&mut self.entity.include, &mut self.entity.exclude], Vec::new())
    }
}

impl NamesEntities for QuoteFilter {
    fn entity_lists(&mut self) -> (Vec<&mut Vec<Uuid>>, Vec<&mut Vec<Uuid>>) {
        let Self { speaker, about, about_too, .. } = self;
        let any = [&mut speaker.include, &mut speaker.exclude, &mut about.include, &mut about.exclude, about_too];
        (any.into(), Vec::new())
    }
}

impl NamesEntities for CountTarget {
    fn entity_lists(&mut self) -> (Vec<&mut Vec<Uuid>>, Vec<&mut Vec<Uuid>>) {
        match self {
            Self::Articles(filter) => filter.entity_lists(),
            Self::Mentions(filter) => filter.entity_lists(),
            Self::Quotes { filter, .. } => filter.entity_lists(),
        }
    }
}

/// The filter with the survivors of merged entities.
pub fn followed<F: NamesEntities>(conn: &mut PgConnection, filter: &F) -> Result<F> {
    let mut filter = filter.clone();
    let (mut any, mut of_each) = filter.entity_lists();
    follow(conn, &mut any, &mut of_each)?;
    Ok(filter)
}

/// Replaces merged entities in the lists of a filter by their survivors, and adds to these the entities whose records are still being
/// moved to them. `of_each` are lists of entities that records must all refer to: these are only replaced.
pub fn follow(conn: &mut PgConnection, any: &mut [&mut Vec<Uuid>], of_each: &mut [&mut Vec<Uuid>]) -> Result<()> {
    #[derive(QueryableByName)]
    struct Member {
        #[diesel(sql_type = SqlUuid)]
        asked: Uuid,
        #[diesel(sql_type = SqlUuid)]
        survivor: Uuid,
        #[diesel(sql_type = SqlUuid)]
        member: Uuid,
    }
    let asked: BTreeSet<Uuid> = any.iter().chain(of_each.iter()).flat_map(|ids| ids.iter().copied()).collect();
    if asked.is_empty() {
        return Ok(());
    }
    let rows: Vec<Member> = Sql::new(
        "SELECT asked.id AS asked, asked.survivor, member.id AS member
        FROM (SELECT id, coalesce(merged_into, id) AS survivor FROM entities WHERE id = ANY (",
    )
    .bind(asked.into_iter().collect::<Vec<_>>())
    .sql(
        ")) AS asked
        CROSS JOIN LATERAL (
            SELECT asked.survivor AS id
            UNION ALL
            SELECT source.entity_id FROM merges JOIN merge_sources AS source ON source.merge_id = merges.id
            WHERE merges.entity_id = asked.survivor AND merges.status = 'moving'
        ) AS member",
    )
    .rows(conn)?;
    let mut members: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    let mut survivors = HashMap::new();
    for row in rows {
        members.entry(row.asked).or_default().push(row.member);
        survivors.insert(row.asked, row.survivor);
    }
    for ids in any {
        replace(ids, |id| members.get(&id).cloned().unwrap_or_else(|| vec![id]));
    }
    for ids in of_each {
        replace(ids, |id| vec![survivors.get(&id).copied().unwrap_or(id)]);
    }
    Ok(())
}

/// Replaces each id by others. Ids that were there before are left out.
fn replace(ids: &mut Vec<Uuid>, by: impl Fn(Uuid) -> Vec<Uuid>) {
    let mut seen = HashSet::new();
    *ids = std::mem::take(ids).into_iter().flat_map(by).filter(|id| seen.insert(*id)).collect();
}
