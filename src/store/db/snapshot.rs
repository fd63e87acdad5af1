//! Reads of any length from one snapshot, whose parts are streamed to a caller.
//!
//! The work waits while the caller takes nothing, so that its memory does not grow. It ends when the caller has left, or
//! takes nothing for [`STALL_TIMEOUT`]: a slow reader keeps neither a connection nor an old snapshot.

use super::workers::Worker;
use crate::store::{Error, Result};
use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel::pg::PgConnection;
use futures_util::Stream;
use std::cell::Cell;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

/// Parts that wait for the caller.
const WAITING_PARTS: usize = 2;
/// How long a caller may take nothing.
const STALL_TIMEOUT: Duration = Duration::from_secs(10);
/// A snapshot sees nothing that is committed after its beginning. Postgres ends it soon after the work would have.
const BEGIN: &str =
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL idle_in_transaction_session_timeout = '30s'";

/// The parts that the work has sent, and at last its error.
pub struct Parts<P> {
    first: Option<P>,
    rest: mpsc::Receiver<Result<P>>,
    /// Set once the work has sent everything. Parts that end before are cut off.
    is_complete: Arc<AtomicBool>,
}

impl<P> Parts<P> {
    /// Waits for the first part.
    ///
    /// # Errors
    /// That of the work, when it fails before.
    pub(super) async fn begin(&mut self) -> Result<()> {
        self.first = self.rest.recv().await.or_else(|| self.end()).transpose()?;
        Ok(())
    }

    /// What follows the last part that was received: an error, unless the work has sent everything.
    fn end(&self) -> Option<Result<P>> {
        let is_cut_off = !self.is_complete.swap(true, Ordering::SeqCst);
        is_cut_off.then(|| Err(Error::TimedOut("the reader took nothing for too long".to_owned())))
    }
}

impl<P: Unpin> Stream for Parts<P> {
    type Item = Result<P>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<P>>> {
        match self.first.take() {
            Some(part) => Poll::Ready(Some(Ok(part))),
            None => self.rest.poll_recv(context).map(|part| part.or_else(|| self.end())),
        }
    }
}

/// Sends the parts of a read to its caller.
pub struct PartSender<P> {
    parts: mpsc::Sender<Result<P>>,
    is_complete: Arc<AtomicBool>,
    runtime: Handle,
}

impl<P: Send + 'static> PartSender<P> {
    /// A sender for the current request, and the end of its caller.
    pub(super) fn new() -> (Self, Parts<P>) {
        let (parts, rest) = mpsc::channel(WAITING_PARTS);
        let is_complete = Arc::<AtomicBool>::default();
        let received = Parts { first: None, rest, is_complete: Arc::clone(&is_complete) };
        (Self { parts, is_complete, runtime: Handle::current() }, received)
    }

    /// Sends a part. Waits while the caller takes nothing.
    ///
    /// # Errors
    /// When the caller has left or is too slow: the work is to end.
    pub fn send(&self, part: P) -> Result<()> {
        let sent = self.runtime.block_on(self.parts.send_timeout(Ok(part), STALL_TIMEOUT));
        sent.map_err(|_| Error::TimedOut("the reader left, or took nothing for too long".to_owned()))
    }

    /// Runs `work` in one snapshot. Its error is the last that the caller receives.
    pub(super) fn run(self, worker: &mut Worker, work: impl FnOnce(&mut PgConnection, &Self) -> Result<()>) {
        if self.parts.is_closed() {
            return;
        }
        let lost = self.parts.clone();
        worker.when_lost(move || drop(lost.try_send(Err(Error::Unavailable("the connection was lost".to_owned())))));
        // Only the beginning is tried again, on a connection that was lost since its last use: parts may be sent after that.
        let work = Cell::new(Some(work));
        let done = worker.run_retrying(|conn| {
            let Some(once) = work.take() else {
                return Err(Error::TimedOut("the connection was lost".to_owned()));
            };
            if let Err(error) = AnsiTransactionManager::begin_transaction_sql(conn, BEGIN) {
                work.set(Some(once));
                return Err(error.into());
            }
            let done = once(conn, &self);
            // A connection that cannot roll back is lost, and Postgres ends the transaction.
            drop(AnsiTransactionManager::rollback_transaction(conn));
            done
        });
        match done {
            Ok(()) => self.is_complete.store(true, Ordering::SeqCst),
            // Without room for it, the parts are cut off.
            Err(error) => drop(self.parts.try_send(Err(error))),
        }
    }
}
