//! `/v1/articles`: headlines and bodies, kept as received, in versions.

use super::etag::{self, IfMatch};
use super::input::{Body, Query, RequestBody};
use super::mentions::{ListOfArticle, MentionBody};
use super::page::{self, CountBody, KeyKind, ListParameters, TotalBody};
use super::patch::Patch;
use super::problem::Problem;
use super::quotes::QuoteBody;
use crate::domain::article::{
    self, Article, ArticleFilter, ArticleOrder, ArticlePatch, ArticleVersion, Block, MAX_BODY_BYTES, NewArticle,
};
use crate::domain::page::{Choice, Page, Range};
use crate::domain::{BlockRole, Fault};
use crate::store::known_names::KnownNames;
use crate::store::{self, Connection, Db, annotations, articles, mentions, quotes};
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// An article.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0192f0c1-2a3b-7c4d-8e5f-60718293a4b5", "version": 1, "body_version": 1,
    "created_at": "2026-03-02T08:00:00Z", "updated_at": "2026-03-02T08:00:00Z",
    "headline": "Rabat répond", "body": "Rabat a répondu.", "blocks": [{"role": "paragraph", "start": 0, "end": 16}], "language": "fr", "url": null, "publisher": "Le Quotidien",
    "external_id": null, "authors": [], "section": null, "keywords": [], "published_at": "2026-03-02T07:30:00Z",
    "content_hash": "0f9b8d9ff5ae7e2c2b4f7a8d9ce3b1c6f2a8b7a54c9d0e1f2a3b4c5d6e7f8091"
}))]
pub struct ArticleBody {
    pub id: Uuid,
    /// Counts changes of the record, from 1.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub version: i32,
    /// Counts texts, from 1: what spans and `/versions/{n}` mean.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub body_version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    #[schema(min_length = 1, max_length = 500)]
    pub headline: String,
    /// The text as received, byte for byte. Left out of lists unless `include=body`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 1_048_576, value_type = String, required = false)]
    pub body: Option<String>,
    /// With the body, derived from it: what its parts are, in order.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 1_048_576, value_type = Vec<BlockBody>, required = false)]
    pub blocks: Option<Vec<BlockBody>>,
    /// BCP 47 primary tag; `und` when it is not known.
    #[schema(max_length = 3, pattern = "^[a-z]{2,3}$")]
    pub language: String,
    /// In its normal form.
    #[schema(max_length = 2048, format = "uri")]
    pub url: Option<String>,
    /// The outlet's name.
    #[schema(min_length = 1, max_length = 200)]
    pub publisher: Option<String>,
    /// The sender's own key, unique within a publisher.
    #[schema(min_length = 1, max_length = 300)]
    pub external_id: Option<String>,
    #[schema(max_items = 50)]
    pub authors: Vec<Label>,
    #[schema(min_length = 1, max_length = 200)]
    pub section: Option<String>,
    #[schema(max_items = 50)]
    pub keywords: Vec<Label>,
    /// When the outlet published it.
    pub published_at: Option<DateTime<Utc>>,
    /// SHA-256 of the body's canonical form, in hexadecimal: equal for the same text again.
    #[schema(min_length = 64, max_length = 64, pattern = "^[0-9a-f]{64}$")]
    pub content_hash: String,
    /// With `include=mentions`: in order of start, then id.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 100_000, value_type = Vec<MentionBody>, required = false)]
    pub mentions: Option<Vec<MentionBody>>,
    /// With `include=quotes`: in order of start, then id.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 100_000, value_type = Vec<QuoteBody>, required = false)]
    pub quotes: Option<Vec<QuoteBody>>,
}

/// A part of a body: its headline, a heading, a paragraph, or boilerplate.
#[derive(Debug, Serialize, ToSchema)]
pub struct BlockBody {
    pub role: BlockRole,
    /// The first code point.
    #[schema(minimum = 0, maximum = 1_048_576)]
    pub start: i32,
    /// The code point after the last.
    #[schema(minimum = 0, maximum = 1_048_576)]
    pub end: i32,
}

impl From<Block> for BlockBody {
    fn from(block: Block) -> Self {
        Self { role: block.role, start: block.start, end: block.end }
    }
}

/// A name, as of an author, or a keyword.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(min_length = 1, max_length = 200)]
pub struct Label(pub String);

/// An article to be stored.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"headline": "Rabat répond", "body": "Rabat a répondu.", "publisher": "Le Quotidien", "published_at": "2026-03-02T07:30:00Z"}))]
pub struct CreateArticle {
    #[schema(min_length = 1, max_length = 500)]
    pub headline: String,
    /// At most 1 MiB of UTF-8, kept byte for byte.
    #[schema(min_length = 1, max_length = 1_048_576)]
    pub body: String,
    /// BCP 47 primary tag; detected from the body when absent.
    #[schema(max_length = 3, pattern = "^[a-z]{2,3}$")]
    pub language: Option<String>,
    /// Absolute http(s); unique once normalised.
    #[schema(max_length = 2048, format = "uri", pattern = "^[Hh][Tt][Tt][Pp][Ss]?://[^/?#]")]
    pub url: Option<String>,
    /// The outlet's name.
    #[schema(min_length = 1, max_length = 200)]
    pub publisher: Option<String>,
    /// The sender's own key, unique within a publisher.
    #[schema(min_length = 1, max_length = 300)]
    pub external_id: Option<String>,
    #[serde(default)]
    #[schema(max_items = 50)]
    pub authors: Vec<Label>,
    #[schema(min_length = 1, max_length = 200)]
    pub section: Option<String>,
    #[serde(default)]
    #[schema(max_items = 50)]
    pub keywords: Vec<Label>,
    /// When the outlet published it.
    pub published_at: Option<DateTime<Utc>>,
}

/// A bare text.
#[derive(ToSchema)]
#[schema(min_length = 1, max_length = 1_048_576, example = "Rabat répond\n\nRabat a répondu.")]
pub struct PlainText(#[allow(dead_code, reason = "describes a body that is read as text")] String);

/// A change to an article: what is absent stays, null clears.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"section": "International", "published_at": null}))]
pub struct UpdateArticle {
    #[schema(min_length = 1, max_length = 500, value_type = String, required = false)]
    pub headline: Option<String>,
    /// Another text makes another `body_version`; the spans of mentions and quotes follow it.
    #[schema(min_length = 1, max_length = 1_048_576, value_type = String, required = false)]
    pub body: Option<String>,
    /// BCP 47 primary tag; null detects it again.
    #[serde(default)]
    #[schema(max_length = 3, pattern = "^[a-z]{2,3}$", value_type = Option<String>)]
    pub language: Patch<String>,
    /// Absolute http(s); unique once normalised.
    #[serde(default)]
    #[schema(max_length = 2048, format = "uri", pattern = "^[Hh][Tt][Tt][Pp][Ss]?://[^/?#]", value_type = Option<String>)]
    pub url: Patch<String>,
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200, value_type = Option<String>)]
    pub publisher: Patch<String>,
    #[serde(default)]
    #[schema(min_length = 1, max_length = 300, value_type = Option<String>)]
    pub external_id: Patch<String>,
    /// Replaces the whole list.
    #[schema(max_items = 50, value_type = Vec<Label>, required = false)]
    pub authors: Option<Vec<Label>>,
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200, value_type = Option<String>)]
    pub section: Patch<String>,
    /// Replaces the whole list.
    #[schema(max_items = 50, value_type = Vec<Label>, required = false)]
    pub keywords: Option<Vec<Label>>,
    #[serde(default)]
    #[schema(value_type = Option<DateTime<Utc>>)]
    pub published_at: Patch<DateTime<Utc>>,
}

/// One page of articles.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"items": [], "next_cursor": null}))]
pub struct ArticlePage {
    #[schema(max_items = 200)]
    pub items: Vec<ArticleBody>,
    /// Continues the list; null on the last page.
    #[schema(max_length = 2048)]
    pub next_cursor: Option<String>,
    /// With `count`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = TotalBody, required = false)]
    pub total: Option<TotalBody>,
}

/// One text an article has or had.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "article_id": "0192f0c1-2a3b-7c4d-8e5f-60718293a4b5", "body_version": 1, "headline": "Rabat répond",
    "body": "Rabat a répondu.", "language": "fr", "created_at": "2026-03-02T08:00:00Z",
    "content_hash": "0f9b8d9ff5ae7e2c2b4f7a8d9ce3b1c6f2a8b7a54c9d0e1f2a3b4c5d6e7f8091"
}))]
pub struct ArticleVersionBody {
    pub article_id: Uuid,
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub body_version: i32,
    #[schema(min_length = 1, max_length = 500)]
    pub headline: String,
    #[schema(min_length = 1, max_length = 1_048_576)]
    pub body: String,
    #[schema(max_length = 3, pattern = "^[a-z]{2,3}$")]
    pub language: String,
    #[schema(min_length = 64, max_length = 64, pattern = "^[0-9a-f]{64}$")]
    pub content_hash: String,
    /// When this text was received.
    pub created_at: DateTime<Utc>,
}

/// One page of the texts of an article.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"items": [], "next_cursor": null}))]
pub struct ArticleVersionPage {
    #[schema(max_items = 200)]
    pub items: Vec<ArticleVersionBody>,
    /// Continues the list; null on the last page.
    #[schema(max_length = 2048)]
    pub next_cursor: Option<String>,
    /// With `count`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = TotalBody, required = false)]
    pub total: Option<TotalBody>,
}

/// The orders of a list of articles. Undated articles come last in either order of publication.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
pub enum ArticleSort {
    #[default]
    #[serde(rename = "-published_at")]
    NewestPublished,
    #[serde(rename = "published_at")]
    OldestPublished,
    #[serde(rename = "-created_at")]
    NewestCreated,
}

/// What a list of articles can embed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ListInclude {
    Body,
    Mentions,
    Quotes,
}

/// What an article can embed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ArticleInclude {
    Mentions,
    Quotes,
}

/// Which articles are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListArticles {
    /// In this language.
    #[serde(default)]
    #[param(max_items = 50, value_type = Vec<LanguageParameter>, inline, example = json!(["fr"]))]
    language: Vec<String>,
    /// Not in this language.
    #[serde(default, rename = "not.language")]
    #[param(max_items = 50, value_type = Vec<LanguageParameter>, inline)]
    not_language: Vec<String>,
    /// By this outlet.
    #[serde(default)]
    #[param(max_items = 50, value_type = Vec<Label>, inline)]
    publisher: Vec<String>,
    /// Not by this outlet.
    #[serde(default, rename = "not.publisher")]
    #[param(max_items = 50, value_type = Vec<Label>, inline)]
    not_publisher: Vec<String>,
    /// In this section.
    #[serde(default)]
    #[param(max_items = 50, value_type = Vec<Label>, inline)]
    section: Vec<String>,
    /// Not in this section.
    #[serde(default, rename = "not.section")]
    #[param(max_items = 50, value_type = Vec<Label>, inline)]
    not_section: Vec<String>,
    /// With this keyword.
    #[serde(default)]
    #[param(max_items = 50, value_type = Vec<Label>, inline)]
    keyword: Vec<String>,
    /// Without this keyword.
    #[serde(default, rename = "not.keyword")]
    #[param(max_items = 50, value_type = Vec<Label>, inline)]
    not_keyword: Vec<String>,
    /// With a mention of this entity.
    #[serde(default)]
    #[param(max_items = 50)]
    mentions: Vec<Uuid>,
    /// Without a mention of this entity.
    #[serde(default, rename = "not.mentions")]
    #[param(max_items = 50)]
    not_mentions: Vec<Uuid>,
    /// With a quote by this entity; rejected quotes do not count.
    #[serde(default)]
    #[param(max_items = 50)]
    quotes_by: Vec<Uuid>,
    /// Without a quote by this entity.
    #[serde(default, rename = "not.quotes_by")]
    #[param(max_items = 50)]
    not_quotes_by: Vec<Uuid>,
    /// With this key of the sender.
    #[serde(default)]
    #[param(max_items = 50, value_type = Vec<ExternalIdParameter>, inline)]
    external_id: Vec<String>,
    /// Without this key of the sender.
    #[serde(default, rename = "not.external_id")]
    #[param(max_items = 50, value_type = Vec<ExternalIdParameter>, inline)]
    not_external_id: Vec<String>,
    /// At this url, compared in its normal form.
    #[serde(default)]
    #[param(max_items = 50, value_type = Vec<UrlParameter>, inline)]
    url: Vec<String>,
    /// Not at this url.
    #[serde(default, rename = "not.url")]
    #[param(max_items = 50, value_type = Vec<UrlParameter>, inline)]
    not_url: Vec<String>,
    /// Published at this time or later.
    published_from: Option<DateTime<Utc>>,
    /// Published before this time.
    published_to: Option<DateTime<Utc>>,
    /// The order.
    #[serde(default)]
    #[param(inline)]
    sort: ArticleSort,
    /// What to embed, separated by commas.
    #[serde(default)]
    #[param(inline, explode = false, max_items = 3)]
    include: Vec<ListInclude>,
    /// The most articles on a page.
    #[param(minimum = 1, maximum = 200, default = 20)]
    limit: Option<i64>,
    /// Continues a list: the `next_cursor` of its last page.
    #[param(max_length = 2048, pattern = "^[A-Za-z0-9_-]+$")]
    cursor: Option<String>,
    /// Adds `total`, counted exactly or estimated.
    #[param(inline)]
    count: Option<CountBody>,
}

/// A BCP 47 primary tag.
#[derive(ToSchema)]
#[schema(max_length = 3, pattern = "^[a-z]{2,3}$")]
pub struct LanguageParameter(#[allow(dead_code, reason = "describes a parameter")] String);

/// A sender's own key.
#[derive(ToSchema)]
#[schema(min_length = 1, max_length = 300)]
pub struct ExternalIdParameter(#[allow(dead_code, reason = "describes a parameter")] String);

/// An absolute http(s) URL.
#[derive(ToSchema)]
#[schema(max_length = 2048, format = "uri", pattern = "^[Hh][Tt][Tt][Pp][Ss]?://[^/?#]")]
pub struct UrlParameter(#[allow(dead_code, reason = "describes a parameter")] String);

/// What is done with an article when it is created.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CreateOptions {
    /// Find quotes, speakers and names in the body, and store them in the same transaction.
    #[serde(default)]
    #[param(default = false)]
    annotate: bool,
}

/// What of an article is asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReadArticle {
    /// What to embed, separated by commas.
    #[serde(default)]
    #[param(inline, explode = false, max_items = 2)]
    include: Vec<ArticleInclude>,
}

/// A text of an article.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct VersionOfArticle {
    id: Uuid,
    /// The `body_version`.
    #[param(minimum = 1, maximum = 2_147_483_647, example = 1)]
    n: i32,
}

impl RequestBody for CreateArticle {
    fn from_text(text: String) -> Value {
        json!({"headline": article::headline_of(&text), "body": text})
    }
}

impl RequestBody for UpdateArticle {}

/// Create an article
///
/// As `text/plain` the body is a bare text: its first line that is not blank is the headline (longer than 500
/// characters: 422), the whole text the body. With `annotate=true` the answer embeds the mentions and quotes found.
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
    names: web::Data<KnownNames>,
    query: Query<CreateOptions>,
    body: Body<CreateArticle>,
) -> Result<HttpResponse, Problem> {
    let (annotate, new) = (query.annotate, NewArticle::try_from(body.0)?);
    let body = db
        .write(move |conn| {
            if !annotate {
                return articles::create(conn, &new).map(ArticleBody::from);
            }
            names.refresh(conn)?;
            let article = articles::create(conn, &new)?;
            annotations::annotate_article(conn, &names, article.id)?;
            with_findings(conn, article)
        })
        .await?;
    etag::created(&format!("/v1/articles/{}", body.id), body.version, &body)
}

/// Read an article
///
/// With its body; `include` embeds its mentions and quotes.
#[utoipa::path(tag = "articles", params(ReadArticle), responses((status = 200, description = "The article", body = ArticleBody)))]
#[get("/v1/articles/{id}")]
pub async fn read_article(
    request: HttpRequest,
    db: web::Data<Db>,
    id: web::Path<Uuid>,
    query: Query<ReadArticle>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let with_mentions = query.include.contains(&ArticleInclude::Mentions);
    let with_quotes = query.include.contains(&ArticleInclude::Quotes);
    let body = db
        .read(move |conn| {
            let mut bodies = vec![ArticleBody::from(articles::find(conn, id)?)];
            embed(conn, &mut bodies, with_mentions, with_quotes)?;
            Ok(bodies.remove(0))
        })
        .await?;
    etag::record(&request, body.version, &body)
}

/// List articles
///
/// Newest first unless `sort` says otherwise; undated articles come last. Bodies are left out unless `include=body`.
#[utoipa::path(tag = "articles", params(ListArticles), responses((status = 200, description = "A page", body = ArticlePage)))]
#[get("/v1/articles")]
pub async fn list_articles(
    request: HttpRequest,
    db: web::Data<Db>,
    query: Query<ListArticles>,
) -> Result<HttpResponse, Problem> {
    let with_mentions = query.include.contains(&ListInclude::Mentions);
    let with_quotes = query.include.contains(&ListInclude::Quotes);
    let filter = query.0.into_filter(&request)?;
    let page = db
        .read(move |conn| {
            let Page { items, next, total } = articles::list(conn, &filter)?;
            let mut items: Vec<_> = items.into_iter().map(ArticleBody::from).collect();
            embed(conn, &mut items, with_mentions, with_quotes)?;
            Ok(Page { items, next, total })
        })
        .await?;
    Ok(page::answer(&request, page, |items, next_cursor, total| ArticlePage { items, next_cursor, total }))
}

/// Change an article
///
/// A merge patch. A changed body makes another version of the text: spans of mentions and quotes follow it and say so
/// in `anchor`.
#[utoipa::path(
    tag = "articles",
    request_body(content = UpdateArticle, content_type = "application/merge-patch+json"),
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
    etag::changed(article.version, &ArticleBody::from(article))
}

/// Delete an article
///
/// Its mentions, quotes and versions go with it; their ids answer 410 from then on.
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

/// List the texts of an article
///
/// Newest first; the first is the present one.
#[utoipa::path(tag = "articles", params(ListOfArticle), responses((status = 200, description = "A page", body = ArticleVersionPage)))]
#[get("/v1/articles/{id}/versions")]
pub async fn list_article_versions(
    request: HttpRequest,
    db: web::Data<Db>,
    id: web::Path<Uuid>,
    query: Query<ListOfArticle>,
) -> Result<HttpResponse, Problem> {
    let (id, part) = (id.into_inner(), query.0.into_request(&request)?);
    let page = db.read(move |conn| articles::versions(conn, id, &part)).await?;
    Ok(page::answer(&request, page, |items, next_cursor, total| ArticleVersionPage {
        items: items.into_iter().map(Into::into).collect(),
        next_cursor,
        total,
    }))
}

/// Read one text of an article
///
/// The text that the spans of this `body_version` point into.
#[utoipa::path(tag = "articles", params(VersionOfArticle), responses((status = 200, description = "The text", body = ArticleVersionBody)))]
#[get("/v1/articles/{id}/versions/{n}")]
pub async fn read_article_version(
    request: HttpRequest,
    db: web::Data<Db>,
    path: web::Path<VersionOfArticle>,
) -> Result<HttpResponse, Problem> {
    let VersionOfArticle { id, n } = path.into_inner();
    let version = db.read(move |conn| articles::version(conn, id, n)).await?;
    etag::record(&request, version.body_version, &ArticleVersionBody::from(version))
}

/// An article with its mentions and quotes.
pub fn with_findings(conn: &mut Connection, article: Article) -> store::Result<ArticleBody> {
    let mut bodies = [ArticleBody::from(article)];
    embed(conn, &mut bodies, true, true)?;
    let [body] = bodies;
    Ok(body)
}

/// Puts mentions and quotes into a page of articles, with one query for each.
fn embed(
    conn: &mut Connection,
    bodies: &mut [ArticleBody],
    with_mentions: bool,
    with_quotes: bool,
) -> store::Result<()> {
    let ids: Vec<Uuid> = bodies.iter().map(|body| body.id).collect();
    if with_mentions {
        let mut found = mentions::of_articles(conn, &ids)?;
        for body in &mut *bodies {
            let mentions = found.remove(&body.id).unwrap_or_default();
            body.mentions = Some(mentions.into_iter().map(Into::into).collect());
        }
    }
    if with_quotes {
        let mut found = quotes::of_articles(conn, &ids)?;
        for body in &mut *bodies {
            let quotes = found.remove(&body.id).unwrap_or_default();
            body.quotes = Some(quotes.into_iter().map(Into::into).collect());
        }
    }
    Ok(())
}

impl ListArticles {
    fn into_filter(self, request: &HttpRequest) -> Result<ArticleFilter, Problem> {
        let (order, key) = match self.sort {
            ArticleSort::NewestPublished => (ArticleOrder::NewestPublished, KeyKind::Time),
            ArticleSort::OldestPublished => (ArticleOrder::OldestPublished, KeyKind::Time),
            ArticleSort::NewestCreated => (ArticleOrder::NewestCreated, KeyKind::Time),
        };
        let list = ListParameters { limit: self.limit, cursor: self.cursor.as_deref(), count: self.count };
        let page = list.into_request(request, key)?;
        Ok(ArticleFilter {
            language: Choice { any: self.language, none: self.not_language },
            publisher: Choice { any: self.publisher, none: self.not_publisher },
            section: Choice { any: self.section, none: self.not_section },
            keyword: Choice { any: self.keyword, none: self.not_keyword },
            mentions: Choice { any: self.mentions, none: self.not_mentions },
            quotes_by: Choice { any: self.quotes_by, none: self.not_quotes_by },
            external_id: Choice { any: self.external_id, none: self.not_external_id },
            url: Choice { any: normal_urls("url", &self.url)?, none: normal_urls("not.url", &self.not_url)? },
            published: Range { from: self.published_from, to: self.published_to },
            order,
            with_body: self.include.contains(&ListInclude::Body),
            page,
        })
    }
}

fn normal_urls(parameter: &str, given: &[String]) -> Result<Vec<String>, Problem> {
    given
        .iter()
        .map(|url| article::normalise_url(url).map_err(|error| Problem::parameter(parameter, error.to_string())))
        .collect()
}

/// Reads a url of a body; a bad one is a fault at `/url`.
fn normal_url(url: &str, faults: &mut Vec<Fault>) -> Option<String> {
    article::normalise_url(url).map_err(|error| faults.push(Fault::new("/url", error.to_string()))).ok()
}

fn check_body(body: &str, faults: &mut Vec<Fault>) {
    if body.len() > MAX_BODY_BYTES {
        faults.push(Fault::new("/body", format!("must be at most {MAX_BODY_BYTES} bytes of UTF-8")));
    }
}

fn unless_faulty<T>(value: T, faults: Vec<Fault>) -> Result<T, Problem> {
    if faults.is_empty() { Ok(value) } else { Err(Problem::content(faults)) }
}

fn labels(given: Vec<Label>) -> Vec<String> {
    given.into_iter().map(|label| label.0).collect()
}

impl TryFrom<CreateArticle> for NewArticle {
    type Error = Problem;

    fn try_from(body: CreateArticle) -> Result<Self, Problem> {
        let mut faults = Vec::new();
        check_body(&body.body, &mut faults);
        let new = Self {
            url: body.url.as_deref().and_then(|url| normal_url(url, &mut faults)),
            headline: body.headline,
            body: body.body,
            language: body.language,
            publisher: body.publisher,
            external_id: body.external_id,
            authors: labels(body.authors),
            section: body.section,
            keywords: labels(body.keywords),
            published_at: body.published_at,
        };
        unless_faulty(new, faults)
    }
}

impl TryFrom<UpdateArticle> for ArticlePatch {
    type Error = Problem;

    fn try_from(body: UpdateArticle) -> Result<Self, Problem> {
        let mut faults = Vec::new();
        if let Some(text) = &body.body {
            check_body(text, &mut faults);
        }
        let patch = Self {
            headline: body.headline,
            body: body.body,
            language: body.language.into_change(),
            url: body.url.into_change().map(|url| url.and_then(|url| normal_url(&url, &mut faults))),
            publisher: body.publisher.into_change(),
            external_id: body.external_id.into_change(),
            authors: body.authors.map(labels),
            section: body.section.into_change(),
            keywords: body.keywords.map(labels),
            published_at: body.published_at.into_change(),
        };
        unless_faulty(patch, faults)
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl From<Article> for ArticleBody {
    fn from(article: Article) -> Self {
        Self {
            id: article.id,
            version: article.version,
            body_version: article.body_version,
            created_at: article.created_at,
            updated_at: article.updated_at,
            headline: article.headline,
            body: article.body,
            blocks: article.blocks.map(|blocks| blocks.into_iter().map(Into::into).collect()),
            language: article.language,
            url: article.url,
            publisher: article.publisher,
            external_id: article.external_id,
            authors: article.authors.into_iter().map(Label).collect(),
            section: article.section,
            keywords: article.keywords.into_iter().map(Label).collect(),
            published_at: article.published_at,
            content_hash: hexadecimal(&article.content_hash),
            mentions: None,
            quotes: None,
        }
    }
}

impl From<ArticleVersion> for ArticleVersionBody {
    fn from(version: ArticleVersion) -> Self {
        Self {
            article_id: version.article_id,
            body_version: version.body_version,
            headline: version.headline,
            body: version.body,
            language: version.language,
            content_hash: hexadecimal(&version.content_hash),
            created_at: version.created_at,
        }
    }
}
