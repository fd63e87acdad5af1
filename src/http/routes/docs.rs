//! `/openapi.json`, `/openapi-3.0.json` and `/docs`: the API document and the page that shows it.

use crate::http::respond::problem::Problem;
use crate::http::wire::problem::Code;
use actix_web::http::header::{self, ContentType};
use actix_web::web::Bytes;
use actix_web::{HttpResponse, get, web};
use std::sync::LazyLock;
use twox_hash::XxHash3_64;
use utoipa::ToSchema;

/// The text of the document that is served, in each version of OpenAPI.
#[derive(Clone, Copy)]
pub struct DocumentText {
    pub current: &'static str,
    pub in_3_0: &'static str,
}

/// The OpenAPI document.
#[derive(ToSchema)]
#[schema(description = "An OpenAPI document.", example = json!({"openapi": "3.1.0"}))]
struct OpenApiDocument {
    /// The version of the OpenAPI specification.
    #[schema(max_length = 20)]
    #[allow(dead_code, reason = "describes a body that is written as JSON")]
    openapi: String,
}

/// The page runs its own scripts and calls this service alone. Scalar writes its styles into the page.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Read the API document
///
/// This document, as OpenAPI 3.1.
#[utoipa::path(tag = "service", security(()), responses((status = 200, description = "The document", body = inline(OpenApiDocument))))]
#[get("/openapi.json")]
pub async fn read_document(text: web::Data<DocumentText>) -> HttpResponse {
    HttpResponse::Ok().content_type(ContentType::json()).body(text.current)
}

/// Read the API document as OpenAPI 3.0
///
/// The same document as OpenAPI 3.0.3, for generators that cannot read 3.1. A member that may be null is `nullable`, and the scope of an
/// operation is `x-scope`.
#[utoipa::path(tag = "service", security(()), responses((status = 200, description = "The document", body = inline(OpenApiDocument))))]
#[get("/openapi-3.0.json")]
pub async fn read_document_3_0(text: web::Data<DocumentText>) -> HttpResponse {
    HttpResponse::Ok().content_type(ContentType::json()).body(text.in_3_0)
}

/// Explore the API
///
/// A page that displays the API document and can send requests. It loads nothing from other hosts.
#[utoipa::path(tag = "service", security(()), responses(
    (status = 200, description = "The page", body = inline(Page), content_type = "text/html; charset=utf-8"),
))]
#[get("/docs")]
pub async fn read_docs() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_SECURITY_POLICY, PAGE_POLICY))
        .content_type(ContentType::html())
        .body(FILES.page.as_str())
}

/// An HTML page.
#[derive(ToSchema)]
#[schema(max_length = 1_048_576, example = "<!DOCTYPE html>")]
pub struct Page(#[allow(dead_code, reason = "describes a body that is written as text")] String);

/// A file of the page; not part of the document. The page names its scripts with their version, so browsers keep them.
#[get("/docs/{file}")]
pub async fn read_docs_file(path: web::Path<String>) -> Result<HttpResponse, Problem> {
    let (media_type, content) = match path.as_str() {
        "scalar.js" => (SCRIPT, FILES.scalar.clone()),
        "start.js" => (SCRIPT, Bytes::from_static(START_SCRIPT)),
        "icon.svg" => ("image/svg+xml", Bytes::from_static(include_bytes!("../pages/assets/icon.svg"))),
        _ => return Err(Problem::new(Code::NoSuchRoute, "there is no such file")),
    };
    let kept = (header::CACHE_CONTROL, "public, max-age=31536000, immutable");
    Ok(HttpResponse::Ok().content_type(media_type).insert_header(kept).body(content))
}

const SCRIPT: &str = "text/javascript; charset=utf-8";

/// The page, and the script of Scalar: five megabytes, which are copied out of the binary once.
struct Files {
    page: String,
    scalar: Bytes,
}

static FILES: LazyLock<Files> = LazyLock::new(|| {
    let scalar = Bytes::from(scalar_api_reference::get_asset("scalar.js").expect("the crate embeds its script"));
    let version = XxHash3_64::oneshot(&scalar) ^ XxHash3_64::oneshot(START_SCRIPT);
    Files { page: include_str!("docs/page.html").replace("{version}", &format!("{version:016x}")), scalar }
});

const START_SCRIPT: &[u8] = include_bytes!("docs/start.js");
