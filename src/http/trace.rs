//! Around every request: its id, its deadline, its line in the log, its place in the metrics.

use super::contract;
use super::metrics::Metrics;
use super::problem::{Code, Problem};
use super::service::Draining;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::{ConnectionType, Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, ResponseError, web};
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::Instant;
use uuid::Uuid;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

tokio::task_local! {
    static CURRENT: String;
}

/// How long after its deadline a request is ended: time for readers of bodies, and for commits under way, to say so themselves.
const GRACE: Duration = Duration::from_millis(200);

/// How long a request may take in all.
#[derive(Debug, Clone, Copy)]
pub struct Deadline(pub Duration);

#[derive(Clone, Copy)]
struct Due(Instant);

/// The pattern that the address matches: to find it is the dearest part of some answers, so it is found once.
#[derive(Clone, Copy)]
struct Pattern(Option<&'static str>);

/// The pattern of the document that the request's address matches; `None` where nothing is.
pub fn pattern(request: &HttpRequest) -> Option<&'static str> {
    request.extensions().get::<Pattern>().and_then(|pattern| pattern.0)
}

/// The id of the request that is being answered; `-` outside of one.
pub fn request_id() -> String {
    CURRENT.try_with(Clone::clone).unwrap_or_else(|_| "-".to_owned())
}

/// When the request must be answered.
pub fn deadline(request: &HttpRequest) -> Instant {
    let due = request.extensions().get::<Due>().copied();
    due.map_or_else(|| Instant::now() + Duration::from_secs(10), |due| due.0)
}

/// Gives the request its id, measures and logs it.
pub async fn trace(
    mut request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let started = Instant::now();
    let id = id_of(&request);
    let method = request.method().clone();
    let path = request.path().to_owned();
    let metrics = request.app_data::<web::Data<Metrics>>().cloned();
    let draining = request.app_data::<web::Data<Draining>>().cloned();
    // HEAD is GET without the body, which the connection leaves out by itself.
    if method == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    let pattern = contract::pattern(&request);
    request.extensions_mut().insert(Pattern(pattern));
    let _in_flight = metrics.as_ref().map(|metrics| metrics.request_began());

    let header = HeaderValue::from_str(&id).unwrap_or_else(|_| HeaderValue::from_static("-"));
    let result = CURRENT.scope(id.clone(), next.call(request)).await;
    let status = match &result {
        Ok(response) => response.status(),
        Err(error) => error.as_response_error().status_code(),
    };
    let took = started.elapsed();
    if let Some(metrics) = &metrics {
        metrics.request_ended(&method, pattern.unwrap_or("unknown"), status, took);
    }
    log_line(&id, &method, &path, status, took);
    let mut response = result?;
    response.headers_mut().insert(REQUEST_ID, header);
    if draining.is_some_and(|draining| draining.0.load(Ordering::Relaxed)) {
        // Told so, a caller opens another connection, elsewhere, rather than send into one that is about to close.
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    Ok(response)
}

fn log_line(id: &str, method: &Method, path: &str, status: StatusCode, took: Duration) {
    // The query may hold what people search for: the path alone is logged.
    log::info!(
        target: "verbatim::request",
        request_id = id,
        method = method.as_str(),
        path = path,
        status = status.as_u16(),
        duration_ms = took.as_secs_f64() * 1000.0;
        "{method} {path} {}", status.as_u16()
    );
}

/// The caller's id when it is sane, else a new one.
fn id_of(request: &ServiceRequest) -> String {
    let sane = |id: &&str| {
        (1..=128).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    };
    let given = request.headers().get(&REQUEST_ID).and_then(|value| value.to_str().ok()).filter(sane);
    given.map_or_else(|| Uuid::now_v7().to_string(), str::to_owned)
}

/// Ends a request that takes longer than its deadline. Whether a write was carried out is then unknown.
pub async fn enforce_deadline(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let limit = request.app_data::<web::Data<Deadline>>().map_or(Duration::from_secs(10), |deadline| deadline.0);
    let due = Instant::now() + limit;
    request.extensions_mut().insert(Due(due));
    let code = if request.method().is_safe() { Code::DeadlinePassed } else { Code::OutcomeUnknown };
    match tokio::time::timeout_at(due + GRACE, next.call(request)).await {
        Ok(result) => result,
        Err(_) => Err(refusal(Problem::new(code, "the request did not finish within its deadline"))),
    }
}

/// A refusal by what stands around the handlers, with the id of the request.
pub fn refusal(problem: Problem) -> Error {
    let mut response = problem.error_response();
    if let Ok(id) = HeaderValue::from_str(&request_id()) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    InternalError::from_response(problem, response).into()
}
