//! `/v1/merges` and `/v1/entities/{id}/merge`: merges of entities, and their undo.

use super::list;
use crate::auth::Caller;
use crate::domain::merge::{Merge, MergeList, NewMerge};
use crate::domain::page::PageRequest;
use crate::http::extract::body::Body;
use crate::http::extract::query::Query;
use crate::http::respond::problem::Problem;
use crate::http::respond::{json, record};
use crate::http::wire::export::{CsvText, ExportOptions};
use crate::http::wire::merge::{CreateMerge, ListMerges, MergeBody, MergePage, MergeResult};
use crate::store::{self, Connection, Db, merges};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Maximum time that one request spends on moving records. A background task moves the others.
const MAX_MOVING: Duration = Duration::from_secs(3);

/// Merge entities
///
/// Moves the mentions, quotes, identifiers and names of `sources` to this entity, the survivor: their names become its aliases, at
/// most 200. Moving is no review: `origin`, `status` and `reviews` of the records stay as they are.
///
/// From then on the sources redirect: reading, changing or deleting one returns 308 with the path of the survivor. A mention, a quote
/// or a filter that names a source refers to the survivor.
///
/// Many records are moved in batches: 202 means that some are left. The service goes on by itself; `/v1/merges/{id}` shows the
/// progress. Lists that are filtered by the survivor have the records of the sources from the beginning.
#[utoipa::path(
    tag = "entities",
    security(("key" = ["review"])),
    request_body = CreateMerge,
    responses(
        (status = 200, description = "What was moved", body = MergeResult),
        (status = 202, description = "Some records are still being moved", body = MergeResult),
        (
            status = 409,
            description = "This entity was merged itself, two of the entities were judged to be different, or another merge of a source is not finished.",
        ),
    ),
)]
#[post("/v1/entities/{id}/merge")]
pub async fn merge_entities(
    caller: Caller,
    db: web::Data<Db>,
    id: web::Path<Uuid>,
    body: Body<CreateMerge>,
) -> Result<HttpResponse, Problem> {
    let (survivor, dry_run, new) = (id.into_inner(), body.0.dry_run, NewMerge::from(body.0));
    if dry_run {
        let moved = db.write(move |conn| merges::preview(conn, survivor, &new)).await?;
        return Ok(json::ok(&MergeResult { moved: moved.into(), merge: None }));
    }
    let merge = db.write(move |conn| merges::begin(conn, survivor, &new, caller.name())).await?;
    let merge = advance(&db, merge).await?;
    let mut response = response_of(&merge);
    Ok(json::respond(&mut response, &MergeResult { moved: merge.moved.into(), merge: Some(merge.into()) }))
}

/// List merges
///
/// Newest first.
#[utoipa::path(tag = "entities", security(("key" = ["read"])), params(ListMerges, ExportOptions), responses((status = 200, description = "A page, or the whole list", content((MergePage = "application/json"), (MergeBody = "application/x-ndjson"), (CsvText = "text/csv")))))]
#[get("/v1/merges")]
pub async fn list_merges(
    request: HttpRequest,
    db: web::Data<Db>,
    query: Query<ListMerges>,
) -> Result<HttpResponse, Problem> {
    let requested = list::requested(&request, query.export, query.page())?;
    let filter = query.0.into_list(requested.page.clone());
    let read = move |conn: &mut Connection, page: &PageRequest| {
        merges::list(conn, &MergeList { page: page.clone(), ..filter.clone() })
    };
    let body = |items, next_cursor, total| MergePage { items, next_cursor, total };
    list::respond(&request, &db, "merges", requested, read, body).await
}

/// Read a merge
///
/// Its `status` tells whether its records are still being moved.
#[utoipa::path(tag = "entities", security(("key" = ["read"])), responses((status = 200, description = "The merge", body = MergeBody)))]
#[get("/v1/merges/{id}")]
pub async fn read_merge(request: HttpRequest, db: web::Data<Db>, id: web::Path<Uuid>) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let merge = db.read(move |conn| merges::find(conn, id)).await?;
    record::found(&request, merge.version, &MergeBody::from(merge))
}

/// Undo a merge
///
/// The sources are live again, with their names and identifiers, and exactly the records that the merge moved are moved back. A
/// mention or a quote that was changed by a person since stays as it is, and is counted in `kept`. Records that came after the merge
/// stay with the survivor.
///
/// Many records are moved back in batches: 202 means that some are left, which are the survivor's until then. The service goes on by
/// itself.
#[utoipa::path(
    tag = "entities",
    security(("key" = ["review"])),
    responses(
        (status = 200, description = "The merge", body = MergeBody),
        (status = 202, description = "Some records are still being moved back", body = MergeBody),
        (status = 409, description = "The merge is not finished or was undone before, or its survivor was merged later."),
    ),
)]
#[post("/v1/merges/{id}/undo")]
pub async fn undo_merge(caller: Caller, db: web::Data<Db>, id: web::Path<Uuid>) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let merge = db.write(move |conn| merges::undo(conn, id, caller.name())).await?;
    let merge = advance(&db, merge).await?;
    let mut response = response_of(&merge);
    Ok(json::respond(&mut response, &MergeBody::from(merge)))
}

/// Moves records until all are moved or [`MAX_MOVING`] has passed.
async fn advance(db: &Db, mut merge: Merge) -> store::Result<Merge> {
    let (id, begun) = (merge.id, Instant::now());
    while merge.is_unfinished() && begun.elapsed() < MAX_MOVING {
        merge = db.write(move |conn| merges::advance(conn, id)).await?;
    }
    Ok(merge)
}

fn response_of(merge: &Merge) -> actix_web::HttpResponseBuilder {
    if merge.is_unfinished() { HttpResponse::Accepted() } else { HttpResponse::Ok() }
}
