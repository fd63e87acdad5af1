//! Suggestions: what a machine run finds instead of what a person decided.

use super::span::Span;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// What the last machine run found at a record that it may not change, because a person decided about the record.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    /// The speaker of a quote, or the entity of a mention.
    pub entity_id: Option<Uuid>,
    /// The speaker of a quote as printed.
    pub speaker_label: Option<String>,
    /// The words of the quote or the mention.
    pub text: String,
    /// The spans of these words, in the text version of the record.
    pub spans: Vec<Span>,
    /// 0 to 1.
    pub confidence: f64,
    /// Name and version of the extractor.
    pub extractor: String,
    /// When it was found.
    pub at: DateTime<Utc>,
}

impl Suggestion {
    /// Whether it names another entity than a record has, or other words. An entity that the machine does not know is no objection.
    pub fn disagrees_with(&self, entity: Option<Uuid>, text: &str) -> bool {
        (self.entity_id.is_some() && self.entity_id != entity) || self.text != text
    }
}
