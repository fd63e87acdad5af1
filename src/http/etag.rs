//! Single records: strong ETags, `If-None-Match`, `If-Match`.
//!
//! An ETag is `"<version>-<digest>"`: the record's version, and a digest of the very bytes answered, so that another
//! `include` or a changed derived member is another representation. `If-Match` compares the version alone.

use super::json;
use super::problem::Problem;
use crate::app::response_cache::RecordJson;
use crate::store::{self, Expected};
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, ContentType, HeaderName, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use serde::Serialize;
use std::future::{Ready, ready};
use twox_hash::XxHash3_64;

/// A representation of a record, as it is answered.
#[derive(Debug, Clone)]
pub struct Representation {
    pub etag: HeaderValue,
    pub bytes: Bytes,
}

impl Representation {
    /// Of a record at `version`.
    ///
    /// # Errors
    /// When it cannot be written as JSON, which is a fault of the build.
    pub fn of(version: i32, body: &impl Serialize) -> store::Result<Self> {
        Self::new(version, json::written(body)?)
    }

    fn new(version: i32, bytes: Bytes) -> store::Result<Self> {
        let etag = HeaderValue::from_str(&etag_of(version, &bytes))
            .map_err(|error| store::Error::Internal(format!("writing an ETag: {error}")))?;
        Ok(Self { etag, bytes })
    }

    /// Answers it, or 304 when the caller has it. Whoever keeps the answer has to ask whether it is right still.
    pub fn answer(self, request: &HttpRequest) -> Result<HttpResponse, Problem> {
        let etag = self.etag.to_str().unwrap_or_default();
        let mut response = match if_none_match(request)? {
            Some(tags) if tags.matches(etag) => HttpResponse::NotModified().finish(),
            _ => HttpResponse::Ok().content_type(ContentType::json()).body(self.bytes),
        };
        response.headers_mut().insert(header::ETAG, self.etag);
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        Ok(response)
    }

    /// Answers a write with it.
    fn written(self, status: StatusCode) -> HttpResponse {
        let etag = (header::ETAG, self.etag);
        HttpResponse::build(status).insert_header(etag).content_type(ContentType::json()).body(self.bytes)
    }
}

/// Answers one record with its ETag, or 304 when the caller has this representation.
pub fn record(request: &HttpRequest, version: i32, body: &impl Serialize) -> Result<HttpResponse, Problem> {
    Representation::of(version, body)?.answer(request)
}

/// Answers a record from the cache, or 304 when the caller has this representation.
pub fn cached(request: &HttpRequest, record: RecordJson) -> Result<HttpResponse, Problem> {
    Representation::new(record.version, record.json)?.answer(request)
}

/// Answers a record that was just changed.
pub fn changed(version: i32, body: &impl Serialize) -> Result<HttpResponse, Problem> {
    Ok(Representation::of(version, body)?.written(StatusCode::OK))
}

/// Answers a record that was just made, which can be read at `location`.
pub fn created(location: &str, version: i32, body: &impl Serialize) -> Result<HttpResponse, Problem> {
    let mut response = Representation::of(version, body)?.written(StatusCode::CREATED);
    let location = HeaderValue::from_str(location).map_err(|_| Problem::internal())?;
    response.headers_mut().insert(header::LOCATION, location);
    Ok(response)
}

fn etag_of(version: i32, bytes: &[u8]) -> String {
    format!("\"{version}-{:016x}\"", XxHash3_64::oneshot(bytes))
}

/// The entity tags of a conditional header.
#[derive(Debug, PartialEq, Eq)]
enum Tags {
    Any,
    /// Each with its quotation marks, weak ones with their `W/`.
    These(Vec<String>),
}

impl Tags {
    /// Weak comparison, as RFC 9110 has it for `If-None-Match`.
    fn matches(&self, etag: &str) -> bool {
        match self {
            Self::Any => true,
            Self::These(tags) => tags.iter().any(|tag| tag.strip_prefix("W/").unwrap_or(tag) == etag),
        }
    }
}

fn if_none_match(request: &HttpRequest) -> Result<Option<Tags>, Problem> {
    tags(request, &header::IF_NONE_MATCH)
}

fn tags(request: &HttpRequest, name: &HeaderName) -> Result<Option<Tags>, Problem> {
    let refuse =
        || Problem::parameter(name.as_str(), "must be * or a list of entity tags such as \"1-0123456789abcdef\"");
    let mut tags = Vec::new();
    for value in request.headers().get_all(name) {
        let value = value.to_str().map_err(|_| refuse())?.trim();
        if value == "*" {
            return Ok(Some(Tags::Any));
        }
        for tag in value.split(',').map(str::trim) {
            let opaque = tag.strip_prefix("W/").unwrap_or(tag);
            let inner = opaque.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).ok_or_else(refuse)?;
            if inner.contains(['"', ' ']) {
                return Err(refuse());
            }
            tags.push(tag.to_owned());
        }
    }
    Ok(if tags.is_empty() { None } else { Some(Tags::These(tags)) })
}

/// `If-Match`: the versions that the caller is willing to change.
#[derive(Debug, Clone)]
pub struct IfMatch(pub Expected);

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(tags(request, &header::IF_MATCH).map(|tags| match tags {
            None | Some(Tags::Any) => Self(None),
            // Strong comparison: a weak tag matches nothing.
            Some(Tags::These(tags)) => Self(Some(tags.iter().filter_map(|tag| version_of(tag)).collect())),
        }))
    }
}

fn version_of(tag: &str) -> Option<i32> {
    tag.strip_prefix('"')?.split('-').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn read(value: &str) -> Result<Option<Tags>, Problem> {
        tags(&TestRequest::default().insert_header(("if-none-match", value)).to_http_request(), &header::IF_NONE_MATCH)
    }

    #[test]
    fn lists_of_tags_are_read() {
        let these = |tags: &[&str]| Some(Tags::These(tags.iter().map(|&tag| tag.to_owned()).collect()));
        assert_eq!(read("*").unwrap(), Some(Tags::Any));
        assert_eq!(read("\"1-a\"").unwrap(), these(&["\"1-a\""]));
        assert_eq!(read("W/\"1-a\" , \"2-b\"").unwrap(), these(&["W/\"1-a\"", "\"2-b\""]));
        for bad in ["1-a", "\"1-a", "\"a\"\"b\"", "\"a\",", "W/*"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_digest_tells_two_representations_of_one_version_apart() {
        assert_ne!(etag_of(1, b"a"), etag_of(1, b"b"));
        assert_eq!(version_of(&etag_of(17, b"a")), Some(17));
        assert_eq!(version_of("W/\"17-a\""), None);
    }
}
