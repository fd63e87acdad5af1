//! One queue for requests of one kind that several callers make at the same time.
//!
//! Each caller enqueues its request and one job. A job takes up to [`MAX_BATCH`] requests and answers them in one query, or
//! finds that others have taken them all. A request that comes alone is answered alone, at once.

use crate::store::Result;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot::{self, Receiver, Sender};

/// Requests in one batch, at most: the first of them waits for the last.
const MAX_BATCH: usize = 16;

/// Requests of one kind that wait for an answer.
#[derive(Debug)]
pub struct Batcher<Q, A>(Mutex<Queue<Q, A>>);

#[derive(Debug)]
struct Queue<Q, A> {
    waiting: VecDeque<Submitted<Q, A>>,
    next: Ticket,
}

#[derive(Debug)]
struct Submitted<Q, A> {
    ticket: Ticket,
    request: Q,
    caller: Sender<Result<A>>,
}

/// Identifies a submitted request.
type Ticket = u64;

/// The callers of equal requests.
type Callers<A> = Vec<Sender<Result<A>>>;

/// Different requests, and the callers of each.
pub(super) struct Batch<Q, A> {
    pub requests: Vec<Q>,
    callers: Vec<Callers<A>>,
}

impl<Q, A: Clone> Batch<Q, A> {
    /// Sends the answers, one for each request in their order, or the error to all callers.
    pub fn answer(self, answers: Result<Vec<Result<A>>>) {
        match answers {
            Ok(answers) => self.callers.into_iter().zip(answers).for_each(|(callers, answer)| send(callers, answer)),
            Err(error) => self.callers.into_iter().for_each(|callers| send(callers, Err(error.clone()))),
        }
    }

    /// Answers one request after the other, and sends each answer at once. Skips requests whose callers have gone.
    pub fn answer_each(self, answer: impl Fn(&Q) -> Result<A>) {
        for (request, callers) in self.requests.iter().zip(self.callers) {
            if callers.iter().any(|caller| !caller.is_closed()) {
                send(callers, answer(request));
            }
        }
    }
}

impl<Q, A> Default for Batcher<Q, A> {
    fn default() -> Self {
        Self(Mutex::new(Queue { waiting: VecDeque::new(), next: 0 }))
    }
}

impl<Q: PartialEq, A: Clone> Batcher<Q, A> {
    /// Adds a request to the queue.
    pub(super) fn submit(&self, request: Q) -> (Ticket, Receiver<Result<A>>) {
        let (caller, answer) = oneshot::channel();
        let mut queue = self.queue();
        let ticket = queue.next;
        queue.next += 1;
        queue.waiting.push_back(Submitted { ticket, request, caller });
        (ticket, answer)
    }

    /// Removes a request from the queue; false when it is already being answered.
    pub(super) fn cancel(&self, ticket: Ticket) -> bool {
        let waiting = &mut self.queue().waiting;
        let index = waiting.iter().position(|submitted| submitted.ticket == ticket);
        index.and_then(|index| waiting.remove(index)).is_some()
    }

    /// Answers one batch of the queue, where `threads` share the work. `answer` gets distinct requests and returns one
    /// result per request, in order.
    pub(super) fn answer_batch(&self, threads: usize, answer: impl FnOnce(&[Q]) -> Result<Vec<Result<A>>>) {
        let batch = self.next_batch(threads);
        if !batch.requests.is_empty() {
            let answers = answer(&batch.requests);
            batch.answer(answers);
        }
    }

    /// Takes one of `threads` equal parts of the queue. The caller has to answer it.
    pub(super) fn next_batch(&self, threads: usize) -> Batch<Q, A> {
        let waiting = &mut self.queue().waiting;
        let size = waiting.len().div_ceil(threads.max(1)).min(MAX_BATCH);
        let mut batch = Batch { requests: Vec::new(), callers: Vec::new() };
        while batch.requests.len() < size
            && let Some(Submitted { request, caller, .. }) = waiting.pop_front()
        {
            match batch.requests.iter().position(|known| *known == request) {
                // Its caller has gone.
                _ if caller.is_closed() => {}
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

/// Sends one answer to all its callers. Some may have gone.
fn send<A: Clone>(mut callers: Callers<A>, answer: Result<A>) {
    let last = callers.pop();
    callers.into_iter().for_each(|caller| drop(caller.send(answer.clone())));
    drop(last.map(|caller| caller.send(answer)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Error;

    /// Answers a batch, and returns its requests.
    fn answer(batcher: &Batcher<u8, u8>, threads: usize) -> Vec<u8> {
        let mut requested = Vec::new();
        batcher.answer_batch(threads, |requests| {
            requested = requests.to_vec();
            Ok(requests.iter().map(|request| Ok(request * 10)).collect())
        });
        requested
    }

    #[test]
    fn each_thread_gets_its_part_and_equal_requests_the_same_answer() {
        let batcher = Batcher::default();
        let mut callers: Vec<_> = [1, 1, 2, 3].map(|request| batcher.submit(request).1).into();
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
    fn a_request_whose_caller_has_gone_is_skipped() {
        let batcher = Batcher::default();
        drop(batcher.submit(1));
        let _caller = batcher.submit(2);
        assert_eq!(answer(&batcher, 4), [2]);
    }

    #[test]
    fn a_cancelled_request_is_not_answered_and_an_answered_one_cannot_be_cancelled() {
        let batcher = Batcher::default();
        let [(first, _one), (second, _other)] = [1, 2].map(|request| batcher.submit(request));
        assert!(batcher.cancel(first));
        assert_eq!(answer(&batcher, 1), [2]);
        assert!(!batcher.cancel(second));
    }

    #[test]
    fn a_caller_that_leaves_while_others_are_answered_one_by_one_is_skipped() {
        let batcher = Batcher::default();
        let [mut first, second, mut third] = [1, 2, 3].map(|request| batcher.submit(request).1);
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
        let callers = [1, 2].map(|request| batcher.submit(request).1);
        batcher.answer_batch(1, |_| Err(Error::Overloaded));
        for mut caller in callers {
            assert!(matches!(caller.try_recv().unwrap(), Err(Error::Overloaded)));
        }
    }
}
