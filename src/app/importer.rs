//! Imports batches of records, and annotates their articles.

use super::annotator::Annotator;
use super::text_analysis::TEXT_ANALYSIS;
use crate::domain::import::{ImportMode, ImportRecord, Imported, Outcome};
use crate::store::{Connection, Db, Error, Result, import};
use futures_util::{StreamExt, stream};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

/// The most concurrent imports. Each has a batch in memory, and keeps a connection busy.
const MAX_IMPORTS: usize = 2;
/// Pauses before the retries of a batch whose transaction failed for a reason that may pass.
const PAUSES: [Duration; 4] =
    [Duration::from_millis(200), Duration::from_secs(1), Duration::from_secs(3), Duration::from_secs(5)];
/// Timeouts after which a batch is given up: they are then not those of single records.
const MAX_TIMEOUTS: usize = 20;
/// Articles whose findings are stored in one transaction.
const ANNOTATED_TOGETHER: usize = 16;
/// Such transactions, or articles that are annotated alone, at the same time.
const CONCURRENT: usize = 2;

/// Imports records.
pub struct Importer {
    db: Db,
    annotator: Annotator,
    running: Arc<Semaphore>,
}

impl Importer {
    /// Imports into `db`.
    pub fn new(db: Db, annotator: Annotator) -> Self {
        Self { db, annotator, running: Arc::new(Semaphore::new(MAX_IMPORTS)) }
    }

    /// Begins an import, which ends when the permit is dropped.
    ///
    /// # Errors
    /// [`Error::Overloaded`] when there are too many.
    pub fn begin(&self) -> Result<OwnedSemaphorePermit> {
        Arc::clone(&self.running).try_acquire_owned().map_err(|_| Error::Overloaded)
    }

    /// Imports records, and returns the result of each once it is committed; fewer when the mode stops at a failure. All are in one
    /// transaction, unless it times out: then it is split, so that only the record that takes too long fails.
    ///
    /// # Errors
    /// Those that no record causes, after the last retry.
    pub async fn import(&self, records: Vec<ImportRecord>, mode: &ImportMode) -> Result<Vec<Result<Imported>>> {
        let mut results = Vec::with_capacity(records.len());
        let mut waiting = vec![records];
        let mut timeouts = 0;
        while let Some(records) = waiting.pop() {
            let part = Arc::new(records);
            match self.import_part(&part, mode, timeouts == 0).await {
                Err(error @ Error::TimedOut(_)) if timeouts < MAX_TIMEOUTS => {
                    timeouts += 1;
                    match part.split_at(part.len() / 2) {
                        ([], _) => results.push(Err(error)),
                        (first, second) => waiting.extend([second.to_vec(), first.to_vec()]),
                    }
                }
                stored => results.extend(stored?),
            }
            if mode.stop_at_failure && results.last().is_some_and(Result::is_err) {
                break;
            }
        }
        Ok(results)
    }

    /// Imports records in one transaction. Retries a transaction that fails for a reason that may pass, and one that times out only
    /// when `retries_timeouts`: records that are stored already are then unchanged.
    async fn import_part(
        &self,
        records: &Arc<Vec<ImportRecord>>,
        mode: &ImportMode,
        retries_timeouts: bool,
    ) -> Result<Vec<Result<Imported>>> {
        let mode = Arc::new(mode.clone());
        let mut pauses = PAUSES.into_iter();
        loop {
            let (records, mode) = (Arc::clone(records), Arc::clone(&mode));
            let write = move |conn: &mut Connection| import::import_all(conn, TEXT_ANALYSIS, &records, &mode);
            let result = self.db.write(write).await;
            let is_retried = match &result {
                Err(Error::TimedOut(_)) => retries_timeouts,
                Err(error) => error.is_transient() || matches!(error, Error::OutcomeUnknown(_)),
                Ok(_) => false,
            };
            match (result, pauses.next()) {
                (Err(error), Some(pause)) if is_retried => {
                    log::info!("an import retries a batch: {error}");
                    tokio::time::sleep(pause).await;
                }
                (results, _) => return results,
            }
        }
    }

    /// Annotates imported articles. The result of an article that cannot be annotated becomes its error.
    pub async fn annotate(&self, results: Vec<Result<Imported>>) -> Vec<Result<Imported>> {
        let written = results.iter().flatten().filter(|imported| imported.outcome != Outcome::Unchanged);
        let written: Vec<Uuid> = written.filter(|imported| imported.is_article).map(|imported| imported.id).collect();
        let parts = stream::iter(written.chunks(ANNOTATED_TOGETHER).map(<[Uuid]>::to_vec));
        let parts = parts.map(|articles| self.annotator.annotate_together(articles)).buffered(CONCURRENT);
        // The others are annotated alone, which tells what is wrong with them.
        let annotated: HashSet<Uuid> = parts.map(Result::unwrap_or_default).concat().await.into_iter().collect();
        let annotated = stream::iter(results).map(|result| async {
            let imported = result?;
            match imported.is_article && !annotated.contains(&imported.id) {
                true => self.annotate_article(imported).await,
                false => Ok(imported),
            }
        });
        annotated.buffered(CONCURRENT).collect().await
    }

    async fn annotate_article(&self, imported: Imported) -> Result<Imported> {
        let Imported { outcome, id, .. } = imported;
        let before = if outcome == Outcome::Unchanged { Some(self.fingerprint(id).await?) } else { None };
        self.annotator.annotate_article(id, None).await?;
        let outcome = match before {
            Some(before) if before != self.fingerprint(id).await? => Outcome::Updated,
            _ => outcome,
        };
        Ok(Imported { outcome, ..imported })
    }

    /// A hash that differs when the findings of an article have changed.
    async fn fingerprint(&self, article: Uuid) -> Result<String> {
        self.db.read_primary(move |conn| import::fingerprint(conn, article)).await
    }
}
