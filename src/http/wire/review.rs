//! Reviews as JSON, and the queue of quotes to review.

use super::RequestBody;
use super::filters::ParameterError;
use super::page::{CountModeBody, KeyKind, PageParameters, TotalBody};
use super::patch::clearable;
use super::problem::ProblemBody;
use super::quote::UpdateQuote;
use super::quote_list::QuoteFilters;
use crate::domain::page::PageRequest;
use crate::domain::quote::{NewReview, QueueOrder, QuotePatch, ReviewQueue};
use crate::domain::review::Review;
use crate::domain::{FieldError, ReviewAction, SpeakerStatus};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// A review of a record by a person.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewBody {
    pub id: Uuid,
    /// The name of the reviewer's key, or without keys the name that the reviewer gave.
    #[schema(required = true, max_length = 200)]
    pub actor: Option<String>,
    pub action: ReviewAction,
    /// The changed members before the change.
    #[schema(required = true, value_type = Option<Object>)]
    pub from: Option<serde_json::Value>,
    /// The changed members after the change.
    #[schema(required = true, value_type = Option<Object>)]
    pub to: Option<serde_json::Value>,
    #[schema(required = true, max_length = 2000)]
    pub note: Option<String>,
    pub at: DateTime<Utc>,
}

/// Who decided about a record, and when.
#[derive(Debug, Serialize, ToSchema)]
pub struct DecisionBody {
    #[schema(required = true, max_length = 200)]
    pub actor: Option<String>,
    pub action: ReviewAction,
    pub at: DateTime<Utc>,
}

/// One page of reviews.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"items": [], "next_cursor": null}))]
pub struct ReviewPage {
    #[schema(max_items = 200)]
    pub items: Vec<ReviewBody>,
    /// Continues the list; null on the last page.
    #[schema(required = true, max_length = 2048)]
    pub next_cursor: Option<String>,
    /// With `count`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = TotalBody, required = false)]
    pub total: Option<TotalBody>,
}

/// A review of a quote. `verify`, `reject` and `dispute` set its `status`. `reattribute` changes its speaker: with `speaker_id`, or
/// with `speaker_name`. `edit` makes `changes`. `comment` changes nothing and needs a `note`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"action": "verify", "note": "Heard in the recording"}))]
pub struct CreateReview {
    pub action: ReviewAction,
    /// With `reattribute`: the entity that said it, or null for nobody.
    #[serde(default, deserialize_with = "clearable")]
    #[schema(value_type = Option<Uuid>)]
    pub speaker_id: Option<Option<Uuid>>,
    /// With `reattribute`: the name of the person who said it. A person is created if no entity has this name.
    #[schema(min_length = 1, max_length = 300)]
    pub speaker_name: Option<String>,
    /// With `reattribute`: what is known about the speaker.
    #[schema(value_type = SpeakerStatus, required = false)]
    pub speaker_status: Option<SpeakerStatus>,
    /// With `edit`: the members to change, as in `PATCH`.
    #[schema(value_type = UpdateQuote, required = false)]
    pub changes: Option<UpdateQuote>,
    #[schema(min_length = 1, max_length = 2000)]
    pub note: Option<String>,
    /// Who reviews. Used only when the request has no API key.
    #[schema(min_length = 1, max_length = 200)]
    pub actor: Option<String>,
}

impl CreateReview {
    /// The domain's form of the review, by `caller` if there is one.
    ///
    /// # Errors
    /// Members that the action needs or does not take.
    pub fn into_review(self, caller: Option<&str>) -> Result<NewReview, Vec<FieldError>> {
        let mut faults = Vec::new();
        let mut refuse = |is_wrong: bool, pointer: &str, detail: &str| {
            if is_wrong {
                faults.push(FieldError::new(pointer, detail));
            }
        };
        let (is_reattributed, is_edited) =
            (self.action == ReviewAction::Reattribute, self.action == ReviewAction::Edit);
        let (id, name, status) =
            (self.speaker_id.is_some(), self.speaker_name.is_some(), self.speaker_status.is_some());
        for (is_given, pointer) in [(id, "/speaker_id"), (name, "/speaker_name"), (status, "/speaker_status")] {
            refuse(is_given && !is_reattributed, pointer, "is only for the action reattribute");
        }
        refuse(id && name, "/speaker_name", "must not be given with speaker_id");
        refuse(is_reattributed && !(id || name || status), "/speaker_id", "is required for the action reattribute");
        refuse(self.changes.is_some() && !is_edited, "/changes", "is only for the action edit");
        refuse(self.changes.is_none() && is_edited, "/changes", "is required for the action edit");
        refuse(self.action == ReviewAction::Comment && self.note.is_none(), "/note", "is required for a comment");
        if !faults.is_empty() {
            return Err(faults);
        }
        let changes = self.changes.map(QuotePatch::from).unwrap_or_default();
        let speaker =
            QuotePatch { speaker_id: self.speaker_id, speaker_status: self.speaker_status, ..changes.clone() };
        Ok(NewReview {
            action: self.action,
            changes: if is_reattributed { speaker } else { changes },
            speaker_name: self.speaker_name,
            note: self.note,
            actor: caller.map(str::to_owned).or(self.actor),
        })
    }
}

/// One review for several quotes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"quotes": ["0192f0c1-2a3b-7c4d-8e5f-60718293a4b5"], "review": {"action": "verify"}}))]
pub struct CreateReviews {
    /// The quotes to review.
    #[schema(min_items = 1, max_items = 1000)]
    pub quotes: Vec<Uuid>,
    pub review: CreateReview,
}

/// What became of a review of several records.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "items": [{"id": "0192f0c1-2a3b-7c4d-8e5f-60718293a4b5", "result": "reviewed", "version": 2}]
}))]
pub struct ReviewResults {
    /// The results in the order of the ids.
    #[schema(max_items = 1000)]
    pub items: Vec<ReviewResultBody>,
}

/// What became of the review of one record.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewResultBody {
    pub id: Uuid,
    pub result: ReviewOutcome,
    /// The version of the record after the review.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 2_147_483_647, value_type = i32, required = false)]
    pub version: Option<i32>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = ProblemBody, required = false)]
    pub problem: Option<ProblemBody>,
}

/// Whether a record was reviewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ReviewOutcome {
    Reviewed,
    Failed,
}

impl RequestBody for CreateReview {}
impl RequestBody for CreateReviews {}

/// The orders of the queue: `uncertain` has the lowest confidence first, `recent` the newest publication. `frequent` has the newest
/// quote of each cluster, the largest cluster first, among the newest 10,000 quotes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum QueueOrderBody {
    #[default]
    Uncertain,
    Recent,
    Frequent,
}

/// Options of the queue of quotes to review, besides its filters.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListReviewQueue {
    #[serde(flatten)]
    #[param(ignore)]
    filters: QuoteFilters,
    /// The order.
    #[serde(default)]
    #[param(inline)]
    order: QueueOrderBody,
    /// Maximum number of items on a page; a page of large records may have fewer.
    #[param(minimum = 1, maximum = 200, default = 20)]
    limit: Option<i64>,
    /// Continues a list: the `next_cursor` of the previous page.
    #[param(max_length = 2048, pattern = "^[A-Za-z0-9_-]+$")]
    cursor: Option<String>,
    /// Adds `total`, the number of quotes in the queue: exact up to 10,000, else an estimate. Not with `frequent`.
    #[param(inline)]
    count: Option<CountModeBody>,
}

impl ListReviewQueue {
    /// The parameters of the page.
    pub fn page(&self) -> PageParameters {
        let key = match self.order {
            QueueOrderBody::Uncertain => KeyKind::Number,
            QueueOrderBody::Recent => KeyKind::Time,
            QueueOrderBody::Frequent => KeyKind::Count,
        };
        PageParameters { limit: self.limit, cursor: self.cursor.clone(), count: self.count, key }
    }

    /// The domain's form of the list.
    ///
    /// # Errors
    /// When the search has no word, or when the most frequent quotes are to be counted.
    pub fn into_queue(self, page: PageRequest) -> Result<ReviewQueue, ParameterError> {
        if self.order == QueueOrderBody::Frequent && self.count.is_some() {
            return Err(ParameterError::new("count", "is not for the order frequent"));
        }
        let order = match self.order {
            QueueOrderBody::Uncertain => QueueOrder::Uncertain,
            QueueOrderBody::Recent => QueueOrder::Recent,
            QueueOrderBody::Frequent => QueueOrder::Frequent,
        };
        Ok(ReviewQueue { filter: self.filters.try_into()?, order, page })
    }
}

impl From<Review> for ReviewBody {
    fn from(review: Review) -> Self {
        let Review { id, actor, action, from, to, note, at } = review;
        Self { id, actor, action, from, to, note, at }
    }
}

impl From<&Review> for DecisionBody {
    fn from(review: &Review) -> Self {
        Self { actor: review.actor.clone(), action: review.action, at: review.at }
    }
}
