//! Records that the response cache keeps as JSON.

use crate::app::response_cache::RecordJson;
use crate::http::respond::json::to_json_bytes;
use crate::http::respond::problem::Problem;
use crate::http::respond::record::Representation;
use crate::store;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

/// Serializes a record for the cache.
///
/// # Errors
/// When it cannot be serialized, which is a fault of the build.
pub fn record_json(version: i32, body: &impl Serialize) -> store::Result<RecordJson> {
    Ok(RecordJson { version, json: to_json_bytes(body)? })
}

/// Answers a record of the cache, or 304 when the caller has this representation.
///
/// # Errors
/// As [`Representation::requested`].
pub fn respond(request: &HttpRequest, record: RecordJson) -> Result<HttpResponse, Problem> {
    Ok(Representation::requested(request, record.version, record.json)?.respond(request))
}
