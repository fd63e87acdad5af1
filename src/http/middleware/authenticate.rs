//! Authentication: who calls, and whether the operation is within the caller's scope.
//!
//! Runs before the body is read. Operations that are open to everybody have no caller.

use crate::auth::{AuthError, Authenticator, Caller, bearer};
use crate::domain::Scope;
use crate::http::context;
use crate::http::extract::contract::Operation;
use crate::http::extract::session;
use crate::http::middleware::audit::AuditEntry;
use crate::http::middleware::limit;
use crate::http::respond::problem::{Problem, refuse};
use crate::http::wire::problem::Code;
use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, ResponseError, web};
use std::borrow::Cow;

/// Where the metrics are.
const METRICS: &str = "/metrics";

/// Whether everybody may read the metrics.
#[derive(Debug, Clone, Copy)]
pub struct OpenMetrics(pub bool);

/// Finds the caller, and refuses one who may not do this.
pub async fn authenticate(request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse, Error> {
    let mut entry = AuditEntry::begin(&request);
    match caller_of(&request, &mut entry).await {
        Ok(None) => return next.call(request).await,
        Ok(Some(caller)) => context::set_caller(request.request(), caller),
        Err(problem) => {
            if let Some(entry) = entry {
                entry.finish(problem.status_code(), None);
            }
            return Ok(refuse(request, &problem));
        }
    }
    let result = next.call(request).await;
    if let Some(entry) = entry {
        match &result {
            Ok(response) => entry.finish(response.status(), Some(response.headers())),
            Err(error) => entry.finish(error.as_response_error().status_code(), None),
        }
    }
    result
}

async fn caller_of(request: &ServiceRequest, entry: &mut Option<AuditEntry>) -> Result<Option<Caller>, Problem> {
    let operation = Operation::of(request.request());
    let Some((operation, scope)) = operation.and_then(|operation| Some((operation, operation.scope?))) else {
        return Ok(None);
    };
    if request.path() == METRICS && request.app_data::<web::Data<OpenMetrics>>().is_some_and(|open| open.0) {
        return Ok(None);
    }
    let authenticator = request.app_data::<web::Data<Authenticator>>();
    let authenticator = authenticator.ok_or_else(|| Problem::unexpected("the application has no authenticator"))?;
    let caller = match authenticator.authenticate(key_of(request).as_deref()).await {
        Ok(caller) => caller,
        Err(error) => {
            limit::charge_stranger(request.request())?;
            return Err(unauthorized(error));
        }
    };
    context::note_key(caller.name.as_deref());
    if let Some(entry) = entry {
        entry.set_caller(&caller);
    }
    check(&caller, operation, scope)?;
    Ok(Some(caller))
}

/// The key in `Authorization`, or else of the browser's session. A session may write only with the forms of pages.
fn key_of(request: &ServiceRequest) -> Option<Cow<'_, str>> {
    match request.headers().get(header::AUTHORIZATION) {
        Some(value) => bearer(value.to_str().unwrap_or_default()).map(Cow::Borrowed),
        None if request.method().is_safe() || context::is_page(request.request()) => {
            session::key(request.headers()).map(Cow::Owned)
        }
        None => None,
    }
}

fn check(caller: &Caller, operation: &Operation, scope: Scope) -> Result<(), Problem> {
    let needed = scope.as_str();
    if caller.scope < scope {
        if caller.name.is_none() {
            return Err(unauthorized(AuthError::Missing));
        }
        let detail = format!("this operation needs the scope {needed}; this key has {}", caller.scope.as_str());
        let challenge = format!("{CHALLENGE}, error=\"insufficient_scope\", scope=\"{needed}\"");
        let problem = Problem::new(Code::InsufficientScope, detail);
        return Err(match HeaderValue::from_str(&challenge) {
            Ok(challenge) => problem.with_header(header::WWW_AUTHENTICATE, challenge),
            Err(_) => problem,
        });
    }
    if caller.publisher.is_some() && !operation.takes_publisher_keys {
        let detail = "this key may write only the articles of its publisher, and the mentions and quotes in them";
        return Err(Problem::new(Code::PublisherLimit, detail));
    }
    Ok(())
}

const CHALLENGE: &str = "Bearer realm=\"verbatim\"";

/// 401 with what the caller can do about it (RFC 6750).
pub fn unauthorized(error: AuthError) -> Problem {
    let challenge = match error {
        AuthError::Unavailable => return Problem::new(Code::Unavailable, error.to_string()),
        AuthError::Missing => CHALLENGE,
        AuthError::Malformed | AuthError::Invalid | AuthError::InvalidToken | AuthError::NoScope => {
            "Bearer realm=\"verbatim\", error=\"invalid_token\""
        }
    };
    let problem = Problem::new(Code::Unauthorized, error.to_string());
    problem.with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
}
