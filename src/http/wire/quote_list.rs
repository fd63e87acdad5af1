//! The filters and orders of the list of quotes.

use super::article::Label;
use super::export::ExportOptions;
use super::filters::{
    IdOrNone, LanguageParameter, NameParameter, OrNone, ParameterError, relevance_needs_q, search, set_filter,
};
use super::page::{CountModeBody, KeyKind, PageParameters};
use crate::domain::page::{PageRequest, Range, SetFilter};
use crate::domain::quote::{QuoteFilter, QuoteList, QuoteNames, QuoteOrder};
use crate::domain::{QuoteKind, QuoteStatus, SpeakerStatus};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// The orders of a list of quotes. Quotes of undated articles come last in both orders of publication. `relevance`
/// needs `q` and ranks the newest 200 matches.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
pub enum QuoteSort {
    #[default]
    #[serde(rename = "-published_at")]
    NewestPublished,
    #[serde(rename = "published_at")]
    OldestPublished,
    #[serde(rename = "-confidence")]
    MostConfident,
    #[serde(rename = "relevance")]
    Relevance,
}

/// The parts that a list of quotes can embed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum QuotesInclude {
    Article,
    Speaker,
    ClaimReviews,
    Highlight,
}

/// The records that are listed once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Dedupe {
    Cluster,
}

/// The filters of a list of quotes.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct QuoteFilters {
    /// Words in the text: all words, `OR` between alternatives, `"a phrase"`, `-excluded`. Accents, inflections and
    /// stop words of the text's language are ignored.
    #[param(min_length = 1, max_length = 500)]
    q: Option<String>,
    /// Only by this entity. `none`: without a known speaker.
    #[serde(default)]
    #[param(max_items = 50, value_type = Vec<IdOrNone>, inline)]
    speaker: Vec<OrNone<Uuid>>,
    /// Excludes this speaker. `none` excludes quotes without a known speaker.
    #[serde(default, rename = "not.speaker")]
    #[param(max_items = 50, value_type = Vec<IdOrNone>, inline)]
    not_speaker: Vec<OrNone<Uuid>>,
    /// Only with this status of the speaker.
    #[serde(default)]
    #[param(max_items = 50)]
    speaker_status: Vec<SpeakerStatus>,
    /// Excludes this status of the speaker.
    #[serde(default, rename = "not.speaker_status")]
    #[param(max_items = 50)]
    not_speaker_status: Vec<SpeakerStatus>,
    /// Only about this entity, which is mentioned inside. `none`: about no entity.
    #[serde(default)]
    #[param(max_items = 50, value_type = Vec<IdOrNone>, inline)]
    about: Vec<OrNone<Uuid>>,
    /// Excludes quotes about this entity. `none` excludes quotes about no entity.
    #[serde(default, rename = "not.about")]
    #[param(max_items = 50, value_type = Vec<IdOrNone>, inline)]
    not_about: Vec<OrNone<Uuid>>,
    /// Only in this article.
    #[serde(default)]
    #[param(max_items = 50)]
    article: Vec<Uuid>,
    /// Excludes this article.
    #[serde(default, rename = "not.article")]
    #[param(max_items = 50)]
    not_article: Vec<Uuid>,
    /// Only in articles of this publisher. `none`: in articles without a publisher.
    #[serde(default)]
    #[param(max_items = 50, value_type = Vec<Label>, inline)]
    publisher: Vec<OrNone<String>>,
    /// Excludes articles of this publisher. `none` excludes articles without one.
    #[serde(default, rename = "not.publisher")]
    #[param(max_items = 50, value_type = Vec<Label>, inline)]
    not_publisher: Vec<OrNone<String>>,
    /// Only in articles in this language.
    #[serde(default)]
    #[param(max_items = 50, value_type = Vec<LanguageParameter>, inline)]
    language: Vec<String>,
    /// Excludes articles in this language.
    #[serde(default, rename = "not.language")]
    #[param(max_items = 50, value_type = Vec<LanguageParameter>, inline)]
    not_language: Vec<String>,
    /// Only this kind.
    #[serde(default)]
    #[param(max_items = 50)]
    kind: Vec<QuoteKind>,
    /// Excludes this kind.
    #[serde(default, rename = "not.kind")]
    #[param(max_items = 50)]
    not_kind: Vec<QuoteKind>,
    /// Only with this review status.
    #[serde(default)]
    #[param(max_items = 50)]
    status: Vec<QuoteStatus>,
    /// Excludes this review status.
    #[serde(default, rename = "not.status")]
    #[param(max_items = 50)]
    not_status: Vec<QuoteStatus>,
    /// Only with this reporting verb or phrase, in its dictionary form. `none`: without one.
    #[serde(default)]
    #[param(max_items = 50, value_type = Vec<Label>, inline)]
    cue: Vec<OrNone<String>>,
    /// Excludes this reporting verb or phrase. `none` excludes quotes without one.
    #[serde(default, rename = "not.cue")]
    #[param(max_items = 50, value_type = Vec<Label>, inline)]
    not_cue: Vec<OrNone<String>>,
    /// Only of this cluster of quotes with the same canonical text. `none`: without a cluster.
    #[serde(default)]
    #[param(max_items = 50, value_type = Vec<IdOrNone>, inline)]
    cluster: Vec<OrNone<Uuid>>,
    /// Excludes this cluster. `none` excludes quotes without one.
    #[serde(default, rename = "not.cluster")]
    #[param(max_items = 50, value_type = Vec<IdOrNone>, inline)]
    not_cluster: Vec<OrNone<Uuid>>,
    /// Only with a claim review of this rating. `any`: with a claim review. `none`: without one. Claim reviews of other quotes with the
    /// same words do not count.
    #[serde(default)]
    #[param(max_items = 50, value_type = Vec<Label>, inline)]
    claim_review: Vec<OrNone<String>>,
    /// Only with at least this confidence.
    #[param(minimum = 0, maximum = 1)]
    min_confidence: Option<f64>,
    /// Only in articles published at this time or later.
    published_from: Option<DateTime<Utc>>,
    /// Only in articles published before this time.
    published_to: Option<DateTime<Utc>>,
    /// Only said on this date or later; quotes without a date are left out.
    said_from: Option<NaiveDate>,
    /// Only said before this date; quotes without a date are left out.
    said_to: Option<NaiveDate>,
}

/// The options of a list of quotes, besides its filters.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuotes {
    #[serde(flatten)]
    #[param(ignore)]
    pub export: ExportOptions,
    #[serde(flatten)]
    #[param(ignore)]
    filters: QuoteFilters,
    /// Only by the entities with this name, ignoring accents and case, or else with the most similar name.
    #[serde(default)]
    #[param(max_items = 10, value_type = Vec<NameParameter>, inline)]
    speaker_name: Vec<String>,
    /// Only about the entities with this name, resolved in the same way.
    #[serde(default)]
    #[param(max_items = 10, value_type = Vec<NameParameter>, inline)]
    about_name: Vec<String>,
    /// `cluster`: only the first matching quote of each cluster.
    #[param(inline)]
    dedupe: Option<Dedupe>,
    /// The order.
    #[serde(default)]
    #[param(inline)]
    sort: QuoteSort,
    /// The parts to embed, separated by commas.
    #[serde(default)]
    #[param(inline, explode = false, min_items = 1, max_items = 4)]
    include: Vec<QuotesInclude>,
    /// Maximum number of items on a page; a page of large records may have fewer.
    #[param(minimum = 1, maximum = 200, default = 20)]
    limit: Option<i64>,
    /// Continues a list: the `next_cursor` of the previous page.
    #[param(max_length = 2048, pattern = "^[A-Za-z0-9_-]+$")]
    cursor: Option<String>,
    /// Adds `total`. `exact` is exact for a single filter with precomputed counts; for other filters it counts up to 10,000
    /// and estimates larger totals. `estimate` always estimates. `total.kind` is `exact` or `estimate`.
    #[param(inline)]
    count: Option<CountModeBody>,
}

impl TryFrom<QuoteFilters> for QuoteFilter {
    type Error = ParameterError;

    /// Fails when the search has no word.
    fn try_from(given: QuoteFilters) -> Result<Self, ParameterError> {
        Ok(Self {
            search: search(given.q.as_deref())?,
            speaker: set_filter(given.speaker, given.not_speaker),
            speaker_status: SetFilter::new(given.speaker_status, given.not_speaker_status),
            about: set_filter(given.about, given.not_about),
            about_too: Vec::new(),
            article: SetFilter::new(given.article, given.not_article),
            publisher: set_filter(given.publisher, given.not_publisher),
            language: SetFilter::new(given.language, given.not_language),
            kind: SetFilter::new(given.kind, given.not_kind),
            status: SetFilter::new(given.status, given.not_status),
            cue: set_filter(given.cue, given.not_cue),
            cluster: set_filter(given.cluster, given.not_cluster),
            claim_review: claim_review(given.claim_review),
            min_confidence: given.min_confidence,
            published: Range { from: given.published_from, to: given.published_to },
            said: Range { from: given.said_from, to: given.said_to },
            undecided: false,
            suggested: false,
        })
    }
}

/// Reads `any` as all but `none`.
fn claim_review(given: Vec<OrNone<String>>) -> SetFilter<String> {
    let filter = set_filter(given, Vec::new());
    match (filter.include.iter().any(|rating| rating == "any"), filter.include_null) {
        (false, _) => filter,
        (true, has_none) => SetFilter { exclude_null: !has_none, ..SetFilter::default() },
    }
}

impl ListQuotes {
    /// The parts to embed.
    pub fn include(&self) -> &[QuotesInclude] {
        &self.include
    }

    /// The names to be resolved to entities.
    pub fn names(&self) -> QuoteNames {
        QuoteNames { speaker: self.speaker_name.clone(), about: self.about_name.clone() }
    }

    /// The parameters of the page.
    pub fn page(&self) -> PageParameters {
        let key = match self.sort {
            QuoteSort::NewestPublished | QuoteSort::OldestPublished => KeyKind::Time,
            QuoteSort::MostConfident | QuoteSort::Relevance => KeyKind::Number,
        };
        PageParameters { limit: self.limit, cursor: self.cursor.clone(), count: self.count, key }
    }

    /// The domain's form of the list, without its names.
    ///
    /// # Errors
    /// When the search has no word, or an order by relevance has no search.
    pub fn into_list(self, page: PageRequest) -> Result<QuoteList, ParameterError> {
        let order = match self.sort {
            QuoteSort::NewestPublished => QuoteOrder::NewestPublished,
            QuoteSort::OldestPublished => QuoteOrder::OldestPublished,
            QuoteSort::MostConfident => QuoteOrder::MostConfident,
            QuoteSort::Relevance => QuoteOrder::Relevance,
        };
        let filter: QuoteFilter = self.filters.try_into()?;
        if order == QuoteOrder::Relevance && filter.search.is_none() {
            return Err(relevance_needs_q());
        }
        Ok(QuoteList { filter, one_per_cluster: self.dedupe.is_some(), order, page })
    }
}
