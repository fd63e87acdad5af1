//! Suggestions beside quotes and mentions, as JSON.

use super::span::SpanBody;
use crate::domain::suggestion::Suggestion;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What an annotation found instead of what a person decided about a quote.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuoteSuggestionBody {
    /// The entity that the quote is attributed to.
    #[schema(required = true)]
    pub speaker_id: Option<Uuid>,
    /// The source as printed.
    #[schema(required = true, min_length = 1, max_length = 500)]
    pub speaker_label: Option<String>,
    /// The words as printed.
    #[schema(min_length = 1, max_length = 20_000)]
    pub text: String,
    /// The spans of these words.
    #[schema(min_items = 1, max_items = 50)]
    pub spans: Vec<SpanBody>,
    #[schema(minimum = 0, maximum = 1)]
    pub confidence: f64,
    /// Name and version of the extractor.
    #[schema(max_length = 200)]
    pub extractor: String,
    /// When it was found.
    pub at: DateTime<Utc>,
}

/// What an annotation found instead of what a person decided about a mention.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MentionSuggestionBody {
    /// The entity that is named.
    #[schema(required = true)]
    pub entity_id: Option<Uuid>,
    #[schema(minimum = 0, maximum = 1)]
    pub confidence: f64,
    /// Name and version of the extractor.
    #[schema(max_length = 200)]
    pub extractor: String,
    /// When it was found.
    pub at: DateTime<Utc>,
}

impl From<Suggestion> for QuoteSuggestionBody {
    fn from(suggestion: Suggestion) -> Self {
        let Suggestion { entity_id: speaker_id, speaker_label, text, spans, confidence, extractor, at } = suggestion;
        let spans = spans.into_iter().map(Into::into).collect();
        Self { speaker_id, speaker_label, text, spans, confidence, extractor, at }
    }
}

impl From<QuoteSuggestionBody> for Suggestion {
    fn from(body: QuoteSuggestionBody) -> Self {
        let QuoteSuggestionBody { speaker_id: entity_id, speaker_label, text, spans, confidence, extractor, at } = body;
        let spans = spans.into_iter().map(Into::into).collect();
        Self { entity_id, speaker_label, text, spans, confidence, extractor, at }
    }
}

impl From<Suggestion> for MentionSuggestionBody {
    fn from(suggestion: Suggestion) -> Self {
        let Suggestion { entity_id, confidence, extractor, at, .. } = suggestion;
        Self { entity_id, confidence, extractor, at }
    }
}

impl MentionSuggestionBody {
    /// The suggestion for the mention of these words.
    pub fn into_suggestion(self, text: String, span: crate::domain::span::Span) -> Suggestion {
        let Self { entity_id, confidence, extractor, at } = self;
        Suggestion { entity_id, speaker_label: None, text, spans: vec![span], confidence, extractor, at }
    }
}
