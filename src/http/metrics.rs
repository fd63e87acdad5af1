//! What the service counts of itself, in OpenMetrics.

use crate::store::Db;
use actix_web::http::{Method, StatusCode};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::time::Duration;

/// The media type of [`Metrics::text`].
pub const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    method: String,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    method: String,
    route: String,
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
        Self { registry, requests, durations, in_flight, connections, idle_connections, free_permits }
    }

    /// Counts a request until what this answers is dropped.
    pub fn request_began(&self) -> InFlight {
        self.in_flight.inc();
        InFlight(self.in_flight.clone())
    }

    /// Counts a request that was answered. `route` is the path's pattern: ids would make a series each.
    pub fn request_ended(&self, method: &Method, route: &str, status: StatusCode, took: Duration) {
        let method = match method.as_str() {
            known @ ("GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS") => known,
            _ => "other",
        };
        let (method, route) = (method.to_owned(), route.to_owned());
        self.durations
            .get_or_create(&Route { method: method.clone(), route: route.clone() })
            .observe(took.as_secs_f64());
        self.requests.get_or_create(&Request { method, route, status: status.as_u16() }).inc();
    }

    /// Everything as OpenMetrics text.
    ///
    /// # Errors
    /// When a metric cannot be written, which is a fault of the build.
    pub fn text(&self, db: &Db) -> Result<String, std::fmt::Error> {
        let state = db.state();
        self.connections.set(state.connections.into());
        self.idle_connections.set(state.idle_connections.into());
        let (reads, writes) = db.free_permits();
        for (lane, free) in [("read", reads), ("write", writes)] {
            self.free_permits.get_or_create(&Lane { lane }).set(i64::try_from(free).unwrap_or(i64::MAX));
        }
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
