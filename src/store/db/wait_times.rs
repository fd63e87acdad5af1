//! How long work waits for a thread, and a thread for a connection, for the metrics.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;

/// The class of work that waited.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct WorkerPoolLabel {
    pub pool: &'static str,
}

/// Histograms of one kind of wait, by class of work.
pub type WaitHistograms = Family<WorkerPoolLabel, Histogram, fn() -> Histogram>;

/// How long work waits for a thread, and a thread for a connection. Cheap to clone.
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
    /// The waits of a class of work.
    pub(super) fn of(&self, pool: &'static str) -> PoolWaits {
        let label = WorkerPoolLabel { pool };
        PoolWaits {
            queue: self.queue.get_or_create_owned(&label),
            connection: self.connection.get_or_create_owned(&label),
        }
    }
}

/// The waits of one class of work.
#[derive(Debug, Clone)]
pub(super) struct PoolWaits {
    pub queue: Histogram,
    pub connection: Histogram,
}
