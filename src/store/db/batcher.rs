//! Batches concurrent requests of one kind.
//!
//! Each caller enqueues its request, and also a job unless there are enough jobs for all waiting requests. A job takes up to
//! [`MAX_BATCH`] requests and answers them in one query. A request that arrives alone is answered at once.

use super::caller::Caller;
use crate::store::Result;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot::Receiver;

/// The most requests in a batch. All of them wait for the slowest.
const MAX_BATCH: usize = 16;

/// A queue of requests of one kind.
#[derive(Debug)]
pub struct Batcher<Q, A>(Mutex<Queue<Q, A>>);

#[derive(Debug)]
struct Queue<Q, A> {
    waiting: VecDeque<Submitted<Q, A>>,
    next: Ticket,
    /// Jobs that have not started.
    jobs: usize,
}

#[derive(Debug)]
struct Submitted<Q, A> {
    ticket: Ticket,
    request: Q,
    caller: Caller<A>,
}

/// Identifies a submitted request.
type Ticket = u64;

/// A request in the queue.
pub(super) struct Submission<A> {
    pub ticket: Ticket,
    pub answer: Receiver<Result<A>>,
    /// Whether the caller has to add a job.
    pub needs_job: bool,
}

/// The callers of equal requests.
type Callers<A> = Vec<Caller<A>>;

/// Distinct requests, and the callers of each.
pub(super) struct Batch<Q, A> {
    pub requests: Vec<Q>,
    callers: Vec<Callers<A>>,
}

impl<Q, A: Clone> Batch<Q, A> {
    /// All callers.
    pub fn callers(&self) -> Vec<Caller<A>> {
        self.callers.iter().flatten().cloned().collect()
    }

    /// Sends the answers, one for each request in their order, or the error to all callers.
    pub fn answer(self, answers: Result<Vec<Result<A>>>) {
        match answers {
            Ok(answers) => self.callers.into_iter().zip(answers).for_each(|(callers, answer)| send(callers, answer)),
            Err(error) => self.callers.into_iter().for_each(|callers| send(callers, Err(error.clone()))),
        }
    }

    /// Answers one request after the other, and sends each answer at once. Skips requests whose callers have gone.
    pub fn answer_each(self, mut answer: impl FnMut(&Q) -> Result<A>) {
        for (request, callers) in self.requests.iter().zip(self.callers) {
            if callers.iter().any(|caller| !caller.is_gone()) {
                send(callers, answer(request));
            }
        }
    }
}

impl<Q, A> Default for Batcher<Q, A> {
    fn default() -> Self {
        Self(Mutex::new(Queue { waiting: VecDeque::new(), next: 0, jobs: 0 }))
    }
}

impl<Q: PartialEq, A: Clone> Batcher<Q, A> {
    /// Adds a request to the queue.
    pub(super) fn submit(&self, request: Q) -> Submission<A> {
        let (caller, answer) = Caller::new();
        let mut queue = self.queue();
        let ticket = queue.next;
        queue.next += 1;
        queue.waiting.push_back(Submitted { ticket, request, caller });
        let needs_job = queue.jobs < queue.waiting.len();
        queue.jobs += usize::from(needs_job);
        Submission { ticket, answer, needs_job }
    }

    /// Removes a request from the queue; false when it is already being answered.
    pub(super) fn cancel(&self, ticket: Ticket) -> bool {
        let waiting = &mut self.queue().waiting;
        let index = waiting.iter().position(|submitted| submitted.ticket == ticket);
        index.and_then(|index| waiting.remove(index)).is_some()
    }

    /// Starts a job: takes one of `threads` equal parts of the queue, which the job has to answer.
    pub(super) fn next_batch(&self, threads: usize) -> Batch<Q, A> {
        let mut queue = self.queue();
        queue.jobs = queue.jobs.saturating_sub(1);
        let waiting = &mut queue.waiting;
        let size = waiting.len().div_ceil(threads.max(1)).min(MAX_BATCH);
        let mut batch = Batch { requests: Vec::new(), callers: Vec::new() };
        while batch.requests.len() < size
            && let Some(Submitted { request, caller, .. }) = waiting.pop_front()
        {
            match batch.requests.iter().position(|known| *known == request) {
                // Its caller has gone.
                _ if caller.is_gone() => {}
                Some(index) => batch.callers[index].push(caller),
                None => {
                    batch.requests.push(request);
                    batch.callers.push(vec![caller]);
                }
            }
        }
        batch
    }

    fn queue(&self) -> MutexGuard<'_, Queue<Q, A>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sends one answer to all its callers.
fn send<A: Clone>(mut callers: Callers<A>, answer: Result<A>) {
    let last = callers.pop();
    callers.into_iter().for_each(|caller| caller.answer(answer.clone()));
    if let Some(last) = last {
        last.answer(answer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Error;

    /// Answers a batch, and returns its requests.
    fn answer(batcher: &Batcher<u8, u8>, threads: usize) -> Vec<u8> {
        let batch = batcher.next_batch(threads);
        let requests = batch.requests.clone();
        batch.answer(Ok(requests.iter().map(|request| Ok(request * 10)).collect()));
        requests
    }

    #[test]
    fn each_thread_gets_its_part_and_equal_requests_the_same_answer() {
        let batcher = Batcher::default();
        let mut callers: Vec<_> = [1, 1, 2, 3].map(|request| batcher.submit(request).answer).into();
        assert_eq!(answer(&batcher, 2), [1, 2]);
        assert_eq!(answer(&batcher, 2), [3]);
        assert!(answer(&batcher, 2).is_empty());
        let answers: Vec<_> = callers.iter_mut().map(|caller| caller.try_recv().unwrap().unwrap()).collect();
        assert_eq!(answers, [10, 10, 20, 30]);
    }

    #[test]
    fn a_batch_is_bounded() {
        let batcher = Batcher::default();
        let _callers: Vec<_> = (0..100).map(|request| batcher.submit(request)).collect();
        assert_eq!(answer(&batcher, 1).len(), MAX_BATCH);
    }

    #[test]
    fn jobs_do_not_pile_up_and_each_request_has_one() {
        let batcher = Batcher::default();
        let mut queued = 0;
        for round in 0..100 {
            let callers: Vec<_> = (0..5).map(|request| batcher.submit(request)).collect();
            queued += callers.iter().filter(|caller| caller.needs_job).count();
            // One thread answers all five in one job.
            queued -= 1;
            assert_eq!(answer(&batcher, 1).len(), 5);
            assert!(queued < 5, "{queued} jobs without a request in round {round}");
        }
        let waiting = batcher.submit(1);
        assert!(waiting.needs_job || queued > 0);
    }

    #[test]
    fn a_request_whose_caller_has_gone_is_skipped() {
        let batcher = Batcher::default();
        drop(batcher.submit(1));
        let _caller = batcher.submit(2);
        assert_eq!(answer(&batcher, 4), [2]);
    }

    #[test]
    fn a_cancelled_request_is_not_answered_and_an_answered_one_cannot_be_cancelled() {
        let batcher = Batcher::default();
        let [first, second] = [1, 2].map(|request| batcher.submit(request));
        assert!(batcher.cancel(first.ticket));
        assert_eq!(answer(&batcher, 1), [2]);
        assert!(!batcher.cancel(second.ticket));
    }

    #[test]
    fn a_caller_that_leaves_while_others_are_answered_one_by_one_is_skipped() {
        let batcher = Batcher::default();
        let [mut first, second, mut third] = [1, 2, 3].map(|request| batcher.submit(request).answer);
        let batch = batcher.next_batch(1);
        let second = std::cell::Cell::new(Some(second));
        let answered = std::cell::RefCell::new(Vec::new());
        batch.answer_each(|request| {
            drop(second.take());
            answered.borrow_mut().push(*request);
            Ok(request * 10)
        });
        assert_eq!(answered.into_inner(), [1, 3]);
        assert_eq!([&mut first, &mut third].map(|caller| caller.try_recv().unwrap().unwrap()), [10, 30]);
    }

    #[test]
    fn an_error_is_sent_to_all_callers() {
        let batcher = Batcher::<u8, u8>::default();
        let callers = [1, 2].map(|request| batcher.submit(request).answer);
        batcher.next_batch(1).answer(Err(Error::Overloaded));
        for mut caller in callers {
            assert!(matches!(caller.try_recv().unwrap(), Err(Error::Overloaded)));
        }
    }
}
