//! The list of articles: its filters and its orders.

use super::{ArticleRow, WithText};
use crate::domain::QuoteStatus;
use crate::domain::article::{Article, ArticleFilter, ArticleList, ArticleOrder};
use crate::domain::page::{Choice, Key, Page, Position, Total};
use crate::domain::search::Ranked;
use crate::schema::{articles, mentions, quotes};
use crate::store::page::{self, Above, Below, FAR_AHEAD, LONG_AGO, Predicate, RowIn, Start, choose, published, row};
use crate::store::search::{
    self, Axis, Collection, Direction, Reading, Statistics, Step, Windows, ascending, descending, within,
};
use crate::store::{Error, Result};
use diesel::dsl::{exists, not};
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
    let total = page::total(conn, request.count, || selected(matching(filter, reading)).select(articles::id))?;
    let wanted = request.limit + 1;
    let items = match reading {
        None => load(conn, list, query(list, None)?.limit(wanted))?,
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

/// What of a list is after its position, in its order; of a search, what one step is to read.
fn query(list: &ArticleList, search: Option<(&Reading, &Step)>) -> Result<articles::BoxedQuery<'static, Pg>> {
    let ArticleList { filter, order, page: request, .. } = list;
    let after_position = request.after.as_ref().filter(|_| *order != ArticleOrder::Relevance);
    let start = after_position.filter(|_| walks(filter, *order)).map(page::start).transpose()?;
    let mut all = predicates(filter, search.map(|(reading, _)| reading), Some(*order), start);
    // The walk begins there already; said twice, it can bring the planner to scan the list's index for every row.
    if let Some(position) = after_position.filter(|_| start.is_none()) {
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

/// True when the list is newest first and of one entity, whose own index is in that order. A search is read in windows
/// instead.
fn walks(filter: &ArticleFilter, order: ArticleOrder) -> bool {
    let of_entity = filter.mentions.only().is_some() || filter.quotes_by.only().is_some();
    order == ArticleOrder::NewestPublished && of_entity && filter.search.is_none()
}

/// The conditions of a filter, for a question that is not a list; `reading` is that of its search.
pub(in crate::store) fn matching(filter: &ArticleFilter, reading: Option<&Reading>) -> Vec<Predicate<articles::table>> {
    predicates(filter, reading, None, None)
}

/// The same for a question about the newest that match.
pub(in crate::store) fn newest(filter: &ArticleFilter, reading: Option<&Reading>) -> Vec<Predicate<articles::table>> {
    predicates(filter, reading, Some(ArticleOrder::NewestPublished), None)
}

/// The conditions of a filter; of its position only where the walk of an entity's index starts, when there is one.
fn predicates(
    filter: &ArticleFilter,
    reading: Option<&Reading>,
    order: Option<ArticleOrder>,
    start: Option<Start>,
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
        order == Some(ArticleOrder::OldestPublished),
        articles::published_at,
        articles::published_desc,
        articles::published_asc
    );
    if let Some(reading) = reading {
        all.push(Box::new(reading.matches(articles::vector, articles::language)));
    }
    of_entities(filter, order == Some(ArticleOrder::NewestPublished) && reading.is_none(), start, &mut all);
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

/// Pushes the conditions on the entities that an article has by way of other records: `$of` are those of some of the
/// entities, `$all` those of any, and `$walk` is the condition that walks the index of one.
macro_rules! having {
    ($all:ident, $choice:expr, $walk:expr, $of:expr, $any:expr) => {{
        let Choice { any, none, empty, not_empty } = $choice;
        match ($choice.only(), &any[..]) {
            (Some(entity), _) if $walk.is_some() => $all.extend($walk.map(|walk| walk(*entity))),
            (_, []) if *empty => $all.push(Box::new(not(exists($any())).nullable())),
            (_, []) => {}
            (_, entities) if *empty => {
                $all.push(Box::new(exists($of(entities)).or(not(exists($any()))).nullable()));
            }
            (_, entities) => $all.push(Box::new(exists($of(entities)).nullable())),
        }
        if *not_empty {
            $all.push(Box::new(exists($any()).nullable()));
        }
        if !none.is_empty() {
            $all.push(Box::new(not(exists($of(none))).nullable()));
        }
    }};
}

/// The conditions on the entities that an article mentions and quotes.
fn of_entities(
    filter: &ArticleFilter,
    newest_first: bool,
    start: Option<Start>,
    all: &mut Vec<Predicate<articles::table>>,
) {
    let linked =
        || mentions::table.filter(mentions::article_id.eq(articles::id)).filter(mentions::entity_id.is_not_null());
    let mentioning = |entities: &[Uuid]| {
        mentions::table
            .filter(mentions::article_id.eq(articles::id))
            .filter(mentions::entity_id.eq_any(entities.to_vec()))
    };
    let walk = newest_first.then_some(|entity| mentioned_in_order(entity, start));
    having!(all, &filter.mentions, walk, mentioning, linked);
    for (place, entity) in filter.mentions_all.iter().enumerate() {
        all.push(match place {
            0 if newest_first && filter.mentions == Choice::default() => mentioned_in_order(*entity, None),
            _ => Box::new(exists(mentioning(&[*entity])).nullable()),
        });
    }
    let attributed = || {
        quotes::table
            .filter(quotes::article_id.eq(articles::id))
            .filter(quotes::speaker_id.is_not_null())
            .filter(quotes::status.ne(QuoteStatus::Rejected))
    };
    let quoting = |speakers: &[Uuid]| {
        quotes::table
            .filter(quotes::article_id.eq(articles::id))
            .filter(quotes::speaker_id.eq_any(speakers.to_vec()))
            .filter(quotes::status.ne(QuoteStatus::Rejected))
    };
    let walk = newest_first.then_some(|speaker| quoted_in_order(speaker, start));
    having!(all, &filter.quotes_by, walk, quoting, attributed);
}

// `DISTINCT` with the order of the list: the planner walks the entity's index and stops when the page is full, where for
// `EXISTS` it would read all that the entity has.
macro_rules! in_order {
    ($table:ident, $of_entity:expr, $start:ident) => {{
        let mut subquery = $table::table
            .select(($table::published_desc, $table::article_id))
            .distinct()
            .order(($table::published_desc.desc(), $table::article_id.desc()))
            .filter($of_entity)
            .into_boxed::<Pg>();
        if let Some((time, id)) = $start {
            let here = row!($table::published_desc, $table::article_id, Timestamptz);
            subquery = subquery.filter(Below::new(here, row!(time, id, Timestamptz)));
        }
        Box::new(RowIn { row: row!(articles::published_desc, articles::id, Timestamptz), subquery }.nullable())
    }};
}

fn mentioned_in_order(entity: Uuid, start: Option<Start>) -> Predicate<articles::table> {
    in_order!(mentions, mentions::entity_id.eq(entity), start)
}

fn quoted_in_order(speaker: Uuid, start: Option<Start>) -> Predicate<articles::table> {
    in_order!(quotes, quotes::speaker_id.eq(speaker).and(quotes::status.ne(QuoteStatus::Rejected)), start)
}
