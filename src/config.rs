//! The settings: each one once, as a flag, a variable, a default and its description.
//!
//! Values are taken as text and read here, so that all bad ones are reported together, and none of them is echoed
//! when it may hold a password.

mod database_url;
mod reader;

pub use database_url::DatabaseUrl;

use crate::postgres;
use crate::store::{PoolOptions, ReplicaOptions};
use clap::Args;
use reader::Reader;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

/// Connections that the service's own Postgres keeps free beside the pool: migrations, and an operator's `psql`.
const SPARE_CONNECTIONS: u16 = 8;

/// Where to listen.
#[derive(Debug, Args)]
pub struct ListenSetting {
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, env = "VERBATIM_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: String,
}

/// Which Postgres to use.
#[derive(Debug, Args)]
pub struct DatabaseSettings {
    /// Postgres to use, as `postgres://user:password@host/name`; without it the service runs a Postgres of its own
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true)]
    database_url: Option<String>,

    /// Folder of the service's own Postgres; by default one in the user's data folder (root: /var/lib/verbatim)
    #[arg(long, env = "VERBATIM_DATA_DIR", value_name = "FOLDER")]
    data_dir: Option<String>,

    /// Folder of the programs `postgres` and `initdb`, when they are not found
    #[arg(long, env = "PG_BIN_DIR", value_name = "FOLDER")]
    pg_bin_dir: Option<String>,
}

/// What to log, and how.
#[derive(Debug, Args)]
pub struct LogSettings {
    /// Lines of the log: `text`, or `json` with one object a line
    #[arg(long, env = "VERBATIM_LOG_FORMAT", value_name = "FORMAT", default_value = "text")]
    log_format: String,

    /// What is logged: error, warn, info, debug, trace or off, also by module: `info,verbatim::store=debug`
    #[arg(long, env = "RUST_LOG", value_name = "LEVELS", default_value = "info,actix_server=warn")]
    log_level: String,
}

/// Everything that `serve` and `demo` take.
#[derive(Debug, Args)]
pub struct ServeSettings {
    #[command(flatten)]
    listen: ListenSetting,

    #[command(flatten)]
    database: DatabaseSettings,

    #[command(flatten)]
    log: LogSettings,

    /// A standby of that Postgres for reads, as an address of the same form
    #[arg(long, env = "DATABASE_READ_URL", value_name = "URL", hide_env_values = true)]
    database_read_url: Option<String>,

    /// How old, at most, what a read finds there may be; while it may be older, reads go to the primary
    #[arg(long, env = "VERBATIM_REPLICA_MAX_LAG_MS", value_name = "MS", default_value = "2000")]
    replica_max_lag_ms: String,

    /// Memory for records that are read by id, in megabytes; 0 keeps none
    #[arg(long, env = "VERBATIM_CACHE_MB", value_name = "MB", default_value = "64")]
    cache_mb: String,

    /// How old a record from memory may be, when another instance has changed it
    #[arg(long, env = "VERBATIM_CACHE_MAX_AGE_MS", value_name = "MS", default_value = "1000")]
    cache_max_age_ms: String,

    /// Connections to Postgres; by default four for each core, 4 to 32
    #[arg(long, env = "VERBATIM_POOL_SIZE", value_name = "COUNT")]
    pool_size: Option<String>,

    /// Threads that answer HTTP; by default one for each core
    #[arg(long, env = "VERBATIM_WORKERS", value_name = "COUNT")]
    workers: Option<String>,

    /// How long a request may take in all
    #[arg(long, env = "VERBATIM_REQUEST_DEADLINE_MS", value_name = "MS", default_value = "10000")]
    request_deadline_ms: String,

    /// How long a request waits for its turn at the database before it is answered 503
    #[arg(long, env = "VERBATIM_QUEUE_TIMEOUT_MS", value_name = "MS", default_value = "200")]
    queue_timeout_ms: String,

    /// How long a request then waits for a connection
    #[arg(long, env = "VERBATIM_CONNECTION_WAIT_MS", value_name = "MS", default_value = "200")]
    connection_wait_ms: String,

    /// How long a statement may run; by default nine tenths of the request deadline
    #[arg(long, env = "VERBATIM_STATEMENT_TIMEOUT_MS", value_name = "MS")]
    statement_timeout_ms: Option<String>,

    /// How long a statement waits for a lock; by default a fifth of the request deadline
    #[arg(long, env = "VERBATIM_LOCK_TIMEOUT_MS", value_name = "MS")]
    lock_timeout_ms: Option<String>,

    /// How long requests in flight may take to finish once the service was told to stop
    #[arg(long, env = "VERBATIM_SHUTDOWN_TIMEOUT_MS", value_name = "MS", default_value = "10000")]
    shutdown_timeout_ms: String,

    /// How long the service goes on, not ready any more and closing connections as it answers, before it stops: time for
    /// callers and load balancers to see it
    #[arg(long, env = "VERBATIM_DRAIN_DELAY_MS", value_name = "MS", default_value = "250")]
    drain_delay_ms: String,

    /// Origins whose pages may read the answers, such as https://news.example; repeat it, or separate with commas
    #[arg(long, env = "VERBATIM_CORS_ORIGINS", value_name = "ORIGIN", value_delimiter = ',')]
    cors_origin: Vec<String>,

    /// Names under which a service on a loopback address may be addressed, besides `localhost` and the address; repeat it, or
    /// separate with commas
    #[arg(long, env = "VERBATIM_ALLOWED_HOSTS", value_name = "HOST", value_delimiter = ',')]
    allowed_host: Vec<String>,

    /// Address under which a reverse proxy serves the service, such as https://news.example/verbatim
    #[arg(long, env = "VERBATIM_PUBLIC_URL", value_name = "URL")]
    public_url: Option<String>,

    /// Memory for request bodies that are being received, in megabytes; more requests are answered 503
    #[arg(long, env = "VERBATIM_RECEIVE_BUDGET_MB", value_name = "MB", default_value = "64")]
    receive_budget_mb: String,
}

/// The settings of a running service.
#[derive(Debug, Clone)]
pub struct Config {
    pub listen: SocketAddr,
    pub database: Database,
    /// A standby that reads may go to.
    pub read_database: Option<DatabaseUrl>,
    /// How old, at most, what a read finds there may be.
    pub replica_max_lag: Duration,
    /// Memory for records, in megabytes; 0 keeps none.
    pub cache_mb: u16,
    /// How old a record from memory may be.
    pub cache_max_age: Duration,
    pub pool_size: u16,
    /// Threads that answer HTTP.
    pub workers: usize,
    pub request_deadline: Duration,
    pub queue_timeout: Duration,
    pub connection_wait: Duration,
    pub statement_timeout: Duration,
    pub lock_timeout: Duration,
    /// Zero does not wait for requests in flight.
    pub shutdown_timeout: Duration,
    pub drain_delay: Duration,
    pub cors_origins: Vec<String>,
    /// Names of a service on a loopback address.
    pub allowed_hosts: Vec<String>,
    /// Where a reverse proxy serves the service.
    pub public_url: Option<url::Url>,
    /// Memory for request bodies that are being received, in megabytes.
    pub receive_budget_mb: u16,
}

/// Which Postgres the service uses.
#[derive(Debug, Clone)]
pub enum Database {
    /// One that somebody else runs.
    At(DatabaseUrl),
    /// Its own.
    Own {
        data_dir: PathBuf,
        /// The folder of the server's programs, when they are not to be searched for.
        bin_dir: Option<PathBuf>,
    },
}

/// How the log is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogConfig {
    pub format: LogFormat,
    /// Filter directives as env_logger reads them.
    pub levels: String,
}

/// The form of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

/// All settings that are wrong, each with its flag, its variable and what it should be.
#[derive(Debug, PartialEq, Eq)]
pub struct BadSettings(Vec<String>);

impl std::error::Error for BadSettings {}

impl fmt::Display for BadSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let settings = if self.0.len() == 1 { "setting is" } else { "settings are" };
        write!(f, "{} {settings} wrong:", self.0.len())?;
        self.0.iter().try_for_each(|fault| write!(f, "\n  {fault}"))
    }
}

impl ServeSettings {
    /// The settings, once all of them are right.
    ///
    /// # Errors
    /// All that are wrong.
    pub fn read(&self) -> Result<(Config, LogConfig), BadSettings> {
        let mut reader = Reader::of::<Self>();
        let log = self.log.read_with(&mut reader);
        let deadline = reader.duration("request_deadline_ms", &self.request_deadline_ms, 1);
        let part = |parts: u32| deadline.map(|deadline| (deadline * parts / 10).max(Duration::from_millis(1)));
        let config = (|| {
            let listen = self.listen.read_with(&mut reader);
            let database = self.database.read_with(&mut reader);
            let read_database = self.read_database(&mut reader);
            // Looked at a few times a second: less could never be kept.
            let replica_max_lag = reader.duration("replica_max_lag_ms", &self.replica_max_lag_ms, 500);
            let cache_mb = reader.number("cache_mb", Some(&self.cache_mb), 0..=65_535);
            let cache_max_age = reader.duration("cache_max_age_ms", &self.cache_max_age_ms, 20);
            let cores = thread::available_parallelism().map_or(2, usize::from);
            let pool_size = reader.number("pool_size", self.pool_size.as_deref(), 2..=1000);
            let workers = reader.number("workers", self.workers.as_deref(), 1..=1000);
            let queue_timeout = reader.duration("queue_timeout_ms", &self.queue_timeout_ms, 1);
            let connection_wait = reader.duration("connection_wait_ms", &self.connection_wait_ms, 1);
            let statement = reader.optional_duration("statement_timeout_ms", self.statement_timeout_ms.as_deref());
            let lock = reader.optional_duration("lock_timeout_ms", self.lock_timeout_ms.as_deref());
            let shutdown_timeout = reader.duration("shutdown_timeout_ms", &self.shutdown_timeout_ms, 0);
            let drain_delay = reader.duration("drain_delay_ms", &self.drain_delay_ms, 0);
            let cors_origins = self.cors_origins(&mut reader);
            let hosts = self.allowed_host.iter().map(|host| host.trim()).filter(|host| !host.is_empty());
            let public_url = self.public_url(&mut reader);
            let receive_budget_mb = reader.number("receive_budget_mb", Some(&self.receive_budget_mb), 8..=65_535);
            Some(Config {
                listen: listen?,
                database: database?,
                read_database,
                replica_max_lag: replica_max_lag?,
                cache_mb: cache_mb?.unwrap_or_default(),
                cache_max_age: cache_max_age?,
                pool_size: pool_size?.unwrap_or_else(|| (cores * 4).clamp(4, 32) as u16),
                workers: workers?.map_or(cores, usize::from),
                request_deadline: deadline?,
                queue_timeout: queue_timeout?,
                connection_wait: connection_wait?,
                statement_timeout: statement?.or(part(9))?,
                lock_timeout: lock?.or(part(2))?,
                shutdown_timeout: shutdown_timeout?,
                drain_delay: drain_delay?,
                cors_origins,
                allowed_hosts: hosts.map(str::to_owned).collect(),
                public_url,
                receive_budget_mb: receive_budget_mb?.unwrap_or_default(),
            })
        })();
        if let Some(config) = &config {
            config.check_order(&mut reader);
        }
        reader.finish(config.zip(log))
    }

    fn read_database(&self, reader: &mut Reader) -> Option<DatabaseUrl> {
        let text = reader.text("database_read_url", self.database_read_url.as_deref())?;
        if reader.text("database_url", self.database.database_url.as_deref()).is_none() {
            reader.fault("database_read_url", "is for the standby of a Postgres at --database-url, which is not given");
            return None;
        }
        DatabaseUrl::parse(text).map_err(|why| reader.fault("database_read_url", &why.to_string())).ok()
    }

    fn public_url(&self, reader: &mut Reader) -> Option<url::Url> {
        let text = reader.text("public_url", self.public_url.as_deref())?.to_owned();
        let is_plain = |url: &url::Url| url.has_host() && url.query().is_none() && url.fragment().is_none();
        match url::Url::parse(&text) {
            Ok(url) if ["http", "https"].contains(&url.scheme()) && is_plain(&url) => Some(url),
            _ => {
                reader.fault("public_url", &format!("{text:?} must be a URL such as https://news.example/verbatim"));
                None
            }
        }
    }

    fn cors_origins(&self, reader: &mut Reader) -> Vec<String> {
        let given = self.cors_origin.iter().map(|origin| origin.trim()).filter(|origin| !origin.is_empty());
        let (good, bad): (Vec<&str>, Vec<&str>) = given.partition(|origin| is_origin(origin));
        for origin in bad {
            let why = "is no origin: a scheme, a host and perhaps a port, such as https://news.example";
            reader.fault("cors_origin", &format!("{origin:?} {why}"));
        }
        good.into_iter().map(str::to_owned).collect()
    }
}

/// As a browser sends it: nothing after the port, lower case, no default port.
fn is_origin(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| url.origin().ascii_serialization() == text)
}

impl Config {
    /// A limit that can never be reached, because another one comes first, is a mistake.
    fn check_order(&self, reader: &mut Reader) {
        let deadline = self.request_deadline;
        for (id, limit, other, longer) in [
            ("statement_timeout_ms", self.statement_timeout, "request_deadline_ms", deadline),
            ("lock_timeout_ms", self.lock_timeout, "statement_timeout_ms", self.statement_timeout),
            ("queue_timeout_ms", self.queue_timeout, "request_deadline_ms", deadline),
            ("connection_wait_ms", self.connection_wait, "request_deadline_ms", deadline),
        ] {
            if limit >= longer {
                let (limit, longer) = (limit.as_millis(), longer.as_millis());
                let other = reader.name(other);
                reader.fault(id, &format!("is {limit} ms and must be shorter than {other}, which is {longer} ms"));
            }
        }
    }

    /// How the pool is made for the database at `url`.
    pub fn pool(&self, url: &str) -> PoolOptions {
        PoolOptions {
            url: url.to_owned(),
            replica: self
                .read_database
                .as_ref()
                .map(|replica| ReplicaOptions { url: replica.expose().to_owned(), max_lag: self.replica_max_lag }),
            max_age: (self.cache_mb > 0).then_some(self.cache_max_age),
            connections: self.pool_size.into(),
            queue_timeout: self.queue_timeout,
            connection_wait: self.connection_wait,
            statement_timeout: self.statement_timeout,
            lock_timeout: self.lock_timeout,
        }
    }

    /// How many connections an own Postgres allows.
    pub fn max_connections(&self) -> u16 {
        self.pool_size.saturating_add(SPARE_CONNECTIONS)
    }
}

impl ListenSetting {
    /// The address, once it is right.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(&self) -> Result<SocketAddr, BadSettings> {
        let mut reader = Reader::of::<Self>();
        let listen = self.read_with(&mut reader);
        reader.finish(listen)
    }

    fn read_with(&self, reader: &mut Reader) -> Option<SocketAddr> {
        let text = reader.text("listen", Some(&self.listen))?;
        let address = text.parse().ok();
        if address.is_none() {
            reader.fault("listen", &format!("{text:?} is no address and port, such as 127.0.0.1:8080 or [::1]:8080"));
        }
        address
    }
}

impl DatabaseSettings {
    /// The database and the log's settings, once all of them are right.
    ///
    /// # Errors
    /// All that are wrong.
    pub fn read(&self, log: &LogSettings) -> Result<(Database, LogConfig), BadSettings> {
        let mut reader = Reader::of::<Self>();
        let database = self.read_with(&mut reader);
        let mut logs = Reader::of::<LogSettings>();
        let log = log.read_with(&mut logs);
        reader.join(logs).finish(database.zip(log))
    }

    fn read_with(&self, reader: &mut Reader) -> Option<Database> {
        if let Some(url) = reader.text("database_url", self.database_url.as_deref()) {
            return match DatabaseUrl::parse(url) {
                Ok(url) => Some(Database::At(url)),
                Err(why) => {
                    reader.fault("database_url", &why.to_string());
                    None
                }
            };
        }
        let data_dir = match reader.text("data_dir", self.data_dir.as_deref()) {
            Some(folder) => Ok(PathBuf::from(folder)),
            None => postgres::default_data_dir(),
        };
        let bin_dir = reader.text("pg_bin_dir", self.pg_bin_dir.as_deref()).map(PathBuf::from);
        match data_dir {
            Ok(data_dir) => Some(Database::Own { data_dir, bin_dir }),
            Err(why) => {
                reader.fault("data_dir", &format!("is needed: {why}"));
                None
            }
        }
    }
}

impl LogSettings {
    fn read_with(&self, reader: &mut Reader) -> Option<LogConfig> {
        let format = match reader.text("log_format", Some(&self.log_format))? {
            "text" => Some(LogFormat::Text),
            "json" => Some(LogFormat::Json),
            other => {
                reader.fault("log_format", &format!("{other:?} must be text or json"));
                None
            }
        };
        let levels = reader.text("log_level", Some(&self.log_level))?.to_owned();
        let bad = levels.split('/').next().unwrap_or_default().split(',').find(|directive| !is_directive(directive));
        if let Some(bad) = bad {
            let why = "must name a level: error, warn, info, debug, trace or off, alone or as module=level";
            reader.fault("log_level", &format!("{bad:?} {why}"));
            return None;
        }
        Some(LogConfig { format: format?, levels })
    }
}

/// A level, a module's path, or both.
fn is_directive(text: &str) -> bool {
    match text.trim().split_once('=') {
        Some((module, level)) => !module.is_empty() && level.parse::<log::LevelFilter>().is_ok(),
        None => !text.trim().is_empty() && !text.trim().contains(char::is_whitespace),
    }
}

#[cfg(test)]
mod tests;
