//! The API over HTTP.
//!
//! A request passes the [`middleware`], is read by [`extract`], answered by one of the [`routes`] in the shapes of
//! [`wire`], and written by [`respond`]. [`pages`] are for people with a browser, [`mcp`] is for agents. [`openapi`] derives the document from the routes,
//! and [`app`] puts everything together. [`drain`] keeps new connections out when the service stops. Imports point from `app` to `openapi`, `pages` and `mcp`, `routes`, `middleware`, `extract`, `respond`, `wire`, `context`.

pub mod app;
pub mod context;
pub mod drain;
pub mod extract;
pub mod mcp;
pub mod middleware;
pub mod openapi;
pub mod pages;
pub mod respond;
pub mod routes;
pub mod wire;
