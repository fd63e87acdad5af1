//! What the tests share: a service for each of them, a client, records to begin with.

pub mod answers;
pub mod app;
pub mod client;
pub mod document;
pub mod embedded;
pub mod postgres;
pub mod process;
pub mod raw;
pub mod refusal;
pub mod replicated;

pub use app::TestApp;
pub use client::{Client, Response};
pub use refusal::refused;
