//! Reviews: what people decide about quotes, and what to review next.

use super::{creation, export};
use crate::auth::Caller;
use crate::domain::FieldError;
use crate::domain::page::PageRequest;
use crate::domain::quote::Quote;
use crate::http::extract::body::Body;
use crate::http::extract::conditional::IfMatch;
use crate::http::extract::paging;
use crate::http::extract::query::Query;
use crate::http::respond::json;
use crate::http::respond::problem::Problem;
use crate::http::wire::export::{CsvText, ExportOptions};
use crate::http::wire::page::{KeyKind, ListAll};
use crate::http::wire::quote::{QuoteBody, QuotePage};
use crate::http::wire::quote_list::QuoteFilters;
use crate::http::wire::review::{
    CreateReview, CreateReviews, ListReviewQueue, ReviewBody, ReviewOutcome, ReviewPage, ReviewResultBody,
    ReviewResults,
};
use crate::store::fulltext::Statistics;
use crate::store::publisher_limit::{self, Target};
use crate::store::quotes::{self, reviews as reviews_of_quotes};
use crate::store::{self, Connection, Db, reviews};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use std::collections::HashSet;
use uuid::Uuid;

/// Review a quote
///
/// Adds a review and makes its change. The answer is the quote as it is then. Annotation does not change the quote afterwards.
#[utoipa::path(
    tag = "reviews",
    security(("key" = ["review"])),
    extensions(("x-publisher-keys" = json!(true))),
    request_body = CreateReview,
    responses((status = 201, description = "The quote with its new review", body = QuoteBody)),
)]
#[post("/v1/quotes/{id}/reviews")]
pub async fn create_quote_review(
    request: HttpRequest,
    caller: Caller,
    db: web::Data<Db>,
    id: web::Path<Uuid>,
    expected: IfMatch,
    body: Body<CreateReview>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let new = body.0.into_review(caller.name())?;
    let review = move |conn: &mut Connection| {
        publisher_limit::check(conn, Target::Quote(id), caller.publisher())?;
        reviews::review_quote(conn, id, &expected.0, &new)
    };
    let answer =
        move |quote: Quote| creation::record(format!("/v1/quotes/{id}"), quote.version, &QuoteBody::from(quote));
    creation::create(&request, &db, review, answer).await
}

/// List the reviews of a quote
///
/// Oldest first.
#[utoipa::path(tag = "reviews", security(("key" = ["read"])), params(ListAll, ExportOptions), responses((status = 200, description = "A page, or the whole list", content((ReviewPage = "application/json"), (ReviewBody = "application/x-ndjson"), (CsvText = "text/csv")))))]
#[get("/v1/quotes/{id}/reviews")]
pub async fn list_reviews_of_quote(
    request: HttpRequest,
    db: web::Data<Db>,
    id: web::Path<Uuid>,
    query: Query<ListAll>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    if let Some(format) = export::requested(&request, query.export)? {
        let read = move |conn: &mut Connection, page: &PageRequest| {
            Ok(reviews_of_quotes::list(conn, id, page)?.map(ReviewBody::from))
        };
        return export::respond(&db, "reviews", format, false, read).await;
    }
    let page = paging::page_request(&request, query.0.page(KeyKind::Time))?;
    let page = db.read(move |conn| reviews_of_quotes::list(conn, id, &page)).await?;
    Ok(paging::respond(&request, page, |items, next_cursor, total| ReviewPage {
        items: items.into_iter().map(Into::into).collect(),
        next_cursor,
        total,
    }))
}

/// Review several quotes
///
/// Adds the same review to up to 1,000 quotes, and answers the result for each, in the order of the ids. A quote that cannot be
/// reviewed does not affect the others. All reviews are stored together: after an error of the whole request, none is.
#[utoipa::path(
    tag = "reviews",
    security(("key" = ["review"])),
    request_body = CreateReviews,
    responses((status = 200, description = "The result for each quote", body = ReviewResults)),
)]
#[post("/v1/reviews")]
pub async fn create_reviews(
    caller: Caller,
    db: web::Data<Db>,
    body: Body<CreateReviews>,
) -> Result<HttpResponse, Problem> {
    let CreateReviews { quotes: ids, review } = body.0;
    let mut seen = HashSet::new();
    if let Some(index) = ids.iter().position(|id| !seen.insert(*id)) {
        return Err(Problem::content(vec![FieldError::new(format!("/quotes/{index}"), "is given twice")]));
    }
    let new = review.into_review(caller.name()).map_err(|faults| inside("/review", faults))?;
    let reviewed = {
        let ids = ids.clone();
        db.write(move |conn| reviews::review_quotes(conn, &ids, &new)).await?
    };
    let item = |(id, result): (Uuid, store::Result<i32>)| match result {
        Ok(version) => ReviewResultBody { id, result: ReviewOutcome::Reviewed, version: Some(version), problem: None },
        Err(error) => {
            let problem = Some(Problem::from(error).body());
            ReviewResultBody { id, result: ReviewOutcome::Failed, version: None, problem }
        }
    };
    Ok(json::ok(&ReviewResults { items: ids.into_iter().zip(reviewed).map(item).collect() }))
}

fn inside(place: &str, faults: Vec<FieldError>) -> Problem {
    Problem::content(faults.into_iter().map(|fault| fault.inside(place)).collect())
}

/// List what to review next
///
/// Quotes that a machine found and nobody has decided about, with the filters of the list of quotes.
#[utoipa::path(tag = "reviews", security(("key" = ["read"])), params(QuoteFilters, ListReviewQueue), responses((status = 200, description = "A page", body = QuotePage)))]
#[get("/v1/reviews/queue")]
pub async fn list_review_queue(
    request: HttpRequest,
    db: web::Data<Db>,
    statistics: web::Data<Statistics>,
    query: Query<ListReviewQueue>,
) -> Result<HttpResponse, Problem> {
    let page = paging::page_request(&request, query.page())?;
    let queue = query.0.into_queue(page)?;
    let page = db.read(move |conn| quotes::queue(conn, &statistics, &queue)).await?;
    Ok(paging::respond(&request, page.map(QuoteBody::from), |items, next_cursor, total| QuotePage {
        items,
        next_cursor,
        total,
        ranked: None,
        resolved: None,
    }))
}
