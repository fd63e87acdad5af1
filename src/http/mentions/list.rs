//! The filters and orders of the list of mentions.

use crate::domain::mention::{MentionFilter, MentionList, MentionOrder};
use crate::domain::page::{Range, SetFilter};
use crate::domain::{EntityKind, MentionKind, Origin};
use crate::http::articles::{Label, LanguageParameter};
use crate::http::choice::{IdOrNone, OrNone, choice};
use crate::http::page::{CountBody, KeyKind, ListParameters};
use crate::http::problem::Problem;
use actix_web::HttpRequest;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// The orders of a list of mentions. Mentions in undated articles come last in either.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
pub enum MentionSort {
    #[default]
    #[serde(rename = "-published_at")]
    NewestPublished,
    #[serde(rename = "published_at")]
    OldestPublished,
}

/// Which mentions are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MentionFilters {
    /// Of this entity. `none`: without one.
    #[serde(default)]
    #[param(max_items = 50, value_type = Vec<IdOrNone>, inline)]
    entity: Vec<OrNone<Uuid>>,
    /// Not of this entity. `none`: not without one.
    #[serde(default, rename = "not.entity")]
    #[param(max_items = 50, value_type = Vec<IdOrNone>, inline)]
    not_entity: Vec<OrNone<Uuid>>,
    /// Of an entity of this kind.
    #[serde(default)]
    #[param(max_items = 50)]
    entity_kind: Vec<EntityKind>,
    /// Not of an entity of this kind.
    #[serde(default, rename = "not.entity_kind")]
    #[param(max_items = 50)]
    not_entity_kind: Vec<EntityKind>,
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
    kind: Vec<MentionKind>,
    /// Not of this kind.
    #[serde(default, rename = "not.kind")]
    #[param(max_items = 50)]
    not_kind: Vec<MentionKind>,
    /// Made by a machine, or by a human.
    #[serde(default)]
    #[param(max_items = 50)]
    origin: Vec<Origin>,
    /// Not made by these.
    #[serde(default, rename = "not.origin")]
    #[param(max_items = 50)]
    not_origin: Vec<Origin>,
    /// At least this sure.
    #[param(minimum = 0, maximum = 1)]
    min_confidence: Option<f64>,
    /// In an article published at this time or later.
    published_from: Option<DateTime<Utc>>,
    /// In an article published before this time.
    published_to: Option<DateTime<Utc>>,
}

/// A list of mentions, beside its filters.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListMentions {
    #[serde(flatten)]
    #[param(ignore)]
    filters: MentionFilters,
    /// The order.
    #[serde(default)]
    #[param(inline)]
    sort: MentionSort,
    /// The most mentions on a page.
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

impl From<MentionFilters> for MentionFilter {
    fn from(given: MentionFilters) -> Self {
        Self {
            entity: choice(given.entity, given.not_entity),
            entity_kind: SetFilter::new(given.entity_kind, given.not_entity_kind),
            article: SetFilter::new(given.article, given.not_article),
            publisher: choice(given.publisher, given.not_publisher),
            language: SetFilter::new(given.language, given.not_language),
            kind: SetFilter::new(given.kind, given.not_kind),
            origin: SetFilter::new(given.origin, given.not_origin),
            min_confidence: given.min_confidence,
            published: Range { from: given.published_from, to: given.published_to },
        }
    }
}

impl ListMentions {
    /// The domain's form of the list.
    ///
    /// # Errors
    /// When the cursor belongs to another list.
    pub fn into_list(self, request: &HttpRequest) -> Result<MentionList, Problem> {
        let order = match self.sort {
            MentionSort::NewestPublished => MentionOrder::NewestPublished,
            MentionSort::OldestPublished => MentionOrder::OldestPublished,
        };
        let list = ListParameters { limit: self.limit, cursor: self.cursor.as_deref(), count: self.count };
        Ok(MentionList { filter: self.filters.into(), order, page: list.into_request(request, KeyKind::Time)? })
    }
}
