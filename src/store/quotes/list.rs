//! The list of quotes: its filters, its orders, and one quote for each cluster.

use super::filter::{about_one, conditions_about, days_said, first_of_cluster, is_carried, match_of, plain};
use super::row::QuoteRow;
use crate::domain::Dimension;
use crate::domain::page::{Count, Key, Page, PageRequest, Position, Range, Total};
use crate::domain::quote::{QuoteFilter, QuoteList, QuoteOrder};
use crate::domain::search::Ranked;
use crate::domain::stats::CountTarget;
use crate::schema::{quote_about, quotes};
use crate::store::first::{Limit, first};
use crate::store::page::{self, Below, Planned, Predicate, row};
use crate::store::search::{
    self, Collection, Reading, SAID_ON, Statistics, Step, Values, Way, Windows, descending, push_values,
};
use crate::store::statement::Statement;
use crate::store::stats::newest::{of_table, of_units};
use crate::store::walk::{self, OfEntity, Placed, Stretch, along};
use crate::store::{Result, count, stats};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::sql;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Double, Text, Uuid as SqlUuid};
use uuid::Uuid;

/// One page of the quotes that match; in order of relevance, with how many that is an order of.
///
/// # Errors
/// Only the database's own.
pub(super) fn page(
    conn: &mut PgConnection,
    statistics: &Statistics,
    list: &QuoteList,
) -> Result<(Page<QuoteRow>, Option<Ranked>)> {
    let QuoteList { filter, order, page: request, .. } = list;
    let reading = search::read(conn, statistics, Collection::Quotes, filter.search.as_ref(), &filter.language)?;
    let reading = reading.as_ref();
    let total = total(conn, statistics, list, reading)?;
    let after = request.after.as_ref();
    let wanted = request.limit + 1;
    let rows: Vec<QuoteRow> = match order {
        QuoteOrder::Relevance => match reading {
            Some(reading) => {
                let (page, ranked) = by_relevance(conn, statistics, list, reading, total)?;
                return Ok((page, Some(ranked)));
            }
            None => by_date(conn, statistics, list, None, walk::newest(after)?, wanted, rows)?,
        },
        QuoteOrder::NewestPublished => by_date(conn, statistics, list, reading, walk::newest(after)?, wanted, rows)?,
        QuoteOrder::OldestPublished => {
            by_date(conn, statistics, list, reading, walk::oldest(after, filter.published)?, wanted, rows)?
        }
        QuoteOrder::MostConfident => by_confidence(conn, statistics, list, reading, wanted)?,
    };
    let page = Page::from_rows(rows, request.limit, total, |row| Position {
        key: match order {
            QuoteOrder::MostConfident => Key::Number(row.columns.confidence),
            _ => Key::Time(row.published_at),
        },
        id: row.id,
    });
    Ok((page, None))
}

/// How many quotes match, when that was asked.
fn total(
    conn: &mut PgConnection,
    statistics: &Statistics,
    list: &QuoteList,
    reading: Option<&Reading>,
) -> Result<Option<Total>> {
    let QuoteList { filter, one_per_cluster, page: PageRequest { count, .. }, .. } = list;
    let records = || CountTarget::Quotes { filter: filter.clone(), one_per_cluster: *one_per_cluster };
    if let Some(kept) = stats::total(conn, *count, records)? {
        return Ok(Some(kept));
    }
    if let Some(entity) = filter.about.only().filter(|_| !one_per_cluster && is_carried(filter)) {
        // Counted in its index, without the quotes.
        let place = (quote_about::published_desc, quote_about::quote_id);
        return count::total(conn, *count, || about_one(filter, None, *entity).order(place).select(count::nothing()));
    }
    let in_step =
        |reading: Option<&Reading>, step: &Step| selected(counted(list, reading, step)).select(count::nothing());
    let matching = || in_step(reading, &Step::default());
    let of_search = |search: Option<_>| *filter == QuoteFilter { search, ..QuoteFilter::default() } && !one_per_cluster;
    if let Some(reading) = reading.filter(|_| *count == Some(Count::Exact) && of_search(filter.search.clone())) {
        return search::total(conn, statistics, Collection::Quotes, reading, |reading, step| {
            in_step(Some(reading), step)
        })
        .map(Some);
    }
    let of_range = QuoteFilter { min_confidence: filter.min_confidence, ..QuoteFilter::default() };
    if *filter == of_range && !one_per_cluster {
        return count::total_of_column(conn, *count, "quotes", matching);
    }
    if reading.is_some() {
        return count::total_by_index(conn, *count, matching);
    }
    count::total(conn, *count, matching)
}

fn rows(conn: &mut PgConnection, query: quotes::BoxedQuery<'static, Pg>, limit: Limit) -> Result<Vec<QuoteRow>> {
    Ok(first(conn, query.select(QuoteRow::as_select()), limit)?)
}

/// The first quotes of some stretches of publication, each read the way that is the shortest: along the index of what
/// they are about, in windows, or along the index of the one value.
fn by_date<T: Placed>(
    conn: &mut PgConnection,
    statistics: &Statistics,
    list: &QuoteList,
    reading: Option<&Reading>,
    stretches: Vec<Stretch>,
    wanted: i64,
    select: impl Fn(&mut PgConnection, quotes::BoxedQuery<'static, Pg>, Limit) -> Result<Vec<T>>,
) -> Result<Vec<T>> {
    let filter = &list.filter;
    let windows = match is_of_one(filter) {
        true => None,
        false => Some(windows(conn, statistics, list, reading)?),
    };
    let of = |reading: Option<&Reading>, about, step: &Step| selected(predicates(list, reading, about, step));
    let about = if is_of_few(filter) { &[][..] } else { walk::any_of(&filter.about) };
    if !about.is_empty() {
        let is_short = match &windows {
            None => true,
            Some(windows) => {
                let quotes: Result<f64> =
                    about.iter().map(|entity| stats::of_entity(conn, Dimension::About, *entity)).sum();
                windows.are_slower_than(quotes?, wanted)
            }
        };
        if is_short {
            let matching = match_of(list, reading);
            let places = |conn: &mut PgConnection, stretch: Stretch, limit| {
                walk::of_each(about, stretch.part, limit, |entity| {
                    let places =
                        about_one(filter, reading, entity).select((quote_about::published_desc, quote_about::quote_id));
                    let places =
                        along!(places, stretch, Step::default(), quote_about::published_desc, quote_about::quote_id);
                    Ok(places.limit(limit).load(conn)?)
                })
            };
            return walk::by_places(conn, stretches, wanted, matching, places, |conn, part, ids, missing| {
                let stretch = Stretch { part, after: None };
                let query = along!(
                    of(reading, OfEntity::Met, &Step::KNOWN),
                    stretch,
                    Step::KNOWN,
                    quotes::published_desc,
                    quotes::id
                );
                select(conn, query.filter(quotes::id.eq_any(ids)), Limit::Value(missing))
            });
        }
    }
    let range = filter.published;
    search::along_stretches(
        conn,
        windows.as_ref(),
        !about.is_empty(),
        stretches,
        range,
        wanted,
        |conn, stretch, step, missing| {
            search::by_query(reading, step.way, missing, stretch.part.order(), |reading| {
                let of = of(reading, OfEntity::Probed, step);
                select(conn, along!(of, stretch, *step, quotes::published_desc, quotes::id), step.limit(missing))
            })
        },
    )
}

/// The first quotes of a list that begins with those that are most surely found.
fn by_confidence(
    conn: &mut PgConnection,
    statistics: &Statistics,
    list: &QuoteList,
    reading: Option<&Reading>,
    wanted: i64,
) -> Result<Vec<QuoteRow>> {
    let QuoteList { filter, page: request, .. } = list;
    let read = |conn: &mut PgConnection, step: &Step, missing| {
        // What is gathered is little: of its entity, or of all else.
        let about = if matches!(step.way, Way::Gathered(_)) { OfEntity::Asked } else { OfEntity::Probed };
        let order = |one: &QuoteRow, other: &QuoteRow| {
            other.columns.confidence.total_cmp(&one.columns.confidence).then(other.id.cmp(&one.id))
        };
        search::by_query(reading, step.way, missing, order, |reading| {
            let mut all = predicates(list, reading, about, step);
            if let Some(position) = &request.after {
                let place = row!(page::number_key(position)?, position.id, Double);
                all.push(Box::new(Below::new(row!(quotes::confidence, quotes::id, Double), place).nullable()));
            }
            let query = descending!(selected(all), step.way, quotes::confidence, quotes::id, Double);
            rows(conn, query, step.limit(missing))
        })
    };
    let values = values(filter);
    let about = filter.about.only();
    if is_of_few(filter) {
        return read(conn, &Step::GATHERED, wanted);
    }
    if let Some(entity) = about.filter(|_| !list.one_per_cluster && is_carried(filter)) {
        // Who is spoken about seldom is put in order sooner than the index of that order is walked.
        let mut places = about_one(filter, None, *entity).filter(Planned).select(quote_about::quote_id);
        if let Some(position) = &request.after {
            let here = row!(quote_about::confidence, quote_about::quote_id, Double);
            places = places.filter(Below::new(here, row!(page::number_key(position)?, position.id, Double)));
        }
        let places = places.order((quote_about::confidence.desc(), quote_about::quote_id.desc())).limit(wanted);
        let ids: Vec<Uuid> = places.load(conn)?;
        let known = quotes::table.into_boxed().filter(quotes::id.eq_any(ids));
        return rows(
            conn,
            descending!(known, Way::Known, quotes::confidence, quotes::id, Double),
            Limit::Value(wanted),
        );
    }
    if reading.is_none() && about.is_none() && (values.is_empty() || filter.speaker.only().is_some()) {
        let way = Way::Walked(filter.speaker.only().map(|_| "speaker_id"));
        return read(conn, &Step { way, ..Step::default() }, wanted);
    }
    let mut windows = windows(conn, statistics, list, reading)?;
    if let Some(entity) = about {
        windows.are_of(stats::of_entity(conn, Dimension::About, *entity)?);
    }
    windows.read(conn, None, wanted, read)
}

fn windows<'a>(
    conn: &mut PgConnection,
    statistics: &'a Statistics,
    list: &QuoteList,
    reading: Option<&Reading>,
) -> Result<Windows<'a>> {
    let QuoteList { filter, one_per_cluster, .. } = list;
    let asked = (filter, one_per_cluster);
    Windows::of(conn, statistics, Collection::Quotes, &asked, reading, &values(filter), is_indexed(list))
}

/// True when there are few quotes of what is asked for, whatever else is.
fn is_of_few(filter: &QuoteFilter) -> bool {
    !filter.cluster.include.is_empty() || !filter.article.include.is_empty()
}

/// True when nothing is asked for that is found by what several indexes have in common.
pub(super) fn is_of_one(filter: &QuoteFilter) -> bool {
    let asked = values(filter).len() + usize::from(!walk::any_of(&filter.about).is_empty());
    is_of_few(filter) || (filter.search.is_none() && asked < 2)
}

/// True when all that is asked for is in the index of words and values, or a time.
fn is_indexed(list: &QuoteList) -> bool {
    let mut rest = QuoteFilter { search: None, published: Range::default(), ..list.filter.clone() };
    rest.speaker.include.clear();
    rest.speaker_status.include.clear();
    rest.kind.include.clear();
    rest.status.include.clear();
    for choice in [&mut rest.publisher, &mut rest.language, &mut rest.cue] {
        choice.include.clear();
    }
    if days_said(&list.filter).is_some() {
        rest.said = Range::default();
    }
    rest == QuoteFilter::default() && !list.one_per_cluster
}

/// The `most` newest that match.
fn ids(
    conn: &mut PgConnection,
    statistics: &Statistics,
    list: &QuoteList,
    reading: Option<&Reading>,
    most: i64,
) -> Result<Vec<Uuid>> {
    let places = by_date(conn, statistics, list, reading, walk::newest(None)?, most, |conn, query, limit| {
        Ok(first::<(Option<DateTime<Utc>>, Uuid), _>(conn, query.select((quotes::published_at, quotes::id)), limit)?)
    })?;
    Ok(places.into_iter().map(|(_, id)| id).collect())
}

/// What of a filter is in the index of words and values.
fn values(filter: &QuoteFilter) -> Values {
    let mut all = Values::new();
    push_values(&mut all, "speaker_id", &filter.speaker, Uuid::to_string);
    push_values(&mut all, "speaker_status", &filter.speaker_status, |status| status.as_str().to_owned());
    push_values(&mut all, "publisher", &filter.publisher, String::clone);
    push_values(&mut all, "language", &filter.language, String::clone);
    push_values(&mut all, "kind", &filter.kind, |kind| kind.as_str().to_owned());
    push_values(&mut all, "status", &filter.status, |status| status.as_str().to_owned());
    push_values(&mut all, "cue_lemma", &filter.cue, String::clone);
    if let Some(days) = days_said(filter) {
        all.push((SAID_ON, days.iter().map(NaiveDate::to_string).collect()));
    }
    all
}

/// The newest matches in order of relevance: a page of them.
fn by_relevance(
    conn: &mut PgConnection,
    statistics: &Statistics,
    list: &QuoteList,
    reading: &Reading,
    total: Option<Total>,
) -> Result<(Page<QuoteRow>, Ranked)> {
    let newest = ids(conn, statistics, list, Some(reading), search::CONSIDERED)?;
    let rank = reading.rank(quotes::vector, quotes::language);
    let found = quotes::table.filter(quotes::id.eq_any(&newest)).select((quotes::id, rank)).load(conn)?;
    let found = search::in_order(newest, found);
    let (page, ranked) = search::most_relevant(found, &list.page, total)?;
    let rows = quotes::table.filter(quotes::id.eq_any(&page.items)).select(QuoteRow::as_select()).load(conn)?;
    Ok((search::filled(page, rows, |row: &QuoteRow| row.id), ranked))
}

fn selected(predicates: Vec<Predicate<quotes::table>>) -> quotes::BoxedQuery<'static, Pg> {
    predicates.into_iter().fold(quotes::table.into_boxed(), |query, predicate| query.filter(predicate))
}

/// The `most` newest that match, or more of them, for a question that is not a list: with a key, an expression of SQL.
///
/// # Errors
/// Only the database's own.
pub(in crate::store) fn newest(
    conn: &mut PgConnection,
    statistics: &Statistics,
    filter: &QuoteFilter,
    one_per_cluster: bool,
    key: &str,
    most: i64,
) -> Result<Statement> {
    if let Some(entity) = filter.about.only().filter(|_| !one_per_cluster && is_carried(filter)) {
        return Ok(of_table("quote_about", "quote_id", "quote_id", key, conditions_about(filter, None, *entity)));
    }
    const UNIT: &str = "coalesce(cluster_id, quotes.id)";
    if is_of_one(filter) && filter.about.include.len() < 2 {
        let conditions = plain(filter, None, OfEntity::Walked, &Step::default());
        return Ok(of_table("quotes", "quotes.id", UNIT, key, conditions));
    }
    let reading = search::read(conn, statistics, Collection::Quotes, filter.search.as_ref(), &filter.language)?;
    let page = PageRequest { limit: most, after: None, count: None };
    let order = QuoteOrder::NewestPublished;
    let list = QuoteList { filter: filter.clone(), one_per_cluster: false, order, page };
    let units = by_date(conn, statistics, &list, reading.as_ref(), walk::newest(None)?, most, |conn, query, limit| {
        let units = query.select((quotes::id, sql::<SqlUuid>(UNIT), sql::<Text>(key), quotes::published_desc));
        Ok(first(conn, units, limit)?)
    })?;
    Ok(of_units(units))
}

/// The conditions of a list.
fn predicates(
    list: &QuoteList,
    reading: Option<&Reading>,
    about: OfEntity,
    step: &Step,
) -> Vec<Predicate<quotes::table>> {
    let QuoteList { filter, one_per_cluster, .. } = list;
    let mut all = once(list, reading, plain(filter, reading, about, step));
    // How much of a list these leave depends on what else is asked for.
    let narrows = *one_per_cluster || filter.min_confidence.is_some() || filter.said != Range::default();
    if step.is_planned() || (narrows && step.way == Way::Any) {
        all.push(Box::new(Planned));
    }
    all
}

/// The conditions of a list whose order does not matter.
fn counted(list: &QuoteList, reading: Option<&Reading>, step: &Step) -> Vec<Predicate<quotes::table>> {
    let mut all = once(list, reading, plain(&list.filter, reading, OfEntity::Asked, step));
    if step.is_planned() {
        all.push(Box::new(Planned));
    }
    all
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
