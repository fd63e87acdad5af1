//! The map of the house.

pub mod annotate;
pub mod domain;
pub mod http;
pub mod schema;
pub mod store;
