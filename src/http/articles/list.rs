//! The filters and orders of the list of articles.

use super::Label;
use crate::domain::article::{self, ArticleFilter, ArticleList, ArticleOrder};
use crate::domain::page::{Range, SetFilter};
use crate::domain::search::Search;
use crate::http::choice::{IdOrNone, OrNone, choice};
use crate::http::page::{CountBody, KeyKind, ListParameters};
use crate::http::problem::Problem;
use actix_web::HttpRequest;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// The orders of a list of articles. Undated articles come last in either order of publication. `relevance`, which needs
/// `q`, ranks the newest 200 matches.
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

/// What a list of articles can embed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ListInclude {
    Body,
    Mentions,
    Quotes,
    Highlight,
}

/// Which articles are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ArticleFilters {
    /// Words in the headline or the body: all of them, or either side of `OR`; "a phrase", -without. Accents, endings and
    /// the usual small words of the text's language make no difference.
    #[param(min_length = 1, max_length = 500, example = "\"Saint-Denis\" grève -football")]
    q: Option<String>,
    /// In this language.
    #[serde(default)]
    #[param(max_items = 50, value_type = Vec<LanguageParameter>, inline, example = json!(["fr"]))]
    language: Vec<String>,
    /// Not in this language.
    #[serde(default, rename = "not.language")]
    #[param(max_items = 50, value_type = Vec<LanguageParameter>, inline)]
    not_language: Vec<String>,
    /// By this outlet. `none`: without one.
    #[serde(default)]
    #[param(max_items = 50, value_type = Vec<Label>, inline)]
    publisher: Vec<OrNone<String>>,
    /// Not by this outlet. `none`: not without one.
    #[serde(default, rename = "not.publisher")]
    #[param(max_items = 50, value_type = Vec<Label>, inline)]
    not_publisher: Vec<OrNone<String>>,
    /// In this section. `none`: without one.
    #[serde(default)]
    #[param(max_items = 50, value_type = Vec<Label>, inline)]
    section: Vec<OrNone<String>>,
    /// Not in this section. `none`: not without one.
    #[serde(default, rename = "not.section")]
    #[param(max_items = 50, value_type = Vec<Label>, inline)]
    not_section: Vec<OrNone<String>>,
    /// With this keyword. `none`: without one.
    #[serde(default)]
    #[param(max_items = 50, value_type = Vec<Label>, inline)]
    keyword: Vec<OrNone<String>>,
    /// Without this keyword. `none`: not without one.
    #[serde(default, rename = "not.keyword")]
    #[param(max_items = 50, value_type = Vec<Label>, inline)]
    not_keyword: Vec<OrNone<String>>,
    /// With a mention of this entity. `none`: without one.
    #[serde(default)]
    #[param(max_items = 50, value_type = Vec<IdOrNone>, inline)]
    mentions: Vec<OrNone<Uuid>>,
    /// Without a mention of this entity. `none`: not without one.
    #[serde(default, rename = "not.mentions")]
    #[param(max_items = 50, value_type = Vec<IdOrNone>, inline)]
    not_mentions: Vec<OrNone<Uuid>>,
    /// With a mention of this entity and of each other that is given.
    #[serde(default)]
    #[param(max_items = 50)]
    mentions_all: Vec<Uuid>,
    /// With a quote by this entity; rejected quotes do not count. `none`: without one.
    #[serde(default)]
    #[param(max_items = 50, value_type = Vec<IdOrNone>, inline)]
    quotes_by: Vec<OrNone<Uuid>>,
    /// Without a quote by this entity. `none`: not without one.
    #[serde(default, rename = "not.quotes_by")]
    #[param(max_items = 50, value_type = Vec<IdOrNone>, inline)]
    not_quotes_by: Vec<OrNone<Uuid>>,
    /// With this key of the sender. `none`: without one.
    #[serde(default)]
    #[param(max_items = 50, value_type = Vec<ExternalIdParameter>, inline)]
    external_id: Vec<OrNone<String>>,
    /// Without this key of the sender. `none`: not without one.
    #[serde(default, rename = "not.external_id")]
    #[param(max_items = 50, value_type = Vec<ExternalIdParameter>, inline)]
    not_external_id: Vec<OrNone<String>>,
    /// At this url, compared in its normal form. `none`: without one.
    #[serde(default)]
    #[param(max_items = 50, value_type = Vec<UrlParameter>, inline)]
    url: Vec<OrNone<String>>,
    /// Not at this url. `none`: not without one.
    #[serde(default, rename = "not.url")]
    #[param(max_items = 50, value_type = Vec<UrlParameter>, inline)]
    not_url: Vec<OrNone<String>>,
    /// Published at this time or later.
    published_from: Option<DateTime<Utc>>,
    /// Published before this time.
    published_to: Option<DateTime<Utc>>,
}

/// A list of articles, beside its filters.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListArticles {
    #[serde(flatten)]
    #[param(ignore)]
    filters: ArticleFilters,
    /// The order.
    #[serde(default)]
    #[param(inline)]
    sort: ArticleSort,
    /// What to embed, separated by commas.
    #[serde(default)]
    #[param(inline, explode = false, min_items = 1, max_items = 4)]
    include: Vec<ListInclude>,
    /// The most articles on a page.
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

/// A BCP 47 primary tag.
#[derive(ToSchema)]
#[schema(max_length = 3, pattern = "^[a-z]{2,3}$")]
pub struct LanguageParameter(#[allow(dead_code, reason = "describes a parameter")] String);

/// A sender's own key.
#[derive(ToSchema)]
#[schema(min_length = 1, max_length = 300)]
pub struct ExternalIdParameter(#[allow(dead_code, reason = "describes a parameter")] String);

/// An absolute http(s) URL, or `none`.
#[derive(ToSchema)]
#[schema(max_length = 2048, pattern = "^(none$|[Hh][Tt][Tt][Pp][Ss]?://[^/?#])")]
pub struct UrlParameter(#[allow(dead_code, reason = "describes a parameter")] String);

impl TryFrom<ArticleFilters> for ArticleFilter {
    type Error = Problem;

    /// Fails when a url is none, or there is no word in the search.
    fn try_from(given: ArticleFilters) -> Result<Self, Problem> {
        Ok(Self {
            search: search(given.q.as_deref())?,
            language: SetFilter::new(given.language, given.not_language),
            publisher: choice(given.publisher, given.not_publisher),
            section: choice(given.section, given.not_section),
            keyword: choice(given.keyword, given.not_keyword),
            mentions: choice(given.mentions, given.not_mentions),
            mentions_all: given.mentions_all,
            quotes_by: choice(given.quotes_by, given.not_quotes_by),
            external_id: choice(given.external_id, given.not_external_id),
            url: choice(normal_urls("url", given.url)?, normal_urls("not.url", given.not_url)?),
            published: Range { from: given.published_from, to: given.published_to },
        })
    }
}

impl ListArticles {
    /// What to embed.
    pub fn include(&self) -> &[ListInclude] {
        &self.include
    }

    /// The domain's form of the list.
    ///
    /// # Errors
    /// When a url is none, there is no word in the search or none to be relevant to, or the cursor belongs to another list.
    pub fn into_list(self, request: &HttpRequest) -> Result<ArticleList, Problem> {
        let (order, key) = match self.sort {
            ArticleSort::NewestPublished => (ArticleOrder::NewestPublished, KeyKind::Time),
            ArticleSort::OldestPublished => (ArticleOrder::OldestPublished, KeyKind::Time),
            ArticleSort::NewestCreated => (ArticleOrder::NewestCreated, KeyKind::Time),
            ArticleSort::Relevance => (ArticleOrder::Relevance, KeyKind::Number),
        };
        let list = ListParameters { limit: self.limit, cursor: self.cursor.as_deref(), count: self.count };
        let page = list.into_request(request, key)?;
        let with_body = self.include.contains(&ListInclude::Body);
        let filter: ArticleFilter = self.filters.try_into()?;
        if order == ArticleOrder::Relevance && filter.search.is_none() {
            return Err(no_search());
        }
        Ok(ArticleList { filter, order, with_body, page })
    }
}

/// Reads what is searched for.
///
/// # Errors
/// 400 when there is no word in it.
pub fn search(given: Option<&str>) -> Result<Option<Search>, Problem> {
    given.map(Search::parse).transpose().map_err(|error| Problem::parameter("q", error.to_string()))
}

/// 400: nothing is relevant to no search.
pub fn no_search() -> Problem {
    Problem::parameter("sort", "relevance is that to a search: give q")
}

fn normal_urls(parameter: &str, given: Vec<OrNone<String>>) -> Result<Vec<OrNone<String>>, Problem> {
    let normal = |url: OrNone<String>| match url {
        OrNone::None => Ok(OrNone::None),
        OrNone::Value(url) => article::normalise_url(&url)
            .map(OrNone::Value)
            .map_err(|error| Problem::parameter(parameter, error.to_string())),
    };
    given.into_iter().map(normal).collect()
}
