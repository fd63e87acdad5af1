//! Cross-origin requests.

use super::origin::SEC_FETCH_SITE;
use crate::http::respond::problem::Problem;
use actix_cors::CorsError;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderValue};
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

/// The path of the Reconciliation Service API, which pages of any origin may read: its specification demands it, and clients send no
/// cookies. Nothing can be written below it.
const RECONCILIATION: &str = "/reconcile";

/// Answers cross-origin requests to the reconciliation service, whatever origins the rest of the service allows.
pub async fn open_reconciliation(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    let below = request.path().strip_prefix(RECONCILIATION);
    if below.is_none_or(|rest| !rest.is_empty() && !rest.starts_with('/')) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    // The rules of the rest of the service do not apply.
    let headers = request.headers_mut();
    let is_cross_origin = headers.remove(header::ORIGIN).next().is_some();
    headers.remove(SEC_FETCH_SITE);
    let is_preflight = headers.remove(header::ACCESS_CONTROL_REQUEST_METHOD).next().is_some();
    let mut response = next.call(request).await?.map_into_boxed_body();
    let mut allow = |name, value| drop(response.headers_mut().insert(name, HeaderValue::from_static(value)));
    if is_cross_origin {
        allow(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    }
    if is_cross_origin && is_preflight {
        allow(header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, POST");
        allow(header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type");
    }
    Ok(response)
}
