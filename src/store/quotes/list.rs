//! The list of quotes: its filters, its orders, and one quote for each cluster.

use super::complete_page;
use super::row::QuoteRow;
use crate::domain::QuoteStatus;
use crate::domain::page::{Choice, Key, Page, Position, Total};
use crate::domain::quote::{Quote, QuoteFilter, QuoteList, QuoteOrder};
use crate::domain::search::Ranked;
use crate::domain::stats::Records;
use crate::schema::{quote_about, quotes};
use crate::store::page::{self, Above, Below, FAR_AHEAD, LONG_AGO, Outer, Predicate, choose, in_range, published, row};
use crate::store::search::{
    self, Axis, Collection, Direction, Reading, Statistics, Step, Windows, ascending, descending, within,
};
use crate::store::walk::{self, OfEntity, Part, along};
use crate::store::{Error, Result, stats};
use diesel::dsl::{exists, not};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_source::Alias;
use diesel::sql_types::{Double, Timestamptz};

diesel::alias!(quotes as twins: Twins);

/// One page of the quotes that match; in order of relevance, with how many that is an order of.
///
/// # Errors
/// Only the database's own.
pub fn list(
    conn: &mut PgConnection,
    statistics: &Statistics,
    list: &QuoteList,
) -> Result<(Page<Quote>, Option<Ranked>)> {
    let QuoteList { filter, order, page: request, .. } = list;
    let reading = search::read(conn, Collection::Quotes, filter.search.as_ref(), &filter.language)?;
    let reading = reading.as_ref();
    let records = || Records::Quotes { filter: filter.clone(), one_per_cluster: list.one_per_cluster };
    let total = match stats::total(conn, request.count, records)? {
        None => page::total(conn, request.count, || selected(counted(list, reading)).select(page::nothing()))?,
        kept => kept,
    };
    let wanted = request.limit + 1;
    let rows: Vec<QuoteRow> = match reading {
        None if *order == QuoteOrder::MostConfident => {
            query(list, None)?.limit(wanted).select(QuoteRow::as_select()).load(conn)?
        }
        None => by_date(conn, list, wanted)?,
        Some(reading) if *order == QuoteOrder::Relevance => {
            return by_relevance(conn, statistics, list, reading, total).map(|(page, ranked)| (page, Some(ranked)));
        }
        Some(reading) => windows(conn, statistics, list, reading)?.read(conn, wanted, |conn, step, wanted| {
            Ok(query(list, Some((reading, step)))?.limit(wanted).select(QuoteRow::as_select()).load(conn)?)
        })?,
    };
    let page = Page::from_rows(rows, request.limit, total, |row| Position {
        key: match order {
            QuoteOrder::MostConfident => Key::Number(row.columns.confidence),
            _ => Key::Time(row.published_at),
        },
        id: row.id,
    });
    Ok((complete_page(conn, page)?, None))
}

/// What of a list is after its position, in its order; of a search, what one step is to read.
fn query(list: &QuoteList, search: Option<(&Reading, &Step)>) -> Result<quotes::BoxedQuery<'static, Pg>> {
    let QuoteList { order, page: request, .. } = list;
    let after_position = request.after.as_ref().filter(|_| *order != QuoteOrder::Relevance);
    let mut all = predicates(list, search.map(|(reading, _)| reading), OfEntity::Asked);
    if let Some(position) = after_position {
        all.push(after(*order, position)?);
    }
    if let Some((_, step)) = search {
        match order {
            QuoteOrder::OldestPublished => within!(all, step, Direction::Oldest, quotes::published_asc),
            _ => within!(all, step, Direction::Newest, quotes::published_desc),
        }
    }
    let gathers = search.is_some_and(|(_, step)| step.gathers);
    let query = selected(all);
    Ok(match order {
        QuoteOrder::OldestPublished => ascending!(query, gathers, quotes::published_asc, quotes::id, Timestamptz),
        QuoteOrder::MostConfident => descending!(query, gathers, quotes::confidence, quotes::id, Double),
        _ => descending!(query, gathers, quotes::published_desc, quotes::id, Timestamptz),
    })
}

/// The first rows of a list in order of publication, along the index of what it is filtered by.
fn by_date(conn: &mut PgConnection, list: &QuoteList, wanted: i64) -> Result<Vec<QuoteRow>> {
    let QuoteList { filter, order, page: request, .. } = list;
    let after = request.after.as_ref();
    let stretches = if *order == QuoteOrder::OldestPublished { walk::oldest(after)? } else { walk::newest(after)? };
    // What somebody said about an entity is less than what all said.
    let is_of_few = [filter.speaker.only().is_some(), !filter.cluster.any.is_empty(), !filter.article.any.is_empty()];
    let Some(entity) = filter.about.only().filter(|_| !is_of_few.contains(&true)) else {
        return walk::each(conn, stretches, wanted, |conn, stretch, missing| {
            let query = selected(predicates(list, None, OfEntity::Asked));
            let query = along!(query, stretch, quotes::published_desc, quotes::id);
            Ok(query.limit(missing).select(QuoteRow::as_select()).load(conn)?)
        });
    };
    let all_match = !list.one_per_cluster
        && *filter == QuoteFilter { about: Choice::of(vec![*entity], Vec::new()), ..QuoteFilter::default() };
    let places = |conn: &mut PgConnection, stretch, limit| {
        let query = quote_about::table.select((quote_about::published_desc, quote_about::quote_id)).into_boxed::<Pg>();
        let query =
            in_range!(query.filter(quote_about::entity_id.eq(entity)), filter.published, quote_about::published_desc);
        Ok(along!(query, stretch, quote_about::published_desc, quote_about::quote_id).limit(limit).load(conn)?)
    };
    walk::by_places(conn, stretches, wanted, all_match, places, |conn, part, ids, missing| {
        let query = selected(predicates(list, None, OfEntity::Met)).filter(quotes::id.eq_any(ids)).limit(missing);
        let query = match part {
            Part::Newest => descending!(query, true, quotes::published_desc, quotes::id, Timestamptz),
            Part::OldestDated | Part::Undated => {
                ascending!(query, true, quotes::published_desc, quotes::id, Timestamptz)
            }
        };
        Ok(query.select(QuoteRow::as_select()).load(conn)?)
    })
}

/// The windows that a search of a list is read in.
fn windows(conn: &mut PgConnection, statistics: &Statistics, list: &QuoteList, reading: &Reading) -> Result<Windows> {
    let axis = match list.order {
        QuoteOrder::NewestPublished | QuoteOrder::Relevance => Some((Axis::Published, Direction::Newest)),
        QuoteOrder::OldestPublished => Some((Axis::Published, Direction::Oldest)),
        QuoteOrder::MostConfident => None,
    };
    let after = list.page.after.as_ref().filter(|_| list.order != QuoteOrder::Relevance);
    Windows::of(conn, statistics, Collection::Quotes, reading, axis)?.within(list.filter.published, after)
}

/// The newest matches in order of relevance: a page of them.
fn by_relevance(
    conn: &mut PgConnection,
    statistics: &Statistics,
    list: &QuoteList,
    reading: &Reading,
    total: Option<Total>,
) -> Result<(Page<Quote>, Ranked)> {
    let rank = || reading.rank(quotes::vector, quotes::language);
    let windows = windows(conn, statistics, list, reading)?;
    let found = windows.read(conn, search::CONSIDERED, |conn, step, wanted| {
        Ok(query(list, Some((reading, step)))?.limit(wanted).select((rank(), quotes::id)).load(conn)?)
    })?;
    let (page, ranked) = search::most_relevant(found, &list.page, total)?;
    let rows = quotes::table.filter(quotes::id.eq_any(&page.items)).select(QuoteRow::as_select()).load(conn)?;
    let page = search::filled(page, rows, |row: &QuoteRow| row.id);
    Ok((complete_page(conn, page)?, ranked))
}

fn selected(predicates: Vec<Predicate<quotes::table>>) -> quotes::BoxedQuery<'static, Pg> {
    predicates.into_iter().fold(quotes::table.into_boxed(), |query, predicate| query.filter(predicate))
}

/// The conditions of a filter, for a question that is not a list; `reading` is that of its search.
pub(in crate::store) fn matching(filter: &QuoteFilter, reading: Option<&Reading>) -> Vec<Predicate<quotes::table>> {
    plain(filter, reading, None, OfEntity::Asked)
}

/// The same for a question about the newest that match.
pub(in crate::store) fn newest(filter: &QuoteFilter, reading: Option<&Reading>) -> Vec<Predicate<quotes::table>> {
    let of_entity = if reading.is_none() { OfEntity::Walked } else { OfEntity::Asked };
    plain(filter, reading, Some(QuoteOrder::NewestPublished), of_entity)
}

/// The condition that a row comes after `position` in the list.
fn after(order: QuoteOrder, position: &Position) -> Result<Predicate<quotes::table>> {
    let place = |undated| Ok::<_, Error>(row!(page::time_key(position, undated)?, position.id, Timestamptz));
    Ok(match order {
        QuoteOrder::NewestPublished | QuoteOrder::Relevance => {
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

/// The conditions of a list.
fn predicates(list: &QuoteList, reading: Option<&Reading>, about: OfEntity) -> Vec<Predicate<quotes::table>> {
    once(list, reading, plain(&list.filter, reading, Some(list.order), about))
}

/// The conditions of a list whose order does not matter.
fn counted(list: &QuoteList, reading: Option<&Reading>) -> Vec<Predicate<quotes::table>> {
    once(list, reading, matching(&list.filter, reading))
}

fn once(
    list: &QuoteList,
    reading: Option<&Reading>,
    mut all: Vec<Predicate<quotes::table>>,
) -> Vec<Predicate<quotes::table>> {
    if list.one_per_cluster {
        all.push(first_of_cluster(&list.filter, reading, list.order));
    }
    all
}

/// The conditions on the columns of `$source`; `$column!` spells one of them.
macro_rules! conditions {
    ($filter:ident, $reading:expr, $order:expr, $of_entity:expr, $source:ty, $column:ident) => {{
        let mut all: Vec<Predicate<$source>> = Vec::new();
        if let Some(reading) = $reading {
            all.push(Box::new(reading.matches($column!(vector), $column!(language))));
        }
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
        let about = || quote_about::table.filter(quote_about::quote_id.eq(Outer($column!(id))));
        match ($filter.about.only(), &$filter.about.any[..]) {
            (Some(_), _) if $of_entity == OfEntity::Met => {}
            (Some(entity), _) if $of_entity == OfEntity::Walked => {
                let about = quote_about::table
                    .select(quote_about::quote_id)
                    .filter(quote_about::entity_id.eq(*entity))
                    .into_boxed()
                    .filter(quote_about::quote_id.eq(Outer($column!(id))))
                    // True of all; it lets the planner walk the entity's index in the order of the list.
                    .filter(quote_about::published_desc.eq(Outer($column!(published_desc))));
                let about = in_range!(about, $filter.published, quote_about::published_desc);
                all.push(Box::new(exists(about).nullable()));
            }
            (_, []) if $filter.about.empty => all.push(Box::new(not(exists(about())).nullable())),
            (_, []) => {}
            (_, entities) => {
                let these = exists(about().filter(quote_about::entity_id.eq_any(entities.to_vec())));
                all.push(match $filter.about.empty {
                    true => Box::new(these.or(not(exists(about()))).nullable()),
                    false => Box::new(these.nullable()),
                });
            }
        }
        if !$filter.about_too.is_empty() {
            let these = about().filter(quote_about::entity_id.eq_any($filter.about_too.clone()));
            all.push(Box::new(exists(these).nullable()));
        }
        if $filter.about.not_empty {
            all.push(Box::new(exists(about()).nullable()));
        }
        if !$filter.about.none.is_empty() {
            let these = about().filter(quote_about::entity_id.eq_any($filter.about.none.clone()));
            all.push(Box::new(not(exists(these)).nullable()));
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
            $order == Some(QuoteOrder::OldestPublished) && $filter.search.is_some(),
            $column!(published_at),
            $column!(published_desc),
            $column!(published_asc)
        );
        all
    }};
}

fn plain(
    filter: &QuoteFilter,
    reading: Option<&Reading>,
    order: Option<QuoteOrder>,
    of_entity: OfEntity,
) -> Vec<Predicate<quotes::table>> {
    macro_rules! column {
        ($name:ident) => {
            quotes::$name
        };
    }
    conditions!(filter, reading, order, of_entity, quotes::table, column)
}

fn plain_of_twins(filter: &QuoteFilter, reading: Option<&Reading>, order: QuoteOrder) -> Vec<Predicate<Alias<Twins>>> {
    macro_rules! column {
        ($name:ident) => {
            twins.field(quotes::$name)
        };
    }
    conditions!(filter, reading, Some(order), OfEntity::Asked, Alias<Twins>, column)
}

/// No quote of the same cluster that matches too comes earlier in the list. Quotes without a cluster have no twins.
fn first_of_cluster(filter: &QuoteFilter, reading: Option<&Reading>, order: QuoteOrder) -> Predicate<quotes::table> {
    let same = twins
        .select(twins.field(quotes::id))
        .into_boxed()
        .filter(twins.field(quotes::cluster_id).eq(Outer(quotes::cluster_id)));
    let twin = twins.field(quotes::id);
    let this = Outer(quotes::id);
    let earlier = match order {
        QuoteOrder::NewestPublished | QuoteOrder::Relevance => same.filter(Above::new(
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
    let matching =
        plain_of_twins(filter, reading, order).into_iter().fold(earlier, |query, predicate| query.filter(predicate));
    Box::new(not(exists(matching)).nullable())
}
