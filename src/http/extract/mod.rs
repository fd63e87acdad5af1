//! Parsing of requests: queries, bodies, conditions and cursors, validated against the API description.

pub mod accept;
pub mod body;
pub mod caller;
pub mod client_address;
pub mod conditional;
pub mod contract;
pub mod idempotency;
pub mod paging;
pub mod query;
pub mod records;
pub mod schema;
pub mod session;
pub mod stats_query;
