//! Write transactions: retried after collisions, committed only while their callers wait, batched where possible.

use super::batcher::{Batch, Batcher};
use super::cache::{self, CacheValidity};
use super::session::{self, Lsn};
use super::workers::Worker;
use crate::store::{Error, Result};
use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel::pg::PgConnection;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

/// Attempts of a transaction that collides with others.
const ATTEMPTS: u32 = 3;
/// How long a caller waits past its deadline for a commit that is under way.
const COMMIT_GRACE: Duration = Duration::from_millis(100);

/// Batches writes of one kind.
pub type WriteBatcher<W, T> = Batcher<Unmergeable<W>, Committed<T>>;

/// A write in a batch. Equal writes are never merged.
#[derive(Debug)]
pub struct Unmergeable<W> {
    pub(super) write: W,
    pub(super) caller: WaitingCaller,
}

impl<W> PartialEq for Unmergeable<W> {
    fn eq(&self, _: &Self) -> bool {
        false
    }
}

/// The result of a committed write, and the position of the commit where there is a standby.
#[derive(Debug, Clone)]
pub struct Committed<T> {
    result: T,
    lsn: Option<Lsn>,
}

impl<T> Committed<T> {
    /// Records the commit for the current request.
    pub(super) fn recorded(self) -> T {
        if let Some(lsn) = self.lsn {
            session::record_commit(lsn);
        }
        self.result
    }
}

/// The caller of a write. The caller and the transaction share its state: the first to change it decides whether the write is
/// committed or abandoned, so that the caller knows the outcome.
#[derive(Debug, Clone)]
pub(super) struct WaitingCaller {
    deadline: Option<Instant>,
    /// The actor that is recorded for the changes.
    actor: Option<Arc<str>>,
    state: Arc<AtomicU8>,
}

/// States of a [`WaitingCaller`].
const WAITING: u8 = 0;
const COMMITTING: u8 = 1;
const ABANDONED: u8 = 2;

/// Abandons the write when the caller stops waiting, as when a client hangs up.
struct AbandonOnDrop<'a>(&'a WaitingCaller);

impl Drop for AbandonOnDrop<'_> {
    fn drop(&mut self) {
        self.0.abandon();
    }
}

impl WaitingCaller {
    /// The current request, or background work without a deadline.
    pub fn current() -> Self {
        Self { deadline: session::deadline(), actor: session::actor(), state: Arc::default() }
    }

    /// Waits for the result of the write until the deadline.
    ///
    /// # Errors
    /// [`Error::TimedOut`] when the write was abandoned and will not be committed, [`Error::OutcomeUnknown`] when its commit
    /// is under way and does not finish, and those of `result`.
    pub async fn wait<T>(&self, result: impl Future<Output = Result<T>>) -> Result<T> {
        let _abandon = AbandonOnDrop(self);
        let Some(deadline) = self.deadline else { return self.judge(result.await) };
        tokio::pin!(result);
        match tokio::time::timeout_at(deadline.into(), &mut result).await {
            Ok(result) => self.judge(result),
            Err(_) if self.abandon() => Err(deadline_passed()),
            Err(_) => match tokio::time::timeout(COMMIT_GRACE, result).await {
                Ok(result) => self.judge(result),
                Err(_) => Err(Error::OutcomeUnknown("the commit did not finish within the deadline".to_owned())),
            },
        }
    }

    /// A connection lost during the commit leaves the outcome unknown. One lost before it means that nothing is committed.
    fn judge<T>(&self, result: Result<T>) -> Result<T> {
        match result {
            Err(Error::Unavailable(cause)) if !self.abandon() => Err(Error::OutcomeUnknown(cause)),
            result => result,
        }
    }

    /// Abandons the write; false when its commit has begun.
    fn abandon(&self) -> bool {
        self.change(WAITING, ABANDONED)
    }

    /// Claims the right to commit; false when the caller has abandoned the write or its deadline has passed.
    fn begin_commit(&self) -> bool {
        self.remaining() != Some(Duration::ZERO) && self.change(WAITING, COMMITTING)
    }

    fn cancel_commit(&self) {
        self.change(COMMITTING, WAITING);
    }

    fn change(&self, from: u8, to: u8) -> bool {
        self.state.compare_exchange(from, to, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }

    /// Time to the deadline, if there is one; zero once it has passed.
    fn remaining(&self) -> Option<Duration> {
        self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()))
    }
}

fn deadline_passed() -> Error {
    Error::TimedOut("the deadline passed before the commit".to_owned())
}

/// Claims the right to commit for all callers, or for none of them.
fn begin_commit(callers: &[&WaitingCaller]) -> bool {
    let refused = callers.iter().position(|caller| !caller.begin_commit());
    if let Some(refused) = refused {
        callers[..refused].iter().for_each(|caller| caller.cancel_commit());
    }
    refused.is_none()
}

/// Runs transactions. Cheap to clone.
#[derive(Clone)]
pub(super) struct Transactions {
    pub statement_timeout: Duration,
    /// Whether reads may go to a standby, so that commits are recorded with their position.
    pub is_replicated: bool,
    /// Validity of cached data, `None` without a cache.
    pub validity: Option<Arc<CacheValidity>>,
}

impl Transactions {
    /// Runs the work of one caller in one transaction. Retries it after a collision, or when the connection was lost before
    /// the commit.
    pub fn run_one<T>(
        &self,
        worker: &mut Worker,
        caller: &WaitingCaller,
        work: impl Fn(&mut PgConnection) -> Result<T>,
    ) -> Result<Committed<T>> {
        self.run(worker, &[caller], |conn| {
            caller.actor.as_deref().map(|actor| session::set_actor(conn, actor)).transpose()?;
            work(conn)
        })
    }

    /// Runs `work` in one transaction. Retries it after a collision, or when the connection was lost before the commit.
    fn run<T>(
        &self,
        worker: &mut Worker,
        callers: &[&WaitingCaller],
        work: impl Fn(&mut PgConnection) -> Result<T>,
    ) -> Result<Committed<T>> {
        // A batch is split after its first collision: see `run_batch`.
        let attempts = if callers.len() > 1 { 1 } else { ATTEMPTS };
        let mut attempt = || worker.run_retrying(|conn| self.attempt(conn, callers, &work));
        let mut result = attempt();
        for _ in 1..attempts {
            if !matches!(result, Err(Error::Collision(_))) {
                break;
            }
            result = attempt();
        }
        result
    }

    fn attempt<T>(
        &self,
        conn: &mut PgConnection,
        callers: &[&WaitingCaller],
        work: impl Fn(&mut PgConnection) -> Result<T>,
    ) -> Result<Committed<T>> {
        let remaining = callers.iter().filter_map(|caller| caller.remaining()).min();
        let timeout = self.statement_timeout.min(remaining.unwrap_or(Duration::MAX)).as_millis();
        if timeout == 0 {
            return Err(deadline_passed());
        }
        let begin = format!("BEGIN; SET LOCAL statement_timeout = {timeout}");
        AnsiTransactionManager::begin_transaction_sql(conn, &begin)?;
        cache::take_changes();
        let result = work(conn).and_then(|done| if begin_commit(callers) { Ok(done) } else { Err(deadline_passed()) });
        match result {
            Ok(result) => {
                let changes = cache::take_changes();
                let _guard = self.validity.as_ref().map(|validity| validity.guard(changes));
                commit(conn).inspect_err(|error| {
                    if !matches!(error, Error::OutcomeUnknown(_)) {
                        callers.iter().for_each(|caller| caller.cancel_commit());
                    }
                })?;
                // The commit stands even if its position cannot be read. The caller then reads from the primary.
                let lsn = self.is_replicated.then(|| session::insert_lsn(conn).unwrap_or(Lsn::MAX));
                Ok(Committed { result, lsn })
            }
            Err(error) => {
                // A connection that cannot roll back is lost, and Postgres rolls back.
                drop(AnsiTransactionManager::rollback_transaction(conn));
                Err(error)
            }
        }
    }

    /// Runs a batch in one transaction. When that collides, times out or fails with an internal error, runs each write by
    /// itself, so that only the faulty write fails.
    pub fn run_batch<W, T: Clone + Send + 'static>(
        &self,
        worker: &mut Worker,
        batch: Batch<Unmergeable<W>, Committed<T>>,
        write: impl Fn(&mut PgConnection, &[&W]) -> Result<Vec<Result<T>>>,
    ) {
        if batch.requests.is_empty() {
            return;
        }
        worker.answer_when_lost(batch.callers());
        let mut run = |requests: &[&Unmergeable<W>]| {
            let callers: Vec<&WaitingCaller> = requests.iter().map(|request| &request.caller).collect();
            let run = || self.run(worker, &callers, |conn| write_by_actor(conn, requests, &write));
            // A panic becomes an error of the writes that caused it.
            let committed = catch_unwind(AssertUnwindSafe(run))
                .unwrap_or_else(|_| Err(Error::Internal("the store panicked".to_owned())))?;
            let lsn = committed.lsn;
            Ok(committed.result.into_iter().map(|result| result.map(|result| Committed { result, lsn })).collect())
        };
        let requests: Vec<_> = batch.requests.iter().collect();
        match run(&requests) {
            Err(error @ (Error::Collision(_) | Error::TimedOut(_) | Error::Internal(_))) if requests.len() > 1 => {
                log::info!("a batch of {} writes failed, running each by itself: {error}", requests.len());
                batch.answer_each(|request| {
                    let results: Vec<Result<Committed<T>>> = run(&[request])?;
                    let first = results.into_iter().next();
                    first.unwrap_or_else(|| Err(Error::Internal("a write has no result".to_owned())))
                });
            }
            results => batch.answer(results),
        }
    }
}

/// Runs the writes grouped by actor, so that each change is recorded with its actor. Returns the results in the order of the
/// requests.
fn write_by_actor<W, T>(
    conn: &mut PgConnection,
    requests: &[&Unmergeable<W>],
    write: impl Fn(&mut PgConnection, &[&W]) -> Result<Vec<Result<T>>>,
) -> Result<Vec<Result<T>>> {
    let actor = |place: &usize| requests[*place].caller.actor.as_deref();
    let mut order: Vec<usize> = (0..requests.len()).collect();
    // Anonymous callers come first, while no actor is set.
    order.sort_by_key(actor);
    let mut results: Vec<Option<Result<T>>> = requests.iter().map(|_| None).collect();
    for places in order.chunk_by(|one, other| actor(one) == actor(other)) {
        actor(&places[0]).map(|actor| session::set_actor(conn, actor)).transpose()?;
        let writes: Vec<&W> = places.iter().map(|place| &requests[*place].write).collect();
        for (place, result) in places.iter().zip(write(conn, &writes)?) {
            results[*place] = Some(result);
        }
    }
    let lost = || Err(Error::Internal("a write has no result".to_owned()));
    Ok(results.into_iter().map(|result| result.unwrap_or_else(lost)).collect())
}

/// Commits. When the connection is lost meanwhile, the outcome is unknown.
fn commit(conn: &mut PgConnection) -> Result<()> {
    match AnsiTransactionManager::commit_transaction(conn).map_err(Error::from) {
        Err(Error::Unavailable(cause)) => Err(Error::OutcomeUnknown(cause)),
        result => result,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(deadline: Option<Instant>) -> WaitingCaller {
        WaitingCaller { deadline, actor: None, state: Arc::default() }
    }

    fn in_a_minute() -> Option<Instant> {
        Some(Instant::now() + Duration::from_secs(60))
    }

    #[tokio::test]
    async fn a_caller_that_gives_up_before_the_commit_prevents_it() {
        let caller = caller(Some(Instant::now()));
        let result: Result<()> = caller.wait(std::future::pending()).await;
        assert!(matches!(result, Err(Error::TimedOut(_))), "{result:?}");
        assert!(!begin_commit(&[&caller]));
    }

    #[tokio::test]
    async fn a_caller_cannot_know_the_outcome_of_a_commit_that_does_not_finish() {
        let caller = WaitingCaller { state: Arc::new(AtomicU8::new(COMMITTING)), ..caller(Some(Instant::now())) };
        let result: Result<()> = caller.wait(std::future::pending()).await;
        assert!(matches!(result, Err(Error::OutcomeUnknown(_))), "{result:?}");
    }

    #[tokio::test]
    async fn a_connection_that_is_lost_before_the_commit_prevents_it_and_later_leaves_the_outcome_unknown() {
        let lost = || async { Err::<(), _>(Error::Unavailable("lost".to_owned())) };
        let before = caller(in_a_minute());
        assert!(matches!(before.wait(lost()).await, Err(Error::Unavailable(_))));
        assert!(!begin_commit(&[&before]));
        let committing = caller(in_a_minute());
        assert!(begin_commit(&[&committing]));
        assert!(matches!(committing.wait(lost()).await, Err(Error::OutcomeUnknown(_))));
    }

    #[tokio::test]
    async fn a_caller_that_leaves_prevents_the_commit() {
        let caller = caller(None);
        drop(tokio::time::timeout(Duration::ZERO, caller.wait(std::future::pending::<Result<()>>())).await);
        assert!(!begin_commit(&[&caller]));
    }

    #[test]
    fn nothing_is_committed_for_a_batch_of_which_one_caller_has_gone() {
        let callers = [caller(in_a_minute()), caller(in_a_minute()), caller(in_a_minute())];
        assert!(callers[1].abandon());
        assert!(!begin_commit(&callers.each_ref()));
        assert!(begin_commit(&[&callers[0], &callers[2]]), "the others can still be committed");
        assert!(!callers[0].abandon());
    }

    #[test]
    fn nothing_is_committed_after_the_deadline() {
        assert!(!begin_commit(&[&caller(Some(Instant::now()))]));
        assert!(begin_commit(&[&caller(None)]));
    }
}
