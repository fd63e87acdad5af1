//! Long reads of one snapshot, streamed to a caller in parts.
//!
//! The work waits while [`WAITING_PARTS`] parts are not received, which bounds its memory. It ends when the caller leaves, or
//! receives nothing for [`STALL_TIMEOUT`], so that a stalled reader does not keep a connection and an old snapshot.

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

/// Parts that are buffered for the caller.
const WAITING_PARTS: usize = 2;
/// How long a caller may receive nothing.
const STALL_TIMEOUT: Duration = Duration::from_secs(10);
/// All statements see the same snapshot. Postgres ends the transaction if the work stalls for longer than [`STALL_TIMEOUT`].
const BEGIN: &str =
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL idle_in_transaction_session_timeout = '30s'";

/// The parts that the work sends, then its error, if any.
pub struct Parts<P> {
    first: Option<P>,
    rest: mpsc::Receiver<Result<P>>,
    /// Set once the work has sent everything. A stream that ends without it was cut off.
    is_complete: Arc<AtomicBool>,
}

impl<P> Parts<P> {
    /// Waits for the first part.
    ///
    /// # Errors
    /// The error of the work, when it fails before the first part.
    pub(super) async fn begin(&mut self) -> Result<()> {
        self.first = self.rest.recv().await.or_else(|| self.end()).transpose()?;
        Ok(())
    }

    /// The item after the last part: an error, unless the work has sent everything.
    fn end(&self) -> Option<Result<P>> {
        let is_cut_off = !self.is_complete.swap(true, Ordering::SeqCst);
        is_cut_off.then(|| Err(Error::TimedOut("the client received nothing for too long".to_owned())))
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
    /// Returns a sender for the current request, and the receiver of its parts.
    pub(super) fn new() -> (Self, Parts<P>) {
        let (parts, rest) = mpsc::channel(WAITING_PARTS);
        let is_complete = Arc::<AtomicBool>::default();
        let received = Parts { first: None, rest, is_complete: Arc::clone(&is_complete) };
        (Self { parts, is_complete, runtime: Handle::current() }, received)
    }

    /// Sends a part. Waits while the buffer is full.
    ///
    /// # Errors
    /// When the caller has left or is too slow. The work must then end.
    pub fn send(&self, part: P) -> Result<()> {
        let sent = self.runtime.block_on(self.parts.send_timeout(Ok(part), STALL_TIMEOUT));
        sent.map_err(|_| Error::TimedOut("the client left, or received nothing for too long".to_owned()))
    }

    /// Runs `work` in one snapshot. Its error is the last item that the caller receives.
    pub(super) fn run(self, worker: &mut Worker, work: impl FnOnce(&mut PgConnection, &Self) -> Result<()>) {
        if self.parts.is_closed() {
            return;
        }
        let lost = self.parts.clone();
        let runtime = self.runtime.clone();
        worker.when_lost(move || {
            // Waits for room behind the parts that the caller has not taken yet.
            let error = || Error::Unavailable("the connection was lost".to_owned());
            drop(runtime.spawn(async move { lost.send(Err(error())).await }));
        });
        // Only BEGIN is retried, when the connection was lost since its last use: after it, parts may have been sent.
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
            // When the buffer is full, the stream ends without `is_complete`.
            Err(error) => drop(self.parts.try_send(Err(error))),
        }
    }
}
