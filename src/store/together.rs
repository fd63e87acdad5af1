//! Questions of one sort that several callers ask at the same time, answered by the same statements.
//!
//! Each caller has a turn of its own. Whose turn comes takes its share of the questions that wait, so that all threads
//! have some; a turn whose question was taken by then has as many of the others to answer, or nothing to do. When nobody
//! else asks, a question is answered by itself, at once.

use super::Result;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot::{self, Receiver, Sender};

/// So many questions are answered at once, at most: the first of them waits for the last.
const MOST: usize = 16;

/// The questions of one sort that wait for an answer.
#[derive(Debug)]
pub struct Together<Q, A>(Mutex<Waiting<Q, A>>);

#[derive(Debug)]
struct Waiting<Q, A> {
    all: VecDeque<Asked<Q, A>>,
    next: Ticket,
}

#[derive(Debug)]
struct Asked<Q, A> {
    ticket: Ticket,
    question: Q,
    caller: Sender<Result<A>>,
}

/// Which of the questions one is.
type Ticket = u64;

/// Who asks the same.
type Callers<A> = Vec<Sender<Result<A>>>;

/// Different questions, and who asks each.
pub(super) struct Share<Q, A> {
    pub questions: Vec<Q>,
    callers: Vec<Callers<A>>,
}

impl<Q, A: Clone> Share<Q, A> {
    /// Tells all of them at once: an answer for each question, in their order.
    pub fn tell(self, answers: Result<Vec<Result<A>>>) {
        match answers {
            Ok(answers) => self.callers.into_iter().zip(answers).for_each(|(callers, answer)| tell(callers, answer)),
            Err(error) => self.callers.into_iter().for_each(|callers| tell(callers, Err(error.clone()))),
        }
    }

    /// Answers one question after the other, and tells each answer at once. Who has gone is not answered.
    pub fn each(self, answer: impl Fn(&Q) -> Result<A>) {
        for (question, callers) in self.questions.iter().zip(self.callers) {
            if callers.iter().any(|caller| !caller.is_closed()) {
                tell(callers, answer(question));
            }
        }
    }
}

impl<Q, A> Default for Together<Q, A> {
    fn default() -> Self {
        Self(Mutex::new(Waiting { all: VecDeque::new(), next: 0 }))
    }
}

impl<Q: PartialEq, A: Clone> Together<Q, A> {
    /// Lets a question wait.
    pub(super) fn ask(&self, question: Q) -> (Ticket, Receiver<Result<A>>) {
        let (caller, answered) = oneshot::channel();
        let mut waiting = self.waiting();
        let ticket = waiting.next;
        waiting.next += 1;
        waiting.all.push_back(Asked { ticket, question, caller });
        (ticket, answered)
    }

    /// Takes a question back; false when somebody has begun to answer it.
    pub(super) fn withdraw(&self, ticket: Ticket) -> bool {
        let all = &mut self.waiting().all;
        let place = all.iter().position(|asked| asked.ticket == ticket);
        place.and_then(|place| all.remove(place)).is_some()
    }

    /// Answers a share of what waits, where there are so many `threads`. `answer` has an answer for each question, all of
    /// them different, in their order.
    pub(super) fn answer(&self, threads: usize, answer: impl FnOnce(&[Q]) -> Result<Vec<Result<A>>>) {
        let share = self.share(threads);
        if !share.questions.is_empty() {
            let answers = answer(&share.questions);
            share.tell(answers);
        }
    }

    /// A share of what waits, where there are so many `threads`: whoever takes it answers it.
    pub(super) fn share(&self, threads: usize) -> Share<Q, A> {
        let waiting = &mut self.waiting().all;
        let size = waiting.len().div_ceil(threads.max(1)).min(MOST);
        let mut share = Share { questions: Vec::new(), callers: Vec::new() };
        while share.questions.len() < size
            && let Some(Asked { question, caller, .. }) = waiting.pop_front()
        {
            match share.questions.iter().position(|known| *known == question) {
                // Nobody waits for it any more.
                _ if caller.is_closed() => {}
                Some(place) => share.callers[place].push(caller),
                None => {
                    share.questions.push(question);
                    share.callers.push(vec![caller]);
                }
            }
        }
        share
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting<Q, A>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Callers may have gone.
fn tell<A: Clone>(mut callers: Callers<A>, answer: Result<A>) {
    let last = callers.pop();
    callers.into_iter().for_each(|caller| drop(caller.send(answer.clone())));
    drop(last.map(|caller| caller.send(answer)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Error;

    /// What was asked, in the order of the answers.
    fn answer(together: &Together<u8, u8>, threads: usize) -> Vec<u8> {
        let mut asked = Vec::new();
        together.answer(threads, |questions| {
            asked = questions.to_vec();
            Ok(questions.iter().map(|question| Ok(question * 10)).collect())
        });
        asked
    }

    #[test]
    fn each_thread_has_its_share_and_who_asks_the_same_the_same_answer() {
        let together = Together::default();
        let mut callers: Vec<_> = [1, 1, 2, 3].map(|question| together.ask(question).1).into();
        assert_eq!(answer(&together, 2), [1, 2]);
        assert_eq!(answer(&together, 2), [3]);
        assert!(answer(&together, 2).is_empty());
        let answers: Vec<_> = callers.iter_mut().map(|caller| caller.try_recv().unwrap().unwrap()).collect();
        assert_eq!(answers, [10, 10, 20, 30]);
    }

    #[test]
    fn no_more_than_some_are_answered_at_once() {
        let together = Together::default();
        let _callers: Vec<_> = (0..100).map(|question| together.ask(question)).collect();
        assert_eq!(answer(&together, 1).len(), MOST);
    }

    #[test]
    fn who_has_gone_is_not_answered() {
        let together = Together::default();
        drop(together.ask(1));
        let _caller = together.ask(2);
        assert_eq!(answer(&together, 4), [2]);
    }

    #[test]
    fn what_was_taken_back_is_not_answered_and_what_is_answered_cannot_be_taken_back() {
        let together = Together::default();
        let [(first, _one), (second, _other)] = [1, 2].map(|question| together.ask(question));
        assert!(together.withdraw(first));
        assert_eq!(answer(&together, 1), [2]);
        assert!(!together.withdraw(second));
    }

    #[test]
    fn one_after_the_other_who_has_gone_meanwhile_is_not_answered() {
        let together = Together::default();
        let [mut first, second, mut third] = [1, 2, 3].map(|question| together.ask(question).1);
        let share = together.share(1);
        let second = std::cell::Cell::new(Some(second));
        let answered = std::cell::RefCell::new(Vec::new());
        share.each(|question| {
            drop(second.take());
            answered.borrow_mut().push(*question);
            Ok(question * 10)
        });
        assert_eq!(answered.into_inner(), [1, 3]);
        assert_eq!([&mut first, &mut third].map(|caller| caller.try_recv().unwrap().unwrap()), [10, 30]);
    }

    #[test]
    fn what_fails_fails_for_all_of_them() {
        let together = Together::<u8, u8>::default();
        let callers = [1, 2].map(|question| together.ask(question).1);
        together.answer(1, |_| Err(Error::Overloaded));
        for mut caller in callers {
            assert!(matches!(caller.try_recv().unwrap(), Err(Error::Overloaded)));
        }
    }
}
