//! The list of quotes: its orders, and one quote for each cluster.

use super::filter::{about_index, conditions, is_selective};
use super::row::QuoteRow;
use crate::domain::Dimension;
use crate::domain::page::{Key, Page, PageRequest, Position, Total};
use crate::domain::quote::{QuoteFilter, QuoteList, QuoteOrder};
use crate::domain::search::Ranked;
use crate::domain::stats::CountTarget;
use crate::schema::quotes;
use crate::store::fulltext::list::{Source, by_date, by_group};
use crate::store::fulltext::{self, Collection, MAX_MATCHES, Planner, Statistics};
use crate::store::sql::access_path::{AccessPath, Scan};
use crate::store::sql::date_order::{self, DateKeyed, EntityIndex, Rows, Segment, SegmentKind, load_by_keys};
use crate::store::sql::filter::{Filter, is_any};
use crate::store::sql::keyset::{DateKey, LONG_AGO, number_key, pg_time};
use crate::store::sql::localized_query::LocalizedQuery;
use crate::store::sql::{Sql, count};
use crate::store::{Result, counts};
use diesel::dsl::sql;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Double, Uuid as SqlUuid};
use uuid::Uuid;

/// One page of the quotes that match; in order of relevance, with the number of quotes that were ranked.
///
/// # Errors
/// Only those of the database.
pub(super) fn page(
    conn: &mut PgConnection,
    statistics: &Statistics,
    list: &QuoteList,
) -> Result<(Page<QuoteRow>, Option<Ranked>)> {
    let QuoteList { filter, order, page: request, one_per_cluster } = list;
    let search = read_search(conn, filter)?;
    let order_of_heads = one_per_cluster.then_some(*order);
    let all = conditions(filter, search.clone(), order_of_heads);
    let total = total(conn, list, &all)?;
    let after = request.after.as_ref();
    let wanted = request.limit + 1;
    let about = || about_index(filter, search.clone(), order_of_heads);
    let rows: Vec<QuoteRow> = match (order, &search) {
        (QuoteOrder::Relevance, Some(query)) => {
            let source = source(conn, statistics, filter, &all, about(), MAX_MATCHES)?;
            let newest = newest_keys(conn, &source, filter, MAX_MATCHES)?;
            let newest = newest.into_iter().map(|(_, id)| id).collect();
            let (page, ranked) = fulltext::most_relevant(conn, Collection::Quotes, query, newest, request, total)?;
            let rows = by_ids(conn, page.items.iter().map(|(_, id)| *id).collect())?;
            let page = fulltext::with_records(page, rows, |row: &QuoteRow| row.id);
            return Ok((page.within_bytes(QuoteRow::text_bytes), Some(ranked)));
        }
        (QuoteOrder::MostConfident, _) => by_confidence(conn, statistics, list, &all, about(), wanted)?,
        _ => {
            let segments = match order {
                QuoteOrder::OldestPublished => date_order::oldest(after, filter.published)?,
                _ => date_order::newest(after)?,
            };
            let source = source(conn, statistics, filter, &all, about(), wanted)?;
            by_date(conn, &source, filter.published, &segments, wanted, load)?
        }
    };
    let position = |row: &QuoteRow| Position {
        key: match order {
            QuoteOrder::MostConfident => Key::Number(row.columns.confidence),
            _ => Key::Time(row.published_at),
        },
        id: row.id,
    };
    let page = Page::from_rows(rows, request.limit, total, position);
    Ok((page.map(|row| (position(&row), row)).within_bytes(QuoteRow::text_bytes), None))
}

fn read_search(conn: &mut PgConnection, filter: &QuoteFilter) -> Result<Option<LocalizedQuery>> {
    fulltext::read(conn, Collection::Quotes, filter.search.as_ref(), &filter.language)
}

/// How many quotes match, when that was asked.
fn total(conn: &mut PgConnection, list: &QuoteList, all: &Filter) -> Result<Option<Total>> {
    let QuoteList { filter, one_per_cluster, page: PageRequest { count, .. }, .. } = list;
    let records = || CountTarget::Quotes { filter: filter.clone(), one_per_cluster: *one_per_cluster };
    if let Some(kept) = counts::total(conn, *count, records)? {
        return Ok(Some(kept));
    }
    // The quotes about one entity are counted in its index.
    if let Some(index) = about_index(filter, None, one_per_cluster.then_some(list.order))
        && let ([entity], true) = (&index.entities[..], index.is_complete)
    {
        let newest = Segment { kind: SegmentKind::Newest, after: None };
        return count::total(conn, *count, || index.keys_of(*entity, &newest, None));
    }
    count::total_of(conn, *count, all)
}

impl DateKeyed for QuoteRow {
    fn date_key(&self) -> DateKey {
        (self.published_at.map_or(LONG_AGO, pg_time), self.id)
    }
}

fn load(conn: &mut PgConnection, rows: Rows) -> Result<Vec<QuoteRow>> {
    let query = quotes::table.filter(rows.condition).order(sql::<Bool>(&rows.order)).limit(rows.limit);
    Ok(query.select(QuoteRow::as_select()).load(conn)?)
}

fn by_ids(conn: &mut PgConnection, ids: Vec<Uuid>) -> Result<Vec<QuoteRow>> {
    Ok(quotes::table.filter(quotes::id.eq_any(ids)).select(QuoteRow::as_select()).load(conn)?)
}

/// What a list in date order is read by: the index of the entities it is about, or the planner's paths, or one index.
fn source<'a>(
    conn: &mut PgConnection,
    statistics: &Statistics,
    filter: &QuoteFilter,
    all: &'a Filter,
    entity_index: Option<EntityIndex>,
    wanted: i64,
) -> Result<Source<'a>> {
    let planner = match all.uses_single_index() || is_selective(filter) {
        true => None,
        false => Planner::new(conn, statistics, Collection::Quotes, all)?,
    };
    let (Some(planner), Some(index)) = (&planner, &entity_index) else {
        return Ok(Source { filter: all, planner, entity_index });
    };
    let rows = counts::of_entities(conn, Dimension::About, &index.entities)? as f64;
    if planner.prefers_entity_index(rows, wanted) {
        return Ok(Source { filter: all, planner: None, entity_index });
    }
    Ok(Source { filter: all, planner: Some(planner.clone().of_entities(rows)), entity_index: None })
}

/// The first quotes of a list that begins with the quotes of the highest confidence.
fn by_confidence(
    conn: &mut PgConnection,
    statistics: &Statistics,
    list: &QuoteList,
    all: &Filter,
    about: Option<EntityIndex>,
    wanted: i64,
) -> Result<Vec<QuoteRow>> {
    let filter = &list.filter;
    let after = list.page.after.as_ref();
    let after = after.map(|position| Ok::<_, crate::store::Error>((number_key(position)?, position.id))).transpose()?;
    let compare = |one: &QuoteRow, other: &QuoteRow| {
        other.columns.confidence.total_cmp(&one.columns.confidence).then(other.id.cmp(&one.id))
    };
    let of_speaker = filter.speaker.only().filter(|_| all.uses_single_index() && about.is_none());
    let keys_of = match about.as_ref().filter(|index| index.is_complete && index.entities.len() == 1) {
        Some(index) => {
            let entity = is_any("quote_about.entity_id", &index.entities);
            Some(("quote_about", "quote_id", Sql::all([entity, index.condition.clone()])))
        }
        None => of_speaker.map(|_| ("quotes", "id", all.conditions(&AccessPath::Planner))),
    };
    if let Some((table, id, condition)) = keys_of {
        let keys = |conn: &mut PgConnection, last: Option<(f64, Uuid)>, limit| {
            keys_by_confidence(conn, table, id, &condition, last.or(after), limit)
        };
        return load_by_keys(conn, true, wanted, keys, |conn, ids, _| {
            let mut rows = by_ids(conn, ids)?;
            rows.sort_by(compare);
            Ok(rows)
        });
    }
    let path = match all.search.is_none() && all.column_values().next().is_none() {
        // Few quotes are sorted sooner than the index of the order is read.
        _ if is_selective(filter) || about.is_some() => AccessPath::Sorted,
        true => AccessPath::Ordered(None),
        false => match Planner::new(conn, statistics, Collection::Quotes, all)? {
            Some(planner) => planner.unwindowed(wanted),
            None => AccessPath::Planner,
        },
    };
    by_group(all, &Scan::new(path), wanted, compare, |scan| {
        let order = date_order::order(&scan.path, "quotes.confidence", "quotes.id", "DESC");
        let after = after.map(|after| below("quotes.confidence", "quotes.id", after));
        let condition = Sql::all(std::iter::once(all.conditions(&scan.path)).chain(after));
        load(conn, Rows { condition, order, limit: wanted })
    })
}

fn below(key: &str, id: &str, (value, after): (f64, Uuid)) -> Sql {
    Sql::new(format!("({key}, {id}) < (")).bind(value).sql(", ").bind(after).sql(")")
}

/// The keys of the highest confidence in a table that has them in an index.
fn keys_by_confidence(
    conn: &mut PgConnection,
    table: &str,
    id: &str,
    condition: &Sql,
    after: Option<(f64, Uuid)>,
    limit: i64,
) -> Result<Vec<(f64, Uuid)>> {
    #[derive(QueryableByName)]
    struct Key {
        #[diesel(sql_type = Double)]
        confidence: f64,
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
    }
    let (key, id) = (format!("{table}.confidence"), format!("{table}.{id}"));
    let after = after.map(|after| below(&key, &id, after));
    let rows: Vec<Key> = Sql::new(format!("SELECT {key}, {id} AS id FROM {table} WHERE "))
        .append(Sql::all(std::iter::once(condition.clone()).chain(after)))
        .sql(format!(" ORDER BY {key} DESC, {id} DESC LIMIT "))
        .bind(limit)
        .rows(conn)?;
    Ok(rows.into_iter().map(|row| (row.confidence, row.id)).collect())
}

fn newest_keys(conn: &mut PgConnection, source: &Source<'_>, filter: &QuoteFilter, most: i64) -> Result<Vec<DateKey>> {
    by_date(conn, source, filter.published, &date_order::newest(None)?, most, |conn, rows| {
        let query = quotes::table.filter(rows.condition).order(sql::<Bool>(&rows.order)).limit(rows.limit);
        Ok(query.select((quotes::published_desc, quotes::id)).load(conn)?)
    })
}

/// Selects `id, unit, key, published_desc` of the `most` newest quotes that match, or of more; `key` is an expression on
/// the columns of quotes. With `one_per_cluster`, quotes of a cluster have the same unit.
///
/// # Errors
/// Only those of the database.
pub(in crate::store) fn newest(
    conn: &mut PgConnection,
    statistics: &Statistics,
    filter: &QuoteFilter,
    one_per_cluster: bool,
    key: &str,
    most: i64,
) -> Result<Sql> {
    let about = about_index(filter, None, None);
    if let Some(index) = about.filter(|index| !one_per_cluster && index.is_complete && index.entities.len() == 1) {
        let entity = is_any("quote_about.entity_id", &index.entities);
        return Ok(Sql::new(format!(
            "SELECT quote_id AS id, quote_id AS unit, {key} AS key, published_desc FROM quote_about WHERE "
        ))
        .append(Sql::all([entity, index.condition])));
    }
    let quotes = Sql::new(format!(
        "SELECT quotes.id, coalesce(quotes.cluster_id, quotes.id) AS unit, {key} AS key, quotes.published_desc FROM quotes WHERE "
    ));
    let search = read_search(conn, filter)?;
    let all = conditions(filter, search.clone(), None);
    if (all.uses_single_index() && filter.about.include.is_empty()) || is_selective(filter) {
        return Ok(quotes.append(all.conditions(&AccessPath::Planner)));
    }
    let about = about_index(filter, search, None);
    let source = source(conn, statistics, filter, &all, about, most)?;
    let keys = newest_keys(conn, &source, filter, most)?;
    Ok(quotes.sql("quotes.id = ANY (").bind(keys.into_iter().map(|(_, id)| id).collect::<Vec<_>>()).sql(")"))
}
