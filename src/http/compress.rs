//! Compression of answers: what is small goes as it is, the rest at the fastest level.
//!
//! To compress four kilobytes takes longer than to find them in the database, and spares the caller nothing: they come
//! in one flight of packets either way.

use super::problem::{Code, Problem};
use super::trace;
use actix_http::encoding::Encoder;
use actix_web::body::{BodySize, EitherBody, MessageBody};
use actix_web::dev::{ResponseHead, ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, AcceptEncoding, ContentEncoding, Encoding, Header, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::{self, Bytes};
use actix_web::{Error, HttpResponse};
use std::io::{self, Write};

/// The smallest body that is compressed, in bytes: what TCP sends before it waits for an acknowledgement is more.
pub const SMALLEST: usize = 8 << 10;
/// A larger one is compressed in a thread of its own: it would hold up the other requests of its worker.
const LARGE: usize = 128 << 10;

/// Compresses the answer as the caller takes it.
pub async fn compress(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let encoding = encoding_for(&request).map_err(trace::refusal)?;
    let response = next.call(request).await?;
    let (request, response) = response.into_parts();
    let (mut response, body) = response.into_parts();
    let is_small = match body.size() {
        BodySize::None => true,
        BodySize::Sized(size) => size < SMALLEST as u64,
        BodySize::Stream => false,
    };
    let plain = |response: HttpResponse<()>, body| response.set_body(EitherBody::left(EitherBody::left(body)));
    if is_small || !is_compressible(response.head()) {
        return Ok(ServiceResponse::new(request, plain(response, body)));
    }
    if encoding == ContentEncoding::Identity {
        vary(response.head_mut());
        return Ok(ServiceResponse::new(request, plain(response, body)));
    }
    let body = match body.try_into_bytes() {
        Ok(bytes) => {
            vary(response.head_mut());
            response.headers_mut().insert(header::CONTENT_ENCODING, encoding.to_header_value());
            EitherBody::left(EitherBody::right(encoded(encoding, bytes).await?))
        }
        // A stream is compressed as it comes; its encoder sets the headers.
        Err(body) => EitherBody::right(Encoder::response(encoding, response.head_mut(), body)),
    };
    Ok(ServiceResponse::new(request, response.set_body(body)))
}

/// The first of the caller's best encodings that is known here.
fn encoding_for(request: &ServiceRequest) -> Result<ContentEncoding, Problem> {
    let known = [Encoding::identity(), Encoding::brotli(), Encoding::zstd(), Encoding::gzip(), Encoding::deflate()];
    if !request.headers().contains_key(header::ACCEPT_ENCODING) {
        return Ok(ContentEncoding::Identity);
    }
    // What cannot be read is as good as absent.
    let Ok(accepted) = AcceptEncoding::parse(request) else { return Ok(ContentEncoding::Identity) };
    match accepted.negotiate(known.iter()) {
        Some(Encoding::Known(encoding)) => Ok(encoding),
        Some(Encoding::Unknown(_)) => Ok(ContentEncoding::Identity),
        None => Err(Problem::new(Code::NotAcceptable, "Accept-Encoding excludes br, zstd, gzip, deflate and identity")),
    }
}

/// Images, of the documentation's page, are compressed as they are.
fn is_compressible(head: &ResponseHead) -> bool {
    let kind = head.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let is_image = kind.starts_with("image/") && !kind.starts_with("image/svg");
    !is_image && !head.headers.contains_key(header::CONTENT_ENCODING)
}

fn vary(head: &mut ResponseHead) {
    head.headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
}

async fn encoded(encoding: ContentEncoding, bytes: Bytes) -> Result<Bytes, Error> {
    let encoded = if bytes.len() < LARGE {
        encode(encoding, &bytes)
    } else {
        web::block(move || encode(encoding, &bytes)).await?
    };
    encoded.map_err(|error| {
        log::error!("compressing an answer: {error}");
        trace::refusal(Problem::internal())
    })
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
