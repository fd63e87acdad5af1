//! `/v1/quotes/{id}/claim-reviews` and `/v1/claim-reviews`: fact-checks of quotes, published elsewhere.

use super::{creation, list};
use crate::auth::Caller;
use crate::domain::claim_review::{ClaimReview, NewClaimReview};
use crate::domain::page::PageRequest;
use crate::http::extract::body::Body;
use crate::http::extract::conditional::IfMatch;
use crate::http::extract::query::Query;
use crate::http::respond::problem::Problem;
use crate::http::respond::record;
use crate::http::wire::claim_review::{ClaimReviewBody, ClaimReviewPage, CreateClaimReview, SchemaOrgClaimReview};
use crate::http::wire::export::{CsvText, ExportOptions, RecordOptions};
use crate::http::wire::json_ld::JsonLd;
use crate::http::wire::page::{KeyKind, ListAll};
use crate::store::claim_reviews::{self, VERSION};
use crate::store::publisher_limit::{self, Target};
use crate::store::{Connection, Db};
use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use uuid::Uuid;

/// Add a claim review to a quote
///
/// A fact-check that was published elsewhere. `/occurrences` shows it for all quotes with the same words. A `ClaimReview` of schema.org
/// is taken as `application/ld+json`; faults name the members of the JSON form.
#[utoipa::path(
    tag = "claim reviews",
    security(("key" = ["review"])),
    extensions(("x-publisher-keys" = json!(true))),
    request_body(content(
        (CreateClaimReview = "application/json"),
        (SchemaOrgClaimReview = "application/ld+json", example = json!({
            "@context": "https://schema.org", "@type": "ClaimReview", "url": "https://example.org/checks/18",
            "author": {"@type": "Organization", "name": "Les Vérificateurs"}, "datePublished": "2026-03-03",
            "reviewRating": {"@type": "Rating", "alternateName": "Faux"},
        })),
    )),
    responses(
        (status = 201, description = "The claim review", body = ClaimReviewBody),
        (status = 409, description = "The quote has a claim review at this url."),
    ),
)]
#[post("/v1/quotes/{id}/claim-reviews")]
pub async fn create_claim_review(
    request: HttpRequest,
    caller: Caller,
    db: web::Data<Db>,
    id: web::Path<Uuid>,
    body: Body<CreateClaimReview>,
) -> Result<HttpResponse, Problem> {
    let (quote, new) = (id.into_inner(), NewClaimReview::from(body.0));
    let create = move |conn: &mut Connection| {
        publisher_limit::check(conn, Target::Quote(quote), caller.publisher())?;
        claim_reviews::create(conn, quote, &new, caller.name())
    };
    let answer = |review: ClaimReview| {
        creation::record(format!("/v1/claim-reviews/{}", review.id), VERSION, &ClaimReviewBody::from(review))
    };
    creation::create(&request, &db, create, answer).await
}

/// List the claim reviews of a quote
///
/// In the order in which they were stored.
#[utoipa::path(tag = "claim reviews", security(("key" = ["read"])), params(ListAll, ExportOptions), responses((status = 200, description = "A page, or the whole list", content((ClaimReviewPage = "application/json"), (JsonLd = "application/ld+json"), (ClaimReviewBody = "application/x-ndjson"), (CsvText = "text/csv")))))]
#[get("/v1/quotes/{id}/claim-reviews")]
pub async fn list_claim_reviews(
    request: HttpRequest,
    db: web::Data<Db>,
    id: web::Path<Uuid>,
    query: Query<ListAll>,
) -> Result<HttpResponse, Problem> {
    let quote = id.into_inner();
    let requested = list::requested(&request, query.export, query.0.page(KeyKind::Text))?;
    let read = move |conn: &mut Connection, page: &PageRequest| claim_reviews::list(conn, quote, page);
    let body = |items, next_cursor, total| ClaimReviewPage { items, next_cursor, total };
    list::respond(&request, &db, "claim-reviews", requested, read, body).await
}

/// Read a claim review
///
/// Its publisher, address, verdict, title and date.
#[utoipa::path(tag = "claim reviews", security(("key" = ["read"])), params(RecordOptions), responses((status = 200, description = "The claim review", content((ClaimReviewBody = "application/json"), (JsonLd = "application/ld+json")))))]
#[get("/v1/claim-reviews/{id}")]
pub async fn read_claim_review(
    request: HttpRequest,
    db: web::Data<Db>,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let review = db.read(move |conn| claim_reviews::find(conn, id)).await?;
    record::found(&request, VERSION, &ClaimReviewBody::from(review))
}

/// Delete a claim review
///
/// Its id returns 410 afterwards.
#[utoipa::path(tag = "claim reviews", security(("key" = ["review"])), extensions(("x-publisher-keys" = json!(true))), responses((status = 204, description = "It is deleted")))]
#[delete("/v1/claim-reviews/{id}")]
pub async fn delete_claim_review(
    caller: Caller,
    db: web::Data<Db>,
    id: web::Path<Uuid>,
    expected: IfMatch,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    db.write(move |conn| {
        let review = claim_reviews::find(conn, id)?;
        publisher_limit::check(conn, Target::Quote(review.quote_id), caller.publisher())?;
        claim_reviews::delete(conn, id, &expected.0)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}
