//! Requests in: queries, bodies, conditions and cursors, held to the document and read into types.

pub mod accept;
pub mod body;
pub mod conditional;
pub mod contract;
pub mod paging;
pub mod query;
pub mod schema;
pub mod stats_query;
