//! Connections to Postgres: how they are opened, and the settings of each session.

use super::cache::CacheValidity;
use crate::store::Result;
use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel::pg::PgConnection;
use diesel::sql_types::{Integer, Text};
use diesel::{Connection, ConnectionError, ConnectionResult, QueryableByName, RunQueryDsl, sql_query};
use r2d2::ManageConnection;
use std::sync::Arc;
use std::time::Duration;

/// Settings of the connections and threads.
#[derive(Debug, Clone)]
pub struct PoolOptions {
    pub url: String,
    /// Standbys for reads.
    pub replicas: Vec<ReplicaOptions>,
    /// How old cached data may be; `None` caches nothing.
    pub max_age: Option<Duration>,
    /// Connections for requests, shared between lookups, reads and writes.
    pub connections: u32,
    /// How long a request waits in the queue before it is refused.
    pub queue_timeout: Duration,
    pub statement_timeout: Duration,
    pub lock_timeout: Duration,
}

/// A standby, and how far it may lag behind.
#[derive(Debug, Clone)]
pub struct ReplicaOptions {
    pub url: String,
    /// The greatest lag at which it serves reads.
    pub max_lag: Duration,
}

/// Parameters of libpq that detect a dead server: connecting times out after two seconds, the minimum of libpq, and the system
/// closes a connection whose peer acknowledges nothing for ten seconds.
const DEFAULT_PARAMETERS: [(&str, &str); 5] = [
    ("connect_timeout", "2"),
    ("keepalives_idle", "5"),
    ("keepalives_interval", "1"),
    ("keepalives_count", "5"),
    ("tcp_user_timeout", "10000"),
];

/// Opens a connection to the database at `url`, whose own parameters take precedence over the defaults.
///
/// # Errors
/// When the server cannot be reached or refuses the connection. The message contains no parameter value, which may be a password.
pub fn establish(url: &str) -> ConnectionResult<PgConnection> {
    PgConnection::establish(&with_default_parameters(url)).map_err(|error| match error {
        ConnectionError::BadConnection(message) => ConnectionError::BadConnection(without_values(message)),
        error => error,
    })
}

/// Replaces messages in which libpq quotes the part of a URL that it cannot parse.
fn without_values(message: String) -> String {
    let is_about_server = ["connection to server", "could not translate host name", "FATAL"];
    let names_value = message.contains("for connection option");
    if !names_value && is_about_server.iter().any(|start| message.trim_start().starts_with(start)) {
        return message;
    }
    "libpq does not know the name or the value of a parameter in the URL".to_owned()
}

fn with_default_parameters(url: &str) -> String {
    let given = url.split_once('?').map(|(_, parameters)| parameters);
    let is_given = |name: &str| {
        let mut names = given.into_iter().flat_map(|given| given.split('&')).filter_map(|pair| pair.split('=').next());
        names.any(|given| given == name)
    };
    let mut url = url.to_owned();
    let mut separator = if given.is_some() { '&' } else { '?' };
    for (name, value) in DEFAULT_PARAMETERS.into_iter().filter(|(name, _)| !is_given(name)) {
        url.push_str(&format!("{separator}{name}={value}"));
        separator = '&';
    }
    url
}

/// How Postgres plans prepared statements (its setting `plan_cache_mode`).
#[derive(Debug, Clone, Copy)]
pub(super) enum PlanCacheMode {
    /// Postgres compares the generic plan with plans for the given values.
    Auto,
    /// Plans each statement once, whatever its values: 1.4 times the throughput for the newest quotes of a speaker.
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

/// A pooled connection.
pub(super) struct Session {
    pub conn: PgConnection,
    /// The process id of its backend; 0 until the session is configured.
    pub server: i32,
    /// Whether it has been used, and is configured.
    pub was_used: bool,
    /// Whether it must not be reused.
    pub is_lost: bool,
}

/// Opens connections with the same settings.
#[derive(Clone)]
pub(super) struct Connector {
    url: String,
    /// The statement that configures a session. Returns the process id of its backend and the start time of the server.
    session: String,
    pub statement_timeout: Duration,
    /// Gets the start time of the server of each new session; `None` for a standby, or without a cache.
    validity: Option<Arc<CacheValidity>>,
}

const WORK_MEM_KB: u32 = 32 * 1024;

impl Connector {
    /// `jit` and parallel workers are off: for statements this short they cost more than they save. `work_mem` is raised so
    /// that bitmaps of common words stay exact.
    ///
    /// `lc_messages` is set only for superusers, as Postgres requires. For other roles `server_check` ensures that the server
    /// reports errors in English: [`Error`] is classified by their messages.
    pub fn new(
        options: &PoolOptions,
        url: &str,
        plan_cache_mode: PlanCacheMode,
        validity: Option<Arc<CacheValidity>>,
    ) -> Self {
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
        let session = format!(
            "SELECT pg_backend_pid() AS process, pg_postmaster_start_time()::text AS started, {}, set_config('work_mem', \
             greatest(pg_size_bytes(current_setting('work_mem')) / 1024, {WORK_MEM_KB}) || 'kB', false), \
             CASE WHEN current_setting('is_superuser') = 'on' THEN set_config('lc_messages', 'C', false) END",
            settings.join(", "),
        );
        Self { url: url.to_owned(), session, statement_timeout: options.statement_timeout, validity }
    }

    /// Configures a new session.
    ///
    /// Runs on the thread of a job, and not when r2d2 connects: only threads of jobs are replaced when the server is silent.
    pub fn configure(&self, session: &mut Session) -> Result<()> {
        #[derive(QueryableByName)]
        struct Server {
            #[diesel(sql_type = Integer)]
            process: i32,
            #[diesel(sql_type = Text)]
            started: String,
        }
        let Server { process, started } = sql_query(&self.session).get_result(&mut session.conn)?;
        session.server = process;
        if let Some(validity) = &self.validity {
            validity.server_started(started);
        }
        Ok(())
    }
}

impl ManageConnection for Connector {
    type Connection = Session;
    type Error = ConnectionError;

    fn connect(&self) -> ConnectionResult<Session> {
        Ok(Session { conn: establish(&self.url)?, server: 0, was_used: false, is_lost: false })
    }

    fn is_valid(&self, _: &mut Session) -> ConnectionResult<()> {
        Ok(())
    }

    fn has_broken(&self, session: &mut Session) -> bool {
        session.is_lost || AnsiTransactionManager::is_broken_transaction_manager(&mut session.conn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_of_a_parameter_is_repeated() {
        for url in [
            "postgres://127.0.0.1:1/d?sslmode=hunter2",
            "postgres://127.0.0.1:1/d?connect_timeout=hunter2",
            "postgres://127.0.0.1:1/d?hunter2=x",
            "postgres://127.0.0.1:1/d?target_session_attrs=hunter2",
        ] {
            let message = establish(url).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(!message.contains("hunter2") && message.contains("libpq"), "{message}");
        }
        let message = establish("postgres://u:hunter2@127.0.0.1:1/d").err().unwrap().to_string();
        assert!(!message.contains("hunter2") && message.contains("127.0.0.1"), "{message}");
    }

    #[test]
    fn parameters_of_the_url_take_precedence() {
        let all = "connect_timeout=2&keepalives_idle=5&keepalives_interval=1&keepalives_count=5&tcp_user_timeout=10000";
        assert_eq!(with_default_parameters("postgres://h/d"), format!("postgres://h/d?{all}"));
        let given = "postgres://h/d?connect_timeout=9&tcp_user_timeout=0&host=%2Ftmp&keepalives_count=1";
        assert_eq!(with_default_parameters(given), format!("{given}&keepalives_idle=5&keepalives_interval=1"));
    }
}
