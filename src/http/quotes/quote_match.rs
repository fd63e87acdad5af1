//! `/v1/quotes/match`: did anyone say this?

use super::QuoteBody;
use crate::domain::quote::{MatchKind, QuoteMatch, QuoteMatchQuery};
use crate::domain::text_diff::Difference;
use crate::http::input::{Body, RequestBody};
use crate::http::json;
use crate::http::problem::Problem;
use crate::store::Db;
use crate::store::quotes::quote_match;
use crate::store::search::Statistics;
use actix_web::{HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Words that somebody may have said.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"text": "Nous sommes prêts à tout", "threshold": 0.6}))]
pub struct MatchQuotes {
    #[schema(min_length = 1, max_length = 5000)]
    pub text: String,
    /// Only by this entity.
    pub speaker: Option<Uuid>,
    /// Only in this language, a BCP 47 primary tag. What is like the text is looked for in its own language when not given.
    #[schema(max_length = 3, pattern = "^[a-z]{2,3}$")]
    pub language: Option<String>,
    /// How alike a quote must be at least.
    #[serde(default = "default_threshold")]
    #[schema(minimum = 0, maximum = 1, default = 0.5)]
    pub threshold: f64,
    /// The most quotes.
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

/// Quotes that are like a text.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"items": []}))]
pub struct QuoteMatchesBody {
    /// The closest first.
    #[schema(max_items = 50)]
    pub items: Vec<QuoteMatchBody>,
}

/// A quote that is like a text.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuoteMatchBody {
    pub kind: LikenessBody,
    /// The part of their words' trigrams that both texts have, case, accents and marks aside.
    #[schema(minimum = 0, maximum = 1)]
    pub score: f64,
    pub quote: QuoteBody,
    /// The words that differ, in order, case, accents and marks aside.
    #[schema(max_items = 2000)]
    pub differences: Vec<DifferenceBody>,
}

/// `exact`: the same text; `canonical`: the same words; `fuzzy`: words much like them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum LikenessBody {
    Exact,
    Canonical,
    Fuzzy,
}

/// Words of one text that the other has not, or has others for.
#[derive(Debug, Serialize, ToSchema)]
pub struct DifferenceBody {
    pub op: Operation,
    /// Words of the text that was given; empty for `insert`.
    #[schema(max_length = 5000)]
    pub given: String,
    /// Words of the quote; empty for `delete`.
    #[schema(max_length = 1_048_576)]
    pub found: String,
}

/// What makes the quote of the text that was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Operation {
    Insert,
    Delete,
    Replace,
}

/// Match quotes
///
/// Did anyone say this? Quotes in this very text come first, then those in the same words, then those in words much like
/// them: of each cluster one, found by the rarest of its words. Where all words are very common, the newest 10,000 quotes are
/// looked at for those. Rejected quotes are left out.
#[utoipa::path(
    tag = "quotes",
    request_body = MatchQuotes,
    responses((status = 200, description = "The quotes", body = QuoteMatchesBody)),
)]
#[post("/v1/quotes/match")]
pub async fn match_quotes(
    db: web::Data<Db>,
    statistics: web::Data<Statistics>,
    body: Body<MatchQuotes>,
) -> Result<HttpResponse, Problem> {
    let query = QuoteMatchQuery::from(body.0);
    let found = db.read(move |conn| quote_match::matching(conn, &statistics, &query)).await?;
    Ok(json::ok(&QuoteMatchesBody { items: found.into_iter().map(Into::into).collect() }))
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
            MatchKind::Exact => LikenessBody::Exact,
            MatchKind::Canonical => LikenessBody::Canonical,
            MatchKind::Fuzzy => LikenessBody::Fuzzy,
        };
        let differences = found.differences.into_iter().map(Into::into).collect();
        Self { kind, score: found.score, quote: found.quote.into(), differences }
    }
}

impl From<Difference> for DifferenceBody {
    fn from(difference: Difference) -> Self {
        let op = match (difference.given.is_empty(), difference.found.is_empty()) {
            (true, _) => Operation::Insert,
            (false, true) => Operation::Delete,
            (false, false) => Operation::Replace,
        };
        Self { op, given: difference.given, found: difference.found }
    }
}
