//! The filters and orders of the list of articles.

use super::article::Label;
use super::export::ExportOptions;
use super::filters::{
    ExternalIdParameter, IdOrNone, LanguageParameter, OrNone, ParameterError, UrlParameter, normal_urls,
    relevance_needs_q, search, set_filter,
};
use super::page::{CountModeBody, KeyKind, PageParameters};
use crate::domain::article::{ArticleFilter, ArticleList, ArticleOrder};
use crate::domain::article_url::UrlNormalizer;
use crate::domain::page::{PageRequest, Range, SetFilter};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// The orders of a list of articles. Undated articles come last in both orders of publication. `relevance` needs `q`
/// and ranks the newest 200 matches.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
pub enum ArticleSort {
    #[default]
    #[serde(rename = "-published_at")]
    NewestPublished,
    #[serde(rename = "published_at")]
    OldestPublished,
    #[serde(rename = "-created_at")]
    NewestCreated,
    #[serde(rename = "relevance")]
    Relevance,
}

/// The parts that a list of articles can embed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ListInclude {
    Body,
    Mentions,
    Quotes,
    Highlight,
}

/// The filters of a list of articles.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ArticleFilters {
    /// Words in the headline or the body: all words, `OR` between alternatives, `"a phrase"`, `-excluded`. Accents,
    /// inflections and stop words of the text's language are ignored. A phrase is within the headline or within the body, and is
    /// found where each of its words is among the first 255 occurrences of that word in the text.
    #[param(min_length = 1, max_length = 500)]
    q: Option<String>,
    /// Only this language.
    #[serde(default)]
    #[param(max_items = 50, value_type = Vec<LanguageParameter>, inline)]
    language: Vec<String>,
    /// Excludes this language.
    #[serde(default, rename = "not.language")]
    #[param(max_items = 50, value_type = Vec<LanguageParameter>, inline)]
    not_language: Vec<String>,
    /// Only this publisher. `none`: without a publisher.
    #[serde(default)]
    #[param(max_items = 50, value_type = Vec<Label>, inline)]
    publisher: Vec<OrNone<String>>,
    /// Excludes this publisher. `none` excludes articles without one.
    #[serde(default, rename = "not.publisher")]
    #[param(max_items = 50, value_type = Vec<Label>, inline)]
    not_publisher: Vec<OrNone<String>>,
    /// Only this section. `none`: without a section.
    #[serde(default)]
    #[param(max_items = 50, value_type = Vec<Label>, inline)]
    section: Vec<OrNone<String>>,
    /// Excludes this section. `none` excludes articles without one.
    #[serde(default, rename = "not.section")]
    #[param(max_items = 50, value_type = Vec<Label>, inline)]
    not_section: Vec<OrNone<String>>,
    /// Only with this keyword. `none`: without keywords.
    #[serde(default)]
    #[param(max_items = 50, value_type = Vec<Label>, inline)]
    keyword: Vec<OrNone<String>>,
    /// Excludes this keyword. `none` excludes articles without keywords.
    #[serde(default, rename = "not.keyword")]
    #[param(max_items = 50, value_type = Vec<Label>, inline)]
    not_keyword: Vec<OrNone<String>>,
    /// Only with a mention of this entity. `none`: without a mention of any entity.
    #[serde(default)]
    #[param(max_items = 50, value_type = Vec<IdOrNone>, inline)]
    mentions: Vec<OrNone<Uuid>>,
    /// Excludes articles that mention this entity. `none` excludes articles without a mention of any entity.
    #[serde(default, rename = "not.mentions")]
    #[param(max_items = 50, value_type = Vec<IdOrNone>, inline)]
    not_mentions: Vec<OrNone<Uuid>>,
    /// Only with mentions of all the given entities.
    #[serde(default)]
    #[param(max_items = 50)]
    mentions_all: Vec<Uuid>,
    /// Only with a quote by this entity; rejected quotes do not count. `none`: without a quote by any entity.
    #[serde(default)]
    #[param(max_items = 50, value_type = Vec<IdOrNone>, inline)]
    quotes_by: Vec<OrNone<Uuid>>,
    /// Excludes articles with a quote by this entity. `none` excludes articles without a quote by any entity.
    #[serde(default, rename = "not.quotes_by")]
    #[param(max_items = 50, value_type = Vec<IdOrNone>, inline)]
    not_quotes_by: Vec<OrNone<Uuid>>,
    /// Only with this external id. `none`: without an external id.
    #[serde(default)]
    #[param(max_items = 50, value_type = Vec<ExternalIdParameter>, inline)]
    external_id: Vec<OrNone<String>>,
    /// Excludes this external id. `none` excludes articles without one.
    #[serde(default, rename = "not.external_id")]
    #[param(max_items = 50, value_type = Vec<ExternalIdParameter>, inline)]
    not_external_id: Vec<OrNone<String>>,
    /// Only at this url, compared after normalisation. `none`: without a url.
    #[serde(default)]
    #[param(max_items = 50, value_type = Vec<UrlParameter>, inline)]
    url: Vec<OrNone<String>>,
    /// Excludes this url. `none` excludes articles without one.
    #[serde(default, rename = "not.url")]
    #[param(max_items = 50, value_type = Vec<UrlParameter>, inline)]
    not_url: Vec<OrNone<String>>,
    /// Only published at this time or later. A date is the start of that day in UTC.
    published_from: Option<DateTime<Utc>>,
    /// Only published before this time. A date is the start of that day in UTC.
    published_to: Option<DateTime<Utc>>,
}

/// The options of a list of articles, besides its filters.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListArticles {
    #[serde(flatten)]
    #[param(ignore)]
    pub export: ExportOptions,
    #[serde(flatten)]
    #[param(ignore)]
    filters: ArticleFilters,
    /// The order.
    #[serde(default)]
    #[param(inline)]
    sort: ArticleSort,
    /// The parts to embed, separated by commas.
    #[serde(default)]
    #[param(inline, explode = false, min_items = 1, max_items = 4)]
    include: Vec<ListInclude>,
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

impl ArticleFilters {
    /// The domain's form, with normalised urls.
    ///
    /// # Errors
    /// When a url is not valid, or the search has no word.
    pub fn into_filter(self, urls: &UrlNormalizer) -> Result<ArticleFilter, ParameterError> {
        let given = self;
        Ok(ArticleFilter {
            search: search(given.q.as_deref())?,
            language: SetFilter::new(given.language, given.not_language),
            publisher: set_filter(given.publisher, given.not_publisher),
            section: set_filter(given.section, given.not_section),
            keyword: set_filter(given.keyword, given.not_keyword),
            mentions: set_filter(given.mentions, given.not_mentions),
            mentions_all: given.mentions_all,
            quotes_by: set_filter(given.quotes_by, given.not_quotes_by),
            external_id: set_filter(given.external_id, given.not_external_id),
            url: set_filter(normal_urls(urls, "url", given.url)?, normal_urls(urls, "not.url", given.not_url)?),
            published: Range { from: given.published_from, to: given.published_to },
        })
    }
}

impl ListArticles {
    /// The parts to embed.
    pub fn include(&self) -> &[ListInclude] {
        &self.include
    }

    /// The parameters of the page.
    pub fn page(&self) -> PageParameters {
        let key = if let ArticleSort::Relevance = self.sort { KeyKind::Number } else { KeyKind::Time };
        PageParameters { limit: self.limit, cursor: self.cursor.clone(), count: self.count, key }
    }

    /// The domain's form of the list.
    ///
    /// # Errors
    /// When a url is not valid, the search has no word, or an order by relevance has no search.
    pub fn into_list(self, page: PageRequest, urls: &UrlNormalizer) -> Result<ArticleList, ParameterError> {
        let order = match self.sort {
            ArticleSort::NewestPublished => ArticleOrder::NewestPublished,
            ArticleSort::OldestPublished => ArticleOrder::OldestPublished,
            ArticleSort::NewestCreated => ArticleOrder::NewestCreated,
            ArticleSort::Relevance => ArticleOrder::Relevance,
        };
        let with_body = self.include.contains(&ListInclude::Body);
        let filter = self.filters.into_filter(urls)?;
        if order == ArticleOrder::Relevance && filter.search.is_none() {
            return Err(relevance_needs_q());
        }
        Ok(ArticleList { filter, order, with_body, page })
    }
}
