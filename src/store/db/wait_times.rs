//! How long work waits for a thread and for a connection, for the metrics.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use r2d2::event::{CheckoutEvent, HandleEvent, TimeoutEvent};

/// The class of work that waited.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct WorkerPoolLabel {
    pub pool: &'static str,
}

/// Histograms of one kind of wait, by class of work.
pub type WaitHistograms = Family<WorkerPoolLabel, Histogram, fn() -> Histogram>;

/// How long work waits for a thread, and then for a connection. Cheap to clone.
#[derive(Debug, Clone)]
pub struct WaitTimes {
    pub queue: WaitHistograms,
    pub connection: WaitHistograms,
}

impl Default for WaitTimes {
    fn default() -> Self {
        let histograms = || Family::new_with_constructor(seconds as fn() -> Histogram);
        Self { queue: histograms(), connection: histograms() }
    }
}

fn seconds() -> Histogram {
    Histogram::new([0.0001, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0])
}

impl WaitTimes {
    /// The waits for threads of a class of work.
    pub(super) fn of_queue(&self, pool: &'static str) -> Histogram {
        self.queue.get_or_create_owned(&WorkerPoolLabel { pool })
    }

    /// The waits for connections of a class of work.
    pub(super) fn of_connections(&self, pool: &'static str) -> ConnectionWaits {
        ConnectionWaits(self.connection.get_or_create_owned(&WorkerPoolLabel { pool }))
    }
}

/// Observes the waits for the connections of one pool.
#[derive(Debug)]
pub(super) struct ConnectionWaits(Histogram);

impl HandleEvent for ConnectionWaits {
    fn handle_checkout(&self, event: CheckoutEvent) {
        self.0.observe(event.duration().as_secs_f64());
    }

    fn handle_timeout(&self, event: TimeoutEvent) {
        self.0.observe(event.timeout().as_secs_f64());
    }
}
