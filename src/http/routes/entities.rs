//! `/v1/entities`: people, organisations, places, with aliases and identifiers.

use super::{cached, creation, list};
use crate::app::response_cache::ResponseCache;
use crate::auth::Caller;
use crate::domain::duplicate::Duplicate;
use crate::domain::entity::{Entity, EntityFilter, EntityPatch, NewEntity};
use crate::domain::page::{PageRequest, SetFilter};
use crate::http::context::public_path;
use crate::http::extract::body::Body;
use crate::http::extract::conditional::IfMatch;
use crate::http::extract::query::Query;
use crate::http::respond::problem::Problem;
use crate::http::respond::{json, record};
use crate::http::wire::entity::{CreateEntity, EntityBody, UpdateEntity};
use crate::http::wire::entity_list::{EntityPage, ListEntities, SuggestEntities, SuggestionsBody};
use crate::http::wire::export::{CsvText, ExportOptions, RecordOptions};
use crate::http::wire::history::AsOf;
use crate::http::wire::json_ld::JsonLd;
use crate::store::cache::Owner;
use crate::store::entities::names::{self, PopularNames};
use crate::store::entities::{Deletion, duplicates};
use crate::store::{self, Connection, Db, Resource, entities};
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};
use serde::Deserialize;
use std::sync::Arc;
use std::time::{Duration, Instant};
use utoipa::IntoParams;
use uuid::Uuid;

/// Maximum time that one request spends on removing the links of an entity.
const MAX_DELETION: Duration = Duration::from_secs(3);

/// Options for deleting an entity.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DeleteEntity {
    /// Unlink the mentions and quotes that refer to the entity.
    #[serde(default)]
    #[param(default = false)]
    cascade: bool,
}

/// Create an entity
///
/// Aliases may be shared with other entities; identifiers may not. `similar` has the stored entities that are likely the same.
#[utoipa::path(
    tag = "entities",
    security(("key" = ["write"])),
    request_body = CreateEntity,
    responses(
        (status = 201, description = "The entity", body = EntityBody),
        (status = 409, description = "Another entity has one of the identifiers."),
    ),
)]
#[post("/v1/entities")]
pub async fn create_entity(
    request: HttpRequest,
    db: web::Data<Db>,
    popular: web::Data<PopularNames>,
    body: Body<CreateEntity>,
) -> Result<HttpResponse, Problem> {
    let new = NewEntity::from(body.0);
    let create = move |conn: &mut Connection| {
        let entity = entities::create(conn, &new)?;
        let similar = duplicates::of_entity(conn, &popular, entity.id)?;
        Ok((entity, similar))
    };
    let answer = |(entity, similar): (Entity, Vec<Duplicate>)| {
        let similar = similar.into_iter().map(Into::into).collect();
        let body = EntityBody { similar, ..entity.into() };
        creation::record(format!("/v1/entities/{}", body.id), body.version, &body)
    };
    creation::create(&request, &db, create, answer).await
}

/// Read an entity
///
/// A merged entity returns 308 with the path of the entity that it was merged into. `as_of` reads a past state.
#[utoipa::path(
    tag = "entities",
    security(("key" = ["read"])),
    params(AsOf, RecordOptions),
    responses(
        (status = 200, description = "The entity", content((EntityBody = "application/json"), (JsonLd = "application/ld+json"))),
        (status = 308, description = "The entity was merged into the one at `Location`."),
    ),
)]
#[get("/v1/entities/{id}")]
pub async fn read_entity(
    request: HttpRequest,
    db: web::Data<Db>,
    records: web::Data<ResponseCache>,
    id: web::Path<Uuid>,
    query: Query<AsOf>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let write = |entity| {
        let body = EntityBody::from(entity);
        Ok((Owner::Record(body.id), cached::record_json(body.version, &body)?))
    };
    let found = match query.as_of {
        Some(time) => db.read(move |conn| Ok(write(entities::as_of(conn, id, time)?)?.1)).await,
        None => records.record(&db, (Resource::Entity, id), entities::find_all, write).await,
    };
    match found {
        Err(store::Error::Merged { into }) => Ok(redirect(&request, into)),
        found => cached::respond(&request, found?),
    }
}

/// Change an entity
///
/// A merge patch: lists of aliases and identifiers are replaced as a whole.
#[utoipa::path(
    tag = "entities",
    security(("key" = ["write"])),
    request_body(content((UpdateEntity = "application/merge-patch+json"), (UpdateEntity = "application/json"))),
    responses(
        (status = 200, description = "The entity", body = EntityBody),
        (status = 308, description = "The entity was merged into the one at `Location`."),
        (status = 409, description = "Another entity has one of the identifiers."),
    ),
)]
#[patch("/v1/entities/{id}")]
pub async fn update_entity(
    request: HttpRequest,
    db: web::Data<Db>,
    id: web::Path<Uuid>,
    expected: IfMatch,
    body: Body<UpdateEntity>,
) -> Result<HttpResponse, Problem> {
    let (id, patch) = (id.into_inner(), EntityPatch::from(body.0));
    match db.write(move |conn| entities::update(conn, id, &expected.0, &patch)).await {
        Err(store::Error::Merged { into }) => Ok(redirect(&request, into)),
        Err(error) => Err(error.into()),
        Ok(entity) => record::changed(entity.version, &EntityBody::from(entity)),
    }
}

/// Delete an entity
///
/// Returns 409 while mentions or quotes refer to the entity, unless `cascade=true` unlinks them. Many links are removed in
/// batches: 202 means that some are left and the entity still exists. Repeat the request until it returns 204.
#[utoipa::path(
    tag = "entities",
    security(("key" = ["write"])),
    params(DeleteEntity),
    responses(
        (status = 202, description = "Some of the links were removed. Repeat the request to remove the others."),
        (status = 204, description = "It is deleted"),
        (status = 308, description = "The entity was merged into the one at `Location`."),
        (status = 409, description = "Mentions or quotes refer to the entity."),
    ),
)]
#[delete("/v1/entities/{id}")]
pub async fn delete_entity(
    request: HttpRequest,
    caller: Caller,
    db: web::Data<Db>,
    id: web::Path<Uuid>,
    expected: IfMatch,
    query: Query<DeleteEntity>,
) -> Result<HttpResponse, Problem> {
    let (id, cascade) = (id.into_inner(), query.cascade);
    let (expected, begun) = (Arc::new(expected.0), Instant::now());
    loop {
        let (expected, actor) = (Arc::clone(&expected), caller.name.clone());
        match db.write(move |conn| entities::delete(conn, id, &expected, cascade, actor.as_deref())).await {
            Ok(Deletion::Done) => return Ok(HttpResponse::NoContent().finish()),
            Ok(Deletion::Unfinished) if begun.elapsed() > MAX_DELETION => return Ok(HttpResponse::Accepted().finish()),
            Ok(Deletion::Unfinished) => {}
            Err(store::Error::Merged { into }) => return Ok(redirect(&request, into)),
            Err(error) => return Err(error.into()),
        }
    }
}

/// The answer to a request for a merged entity: 308 to the same path of the survivor.
pub(super) fn redirect(request: &HttpRequest, into: Uuid) -> HttpResponse {
    let rest: String = request.path().split('/').skip(4).map(|segment| format!("/{segment}")).collect();
    let query = match request.query_string() {
        "" => String::new(),
        query => format!("?{query}"),
    };
    HttpResponse::PermanentRedirect()
        .insert_header((header::LOCATION, public_path(&format!("/v1/entities/{into}{rest}{query}"))))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .finish()
}

/// List entities
///
/// Merged entities are left out. With `q`, entities are ranked by how their name matches: equal names first, then equal
/// aliases, names with this prefix, names with these words, and, if there are few others, similar names. Equal ranks are
/// ordered by number of mentions.
#[utoipa::path(tag = "entities", security(("key" = ["read"])), params(ListEntities, ExportOptions), responses((status = 200, description = "A page, or the whole list", content((EntityPage = "application/json"), (JsonLd = "application/ld+json"), (EntityBody = "application/x-ndjson"), (CsvText = "text/csv")))))]
#[get("/v1/entities")]
pub async fn list_entities(
    request: HttpRequest,
    db: web::Data<Db>,
    popular: web::Data<PopularNames>,
    query: Query<ListEntities>,
) -> Result<HttpResponse, Problem> {
    let requested = list::requested(&request, query.export, query.page())?;
    let filter = query.0.into_filter(requested.page.clone())?;
    let read = move |conn: &mut Connection, page: &PageRequest| {
        entities::list(conn, &popular, &EntityFilter { page: page.clone(), ..filter.clone() })
    };
    let body = |items, next_cursor, total| EntityPage { items, next_cursor, total };
    list::respond(&request, &db, "entities", requested, read, body).await
}

/// Suggest entities
///
/// Autocompletion: the ten most mentioned entities with a name or an alias that begins with `q`.
#[utoipa::path(
    tag = "entities",
    security(("key" = ["read"])),
    params(SuggestEntities),
    responses((status = 200, description = "The entities", body = SuggestionsBody)),
)]
#[get("/v1/entities/suggest")]
pub async fn suggest_entities(
    db: web::Data<Db>,
    popular: web::Data<PopularNames>,
    query: Query<SuggestEntities>,
) -> Result<HttpResponse, Problem> {
    let SuggestEntities { q, kind, not_kind } = query.0;
    let kinds = SetFilter::new(kind, not_kind);
    let found = db.look_up(Resource::Entity, move |conn| names::suggest(conn, &popular, &q, &kinds)).await?;
    let items = found.into_iter().map(Into::into).collect();
    Ok(json::ok(&SuggestionsBody { items }))
}
