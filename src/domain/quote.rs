//! Quotes: words in an article, who is said to have said them, and what a human decided about it.

use super::entity::ResolvedName;
use super::page::{PageRequest, Range, SetFilter};
use super::search::Search;
use super::span::Span;
use super::text_diff::Difference;
use super::{Anchor, Origin, QuoteKind, QuoteStatus, ReviewAction, SpeakerStatus, text};
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

/// The most spans of one quote.
pub const MAX_SPANS: usize = 50;

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
    pub cue: Option<String>,
    pub cue_span: Option<Span>,
    pub cue_lemma: Option<String>,
    /// Derived: entities whose mention lies inside the spans, in order of id.
    pub about: Vec<Uuid>,
    pub said_on: Option<NaiveDate>,
    pub status: QuoteStatus,
    /// 0 to 1.
    pub confidence: f64,
    pub origin: Origin,
    pub extractor: Option<String>,
    pub canonical_text: Option<String>,
    pub cluster_id: Option<Uuid>,
    /// In the order in which they were made.
    pub reviews: Vec<Review>,
    /// The article's, for the position in a list.
    pub published_at: Option<DateTime<Utc>>,
}

/// Something a person did with a quote.
#[derive(Debug, Clone, PartialEq)]
pub struct Review {
    pub id: Uuid,
    pub actor: Option<String>,
    pub action: ReviewAction,
    /// The members that changed, as they were.
    pub from: Option<serde_json::Value>,
    /// The same members, as they are since.
    pub to: Option<serde_json::Value>,
    pub note: Option<String>,
    pub at: DateTime<Utc>,
}

/// A quote to be stored: `spans`, or `text` alone, which is then looked for in the body.
#[derive(Debug, Clone, PartialEq)]
pub struct NewQuote {
    pub article_id: Uuid,
    /// With spans: must equal their slices joined by one space.
    pub text: Option<String>,
    pub spans: Option<Vec<Span>>,
    pub kind: QuoteKind,
    pub speaker_id: Option<Uuid>,
    /// Filled from `speaker_span` when absent.
    pub speaker_label: Option<String>,
    pub speaker_span: Option<Span>,
    /// [`default_speaker_status`] when absent.
    pub speaker_status: Option<SpeakerStatus>,
    /// Filled from `cue_span` when absent.
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

/// A change to a quote: an outer `None` leaves the member as it is, an inner one clears it.
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
    /// By how well they match the search, of the newest that do.
    Relevance,
}

/// Which quotes are asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct QuoteFilter {
    /// In the text.
    pub search: Option<Search>,
    pub speaker: SetFilter<Uuid>,
    pub speaker_status: SetFilter<SpeakerStatus>,
    pub about: SetFilter<Uuid>,
    /// About one of these as well, when there are any.
    pub about_too: Vec<Uuid>,
    pub article: SetFilter<Uuid>,
    pub publisher: SetFilter<String>,
    pub language: SetFilter<String>,
    pub kind: SetFilter<QuoteKind>,
    /// When no status is asked for, rejected quotes are left out.
    pub status: SetFilter<QuoteStatus>,
    /// The cue's lemma.
    pub cue: SetFilter<String>,
    pub cluster: SetFilter<Uuid>,
    pub min_confidence: Option<f64>,
    pub published: Range<DateTime<Utc>>,
    pub said: Range<NaiveDate>,
}

/// A list of quotes: which, in what order, what part.
#[derive(Debug, Clone, PartialEq)]
pub struct QuoteList {
    pub filter: QuoteFilter,
    /// Of the quotes that match and share a `cluster_id`, only the first in the list's order.
    pub one_per_cluster: bool,
    pub order: QuoteOrder,
    pub page: PageRequest,
}

/// The same quote in several articles.
#[derive(Debug, Clone, PartialEq)]
pub struct Occurrences {
    /// `None` for a quote of which nothing is left when it is made canonical.
    pub cluster_id: Option<Uuid>,
    pub count: i64,
    /// When the earliest dated article with it was published.
    pub first_published_at: Option<DateTime<Utc>>,
    /// The quote of that article.
    pub first_quote_id: Option<Uuid>,
    /// The distinct wordings, most frequent first.
    pub variants: Vec<Variant>,
    /// Per publisher, most frequent first.
    pub publishers: Vec<PublisherCount>,
}

/// One wording of a quote.
#[derive(Debug, Clone, PartialEq)]
pub struct Variant {
    pub text: String,
    pub count: i64,
    pub first_published_at: Option<DateTime<Utc>>,
}

/// How often one outlet printed a quote.
#[derive(Debug, Clone, PartialEq)]
pub struct PublisherCount {
    pub publisher: Option<String>,
    pub count: i64,
    pub first_published_at: Option<DateTime<Utc>>,
}

/// The speaker status of a quote that was given none.
pub fn default_speaker_status(speaker_id: Option<Uuid>, speaker_label: Option<&str>) -> SpeakerStatus {
    match (speaker_id, speaker_label) {
        (Some(_), _) => SpeakerStatus::Named,
        (None, Some(_)) => SpeakerStatus::Unresolved,
        (None, None) => SpeakerStatus::Unattributed,
    }
}

/// The status of a quote that was given none: what a human makes starts verified.
pub fn default_status(origin: Origin) -> QuoteStatus {
    match origin {
        Origin::Human => QuoteStatus::Verified,
        Origin::Machine => QuoteStatus::Machine,
    }
}

/// The canonical form of a quote's text and the cluster it makes; `None` when nothing is left of it.
pub fn canonical(text: &str) -> Option<(String, Uuid)> {
    /// The namespace of cluster ids: a random UUID, fixed for good.
    const CLUSTERS: Uuid = Uuid::from_u128(0x5b3c_8b7e_1f0d_4c55_9d1a_2f6e_70c3_a914);
    let canonical = text::canonical(text);
    if canonical.is_empty() {
        return None;
    }
    let cluster_id = Uuid::new_v5(&CLUSTERS, canonical.as_bytes());
    Some((canonical, cluster_id))
}

/// The names that a list of quotes is asked for by; of several for one, any.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QuoteNames {
    pub speaker: Vec<String>,
    pub about: Vec<String>,
}

/// How these names were read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResolvedNames {
    pub speaker: Vec<ResolvedName>,
    pub about: Vec<ResolvedName>,
    /// No quote can be what was asked for: the names lead to nobody, or to others than the filter's.
    pub leads_nowhere: bool,
}

/// Words that somebody may have said.
#[derive(Debug, Clone, PartialEq)]
pub struct QuoteMatchQuery {
    pub text: String,
    pub speaker: Option<Uuid>,
    /// BCP 47 primary tag; only quotes in this language.
    pub language: Option<String>,
    /// How alike a text must be at least, 0 to 1.
    pub threshold: f64,
    pub limit: usize,
}

/// How a quote matches the text asked for, the closest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MatchKind {
    /// By the trigrams of its words.
    Fuzzy,
    /// The same words, but for case, accents and marks.
    Canonical,
    Exact,
}

/// A quote that matches the text asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct QuoteMatch {
    pub kind: MatchKind,
    /// 0 to 1.
    pub score: f64,
    pub quote: Quote,
    pub differences: Vec<Difference>,
}
