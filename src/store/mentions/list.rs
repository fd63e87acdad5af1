//! The list of mentions: its filters and its orders.

use super::MentionRow;
use crate::domain::mention::{Mention, MentionFilter, MentionList, MentionOrder};
use crate::domain::page::{Key, Page, Position};
use crate::schema::{entities, mentions};
use crate::store::Result;
use crate::store::page::{self, Above, Below, LONG_AGO, Predicate, choose, row};
use diesel::dsl::{exists, not};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::Timestamptz;

/// One page of the mentions that match.
///
/// # Errors
/// Only the database's own.
pub fn list(conn: &mut PgConnection, list: &MentionList) -> Result<Page<Mention>> {
    let MentionList { filter, order, page: request } = list;
    let total = page::total(conn, request.count, || selected(matching(filter)).select(mentions::id))?;
    let rows = match order {
        MentionOrder::NewestPublished => newest(conn, filter, request.after.as_ref(), request.limit + 1)?,
        MentionOrder::OldestPublished => oldest(conn, filter, request.after.as_ref(), request.limit + 1)?,
    };
    let page =
        Page::from_rows(rows, request.limit, total, |row| Position { key: Key::Time(row.published_at), id: row.id });
    Ok(page.map(Mention::from))
}

fn newest(
    conn: &mut PgConnection,
    filter: &MentionFilter,
    after: Option<&Position>,
    limit: i64,
) -> Result<Vec<MentionRow>> {
    let mut query = selected(matching(filter)).limit(limit);
    if let Some(position) = after {
        let place = row!(page::time_key(position, LONG_AGO)?, position.id, Timestamptz);
        query = query.filter(Below::new(row!(mentions::published_desc, mentions::id, Timestamptz), place));
    }
    let query = query.order((mentions::published_desc.desc(), mentions::id.desc()));
    Ok(query.select(MentionRow::as_select()).load(conn)?)
}

/// Walks the index of the other order backwards, twice: the undated, whom it has first, come last.
fn oldest(
    conn: &mut PgConnection,
    filter: &MentionFilter,
    after: Option<&Position>,
    limit: i64,
) -> Result<Vec<MentionRow>> {
    let mut rows = Vec::new();
    let in_the_undated = after.is_some_and(|position| position.key == Key::Time(None));
    if !in_the_undated {
        let mut query = selected(matching(filter)).limit(limit).filter(mentions::published_desc.gt(LONG_AGO));
        if let Some(position) = after {
            let place = row!(page::time_key(position, LONG_AGO)?, position.id, Timestamptz);
            query = query.filter(Above::new(row!(mentions::published_desc, mentions::id, Timestamptz), place));
        }
        let query = query.order((mentions::published_desc, mentions::id));
        rows = query.select(MentionRow::as_select()).load(conn)?;
    }
    let missing = limit - i64::try_from(rows.len()).unwrap_or(i64::MAX);
    if missing > 0 {
        let mut query = selected(matching(filter)).limit(missing).filter(mentions::published_desc.eq(LONG_AGO));
        if let Some(position) = after.filter(|_| in_the_undated) {
            query = query.filter(mentions::id.gt(position.id));
        }
        rows.extend(query.order(mentions::id).select(MentionRow::as_select()).load(conn)?);
    }
    Ok(rows)
}

fn selected(predicates: Vec<Predicate<mentions::table>>) -> mentions::BoxedQuery<'static, Pg> {
    predicates.into_iter().fold(mentions::table.into_boxed(), |query, predicate| query.filter(predicate))
}

/// The conditions of a filter.
pub(in crate::store) fn matching(filter: &MentionFilter) -> Vec<Predicate<mentions::table>> {
    let mut all: Vec<Predicate<mentions::table>> = Vec::new();
    choose!(all, filter.entity, mentions::entity_id);
    choose!(all, filter.article, mentions::article_id);
    choose!(all, filter.publisher, mentions::publisher);
    choose!(all, filter.language, mentions::language);
    choose!(all, filter.kind, mentions::kind);
    choose!(all, filter.origin, mentions::origin);
    let of_kind = |kinds: &[_]| {
        entities::table
            .filter(entities::id.nullable().eq(mentions::entity_id))
            .filter(entities::kind.eq_any(kinds.to_vec()))
    };
    if !filter.entity_kind.any.is_empty() {
        all.push(Box::new(exists(of_kind(&filter.entity_kind.any)).nullable()));
    }
    if !filter.entity_kind.none.is_empty() {
        all.push(Box::new(not(exists(of_kind(&filter.entity_kind.none))).nullable()));
    }
    if let Some(least) = filter.min_confidence {
        all.push(Box::new(mentions::confidence.ge(least).nullable()));
    }
    // Undated mentions hold an infinity there: the lower bound keeps them out by itself, the upper one needs to be told.
    match (filter.published.from, filter.published.to) {
        (None, None) => {}
        (Some(from), _) => all.push(Box::new(mentions::published_desc.ge(from).nullable())),
        (None, Some(_)) => all.push(Box::new(mentions::published_desc.gt(LONG_AGO).nullable())),
    }
    if let Some(to) = filter.published.to {
        all.push(Box::new(mentions::published_desc.lt(to).nullable()));
    }
    all
}
