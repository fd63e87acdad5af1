//! The caller that waits for the answer of a job.

use crate::store::Result;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot::{self, Receiver, Sender};

/// Sends an answer to a caller. Cheap to clone: only the first answer of all clones is sent.
#[derive(Debug)]
pub(super) struct Caller<T>(Arc<Mutex<Option<Sender<Result<T>>>>>);

impl<T> Clone for Caller<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Caller<T> {
    /// Returns a caller and the receiver of its answer, which fails when all clones are dropped without an answer.
    pub fn new() -> (Self, Receiver<Result<T>>) {
        let (sender, answer) = oneshot::channel();
        (Self(Arc::new(Mutex::new(Some(sender)))), answer)
    }

    /// Sends the answer, unless one was sent or the caller has gone.
    pub fn answer(&self, answer: Result<T>) {
        let sender = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(sender.map(|sender| sender.send(answer)));
    }

    /// Whether the caller has gone or has an answer.
    pub fn is_gone(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).as_ref().is_none_or(Sender::is_closed)
    }
}
