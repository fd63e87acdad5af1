//! The fields of a form that a browser sends.

use crate::domain::text::contains_null_character;
use crate::http::respond::problem::Problem;
use crate::http::wire::problem::Code;
use actix_web::dev::Payload;
use actix_web::error::UrlencodedError;
use actix_web::{FromRequest, HttpRequest, web};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::future::Future;
use std::pin::Pin;

/// The fields of a form, at most 16 KiB, without U+0000. utoipa would take a type called `Form` for a body of the document.
pub struct FormFields<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for FormFields<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let form = web::UrlEncoded::<Map<String, Value>>::new(request, payload).limit(16 << 10);
        Box::pin(async move {
            let fields = Value::Object(form.await.map_err(refused)?);
            if contains_null_character(&fields) {
                return Err(Problem::new(Code::MalformedBody, "the form must not contain U+0000"));
            }
            let malformed = |error| Problem::new(Code::MalformedBody, format!("the form: {error}"));
            serde_json::from_value(fields).map(Self).map_err(malformed)
        })
    }
}

fn refused(error: UrlencodedError) -> Problem {
    let code = match error {
        UrlencodedError::Overflow { .. } => Code::BodyTooLarge,
        UrlencodedError::ContentType => Code::UnsupportedMediaType,
        _ => Code::MalformedBody,
    };
    Problem::new(code, format!("the form: {error}"))
}
