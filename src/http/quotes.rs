//! `/v1/quotes`: who said what, and what a human decided about it.

mod body;
mod list;
mod names;
mod quote_match;

use super::articles::ArticleBody;
use super::entities::EntityBody;
use super::etag::{self, IfMatch};
use super::input::{Body, Query};
use super::json;
use super::mentions::ListOfArticle;
use super::page::{self, RankedBody};
use super::problem::Problem;
use crate::app::response_cache::ResponseCache;
use crate::domain::page::Page;
use crate::domain::quote::{NewQuote, Quote, QuoteList, QuoteNames, QuotePatch};
use crate::store::cache::Owner;
use crate::store::db::batcher::Batcher;
use crate::store::search::{Statistics, highlight};
use crate::store::{self, Connection, Db, Resource, articles, entities, quotes};
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

pub use body::{CreateQuote, OccurrencesBody, QuoteBody, QuotePage, SpanBody, UpdateQuote};
pub use list::{Dedupe, ListQuotes, QuoteFilters, QuotesInclude};
pub use names::*;
pub use quote_match::*;

/// The pages of plain lists that are asked for at the same time.
pub type PlainPages = Batcher<QuoteList, Page<Quote>>;

/// What a quote can embed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum QuoteInclude {
    Article,
    Speaker,
}

/// What of a quote is asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReadQuote {
    /// What to embed, separated by commas.
    #[serde(default)]
    #[param(inline, explode = false, min_items = 1, max_items = 2)]
    include: Vec<QuoteInclude>,
}

/// Create a quote
///
/// Give `spans`, or `text` alone: it is then looked for in the article's body, spaces and quotation marks folded. Absent
/// is 422; more than one place is 409 with the candidates.
#[utoipa::path(
    tag = "quotes",
    request_body = CreateQuote,
    responses(
        (status = 201, description = "The quote", body = QuoteBody),
        (status = 409, description = "The text stands in the body more than once: `candidates` has the spans."),
    ),
)]
#[post("/v1/quotes")]
pub async fn create_quote(db: web::Data<Db>, body: Body<CreateQuote>) -> Result<HttpResponse, Problem> {
    let new = NewQuote::from(body.0);
    let quote = db.write(move |conn| quotes::create(conn, &new)).await?;
    etag::created(&format!("/v1/quotes/{}", quote.id), quote.version, &QuoteBody::from(quote))
}

/// Read a quote
///
/// With its spans, its speaker as printed and as linked, and its reviews.
#[utoipa::path(tag = "quotes", params(ReadQuote), responses((status = 200, description = "The quote", body = QuoteBody)))]
#[get("/v1/quotes/{id}")]
pub async fn read_quote(
    request: HttpRequest,
    db: web::Data<Db>,
    records: web::Data<ResponseCache>,
    id: web::Path<Uuid>,
    query: Query<ReadQuote>,
) -> Result<HttpResponse, Problem> {
    let (id, include) = (id.into_inner(), query.0.include);
    if include.is_empty() {
        let write = |quote| {
            let body = QuoteBody::from(quote);
            Ok((Owner::Record(body.article_id), json::record(body.version, &body)?))
        };
        return etag::cached(&request, records.record(&db, (Resource::Quote, id), quotes::find_all, write).await?);
    }
    let with_article = include.contains(&QuoteInclude::Article);
    let with_speaker = include.contains(&QuoteInclude::Speaker);
    let body = db
        .read(move |conn| {
            let mut bodies = vec![QuoteBody::from(quotes::find(conn, id)?)];
            embed(conn, &mut bodies, with_article, with_speaker)?;
            Ok(bodies.remove(0))
        })
        .await?;
    etag::record(&request, body.version, &body)
}

/// List quotes
///
/// Newest first unless `sort` says otherwise. Rejected quotes are left out unless `status` asks for them. `q` reads each
/// text in its own language; what is left of it when that language's small words are gone may be nothing, which nothing
/// matches. `speaker_name` and `about_name` are read as names: `resolved` says how.
#[utoipa::path(tag = "quotes", params(QuoteFilters, ListQuotes), responses((status = 200, description = "A page", body = QuotePage)))]
#[get("/v1/quotes")]
pub async fn list_quotes(
    request: HttpRequest,
    db: web::Data<Db>,
    statistics: web::Data<Statistics>,
    plain: web::Data<PlainPages>,
    query: Query<ListQuotes>,
) -> Result<HttpResponse, Problem> {
    let is_bare = query.include().is_empty();
    let with_article = query.include().contains(&QuotesInclude::Article);
    let with_speaker = query.include().contains(&QuotesInclude::Speaker);
    let with_highlight = query.include().contains(&QuotesInclude::Highlight);
    let names = query.names();
    let is_named = names != QuoteNames::default();
    let list = query.0.into_list(&request)?;
    if is_bare && !is_named && quotes::is_plain(&list) {
        let read = move |conn: &mut Connection, lists: &[QuoteList]| quotes::lists(conn, &statistics, lists);
        let page = db.read_batched(&plain, list, read).await?;
        return Ok(answer(&request, page.map(Into::into), None, None));
    }
    let (page, ranked, resolved) = db
        .read(move |conn| {
            let mut list = list.clone();
            let resolved = quotes::names::resolve(conn, &statistics.names, &names, &mut list.filter)?;
            let (Page { items, next, total }, ranked) = match resolved.leads_nowhere {
                true => (Page::empty(list.page.count), None),
                false => quotes::list(conn, &statistics, &list)?,
            };
            let mut items: Vec<_> = items.into_iter().map(QuoteBody::from).collect();
            embed(conn, &mut items, with_article, with_speaker)?;
            if with_highlight {
                let ids: Vec<Uuid> = items.iter().map(|item| item.id).collect();
                let mut found = highlight::quotes(conn, &statistics, &list.filter, &ids)?;
                items.iter_mut().for_each(|item| item.highlight = Some(found.remove(&item.id).map(Into::into)));
            }
            Ok((Page { items, next, total }, ranked, resolved))
        })
        .await?;
    Ok(answer(&request, page, ranked.map(Into::into), is_named.then(|| resolved.into())))
}

fn answer(
    request: &HttpRequest,
    page: Page<QuoteBody>,
    ranked: Option<RankedBody>,
    resolved: Option<ResolvedNamesBody>,
) -> HttpResponse {
    page::answer(request, page, |items, next_cursor, total| QuotePage { items, next_cursor, total, ranked, resolved })
}

/// List the quotes of an article
///
/// In order of start, then id; rejected ones are among them.
#[utoipa::path(tag = "quotes", params(ListOfArticle), responses((status = 200, description = "A page", body = QuotePage)))]
#[get("/v1/articles/{id}/quotes")]
pub async fn list_quotes_of_article(
    request: HttpRequest,
    db: web::Data<Db>,
    id: web::Path<Uuid>,
    query: Query<ListOfArticle>,
) -> Result<HttpResponse, Problem> {
    let (article_id, part) = (id.into_inner(), query.0.into_request(&request)?);
    let page = db.read(move |conn| quotes::list_of_article(conn, article_id, &part)).await?;
    Ok(answer(&request, page.map(Into::into), None, None))
}

/// Change a quote
///
/// A merge patch. What changed is kept in `reviews`, and no machine run touches the quote from then on.
#[utoipa::path(
    tag = "quotes",
    request_body(content = UpdateQuote, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The quote", body = QuoteBody)),
)]
#[patch("/v1/quotes/{id}")]
pub async fn update_quote(
    db: web::Data<Db>,
    id: web::Path<Uuid>,
    expected: IfMatch,
    body: Body<UpdateQuote>,
) -> Result<HttpResponse, Problem> {
    let (id, patch) = (id.into_inner(), QuotePatch::from(body.0));
    let quote = db.write(move |conn| quotes::update(conn, id, &expected.0, &patch)).await?;
    etag::changed(quote.version, &QuoteBody::from(quote))
}

/// Delete a quote
///
/// Its id answers 410 from then on. To keep it as wrong, set `status` to `rejected` instead.
#[utoipa::path(tag = "quotes", responses((status = 204, description = "It is deleted")))]
#[delete("/v1/quotes/{id}")]
pub async fn delete_quote(db: web::Data<Db>, id: web::Path<Uuid>, expected: IfMatch) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    db.write(move |conn| quotes::delete(conn, id, &expected.0)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Find a quote elsewhere
///
/// The same words in other articles, by canonical text: where they were first seen, in which wordings, by which outlets.
/// Rejected quotes do not count.
#[utoipa::path(tag = "quotes", responses((status = 200, description = "The occurrences", body = OccurrencesBody)))]
#[get("/v1/quotes/{id}/occurrences")]
pub async fn read_quote_occurrences(db: web::Data<Db>, id: web::Path<Uuid>) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let occurrences = db.read(move |conn| quotes::occurrences(conn, id)).await?;
    Ok(json::ok(&OccurrencesBody::from(occurrences)))
}

/// Puts articles and speakers into a page of quotes, with one query for each.
fn embed(conn: &mut Connection, bodies: &mut [QuoteBody], with_article: bool, with_speaker: bool) -> store::Result<()> {
    if with_article {
        let ids: Vec<Uuid> = bodies.iter().map(|body| body.article_id).collect();
        let found = articles::summaries(conn, &ids)?;
        for body in &mut *bodies {
            body.article = found.get(&body.article_id).cloned().map(ArticleBody::from);
        }
    }
    if with_speaker {
        let ids: Vec<Uuid> = bodies.iter().filter_map(|body| body.speaker_id).collect();
        let found = entities::by_ids(conn, &ids)?;
        for body in &mut *bodies {
            body.speaker = Some(body.speaker_id.and_then(|id| found.get(&id).cloned()).map(EntityBody::from));
        }
    }
    Ok(())
}
