//! The service through its own doors: HTTP, its command line, its database.

mod bodies;
mod conditional;
mod contract;
mod document;
mod embedded;
mod embedded_recovery;
mod layering;
mod migrations;
mod paging;
mod plans;
mod process;
mod service;
mod support;
mod torture;
