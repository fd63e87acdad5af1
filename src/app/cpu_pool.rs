//! Threads for CPU-bound work, which must not block the HTTP threads or a database connection.

use crate::store::{Error, Result};
use crossbeam_channel::{Sender, unbounded};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, available_parallelism};
use std::time::Duration;
use tokio::sync::oneshot;

/// A job in the queue, until a thread takes it or its caller takes it back.
type QueuedJob = Arc<Mutex<Option<Job>>>;
type Job = Box<dyn FnOnce() + Send>;

fn take(queued: &QueuedJob) -> Option<Job> {
    queued.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// Threads that compute, with a queue that the age of its jobs bounds. Cheap to clone.
#[derive(Clone)]
pub struct CpuPool {
    jobs: Sender<QueuedJob>,
    queue_timeout: Duration,
}

impl CpuPool {
    /// Starts one thread less than there are cores, so that one is always left to answer other requests.
    pub fn new(queue_timeout: Duration) -> Self {
        let cores = available_parallelism().map_or(1, usize::from);
        Self::with_threads(cores.saturating_sub(1).max(1), queue_timeout)
    }

    fn with_threads(threads: usize, queue_timeout: Duration) -> Self {
        let (jobs, queue) = unbounded::<QueuedJob>();
        for index in 0..threads {
            let queue = queue.clone();
            thread::Builder::new()
                .name(format!("cpu-{index}"))
                // Ends when the pool is dropped.
                .spawn(move || queue.iter().filter_map(|queued| take(&queued)).for_each(|job| job()))
                .expect("the system gives a thread");
        }
        Self { jobs, queue_timeout }
    }

    /// Runs `work` on a thread of the pool. Work is dropped if its caller has gone before it starts.
    ///
    /// # Errors
    /// [`Error::Overloaded`] when it is not begun within the queue timeout.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let (answer, mut answered) = oneshot::channel();
        let job: Job = Box::new(move || {
            if !answer.is_closed() {
                drop(answer.send(catch_unwind(AssertUnwindSafe(work))));
            }
        });
        let queued = Arc::new(Mutex::new(Some(job)));
        if self.jobs.send(Arc::clone(&queued)).is_err() {
            return Err(Error::Internal("no thread to compute on".to_owned()));
        }
        let answer = match tokio::time::timeout(self.queue_timeout, &mut answered).await {
            Ok(answer) => answer,
            Err(_) if take(&queued).is_some() => return Err(Error::Overloaded),
            Err(_) => answered.await,
        };
        match answer {
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
    async fn work_that_is_not_begun_in_time_is_an_overload_and_never_done() {
        let pool = CpuPool::with_threads(1, Duration::from_millis(20));
        let finish = occupy(&pool).await;
        let (done, is_done) = mpsc::channel();
        assert!(matches!(pool.run(move || done.send(()).unwrap()).await, Err(Error::Overloaded)));
        drop(finish);
        assert_eq!(pool.run(|| 2).await.unwrap(), 2);
        assert!(is_done.recv().is_err());
    }

    #[tokio::test]
    async fn work_whose_caller_has_gone_is_not_done() {
        let pool = CpuPool::with_threads(1, Duration::from_secs(60));
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
    async fn a_panic_is_an_error_of_its_caller_alone() {
        let pool = CpuPool::with_threads(1, Duration::from_secs(60));
        let failed: Result<()> = pool.run(|| panic!("on purpose")).await;
        assert!(matches!(failed, Err(Error::Internal(_))));
        assert_eq!(pool.run(|| 1).await.unwrap(), 1);
    }
}
