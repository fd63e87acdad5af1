//! Threads for one sort of work, with a queue before them.
//!
//! A thread that is done takes the next work from the queue without going to sleep in between: under load that spares
//! each request two changes of threads. Who does not come to a turn in time takes the work back and is turned away, so
//! that nothing piles up behind statements that hang: a place in the queue without work is a few bytes, and there are
//! only so many places.

use super::{Error, Result};
use crossbeam_channel::{Sender, bounded};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;

/// Places in the queue for each thread: more than a thread comes through in the time that is waited for a turn.
const PLACES: usize = 1_024;

/// Threads for one sort of work. Cheap to clone.
#[derive(Clone)]
pub(super) struct Lane {
    turns: Sender<Turn>,
    threads: usize,
    /// Threads that are at work.
    busy: Arc<AtomicUsize>,
    /// How long a turn is waited for.
    wait: Duration,
}

/// Work that waits for its turn, until a thread takes it or its caller takes it back.
type Turn = Arc<Mutex<Option<Job>>>;
type Job = Box<dyn FnOnce() + Send>;

fn take(turn: &Turn) -> Option<Job> {
    turn.lock().unwrap_or_else(PoisonError::into_inner).take()
}

impl Lane {
    /// So many threads; a turn is waited for `wait`.
    pub fn new(name: &str, threads: u32, wait: Duration) -> Self {
        let (turns, queue) = bounded::<Turn>(threads as usize * PLACES);
        for index in 0..threads {
            let queue = queue.clone();
            std::thread::Builder::new()
                .name(format!("db-{name}-{index}"))
                // Ends once the lane is gone.
                .spawn(move || queue.iter().filter_map(|turn| take(&turn)).for_each(|job| job()))
                .expect("the system gives a thread");
        }
        Self { turns, threads: threads as usize, busy: Arc::default(), wait }
    }

    /// Runs it on one of the threads.
    ///
    /// # Errors
    /// [`Error::Overloaded`] when its turn does not come in time, and what `work` answers.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let (answer, answered) = oneshot::channel();
        let work = move || {
            // Unless nobody waits any more: the deadline passed in the queue.
            if !answer.is_closed() {
                // The caller may have gone by then; the work is done all the same.
                drop(answer.send(work()));
            }
        };
        self.turn(answered, work, |turn| take(turn).is_some()).await
    }

    /// Waits for an answer that `work` gives on one of the threads, or somebody else's work. When no turn comes in time,
    /// `withdraw` takes back what was asked; false when it is being answered.
    ///
    /// The turn stays where it is when the answer came of another one: that was taken instead of a question whose own turn
    /// may be this one.
    ///
    /// # Errors
    /// As [`Lane::run`].
    pub async fn answered<T>(
        &self,
        answered: oneshot::Receiver<Result<T>>,
        work: impl FnOnce() + Send + 'static,
        withdraw: impl FnOnce() -> bool,
    ) -> Result<T> {
        let withdraw = |turn: &Turn| {
            let is_withdrawn = withdraw();
            if is_withdrawn {
                take(turn);
            }
            is_withdrawn
        };
        self.turn(answered, work, withdraw).await
    }

    async fn turn<T>(
        &self,
        mut answered: oneshot::Receiver<Result<T>>,
        work: impl FnOnce() + Send + 'static,
        withdraw: impl FnOnce(&Turn) -> bool,
    ) -> Result<T> {
        let busy = Arc::clone(&self.busy);
        let job: Job = Box::new(move || {
            busy.fetch_add(1, Ordering::Relaxed);
            // Who waits for its answer is told.
            drop(catch_unwind(AssertUnwindSafe(work)));
            busy.fetch_sub(1, Ordering::Relaxed);
        });
        let turn = Arc::new(Mutex::new(Some(job)));
        let has_place = self.turns.try_send(Arc::clone(&turn)).is_ok();
        let waited = if has_place { self.wait } else { Duration::ZERO };
        let answer = match tokio::time::timeout(waited, &mut answered).await {
            Ok(answer) => answer,
            Err(_) if withdraw(&turn) => return Err(Error::Overloaded),
            Err(_) => answered.await,
        };
        answer.map_err(|_| Error::Internal("the store panicked".to_owned()))?
    }

    pub fn threads(&self) -> usize {
        self.threads
    }

    /// Threads that have nothing to do.
    pub fn idle(&self) -> usize {
        self.threads.saturating_sub(self.busy.load(Ordering::Relaxed))
    }

    /// How much work would be begun at once.
    pub fn free(&self) -> usize {
        self.threads.saturating_sub(self.busy.load(Ordering::Relaxed) + self.turns.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;
    use std::time::Instant;

    /// Waits for a thread to be done: it has answered by then.
    async fn is_free(lane: &Lane) {
        while lane.free() == 0 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn who_gets_no_turn_in_time_is_turned_away_and_their_work_is_never_done() {
        let lane = Lane::new("test", 1, Duration::from_millis(20));
        let (finish, finished) = mpsc::channel::<()>();
        let first = lane.clone();
        let (begun, has_begun) = oneshot::channel();
        let first = tokio::spawn(async move {
            first
                .run(move || {
                    begun.send(()).unwrap();
                    finished.recv().unwrap_err();
                    Ok(1)
                })
                .await
        });
        has_begun.await.unwrap();
        assert_eq!(lane.free(), 0);
        let (done, is_done) = mpsc::channel();
        let second = lane.run(move || Ok(done.send(2).is_ok())).await;
        assert!(matches!(second, Err(Error::Overloaded)), "{second:?}");
        drop(finish);
        assert_eq!(first.await.unwrap().unwrap(), 1, "who has begun is waited for");
        assert_eq!(lane.run(|| Ok(3)).await.unwrap(), 3);
        assert!(is_done.try_recv().is_err());
        is_free(&lane).await;
    }

    #[tokio::test]
    async fn a_queue_that_is_full_turns_away_at_once() {
        let lane = Lane::new("test", 1, Duration::from_secs(60));
        let (finish, finished) = mpsc::channel::<()>();
        let work = lane.clone();
        let hanging = tokio::spawn(async move { work.run(move || Ok(finished.recv().is_ok())).await });
        while lane.busy.load(Ordering::Relaxed) == 0 {
            tokio::task::yield_now().await;
        }
        for _ in 0..PLACES {
            lane.turns.try_send(Turn::default()).unwrap();
        }
        let asked = Instant::now();
        assert!(matches!(lane.run(|| Ok(())).await, Err(Error::Overloaded)));
        assert!(asked.elapsed() < Duration::from_secs(30));
        drop(finish);
        hanging.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn the_turn_of_what_was_answered_by_others_is_not_lost() {
        let lane = Lane::new("test", 1, Duration::from_secs(60));
        let (finish, finished) = mpsc::channel::<()>();
        let first = lane.clone();
        let first = tokio::spawn(async move { first.run(move || Ok(finished.recv().is_ok())).await });
        while lane.busy.load(Ordering::Relaxed) == 0 {
            tokio::task::yield_now().await;
        }
        let (somebody, answered) = oneshot::channel();
        somebody.send(Ok(1)).unwrap();
        let (done, is_done) = mpsc::channel();
        assert_eq!(lane.answered(answered, move || done.send(()).unwrap(), || false).await.unwrap(), 1);
        drop(finish);
        first.await.unwrap().unwrap();
        is_done.recv_timeout(Duration::from_secs(30)).unwrap();
    }

    #[tokio::test]
    async fn a_panic_is_an_error_of_the_one_who_asked() {
        let lane = Lane::new("test", 1, Duration::from_secs(60));
        assert!(matches!(lane.run::<()>(|| panic!("on purpose")).await, Err(Error::Internal(_))));
        assert_eq!(lane.run(|| Ok(1)).await.unwrap(), 1);
        is_free(&lane).await;
    }
}
