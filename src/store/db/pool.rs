//! Pools of connections, and the settings of each session.

use super::wait_times::ConnectionWaits;
use crate::store::{Error, Result};
use diesel::RunQueryDsl;
use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel::pg::PgConnection;
use diesel::r2d2::ConnectionManager;
use std::time::Duration;

/// Settings of the connections and threads.
#[derive(Debug, Clone)]
pub struct PoolOptions {
    pub url: String,
    /// A standby for reads.
    pub replica: Option<ReplicaOptions>,
    /// How old cached data may be; `None` caches nothing.
    pub max_age: Option<Duration>,
    /// Connections for requests, shared between lookups, reads and writes.
    pub connections: u32,
    /// How long a request waits in the queue before it is refused.
    pub queue_timeout: Duration,
    /// How long it then waits for a connection.
    pub connection_wait: Duration,
    pub statement_timeout: Duration,
    pub lock_timeout: Duration,
}

/// Which standby, and how far it may be behind.
#[derive(Debug, Clone)]
pub struct ReplicaOptions {
    pub url: String,
    /// The age that data read there may have.
    pub max_lag: Duration,
}

/// How Postgres plans prepared statements (its setting `plan_cache_mode`).
#[derive(Debug, Clone, Copy)]
pub(super) enum PlanCacheMode {
    /// Postgres compares the generic plan with plans for the given values.
    Auto,
    /// Plans each statement once, whatever its values: 1.4 times the rate for the newest quotes of a speaker.
    ForceGenericPlan,
    /// Plans each statement for its values: a list under a rare filter and one under a common filter need different plans.
    ForceCustomPlan,
}

impl PlanCacheMode {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::ForceGenericPlan => "force_generic_plan",
            Self::ForceCustomPlan => "force_custom_plan",
        }
    }
}

/// Connections with the same session settings. Cheap to clone.
#[derive(Clone)]
pub(super) struct Pool(r2d2::Pool<ConnectionManager<PgConnection>>);

type Pooled = r2d2::PooledConnection<ConnectionManager<PgConnection>>;

impl Pool {
    /// A pool of up to `size` connections. None is opened before it is needed.
    pub fn new(
        options: &PoolOptions,
        url: &str,
        size: u32,
        plan_cache_mode: PlanCacheMode,
        waits: ConnectionWaits,
    ) -> Self {
        let pool = r2d2::Pool::builder()
            .max_size(size)
            .min_idle(Some(0))
            .connection_timeout(options.connection_wait)
            // Testing each connection before use costs a quarter of the read rate. `has_broken` and retries do it.
            .test_on_check_out(false)
            .event_handler(Box::new(waits))
            .error_handler(Box::new(QuietHandler))
            .connection_customizer(Box::new(SessionSettings::new(options, plan_cache_mode)))
            .build_unchecked(ConnectionManager::new(url));
        Self(pool)
    }

    /// Runs `work` on a connection.
    pub fn run<T>(&self, work: impl FnOnce(&mut PgConnection) -> Result<T>) -> Result<T> {
        on(self.connection()?, work)
    }

    /// Runs `work`, and again on another connection as often as its connection turns out to be lost.
    ///
    /// A restart of Postgres leaves a pool full of dead connections. `work` must be safe to repeat after
    /// [`Error::Unavailable`].
    pub fn run_retrying<T>(&self, work: impl Fn(&mut PgConnection) -> Result<T>) -> Result<T> {
        for _ in 0..self.0.max_size() {
            match on(self.connection()?, &work) {
                Err(Error::Unavailable(_)) => {}
                result => return result,
            }
        }
        self.run(work)
    }

    /// Connections that are open, and how many of them are idle.
    pub fn connections(&self) -> Connections {
        let r2d2::State { connections, idle_connections, .. } = self.0.state();
        Connections { open: connections, idle: idle_connections }
    }

    fn connection(&self) -> Result<Pooled> {
        self.0.get().map_err(|error| Error::Unavailable(error.to_string()))
    }
}

/// Connections to the database, for the metrics.
#[derive(Debug, Clone, Copy, Default)]
pub struct Connections {
    pub open: u32,
    pub idle: u32,
}

impl std::iter::Sum for Connections {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, one| Self { open: sum.open + one.open, idle: sum.idle + one.idle })
    }
}

fn on<T>(mut conn: Pooled, work: impl FnOnce(&mut PgConnection) -> Result<T>) -> Result<T> {
    let result = work(&mut conn);
    if matches!(result, Err(Error::Unavailable(_) | Error::OutcomeUnknown(_))) {
        // diesel does not notice every lost connection, and the pool would hand it out again.
        AnsiTransactionManager::transaction_manager_status_mut(&mut *conn).set_in_error();
    }
    result
}

/// The statement that configures a new connection.
///
/// `jit` and parallel workers are off: for statements this short they cost more than they save. `work_mem` is raised so that
/// bitmaps of common words stay exact.
///
/// `lc_messages` is set for superusers only, as Postgres demands. For other roles `server_check` makes
/// sure that the server reports errors in English, which [`Error`] is read from.
#[derive(Debug)]
struct SessionSettings(String);

const WORK_MEM_KB: u32 = 32 * 1024;

impl SessionSettings {
    fn new(options: &PoolOptions, plan_cache_mode: PlanCacheMode) -> Self {
        let settings = [
            ("application_name", "verbatim".to_owned()),
            ("timezone", "UTC".to_owned()),
            ("client_encoding", "UTF8".to_owned()),
            ("default_transaction_isolation", "read committed".to_owned()),
            ("statement_timeout", options.statement_timeout.as_millis().to_string()),
            ("lock_timeout", options.lock_timeout.as_millis().to_string()),
            ("idle_in_transaction_session_timeout", (options.statement_timeout * 2).as_millis().to_string()),
            ("jit", "off".to_owned()),
            ("max_parallel_workers_per_gather", "0".to_owned()),
            ("plan_cache_mode", plan_cache_mode.as_str().to_owned()),
        ];
        let settings = settings.map(|(name, value)| format!("set_config('{name}', '{value}', false)"));
        Self(format!(
            "SELECT {}, set_config('work_mem', \
             greatest(pg_size_bytes(current_setting('work_mem')) / 1024, {WORK_MEM_KB}) || 'kB', false), \
             CASE WHEN current_setting('is_superuser') = 'on' THEN set_config('lc_messages', 'C', false) END",
            settings.join(", "),
        ))
    }
}

impl r2d2::CustomizeConnection<PgConnection, diesel::r2d2::Error> for SessionSettings {
    fn on_acquire(&self, conn: &mut PgConnection) -> std::result::Result<(), diesel::r2d2::Error> {
        diesel::sql_query(&self.0).execute(conn).map(drop).map_err(diesel::r2d2::Error::QueryError)
    }
}

/// Logs failed connection attempts at level debug: r2d2 would log several errors a second while Postgres is away, and the
/// request that failed reports it once.
#[derive(Debug)]
struct QuietHandler;

impl<E: std::error::Error> r2d2::HandleError<E> for QuietHandler {
    fn handle_error(&self, error: E) {
        log::debug!("connecting to the database: {error}");
    }
}
