//! Postgres through diesel: one file per resource, free functions `(&mut PgConnection, what) -> Result<..>`.

pub mod articles;
pub mod embedded;
pub mod entities;
pub mod error;
pub mod mentions;
pub mod migrate;
mod page;
pub mod pool;
pub mod quotes;
mod tombstones;

pub use error::{Conflict, Error, Resource, Result};
pub use pool::{Db, PoolOptions};

/// The versions of a record that a caller is willing to change; `None` takes whichever is there.
pub type Expected = Option<Vec<i32>>;
