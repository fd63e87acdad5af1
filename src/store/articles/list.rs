//! The list of articles: its filters and its orders.

use super::of_entities::{Walk, mentioning, of_entities, quoting};
use super::{ArticleRow, WithText};
use crate::domain::article::{Article, ArticleFilter, ArticleList, ArticleOrder};
use crate::domain::page::{Choice, Count, Key, Page, Position, Total};
use crate::domain::search::Ranked;
use crate::domain::stats::Records;
use crate::schema::{articles, mentions, quotes};
use crate::store::page::{self, Above, Below, FAR_AHEAD, LONG_AGO, Predicate, choose, published, row};
use crate::store::search::{
    self, Axis, Collection, Direction, Reading, Statistics, Step, Windows, ascending, descending, within,
};
use crate::store::walk::{self, OfEntity, Part, along};
use crate::store::{Error, Result, stats};
use diesel::dsl::not;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::Timestamptz;
use uuid::Uuid;

/// One page of the articles that match; in order of relevance, with how many that is an order of.
///
/// # Errors
/// Only the database's own.
pub fn list(
    conn: &mut PgConnection,
    statistics: &Statistics,
    list: &ArticleList,
) -> Result<(Page<Article>, Option<Ranked>)> {
    let ArticleList { filter, order, page: request, .. } = list;
    let reading = search::read(conn, Collection::Articles, filter.search.as_ref(), &filter.language)?;
    let reading = reading.as_ref();
    let total = total(conn, filter, request.count, reading)?;
    let wanted = request.limit + 1;
    let items = match reading {
        None if *order == ArticleOrder::NewestCreated => load(conn, list, query(list, None)?.limit(wanted))?,
        None => by_date(conn, list, wanted)?,
        Some(reading) if *order == ArticleOrder::Relevance => {
            return by_relevance(conn, statistics, list, reading, total).map(|(page, ranked)| (page, Some(ranked)));
        }
        Some(reading) => windows(conn, statistics, list, reading)?.read(conn, wanted, |conn, step, wanted| {
            load(conn, list, query(list, Some((reading, step)))?.limit(wanted))
        })?,
    };
    let page = Page::from_rows(items, request.limit, total, |article| Position {
        key: Key::Time(match order {
            ArticleOrder::NewestCreated => Some(article.created_at),
            _ => article.published_at,
        }),
        id: article.id,
    });
    Ok((page, None))
}

/// How many articles match, when that was asked.
fn total(
    conn: &mut PgConnection,
    filter: &ArticleFilter,
    count: Option<Count>,
    reading: Option<&Reading>,
) -> Result<Option<Total>> {
    if let Some(kept) = stats::total(conn, count, || Records::Articles(filter.clone()))? {
        return Ok(Some(kept));
    }
    // Those of one entity alone are counted in its index, without the articles.
    let of_one = |of: fn(Choice<Uuid>) -> ArticleFilter, entity: Option<&Uuid>| {
        entity.copied().filter(|entity| *filter == of(Choice::of(vec![*entity], Vec::new())))
    };
    let mentioned = |mentions| ArticleFilter { mentions, ..ArticleFilter::default() };
    if let Some(entity) = of_one(mentioned, filter.mentions.only()) {
        return page::total(conn, count, || mentioning(entity).order((mentions::published_desc, mentions::article_id)));
    }
    let quoted = |quotes_by| ArticleFilter { quotes_by, ..ArticleFilter::default() };
    if let Some(speaker) = of_one(quoted, filter.quotes_by.only()) {
        return page::total(conn, count, || quoting(speaker).order((quotes::published_desc, quotes::article_id)));
    }
    page::total(conn, count, || selected(matching(filter, reading)).select(page::nothing()))
}

/// What of a list is after its position, in its order; of a search, what one step is to read.
fn query(list: &ArticleList, search: Option<(&Reading, &Step)>) -> Result<articles::BoxedQuery<'static, Pg>> {
    let ArticleList { filter, order, page: request, .. } = list;
    let after_position = request.after.as_ref().filter(|_| *order != ArticleOrder::Relevance);
    let mut all = predicates(filter, search.map(|(reading, _)| reading), Some(*order), OfEntity::Asked);
    if let Some(position) = after_position {
        all.push(after(*order, position)?);
    }
    if let Some((_, step)) = search {
        match order {
            ArticleOrder::NewestCreated => within!(all, step, Direction::Newest, articles::created_at),
            ArticleOrder::OldestPublished => within!(all, step, Direction::Oldest, articles::published_asc),
            _ => within!(all, step, Direction::Newest, articles::published_desc),
        }
    }
    let gathers = search.is_some_and(|(_, step)| step.gathers);
    let query = selected(all);
    Ok(match order {
        ArticleOrder::OldestPublished => ascending!(query, gathers, articles::published_asc, articles::id, Timestamptz),
        ArticleOrder::NewestCreated => descending!(query, gathers, articles::created_at, articles::id, Timestamptz),
        _ => descending!(query, gathers, articles::published_desc, articles::id, Timestamptz),
    })
}

/// The first articles of a list in order of publication, along the index of what it is filtered by.
fn by_date(conn: &mut PgConnection, list: &ArticleList, wanted: i64) -> Result<Vec<Article>> {
    let ArticleList { filter, order, page: request, .. } = list;
    let after = request.after.as_ref();
    let stretches = if *order == ArticleOrder::OldestPublished { walk::oldest(after)? } else { walk::newest(after)? };
    let Some(walk) = Walk::of(filter) else {
        return walk::each(conn, stretches, wanted, |conn, stretch, missing| {
            let query = selected(predicates(filter, None, Some(*order), OfEntity::Asked));
            load(conn, list, along!(query, stretch, articles::published_desc, articles::id).limit(missing))
        });
    };
    let all_match = walk.is_all_of(filter);
    let places = |conn: &mut PgConnection, stretch, limit| walk.places(conn, stretch, filter.published, limit);
    walk::by_places(conn, stretches, wanted, all_match, places, |conn, part, ids, missing| {
        let query = selected(predicates(&walk.rest(filter), None, Some(*order), OfEntity::Asked));
        let query = query.filter(articles::id.eq_any(ids)).limit(missing);
        let query = match part {
            Part::Newest => descending!(query, true, articles::published_desc, articles::id, Timestamptz),
            Part::OldestDated | Part::Undated => {
                ascending!(query, true, articles::published_desc, articles::id, Timestamptz)
            }
        };
        load(conn, list, query)
    })
}

fn load(conn: &mut PgConnection, list: &ArticleList, query: articles::BoxedQuery<'static, Pg>) -> Result<Vec<Article>> {
    if !list.with_body {
        let rows = query.select(ArticleRow::as_select()).load(conn)?;
        return Ok(rows.into_iter().map(|row| row.with(None)).collect());
    }
    let rows = query.select(WithText::as_select()).load(conn)?;
    Ok(rows.into_iter().map(|row: WithText| row.row.with(Some((row.body, row.blocks.0)))).collect())
}

/// The windows that a search of a list is read in.
fn windows(conn: &mut PgConnection, statistics: &Statistics, list: &ArticleList, reading: &Reading) -> Result<Windows> {
    let axis = match list.order {
        ArticleOrder::NewestPublished | ArticleOrder::Relevance => (Axis::Published, Direction::Newest),
        ArticleOrder::OldestPublished => (Axis::Published, Direction::Oldest),
        ArticleOrder::NewestCreated => (Axis::Created, Direction::Newest),
    };
    let after = list.page.after.as_ref().filter(|_| list.order != ArticleOrder::Relevance);
    Windows::of(conn, statistics, Collection::Articles, reading, Some(axis))?.within(list.filter.published, after)
}

/// The newest matches in order of relevance: a page of them.
fn by_relevance(
    conn: &mut PgConnection,
    statistics: &Statistics,
    list: &ArticleList,
    reading: &Reading,
    total: Option<Total>,
) -> Result<(Page<Article>, Ranked)> {
    let rank = || reading.rank(articles::vector, articles::language);
    let windows = windows(conn, statistics, list, reading)?;
    let found = windows.read(conn, search::CONSIDERED, |conn, step, wanted| {
        Ok(query(list, Some((reading, step)))?.limit(wanted).select((rank(), articles::id)).load(conn)?)
    })?;
    let (page, ranked) = search::most_relevant(found, &list.page, total)?;
    let rows = load(conn, list, articles::table.filter(articles::id.eq_any(page.items.clone())).into_boxed())?;
    Ok((search::filled(page, rows, |article| article.id), ranked))
}

/// The condition that a row comes after `position` in the list.
fn after(order: ArticleOrder, position: &Position) -> Result<Predicate<articles::table>> {
    let place = |undated| Ok::<_, Error>(row!(page::time_key(position, undated)?, position.id, Timestamptz));
    Ok(match order {
        ArticleOrder::NewestPublished | ArticleOrder::Relevance => {
            let here = row!(articles::published_desc, articles::id, Timestamptz);
            Box::new(Below::new(here, place(LONG_AGO)?).nullable())
        }
        ArticleOrder::OldestPublished => {
            let here = row!(articles::published_asc, articles::id, Timestamptz);
            Box::new(Above::new(here, place(FAR_AHEAD)?).nullable())
        }
        ArticleOrder::NewestCreated => {
            let here = row!(articles::created_at, articles::id, Timestamptz);
            Box::new(Below::new(here, place(LONG_AGO)?).nullable())
        }
    })
}

fn selected(predicates: Vec<Predicate<articles::table>>) -> articles::BoxedQuery<'static, Pg> {
    predicates.into_iter().fold(articles::table.into_boxed(), |query, predicate| query.filter(predicate))
}

/// The conditions of a filter, for a question that is not a list; `reading` is that of its search.
pub(in crate::store) fn matching(filter: &ArticleFilter, reading: Option<&Reading>) -> Vec<Predicate<articles::table>> {
    predicates(filter, reading, None, OfEntity::Asked)
}

/// The same for a question about the `most` newest that match.
pub(in crate::store) fn newest(
    filter: &ArticleFilter,
    reading: Option<&Reading>,
    most: i64,
) -> Vec<Predicate<articles::table>> {
    // Those of one entity alone are the newest in its index.
    if let Some(walk) = Walk::of(filter).filter(|walk| walk.is_all_of(filter)) {
        let mut all = predicates(&walk.rest(filter), None, Some(ArticleOrder::NewestPublished), OfEntity::Asked);
        all.push(walk.newest(filter.published, most));
        return all;
    }
    let of_entity = if reading.is_none() { OfEntity::Walked } else { OfEntity::Asked };
    predicates(filter, reading, Some(ArticleOrder::NewestPublished), of_entity)
}

/// The conditions of a filter.
fn predicates(
    filter: &ArticleFilter,
    reading: Option<&Reading>,
    order: Option<ArticleOrder>,
    of_entity: OfEntity,
) -> Vec<Predicate<articles::table>> {
    let mut all: Vec<Predicate<articles::table>> = Vec::new();
    choose!(all, filter.language, articles::language);
    choose!(all, filter.publisher, articles::publisher);
    choose!(all, filter.section, articles::section);
    choose!(all, filter.external_id, articles::external_id);
    choose!(all, filter.url, articles::url);
    with_keywords(&filter.keyword, &mut all);
    published!(
        all,
        filter.published,
        order == Some(ArticleOrder::OldestPublished) && reading.is_some(),
        articles::published_at,
        articles::published_desc,
        articles::published_asc
    );
    if let Some(reading) = reading {
        all.push(Box::new(reading.matches(articles::vector, articles::language)));
    }
    of_entities(filter, of_entity == OfEntity::Walked, &mut all);
    all
}

fn with_keywords(choice: &Choice<String>, all: &mut Vec<Predicate<articles::table>>) {
    let words = |words: &[String]| words.iter().cloned().map(Some).collect::<Vec<_>>();
    let without = || articles::keywords.eq(words(&[]));
    match (&choice.any[..], choice.empty) {
        ([], false) => {}
        ([], true) => all.push(Box::new(without().nullable())),
        (any, false) => all.push(Box::new(articles::keywords.overlaps_with(words(any)).nullable())),
        (any, true) => all.push(Box::new(articles::keywords.overlaps_with(words(any)).or(without()).nullable())),
    }
    if choice.not_empty {
        all.push(Box::new(not(without()).nullable()));
    }
    if !choice.none.is_empty() {
        all.push(Box::new(not(articles::keywords.overlaps_with(words(&choice.none))).nullable()));
    }
}
