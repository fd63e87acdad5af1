//! Why the demo fails.

use std::io;

/// A failure of the demo.
#[derive(Debug, thiserror::Error)]
pub(in crate::cli) enum DemoError {
    #[error(
        "the database at DATABASE_URL contains articles. The demo stores its samples in a database of its own: unset \
         DATABASE_URL, or name an empty database"
    )]
    NotEmpty,
    #[error("the service does not become ready: {0}")]
    NotReady(String),
    #[error("{request} was answered {status}: {body}")]
    Refused { request: String, status: u16, body: String },
    #[error("the service does not answer: {0}")]
    Unreachable(#[from] ureq::Error),
    #[error("cannot print: {0}")]
    Print(#[from] io::Error),
    #[error("the demo has panicked")]
    Panicked,
}
