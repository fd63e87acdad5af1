//! What a request brings: query parameters and bodies, held to the document and read into types.

use super::contract::{self, Operation};
use super::problem::{Code, Problem};
use super::trace;
use actix_web::dev::{Decompress, Payload};
use actix_web::error::PayloadError;
use actix_web::http::header::{self, ContentEncoding, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures_util::{StreamExt, stream};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::future::{Future, Ready, ready};
use std::ops::Deref;
use std::pin::Pin;

/// The largest body, in bytes, counted after it is decompressed.
pub const MAX_BODY: usize = 8 << 20;

/// The query's pairs, percent-decoded, in the order in which they were given.
pub struct Parameters {
    pairs: Vec<(String, String)>,
    /// The names of those whose bytes are not UTF-8.
    unreadable: Vec<String>,
}

impl Parameters {
    /// Reads a request's query.
    pub fn of(request: &HttpRequest) -> Self {
        let (mut pairs, mut unreadable) = (Vec::new(), Vec::new());
        for piece in request.query_string().split('&') {
            for (name, value) in url::form_urlencoded::parse(piece.as_bytes()).into_owned() {
                if !is_utf8(piece) {
                    unreadable.push(name.clone());
                }
                pairs.push((name, value));
            }
        }
        Self { pairs, unreadable }
    }

    /// The others than these.
    pub fn without(mut self, names: &[&str]) -> Self {
        self.pairs.retain(|(name, _)| !names.contains(&name.as_str()));
        self
    }

    /// Each name with its value.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The names of the parameters that are not UTF-8.
    pub fn unreadable(&self) -> &[String] {
        &self.unreadable
    }

    /// Every value that was given for `name`.
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.pairs().filter(|(given, _)| *given == name).map(|(_, value)| value).collect()
    }
}

/// Whether what a piece of a query spells is UTF-8. What is not is read all the same, as another text than was sent.
fn is_utf8(piece: &str) -> bool {
    let (mut bytes, mut rest) = (Vec::new(), piece);
    while let Some((plain, after)) = rest.split_once('%') {
        bytes.extend_from_slice(plain.as_bytes());
        let code = after.get(..2).filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()));
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(b'%');
                rest = after;
            }
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    std::str::from_utf8(&bytes).is_ok()
}

fn operation_of(request: &HttpRequest) -> Result<&'static Operation, Problem> {
    let found = request.extensions().get::<&'static Operation>().copied();
    found.ok_or_else(|| {
        log::error!("{} was not held to the document", request.path());
        Problem::internal()
    })
}

/// The query parameters of an operation.
pub struct Query<T>(pub T);

impl<T> Deref for Query<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(operation_of(request).and_then(|operation| {
            let query = operation.query(&Parameters::of(request));
            // The document has let the query through: what serde refuses still is a fault of the request.
            serde_json::from_value(query).map(Self).map_err(|error| Problem::parameter("query", error.to_string()))
        }))
    }
}

/// A type that a body is read into.
pub trait RequestBody: DeserializeOwned {
    /// The JSON that a `text/plain` body stands for. Only asked where the document lists `text/plain`.
    fn from_text(_text: String) -> Value {
        Value::Null
    }
}

/// The body of a request, as the operation's schema has it.
pub struct Body<T>(pub T);

impl<T: RequestBody> FromRequest for Body<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let operation = operation_of(request);
        let media_type = media_type_of(request);
        let bytes = receive(request, payload);
        Box::pin(async move {
            let operation = operation?;
            let media_type = media_type?;
            if !operation.consumes.contains(&media_type) {
                let detail = format!("this operation takes {}", operation.consumes.join(" or "));
                return Err(Problem::new(Code::UnsupportedMediaType, detail));
            }
            let bytes = bytes.await?;
            let value = if media_type == "text/plain" {
                let text = String::from_utf8(bytes)
                    .map_err(|error| Problem::new(Code::MalformedBody, format!("the text is not UTF-8: {error}")))?;
                T::from_text(text)
            } else {
                serde_json::from_slice(&bytes)
                    .map_err(|error| Problem::new(Code::MalformedBody, format!("the body is not JSON: {error}")))?
            };
            if let Some(validator) = &operation.body {
                let faults = contract::faults(validator, &value);
                if !faults.is_empty() {
                    return Err(Problem::content(faults));
                }
            }
            serde_json::from_value(with_whole_integers(value))
                .map(Self)
                .map_err(|error| Problem::content(vec![crate::domain::FieldError::new("", error.to_string())]))
        })
    }
}

/// The same value with `1.0` as `1`: to JSON Schema both are integers, to serde only the second.
fn with_whole_integers(value: Value) -> Value {
    match value {
        Value::Number(number) => match number.as_f64() {
            #[allow(clippy::cast_possible_truncation, reason = "whole and within 2^53")]
            Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < 9_007_199_254_740_992.0 => {
                Value::from(float as i64)
            }
            _ => Value::Number(number),
        },
        Value::Array(items) => items.into_iter().map(with_whole_integers).collect(),
        Value::Object(members) => {
            members.into_iter().map(|(name, member)| (name, with_whole_integers(member))).collect()
        }
        other => other,
    }
}

/// The essence of the body's media type; JSON and text are always UTF-8.
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

/// Receives the whole body, decompressed, within its limit and the request's deadline.
fn receive(request: &HttpRequest, payload: &mut Payload) -> impl Future<Output = Result<Vec<u8>, Problem>> + use<> {
    let encoding = encoding_of(request.headers().get(header::CONTENT_ENCODING));
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let deadline = trace::deadline(request);
    let payload = payload.take();
    async move {
        let encoding = encoding?;
        if announced.is_some_and(|length: u64| length > MAX_BODY as u64) {
            return Err(too_large());
        }
        let pieces = payload.flat_map(move |chunk| stream::iter(in_pieces(chunk, encoding)));
        let mut stream = Decompress::new(pieces, encoding);
        let mut body = Vec::new();
        loop {
            let chunk = tokio::time::timeout_at(deadline, stream.next())
                .await
                .map_err(|_| Problem::new(Code::RequestTimeout, "the body did not arrive in time"))?;
            let Some(chunk) = chunk else { return Ok(body) };
            let chunk =
                chunk.map_err(|error| Problem::new(Code::MalformedBody, format!("receiving the body: {error}")))?;
            if body.len() + chunk.len() > MAX_BODY {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
    }
}

/// Cuts a chunk, as each piece is decompressed whole before its size is known: a few bytes may stand for millions.
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

fn too_large() -> Problem {
    Problem::new(Code::BodyTooLarge, format!("a body has at most {MAX_BODY} bytes"))
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
