//! The service through its own doors: HTTP, its command line, its database.

mod anchoring;
mod annotate;
mod annotate_files;
mod articles;
mod batching;
mod bodies;
mod cache;
mod conditional;
mod contract;
mod document;
mod embedded;
mod embedded_recovery;
mod entities;
mod graph;
mod mentions;
mod migrations;
mod paging;
mod plans;
mod process;
mod quotes;
mod replica;
mod search;
mod service;
mod stats;
mod support;
mod torture;
