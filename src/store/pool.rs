//! The one bridge from async handlers to blocking diesel: permits, threads, connections.
//!
//! Each lane (reads, writes) has a fixed number of threads and as many permits. A request first takes a permit, which
//! the closure gives back when it ends: a statement that hangs keeps its permit, however long its caller has been gone,
//! so work never piles up behind the pool. Who gets no permit in time is told to come back.

use super::{Error, Result};
use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel::pg::PgConnection;
use diesel::r2d2::ConnectionManager;
use diesel::{Connection, RunQueryDsl};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

/// How the pool and its lanes are made.
#[derive(Debug, Clone)]
pub struct PoolOptions {
    pub url: String,
    /// Connections in all, shared between reads and writes.
    pub connections: u32,
    /// How long a request waits for a permit before it is turned away.
    pub permit_wait: Duration,
    /// How long a permit's holder waits for a connection.
    pub connection_wait: Duration,
    pub statement_timeout: Duration,
    pub lock_timeout: Duration,
}

/// The store's connections. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    pool: Pool,
    reads: Lane,
    writes: Lane,
    probes: Lane,
    chores: Lane,
}

type Pool = r2d2::Pool<ConnectionManager<PgConnection>>;
type Job = Box<dyn FnOnce() + Send>;

/// Connections kept for probes, which are never turned away because others are at work.
const PROBES: u32 = 1;
/// Connections kept for what the service does for itself.
const CHORES: u32 = 1;

/// How often a write that collided with another is tried in all.
const TRIES: u32 = 3;

impl Db {
    /// Makes the pool and its threads. Needs no database: connections are opened when they are first used.
    pub fn new(options: &PoolOptions) -> Self {
        let pool = r2d2::Pool::builder()
            .max_size(options.connections + PROBES + CHORES)
            .min_idle(Some(0))
            .connection_timeout(options.connection_wait)
            // A broken connection is found by `has_broken`; asking each one first costs a quarter of the reads.
            .test_on_check_out(false)
            .error_handler(Box::new(QuietHandler))
            .connection_customizer(Box::new(SessionSettings::of(options)))
            .build_unchecked(ConnectionManager::new(&options.url));
        let writers = (options.connections / 2).max(1);
        let readers = (options.connections - writers).max(1);
        Self {
            pool,
            reads: Lane::new("read", readers, options.permit_wait),
            writes: Lane::new("write", writers, options.permit_wait),
            probes: Lane::new("probe", PROBES, options.permit_wait),
            chores: Lane::new("chore", CHORES, options.permit_wait),
        }
    }

    /// Runs a read. Statements see what is committed when each begins.
    ///
    /// # Errors
    /// [`Error::Overloaded`] when no permit is free in time, [`Error::Unavailable`] when Postgres cannot be reached,
    /// and what `work` answers.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl Fn(&mut PgConnection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let pool = self.pool.clone();
        self.reads
            .run(move || {
                // Connections may have died while they lay in the pool, all at once when Postgres was restarted: a read
                // can be done again until it has a fresh one.
                for _ in 0..pool.max_size() {
                    match on(take(&pool)?, &work) {
                        Err(Error::Unavailable(_)) => {}
                        result => return result,
                    }
                }
                with_connection(&pool, &work)
            })
            .await
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

    /// Runs a write in one transaction, again when it collided with another.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl Fn(&mut PgConnection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let pool = self.pool.clone();
        self.writes
            .run(move || {
                let mut result = with_connection(&pool, |conn| conn.transaction(&work));
                for _ in 1..TRIES {
                    if !matches!(result, Err(Error::Collision(_))) {
                        break;
                    }
                    result = with_connection(&pool, |conn| conn.transaction(&work));
                }
                result
            })
            .await
    }

    /// Connections open and idle, for the metrics.
    pub fn state(&self) -> r2d2::State {
        self.pool.state()
    }

    /// Permits free for reads and for writes, for the metrics.
    pub fn free_permits(&self) -> (usize, usize) {
        (self.reads.permits.available_permits(), self.writes.permits.available_permits())
    }
}

type Pooled = r2d2::PooledConnection<ConnectionManager<PgConnection>>;

fn take(pool: &Pool) -> Result<Pooled> {
    pool.get().map_err(|error| Error::Unavailable(error.to_string()))
}

fn on<T>(mut conn: Pooled, work: impl FnOnce(&mut PgConnection) -> Result<T>) -> Result<T> {
    let result = work(&mut conn);
    if matches!(result, Err(Error::Unavailable(_))) {
        // diesel does not notice every connection that is lost, and the pool would give this one out for ever.
        AnsiTransactionManager::transaction_manager_status_mut(&mut *conn).set_in_error();
    }
    result
}

fn with_connection<T>(pool: &Pool, work: impl FnOnce(&mut PgConnection) -> Result<T>) -> Result<T> {
    on(take(pool)?, work)
}

/// Threads for one sort of work, and permits to use them.
#[derive(Clone)]
struct Lane {
    permits: Arc<Semaphore>,
    jobs: mpsc::Sender<Job>,
    wait: Duration,
}

impl Lane {
    fn new(name: &str, threads: u32, wait: Duration) -> Self {
        let (jobs, queue) = mpsc::channel::<Job>();
        let queue = Arc::new(Mutex::new(queue));
        for index in 0..threads {
            let queue = Arc::clone(&queue);
            std::thread::Builder::new()
                .name(format!("db-{name}-{index}"))
                .spawn(move || {
                    while let Some(job) = next_job(&queue) {
                        job()
                    }
                })
                .expect("the system gives a thread");
        }
        Self { permits: Arc::new(Semaphore::new(threads as usize)), jobs, wait }
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let permit = tokio::time::timeout(self.wait, Arc::clone(&self.permits).acquire_owned())
            .await
            .map_err(|_| Error::Overloaded)?
            .map_err(|_| Error::Overloaded)?;
        let (answer, answered) = oneshot::channel();
        let job = move || {
            let permit: OwnedSemaphorePermit = permit;
            // Nobody waits any more: the deadline passed while the job was queued.
            if !answer.is_closed() {
                let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work))
                    .unwrap_or_else(|_| Err(Error::Internal("the store panicked".to_owned())));
                // The caller may have gone; the work is done all the same.
                drop(answer.send(result));
            }
            drop(permit);
        };
        self.jobs.send(Box::new(job)).map_err(|_| Error::Internal("the database threads have ended".to_owned()))?;
        answered.await.map_err(|_| Error::Internal("a database thread ended early".to_owned()))?
    }
}

/// The next job of a lane; `None` once the lane is gone.
fn next_job(queue: &Mutex<mpsc::Receiver<Job>>) -> Option<Job> {
    queue.lock().unwrap_or_else(std::sync::PoisonError::into_inner).recv().ok()
}

/// What every connection is told when it is opened. No `jit`: compiling statements as short as ours takes longer than
/// running them.
#[derive(Debug)]
struct SessionSettings(String);

impl SessionSettings {
    fn of(options: &PoolOptions) -> Self {
        Self(format!(
            "SELECT set_config('application_name', 'verbatim', false), set_config('timezone', 'UTC', false), \
             set_config('lc_messages', 'C', false), set_config('client_encoding', 'UTF8', false), \
             set_config('statement_timeout', '{}', false), set_config('lock_timeout', '{}', false), \
             set_config('jit', 'off', false), set_config('idle_in_transaction_session_timeout', '{}', false)",
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
