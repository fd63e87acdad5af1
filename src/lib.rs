//! Verbatim: who said what, about whom, with the exact place in the article.
//!
//! # Architecture
//!
//! Imports point downwards only:
//!
//! - [`cli`]: the commands of the binary.
//! - [`server`]: builds a running service from its settings ([`config`]), for the binary and the tests alike.
//! - [`http`]: the API over actix: one file per resource, and the OpenAPI document derived from the handlers.
//! - [`app`]: use cases that need several parts, and the response cache.
//! - [`store`]: Postgres through diesel: one file per resource, the connection pool, the migrations. [`schema`] has the tables
//!   as diesel prints them; CI checks it.
//! - [`auth`]: API keys, and who a request comes from. No I/O.
//! - [`annotate`]: finds quotes, speakers and names in a text. No I/O.
//! - [`domain`]: the types and rules of the model: ids, texts, spans, articles, entities, mentions, quotes. No I/O.
//! - [`postgres`]: runs an embedded Postgres server. Imports none of the other modules.
//!
//! A request passes through `http`, `store` and `domain`, where the same resource has the same file name.
//!
//! The tests in `tests/api` use the service through HTTP, the command line and the database.

pub mod annotate;
pub mod annotate_files;
pub mod app;
pub mod auth;
pub mod cli;
pub mod config;
pub mod domain;
pub mod http;
pub mod logs;
pub mod postgres;
pub mod schema;
pub mod server;
pub mod store;
pub mod table;
#[cfg(feature = "train-names")]
pub mod train_names;
