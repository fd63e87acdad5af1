//! Read consistency: a caller reads its own writes, and the primary when it asks for it.
//!
//! With a replica, the response to a write has `x-consistency-token`; a request that sends it back sees everything up
//! to that write. `Cache-Control: no-cache` on a request reads the primary.

use crate::http::context;
use crate::http::respond::problem::{Problem, refuse};
use crate::store::db::session::{Lsn, Session};
use actix_web::Error;
use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;

/// The header of a token that stands for everything committed so far.
pub const TOKEN: HeaderName = HeaderName::from_static("x-consistency-token");

/// Tells the store what the request must see and who makes it, and the caller how to see its write again.
pub async fn read_consistency(request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse, Error> {
    let deadline = context::deadline(request.request()).into_std();
    let actor = context::caller(request.request()).and_then(|caller| caller.name);
    let min_lsn = match min_lsn(&request) {
        Ok(min_lsn) => min_lsn,
        Err(problem) => return Ok(refuse(request, &problem)),
    };
    let session = Session::new(min_lsn, is_fresh(&request), Some(deadline), actor);
    let (answer, committed) = session.run(next.call(request)).await;
    let mut response = answer?;
    if let Some(Ok(token)) = committed.map(|at| HeaderValue::from_str(&at.to_string())) {
        response.headers_mut().insert(TOKEN, token);
    }
    Ok(response)
}

/// The latest of the tokens: a caller may have several.
fn min_lsn(request: &ServiceRequest) -> Result<Option<Lsn>, Problem> {
    let mut latest = None;
    for value in request.headers().get_all(&TOKEN) {
        for token in value.to_str().unwrap_or("?").split(',') {
            let at = Lsn::parse(token.trim()).ok_or_else(|| {
                Problem::parameter(TOKEN.as_str(), "must be a token that this service has given with an answer")
            })?;
            latest = latest.max(Some(at));
        }
    }
    Ok(latest)
}

/// Whether the caller refuses cached responses (RFC 9111, 5.2.1).
fn is_fresh(request: &ServiceRequest) -> bool {
    let values = request.headers().get_all(header::CACHE_CONTROL).filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|directive| {
        let directive = directive.trim();
        ["no-cache", "no-store", "max-age=0"].iter().any(|fresh| directive.eq_ignore_ascii_case(fresh))
    })
}
