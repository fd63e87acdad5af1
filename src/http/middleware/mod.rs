//! Middleware: runs for every request.

pub mod audit;
pub mod authenticate;
pub mod compress;
pub mod contract;
pub mod cors;
pub mod deadline;
pub mod limit;
pub mod metrics;
pub mod origin;
pub mod pace;
pub mod read_consistency;
pub mod shed;
pub mod spans;
pub mod trace;
mod trace_context;
