//! Validates every request against the API description.

use crate::http::context;
use crate::http::extract::contract::{Contract, DOCS_FILES, DOCS_PAGE, Operation};
use crate::http::respond::problem::{Problem, refuse};
use crate::http::wire::problem::Code;
use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::HeaderValue;
use actix_web::http::{Method, header};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpResponse};

/// The longest query string, in bytes.
const MAX_QUERY: usize = 8 << 10;

/// Refuses what the document does not allow, answers OPTIONS, and lets the rest through.
pub async fn enforce_contract(request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse, Error> {
    match check(&request) {
        Ok(None) => {
            let mut response = next.call(request).await?;
            if Operation::of(response.request()).is_some_and(|operation| operation.depends_on_accept) {
                response.headers_mut().append(header::VARY, HeaderValue::from_static("accept"));
            }
            Ok(response)
        }
        Ok(Some(response)) => Ok(request.into_response(response)),
        Err(problem) => Ok(refuse(request, &problem)),
    }
}

/// Checks a request; `Some` is the response to OPTIONS.
fn check(request: &ServiceRequest) -> Result<Option<HttpResponse>, Problem> {
    let contract = Contract::of(request.request());
    let route = context::route(request.request()).unwrap_or_default();
    let path = if route == DOCS_FILES { DOCS_PAGE } else { route };
    let Some(allow) = contract.allow(path) else {
        return Err(Problem::new(Code::NoSuchRoute, format!("nothing is at {}", request.path())));
    };
    if request.query_string().len() > MAX_QUERY {
        return Err(Problem::new(Code::QueryTooLong, format!("a query string must be at most {MAX_QUERY} bytes")));
    }
    if request.method() == Method::OPTIONS {
        return Ok(Some(HttpResponse::NoContent().insert_header((header::ALLOW, allow.clone())).finish()));
    }
    let Some(operation) = contract.requested(request.request(), path) else {
        let detail = format!("this path takes {}", allow.to_str().unwrap_or_default());
        return Err(Problem::new(Code::MethodNotAllowed, detail).with_header(header::ALLOW, allow.clone()));
    };
    // The media type of the page does not hold for its stylesheets and scripts.
    if route != DOCS_FILES {
        let query = operation.check(request, path)?;
        if operation.answers_json_ld(request.headers(), &query) {
            context::set_json_ld(request.request(), &operation.tag);
        }
        request.extensions_mut().insert(query);
    }
    Ok(None)
}
