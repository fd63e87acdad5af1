//! Questions over many records at once: statistics and graphs.

pub mod graph;
mod recent;
pub mod stats;
