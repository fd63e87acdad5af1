//! Statistics and graphs over many records.

pub mod graph;
mod recent;
pub mod stats;
