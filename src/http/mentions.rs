//! `/v1/articles/{id}/mentions` and `/v1/mentions`: an entity named at a span of an article.

mod list;

use super::etag::{self, IfMatch};
use super::input::{Body, Query, RequestBody};
use super::json;
use super::page::{self, CountBody, KeyKind, ListParameters, TotalBody};
use super::patch::Patch;
use super::problem::Problem;
use crate::app::response_cache::ResponseCache;
use crate::domain::mention::{Mention, MentionPatch, NewMention};
use crate::domain::page::PageRequest;
use crate::domain::span::Span;
use crate::domain::{Anchor, MentionKind, Origin};
use crate::store::cache::Owner;
use crate::store::{Db, Resource, mentions};
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

pub use list::{ListMentions, MentionFilters};

/// An entity named at a span of an article.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0192f0c1-2a3b-7c4d-8e5f-60718293a4b5", "version": 1,
    "created_at": "2026-03-02T08:00:00Z", "updated_at": "2026-03-02T08:00:00Z",
    "article_id": "0192f0c1-2a3b-7c4d-8e5f-60718293a4b6", "body_version": 1, "anchor": "exact", "entity_id": null, "candidates": [],
    "start": 0, "end": 5, "exact": "Rabat", "prefix": "", "suffix": " a répondu.", "kind": "name",
    "confidence": 1.0, "origin": "human", "extractor": null
}))]
pub struct MentionBody {
    pub id: Uuid,
    /// Counts changes of the record, from 1.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub article_id: Uuid,
    /// The text that the span belongs to.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub body_version: i32,
    pub anchor: Anchor,
    /// Null while nobody knows whom it names.
    pub entity_id: Option<Uuid>,
    /// The entities it might name, when several bear the name.
    #[schema(max_items = 100)]
    pub candidates: Vec<Uuid>,
    /// The first code point of the span.
    #[schema(minimum = 0, maximum = 1_048_576)]
    pub start: i32,
    /// The code point after the span.
    #[schema(minimum = 0, maximum = 1_048_576)]
    pub end: i32,
    /// The words as printed.
    #[schema(max_length = 1_048_576)]
    pub exact: String,
    /// Up to 32 code points before.
    #[schema(max_length = 32)]
    pub prefix: String,
    /// Up to 32 code points after.
    #[schema(max_length = 32)]
    pub suffix: String,
    pub kind: MentionKind,
    #[schema(minimum = 0, maximum = 1)]
    pub confidence: f64,
    pub origin: Origin,
    /// Name and version of what found it.
    #[schema(max_length = 200)]
    pub extractor: Option<String>,
}

/// A mention to be stored.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"start": 0, "end": 5, "exact": "Rabat"}))]
pub struct CreateMention {
    pub entity_id: Option<Uuid>,
    /// The first code point of the span.
    #[schema(minimum = 0, maximum = 1_048_576)]
    pub start: i32,
    /// The code point after the span.
    #[schema(minimum = 0, maximum = 1_048_576)]
    pub end: i32,
    /// When given, it must equal the slice of the body.
    #[schema(min_length = 1, max_length = 1_048_576)]
    pub exact: Option<String>,
    /// `name` when not given.
    #[serde(default = "default_kind")]
    #[schema(default = "name")]
    pub kind: MentionKind,
    /// 1 when not given.
    #[serde(default = "certain")]
    #[schema(minimum = 0, maximum = 1, default = 1.0)]
    pub confidence: f64,
    /// `human` when not given.
    #[serde(default = "human")]
    #[schema(default = "human")]
    pub origin: Origin,
    /// Name and version of what found it.
    #[schema(min_length = 1, max_length = 200)]
    pub extractor: Option<String>,
}

fn default_kind() -> MentionKind {
    MentionKind::Name
}

/// What a person enters is certain.
pub fn certain() -> f64 {
    1.0
}

/// Who calls is a person, or answers for one, unless they say otherwise.
pub fn human() -> Origin {
    Origin::Human
}

/// A change to a mention: what is absent stays, null clears.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"entity_id": null}))]
pub struct UpdateMention {
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub entity_id: Patch<Uuid>,
    /// The first code point of the span.
    #[schema(minimum = 0, maximum = 1_048_576, value_type = i32, required = false)]
    pub start: Option<i32>,
    /// The code point after the span.
    #[schema(minimum = 0, maximum = 1_048_576, value_type = i32, required = false)]
    pub end: Option<i32>,
    /// When given, it must equal the slice of the body.
    #[schema(min_length = 1, max_length = 1_048_576, value_type = String, required = false)]
    pub exact: Option<String>,
    #[schema(value_type = MentionKind, required = false)]
    pub kind: Option<MentionKind>,
    #[schema(minimum = 0, maximum = 1, value_type = f64, required = false)]
    pub confidence: Option<f64>,
}

/// One page of mentions.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"items": [], "next_cursor": null}))]
pub struct MentionPage {
    #[schema(max_items = 200)]
    pub items: Vec<MentionBody>,
    /// Continues the list; null on the last page.
    #[schema(max_length = 2048)]
    pub next_cursor: Option<String>,
    /// With `count`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = TotalBody, required = false)]
    pub total: Option<TotalBody>,
}

/// Which part of a list below an article is asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListOfArticle {
    /// The most records on a page.
    #[param(minimum = 1, maximum = 200, default = 20)]
    limit: Option<i64>,
    /// Continues a list: the `next_cursor` of its last page.
    #[param(max_length = 2048, pattern = "^[A-Za-z0-9_-]+$")]
    cursor: Option<String>,
    /// Adds `total`. `exact` counts up to 10,000 and estimates what is more, `estimate` only estimates; `total.kind` says which
    /// it is.
    #[param(inline)]
    count: Option<CountBody>,
}

impl ListOfArticle {
    /// The part of the list; everything below an article is ordered by a number.
    pub fn into_request(self, request: &HttpRequest) -> Result<PageRequest, Problem> {
        ListParameters { limit: self.limit, cursor: self.cursor.as_deref(), count: self.count }
            .into_request(request, KeyKind::Count)
    }
}

impl RequestBody for CreateMention {}
impl RequestBody for UpdateMention {}

/// Create a mention
///
/// The span is checked against the article's present body.
#[utoipa::path(
    tag = "mentions",
    request_body = CreateMention,
    responses((status = 201, description = "The mention", body = MentionBody)),
)]
#[post("/v1/articles/{id}/mentions")]
pub async fn create_mention(
    db: web::Data<Db>,
    id: web::Path<Uuid>,
    body: Body<CreateMention>,
) -> Result<HttpResponse, Problem> {
    let (article_id, new) = (id.into_inner(), NewMention::from(body.0));
    let mention = db.write(move |conn| mentions::create(conn, article_id, &new)).await?;
    etag::created(&format!("/v1/mentions/{}", mention.id), mention.version, &MentionBody::from(mention))
}

/// List the mentions of an article
///
/// In order of start, then id.
#[utoipa::path(tag = "mentions", params(ListOfArticle), responses((status = 200, description = "A page", body = MentionPage)))]
#[get("/v1/articles/{id}/mentions")]
pub async fn list_mentions_of_article(
    request: HttpRequest,
    db: web::Data<Db>,
    id: web::Path<Uuid>,
    query: Query<ListOfArticle>,
) -> Result<HttpResponse, Problem> {
    let (article_id, part) = (id.into_inner(), query.0.into_request(&request)?);
    let page = db.read(move |conn| mentions::list_of_article(conn, article_id, &part)).await?;
    Ok(page::answer(&request, page, |items, next_cursor, total| MentionPage {
        items: items.into_iter().map(Into::into).collect(),
        next_cursor,
        total,
    }))
}

/// List mentions
///
/// Newest first by their articles' publication, unless another order is asked for.
#[utoipa::path(tag = "mentions", params(MentionFilters, ListMentions), responses((status = 200, description = "A page", body = MentionPage)))]
#[get("/v1/mentions")]
pub async fn list_mentions(
    request: HttpRequest,
    db: web::Data<Db>,
    query: Query<ListMentions>,
) -> Result<HttpResponse, Problem> {
    let list = query.0.into_list(&request)?;
    let page = db.read(move |conn| mentions::list(conn, &list)).await?;
    Ok(page::answer(&request, page, |items, next_cursor, total| MentionPage {
        items: items.into_iter().map(Into::into).collect(),
        next_cursor,
        total,
    }))
}

/// Read a mention
///
/// With its span, the words there and what stands around them.
#[utoipa::path(tag = "mentions", responses((status = 200, description = "The mention", body = MentionBody)))]
#[get("/v1/mentions/{id}")]
pub async fn read_mention(
    request: HttpRequest,
    db: web::Data<Db>,
    records: web::Data<ResponseCache>,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let write = |mention| {
        let body = MentionBody::from(mention);
        Ok((Owner::Record(body.article_id), json::record(body.version, &body)?))
    };
    etag::cached(&request, records.record(&db, (Resource::Mention, id), mentions::find_all, write).await?)
}

/// Change a mention
///
/// A merge patch. A mention that a machine found is a human's from then on.
#[utoipa::path(
    tag = "mentions",
    request_body(content = UpdateMention, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The mention", body = MentionBody)),
)]
#[patch("/v1/mentions/{id}")]
pub async fn update_mention(
    db: web::Data<Db>,
    id: web::Path<Uuid>,
    expected: IfMatch,
    body: Body<UpdateMention>,
) -> Result<HttpResponse, Problem> {
    let (id, patch) = (id.into_inner(), MentionPatch::from(body.0));
    let mention = db.write(move |conn| mentions::update(conn, id, &expected.0, &patch)).await?;
    etag::changed(mention.version, &MentionBody::from(mention))
}

/// Delete a mention
///
/// Its id answers 410 from then on.
#[utoipa::path(tag = "mentions", responses((status = 204, description = "It is deleted")))]
#[delete("/v1/mentions/{id}")]
pub async fn delete_mention(
    db: web::Data<Db>,
    id: web::Path<Uuid>,
    expected: IfMatch,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    db.write(move |conn| mentions::delete(conn, id, &expected.0)).await?;
    Ok(HttpResponse::NoContent().finish())
}

impl From<Mention> for MentionBody {
    fn from(mention: Mention) -> Self {
        Self {
            id: mention.id,
            version: mention.version,
            created_at: mention.created_at,
            updated_at: mention.updated_at,
            article_id: mention.article_id,
            body_version: mention.body_version,
            anchor: mention.anchor,
            entity_id: mention.entity_id,
            candidates: mention.candidates,
            start: mention.span.start,
            end: mention.span.end,
            exact: mention.exact,
            prefix: mention.prefix,
            suffix: mention.suffix,
            kind: mention.kind,
            confidence: mention.confidence,
            origin: mention.origin,
            extractor: mention.extractor,
        }
    }
}

impl From<CreateMention> for NewMention {
    fn from(body: CreateMention) -> Self {
        Self {
            entity_id: body.entity_id,
            span: Span { start: body.start, end: body.end },
            exact: body.exact,
            kind: body.kind,
            confidence: body.confidence,
            origin: body.origin,
            extractor: body.extractor,
        }
    }
}

impl From<UpdateMention> for MentionPatch {
    fn from(body: UpdateMention) -> Self {
        Self {
            entity_id: body.entity_id.into_change(),
            start: body.start,
            end: body.end,
            exact: body.exact,
            kind: body.kind,
            confidence: body.confidence,
        }
    }
}
