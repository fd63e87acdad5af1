//! `/v1/articles/{id}/mentions` and `/v1/mentions`: an entity named at a span of an article.

use super::{cached, creation, list};
use crate::app::response_cache::ResponseCache;
use crate::auth::Caller;
use crate::domain::mention::{Mention, MentionList, MentionPatch, NewMention};
use crate::domain::page::PageRequest;
use crate::http::extract::body::Body;
use crate::http::extract::conditional::IfMatch;
use crate::http::extract::query::Query;
use crate::http::respond::problem::Problem;
use crate::http::respond::record;
use crate::http::wire::export::{CsvText, ExportOptions, RecordOptions};
use crate::http::wire::history::AsOf;
use crate::http::wire::json_ld::JsonLd;
use crate::http::wire::mention::{
    CreateMentionList, CreateMentions, CreatedMentionList, CreatedMentions, MentionBody, MentionPage, UpdateMention,
};
use crate::http::wire::mention_list::{ListMentions, MentionFilters};
use crate::http::wire::page::{KeyKind, ListAll};
use crate::store::cache::Owner;
use crate::store::publisher_limit::{self, Target};
use crate::store::{Connection, Db, Resource, history, mentions};
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};
use uuid::Uuid;

/// Create a mention
///
/// The span is checked against the current body of the article. An array creates up to 1,000 mentions together, or none of
/// them; the answer then has `items` in the same order, without `ETag` and `Location`.
#[utoipa::path(
    tag = "mentions",
    security(("key" = ["write"])),
    extensions(("x-publisher-keys" = json!(true))),
    request_body = CreateMentions,
    responses((status = 201, description = "The mention, or the mentions", body = CreatedMentions)),
)]
#[post("/v1/articles/{id}/mentions")]
pub async fn create_mention(
    request: HttpRequest,
    caller: Caller,
    db: web::Data<Db>,
    id: web::Path<Uuid>,
    body: Body<CreateMentions>,
) -> Result<HttpResponse, Problem> {
    let article_id = id.into_inner();
    match body.0 {
        CreateMentions::One(new) => {
            let new = NewMention::from(new);
            let create = move |conn: &mut Connection| {
                publisher_limit::check(conn, Target::Article(article_id), caller.publisher())?;
                mentions::create(conn, article_id, &new)
            };
            let answer = |mention: Mention| {
                let body = MentionBody::from(mention);
                creation::record(format!("/v1/mentions/{}", body.id), body.version, &body)
            };
            creation::create(&request, &db, create, answer).await
        }
        CreateMentions::Many(CreateMentionList(new)) => {
            let new: Vec<NewMention> = new.into_iter().map(Into::into).collect();
            let create = move |conn: &mut Connection| {
                publisher_limit::check(conn, Target::Article(article_id), caller.publisher())?;
                mentions::create_all(conn, article_id, &new)
            };
            let answer = |items: Vec<Mention>| {
                creation::records(&CreatedMentionList { items: items.into_iter().map(Into::into).collect() })
            };
            creation::create(&request, &db, create, answer).await
        }
    }
}

/// List the mentions of an article
///
/// In order of start, then id.
#[utoipa::path(tag = "mentions", security(("key" = ["read"])), params(ListAll, ExportOptions), responses((status = 200, description = "A page, or the whole list", content((MentionPage = "application/json"), (JsonLd = "application/ld+json"), (MentionBody = "application/x-ndjson"), (CsvText = "text/csv")))))]
#[get("/v1/articles/{id}/mentions")]
pub async fn list_mentions_of_article(
    request: HttpRequest,
    db: web::Data<Db>,
    id: web::Path<Uuid>,
    query: Query<ListAll>,
) -> Result<HttpResponse, Problem> {
    let article_id = id.into_inner();
    let requested = list::requested(&request, query.export, query.0.page(KeyKind::Count))?;
    let read = move |conn: &mut Connection, page: &PageRequest| mentions::list_of_article(conn, article_id, page);
    let body = |items, next_cursor, total| MentionPage { items, next_cursor, total };
    list::respond(&request, &db, "mentions", requested, read, body).await
}

/// List mentions
///
/// In order of publication of their articles, newest first by default.
#[utoipa::path(tag = "mentions", security(("key" = ["read"])), params(MentionFilters, ListMentions, ExportOptions), responses((status = 200, description = "A page, or the whole list", content((MentionPage = "application/json"), (JsonLd = "application/ld+json"), (MentionBody = "application/x-ndjson"), (CsvText = "text/csv")))))]
#[get("/v1/mentions")]
pub async fn list_mentions(
    request: HttpRequest,
    db: web::Data<Db>,
    query: Query<ListMentions>,
) -> Result<HttpResponse, Problem> {
    let requested = list::requested(&request, query.export, query.page())?;
    let filter = query.0.into_list(requested.page.clone());
    let read = move |conn: &mut Connection, page: &PageRequest| {
        mentions::list(conn, &MentionList { page: page.clone(), ..filter.clone() })
    };
    let body = |items, next_cursor, total| MentionPage { items, next_cursor, total };
    list::respond(&request, &db, "mentions", requested, read, body).await
}

/// Read a mention
///
/// The mention has its span, the words at the span and the characters around them. `as_of` reads a past state.
#[utoipa::path(tag = "mentions", security(("key" = ["read"])), params(AsOf, RecordOptions), responses((status = 200, description = "The mention", content((MentionBody = "application/json"), (JsonLd = "application/ld+json")))))]
#[get("/v1/mentions/{id}")]
pub async fn read_mention(
    request: HttpRequest,
    db: web::Data<Db>,
    records: web::Data<ResponseCache>,
    id: web::Path<Uuid>,
    query: Query<AsOf>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    if let Some(time) = query.as_of {
        let mention: Mention = db.read(move |conn| history::as_of(conn, id, time)).await?;
        return record::found(&request, mention.version, &MentionBody::from(mention));
    }
    let write = |mention| {
        let body = MentionBody::from(mention);
        Ok((Owner::Record(body.article_id), cached::record_json(body.version, &body)?))
    };
    cached::respond(&request, records.record(&db, (Resource::Mention, id), mentions::find_all, write).await?)
}

/// Change a mention
///
/// A merge patch. Afterwards the `origin` of the mention is `human`.
#[utoipa::path(
    tag = "mentions",
    security(("key" = ["write"])),
    extensions(("x-publisher-keys" = json!(true))),
    request_body(content((UpdateMention = "application/merge-patch+json"), (UpdateMention = "application/json"))),
    responses((status = 200, description = "The mention", body = MentionBody)),
)]
#[patch("/v1/mentions/{id}")]
pub async fn update_mention(
    caller: Caller,
    db: web::Data<Db>,
    id: web::Path<Uuid>,
    expected: IfMatch,
    body: Body<UpdateMention>,
) -> Result<HttpResponse, Problem> {
    let (id, patch) = (id.into_inner(), MentionPatch::from(body.0));
    let mention = db
        .write(move |conn| {
            publisher_limit::check(conn, Target::Mention(id), caller.publisher())?;
            mentions::update(conn, id, &expected.0, &patch)
        })
        .await?;
    record::changed(mention.version, &MentionBody::from(mention))
}

/// Delete a mention
///
/// Its id returns 410 afterwards.
#[utoipa::path(tag = "mentions", security(("key" = ["write"])), extensions(("x-publisher-keys" = json!(true))), responses((status = 204, description = "It is deleted")))]
#[delete("/v1/mentions/{id}")]
pub async fn delete_mention(
    caller: Caller,
    db: web::Data<Db>,
    id: web::Path<Uuid>,
    expected: IfMatch,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    db.write(move |conn| {
        publisher_limit::check(conn, Target::Mention(id), caller.publisher())?;
        mentions::delete(conn, id, &expected.0)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}
