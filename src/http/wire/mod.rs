//! The shapes of requests and responses: serde, their description for the document, and their conversion to and from the
//! domain.

pub mod annotation;
pub mod article;
pub mod article_list;
pub mod change;
pub mod claim_review;
pub mod comparison;
pub mod duplicate;
pub mod entity;
pub mod entity_list;
pub mod examples;
pub mod export;
pub mod filters;
pub mod graph;
pub mod highlight;
pub mod history;
pub mod import;
pub mod json_ld;
pub mod judgement;
pub mod key;
pub mod mention;
pub mod mention_list;
pub mod merge;
pub mod names;
pub mod page;
pub mod patch;
pub mod problem;
pub mod quote;
pub mod quote_list;
pub mod quote_match;
pub mod reconciliation;
pub mod review;
pub mod span;
pub mod split;
pub mod stats;
pub mod suggestion;
mod vocabulary;
pub mod webhook;

use serde::de::DeserializeOwned;
use serde_json::Value;

/// A type that a request body is read into.
pub trait RequestBody: DeserializeOwned {
    /// The JSON that a `text/plain` body stands for. Called only where the document lists `text/plain`.
    fn from_text(_text: String) -> Value {
        Value::Null
    }

    /// The JSON that an `application/ld+json` body stands for. Called only where the document lists `application/ld+json`.
    fn from_json_ld(_document: &Value) -> Value {
        Value::Null
    }
}
