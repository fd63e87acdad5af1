//! A bounded pool of threads for CPU-bound work, which must not block the HTTP threads or a database connection.

use crate::store::{Error, Result};
use crossbeam_channel::{Sender, TrySendError, bounded};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::{self, available_parallelism};
use tokio::sync::oneshot;

/// Maximum number of queued jobs per thread. A job may hold a text of a megabyte.
const MAX_JOBS_PER_THREAD: usize = 64;

type Job = Box<dyn FnOnce() + Send>;

/// The threads of the pool. Cheap to clone.
#[derive(Clone)]
pub struct CpuPool {
    jobs: Sender<Job>,
}

impl Default for CpuPool {
    /// One thread less than cores, so that one core is left for other requests.
    fn default() -> Self {
        let cores = available_parallelism().map_or(1, usize::from);
        Self::new(cores.saturating_sub(1).max(1), MAX_JOBS_PER_THREAD)
    }
}

impl CpuPool {
    fn new(threads: usize, max_jobs_per_thread: usize) -> Self {
        let (jobs, queue) = bounded::<Job>(threads * max_jobs_per_thread);
        for index in 0..threads {
            let queue = queue.clone();
            thread::Builder::new()
                .name(format!("cpu-{index}"))
                // Ends when the pool is dropped.
                .spawn(move || queue.iter().for_each(|job| job()))
                .expect("the system gives a thread");
        }
        Self { jobs }
    }

    /// Runs `work` on a thread of the pool. Work is dropped if its caller has gone before it starts.
    ///
    /// # Errors
    /// [`Error::Overloaded`] when the queue is full.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move || {
            if !answer.is_closed() {
                drop(answer.send(catch_unwind(AssertUnwindSafe(work))));
            }
        });
        match self.jobs.try_send(job) {
            Err(TrySendError::Full(_)) => return Err(Error::Overloaded),
            Err(TrySendError::Disconnected(_)) => return Err(Error::Internal("the CPU pool has no thread".to_owned())),
            Ok(()) => {}
        }
        match answered.await {
            Ok(Ok(done)) => Ok(done),
            _ => Err(Error::Internal("the work panicked".to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    /// Occupies the only thread of a pool until the sender is dropped.
    async fn occupy(pool: &CpuPool) -> mpsc::Sender<()> {
        let (finish, finished) = mpsc::channel::<()>();
        let (begun, has_begun) = oneshot::channel();
        let pool = pool.clone();
        tokio::spawn(async move {
            let work = move || {
                begun.send(()).unwrap();
                finished.recv().unwrap_err();
            };
            pool.run(work).await.unwrap();
        });
        has_begun.await.unwrap();
        finish
    }

    #[tokio::test]
    async fn a_full_queue_is_an_overload_and_queued_work_runs_later() {
        let pool = CpuPool::new(1, 1);
        let finish = occupy(&pool).await;
        let other = pool.clone();
        let waiting = tokio::spawn(async move { other.run(|| 2).await });
        while pool.jobs.is_empty() {
            tokio::task::yield_now().await;
        }
        assert!(matches!(pool.run(|| 3).await, Err(Error::Overloaded)));
        drop(finish);
        assert_eq!(waiting.await.unwrap().unwrap(), 2);
    }

    #[tokio::test]
    async fn work_of_a_cancelled_caller_does_not_run() {
        let pool = CpuPool::new(1, 2);
        let finish = occupy(&pool).await;
        let (done, is_done) = mpsc::channel();
        let other = pool.clone();
        let abandoned = tokio::spawn(async move { other.run(move || done.send(()).unwrap()).await });
        while pool.jobs.is_empty() {
            tokio::task::yield_now().await;
        }
        abandoned.abort();
        assert!(abandoned.await.unwrap_err().is_cancelled());
        drop(finish);
        assert_eq!(pool.run(|| 3).await.unwrap(), 3);
        assert!(is_done.try_recv().is_err());
    }

    #[tokio::test]
    async fn a_panic_is_an_error_for_its_caller_only() {
        let pool = CpuPool::new(1, 2);
        let failed: Result<()> = pool.run(|| panic!("on purpose")).await;
        assert!(matches!(failed, Err(Error::Internal(_))));
        assert_eq!(pool.run(|| 1).await.unwrap(), 1);
    }
}
