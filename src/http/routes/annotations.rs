//! `/v1/annotate` and `/v1/articles/{id}/annotate`: quotes, speakers and names found in a text.

use super::articles::article_body;
use crate::annotate::Annotation;
use crate::app::annotator::{Annotator, OwnedDocument};
use crate::auth::Caller;
use crate::domain::FieldError;
use crate::domain::article::MAX_BODY_BYTES;
use crate::domain::mention::Link;
use crate::http::extract::body::Body;
use crate::http::respond::problem::Problem;
use crate::http::respond::{json, record};
use crate::http::wire::annotation::{AnnotateText, AnnotationBody};
use crate::http::wire::article::ArticleBody;
use actix_web::{HttpResponse, post, web};
use uuid::Uuid;

/// Annotate a text
///
/// Finds quotes, their speakers and names, and links them to stored entities; between entities of one name, the context decides. Nothing
/// is stored.
#[utoipa::path(
    tag = "annotation",
    security(("key" = ["read"])),
    request_body = AnnotateText,
    responses((status = 200, description = "The findings", body = AnnotationBody)),
)]
#[post("/v1/annotate")]
pub async fn annotate_text(annotator: web::Data<Annotator>, body: Body<AnnotateText>) -> Result<HttpResponse, Problem> {
    let AnnotateText { headline, body, language } = body.0;
    if body.len() > MAX_BODY_BYTES {
        let detail = format!("must be at most {MAX_BODY_BYTES} bytes of UTF-8");
        return Err(Problem::content(vec![FieldError::new("/body", detail)]));
    }
    let document = OwnedDocument { headline, body, language };
    let view =
        |document: &OwnedDocument, found: &Annotation, links: &[Link]| AnnotationBody::of(&document.body, found, links);
    let found = annotator.annotate_text(document, view).await?;
    Ok(json::ok(&found))
}

/// Annotate an article
///
/// Finds quotes, speakers and names in the current text and stores them. Machine records that are found again keep
/// their ids, and other machine records are deleted. Records that a human created or reviewed do not change. A second run
/// changes nothing. At most 10,000 mentions and 10,000 quotes are stored.
#[utoipa::path(
    tag = "annotation",
    security(("key" = ["write"])),
    extensions(("x-publisher-keys" = json!(true))),
    responses((status = 200, description = "The article with its mentions and quotes", body = ArticleBody)),
)]
#[post("/v1/articles/{id}/annotate")]
pub async fn annotate_article(
    caller: Caller,
    annotator: web::Data<Annotator>,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let body = article_body(annotator.annotate_article(id.into_inner(), caller.publisher).await?);
    record::changed(body.version, &body)
}
