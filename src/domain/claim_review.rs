//! Claim reviews: fact-checks of quotes, published elsewhere.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

/// A stored claim review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimReview {
    pub id: Uuid,
    pub created_at: DateTime<Utc>,
    pub actor: Option<String>,
    pub quote_id: Uuid,
    /// The text of the quote.
    pub claim: String,
    pub new: NewClaimReview,
}

/// A claim review to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewClaimReview {
    /// The organisation that checked the claim.
    pub publisher: String,
    pub url: String,
    /// The verdict in the words of the publisher.
    pub rating: String,
    pub title: Option<String>,
    /// When it was published.
    pub date: Option<NaiveDate>,
}
