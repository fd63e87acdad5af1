//! Access to Postgres: connections and threads that run blocking diesel code for async callers.
//!
//! Each class of work (lookups, other reads, writes) has threads and connections of its own, so that lookups do not wait
//! behind searches. Work that waits too long in a queue is refused with [`Error::Overloaded`].

pub mod batcher;
pub mod cache;
mod pool;
pub mod replica;
pub mod session;
pub mod transaction;
pub mod wait_times;
mod work_class;
mod workers;

use super::{Error, Result};
use batcher::Batcher;
use cache::CacheValidity;
use diesel::pg::PgConnection;
use pool::PlanCacheMode;
pub use pool::{Connections, PoolOptions, ReplicaOptions};
use replica::{Replica, ReplicaRead, ReplicaState};
use std::sync::Arc;
use std::time::{Duration, Instant};
use transaction::{Transactions, Unmergeable, WaitingCaller, WriteBatcher};
use wait_times::WaitTimes;
use work_class::WorkClass;

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    lookups: WorkClass,
    reads: WorkClass,
    writes: WorkClass,
    probes: WorkClass,
    background: WorkClass,
    replica: Option<Replica>,
    validity: Option<Arc<CacheValidity>>,
    statement_timeout: Duration,
    waits: WaitTimes,
}

/// Connections for probes, which are never refused because of other work.
const PROBE_CONNECTIONS: u32 = 1;
/// Connections for background tasks.
const BACKGROUND_CONNECTIONS: u32 = 3;

impl Db {
    /// Starts the threads. Connects to nothing: connections are opened when they are first needed.
    pub fn new(options: &PoolOptions) -> Self {
        let waits = WaitTimes::default();
        let class = |name, size, plans| WorkClass::new(options, name, &options.url, size, plans, &waits);
        // Two searches keep two cores busy. Lookups are many short statements.
        let reads = (options.connections / 4).max(1);
        let lookups = (options.connections * 3 / 8).max(1);
        let writes = options.connections.saturating_sub(reads + lookups).max(1);
        Self {
            lookups: class("lookup", lookups, PlanCacheMode::ForceGenericPlan),
            reads: class("read", reads, PlanCacheMode::ForceCustomPlan),
            writes: class("write", writes, PlanCacheMode::Auto),
            probes: class("probe", PROBE_CONNECTIONS, PlanCacheMode::Auto),
            background: class("background", BACKGROUND_CONNECTIONS, PlanCacheMode::Auto),
            replica: options.replica.as_ref().map(|replica| Replica::new(options, replica, &waits)),
            validity: options.max_age.map(|max_age| Arc::new(CacheValidity::new(max_age))),
            statement_timeout: options.statement_timeout,
            waits,
        }
    }

    /// Runs a read, on the standby if it is up to date enough for the request. Each statement sees the commits before
    /// its beginning.
    ///
    /// # Errors
    /// [`Error::Overloaded`] when it is not started within the queue timeout, [`Error::Unavailable`] when Postgres cannot be
    /// reached, and those of `work`.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl Fn(&mut PgConnection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.read_in(&self.reads, work).await
    }

    /// Runs a read that is always quick, without waiting behind slower ones. Its statements get generic plans.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn look_up<T: Send + 'static>(
        &self,
        work: impl Fn(&mut PgConnection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.read_in(&self.lookups, work).await
    }

    async fn read_in<T: Send + 'static>(
        &self,
        primary: &WorkClass,
        work: impl Fn(&mut PgConnection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let Some(replica) = &self.replica else { return primary.run_retrying(work).await };
        match replica.read(session::read_requirements(), work).await? {
            ReplicaRead::Served(result) => Ok(result),
            ReplicaRead::PassedOn(work) => primary.run_retrying(work).await,
        }
    }

    /// Runs a read that must see everything that is committed.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn read_primary<T: Send + 'static>(
        &self,
        work: impl Fn(&mut PgConnection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.reads.run_retrying(work).await
    }

    /// Answers a lookup, on the standby if there is one that is fresh enough, else as [`Db::look_up_batched`].
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn read_batched<Q, A>(
        &self,
        batcher: &Arc<Batcher<Q, A>>,
        request: Q,
        answer: impl Fn(&mut PgConnection, &[Q]) -> Result<Vec<Result<A>>> + Send + 'static,
    ) -> Result<A>
    where
        Q: PartialEq + Send + Sync + 'static,
        A: Clone + Send + 'static,
    {
        if self.replica.is_none() {
            return self.look_up_batched(batcher, request, answer).await;
        }
        let lost = || Err(Error::Internal("a request has no answer".to_owned()));
        self.read(move |conn| answer(conn, std::slice::from_ref(&request))?.pop().unwrap_or_else(lost)).await
    }

    /// Answers a lookup on the primary in a batch with others of its kind. `answer` returns one result per request, in
    /// order, and must always be quick.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn look_up_batched<Q, A>(
        &self,
        batcher: &Arc<Batcher<Q, A>>,
        request: Q,
        answer: impl Fn(&mut PgConnection, &[Q]) -> Result<Vec<Result<A>>> + Send + 'static,
    ) -> Result<A>
    where
        Q: PartialEq + Send + 'static,
        A: Clone + Send + 'static,
    {
        let WorkClass { workers, pool } = self.lookups.clone();
        let (ticket, answered) = batcher.submit(request);
        let (threads, queue) = (workers.threads(), Arc::clone(batcher));
        let job = move || {
            queue.answer_batch(threads, |requests| pool.run_retrying(|conn| answer(conn, requests)));
        };
        workers.run_for(answered, job, || batcher.cancel(ticket)).await
    }

    /// Runs a write in one transaction; again when it collided with another. It is rolled back when its caller leaves or the
    /// deadline passes before the commit.
    ///
    /// # Errors
    /// As [`Db::read`], [`Error::TimedOut`] when the deadline has passed, and [`Error::OutcomeUnknown`] when it is
    /// unknown whether the write was committed. After any other error it was not.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl Fn(&mut PgConnection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let caller = WaitingCaller::current();
        let (transactions, job_caller) = (self.transactions(), caller.clone());
        let committed = self.writes.workers.run(move || transactions.run(&[&job_caller], &work));
        Ok(caller.wait(committed).await?.recorded())
    }

    /// Runs a write in one transaction with others of its kind that come at the same time. `write` has a result for each,
    /// in their order. When the transaction fails, each write is run by itself.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub async fn write_batched<W, T>(
        &self,
        batcher: &Arc<WriteBatcher<W, T>>,
        one: W,
        write: impl Fn(&mut PgConnection, &[&W]) -> Result<Vec<Result<T>>> + Send + 'static,
    ) -> Result<T>
    where
        W: Send + 'static,
        T: Clone + Send + 'static,
    {
        let caller = WaitingCaller::current();
        let (ticket, answered) = batcher.submit(Unmergeable { write: one, caller: caller.clone() });
        let (transactions, workers, queue) = (self.transactions(), self.writes.workers.clone(), Arc::clone(batcher));
        // Each idle thread takes an equal part of the queue. When all are busy, this one takes more: large batches are
        // cheaper.
        let job = move || transactions.run_batch(queue.next_batch(workers.idle() + 1), &write);
        let committed = self.writes.workers.run_for(answered, job, || batcher.cancel(ticket));
        Ok(caller.wait(committed).await?.recorded())
    }

    fn transactions(&self) -> Transactions {
        Transactions {
            pool: self.writes.pool.clone(),
            statement_timeout: self.statement_timeout,
            is_replicated: self.replica.is_some(),
            validity: self.validity.clone(),
        }
    }

    /// Runs a probe on its own thread.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn probe<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut PgConnection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.probes.run(work).await
    }

    /// Runs a part of a background task.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn background<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut PgConnection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.background.run(work).await
    }

    /// Which cached data may still be shown; `None` without a cache.
    pub fn validity(&self) -> Option<&CacheValidity> {
        self.validity.as_deref()
    }

    /// Checks how far the standby is behind, if there is one. It is used once `check` succeeds.
    pub async fn check_replica_lag(&self, check: fn(&mut PgConnection) -> Result<()>) {
        let Some(replica) = &self.replica else { return };
        let asked = Instant::now();
        // While the primary is away the age of the standby is unknown, and grows.
        if let Ok(flushed) = self.background(|conn| Ok(session::flush_lsn(conn)?)).await {
            replica.check(asked, flushed, check).await;
        }
    }

    /// The state of the standby, if there is one.
    pub fn replica(&self) -> Option<ReplicaState> {
        self.replica.as_ref().map(Replica::state)
    }

    /// Connections to the primary, for the metrics.
    pub fn connections(&self) -> Connections {
        let classes = [&self.lookups, &self.reads, &self.writes, &self.probes, &self.background];
        classes.into_iter().map(|class| class.pool.connections()).sum()
    }

    /// How long work waits, for the metrics.
    pub fn waits(&self) -> &WaitTimes {
        &self.waits
    }

    /// Free threads of each class of work, for the metrics.
    pub fn free_threads(&self) -> [(&'static str, usize); 3] {
        let classes = [("lookup", &self.lookups), ("read", &self.reads), ("write", &self.writes)];
        classes.map(|(name, class)| (name, class.workers.free()))
    }
}
