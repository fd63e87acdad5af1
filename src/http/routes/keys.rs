//! `/v1/keys`: API keys, for admins.

use crate::app::keys::Keys;
use crate::auth::Secret;
use crate::domain::key::ApiKey;
use crate::http::extract::body::Body;
use crate::http::extract::conditional::IfMatch;
use crate::http::extract::paging;
use crate::http::extract::query::Query;
use crate::http::respond::problem::Problem;
use crate::http::respond::record;
use crate::http::wire::key::{CreateKey, KeyBody, KeyPage, RotateSecret};
use crate::http::wire::page::{KeyKind, ListAll};
use crate::store::{Db, keys};
use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use chrono::TimeDelta;
use uuid::Uuid;

/// Create an API key
///
/// The answer has the `secret`, which is not stored and cannot be read again. It is valid on every instance within five
/// seconds.
#[utoipa::path(
    tag = "keys",
    security(("key" = ["admin"])),
    request_body = CreateKey,
    responses(
        (status = 201, description = "The key with its secret", body = KeyBody),
        (status = 409, description = "Another key has this name."),
    ),
)]
#[post("/v1/keys")]
pub async fn create_key(keys: web::Data<Keys>, body: Body<CreateKey>) -> Result<HttpResponse, Problem> {
    let body = with_secret(keys.create(body.0.into()).await?);
    record::created(&format!("/v1/keys/{}", body.id), body.version, &body)
}

/// List API keys
///
/// By name. Revoked keys are not in the list.
#[utoipa::path(tag = "keys", security(("key" = ["admin"])), params(ListAll), responses((status = 200, description = "A page", body = KeyPage)))]
#[get("/v1/keys")]
pub async fn list_keys(
    request: HttpRequest,
    db: web::Data<Db>,
    query: Query<ListAll>,
) -> Result<HttpResponse, Problem> {
    let part = paging::page_request(&request, query.0.page(KeyKind::Text))?;
    let page = db.read(move |conn| keys::list(conn, &part)).await?;
    Ok(paging::respond(&request, page, |items, next_cursor, total| KeyPage {
        items: items.into_iter().map(Into::into).collect(),
        next_cursor,
        total,
    }))
}

/// Read an API key
///
/// Without its secret, which is not stored.
#[utoipa::path(tag = "keys", security(("key" = ["admin"])), responses((status = 200, description = "The key", body = KeyBody)))]
#[get("/v1/keys/{id}")]
pub async fn read_key(request: HttpRequest, db: web::Data<Db>, id: web::Path<Uuid>) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let key = db.read(move |conn| keys::find(conn, id)).await?;
    record::found(&request, key.version, &KeyBody::from(key))
}

/// Rotate an API key
///
/// The answer has a new `secret`. The former one stays valid for `grace_seconds`, so that its holders can change over.
#[utoipa::path(
    tag = "keys",
    security(("key" = ["admin"])),
    params(RotateSecret),
    responses((status = 200, description = "The key with its new secret", body = KeyBody)),
)]
#[post("/v1/keys/{id}/rotate")]
pub async fn rotate_key(
    keys: web::Data<Keys>,
    id: web::Path<Uuid>,
    query: Query<RotateSecret>,
) -> Result<HttpResponse, Problem> {
    let grace = TimeDelta::seconds(query.grace_seconds);
    let body = with_secret(keys.rotate(id.into_inner(), None, grace).await?);
    record::changed(body.version, &body)
}

/// Revoke an API key
///
/// It is refused by every instance within five seconds, and its id answers 410 afterwards.
#[utoipa::path(tag = "keys", security(("key" = ["admin"])), responses((status = 204, description = "It is revoked")))]
#[delete("/v1/keys/{id}")]
pub async fn revoke_key(
    keys: web::Data<Keys>,
    id: web::Path<Uuid>,
    expected: IfMatch,
) -> Result<HttpResponse, Problem> {
    keys.revoke(id.into_inner(), expected.0).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn with_secret((key, secret): (ApiKey, Secret)) -> KeyBody {
    KeyBody { secret: Some(secret.expose().to_owned()), ..key.into() }
}
