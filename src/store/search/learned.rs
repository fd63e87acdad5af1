//! What was learned of lists that are asked for again and again: a page is not looked for a second time in windows that are
//! too short for it, or much longer than it.

use super::steps::{Axis, Course};
use moka::sync::Cache;
use std::fmt::Debug;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// So many lists are remembered, each so long: texts come, and words with them.
const KEPT: u64 = 20_000;
const TIME: Duration = Duration::from_secs(300);

#[derive(Debug)]
pub struct Learned {
    /// The parts of the rows, 0 to 1, that lists have; where the first page ended, of the rows down to there.
    densities: Cache<u64, f64>,
    /// Whether they have more than are counted one by one.
    many: Cache<u64, bool>,
    hasher: RandomState,
}

/// A list, from its beginning or from somewhere after it.
#[derive(Debug, Clone, Copy)]
pub struct Question(u64);

impl Default for Learned {
    fn default() -> Self {
        Self { densities: kept(), many: kept(), hasher: RandomState::new() }
    }
}

fn kept<T: Clone + Send + Sync + 'static>() -> Cache<u64, T> {
    Cache::builder().max_capacity(KEPT).time_to_live(TIME).build()
}

impl Learned {
    /// The list that is asked for: `asked` is all that decides what is in it.
    pub fn question(&self, asked: &impl Debug) -> Question {
        Question(self.hasher.hash_one(format!("{asked:?}")))
    }

    pub fn density(&self, question: Question, course: Option<Course>, limit: i64) -> Option<f64> {
        self.densities.get(&self.place(question, course, limit))
    }

    /// What so many of the first of a list have taught.
    pub fn keep(&self, question: Question, course: Option<Course>, limit: i64, density: f64) {
        self.densities.insert(self.place(question, course, limit), density);
    }

    pub fn are_many(&self, Question(question): Question) -> Option<bool> {
        self.many.get(&question)
    }

    pub fn keep_many(&self, Question(question): Question, are_many: bool) {
        self.many.insert(question, are_many);
    }

    fn place(&self, Question(question): Question, course: Option<Course>, limit: i64) -> u64 {
        let way = |Course { axis, is_backward, begin, .. }| (axis == Axis::Published, is_backward, begin.is_some());
        self.hasher.hash_one((question, course.map(way), limit))
    }
}
