//! `/v1/articles`: headlines and bodies, kept as received, in versions.

use super::cached;
use crate::app::response_cache::ResponseCache;
use crate::domain::article::{Article, ArticlePatch, NewArticle};
use crate::domain::page::Page;
use crate::http::extract::body::Body;
use crate::http::extract::conditional::IfMatch;
use crate::http::extract::paging;
use crate::http::extract::query::Query;
use crate::http::respond::problem::Problem;
use crate::http::respond::record;
use crate::http::wire::article::{
    ArticleBody, ArticlePage, ArticleVersionBody, ArticleVersionPage, CreateArticle, PlainText, UpdateArticle,
};
use crate::http::wire::article_list::{ArticleFilters, ListArticles, ListInclude};
use crate::http::wire::page::ListOfArticle;
use crate::store::cache::Owner;
use crate::store::db::transaction::WriteBatcher;
use crate::store::fulltext::{Statistics, highlight};
use crate::store::name_dictionary::NameDictionary;
use crate::store::{self, Connection, Db, Resource, annotations, articles, mentions, quotes};
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};
use serde::Deserialize;
use std::sync::Arc;
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

/// Create an article
///
/// A `text/plain` body is a bare text: its first line that is not blank becomes the headline (422 when it is longer
/// than 500 characters), and the whole text becomes the body. With `annotate=true` the response embeds the mentions and
/// quotes that were found.
#[utoipa::path(
    tag = "articles",
    params(CreateOptions),
    request_body(content((CreateArticle = "application/json"), (PlainText = "text/plain"))),
    responses(
        (status = 201, description = "The article", body = ArticleBody),
        (status = 409, description = "Another article has the url, or the external_id of this publisher."),
    ),
)]
#[post("/v1/articles")]
pub async fn create_article(
    db: web::Data<Db>,
    names: web::Data<NameDictionary>,
    creations: web::Data<Creations>,
    query: Query<CreateOptions>,
    body: Body<CreateArticle>,
) -> Result<HttpResponse, Problem> {
    let creation = Creation { new: NewArticle::try_from(body.0)?, annotate: query.annotate };
    let create = move |conn: &mut Connection, all: &[&Creation]| create_all(conn, &names, all);
    let body = if creation.new.body.len() > LONG {
        db.write(move |conn| create(conn, &[&creation])?.remove(0)).await?
    } else {
        db.write_batched(&creations, creation, create).await?
    };
    record::created(&format!("/v1/articles/{}", body.id), body.version, &*body)
}

/// An article to be created.
#[derive(Debug)]
pub struct Creation {
    new: NewArticle,
    annotate: bool,
}

/// Articles that are to be created at the same time.
pub type Creations = WriteBatcher<Creation, Arc<ArticleBody>>;

/// In bytes: no article waits for a longer one than this to be read.
const LONG: usize = 64 * 1024;

fn create_all(
    conn: &mut Connection,
    names: &NameDictionary,
    all: &[&Creation],
) -> store::Result<Vec<store::Result<Arc<ArticleBody>>>> {
    let annotates = all.iter().any(|creation| creation.annotate);
    let has_names = match if annotates { names.refresh(conn) } else { Ok(()) } {
        // Who needs no names does not wait for them.
        Err(store::Error::Overloaded) => false,
        refreshed => refreshed.map(|()| true)?,
    };
    let mut created = Vec::new();
    for creation in all {
        created.push(match has_names || !creation.annotate {
            true => articles::create_beside(conn, &creation.new)?,
            false => Err(store::Error::Overloaded),
        });
    }
    let annotated = created.iter().zip(all).filter(|(_, creation)| creation.annotate);
    let annotated: Vec<&Article> = annotated.filter_map(|(created, _)| created.as_ref().ok()).collect();
    annotations::annotate_new(conn, names, &annotated)?;
    let mut bodies: Vec<_> = created.into_iter().map(|created| created.map(ArticleBody::from)).collect();
    let annotated = bodies.iter_mut().zip(all).filter(|(_, creation)| creation.annotate);
    embed(conn, annotated.filter_map(|(body, _)| body.as_mut().ok()).collect(), true, true)?;
    Ok(bodies.into_iter().map(|body| body.map(Arc::new)).collect())
}

/// Read an article
///
/// The article has its body; `include` embeds its mentions and quotes.
#[utoipa::path(tag = "articles", params(ReadArticle), responses((status = 200, description = "The article", body = ArticleBody)))]
#[get("/v1/articles/{id}")]
pub async fn read_article(
    request: HttpRequest,
    db: web::Data<Db>,
    records: web::Data<ResponseCache>,
    id: web::Path<Uuid>,
    query: Query<ReadArticle>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    if query.include.is_empty() {
        let write = |article| {
            let body = ArticleBody::from(article);
            Ok((Owner::Record(body.id), cached::record_json(body.version, &body)?))
        };
        let record = records.record(&db, (Resource::Article, id), articles::find_all, write).await?;
        return Ok(cached::respond(&request, record));
    }
    let with_mentions = query.include.contains(&ArticleInclude::Mentions);
    let with_quotes = query.include.contains(&ArticleInclude::Quotes);
    let body = db
        .read(move |conn| {
            let mut body = ArticleBody::from(articles::find(conn, id)?);
            embed(conn, vec![&mut body], with_mentions, with_quotes)?;
            Ok(body)
        })
        .await?;
    record::found(&request, body.version, &body)
}

/// List articles
///
/// Newest first by default; undated articles come last. Bodies are left out unless `include=body`. `q` is read in the
/// language of each text, whose stop words are ignored: a search of stop words alone matches nothing.
#[utoipa::path(tag = "articles", params(ArticleFilters, ListArticles), responses((status = 200, description = "A page", body = ArticlePage)))]
#[get("/v1/articles")]
pub async fn list_articles(
    request: HttpRequest,
    db: web::Data<Db>,
    statistics: web::Data<Statistics>,
    query: Query<ListArticles>,
) -> Result<HttpResponse, Problem> {
    let with_mentions = query.include().contains(&ListInclude::Mentions);
    let with_quotes = query.include().contains(&ListInclude::Quotes);
    let with_highlight = query.include().contains(&ListInclude::Highlight);
    let part = paging::page_request(&request, query.page())?;
    let list = query.0.into_list(part)?;
    let (page, ranked) = db
        .read(move |conn| {
            let (Page { items, next, total }, ranked) = articles::list(conn, &statistics, &list)?;
            let mut items: Vec<_> = items.into_iter().map(ArticleBody::from).collect();
            embed(conn, items.iter_mut().collect(), with_mentions, with_quotes)?;
            if with_highlight {
                let ids: Vec<Uuid> = items.iter().map(|item| item.id).collect();
                let mut found = highlight::articles(conn, &list.filter, &ids)?;
                items.iter_mut().for_each(|item| item.highlight = Some(found.remove(&item.id).map(Into::into)));
            }
            Ok((Page { items, next, total }, ranked))
        })
        .await?;
    let ranked = ranked.map(Into::into);
    Ok(paging::respond(&request, page, |items, next_cursor, total| ArticlePage { items, next_cursor, total, ranked }))
}

/// Change an article
///
/// A merge patch. A new body makes a new version: the spans of mentions and quotes are anchored again, and their
/// `anchor` says with what result.
#[utoipa::path(
    tag = "articles",
    request_body(content((UpdateArticle = "application/merge-patch+json"), (UpdateArticle = "application/json"))),
    responses(
        (status = 200, description = "The article", body = ArticleBody),
        (status = 409, description = "Another article has the url, or the external_id of this publisher."),
    ),
)]
#[patch("/v1/articles/{id}")]
pub async fn update_article(
    db: web::Data<Db>,
    id: web::Path<Uuid>,
    expected: IfMatch,
    body: Body<UpdateArticle>,
) -> Result<HttpResponse, Problem> {
    let (id, patch) = (id.into_inner(), ArticlePatch::try_from(body.0)?);
    let article = db.write(move |conn| articles::update(conn, id, &expected.0, &patch)).await?;
    record::changed(article.version, &ArticleBody::from(article))
}

/// Delete an article
///
/// Deletes its mentions, quotes and versions too; their ids answer 410 afterwards.
#[utoipa::path(tag = "articles", responses((status = 204, description = "It is deleted")))]
#[delete("/v1/articles/{id}")]
pub async fn delete_article(
    db: web::Data<Db>,
    id: web::Path<Uuid>,
    expected: IfMatch,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    db.write(move |conn| articles::delete(conn, id, &expected.0)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// List the versions of an article
///
/// Newest first; the first is the current version.
#[utoipa::path(tag = "articles", params(ListOfArticle), responses((status = 200, description = "A page", body = ArticleVersionPage)))]
#[get("/v1/articles/{id}/versions")]
pub async fn list_article_versions(
    request: HttpRequest,
    db: web::Data<Db>,
    id: web::Path<Uuid>,
    query: Query<ListOfArticle>,
) -> Result<HttpResponse, Problem> {
    let (id, part) = (id.into_inner(), paging::page_request(&request, query.0.page())?);
    let page = db.read(move |conn| articles::versions(conn, id, &part)).await?;
    Ok(paging::respond(&request, page, |items, next_cursor, total| ArticleVersionPage {
        items: items.into_iter().map(Into::into).collect(),
        next_cursor,
        total,
    }))
}

/// Read a version of an article
///
/// The text that spans of this `body_version` refer to.
#[utoipa::path(tag = "articles", params(VersionOfArticle), responses((status = 200, description = "The text", body = ArticleVersionBody)))]
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

/// An article with its mentions and quotes.
pub fn with_findings(conn: &mut Connection, article: Article) -> store::Result<ArticleBody> {
    let mut body = ArticleBody::from(article);
    embed(conn, vec![&mut body], true, true)?;
    Ok(body)
}

/// Embeds mentions and quotes in articles, with one query for each.
fn embed(
    conn: &mut Connection,
    mut bodies: Vec<&mut ArticleBody>,
    with_mentions: bool,
    with_quotes: bool,
) -> store::Result<()> {
    let ids: Vec<Uuid> = bodies.iter().map(|body| body.id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    if with_mentions {
        let mut found = mentions::of_articles(conn, &ids)?;
        for body in &mut bodies {
            let mentions = found.remove(&body.id).unwrap_or_default();
            body.mentions = Some(mentions.into_iter().map(Into::into).collect());
        }
    }
    if with_quotes {
        let mut found = quotes::of_articles(conn, &ids)?;
        for body in &mut bodies {
            let quotes = found.remove(&body.id).unwrap_or_default();
            body.quotes = Some(quotes.into_iter().map(Into::into).collect());
        }
    }
    Ok(())
}
