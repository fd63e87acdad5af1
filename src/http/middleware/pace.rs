//! Disconnects clients that read a large response too slowly, because it stays in memory until they have read it.
//!
//! The system disconnects a client that reads nothing at all; see `server`. Streams are not held in memory.

use actix_web::Error;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// Smaller responses, in bytes, fit into the socket buffers.
const LARGE: usize = 256 << 10;
/// Bytes that are sent at a time.
const PART: usize = 64 << 10;
/// The minimum rate, in bytes per second.
const MIN_RATE: u128 = 128 << 10;
/// The time over which the rate is measured. The socket buffers take the first megabytes at once.
const WINDOW: Duration = Duration::from_secs(10);

/// Sends a large response in parts while the client reads fast enough.
pub async fn pace(request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse, Error> {
    let response = next.call(request).await?;
    Ok(response.map_body(|_, body| match body.try_into_bytes() {
        Ok(bytes) if bytes.len() >= LARGE => BoxBody::new(PacedBody::new(bytes)),
        Ok(bytes) => BoxBody::new(bytes),
        Err(stream) => stream,
    }))
}

/// A body that is sent in parts. The connection polls for the next part when it has room for it.
struct PacedBody {
    rest: Bytes,
    /// When the current window began.
    since: Instant,
    /// Bytes sent in the current window.
    sent: usize,
}

impl PacedBody {
    fn new(bytes: Bytes) -> Self {
        Self { rest: bytes, since: Instant::now(), sent: 0 }
    }

    /// Whether the client was too slow in a window that has ended. Starts the next window when one has.
    fn is_too_slow(&mut self, now: Instant) -> bool {
        let elapsed = now.duration_since(self.since);
        if elapsed < WINDOW {
            return false;
        }
        let is_too_slow = (self.sent as u128) * 1000 < MIN_RATE * elapsed.as_millis();
        (self.since, self.sent) = (now, 0);
        is_too_slow
    }
}

impl MessageBody for PacedBody {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.rest.len() as u64)
    }

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        let body = self.get_mut();
        if body.rest.is_empty() {
            return Poll::Ready(None);
        }
        if body.is_too_slow(Instant::now()) {
            return Poll::Ready(Some(Err(io::Error::new(io::ErrorKind::TimedOut, "the client reads too slowly"))));
        }
        let part = body.rest.split_to(PART.min(body.rest.len()));
        body.sent += part.len();
        Poll::Ready(Some(Ok(part)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_measured_in_each_window() {
        let mut body = PacedBody::new(Bytes::from(vec![0; LARGE]));
        let (start, needed) = (body.since, 10 * MIN_RATE as usize);
        assert!(!body.is_too_slow(start + WINDOW / 2));
        body.sent = 10 * needed;
        assert!(!body.is_too_slow(start + WINDOW));
        // What was sent before does not count.
        body.sent = needed;
        assert!(!body.is_too_slow(start + WINDOW * 2));
        body.sent = needed - 1;
        assert!(body.is_too_slow(start + WINDOW * 3));
    }
}
