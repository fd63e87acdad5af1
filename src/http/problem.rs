//! Refusals: RFC 9457 problem bodies, one list of codes, one mapping from the store's errors.

use super::trace;
use crate::domain::FieldError;
use crate::store::{self, Conflict};
use actix_cors::CorsError;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, ResponseError};
use serde::Serialize;
use std::fmt;
use utoipa::ToSchema;

/// The media type of every refusal.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// One code per line: its name, status, title, and what `/problems/{code}` says of it.
macro_rules! codes {
    ($($variant:ident = $code:literal, $status:ident, $title:literal, $meaning:literal;)+) => {
        /// Why a request was refused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Code { $($variant),+ }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// As it stands in `code` and at the end of `type`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// The status it is answered with.
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status),+ }
            }

            /// A short summary, the same for every occurrence.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),+ }
            }

            /// What it means and what to do about it.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning),+ }
            }
        }
    };
}

codes! {
    InvalidParameter = "invalid_parameter", BAD_REQUEST, "A parameter is not valid",
        "A path, query or header parameter is unknown, given too often, or has a value its description does not allow. `errors` names each.";
    InvalidCursor = "invalid_cursor", BAD_REQUEST, "The cursor does not belong to this list",
        "A cursor only continues the list that gave it: the same path, filters and sort. Start again without it.";
    MalformedBody = "malformed_body", BAD_REQUEST, "The body cannot be read",
        "The body is not JSON, not UTF-8, or not the compressed form that Content-Encoding names.";
    NotFound = "not_found", NOT_FOUND, "There is no such record",
        "No record has this id, and none ever had.";
    NoSuchRoute = "no_such_route", NOT_FOUND, "There is nothing at this address",
        "The path is not one of this service. `/openapi.json` lists them all.";
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED, "This address does not take this method",
        "The header `Allow` lists the methods that this address takes.";
    NotAcceptable = "not_acceptable", NOT_ACCEPTABLE, "No acceptable media type",
        "The request's `Accept` excludes every media type this operation can answer with.";
    RequestTimeout = "request_timeout", REQUEST_TIMEOUT, "The request did not arrive in time",
        "The body was not received within the time allowed for a request.";
    UrlTaken = "url_taken", CONFLICT, "Another article has this url",
        "A url belongs to one article. Urls are compared with scheme and host in lower case, without default port and fragment.";
    ExternalIdTaken = "external_id_taken", CONFLICT, "Another article has this external_id",
        "An external_id belongs to one article of a publisher.";
    IdentifierTaken = "identifier_taken", CONFLICT, "Another entity has this identifier",
        "A scheme and value belong to one entity in the whole store.";
    AmbiguousText = "ambiguous_text", CONFLICT, "The text stands in the body more than once",
        "A quote created from its text alone must be found in one place. `candidates` lists the spans; send one as `spans`.";
    StillReferenced = "still_referenced", CONFLICT, "Other records refer to this one",
        "Mentions or quotes refer to the entity. With `cascade=true` they are unlinked, not deleted.";
    Gone = "gone", GONE, "The record was deleted",
        "A record had this id and was deleted. The id is never used again.";
    VersionMismatch = "version_mismatch", PRECONDITION_FAILED, "The record has changed since it was read",
        "The version in `If-Match` is not the record's. Read it again, and send its new ETag.";
    BodyTooLarge = "body_too_large", PAYLOAD_TOO_LARGE, "The body is too large",
        "A request body has at most 8 MiB, counted after it is decompressed.";
    UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE, "The body's media type is not supported",
        "The operation's description lists the media types it takes.";
    UnsupportedEncoding = "unsupported_encoding", UNSUPPORTED_MEDIA_TYPE, "The body's content encoding is not supported",
        "A body may be sent as it is, or compressed with br, gzip, deflate or zstd.";
    InvalidContent = "invalid_content", UNPROCESSABLE_ENTITY, "The content is not valid",
        "The body is JSON, but a member is unknown, missing, of the wrong type or out of its bounds, or does not fit what is stored. `errors` has a pointer to each.";
    Internal = "internal", INTERNAL_SERVER_ERROR, "Something went wrong here",
        "An error of the service. Its log has the request id that `detail` names.";
    Overloaded = "overloaded", SERVICE_UNAVAILABLE, "Too much to do",
        "The service has no capacity for this request now. Send it again after `Retry-After` seconds.";
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, "The database is unavailable",
        "The service cannot reach its database. Send the request again after `Retry-After` seconds.";
    DeadlinePassed = "deadline_passed", SERVICE_UNAVAILABLE, "The request took too long",
        "The request was not carried out within its deadline. Send it again after `Retry-After` seconds.";
    OutcomeUnknown = "outcome_unknown", GATEWAY_TIMEOUT, "The outcome is unknown",
        "The write may or may not have been carried out. Read the record before sending the request again.";
}

/// A refusal, before it is written as a body.
#[derive(Debug, Clone)]
pub struct Problem {
    code: Code,
    detail: String,
    errors: Vec<ProblemError>,
    candidates: Option<Vec<super::quotes::SpanBody>>,
    header: Option<(HeaderName, HeaderValue)>,
}

/// Why a request was refused (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "type": "/problems/invalid_content", "title": "The content is not valid", "status": 422,
    "detail": "1 fault in the body", "code": "invalid_content",
    "errors": [{"pointer": "/headline", "detail": "is required"}]
}))]
pub struct ProblemBody {
    /// Where this service says what the problem means: `/problems/{code}`.
    #[schema(max_length = 200)]
    pub r#type: String,
    /// A short summary, the same for every problem of this code.
    #[schema(max_length = 200)]
    pub title: &'static str,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599, format = Int32)]
    pub status: u16,
    /// What was wrong this time.
    #[schema(max_length = 2000)]
    pub detail: String,
    /// A word for programs.
    #[schema(max_length = 50)]
    pub code: &'static str,
    /// Each fault by itself, when there are several or one has a place.
    #[schema(max_items = 100)]
    pub errors: Vec<ProblemError>,
    /// With `ambiguous_text`: where the text stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 20, nullable = false)]
    pub candidates: Option<Vec<super::quotes::SpanBody>>,
}

/// One fault in a request.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProblemError {
    /// The member at fault, as a JSON pointer into the body (RFC 6901).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 1000, value_type = String, required = false)]
    pub pointer: Option<String>,
    /// The path, query or header parameter at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200, value_type = String, required = false)]
    pub parameter: Option<String>,
    /// What is wrong with it.
    #[schema(max_length = 2000)]
    pub detail: String,
}

/// No list of faults is longer: an answer has a bounded size whatever was sent.
const MAX_ERRORS: usize = 100;

impl Problem {
    /// A problem of this code.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: shorten(&detail.into(), 2000), errors: Vec::new(), candidates: None, header: None }
    }

    /// Faulty parameters: each with its name and what is wrong.
    pub fn parameters(faults: Vec<(String, String)>) -> Self {
        let errors = faults.into_iter().map(|(name, detail)| ProblemError {
            pointer: None,
            parameter: Some(shorten(&name, 200)),
            detail: shorten(&detail, 2000),
        });
        Self::with_errors(Code::InvalidParameter, "the request", errors.collect())
    }

    /// One faulty parameter.
    pub fn parameter(name: &str, detail: impl Into<String>) -> Self {
        Self::parameters(vec![(name.to_owned(), detail.into())])
    }

    /// Faulty members of a body.
    pub fn content(faults: Vec<FieldError>) -> Self {
        let errors = faults.into_iter().map(|fault| ProblemError {
            pointer: Some(shorten(&fault.pointer, 1000)),
            parameter: None,
            detail: shorten(&fault.detail, 2000),
        });
        Self::with_errors(Code::InvalidContent, "the body", errors.collect())
    }

    fn with_errors(code: Code, place: &str, mut errors: Vec<ProblemError>) -> Self {
        let detail = match &errors[..] {
            [only] => {
                let name = only.pointer.as_deref().or(only.parameter.as_deref()).unwrap_or_default();
                format!("{name}: {}", only.detail)
            }
            _ => format!("{} faults in {place}", errors.len()),
        };
        errors.truncate(MAX_ERRORS);
        Self { errors, ..Self::new(code, detail) }
    }

    /// The same with one header more.
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.header = Some((name, value));
        self
    }

    /// The code it is answered with.
    pub fn code(&self) -> Code {
        self.code
    }
}

/// What a request said, as the document lets an answer repeat it: at most `limit` characters, none of them U+0000.
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
        let body = ProblemBody {
            r#type: format!("/problems/{}", self.code.as_str()),
            title: self.code.title(),
            status: self.code.status().as_u16(),
            detail: self.detail.clone(),
            code: self.code.as_str(),
            errors: self.errors.clone(),
            candidates: self.candidates.clone(),
        };
        let mut response = HttpResponse::build(self.code.status());
        response.content_type(MEDIA_TYPE);
        if self.code.status() == StatusCode::SERVICE_UNAVAILABLE {
            response.insert_header((header::RETRY_AFTER, "1"));
        }
        if let Some((name, value)) = &self.header {
            response.insert_header((name.clone(), value.clone()));
        }
        response.json(body)
    }
}

/// Gives the refusal of a cross-origin request the form of all others.
pub async fn explain_cors(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let response = next.call(request).await?;
    let refusal = response.response().error().and_then(Error::as_error::<CorsError>).map(ToString::to_string);
    Ok(match refusal {
        None => response.map_into_left_body(),
        Some(why) => {
            let refusal = Problem::parameter("Origin", why).error_response();
            response.into_response(refusal).map_into_right_body()
        }
    })
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Self {
        use store::Error as E;
        let detail = error.to_string();
        match error {
            E::NotFound(_) => Self::new(Code::NotFound, detail),
            E::Gone(_) => Self::new(Code::Gone, detail),
            E::Merged { into } => {
                // Only a read follows a merge; whoever writes is told where to write.
                Self::new(Code::Gone, format!("this entity was merged into {into}"))
            }
            E::Stale { .. } => Self::new(Code::VersionMismatch, detail),
            E::Conflict(conflict) => Self::from(conflict),
            E::Invalid(faults) => Self::content(faults),
            E::Overloaded => Self::new(Code::Overloaded, detail),
            E::Unavailable(cause) => {
                log::warn!(request_id = trace::request_id(); "the database is unavailable: {cause}");
                Self::new(Code::Unavailable, "the database cannot be reached")
            }
            E::TimedOut(cause) => {
                log::warn!(request_id = trace::request_id(); "the database gave up: {cause}");
                Self::new(Code::DeadlinePassed, "the database did not finish in time")
            }
            E::OutcomeUnknown(cause) => {
                log::warn!(request_id = trace::request_id(); "the outcome of a write is unknown: {cause}");
                Self::new(Code::OutcomeUnknown, "the write may or may not have been carried out")
            }
            E::Collision(cause) => {
                log::warn!(request_id = trace::request_id(); "transactions kept colliding: {cause}");
                Self::new(Code::Overloaded, "other writers were in the way")
            }
            E::Internal(cause) => {
                log::error!(request_id = trace::request_id(); "{cause}");
                Self::internal()
            }
        }
    }
}

impl Problem {
    /// An error of ours, which says no more than where the log has it.
    pub fn internal() -> Self {
        Self::new(Code::Internal, format!("request {} in the log of the service says more", trace::request_id()))
    }
}

impl From<Conflict> for Problem {
    fn from(conflict: Conflict) -> Self {
        let detail = conflict.to_string();
        let code = match conflict {
            Conflict::Url => Code::UrlTaken,
            Conflict::ExternalId => Code::ExternalIdTaken,
            Conflict::Identifier => Code::IdentifierTaken,
            Conflict::Referenced { .. } => Code::StillReferenced,
            Conflict::AmbiguousText { candidates } => {
                let candidates = candidates.into_iter().map(Into::into).collect();
                return Self { candidates: Some(candidates), ..Self::new(Code::AmbiguousText, detail) };
            }
        };
        Self::new(code, detail)
    }
}
