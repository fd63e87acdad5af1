//! Starts the service from its settings, for `main` and for the tests alike.

use crate::annotate;
use crate::app::annotator::Annotator;
use crate::app::article_batcher::ArticleBatcher;
use crate::app::change_feed::ChangeFeed;
use crate::app::importer::Importer;
use crate::app::keys::Keys;
use crate::app::quote_page_loader::QuotePageLoader;
use crate::app::response_cache::ResponseCache;
use crate::app::webhook_deliverer::WebhookDeliverer;
use crate::app::webhook_sender::WebhookSender;
use crate::auth::{Anonymous, Authenticator, Issuer, KeyRing, Limits};
use crate::config::{Config, Database, DatabaseUrl, JwtConfig};
use crate::http;
use crate::http::context::{PublicOrigin, PublicPrefix};
use crate::http::extract::body::ReceiveBudget;
use crate::http::extract::client_address::TrustedProxies;
use crate::http::middleware::audit::AuditLog;
use crate::http::middleware::metrics::Metrics;
use crate::http::middleware::origin::TrustedOrigins;
use crate::http::middleware::spans::Spans;
use crate::http::openapi::Extras;
use crate::jwks::{self, JwksSource};
use crate::postgres::{DATABASE, Embedded, EmbeddedError, Options};
use crate::store::db::establish;
use crate::store::entities::duplicates;
use crate::store::entities::names::PopularNames;
use crate::store::fulltext::Statistics;
use crate::store::measurements::Measurements;
use crate::store::migrate::{Extent, Migrated, MigrationState};
use crate::store::name_dictionary::NameDictionary;
use crate::store::webhooks::deliveries;
use crate::store::{self, Db, changes, counts, idempotency, measurements, merges, migrate, restore};
use crate::tls::{self, Certificate, TlsError};
use actix_web::HttpServer;
use actix_web::dev::ServerHandle;
use actix_web::rt::{spawn, task, time};
use actix_web::web::Data;
use diesel::PgConnection;
use socket2::{Domain, Socket, Type};
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;
use tokio::time::MissedTickBehavior;

/// Connections that wait to be accepted: more than the 128 of the standard library, for bursts.
const BACKLOG: i32 = 1024;
/// How long a client may take to send the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a client may take nothing of its answer before its connection is closed.
const STALL_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the workers get to take the connections that are in the queue when the service stops.
const ACCEPT_TIMEOUT: Duration = Duration::from_millis(250);
/// How long an idle connection is kept open: longer than the minute that load balancers keep theirs.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// How often the name dictionary is refreshed.
const DICTIONARY_PERIOD: Duration = Duration::from_millis(500);
/// How often the keys are read: a revoked one is refused by all instances soon after.
const KEYS_PERIOD: Duration = Duration::from_secs(1);
/// How often the lag of the replicas is checked.
const REPLICA_CHECK_PERIOD: Duration = Duration::from_millis(100);
/// How often connections that have gone silent are looked for.
const SILENCE_PERIOD: Duration = Duration::from_millis(200);
/// How often new changes are looked for while anybody follows them.
const LOOK_PERIOD: Duration = Duration::from_millis(40);
/// How often merges that no request carries out are looked for.
const MERGES_PERIOD: Duration = Duration::from_secs(1);
/// How often changes that are older than the retention are removed.
const REMOVE_PERIOD: Duration = Duration::from_secs(60);
/// The pause between two batches of removed changes.
const REMOVE_PAUSE: Duration = Duration::from_millis(50);
/// How often entities whose names have changed are compared with others.
const DUPLICATES_PERIOD: Duration = Duration::from_secs(1);
/// Pause between two steps of that, so that it takes at most about half of its connection's time.
const DUPLICATES_PAUSE: Duration = Duration::from_millis(20);
/// How often counter changes are compacted.
const COMPACT_PERIOD: Duration = Duration::from_secs(1);
/// How often the collection is measured for the metrics.
const MEASURE_PERIOD: Duration = Duration::from_secs(5);
/// Pauses between attempts to migrate a database that is not up yet.
const MIN_PAUSE: Duration = Duration::from_millis(100);
const MAX_PAUSE: Duration = Duration::from_millis(500);
/// How often the log repeats the same reason why the database cannot be migrated.
const REMINDER_PERIOD: Duration = Duration::from_secs(60);

/// A service that is bound to its address and answers once it is [run](Server::run).
pub struct Server {
    config: Config,
    listener: TcpListener,
    address: SocketAddr,
    probe_listener: Option<TcpListener>,
    postgres: Postgres,
    audit_log: Option<Data<AuditLog>>,
    issuer: Option<Arc<Issuer>>,
    certificate: Option<Arc<Certificate>>,
}

/// The Postgres of a service: its own, running, or another at an address.
pub enum Postgres {
    Own(Embedded),
    At(DatabaseUrl),
}

impl Postgres {
    /// Starts the service's own Postgres, if that is configured. Another one need not be up yet.
    ///
    /// # Errors
    /// When its own Postgres does not start.
    pub fn start(database: &Database, max_connections: u16) -> Result<Self, EmbeddedError> {
        match database {
            Database::At(url) => Ok(Self::At(url.clone())),
            Database::Own { data_dir, bin_dir, fetch } => {
                let (bin_dir, fetch) = (bin_dir.clone(), *fetch);
                let options = Options { bin_dir, fetch, max_connections, ..Options::new(data_dir) };
                Embedded::start(&options).map(Self::Own)
            }
        }
    }

    /// Uses the Postgres that a running service has started on its data folder, or starts it.
    ///
    /// # Errors
    /// When its own Postgres does not start.
    pub fn join(database: &Database, max_connections: u16) -> Result<Self, EmbeddedError> {
        let running = match database {
            Database::Own { data_dir, .. } => Embedded::url_of_running(data_dir),
            Database::At(_) => None,
        };
        match running.and_then(|url| DatabaseUrl::parse(&url).ok()) {
            Some(url) => Ok(Self::At(url)),
            None => Self::start(database, max_connections),
        }
    }

    /// Its address without the password, and the password.
    pub fn url_and_password(&self) -> (String, Option<String>) {
        match self {
            Self::Own(embedded) => (embedded.url(DATABASE), None),
            Self::At(url) => url.split_password(),
        }
    }

    /// Its address for libpq, which may contain a password.
    pub fn url(&self) -> String {
        match self {
            Self::Own(embedded) => embedded.url(DATABASE),
            Self::At(url) => url.expose().to_owned(),
        }
    }
}

/// The reason why the service does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Postgres(#[from] EmbeddedError),
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error("{jwks} {problem}")]
    Jwks { jwks: JwksSource, problem: String },
    #[error("cannot open the audit log {path}: {source}", path = path.display())]
    AuditLog { path: PathBuf, source: io::Error },
    #[error("cannot listen on {address}: {source}")]
    Listen { address: SocketAddr, source: io::Error },
}

/// The reason why the database is not migrated.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    #[error("cannot reach the database: {0}")]
    Connect(#[from] diesel::ConnectionError),
    #[error("cannot use the database: {0}")]
    Run(#[from] store::Error),
}

impl MigrateError {
    /// True when trying again later may work.
    fn is_transient(&self) -> bool {
        match self {
            Self::Connect(_) => true,
            Self::Run(error) => error.is_transient(),
        }
    }
}

impl Server {
    /// Binds the address, starts and migrates its own Postgres, if that is configured, and listens. Blocks for a second or
    /// two. Another Postgres need not be up yet.
    ///
    /// # Errors
    /// When the address is taken, or its own Postgres does not start.
    pub fn bind(config: &Config) -> Result<Self, StartError> {
        let audit_log = config.access.audit_log.as_ref().map(|path| {
            let log = AuditLog::open(path).map_err(|source| StartError::AuditLog { path: path.clone(), source });
            log.map(Data::new)
        });
        let audit_log = audit_log.transpose()?;
        let issuer = config.access.jwt.as_ref().map(self::issuer).transpose()?;
        let certificate = config.access.tls.clone().map(Certificate::load).transpose()?;
        let cannot = |source| StartError::Listen { address: config.listen, source };
        let socket = bound(config.listen).map_err(cannot)?;
        let postgres = Postgres::start(&config.database, config.max_connections())?;
        if let Postgres::Own(_) = postgres {
            run_migrations(&postgres.url(), Extent::Quick)?;
        }
        // The first request is answered as fast as later ones.
        http::openapi::contract(extras(config));
        socket.listen(BACKLOG).map_err(cannot)?;
        let listener = TcpListener::from(socket);
        let address = listener.local_addr().map_err(cannot)?;
        let probe_listener = config.probe_listen.map(|address| {
            let listener = bound(address).and_then(|socket| socket.listen(BACKLOG).map(|()| TcpListener::from(socket)));
            listener.map_err(|source| StartError::Listen { address, source })
        });
        let probe_listener = probe_listener.transpose()?;
        if let Anonymous::Fixed(Some(scope)) = config.access.anonymous {
            log::warn!("callers without a key have the scope {}", scope.as_str());
        }
        let scheme = if certificate.is_some() { "https" } else { "http" };
        log::info!("listening on {scheme}://{address}");
        let config = config.clone();
        Ok(Self { config, listener, address, probe_listener, postgres, audit_log, issuer, certificate })
    }

    /// Returns the bound address, with the real port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop` is done. Then it reports that it is not ready, goes on for the drain delay, accepts no new
    /// connection, finishes the requests in flight, and stops its own Postgres last.
    ///
    /// # Errors
    /// When the service cannot work with the database, or the listener fails.
    pub async fn run(self, stop: impl Future<Output = ()>) -> io::Result<()> {
        let Self { config, listener, address: _, probe_listener, postgres, audit_log, issuer, certificate } = self;
        let state = http::app::State { audit_log, ..state(&config, &postgres.url(), issuer.clone()) };
        let (draining, spans) = (state.draining.clone(), state.spans.clone());
        task::spawn_blocking(annotate::prepare);
        let (db, metrics) = (|| state.db.clone(), || state.metrics.clone());
        let sender = WebhookSender::new(config.webhook_networks.clone());
        let deliverer = WebhookDeliverer::new(db(), state.changes.clone().into_inner(), sender);
        let background_tasks = [
            spawn(refresh_dictionary(db(), metrics(), state.names.clone())),
            spawn(look_for_changes(state.changes.clone(), metrics())),
            spawn(compact_counters(db(), metrics())),
            spawn(compute_duplicates(db(), metrics(), state.popular_names.clone())),
            spawn(remove_old_changes(db(), metrics(), config.changes_retention)),
            spawn(carry_out_merges(db(), metrics())),
            spawn(remove_idempotency_keys(db(), metrics())),
            spawn(remove_old_deliveries(db(), metrics(), config.changes_retention)),
            spawn(deliver_to_webhooks(deliverer, metrics())),
            spawn(refresh_keys(state.keys.clone(), metrics(), state.limits.clone())),
            spawn(measure(db(), metrics())),
            spawn(check_replica_lag(db())),
            spawn(refresh_issuer(issuer, config.access.jwt.clone())),
            spawn(reload_certificate(certificate.clone())),
            spawn(replace_silent_threads(db())),
        ];
        let probes = probe_listener.map(|listener| answer_probes(state.clone(), listener)).transpose()?;
        let queue = listener.try_clone()?;
        let server = HttpServer::new(move || http::app::app(state.clone()))
            .workers(config.workers)
            .disable_signals()
            .client_request_timeout(HEAD_TIMEOUT)
            .keep_alive(KEEP_ALIVE)
            .shutdown_timeout(config.shutdown_timeout.as_millis().div_ceil(1000) as u64)
            .tls_handshake_timeout(HEAD_TIMEOUT);
        let server = match certificate {
            None => server.listen(listener)?,
            Some(certificate) => {
                let tls = certificate.server_config().map_err(io::Error::other)?;
                server.listen_rustls_0_23(listener, tls)?
            }
        };
        let server = server.run();
        let handle = server.handle();
        let serving = spawn(server);
        let (migration, failed) = match postgres {
            Postgres::At(_) => migrate_in_background(postgres.url()),
            Postgres::Own(_) => (mpsc::channel().0, oneshot::channel().1),
        };

        let failure = tokio::select! {
            () = stop => None,
            Ok(error) = failed => Some(error),
        };
        draining.start();
        log::info!("stopping");
        background_tasks.iter().for_each(task::JoinHandle::abort);
        drop(migration);
        if failure.is_none() {
            time::sleep(config.drain_delay).await;
        }
        if let Err(error) = http::drain::ignore_new_connections(&queue) {
            log::debug!("connections that arrive now may be reset: {error}");
        }
        drop(queue);
        time::sleep(ACCEPT_TIMEOUT).await;
        handle.stop(!config.shutdown_timeout.is_zero()).await;
        let ended = serving.await.map_err(io::Error::other).flatten();
        if let Some(probes) = probes {
            probes.stop(false).await;
        }
        if let Some(spans) = spans {
            task::spawn_blocking(move || spans.flush()).await.map_err(io::Error::other)?;
        }
        // Blocks until Postgres has written its last checkpoint.
        let stopped = task::spawn_blocking(move || drop(postgres)).await;
        log::info!("stopped");
        failure.map_or(Ok(()), |error| Err(io::Error::other(error)))?;
        ended.and(stopped.map_err(io::Error::other))
    }
}

/// Binds the address without listening yet: clients are refused rather than kept waiting.
fn bound(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    // Connections of the previous process may still be closing.
    socket.set_reuse_address(true)?;
    // Accepted connections inherit it: what a client does not read is memory of the service.
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(STALL_TIMEOUT))?;
    socket.bind(&address.into())?;
    Ok(socket)
}

/// Answers probes on a thread of their own, until the handle stops it.
fn answer_probes(state: http::app::State, listener: TcpListener) -> io::Result<ServerHandle> {
    let server = HttpServer::new(move || http::app::probes(state.clone()))
        .workers(1)
        .disable_signals()
        .client_request_timeout(HEAD_TIMEOUT)
        .listen(listener)?
        .run();
    let handle = server.handle();
    spawn(server);
    Ok(handle)
}

fn state(config: &Config, url: &str, issuer: Option<Arc<Issuer>>) -> http::app::State {
    let db = Db::new(&config.pool(url));
    let statistics = Arc::new(Statistics::default());
    let names = Arc::new(NameDictionary::default());
    let annotator = Annotator::new(db.clone(), Arc::clone(&names), config.queue_timeout);
    let metrics = Metrics::new(db.waits(), annotator.metrics());
    let ring = Arc::new(KeyRing::default());
    let admin = config.access.admin_key.as_ref().map(|key| key.digest());
    http::app::State {
        authenticator: Data::new(Authenticator::new(Arc::clone(&ring), admin, issuer, config.access.anonymous)),
        keys: Data::new(Keys::new(db.clone(), ring)),
        limits: Data::new(Limits::new(config.access.limits)),
        audit_log: None,
        trusted_proxies: TrustedProxies(config.access.trusted_proxies.clone()),
        open_metrics: config.access.open_metrics,
        quotes: Data::new(QuotePageLoader::new(db.clone(), Arc::clone(&statistics))),
        articles: Data::new(ArticleBatcher::new(db.clone(), annotator.clone())),
        importer: Data::new(Importer::new(db.clone(), annotator.clone())),
        annotator: Data::new(annotator),
        changes: Data::new(ChangeFeed::new(db.clone())),
        statistics: Data::from(statistics),
        names,
        popular_names: Data::new(PopularNames::default()),
        records: Data::new(ResponseCache::new(config.cache_mb)),
        db,
        metrics: Data::new(metrics),
        spans: config.otlp_endpoint.as_ref().map(|url| Data::new(Spans::send_to(url))),
        draining: Data::new(http::context::Draining::default()),
        readiness: Data::new(http::context::Readiness::default()),
        deadline: config.request_deadline,
        slow_request: config.slow_request,
        cors_origins: config.cors_origins.clone(),
        trusted: trusted_origins(config),
        urls: Data::new(config.urls.clone()),
        receive_budget: ReceiveBudget::new(config.receive_budget_mb),
        extras: extras(config),
        origin: PublicOrigin(config.public_url.as_ref().map(|url| url.origin().ascii_serialization())),
        prefix: PublicPrefix(config.public_url.as_ref().map_or("", |url| url.path().trim_end_matches('/')).into()),
    }
}

fn extras(config: &Config) -> Extras {
    Extras { pages: config.pages, mcp: config.mcp }
}

/// On a loopback address only its own names and configured ones are trusted; elsewhere any name is.
fn trusted_origins(config: &Config) -> TrustedOrigins {
    let mut origins = config.cors_origins.clone();
    let mut hosts = config.allowed_hosts.clone();
    if let Some(url) = &config.public_url {
        origins.push(url.origin().ascii_serialization());
        hosts.extend(url.host_str().map(str::to_owned));
    }
    TrustedOrigins { origins, hosts: config.listen.ip().is_loopback().then_some(hosts) }
}

/// Refreshes the name dictionary, so that a request has few changes to read.
async fn refresh_dictionary(db: Db, metrics: Data<Metrics>, names: Arc<NameDictionary>) {
    let refresh = async || {
        let names = names.clone();
        db.background(move |conn| names.refresh(conn)).await
    };
    repeat("refresh_dictionary", DICTIONARY_PERIOD, metrics, refresh).await;
}

/// Looks for new changes, which followers of the log are told of.
async fn look_for_changes(feed: Data<ChangeFeed>, metrics: Data<Metrics>) {
    repeat("look_for_changes", LOOK_PERIOD, metrics, async || feed.look().await).await;
}

/// Removes changes that are older than the retention.
async fn remove_old_changes(db: Db, metrics: Data<Metrics>, retention: Duration) {
    let remove = async || {
        db.background(changes::check_origin).await?;
        remove_in_batches(&db, move |conn| changes::remove_old(conn, retention)).await
    };
    repeat("remove_old_changes", REMOVE_PERIOD, metrics, remove).await;
}

/// Removes idempotency keys that are no longer remembered.
async fn remove_idempotency_keys(db: Db, metrics: Data<Metrics>) {
    let remove = async || remove_in_batches(&db, idempotency::remove_old).await;
    repeat("remove_idempotency_keys", REMOVE_PERIOD, metrics, remove).await;
}

/// Moves the records of merges that no request is moving: those with many records, and those that a crash has interrupted.
async fn carry_out_merges(db: Db, metrics: Data<Metrics>) {
    let carry_out = async || {
        while let Some(id) = db.background(merges::abandoned).await? {
            while db.write(move |conn| merges::advance(conn, id)).await?.is_unfinished() {}
        }
        Ok(())
    };
    repeat("carry_out_merges", MERGES_PERIOD, metrics, carry_out).await;
}

/// Removes deliveries to webhooks that are as old as changes may be.
async fn remove_old_deliveries(db: Db, metrics: Data<Metrics>, retention: Duration) {
    let remove = async || remove_in_batches(&db, move |conn| deliveries::remove_old(conn, retention)).await;
    repeat("remove_old_deliveries", REMOVE_PERIOD, metrics, remove).await;
}

/// Sends changes to webhooks.
async fn deliver_to_webhooks(deliverer: WebhookDeliverer, metrics: Data<Metrics>) {
    let ended = |round: &store::Result<bool>| {
        metrics.task_ended("deliver_to_webhooks", round.is_ok());
        if let Err(error) = round {
            log::debug!("the background task deliver_to_webhooks: {error}");
        }
    };
    deliverer.run(ended).await;
}

/// Runs `remove`, which removes a few rows, until it returns false.
async fn remove_in_batches(
    db: &Db,
    remove: impl Fn(&mut PgConnection) -> store::Result<bool> + Copy + Send + 'static,
) -> store::Result<()> {
    while db.background(remove).await? {
        time::sleep(REMOVE_PAUSE).await;
    }
    Ok(())
}

/// Repeats a background task for ever. What fails is tried again.
async fn repeat(name: &str, period: Duration, metrics: Data<Metrics>, task: impl AsyncFn() -> store::Result<()>) {
    let mut tick = time::interval(period);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        let done = task().await;
        metrics.task_ended(name, done.is_ok());
        // `/readyz` reports that the database is away or not migrated.
        if let Err(error) = done {
            log::debug!("the background task {name}: {error}");
        }
    }
}

/// Compacts counter changes into the rollups, so that a count has few changes to add.
async fn compact_counters(db: Db, metrics: Data<Metrics>) {
    repeat("compact_counters", COMPACT_PERIOD, metrics, async || db.background(counts::compact).await).await;
}

/// Computes the likely duplicates of entities whose names have changed.
async fn compute_duplicates(db: Db, metrics: Data<Metrics>, popular: Data<PopularNames>) {
    let compute = async || {
        loop {
            let popular = popular.clone();
            if !db.background(move |conn| duplicates::compute_queued(conn, &popular)).await? {
                return Ok(());
            }
            time::sleep(DUPLICATES_PAUSE).await;
        }
    };
    repeat("compute_duplicates", DUPLICATES_PERIOD, metrics, compute).await;
}

/// Reads the keys, so that requests are authenticated without a query, and drops the limits of those who are gone.
async fn refresh_keys(keys: Data<Keys>, metrics: Data<Metrics>, limits: Data<Limits>) {
    let refresh = async || {
        limits.drop_idle();
        keys.refresh().await
    };
    repeat("refresh_keys", KEYS_PERIOD, metrics, refresh).await;
}

fn issuer(jwt: &JwtConfig) -> Result<Arc<Issuer>, StartError> {
    let issuer = jwks::issuer(jwt.settings.clone(), &jwt.jwks);
    issuer.map(Arc::new).map_err(|problem| StartError::Jwks { jwks: jwt.jwks.clone(), problem })
}

/// Keeps the keys of the issuer up to date, if there is one.
async fn refresh_issuer(issuer: Option<Arc<Issuer>>, jwt: Option<JwtConfig>) {
    if let Some((issuer, jwt)) = issuer.zip(jwt) {
        jwks::refresh(issuer, jwt.jwks).await;
    }
}

/// Reads the certificate again when its files change. When it cannot be used, the former one stays in use.
async fn reload_certificate(certificate: Option<Arc<Certificate>>) {
    let Some(certificate) = certificate else { return };
    let mut tick = time::interval(tls::RELOAD_PERIOD);
    loop {
        tick.tick().await;
        match certificate.reload() {
            Ok(true) => log::info!("the certificate was read again"),
            Ok(false) => {}
            Err(error) => log::warn!("the former certificate stays in use: {error}"),
        }
    }
}

/// Measures the collection and the backlogs, for the metrics.
async fn measure(db: Db, metrics: Data<Metrics>) {
    let measure = async || {
        let Measurements { records, backlogs } = db.background(measurements::measure).await?;
        records.iter().for_each(|kind| metrics.set_records(&kind.name, kind.count));
        backlogs.iter().for_each(|task| metrics.set_backlog(&task.name, task.count));
        Ok(())
    };
    repeat("measure", MEASURE_PERIOD, metrics.clone(), measure).await;
}

/// Checks the lag of the replicas.
async fn check_replica_lag(db: Db) {
    if db.replicas().is_none() {
        return;
    }
    let mut tick = time::interval(REPLICA_CHECK_PERIOD);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        db.check_replica_lag(migrate::check_standby).await;
    }
}

/// Replaces the threads of connections that have gone silent.
async fn replace_silent_threads(db: Db) {
    let mut tick = time::interval(SILENCE_PERIOD);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        db.replace_silent_threads().await;
    }
}

/// Runs all migrations that the database at `url` lacks, and returns their names. Blocks.
///
/// # Errors
/// When the database cannot be reached or refuses a statement.
pub fn migrate(url: &str) -> Result<Vec<String>, MigrateError> {
    run_migrations(url, Extent::All)
}

/// Connects to the database at `url` once its schema is as up to date as `serve` needs it. Blocks.
///
/// # Errors
/// As [`migrate`].
pub fn connect(url: &str) -> Result<PgConnection, MigrateError> {
    run_migrations(url, Extent::Quick)?;
    Ok(establish(url)?)
}

/// Checks the database at `url`, and returns each migration of this build. Changes nothing. Blocks.
///
/// # Errors
/// When the database cannot be reached or cannot be used.
pub fn migration_states(url: &str) -> Result<Vec<MigrationState>, MigrateError> {
    Ok(migrate::states(&mut establish(url)?)?)
}

/// The origin of a backup.
pub struct Origin {
    /// The major version of the server.
    pub postgres: u32,
    /// The migrations that the database has.
    pub migrations: Vec<String>,
}

/// Checks the database at `url`, and returns what a backup notes of it. Blocks.
///
/// # Errors
/// When the database cannot be reached or cannot be used.
pub fn database_origin(url: &str) -> Result<Origin, MigrateError> {
    let mut connection = establish(url)?;
    let applied = migrate::states(&mut connection)?.into_iter().filter(|migration| migration.is_applied);
    let migrations = applied.map(|migration| migration.name).collect();
    Ok(Origin { postgres: store::server_major(&mut connection)?, migrations })
}

/// Removes the empty schema of the database at `url` before `pg_restore`. Blocks.
///
/// # Errors
/// When the database has records, or cannot be reached.
pub fn prepare_restore(url: &str) -> Result<(), MigrateError> {
    Ok(restore::remove_empty_schema(&mut establish(url)?)?)
}

/// Brings the database at `url` up to date after `pg_restore`. Blocks.
///
/// # Errors
/// When the database cannot be reached or refuses a statement.
pub fn finish_restore(url: &str) -> Result<(), MigrateError> {
    run_migrations(url, Extent::All)?;
    Ok(restore::finish(&mut establish(url)?)?)
}

/// Runs migrations, and warns when slow ones are left.
fn run_migrations(url: &str, extent: Extent) -> Result<Vec<String>, MigrateError> {
    let mut connection = establish(url)?;
    let Migrated { ran, left } = migrate::run(&mut connection, extent)?;
    for name in &ran {
        log::info!("ran the migration {name}");
    }
    if !left.is_empty() {
        log::warn!("migrations that may take long are left: run `verbatim migrate` ({})", left.join(", "));
    }
    Ok(ran)
}

/// Whether the database at `url` has articles whose `external_id` does not begin with `prefix`. Blocks.
///
/// # Errors
/// When it cannot be reached.
pub fn has_articles_besides(url: &DatabaseUrl, prefix: &str) -> Result<bool, MigrateError> {
    let mut connection = establish(url.expose())?;
    Ok(store::articles::any_besides(&mut connection, prefix)?)
}

/// Migrates the database on a thread, as soon as it is up: the service is not ready until then. Ends when the sender that this
/// returns is dropped; an attempt that hangs delays nobody. The receiver gets the error that no later attempt can mend.
fn migrate_in_background(url: String) -> (mpsc::Sender<()>, oneshot::Receiver<MigrateError>) {
    let (keep_on, stopped) = mpsc::channel();
    let (failed, failure) = oneshot::channel();
    std::thread::spawn(move || {
        let mut pause = MIN_PAUSE;
        let mut reported: Option<(String, Instant)> = None;
        while let Err(error) = run_migrations(&url, Extent::Quick) {
            if !error.is_transient() {
                drop(failed.send(error));
                return;
            }
            let cause = error.to_string();
            let is_news = |(last, at): &(String, Instant)| *last != cause || at.elapsed() >= REMINDER_PERIOD;
            if reported.as_ref().is_none_or(is_news) {
                log::warn!("{cause}; retrying");
                reported = Some((cause, Instant::now()));
            }
            if stopped.recv_timeout(pause) == Err(RecvTimeoutError::Disconnected) {
                return;
            }
            pause = (pause * 2).min(MAX_PAUSE);
        }
    });
    (keep_on, failure)
}
