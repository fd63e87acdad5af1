//! The map of the house.

pub mod annotate;
pub mod config;
pub mod demo;
pub mod domain;
pub mod healthcheck;
pub mod http;
pub mod logs;
pub mod schema;
pub mod server;
pub mod signals;
pub mod store;
