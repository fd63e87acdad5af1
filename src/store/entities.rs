//! Entities with their aliases and identifiers.

use super::page::{self, Above, Below, FAR_AHEAD, row};
use super::rows::Rows;
use super::{Conflict, Error, Expected, Resource, Result, check, mentions, quotes, tombstones};
use crate::domain::entity::{Alias, Entity, EntityFilter, EntityOrder, EntityPatch, Identifier, NewEntity};
use crate::domain::page::{Key, Page, Position};
use crate::domain::{AliasKind, EntityKind, Fault, new_id, text};
use crate::schema::{entities, entity_aliases, entity_identifiers, entity_mention_counts, entity_quote_counts};
use chrono::{DateTime, Utc};
use diesel::dsl::{self, now};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{self as sql, BigInt, Text, Timestamptz};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// An entity without its lists.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = entities, check_for_backend(Pg))]
struct EntityRow {
    id: Uuid,
    version: i32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    kind: EntityKind,
    name: String,
    name_key: String,
    description: Option<String>,
    merged_into: Option<Uuid>,
}

impl EntityRow {
    fn with(self, aliases: Vec<Alias>, identifiers: Vec<Identifier>) -> Entity {
        Entity {
            id: self.id,
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
            kind: self.kind,
            name: self.name,
            description: self.description,
            aliases,
            identifiers,
            merged_into: self.merged_into,
        }
    }
}

/// Stores an entity.
///
/// # Errors
/// [`Error::Faults`] for an identifier given twice or not of its scheme, [`Conflict::Identifier`] for one that another entity has.
pub fn create(conn: &mut PgConnection, new: &NewEntity) -> Result<Entity> {
    check_identifiers(&new.identifiers)?;
    let row = diesel::insert_into(entities::table)
        .values((
            entities::id.eq(new_id()),
            entities::kind.eq(new.kind),
            entities::name.eq(&new.name),
            entities::name_key.eq(text::name_key(&new.name)),
            entities::description.eq(&new.description),
        ))
        .returning(EntityRow::as_returning())
        .get_result(conn)?;
    insert_aliases(conn, row.id, &new.aliases)?;
    insert_identifiers(conn, row.id, &new.identifiers)?;
    Ok(row.with(new.aliases.clone(), new.identifiers.clone()))
}

/// The entity of this id.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Gone`], or [`Error::Merged`] with the survivor.
pub fn find(conn: &mut PgConnection, id: Uuid) -> Result<Entity> {
    let row = entities::table.find(id).select(EntityRow::as_select()).first(conn).optional()?;
    let row = present(conn, id, row)?;
    complete_one(conn, row)
}

/// The entities of these ids, merged ones too. Absent ids are left out.
///
/// # Errors
/// Only the database's own.
pub fn by_ids(conn: &mut PgConnection, ids: &[Uuid]) -> Result<HashMap<Uuid, Entity>> {
    let rows = entities::table.filter(entities::id.eq_any(ids)).select(EntityRow::as_select()).load(conn)?;
    Ok(complete(conn, rows)?.into_iter().map(|entity| (entity.id, entity)).collect())
}

/// Entities joined to their counts. A list that does not use a count has that join dropped by the planner.
type Query<'a> = dsl::IntoBoxed<
    'a,
    dsl::LeftJoin<dsl::LeftJoin<entities::table, entity_mention_counts::table>, entity_quote_counts::table>,
    Pg,
>;

/// One page of the entities that match.
///
/// # Errors
/// Only the database's own.
pub fn list(conn: &mut PgConnection, filter: &EntityFilter) -> Result<Page<Entity>> {
    let any = identified(conn, &filter.identifier.any)?;
    let none = identified(conn, &filter.identifier.none)?;
    let matching = || matching(filter, &any, &none);
    let total = page::total(
        conn,
        filter.page.count,
        |conn| matching().select(dsl::count_star()).get_result(conn),
        || matching().select(entities::id),
    )?;
    let rows = ordered(conn, filter, matching())?;
    let page = Page::from_rows(rows, filter.page.limit, total, |(row, count)| Position {
        key: match filter.order {
            EntityOrder::Name => Key::Text(row.name_key.clone()),
            EntityOrder::MostMentions | EntityOrder::MostQuotes => Key::Count(*count),
            EntityOrder::NewestUpdated => Key::Time(Some(row.updated_at)),
        },
        id: row.id,
    });
    let Page { items, next, total } = page;
    let items = complete(conn, items.into_iter().map(|(row, _)| row).collect())?;
    Ok(Page { items, next, total })
}

fn matching<'a>(filter: &EntityFilter, any: &[Uuid], none: &[Uuid]) -> Query<'a> {
    let mut query = entities::table
        .left_join(entity_mention_counts::table)
        .left_join(entity_quote_counts::table)
        .into_boxed()
        .filter(entities::merged_into.is_null());
    match &filter.kind.any[..] {
        [] => {}
        // By `=`, the index of the kind is in the list's order.
        [kind] => query = query.filter(entities::kind.eq(*kind)),
        kinds => query = query.filter(entities::kind.eq_any(kinds.to_vec())),
    }
    if !filter.kind.none.is_empty() {
        query = query.filter(entities::kind.ne_all(filter.kind.none.clone()));
    }
    if !filter.identifier.any.is_empty() {
        query = query.filter(entities::id.eq_any(any.to_vec()));
    }
    if !none.is_empty() {
        query = query.filter(entities::id.ne_all(none.to_vec()));
    }
    query
}

/// The rows of a page and one more, each with the count it is ordered by (0 where it is not).
fn ordered(conn: &mut PgConnection, filter: &EntityFilter, query: Query<'_>) -> Result<Vec<(EntityRow, i64)>> {
    let limit = filter.page.limit + 1;
    let after = filter.page.after.as_ref();
    let uncounted = |rows: Vec<EntityRow>| rows.into_iter().map(|row| (row, 0)).collect();
    match filter.order {
        EntityOrder::Name => {
            let mut query = query.order((entities::name_key, entities::id)).limit(limit);
            if let Some(at) = after {
                let place = row!(page::text_key(at)?, at.id, Text);
                query = query.filter(Above::new(row!(entities::name_key, entities::id, Text), place));
            }
            Ok(uncounted(query.select(EntityRow::as_select()).load(conn)?))
        }
        EntityOrder::NewestUpdated => {
            let mut query = query.order((entities::updated_at.desc(), entities::id.desc())).limit(limit);
            if let Some(at) = after {
                let place = row!(page::time_key(at, FAR_AHEAD)?, at.id, Timestamptz);
                query = query.filter(Below::new(row!(entities::updated_at, entities::id, Timestamptz), place));
            }
            Ok(uncounted(query.select(EntityRow::as_select()).load(conn)?))
        }
        EntityOrder::MostMentions => {
            use entity_mention_counts::{entity_id, mentions};
            // A condition on the count makes the join an inner one, so that its index can be walked.
            let mut query = query.filter(mentions.ge(0)).order((mentions.desc(), entity_id.desc())).limit(limit);
            if let Some(at) = after {
                let place = row!(page::count_key(at)?, at.id, BigInt);
                let here = row!(mentions.assume_not_null(), entity_id.assume_not_null(), BigInt);
                query = query.filter(Below::new(here, place));
            }
            Ok(query.select((EntityRow::as_select(), mentions.assume_not_null())).load(conn)?)
        }
        EntityOrder::MostQuotes => {
            use entity_quote_counts::{entity_id, quotes};
            let mut query = query.filter(quotes.ge(0)).order((quotes.desc(), entity_id.desc())).limit(limit);
            if let Some(at) = after {
                let place = row!(page::count_key(at)?, at.id, BigInt);
                let here = row!(quotes.assume_not_null(), entity_id.assume_not_null(), BigInt);
                query = query.filter(Below::new(here, place));
            }
            Ok(query.select((EntityRow::as_select(), quotes.assume_not_null())).load(conn)?)
        }
    }
}

/// The entities that have one of these identifiers.
fn identified(conn: &mut PgConnection, identifiers: &[Identifier]) -> Result<Vec<Uuid>> {
    if identifiers.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = entity_identifiers::table.select(entity_identifiers::entity_id).distinct().into_boxed();
    for Identifier { scheme, value } in identifiers {
        query = query.or_filter(entity_identifiers::scheme.eq(scheme).and(entity_identifiers::value.eq(value)));
    }
    Ok(query.load(conn)?)
}

/// Changes an entity. A patch that changes nothing writes nothing.
///
/// # Errors
/// As [`find`] and [`create`], and [`Error::Stale`].
pub fn update(conn: &mut PgConnection, id: Uuid, expected: &Expected, patch: &EntityPatch) -> Result<Entity> {
    let row = entities::table.find(id).select(EntityRow::as_select()).for_no_key_update().first(conn).optional()?;
    let row = present(conn, id, row)?;
    check(expected, row.version)?;
    let old = complete_one(conn, row)?;
    let next = patched(&old, patch);
    if next == old {
        return Ok(old);
    }
    check_identifiers(&next.identifiers)?;
    if next.aliases != old.aliases {
        diesel::delete(entity_aliases::table.filter(entity_aliases::entity_id.eq(id))).execute(conn)?;
        insert_aliases(conn, id, &next.aliases)?;
    }
    if next.identifiers != old.identifiers {
        diesel::delete(entity_identifiers::table.filter(entity_identifiers::entity_id.eq(id))).execute(conn)?;
        insert_identifiers(conn, id, &next.identifiers)?;
    }
    let row = diesel::update(entities::table.find(id))
        .set((
            entities::version.eq(entities::version + 1),
            entities::updated_at.eq(now),
            entities::kind.eq(next.kind),
            entities::name.eq(&next.name),
            entities::name_key.eq(text::name_key(&next.name)),
            entities::description.eq(&next.description),
        ))
        .returning(EntityRow::as_returning())
        .get_result(conn)?;
    Ok(row.with(next.aliases, next.identifiers))
}

fn patched(old: &Entity, patch: &EntityPatch) -> Entity {
    let patch = patch.clone();
    Entity {
        kind: patch.kind.unwrap_or(old.kind),
        name: patch.name.unwrap_or_else(|| old.name.clone()),
        description: patch.description.unwrap_or_else(|| old.description.clone()),
        aliases: patch.aliases.unwrap_or_else(|| old.aliases.clone()),
        identifiers: patch.identifiers.unwrap_or_else(|| old.identifiers.clone()),
        ..old.clone()
    }
}

/// Deletes an entity; with `cascade` the mentions and quotes that refer to it lose their link.
///
/// # Errors
/// As [`find`], [`Error::Stale`], and [`Conflict::Referenced`] without `cascade`.
pub fn delete(conn: &mut PgConnection, id: Uuid, expected: &Expected, cascade: bool) -> Result<()> {
    // The strongest lock: nobody can begin to refer to it while the references are counted.
    let row = entities::table.find(id).select(EntityRow::as_select()).for_update().first(conn).optional()?;
    check(expected, present(conn, id, row)?.version)?;
    if cascade {
        mentions::unlink(conn, id)?;
        quotes::unlink(conn, id)?;
    } else {
        let mentions = mentions::count_of_entity(conn, id)?;
        let quotes = quotes::count_of_speaker(conn, id)?;
        if mentions + quotes > 0 {
            return Err(Error::Conflict(Conflict::Referenced { mentions, quotes }));
        }
    }
    diesel::delete(entities::table.find(id)).execute(conn)?;
    Ok(())
}

/// The row, when there is one and it was not merged.
fn present(conn: &mut PgConnection, id: Uuid, row: Option<EntityRow>) -> Result<EntityRow> {
    match row {
        Some(EntityRow { merged_into: Some(into), .. }) => Err(Error::Merged { into }),
        Some(row) => Ok(row),
        None => tombstones::missing(conn, Resource::Entity, id),
    }
}

fn complete_one(conn: &mut PgConnection, row: EntityRow) -> Result<Entity> {
    let mut aliases = aliases_of(conn, &[row.id])?;
    let mut identifiers = identifiers_of(conn, &[row.id])?;
    let id = row.id;
    Ok(row.with(aliases.remove(&id).unwrap_or_default(), identifiers.remove(&id).unwrap_or_default()))
}

/// The rows with their lists, which are read for all of them at once.
fn complete(conn: &mut PgConnection, rows: Vec<EntityRow>) -> Result<Vec<Entity>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut aliases = aliases_of(conn, &ids)?;
    let mut identifiers = identifiers_of(conn, &ids)?;
    let entity = |row: EntityRow| {
        let id = row.id;
        row.with(aliases.remove(&id).unwrap_or_default(), identifiers.remove(&id).unwrap_or_default())
    };
    Ok(rows.into_iter().map(entity).collect())
}

fn aliases_of(conn: &mut PgConnection, entities: &[Uuid]) -> Result<HashMap<Uuid, Vec<Alias>>> {
    let rows: Vec<(Uuid, String, Option<String>, AliasKind)> = entity_aliases::table
        .filter(entity_aliases::entity_id.eq_any(entities))
        .order((entity_aliases::entity_id, entity_aliases::position))
        .select((entity_aliases::entity_id, entity_aliases::name, entity_aliases::language, entity_aliases::kind))
        .load(conn)?;
    let mut aliases: HashMap<Uuid, Vec<Alias>> = HashMap::new();
    for (entity, name, language, kind) in rows {
        aliases.entry(entity).or_default().push(Alias { name, language, kind });
    }
    Ok(aliases)
}

fn identifiers_of(conn: &mut PgConnection, entities: &[Uuid]) -> Result<HashMap<Uuid, Vec<Identifier>>> {
    let rows: Vec<(Uuid, String, String)> = entity_identifiers::table
        .filter(entity_identifiers::entity_id.eq_any(entities))
        .order((entity_identifiers::entity_id, entity_identifiers::position))
        .select((entity_identifiers::entity_id, entity_identifiers::scheme, entity_identifiers::value))
        .load(conn)?;
    let mut identifiers: HashMap<Uuid, Vec<Identifier>> = HashMap::new();
    for (entity, scheme, value) in rows {
        identifiers.entry(entity).or_default().push(Identifier { scheme, value });
    }
    Ok(identifiers)
}

fn insert_aliases(conn: &mut PgConnection, entity: Uuid, aliases: &[Alias]) -> Result<()> {
    Rows::of("entity_aliases")
        .column::<sql::Uuid, _>("entity_id", aliases.iter().map(|_| entity))
        .column::<sql::Integer, _>("position", (0..).zip(aliases).map(|(position, _): (i32, _)| position))
        .column::<sql::Text, _>("name", aliases.iter().map(|alias| &alias.name))
        .column::<sql::Text, _>("name_key", aliases.iter().map(|alias| text::name_key(&alias.name)))
        .column::<sql::Nullable<sql::Text>, _>("language", aliases.iter().map(|alias| alias.language.as_ref()))
        .column::<sql::Text, _>("kind", aliases.iter().map(|alias| alias.kind))
        .insert(conn)
}

fn insert_identifiers(conn: &mut PgConnection, entity: Uuid, identifiers: &[Identifier]) -> Result<()> {
    let mut numbered: Vec<(i32, &Identifier)> = (0..).zip(identifiers).collect();
    // In one order for all, so that two entities claiming the same pairs wait for each other and do not deadlock.
    numbered.sort_by_key(|(_, identifier)| (&identifier.scheme, &identifier.value));
    let identifiers = || numbered.iter().map(|(_, identifier)| identifier);
    Rows::of("entity_identifiers")
        .column::<sql::Uuid, _>("entity_id", numbered.iter().map(|_| entity))
        .column::<sql::Integer, _>("position", numbered.iter().map(|(position, _)| *position))
        .column::<sql::Text, _>("scheme", identifiers().map(|identifier| &identifier.scheme))
        .column::<sql::Text, _>("value", identifiers().map(|identifier| &identifier.value))
        .insert(conn)
}

fn check_identifiers(identifiers: &[Identifier]) -> Result<()> {
    let mut seen = HashSet::new();
    let mut faults = Vec::new();
    for (index, identifier) in identifiers.iter().enumerate() {
        if let Some(detail) = identifier.fault() {
            faults.push(Fault::new(format!("/identifiers/{index}/value"), detail));
        }
        if !seen.insert((&identifier.scheme, &identifier.value)) {
            faults.push(Fault::new(format!("/identifiers/{index}"), "is given twice"));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::Faults(faults)) }
}
