//! `/v1/annotate` and `/v1/articles/{id}/annotate`: quotes, speakers and names found in a text.

use super::articles::with_findings;
use crate::annotate::{Document, annotate};
use crate::domain::FieldError;
use crate::domain::article::MAX_BODY_BYTES;
use crate::http::extract::body::Body;
use crate::http::respond::problem::Problem;
use crate::http::respond::{json, record};
use crate::http::wire::annotation::{AnnotateText, AnnotationBody};
use crate::http::wire::article::ArticleBody;
use crate::store::annotations::annotate_article as annotate_stored;
use crate::store::name_dictionary::NameDictionary;
use crate::store::{Db, articles};
use actix_web::{HttpResponse, post, web};
use uuid::Uuid;

/// Annotate a text
///
/// Finds quotes, their speakers and names, and links them to stored entities. Nothing is stored.
#[utoipa::path(
    tag = "annotation",
    request_body = AnnotateText,
    responses((status = 200, description = "What was found", body = AnnotationBody)),
)]
#[post("/v1/annotate")]
pub async fn annotate_text(
    db: web::Data<Db>,
    names: web::Data<NameDictionary>,
    body: Body<AnnotateText>,
) -> Result<HttpResponse, Problem> {
    let given = body.0;
    if given.body.len() > MAX_BODY_BYTES {
        let detail = format!("must be at most {MAX_BODY_BYTES} bytes of UTF-8");
        return Err(Problem::content(vec![FieldError::new("/body", detail)]));
    }
    // The primary: what a replica has of the names may be older than what is in memory.
    let found = db
        .read_primary(move |conn| {
            names.refresh(conn)?;
            let AnnotateText { headline, body, language } = &given;
            let document = Document { headline: headline.as_deref(), body, language: language.as_deref() };
            let annotation = annotate(&document, &names.read());
            Ok(AnnotationBody::of(body, &annotation))
        })
        .await?;
    Ok(json::ok(&found))
}

/// Annotate an article
///
/// Finds quotes, speakers and names in the current text and stores them. Machine records that are found again keep
/// their ids; other machine records are deleted; records that a human made or reviewed are not touched. Running it
/// twice changes nothing. At most 10,000 mentions and 10,000 quotes are stored.
#[utoipa::path(
    tag = "annotation",
    responses((status = 200, description = "The article with its mentions and quotes", body = ArticleBody)),
)]
#[post("/v1/articles/{id}/annotate")]
pub async fn annotate_article(
    db: web::Data<Db>,
    names: web::Data<NameDictionary>,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let body = db
        .write(move |conn| {
            names.refresh(conn)?;
            annotate_stored(conn, &names, id)?;
            let article = articles::find(conn, id)?;
            with_findings(conn, article)
        })
        .await?;
    record::changed(body.version, &body)
}
