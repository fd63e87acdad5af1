//! The list of quotes in its orders, optionally with one quote per cluster.

use super::filter::{about_index, conditions, is_selective};
use super::row::QuoteRow;
use crate::domain::Dimension;
use crate::domain::page::{Key, Page, Position};
use crate::domain::quote::{QuoteFilter, QuoteList, QuoteOrder};
use crate::domain::search::Ranked;
use crate::domain::stats::CountTarget;
use crate::schema::quotes;
use crate::store::Result;
use crate::store::fulltext::{self, Collection, MAX_MATCHES, Statistics};
use crate::store::list::{self, List, Source};
use crate::store::sql::Sql;
use crate::store::sql::access_path::AccessPath;
use crate::store::sql::filter::{Filter, is_any};
use crate::store::sql::keyset::number_key;
use crate::store::sql::localized_query::LocalizedQuery;
use crate::store::sql::order::{self, EntityIndex, Rows, Segment, SegmentKind};
use diesel::dsl::sql;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use uuid::Uuid;

/// One page of the matching quotes and, in order of relevance, the number of ranked quotes.
pub(super) fn page(
    conn: &mut PgConnection,
    statistics: &Statistics,
    requested: &QuoteList,
) -> Result<(Page<QuoteRow>, Option<Ranked>)> {
    let QuoteList { filter, order, page: request, one_per_cluster } = requested;
    let search = read_search(conn, filter)?;
    let order_of_heads = one_per_cluster.then_some(*order);
    let all = conditions(filter, search.clone(), order_of_heads);
    let records = || CountTarget::Quotes { filter: Box::new(filter.clone()), one_per_cluster: *one_per_cluster };
    let index = about_index(filter, None, order_of_heads);
    let total = list::total(conn, request.count, &all, records, index.as_ref())?;
    let after = request.after.as_ref();
    let wanted = request.limit + 1;
    let about = || about_index(filter, search.clone(), order_of_heads);
    let rows: Vec<QuoteRow> = match (order, &search) {
        (QuoteOrder::Relevance, Some(query)) => {
            let newest = dated(conn, statistics, filter, &all, about(), MAX_MATCHES)?.newest_ids(conn, MAX_MATCHES)?;
            let (page, ranked) = fulltext::most_relevant(conn, Collection::Quotes, query, newest, request, total)?;
            let rows = by_ids(conn, page.items.iter().map(|(_, id)| *id).collect())?;
            let page = fulltext::with_records(page, rows, |row: &QuoteRow| row.id);
            return Ok((page.within_bytes(QuoteRow::text_bytes), Some(ranked)));
        }
        (QuoteOrder::MostConfident | QuoteOrder::LeastConfident, _) => {
            let kind = match order {
                QuoteOrder::LeastConfident => SegmentKind::Ascending,
                _ => SegmentKind::Descending,
            };
            let segments = Segment::by_value("confidence", kind, after, number_key)?;
            let list = match is_selective(filter) {
                // Sorting few quotes is faster than reading the index on the confidence.
                true => List { filter: &all, source: Source::Path(AccessPath::Sorted) },
                false => {
                    let about = about().map(|index| (Dimension::About, index));
                    List::new(conn, statistics, Collection::Quotes, &all, all.is_indexed(), about, wanted)?
                }
            };
            list.read(conn, &segments, wanted, load)?
        }
        _ => {
            let segments = match order {
                QuoteOrder::OldestPublished => order::oldest(after, filter.published)?,
                _ => order::newest(after)?,
            };
            dated(conn, statistics, filter, &all, about(), wanted)?.read(conn, &segments, wanted, load)?
        }
    };
    let position = |row: &QuoteRow| Position {
        key: match order {
            QuoteOrder::MostConfident | QuoteOrder::LeastConfident => Key::Number(row.columns.confidence),
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

fn load(conn: &mut PgConnection, rows: Rows) -> Result<Vec<QuoteRow>> {
    let query = quotes::table.filter(rows.condition).order(sql::<Bool>(&rows.order)).limit(rows.limit);
    Ok(query.select(QuoteRow::as_select()).load(conn)?)
}

pub(super) fn by_ids(conn: &mut PgConnection, ids: Vec<Uuid>) -> Result<Vec<QuoteRow>> {
    Ok(quotes::table.filter(quotes::id.eq_any(ids)).select(QuoteRow::as_select()).load(conn)?)
}

/// A list in order of publication.
fn dated<'a>(
    conn: &mut PgConnection,
    statistics: &Statistics,
    filter: &QuoteFilter,
    all: &'a Filter,
    about: Option<EntityIndex>,
    wanted: i64,
) -> Result<List<'a>> {
    let indexes = about.map(|index| (Dimension::About, index));
    let is_planned = !all.uses_single_index() && !is_selective(filter);
    List::new(conn, statistics, Collection::Quotes, all, is_planned, indexes, wanted)
}

/// Selects `id, unit, key, published_desc` of the `limit` newest matching quotes, or of more of them.
///
/// `key` is an expression on columns of quotes. With `one_per_cluster`, the quotes of a cluster have the same `unit`.
pub(in crate::store) fn newest(
    conn: &mut PgConnection,
    statistics: &Statistics,
    filter: &QuoteFilter,
    one_per_cluster: bool,
    key: &str,
    limit: i64,
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
    let ids = dated(conn, statistics, filter, &all, about, limit)?.newest_ids(conn, limit)?;
    Ok(quotes.sql("quotes.id = ANY (").bind(ids).sql(")"))
}
