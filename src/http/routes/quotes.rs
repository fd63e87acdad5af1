//! `/v1/quotes`: who said what, and what a human decided about it.

use super::{cached, creation, export, history, list};
use crate::app::quote_page_loader::QuotePageLoader;
use crate::app::response_cache::ResponseCache;
use crate::app::text_analysis::TEXT_ANALYSIS;
use crate::auth::Caller;
use crate::domain::page::{Page, PageRequest};
use crate::domain::quote::{NewQuote, Quote, QuoteList, QuoteMatchQuery, QuoteNames, QuotePatch, ResolvedNames};
use crate::domain::search::Ranked;
use crate::http::extract::body::Body;
use crate::http::extract::conditional::IfMatch;
use crate::http::extract::paging;
use crate::http::extract::query::Query;
use crate::http::respond::problem::Problem;
use crate::http::respond::{json, record};
use crate::http::wire::article::ArticleBody;
use crate::http::wire::entity::EntityBody;
use crate::http::wire::export::{CsvText, ExportOptions, RecordOptions};
use crate::http::wire::json_ld::JsonLd;
use crate::http::wire::names::ResolvedNamesBody;
use crate::http::wire::page::{KeyKind, ListAll, RankedBody};
use crate::http::wire::quote::{
    CreateQuoteList, CreateQuotes, CreatedQuoteList, CreatedQuotes, OccurrencesBody, QuoteBody, QuotePage, UpdateQuote,
};
use crate::http::wire::quote_list::{ListQuotes, QuoteFilters, QuotesInclude};
use crate::http::wire::quote_match::{MatchQuotes, QuoteMatchesBody};
use crate::store::cache::Owner;
use crate::store::entities::names::PopularNames;
use crate::store::fulltext::{Statistics, highlight};
use crate::store::publisher_limit::{self, Target};
use crate::store::quotes::quote_match;
use crate::store::{self, Connection, Db, Resource, articles, claim_reviews, entities, quotes};
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use std::collections::BTreeSet;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// The parts that a quote can embed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum QuoteInclude {
    Article,
    Speaker,
    ClaimReviews,
}

/// Options for reading a quote.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReadQuote {
    /// The parts to embed, separated by commas.
    #[serde(default)]
    #[param(inline, explode = false, min_items = 1, max_items = 3)]
    include: Vec<QuoteInclude>,
    /// Read the quote as it was at this time, without `include`. A date is the start of that day in UTC. 404 before it was stored.
    as_of: Option<DateTime<Utc>>,
}

/// Create a quote
///
/// Takes `spans`, or `text` alone, which is then searched for in the body of the article, ignoring differences of
/// spaces and quotation marks. 422 when it is not found; 409 with the candidates when it is found more than once. An array
/// creates up to 1,000 quotes together, or none of them; the answer then has `items` in the same order, without `ETag` and
/// `Location`.
#[utoipa::path(
    tag = "quotes",
    security(("key" = ["write"])),
    extensions(("x-publisher-keys" = json!(true))),
    request_body = CreateQuotes,
    responses(
        (status = 201, description = "The quote, or the quotes", body = CreatedQuotes),
        (status = 409, description = "The text occurs in the body more than once: `candidates` has the spans."),
    ),
)]
#[post("/v1/quotes")]
pub async fn create_quote(
    request: HttpRequest,
    caller: Caller,
    db: web::Data<Db>,
    body: Body<CreateQuotes>,
) -> Result<HttpResponse, Problem> {
    match body.0 {
        CreateQuotes::One(new) => {
            let new = NewQuote::from(new);
            let create = move |conn: &mut Connection| {
                publisher_limit::check(conn, Target::Article(new.article_id), caller.publisher())?;
                quotes::create(conn, &new)
            };
            let answer = |quote: Quote| {
                let body = QuoteBody::from(quote);
                creation::record(format!("/v1/quotes/{}", body.id), body.version, &body)
            };
            creation::create(&request, &db, create, answer).await
        }
        CreateQuotes::Many(CreateQuoteList(new)) => {
            let new: Vec<NewQuote> = new.into_iter().map(Into::into).collect();
            // In the order in which they are locked.
            let articles: BTreeSet<Uuid> = new.iter().map(|new| new.article_id).collect();
            let create = move |conn: &mut Connection| {
                for article in &articles {
                    publisher_limit::check(conn, Target::Article(*article), caller.publisher())?;
                }
                quotes::create_all(conn, &new)
            };
            let answer = |items: Vec<Quote>| {
                creation::records(&CreatedQuoteList { items: items.into_iter().map(Into::into).collect() })
            };
            creation::create(&request, &db, create, answer).await
        }
    }
}

/// Read a quote
///
/// The quote has its spans, its speaker as printed and as linked, and its reviews. `as_of` reads a past state.
#[utoipa::path(tag = "quotes", security(("key" = ["read"])), params(ReadQuote, RecordOptions), responses((status = 200, description = "The quote", content((QuoteBody = "application/json"), (JsonLd = "application/ld+json")))))]
#[get("/v1/quotes/{id}")]
pub async fn read_quote(
    request: HttpRequest,
    db: web::Data<Db>,
    records: web::Data<ResponseCache>,
    id: web::Path<Uuid>,
    query: Query<ReadQuote>,
) -> Result<HttpResponse, Problem> {
    let (id, ReadQuote { include, as_of }) = (id.into_inner(), query.0);
    if let Some(time) = as_of {
        history::check_no_include(include.is_empty())?;
        let quote = db.read(move |conn| quotes::as_of(conn, id, time)).await?;
        return record::found(&request, quote.version, &QuoteBody::from(quote));
    }
    if include.is_empty() {
        let write = |quote| {
            let body = QuoteBody::from(quote);
            Ok((Owner::Record(body.article_id), cached::record_json(body.version, &body)?))
        };
        let record = records.record(&db, (Resource::Quote, id), quotes::find_all, write).await?;
        return cached::respond(&request, record);
    }
    let with_article = include.contains(&QuoteInclude::Article);
    let with_speaker = include.contains(&QuoteInclude::Speaker);
    let with_claim_reviews = include.contains(&QuoteInclude::ClaimReviews);
    let body = db
        .read(move |conn| {
            let mut bodies = vec![QuoteBody::from(quotes::find(conn, id)?)];
            embed(conn, &mut bodies, with_article, with_speaker)?;
            if with_claim_reviews {
                embed_claim_reviews(conn, &mut bodies)?;
            }
            Ok(bodies.remove(0))
        })
        .await?;
    record::found(&request, body.version, &body)
}

/// List quotes
///
/// Newest first by default. Rejected quotes are left out unless `status` includes them. `q` is read in the language of
/// each text, whose stop words are ignored: a search for stop words alone matches nothing. `speaker_name` and
/// `about_name` are resolved to entities, which `resolved` lists.
#[utoipa::path(tag = "quotes", security(("key" = ["read"])), params(QuoteFilters, ListQuotes, ExportOptions), responses((status = 200, description = "A page, or the whole list", content((QuotePage = "application/json"), (JsonLd = "application/ld+json"), (QuoteBody = "application/x-ndjson"), (CsvText = "text/csv")))))]
#[get("/v1/quotes")]
pub async fn list_quotes(
    request: HttpRequest,
    db: web::Data<Db>,
    statistics: web::Data<Statistics>,
    popular: web::Data<PopularNames>,
    loader: web::Data<QuotePageLoader>,
    query: Query<ListQuotes>,
) -> Result<HttpResponse, Problem> {
    let include = query.include().to_vec();
    let names = query.names();
    let is_named = names != QuoteNames::default();
    let export = export::requested(&request, query.export)?;
    let part = paging::page_request(&request, query.page())?;
    let list = query.0.into_list(part)?;
    if export.is_none() && include.is_empty() && !is_named && quotes::is_plain(&list) {
        let page = loader.load(list).await?;
        return Ok(respond(&request, page.map(Into::into), None, None));
    }
    let read =
        move |conn: &mut Connection, list: QuoteList| read_page(conn, (&statistics, &popular), &names, list, &include);
    if let Some(format) = export {
        let read = move |conn: &mut Connection, page: &PageRequest| {
            Ok(read(conn, QuoteList { page: page.clone(), ..list.clone() })?.0)
        };
        return export::respond(&db, "quotes", format, false, read).await;
    }
    let (page, ranked, resolved) = db.read(move |conn| read(conn, list.clone())).await?;
    Ok(respond(&request, page, ranked.map(Into::into), is_named.then(|| resolved.into())))
}

/// Reads a page of the list, with the entities that names were resolved to.
fn read_page(
    conn: &mut Connection,
    (statistics, popular): (&Statistics, &PopularNames),
    names: &QuoteNames,
    mut list: QuoteList,
    include: &[QuotesInclude],
) -> store::Result<(Page<QuoteBody>, Option<Ranked>, ResolvedNames)> {
    let resolved = quotes::names::resolve(conn, popular, names, &mut list.filter)?;
    let (Page { items, next, total }, ranked) = match resolved.matches_nothing {
        true => (Page::empty(list.page.count), None),
        false => quotes::list(conn, statistics, &list)?,
    };
    let mut items: Vec<_> = items.into_iter().map(QuoteBody::from).collect();
    let (article, speaker) = (include.contains(&QuotesInclude::Article), include.contains(&QuotesInclude::Speaker));
    embed(conn, &mut items, article, speaker)?;
    if include.contains(&QuotesInclude::ClaimReviews) {
        embed_claim_reviews(conn, &mut items)?;
    }
    if include.contains(&QuotesInclude::Highlight) {
        let ids: Vec<Uuid> = items.iter().map(|item| item.id).collect();
        let mut found = highlight::quotes(conn, &list.filter, &ids)?;
        items.iter_mut().for_each(|item| item.highlight = Some(found.remove(&item.id).map(Into::into)));
    }
    Ok((Page { items, next, total }, ranked, resolved))
}

fn respond(
    request: &HttpRequest,
    page: Page<QuoteBody>,
    ranked: Option<RankedBody>,
    resolved: Option<ResolvedNamesBody>,
) -> HttpResponse {
    paging::respond(request, page, |items, next_cursor, total| QuotePage {
        items,
        next_cursor,
        total,
        ranked,
        resolved,
    })
}

/// List the quotes of an article
///
/// In order of start, then id. Rejected quotes are included.
#[utoipa::path(tag = "quotes", security(("key" = ["read"])), params(ListAll, ExportOptions), responses((status = 200, description = "A page, or the whole list", content((QuotePage = "application/json"), (JsonLd = "application/ld+json"), (QuoteBody = "application/x-ndjson"), (CsvText = "text/csv")))))]
#[get("/v1/articles/{id}/quotes")]
pub async fn list_quotes_of_article(
    request: HttpRequest,
    db: web::Data<Db>,
    id: web::Path<Uuid>,
    query: Query<ListAll>,
) -> Result<HttpResponse, Problem> {
    let article_id = id.into_inner();
    let requested = list::requested(&request, query.export, query.0.page(KeyKind::Count))?;
    let read = move |conn: &mut Connection, page: &PageRequest| quotes::list_of_article(conn, article_id, page);
    let body = |items, next_cursor, total| QuotePage { items, next_cursor, total, ranked: None, resolved: None };
    list::respond(&request, &db, "quotes", requested, read, body).await
}

/// Change a quote
///
/// A merge patch. The change is recorded in `reviews`, and annotation does not change the quote afterwards.
#[utoipa::path(
    tag = "quotes",
    security(("key" = ["review"])),
    extensions(("x-publisher-keys" = json!(true))),
    request_body(content((UpdateQuote = "application/merge-patch+json"), (UpdateQuote = "application/json"))),
    responses((status = 200, description = "The quote", body = QuoteBody)),
)]
#[patch("/v1/quotes/{id}")]
pub async fn update_quote(
    caller: Caller,
    db: web::Data<Db>,
    id: web::Path<Uuid>,
    expected: IfMatch,
    body: Body<UpdateQuote>,
) -> Result<HttpResponse, Problem> {
    let (id, patch) = (id.into_inner(), QuotePatch::from(body.0));
    let quote = db
        .write(move |conn| {
            publisher_limit::check(conn, Target::Quote(id), caller.publisher())?;
            quotes::update(conn, id, &expected.0, &patch, caller.name())
        })
        .await?;
    record::changed(quote.version, &QuoteBody::from(quote))
}

/// Delete a quote
///
/// Its id returns 410 afterwards. To keep a wrong quote in the store, set its `status` to `rejected` instead.
#[utoipa::path(tag = "quotes", security(("key" = ["write"])), extensions(("x-publisher-keys" = json!(true))), responses((status = 204, description = "It is deleted")))]
#[delete("/v1/quotes/{id}")]
pub async fn delete_quote(
    caller: Caller,
    db: web::Data<Db>,
    id: web::Path<Uuid>,
    expected: IfMatch,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    db.write(move |conn| {
        publisher_limit::check(conn, Target::Quote(id), caller.publisher())?;
        quotes::delete(conn, id, &expected.0)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// List the occurrences of a quote
///
/// The same quote in all articles, compared by canonical text: its first publication, its wordings and its publishers.
/// Rejected quotes do not count.
#[utoipa::path(tag = "quotes", security(("key" = ["read"])), responses((status = 200, description = "The occurrences", body = OccurrencesBody)))]
#[get("/v1/quotes/{id}/occurrences")]
pub async fn read_quote_occurrences(db: web::Data<Db>, id: web::Path<Uuid>) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let occurrences = db.read(move |conn| quotes::occurrences(conn, id)).await?;
    Ok(json::ok(&OccurrencesBody::from(occurrences)))
}

/// Embeds articles and speakers in a page of quotes, with one query for each.
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

/// Embeds claim reviews in quotes, with one query.
pub(super) fn embed_claim_reviews<'a>(
    conn: &mut Connection,
    quotes: impl IntoIterator<Item = &'a mut QuoteBody>,
) -> store::Result<()> {
    let quotes: Vec<_> = quotes.into_iter().collect();
    let ids: Vec<Uuid> = quotes.iter().map(|quote| quote.id).collect();
    let mut found = claim_reviews::of_quotes(conn, &ids)?;
    for quote in quotes {
        let reviews = found.remove(&quote.id).unwrap_or_default();
        quote.claim_reviews = Some(reviews.into_iter().map(Into::into).collect());
    }
    Ok(())
}

/// Match quotes
///
/// Finds quotes that resemble a text. Quotes with the same text come first, then those with the same canonical text, then
/// similar quotes, one of each cluster. Similar quotes are found by the rarest words; if all words are very common, only
/// the newest 10,000 quotes are compared. Rejected quotes are left out.
#[utoipa::path(
    tag = "quotes",
    security(("key" = ["read"])),
    request_body = MatchQuotes,
    responses((status = 200, description = "The quotes", body = QuoteMatchesBody)),
)]
#[post("/v1/quotes/match")]
pub async fn match_quotes(
    db: web::Data<Db>,
    statistics: web::Data<Statistics>,
    body: Body<MatchQuotes>,
) -> Result<HttpResponse, Problem> {
    let query = QuoteMatchQuery::from(body.0);
    let language = query.language.clone().unwrap_or_else(|| (TEXT_ANALYSIS.detect_language)(&query.text).to_owned());
    let found = db.read(move |conn| quote_match::matching(conn, &statistics, &query, &language)).await?;
    Ok(json::ok(&QuoteMatchesBody { items: found.into_iter().map(Into::into).collect() }))
}
