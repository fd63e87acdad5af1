//! The Reconciliation Service API 0.2 of the W3C community group, as OpenRefine speaks it.

use super::RequestBody;
use super::examples;
use crate::domain::EntityKind;
use crate::domain::entity::{Entity, Identifier};
use crate::domain::reconciliation::{ReconciliationCandidate, ReconciliationQuery};
use crate::domain::text::contains_null_character;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// The media type of a form, which is read as an object of texts.
pub const FORM: &str = "application/x-www-form-urlencoded";
/// Maximum number of queries in one request.
const MAX_QUERIES: usize = 50;
/// Maximum length of the key of a query.
const MAX_KEY: usize = 300;
/// Maximum number of properties of a query, and of values of a property.
const MAX_PROPERTIES: usize = 20;
/// Maximum number of candidates of a query.
const MAX_CANDIDATES: usize = 50;
/// Number of candidates of a query without a limit.
const DEFAULT_CANDIDATES: usize = 10;
/// Maximum number of entities whose properties are read in one request.
const MAX_EXTENDED: usize = 200;
/// Characters of a name that count.
const MAX_NAME: usize = 300;

/// What a request to `/reconcile` asks for. Without both, the answer is the manifest.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReadReconciliation {
    /// A batch of up to 50 queries as JSON: an object of `{query, type, limit, properties}` by any key.
    #[param(
        min_length = 2,
        max_length = 8192,
        example = "{\"q0\": {\"query\": \"Inês Valadares\", \"type\": \"person\"}}"
    )]
    pub queries: Option<String>,
    /// The properties of up to 200 entities to read, as JSON: `{ids, properties}`.
    #[param(min_length = 2, max_length = 8192)]
    pub extend: Option<String>,
}

/// `queries` or `extend`, as in the query of a GET.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"queries": "{\"q0\": {\"query\": \"Inês Valadares\", \"type\": \"person\"}}"}))]
pub struct Reconcile {
    #[schema(min_length = 2, max_length = 1_048_576, value_type = String, required = false)]
    pub queries: Option<String>,
    #[schema(min_length = 2, max_length = 1_048_576, value_type = String, required = false)]
    pub extend: Option<String>,
}

impl RequestBody for Reconcile {}

/// The beginning of a name.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SuggestForReconciliation {
    /// What was typed.
    #[serde(default)]
    #[param(max_length = 300)]
    pub prefix: String,
}

/// The entity of a preview.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PreviewEntity {
    /// The id of the entity.
    #[param(example = json!(examples::PERSON))]
    pub entity: Uuid,
}

/// The type for which properties are proposed.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ProposeProperties {
    /// A kind of entities. All kinds have the same properties.
    #[serde(rename = "type")]
    #[param(rename = "type", max_length = 50)]
    pub kind: Option<String>,
    /// Maximum number of properties.
    #[param(minimum = 1, maximum = 200, value_type = i32, required = false)]
    pub limit: Option<usize>,
}

/// A request to `/reconcile`, read.
#[derive(Debug)]
pub enum Asked {
    Queries(BTreeMap<String, ReconciliationQuery>),
    Extension(ExtensionQuery),
}

impl Asked {
    /// Reads `queries` or `extend`; `None` if there is neither.
    ///
    /// # Errors
    /// The parameter that is wrong, and why.
    pub fn read(queries: Option<String>, extend: Option<String>) -> Result<Option<Self>, (&'static str, String)> {
        match (queries, extend) {
            (None, None) => Ok(None),
            (Some(queries), None) => {
                read_queries(&queries).map(|queries| Some(Self::Queries(queries))).map_err(|detail| ("queries", detail))
            }
            (None, Some(extend)) => ExtensionQuery::read(&extend)
                .map(|query| Some(Self::Extension(query)))
                .map_err(|detail| ("extend", detail)),
            (Some(_), Some(_)) => Err(("extend", "must not be given with queries".to_owned())),
        }
    }
}

/// One value or several.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    fn into_vec(self) -> Vec<T> {
        match self {
            Self::One(value) => vec![value],
            Self::Many(values) => values,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GivenQuery {
    query: Option<String>,
    #[serde(rename = "type")]
    types: Option<OneOrMany<String>>,
    limit: Option<f64>,
    #[serde(default)]
    properties: Vec<GivenProperty>,
    #[serde(rename = "type_strict")]
    _type_strict: Option<TypeStrict>,
}

/// How several types are read. An entity has one kind, so `all` and `any` are the same as `should`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum TypeStrict {
    Any,
    Should,
    All,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GivenProperty {
    pid: String,
    v: Value,
}

fn read_queries(json: &str) -> Result<BTreeMap<String, ReconciliationQuery>, String> {
    let given: BTreeMap<String, GivenQuery> = read_json(json)?;
    if given.len() > MAX_QUERIES {
        return Err(format!("must have at most {MAX_QUERIES} queries"));
    }
    if given.keys().any(|key| key.chars().count() > MAX_KEY) {
        return Err(format!("must have keys of at most {MAX_KEY} characters"));
    }
    let query = |(key, given): (String, GivenQuery)| match given.into_query() {
        Ok(query) => Ok((key, query)),
        Err(detail) => Err(format!("{key}: {detail}")),
    };
    given.into_iter().map(query).collect()
}

/// Reads a parameter that is JSON, without U+0000, which Postgres cannot store.
fn read_json<T: DeserializeOwned>(json: &str) -> Result<T, String> {
    let value: Value = serde_json::from_str(json).map_err(|error| error.to_string())?;
    if contains_null_character(&value) {
        return Err("must not have U+0000".to_owned());
    }
    serde_json::from_value(value).map_err(|error| error.to_string())
}

impl GivenQuery {
    fn into_query(self) -> Result<ReconciliationQuery, String> {
        if self.query.is_none() && self.properties.is_empty() {
            return Err("needs a query or properties".to_owned());
        }
        if self.properties.len() > MAX_PROPERTIES {
            return Err(format!("must have at most {MAX_PROPERTIES} properties"));
        }
        let (mut names, mut identifiers): (Vec<String>, _) = (self.query.into_iter().collect(), Vec::new());
        for GivenProperty { pid, v } in self.properties {
            let values = if let Value::Array(values) = v { values } else { vec![v] };
            let values = values.into_iter().take(MAX_PROPERTIES).filter_map(text);
            match pid.as_str() {
                "name" | "aliases" => names.extend(values),
                "kind" | "description" | "mentions" | "quotes" => {}
                _ => identifiers.extend(values.map(|value| Identifier { scheme: pid.clone(), value })),
            }
        }
        let names = names.into_iter().map(|name| name.trim().chars().take(MAX_NAME).collect::<String>());
        let names: Vec<String> = names.filter(|name| !name.is_empty()).take(MAX_PROPERTIES).collect();
        let kinds = self.types.map(OneOrMany::into_vec).filter(|types| !types.is_empty());
        Ok(ReconciliationQuery {
            names,
            kinds: kinds.map(|types| types.iter().filter_map(|kind| EntityKind::parse(kind)).collect()),
            identifiers,
            limit: self.limit.map_or(DEFAULT_CANDIDATES, |limit| (limit.max(1.0) as usize).min(MAX_CANDIDATES)),
        })
    }
}

/// The text of a value; of an entity that was reconciled before, its id.
fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Object(entity) => entity.get("id")?.as_str().map(str::to_owned),
        Value::Null | Value::Array(_) => None,
    }
}

/// The properties of entities to read.
#[derive(Debug)]
pub struct ExtensionQuery {
    /// As they were given: an id that is no UUID has no values.
    pub ids: Vec<String>,
    pub properties: Vec<String>,
}

impl ExtensionQuery {
    fn read(json: &str) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Given {
            ids: Vec<String>,
            properties: Vec<Property>,
        }
        #[derive(Deserialize)]
        struct Property {
            id: String,
        }
        let Given { ids, properties } = read_json(json)?;
        if ids.len() > MAX_EXTENDED {
            return Err(format!("must have at most {MAX_EXTENDED} ids"));
        }
        if properties.len() > MAX_PROPERTIES {
            return Err(format!("must have at most {MAX_PROPERTIES} properties"));
        }
        Ok(Self { ids, properties: properties.into_iter().map(|property| property.id).collect() })
    }

    /// The ids that are UUIDs.
    pub fn entities(&self) -> Vec<Uuid> {
        self.ids.iter().filter_map(|id| id.parse().ok()).collect()
    }
}

/// The answer of `/reconcile`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum ReconciliationAnswer {
    Manifest(Box<ReconciliationManifest>),
    Results(ReconciliationResults),
    Extension(ReconciliationExtension),
}

/// What the service can do, and where.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReconciliationManifest {
    #[schema(max_items = 5, max_length = 10)]
    pub versions: Vec<&'static str>,
    #[schema(max_length = 50)]
    pub name: &'static str,
    #[schema(max_length = 2048)]
    pub identifier_space: String,
    #[schema(max_length = 2048)]
    pub schema_space: String,
    #[schema(max_length = 2048)]
    pub documentation: String,
    #[schema(max_length = 50)]
    pub service_version: &'static str,
    #[schema(max_items = 20)]
    pub default_types: Vec<ReconciliationType>,
    pub view: ViewTemplate,
    pub preview: PreviewTemplate,
    pub suggest: SuggestServices,
    pub extend: ExtendService,
}

/// The address of an entity.
#[derive(Debug, Serialize, ToSchema)]
pub struct ViewTemplate {
    #[schema(max_length = 2048)]
    pub url: String,
}

/// The address and the size of the preview of an entity.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewTemplate {
    #[schema(max_length = 2048)]
    pub url: String,
    #[schema(minimum = 1, maximum = 10_000)]
    pub width: i32,
    #[schema(minimum = 1, maximum = 10_000)]
    pub height: i32,
}

/// The address of a service.
#[derive(Debug, Serialize, ToSchema)]
pub struct ServiceAddress {
    #[schema(max_length = 2048)]
    pub service_url: String,
    #[schema(max_length = 2048)]
    pub service_path: String,
}

/// Where entities, properties and types are suggested.
#[derive(Debug, Serialize, ToSchema)]
pub struct SuggestServices {
    pub entity: ServiceAddress,
    pub property: ServiceAddress,
    pub r#type: ServiceAddress,
}

/// Where properties are proposed.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExtendService {
    pub propose_properties: ServiceAddress,
}

/// A type: a kind of entities.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReconciliationType {
    #[schema(max_length = 50)]
    pub id: &'static str,
    #[schema(max_length = 50)]
    pub name: &'static str,
}

impl From<EntityKind> for ReconciliationType {
    fn from(kind: EntityKind) -> Self {
        let name = match kind {
            EntityKind::Person => "Person",
            EntityKind::Organization => "Organization",
            EntityKind::Place => "Place",
            EntityKind::Product => "Product",
            EntityKind::Event => "Event",
            EntityKind::Work => "Work",
            EntityKind::Other => "Other",
        };
        Self { id: kind.as_str(), name }
    }
}

/// The candidates of each query, by its key.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReconciliationResults(pub BTreeMap<String, ReconciliationResult>);

/// The candidates of a query, best first.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReconciliationResult {
    #[schema(max_items = 50)]
    pub result: Vec<ReconciledEntity>,
}

/// An entity that a query may mean.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReconciledEntity {
    pub id: Uuid,
    #[schema(max_length = 300)]
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 2000, value_type = String, required = false)]
    pub description: Option<String>,
    /// Compares names as likely duplicates do: 100 for the same name or identifier.
    #[schema(minimum = 0, maximum = 100)]
    pub score: f64,
    /// Whether it is the only one with the same name or identifier.
    pub r#match: bool,
    #[schema(max_items = 1)]
    pub r#type: Vec<ReconciliationType>,
    /// `name`: how much the names resemble each other. `identifier`: 1 for the same identifier.
    #[schema(max_items = 2)]
    pub features: Vec<ReconciliationFeature>,
}

/// A part of a score.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReconciliationFeature {
    #[schema(max_length = 50)]
    pub id: &'static str,
    #[schema(minimum = 0, maximum = 100)]
    pub value: f64,
}

impl From<ReconciliationCandidate> for ReconciledEntity {
    fn from(candidate: ReconciliationCandidate) -> Self {
        let ReconciliationCandidate { entity, score, name_score, has_identifier, is_match } = candidate;
        let percent = |part: f64| (part * 1000.0).round() / 10.0;
        Self {
            id: entity.id,
            name: entity.name,
            description: entity.description,
            score: percent(score),
            r#match: is_match,
            r#type: vec![entity.kind.into()],
            features: vec![
                ReconciliationFeature { id: "name", value: percent(name_score) },
                ReconciliationFeature { id: "identifier", value: f64::from(u8::from(has_identifier)) },
            ],
        }
    }
}

/// What begins with a prefix.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"result": [{"id": "person", "name": "Person"}]}))]
pub struct ReconciliationSuggestions {
    #[schema(max_items = 200)]
    pub result: Vec<ReconciliationSuggestion>,
}

/// An entity, a property or a type.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReconciliationSuggestion {
    #[schema(max_length = 300)]
    pub id: String,
    #[schema(max_length = 300)]
    pub name: String,
    /// Of an entity: the name that matches, if it is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 2000, value_type = String, required = false)]
    pub description: Option<String>,
    /// Of an entity: its type.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 1, required = false)]
    pub notable: Vec<ReconciliationType>,
}

/// The properties that entities have.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"properties": [{"id": "wikidata", "name": "wikidata"}]}))]
pub struct ProposedProperties {
    #[schema(max_items = 200)]
    pub properties: Vec<ReconciliationProperty>,
    /// As it was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 50, value_type = String, required = false)]
    pub r#type: Option<String>,
    /// As it was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 200, value_type = i32, required = false)]
    pub limit: Option<usize>,
}

/// A property: a member of an entity, or a scheme of identifiers.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReconciliationProperty {
    #[schema(max_length = 300)]
    pub id: String,
    #[schema(max_length = 300)]
    pub name: String,
}

/// The properties that are members, with their names.
const MEMBERS: [(&str, &str); 6] = [
    ("name", "Name"),
    ("kind", "Kind"),
    ("description", "Description"),
    ("aliases", "Aliases"),
    ("mentions", "Number of mentions"),
    ("quotes", "Number of quotes"),
];

impl ReconciliationProperty {
    /// The property with this id.
    pub fn of(id: &str) -> Self {
        let name = MEMBERS.iter().find(|(member, _)| *member == id).map_or(id, |(_, name)| name);
        Self { id: id.to_owned(), name: name.to_owned() }
    }

    /// All properties, with these schemes of identifiers.
    pub fn all(schemes: Vec<String>) -> Vec<Self> {
        let members = MEMBERS.iter().map(|(id, _)| Self::of(id));
        members.chain(schemes.iter().map(|scheme| Self::of(scheme))).collect()
    }
}

/// Values of properties of entities.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReconciliationExtension {
    #[schema(max_items = 20)]
    pub meta: Vec<ReconciliationProperty>,
    /// The values by entity and property.
    pub rows: BTreeMap<String, BTreeMap<String, Vec<PropertyValue>>>,
}

/// A value of a property.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum PropertyValue {
    Text {
        #[schema(max_length = 2000)]
        str: String,
    },
    Number {
        #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
        int: i64,
    },
}

impl PropertyValue {
    /// The values of a property of an entity with these numbers of mentions and quotes.
    pub fn all(entity: &Entity, (mentions, quotes): (i64, i64), property: &str) -> Vec<Self> {
        let text = |text: &str| Self::Text { str: text.to_owned() };
        match property {
            "name" => vec![text(&entity.name)],
            "kind" => vec![text(entity.kind.as_str())],
            "description" => entity.description.iter().map(|description| text(description)).collect(),
            "aliases" => entity.aliases.iter().map(|alias| text(&alias.name)).collect(),
            "mentions" => vec![Self::Number { int: mentions }],
            "quotes" => vec![Self::Number { int: quotes }],
            scheme => {
                let of_scheme = entity.identifiers.iter().filter(|identifier| identifier.scheme == scheme);
                of_scheme.map(|identifier| text(&identifier.value)).collect()
            }
        }
    }
}
