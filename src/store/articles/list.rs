//! The list of articles: its filters and its orders.

use super::{ArticleRow, BlockList};
use crate::domain::Dimension;
use crate::domain::article::{Article, ArticleFilter, ArticleList, ArticleOrder};
use crate::domain::page::{Key, Page, Position, SetFilter};
use crate::domain::search::Ranked;
use crate::domain::stats::CountTarget;
use crate::schema::articles;
use crate::store::fulltext::{self, Collection, MAX_MATCHES, Statistics};
use crate::store::list::{self, List};
use crate::store::sql::Sql;
use crate::store::sql::access_path::AccessPath;
use crate::store::sql::filter::{Filter, is_any};
use crate::store::sql::keyset::{NEG_INFINITY, time_key};
use crate::store::sql::localized_query::LocalizedQuery;
use crate::store::sql::order::{self, EntityIndex, MAX_ENTITIES, NEWEST, Rows, Segment, SegmentKind};
use crate::store::{Result, references};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Integer};
use std::collections::HashMap;
use uuid::Uuid;

/// One page of the matching articles and, in order of relevance, the number of ranked articles.
pub fn list(
    conn: &mut PgConnection,
    statistics: &Statistics,
    requested: &ArticleList,
) -> Result<(Page<Article>, Option<Ranked>)> {
    let ArticleList { order, page: request, with_body, .. } = requested;
    let filter = &references::followed(conn, &requested.filter)?;
    let search = read_search(conn, filter)?;
    let conditions = conditions(filter, search.clone());
    let index = entity_indexes(filter, None).into_iter().next().map(|(_, index)| index);
    let records = || CountTarget::Articles(filter.clone());
    let total = list::total(conn, request.count, &conditions, records, index.as_ref())?;
    let after = request.after.as_ref();
    let wanted = request.limit + 1;
    let by_relevance = search.as_ref().filter(|_| *order == ArticleOrder::Relevance);
    let (page, ranked) = if let Some(query) = by_relevance {
        let newest = dated(conn, statistics, filter, &conditions, MAX_MATCHES)?.newest_ids(conn, MAX_MATCHES)?;
        let (page, ranked) = fulltext::most_relevant(conn, Collection::Articles, query, newest, request, total)?;
        let ids: Vec<Uuid> = page.items.iter().map(|(_, id)| *id).collect();
        let rows = articles::table.filter(articles::id.eq_any(ids)).select(ArticleRow::as_select()).load(conn)?;
        (fulltext::with_records(page, rows, |row: &ArticleRow| row.id), Some(ranked))
    } else {
        let rows = match order {
            ArticleOrder::NewestCreated => {
                let segments = Segment::by_value("created_at", SegmentKind::Descending, after, |after| {
                    time_key(after, NEG_INFINITY)
                })?;
                let is_planned = conditions.is_indexed() && !is_selective(filter);
                let list = List::new(conn, statistics, Collection::Articles, &conditions, is_planned, [], wanted)?;
                list.read(conn, &segments, wanted, load)?
            }
            _ => {
                let segments = match order {
                    ArticleOrder::OldestPublished => order::oldest(after, filter.published)?,
                    _ => order::newest(after)?,
                };
                dated(conn, statistics, filter, &conditions, wanted)?.read(conn, &segments, wanted, load)?
            }
        };
        let page = Page::from_rows(rows, request.limit, total, |row| position(*order, row));
        (page.map(|row| (position(*order, &row), row)), None)
    };
    let page = match with_body {
        true => with_bodies(conn, page)?,
        false => page.map(|(_, row)| row.with(None)),
    };
    Ok((page, ranked))
}

fn position(order: ArticleOrder, row: &ArticleRow) -> Position {
    let time = if order == ArticleOrder::NewestCreated { Some(row.created_at) } else { row.published_at };
    Position { key: Key::Time(time), id: row.id }
}

fn read_search(conn: &mut PgConnection, filter: &ArticleFilter) -> Result<Option<LocalizedQuery>> {
    fulltext::read(conn, filter.search.as_ref(), &filter.language)
}

/// The articles of a page with their bodies, up to the maximum size of a page. Articles deleted in the meantime are left
/// out.
fn with_bodies(conn: &mut PgConnection, page: Page<(Position, ArticleRow)>) -> Result<Page<Article>> {
    let ids: Vec<Uuid> = page.items.iter().map(|(_, row)| row.id).collect();
    let sizes: HashMap<Uuid, i32> = articles::table
        .filter(articles::id.eq_any(&ids))
        .select((articles::id, sql::<Integer>("octet_length(body)")))
        .load(conn)?
        .into_iter()
        .collect();
    let page = page.within_bytes(|row| usize::try_from(sizes.get(&row.id).copied().unwrap_or(0)).unwrap_or(0));
    let ids: Vec<Uuid> = page.items.iter().map(|row| row.id).collect();
    let texts: Vec<(Uuid, (String, BlockList))> = articles::table
        .filter(articles::id.eq_any(ids))
        .select((articles::id, (articles::body, articles::blocks)))
        .load(conn)?;
    let mut texts: HashMap<_, _> = texts.into_iter().collect();
    let with_body = |row: ArticleRow| {
        let (body, blocks) = texts.remove(&row.id)?;
        Some(row.with(Some((body, blocks.0))))
    };
    let items = page.items.into_iter().filter_map(with_body).collect();
    Ok(Page { items, next: page.next, total: page.total })
}

/// A list in order of publication.
fn dated<'a>(
    conn: &mut PgConnection,
    statistics: &Statistics,
    filter: &ArticleFilter,
    conditions: &'a Filter,
    wanted: i64,
) -> Result<List<'a>> {
    let indexes = entity_indexes(filter, conditions.search.as_ref());
    let is_planned = !conditions.uses_single_index() && !is_selective(filter);
    List::new(conn, statistics, Collection::Articles, conditions, is_planned, indexes, wanted)
}

fn load(conn: &mut PgConnection, rows: Rows) -> Result<Vec<ArticleRow>> {
    let query = articles::table.filter(rows.condition).order(sql::<Bool>(&rows.order)).limit(rows.limit);
    Ok(query.select(ArticleRow::as_select()).load(conn)?)
}

/// Selects `id, unit, key, published_desc` of the `limit` newest matching articles, or of more of them.
///
/// `key` is an expression on columns of articles. Each article is a `unit` of its own.
pub(in crate::store) fn newest(
    conn: &mut PgConnection,
    statistics: &Statistics,
    filter: &ArticleFilter,
    key: &str,
    limit: i64,
) -> Result<Sql> {
    let selected =
        |key: &str| format!("SELECT articles.id, articles.id AS unit, {key} AS key, articles.published_desc FROM ");
    if let Some((_, index)) = entity_indexes(filter, None).into_iter().next()
        && let Some(entity) = index.only()
    {
        let of_entity = index.keys_of(entity, &NEWEST, Some(limit));
        let articles = Sql::new(selected(key)).sql("(").append(of_entity).sql(") AS articles (published_desc, id)");
        return Ok(if key == "''" { articles } else { articles.sql(" JOIN articles AS records USING (id)") });
    }
    let conditions = conditions(filter, None);
    if filter.search.is_none() && conditions.uses_single_index() && entity_indexes(filter, None).is_empty() {
        return Ok(Sql::new(selected(key)).sql("articles WHERE ").append(conditions.conditions(&AccessPath::Planner)));
    }
    let conditions = self::conditions(filter, read_search(conn, filter)?);
    let ids = dated(conn, statistics, filter, &conditions, limit)?.newest_ids(conn, limit)?;
    Ok(Sql::new(selected(key)).sql("articles WHERE articles.id = ANY (").bind(ids).sql(")"))
}

/// The indexes by entity that can read the articles of a filter, each with the dimension that counts their records.
fn entity_indexes(filter: &ArticleFilter, search: Option<&LocalizedQuery>) -> Vec<(Dimension, EntityIndex)> {
    if is_selective(filter) {
        return Vec::new();
    }
    let readable =
        |entities: &SetFilter<Uuid>| (1..=MAX_ENTITIES).contains(&entities.include.len()) && !entities.include_null;
    let mut indexes = Vec::new();
    let mut index = |dimension, entities: &[Uuid], rest: ArticleFilter| {
        let is_quotes = dimension == Dimension::Speaker;
        let table = if is_quotes { "quotes" } else { "mentions" };
        let mut of_table = Filter::new(table, None);
        of_table.published(filter.published);
        if is_quotes {
            of_table.other(Sql::new(NOT_REJECTED));
        }
        let index = EntityIndex {
            table,
            entity_column: if is_quotes { "speaker_id" } else { "entity_id" },
            id_column: "article_id",
            entities: entities.to_vec(),
            condition: of_table.conditions(&AccessPath::Planner),
            is_complete: rest == ArticleFilter { published: filter.published, ..ArticleFilter::default() },
            rest: conditions(&rest, search.cloned()),
        };
        indexes.push((dimension, index));
    };
    if readable(&filter.quotes_by) {
        let mut rest = filter.clone();
        rest.quotes_by.include.clear();
        index(Dimension::Speaker, &filter.quotes_by.include, rest);
    }
    if readable(&filter.mentions) {
        let mut rest = filter.clone();
        rest.mentions.include.clear();
        index(Dimension::Entity, &filter.mentions.include, rest);
    }
    for (position_in_filter, entity) in filter.mentions_all.iter().enumerate() {
        let mut rest = filter.clone();
        rest.mentions_all.remove(position_in_filter);
        index(Dimension::Entity, &[*entity], rest);
    }
    indexes
}

/// Whether the filter includes urls or external ids, so that few articles match.
fn is_selective(filter: &ArticleFilter) -> bool {
    !filter.url.include.is_empty() || !filter.external_id.include.is_empty()
}

/// Contains a literal, because `quotes_quoted_idx` is a partial index with this condition.
const NOT_REJECTED: &str = "quotes.status <> 'rejected'";

/// The conditions of a filter.
fn conditions(filter: &ArticleFilter, search: Option<LocalizedQuery>) -> Filter {
    let mut all = Filter::new("articles", search);
    all.set("language", &filter.language);
    all.set("publisher", &filter.publisher);
    all.set("section", &filter.section);
    all.set_unindexed("external_id", &filter.external_id);
    all.set_unindexed("url", &filter.url);
    keywords(&mut all, &filter.keyword);
    all.published(filter.published);
    // A mention has the date of its article. With the date, one lookup in the index on the entity finds the mention.
    let mentions = |condition: Sql| {
        Sql::new("SELECT FROM mentions WHERE mentions.article_id = articles.id AND ").append(condition)
    };
    let mentioned = |entities: &[Uuid]| {
        mentions(is_any("mentions.entity_id", entities).sql(" AND mentions.published_desc = articles.published_desc"))
    };
    all.linked(&filter.mentions, mentioned, &mentions(Sql::new("mentions.entity_id IS NOT NULL")));
    for entity in &filter.mentions_all {
        all.exists(mentioned(&[*entity]));
    }
    let quotes = |condition: Sql| {
        let of_article = format!("SELECT FROM quotes WHERE quotes.article_id = articles.id AND {NOT_REJECTED} AND ");
        Sql::new(of_article).append(condition)
    };
    let quoted = |speakers: &[Uuid]| {
        quotes(is_any("quotes.speaker_id", speakers).sql(" AND quotes.published_desc = articles.published_desc"))
    };
    all.linked(&filter.quotes_by, quoted, &quotes(Sql::new("quotes.speaker_id IS NOT NULL")));
    all
}

fn keywords(all: &mut Filter, filter: &SetFilter<String>) {
    let overlaps = |words: &[String]| Sql::new("articles.keywords && ").bind(words.to_vec());
    let none = "articles.keywords = '{}'";
    match (&filter.include[..], filter.include_null) {
        ([], false) => {}
        ([], true) => all.other(Sql::new(none)),
        (words, false) => all.indexed("keywords", words.to_vec(), overlaps(words)),
        (words, true) => all.other(Sql::new(none).sql(" OR ").append(overlaps(words))),
    }
    if filter.exclude_null {
        all.other(Sql::new("articles.keywords <> '{}'"));
    }
    if !filter.exclude.is_empty() {
        all.other(Sql::new("NOT ").append(overlaps(&filter.exclude)));
    }
}
