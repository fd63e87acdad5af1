//! Reviews: what people decided about a record.

use super::ReviewAction;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A review of a record by a person. It is never changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Review {
    pub id: Uuid,
    pub actor: Option<String>,
    pub action: ReviewAction,
    /// Changed members before the action.
    pub from: Option<serde_json::Value>,
    /// Changed members after the action.
    pub to: Option<serde_json::Value>,
    pub note: Option<String>,
    pub at: DateTime<Utc>,
}

impl Review {
    /// The last review that decided something. A comment decides nothing.
    pub fn last_decision(reviews: &[Self]) -> Option<&Self> {
        reviews.iter().rfind(|review| review.action != ReviewAction::Comment)
    }
}
