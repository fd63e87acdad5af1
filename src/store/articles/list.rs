//! The list of articles: its filters and its orders.

use super::{ArticleRow, WithText};
use crate::domain::QuoteStatus;
use crate::domain::article::{Article, ArticleFilter, ArticleList, ArticleOrder};
use crate::domain::page::{Choice, Key, Page, Position};
use crate::schema::{articles, mentions, quotes};
use crate::store::page::{self, Above, Below, FAR_AHEAD, LONG_AGO, Predicate, RowIn, Start, choose, published, row};
use crate::store::{Error, Result};
use diesel::dsl::{self, exists, not};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::Timestamptz;
use uuid::Uuid;

/// One page of the articles that match.
///
/// # Errors
/// Only the database's own.
pub fn list(conn: &mut PgConnection, list: &ArticleList) -> Result<Page<Article>> {
    let ArticleList { filter, order, page: request, .. } = list;
    let total = page::total(
        conn,
        request.count,
        |conn| selected(matching(filter)).select(dsl::count_star()).get_result(conn),
        || selected(matching(filter)).select(articles::id),
    )?;
    let after_position = request.after.as_ref();
    let start = after_position.filter(|_| walks(filter, *order)).map(page::start).transpose()?;
    let mut query = selected(predicates(filter, Some(*order), start)).limit(request.limit + 1);
    query = match order {
        ArticleOrder::NewestPublished => query.order((articles::published_desc.desc(), articles::id.desc())),
        ArticleOrder::OldestPublished => query.order((articles::published_asc, articles::id)),
        ArticleOrder::NewestCreated => query.order((articles::created_at.desc(), articles::id.desc())),
    };
    // The walk begins there already; said twice, it can bring the planner to scan the list's index for every row.
    if let Some(position) = after_position.filter(|_| start.is_none()) {
        query = query.filter(after(*order, position)?);
    }
    let items: Vec<Article> = if list.with_body {
        let rows = query.select(WithText::as_select()).load(conn)?;
        rows.into_iter().map(|row| row.row.with(Some((row.body, row.blocks.0)))).collect()
    } else {
        query.select(ArticleRow::as_select()).load(conn)?.into_iter().map(|row| row.with(None)).collect()
    };
    Ok(Page::from_rows(items, request.limit, total, |article| Position {
        key: Key::Time(match order {
            ArticleOrder::NewestCreated => Some(article.created_at),
            ArticleOrder::NewestPublished | ArticleOrder::OldestPublished => article.published_at,
        }),
        id: article.id,
    }))
}

/// The condition that a row comes after `position` in the list.
fn after(order: ArticleOrder, position: &Position) -> Result<Predicate<articles::table>> {
    let place = |undated| Ok::<_, Error>(row!(page::time_key(position, undated)?, position.id, Timestamptz));
    Ok(match order {
        ArticleOrder::NewestPublished => {
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

/// True when the list is newest first and of one entity, whose own index is in that order.
fn walks(filter: &ArticleFilter, order: ArticleOrder) -> bool {
    order == ArticleOrder::NewestPublished && (filter.mentions.any.len() == 1 || filter.quotes_by.any.len() == 1)
}

/// The conditions of a filter, for a question that is not a list.
pub(in crate::store) fn matching(filter: &ArticleFilter) -> Vec<Predicate<articles::table>> {
    predicates(filter, None, None)
}

/// The same for a question about the newest that match.
pub(in crate::store) fn newest(filter: &ArticleFilter) -> Vec<Predicate<articles::table>> {
    predicates(filter, Some(ArticleOrder::NewestPublished), None)
}

/// The conditions of a filter; of its position only where the walk of an entity's index starts, when there is one.
fn predicates(
    filter: &ArticleFilter,
    order: Option<ArticleOrder>,
    start: Option<Start>,
) -> Vec<Predicate<articles::table>> {
    let mut all: Vec<Predicate<articles::table>> = Vec::new();
    choose!(all, filter.language, articles::language);
    choose!(all, filter.publisher, articles::publisher);
    choose!(all, filter.section, articles::section);
    choose!(all, filter.external_id, articles::external_id);
    choose!(all, filter.url, articles::url);
    let Choice { any, none } = &filter.keyword;
    let words = |words: &[String]| words.iter().cloned().map(Some).collect::<Vec<_>>();
    if !any.is_empty() {
        all.push(Box::new(articles::keywords.overlaps_with(words(any)).nullable()));
    }
    if !none.is_empty() {
        all.push(Box::new(not(articles::keywords.overlaps_with(words(none))).nullable()));
    }
    published!(
        all,
        filter.published,
        order == Some(ArticleOrder::OldestPublished),
        articles::published_at,
        articles::published_desc,
        articles::published_asc
    );
    of_entities(filter, order == Some(ArticleOrder::NewestPublished), start, &mut all);
    all
}

/// The conditions on the entities that an article mentions and quotes.
fn of_entities(
    filter: &ArticleFilter,
    newest_first: bool,
    start: Option<Start>,
    all: &mut Vec<Predicate<articles::table>>,
) {
    let mentioning = |entities: &[Uuid]| {
        mentions::table
            .filter(mentions::article_id.eq(articles::id))
            .filter(mentions::entity_id.eq_any(entities.to_vec()))
    };
    match &filter.mentions.any[..] {
        [] => {}
        [entity] if newest_first => all.push(mentioned_in_order(*entity, start)),
        entities => all.push(Box::new(exists(mentioning(entities)).nullable())),
    }
    if !filter.mentions.none.is_empty() {
        all.push(Box::new(not(exists(mentioning(&filter.mentions.none))).nullable()));
    }
    let quoting = |speakers: &[Uuid]| {
        quotes::table
            .filter(quotes::article_id.eq(articles::id))
            .filter(quotes::speaker_id.eq_any(speakers.to_vec()))
            .filter(quotes::status.ne(QuoteStatus::Rejected))
    };
    match &filter.quotes_by.any[..] {
        [] => {}
        [speaker] if newest_first => all.push(quoted_in_order(*speaker, start)),
        speakers => all.push(Box::new(exists(quoting(speakers)).nullable())),
    }
    if !filter.quotes_by.none.is_empty() {
        all.push(Box::new(not(exists(quoting(&filter.quotes_by.none))).nullable()));
    }
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
