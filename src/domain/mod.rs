//! The domain model: articles, entities, mentions, quotes, and their rules. No SQL, no HTTP.

pub mod anchoring;
pub mod article;
pub mod article_url;
pub mod change;
pub mod claim_review;
pub mod duplicate;
pub mod entity;
pub mod graph;
pub mod highlight;
pub mod history;
pub mod idempotency;
pub mod import;
pub mod judgement;
pub mod key;
pub mod mention;
pub mod merge;
pub mod network;
pub mod page;
pub mod quote;
pub mod reconciliation;
pub mod review;
pub mod search;
pub mod span;
pub mod split;
pub mod stats;
pub mod suggestion;
pub mod text;
pub mod text_diff;
pub mod time;
pub mod typography;
mod vocabulary;
pub mod webhook;

pub use vocabulary::*;

/// An invalid member of a request body and the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// JSON pointer (RFC 6901), such as `/spans/0/end`.
    pub pointer: String,
    pub detail: String,
}

impl FieldError {
    /// Creates an error at `pointer`.
    pub fn new(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), detail: detail.into() }
    }

    /// The same error for a part of the body. Adds the path of the part to the pointer.
    pub fn inside(self, place: &str) -> Self {
        Self::new(format!("{place}{}", self.pointer), self.detail)
    }
}

/// Returns a new id. A UUID v7 sorts by its time of creation.
pub fn new_id() -> uuid::Uuid {
    uuid::Uuid::now_v7()
}
