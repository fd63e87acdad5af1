//! Requests and responses of `/v1/quotes/match`.

use super::RequestBody;
use super::quote::QuoteBody;
use crate::domain::quote::{MatchKind, QuoteMatch, QuoteMatchQuery};
use crate::domain::text_diff::Difference;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A text to be matched with quotes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"text": "La mer du Nord ne pardonne rien, mais nos équipages la connaissent", "threshold": 0.5}))]
pub struct MatchQuotes {
    #[schema(min_length = 1, max_length = 5000)]
    pub text: String,
    /// Only by this entity.
    pub speaker: Option<Uuid>,
    /// Only in this language, a BCP 47 tag of which the primary tag counts. When absent, similar quotes are searched in the
    /// language of the text.
    #[schema(max_length = 35, format = "language", pattern = "^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$")]
    pub language: Option<String>,
    /// Minimum similarity of a quote.
    #[serde(default = "default_threshold")]
    #[schema(minimum = 0, maximum = 1, default = 0.5)]
    pub threshold: f64,
    /// Maximum number of quotes.
    #[serde(default = "default_limit")]
    #[schema(minimum = 1, maximum = 50, default = 10)]
    pub limit: u8,
}

fn default_threshold() -> f64 {
    0.5
}

fn default_limit() -> u8 {
    10
}

impl RequestBody for MatchQuotes {}

/// Quotes that match a text.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuoteMatchesBody {
    /// The most similar first.
    #[schema(max_items = 50)]
    pub items: Vec<QuoteMatchBody>,
}

/// A quote that matches a text.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuoteMatchBody {
    pub kind: MatchKindBody,
    /// Trigram similarity of the words, ignoring case, accents and punctuation.
    #[schema(minimum = 0, maximum = 1)]
    pub score: f64,
    pub quote: QuoteBody,
    /// The words that differ, in order, ignoring case, accents and punctuation.
    #[schema(max_items = 2000)]
    pub differences: Vec<DifferenceBody>,
}

/// `exact`: the same text; `canonical`: the same canonical text; `fuzzy`: similar words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum MatchKindBody {
    Exact,
    Canonical,
    Fuzzy,
}

/// A difference between the words of two texts.
#[derive(Debug, Serialize, ToSchema)]
pub struct DifferenceBody {
    pub op: DiffOpBody,
    /// Words of the given text; empty for `insert`.
    #[schema(max_length = 5000)]
    pub given: String,
    /// Words of the quote; empty for `delete`.
    #[schema(max_length = 1_048_576)]
    pub found: String,
}

/// The edit that turns the given text into the quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DiffOpBody {
    Insert,
    Delete,
    Replace,
}

impl DiffOpBody {
    /// The edit that turns some words into others.
    pub fn of(from: &str, to: &str) -> Self {
        match (from.is_empty(), to.is_empty()) {
            (true, _) => Self::Insert,
            (false, true) => Self::Delete,
            (false, false) => Self::Replace,
        }
    }
}

impl From<MatchQuotes> for QuoteMatchQuery {
    fn from(body: MatchQuotes) -> Self {
        let MatchQuotes { text, speaker, language, threshold, limit } = body;
        Self { text, speaker, language, threshold, limit: limit.into() }
    }
}

impl From<QuoteMatch> for QuoteMatchBody {
    fn from(found: QuoteMatch) -> Self {
        let kind = match found.kind {
            MatchKind::Exact => MatchKindBody::Exact,
            MatchKind::Canonical => MatchKindBody::Canonical,
            MatchKind::Fuzzy => MatchKindBody::Fuzzy,
        };
        let differences = found.differences.into_iter().map(Into::into).collect();
        Self { kind, score: found.score, quote: found.quote.into(), differences }
    }
}

impl From<Difference> for DifferenceBody {
    fn from(difference: Difference) -> Self {
        let op = DiffOpBody::of(&difference.given, &difference.found);
        Self { op, given: difference.given, found: difference.found }
    }
}
