//! Refusals as problem details (RFC 9457), and the mapping from the store's errors.

use crate::domain::FieldError;
use crate::http::context::{self, REQUEST_ID};
use crate::http::wire::filters::ParameterError;
use crate::http::wire::problem::{Code, MEDIA_TYPE, ProblemBody, ProblemError};
use crate::http::wire::span::SpanBody;
use crate::store::{self, Conflict};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{Error, HttpResponse, ResponseError};
use std::fmt;
use uuid::Uuid;

/// A refusal that is yet to be written as a response.
#[derive(Debug, Clone)]
pub struct Problem {
    code: Code,
    detail: String,
    errors: Vec<ProblemError>,
    candidates: Option<Vec<SpanBody>>,
    existing_id: Option<Uuid>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// The most faults in a response.
const MAX_ERRORS: usize = 100;

impl Problem {
    /// A problem of this code.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: shorten(&detail.into(), 2000),
            errors: Vec::new(),
            candidates: None,
            existing_id: None,
            headers: Vec::new(),
        }
    }

    /// Faulty parameters.
    pub fn parameters(faults: Vec<ParameterError>) -> Self {
        let errors = faults.into_iter().take(MAX_ERRORS).map(|fault| ProblemError {
            pointer: None,
            parameter: Some(shorten(&fault.parameter, 200)),
            detail: shorten(&fault.detail, 2000),
        });
        Self::with_errors(Code::InvalidParameter, "the request", errors.collect())
    }

    /// One faulty parameter.
    pub fn parameter(name: &str, detail: impl Into<String>) -> Self {
        Self::from(ParameterError::new(name, detail))
    }

    /// Faulty members of a body.
    pub fn content(faults: Vec<FieldError>) -> Self {
        let errors = faults.into_iter().take(MAX_ERRORS).map(|fault| ProblemError {
            pointer: Some(shorten(&fault.pointer, 1000)),
            parameter: None,
            detail: shorten(&fault.detail, 2000),
        });
        Self::with_errors(Code::InvalidContent, "the body", errors.collect())
    }

    fn with_errors(code: Code, place: &str, errors: Vec<ProblemError>) -> Self {
        let detail = match &errors[..] {
            [only] => {
                let name = only.pointer.as_deref().or(only.parameter.as_deref()).unwrap_or_default();
                format!("{name}: {}", only.detail)
            }
            _ if errors.len() == MAX_ERRORS => format!("at least {MAX_ERRORS} faults in {place}"),
            _ => format!("{} faults in {place}", errors.len()),
        };
        Self { errors, ..Self::new(code, detail) }
    }

    /// Adds a header.
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Names the article that the request conflicts with.
    fn of_existing_article(mut self, existing: Option<Uuid>) -> Self {
        self.existing_id = existing;
        let location = existing.map(|id| context::public_path(&format!("/v1/articles/{id}")));
        match location.and_then(|location| HeaderValue::from_str(&location).ok()) {
            Some(location) => self.with_header(header::LOCATION, location),
            None => self,
        }
    }

    /// The body of the response.
    pub fn body(&self) -> ProblemBody {
        ProblemBody {
            r#type: context::public_path(&format!("/problems/{}", self.code.as_str())),
            title: self.code.title(),
            status: self.code.status().as_u16(),
            detail: self.detail.clone(),
            code: self.code.as_str(),
            errors: self.errors.clone(),
            candidates: self.candidates.clone(),
            existing_id: self.existing_id,
        }
    }

    /// The code of the problem.
    pub fn code(&self) -> Code {
        self.code
    }
}

/// Text of a request as a response may repeat it: at most `limit` characters, without U+0000.
fn shorten(text: &str, limit: usize) -> String {
    let text = text.replace('\0', "\u{fffd}");
    if text.chars().count() <= limit { text } else { text.chars().take(limit - 1).chain(['…']).collect() }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.code.status()
    }

    fn error_response(&self) -> HttpResponse {
        context::note_problem(self.code.as_str());
        let mut response = HttpResponse::build(self.code.status());
        response.content_type(MEDIA_TYPE);
        if self.code.status() == StatusCode::SERVICE_UNAVAILABLE {
            response.insert_header((header::RETRY_AFTER, "1"));
        }
        for (name, value) in &self.headers {
            response.insert_header((name.clone(), value.clone()));
        }
        let mut response = response.json(self.body());
        // Those who asked for a page get it as a page.
        response.extensions_mut().insert(self.clone());
        response
    }
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Self {
        use store::Error as E;
        let detail = error.to_string();
        match error {
            E::NotFound(_) | E::NotYet(_) | E::OtherPublisher => Self::new(Code::NotFound, detail),
            E::Gone(_) => Self::new(Code::Gone, detail),
            E::Merged { into } => {
                // The routes of entities redirect instead.
                Self::new(Code::Gone, format!("this entity was merged into {into}"))
            }
            E::KeyReused => Self::new(Code::IdempotencyKeyReused, detail),
            E::ChangesRemoved => Self::new(Code::CursorExpired, detail),
            E::Stale { .. } => Self::new(Code::VersionMismatch, detail),
            E::Conflict(conflict) => Self::from(conflict),
            E::Invalid(faults) => Self::content(faults),
            E::Overloaded => Self::new(Code::Overloaded, detail),
            E::Unavailable(cause) => {
                log::warn!(request_id = context::request_id(); "the database is unavailable: {cause}");
                Self::new(Code::Unavailable, "the database cannot be reached")
            }
            E::ReadOnly(cause) => {
                log::warn!(request_id = context::request_id(); "the database is read-only: {cause}");
                Self::new(Code::DatabaseUnsuitable, "the database takes no writes")
            }
            E::Unsuitable(cause) => {
                log::warn!(request_id = context::request_id(); "the database is unsuitable: {cause}");
                Self::new(Code::DatabaseUnsuitable, "the database lacks tables, rights or settings")
            }
            E::StorageFull(cause) => {
                log::warn!(request_id = context::request_id(); "the database has no space left: {cause}");
                Self::new(Code::StorageFull, "the database has no space left")
            }
            E::TimedOut(cause) => {
                log::warn!(request_id = context::request_id(); "the database gave up: {cause}");
                Self::new(Code::DeadlinePassed, "the database did not finish in time")
            }
            E::Collision(cause) => {
                log::warn!(request_id = context::request_id(); "transactions kept colliding: {cause}");
                Self::new(Code::Overloaded, "other writers were in the way")
            }
            E::OutcomeUnknown(cause) => {
                log::warn!(request_id = context::request_id(); "the outcome of a write is unknown: {cause}");
                Self::new(Code::OutcomeUnknown, "the write may or may not have been carried out")
            }
            E::Internal(cause) => Self::unexpected(&cause),
        }
    }
}

impl Problem {
    /// A fault of the build: logs `cause`; the response contains only the request id.
    pub fn unexpected(cause: &str) -> Self {
        log::error!(request_id = context::request_id(); "{cause}");
        Self::internal()
    }

    /// An internal error that was logged; the response contains only the request id.
    pub fn internal() -> Self {
        Self::new(Code::Internal, format!("request {} in the log of the service says more", context::request_id()))
    }
}

impl From<ParameterError> for Problem {
    fn from(error: ParameterError) -> Self {
        Self::parameters(vec![error])
    }
}

impl From<Vec<FieldError>> for Problem {
    fn from(faults: Vec<FieldError>) -> Self {
        Self::content(faults)
    }
}

impl From<Conflict> for Problem {
    fn from(conflict: Conflict) -> Self {
        let detail = conflict.to_string();
        let code = match conflict {
            Conflict::Url { existing } => return Self::new(Code::UrlTaken, detail).of_existing_article(existing),
            Conflict::ExternalId { existing } => {
                return Self::new(Code::ExternalIdTaken, detail).of_existing_article(existing);
            }
            Conflict::Identifier => Code::IdentifierTaken,
            Conflict::KeyName => Code::KeyNameTaken,
            Conflict::Judged => Code::AlreadyJudged,
            Conflict::ClaimReviewUrl => Code::ClaimReviewTaken,
            Conflict::KeyInUse => Code::IdempotencyKeyInUse,
            Conflict::Referenced { .. } => Code::StillReferenced,
            Conflict::Merged { .. } => Code::EntityMerged,
            Conflict::Different { .. } => Code::EntitiesDifferent,
            Conflict::UnfinishedMerge { .. } => Code::MergeUnfinished,
            Conflict::Undone => Code::MergeUndone,
            Conflict::LaterMerge { .. } => Code::LaterMerge,
            Conflict::AmbiguousText { candidates } => {
                let candidates = candidates.into_iter().map(Into::into).collect();
                return Self { candidates: Some(candidates), ..Self::new(Code::AmbiguousText, detail) };
            }
        };
        Self::new(code, detail)
    }
}

/// Answers a request with a refusal. The middleware around see an answer like any other, and add their headers.
pub fn refuse(request: ServiceRequest, problem: &Problem) -> ServiceResponse {
    request.into_response(problem.error_response())
}

/// A refusal by a middleware that no longer has the request, as the error that ends it.
pub fn refusal(problem: Problem) -> Error {
    let mut response = problem.error_response();
    if let Ok(id) = HeaderValue::from_str(&context::request_id()) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    InternalError::from_response(problem, response).into()
}
