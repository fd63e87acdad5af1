//! The list of entities: its filters and its orders.

use super::names::{self, Match, NameMatches, PopularNames, Scope};
use super::{EntityRow, by_ids, complete};
use crate::domain::entity::{Entity, EntityFilter, EntityOrder, ListedEntity};
use crate::domain::page::{Count, Key, Page, Position, Total};
use crate::schema::{entities, entity_counts, entity_identifiers};
use crate::store::sql::keyset::{self, POS_INFINITY};
use crate::store::sql::{Sql, Value, count};
use crate::store::{Error, Result};
use diesel::dsl::{self, exists, not, sql};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Entities joined to their counts. Postgres removes the join if the list uses no count.
type EntityQuery<'a> = dsl::IntoBoxed<'a, dsl::LeftJoin<entities::table, entity_counts::table>, Pg>;

/// One page of the matching entities. A search by name finds at most 600 entities: 200 by each of three queries.
pub fn list(conn: &mut PgConnection, popular: &PopularNames, filter: &EntityFilter) -> Result<Page<ListedEntity>> {
    let identified = names::by_identifiers(conn, &filter.identifier.include)?;
    let excluded = names::by_identifiers(conn, &filter.identifier.exclude)?;
    if let Some(q) = &filter.q {
        let included = (!filter.identifier.include.is_empty()).then_some(&identified[..]);
        let included = included.filter(|_| !filter.identifier.include_null);
        let scope = Scope { kind: filter.kind.clone(), include: included, exclude: &excluded };
        let mut found = names::search(conn, popular, q, &scope)?;
        if filter.identifier.include_null || filter.identifier.exclude_null {
            let ids: Vec<Uuid> = found.matches.iter().map(|m| m.entity).collect();
            let matching_ids =
                matching(filter, &identified, &excluded).filter(entities::id.eq_any(ids)).select(entities::id);
            let matching_ids: HashSet<Uuid> = matching_ids.load::<Uuid>(conn)?.into_iter().collect();
            found.matches.retain(|m| matching_ids.contains(&m.entity));
        }
        return match filter.order {
            EntityOrder::Relevance => best_first(conn, filter, found),
            _ => among_found(conn, filter, found),
        };
    }
    let matching = || matching(filter, &identified, &excluded);
    let total = count::total(conn, filter.page.count, || matching().select(entities::id))?;
    let page = in_order(conn, filter, matching(), total)?;
    Ok(page.map(|entity| ListedEntity { entity, matched: None }))
}

/// A page of the entities found by a name, best first.
fn best_first(conn: &mut PgConnection, filter: &EntityFilter, found: NameMatches) -> Result<Page<ListedEntity>> {
    let total = total_of(filter, &found);
    let after = filter.page.after.as_ref().map(|at| Ok::<_, Error>((keyset::count_key(at)?, at.id))).transpose()?;
    let rest = found.matches.into_iter().filter(|m| after.is_none_or(|after| (m.score, m.entity) < after));
    let part = rest.take(usize::try_from(filter.page.limit + 1).unwrap_or(usize::MAX)).collect();
    let page = Page::from_rows(part, filter.page.limit, total, |m: &Match| Position {
        key: Key::Count(m.score),
        id: m.entity,
    });
    let ids: Vec<Uuid> = page.items.iter().map(|m| m.entity).collect();
    let mut entities = by_ids(conn, &ids)?;
    let matched = matched(conn, &page.items)?;
    let listed = |m: Match| {
        let entity = entities.remove(&m.entity)?;
        Some(ListedEntity { entity, matched: matched.get(&m.entity).cloned() })
    };
    Ok(Page { items: page.items.into_iter().filter_map(listed).collect(), next: page.next, total: page.total })
}

/// A page of the entities found by a name, in another order.
fn among_found(conn: &mut PgConnection, filter: &EntityFilter, found: NameMatches) -> Result<Page<ListedEntity>> {
    let total = total_of(filter, &found);
    let ids: Vec<Uuid> = found.matches.iter().map(|m| m.entity).collect();
    let page = in_order(conn, filter, joined().filter(entities::id.eq_any(ids)), total)?;
    let shown: HashSet<Uuid> = page.items.iter().map(|entity| entity.id).collect();
    let listed: Vec<Match> = found.matches.into_iter().filter(|m| shown.contains(&m.entity)).collect();
    let mut matched = matched(conn, &listed)?;
    Ok(page.map(|entity| ListedEntity { matched: matched.remove(&entity.id), entity }))
}

/// The name by which each entity was found.
fn matched(conn: &mut PgConnection, found: &[Match]) -> Result<HashMap<Uuid, String>> {
    let named = names::suggestions(conn, found)?;
    Ok(named.into_iter().map(|suggestion| (suggestion.id, suggestion.matched)).collect())
}

/// The number of entities found by a name, if it is requested.
fn total_of(filter: &EntityFilter, found: &NameMatches) -> Option<Total> {
    let kind = if found.is_truncated { Count::Estimate } else { Count::Exact };
    filter.page.count.map(|_| Total { value: i64::try_from(found.matches.len()).unwrap_or(i64::MAX), kind })
}

fn in_order(
    conn: &mut PgConnection,
    filter: &EntityFilter,
    matching: EntityQuery<'_>,
    total: Option<Total>,
) -> Result<Page<Entity>> {
    let rows = ordered(conn, filter, matching)?;
    let page = Page::from_rows(rows, filter.page.limit, total, |(row, count)| Position {
        key: match filter.order {
            EntityOrder::Relevance | EntityOrder::Name => Key::Text(row.name_key.clone()),
            EntityOrder::MostMentions | EntityOrder::MostQuotes => Key::Count(*count),
            EntityOrder::NewestUpdated => Key::Time(Some(row.updated_at)),
        },
        id: row.id,
    });
    let Page { items, next, total } = page;
    let items = complete(conn, items.into_iter().map(|(row, _)| row).collect())?;
    Ok(Page { items, next, total })
}

fn joined<'a>() -> EntityQuery<'a> {
    entities::table.left_join(entity_counts::table).into_boxed().filter(entities::merged_into.is_null())
}

/// The identifiers of an entity of the outer query.
fn identifiers() -> dsl::Filter<entity_identifiers::table, dsl::Eq<entity_identifiers::entity_id, entities::id>> {
    entity_identifiers::table.filter(entity_identifiers::entity_id.eq(entities::id))
}

fn matching<'a>(filter: &EntityFilter, included: &[Uuid], excluded: &[Uuid]) -> EntityQuery<'a> {
    let mut query = joined();
    match &filter.kind.include[..] {
        [] => {}
        // With `=`, Postgres can read the index on the kind in the order of the list.
        [kind] => query = query.filter(entities::kind.eq(*kind)),
        kinds => query = query.filter(entities::kind.eq_any(kinds.to_vec())),
    }
    if !filter.kind.exclude.is_empty() {
        query = query.filter(entities::kind.ne_all(filter.kind.exclude.clone()));
    }
    match (filter.identifier.include.is_empty(), filter.identifier.include_null) {
        (true, false) => {}
        (false, false) => query = query.filter(entities::id.eq_any(included.to_vec())),
        (_, true) => query = query.filter(entities::id.eq_any(included.to_vec()).or(not(exists(identifiers())))),
    }
    if !excluded.is_empty() {
        query = query.filter(entities::id.ne_all(excluded.to_vec()));
    }
    if filter.identifier.exclude_null {
        query = query.filter(exists(identifiers()));
    }
    query
}

/// The rows of a page and one more row, each with the count that the list is ordered by, or 0 in other orders.
fn ordered(conn: &mut PgConnection, filter: &EntityFilter, query: EntityQuery<'_>) -> Result<Vec<(EntityRow, i64)>> {
    let (key, id) = match filter.order {
        EntityOrder::Relevance | EntityOrder::Name => ("entities.name_key", "entities.id"),
        EntityOrder::NewestUpdated => ("entities.updated_at", "entities.id"),
        EntityOrder::MostMentions => ("entity_counts.mentions", "entity_counts.entity_id"),
        EntityOrder::MostQuotes => ("entity_counts.quotes", "entity_counts.entity_id"),
    };
    let is_by_name = key == "entities.name_key";
    let (direction, operator) = if is_by_name { ("ASC", ">") } else { ("DESC", "<") };
    let order = format!("{key} {direction}, {id} {direction}");
    let mut query = query.order(sql::<Bool>(&order)).limit(filter.page.limit + 1);
    if let Some(at) = &filter.page.after {
        let value: Value = match filter.order {
            EntityOrder::Relevance | EntityOrder::Name => keyset::text_key(at)?.into(),
            EntityOrder::NewestUpdated => keyset::time_key(at, POS_INFINITY)?.into(),
            EntityOrder::MostMentions | EntityOrder::MostQuotes => keyset::count_key(at)?.into(),
        };
        query = query.filter(keyset::after(key, id, operator, value, at.id));
    }
    let is_counted = matches!(filter.order, EntityOrder::MostMentions | EntityOrder::MostQuotes);
    if is_counted {
        // A condition on the count makes the join an inner join, which can use the index on the count.
        query = query.filter(Sql::new(format!("{key} >= 0")));
    }
    if let (EntityOrder::MostQuotes, Some(kind)) = (filter.order, filter.kind.only()) {
        query = query.filter(entity_counts::kind.eq(*kind));
    }
    let count = format!("{}::bigint", if is_counted { key } else { "0" });
    Ok(query.select((EntityRow::as_select(), sql::<BigInt>(&count))).load(conn)?)
}
