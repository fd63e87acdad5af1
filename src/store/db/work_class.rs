//! Threads for one class of work, each with a connection.

use super::pool::{PlanCacheMode, Pool, PoolOptions};
use super::wait_times::WaitTimes;
use super::workers::WorkerPool;
use crate::store::Result;
use diesel::pg::PgConnection;

/// Threads and as many connections. Cheap to clone.
#[derive(Clone)]
pub(super) struct WorkClass {
    pub workers: WorkerPool,
    pub pool: Pool,
}

impl WorkClass {
    /// `size` threads, and connections to `url`.
    pub fn new(
        options: &PoolOptions,
        name: &'static str,
        url: &str,
        size: u32,
        plans: PlanCacheMode,
        waits: &WaitTimes,
    ) -> Self {
        Self {
            workers: WorkerPool::new(name, size, options.queue_timeout, waits.of_queue(name)),
            pool: Pool::new(options, url, size, plans, waits.of_connections(name)),
        }
    }

    /// Runs `work` once.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut PgConnection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let pool = self.pool.clone();
        self.workers.run(move || pool.run(work)).await
    }

    /// Runs `work` as [`Pool::run_retrying`] does.
    pub async fn run_retrying<T: Send + 'static>(
        &self,
        work: impl Fn(&mut PgConnection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let pool = self.pool.clone();
        self.workers.run(move || pool.run_retrying(work)).await
    }
}
