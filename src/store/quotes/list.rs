//! The list of quotes: its orders, and one quote for each cluster.

use super::filter::{about_index, conditions, is_selective};
use super::row::QuoteRow;
use crate::domain::Dimension;
use crate::domain::page::{Key, Page, PageRequest, Position, Total};
use crate::domain::quote::{QuoteFilter, QuoteList, QuoteOrder};
use crate::domain::search::Ranked;
use crate::domain::stats::CountTarget;
use crate::schema::quotes;
use crate::store::Result;
use crate::store::fulltext::{self, Collection, MAX_MATCHES, Statistics};
use crate::store::list::{self, Highest, Source, below};
use crate::store::sql::access_path::AccessPath;
use crate::store::sql::date_order::{self, DateKeyed, EntityIndex, Rows, load_by_keys};
use crate::store::sql::filter::{Filter, is_any};
use crate::store::sql::keyset::{DateKey, LONG_AGO, number_key, pg_time};
use crate::store::sql::localized_query::LocalizedQuery;
use crate::store::sql::{Sql, Value};
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
    asked: &QuoteList,
) -> Result<(Page<QuoteRow>, Option<Ranked>)> {
    let QuoteList { filter, order, page: request, one_per_cluster } = asked;
    let search = read_search(conn, filter)?;
    let order_of_heads = one_per_cluster.then_some(*order);
    let all = conditions(filter, search.clone(), order_of_heads);
    let records = || CountTarget::Quotes { filter: filter.clone(), one_per_cluster: *one_per_cluster };
    let index = about_index(filter, None, order_of_heads);
    let total = list::total(conn, request.count, &all, records, index.as_ref())?;
    let after = request.after.as_ref();
    let wanted = request.limit + 1;
    let about = || about_index(filter, search.clone(), order_of_heads);
    let rows: Vec<QuoteRow> = match (order, &search) {
        (QuoteOrder::Relevance, Some(query)) => {
            let source = source(conn, statistics, filter, &all, about(), MAX_MATCHES)?;
            let newest = list::newest_keys(conn, &source, filter.published, MAX_MATCHES)?;
            let newest = newest.into_iter().map(|(_, id)| id).collect();
            let (page, ranked) = fulltext::most_relevant(conn, Collection::Quotes, query, newest, request, total)?;
            let rows = by_ids(conn, page.items.iter().map(|(_, id)| *id).collect())?;
            let page = fulltext::with_records(page, rows, |row: &QuoteRow| row.id);
            return Ok((page.within_bytes(QuoteRow::text_bytes), Some(ranked)));
        }
        (QuoteOrder::MostConfident, _) => by_confidence(conn, statistics, asked, &all, about(), wanted)?,
        _ => {
            let segments = match order {
                QuoteOrder::OldestPublished => date_order::oldest(after, filter.published)?,
                _ => date_order::newest(after)?,
            };
            let source = source(conn, statistics, filter, &all, about(), wanted)?;
            list::by_date(conn, &source, filter.published, &segments, wanted, load)?
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
    fulltext::read(conn, filter.search.as_ref(), &filter.language)
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

/// How the quotes of a list in date order are found.
fn source<'a>(
    conn: &mut PgConnection,
    statistics: &Statistics,
    filter: &QuoteFilter,
    all: &'a Filter,
    about: Option<EntityIndex>,
    wanted: i64,
) -> Result<Source<'a>> {
    let indexes = about.map(|index| (Dimension::About, index));
    Source::choose(conn, statistics, Collection::Quotes, all, is_selective(filter), indexes, wanted)
}

/// The first quotes of a list that begins with the quotes of the highest confidence.
fn by_confidence(
    conn: &mut PgConnection,
    statistics: &Statistics,
    asked: &QuoteList,
    all: &Filter,
    about: Option<EntityIndex>,
    wanted: i64,
) -> Result<Vec<QuoteRow>> {
    let after = list::value_after(asked.page.after.as_ref(), number_key)?;
    let compare = |one: &QuoteRow, other: &QuoteRow| {
        other.columns.confidence.total_cmp(&one.columns.confidence).then(other.id.cmp(&one.id))
    };
    if let Some(index) = about.as_ref().filter(|index| index.only().is_some()) {
        let condition = Sql::all([is_any("quote_about.entity_id", &index.entities), index.condition.clone()]);
        let keys = |conn: &mut PgConnection, last: Option<(f64, Uuid)>, limit| {
            let last = last.map(|(confidence, id)| (Value::from(confidence), id));
            keys_about(conn, &condition, last.or_else(|| after.clone()), limit)
        };
        return load_by_keys(conn, true, wanted, keys, |conn, ids, _| {
            let mut rows = by_ids(conn, ids)?;
            rows.sort_by(compare);
            Ok(rows)
        });
    }
    let list = Highest { filter: all, column: "confidence", after, wanted };
    // Few quotes are sorted sooner than the index of the order is read.
    let path = match is_selective(&asked.filter) || about.is_some() {
        true => AccessPath::Sorted,
        false => list.path(conn, statistics, Collection::Quotes)?,
    };
    list.read(path, compare, |rows| load(conn, rows))
}

/// The keys of the quotes about an entity with the highest confidence.
fn keys_about(
    conn: &mut PgConnection,
    condition: &Sql,
    after: Option<(Value, Uuid)>,
    limit: i64,
) -> Result<Vec<(f64, Uuid)>> {
    #[derive(QueryableByName)]
    struct Key {
        #[diesel(sql_type = Double)]
        confidence: f64,
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
    }
    let after = after.map(|after| below("quote_about.confidence", "quote_about.quote_id", after));
    let rows: Vec<Key> = Sql::new("SELECT quote_about.confidence, quote_about.quote_id AS id FROM quote_about WHERE ")
        .append(Sql::all(std::iter::once(condition.clone()).chain(after)))
        .sql(" ORDER BY quote_about.confidence DESC, quote_about.quote_id DESC LIMIT ")
        .bind(limit)
        .rows(conn)?;
    Ok(rows.into_iter().map(|row| (row.confidence, row.id)).collect())
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
    if let Some(index) = about.filter(|index| !one_per_cluster && index.only().is_some()) {
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
    let keys = list::newest_keys(conn, &source, filter.published, most)?;
    Ok(quotes.sql("quotes.id = ANY (").bind(keys.into_iter().map(|(_, id)| id).collect::<Vec<_>>()).sql(")"))
}
