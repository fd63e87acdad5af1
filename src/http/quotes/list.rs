//! The filters and orders of the list of quotes.

use crate::domain::page::{Range, SetFilter};
use crate::domain::quote::{QuoteFilter, QuoteList, QuoteNames, QuoteOrder};
use crate::domain::{QuoteKind, QuoteStatus, SpeakerStatus};
use crate::http::articles::{Label, LanguageParameter, no_search, search};
use crate::http::choice::{IdOrNone, OrNone, choice};
use crate::http::page::{CountBody, KeyKind, ListParameters};
use crate::http::problem::Problem;
use actix_web::HttpRequest;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// The orders of a list of quotes. Quotes of undated articles come last in either order of publication. `relevance`, which
/// needs `q`, ranks the newest 200 matches.
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

/// What a list of quotes can embed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum QuotesInclude {
    Article,
    Speaker,
    Highlight,
}

/// What to count once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Dedupe {
    Cluster,
}

/// Which quotes are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct QuoteFilters {
    /// Words in the text: all of them, or either side of `OR`; "a phrase", -without. Accents, endings and the usual small
    /// words of the text's language make no difference.
    #[param(min_length = 1, max_length = 500, example = "\"pouvoir d’achat\" OR inflation")]
    q: Option<String>,
    /// By this entity. `none`: without one.
    #[serde(default)]
    #[param(max_items = 50, value_type = Vec<IdOrNone>, inline)]
    speaker: Vec<OrNone<Uuid>>,
    /// Not by this entity. `none`: not without one.
    #[serde(default, rename = "not.speaker")]
    #[param(max_items = 50, value_type = Vec<IdOrNone>, inline)]
    not_speaker: Vec<OrNone<Uuid>>,
    /// With this knowledge of the speaker.
    #[serde(default)]
    #[param(max_items = 50)]
    speaker_status: Vec<SpeakerStatus>,
    /// Without this knowledge of the speaker.
    #[serde(default, rename = "not.speaker_status")]
    #[param(max_items = 50)]
    not_speaker_status: Vec<SpeakerStatus>,
    /// With a mention of this entity inside. `none`: without one.
    #[serde(default)]
    #[param(max_items = 50, value_type = Vec<IdOrNone>, inline)]
    about: Vec<OrNone<Uuid>>,
    /// Without a mention of this entity inside. `none`: not without one.
    #[serde(default, rename = "not.about")]
    #[param(max_items = 50, value_type = Vec<IdOrNone>, inline)]
    not_about: Vec<OrNone<Uuid>>,
    /// In this article.
    #[serde(default)]
    #[param(max_items = 50)]
    article: Vec<Uuid>,
    /// Not in this article.
    #[serde(default, rename = "not.article")]
    #[param(max_items = 50)]
    not_article: Vec<Uuid>,
    /// In an article of this outlet. `none`: without one.
    #[serde(default)]
    #[param(max_items = 50, value_type = Vec<Label>, inline)]
    publisher: Vec<OrNone<String>>,
    /// Not in an article of this outlet. `none`: not without one.
    #[serde(default, rename = "not.publisher")]
    #[param(max_items = 50, value_type = Vec<Label>, inline)]
    not_publisher: Vec<OrNone<String>>,
    /// In an article in this language.
    #[serde(default)]
    #[param(max_items = 50, value_type = Vec<LanguageParameter>, inline, example = json!(["fr"]))]
    language: Vec<String>,
    /// Not in an article in this language.
    #[serde(default, rename = "not.language")]
    #[param(max_items = 50, value_type = Vec<LanguageParameter>, inline)]
    not_language: Vec<String>,
    /// Of this kind.
    #[serde(default)]
    #[param(max_items = 50)]
    kind: Vec<QuoteKind>,
    /// Not of this kind.
    #[serde(default, rename = "not.kind")]
    #[param(max_items = 50)]
    not_kind: Vec<QuoteKind>,
    /// In this state of review.
    #[serde(default)]
    #[param(max_items = 50)]
    status: Vec<QuoteStatus>,
    /// Not in this state of review.
    #[serde(default, rename = "not.status")]
    #[param(max_items = 50)]
    not_status: Vec<QuoteStatus>,
    /// Reported with this verb or phrase, in its dictionary form. `none`: without one.
    #[serde(default)]
    #[param(max_items = 50, value_type = Vec<Label>, inline, example = json!(["souligner"]))]
    cue: Vec<OrNone<String>>,
    /// Not reported with this verb or phrase. `none`: not without one.
    #[serde(default, rename = "not.cue")]
    #[param(max_items = 50, value_type = Vec<Label>, inline)]
    not_cue: Vec<OrNone<String>>,
    /// The same words: of this cluster. `none`: without one.
    #[serde(default)]
    #[param(max_items = 50, value_type = Vec<IdOrNone>, inline)]
    cluster: Vec<OrNone<Uuid>>,
    /// Not of this cluster. `none`: not without one.
    #[serde(default, rename = "not.cluster")]
    #[param(max_items = 50, value_type = Vec<IdOrNone>, inline)]
    not_cluster: Vec<OrNone<Uuid>>,
    /// At least this sure.
    #[param(minimum = 0, maximum = 1)]
    min_confidence: Option<f64>,
    /// In an article published at this time or later.
    published_from: Option<DateTime<Utc>>,
    /// In an article published before this time.
    published_to: Option<DateTime<Utc>>,
    /// Said on this date or later; quotes without a date of their own are left out.
    said_from: Option<NaiveDate>,
    /// Said before this date; quotes without a date of their own are left out.
    said_to: Option<NaiveDate>,
}

/// A list of quotes, beside its filters.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuotes {
    #[serde(flatten)]
    #[param(ignore)]
    filters: QuoteFilters,
    /// By an entity of this name: by all that bear it, accents and case aside, or else by those whose name is most like it.
    #[serde(default)]
    #[param(max_items = 10, value_type = Vec<NameParameter>, inline, example = json!(["emmanuel macron"]))]
    speaker_name: Vec<String>,
    /// With a mention inside of an entity of this name, read in the same way.
    #[serde(default)]
    #[param(max_items = 10, value_type = Vec<NameParameter>, inline)]
    about_name: Vec<String>,
    /// `cluster`: of the quotes that match and have the same words, only the first in this order.
    #[param(inline)]
    dedupe: Option<Dedupe>,
    /// The order.
    #[serde(default)]
    #[param(inline)]
    sort: QuoteSort,
    /// What to embed, separated by commas.
    #[serde(default)]
    #[param(inline, explode = false, min_items = 1, max_items = 3)]
    include: Vec<QuotesInclude>,
    /// The most quotes on a page.
    #[param(minimum = 1, maximum = 200, default = 20)]
    limit: Option<i64>,
    /// Continues a list: the `next_cursor` of its last page.
    #[param(max_length = 2048, pattern = "^[A-Za-z0-9_-]+$")]
    cursor: Option<String>,
    /// Adds `total`. `exact` is exact for one filter that statistics are kept of, counts up to 10,000 for others and
    /// estimates what is more; `estimate` only estimates. `total.kind` says which it is.
    #[param(inline)]
    count: Option<CountBody>,
}

/// A name, as somebody writes it.
#[derive(ToSchema)]
#[schema(min_length = 1, max_length = 300)]
pub struct NameParameter(#[allow(dead_code, reason = "describes a parameter")] String);

impl TryFrom<QuoteFilters> for QuoteFilter {
    type Error = Problem;

    /// Fails when there is no word in the search.
    fn try_from(given: QuoteFilters) -> Result<Self, Problem> {
        Ok(Self {
            search: search(given.q.as_deref())?,
            speaker: choice(given.speaker, given.not_speaker),
            speaker_status: SetFilter::new(given.speaker_status, given.not_speaker_status),
            about: choice(given.about, given.not_about),
            about_too: Vec::new(),
            article: SetFilter::new(given.article, given.not_article),
            publisher: choice(given.publisher, given.not_publisher),
            language: SetFilter::new(given.language, given.not_language),
            kind: SetFilter::new(given.kind, given.not_kind),
            status: SetFilter::new(given.status, given.not_status),
            cue: choice(given.cue, given.not_cue),
            cluster: choice(given.cluster, given.not_cluster),
            min_confidence: given.min_confidence,
            published: Range { from: given.published_from, to: given.published_to },
            said: Range { from: given.said_from, to: given.said_to },
        })
    }
}

impl ListQuotes {
    /// What to embed.
    pub fn include(&self) -> &[QuotesInclude] {
        &self.include
    }

    /// The names that stand for entities.
    pub fn names(&self) -> QuoteNames {
        QuoteNames { speaker: self.speaker_name.clone(), about: self.about_name.clone() }
    }

    /// The domain's form of the list, without its names.
    ///
    /// # Errors
    /// When there is no word in the search or none to be relevant to, or the cursor belongs to another list.
    pub fn into_list(self, request: &HttpRequest) -> Result<QuoteList, Problem> {
        let (order, key) = match self.sort {
            QuoteSort::NewestPublished => (QuoteOrder::NewestPublished, KeyKind::Time),
            QuoteSort::OldestPublished => (QuoteOrder::OldestPublished, KeyKind::Time),
            QuoteSort::MostConfident => (QuoteOrder::MostConfident, KeyKind::Number),
            QuoteSort::Relevance => (QuoteOrder::Relevance, KeyKind::Number),
        };
        let list = ListParameters { limit: self.limit, cursor: self.cursor.as_deref(), count: self.count };
        let page = list.into_request(request, key)?;
        let filter: QuoteFilter = self.filters.try_into()?;
        if order == QuoteOrder::Relevance && filter.search.is_none() {
            return Err(no_search());
        }
        Ok(QuoteList { filter, one_per_cluster: self.dedupe.is_some(), order, page })
    }
}
