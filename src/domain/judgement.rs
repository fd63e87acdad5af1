//! Judgements that two entities are different.

use super::page::PageRequest;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A stored judgement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    pub id: Uuid,
    pub created_at: DateTime<Utc>,
    pub actor: Option<String>,
    pub reason: Option<String>,
    /// In order of id.
    pub entities: [Uuid; 2],
}

/// A judgement to be stored.
#[derive(Debug, Clone)]
pub struct NewJudgement {
    pub actor: Option<String>,
    pub reason: Option<String>,
    pub entities: [Uuid; 2],
}

/// Filter and page of a list of judgements, newest first.
#[derive(Debug, Clone)]
pub struct JudgementFilter {
    /// Only judgements about one of these entities, or about entities that were merged into them.
    pub entities: Vec<Uuid>,
    pub page: PageRequest,
}
