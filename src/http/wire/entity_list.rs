//! The list of entities with its filters, and suggestions for the beginning of a name.

use super::entity::EntityBody;
use super::examples;
use super::export::ExportOptions;
use super::filters::{IdentifierParameter, ParameterError, relevance_needs_q};
use super::page::{CountModeBody, KeyKind, PageParameters, TotalBody};
use crate::domain::EntityKind;
use crate::domain::entity::{EntityFilter, EntityOrder, Identifier, Suggestion};
use crate::domain::page::{PageRequest, SetFilter};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// One page of entities.
#[derive(Debug, Serialize, ToSchema)]
pub struct EntityPage {
    #[schema(max_items = 200)]
    pub items: Vec<EntityBody>,
    /// Continues the list; null on the last page.
    #[schema(required = true, max_length = 2048)]
    pub next_cursor: Option<String>,
    /// With `count`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = TotalBody, required = false)]
    pub total: Option<TotalBody>,
}

/// The orders of a list of entities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
pub enum EntitySort {
    #[serde(rename = "relevance")]
    Relevance,
    #[serde(rename = "name")]
    Name,
    #[serde(rename = "-mentions")]
    MostMentions,
    #[serde(rename = "-quotes")]
    MostQuotes,
    #[serde(rename = "-updated_at")]
    NewestUpdated,
}

/// The filters and options of a list of entities.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListEntities {
    #[serde(flatten)]
    #[param(ignore)]
    pub export: ExportOptions,
    /// Only with a name or alias like this, at most the 500 best matches. Accents, case, apostrophes and small typos are
    /// ignored.
    #[param(min_length = 1, max_length = 300)]
    q: Option<String>,
    /// Only this kind.
    #[serde(default)]
    #[param(max_items = 50)]
    kind: Vec<EntityKind>,
    /// Excludes this kind.
    #[serde(default, rename = "not.kind")]
    #[param(max_items = 50)]
    not_kind: Vec<EntityKind>,
    /// Only with this identifier, as `scheme:value`. `none`: without identifiers.
    #[serde(default)]
    #[param(max_items = 50, value_type = Vec<IdentifierParameter>, inline)]
    identifier: Vec<String>,
    /// Excludes this identifier. `none` excludes entities without identifiers.
    #[serde(default, rename = "not.identifier")]
    #[param(max_items = 50, value_type = Vec<IdentifierParameter>, inline)]
    not_identifier: Vec<String>,
    /// The order: best match first (default with `q`), by name (default without), most mentioned, most quoted or most
    /// recently changed first.
    #[param(inline)]
    sort: Option<EntitySort>,
    /// Maximum number of items on a page; a page of large records may have fewer.
    #[param(minimum = 1, maximum = 200, default = 20)]
    limit: Option<i64>,
    /// Continues a list: the `next_cursor` of the previous page.
    #[param(max_length = 2048, pattern = "^[A-Za-z0-9_-]+$")]
    cursor: Option<String>,
    /// Adds `total`. `exact` counts up to 10,000 and estimates larger totals; `estimate` always estimates. `total.kind`
    /// is `exact` or `estimate`.
    #[param(inline)]
    count: Option<CountModeBody>,
}

impl ListEntities {
    /// The parameters of the page.
    pub fn page(&self) -> PageParameters {
        let key = match self.order() {
            EntityOrder::Name => KeyKind::Text,
            EntityOrder::NewestUpdated => KeyKind::Time,
            EntityOrder::Relevance | EntityOrder::MostMentions | EntityOrder::MostQuotes => KeyKind::Count,
        };
        PageParameters { limit: self.limit, cursor: self.cursor.clone(), count: self.count, key }
    }

    fn order(&self) -> EntityOrder {
        match self.sort {
            Some(EntitySort::Relevance) => EntityOrder::Relevance,
            Some(EntitySort::Name) => EntityOrder::Name,
            Some(EntitySort::MostMentions) => EntityOrder::MostMentions,
            Some(EntitySort::MostQuotes) => EntityOrder::MostQuotes,
            Some(EntitySort::NewestUpdated) => EntityOrder::NewestUpdated,
            None if self.q.is_some() => EntityOrder::Relevance,
            None => EntityOrder::Name,
        }
    }

    /// The domain's form of the list.
    ///
    /// # Errors
    /// When an order by relevance has no search.
    pub fn into_filter(self, page: PageRequest) -> Result<EntityFilter, ParameterError> {
        let order = self.order();
        if self.q.is_none() && order == EntityOrder::Relevance {
            return Err(relevance_needs_q());
        }
        Ok(EntityFilter {
            q: self.q,
            kind: SetFilter::new(self.kind, self.not_kind),
            identifier: SetFilter {
                include_null: self.identifier.iter().any(|given| given == "none"),
                exclude_null: self.not_identifier.iter().any(|given| given == "none"),
                ..SetFilter::new(identifiers(&self.identifier), identifiers(&self.not_identifier))
            },
            order,
            page,
        })
    }
}

/// Splits `scheme:value`; the document has checked its form.
fn identifiers(given: &[String]) -> Vec<Identifier> {
    let pairs = given.iter().filter_map(|pair| pair.split_once(':'));
    pairs.map(|(scheme, value)| Identifier { scheme: scheme.to_owned(), value: value.to_owned() }).collect()
}

/// The beginning of a name.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SuggestEntities {
    /// The beginning of a name or alias. Accents, case and apostrophes are ignored.
    #[param(min_length = 1, max_length = 300, example = "inê")]
    pub q: String,
    /// Only this kind.
    #[serde(default)]
    #[param(max_items = 50)]
    pub kind: Vec<EntityKind>,
    /// Excludes this kind.
    #[serde(default, rename = "not.kind")]
    #[param(max_items = 50)]
    pub not_kind: Vec<EntityKind>,
}

/// Suggested entities.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"items": [{
    "id": examples::PERSON, "kind": "person", "name": "Inês Valadares", "matched": "Inês Valadares"
}]}))]
pub struct SuggestionsBody {
    /// The most mentioned first.
    #[schema(max_items = 10)]
    pub items: Vec<SuggestionBody>,
}

/// A suggested entity.
#[derive(Debug, Serialize, ToSchema)]
pub struct SuggestionBody {
    pub id: Uuid,
    pub kind: EntityKind,
    /// The preferred label.
    #[schema(min_length = 1, max_length = 300)]
    pub name: String,
    /// The name or alias that matched.
    #[schema(min_length = 1, max_length = 300)]
    pub matched: String,
}

impl From<Suggestion> for SuggestionBody {
    fn from(found: Suggestion) -> Self {
        Self { id: found.id, kind: found.kind, name: found.name, matched: found.matched }
    }
}
