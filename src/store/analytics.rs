//! Statistics and graphs of many records.

pub mod graph;
mod recent;
pub mod stats;
