//! Vocabulary and rules: what an article, an entity, a mention and a quote are. No SQL, no HTTP.

pub mod article;
pub mod entity;
pub mod graph;
pub mod highlight;
pub mod mention;
pub mod page;
pub mod quote;
pub mod search;
pub mod span;
pub mod stats;
pub mod text;
pub mod text_diff;
mod vocabulary;

pub use vocabulary::*;

/// A fault of content: which member is wrong (a JSON pointer into what was sent) and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// RFC 6901, such as `/spans/0/end`.
    pub pointer: String,
    pub detail: String,
}

impl FieldError {
    /// A fault at `pointer`.
    pub fn new(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), detail: detail.into() }
    }
}

/// A new record's id: UUID v7, so that ids made later sort later.
pub fn new_id() -> uuid::Uuid {
    uuid::Uuid::now_v7()
}
