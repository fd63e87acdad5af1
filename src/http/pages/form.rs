//! The fields of a form that a browser sends.

use crate::http::respond::problem::Problem;
use crate::http::wire::problem::Code;
use actix_web::dev::Payload;
use actix_web::error::UrlencodedError;
use actix_web::{FromRequest, HttpRequest, web};
use serde::de::DeserializeOwned;
use std::future::Future;
use std::pin::Pin;

/// The fields of a form, at most 16 KiB. utoipa would take a type called `Form` for a body of the document.
pub struct FormFields<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for FormFields<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let form = web::UrlEncoded::<T>::new(request, payload).limit(16 << 10);
        Box::pin(async move { form.await.map(Self).map_err(refused) })
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
