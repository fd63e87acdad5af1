//! Answers in JSON, and reads in JSON-LD.

use super::problem::Problem;
use crate::http::context;
use crate::http::wire::json_ld::{self, JSON_LD};
use crate::store;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, ResponseError};
use serde::Serialize;

/// The media type of JSON.
pub const JSON: &str = "application/json";

/// Serializes a body as JSON.
///
/// # Errors
/// When it cannot be serialized, which is a fault of the build.
pub fn to_json_bytes(body: &impl Serialize) -> store::Result<Bytes> {
    let json = serde_json::to_vec(body);
    json.map(Bytes::from).map_err(|error| store::Error::Internal(format!("serializing an answer: {error}")))
}

/// The JSON of a read in the form that the request asks for, and the media type of the form.
///
/// # Errors
/// When it cannot be read or serialized, which is a fault of the build.
pub fn in_form(request: &HttpRequest, json: Bytes) -> store::Result<(&'static str, Bytes)> {
    let Some(resource) = context::json_ld(request) else { return Ok((JSON, json)) };
    let answer = serde_json::from_slice(&json);
    let answer = answer.map_err(|error| store::Error::Internal(format!("reading an answer: {error}")))?;
    Ok((JSON_LD, to_json_bytes(&json_ld::document(resource, &answer))?))
}

/// Answers with a page in the form that the request asks for.
pub fn respond_page(request: &HttpRequest, response: &mut HttpResponseBuilder, page: &impl Serialize) -> HttpResponse {
    match to_json_bytes(page).and_then(|json| in_form(request, json)) {
        Ok((media_type, bytes)) => response.content_type(media_type).body(bytes),
        Err(error) => Problem::from(error).error_response(),
    }
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
    response.content_type(JSON).body(json)
}
