//! Request id, access log and metrics of every request.

use crate::http::context::{self, Draining, PublicPrefix, REQUEST_ID};
use crate::http::extract::contract::Contract;
use crate::http::middleware::metrics::Metrics;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::HeaderValue;
use actix_web::http::{ConnectionType, Method};
use actix_web::middleware::Next;
use actix_web::{Error, web};
use tokio::time::Instant;
use uuid::Uuid;

/// Status logged when the client disconnects before the response, as in nginx.
const CLIENT_CLOSED_REQUEST: u16 = 499;

/// Gives the request its id, measures and logs it.
pub async fn trace(
    mut request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let id = id_of(&request);
    let route = Contract::of(request.request()).route(&request);
    context::set_route(request.request(), route);
    let mut span = Span {
        started: Instant::now(),
        id: id.clone(),
        method: request.method().clone(),
        path: request.path().to_owned(),
        route: route.unwrap_or("unknown"),
        status: CLIENT_CLOSED_REQUEST,
        metrics: request.app_data::<web::Data<Metrics>>().cloned(),
    };
    let draining = request.app_data::<web::Data<Draining>>().cloned();
    // HEAD is answered as GET; the connection leaves out the body.
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    let _in_flight = span.metrics.as_ref().map(|metrics| metrics.request_began());
    let header = HeaderValue::from_str(&id).unwrap_or_else(|_| HeaderValue::from_static("-"));
    let prefix = request.app_data::<web::Data<PublicPrefix>>().map(|prefix| prefix.get_ref().clone());
    let result = context::scope(id, prefix.unwrap_or_default(), next.call(request)).await;
    span.status = match &result {
        Ok(response) => response.status().as_u16(),
        Err(error) => error.as_response_error().status_code().as_u16(),
    };
    drop(span);
    let mut response = result?;
    response.headers_mut().insert(REQUEST_ID, header);
    if draining.is_some_and(|draining| draining.is_started()) {
        // The client then opens another connection, to another instance, instead of using one that is about to close.
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    Ok(response)
}

/// A request under way. Logged and counted when it is dropped: actix drops the request of a client that hangs up.
struct Span {
    started: Instant,
    id: String,
    method: Method,
    path: String,
    route: &'static str,
    status: u16,
    metrics: Option<web::Data<Metrics>>,
}

impl Drop for Span {
    fn drop(&mut self) {
        let took = self.started.elapsed();
        if let Some(metrics) = &self.metrics {
            metrics.request_ended(&self.method, self.route, self.status, took);
        }
        // The query may contain personal data: only the path is logged.
        log::info!(
            target: "verbatim::request",
            request_id = self.id,
            method = self.method.as_str(),
            path = self.path,
            status = self.status,
            duration_ms = took.as_secs_f64() * 1000.0;
            "{} {} {}", self.method, self.path, self.status
        );
    }
}

/// The client's request id if it is valid, else a new one.
fn id_of(request: &ServiceRequest) -> String {
    let sane = |id: &&str| {
        (1..=128).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    };
    let given = request.headers().get(&REQUEST_ID).and_then(|value| value.to_str().ok()).filter(sane);
    given.map_or_else(|| Uuid::now_v7().to_string(), str::to_owned)
}
