//! Single records: strong ETags and `If-None-Match`.
//!
//! An ETag is `"<version>-<digest>"`: the record's version, and a digest of the very bytes answered, so that another
//! `include` or a changed derived member is another representation. A compressed answer adds its encoding.

use super::json::{self, JSON};
use super::problem::Problem;
use crate::http::context;
use crate::store;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, ETag, EntityTag, Header, HeaderValue, IfNoneMatch};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use twox_hash::XxHash3_64;

/// Content encodings, as they stand at the end of an ETag.
pub const ENCODINGS: [&str; 4] = ["br", "zstd", "gzip", "deflate"];

/// A representation of a record, as it is answered.
#[derive(Debug, Clone)]
pub struct Representation {
    pub etag: EntityTag,
    pub bytes: Bytes,
    media_type: &'static str,
}

impl Representation {
    /// Serializes a record at `version`.
    ///
    /// # Errors
    /// When it cannot be serialized, which is a fault of the build.
    pub fn new(version: i32, body: &impl Serialize) -> store::Result<Self> {
        Ok(Self::of(version, JSON, json::to_json_bytes(body)?))
    }

    /// The JSON of a record at `version`, in the form that the request asks for.
    ///
    /// # Errors
    /// When it cannot be read or serialized, which is a fault of the build.
    pub fn requested(request: &HttpRequest, version: i32, json: Bytes) -> store::Result<Self> {
        let (media_type, bytes) = json::in_form(request, json)?;
        Ok(Self::of(version, media_type, bytes))
    }

    fn of(version: i32, media_type: &'static str, bytes: Bytes) -> Self {
        let etag = EntityTag::new_strong(format!("{version}-{:016x}", XxHash3_64::oneshot(&bytes)));
        Self { etag, bytes, media_type }
    }

    /// Answers it, or 304 when the caller has it. Caches must revalidate it.
    pub fn respond(self, request: &HttpRequest) -> HttpResponse {
        let mut response = match self.matched(request) {
            Some(etag) => HttpResponse::NotModified().insert_header(ETag(etag)).finish(),
            None => self.respond_with(StatusCode::OK),
        };
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        response
    }

    /// The tag in `If-None-Match` that names this representation, in whichever encoding the caller has it.
    fn matched(&self, request: &HttpRequest) -> Option<EntityTag> {
        match IfNoneMatch::parse(request) {
            Ok(IfNoneMatch::Any) => Some(self.etag.clone()),
            Ok(IfNoneMatch::Items(tags)) => {
                let tag = tags.into_iter().find(|tag| without_encoding(tag.tag()) == self.etag.tag())?;
                Some(EntityTag::new_strong(tag.tag().to_owned()))
            }
            Err(_) => None,
        }
    }

    fn respond_with(self, status: StatusCode) -> HttpResponse {
        HttpResponse::build(status).insert_header(ETag(self.etag)).content_type(self.media_type).body(self.bytes)
    }
}

fn without_encoding(tag: &str) -> &str {
    let encoded = tag.rsplit_once('-').filter(|(_, end)| ENCODINGS.contains(end));
    encoded.map_or(tag, |(tag, _)| tag)
}

/// Answers one record with its ETag, or 304 when the caller has this representation.
pub fn found(request: &HttpRequest, version: i32, body: &impl Serialize) -> Result<HttpResponse, Problem> {
    Ok(Representation::requested(request, version, json::to_json_bytes(body)?)?.respond(request))
}

/// Answers a record that was just changed.
pub fn changed(version: i32, body: &impl Serialize) -> Result<HttpResponse, Problem> {
    Ok(Representation::new(version, body)?.respond_with(StatusCode::OK))
}

/// Answers a record that was just created and can be read at `location`.
pub fn created(location: &str, version: i32, body: &impl Serialize) -> Result<HttpResponse, Problem> {
    let mut response = Representation::new(version, body)?.respond_with(StatusCode::CREATED);
    let location = HeaderValue::from_str(&context::public_path(location))
        .map_err(|_| Problem::unexpected("a location is not a header"))?;
    response.headers_mut().insert(header::LOCATION, location);
    Ok(response)
}
