//! `/openapi.json` and `/docs`: the API document and the page that shows it.

use crate::http::respond::problem::Problem;
use crate::http::wire::problem::Code;
use actix_web::http::header::{self, ContentType};
use actix_web::{HttpResponse, ResponseError, get, web};
use std::sync::Arc;
use utoipa::ToSchema;

/// The text of the document that is served.
#[derive(Clone, Copy)]
pub struct DocumentText(pub &'static str);

/// The OpenAPI document.
#[derive(ToSchema)]
#[schema(description = "An OpenAPI 3.1 document.", example = json!({"openapi": "3.1.0"}))]
struct OpenApiDocument {
    /// The version of the OpenAPI specification.
    #[schema(max_length = 20)]
    #[allow(dead_code, reason = "describes a body that is written as JSON")]
    openapi: String,
}

/// The page runs its own scripts, styles its elements, and calls this service alone.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Read the API document
///
/// This document, as OpenAPI 3.1.
#[utoipa::path(tag = "service", security(()), responses((status = 200, description = "The document", body = inline(OpenApiDocument))))]
#[get("/openapi.json")]
pub async fn read_document(text: web::Data<DocumentText>) -> HttpResponse {
    HttpResponse::Ok().content_type(ContentType::json()).body(text.0)
}

/// Explore the API
///
/// A page that displays the API document and can send requests. It loads nothing from other hosts.
#[utoipa::path(tag = "service", security(()), responses(
    (status = 200, description = "The page", body = inline(Page), content_type = "text/html; charset=utf-8"),
))]
#[get("/docs")]
pub async fn read_docs() -> HttpResponse {
    file("index.html")
}

/// An HTML page.
#[derive(ToSchema)]
#[schema(max_length = 1_048_576, example = "<!DOCTYPE html>")]
pub struct Page(#[allow(dead_code, reason = "describes a body that is written as text")] String);

/// A file of the page; not part of the document.
#[get("/docs/{file}")]
pub async fn read_docs_file(path: web::Path<String>) -> HttpResponse {
    file(&path)
}

fn file(name: &str) -> HttpResponse {
    let config = utoipa_swagger_ui::Config::from("../openapi.json").validator_url("none").try_it_out_enabled(true);
    match utoipa_swagger_ui::serve(name, Arc::new(config)) {
        // The page is at /docs, its files below it.
        Ok(Some(page)) if name == "index.html" => HttpResponse::Ok()
            .insert_header((header::CONTENT_SECURITY_POLICY, PAGE_POLICY))
            .content_type(ContentType::html())
            .body(
                String::from_utf8_lossy(&page.bytes)
                    .replace("\"./", "\"docs/")
                    .replace("index.css", "docs/index.css")
                    .replace("<title>Swagger UI</title>", "<title>Verbatim API</title>"),
            ),
        Ok(Some(file)) => {
            HttpResponse::Ok().insert_header((header::CONTENT_TYPE, file.content_type)).body(file.bytes.into_owned())
        }
        Ok(None) => Problem::new(Code::NoSuchRoute, "there is no such file").error_response(),
        Err(error) => Problem::unexpected(&format!("the documentation page: {error}")).error_response(),
    }
}
