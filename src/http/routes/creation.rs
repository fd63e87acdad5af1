//! Creates records, once for each `Idempotency-Key`.

use crate::app::article_batcher::ArticleBatcher;
use crate::app::embed::ArticleWithFindings;
use crate::domain::article::NewArticle;
use crate::http::context;
use crate::http::extract::idempotency::idempotency_key;
use crate::http::respond::json;
use crate::http::respond::problem::Problem;
use crate::http::respond::record::Representation;
use crate::store::idempotency::{StoredAnswer, once};
use crate::store::{self, Connection, Db};
use actix_web::http::header::{self, ContentType};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

/// Runs a write that creates records, and responds with `answer`. A request that repeats the `Idempotency-Key` of an earlier one
/// gets the answer of that one, which was stored in the transaction of its write.
///
/// Without a key the answer is built after the commit, not on the thread of the connection.
pub async fn create<T: Send + 'static>(
    request: &HttpRequest,
    db: &Db,
    write: impl Fn(&mut Connection) -> store::Result<T> + Send + 'static,
    answer: impl Fn(T) -> store::Result<StoredAnswer> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let Some(key) = idempotency_key(request)? else { return respond(answer(db.write(write).await?)?) };
    let current = context::carry();
    let create = move |conn: &mut Connection| {
        once(conn, &key, |conn| {
            let created = write(conn)?;
            current.run(|| answer(created)).map(Some)
        })
    };
    let lost = || store::Error::Internal("a write has no answer".to_owned());
    respond(db.write(create).await?.ok_or_else(lost)?)
}

/// Creates an article as [`create`] does.
pub async fn create_article(
    request: &HttpRequest,
    articles: &ArticleBatcher,
    new: NewArticle,
    annotate: bool,
    answer: impl Fn(ArticleWithFindings) -> store::Result<StoredAnswer> + Clone + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let Some(key) = idempotency_key(request)? else { return respond(answer(articles.create(new, annotate).await?)?) };
    let current = context::carry();
    let answer = move |created| current.run(|| answer(created));
    respond(articles.create_once(new, annotate, &key, answer).await?)
}

/// The answer about a record that was created and can be read at `location`.
pub fn record(location: String, version: i32, body: &impl Serialize) -> store::Result<StoredAnswer> {
    let Representation { etag, bytes, .. } = Representation::new(version, body)?;
    Ok(StoredAnswer { location: Some(location), etag: Some(etag.to_string()), body: bytes.to_vec() })
}

/// The answer about records that were created together.
pub fn records(body: &impl Serialize) -> store::Result<StoredAnswer> {
    Ok(StoredAnswer { location: None, etag: None, body: json::to_json_bytes(body)?.to_vec() })
}

/// Answers 201.
pub fn respond(answer: StoredAnswer) -> Result<HttpResponse, Problem> {
    let mut response = HttpResponse::Created();
    if let Some(location) = answer.location {
        response.insert_header((header::LOCATION, context::public_path(&location)));
    }
    if let Some(etag) = answer.etag {
        response.insert_header((header::ETAG, etag));
    }
    Ok(response.content_type(ContentType::json()).body(answer.body))
}
