//! Spans as JSON.

use crate::domain::span::Span;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `[start, end)` in Unicode code points of the body, counted from zero.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"start": 0, "end": 5}))]
pub struct SpanBody {
    /// The offset of the first code point.
    #[schema(minimum = 0, maximum = 1_048_576)]
    pub start: i32,
    /// The offset after the last code point.
    #[schema(minimum = 0, maximum = 1_048_576)]
    pub end: i32,
}

impl From<Span> for SpanBody {
    fn from(span: Span) -> Self {
        Self { start: span.start, end: span.end }
    }
}

impl From<SpanBody> for Span {
    fn from(body: SpanBody) -> Self {
        Self { start: body.start, end: body.end }
    }
}
