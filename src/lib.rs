//! Verbatim records who said what, about whom, and at which characters of a news article.
//!
//! # Architecture
//!
//! Imports point downwards only:
//!
//! - [`cli`]: the commands of the binary. Two commands have modules of their own: [`annotate_files`], which prints its tables
//!   with [`table`], and `train_names`.
//! - [`server`]: builds a running service from its settings ([`config`], [`logs`]), for the binary and the tests.
//! - [`http`]: the API, on actix-web: one file per resource, and the OpenAPI document derived from the handlers. The pages for
//!   people are in `http::pages`.
//! - [`app`]: use cases that combine the store with the extractor or the cache.
//! - [`store`]: Postgres through diesel: one file per resource, the connection pool, the migrations. [`schema`] has the tables
//!   as diesel prints them; CI checks it.
//! - [`tls`]: the certificate of the service.
//! - [`auth`]: API keys, and who a request comes from. No I/O.
//! - [`annotate`]: finds quotes, speakers and names in a text. No I/O.
//! - [`domain`]: the types and rules of articles, entities, mentions and quotes, and of texts and spans. No I/O.
//! - [`postgres`]: runs an embedded Postgres server. Imports none of the other modules.
//!
//! A request passes through `http`, `store` and `domain`. The files of a resource have the same name in each.
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
pub mod jwks;
pub mod logs;
pub mod postgres;
pub mod schema;
pub mod server;
pub mod store;
pub mod table;
pub mod tls;
#[cfg(feature = "train-names")]
pub mod train_names;
