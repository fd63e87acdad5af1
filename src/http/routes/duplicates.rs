//! `/v1/entities/duplicates`: entities that are likely the same.

use super::list;
use crate::domain::duplicate::DuplicateFilter;
use crate::domain::page::PageRequest;
use crate::http::extract::query::Query;
use crate::http::respond::json;
use crate::http::respond::problem::Problem;
use crate::http::wire::duplicate::{DuplicatePage, DuplicatePairBody, DuplicatesBody, ListDuplicates};
use crate::http::wire::export::{CsvText, ExportOptions};
use crate::store::entities::duplicates;
use crate::store::entities::names::PopularNames;
use crate::store::{Connection, Db};
use actix_web::{HttpRequest, HttpResponse, get, web};
use uuid::Uuid;

/// List likely duplicates
///
/// Pairs of entities of one kind with equal or similar names, the highest score first. The context adds to the score: entities in the
/// same articles, publishers, descriptions. Pairs that were judged to be different and entities with different identifiers of one
/// scheme are left out. New and changed names are compared within seconds; the context is that of this comparison.
#[utoipa::path(tag = "entities", security(("key" = ["read"])), params(ListDuplicates, ExportOptions), responses((status = 200, description = "A page, or the whole list", content((DuplicatePage = "application/json"), (DuplicatePairBody = "application/x-ndjson"), (CsvText = "text/csv")))))]
#[get("/v1/entities/duplicates")]
pub async fn list_duplicates(
    request: HttpRequest,
    db: web::Data<Db>,
    query: Query<ListDuplicates>,
) -> Result<HttpResponse, Problem> {
    let requested = list::requested(&request, query.export, query.page())?;
    let filter = query.0.into_filter(requested.page.clone());
    let read = move |conn: &mut Connection, page: &PageRequest| {
        duplicates::list(conn, &DuplicateFilter { page: page.clone(), ..filter.clone() })
    };
    let body = |items, next_cursor, total| DuplicatePage { items, next_cursor, total };
    list::respond(&request, &db, "duplicates", requested, read, body).await
}

/// List likely duplicates of an entity
///
/// At most 20, the highest score first, compared now: see the list of all likely duplicates.
#[utoipa::path(tag = "entities", security(("key" = ["read"])), responses((status = 200, description = "The entities", body = DuplicatesBody)))]
#[get("/v1/entities/{id}/duplicates")]
pub async fn list_duplicates_of_entity(
    db: web::Data<Db>,
    popular: web::Data<PopularNames>,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let found = db.read(move |conn| duplicates::of_entity(conn, &popular, id)).await?;
    Ok(json::ok(&DuplicatesBody { items: found.into_iter().map(Into::into).collect() }))
}
