//! The OpenAPI document and the page that shows it.
//!
//! utoipa derives the operations and schemas from the handlers. What is the same everywhere (refusals, headers,
//! conditions, bounds of well-known formats) is added here, once, by rule.

mod questions;

use super::contract;
use super::problem::{self, Code, Problem};
use actix_web::http::header::{self, ContentType};
use actix_web::{HttpResponse, get, web};
use serde_json::{Map, Value, json};
use std::sync::{Arc, OnceLock};
use utoipa::ToSchema;
use utoipa_actix_web::AppExt;

/// Where the documentation page is.
pub const PAGE: &str = "/docs";
/// Where the page's files are.
pub const FILES: &str = "/docs/{file}";
/// The pattern of every text that may hold anything but U+0000, which Postgres cannot store.
pub const NO_NUL: &str = "^[^\\u0000]*$";

const UUID: &str = "0192f0c1-2a3b-7c4d-8e5f-60718293a4b5";

/// The document of this build.
pub fn document() -> &'static Value {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    DOCUMENT.get_or_init(|| {
        let app = actix_web::App::new().into_utoipa_app().configure(super::routes);
        let (_, api) = app.split_for_parts();
        finish(serde_json::to_value(api).expect("a document is JSON"))
    })
}

/// The document as it is committed: indented, with a newline at the end.
pub fn document_text() -> String {
    let mut text = serde_json::to_string_pretty(document()).expect("a document is JSON");
    text.push('\n');
    text
}

/// Adds to what utoipa derived everything that holds by rule.
fn finish(derived: Value) -> Value {
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Verbatim",
            "version": env!("CARGO_PKG_VERSION"),
            "description": DESCRIPTION,
            "contact": {"name": "Verbatim"},
            "license": {"name": "MIT", "url": "https://opensource.org/license/mit"},
        },
        "servers": [{
            "url": "/",
            "description": "The instance that serves this document, local or production",
            "x-internal": false,
        }],
        "security": [],
        "tags": TAGS.map(|(name, description)| json!({"name": name, "description": description})),
    });
    document["paths"] = derived["paths"].clone();
    document["components"] = json!({"schemas": derived["components"]["schemas"], "responses": shared_responses()});
    for (name, schema) in [
        ("ProblemBody", <problem::ProblemBody as utoipa::PartialSchema>::schema()),
        ("ProblemError", <problem::ProblemError as utoipa::PartialSchema>::schema()),
    ] {
        document["components"]["schemas"][name] = serde_json::to_value(schema).expect("a schema is JSON");
    }
    questions::add_filters(&mut document["paths"]);
    for (path, item) in document["paths"].as_object_mut().into_iter().flatten() {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            finish_operation(path, method, operation);
        }
    }
    bound(&mut document);
    sort_schemas(&mut document);
    document
}

const DESCRIPTION: &str = "News knowledge over HTTP: articles go in; out comes who said what, about whom, when and \
where, every quote and name pinned to the exact characters it was printed in.\n\n\
**Offsets** are Unicode code points, zero-based, half-open `[start, end)`, into the article's `body`: not bytes, and not \
the UTF-16 units that JavaScript counts.\n\n\
**Lists** are complete: follow `next_cursor` (or the `Link` header) until it is null. A filter given twice means one or \
the other; `not.` before its name excludes.\n\n\
**Refusals** are problem bodies (RFC 9457); each `type` is an address of this service that says what it means.\n\n\
**Your own writes** are seen by your next request at once. Where the service reads from a replica, send the \
`x-consistency-token` of the answer to a write with a later request, which then is shown that write too; \
`Cache-Control: no-cache` reads what is stored now.\n\n\
**Changes** are JSON Merge Patch (RFC 7396). A record's `ETag` in `If-Match` makes a change conditional.";

const TAGS: [(&str, &str); 7] = [
    ("annotation", "Text in, quotes, speakers and names out."),
    ("articles", "A headline and a body kept exactly as received, in versions."),
    ("entities", "People, organisations, places, products, events and works, with aliases and identifiers."),
    ("mentions", "An entity named at a span of an article."),
    ("quotes", "Words in an article, who is said to have said them, and what a human decided about it."),
    ("service", "The service itself: health, metrics, documentation."),
    ("statistics", "Counts over the whole collection, each with the list of the records behind it."),
];

fn finish_operation(path: &str, method: &str, operation: &mut Value) {
    let single = path.ends_with("{id}") || path.ends_with("{n}");
    finish_parameters(path, method, single, operation);
    let has_body = !operation["requestBody"].is_null();
    let is_list = operation["parameters"].as_array().is_some_and(|all| all.iter().any(|one| one["name"] == "cursor"));
    let has_content = members(&operation["responses"])
        .any(|(status, response)| status.starts_with('2') && !response["content"].is_null());
    for (status, response) in operation["responses"].as_object_mut().into_iter().flatten() {
        let status: u16 = status.parse().unwrap_or_default();
        if status >= 400 && response["content"].is_null() {
            response["content"] = problem_content();
        }
        let mut headers = shared_headers();
        if method != "get" && status < 300 {
            headers["x-consistency-token"] =
                string_header("With a replica: stands for this write, for requests that must see it.", 16, false);
        }
        if (single && status == 200) || status == 201 {
            headers["ETag"] = string_header(
                "`\"<version>-<digest>\"`: the record's version and a digest of this representation.",
                64,
                true,
            );
        }
        if status == 201 || status == 308 {
            headers["Location"] = string_header("Where the record is.", 200, true);
        }
        if is_list && status == 200 {
            headers["Link"] = string_header("`<...>; rel=\"next\"`, while there is a next page.", 65536, false);
        }
        response["headers"] = headers;
    }
    let mut shared = vec!["400", "500", "503"];
    if method != "get" {
        shared.push("504");
    }
    if has_content {
        shared.push("406");
    }
    if path.contains('{') && path != "/problems/{code}" {
        shared.extend(["404", "410"]);
    }
    if path == "/problems/{code}" {
        shared.push("404");
    }
    if has_body {
        shared.extend(["408", "413", "415", "422"]);
    }
    if single && method == "get" {
        shared.push("304");
    }
    if single && matches!(method, "patch" | "delete") {
        shared.push("412");
    }
    for status in shared {
        let responses = operation["responses"].as_object_mut().expect("an operation has responses");
        responses.entry(status).or_insert_with(|| json!({"$ref": format!("#/components/responses/{status}")}));
    }
    if let Some(responses) = operation["responses"].as_object_mut() {
        responses.sort_keys();
    }
}

fn finish_parameters(path: &str, method: &str, single: bool, operation: &mut Value) {
    let mut parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    // utoipa's own has no description.
    parameters.retain(|parameter| parameter["name"] != "id");
    for parameter in &mut parameters {
        without_null(&mut parameter["schema"]);
    }
    let mut first = Vec::new();
    if path.contains("{id}") {
        let resource = path.split('/').nth(2).unwrap_or_default();
        let article = if resource == "entities" {
            "an entity".to_owned()
        } else {
            format!("a {}", &resource[..resource.len() - 1])
        };
        let article = article.replace("a article", "an article");
        first.push(json!({
            "name": "id", "in": "path", "required": true, "description": format!("The id of {article}."),
            "schema": {"type": "string", "format": "uuid"}, "example": UUID,
        }));
    }
    if single && method == "get" {
        first.push(condition(
            "If-None-Match",
            "ETags of representations the caller has: 304 when one of them is still right.",
        ));
    }
    if single && matches!(method, "patch" | "delete") {
        first
            .push(condition("If-Match", "ETags, of which the version counts: 412 when the record is at none of them."));
    }
    first.append(&mut parameters);
    if !first.is_empty() {
        operation["parameters"] = Value::Array(first);
    }
}

fn condition(name: &str, description: &str) -> Value {
    json!({
        "name": name, "in": "header", "required": false, "description": description,
        "schema": {
            "type": "string", "maxLength": 1000,
            "pattern": "^(\\*|(W/)?\"[\\x21\\x23-\\x2B\\x2D-\\x7E]*\"( *, *(W/)?\"[\\x21\\x23-\\x2B\\x2D-\\x7E]*\")*)$",
        },
        "example": "\"1-0123456789abcdef\"",
    })
}

/// A parameter is there or it is not: there is no null in a query.
fn without_null(schema: &mut Value) {
    if let Some(kinds) = schema["type"].as_array() {
        let kind = kinds.iter().find(|kind| *kind != "null").cloned();
        schema["type"] = kind.unwrap_or_else(|| json!("string"));
    }
    if let Some(branches) = schema["oneOf"].as_array() {
        let branch = branches.iter().find(|branch| branch["type"] != "null").cloned();
        if let Some(branch) = branch {
            *schema = branch;
        }
    }
}

fn shared_responses() -> Value {
    let mut responses = Map::new();
    let unmodified = json!({"description": "The caller has this representation.", "headers": shared_headers()});
    responses.insert("304".to_owned(), unmodified);
    for (status, description) in [
        ("400", "A parameter or the form of the body is not valid."),
        ("404", "There is no such record."),
        ("406", "`Accept` excludes every media type this operation answers with."),
        ("408", "The body did not arrive in time."),
        ("410", "The record, or the one it belongs to, was deleted."),
        ("412", "The record is at another version than `If-Match` names."),
        ("413", "The body has more than 8 MiB."),
        ("415", "The body's media type or content encoding is not supported."),
        ("422", "The content is not valid: `errors` has a pointer to each fault."),
        ("500", "An error of the service; `detail` names the request for the log."),
        ("503", "Not carried out for lack of capacity, a database or time: try again after `Retry-After` seconds."),
        ("504", "Not finished in time: a write may or may not have been carried out."),
    ] {
        let mut headers = shared_headers();
        if status == "503" {
            headers["Retry-After"] = json!({
                "description": "Seconds to wait.", "required": true,
                "schema": {"type": "integer", "format": "int32", "minimum": 1, "maximum": 3600},
            });
        }
        let response = json!({"description": description, "headers": headers, "content": problem_content()});
        responses.insert(status.to_owned(), response);
    }
    Value::Object(responses)
}

fn problem_content() -> Value {
    json!({problem::MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemBody"}}})
}

fn shared_headers() -> Value {
    json!({
        "x-request-id": string_header("The caller's id for the request, or a new one; it is in the log.", 128, true),
        "Access-Control-Allow-Origin": string_header("Present when cross-origin use is configured.", 2048, false),
    })
}

fn string_header(description: &str, max_length: u32, required: bool) -> Value {
    json!({"description": description, "required": required, "schema": {"type": "string", "maxLength": max_length}})
}

fn members(object: &Value) -> impl Iterator<Item = (&String, &Value)> {
    object.as_object().into_iter().flatten()
}

/// Gives the strings of well-known formats their lengths, and says of all others that U+0000 is refused.
fn bound(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(bound),
        Value::Object(members) => {
            let is_string = match members.get("type") {
                Some(Value::String(kind)) => kind == "string",
                Some(Value::Array(kinds)) => kinds.contains(&json!("string")),
                _ => false,
            };
            if is_string && !members.contains_key("enum") {
                let length = match members.get("format").and_then(Value::as_str) {
                    Some("uuid") => Some(36),
                    Some("date-time") => Some(40),
                    Some("date") => Some(10),
                    _ => None,
                };
                if let Some(length) = length {
                    members.entry("maxLength").or_insert_with(|| json!(length));
                } else {
                    members.entry("pattern").or_insert_with(|| json!(NO_NUL));
                }
            }
            for (name, member) in members.iter_mut() {
                if name != "example" && name != "examples" {
                    bound(member);
                }
            }
        }
        _ => {}
    }
}

fn sort_schemas(document: &mut Value) {
    if let Some(schemas) = document["components"]["schemas"].as_object_mut() {
        schemas.sort_keys();
    }
    if let Some(paths) = document["paths"].as_object_mut() {
        paths.sort_keys();
    }
}

/// The OpenAPI document.
#[derive(ToSchema)]
#[schema(description = "An OpenAPI 3.1 document.", example = json!({"openapi": "3.1.0"}))]
struct OpenApiDocument {
    /// The version of the OpenAPI specification.
    #[schema(max_length = 20)]
    #[allow(dead_code, reason = "describes a body that is written as JSON")]
    openapi: String,
}

/// Read the API document
///
/// This document: OpenAPI 3.1, as committed in `openapi/openapi.json`.
#[utoipa::path(tag = "service", responses((status = 200, description = "The document", body = inline(OpenApiDocument))))]
#[get("/openapi.json")]
pub async fn read_document() -> HttpResponse {
    static TEXT: OnceLock<String> = OnceLock::new();
    HttpResponse::Ok().content_type(ContentType::json()).body(TEXT.get_or_init(document_text).as_str())
}

/// Explore the API
///
/// A page to read the document and try its operations; it loads nothing from elsewhere.
#[utoipa::path(tag = "service", responses(
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
        Ok(Some(page)) if name == "index.html" => HttpResponse::Ok().content_type(ContentType::html()).body(
            String::from_utf8_lossy(&page.bytes).replace("\"./", "\"docs/").replace("index.css", "docs/index.css"),
        ),
        Ok(Some(file)) => {
            HttpResponse::Ok().insert_header((header::CONTENT_TYPE, file.content_type)).body(file.bytes.into_owned())
        }
        Ok(None) => actix_web::ResponseError::error_response(&Problem::new(Code::NoSuchRoute, "there is no such file")),
        Err(error) => {
            log::error!("the documentation page: {error}");
            actix_web::ResponseError::error_response(&Problem::internal())
        }
    }
}

/// Compiles the contract, so that the first request does not have to.
pub fn warm_up() {
    contract::Contract::get();
}
