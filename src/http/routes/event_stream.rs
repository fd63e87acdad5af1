//! Server-sent events, as the HTML standard defines them.

use crate::app::change_feed::News;
use crate::http::wire::change::ChangeBody;
use crate::http::wire::problem::Code;
use actix_web::HttpResponse;
use actix_web::http::header::{self, ContentEncoding};
use actix_web::web::Bytes;
use futures_util::{FutureExt, Stream, StreamExt, future, stream};
use std::convert::Infallible;
use std::fmt::Write;

/// The media type of a stream of events.
pub const MEDIA_TYPE: &str = "text/event-stream";

/// The first line: how many milliseconds a client waits before it connects again.
const RETRY: &str = "retry: 1000\n\n";

/// Responds with a stream that is open until `end`. The system disconnects a client that does not read, once sent data has not
/// been acknowledged for ten seconds.
pub fn respond(news: impl Stream<Item = News> + 'static, end: impl Future<Output = ()> + 'static) -> HttpResponse {
    let events = stream::once(future::ready(RETRY.to_owned())).chain(news.map(|news| format(&news)));
    let chunks = events.map(|text| Ok::<_, Infallible>(Bytes::from(text))).take_until(end.boxed_local());
    HttpResponse::Ok()
        .content_type(MEDIA_TYPE)
        .insert_header((header::CACHE_CONTROL, "no-store"))
        // Compression would buffer events.
        .insert_header(ContentEncoding::Identity)
        // nginx would buffer them too.
        .insert_header(("x-accel-buffering", "no"))
        .streaming(chunks.boxed_local())
}

fn format(news: &News) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = match news {
        News::Changes(changes) => changes.iter().try_for_each(|change| {
            let body = ChangeBody::from(change.clone());
            let json = serde_json::to_string(&body).unwrap_or_default();
            write!(text, "id: {}\nevent: change\ndata: {json}\n\n", body.id)
        }),
        // An event without data only sets the last event id.
        News::Heartbeat(position) => write!(text, ": heartbeat\nid: {position}\n\n"),
        News::Removed => {
            let code = Code::CursorExpired;
            let json = serde_json::json!({"code": code.as_str(), "title": code.title(), "detail": code.meaning()});
            write!(text, "event: error\ndata: {json}\n\n")
        }
    };
    text
}
