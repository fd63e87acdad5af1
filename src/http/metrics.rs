//! What the service counts of itself, in OpenMetrics.

use crate::app::response_cache::{CacheState, ResponseCache};
use crate::store::Db;
use crate::store::db::replica::ReplicaState;
use actix_web::http::{Method, StatusCode};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

/// The media type of [`Metrics::text`].
pub const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

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
struct Lane {
    lane: &'static str,
}

/// The counters of one process.
pub struct Metrics {
    registry: Registry,
    requests: Family<Request, Counter>,
    durations: Family<Route, Histogram, fn() -> Histogram>,
    in_flight: Gauge,
    connections: Gauge,
    idle_connections: Gauge,
    free_permits: Family<Lane, Gauge>,
    replica: Replica,
    cache: RecordCache,
}

/// The cache of records in numbers.
#[derive(Default)]
struct RecordCache {
    hits: Counter,
    misses: Counter,
    bytes: Gauge,
}

impl RecordCache {
    fn register(registry: &mut Registry) -> Self {
        let cache = Self::default();
        registry.register(
            "cache_hits",
            "Answers from memory: records, and what is related to entities",
            cache.hits.clone(),
        );
        registry.register("cache_misses", "Answers read from the database to be kept", cache.misses.clone());
        registry.register("cache_bytes", "Memory that kept answers take", cache.bytes.clone());
        cache
    }

    fn set(&self, state: CacheState) {
        raise(&self.hits, state.hits);
        raise(&self.misses, state.misses);
        self.bytes.set(i64::try_from(state.bytes).unwrap_or(i64::MAX));
    }
}

/// Brings a counter to what was counted elsewhere.
fn raise(counter: &Counter, count: u64) {
    counter.inc_by(count.saturating_sub(counter.get()));
}

/// The replica in numbers; all nought without one.
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

impl Replica {
    fn register(registry: &mut Registry) -> Self {
        let replica = Self::default();
        registry.register("replica_in_use", "1 while reads go to the replica", replica.in_use.clone());
        registry.register(
            "replica_age_seconds",
            "How old what the replica shows is at most; -1 while it cannot be used",
            replica.age.clone(),
        );
        registry.register(
            "replica_reads",
            "Reads that could go to the replica, by the server that answered",
            replica.reads.clone(),
        );
        replica
    }

    fn set(&self, state: ReplicaState) {
        self.in_use.set(state.usable.into());
        self.age.set(state.age.map_or(-1.0, |age| age.as_secs_f64()));
        for (server, count) in [("replica", state.served), ("primary", state.passed_on)] {
            raise(&self.reads.get_or_create(&Server { server }), count);
        }
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
    /// Counters at nought.
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("verbatim");
        let requests = Family::default();
        let durations = Family::new_with_constructor(seconds as fn() -> Histogram);
        let (in_flight, connections, idle_connections) = (Gauge::default(), Gauge::default(), Gauge::default());
        let free_permits = Family::default();
        registry.register("http_requests", "Requests answered", requests.clone());
        registry.register("http_request_duration_seconds", "Time to answer a request", durations.clone());
        registry.register("http_requests_in_flight", "Requests being answered", in_flight.clone());
        registry.register("database_connections", "Connections to the database", connections.clone());
        registry.register("database_connections_idle", "Connections that nobody uses", idle_connections.clone());
        registry.register(
            "database_permits_free",
            "Requests that could use the database at once",
            free_permits.clone(),
        );
        let replica = Replica::register(&mut registry);
        let cache = RecordCache::register(&mut registry);
        Self { registry, requests, durations, in_flight, connections, idle_connections, free_permits, replica, cache }
    }

    /// Counts a request until what this answers is dropped.
    pub fn request_began(&self) -> InFlight {
        self.in_flight.inc();
        InFlight(self.in_flight.clone())
    }

    /// Counts a request that was answered. `route` is the path's pattern: ids would make a series each.
    pub fn request_ended(&self, method: &Method, route: &'static str, status: StatusCode, took: Duration) {
        const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
        let method = METHODS.into_iter().find(|known| *known == method.as_str()).unwrap_or("other");
        self.durations.get_or_create(&Route { method, route }).observe(took.as_secs_f64());
        self.requests.get_or_create(&Request { method, route, status: status.as_u16() }).inc();
    }

    /// Everything as OpenMetrics text.
    ///
    /// # Errors
    /// When a metric cannot be written, which is a fault of the build.
    pub fn text(&self, db: &Db, records: &ResponseCache) -> Result<String, std::fmt::Error> {
        let connections = db.connections();
        self.connections.set(connections.open.into());
        self.idle_connections.set(connections.idle.into());
        for (lane, free) in db.free_threads() {
            self.free_permits.get_or_create(&Lane { lane }).set(i64::try_from(free).unwrap_or(i64::MAX));
        }
        if let Some(state) = db.replica() {
            self.replica.set(state);
        }
        self.cache.set(records.state());
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}
