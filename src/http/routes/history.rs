//! `/v1/{articles,entities,mentions,quotes}/{id}/history`: the versions of a record, and who made them.

use super::list;
use crate::domain::article::Article;
use crate::domain::entity::Entity;
use crate::domain::history::Version;
use crate::domain::mention::Mention;
use crate::domain::page::{Page, PageRequest};
use crate::domain::quote::Quote;
use crate::http::extract::query::Query;
use crate::http::respond::problem::Problem;
use crate::http::wire::article::ArticleBody;
use crate::http::wire::entity::EntityBody;
use crate::http::wire::export::{CsvText, ExportOptions};
use crate::http::wire::history::{HistoryEntryBody, HistoryPage};
use crate::http::wire::mention::MentionBody;
use crate::http::wire::page::{KeyKind, ListAll};
use crate::http::wire::quote::QuoteBody;
use crate::store::history::{self, Versioned};
use crate::store::{self, Connection, Db, Error};
use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Serialize;
use uuid::Uuid;

/// List the history of an article
///
/// Its versions, newest first: who changed it, when, and the changed members before and after. `/versions` has its texts.
#[utoipa::path(tag = "articles", security(("key" = ["read"])), params(ListAll, ExportOptions), responses((status = 200, description = "A page, or the whole list", content((HistoryPage = "application/json"), (HistoryEntryBody = "application/x-ndjson"), (CsvText = "text/csv")))))]
#[get("/v1/articles/{id}/history")]
pub async fn list_article_history(
    request: HttpRequest,
    db: web::Data<Db>,
    id: web::Path<Uuid>,
    query: Query<ListAll>,
) -> Result<HttpResponse, Problem> {
    respond::<Article, ArticleBody>(request, db, *id, query.0).await
}

/// List the history of an entity
///
/// Its versions, newest first: who changed it, when, and the changed members before and after. A merged entity has its history too.
#[utoipa::path(tag = "entities", security(("key" = ["read"])), params(ListAll, ExportOptions), responses((status = 200, description = "A page, or the whole list", content((HistoryPage = "application/json"), (HistoryEntryBody = "application/x-ndjson"), (CsvText = "text/csv")))))]
#[get("/v1/entities/{id}/history")]
pub async fn list_entity_history(
    request: HttpRequest,
    db: web::Data<Db>,
    id: web::Path<Uuid>,
    query: Query<ListAll>,
) -> Result<HttpResponse, Problem> {
    respond::<Entity, EntityBody>(request, db, *id, query.0).await
}

/// List the history of a mention
///
/// Its versions, newest first: who changed it, when, and the changed members before and after. An edit of the article that moves the
/// mention is a change.
#[utoipa::path(tag = "mentions", security(("key" = ["read"])), params(ListAll, ExportOptions), responses((status = 200, description = "A page, or the whole list", content((HistoryPage = "application/json"), (HistoryEntryBody = "application/x-ndjson"), (CsvText = "text/csv")))))]
#[get("/v1/mentions/{id}/history")]
pub async fn list_mention_history(
    request: HttpRequest,
    db: web::Data<Db>,
    id: web::Path<Uuid>,
    query: Query<ListAll>,
) -> Result<HttpResponse, Problem> {
    respond::<Mention, MentionBody>(request, db, *id, query.0).await
}

/// List the history of a quote
///
/// Its versions, newest first: who changed it, when, and the changed members before and after. An edit of the article that moves the
/// quote is a change.
#[utoipa::path(tag = "quotes", security(("key" = ["read"])), params(ListAll, ExportOptions), responses((status = 200, description = "A page, or the whole list", content((HistoryPage = "application/json"), (HistoryEntryBody = "application/x-ndjson"), (CsvText = "text/csv")))))]
#[get("/v1/quotes/{id}/history")]
pub async fn list_quote_history(
    request: HttpRequest,
    db: web::Data<Db>,
    id: web::Path<Uuid>,
    query: Query<ListAll>,
) -> Result<HttpResponse, Problem> {
    respond::<Quote, QuoteBody>(request, db, *id, query.0).await
}

/// Refuses `as_of` together with `include`: past states are not embedded.
pub fn check_no_include(is_empty: bool) -> Result<(), Problem> {
    match is_empty {
        true => Ok(()),
        false => Err(Problem::parameter("include", "cannot be combined with as_of")),
    }
}

/// Responds with the history of the record `T`, whose members are named as in `B`.
async fn respond<T: Versioned + 'static, B: From<T> + Serialize>(
    request: HttpRequest,
    db: web::Data<Db>,
    id: Uuid,
    query: ListAll,
) -> Result<HttpResponse, Problem> {
    let requested = list::requested(&request, query.export, query.page(KeyKind::Count))?;
    let read = move |conn: &mut Connection, page: &PageRequest| read_page::<T, B>(conn, id, page);
    let body = |items, next_cursor, total| HistoryPage { items, next_cursor, total };
    list::respond(&request, &db, "history", requested, read, body).await
}

fn read_page<T: Versioned, B: From<T> + Serialize>(
    conn: &mut Connection,
    id: Uuid,
    request: &PageRequest,
) -> store::Result<Page<HistoryEntryBody>> {
    let Page { items, next, total } = history::versions::<T>(conn, id, request)?;
    let items = items.into_iter().map(entry::<T, B>).collect::<store::Result<_>>()?;
    Ok(Page { items, next, total })
}

fn entry<T: Versioned, B: From<T> + Serialize>(version: Version<T>) -> store::Result<HistoryEntryBody> {
    let (number, at) = (version.state.version(), version.state.updated_at());
    let members = |state: T| serde_json::to_value(B::from(state)).map_err(|error| Error::Internal(error.to_string()));
    let Version { state, before, actor } = version.map(members);
    Ok(HistoryEntryBody::new(number, at, Version { state: state?, before: before.transpose()?, actor }))
}
