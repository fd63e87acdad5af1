//! Threads for one class of work, with a bounded queue.
//!
//! A thread that finishes takes the next job without sleeping in between: under load this spares each request two thread
//! switches. A caller whose job is not started within the queue timeout takes it back and is refused, so that nothing piles up
//! behind statements that hang.

use crate::store::{Error, Result};
use crossbeam_channel::{Sender, bounded};
use prometheus_client::metrics::histogram::Histogram;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// Queue slots for each thread: more than a thread finishes within the queue timeout.
const SLOTS_PER_THREAD: usize = 1_024;

/// Threads for one class of work. Cheap to clone.
#[derive(Clone)]
pub(super) struct WorkerPool {
    queue: Sender<QueuedJob>,
    threads: usize,
    /// Threads that are running a job.
    busy: Arc<AtomicUsize>,
    queue_timeout: Duration,
    /// Seconds between the submission of a job and its start.
    waits: Histogram,
}

/// A job in the queue, until a thread takes it or its caller takes it back.
type QueuedJob = Arc<Mutex<Option<Job>>>;
type Job = Box<dyn FnOnce() + Send>;

fn take(queued: &QueuedJob) -> Option<Job> {
    queued.lock().unwrap_or_else(PoisonError::into_inner).take()
}

impl WorkerPool {
    /// Starts the threads.
    pub fn new(name: &str, threads: u32, queue_timeout: Duration, waits: Histogram) -> Self {
        let (sender, receiver) = bounded::<QueuedJob>(threads as usize * SLOTS_PER_THREAD);
        for index in 0..threads {
            let receiver = receiver.clone();
            std::thread::Builder::new()
                .name(format!("db-{name}-{index}"))
                // Ends when the last clone of the pool is dropped.
                .spawn(move || receiver.iter().filter_map(|queued| take(&queued)).for_each(|job| job()))
                .expect("the system can start a thread");
        }
        Self { queue: sender, threads: threads as usize, busy: Arc::default(), queue_timeout, waits }
    }

    /// Runs `work` on one of the threads.
    ///
    /// # Errors
    /// [`Error::Overloaded`] when it is not started within the queue timeout, and the error of `work`.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let (sender, answer) = oneshot::channel();
        let work = move || {
            // Skipped when the caller has gone while the job was queued.
            if !sender.is_closed() {
                drop(sender.send(work()));
            }
        };
        self.enqueue(answer, work, |queued| take(queued).is_some()).await
    }

    /// Waits for an answer from `work` or from another job. When it does not come within the queue timeout, `cancel`
    /// withdraws the request; it returns false when the request is already being served.
    ///
    /// The job stays queued when the answer came from another job: it then serves a request whose own job was used up.
    ///
    /// # Errors
    /// As [`WorkerPool::run`].
    pub async fn run_for<T>(
        &self,
        answer: oneshot::Receiver<Result<T>>,
        work: impl FnOnce() + Send + 'static,
        cancel: impl FnOnce() -> bool,
    ) -> Result<T> {
        let cancel = |queued: &QueuedJob| {
            let is_cancelled = cancel();
            if is_cancelled {
                take(queued);
            }
            is_cancelled
        };
        self.enqueue(answer, work, cancel).await
    }

    async fn enqueue<T>(
        &self,
        mut answer: oneshot::Receiver<Result<T>>,
        work: impl FnOnce() + Send + 'static,
        cancel: impl FnOnce(&QueuedJob) -> bool,
    ) -> Result<T> {
        let busy = Arc::clone(&self.busy);
        let (waits, submitted) = (self.waits.clone(), Instant::now());
        let job: Job = Box::new(move || {
            waits.observe(submitted.elapsed().as_secs_f64());
            busy.fetch_add(1, Ordering::Relaxed);
            // The caller learns of a panic from the sender that it drops.
            drop(catch_unwind(AssertUnwindSafe(work)));
            busy.fetch_sub(1, Ordering::Relaxed);
        });
        let queued = Arc::new(Mutex::new(Some(job)));
        let has_slot = self.queue.try_send(Arc::clone(&queued)).is_ok();
        let timeout = if has_slot { self.queue_timeout } else { Duration::ZERO };
        let answer = match tokio::time::timeout(timeout, &mut answer).await {
            Ok(answer) => answer,
            Err(_) if cancel(&queued) => return Err(Error::Overloaded),
            Err(_) => answer.await,
        };
        answer.map_err(|_| Error::Internal("the store panicked".to_owned()))?
    }

    pub fn threads(&self) -> usize {
        self.threads
    }

    /// Threads without a job.
    pub fn idle(&self) -> usize {
        self.threads.saturating_sub(self.busy.load(Ordering::Relaxed))
    }

    /// How many more jobs would start at once.
    pub fn free(&self) -> usize {
        self.idle().saturating_sub(self.queue.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    /// A pool of one thread.
    fn pool(queue_timeout: Duration) -> WorkerPool {
        WorkerPool::new("test", 1, queue_timeout, Histogram::new([1.0]))
    }

    /// Waits until a thread is free: it has answered by then.
    async fn is_free(workers: &WorkerPool) {
        while workers.free() == 0 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn a_job_that_is_not_started_in_time_is_refused_and_never_run() {
        let workers = pool(Duration::from_millis(20));
        let (finish, finished) = mpsc::channel::<()>();
        let first = workers.clone();
        let (started, has_started) = oneshot::channel();
        let first = tokio::spawn(async move {
            first
                .run(move || {
                    started.send(()).unwrap();
                    finished.recv().unwrap_err();
                    Ok(1)
                })
                .await
        });
        has_started.await.unwrap();
        assert_eq!(workers.free(), 0);
        let (done, is_done) = mpsc::channel();
        let second = workers.run(move || Ok(done.send(2).is_ok())).await;
        assert!(matches!(second, Err(Error::Overloaded)), "{second:?}");
        drop(finish);
        assert_eq!(first.await.unwrap().unwrap(), 1, "a job that has started is waited for");
        assert_eq!(workers.run(|| Ok(3)).await.unwrap(), 3);
        assert!(is_done.try_recv().is_err());
        is_free(&workers).await;
    }

    #[tokio::test]
    async fn a_full_queue_refuses_at_once() {
        let workers = pool(Duration::from_secs(60));
        let (finish, finished) = mpsc::channel::<()>();
        let work = workers.clone();
        let hanging = tokio::spawn(async move { work.run(move || Ok(finished.recv().is_ok())).await });
        while workers.busy.load(Ordering::Relaxed) == 0 {
            tokio::task::yield_now().await;
        }
        for _ in 0..SLOTS_PER_THREAD {
            workers.queue.try_send(QueuedJob::default()).unwrap();
        }
        let asked = Instant::now();
        assert!(matches!(workers.run(|| Ok(())).await, Err(Error::Overloaded)));
        assert!(asked.elapsed() < Duration::from_secs(30));
        drop(finish);
        hanging.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn the_job_of_a_request_that_others_answered_still_runs() {
        let workers = pool(Duration::from_secs(60));
        let (finish, finished) = mpsc::channel::<()>();
        let first = workers.clone();
        let first = tokio::spawn(async move { first.run(move || Ok(finished.recv().is_ok())).await });
        while workers.busy.load(Ordering::Relaxed) == 0 {
            tokio::task::yield_now().await;
        }
        let (sender, answer) = oneshot::channel();
        sender.send(Ok(1)).unwrap();
        let (done, is_done) = mpsc::channel();
        assert_eq!(workers.run_for(answer, move || done.send(()).unwrap(), || false).await.unwrap(), 1);
        drop(finish);
        first.await.unwrap().unwrap();
        is_done.recv_timeout(Duration::from_secs(30)).unwrap();
    }

    #[tokio::test]
    async fn a_panic_is_an_error_of_its_caller() {
        let workers = pool(Duration::from_secs(60));
        assert!(matches!(workers.run::<()>(|| panic!("on purpose")).await, Err(Error::Internal(_))));
        assert_eq!(workers.run(|| Ok(1)).await.unwrap(), 1);
        is_free(&workers).await;
    }
}
