//! Cross-origin requests.

use crate::http::respond::problem::Problem;
use actix_cors::CorsError;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, ResponseError};

/// Turns the refusal of a cross-origin request into problem details.
pub async fn explain_cors(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    let response = next.call(request).await?.map_into_boxed_body();
    let refusal = response.response().error().and_then(Error::as_error::<CorsError>).map(ToString::to_string);
    Ok(match refusal {
        None => response,
        Some(why) => {
            let refusal = Problem::parameter("Origin", why).error_response();
            response.into_response(refusal)
        }
    })
}
