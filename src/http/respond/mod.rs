//! Responses: JSON, problem documents, records with ETags, links.

pub mod json;
pub mod link;
pub mod problem;
pub mod record;
pub mod rows;
