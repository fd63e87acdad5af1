//! Examples by rule: of the ids in paths, of parameters that operations share, and of problems.

use crate::auth::AuthError;
use crate::domain::FieldError;
use crate::domain::span::Span;
use crate::http::respond::problem::Problem;
use crate::http::wire::examples::{ARTICLE, CLAIM_REVIEW, MENTION, NOBODY, PERSON, QUOTE, SAME_PERSON};
use crate::http::wire::problem::Code;
use crate::store::{self, Conflict};
use serde_json::{Value, json};
use uuid::Uuid;

/// The id of a record in a path, by the resource that the path begins with.
pub fn id_of(resource: &str) -> &'static str {
    match resource {
        "articles" => ARTICLE,
        "claim-reviews" => CLAIM_REVIEW,
        "entities" => PERSON,
        "mentions" => MENTION,
        "quotes" => QUOTE,
        _ => NOBODY,
    }
}

/// The example of a parameter whose description is shared with other operations. At most one filter of a list has one.
pub fn parameter(operation: &str, name: &str) -> Option<Value> {
    let example = match (operation, name) {
        ("list_articles", "q") => json!("ferry"),
        ("list_quotes", "q") => json!("équipage"),
        ("list_entities", "q") => json!("valadares"),
        ("suggest_reconciliation_entities", "prefix") => json!("inê"),
        ("suggest_reconciliation_types", "prefix") => json!("pe"),
        ("suggest_reconciliation_properties", "prefix") => json!("na"),
        // The entity of the examples is mentioned.
        ("delete_entity", "cascade") => json!(true),
        _ => return None,
    };
    Some(example)
}

/// A problem that every operation with a status can answer; `None` for statuses without a problem.
pub fn shared_problem(status: &str) -> Option<Value> {
    let unknown_member = || vec![FieldError::new("/colour", "is not a known member")];
    let example = match status {
        "400" => Problem::parameter("colour", "is not a parameter of this operation"),
        "401" => Problem::new(Code::Unauthorized, AuthError::Missing.to_string()),
        "403" => Problem::new(Code::CrossSite, "https://elsewhere.example is not allowed to write here"),
        "403-scope" => Problem::new(Code::InsufficientScope, "this operation needs the scope admin; this key has read"),
        "404" => Problem::new(Code::NotFound, "there is no such record"),
        "406" => Problem::new(Code::NotAcceptable, "this operation answers application/json"),
        "408" => Problem::new(Code::RequestTimeout, "the body did not arrive in time"),
        "409" => Conflict::KeyInUse.into(),
        "410" => Problem::new(Code::Gone, "this record was deleted"),
        "412" => store::Error::Stale { current: 2 }.into(),
        "413" => Problem::new(Code::BodyTooLarge, "a body must be at most 8388608 bytes"),
        "414" => Problem::new(Code::QueryTooLong, "a query string must be at most 8192 bytes"),
        "415" => Problem::new(Code::UnsupportedMediaType, "this operation takes application/json"),
        "421" => Problem::new(Code::UnknownHost, "this service is not news.example: add the name with --allowed-host"),
        "422" => Problem::content(unknown_member()),
        "429" => Problem::new(Code::TooManyRequests, "the limit is a cost of 1000 in 10 seconds"),
        "500" => Problem::new(Code::Internal, format!("request {NOBODY} in the log of the service says more")),
        "503" => Problem::new(Code::Unavailable, "the database cannot be reached"),
        "504" => Problem::new(Code::OutcomeUnknown, "the write may or may not have been carried out"),
        "507" => Problem::new(Code::StorageFull, "the database has no space left"),
        _ => return None,
    };
    Some(body(&example))
}

/// A problem of an operation that describes a status itself.
pub fn own_problem(operation: &str, status: &str) -> Option<Value> {
    let id = |text: &str| text.parse::<Uuid>().ok();
    let example = match (operation, status) {
        ("create_article" | "update_article", "409") => Conflict::Url { existing: id(ARTICLE) },
        ("create_entity" | "update_entity" | "split_entity", "409") => Conflict::Identifier,
        ("create_quote", "409") => {
            Conflict::AmbiguousText { candidates: vec![Span { start: 44, end: 55 }, Span { start: 115, end: 126 }] }
        }
        ("create_claim_review", "409") => Conflict::ClaimReviewUrl,
        ("create_judgement", "409") => Conflict::Judged,
        ("create_key", "409") => Conflict::KeyName,
        ("delete_entity", "409") => Conflict::Referenced { mentions: 4, quotes: 3 },
        ("merge_entities", "409") => {
            Conflict::Different { first: id(PERSON).unwrap_or_default(), second: id(SAME_PERSON).unwrap_or_default() }
        }
        ("undo_merge", "409") => Conflict::Undone,
        ("list_changes", "410") => return Some(body(&store::Error::ChangesRemoved.into())),
        _ => return shared_problem(status),
    };
    Some(body(&example.into()))
}

fn body(problem: &Problem) -> Value {
    serde_json::to_value(problem.body()).expect("a problem is JSON")
}
