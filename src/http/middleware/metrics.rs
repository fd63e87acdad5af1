//! The metrics of the service, in OpenMetrics text.

use crate::store::Db;
use crate::store::db::replica::ReplicaState;
use actix_web::http::Method;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::sync::atomic::{AtomicU64, Ordering};
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
struct WorkerPool {
    pool: &'static str,
}

/// The metrics of one process.
pub struct Metrics {
    registry: Registry,
    requests: Family<Request, Counter>,
    durations: Family<Route, Histogram, fn() -> Histogram>,
    in_flight: Gauge,
    connections: Gauge,
    idle_connections: Gauge,
    free_workers: Family<WorkerPool, Gauge>,
    replica: Replica,
    cache: CacheMetrics,
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

/// The metrics of the replica; all zero without one.
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
            "Greatest age of what the replica shows; -1 while it cannot be used",
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
            set_counter(&self.reads.get_or_create(&Server { server }), count);
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
    /// Metrics that start at zero.
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("verbatim");
        let requests = Family::default();
        let durations = Family::new_with_constructor(seconds as fn() -> Histogram);
        let (in_flight, connections, idle_connections) = (Gauge::default(), Gauge::default(), Gauge::default());
        let free_workers = Family::default();
        registry.register("http_requests", "Requests answered", requests.clone());
        registry.register("http_request_duration_seconds", "Time to answer a request", durations.clone());
        registry.register("http_requests_in_flight", "Requests being answered", in_flight.clone());
        registry.register("database_connections", "Connections to the database", connections.clone());
        registry.register("database_connections_idle", "Idle connections to the database", idle_connections.clone());
        registry.register(
            "database_workers_free",
            "Free threads of each worker pool of the database",
            free_workers.clone(),
        );
        let replica = Replica::register(&mut registry);
        let cache = CacheMetrics::register(&mut registry);
        Self { registry, requests, durations, in_flight, connections, idle_connections, free_workers, replica, cache }
    }

    /// Counts a request as in flight until the answer is dropped.
    pub fn request_began(&self) -> InFlight {
        self.in_flight.inc();
        InFlight(self.in_flight.clone())
    }

    /// Counts a request that was answered. `route` is the path's pattern: ids would make a series each.
    pub fn request_ended(&self, method: &Method, route: &'static str, status: u16, took: Duration) {
        const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
        let method = METHODS.into_iter().find(|known| *known == method.as_str()).unwrap_or("other");
        self.durations.get_or_create(&Route { method, route }).observe(took.as_secs_f64());
        self.requests.get_or_create(&Request { method, route, status }).inc();
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
            self.free_workers.get_or_create(&WorkerPool { pool }).set(i64::try_from(free).unwrap_or(i64::MAX));
        }
        if let Some(state) = db.replica() {
            self.replica.set(state);
        }
        self.cache.set(cache);
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
