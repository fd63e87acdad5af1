//! `/v1/webhooks`: addresses that changes are sent to, for admins.

use crate::domain::webhook::{Webhook, WebhookPatch, WebhookSettings};
use crate::http::extract::body::Body;
use crate::http::extract::conditional::IfMatch;
use crate::http::extract::paging;
use crate::http::extract::query::Query;
use crate::http::respond::problem::Problem;
use crate::http::respond::{json, record};
use crate::http::wire::key::RotateSecret;
use crate::http::wire::page::{KeyKind, ListAll};
use crate::http::wire::webhook::{
    CreateWebhook, DeliveryBody, DeliveryPage, ListDeliveries, ReplayBody, ReplayDeliveries, UpdateWebhook,
    WebhookBody, WebhookPage,
};
use crate::store::webhooks::{self, deliveries};
use crate::store::{self, Db};
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};
use chrono::TimeDelta;
use data_encoding::BASE64;
use uuid::Uuid;

/// The bytes of a secret. Standard Webhooks allows 24 to 64.
const SECRET_BYTES: usize = 32;

/// Create a webhook
///
/// Each change that is committed from then on and matches the filters is sent to the URL, as a POST of
/// `{"type": "quote.create", "timestamp": ..., "data": {...}}` with the change as in `/v1/changes`. It is signed as Standard
/// Webhooks says (`webhook-id`, `webhook-timestamp`, `webhook-signature`); the answer has the `secret`, which cannot be read
/// again.
///
/// An answer with a status from 200 to 299 within ten seconds ends a delivery. Others are sent again, after 5 seconds at first and 6
/// hours at last, for three days. Redirects are not followed. A message may come twice, and messages may overtake each other:
/// `webhook-id` and `data.id` tell. A record that was deleted before its change was queued is sent to all that filter by
/// publisher, speaker or search.
#[utoipa::path(
    tag = "webhooks",
    security(("key" = ["admin"])),
    request_body = CreateWebhook,
    responses((status = 201, description = "The webhook with its secret", body = WebhookBody)),
)]
#[post("/v1/webhooks")]
pub async fn create_webhook(db: web::Data<Db>, body: Body<CreateWebhook>) -> Result<HttpResponse, Problem> {
    let (settings, secret) = (WebhookSettings::from(body.0), new_secret()?);
    let webhook = db.write(move |conn| webhooks::create(conn, &settings, &secret)).await?;
    let body = with_secret(webhook, &secret);
    record::created(&format!("/v1/webhooks/{}", body.id), body.version, &body)
}

fn new_secret() -> Result<[u8; SECRET_BYTES], Problem> {
    let mut secret = [0; SECRET_BYTES];
    getrandom::fill(&mut secret).map_err(|error| store::Error::Internal(format!("no random numbers: {error}")))?;
    Ok(secret)
}

fn with_secret(webhook: Webhook, secret: &[u8]) -> WebhookBody {
    WebhookBody { secret: Some(format!("whsec_{}", BASE64.encode(secret))), ..webhook.into() }
}

/// List webhooks
///
/// Oldest first, without their secrets.
#[utoipa::path(tag = "webhooks", security(("key" = ["admin"])), params(ListAll), responses((status = 200, description = "A page", body = WebhookPage)))]
#[get("/v1/webhooks")]
pub async fn list_webhooks(
    request: HttpRequest,
    db: web::Data<Db>,
    query: Query<ListAll>,
) -> Result<HttpResponse, Problem> {
    let part = paging::page_request(&request, query.0.page(KeyKind::Text))?;
    let page = db.read(move |conn| webhooks::list(conn, &part)).await?;
    Ok(paging::respond(&request, page, |items, next_cursor, total| WebhookPage {
        items: items.into_iter().map(Into::into).collect(),
        next_cursor,
        total,
    }))
}

/// Read a webhook
///
/// Without its secret.
#[utoipa::path(tag = "webhooks", security(("key" = ["admin"])), responses((status = 200, description = "The webhook", body = WebhookBody)))]
#[get("/v1/webhooks/{id}")]
pub async fn read_webhook(
    request: HttpRequest,
    db: web::Data<Db>,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let webhook = db.read(move |conn| webhooks::find(conn, id)).await?;
    record::found(&request, webhook.version, &WebhookBody::from(webhook))
}

/// Change a webhook
///
/// A merge patch: lists are replaced as a whole. A disabled webhook gets nothing; when it is enabled again, it gets the changes
/// from then on, and the deliveries that are still pending.
#[utoipa::path(
    tag = "webhooks",
    security(("key" = ["admin"])),
    request_body(content((UpdateWebhook = "application/merge-patch+json"), (UpdateWebhook = "application/json"))),
    responses((status = 200, description = "The webhook", body = WebhookBody)),
)]
#[patch("/v1/webhooks/{id}")]
pub async fn update_webhook(
    db: web::Data<Db>,
    id: web::Path<Uuid>,
    expected: IfMatch,
    body: Body<UpdateWebhook>,
) -> Result<HttpResponse, Problem> {
    let (id, patch) = (id.into_inner(), WebhookPatch::from(body.0));
    let webhook = db.write(move |conn| webhooks::update(conn, id, &expected.0, &patch)).await?;
    record::changed(webhook.version, &WebhookBody::from(webhook))
}

/// Rotate the secret of a webhook
///
/// The answer has a new `secret`. For `grace_seconds`, messages have two signatures, also one with the former secret, so that the
/// receiver can change over.
#[utoipa::path(
    tag = "webhooks",
    security(("key" = ["admin"])),
    params(RotateSecret),
    responses((status = 200, description = "The webhook with its new secret", body = WebhookBody)),
)]
#[post("/v1/webhooks/{id}/rotate")]
pub async fn rotate_webhook(
    db: web::Data<Db>,
    id: web::Path<Uuid>,
    query: Query<RotateSecret>,
) -> Result<HttpResponse, Problem> {
    let (id, secret, grace) = (id.into_inner(), new_secret()?, TimeDelta::seconds(query.grace_seconds));
    let webhook = db.write(move |conn| webhooks::rotate(conn, id, &secret, grace)).await?;
    let body = with_secret(webhook, &secret);
    record::changed(body.version, &body)
}

/// Delete a webhook
///
/// With its deliveries, also those that are pending.
#[utoipa::path(tag = "webhooks", security(("key" = ["admin"])), responses((status = 204, description = "It is deleted")))]
#[delete("/v1/webhooks/{id}")]
pub async fn delete_webhook(
    db: web::Data<Db>,
    id: web::Path<Uuid>,
    expected: IfMatch,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    db.write(move |conn| webhooks::delete(conn, id, &expected.0)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Test a webhook
///
/// Queues a message of the type `webhook.test`. Its delivery shows what becomes of it.
#[utoipa::path(tag = "webhooks", security(("key" = ["admin"])), responses((status = 200, description = "The queued delivery", body = DeliveryBody)))]
#[post("/v1/webhooks/{id}/test")]
pub async fn test_webhook(db: web::Data<Db>, id: web::Path<Uuid>) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let delivery = db.write(move |conn| deliveries::test(conn, id)).await?;
    Ok(json::ok(&DeliveryBody::from(delivery)))
}

/// List the deliveries of a webhook
///
/// Newest first. They are kept as long as changes are.
#[utoipa::path(tag = "webhooks", security(("key" = ["admin"])), params(ListDeliveries), responses((status = 200, description = "A page", body = DeliveryPage)))]
#[get("/v1/webhooks/{id}/deliveries")]
pub async fn list_webhook_deliveries(
    request: HttpRequest,
    db: web::Data<Db>,
    id: web::Path<Uuid>,
    query: Query<ListDeliveries>,
) -> Result<HttpResponse, Problem> {
    let (id, statuses) = (id.into_inner(), query.status.clone());
    let part = paging::page_request(&request, query.0.page())?;
    let page = db.read_primary(move |conn| deliveries::list(conn, id, &statuses, &part)).await?;
    Ok(paging::respond(&request, page, |items, next_cursor, _| DeliveryPage {
        items: items.into_iter().map(Into::into).collect(),
        next_cursor,
    }))
}

/// Send deliveries again
///
/// Those that are named, or all dead ones. Each keeps its id, and is tried for three more days.
#[utoipa::path(tag = "webhooks", security(("key" = ["admin"])), params(ReplayDeliveries), responses((status = 200, description = "How many are sent again", body = ReplayBody)))]
#[post("/v1/webhooks/{id}/replay")]
pub async fn replay_webhook(
    db: web::Data<Db>,
    id: web::Path<Uuid>,
    query: Query<ReplayDeliveries>,
) -> Result<HttpResponse, Problem> {
    let (id, deliveries) = (id.into_inner(), query.0.delivery);
    let replayed = db.write(move |conn| deliveries::replay(conn, id, &deliveries)).await?;
    Ok(json::ok(&ReplayBody { replayed }))
}
