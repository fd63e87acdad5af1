//! Parts of operations that are added by rule: conditions, error responses and headers.

use super::examples;
use crate::http::extract::contract::SECURITY_SCHEME;
use crate::http::wire::json_ld::JSON_LD;
use crate::http::wire::problem;
use serde_json::{Map, Value, json};

/// Completes an operation that utoipa derived.
pub fn finish_operation(path: &str, method: &str, operation: &mut Value) {
    let single = path.ends_with("{id}") || path.ends_with("{n}");
    finish_parameters(path, method, single, operation);
    let is_list = operation["parameters"].as_array().is_some_and(|all| all.iter().any(|one| one["name"] == "cursor"));
    // utoipa can only express an operation without security as `{}`.
    if operation["security"] == json!([{}]) {
        operation["security"] = json!([]);
    }
    let statuses = shared_errors(path, method, single, operation);
    let id = operation["operationId"].as_str().unwrap_or_default().to_owned();
    let responses = operation["responses"].as_object_mut().expect("an operation has responses");
    for (status, response) in responses.iter_mut() {
        if let Some(example) = examples::own_problem(&id, status).filter(|_| response["content"].is_null()) {
            response["content"] = problem_content(&example);
        }
        finish_response(status.parse().unwrap_or_default(), method, single, is_list, response);
    }
    for status in statuses {
        let component = if (method, status) == ("get", "403") { "403-scope" } else { status };
        let shared = || json!({"$ref": format!("#/components/responses/{component}")});
        responses.entry(status).or_insert_with(shared);
    }
    responses.sort_keys();
}

/// The statuses of the error responses that an operation shares with others.
fn shared_errors(path: &str, method: &str, single: bool, operation: &Value) -> Vec<&'static str> {
    let has_content = members(&operation["responses"])
        .any(|(status, response)| status.starts_with('2') && !response["content"].is_null());
    let is_record = path.contains('{') && path != "/problems/{code}";
    let needs_key = operation["security"] != json!([]);
    // Every key has the least scope, `read`, and pages of other sites may read.
    let may_be_forbidden =
        needs_key && (method != "get" || operation["security"] != json!([{SECURITY_SCHEME: ["read"]}]));
    let groups: [(bool, &[&str]); 11] = [
        (true, &["400", "414", "421", "500", "503", "507"]),
        (needs_key, &["401", "429"]),
        (may_be_forbidden, &["403"]),
        (has_content, &["406"]),
        (path.contains('{'), &["404"]),
        (is_record, &["410"]),
        (!operation["requestBody"].is_null(), &["408", "413", "415", "422"]),
        (single && method == "get", &["304"]),
        (takes_if_match(path, method), &["412"]),
        (method != "get", &["504"]),
        (creates_once(path, method, operation), &["409"]),
    ];
    groups.into_iter().filter(|(holds, _)| *holds).flat_map(|(_, statuses)| statuses.iter().copied()).collect()
}

fn finish_response(status: u16, method: &str, single: bool, is_list: bool, response: &mut Value) {
    let mut headers = shared_headers();
    if method != "get" && status < 300 {
        headers["x-consistency-token"] =
            string_header("With a replica: identifies this write, for later requests that must see it.", 16, false);
    }
    // Several records that are created together have no tag and no path of their own.
    let is_one = !response["content"]["application/json"]["schema"]["$ref"]
        .as_str()
        .is_some_and(|name| name.contains("/Created"));
    if (single && status == 200) || status == 201 {
        let etag = "`\"<version>-<digest>\"`: the version of the record and a digest of this representation.";
        headers["ETag"] = string_header(etag, 64, is_one);
    }
    if status == 201 || status == 308 {
        headers["Location"] = string_header("The path of the record.", 2048, is_one);
    }
    if is_list && status == 200 {
        headers["Link"] = string_header("`<...>; rel=\"next\"` while there is a next page.", 65536, false);
    }
    response["headers"] = headers;
}

fn finish_parameters(path: &str, method: &str, single: bool, operation: &mut Value) {
    let mut parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    let id = operation["operationId"].as_str().unwrap_or_default().to_owned();
    // The path parameter that utoipa derives has no description.
    parameters.retain(|parameter| parameter["name"] != "id");
    let has_json_ld = !operation["responses"]["200"]["content"][JSON_LD].is_null();
    for parameter in &mut parameters {
        without_null(&mut parameter["schema"]);
        if let Some(example) = examples::parameter(&id, parameter["name"].as_str().unwrap_or_default()) {
            parameter["example"] = example;
        }
        if let Some(Value::Array(forms)) = parameter.pointer_mut("/schema/enum").filter(|_| !has_json_ld) {
            forms.retain(|form| form != "jsonld");
        }
    }
    let mut first = Vec::new();
    if path.contains("{id}") {
        let resource = path.split('/').nth(2).unwrap_or_default();
        let noun = match resource {
            "articles" => "article",
            "claim-reviews" => "claim review",
            "entities" => "entity",
            "judgements" => "judgement",
            "keys" => "key",
            "mentions" => "mention",
            "merges" => "merge",
            "webhooks" => "webhook",
            _ => "quote",
        };
        first.push(json!({
            "name": "id", "in": "path", "required": true, "description": format!("The id of the {noun}."),
            "schema": {"type": "string", "format": "uuid"}, "example": examples::id_of(resource),
        }));
    }
    if single && method == "get" {
        let description = "ETags of representations that the client has: 304 when one of them is current.";
        first.push(condition("If-None-Match", description));
    }
    if takes_if_match(path, method) {
        let description = "ETags, of which only the version is compared: 412 when the record has another version.";
        first.push(condition("If-Match", description));
    }
    if creates_once(path, method, operation) {
        first.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "A key that the client makes for one request. Within 24 hours the request may be sent again with it, and gets the answer to the first without being carried out again.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 257, "pattern": "^[\\x20-\\x7E]+$"},
        }));
    }
    first.append(&mut parameters);
    if !first.is_empty() {
        operation["parameters"] = Value::Array(first);
    }
}

/// Whether it changes one record, and only if the record has an expected version.
fn takes_if_match(path: &str, method: &str) -> bool {
    match method {
        "patch" | "delete" => path.ends_with("{id}"),
        "post" => path.ends_with("{id}/reviews"),
        _ => false,
    }
}

/// Whether it creates records and takes an `Idempotency-Key`. Answers with a secret are not stored, so that their operations take
/// none.
fn creates_once(path: &str, method: &str, operation: &Value) -> bool {
    let has_secret = ["/v1/keys", "/v1/webhooks"].contains(&path);
    method == "post" && !operation["responses"]["201"].is_null() && !has_secret
}

fn condition(name: &str, description: &str) -> Value {
    json!({
        "name": name, "in": "header", "required": false, "description": description,
        "schema": {
            "type": "string", "maxLength": 1000,
            "pattern": "^(\\*|(W/)?\"[\\x21\\x23-\\x2B\\x2D-\\x7E]*\"( *, *(W/)?\"[\\x21\\x23-\\x2B\\x2D-\\x7E]*\")*)$",
        },
    })
}

/// Drops null from the type of a parameter, because a query cannot have null.
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

/// The responses that operations share.
pub fn shared_responses() -> Value {
    let mut responses = Map::new();
    let mut headers = shared_headers();
    headers["ETag"] = string_header("The ETag of the representation that the client has.", 64, true);
    headers["Vary"] = string_header("`accept-encoding`, and `accept` for records with several forms.", 200, true);
    let unmodified = json!({"description": "The client has the current representation.", "headers": headers});
    responses.insert("304".to_owned(), unmodified);
    for (status, description) in [
        ("400", "A parameter or the syntax of the body is not valid."),
        ("401", "There is no valid API key in `Authorization`."),
        ("403", "The scope of the key does not include the operation, or a page of another site sent the request."),
        ("403-scope", "The scope of the key does not include the operation."),
        ("404", "There is no such record."),
        ("406", "`Accept` excludes every media type of this operation."),
        ("408", "The body did not arrive in time."),
        ("409", "The first request with this `Idempotency-Key` is still running."),
        ("410", "The record, or the article it belongs to, was deleted."),
        ("412", "The record has none of the versions in `If-Match`."),
        ("413", "The body is larger than 8 MiB."),
        ("414", "The query string is longer than 8 KiB."),
        ("415", "The media type or the content encoding of the body is not supported."),
        ("421", "The service listens on a loopback address and does not know the name in `Host`."),
        ("422", "The content is not valid: `errors` has a pointer to each invalid member."),
        ("429", "The rate of the key or the address is used up, or it has too many requests under way."),
        ("500", "The service failed; `detail` has the request id to look up in its log."),
        (
            "503",
            "The service is overloaded, the database is unreachable, or the deadline passed. Nothing was changed: try again after `Retry-After` seconds.",
        ),
        ("504", "The deadline passed while the write was being committed: its outcome is not known."),
        ("507", "The database has no space left. Nothing was changed."),
    ] {
        let mut headers = shared_headers();
        if status == "401" {
            headers["WWW-Authenticate"] = string_header("`Bearer`, and what is wrong with the key.", 200, true);
        }
        if status == "429" || status == "503" {
            headers["Retry-After"] = json!({
                "description": "Seconds to wait.", "required": true,
                "schema": {"type": "integer", "format": "int32", "minimum": 1, "maximum": 3600},
            });
        }
        let example = examples::shared_problem(status).expect("the status of a problem");
        let content = problem_content(&example);
        let response = json!({"description": description, "headers": headers, "content": content});
        responses.insert(status.to_owned(), response);
    }
    Value::Object(responses)
}

fn problem_content(example: &Value) -> Value {
    json!({problem::MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemBody"}, "example": example}})
}

fn shared_headers() -> Value {
    json!({
        "x-request-id": string_header("The id of the request, as sent by the client or generated. The log contains it.", 128, true),
        "traceparent": string_header("This service's part of the trace that the request named (W3C Trace Context).", 55, false),
        "RateLimit": string_header("With a limit: the cost that is left, and the seconds until all of it is back.", 200, false),
        "RateLimit-Policy": string_header("With a limit: the cost that may be used in a window of seconds.", 200, false),
        "Access-Control-Allow-Origin": string_header("The origin of the page, if it is allowed.", 2048, false),
    })
}

fn string_header(description: &str, max_length: u32, required: bool) -> Value {
    json!({"description": description, "required": required, "schema": {"type": "string", "maxLength": max_length}})
}

fn members(object: &Value) -> impl Iterator<Item = (&String, &Value)> {
    object.as_object().into_iter().flatten()
}
