//! The OpenAPI document, built from the routes.
//!
//! utoipa derives the operations and schemas from the handlers. This module adds by rule the parts that all operations share:
//! error responses, headers, conditions, lengths of well-known formats, and shared parameters.

mod examples;
mod operations;
mod parameters;
mod schemas;
mod stats_filters;
mod version_3_0;

use super::extract::contract::{Contract, SECURITY_SCHEME};
use super::wire::problem::{ProblemBody, ProblemError};
use super::{mcp, pages, routes};
use serde_json::{Value, json};
use std::sync::OnceLock;
use utoipa::PartialSchema;
use utoipa_actix_web::AppExt;
use utoipa_actix_web::service_config::ServiceConfig;

/// The document of this build.
pub fn document() -> &'static Value {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    DOCUMENT.get_or_init(|| {
        let app = actix_web::App::new().into_utoipa_app().configure(routes::configure);
        let (_, api) = app.split_for_parts();
        finish(serde_json::to_value(api).expect("a document is JSON"))
    })
}

/// The document as committed in `openapi/openapi.json`: indented, with a newline at the end.
pub fn document_text() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| text_of(document()))
}

/// The document as OpenAPI 3.0.3, in the same form.
pub fn document_text_3_0() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| text_of(&version_3_0::downgraded(document())))
}

fn text_of(document: &Value) -> String {
    format!("{}\n", serde_json::to_string_pretty(document).expect("a document is JSON"))
}

/// What the service has beside the API.
#[derive(Debug, Clone, Copy, Default)]
pub struct Extras {
    /// The pages for people.
    pub pages: bool,
    /// The server of the Model Context Protocol.
    pub mcp: bool,
}

/// The contract compiled from the document, and from what is beside the API.
pub fn contract(extras: Extras) -> &'static Contract {
    static CONTRACTS: [OnceLock<Contract>; 4] = [const { OnceLock::new() }; 4];
    let Extras { pages, mcp } = extras;
    CONTRACTS[usize::from(pages) + 2 * usize::from(mcp)].get_or_init(|| {
        let none = |_: &mut ServiceConfig| {};
        let mcp = if mcp { own_document(mcp::configure) } else { own_document(none) };
        let pages = match pages {
            true => own_document(|config| {
                pages::configure_shared(config);
                pages::configure_own(config);
            }),
            false => own_document(none),
        };
        Contract::new(&[document(), &mcp], &pages)
    })
}

/// A document of routes that clients of the API need not know. Their parameters are those of the API.
fn own_document(configure: impl FnOnce(&mut ServiceConfig)) -> Value {
    let (_, own) = actix_web::App::new().into_utoipa_app().configure(configure).split_for_parts();
    let mut own = serde_json::to_value(own).expect("a document is JSON");
    schemas::rename_references(&mut own);
    own["components"] = document()["components"].clone();
    own
}

/// Completes the document that utoipa derived.
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
        // Relative to the document, so that it holds behind a reverse proxy that adds a prefix.
        "servers": [{
            "url": ".",
            "description": "The instance that serves this document, local or production",
            "x-internal": false,
        }],
        "security": [{(SECURITY_SCHEME): ["read"]}],
        "tags": TAGS.map(|(name, description)| json!({"name": name, "description": description})),
    });
    document["paths"] = derived["paths"].clone();
    document["components"] = json!({
        "schemas": derived["components"]["schemas"],
        "responses": operations::shared_responses(),
        "parameters": {},
        "securitySchemes": {(SECURITY_SCHEME): {
            "type": "http", "scheme": "bearer", "bearerFormat": "vbt_[0-9a-v]{56}", "description": SECURITY_DESCRIPTION,
        }},
    });
    for (name, schema) in [("ProblemBody", ProblemBody::schema()), ("ProblemError", ProblemError::schema())] {
        document["components"]["schemas"][name] = serde_json::to_value(schema).expect("a schema is JSON");
    }
    stats_filters::add_filters(&mut document["paths"], &derived["components"]["schemas"]);
    for (path, item) in document["paths"].as_object_mut().into_iter().flatten() {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            operations::finish_operation(path, method, operation);
        }
    }
    schemas::set_lengths(&mut document);
    let schemas = document["components"]["schemas"].take();
    document["components"]["schemas"] = schemas::renamed(schemas);
    schemas::rename_references(&mut document);
    parameters::share(&mut document);
    for sorted in ["/components/schemas", "/paths"] {
        if let Some(members) = document.pointer_mut(sorted).and_then(Value::as_object_mut) {
            members.sort_keys();
        }
    }
    document
}

const DESCRIPTION: &str = "Stores news articles with their quotes and names, and records who said what, about whom, when \
and where. Every quote and name has an exact span in its article.\n\n\
**Offsets** are Unicode code points, zero-based, half-open `[start, end)`, into the article's `body`. They count neither \
bytes nor the UTF-16 units of JavaScript.\n\n\
**Text** may contain every character but U+0000. **Times** are RFC 3339 in the years 0000 to 9999 of UTC; in a \
request, a date such as `2012-05-22` stands for the start of that day. Of a **language** such as `fr-CA`, a request's primary tag counts.\n\n\
**Lists** are complete: follow `next_cursor` (or the `Link` header) until it is null. A page of large records may have \
fewer items than `limit`. A filter that is given twice matches either value; with `not.` before its name it excludes values.\n\n\
**Errors** are problem details (RFC 9457); their `type` is a path of this service that explains them. 503 means that \
nothing was changed; 504 means that the outcome of a write is not known.\n\n\
**Your own writes** are visible to your next request. Where the service reads from a replica, send the \
`x-consistency-token` of a write's response with a later request that must see it; `Cache-Control: no-cache` reads the \
current state.\n\n\
**Changes** are JSON Merge Patch (RFC 7396). A record's `ETag` in `If-Match` makes a change conditional.";

const SECURITY_DESCRIPTION: &str = "An API key: `Authorization: Bearer vbt_...`. Each operation names the scope that the key \
needs: `read`, `review`, `write` or `admin`, each of which includes those before it. A key that is limited to a publisher may \
write with the operations that have `x-publisher-keys`, in articles of that publisher; other records are 404 for it. A service on a \
loopback address needs no key until one is created.";

const TAGS: [(&str, &str); 14] = [
    ("annotation", "Find quotes, speakers and names in a text."),
    ("articles", "Articles: a headline and a body, stored exactly as received, in versions."),
    ("bulk", "Records of any number: import with a result for each, and export of everything."),
    ("changes", "The change feed: every change of a record, in the order in which they were committed."),
    ("claim reviews", "Fact-checks of quotes, published elsewhere: schema.org's ClaimReview."),
    ("entities", "People, organisations, places, products, events and works, with aliases and identifiers."),
    ("keys", "API keys, with their scopes."),
    ("mentions", "Spans of articles at which an entity is named."),
    ("quotes", "Quotes in articles, with their speakers and their reviews."),
    ("reconciliation", "The Reconciliation Service API 0.2 over the entities, for OpenRefine and its like."),
    ("reviews", "What people decide about quotes, and what to review next."),
    ("service", "The service itself: health, metrics, documentation."),
    ("statistics", "Counts over the whole collection, each with a link to its records."),
    ("webhooks", "Addresses that changes are sent to, signed."),
];
