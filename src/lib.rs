pub mod annotate;
pub mod domain;
pub mod schema;
pub mod store;
