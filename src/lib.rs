//! Verbatim: who said what, about whom, pinned to the exact characters it was printed in.
//!
//! # The map of the house
//!
//! A request walks straight through: `http` reads it and asks `store` for something that `domain` defines, and shows
//! what comes back. The same resource has the same file name in each.
//!
//! - [`domain`]: the words and rules of the model (ids, text, spans, pages, articles, entities, mentions, quotes). No
//!   SQL, no HTTP.
//! - [`app`]: use cases that need several parts.
//! - [`store`]: Postgres through diesel. Free functions per resource; [`store::db`] runs them for async callers, [`store::migrate`] brings the schema up to date, [`postgres`] runs a Postgres of our own.
//! - [`http`]: the API over actix. A file per resource, and what they share: problems, pages, patches, ETags. The
//!   document derived from the routes ([`http::openapi`]) is law: what it does not allow is refused before a handler runs.
//! - [`annotate`]: text in, findings out. Knows the words of the model, and neither the store nor HTTP.
//!
//! Around these, the outside of the binary:
//!
//! - [`config`]: each setting once; [`logs`]: lines as text or JSON; [`signals`]: when to stop.
//! - [`server`]: from settings to a bound service, for `main` and the tests alike, and to its orderly end.
//! - [`demo`] and [`healthcheck`]: clients of the service, over HTTP like any other.
//! - [`annotate_files`] and `train_names`: the extractor on the command line; [`table`]: what they and the demo print.
//! - [`schema`]: the tables as diesel prints them; checked, never edited.
//!
//! The tests in `tests/api` come in through the same doors as everybody: HTTP, the command line, the database.

pub mod annotate;
pub mod annotate_files;
pub mod app;
pub mod config;
pub mod demo;
pub mod domain;
pub mod healthcheck;
pub mod http;
pub mod logs;
pub mod postgres;
pub mod schema;
pub mod server;
pub mod signals;
pub mod store;
pub mod table;
#[cfg(feature = "train-names")]
pub mod train_names;
