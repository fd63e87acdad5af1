//! `/v1/articles`: headlines and bodies, kept as received, in versions.

use super::{cached, creation, export, history, list};
use crate::app::annotator::Annotator;
use crate::app::article_batcher::ArticleBatcher;
use crate::app::embed::{self, ArticleWithFindings, Embedded};
use crate::app::response_cache::ResponseCache;
use crate::app::text_analysis::TEXT_ANALYSIS;
use crate::auth::Caller;
use crate::domain::FieldError;
use crate::domain::article::ArticleList;
use crate::domain::article_url::UrlNormalizer;
use crate::domain::highlight::ArticleHighlight;
use crate::domain::page::{Page, PageRequest};
use crate::domain::search::Ranked;
use crate::domain::text_diff::hunks;
use crate::http::extract::body::Body;
use crate::http::extract::conditional::IfMatch;
use crate::http::extract::paging;
use crate::http::extract::query::Query;
use crate::http::respond::problem::Problem;
use crate::http::respond::{json, record};
use crate::http::wire::article::{
    ArticleBody, ArticlePage, ArticleVersionBody, ArticleVersionPage, CreateArticle, PlainText, UpdateArticle,
};
use crate::http::wire::article_list::{ArticleFilters, ListArticles, ListInclude};
use crate::http::wire::comparison::ArticleComparisonBody;
use crate::http::wire::export::{CsvText, ExportOptions, RecordOptions};
use crate::http::wire::json_ld::JsonLd;
use crate::http::wire::page::{KeyKind, ListAll};
use crate::store::cache::Owner;
use crate::store::fulltext::{Statistics, highlight};
use crate::store::publisher_limit::{self, Target};
use crate::store::{self, Connection, Db, Resource, articles};
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// The parts that an article can embed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ArticleInclude {
    Mentions,
    Quotes,
}

/// Options for creating an article.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CreateOptions {
    /// Find quotes, speakers and names in the body, and store them in the same transaction.
    #[serde(default)]
    #[param(default = false)]
    annotate: bool,
}

/// Options for reading an article.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReadArticle {
    /// The parts to embed, separated by commas.
    #[serde(default)]
    #[param(inline, explode = false, min_items = 1, max_items = 2)]
    include: Vec<ArticleInclude>,
    /// Read the article as it was at this time, without `include`. A date is the start of that day in UTC. 404 before it was stored.
    as_of: Option<DateTime<Utc>>,
}

/// A version of an article.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct VersionOfArticle {
    id: Uuid,
    /// The `body_version`.
    #[param(minimum = 1, maximum = 2_147_483_647, example = 1)]
    n: i32,
}

/// Two versions of an article.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct VersionsOfArticle {
    id: Uuid,
    /// The first `body_version`.
    #[param(minimum = 1, maximum = 2_147_483_647, example = 1)]
    a: i32,
    /// The second `body_version`, greater than the first.
    #[param(minimum = 1, maximum = 2_147_483_647, example = 2)]
    b: i32,
}

/// Create an article
///
/// Of a `text/plain` body, the first line that is not blank becomes the headline (422 when it is longer than 500
/// characters), and the whole text becomes the body. With `annotate=true` the response embeds the mentions and
/// quotes that were found.
#[utoipa::path(
    tag = "articles",
    security(("key" = ["write"])),
    extensions(("x-publisher-keys" = json!(true))),
    params(CreateOptions),
    request_body(content((CreateArticle = "application/json"), (PlainText = "text/plain"))),
    responses(
        (status = 201, description = "The article", body = ArticleBody),
        (status = 409, description = "Another article has the url, or the external_id of this publisher: `existing_id` and `Location` name it."),
    ),
)]
#[post("/v1/articles")]
pub async fn create_article(
    request: HttpRequest,
    caller: Caller,
    batcher: web::Data<ArticleBatcher>,
    urls: web::Data<UrlNormalizer>,
    query: Query<CreateOptions>,
    body: Body<CreateArticle>,
) -> Result<HttpResponse, Problem> {
    let new = body.0.into_new(&urls)?;
    check_publisher(&caller, new.publisher.as_deref())?;
    let answer = |created| {
        let body = article_body(created);
        creation::record(format!("/v1/articles/{}", body.id), body.version, &body)
    };
    creation::create_article(&request, &batcher, new, query.annotate, answer).await
}

/// Read an article
///
/// The article has its body; `include` embeds its mentions and quotes. `as_of` reads a past state.
#[utoipa::path(tag = "articles", security(("key" = ["read"])), params(ReadArticle, RecordOptions), responses((status = 200, description = "The article", content((ArticleBody = "application/json"), (JsonLd = "application/ld+json")))))]
#[get("/v1/articles/{id}")]
pub async fn read_article(
    request: HttpRequest,
    db: web::Data<Db>,
    records: web::Data<ResponseCache>,
    id: web::Path<Uuid>,
    query: Query<ReadArticle>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    if let Some(time) = query.as_of {
        history::check_no_include(query.include.is_empty())?;
        let article = db.read(move |conn| articles::as_of(conn, TEXT_ANALYSIS, id, time)).await?;
        return record::found(&request, article.version, &ArticleBody::from(article));
    }
    if query.include.is_empty() {
        let write = |article| {
            let body = ArticleBody::from(article);
            Ok((Owner::Record(body.id), cached::record_json(body.version, &body)?))
        };
        let record = records.record(&db, (Resource::Article, id), articles::find_all, write).await?;
        return cached::respond(&request, record);
    }
    let embedded = Embedded {
        mentions: query.include.contains(&ArticleInclude::Mentions),
        quotes: query.include.contains(&ArticleInclude::Quotes),
    };
    let read = move |conn: &mut Connection| {
        let article = articles::find(conn, id)?;
        embed::one(conn, article, embedded)
    };
    let body = article_body(db.read(read).await?);
    record::found(&request, body.version, &body)
}

/// List articles
///
/// Newest first by default; undated articles come last. Bodies are left out unless `include=body`. `q` is read in the
/// language of each text, whose stop words are ignored: a search for stop words alone matches nothing.
#[utoipa::path(tag = "articles", security(("key" = ["read"])), params(ArticleFilters, ListArticles, ExportOptions), responses((status = 200, description = "A page, or the whole list", content((ArticlePage = "application/json"), (JsonLd = "application/ld+json"), (ArticleBody = "application/x-ndjson"), (CsvText = "text/csv")))))]
#[get("/v1/articles")]
pub async fn list_articles(
    request: HttpRequest,
    db: web::Data<Db>,
    statistics: web::Data<Statistics>,
    urls: web::Data<UrlNormalizer>,
    query: Query<ListArticles>,
) -> Result<HttpResponse, Problem> {
    let parts = ListedParts::of(query.include());
    let export = export::requested(&request, query.export)?;
    let page = paging::page_request(&request, query.page())?;
    let list = query.0.into_list(page, &urls)?;
    if let Some(format) = export {
        let is_large = parts.embedded.mentions || parts.embedded.quotes || list.with_body;
        let read = move |conn: &mut Connection, page: &PageRequest| {
            let list = ArticleList { page: page.clone(), ..list.clone() };
            Ok(read_page(conn, &statistics, &list, parts, i64::from(i32::MAX))?.0.map(listed_body))
        };
        return export::respond(&db, "articles", format, is_large, read).await;
    }
    let read = move |conn: &mut Connection| read_page(conn, &statistics, &list, parts, embed::MAX_EMBEDDED_IN_LIST);
    let (page, ranked) = db.read(read).await?;
    // Links to the rest are made here: only the request knows under which prefix the service is public.
    let (page, ranked) = (page.map(listed_body), ranked.map(Into::into));
    Ok(paging::respond(&request, page, |items, next_cursor, total| ArticlePage { items, next_cursor, total, ranked }))
}

/// What a list adds to each article.
#[derive(Clone, Copy)]
struct ListedParts {
    embedded: Embedded,
    highlight: bool,
}

impl ListedParts {
    fn of(include: &[ListInclude]) -> Self {
        let embedded = Embedded {
            mentions: include.contains(&ListInclude::Mentions),
            quotes: include.contains(&ListInclude::Quotes),
        };
        Self { embedded, highlight: include.contains(&ListInclude::Highlight) }
    }
}

/// An article of a list, and the matches in it if they were asked for.
type ListedArticle = (ArticleWithFindings, Option<Option<ArticleHighlight>>);

/// Reads a page of the list, each article with at most `limit` of its mentions and of its quotes.
fn read_page(
    conn: &mut Connection,
    statistics: &Statistics,
    list: &ArticleList,
    parts: ListedParts,
    limit: i64,
) -> store::Result<(Page<ListedArticle>, Option<Ranked>)> {
    let (Page { items, next, total }, ranked) = articles::list(conn, statistics, list)?;
    let ids: Vec<Uuid> = items.iter().map(|item| item.id).collect();
    let items = embed::all(conn, items, parts.embedded, limit)?;
    let mut highlights = match parts.highlight {
        true => Some(highlight::articles(conn, &list.filter, &ids)?),
        false => None,
    };
    let highlighted = |found: ArticleWithFindings| {
        let highlight = highlights.as_mut().map(|highlights| highlights.remove(&found.article.id));
        (found, highlight)
    };
    Ok((Page { items: items.into_iter().map(highlighted).collect(), next, total }, ranked))
}

fn listed_body((found, highlight): ListedArticle) -> ArticleBody {
    ArticleBody { highlight: highlight.map(|highlight| highlight.map(Into::into)), ..article_body(found) }
}

/// Change an article
///
/// A merge patch. A new body creates a new version of the text: the spans of mentions and quotes are searched in it, and
/// their `anchor` has the result.
#[utoipa::path(
    tag = "articles",
    security(("key" = ["write"])),
    extensions(("x-publisher-keys" = json!(true))),
    request_body(content((UpdateArticle = "application/merge-patch+json"), (UpdateArticle = "application/json"))),
    responses(
        (status = 200, description = "The article", body = ArticleBody),
        (status = 409, description = "Another article has the url, or the external_id of this publisher: `existing_id` and `Location` name it."),
    ),
)]
#[patch("/v1/articles/{id}")]
pub async fn update_article(
    caller: Caller,
    db: web::Data<Db>,
    urls: web::Data<UrlNormalizer>,
    id: web::Path<Uuid>,
    expected: IfMatch,
    body: Body<UpdateArticle>,
) -> Result<HttpResponse, Problem> {
    let (id, patch) = (id.into_inner(), body.0.into_patch(&urls)?);
    if let Some(publisher) = &patch.publisher {
        check_publisher(&caller, publisher.as_deref())?;
    }
    let article = db
        .write(move |conn| {
            publisher_limit::check(conn, Target::Article(id), caller.publisher())?;
            articles::update(conn, TEXT_ANALYSIS, id, &expected.0, &patch)
        })
        .await?;
    record::changed(article.version, &ArticleBody::from(article))
}

/// Delete an article
///
/// Deletes its mentions, quotes and versions too. Their ids return 410 afterwards.
#[utoipa::path(tag = "articles", security(("key" = ["write"])), extensions(("x-publisher-keys" = json!(true))), responses((status = 204, description = "It is deleted")))]
#[delete("/v1/articles/{id}")]
pub async fn delete_article(
    caller: Caller,
    db: web::Data<Db>,
    id: web::Path<Uuid>,
    expected: IfMatch,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    db.write(move |conn| {
        publisher_limit::check(conn, Target::Article(id), caller.publisher())?;
        articles::delete(conn, id, &expected.0)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// List the versions of an article
///
/// Newest first; the first is the current version.
#[utoipa::path(tag = "articles", security(("key" = ["read"])), params(ListAll, ExportOptions), responses((status = 200, description = "A page, or the whole list", content((ArticleVersionPage = "application/json"), (ArticleVersionBody = "application/x-ndjson"), (CsvText = "text/csv")))))]
#[get("/v1/articles/{id}/versions")]
pub async fn list_article_versions(
    request: HttpRequest,
    db: web::Data<Db>,
    id: web::Path<Uuid>,
    query: Query<ListAll>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let requested = list::requested(&request, query.export, query.0.page(KeyKind::Count))?;
    let read = move |conn: &mut Connection, page: &PageRequest| articles::versions(conn, id, page);
    let body = |items, next_cursor, total| ArticleVersionPage { items, next_cursor, total };
    list::respond(&request, &db, "versions", requested, read, body).await
}

/// Read a version of an article
///
/// The text that spans of this `body_version` refer to.
#[utoipa::path(tag = "articles", security(("key" = ["read"])), params(VersionOfArticle), responses((status = 200, description = "The text", body = ArticleVersionBody)))]
#[get("/v1/articles/{id}/versions/{n}")]
pub async fn read_article_version(
    request: HttpRequest,
    db: web::Data<Db>,
    path: web::Path<VersionOfArticle>,
) -> Result<HttpResponse, Problem> {
    let VersionOfArticle { id, n } = path.into_inner();
    let version = db.read(move |conn| articles::version(conn, id, n)).await?;
    record::found(&request, version.body_version, &ArticleVersionBody::from(version))
}

/// Compare two versions of an article
///
/// The differences between the texts of two `body_version`s, and what became of the mentions and quotes of the first one in the second
/// one. Records that were deleted since are left out.
#[utoipa::path(tag = "articles", security(("key" = ["read"])), params(VersionsOfArticle), responses((status = 200, description = "The differences", body = ArticleComparisonBody)))]
#[get("/v1/articles/{id}/versions/{a}..{b}")]
pub async fn compare_article_versions(
    db: web::Data<Db>,
    annotator: web::Data<Annotator>,
    path: web::Path<VersionsOfArticle>,
) -> Result<HttpResponse, Problem> {
    let VersionsOfArticle { id, a: from, b: to } = path.into_inner();
    if from >= to {
        return Err(Problem::parameter("b", "must be greater than a"));
    }
    let (old, new, followed) = db.read(move |conn| articles::compare(conn, id, from, to)).await?;
    let difference = move || {
        let bodies = (old.body.unwrap_or_default(), new.body.unwrap_or_default());
        (hunks(&old.headline, &new.headline), hunks(&bodies.0, &bodies.1))
    };
    let (headline, body) = annotator.cpu().run(difference).await?;
    let hunks = |hunks: Vec<_>| hunks.into_iter().map(Into::into).collect();
    let spans = |spans: Vec<_>| spans.into_iter().map(Into::into).collect();
    let body = ArticleComparisonBody {
        article_id: id,
        from,
        to,
        headline: hunks(headline),
        body: hunks(body),
        mentions: spans(followed.mentions),
        quotes: spans(followed.quotes),
        complete: followed.is_complete,
    };
    Ok(json::respond(&mut HttpResponse::Ok(), &body))
}

/// Refuses an article of a publisher that the caller is not limited to.
fn check_publisher(caller: &Caller, publisher: Option<&str>) -> Result<(), Problem> {
    match caller.publisher() {
        Some(own) if publisher != Some(own) => {
            let detail = format!("must be {own:?}, the publisher that this key is limited to");
            Err(Problem::content(vec![FieldError::new("/publisher", detail)]))
        }
        _ => Ok(()),
    }
}

/// An article as JSON, with its embedded findings and links to the rest of them.
pub fn article_body(ArticleWithFindings { article, findings }: ArticleWithFindings) -> ArticleBody {
    let mut body = ArticleBody::from(article);
    if let Some(Page { items, next, .. }) = findings.mentions {
        body.mentions = Some(items.into_iter().map(Into::into).collect());
        body.mentions_next =
            next.map(|next| paging::link_to_rest(&format!("/v1/articles/{}/mentions", body.id), &next));
    }
    if let Some(Page { items, next, .. }) = findings.quotes {
        body.quotes = Some(items.into_iter().map(Into::into).collect());
        body.quotes_next = next.map(|next| paging::link_to_rest(&format!("/v1/articles/{}/quotes", body.id), &next));
    }
    body
}
