//! `/v1/splits` and `/v1/entities/{id}/split`: mentions and quotes that are taken to another entity.

use super::entities::redirect;
use super::list;
use crate::auth::Caller;
use crate::domain::page::PageRequest;
use crate::domain::split::{NewSplit, SplitList};
use crate::http::extract::body::Body;
use crate::http::extract::query::Query;
use crate::http::respond::json;
use crate::http::respond::problem::Problem;
use crate::http::wire::export::{CsvText, ExportOptions};
use crate::http::wire::split::{CreateSplit, ListSplits, SplitBody, SplitPage};
use crate::store::{self, Connection, Db, splits};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use uuid::Uuid;

/// Split an entity
///
/// Takes chosen mentions and quotes of this entity to another one, which is stored or new: all of them, or none. A person decides that,
/// so they count as changed by hand: the extractor leaves them alone, quotes get a review, and the undo of a merge does not move them.
#[utoipa::path(
    tag = "entities",
    security(("key" = ["review"])),
    request_body = CreateSplit,
    responses(
        (status = 200, description = "The split", body = SplitBody),
        (status = 308, description = "The entity was merged into another one: the path of its splits."),
        (status = 409, description = "Another entity has one of the identifiers of the new one."),
    ),
)]
#[post("/v1/entities/{id}/split")]
pub async fn split_entity(
    request: HttpRequest,
    caller: Caller,
    db: web::Data<Db>,
    id: web::Path<Uuid>,
    body: Body<CreateSplit>,
) -> Result<HttpResponse, Problem> {
    let (id, new) = (id.into_inner(), NewSplit::try_from(body.0)?);
    match db.write(move |conn| splits::create(conn, id, &new, caller.name())).await {
        Err(store::Error::Merged { into }) => Ok(redirect(&request, into)),
        split => Ok(json::ok(&SplitBody::from(split?))),
    }
}

/// List splits
///
/// Newest first.
#[utoipa::path(tag = "entities", security(("key" = ["read"])), params(ListSplits, ExportOptions), responses((status = 200, description = "A page, or the whole list", content((SplitPage = "application/json"), (SplitBody = "application/x-ndjson"), (CsvText = "text/csv")))))]
#[get("/v1/splits")]
pub async fn list_splits(
    request: HttpRequest,
    db: web::Data<Db>,
    query: Query<ListSplits>,
) -> Result<HttpResponse, Problem> {
    let requested = list::requested(&request, query.export, query.page())?;
    let filter = query.0.into_list(requested.page.clone());
    let read = move |conn: &mut Connection, page: &PageRequest| {
        splits::list(conn, &SplitList { page: page.clone(), ..filter.clone() })
    };
    let body = |items, next_cursor, total| SplitPage { items, next_cursor, total };
    list::respond(&request, &db, "splits", requested, read, body).await
}
