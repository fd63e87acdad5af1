//! Request bodies: received, decompressed, validated and read into types.

use super::contract::Operation;
use super::idempotency;
use super::schema::Invalid;
use crate::domain::FieldError;
use crate::http::context;
use crate::http::respond::problem::Problem;
use crate::http::wire::RequestBody;
use crate::http::wire::json_ld::JSON_LD;
use crate::http::wire::problem::Code;
use crate::http::wire::reconciliation::FORM;
use actix_web::dev::{Decompress, Payload};
use actix_web::error::PayloadError;
use actix_web::http::header::{self, ContentEncoding, HeaderValue};
use actix_web::web::{self, Bytes};
use actix_web::{FromRequest, HttpRequest};
use futures_util::{Stream, StreamExt, stream};
use serde_json::Value;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use url::form_urlencoded;

/// The largest body, in bytes, counted after it is decompressed.
pub const MAX_BODY: usize = 8 << 20;
/// The largest body of JSON-LD, in bytes: it is read into memory before it is validated.
const MAX_JSON_LD: usize = 256 << 10;

/// The memory for bodies that are being received, over all connections, in bytes.
#[derive(Clone)]
pub struct ReceiveBudget(Arc<Semaphore>);

impl ReceiveBudget {
    /// A budget of `megabytes`.
    pub fn new(megabytes: u16) -> Self {
        Self(Arc::new(Semaphore::new(usize::from(megabytes) << 20)))
    }

    /// Takes `bytes` of the budget until the permit is dropped.
    fn take(&self, bytes: usize) -> Result<OwnedSemaphorePermit, Problem> {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        let permit = self.0.clone().try_acquire_many_owned(bytes);
        permit.map_err(|_| Problem::new(Code::Overloaded, "too many request bodies are being received"))
    }
}

/// The body of a request, validated by the operation's schema.
pub struct Body<T>(pub T);

impl<T: RequestBody> FromRequest for Body<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let received = RawBody::receive(request, payload);
        let request = request.clone();
        Box::pin(async move {
            // The permits are held until the body is parsed.
            let RawBody { operation, media_type, bytes, _permits } = received.await?;
            idempotency::note_body(&request, &bytes);
            read(operation, &media_type, bytes).map(Self)
        })
    }
}

/// The body of a request, of a media type that the operation takes. It counts towards the budget until it is dropped.
pub struct RawBody {
    operation: &'static Operation,
    media_type: String,
    pub bytes: Vec<u8>,
    _permits: Option<OwnedSemaphorePermit>,
}

impl FromRequest for RawBody {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        Box::pin(Self::receive(request, payload))
    }
}

impl RawBody {
    fn receive(request: &HttpRequest, payload: &mut Payload) -> impl Future<Output = Result<Self, Problem>> + use<> {
        let operation = Operation::of(request);
        let media_type = media_type_of(request);
        let bytes = receive(request, payload);
        async move {
            let operation = operation.ok_or_else(|| Problem::unexpected("the operation has no contract"))?;
            let media_type = media_type?;
            check_media_type(operation, &media_type)?;
            let (bytes, _permits) = bytes.await?;
            Ok(Self { operation, media_type, bytes, _permits })
        }
    }
}

fn read<T: RequestBody>(operation: &Operation, media_type: &str, bytes: Vec<u8>) -> Result<T, Problem> {
    let malformed = |detail: String| Problem::new(Code::MalformedBody, detail);
    let schema = operation.body.as_ref().ok_or_else(|| Problem::unexpected("the operation takes no body"))?;
    let value = match media_type {
        "text/plain" => {
            let text =
                String::from_utf8(bytes).map_err(|error| malformed(format!("the text is not UTF-8: {error}")))?;
            schema.check(T::from_text(text))
        }
        FORM => {
            let members = form_urlencoded::parse(&bytes).map(|(name, value)| (name.into_owned(), value.into()));
            schema.check(Value::Object(members.collect()))
        }
        JSON_LD if bytes.len() > MAX_JSON_LD => return Err(too_large(MAX_JSON_LD)),
        JSON_LD => {
            let document = serde_json::from_slice(&bytes).map_err(Invalid::Malformed);
            document.and_then(|document| schema.check(T::from_json_ld(&document)))
        }
        _ => schema.parse(&bytes),
    };
    let value = value.map_err(|invalid| match invalid {
        Invalid::Malformed(error) => malformed(format!("the body is not JSON: {error}")),
        Invalid::Mismatch(errors) => Problem::content(errors),
    })?;
    serde_json::from_value(value).map_err(|error| Problem::content(vec![FieldError::new("", error.to_string())]))
}

/// Refuses a media type that the operation does not take.
fn check_media_type(operation: &Operation, media_type: &str) -> Result<(), Problem> {
    if operation.consumes.iter().any(|known| known == media_type) {
        return Ok(());
    }
    let detail = format!("this operation takes {}", operation.consumes.join(" or "));
    Err(Problem::new(Code::UnsupportedMediaType, detail))
}

/// The body of a request of any length: its media type, and its bytes as they come, decompressed.
///
/// # Errors
/// A media type that the operation does not take, and an unknown encoding.
pub fn stream(
    request: &HttpRequest,
    operation: &Operation,
    payload: Payload,
) -> Result<(String, impl Stream<Item = Result<Bytes, PayloadError>> + use<>), Problem> {
    let media_type = media_type_of(request)?;
    check_media_type(operation, &media_type)?;
    let encoding = encoding_of(request.headers().get(header::CONTENT_ENCODING))?;
    let pieces = payload.flat_map(move |chunk| stream::iter(in_pieces(chunk, encoding)));
    Ok((media_type, Decompress::new(pieces, encoding)))
}

/// The media type of the body without parameters; the charset must be UTF-8.
fn media_type_of(request: &HttpRequest) -> Result<String, Problem> {
    let refuse = |detail: &str| Problem::new(Code::UnsupportedMediaType, detail.to_owned());
    let value = request.headers().get(header::CONTENT_TYPE).ok_or_else(|| refuse("Content-Type is missing"))?;
    let value = value.to_str().map_err(|_| refuse("Content-Type cannot be read"))?.to_ascii_lowercase();
    let mut parts = value.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default().to_owned();
    let charset =
        parts.find_map(|part| part.strip_prefix("charset=").map(|charset| charset.trim_matches('"').to_owned()));
    match charset.as_deref() {
        None | Some("utf-8" | "utf8" | "us-ascii") => Ok(essence),
        Some(_) => Err(refuse("the charset must be utf-8")),
    }
}

/// Receives the whole body, decompressed, within its limit, the budget and the request's deadline.
fn receive(
    request: &HttpRequest,
    payload: &mut Payload,
) -> impl Future<Output = Result<(Vec<u8>, Option<OwnedSemaphorePermit>), Problem>> + use<> {
    let encoding = encoding_of(request.headers().get(header::CONTENT_ENCODING));
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let deadline = context::deadline(request);
    let budget = request.app_data::<web::Data<ReceiveBudget>>().cloned();
    let payload = payload.take();
    async move {
        let encoding = encoding?;
        if announced.is_some_and(|length: u64| length > MAX_BODY as u64) {
            return Err(too_large(MAX_BODY));
        }
        let pieces = payload.flat_map(move |chunk| stream::iter(in_pieces(chunk, encoding)));
        let mut stream = Decompress::new(pieces, encoding);
        let (mut body, mut permits) = (Vec::new(), None::<OwnedSemaphorePermit>);
        loop {
            let chunk = tokio::time::timeout_at(deadline, stream.next()).await.map_err(|_| late())?;
            // A time-out does not fire while there is always another chunk.
            if Instant::now() > deadline {
                return Err(late());
            }
            let Some(chunk) = chunk else { return Ok((body, permits)) };
            let chunk =
                chunk.map_err(|error| Problem::new(Code::MalformedBody, format!("receiving the body: {error}")))?;
            if body.len() + chunk.len() > MAX_BODY {
                return Err(too_large(MAX_BODY));
            }
            if let Some(budget) = &budget {
                let permit = budget.take(chunk.len())?;
                match &mut permits {
                    Some(permits) => permits.merge(permit),
                    None => permits = Some(permit),
                }
            }
            body.extend_from_slice(&chunk);
        }
    }
}

/// Cuts a chunk into pieces. Each piece is decompressed at once, so small pieces bound the memory of a decompression bomb.
fn in_pieces(
    chunk: Result<Bytes, PayloadError>,
    encoding: ContentEncoding,
) -> impl Iterator<Item = Result<Bytes, PayloadError>> {
    let most = match encoding {
        ContentEncoding::Brotli => 8,
        ContentEncoding::Zstd => 64,
        ContentEncoding::Gzip | ContentEncoding::Deflate => 1024,
        _ => usize::MAX,
    };
    let mut rest = Some(chunk);
    std::iter::from_fn(move || match rest.take()? {
        Ok(mut bytes) if bytes.len() > most => {
            let piece = bytes.split_to(most);
            rest = Some(Ok(bytes));
            Some(Ok(piece))
        }
        last => Some(last),
    })
}

fn late() -> Problem {
    Problem::new(Code::RequestTimeout, "the body did not arrive in time")
}

fn too_large(most: usize) -> Problem {
    Problem::new(Code::BodyTooLarge, format!("a body must be at most {most} bytes"))
}

fn encoding_of(value: Option<&HeaderValue>) -> Result<ContentEncoding, Problem> {
    let Some(value) = value else { return Ok(ContentEncoding::Identity) };
    let known = match value.to_str().map(|value| value.trim().to_ascii_lowercase()).as_deref() {
        Ok("identity") => Some(ContentEncoding::Identity),
        Ok("gzip" | "x-gzip") => Some(ContentEncoding::Gzip),
        Ok("br") => Some(ContentEncoding::Brotli),
        Ok("zstd") => Some(ContentEncoding::Zstd),
        Ok("deflate") => Some(ContentEncoding::Deflate),
        _ => None,
    };
    known.ok_or_else(|| {
        Problem::new(Code::UnsupportedEncoding, "Content-Encoding must be br, gzip, deflate or zstd")
            .with_header(header::ACCEPT_ENCODING, HeaderValue::from_static("br, gzip, deflate, zstd"))
    })
}
