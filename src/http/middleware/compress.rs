//! Compression of responses: small responses are sent uncompressed, the rest at the fastest level.
//!
//! Compressing four kilobytes takes longer than reading them from the database, and saves no round trip.

use crate::http::respond::problem::{Problem, refuse};
use crate::http::wire::problem::Code;
use actix_http::encoding::Encoder;
use actix_web::Error;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ResponseHead, ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, AcceptEncoding, ContentEncoding, Encoding, Header, HeaderMap, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::{self, Bytes};
use std::io::{self, Write};

/// The smallest body that is compressed, in bytes. TCP sends more before it waits for an acknowledgement.
pub const MIN_COMPRESSED_BYTES: usize = 8 << 10;
/// Larger bodies are compressed on the blocking pool, so that they do not delay the other requests of the worker.
const LARGE: usize = 128 << 10;

/// Compresses the response with the caller's preferred encoding.
pub async fn compress(request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse, Error> {
    let encoding = match encoding_for(&request) {
        Ok(encoding) => encoding,
        Err(problem) => return Ok(refuse(request, &problem)),
    };
    let response = next.call(request).await?;
    let (request, response) = response.into_parts();
    let (mut response, body) = response.into_parts();
    let is_small = match body.size() {
        BodySize::None => true,
        BodySize::Sized(size) => size < MIN_COMPRESSED_BYTES as u64,
        BodySize::Stream => false,
    };
    if response.status() == StatusCode::NOT_MODIFIED {
        vary(response.head_mut());
    }
    if is_small || !is_compressible(response.head()) {
        return Ok(ServiceResponse::new(request, response.set_body(body)));
    }
    if encoding == ContentEncoding::Identity {
        vary(response.head_mut());
        return Ok(ServiceResponse::new(request, response.set_body(body)));
    }
    let body = match body.try_into_bytes() {
        Ok(bytes) => {
            vary(response.head_mut());
            response.headers_mut().insert(header::CONTENT_ENCODING, encoding.to_header_value());
            set_encoding_in_etag(response.headers_mut(), encoding);
            BoxBody::new(encoded(encoding, bytes).await?)
        }
        // A stream is compressed chunk by chunk; its encoder sets the headers.
        Err(body) => BoxBody::new(Encoder::response(encoding, response.head_mut(), body)),
    };
    Ok(ServiceResponse::new(request, response.set_body(body)))
}

/// The caller's preferred encoding among the supported ones.
fn encoding_for(request: &ServiceRequest) -> Result<ContentEncoding, Problem> {
    let known = [Encoding::identity(), Encoding::brotli(), Encoding::zstd(), Encoding::gzip(), Encoding::deflate()];
    if !request.headers().contains_key(header::ACCEPT_ENCODING) {
        return Ok(ContentEncoding::Identity);
    }
    // A header that cannot be parsed counts as absent.
    let Ok(accepted) = AcceptEncoding::parse(request) else { return Ok(ContentEncoding::Identity) };
    match accepted.negotiate(known.iter()) {
        Some(Encoding::Known(encoding)) => Ok(encoding),
        Some(Encoding::Unknown(_)) => Ok(ContentEncoding::Identity),
        None => Err(Problem::new(Code::NotAcceptable, "Accept-Encoding excludes br, zstd, gzip, deflate and identity")),
    }
}

/// Images of the documentation page are already compressed.
fn is_compressible(head: &ResponseHead) -> bool {
    let kind = head.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let is_image = kind.starts_with("image/") && !kind.starts_with("image/svg");
    !is_image && !head.headers.contains_key(header::CONTENT_ENCODING)
}

/// Adds the encoding to the ETag: a strong ETag differs per encoding.
fn set_encoding_in_etag(headers: &mut HeaderMap, encoding: ContentEncoding) {
    let etag = headers.get(header::ETAG).and_then(|etag| etag.to_str().ok()?.strip_suffix('"'));
    let encoded = etag.and_then(|etag| HeaderValue::from_str(&format!("{etag}-{}\"", encoding.as_str())).ok());
    if let Some(etag) = encoded {
        headers.insert(header::ETAG, etag);
    }
}

/// Adds `accept-encoding` to what the answer depends on.
fn vary(head: &mut ResponseHead) {
    let others = head.headers.get_all(header::VARY).filter_map(|value| value.to_str().ok());
    let all = others.chain(["accept-encoding"]).collect::<Vec<_>>().join(", ");
    if let Ok(all) = HeaderValue::from_str(&all) {
        head.headers.insert(header::VARY, all);
    }
}

async fn encoded(encoding: ContentEncoding, bytes: Bytes) -> Result<Bytes, Error> {
    let encoded = if bytes.len() < LARGE {
        encode(encoding, &bytes)
    } else {
        web::block(move || encode(encoding, &bytes)).await?
    };
    encoded.map_err(|error| Problem::unexpected(&format!("compressing an answer: {error}")).into())
}

fn encode(encoding: ContentEncoding, bytes: &[u8]) -> io::Result<Bytes> {
    let out = Vec::with_capacity(bytes.len() / 2);
    let encoded = match encoding {
        ContentEncoding::Brotli => {
            let mut writer = brotli::CompressorWriter::new(out, 4096, 0, 20);
            writer.write_all(bytes)?;
            writer.into_inner()
        }
        ContentEncoding::Zstd => zstd::bulk::compress(bytes, 1)?,
        ContentEncoding::Gzip => {
            let mut writer = flate2::write::GzEncoder::new(out, flate2::Compression::fast());
            writer.write_all(bytes)?;
            writer.finish()?
        }
        ContentEncoding::Deflate => {
            let mut writer = flate2::write::ZlibEncoder::new(out, flate2::Compression::fast());
            writer.write_all(bytes)?;
            writer.finish()?
        }
        _ => bytes.to_vec(),
    };
    Ok(Bytes::from(encoded))
}
