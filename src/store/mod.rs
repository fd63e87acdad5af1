//! Postgres through diesel: one file per resource, with functions that take a connection and return a `Result`.
//!
//! Every function may return an error of the database; the documentation names only other errors. They open no transaction,
//! because `Db::write` has opened one. Locks are taken in one order: articles by id, then their mentions and quotes, then the
//! entities that these refer to. Only deletions of entities lock the entity first.

mod about;
pub mod analytics;
pub mod annotations;
mod article_text;
pub mod articles;
mod candidates;
pub mod changes;
pub mod claim_reviews;
pub mod counts;
pub mod db;
pub mod entities;
pub mod error;
pub mod fulltext;
mod grouped;
pub mod history;
pub mod idempotency;
pub mod import;
pub mod judgements;
pub mod keys;
mod list;
pub mod measurements;
pub mod mentions;
pub mod merges;
pub mod migrate;
pub mod name_dictionary;
pub mod publisher_limit;
pub mod quotes;
pub mod reconciliation;
mod references;
pub mod restore;
pub mod reviews;
mod rows;
mod server_check;
mod spans;
pub mod splits;
mod sql;
mod suggestions;
pub mod tombstones;
pub mod webhooks;

pub use db::{Db, PoolOptions, ReplicaOptions, cache};
pub use error::{Conflict, Error, Resource, Result};
pub use server_check::server_major;

/// A connection to Postgres, as the functions of the store take it.
pub use diesel::pg::PgConnection as Connection;

/// The versions of a record that a caller is willing to change; `None` accepts any version.
pub type Expected = Option<Vec<i32>>;

/// Returns an error if a record is not at a version that the caller expects.
fn check(expected: &Expected, current: i32) -> Result<()> {
    match expected {
        Some(versions) if !versions.contains(&current) => Err(Error::Stale { current }),
        _ => Ok(()),
    }
}
