//! Spans on the wire.

use crate::domain::span::Span;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `[start, end)` in Unicode code points of the body, zero-based.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"start": 0, "end": 5}))]
pub struct SpanBody {
    /// The first code point of the span.
    #[schema(minimum = 0, maximum = 1_048_576)]
    pub start: i32,
    /// The code point after the span.
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
