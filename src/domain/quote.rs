//! Quotes: words in an article, their speaker and their reviews.

use super::claim_review::ClaimReview;
use super::entity::ResolvedName;
use super::mention::Candidate;
use super::page::{PageRequest, Range, SetFilter};
use super::review::Review;
use super::search::Search;
use super::span::Span;
use super::suggestion::Suggestion;
use super::text_diff::Difference;
use super::{Anchor, Origin, QuoteKind, QuoteStatus, ReviewAction, SpeakerStatus, text};
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

/// Maximum number of spans of a quote.
pub const MAX_SPANS: usize = 50;
/// Maximum length of a quote, in code points.
pub const MAX_QUOTE: usize = 20_000;

/// A stored quote.
#[derive(Debug, Clone, PartialEq)]
pub struct Quote {
    pub id: Uuid,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub article_id: Uuid,
    pub body_version: i32,
    pub anchor: Anchor,
    pub text: String,
    pub spans: Vec<Span>,
    pub prefix: String,
    pub suffix: String,
    pub kind: QuoteKind,
    pub speaker_id: Option<Uuid>,
    pub speaker_label: Option<String>,
    pub speaker_span: Option<Span>,
    pub speaker_status: SpeakerStatus,
    /// Derived: the entities that an unresolved speaker may be, the most probable first.
    pub candidates: Vec<Candidate>,
    pub cue: Option<String>,
    pub cue_span: Option<Span>,
    pub cue_lemma: Option<String>,
    /// Derived: entities with a mention inside the spans, ordered by id.
    pub about: Vec<Uuid>,
    pub said_on: Option<NaiveDate>,
    pub status: QuoteStatus,
    /// 0 to 1.
    pub confidence: f64,
    pub origin: Origin,
    pub extractor: Option<String>,
    pub canonical_text: Option<String>,
    pub cluster_id: Option<Uuid>,
    /// What a later machine run found instead of what a person decided.
    pub suggestion: Option<Suggestion>,
    /// Oldest first.
    pub reviews: Vec<Review>,
    /// Publication time of the article, the sort key of lists.
    pub published_at: Option<DateTime<Utc>>,
}

/// A quote to be stored. Without `spans`, `text` is located in the body.
#[derive(Debug, Clone, PartialEq)]
pub struct NewQuote {
    pub article_id: Uuid,
    /// With `spans`, it must equal their texts joined by a space.
    pub text: Option<String>,
    pub spans: Option<Vec<Span>>,
    pub kind: QuoteKind,
    pub speaker_id: Option<Uuid>,
    /// Taken from `speaker_span` when absent.
    pub speaker_label: Option<String>,
    pub speaker_span: Option<Span>,
    /// [`default_speaker_status`] when absent.
    pub speaker_status: Option<SpeakerStatus>,
    /// Taken from `cue_span` when absent.
    pub cue: Option<String>,
    pub cue_span: Option<Span>,
    pub cue_lemma: Option<String>,
    pub said_on: Option<NaiveDate>,
    /// [`default_status`] when absent.
    pub status: Option<QuoteStatus>,
    pub confidence: f64,
    pub origin: Origin,
    pub extractor: Option<String>,
}

/// A change to a quote. An outer `None` does not change the member, an inner `None` clears it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct QuotePatch {
    pub text: Option<String>,
    pub spans: Option<Vec<Span>>,
    pub kind: Option<QuoteKind>,
    pub speaker_id: Option<Option<Uuid>>,
    pub speaker_label: Option<Option<String>>,
    pub speaker_span: Option<Option<Span>>,
    pub speaker_status: Option<SpeakerStatus>,
    pub cue: Option<Option<String>>,
    pub cue_span: Option<Option<Span>>,
    pub cue_lemma: Option<Option<String>>,
    pub said_on: Option<Option<NaiveDate>>,
    pub status: Option<QuoteStatus>,
    pub confidence: Option<f64>,
}

/// The orders of a list of quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuoteOrder {
    NewestPublished,
    OldestPublished,
    MostConfident,
    LeastConfident,
    /// Best match of the search first, among the newest matches.
    Relevance,
}

/// Filters of a list of quotes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct QuoteFilter {
    /// Matches the text of the quote.
    pub search: Option<Search>,
    pub speaker: SetFilter<Uuid>,
    pub speaker_status: SetFilter<SpeakerStatus>,
    pub about: SetFilter<Uuid>,
    /// If not empty, the quote must also be about one of these.
    pub about_too: Vec<Uuid>,
    pub article: SetFilter<Uuid>,
    pub publisher: SetFilter<String>,
    pub language: SetFilter<String>,
    pub kind: SetFilter<QuoteKind>,
    /// Without a status, rejected quotes are left out.
    pub status: SetFilter<QuoteStatus>,
    /// Lemma of the cue.
    pub cue: SetFilter<String>,
    pub cluster: SetFilter<Uuid>,
    /// Rating of a claim review of the quote.
    pub claim_review: SetFilter<String>,
    pub min_confidence: Option<f64>,
    pub published: Range<DateTime<Utc>>,
    pub said: Range<NaiveDate>,
    /// Only quotes about which nobody has decided anything.
    pub undecided: bool,
    /// Only quotes with a suggestion.
    pub suggested: bool,
}

/// A list of quotes: filter, order and page.
#[derive(Debug, Clone, PartialEq)]
pub struct QuoteList {
    pub filter: QuoteFilter,
    /// Keeps only the first of the matching quotes with the same `cluster_id`.
    pub one_per_cluster: bool,
    pub order: QuoteOrder,
    pub page: PageRequest,
}

/// A review to be added to a quote.
#[derive(Debug, Clone, PartialEq)]
pub struct NewReview {
    pub action: ReviewAction,
    /// What `reattribute` and `edit` change.
    pub changes: QuotePatch,
    /// The name of the new speaker. A person is created if no entity has this name.
    pub speaker_name: Option<String>,
    pub note: Option<String>,
    pub actor: Option<String>,
}

impl NewReview {
    /// The change of the quote.
    pub fn patch(&self) -> QuotePatch {
        let status = match self.action {
            ReviewAction::Verify => Some(QuoteStatus::Verified),
            ReviewAction::Reject => Some(QuoteStatus::Rejected),
            ReviewAction::Dispute => Some(QuoteStatus::Disputed),
            ReviewAction::Reattribute | ReviewAction::Edit | ReviewAction::Comment => self.changes.status,
        };
        QuotePatch { status, ..self.changes.clone() }
    }
}

/// The orders of the queue of quotes to review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueueOrder {
    /// Lowest confidence first.
    Uncertain,
    /// Newest publication first.
    Recent,
    /// Most frequent quotes first, one of each cluster, among the newest.
    Frequent,
}

/// The quotes to review next: filter, order and page.
#[derive(Debug, Clone, PartialEq)]
pub struct ReviewQueue {
    /// With `suggested`, the queue has those quotes instead of undecided ones.
    pub filter: QuoteFilter,
    pub order: QueueOrder,
    pub page: PageRequest,
}

/// The same quote in several articles.
#[derive(Debug, Clone, PartialEq)]
pub struct Occurrences {
    /// `None` for a quote whose canonical form is empty.
    pub cluster_id: Option<Uuid>,
    pub count: i64,
    /// Publication time of the earliest dated article with this quote.
    pub first_published_at: Option<DateTime<Utc>>,
    /// The quote of that article.
    pub first_quote_id: Option<Uuid>,
    /// Distinct wordings, most frequent first.
    pub variants: Vec<Variant>,
    /// Counts per publisher, most frequent first.
    pub publishers: Vec<PublisherCount>,
    /// Fact-checks of any quote of the cluster.
    pub claim_reviews: Vec<ClaimReview>,
}

/// One wording of a quote.
#[derive(Debug, Clone, PartialEq)]
pub struct Variant {
    pub text: String,
    pub count: i64,
    pub first_published_at: Option<DateTime<Utc>>,
}

/// The number of times that a publisher printed a quote.
#[derive(Debug, Clone, PartialEq)]
pub struct PublisherCount {
    pub publisher: Option<String>,
    pub count: i64,
    pub first_published_at: Option<DateTime<Utc>>,
}

/// Returns the speaker status of a quote that is created without one.
pub fn default_speaker_status(speaker_id: Option<Uuid>, speaker_label: Option<&str>) -> SpeakerStatus {
    match (speaker_id, speaker_label) {
        (Some(_), _) => SpeakerStatus::Named,
        (None, Some(_)) => SpeakerStatus::Unresolved,
        (None, None) => SpeakerStatus::Unattributed,
    }
}

/// Returns the status of a quote that is created without one. Quotes by a human start as verified.
pub fn default_status(origin: Origin) -> QuoteStatus {
    match origin {
        Origin::Human => QuoteStatus::Verified,
        Origin::Machine => QuoteStatus::Machine,
    }
}

/// Returns the canonical form of the text of a quote and the id of its cluster, `None` when that form is empty.
pub fn canonical(text: &str) -> Option<(String, Uuid)> {
    /// Namespace of cluster ids: a random UUID that must never change.
    const CLUSTERS: Uuid = Uuid::from_u128(0x5b3c_8b7e_1f0d_4c55_9d1a_2f6e_70c3_a914);
    let canonical = text::canonical(text);
    if canonical.is_empty() {
        return None;
    }
    let cluster_id = Uuid::new_v5(&CLUSTERS, canonical.as_bytes());
    Some((canonical, cluster_id))
}

/// The names by which a list of quotes is filtered. Any of them may match.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QuoteNames {
    pub speaker: Vec<String>,
    pub about: Vec<String>,
}

/// The entities that the names of a filter were resolved to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResolvedNames {
    pub speaker: Vec<ResolvedName>,
    pub about: Vec<ResolvedName>,
    /// No quote can match: no entity has one of the names, or none that the filter allows.
    pub matches_nothing: bool,
}

/// A search for quotes that are similar to a text.
#[derive(Debug, Clone, PartialEq)]
pub struct QuoteMatchQuery {
    pub text: String,
    pub speaker: Option<Uuid>,
    /// BCP 47 primary tag. Only quotes in this language match.
    pub language: Option<String>,
    /// Minimum similarity, 0 to 1.
    pub threshold: f64,
    pub limit: usize,
}

/// How a quote matches the given text, closest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MatchKind {
    /// The trigrams of the words are similar.
    Fuzzy,
    /// The same words, apart from case, accents and punctuation.
    Canonical,
    Exact,
}

/// A quote that matches the given text.
#[derive(Debug, Clone, PartialEq)]
pub struct QuoteMatch {
    pub kind: MatchKind,
    /// 0 to 1.
    pub score: f64,
    pub quote: Quote,
    pub differences: Vec<Difference>,
}
