//! `If-Match`: the versions that the client expects.

use actix_web::dev::Payload;
use actix_web::http::header::{self, EntityTag, Header};
use actix_web::{FromRequest, HttpRequest};
use std::convert::Infallible;
use std::future::{Ready, ready};

/// The expected versions; `None` for any. The document's pattern has refused what is not a list of tags.
#[derive(Debug, Clone)]
pub struct IfMatch(pub Option<Vec<i32>>);

impl FromRequest for IfMatch {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let is_given = request.headers().contains_key(header::IF_MATCH);
        let expected = match header::IfMatch::parse(request) {
            Ok(header::IfMatch::Any) => None,
            Ok(header::IfMatch::Items(tags)) => is_given.then(|| tags.iter().filter_map(version_of).collect()),
            Err(_) => is_given.then(Vec::new),
        };
        ready(Ok(Self(expected)))
    }
}

/// The version in a tag. The comparison is strong: a weak tag matches nothing.
fn version_of(tag: &EntityTag) -> Option<i32> {
    if tag.weak { None } else { tag.tag().split('-').next()?.parse().ok() }
}
