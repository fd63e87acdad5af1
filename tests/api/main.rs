//! The service through its own doors: HTTP, its command line, its database.

mod embedded;
mod embedded_recovery;
mod process;
mod support;
