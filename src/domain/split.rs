//! Splits of entities: chosen mentions and quotes are taken to another entity.

use super::entity::NewEntity;
use super::page::PageRequest;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A split to be made.
#[derive(Debug, Clone)]
pub struct NewSplit {
    pub mentions: Vec<Uuid>,
    pub quotes: Vec<Uuid>,
    pub into: SplitTarget,
    pub reason: Option<String>,
}

/// The entity that mentions and quotes are taken to.
#[derive(Debug, Clone)]
pub enum SplitTarget {
    Stored(Uuid),
    New(Box<NewEntity>),
}

/// A split of an entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    pub id: Uuid,
    pub created_at: DateTime<Utc>,
    pub entity_id: Uuid,
    pub into_id: Uuid,
    pub mentions: Vec<Uuid>,
    pub quotes: Vec<Uuid>,
    pub actor: Option<String>,
    pub reason: Option<String>,
}

/// Filter and page of a list of splits. An empty list does not filter.
#[derive(Debug, Clone)]
pub struct SplitList {
    /// Mentions and quotes were taken from or to one of these.
    pub entities: Vec<Uuid>,
    pub page: PageRequest,
}
