//! Use cases that need several parts of the service.

pub mod response_cache;
