//! The rows of `quotes`.

use crate::domain::mention::Candidate;
use crate::domain::quote::Quote;
use crate::domain::review::Review;
use crate::domain::span::Span;
use crate::domain::{Anchor, Origin, QuoteKind, QuoteStatus, SpeakerStatus};
use crate::schema::quotes;
use crate::store::spans::{SpanList, SpanRange};
use crate::store::suggestions::StoredSuggestion;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use serde::Serialize;
use uuid::Uuid;

#[derive(Debug, Queryable, QueryableByName, Selectable)]
#[diesel(table_name = quotes, check_for_backend(Pg))]
pub struct QuoteRow {
    pub id: Uuid,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub article_id: Uuid,
    pub origin: Origin,
    pub extractor: Option<String>,
    pub published_at: Option<DateTime<Utc>>,
    #[diesel(embed)]
    pub columns: QuoteColumns,
}

/// The columns that an update of a quote can set.
#[derive(Debug, Clone, PartialEq, Queryable, QueryableByName, Selectable, AsChangeset, Serialize)]
#[diesel(table_name = quotes, treat_none_as_null = true, check_for_backend(Pg))]
pub struct QuoteColumns {
    pub body_version: i32,
    pub anchor: Anchor,
    pub text: String,
    pub spans: SpanList,
    pub prefix: String,
    pub suffix: String,
    pub kind: QuoteKind,
    pub speaker_id: Option<Uuid>,
    pub speaker_label: Option<String>,
    pub speaker_span: Option<SpanRange>,
    pub speaker_status: SpeakerStatus,
    pub cue: Option<String>,
    pub cue_span: Option<SpanRange>,
    pub cue_lemma: Option<String>,
    pub said_on: Option<NaiveDate>,
    pub status: QuoteStatus,
    pub confidence: f64,
    pub canonical_text: Option<String>,
    pub cluster_id: Option<Uuid>,
    pub suggestion: Option<StoredSuggestion>,
}

#[derive(Debug, Serialize)]
pub struct InsertedQuote<'a> {
    pub id: Uuid,
    pub article_id: Uuid,
    pub origin: Origin,
    pub extractor: Option<&'a str>,
    #[serde(flatten)]
    pub columns: QuoteColumns,
}

impl From<Span> for SpanRange {
    fn from(span: Span) -> Self {
        Self(span)
    }
}

impl QuoteColumns {
    /// The range from the start of the first span to the end of the last one.
    pub fn range(&self) -> Span {
        Span { start: self.start(), end: self.spans.0.last().map_or(0, |span| span.end) }
    }

    /// The start of the first span.
    pub fn start(&self) -> i32 {
        self.spans.0.first().map_or(0, |span| span.start)
    }
}

impl QuoteRow {
    /// The size of its texts in bytes.
    pub fn text_bytes(&self) -> usize {
        self.columns.text.len() + self.columns.canonical_text.as_ref().map_or(0, String::len)
    }

    /// Converts the row to a quote, with data of other tables.
    pub fn with(self, candidates: Vec<Candidate>, about: Vec<Uuid>, reviews: Vec<Review>) -> Quote {
        let columns = self.columns;
        Quote {
            id: self.id,
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
            article_id: self.article_id,
            body_version: columns.body_version,
            anchor: columns.anchor,
            text: columns.text,
            spans: columns.spans.0,
            prefix: columns.prefix,
            suffix: columns.suffix,
            kind: columns.kind,
            speaker_id: columns.speaker_id,
            speaker_label: columns.speaker_label,
            speaker_span: columns.speaker_span.map(|range| range.0),
            speaker_status: columns.speaker_status,
            candidates,
            cue: columns.cue,
            cue_span: columns.cue_span.map(|range| range.0),
            cue_lemma: columns.cue_lemma,
            about,
            said_on: columns.said_on,
            status: columns.status,
            confidence: columns.confidence,
            origin: self.origin,
            extractor: self.extractor,
            canonical_text: columns.canonical_text,
            cluster_id: columns.cluster_id,
            suggestion: columns.suggestion.and_then(StoredSuggestion::shown),
            reviews,
            published_at: self.published_at,
        }
    }
}
