//! The metrics of the service, in OpenMetrics text. `docs/operations/monitoring.md` explains each.

mod plain_text;
mod process;

use crate::app::annotator::AnnotationMetrics;
use crate::http::wire::problem::Code;
use crate::store::Db;
use crate::store::db::replica::ReplicaState;
use crate::store::db::wait_times::{WaitTimes, WorkerPoolLabel};
use actix_web::http::Method;
pub use plain_text::from_open_metrics;
use process::ProcessCollector;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The media type of [`Metrics::text`].
pub const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// The media type of the text format that Prometheus had before.
pub const PLAIN_MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    method: &'static str,
    route: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    method: &'static str,
    route: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Refusal {
    code: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Build {
    version: &'static str,
}

/// The metrics of one process.
pub struct Metrics {
    registry: Registry,
    requests: Family<Request, Counter>,
    durations: Family<Route, Histogram, fn() -> Histogram>,
    refusals: Family<Refusal, Counter>,
    in_flight: Gauge,
    connections: Gauge,
    idle_connections: Gauge,
    free_workers: Family<WorkerPoolLabel, Gauge>,
    replica: Replica,
    cache: CacheMetrics,
    background: BackgroundMetrics,
}

/// The counts of the response cache.
#[derive(Debug, Clone, Copy)]
pub struct CacheCounts {
    pub hits: u64,
    pub misses: u64,
    pub bytes: u64,
}

/// The metrics of the response cache.
#[derive(Default)]
struct CacheMetrics {
    hits: Counter,
    misses: Counter,
    bytes: Gauge,
}

impl CacheMetrics {
    fn register(registry: &mut Registry) -> Self {
        let cache = Self::default();
        registry.register("cache_hits", "Answers served from the response cache", cache.hits.clone());
        registry.register("cache_misses", "Answers read from the database to be cached", cache.misses.clone());
        registry.register("cache_bytes", "Memory used by the response cache", cache.bytes.clone());
        cache
    }

    fn set(&self, counts: CacheCounts) {
        set_counter(&self.hits, counts.hits);
        set_counter(&self.misses, counts.misses);
        self.bytes.set(i64::try_from(counts.bytes).unwrap_or(i64::MAX));
    }
}

/// Raises a counter to a value that is counted elsewhere. Two scrapes at once must not both add the difference.
fn set_counter(counter: &Counter, count: u64) {
    counter.inner().fetch_max(count, Ordering::Relaxed);
}

/// The metrics of the replicas; all zero without any.
#[derive(Default)]
struct Replica {
    in_use: Gauge,
    age: Gauge<f64, AtomicU64>,
    reads: Family<Server, Counter>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Server {
    server: &'static str,
}

/// The servers that answer reads.
const SERVERS: [&str; 2] = ["replica", "primary"];

impl Replica {
    fn register(registry: &mut Registry) -> Self {
        let replica = Self::default();
        for server in SERVERS {
            drop(replica.reads.get_or_create(&Server { server }));
        }
        registry.register("replica_in_use", "Replicas that reads go to", replica.in_use.clone());
        registry.register(
            "replica_age_seconds",
            "Greatest age of what the replicas in use show; -1 while none can be used",
            replica.age.clone(),
        );
        registry.register(
            "replica_reads",
            "Reads that could go to a replica, by the server that answered",
            replica.reads.clone(),
        );
        replica
    }

    fn set(&self, state: ReplicaState) {
        self.in_use.set(i64::try_from(state.usable).unwrap_or(i64::MAX));
        self.age.set(state.age.map_or(-1.0, |age| age.as_secs_f64()));
        for (server, count) in SERVERS.into_iter().zip([state.served, state.passed_on]) {
            set_counter(&self.reads.get_or_create(&Server { server }), count);
        }
    }
}

/// The background tasks of every service.
const BACKGROUND_TASKS: [&str; 10] = [
    "carry_out_merges",
    "compact_counters",
    "deliver_to_webhooks",
    "look_for_changes",
    "measure",
    "refresh_dictionary",
    "refresh_keys",
    "remove_idempotency_keys",
    "remove_old_changes",
    "remove_old_deliveries",
];

/// The metrics of the background tasks and of the collection that they measure.
#[derive(Default)]
struct BackgroundMetrics {
    last_success: Family<Task, Gauge<f64, AtomicU64>>,
    failures: Family<Task, Counter>,
    backlog: Family<Task, Gauge>,
    records: Family<Record, Gauge>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Task {
    task: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Record {
    kind: String,
}

impl BackgroundMetrics {
    fn register(registry: &mut Registry) -> Self {
        let background = Self::default();
        registry.register(
            "background_task_last_success_timestamp_seconds",
            "When each background task last succeeded, since 1970",
            background.last_success.clone(),
        );
        for task in BACKGROUND_TASKS {
            drop(background.failures.get_or_create(&Task { task: task.to_owned() }));
        }
        registry.register("background_task_failures", "Failures of each background task", background.failures.clone());
        registry.register(
            "background_task_backlog",
            "Rows that each background task has yet to process, counted up to 100,000",
            background.backlog.clone(),
        );
        registry.register("records", "Records in the database, by kind", background.records.clone());
        background
    }
}

/// Counts a request as in flight for as long as it lives.
pub struct InFlight(Gauge);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

fn seconds() -> Histogram {
    Histogram::new([0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0])
}

impl Metrics {
    /// Metrics that start at zero, and those that are counted elsewhere.
    pub fn new(waits: &WaitTimes, annotations: &AnnotationMetrics) -> Self {
        let mut root = Registry::default();
        root.register_collector(Box::new(ProcessCollector::new()));
        let registry = root.sub_registry_with_prefix("verbatim");
        let build: Family<Build, Gauge> = Family::default();
        build.get_or_create(&Build { version: env!("CARGO_PKG_VERSION") }).set(1);
        registry.register("build_info", "1, with the version of the service", build);
        let requests = Family::default();
        let durations = Family::new_with_constructor(seconds as fn() -> Histogram);
        let refusals: Family<Refusal, Counter> = Family::default();
        // A series that begins with its first event shows no increase.
        for code in Code::ALL {
            drop(refusals.get_or_create(&Refusal { code: code.as_str() }));
        }
        let (in_flight, connections, idle_connections) = (Gauge::default(), Gauge::default(), Gauge::default());
        let free_workers = Family::default();
        registry.register("http_requests", "Requests answered", requests.clone());
        registry.register("http_request_duration_seconds", "Time to answer a request", durations.clone());
        registry.register("http_refusals", "Requests answered with a problem, by its code", refusals.clone());
        registry.register("http_requests_in_flight", "Requests being answered", in_flight.clone());
        registry.register("database_connections", "Connections to the database", connections.clone());
        registry.register("database_connections_idle", "Idle connections to the database", idle_connections.clone());
        registry.register(
            "database_workers_free",
            "Free threads of each worker pool of the database",
            free_workers.clone(),
        );
        registry.register(
            "database_queue_wait_seconds",
            "Time that work waited for a thread of its worker pool",
            waits.queue.clone(),
        );
        registry.register(
            "database_connection_wait_seconds",
            "Wait for a connection, longer when one has to be opened",
            waits.connection.clone(),
        );
        registry.register(
            "annotation_duration_seconds",
            "Time to annotate a text, with the wait for a thread",
            annotations.durations.clone(),
        );
        registry.register("annotation_quotes", "Quotes found in annotated texts", annotations.quotes.clone());
        registry.register("annotation_mentions", "Names found in annotated texts", annotations.mentions.clone());
        let replica = Replica::register(registry);
        let cache = CacheMetrics::register(registry);
        let background = BackgroundMetrics::register(registry);
        Self {
            registry: root,
            requests,
            durations,
            refusals,
            in_flight,
            connections,
            idle_connections,
            free_workers,
            replica,
            cache,
            background,
        }
    }

    /// Counts a request as in flight until the answer is dropped.
    pub fn request_began(&self) -> InFlight {
        self.in_flight.inc();
        InFlight(self.in_flight.clone())
    }

    /// Counts a request that was answered, with the code of the problem if it was refused. `route` is the path's pattern: ids
    /// would make a series each.
    pub fn request_ended(
        &self,
        method: &Method,
        route: &'static str,
        status: u16,
        problem: Option<&'static str>,
        took: Duration,
    ) {
        if let Some(code) = problem {
            self.refusals.get_or_create(&Refusal { code }).inc();
        }
        const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
        let method = METHODS.into_iter().find(|known| *known == method.as_str()).unwrap_or("other");
        self.durations.get_or_create(&Route { method, route }).observe(took.as_secs_f64());
        self.requests.get_or_create(&Request { method, route, status }).inc();
    }

    /// Notes how a run of a background task ended.
    pub fn task_ended(&self, task: &str, succeeded: bool) {
        let task = Task { task: task.to_owned() };
        if succeeded {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            self.background.last_success.get_or_create(&task).set(now.as_secs_f64());
        } else {
            self.background.failures.get_or_create(&task).inc();
        }
    }

    /// Sets the rows that a background task has yet to process.
    pub fn set_backlog(&self, task: &str, rows: i64) {
        self.background.backlog.get_or_create(&Task { task: task.to_owned() }).set(rows);
    }

    /// Sets the number of records of a kind.
    pub fn set_records(&self, kind: &str, count: i64) {
        self.background.records.get_or_create(&Record { kind: kind.to_owned() }).set(count);
    }

    /// Everything as OpenMetrics text.
    ///
    /// # Errors
    /// When a metric cannot be written, which is a fault of the build.
    pub fn text(&self, db: &Db, cache: CacheCounts) -> Result<String, std::fmt::Error> {
        let connections = db.connections();
        self.connections.set(connections.open.into());
        self.idle_connections.set(connections.idle.into());
        for (pool, free) in db.free_threads() {
            self.free_workers.get_or_create(&WorkerPoolLabel { pool }).set(i64::try_from(free).unwrap_or(i64::MAX));
        }
        if let Some(state) = db.replicas() {
            self.replica.set(state);
        }
        self.cache.set(cache);
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Barrier;
    use std::thread;

    #[test]
    fn scrapes_at_the_same_time_count_nothing_twice() {
        let (counter, start) = (Counter::default(), Barrier::new(8));
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    start.wait();
                    (1..=10_000).for_each(|count| set_counter(&counter, count));
                });
            }
        });
        assert_eq!(counter.get(), 10_000);
    }
}
