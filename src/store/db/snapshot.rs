//! Long reads of one snapshot, streamed to a caller in parts.
//!
//! The work waits while [`WAITING_PARTS`] parts are not received, which bounds its memory. It ends when the caller leaves,
//! receives nothing for [`STALL_TIMEOUT`], or receives less than [`MIN_RATE`], so that a slow reader does not keep a connection and
//! an old snapshot.

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
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::sync::mpsc;

/// Parts that are buffered for the caller.
const WAITING_PARTS: usize = 2;
/// How long a caller may receive nothing.
const STALL_TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes per second that a caller must receive while the work waits for it, in each [`RATE_PERIOD`] of waiting.
const MIN_RATE: u64 = 128 << 10;
const RATE_PERIOD: Duration = Duration::from_secs(10);
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

/// How fast a caller receives parts. Only the time that the work waits counts: a slow query is not the caller's fault.
#[derive(Debug, Default, Clone, Copy)]
struct ReceiveRate {
    waited: Duration,
    bytes: u64,
}

impl ReceiveRate {
    /// Counts a part of this many bytes that was sent after waiting. Returns whether the caller is fast enough.
    fn count(&mut self, waited: Duration, bytes: usize) -> bool {
        self.waited += waited;
        self.bytes += bytes as u64;
        if self.waited < RATE_PERIOD {
            return true;
        }
        let Self { waited, bytes } = std::mem::take(self);
        u128::from(bytes) * 1000 >= u128::from(MIN_RATE) * waited.as_millis()
    }
}

/// Sends the parts of a read to its caller.
pub struct PartSender<P> {
    parts: mpsc::Sender<Result<P>>,
    rate: Cell<ReceiveRate>,
    is_complete: Arc<AtomicBool>,
    runtime: Handle,
}

impl<P: AsRef<[u8]> + Send + 'static> PartSender<P> {
    /// Returns a sender for the current request, and the receiver of its parts.
    pub(super) fn new() -> (Self, Parts<P>) {
        let (parts, rest) = mpsc::channel(WAITING_PARTS);
        let is_complete = Arc::<AtomicBool>::default();
        let received = Parts { first: None, rest, is_complete: Arc::clone(&is_complete) };
        (Self { parts, rate: Cell::default(), is_complete, runtime: Handle::current() }, received)
    }

    /// Sends a part. Waits while the buffer is full.
    ///
    /// # Errors
    /// When the caller has left or is too slow. The work must then end.
    pub fn send(&self, part: P) -> Result<()> {
        let (begun, bytes) = (Instant::now(), part.as_ref().len());
        let sent = self.runtime.block_on(self.parts.send_timeout(Ok(part), STALL_TIMEOUT));
        sent.map_err(|_| Error::TimedOut("the client left, or received nothing for too long".to_owned()))?;
        let mut rate = self.rate.get();
        let is_fast_enough = rate.count(begun.elapsed(), bytes);
        self.rate.set(rate);
        if is_fast_enough { Ok(()) } else { Err(Error::TimedOut("the client received too slowly".to_owned())) }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a caller that receives parts of `bytes`, each after `millis` of waiting, gets a minute of them.
    fn is_served(bytes: usize, millis: u64) -> bool {
        let mut rate = ReceiveRate::default();
        (0..60_000 / millis.max(1)).all(|_| rate.count(Duration::from_millis(millis), bytes))
    }

    #[test]
    fn a_caller_that_receives_too_slowly_is_cut_off_and_a_slow_query_is_not() {
        let second = MIN_RATE as usize;
        assert!(is_served(second, 1000) && is_served(second / 2, 500) && is_served(64 << 10, 0));
        assert!(!is_served(second - 1, 1000) && !is_served(64 << 10, 9_000));
        // One long wait among fast parts.
        let mut rate = ReceiveRate::default();
        assert!(rate.count(Duration::from_secs(9), second));
        assert!((0..9).all(|_| rate.count(Duration::from_millis(100), second)));
        assert!(rate.count(Duration::from_millis(100), second));
    }
}
