//! The difference between two versions of an article on the wire.

use super::examples;
use super::quote_match::DiffOpBody;
use super::span::SpanBody;
use crate::domain::Anchor;
use crate::domain::article::Followed;
use crate::domain::text_diff::Hunk;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The difference between two versions of an article, and what became of the spans in the first one.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "article_id": examples::ARTICLE, "from": 1, "to": 2, "headline": [],
    "body": [{"op": "replace", "from": {"start": 292, "end": 295}, "to": {"start": 292, "end": 296}, "deleted": "dix", "inserted": "onze"}],
    "mentions": [], "quotes": [], "complete": true
}))]
pub struct ArticleComparisonBody {
    pub article_id: Uuid,
    /// The first `body_version`.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub from: i32,
    /// The second `body_version`.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub to: i32,
    /// The differences between the headlines, in order.
    #[schema(max_items = 1000)]
    pub headline: Vec<HunkBody>,
    /// The differences between the bodies, in order. Of texts of which little is the same, they may be larger than necessary.
    #[schema(max_items = 1_048_576)]
    pub body: Vec<HunkBody>,
    /// The mentions in the first version, in order of start.
    #[schema(max_items = 10_000)]
    pub mentions: Vec<FollowedBody>,
    /// The quotes in the first version, in order of start.
    #[schema(max_items = 10_000)]
    pub quotes: Vec<FollowedBody>,
    /// False when there are more than 10,000 mentions or quotes, which are left out.
    pub complete: bool,
}

/// Words of one text in place of words of the other. Offsets are code points of the headline or the body of that version.
#[derive(Debug, Serialize, ToSchema)]
pub struct HunkBody {
    pub op: DiffOpBody,
    /// The place in the first version; empty for `insert`.
    pub from: SpanBody,
    /// The place in the second version; empty for `delete`.
    pub to: SpanBody,
    #[schema(max_length = 1_048_576)]
    pub deleted: String,
    #[schema(max_length = 1_048_576)]
    pub inserted: String,
}

/// A mention or a quote of the first version in the second one.
#[derive(Debug, Serialize, ToSchema)]
pub struct FollowedBody {
    pub id: Uuid,
    pub anchor: Anchor,
    /// Its spans in the first version.
    #[schema(min_items = 1, max_items = 50)]
    pub from: Vec<SpanBody>,
    /// Its spans in the second version; null for an orphan.
    #[schema(required = true, min_items = 1, max_items = 50)]
    pub to: Option<Vec<SpanBody>>,
}

impl From<Hunk> for HunkBody {
    fn from(hunk: Hunk) -> Self {
        let op = DiffOpBody::of(&hunk.deleted, &hunk.inserted);
        Self { op, from: hunk.from.into(), to: hunk.to.into(), deleted: hunk.deleted, inserted: hunk.inserted }
    }
}

impl From<Followed> for FollowedBody {
    fn from(followed: Followed) -> Self {
        let spans = |spans: Vec<_>| spans.into_iter().map(Into::into).collect();
        Self { id: followed.id, anchor: followed.anchor, from: spans(followed.from), to: followed.to.map(spans) }
    }
}
