//! Spans: half-open ranges of Unicode code points into an article's body.

use super::text::Body;

/// `[start, end)` in Unicode code points, zero-based.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub start: i32,
    pub end: i32,
}

/// Why a span or a list of spans cannot be used with a body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpanError {
    #[error("start must be less than end")]
    Empty,
    #[error("end is beyond the body, which has {0} code points")]
    OutOfBody(usize),
    #[error("spans must be in order and must not overlap")]
    Disordered,
    #[error("a span must not begin or end with white space or an outer quotation mark")]
    LooseEdge,
}

impl Span {
    /// The number of code points.
    pub fn len(self) -> i32 {
        self.end - self.start
    }

    /// True when nothing lies in the span.
    pub fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// True when `other` lies wholly inside.
    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The same length at another start.
    pub fn moved_to(self, start: i32) -> Span {
        Span { start, end: start + self.len() }
    }
}

/// The slices of `spans` joined by one space: the text of a quote.
///
/// # Errors
/// The index of the first span that is empty, out of the body, or out of order.
pub fn slice(body: &Body, spans: &[Span]) -> Result<String, (usize, SpanError)> {
    let mut text = String::new();
    let mut reached = 0;
    for (index, span) in spans.iter().enumerate() {
        if span.is_empty() {
            return Err((index, SpanError::Empty));
        }
        if span.start < reached {
            return Err((index, SpanError::Disordered));
        }
        let Some(part) = body.slice(*span) else {
            return Err((index, SpanError::OutOfBody(body.len())));
        };
        if index > 0 {
            text.push(' ');
        }
        text.push_str(part);
        reached = span.end;
    }
    Ok(text)
}
