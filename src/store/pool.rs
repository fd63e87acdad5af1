//! The one bridge from async handlers to blocking diesel: threads in lanes, connections.
//!
//! Each lane (look-ups, other reads, writes) has a fixed number of threads, so that who looks something up does not wait
//! behind searches. A statement that hangs keeps its thread, however long its caller has been gone; who gets no turn in time
//! is told to come back.

mod writes;

use super::changes;
use super::freshness::Freshness;
use super::lane::Lane;
use super::name_dictionary::TOO_LONG;
use super::replica::{Read, Replica, ReplicaOptions, ReplicaState};
use super::session::{self, Demands};
use super::together::Together;
use super::tombstones;
use super::{Error, Result};
use diesel::RunQueryDsl;
use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel::pg::PgConnection;
use diesel::r2d2::ConnectionManager;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub use writes::Writes;

/// How the pool and its lanes are made.
#[derive(Debug, Clone)]
pub struct PoolOptions {
    pub url: String,
    /// Where reads go, while it is near enough to the primary.
    pub replica: Option<ReplicaOptions>,
    /// How old what is kept of the database may be; `None` keeps nothing.
    pub max_age: Option<Duration>,
    /// Connections in all, shared between reads and writes.
    pub connections: u32,
    /// How long a request waits for its turn before it is turned away.
    pub permit_wait: Duration,
    /// How long it then waits for a connection.
    pub connection_wait: Duration,
    pub statement_timeout: Duration,
    pub lock_timeout: Duration,
}

/// The store's connections. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    pool: Pool,
    replica: Option<Replica>,
    freshness: Option<Arc<Freshness>>,
    lookups: Lane,
    reads: Lane,
    writes: Lane,
    probes: Lane,
    chores: Lane,
}

pub(super) type Pool = r2d2::Pool<ConnectionManager<PgConnection>>;

/// Connections kept for probes, which are never turned away because others are at work.
const PROBES: u32 = 1;
/// Connections kept for what the service does for itself.
const CHORES: u32 = 3;

impl Db {
    /// Makes the pool and its threads. Needs no database: connections are opened when they are first used.
    pub fn new(options: &PoolOptions) -> Self {
        // Two cores are kept busy by two searches, and three look-ups: these take many short statements.
        let reads = (options.connections / 4).max(1);
        let lookups = (options.connections * 3 / 8).max(1);
        let writes = options.connections.saturating_sub(reads + lookups).max(1);
        Self {
            pool: connections(options, &options.url, lookups + reads + writes + PROBES + CHORES),
            replica: options.replica.as_ref().map(|replica| Replica::new(options, replica)),
            freshness: options.max_age.map(|max_age| Arc::new(Freshness::new(max_age))),
            lookups: Lane::new("lookup", lookups, options.permit_wait),
            reads: Lane::new("read", reads, options.permit_wait),
            writes: Lane::new("write", writes, options.permit_wait),
            probes: Lane::new("probe", PROBES, options.permit_wait),
            chores: Lane::new("chore", CHORES, options.permit_wait),
        }
    }

    /// Runs a read, on the replica if there is one and the request may be shown what it has. Statements see what is
    /// committed when each begins.
    ///
    /// # Errors
    /// [`Error::Overloaded`] when its turn does not come in time, [`Error::Unavailable`] when Postgres cannot be reached,
    /// and what `work` answers.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl Fn(&mut PgConnection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let Demands { seen, fresh } = session::demands();
        match &self.replica {
            Some(replica) if !fresh => match replica.read(seen, work).await? {
                Read::Done(found) => Ok(found),
                Read::PassedOn(work) => self.read_primary(work).await,
            },
            _ => self.read_primary(work).await,
        }
    }

    /// Runs a read that takes little time, whatever is asked: it does not wait behind others.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn look_up<T: Send + 'static>(
        &self,
        work: impl Fn(&mut PgConnection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        if self.replica.is_some() {
            return self.read(work).await;
        }
        let pool = self.pool.clone();
        self.lookups.run(move || read_on(&pool, &work)).await
    }

    /// Runs a read that must see everything that is committed.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn read_primary<T: Send + 'static>(
        &self,
        work: impl Fn(&mut PgConnection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let pool = self.pool.clone();
        self.reads.run(move || read_on(&pool, &work)).await
    }

    /// Answers a question, on the replica if there is one and the request may be shown what it has; else as
    /// [`Db::read_together`].
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn read_any_together<Q, A>(
        &self,
        together: &Arc<Together<Q, A>>,
        question: Q,
        answer: impl Fn(&mut PgConnection, &[Q]) -> Result<Vec<Result<A>>> + Send + 'static,
    ) -> Result<A>
    where
        Q: PartialEq + Send + Sync + 'static,
        A: Clone + Send + 'static,
    {
        if self.replica.is_none() {
            return self.read_together(together, question, answer).await;
        }
        self.read(move |conn| tombstones::one(answer(conn, std::slice::from_ref(&question))?)).await
    }

    /// Answers a question with others of its sort that are asked at the same time: `answer` has an answer for each of
    /// them, in their order. On the primary, and for what is looked up: it takes little time, whatever is asked.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn read_together<Q, A>(
        &self,
        together: &Arc<Together<Q, A>>,
        question: Q,
        answer: impl Fn(&mut PgConnection, &[Q]) -> Result<Vec<Result<A>>> + Send + 'static,
    ) -> Result<A>
    where
        Q: PartialEq + Send + 'static,
        A: Clone + Send + 'static,
    {
        let (ticket, answered) = together.ask(question);
        let (pool, threads, all) = (self.pool.clone(), self.lookups.threads(), Arc::clone(together));
        let work = move || all.answer(threads, |questions| read_on(&pool, |conn| answer(conn, questions)));
        self.lookups.answered(answered, work, || together.withdraw(ticket)).await
    }

    /// Runs a probe, which has a place of its own.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn probe<T: Send + 'static>(
        &self,
        work: impl Fn(&mut PgConnection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let pool = self.pool.clone();
        self.probes.run(move || with_connection(&pool, &work)).await
    }

    /// Runs something that no request asked for, which has a place of its own.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn chore<T: Send + 'static>(
        &self,
        work: impl Fn(&mut PgConnection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let pool = self.pool.clone();
        self.chores.run(move || with_connection(&pool, &work)).await
    }

    /// When records were last changed, if anything is kept of them.
    pub fn freshness(&self) -> Option<&Freshness> {
        self.freshness.as_deref()
    }

    /// Asks what others have changed.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn follow_changes(&self) -> Result<()> {
        let Some(freshness) = &self.freshness else { return Ok(()) };
        let asked = Instant::now();
        let since = freshness.followed(TOO_LONG);
        let snapshot = since.clone();
        let changes = self.chore(move |conn| changes::since(conn, snapshot.as_deref())).await?;
        freshness.follow(since.as_deref(), changes, asked);
        Ok(())
    }

    /// Looks how far the replica is, if there is one.
    pub async fn look_at_replica(&self) {
        let Some(replica) = &self.replica else { return };
        let asked = Instant::now();
        // While the primary is away nobody knows how old the replica is, and its age grows.
        if let Ok(primary) = self.chore(|conn| Ok(session::position(conn)?)).await {
            replica.look(asked, primary).await;
        }
    }

    /// What is known of the replica, if there is one.
    pub fn replica(&self) -> Option<ReplicaState> {
        self.replica.as_ref().map(Replica::state)
    }

    /// Connections open and idle, for the metrics.
    pub fn state(&self) -> r2d2::State {
        self.pool.state()
    }

    /// How much of each sort of work would be begun at once, for the metrics.
    pub fn free_permits(&self) -> [(&'static str, usize); 3] {
        [("lookup", self.lookups.free()), ("read", self.reads.free()), ("write", self.writes.free())]
    }
}

pub(super) type Pooled = r2d2::PooledConnection<ConnectionManager<PgConnection>>;

/// A pool of up to `most` connections to `url`, none of which is opened before it is used.
pub(super) fn connections(options: &PoolOptions, url: &str, most: u32) -> Pool {
    r2d2::Pool::builder()
        .max_size(most)
        .min_idle(Some(0))
        .connection_timeout(options.connection_wait)
        // A broken connection is found by `has_broken`; asking each one first costs a quarter of the reads.
        .test_on_check_out(false)
        .error_handler(Box::new(QuietHandler))
        .connection_customizer(Box::new(SessionSettings::of(options)))
        .build_unchecked(ConnectionManager::new(url))
}

pub(super) fn take(pool: &Pool) -> Result<Pooled> {
    pool.get().map_err(|error| Error::Unavailable(error.to_string()))
}

pub(super) fn on<T>(mut conn: Pooled, work: impl FnOnce(&mut PgConnection) -> Result<T>) -> Result<T> {
    let result = work(&mut conn);
    if matches!(result, Err(Error::Unavailable(_))) {
        // diesel does not notice every connection that is lost, and the pool would give this one out for ever.
        AnsiTransactionManager::transaction_manager_status_mut(&mut *conn).set_in_error();
    }
    result
}

/// Runs a read. Connections may have died while they lay in the pool, all at once when Postgres was restarted: it is
/// done again until it has a fresh one.
pub(super) fn read_on<T>(pool: &Pool, work: impl Fn(&mut PgConnection) -> Result<T>) -> Result<T> {
    for _ in 0..pool.max_size() {
        match on(take(pool)?, &work) {
            Err(Error::Unavailable(_)) => {}
            result => return result,
        }
    }
    with_connection(pool, work)
}

fn with_connection<T>(pool: &Pool, work: impl FnOnce(&mut PgConnection) -> Result<T>) -> Result<T> {
    on(take(pool)?, work)
}

/// What every connection is told when it is opened. No `jit`, and no parallel workers: to compile statements as short as
/// ours, or to start processes for them, takes longer than to run them, and other requests need the cores. Memory for the
/// places of what a common word or value stands in: when there is less, all these texts are unpacked and read again.
#[derive(Debug)]
struct SessionSettings(String);

/// Of which Postgres takes what a statement needs.
const WORK_MEM_KB: u32 = 32 * 1024;

impl SessionSettings {
    fn of(options: &PoolOptions) -> Self {
        Self(format!(
            "SELECT set_config('application_name', 'verbatim', false), set_config('timezone', 'UTC', false), \
             set_config('lc_messages', 'C', false), set_config('client_encoding', 'UTF8', false), \
             set_config('statement_timeout', '{}', false), set_config('lock_timeout', '{}', false), \
             set_config('jit', 'off', false), set_config('max_parallel_workers_per_gather', '0', false), \
             set_config('work_mem', greatest(pg_size_bytes(current_setting('work_mem')) / 1024, {WORK_MEM_KB}) || 'kB', \
             false), \
             set_config('idle_in_transaction_session_timeout', '{}', false)",
            options.statement_timeout.as_millis(),
            options.lock_timeout.as_millis(),
            (options.statement_timeout * 2).as_millis(),
        ))
    }
}

impl r2d2::CustomizeConnection<PgConnection, diesel::r2d2::Error> for SessionSettings {
    fn on_acquire(&self, conn: &mut PgConnection) -> std::result::Result<(), diesel::r2d2::Error> {
        diesel::sql_query(&self.0).execute(conn).map(drop).map_err(diesel::r2d2::Error::QueryError)
    }
}

/// r2d2 logs each failed try to connect as an error, a few times a second while Postgres is away; the request that
/// failed says it once.
#[derive(Debug)]
struct QuietHandler;

impl<E: std::error::Error> r2d2::HandleError<E> for QuietHandler {
    fn handle_error(&self, error: E) {
        log::debug!("connecting to the database: {error}");
    }
}
