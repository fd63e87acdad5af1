//! Answers out: JSON, problems, single records with their ETag, links.

pub mod json;
pub mod link;
pub mod problem;
pub mod record;
