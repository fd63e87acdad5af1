//! `/mcp`: a server of the Model Context Protocol, for agents that must cite.
//!
//! The crate `rmcp` speaks the protocol, over its streamable HTTP transport without sessions: each request has one JSON answer, from any
//! instance. The path is an operation like those of the API, so the same middleware checks its key, scope, rate, origin and deadline.
//! Its tools call the functions that the routes of the API call, as a part of the HTTP request. `--mcp=off` removes it.

mod citation;
mod entities;
mod passage;
mod quotes;
mod reader;
mod resources;
mod server;
mod share_of_voice;
mod tool;
mod tools;

use super::extract::body::{MAX_BODY, RawBody};
use super::respond::problem::Problem;
use super::wire::problem::Code;
use actix_web::http::StatusCode;
use actix_web::http::header::{ContentType, HeaderMap};
use actix_web::{HttpRequest, HttpResponse, post};
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HOST};
use http_body_util::{BodyExt, Full, combinators};
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use serde_json::Value;
use server::{Call, Server};
use std::convert::Infallible;
use std::mem;
use std::pin::pin;
use std::sync::Arc;
use tokio::sync::mpsc;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

/// The start of the names of the headers that the protocol defines.
const HEADERS: &str = "mcp-";

/// The one operation of the server.
pub fn configure(config: &mut ServiceConfig) {
    config.service(call_mcp);
}

/// A message of JSON-RPC 2.0.
#[derive(ToSchema)]
#[schema(value_type = Object)]
struct Message(#[allow(dead_code, reason = "describes a body that `rmcp` reads and writes")] Value);

/// Answers a message of the Model Context Protocol.
#[utoipa::path(tag = "mcp", security(("key" = ["read"])), request_body = inline(Message), responses(
    (status = 200, description = "The answer", body = inline(Message)),
    (status = 202, description = "A notification, which has no answer"),
))]
#[post("/mcp")]
pub async fn call_mcp(request: HttpRequest, mut body: RawBody) -> Result<HttpResponse, Problem> {
    let (calls, mut waiting) = mpsc::channel(1);
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_max_request_body_bytes(MAX_BODY)
        // The middleware has checked Host and Origin.
        .disable_allowed_hosts();
    let sessions = Arc::new(NeverSessionManager::default());
    let service = StreamableHttpService::new(move || Ok(Server::new(calls.clone())), sessions, config);
    let mut response = pin!(service.handle(message(request.headers(), mem::take(&mut body.bytes))?));
    // `rmcp` runs the server as a task of its own. What it calls is run here, within the request's deadline and session.
    loop {
        tokio::select! {
            response = &mut response => return answer(response).await,
            Some(call) = waiting.recv() => run(&request, call).await,
        }
    }
}

/// Runs a call as a part of the request. A client that cancelled it gets no reply.
async fn run(request: &HttpRequest, call: Call) {
    match call {
        Call::Tool(params, reply) => drop(reply.send(tools::run(request, params).await)),
        Call::Resource(uri, reply) => drop(reply.send(resources::read(request, uri).await)),
    }
}

/// The request as `rmcp` takes it. It wants a host, and a client that accepts event streams too, which are never sent.
fn message(headers: &HeaderMap, body: Vec<u8>) -> Result<http::Request<Full<Bytes>>, Problem> {
    let mut message = http::Request::post("/mcp").header(HOST, "localhost").header(CONTENT_TYPE, "application/json");
    message = message.header(ACCEPT, "application/json, text/event-stream");
    for (name, value) in headers.iter().filter(|(name, _)| name.as_str().starts_with(HEADERS)) {
        message = message.header(name.as_str(), value.as_bytes());
    }
    message.body(Full::from(body)).map_err(|error| Problem::parameter(HEADERS, error.to_string()))
}

/// The response of `rmcp`. What it refuses in plain text is no message of the protocol.
async fn answer(response: http::Response<combinators::BoxBody<Bytes, Infallible>>) -> Result<HttpResponse, Problem> {
    let (head, body) = response.into_parts();
    let Ok(body) = body.collect().await.map(|body| body.to_bytes());
    let is_json = head.headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    if !is_json && !head.status.is_success() {
        return Err(Problem::new(Code::MalformedBody, String::from_utf8_lossy(&body)));
    }
    let mut response = HttpResponse::build(StatusCode::from_u16(head.status.as_u16()).unwrap_or(StatusCode::OK));
    Ok(if is_json { response.content_type(ContentType::json()).body(body) } else { response.finish() })
}
