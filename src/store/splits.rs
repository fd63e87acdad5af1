//! Splits of entities. Each mention and quote is changed as by a PATCH, so it counts as changed by a person.

use super::sql::{count, keyset};
use super::{Error, Result, article_text, entities, mentions as mention_store, quotes as quote_store, references};
use crate::domain::mention::MentionPatch;
use crate::domain::page::{Page, Position};
use crate::domain::quote::QuotePatch;
use crate::domain::split::{NewSplit, Split, SplitList, SplitTarget};
use crate::domain::{FieldError, new_id};
use crate::schema::{mentions, quotes, splits};
use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use std::collections::{BTreeSet, HashMap, HashSet};
use uuid::Uuid;

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = splits, check_for_backend(Pg))]
struct SplitRow {
    id: Uuid,
    created_at: DateTime<Utc>,
    entity_id: Uuid,
    into_id: Uuid,
    mentions: Vec<Option<Uuid>>,
    quotes: Vec<Option<Uuid>>,
    actor: Option<String>,
    reason: Option<String>,
}

impl From<SplitRow> for Split {
    fn from(row: SplitRow) -> Self {
        Self {
            id: row.id,
            created_at: row.created_at,
            entity_id: row.entity_id,
            into_id: row.into_id,
            mentions: row.mentions.into_iter().flatten().collect(),
            quotes: row.quotes.into_iter().flatten().collect(),
            actor: row.actor,
            reason: row.reason,
        }
    }
}

/// The entity and the article of a mention or a quote.
type Link = (Option<Uuid>, Uuid);

/// Takes mentions and quotes of an entity to another one.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Gone`] or [`Error::Merged`] for the entity, faults at `/mentions` and `/quotes` for those that are not
/// its own, and at `/into`.
pub fn create(conn: &mut PgConnection, entity: Uuid, new: &NewSplit, actor: Option<&str>) -> Result<Split> {
    entities::check_present(conn, entity)?;
    let articles: BTreeSet<Uuid> = links(conn, new)?.into_values().map(|(_, article)| article).collect();
    for article in articles {
        article_text::lock(conn, article)?;
    }
    check_records(conn, entity, new)?;
    let into = target(conn, entity, &new.into)?;
    for id in &new.mentions {
        let patch = MentionPatch { entity_id: Some(Some(into)), ..MentionPatch::default() };
        mention_store::update(conn, *id, &None, &patch)?;
    }
    for id in &new.quotes {
        let patch = QuotePatch { speaker_id: Some(Some(into)), ..QuotePatch::default() };
        quote_store::update(conn, *id, &None, &patch, actor)?;
    }
    let row: SplitRow = diesel::insert_into(splits::table)
        .values((
            splits::id.eq(new_id()),
            splits::entity_id.eq(entity),
            splits::into_id.eq(into),
            splits::mentions.eq(&new.mentions),
            splits::quotes.eq(&new.quotes),
            splits::actor.eq(actor),
            splits::reason.eq(&new.reason),
        ))
        .returning(SplitRow::as_returning())
        .get_result(conn)?;
    Ok(row.into())
}

/// The links of the mentions and quotes that exist.
fn links(conn: &mut PgConnection, new: &NewSplit) -> Result<HashMap<Uuid, Link>> {
    let of_mentions: Vec<(Uuid, Link)> = mentions::table
        .filter(mentions::id.eq_any(&new.mentions))
        .select((mentions::id, (mentions::entity_id, mentions::article_id)))
        .load(conn)?;
    let of_quotes: Vec<(Uuid, Link)> = quotes::table
        .filter(quotes::id.eq_any(&new.quotes))
        .select((quotes::id, (quotes::speaker_id, quotes::article_id)))
        .load(conn)?;
    Ok(of_mentions.into_iter().chain(of_quotes).collect())
}

/// Checks that all mentions and quotes are of this entity, or of one whose records are still being moved to it.
fn check_records(conn: &mut PgConnection, entity: Uuid, new: &NewSplit) -> Result<()> {
    let links = links(conn, new)?;
    let survivors = references::survivors(conn, links.values().filter_map(|(linked, _)| *linked))?;
    let (mut faults, mut seen) = (Vec::new(), HashSet::new());
    for (member, noun, ids) in [("mentions", "mention", &new.mentions), ("quotes", "quote", &new.quotes)] {
        for (index, id) in ids.iter().enumerate() {
            let linked = links.get(id).map(|(linked, _)| linked.and_then(|linked| survivors.get(&linked)));
            let detail = match linked {
                _ if !seen.insert(id) => "is given twice".to_owned(),
                None => format!("there is no such {noun}"),
                Some(linked) if linked != Some(&entity) => format!("is no {noun} of this entity"),
                Some(_) => continue,
            };
            faults.push(FieldError::new(format!("/{member}/{index}"), detail));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}

/// The stored entity that records are taken to, which may have to be created.
fn target(conn: &mut PgConnection, entity: Uuid, into: &SplitTarget) -> Result<Uuid> {
    let id = match into {
        SplitTarget::New(new) => {
            return Ok(entities::create(conn, new).map_err(|error| error.inside("/into/entity"))?.id);
        }
        SplitTarget::Stored(id) => *id,
    };
    match references::survivors(conn, [id])?.get(&id) {
        None => Err(Error::field("/into/entity_id", "there is no such entity")),
        Some(survivor) if *survivor == entity => Err(Error::field("/into/entity_id", "is the entity itself")),
        Some(survivor) => Ok(*survivor),
    }
}

/// The splits behind an id, in the order of their ids.
pub fn by_id(conn: &mut PgConnection, after: Option<Uuid>, limit: i64) -> Result<Vec<Split>> {
    let query = splits::table.filter(splits::id.gt(after.unwrap_or_default())).order(splits::id).limit(limit);
    let rows = query.select(SplitRow::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Split::from).collect())
}

/// Stores a split that was exported. Its mentions and quotes are restored by their own records. Returns false if it is stored already.
pub fn restore(conn: &mut PgConnection, split: &Split) -> Result<bool> {
    let inserted = diesel::insert_into(splits::table)
        .values((
            splits::id.eq(split.id),
            splits::created_at.eq(split.created_at),
            splits::entity_id.eq(split.entity_id),
            splits::into_id.eq(split.into_id),
            splits::mentions.eq(&split.mentions),
            splits::quotes.eq(&split.quotes),
            splits::actor.eq(&split.actor),
            splits::reason.eq(&split.reason),
        ))
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok(inserted > 0)
}

/// One page of the matching splits, newest first.
pub fn list(conn: &mut PgConnection, list: &SplitList) -> Result<Page<Split>> {
    let matching = || {
        let query = splits::table.into_boxed::<Pg>();
        match list.entities.is_empty() {
            true => query,
            false => query.filter(
                splits::entity_id.eq_any(list.entities.clone()).or(splits::into_id.eq_any(list.entities.clone())),
            ),
        }
    };
    let total = count::total(conn, list.page.count, || matching().select(splits::id))?;
    let mut query = matching().order(splits::id.desc()).limit(list.page.limit + 1);
    if let Some(at) = &list.page.after {
        keyset::text_key(at)?;
        query = query.filter(splits::id.lt(at.id));
    }
    let rows = query.select(SplitRow::as_select()).load(conn)?;
    let items = rows.into_iter().map(Split::from).collect();
    let position = |split: &Split| Position::of_id(split.id);
    Ok(Page::from_rows(items, list.page.limit, total, position))
}
