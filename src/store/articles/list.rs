//! The list of articles: its filters and its orders.

use super::of_entities::{Walk, mentioning, of_entities, quoting};
use super::{ArticleRow, WithText};
use crate::domain::article::{Article, ArticleFilter, ArticleList, ArticleOrder};
use crate::domain::page::{Count, Key, Page, Position, Range, SetFilter, Total};
use crate::domain::search::Ranked;
use crate::domain::stats::CountTarget;
use crate::schema::{articles, mentions, quotes};
use crate::store::first::{Limit, first};
use crate::store::page::{self, Below, LONG_AGO, Planned, Predicate, choose, look_at, row};
use crate::store::search::{
    self, Collection, Course, Reading, Statistics, Step, Values, Windows, descending, published_in, push_values,
};
use crate::store::statement::Statement;
use crate::store::stats::newest::{of_table, of_units};
use crate::store::walk::{self, Matching, OfEntity, Placed, Stretch, along};
use crate::store::{Result, count, stats};
use chrono::{DateTime, Utc};
use diesel::dsl::{not, sql};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Text, Timestamptz};
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
    let reading = search::read(conn, statistics, Collection::Articles, filter.search.as_ref(), &filter.language)?;
    let reading = reading.as_ref();
    let total = total(conn, statistics, filter, request.count, reading)?;
    let after = request.after.as_ref();
    let wanted = request.limit + 1;
    let select = |conn: &mut PgConnection, query, limit| load(conn, list, query, limit);
    let items = match order {
        ArticleOrder::Relevance => match reading {
            Some(reading) => {
                let page = by_relevance(conn, statistics, list, reading, total)?;
                return Ok((page.0, Some(page.1)));
            }
            None => by_date(conn, statistics, filter, None, walk::newest(after)?, wanted, select)?,
        },
        ArticleOrder::NewestPublished => {
            by_date(conn, statistics, filter, reading, walk::newest(after)?, wanted, select)?
        }
        ArticleOrder::OldestPublished => {
            by_date(conn, statistics, filter, reading, walk::oldest(after, filter.published)?, wanted, select)?
        }
        ArticleOrder::NewestCreated => by_creation(conn, statistics, list, reading, wanted)?,
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
    statistics: &Statistics,
    filter: &ArticleFilter,
    count: Option<Count>,
    reading: Option<&Reading>,
) -> Result<Option<Total>> {
    if let Some(kept) = stats::total(conn, count, || CountTarget::Articles(filter.clone()))? {
        return Ok(Some(kept));
    }
    // Those of one entity alone are counted in its index, without the articles.
    let of_one = |of: fn(SetFilter<Uuid>) -> ArticleFilter, entity: Option<&Uuid>| {
        entity.copied().filter(|entity| *filter == of(SetFilter::new(vec![*entity], Vec::new())))
    };
    let mentioned = |mentions| ArticleFilter { mentions, ..ArticleFilter::default() };
    if let Some(entity) = of_one(mentioned, filter.mentions.only()) {
        return count::total(conn, count, || {
            mentioning(entity).order((mentions::published_desc, mentions::article_id))
        });
    }
    let quoted = |quotes_by| ArticleFilter { quotes_by, ..ArticleFilter::default() };
    if let Some(speaker) = of_one(quoted, filter.quotes_by.only()) {
        return count::total(conn, count, || quoting(speaker).order((quotes::published_desc, quotes::article_id)));
    }
    let in_step = |reading: Option<&Reading>, step: &Step| {
        selected(predicates(filter, reading, OfEntity::Asked, step)).select(count::nothing())
    };
    let matching = || in_step(reading, &Step::default());
    let of_search = |search: Option<_>| *filter == ArticleFilter { search, ..ArticleFilter::default() };
    if let Some(reading) = reading.filter(|_| count == Some(Count::Exact) && of_search(filter.search.clone())) {
        return search::total(conn, statistics, Collection::Articles, reading, |reading, step| {
            in_step(Some(reading), step)
        })
        .map(Some);
    }
    if *filter == (ArticleFilter { keyword: filter.keyword.clone(), ..ArticleFilter::default() }) {
        return count::total_of_column(conn, count, "articles", matching);
    }
    if reading.is_some() || !filter.keyword.include.is_empty() {
        return count::total_by_index(conn, count, matching);
    }
    count::total(conn, count, matching)
}

/// The first articles of some stretches of publication, each read the way that is the shortest: along the index of the
/// entity that is asked for, in windows, or along the index of the one value.
fn by_date<T: Placed>(
    conn: &mut PgConnection,
    statistics: &Statistics,
    filter: &ArticleFilter,
    reading: Option<&Reading>,
    stretches: Vec<Stretch>,
    wanted: i64,
    select: impl Fn(&mut PgConnection, articles::BoxedQuery<'static, Pg>, Limit) -> Result<Vec<T>>,
) -> Result<Vec<T>> {
    let windows = match is_of_one(filter) {
        true => None,
        false => {
            let (values, is_indexed) = (values(filter), is_indexed(filter));
            Some(Windows::of(conn, statistics, Collection::Articles, filter, reading, &values, is_indexed)?)
        }
    };
    let of = |filter: &ArticleFilter, reading: Option<&Reading>, step: &Step| {
        selected(predicates(filter, reading, OfEntity::Probed, step))
    };
    let walk = Walk::of(filter);
    if let Some(walk) = &walk {
        let is_short = match &windows {
            None => true,
            Some(windows) => windows.are_slower_than(walk.articles(conn)?, wanted),
        };
        if is_short {
            let rest = walk.rest(filter);
            let all_match = reading.is_none() && walk.is_all_of(filter);
            let matching = if all_match { Matching::All } else { Matching::Some };
            let places = |conn: &mut PgConnection, stretch, limit| walk.places(conn, stretch, filter.published, limit);
            return walk::by_places(conn, stretches, wanted, matching, places, |conn, part, ids, missing| {
                let stretch = Stretch { part, after: None };
                let query = along!(
                    of(&rest, reading, &Step::KNOWN),
                    stretch,
                    Step::KNOWN,
                    articles::published_desc,
                    articles::id
                );
                select(conn, query.filter(articles::id.eq_any(ids)), Limit::Value(missing))
            });
        }
    }
    let range = filter.published;
    search::along_stretches(
        conn,
        windows.as_ref(),
        walk.is_some(),
        stretches,
        range,
        wanted,
        |conn, stretch, step, missing| {
            search::by_query(reading, step.way, missing, stretch.part.order(), |reading| {
                let of = of(filter, reading, step);
                select(conn, along!(of, stretch, *step, articles::published_desc, articles::id), step.limit(missing))
            })
        },
    )
}

/// The first articles of a list that begins with what was stored last.
fn by_creation(
    conn: &mut PgConnection,
    statistics: &Statistics,
    list: &ArticleList,
    reading: Option<&Reading>,
    wanted: i64,
) -> Result<Vec<Article>> {
    let ArticleList { filter, page: request, .. } = list;
    let after = request.after.as_ref();
    let read = |conn: &mut PgConnection, step: &Step, missing| {
        let order = |one: &Article, other: &Article| (other.created_at, other.id).cmp(&(one.created_at, one.id));
        search::by_query(reading, step.way, missing, order, |reading| {
            let mut all = predicates(filter, reading, OfEntity::Probed, step);
            if let Some(position) = after {
                let place = row!(page::time_key(position, LONG_AGO)?, position.id, Timestamptz);
                all.push(Box::new(Below::new(row!(articles::created_at, articles::id, Timestamptz), place).nullable()));
            }
            if let Some(from) = step.from {
                all.push(Box::new(articles::created_at.ge(from).nullable()));
            }
            if let Some(to) = step.to {
                all.push(Box::new(articles::created_at.lt(to).nullable()));
            }
            let query = descending!(selected(all), step.way, articles::created_at, articles::id, Timestamptz);
            load(conn, list, query, step.limit(missing))
        })
    };
    let values = values(filter);
    if reading.is_none() && values.is_empty() {
        return read(conn, &Step::default(), wanted);
    }
    let windows = Windows::of(conn, statistics, Collection::Articles, filter, reading, &values, is_indexed(filter))?;
    windows.read(conn, Some(Course::created(after)?), wanted, read)
}

/// What of a filter is in the index of words and values.
fn values(filter: &ArticleFilter) -> Values {
    let mut all = Values::new();
    push_values(&mut all, "language", &filter.language, String::clone);
    push_values(&mut all, "publisher", &filter.publisher, String::clone);
    push_values(&mut all, "section", &filter.section, String::clone);
    push_values(&mut all, "keywords", &filter.keyword, String::clone);
    all
}

impl Placed for Article {
    fn place(&self) -> (Option<DateTime<Utc>>, Uuid) {
        (self.published_at, self.id)
    }
}

fn load(
    conn: &mut PgConnection,
    list: &ArticleList,
    query: articles::BoxedQuery<'static, Pg>,
    limit: Limit,
) -> Result<Vec<Article>> {
    if !list.with_body {
        let rows = first(conn, query.select(ArticleRow::as_select()), limit)?;
        return Ok(rows.into_iter().map(|row: ArticleRow| row.with(None)).collect());
    }
    let rows = first(conn, query.select(WithText::as_select()), limit)?;
    Ok(rows.into_iter().map(|row: WithText| row.row.with(Some((row.body, row.blocks.0)))).collect())
}

/// The newest matches in order of relevance: a page of them.
fn by_relevance(
    conn: &mut PgConnection,
    statistics: &Statistics,
    list: &ArticleList,
    reading: &Reading,
    total: Option<Total>,
) -> Result<(Page<Article>, Ranked)> {
    let newest = ids(conn, statistics, &list.filter, Some(reading), search::CONSIDERED)?;
    // The rank is made of the text, which only these are unpacked for.
    let rank = reading.rank(articles::vector, articles::language);
    let found = articles::table.filter(articles::id.eq_any(&newest)).select((articles::id, rank)).load(conn)?;
    let found = search::in_order(newest, found);
    let (page, ranked) = search::most_relevant(found, &list.page, total)?;
    let known = articles::table.filter(articles::id.eq_any(page.items.clone())).into_boxed();
    let rows = load(conn, list, known, Limit::Value(page.items.len() as i64))?;
    Ok((search::filled(page, rows, |article| article.id), ranked))
}

fn selected(predicates: Vec<Predicate<articles::table>>) -> articles::BoxedQuery<'static, Pg> {
    predicates.into_iter().fold(articles::table.into_boxed(), |query, predicate| query.filter(predicate))
}

/// The `most` newest that match, or more of them, for a question that is not a list: with a key, an expression of SQL.
///
/// # Errors
/// Only the database's own.
pub(in crate::store) fn newest(
    conn: &mut PgConnection,
    statistics: &Statistics,
    filter: &ArticleFilter,
    key: &str,
    most: i64,
) -> Result<Statement> {
    let of_table = |conditions| of_table("articles", "articles.id", "articles.id", key, conditions);
    // Those of one entity alone are the newest in its index.
    let walk = Walk::of(filter);
    if let Some(walk) = walk.as_ref().filter(|walk| walk.is_all_of(filter))
        && let Some(is_newest) = walk.newest(filter.published, most)
    {
        let mut all = predicates(&walk.rest(filter), None, OfEntity::Asked, &Step::default());
        all.push(is_newest);
        return Ok(of_table(all));
    }
    if is_of_one(filter) && walk.is_none_or(|walk| walk.only().is_some()) {
        return Ok(of_table(predicates(filter, None, OfEntity::Walked, &Step::default())));
    }
    let reading = search::read(conn, statistics, Collection::Articles, filter.search.as_ref(), &filter.language)?;
    let units =
        by_date(conn, statistics, filter, reading.as_ref(), walk::newest(None)?, most, |conn, query, limit| {
            let units = query.select((articles::id, articles::id, sql::<Text>(key), articles::published_desc));
            Ok(first(conn, units, limit)?)
        })?;
    Ok(of_units(units))
}

/// The `most` newest that match.
fn ids(
    conn: &mut PgConnection,
    statistics: &Statistics,
    filter: &ArticleFilter,
    reading: Option<&Reading>,
    most: i64,
) -> Result<Vec<Uuid>> {
    let places = by_date(conn, statistics, filter, reading, walk::newest(None)?, most, |conn, query, limit| {
        Ok(first::<(Option<DateTime<Utc>>, Uuid), _>(
            conn,
            query.select((articles::published_at, articles::id)),
            limit,
        )?)
    })?;
    Ok(places.into_iter().map(|(_, id)| id).collect())
}

/// True when nothing is asked for that is found by what several indexes have in common.
fn is_of_one(filter: &ArticleFilter) -> bool {
    filter.search.is_none() && filter.keyword.include.is_empty() && values(filter).len() < 2
}

/// True when all that is asked for is in the index of words and values, or a time.
fn is_indexed(filter: &ArticleFilter) -> bool {
    let mut rest = ArticleFilter { search: None, published: Range::default(), ..filter.clone() };
    for choice in [&mut rest.language, &mut rest.publisher, &mut rest.section, &mut rest.keyword] {
        choice.include.clear();
    }
    rest == ArticleFilter::default()
}

/// The conditions of a filter.
fn predicates(
    filter: &ArticleFilter,
    reading: Option<&Reading>,
    of_entity: OfEntity,
    step: &Step,
) -> Vec<Predicate<articles::table>> {
    let mut all: Vec<Predicate<articles::table>> = Vec::new();
    let way = step.way;
    if step.is_planned() {
        all.push(Box::new(Planned));
    }
    choose!(all, filter.language, articles::language, step, "language");
    choose!(all, filter.publisher, articles::publisher, step, "publisher");
    choose!(all, filter.section, articles::section, step, "section");
    choose!(all, filter.external_id, articles::external_id);
    choose!(all, filter.url, articles::url);
    let before = all.len();
    with_keywords(&filter.keyword, &mut all);
    if let Some(reading) = reading {
        all.push(Box::new(reading.matches(articles::vector, articles::language, step)));
    }
    if way.looks_at("vector") {
        look_at(&mut all, before);
    }
    published_in!(all, filter.published, step, articles::published_desc);
    of_entities(filter, of_entity, &mut all);
    all
}

fn with_keywords(choice: &SetFilter<String>, all: &mut Vec<Predicate<articles::table>>) {
    let words = |words: &[String]| words.iter().cloned().map(Some).collect::<Vec<_>>();
    let without = || articles::keywords.eq(words(&[]));
    match (&choice.include[..], choice.include_null) {
        ([], false) => {}
        ([], true) => all.push(Box::new(without().nullable())),
        (any, false) => all.push(Box::new(articles::keywords.overlaps_with(words(any)).nullable())),
        (any, true) => all.push(Box::new(articles::keywords.overlaps_with(words(any)).or(without()).nullable())),
    }
    if choice.exclude_null {
        all.push(Box::new(not(without()).nullable()));
    }
    if !choice.exclude.is_empty() {
        all.push(Box::new(not(articles::keywords.overlaps_with(words(&choice.exclude))).nullable()));
    }
}
