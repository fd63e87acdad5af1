//! The list of quotes: its filters, its orders, and one quote for each cluster.

use super::complete_page;
use super::row::QuoteRow;
use crate::domain::QuoteStatus;
use crate::domain::page::{Key, Page, Position};
use crate::domain::quote::{Quote, QuoteFilter, QuoteOrder};
use crate::schema::{quote_about, quotes};
use crate::store::page::{self, Above, Below, FAR_AHEAD, LONG_AGO, Outer, Predicate, Start, choose, published, row};
use crate::store::{Error, Result};
use diesel::dsl::{self, exists, not};
use diesel::prelude::*;
use diesel::query_source::Alias;
use diesel::sql_types::{Double, Timestamptz};

diesel::alias!(quotes as twins: Twins);

/// One page of the quotes that match.
///
/// # Errors
/// Only the database's own.
pub fn list(conn: &mut PgConnection, filter: &QuoteFilter) -> Result<Page<Quote>> {
    let matching = |start| {
        let query = quotes::table.into_boxed();
        predicates(filter, start).into_iter().fold(query, |query, predicate| query.filter(predicate))
    };
    let total = page::total(
        conn,
        filter.page.count,
        |conn| matching(None).select(dsl::count_star()).get_result(conn),
        || matching(None).select(quotes::id),
    )?;
    let after_position = filter.page.after.as_ref();
    let start = after_position.filter(|_| walks(filter)).map(page::start).transpose()?;
    let mut query = matching(start).limit(filter.page.limit + 1);
    query = match filter.order {
        QuoteOrder::NewestPublished => query.order((quotes::published_desc.desc(), quotes::id.desc())),
        QuoteOrder::OldestPublished => query.order((quotes::published_asc, quotes::id)),
        QuoteOrder::MostConfident => query.order((quotes::confidence.desc(), quotes::id.desc())),
    };
    // The walk begins there already; said twice, it can bring the planner to scan the list's index for every row.
    if let Some(position) = after_position.filter(|_| start.is_none()) {
        query = query.filter(after(filter.order, position)?);
    }
    let rows = query.select(QuoteRow::as_select()).load(conn)?;
    let page = Page::from_rows(rows, filter.page.limit, total, |row| Position {
        key: match filter.order {
            QuoteOrder::NewestPublished | QuoteOrder::OldestPublished => Key::Time(row.published_at),
            QuoteOrder::MostConfident => Key::Number(row.columns.confidence),
        },
        id: row.id,
    });
    complete_page(conn, page)
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
fn walks(filter: &QuoteFilter) -> bool {
    filter.order == QuoteOrder::NewestPublished && filter.about.any.len() == 1
}

/// The conditions of a filter; of its position only where the walk of an entity's index starts, when there is one.
fn predicates(filter: &QuoteFilter, start: Option<Start>) -> Vec<Predicate<quotes::table>> {
    let mut all = plain(filter, start);
    if filter.one_per_cluster {
        all.push(first_of_cluster(filter));
    }
    all
}

/// The conditions on the columns of `$source`; `$column!` spells one of them.
macro_rules! conditions {
    ($filter:ident, $start:expr, $source:ty, $column:ident) => {{
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
            [entity] if walks($filter) => {
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
            $filter.order == QuoteOrder::OldestPublished,
            $column!(published_at),
            $column!(published_desc),
            $column!(published_asc)
        );
        all
    }};
}

fn plain(filter: &QuoteFilter, start: Option<Start>) -> Vec<Predicate<quotes::table>> {
    macro_rules! column {
        ($name:ident) => {
            quotes::$name
        };
    }
    conditions!(filter, start, quotes::table, column)
}

fn plain_of_twins(filter: &QuoteFilter) -> Vec<Predicate<Alias<Twins>>> {
    macro_rules! column {
        ($name:ident) => {
            twins.field(quotes::$name)
        };
    }
    conditions!(filter, None::<Start>, Alias<Twins>, column)
}

/// No quote of the same cluster that matches too comes earlier in the list. Quotes without a cluster have no twins.
fn first_of_cluster(filter: &QuoteFilter) -> Predicate<quotes::table> {
    let same = twins
        .select(twins.field(quotes::id))
        .into_boxed()
        .filter(twins.field(quotes::cluster_id).eq(Outer(quotes::cluster_id)));
    let twin = twins.field(quotes::id);
    let this = Outer(quotes::id);
    let earlier = match filter.order {
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
    let matching = plain_of_twins(filter).into_iter().fold(earlier, |query, predicate| query.filter(predicate));
    Box::new(not(exists(matching)).nullable())
}
