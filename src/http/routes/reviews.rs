//! Reviews: what people decide about quotes and mentions, and what to review next.

use super::{creation, list};
use crate::auth::Caller;
use crate::domain::mention::Mention;
use crate::domain::page::{Page, PageRequest};
use crate::domain::quote::Quote;
use crate::domain::review::Review;
use crate::http::extract::body::Body;
use crate::http::extract::conditional::IfMatch;
use crate::http::extract::paging;
use crate::http::extract::query::Query;
use crate::http::respond::json;
use crate::http::respond::problem::Problem;
use crate::http::wire::export::{CsvText, ExportOptions};
use crate::http::wire::mention::MentionBody;
use crate::http::wire::page::{KeyKind, ListAll};
use crate::http::wire::quote::{QuoteBody, QuotePage};
use crate::http::wire::quote_list::QuoteFilters;
use crate::http::wire::review::{
    CreateMentionReview, CreateReview, CreateReviews, ListReviewQueue, ReviewBody, ReviewOutcome, ReviewPage,
    ReviewResultBody, ReviewResults,
};
use crate::store::fulltext::Statistics;
use crate::store::mentions::reviews as reviews_of_mentions;
use crate::store::publisher_limit::{self, Target};
use crate::store::quotes::{self, reviews as reviews_of_quotes};
use crate::store::{self, Connection, Db, reviews};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
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
    reviews(&request, &db, query.0, move |conn, page| reviews_of_quotes::list(conn, id, page)).await
}

/// Answers a list of reviews.
async fn reviews(
    request: &HttpRequest,
    db: &Db,
    query: ListAll,
    read: impl Fn(&mut Connection, &PageRequest) -> store::Result<Page<Review>> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let requested = list::requested(request, query.export, query.page(KeyKind::Time))?;
    let body = |items, next_cursor, total| ReviewPage { items, next_cursor, total };
    list::respond(request, db, "reviews", requested, read, body).await
}

/// Review a mention
///
/// Adds a review and makes its change. The answer is the mention as it is then. A rejected mention names no entity, and is left out
/// of lists that do not ask for its `status`. Annotation does not change a mention with a review, nor find it again.
#[utoipa::path(
    tag = "reviews",
    security(("key" = ["review"])),
    extensions(("x-publisher-keys" = json!(true))),
    request_body = CreateMentionReview,
    responses((status = 201, description = "The mention with its new review", body = MentionBody)),
)]
#[post("/v1/mentions/{id}/reviews")]
pub async fn create_mention_review(
    request: HttpRequest,
    caller: Caller,
    db: web::Data<Db>,
    id: web::Path<Uuid>,
    expected: IfMatch,
    body: Body<CreateMentionReview>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let new = body.0.into_review(caller.name())?;
    let review = move |conn: &mut Connection| {
        publisher_limit::check(conn, Target::Mention(id), caller.publisher())?;
        reviews::review_mention(conn, id, &expected.0, &new)
    };
    let answer = move |mention: Mention| {
        creation::record(format!("/v1/mentions/{id}"), mention.version, &MentionBody::from(mention))
    };
    creation::create(&request, &db, review, answer).await
}

/// List the reviews of a mention
///
/// Oldest first.
#[utoipa::path(tag = "reviews", security(("key" = ["read"])), params(ListAll, ExportOptions), responses((status = 200, description = "A page, or the whole list", content((ReviewPage = "application/json"), (ReviewBody = "application/x-ndjson"), (CsvText = "text/csv")))))]
#[get("/v1/mentions/{id}/reviews")]
pub async fn list_reviews_of_mention(
    request: HttpRequest,
    db: web::Data<Db>,
    id: web::Path<Uuid>,
    query: Query<ListAll>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    reviews(&request, &db, query.0, move |conn, page| reviews_of_mentions::list(conn, id, page)).await
}

/// Review several records
///
/// Adds the same review to up to 1,000 quotes or mentions, and answers the result for each, in the order of the ids, quotes first. A record that
/// cannot be reviewed does not affect the others. All reviews are stored together: after an error of the whole request, none is.
#[utoipa::path(
    tag = "reviews",
    security(("key" = ["review"])),
    request_body = CreateReviews,
    responses((status = 200, description = "The result for each record", body = ReviewResults)),
)]
#[post("/v1/reviews")]
pub async fn create_reviews(
    caller: Caller,
    db: web::Data<Db>,
    body: Body<CreateReviews>,
) -> Result<HttpResponse, Problem> {
    let add = body.0.into_reviews(caller.name())?;
    let ids: Vec<Uuid> = add.quotes.iter().chain(&add.mentions).copied().collect();
    let review = move |conn: &mut Connection| {
        let mut reviewed = match &add.review {
            Some(review) => reviews::review_quotes(conn, &add.quotes, review)?,
            None => Vec::new(),
        };
        if let Some(review) = &add.mention_review {
            reviewed.extend(reviews::review_mentions(conn, &add.mentions, review)?);
        }
        Ok(reviewed)
    };
    let reviewed = db.write(review).await?;
    let item = |(id, result): (Uuid, store::Result<i32>)| match result {
        Ok(version) => ReviewResultBody { id, result: ReviewOutcome::Reviewed, version: Some(version), problem: None },
        Err(error) => {
            let problem = Some(Problem::from(error).body());
            ReviewResultBody { id, result: ReviewOutcome::Failed, version: None, problem }
        }
    };
    Ok(json::ok(&ReviewResults { items: ids.into_iter().zip(reviewed).map(item).collect() }))
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
