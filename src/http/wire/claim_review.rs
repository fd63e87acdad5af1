//! Claim reviews on the wire.

use super::RequestBody;
use super::examples;
use super::page::TotalBody;
use crate::domain::claim_review::{ClaimReview, NewClaimReview};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// A fact-check of a quote, published elsewhere: a `ClaimReview` of schema.org.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": examples::CLAIM_REVIEW, "created_at": "2026-01-14T08:00:00Z", "actor": "desk",
    "quote_id": examples::QUOTE, "claim": "nos ports y gagneront autant que nos routes", "publisher": "Les Vérificateurs",
    "url": "https://example.org/checks/16", "rating": "Plutôt vrai", "title": "Ce que les ports gagnent", "date": "2026-01-14"
}))]
pub struct ClaimReviewBody {
    pub id: Uuid,
    pub created_at: DateTime<Utc>,
    /// The name of the key of who stored it.
    #[schema(required = true, max_length = 300)]
    pub actor: Option<String>,
    pub quote_id: Uuid,
    /// Derived: the text of the quote, `claimReviewed` in schema.org.
    #[schema(min_length = 1, max_length = 20_000)]
    pub claim: String,
    /// The organisation that checked the claim: `author.name` in schema.org.
    #[schema(min_length = 1, max_length = 200)]
    pub publisher: String,
    /// The address of the fact-check.
    #[schema(min_length = 1, max_length = 2048)]
    pub url: String,
    /// The verdict in the words of the publisher: `reviewRating.alternateName` in schema.org.
    #[schema(min_length = 1, max_length = 200)]
    pub rating: String,
    /// The title of the fact-check: `name` in schema.org.
    #[schema(required = true, min_length = 1, max_length = 500)]
    pub title: Option<String>,
    /// When the fact-check was published: `datePublished` in schema.org.
    #[schema(required = true)]
    pub date: Option<NaiveDate>,
}

/// A new claim review.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "publisher": "Les Vérificateurs", "url": "https://example.org/checks/17", "rating": "Faux",
    "title": "Non, les routes ne perdent rien", "date": "2026-03-03"
}))]
pub struct CreateClaimReview {
    /// The organisation that checked the claim.
    #[schema(min_length = 1, max_length = 200)]
    pub publisher: String,
    /// The address of the fact-check. A quote has one claim review of an address.
    #[schema(min_length = 1, max_length = 2048, pattern = "^[Hh][Tt][Tt][Pp][Ss]?://[^/?#]")]
    pub url: String,
    /// The verdict in the words of the publisher.
    #[schema(min_length = 1, max_length = 200)]
    pub rating: String,
    #[schema(min_length = 1, max_length = 500)]
    pub title: Option<String>,
    /// When the fact-check was published.
    pub date: Option<NaiveDate>,
}

/// One page of claim reviews.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClaimReviewPage {
    #[schema(max_items = 200)]
    pub items: Vec<ClaimReviewBody>,
    /// Continues the list; null on the last page.
    #[schema(required = true, max_length = 2048)]
    pub next_cursor: Option<String>,
    /// With `count`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = TotalBody, required = false)]
    pub total: Option<TotalBody>,
}

/// A `ClaimReview` of schema.org, alone, in an array or in a `@graph`. The first one counts: its `author.name`, `url`, `name` or
/// `headline`, `datePublished`, and its `reviewRating` with `alternateName` or else `ratingValue`.
#[derive(ToSchema)]
#[schema(value_type = Object)]
pub struct SchemaOrgClaimReview(#[allow(dead_code, reason = "describes a body that is read as JSON")] Value);

impl RequestBody for CreateClaimReview {
    fn from_json_ld(document: &Value) -> Value {
        let Some(review) = claim_review_in(document) else { return json!({}) };
        let rating = first(&review["reviewRating"]);
        let members = [
            ("publisher", text(&first(&review["author"])["name"])),
            ("url", text(&review["url"])),
            ("rating", text(&rating["alternateName"]).or_else(|| text(&rating["ratingValue"]))),
            ("title", text(&review["name"]).or_else(|| text(&review["headline"]))),
            // A time begins with its date.
            ("date", text(&review["datePublished"]).map(|date| date.chars().take(10).collect())),
        ];
        members.into_iter().filter_map(|(member, value)| Some((member.to_owned(), Value::from(value?)))).collect()
    }
}

/// The first `ClaimReview` of a document.
fn claim_review_in(document: &Value) -> Option<&Value> {
    let is_claim_review = |node: &&Value| {
        let kind = |kind: &Value| matches!(kind.as_str(), Some("ClaimReview" | "schema:ClaimReview"));
        kind(&node["@type"]) || node["@type"].as_array().is_some_and(|kinds| kinds.iter().any(kind))
    };
    let nodes = document.as_array().or(document["@graph"].as_array());
    nodes.map_or(std::slice::from_ref(document), Vec::as_slice).iter().find(is_claim_review)
}

fn first(value: &Value) -> &Value {
    value.get(0).unwrap_or(value)
}

/// The text of a value: of a literal, a node or the first of a list.
fn text(value: &Value) -> Option<String> {
    match first(value) {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Object(value) => value.get("@value").or_else(|| value.get("@id"))?.as_str().map(str::to_owned),
        _ => None,
    }
}

impl From<CreateClaimReview> for NewClaimReview {
    fn from(body: CreateClaimReview) -> Self {
        let CreateClaimReview { publisher, url, rating, title, date } = body;
        Self { publisher, url, rating, title, date }
    }
}

impl From<ClaimReview> for ClaimReviewBody {
    fn from(review: ClaimReview) -> Self {
        let ClaimReview { id, created_at, actor, quote_id, claim, new } = review;
        let NewClaimReview { publisher, url, rating, title, date } = new;
        Self { id, created_at, actor, quote_id, claim, publisher, url, rating, title, date }
    }
}
