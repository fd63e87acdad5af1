//! Full-text search: parses a search for each language, and finds its newest matches without reading all of them.
//!
//! There are two plans for the newest matches, and each is slow for some words. If the words are rare, a scan of the date index
//! reads nearly the whole table. If they are common, a scan of the text index reads very many matches. The [`Planner`] chooses
//! the cheaper plan.

pub mod highlight;
mod planner;
mod query;
mod stats;
mod tsquery;

pub use planner::Planner;
pub use query::read;
pub use stats::{Statistics, TableStats, VECTOR};

use super::Result;
use super::sql::Sql;
use super::sql::keyset::number_key;
use super::sql::localized_query::LocalizedQuery;
use crate::domain::page::{Key, Page, PageRequest, Position, Total};
use crate::domain::search::{MAX_RANKED, Ranked};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Double, Uuid as SqlUuid};
use std::collections::HashMap;
use uuid::Uuid;

/// Number of newest matches read for the order of relevance: one more than are ranked, to detect that there are more.
pub const MAX_MATCHES: i64 = MAX_RANKED as i64 + 1;

/// A table of texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Collection {
    Articles,
    Quotes,
}

impl Collection {
    pub const fn table(self) -> &'static str {
        match self {
            Self::Articles => "articles",
            Self::Quotes => "quotes",
        }
    }
}

/// Ranks the newest matches, which are given newest first, and returns a page of them: best first, then by id.
///
/// # Errors
/// If the position belongs to another order.
pub fn most_relevant(
    conn: &mut PgConnection,
    collection: Collection,
    query: &LocalizedQuery,
    newest: Vec<Uuid>,
    request: &PageRequest,
    total: Option<Total>,
) -> Result<(Page<(Position, Uuid)>, Ranked)> {
    #[derive(QueryableByName)]
    struct RankedRow {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
        #[diesel(sql_type = Double)]
        rank: f64,
    }
    let complete = newest.len() <= MAX_RANKED;
    let table = collection.table();
    let statement =
        Sql::new("SELECT id, ").append(query.rank(table)).sql(format!(" AS rank FROM {table} WHERE id = ANY ("));
    let mut found: Vec<RankedRow> =
        statement.bind(newest.into_iter().take(MAX_RANKED).collect::<Vec<_>>()).sql(")").rows(conn)?;
    let ranked = Ranked { considered: found.len(), complete };
    // Ranks are compared as `real`, their type in Postgres, because parsing a cursor may change the last digits of a double.
    let key = |rank: f64, id: Uuid| (rank as f32, id);
    found.sort_by(|one, other| other.rank.total_cmp(&one.rank).then(other.id.cmp(&one.id)));
    if let Some(position) = &request.after {
        let after = key(number_key(position)?, position.id);
        found.retain(|found| key(found.rank, found.id) < after);
    }
    let position = |found: &RankedRow| Position { key: Key::Number(found.rank), id: found.id };
    let page = Page::from_rows(found, request.limit, total, position);
    Ok((page.map(|found| (position(&found), found.id)), ranked))
}

/// Replaces the ids of a page by their records. Records deleted in the meantime are left out.
pub fn with_records<T>(page: Page<(Position, Uuid)>, records: Vec<T>, id: impl Fn(&T) -> Uuid) -> Page<(Position, T)> {
    let mut records: HashMap<Uuid, T> = records.into_iter().map(|record| (id(&record), record)).collect();
    let items = page.items.into_iter().filter_map(|(position, id)| Some((position, records.remove(&id)?))).collect();
    Page { items, next: page.next, total: page.total }
}
