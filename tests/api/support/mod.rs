//! Shared by the tests: a service per test, a client, sample records.

pub mod answers;
pub mod app;
pub mod client;
pub mod document;
pub mod embedded;
pub mod endpoint;
pub mod postgres;
pub mod process;
pub mod proxy;
pub mod raw;
pub mod refusal;
pub mod replicated;

pub use app::TestApp;
pub use client::{Client, Response};
pub use refusal::refused;
