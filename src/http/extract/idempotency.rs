//! `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header).

use super::client_address::client_address;
use crate::domain::idempotency::IdempotencyKey;
use crate::http::context;
use crate::http::respond::problem::Problem;
use actix_web::http::header::HeaderName;
use actix_web::{HttpMessage, HttpRequest};
use sha2::{Digest, Sha256};

/// The header.
pub const HEADER: HeaderName = HeaderName::from_static("idempotency-key");

/// The SHA-256 of the body of a request, as it was parsed.
struct BodyDigest([u8; 32]);

/// Stores the digest of the body of a request that has a key.
pub fn note_body(request: &HttpRequest, body: &[u8]) {
    if request.headers().contains_key(&HEADER) {
        request.extensions_mut().insert(BodyDigest(Sha256::digest(body).into()));
    }
}

/// The idempotency key of a request whose body was read, if it has one. Its scope is the API key, or the address of a caller
/// without one.
pub fn idempotency_key(request: &HttpRequest) -> Result<Option<IdempotencyKey>, Problem> {
    let Some(value) = request.headers().get(&HEADER) else { return Ok(None) };
    let refuse = || Problem::parameter("Idempotency-Key", "must be 1 to 255 printable ASCII characters");
    // The draft puts the key in quotation marks; many clients do not.
    let key = value.to_str().map_err(|_| refuse())?.trim().trim_matches('"');
    if !(1..=255).contains(&key.len()) {
        return Err(refuse());
    }
    let caller = match context::caller(request).and_then(|caller| caller.name) {
        Some(name) => format!("key {name}"),
        None => format!("address {}", client_address(request)),
    };
    let extensions = request.extensions();
    let body = extensions.get::<BodyDigest>().ok_or_else(|| Problem::unexpected("the body was not read"))?;
    let operation = format!("{} {}?{}\n", request.method(), request.path(), request.query_string());
    let digest = Sha256::new().chain_update(operation).chain_update(body.0).finalize();
    Ok(Some(IdempotencyKey { caller, key: key.to_owned(), request: digest.to_vec() }))
}
