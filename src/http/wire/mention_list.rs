//! The filters and orders of the list of mentions.

use super::article::Label;
use super::export::ExportOptions;
use super::filters::{IdOrNone, LanguageParameter, OrNone, set_filter};
use super::page::{CountModeBody, KeyKind, PageParameters};
use crate::domain::mention::{MentionFilter, MentionList, MentionOrder};
use crate::domain::page::{PageRequest, Range, SetFilter};
use crate::domain::{EntityKind, MentionKind, MentionStatus, Origin};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// The orders of a list of mentions. Mentions in undated articles come last in both.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
pub enum MentionSort {
    #[default]
    #[serde(rename = "-published_at")]
    NewestPublished,
    #[serde(rename = "published_at")]
    OldestPublished,
}

/// The filters of a list of mentions.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MentionFilters {
    /// Only of this entity. `none`: of no known entity.
    #[serde(default)]
    #[param(max_items = 50, value_type = Vec<IdOrNone>, inline)]
    entity: Vec<OrNone<Uuid>>,
    /// Excludes this entity. `none` excludes mentions of no known entity.
    #[serde(default, rename = "not.entity")]
    #[param(max_items = 50, value_type = Vec<IdOrNone>, inline)]
    not_entity: Vec<OrNone<Uuid>>,
    /// Only of entities of this kind.
    #[serde(default)]
    #[param(max_items = 50)]
    entity_kind: Vec<EntityKind>,
    /// Excludes entities of this kind.
    #[serde(default, rename = "not.entity_kind")]
    #[param(max_items = 50)]
    not_entity_kind: Vec<EntityKind>,
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
    kind: Vec<MentionKind>,
    /// Excludes this kind.
    #[serde(default, rename = "not.kind")]
    #[param(max_items = 50)]
    not_kind: Vec<MentionKind>,
    /// Only of this origin.
    #[serde(default)]
    #[param(max_items = 50)]
    origin: Vec<Origin>,
    /// Excludes this origin.
    #[serde(default, rename = "not.origin")]
    #[param(max_items = 50)]
    not_origin: Vec<Origin>,
    /// Only with this review status. Without it, rejected mentions are left out.
    #[serde(default)]
    #[param(max_items = 50)]
    status: Vec<MentionStatus>,
    /// Excludes this review status.
    #[serde(default, rename = "not.status")]
    #[param(max_items = 50)]
    not_status: Vec<MentionStatus>,
    /// Only with at least this confidence.
    #[param(minimum = 0, maximum = 1)]
    min_confidence: Option<f64>,
    /// Only in articles published at this time or later.
    published_from: Option<DateTime<Utc>>,
    /// Only in articles published before this time.
    published_to: Option<DateTime<Utc>>,
}

/// The options of a list of mentions, besides its filters.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListMentions {
    #[serde(flatten)]
    #[param(ignore)]
    pub export: ExportOptions,
    #[serde(flatten)]
    #[param(ignore)]
    filters: MentionFilters,
    /// The order.
    #[serde(default)]
    #[param(inline)]
    sort: MentionSort,
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

impl From<MentionFilters> for MentionFilter {
    fn from(given: MentionFilters) -> Self {
        Self {
            entity: set_filter(given.entity, given.not_entity),
            entity_kind: SetFilter::new(given.entity_kind, given.not_entity_kind),
            article: SetFilter::new(given.article, given.not_article),
            publisher: set_filter(given.publisher, given.not_publisher),
            language: SetFilter::new(given.language, given.not_language),
            kind: SetFilter::new(given.kind, given.not_kind),
            origin: SetFilter::new(given.origin, given.not_origin),
            status: SetFilter::new(given.status, given.not_status),
            min_confidence: given.min_confidence,
            published: Range { from: given.published_from, to: given.published_to },
        }
    }
}

impl ListMentions {
    /// The parameters of the page.
    pub fn page(&self) -> PageParameters {
        PageParameters { limit: self.limit, cursor: self.cursor.clone(), count: self.count, key: KeyKind::Time }
    }

    /// The domain's form of the list.
    pub fn into_list(self, page: PageRequest) -> MentionList {
        let order = match self.sort {
            MentionSort::NewestPublished => MentionOrder::NewestPublished,
            MentionSort::OldestPublished => MentionOrder::OldestPublished,
        };
        MentionList { filter: self.filters.into(), order, page }
    }
}
