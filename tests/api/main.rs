//! The service through its own doors: HTTP, its command line, its database.

mod anchoring;
mod annotate_files;
mod articles;
mod embedded;
mod embedded_recovery;
mod entities;
mod mentions;
mod process;
mod quotes;
mod support;
