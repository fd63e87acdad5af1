//! Highlights of a search as JSON.

use super::span::SpanBody;
use crate::domain::highlight::{ArticleHighlight, Snippet};
use crate::domain::span::Span;
use serde::Serialize;
use utoipa::ToSchema;

/// The matches of a search in an article. Only the first 100,000 characters of a body are searched.
#[derive(Debug, Serialize, ToSchema)]
pub struct ArticleHighlightBody {
    /// The spans of the matches in the headline, in order.
    #[schema(max_items = 500)]
    pub headline: Vec<SpanBody>,
    /// The passages of the body with the most matches, in order.
    #[schema(max_items = 3)]
    pub snippets: Vec<SnippetBody>,
}

/// A passage of a body, of about 150 characters.
#[derive(Debug, Serialize, ToSchema)]
pub struct SnippetBody {
    /// The offset of the first code point.
    #[schema(minimum = 0, maximum = 1_048_576)]
    pub start: i32,
    /// The offset after the last code point.
    #[schema(minimum = 0, maximum = 1_048_576)]
    pub end: i32,
    /// The text of the passage.
    #[schema(min_length = 1, max_length = 100_000)]
    pub text: String,
    /// The spans of the matches in the body, in order.
    #[schema(max_items = 150)]
    pub matches: Vec<SpanBody>,
}

impl From<ArticleHighlight> for ArticleHighlightBody {
    fn from(highlight: ArticleHighlight) -> Self {
        let snippet = |snippet: Snippet| SnippetBody {
            start: snippet.span.start,
            end: snippet.span.end,
            text: snippet.text,
            matches: snippet.matches.into_iter().map(Into::into).collect(),
        };
        Self {
            headline: highlight.headline.into_iter().map(Into::into).collect(),
            snippets: highlight.snippets.into_iter().map(snippet).collect(),
        }
    }
}

/// The matches of a search in a quote. Only the first 100,000 characters of a text are searched.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuoteHighlightBody {
    /// The spans of the matches in `text`, in order.
    #[schema(max_items = 100_000)]
    pub matches: Vec<SpanBody>,
}

impl From<Vec<Span>> for QuoteHighlightBody {
    fn from(matches: Vec<Span>) -> Self {
        Self { matches: matches.into_iter().map(Into::into).collect() }
    }
}
