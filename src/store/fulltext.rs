//! Full text: parses a search in each language, and finds its newest matches without reading all of them.
//!
//! `ORDER BY published_at LIMIT 20` of the rows that match has two plans, each slow for some words: reading the date index
//! reads everything when the words are rare, and reading the text index reads everything when they are common. The
//! [`Planner`] chooses the one that costs less.

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

/// Number of newest matches that are read for an order of relevance: one more than are ranked, to detect that there are more.
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

/// A page of the newest matches, given newest first: the best first, then by id.
///
/// # Errors
/// The database's own, and when the position is of another order.
pub fn most_relevant(
    conn: &mut PgConnection,
    collection: Collection,
    query: &LocalizedQuery,
    newest: Vec<Uuid>,
    request: &PageRequest,
    total: Option<Total>,
) -> Result<(Page<(Position, Uuid)>, Ranked)> {
    #[derive(QueryableByName)]
    struct Match {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
        #[diesel(sql_type = Double)]
        rank: f64,
    }
    let complete = newest.len() <= MAX_RANKED;
    let table = collection.table();
    let statement =
        Sql::new("SELECT id, ").append(query.rank(table)).sql(format!(" AS rank FROM {table} WHERE id = ANY ("));
    let mut found: Vec<Match> =
        statement.bind(newest.into_iter().take(MAX_RANKED).collect::<Vec<_>>()).sql(")").rows(conn)?;
    let ranked = Ranked { considered: found.len(), complete };
    // A rank has the precision of `real`, and may have gone through a cursor.
    let key = |rank: f64, id: Uuid| (rank as f32, id);
    found.sort_by(|one, other| other.rank.total_cmp(&one.rank).then(other.id.cmp(&one.id)));
    if let Some(position) = &request.after {
        let after = key(number_key(position)?, position.id);
        found.retain(|found| key(found.rank, found.id) < after);
    }
    let position = |found: &Match| Position { key: Key::Number(found.rank), id: found.id };
    let page = Page::from_rows(found, request.limit, total, position);
    Ok((page.map(|found| (position(&found), found.id)), ranked))
}

/// The records with the ids of a page, in order. Records deleted in the meantime are left out.
pub fn with_records<T>(page: Page<(Position, Uuid)>, records: Vec<T>, id: impl Fn(&T) -> Uuid) -> Page<(Position, T)> {
    let mut records: HashMap<Uuid, T> = records.into_iter().map(|record| (id(&record), record)).collect();
    let items = page.items.into_iter().filter_map(|(position, id)| Some((position, records.remove(&id)?))).collect();
    Page { items, next: page.next, total: page.total }
}
