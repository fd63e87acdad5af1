//! How answers are written: as JSON, by one writer. Texts are most of what is answered, and this one looks for what must be
//! escaped in many bytes at once.

use super::problem::Problem;
use crate::app::response_cache::RecordJson;
use crate::store;
use actix_web::http::header::ContentType;
use actix_web::web::Bytes;
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};
use serde::Serialize;

/// The JSON of a body.
///
/// # Errors
/// When it cannot be written as JSON, which is a fault of the build.
pub fn written(body: &impl Serialize) -> store::Result<Bytes> {
    let written = sonic_rs::to_vec(body);
    written.map(Bytes::from).map_err(|error| store::Error::Internal(format!("writing an answer: {error}")))
}

/// A record as JSON, for the cache.
///
/// # Errors
/// As [`written`].
pub fn record(version: i32, body: &impl Serialize) -> store::Result<RecordJson> {
    Ok(RecordJson { version, json: written(body)? })
}

/// Answers 200 with a body.
pub fn ok(body: &impl Serialize) -> HttpResponse {
    answer(&mut HttpResponse::Ok(), body)
}

/// Answers with what was written before.
pub fn told(response: &mut HttpResponseBuilder, written: Bytes) -> HttpResponse {
    response.content_type(ContentType::json()).body(written)
}

/// Answers with a body.
pub fn answer(response: &mut HttpResponseBuilder, body: &impl Serialize) -> HttpResponse {
    match written(body) {
        Ok(bytes) => told(response, bytes),
        Err(error) => Problem::from(error).error_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    proptest! {
        #[test]
        fn what_is_written_is_what_was_given(text in any::<String>(), number in any::<f64>(), whole in any::<i64>()) {
            let given = json!({"text": text, "number": number, "whole": whole, "none": null, "list": [text, true]});
            let read: serde_json::Value = serde_json::from_slice(&written(&given).unwrap()).unwrap();
            prop_assert_eq!(&read, &given);
            prop_assert_eq!(&written(&given).unwrap()[..], serde_json::to_vec(&given).unwrap());
        }
    }
}
