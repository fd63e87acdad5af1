//! Loads pages of quotes. Simple lists that are requested at the same time share their queries.

use crate::domain::page::Page;
use crate::domain::quote::{Quote, QuoteList};
use crate::store::db::batcher::Batcher;
use crate::store::fulltext::Statistics;
use crate::store::{Connection, Db, Resource, Result, quotes};
use std::sync::Arc;

/// Loads pages of simple lists of quotes in batches.
#[derive(Clone)]
pub struct QuotePageLoader {
    db: Db,
    statistics: Arc<Statistics>,
    waiting: Arc<Batcher<QuoteList, Page<Quote>>>,
}

impl QuotePageLoader {
    /// Loads pages from `db`.
    pub fn new(db: Db, statistics: Arc<Statistics>) -> Self {
        Self { db, statistics, waiting: Arc::default() }
    }

    /// Loads a page of a list that reads one index.
    ///
    /// # Errors
    /// Only those of the database.
    pub async fn load(&self, list: QuoteList) -> Result<Page<Quote>> {
        let statistics = Arc::clone(&self.statistics);
        let read = move |conn: &mut Connection, lists: &[QuoteList]| quotes::lists(conn, &statistics, lists);
        self.db.read_batched(&self.waiting, Resource::Quote, list, read).await
    }
}
