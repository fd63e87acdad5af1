//! The list of mentions: its filters and its orders.

use super::MentionRow;
use crate::domain::mention::{Mention, MentionFilter, MentionList, MentionOrder};
use crate::domain::page::{Count, Key, Page, Position, SetFilter};
use crate::domain::stats::CountTarget;
use crate::domain::{EntityKind, MentionKind, Origin};
use crate::schema::{entities, entity_counts, mentions};
use crate::store::page::{Predicate, choose, of_words, published};
use crate::store::walk::{self, along};
use crate::store::{Result, count, stats};
use diesel::dsl::{exists, not};
use diesel::pg::Pg;
use diesel::prelude::*;

/// So many entities are asked how often they are named.
const NAMED_MOST: i64 = 1_000;

/// One page of the mentions that match.
///
/// # Errors
/// Only the database's own.
pub fn list(conn: &mut PgConnection, list: &MentionList) -> Result<Page<Mention>> {
    let MentionList { filter, order, page: request } = list;
    let total = match stats::total(conn, request.count, || CountTarget::Mentions(filter.clone()))? {
        None => {
            let matching = || selected(matching(filter)).select(count::nothing());
            let of_range = MentionFilter { min_confidence: filter.min_confidence, ..MentionFilter::default() };
            let kinds = SetFilter::new(filter.entity_kind.include.clone(), Vec::new());
            let of_kinds = MentionFilter { entity_kind: kinds, ..MentionFilter::default() };
            if *filter == of_range {
                count::total_of_column(conn, request.count, "mentions", matching)?
            } else if *filter == of_kinds
                && request.count == Some(Count::Exact)
                && are_many(conn, &filter.entity_kind.include)?
            {
                Some(count::many(conn, matching())?)
            } else {
                count::total(conn, request.count, matching)?
            }
        }
        kept => kept,
    };
    let stretches = match order {
        MentionOrder::NewestPublished => walk::newest(request.after.as_ref())?,
        MentionOrder::OldestPublished => walk::oldest(request.after.as_ref(), filter.published)?,
    };
    let rows = walk::each(conn, stretches, request.limit + 1, |conn, stretch, missing| {
        let query =
            along!(selected(matching(filter)), stretch, Step::default(), mentions::published_desc, mentions::id);
        Ok(query.limit(missing).select(MentionRow::as_select()).load(conn)?)
    })?;
    let page =
        Page::from_rows(rows, request.limit, total, |row| Position { key: Key::Time(row.published_at), id: row.id });
    Ok(page.map(Mention::from))
}

/// True when more mentions than are counted are of entities of these kinds, which those named most often tell already: to look
/// at the mentions would be to look up the entity of each.
fn are_many(conn: &mut PgConnection, kinds: &[EntityKind]) -> Result<bool> {
    let named_most: Vec<(EntityKind, i64)> = entity_counts::table
        .inner_join(entities::table)
        .order((entity_counts::mentions.desc(), entity_counts::entity_id.desc()))
        .limit(NAMED_MOST)
        .select((entities::kind, entity_counts::mentions))
        .load(conn)?;
    let of_kinds = named_most.iter().filter(|(kind, _)| kinds.contains(kind));
    Ok(of_kinds.map(|(_, mentions)| mentions).sum::<i64>() > count::COUNTED)
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
    all.extend(of_words("mentions.kind", &filter.kind, MentionKind::as_str));
    all.extend(of_words("mentions.origin", &filter.origin, Origin::as_str));
    let of_kind = |kinds: &[_]| {
        entities::table
            .filter(entities::id.nullable().eq(mentions::entity_id))
            .filter(entities::kind.eq_any(kinds.to_vec()))
    };
    if !filter.entity_kind.include.is_empty() {
        all.push(Box::new(exists(of_kind(&filter.entity_kind.include)).nullable()));
    }
    if !filter.entity_kind.exclude.is_empty() {
        all.push(Box::new(not(exists(of_kind(&filter.entity_kind.exclude))).nullable()));
    }
    if let Some(least) = filter.min_confidence {
        all.push(Box::new(mentions::confidence.ge(least).nullable()));
    }
    published!(all, filter.published, mentions::published_desc);
    all
}
