//! `/reconcile`: the Reconciliation Service API 0.2 over the entities, for OpenRefine and its like.
//!
//! Pages of any origin may read it, as the specification wants it: see `middleware/cors.rs`.

use super::docs::Page;
use crate::domain::entity::{Entity, Suggestion};
use crate::domain::page::SetFilter;
use crate::domain::{EntityKind, FieldError};
use crate::http::context::public_path;
use crate::http::extract::body::Body;
use crate::http::extract::query::Query;
use crate::http::respond::json;
use crate::http::respond::problem::Problem;
use crate::http::wire::reconciliation::{
    Asked, ExtendService, ExtensionQuery, PreviewEntity, PreviewTemplate, PropertyValue, ProposeProperties,
    ProposedProperties, ReadReconciliation, Reconcile, ReconciliationAnswer, ReconciliationExtension,
    ReconciliationManifest, ReconciliationProperty, ReconciliationResult, ReconciliationResults,
    ReconciliationSuggestion, ReconciliationSuggestions, ReconciliationType, ServiceAddress, SuggestForReconciliation,
    SuggestServices, ViewTemplate,
};
use crate::store::entities::names::{self, PopularNames};
use crate::store::{Connection, Db, Resource, entities, reconciliation};
use actix_web::http::header::{self, ContentType};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use maud::{DOCTYPE, Markup, html};
use std::collections::BTreeMap;

/// Nothing is loaded or run, and any page may frame it. `frame-ancestors` overrides `X-Frame-Options`.
const PREVIEW_POLICY: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors *";
/// Names that a preview shows.
const MAX_PREVIEWED: usize = 10;

/// Read the reconciliation service
///
/// The manifest of the Reconciliation Service API 0.2. With `queries`, the candidates of each query; with `extend`, the values of
/// properties of entities.
#[utoipa::path(
    tag = "reconciliation",
    security(("key" = ["read"])),
    params(ReadReconciliation),
    responses((status = 200, description = "The manifest, the candidates or the values", body = ReconciliationAnswer)),
)]
#[get("/reconcile")]
pub async fn read_reconciliation(
    request: HttpRequest,
    db: web::Data<Db>,
    popular: web::Data<PopularNames>,
    query: Query<ReadReconciliation>,
) -> Result<HttpResponse, Problem> {
    let ReadReconciliation { queries, extend } = query.0;
    let asked = Asked::read(queries, extend).map_err(|(parameter, detail)| Problem::parameter(parameter, detail))?;
    match asked {
        None => Ok(json::ok(&ReconciliationAnswer::Manifest(Box::new(manifest(&request))))),
        Some(asked) => answer(&db, popular, asked).await,
    }
}

/// Reconcile names
///
/// Finds the entities that names mean, or with `extend` the values of their properties. A form, as clients of the Reconciliation
/// Service API send it. Nothing is stored.
#[utoipa::path(
    tag = "reconciliation",
    security(("key" = ["read"])),
    request_body(content((Reconcile = "application/x-www-form-urlencoded"))),
    responses((status = 200, description = "The candidates or the values", body = ReconciliationAnswer)),
)]
#[post("/reconcile")]
pub async fn reconcile(
    db: web::Data<Db>,
    popular: web::Data<PopularNames>,
    body: Body<Reconcile>,
) -> Result<HttpResponse, Problem> {
    let fault = |member: &str, detail: String| Problem::content(vec![FieldError::new(format!("/{member}"), detail)]);
    let asked = Asked::read(body.0.queries, body.0.extend).map_err(|(member, detail)| fault(member, detail))?;
    let asked = asked.ok_or_else(|| fault("queries", "is required".to_owned()))?;
    answer(&db, popular, asked).await
}

async fn answer(db: &Db, popular: web::Data<PopularNames>, asked: Asked) -> Result<HttpResponse, Problem> {
    let answer = match asked {
        Asked::Queries(queries) => {
            let found = db.read(move |conn| {
                let mut results = BTreeMap::new();
                for (key, query) in &queries {
                    let found = reconciliation::candidates(conn, &popular, query)?;
                    let result = found.into_iter().map(Into::into).collect();
                    results.insert(key.clone(), ReconciliationResult { result });
                }
                Ok(results)
            });
            ReconciliationAnswer::Results(ReconciliationResults(found.await?))
        }
        Asked::Extension(query) => {
            let ids = query.entities();
            let read =
                move |conn: &mut Connection| Ok((entities::by_ids(conn, &ids)?, reconciliation::counts(conn, &ids)?));
            let (stored, counts) = db.read(read).await?;
            let ExtensionQuery { ids, properties } = query;
            let row = |id: String| {
                let entity = id.parse().ok().and_then(|id| stored.get(&id));
                let values = |property: &String| {
                    let values = |entity: &Entity| {
                        let counts = counts.get(&entity.id).copied().unwrap_or_default();
                        PropertyValue::all(entity, counts, property)
                    };
                    (property.clone(), entity.map(values).unwrap_or_default())
                };
                let values = properties.iter().map(values).collect();
                (id, values)
            };
            let rows = ids.into_iter().map(row).collect();
            let meta = properties.iter().map(|property| ReconciliationProperty::of(property)).collect();
            ReconciliationAnswer::Extension(ReconciliationExtension { meta, rows })
        }
    };
    Ok(json::ok(&answer))
}

/// The manifest, with addresses under the name by which the client called.
fn manifest(request: &HttpRequest) -> ReconciliationManifest {
    let connection = request.connection_info();
    let base = format!("{}://{}", connection.scheme(), connection.host());
    let url = |path: &str| format!("{base}{}", public_path(path));
    let service = |path: &str| ServiceAddress { service_url: base.clone(), service_path: public_path(path) };
    ReconciliationManifest {
        versions: vec!["0.2"],
        name: "Verbatim",
        identifier_space: url("/v1/entities/"),
        schema_space: url("/v1/entities?kind="),
        documentation: url("/docs"),
        service_version: env!("CARGO_PKG_VERSION"),
        default_types: types(),
        view: ViewTemplate { url: url("/v1/entities/{{id}}") },
        preview: PreviewTemplate { url: url("/reconcile/preview?entity={{id}}"), width: 400, height: 200 },
        suggest: SuggestServices {
            entity: service("/reconcile/suggest/entity"),
            property: service("/reconcile/suggest/property"),
            r#type: service("/reconcile/suggest/type"),
        },
        extend: ExtendService { propose_properties: service("/reconcile/properties") },
    }
}

fn types() -> Vec<ReconciliationType> {
    EntityKind::ALL.iter().copied().map(Into::into).collect()
}

/// Suggest entities for reconciliation
///
/// The ten most mentioned entities with a name or an alias that begins with `prefix`.
#[utoipa::path(tag = "reconciliation", security(("key" = ["read"])), params(SuggestForReconciliation), responses((status = 200, description = "The entities", body = ReconciliationSuggestions)))]
#[get("/reconcile/suggest/entity")]
pub async fn suggest_reconciliation_entities(
    db: web::Data<Db>,
    popular: web::Data<PopularNames>,
    query: Query<SuggestForReconciliation>,
) -> Result<HttpResponse, Problem> {
    let prefix = query.0.prefix;
    if prefix.trim().is_empty() {
        return Ok(json::ok(&ReconciliationSuggestions { result: Vec::new() }));
    }
    let suggest = move |conn: &mut Connection| names::suggest(conn, &popular, &prefix, &SetFilter::default());
    let found = db.look_up(Resource::Entity, suggest).await?;
    let suggestion = |found: Suggestion| ReconciliationSuggestion {
        id: found.id.to_string(),
        description: Some(found.matched).filter(|matched| *matched != found.name),
        name: found.name,
        notable: vec![found.kind.into()],
    };
    Ok(json::ok(&ReconciliationSuggestions { result: found.into_iter().map(suggestion).collect() }))
}

/// Suggest types for reconciliation
///
/// The kinds of entities that begin with `prefix`.
#[utoipa::path(tag = "reconciliation", security(("key" = ["read"])), params(SuggestForReconciliation), responses((status = 200, description = "The types", body = ReconciliationSuggestions)))]
#[get("/reconcile/suggest/type")]
pub async fn suggest_reconciliation_types(query: Query<SuggestForReconciliation>) -> HttpResponse {
    suggested(&query.prefix, types().into_iter().map(|kind| (kind.id.to_owned(), kind.name.to_owned())))
}

/// Suggest properties for reconciliation
///
/// The members of entities and the schemes of their identifiers that begin with `prefix`.
#[utoipa::path(tag = "reconciliation", security(("key" = ["read"])), params(SuggestForReconciliation), responses((status = 200, description = "The properties", body = ReconciliationSuggestions)))]
#[get("/reconcile/suggest/property")]
pub async fn suggest_reconciliation_properties(
    db: web::Data<Db>,
    query: Query<SuggestForReconciliation>,
) -> Result<HttpResponse, Problem> {
    let properties = ReconciliationProperty::all(db.read(reconciliation::schemes).await?);
    Ok(suggested(&query.prefix, properties.into_iter().map(|property| (property.id, property.name))))
}

/// Answers with those of the (id, name) that begin with a prefix.
fn suggested(prefix: &str, all: impl Iterator<Item = (String, String)>) -> HttpResponse {
    let prefix = prefix.trim().to_lowercase();
    let begins = |(id, name): &(String, String)| id.starts_with(&prefix) || name.to_lowercase().starts_with(&prefix);
    let suggestion = |(id, name)| ReconciliationSuggestion { id, name, description: None, notable: Vec::new() };
    json::ok(&ReconciliationSuggestions { result: all.filter(begins).map(suggestion).collect() })
}

/// Propose properties
///
/// The properties that `extend` can read: the members of entities and the schemes of their identifiers.
#[utoipa::path(tag = "reconciliation", security(("key" = ["read"])), params(ProposeProperties), responses((status = 200, description = "The properties", body = ProposedProperties)))]
#[get("/reconcile/properties")]
pub async fn propose_properties(db: web::Data<Db>, query: Query<ProposeProperties>) -> Result<HttpResponse, Problem> {
    let ProposeProperties { kind, limit } = query.0;
    let mut properties = ReconciliationProperty::all(db.read(reconciliation::schemes).await?);
    properties.truncate(limit.unwrap_or(usize::MAX));
    Ok(json::ok(&ProposedProperties { properties, r#type: kind, limit }))
}

/// Preview an entity
///
/// A small page with its name, kind, description, other names and numbers, to be shown in a frame.
#[utoipa::path(tag = "reconciliation", security(("key" = ["read"])), params(PreviewEntity), responses(
    (status = 200, description = "The page", body = inline(Page), content_type = "text/html; charset=utf-8"),
))]
#[get("/reconcile/preview")]
pub async fn preview_entity(db: web::Data<Db>, query: Query<PreviewEntity>) -> Result<HttpResponse, Problem> {
    let id = query.entity;
    let read = move |conn: &mut Connection| {
        Ok((entities::by_ids(conn, &[id])?.remove(&id), reconciliation::counts(conn, &[id])?.remove(&id)))
    };
    let (entity, counts) = db.read(read).await?;
    let entity = entity.ok_or_else(|| Problem::parameter("entity", "there is no such entity"))?;
    let policy = (header::CONTENT_SECURITY_POLICY, PREVIEW_POLICY);
    let page = preview(&entity, counts.unwrap_or_default());
    Ok(HttpResponse::Ok().insert_header(policy).content_type(ContentType::html()).body(page.into_string()))
}

fn preview(entity: &Entity, (mentions, quotes): (i64, i64)) -> Markup {
    let names: Vec<&str> = entity.aliases.iter().take(MAX_PREVIEWED).map(|alias| &*alias.name).collect();
    html! {
        (DOCTYPE)
        html {
            head { meta charset="utf-8"; title { (entity.name) } }
            body {
                h1 { (entity.name) }
                p { (ReconciliationType::from(entity.kind).name) }
                @if let Some(description) = &entity.description { p { (description) } }
                @if !names.is_empty() { p { (names.join("; ")) } }
                @for identifier in entity.identifiers.iter().take(MAX_PREVIEWED) {
                    p { (identifier.scheme) ": " (identifier.value) }
                }
                p { (mentions) " mentions, " (quotes) " quotes" }
            }
        }
    }
}
