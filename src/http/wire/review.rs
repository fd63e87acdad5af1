//! Reviews of quotes and mentions as JSON, and the queue of quotes to review.

use super::RequestBody;
use super::examples;
use super::filters::ParameterError;
use super::page::{CountModeBody, KeyKind, PageParameters, TotalBody};
use super::patch::clearable;
use super::problem::ProblemBody;
use super::quote::UpdateQuote;
use super::quote_list::QuoteFilters;
use crate::domain::mention::NewMentionReview;
use crate::domain::page::PageRequest;
use crate::domain::quote::{NewReview, QueueOrder, QuoteFilter, QuotePatch, ReviewQueue};
use crate::domain::review::Review;
use crate::domain::{FieldError, ReviewAction, SpeakerStatus};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Maximum number of records that are reviewed in one request.
const MAX_REVIEWED: usize = 1_000;

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
#[schema(example = json!({"action": "verify", "note": "Heard on the quay"}))]
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

/// A review of a mention. `verify` says that it is right, `reject` that it names no entity. `reattribute` gives it another entity:
/// with `entity_id`, or with `entity_name`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"action": "verify", "note": "Norway is a kingdom"}))]
pub struct CreateMentionReview {
    pub action: MentionReviewAction,
    /// With `reattribute`: the entity that it names.
    pub entity_id: Option<Uuid>,
    /// With `reattribute`: the name of the person that it names. A person is created if no entity has this name.
    #[schema(min_length = 1, max_length = 300)]
    pub entity_name: Option<String>,
    #[schema(min_length = 1, max_length = 2000)]
    pub note: Option<String>,
    /// Who reviews. Used only when the request has no API key.
    #[schema(min_length = 1, max_length = 200)]
    pub actor: Option<String>,
}

/// The action of a review of a mention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum MentionReviewAction {
    Verify,
    Reject,
    Reattribute,
}

impl CreateMentionReview {
    /// The domain's form of the review, by `caller` if there is one.
    ///
    /// # Errors
    /// Members that the action needs or does not take.
    pub fn into_review(self, caller: Option<&str>) -> Result<NewMentionReview, Vec<FieldError>> {
        let (action, is_reattributed) = match self.action {
            MentionReviewAction::Verify => (ReviewAction::Verify, false),
            MentionReviewAction::Reject => (ReviewAction::Reject, false),
            MentionReviewAction::Reattribute => (ReviewAction::Reattribute, true),
        };
        let (id, name) = (self.entity_id.is_some(), self.entity_name.is_some());
        let fault = match (is_reattributed, id, name) {
            (false, true, _) => Some(("/entity_id", "is only for the action reattribute")),
            (false, _, true) => Some(("/entity_name", "is only for the action reattribute")),
            (true, true, true) => Some(("/entity_name", "must not be given with entity_id")),
            (true, false, false) => Some(("/entity_id", "is required for the action reattribute")),
            _ => None,
        };
        if let Some((pointer, detail)) = fault {
            return Err(vec![FieldError::new(pointer, detail)]);
        }
        let actor = caller.map(str::to_owned).or(self.actor);
        Ok(NewMentionReview {
            action,
            entity_id: self.entity_id,
            entity_name: self.entity_name,
            note: self.note,
            actor,
        })
    }
}

/// One review for several quotes, and one for several mentions: up to 1,000 records.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"quotes": [examples::QUOTE], "review": {"action": "verify"}}))]
pub struct CreateReviews {
    /// The quotes to review.
    #[serde(default)]
    #[schema(max_items = 1000)]
    pub quotes: Vec<Uuid>,
    /// The review of the quotes.
    #[schema(value_type = CreateReview, required = false)]
    pub review: Option<CreateReview>,
    /// The mentions to review.
    #[serde(default)]
    #[schema(max_items = 1000)]
    pub mentions: Vec<Uuid>,
    /// The review of the mentions.
    #[schema(value_type = CreateMentionReview, required = false)]
    pub mention_review: Option<CreateMentionReview>,
}

/// The records of a request with the review of each kind.
pub struct ReviewsToAdd {
    pub quotes: Vec<Uuid>,
    pub review: Option<NewReview>,
    pub mentions: Vec<Uuid>,
    pub mention_review: Option<NewMentionReview>,
}

impl CreateReviews {
    /// The domain's form of the reviews, by `caller` if there is one.
    ///
    /// # Errors
    /// Ids that are given twice, too many ids, ids without a review or a review without ids, and faults of a review.
    pub fn into_reviews(self, caller: Option<&str>) -> Result<ReviewsToAdd, Vec<FieldError>> {
        let Self { quotes, review, mentions, mention_review } = self;
        let mut faults = Vec::new();
        let (of_quotes, of_mentions) = (review.is_some(), mention_review.is_some());
        for (member, ids, review, is_given) in
            [("quotes", &quotes, "review", of_quotes), ("mentions", &mentions, "mention_review", of_mentions)]
        {
            let mut seen = HashSet::new();
            if let Some(index) = ids.iter().position(|id| !seen.insert(*id)) {
                faults.push(FieldError::new(format!("/{member}/{index}"), "is given twice"));
            }
            if ids.is_empty() == is_given {
                let (missing, given) = if is_given { (member, review) } else { (review, member) };
                faults.push(FieldError::new(format!("/{missing}"), format!("is required with {given}")));
            }
        }
        if quotes.is_empty() && mentions.is_empty() {
            faults.push(FieldError::new("/quotes", "quotes or mentions are required"));
        }
        if quotes.len() + mentions.len() > MAX_REVIEWED {
            faults
                .push(FieldError::new("/mentions", format!("at most {MAX_REVIEWED} records can be reviewed at once")));
        }
        let mut keep = |place: &str, more: Vec<FieldError>| {
            faults.extend(more.into_iter().map(|fault| fault.inside(place)));
        };
        let review = review.map(|review| review.into_review(caller)).transpose();
        let review = review.map_err(|more| keep("/review", more)).ok().flatten();
        let mention_review = mention_review.map(|review| review.into_review(caller)).transpose();
        let mention_review = mention_review.map_err(|more| keep("/mention_review", more)).ok().flatten();
        if faults.is_empty() { Ok(ReviewsToAdd { quotes, review, mentions, mention_review }) } else { Err(faults) }
    }
}

/// What became of a review of several records.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "items": [{"id": examples::QUOTE, "result": "reviewed", "version": 2}]
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
impl RequestBody for CreateMentionReview {}
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
    /// Lists the quotes with a `suggestion` instead of those that nobody decided about.
    #[serde(default)]
    suggested: bool,
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
        let filter = QuoteFilter { suggested: self.suggested, ..self.filters.try_into()? };
        Ok(ReviewQueue { filter, order, page })
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
