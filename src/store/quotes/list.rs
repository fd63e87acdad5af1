//! The list of quotes: its filters, its orders, and one quote for each cluster.

use super::complete_page;
use super::row::QuoteRow;
use crate::domain::QuoteStatus;
use crate::domain::page::{Key, Page, Position};
use crate::domain::quote::{Quote, QuoteFilter, QuoteList, QuoteOrder};
use crate::schema::{quote_about, quotes};
use crate::store::page::{self, Above, Below, FAR_AHEAD, LONG_AGO, Outer, Predicate, Start, choose, published, row};
use crate::store::{Error, Result};
use diesel::dsl::{self, exists, not};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_source::Alias;
use diesel::sql_types::{Double, Timestamptz};

diesel::alias!(quotes as twins: Twins);

/// One page of the quotes that match.
///
/// # Errors
/// Only the database's own.
pub fn list(conn: &mut PgConnection, list: &QuoteList) -> Result<Page<Quote>> {
    let QuoteList { filter, order, page: request, .. } = list;
    let total = page::total(
        conn,
        request.count,
        |conn| selected(counted(list)).select(dsl::count_star()).get_result(conn),
        || selected(counted(list)).select(quotes::id),
    )?;
    let after_position = request.after.as_ref();
    let start = after_position.filter(|_| walks(filter, Some(*order))).map(page::start).transpose()?;
    let mut query = selected(predicates(list, start)).limit(request.limit + 1);
    query = match order {
        QuoteOrder::NewestPublished => query.order((quotes::published_desc.desc(), quotes::id.desc())),
        QuoteOrder::OldestPublished => query.order((quotes::published_asc, quotes::id)),
        QuoteOrder::MostConfident => query.order((quotes::confidence.desc(), quotes::id.desc())),
    };
    // The walk begins there already; said twice, it can bring the planner to scan the list's index for every row.
    if let Some(position) = after_position.filter(|_| start.is_none()) {
        query = query.filter(after(*order, position)?);
    }
    let rows = query.select(QuoteRow::as_select()).load(conn)?;
    let page = Page::from_rows(rows, request.limit, total, |row| Position {
        key: match order {
            QuoteOrder::NewestPublished | QuoteOrder::OldestPublished => Key::Time(row.published_at),
            QuoteOrder::MostConfident => Key::Number(row.columns.confidence),
        },
        id: row.id,
    });
    complete_page(conn, page)
}

fn selected(predicates: Vec<Predicate<quotes::table>>) -> quotes::BoxedQuery<'static, Pg> {
    predicates.into_iter().fold(quotes::table.into_boxed(), |query, predicate| query.filter(predicate))
}

/// The conditions of a filter, for a question that is not a list.
pub(in crate::store) fn matching(filter: &QuoteFilter) -> Vec<Predicate<quotes::table>> {
    plain(filter, None, None)
}

/// The same for a question about the newest that match.
pub(in crate::store) fn newest(filter: &QuoteFilter) -> Vec<Predicate<quotes::table>> {
    plain(filter, Some(QuoteOrder::NewestPublished), None)
}

/// The condition that a row comes after `position` in the list.
fn after(order: QuoteOrder, position: &Position) -> Result<Predicate<quotes::table>> {
    let place = |undated| Ok::<_, Error>(row!(page::time_key(position, undated)?, position.id, Timestamptz));
    Ok(match order {
        QuoteOrder::NewestPublished => {
            let here = row!(quotes::published_desc, quotes::id, Timestamptz);
            Box::new(Below::new(here, place(LONG_AGO)?).nullable())
        }
        QuoteOrder::OldestPublished => {
            let here = row!(quotes::published_asc, quotes::id, Timestamptz);
            Box::new(Above::new(here, place(FAR_AHEAD)?).nullable())
        }
        QuoteOrder::MostConfident => {
            let here = row!(quotes::confidence, quotes::id, Double);
            Box::new(Below::new(here, row!(page::number_key(position)?, position.id, Double)).nullable())
        }
    })
}

/// True when the list is newest first and about one entity, whose own index is in that order.
fn walks(filter: &QuoteFilter, order: Option<QuoteOrder>) -> bool {
    order == Some(QuoteOrder::NewestPublished) && filter.about.any.len() == 1
}

/// The conditions of a list; of its position only where the walk of an entity's index starts, when there is one.
fn predicates(list: &QuoteList, start: Option<Start>) -> Vec<Predicate<quotes::table>> {
    once(list, plain(&list.filter, Some(list.order), start))
}

/// The conditions of a list whose order does not matter.
fn counted(list: &QuoteList) -> Vec<Predicate<quotes::table>> {
    once(list, matching(&list.filter))
}

fn once(list: &QuoteList, mut all: Vec<Predicate<quotes::table>>) -> Vec<Predicate<quotes::table>> {
    if list.one_per_cluster {
        all.push(first_of_cluster(&list.filter, list.order));
    }
    all
}

/// The conditions on the columns of `$source`; `$column!` spells one of them.
macro_rules! conditions {
    ($filter:ident, $order:expr, $start:expr, $source:ty, $column:ident) => {{
        let mut all: Vec<Predicate<$source>> = Vec::new();
        choose!(all, $filter.speaker, $column!(speaker_id));
        choose!(all, $filter.speaker_status, $column!(speaker_status));
        choose!(all, $filter.article, $column!(article_id));
        choose!(all, $filter.publisher, $column!(publisher));
        choose!(all, $filter.language, $column!(language));
        choose!(all, $filter.kind, $column!(kind));
        choose!(all, $filter.status, $column!(status));
        choose!(all, $filter.cue, $column!(cue_lemma));
        choose!(all, $filter.cluster, $column!(cluster_id));
        if $filter.status.any.is_empty() {
            all.push(Box::new($column!(status).ne(QuoteStatus::Rejected).nullable()));
        }
        match &$filter.about.any[..] {
            [] => {}
            [entity] if walks($filter, $order) => {
                let mut about = quote_about::table
                    .select(quote_about::quote_id)
                    .filter(quote_about::entity_id.eq(*entity))
                    .into_boxed()
                    .filter(quote_about::quote_id.eq(Outer($column!(id))))
                    // True of all; it lets the planner walk the entity's index in the order of the list.
                    .filter(quote_about::published_desc.eq(Outer($column!(published_desc))));
                if let Some((time, id)) = $start {
                    let here = row!(quote_about::published_desc, quote_about::quote_id, Timestamptz);
                    about = about.filter(Below::new(here, row!(time, id, Timestamptz)));
                }
                all.push(Box::new(exists(about).nullable()));
            }
            entities => {
                let about = quote_about::table
                    .filter(quote_about::quote_id.eq(Outer($column!(id))))
                    .filter(quote_about::entity_id.eq_any(entities.to_vec()));
                all.push(Box::new(exists(about).nullable()));
            }
        }
        if !$filter.about.none.is_empty() {
            let about = quote_about::table
                .filter(quote_about::quote_id.eq(Outer($column!(id))))
                .filter(quote_about::entity_id.eq_any($filter.about.none.clone()));
            all.push(Box::new(not(exists(about)).nullable()));
        }
        if let Some(least) = $filter.min_confidence {
            all.push(Box::new($column!(confidence).ge(least).nullable()));
        }
        if let Some(from) = $filter.said.from {
            all.push(Box::new($column!(said_on).ge(from).nullable()));
        }
        if let Some(to) = $filter.said.to {
            all.push(Box::new($column!(said_on).lt(to).nullable()));
        }
        published!(
            all,
            $filter.published,
            $order == Some(QuoteOrder::OldestPublished),
            $column!(published_at),
            $column!(published_desc),
            $column!(published_asc)
        );
        all
    }};
}

fn plain(filter: &QuoteFilter, order: Option<QuoteOrder>, start: Option<Start>) -> Vec<Predicate<quotes::table>> {
    macro_rules! column {
        ($name:ident) => {
            quotes::$name
        };
    }
    conditions!(filter, order, start, quotes::table, column)
}

fn plain_of_twins(filter: &QuoteFilter, order: QuoteOrder) -> Vec<Predicate<Alias<Twins>>> {
    macro_rules! column {
        ($name:ident) => {
            twins.field(quotes::$name)
        };
    }
    conditions!(filter, Some(order), None::<Start>, Alias<Twins>, column)
}

/// No quote of the same cluster that matches too comes earlier in the list. Quotes without a cluster have no twins.
fn first_of_cluster(filter: &QuoteFilter, order: QuoteOrder) -> Predicate<quotes::table> {
    let same = twins
        .select(twins.field(quotes::id))
        .into_boxed()
        .filter(twins.field(quotes::cluster_id).eq(Outer(quotes::cluster_id)));
    let twin = twins.field(quotes::id);
    let this = Outer(quotes::id);
    let earlier = match order {
        QuoteOrder::NewestPublished => same.filter(Above::new(
            row!(twins.field(quotes::published_desc), twin, Timestamptz),
            row!(Outer(quotes::published_desc), this, Timestamptz),
        )),
        QuoteOrder::OldestPublished => same.filter(Below::new(
            row!(twins.field(quotes::published_asc), twin, Timestamptz),
            row!(Outer(quotes::published_asc), this, Timestamptz),
        )),
        QuoteOrder::MostConfident => same.filter(Above::new(
            row!(twins.field(quotes::confidence), twin, Double),
            row!(Outer(quotes::confidence), this, Double),
        )),
    };
    let matching = plain_of_twins(filter, order).into_iter().fold(earlier, |query, predicate| query.filter(predicate));
    Box::new(not(exists(matching)).nullable())
}
