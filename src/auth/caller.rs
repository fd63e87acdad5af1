//! The caller of a request, or why there is none.

use crate::domain::Scope;
use std::sync::Arc;

/// Who makes a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The name of the key; `None` for an anonymous caller.
    pub name: Option<Arc<str>>,
    pub scope: Scope,
    /// Writes are limited to the articles of this publisher.
    pub publisher: Option<Arc<str>>,
}

impl Caller {
    /// The name of the key.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The publisher that writes are limited to.
    pub fn publisher(&self) -> Option<&str> {
        self.publisher.as_deref()
    }
}

/// Why a caller is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    #[error("this operation needs an API key: Authorization: Bearer <key>")]
    Missing,
    #[error("this is not a complete key: its checksum does not match")]
    Malformed,
    #[error("the key is unknown, expired or revoked")]
    Invalid,
    #[error("the token is not valid for this service, or has expired")]
    InvalidToken,
    #[error("the token has no scope of this service")]
    NoScope,
    /// The stored keys were not read, or not recently: a revoked one may be among them.
    #[error("the keys cannot be read from the database")]
    Unavailable,
}
