//! Access to Postgres: connections and threads that run blocking diesel code for async callers.
//!
//! Each class of work (lookups, other reads, writes, exports) has its own threads and connections, so that lookups do not wait
//! behind searches. Lookups of one resource leave some threads to those of others. Work that waits too long in a queue is
//! refused with [`Error::Overloaded`].

pub mod batcher;
pub mod cache;
mod caller;
mod connection;
pub mod replica;
pub mod session;
mod silence;
pub mod snapshot;
pub mod transaction;
pub mod wait_times;
mod workers;

use super::{Error, Resource, Result};
use batcher::{Batcher, Submission};
use cache::CacheValidity;
use connection::{Connector, PlanCacheMode};
pub use connection::{PoolOptions, ReplicaOptions, establish};
use diesel::pg::PgConnection;
use replica::{ReplicaRead, ReplicaState, Replicas};
use silence::replace_silent_threads;
use snapshot::{PartSender, Parts};
use std::sync::Arc;
use std::time::{Duration, Instant};
use transaction::{Transactions, Unmergeable, WaitingCaller, WriteBatcher};
use wait_times::WaitTimes;
use workers::WorkerPool;

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    lookups: WorkerPool,
    reads: WorkerPool,
    writes: WorkerPool,
    exports: WorkerPool,
    probes: WorkerPool,
    background: WorkerPool,
    replicas: Replicas,
    validity: Option<Arc<CacheValidity>>,
    statement_timeout: Duration,
    waits: WaitTimes,
}

/// Connections for probes, which never wait for other work.
const PROBE_CONNECTIONS: u32 = 1;
/// Connections for exports, which may take minutes: other reads never wait for them.
const EXPORT_CONNECTIONS: u32 = 2;
/// Connections for background tasks.
const BACKGROUND_CONNECTIONS: u32 = 3;

impl Db {
    /// Starts the threads. Connections are opened when they are first needed.
    pub fn new(options: &PoolOptions) -> Self {
        let waits = WaitTimes::default();
        let validity = options.max_age.map(|max_age| Arc::new(CacheValidity::new(max_age)));
        let pool = |name, size, plans| {
            let connector = Connector::new(options, &options.url, plans, validity.clone());
            WorkerPool::new(name, size, connector, options.queue_timeout, waits.of(name))
        };
        // Two searches keep two cores busy. Lookups are many short statements.
        let reads = (options.connections / 4).max(1);
        let lookups = (options.connections * 3 / 8).max(1);
        let writes = options.connections.saturating_sub(reads + lookups).max(1);
        Self {
            lookups: pool("lookup", lookups, PlanCacheMode::ForceGenericPlan),
            reads: pool("read", reads, PlanCacheMode::ForceCustomPlan),
            writes: pool("write", writes, PlanCacheMode::Auto),
            exports: pool("export", EXPORT_CONNECTIONS, PlanCacheMode::ForceCustomPlan),
            probes: pool("probe", PROBE_CONNECTIONS, PlanCacheMode::Auto),
            background: pool("background", BACKGROUND_CONNECTIONS, PlanCacheMode::Auto),
            replicas: Replicas::new(options, &waits),
            validity,
            statement_timeout: options.statement_timeout,
            waits,
        }
    }

    /// Runs a read on a standby that is up to date enough for the request, or else on the primary. Each statement sees what
    /// was committed before it began.
    ///
    /// # Errors
    /// [`Error::Overloaded`] when it is not started within the queue timeout, [`Error::Unavailable`] when Postgres cannot be
    /// reached, and those of `work`.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl Fn(&mut PgConnection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.read_in(&self.reads, None, work).await
    }

    /// Runs a quick read of one resource, which does not wait behind slower reads. Its statements get generic plans.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn look_up<T: Send + 'static>(
        &self,
        reads: Resource,
        work: impl Fn(&mut PgConnection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.read_in(&self.lookups, Some(reads), work).await
    }

    async fn read_in<T: Send + 'static>(
        &self,
        primary: &WorkerPool,
        reads: Option<Resource>,
        work: impl Fn(&mut PgConnection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let Some(replica) = self.replicas.next() else { return run_retrying(primary, reads, work).await };
        match replica.read(session::read_requirements(), work).await? {
            ReplicaRead::Served(result) => Ok(result),
            ReplicaRead::PassedOn(work) => run_retrying(primary, reads, work).await,
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
        run_retrying(&self.reads, None, work).await
    }

    /// Runs a long read in one snapshot of the primary, on a connection for exports, and streams the parts that it sends. It
    /// ends when the stream is dropped.
    ///
    /// # Errors
    /// As [`Db::read`], when it fails before its first part. A later error is the last item of the stream.
    pub async fn stream<P: AsRef<[u8]> + Send + 'static>(
        &self,
        work: impl FnOnce(&mut PgConnection, &PartSender<P>) -> Result<()> + Send + 'static,
    ) -> Result<Parts<P>> {
        let (sender, mut parts) = PartSender::new();
        within_deadline(async {
            self.exports.start(move |worker| sender.run(worker, work)).await?;
            parts.begin().await
        })
        .await?;
        Ok(parts)
    }

    /// Answers a lookup, on a standby if there are any, else as [`Db::look_up_batched`].
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn read_batched<Q, A>(
        &self,
        batcher: &Arc<Batcher<Q, A>>,
        reads: Resource,
        request: Q,
        answer: impl Fn(&mut PgConnection, &[Q]) -> Result<Vec<Result<A>>> + Send + 'static,
    ) -> Result<A>
    where
        Q: PartialEq + Send + Sync + 'static,
        A: Clone + Send + 'static,
    {
        if self.replicas.is_empty() {
            return self.look_up_batched(batcher, reads, request, answer).await;
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
        reads: Resource,
        request: Q,
        answer: impl Fn(&mut PgConnection, &[Q]) -> Result<Vec<Result<A>>> + Send + 'static,
    ) -> Result<A>
    where
        Q: PartialEq + Send + 'static,
        A: Clone + Send + 'static,
    {
        let Submission { ticket, answer: answered, needs_job } = batcher.submit(request);
        if needs_job {
            let (threads, batcher) = (self.lookups.size(), Arc::clone(batcher));
            self.lookups.enqueue(Some(reads), move |worker| {
                let batch = batcher.next_batch(threads);
                if !batch.requests.is_empty() {
                    worker.answer_when_lost(batch.callers());
                    let answers = worker.run_retrying(|conn| answer(conn, &batch.requests));
                    batch.answer(answers);
                }
            });
        }
        within_deadline(self.lookups.wait(answered, || batcher.cancel(ticket))).await
    }

    /// Runs a write in one transaction, and retries it after a collision. It is rolled back when its caller leaves or the
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
        let committed = self.writes.run(move |worker| transactions.run_one(worker, &job_caller, &work));
        Ok(caller.wait(committed).await?.recorded())
    }

    /// Runs a write in one transaction with concurrent writes of its kind. `write` returns one result per write, in order.
    /// When the transaction fails, each write is run by itself.
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
        let one = Unmergeable { write: one, caller: caller.clone() };
        let Submission { ticket, answer: answered, needs_job } = batcher.submit(one);
        if needs_job {
            let (transactions, batcher) = (self.transactions(), Arc::clone(batcher));
            self.writes.enqueue(None, move |worker| {
                // Each idle thread takes an equal part of the queue. When all are busy, this one takes more: large batches
                // are cheaper.
                let batch = batcher.next_batch(worker.idle_threads() + 1);
                transactions.run_batch(worker, batch, &write);
            });
        }
        let committed = self.writes.wait(answered, || batcher.cancel(ticket));
        Ok(caller.wait(committed).await?.recorded())
    }

    /// Waits while writes are overloaded, for the queue timeout at most.
    ///
    /// # Errors
    /// [`Error::Overloaded`] when they still are.
    pub async fn admit_write(&self) -> Result<()> {
        let (begun, timeout) = (Instant::now(), self.writes.queue_timeout());
        while self.writes.is_overloaded() {
            if begun.elapsed() >= timeout {
                return Err(Error::Overloaded);
            }
            tokio::time::sleep(timeout / 10).await;
        }
        Ok(())
    }

    fn transactions(&self) -> Transactions {
        Transactions {
            statement_timeout: self.statement_timeout,
            is_replicated: !self.replicas.is_empty(),
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
        self.probes.run(|worker| worker.run(work)).await
    }

    /// Runs a step of a background task.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn background<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut PgConnection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.background.run(|worker| worker.run(work)).await
    }

    /// The validity of cached data; `None` without a cache.
    pub fn validity(&self) -> Option<&CacheValidity> {
        self.validity.as_deref()
    }

    /// Checks how far the standbys are behind. Each is used once `check` succeeds.
    pub async fn check_replica_lag(&self, check: fn(&mut PgConnection) -> Result<()>) {
        let asked = Instant::now();
        // While the primary is unreachable, the age of the standbys is not known and counts up.
        if let Ok(flushed) = self.background(|conn| Ok(session::flush_lsn(conn)?)).await {
            self.replicas.check(asked, flushed, check).await;
        }
    }

    /// The state of the standbys, if there are any.
    pub fn replicas(&self) -> Option<ReplicaState> {
        self.replicas.state()
    }

    /// Connections to the primary, for the metrics.
    pub fn connections(&self) -> Connections {
        let states = self.pools().map(WorkerPool::connections);
        Connections {
            open: states.iter().map(|state| state.connections).sum(),
            idle: states.iter().map(|state| state.idle_connections).sum(),
        }
    }

    fn pools(&self) -> [&WorkerPool; 6] {
        [&self.lookups, &self.reads, &self.writes, &self.exports, &self.probes, &self.background]
    }

    /// Replaces threads whose connections have gone silent, so that they do not wait for ever.
    pub async fn replace_silent_threads(&self) {
        replace_silent_threads(&self.pools(), &self.probes).await;
        self.replicas.replace_silent_threads().await;
    }

    /// How long work waits, for the metrics.
    pub fn waits(&self) -> &WaitTimes {
        &self.waits
    }

    /// Free threads of each class of work, for the metrics.
    pub fn free_threads(&self) -> [(&'static str, usize); 4] {
        let pools =
            [("lookup", &self.lookups), ("read", &self.reads), ("write", &self.writes), ("export", &self.exports)];
        pools.map(|(name, pool)| (name, pool.free_threads()))
    }
}

/// Connections to the database, for the metrics.
#[derive(Debug, Clone, Copy)]
pub struct Connections {
    pub open: u32,
    pub idle: u32,
}

async fn run_retrying<T: Send + 'static>(
    pool: &WorkerPool,
    reads: Option<Resource>,
    work: impl Fn(&mut PgConnection) -> Result<T> + Send + 'static,
) -> Result<T> {
    within_deadline(pool.run_reading(reads, |worker| worker.run_retrying(work))).await
}

/// Waits for a read until the deadline of the request. Writes handle it in [`WaitingCaller`].
async fn within_deadline<T>(answer: impl Future<Output = Result<T>>) -> Result<T> {
    let Some(deadline) = session::deadline() else { return answer.await };
    let late = || Err(Error::TimedOut("the deadline passed before the answer".to_owned()));
    tokio::time::timeout_at(deadline.into(), answer).await.unwrap_or_else(|_| late())
}
