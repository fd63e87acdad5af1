//! Answers in JSON.

use super::problem::Problem;
use crate::store;
use actix_web::http::header::ContentType;
use actix_web::web::Bytes;
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};
use serde::Serialize;

/// Serializes a body as JSON.
///
/// # Errors
/// When it cannot be serialized, which is a fault of the build.
pub fn to_json_bytes(body: &impl Serialize) -> store::Result<Bytes> {
    let json = serde_json::to_vec(body);
    json.map(Bytes::from).map_err(|error| store::Error::Internal(format!("serializing an answer: {error}")))
}

/// Answers 200 with a body.
pub fn ok(body: &impl Serialize) -> HttpResponse {
    respond(&mut HttpResponse::Ok(), body)
}

/// Answers with a body.
pub fn respond(response: &mut HttpResponseBuilder, body: &impl Serialize) -> HttpResponse {
    match to_json_bytes(body) {
        Ok(json) => respond_bytes(response, json),
        Err(error) => Problem::from(error).error_response(),
    }
}

/// Answers with JSON that was serialized before.
pub fn respond_bytes(response: &mut HttpResponseBuilder, json: Bytes) -> HttpResponse {
    response.content_type(ContentType::json()).body(json)
}
