//! `/v1/judgements`: judgements that two entities are different.

use super::{creation, list};
use crate::auth::Caller;
use crate::domain::judgement::{Judgement, JudgementFilter, NewJudgement};
use crate::domain::page::PageRequest;
use crate::http::extract::body::Body;
use crate::http::extract::conditional::IfMatch;
use crate::http::extract::query::Query;
use crate::http::respond::problem::Problem;
use crate::http::respond::record;
use crate::http::wire::export::{CsvText, ExportOptions};
use crate::http::wire::judgement::{CreateJudgement, JudgementBody, JudgementPage, ListJudgements};
use crate::store::judgements::{self, VERSION};
use crate::store::{Connection, Db};
use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use uuid::Uuid;

/// Judge two entities to be different
///
/// Such entities are not merged and not listed as duplicates. The judgement also holds for entities that they are merged into later.
#[utoipa::path(
    tag = "entities",
    security(("key" = ["review"])),
    request_body = CreateJudgement,
    responses(
        (status = 201, description = "The judgement", body = JudgementBody),
        (status = 409, description = "The entities were already judged to be different."),
    ),
)]
#[post("/v1/judgements")]
pub async fn create_judgement(
    request: HttpRequest,
    caller: Caller,
    db: web::Data<Db>,
    body: Body<CreateJudgement>,
) -> Result<HttpResponse, Problem> {
    let CreateJudgement { entities, reason, actor } = body.0;
    let actor = caller.name().map(str::to_owned).or(actor);
    let new = NewJudgement { actor, reason, entities };
    let create = move |conn: &mut Connection| judgements::create(conn, &new);
    let answer = |judgement: Judgement| {
        creation::record(format!("/v1/judgements/{}", judgement.id), VERSION, &JudgementBody::from(judgement))
    };
    creation::create(&request, &db, create, answer).await
}

/// List judgements
///
/// Newest first.
#[utoipa::path(tag = "entities", security(("key" = ["read"])), params(ListJudgements, ExportOptions), responses((status = 200, description = "A page, or the whole list", content((JudgementPage = "application/json"), (JudgementBody = "application/x-ndjson"), (CsvText = "text/csv")))))]
#[get("/v1/judgements")]
pub async fn list_judgements(
    request: HttpRequest,
    db: web::Data<Db>,
    query: Query<ListJudgements>,
) -> Result<HttpResponse, Problem> {
    let requested = list::requested(&request, query.export, query.page())?;
    let filter = JudgementFilter { entities: query.0.entity, page: requested.page.clone() };
    let read = move |conn: &mut Connection, page: &PageRequest| {
        judgements::list(conn, &JudgementFilter { page: page.clone(), ..filter.clone() })
    };
    let body = |items, next_cursor, total| JudgementPage { items, next_cursor, total };
    list::respond(&request, &db, "judgements", requested, read, body).await
}

/// Read a judgement
///
/// Two entities that were judged to be different, by whom and why.
#[utoipa::path(tag = "entities", security(("key" = ["read"])), responses((status = 200, description = "The judgement", body = JudgementBody)))]
#[get("/v1/judgements/{id}")]
pub async fn read_judgement(
    request: HttpRequest,
    db: web::Data<Db>,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let judgement = db.read(move |conn| judgements::find(conn, id)).await?;
    record::found(&request, VERSION, &JudgementBody::from(judgement))
}

/// Delete a judgement
///
/// The entities may then be merged and listed as duplicates again.
#[utoipa::path(tag = "entities", security(("key" = ["review"])), responses((status = 204, description = "It is deleted")))]
#[delete("/v1/judgements/{id}")]
pub async fn delete_judgement(
    db: web::Data<Db>,
    id: web::Path<Uuid>,
    expected: IfMatch,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    db.write(move |conn| judgements::delete(conn, id, &expected.0)).await?;
    Ok(HttpResponse::NoContent().finish())
}
