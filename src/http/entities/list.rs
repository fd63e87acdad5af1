//! Which entities there are: the list with its filters, and suggestions for the beginning of a name.

use super::EntityBody;
use crate::domain::EntityKind;
use crate::domain::entity::{EntityFilter, EntityOrder, Identifier, Suggestion};
use crate::domain::page::SetFilter;
use crate::http::input::Query;
use crate::http::json;
use crate::http::page::{self, CountBody, KeyKind, ListParameters, TotalBody};
use crate::http::problem::Problem;
use crate::store::entities::names;
use crate::store::search::Statistics;
use crate::store::{Db, entities};
use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// One page of entities.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"items": [], "next_cursor": null}))]
pub struct EntityPage {
    #[schema(max_items = 200)]
    pub items: Vec<EntityBody>,
    /// Continues the list; null on the last page.
    #[schema(max_length = 2048)]
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

/// Which entities are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListEntities {
    /// With this name or alias. Accents, case, apostrophes and small typos are forgiven; at most the 500 best are found.
    #[param(min_length = 1, max_length = 300, example = "emanuel macron")]
    q: Option<String>,
    /// Of this kind.
    #[serde(default)]
    #[param(max_items = 50)]
    kind: Vec<EntityKind>,
    /// Not of this kind.
    #[serde(default, rename = "not.kind")]
    #[param(max_items = 50)]
    not_kind: Vec<EntityKind>,
    /// With this identifier, as `scheme:value`. `none`: without any.
    #[serde(default)]
    #[param(max_items = 50, value_type = Vec<IdentifierParameter>, inline, example = json!(["wikidata:Q42"]))]
    identifier: Vec<String>,
    /// Without this identifier. `none`: not without any.
    #[serde(default, rename = "not.identifier")]
    #[param(max_items = 50, value_type = Vec<IdentifierParameter>, inline)]
    not_identifier: Vec<String>,
    /// The order: best match first, which is the one with `q` unless another is asked for and takes it; by name, which is
    /// the one without; or most mentioned, most quoted or most recently changed first.
    #[param(inline)]
    sort: Option<EntitySort>,
    /// The most entities on a page.
    #[param(minimum = 1, maximum = 200, default = 20)]
    limit: Option<i64>,
    /// Continues a list: the `next_cursor` of its last page.
    #[param(max_length = 2048, pattern = "^[A-Za-z0-9_-]+$")]
    cursor: Option<String>,
    /// Adds `total`. `exact` counts up to 10,000 and estimates what is more, `estimate` only estimates; `total.kind` says which
    /// it is.
    #[param(inline)]
    count: Option<CountBody>,
}

/// `scheme:value`, or `none`.
#[derive(ToSchema)]
#[schema(max_length = 251, pattern = "^(none|[a-z][a-z0-9_.-]{0,49}:[^\\u0000]{1,200})$")]
pub struct IdentifierParameter(#[allow(dead_code, reason = "describes a parameter")] String);

/// List entities
///
/// Merged entities are left out. With `q`, by name: exact names come first, then aliases, names that begin like it, names
/// that have its words, and when there are hardly any of these, similar ones; among equals the most mentioned first.
#[utoipa::path(tag = "entities", params(ListEntities), responses((status = 200, description = "A page", body = EntityPage)))]
#[get("/v1/entities")]
pub async fn list_entities(
    request: HttpRequest,
    db: web::Data<Db>,
    statistics: web::Data<Statistics>,
    query: Query<ListEntities>,
) -> Result<HttpResponse, Problem> {
    let filter = query.0.into_filter(&request)?;
    let page = db.read(move |conn| entities::list(conn, &statistics, &filter)).await?;
    Ok(page::answer(&request, page, |items, next_cursor, total| EntityPage {
        items: items.into_iter().map(Into::into).collect(),
        next_cursor,
        total,
    }))
}

impl ListEntities {
    fn into_filter(self, request: &HttpRequest) -> Result<EntityFilter, Problem> {
        if self.q.is_none() && self.sort == Some(EntitySort::Relevance) {
            return Err(Problem::parameter("sort", "relevance needs q"));
        }
        let default = if self.q.is_some() { EntitySort::Relevance } else { EntitySort::Name };
        let (order, key) = match self.sort.unwrap_or(default) {
            EntitySort::Relevance => (EntityOrder::Relevance, KeyKind::Count),
            EntitySort::Name => (EntityOrder::Name, KeyKind::Text),
            EntitySort::MostMentions => (EntityOrder::MostMentions, KeyKind::Count),
            EntitySort::MostQuotes => (EntityOrder::MostQuotes, KeyKind::Count),
            EntitySort::NewestUpdated => (EntityOrder::NewestUpdated, KeyKind::Time),
        };
        let list = ListParameters { limit: self.limit, cursor: self.cursor.as_deref(), count: self.count };
        Ok(EntityFilter {
            q: self.q,
            kind: SetFilter::new(self.kind, self.not_kind),
            identifier: SetFilter {
                include_null: self.identifier.iter().any(|given| given == "none"),
                exclude_null: self.not_identifier.iter().any(|given| given == "none"),
                ..SetFilter::new(identifiers(&self.identifier), identifiers(&self.not_identifier))
            },
            order,
            page: list.into_request(request, key)?,
        })
    }
}

/// Reads `scheme:value`, whose form the document has checked.
fn identifiers(given: &[String]) -> Vec<Identifier> {
    let pairs = given.iter().filter_map(|pair| pair.split_once(':'));
    pairs.map(|(scheme, value)| Identifier { scheme: scheme.to_owned(), value: value.to_owned() }).collect()
}

/// The beginning of a name.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SuggestEntities {
    /// How the name or alias begins. Accents, case and apostrophes are forgiven.
    #[param(min_length = 1, max_length = 300, example = "macr")]
    q: String,
    /// Of this kind.
    #[serde(default)]
    #[param(max_items = 50)]
    kind: Vec<EntityKind>,
    /// Not of this kind.
    #[serde(default, rename = "not.kind")]
    #[param(max_items = 50)]
    not_kind: Vec<EntityKind>,
}

/// Entities that a beginning may become.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"items": [{
    "id": "0192f0c1-2a3b-7c4d-8e5f-60718293a4b5", "kind": "place", "name": "Maroc", "matched": "le royaume chérifien"
}]}))]
pub struct SuggestionsBody {
    /// The most mentioned first.
    #[schema(max_items = 10)]
    pub items: Vec<SuggestionBody>,
}

/// An entity that a name leads to.
#[derive(Debug, Serialize, ToSchema)]
pub struct SuggestionBody {
    pub id: Uuid,
    pub kind: EntityKind,
    /// The preferred label.
    #[schema(min_length = 1, max_length = 300)]
    pub name: String,
    /// The name or alias that was found.
    #[schema(min_length = 1, max_length = 300)]
    pub matched: String,
}

/// Suggest entities
///
/// Autocompletion: the ten most mentioned entities with a name or an alias that begins like `q`.
#[utoipa::path(
    tag = "entities",
    params(SuggestEntities),
    responses((status = 200, description = "The entities", body = SuggestionsBody)),
)]
#[get("/v1/entities/suggest")]
pub async fn suggest_entities(
    db: web::Data<Db>,
    statistics: web::Data<Statistics>,
    query: Query<SuggestEntities>,
) -> Result<HttpResponse, Problem> {
    let SuggestEntities { q, kind, not_kind } = query.0;
    let kinds = SetFilter::new(kind, not_kind);
    let found = db.look_up(move |conn| names::suggest(conn, &statistics.names, &q, &kinds)).await?;
    let items = found.into_iter().map(Into::into).collect();
    Ok(json::ok(&SuggestionsBody { items }))
}

impl From<Suggestion> for SuggestionBody {
    fn from(found: Suggestion) -> Self {
        Self { id: found.id, kind: found.kind, name: found.name, matched: found.matched }
    }
}
