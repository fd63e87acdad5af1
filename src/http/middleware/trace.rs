//! Request id, trace context, log line and metrics of every request.

use super::trace_context::{TRACEPARENT, TraceContext};
use crate::http::context::{self, Draining, Notes, PublicPrefix, REQUEST_ID, SlowRequests};
use crate::http::extract::client_address::client_address;
use crate::http::extract::contract::{Contract, Operation};
use crate::http::middleware::metrics::Metrics;
use crate::http::middleware::spans::{RequestSpan, Spans};
use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::HeaderValue;
use actix_web::http::{ConnectionType, Method};
use actix_web::middleware::Next;
use actix_web::{Error, web};
use log::kv::Value;
use log::{Level, Record};
use std::rc::Rc;
use std::time::Duration;
use tokio::time::Instant;
use uuid::Uuid;

/// Status logged when the client disconnects before the response, as in nginx.
const CLIENT_CLOSED_REQUEST: u16 = 499;
/// Routes that probes and scrapers ask all the time: logged at level debug.
const PROBES: [&str; 3] = ["/livez", "/readyz", "/metrics"];

/// Gives the request its id, measures and logs it.
pub async fn trace(mut request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse, Error> {
    let id = id_of(&request);
    let contract = Contract::of(request.request());
    let route = contract.route(&request);
    context::set_route(request.request(), route);
    if route.is_some_and(|route| contract.answers_page(route, request.headers())) {
        context::set_page(request.request());
    }
    let spans = request.app_data::<web::Data<Spans>>().cloned();
    let mut span = Span {
        started: Instant::now(),
        id: id.clone(),
        method: request.method().clone(),
        path: request.path().to_owned(),
        query: request.query_string().to_owned(),
        operation: Operation::of(request.request()),
        route: route.unwrap_or("unknown"),
        client: client_address(request.request()).to_string(),
        trace: TraceContext::of(request.headers()).or_else(|| spans.is_some().then(TraceContext::start)),
        spans,
        notes: Rc::default(),
        status: CLIENT_CLOSED_REQUEST,
        slow: request.app_data::<web::Data<SlowRequests>>().map_or(Duration::MAX, |slow| slow.0),
        metrics: request.app_data::<web::Data<Metrics>>().cloned(),
    };
    let draining = request.app_data::<web::Data<Draining>>().cloned();
    // HEAD is answered as GET; the connection leaves out the body.
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
        context::set_head(request.request());
    }
    let _in_flight = span.metrics.as_ref().map(|metrics| metrics.request_began());
    let header = HeaderValue::from_str(&id).unwrap_or_else(|_| HeaderValue::from_static("-"));
    let traceparent = span.trace.as_ref().and_then(|trace| HeaderValue::from_str(&trace.header()).ok());
    let prefix = request.app_data::<web::Data<PublicPrefix>>().map(|prefix| prefix.get_ref().clone());
    let result = context::scope(id, prefix.unwrap_or_default(), Rc::clone(&span.notes), next.call(request)).await;
    span.status = match &result {
        Ok(response) => response.status().as_u16(),
        Err(error) => error.as_response_error().status_code().as_u16(),
    };
    drop(span);
    let mut response = result?;
    response.headers_mut().insert(REQUEST_ID, header);
    if let Some(traceparent) = traceparent {
        response.headers_mut().insert(TRACEPARENT, traceparent);
    }
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
    query: String,
    operation: Option<&'static Operation>,
    route: &'static str,
    client: String,
    trace: Option<TraceContext>,
    notes: Rc<Notes>,
    status: u16,
    /// From this time on a request is slow.
    slow: Duration,
    metrics: Option<web::Data<Metrics>>,
    spans: Option<web::Data<Spans>>,
}

impl Span {
    /// Writes the one line of this request.
    fn log(&self, took: Duration) {
        let is_slow = took >= self.slow;
        let level = match PROBES.contains(&self.route) {
            _ if is_slow => Level::Warn,
            true => Level::Debug,
            false => Level::Info,
        };
        if level > log::max_level() {
            return;
        }
        let mut values = vec![
            ("request_id", Value::from(&*self.id)),
            ("method", Value::from(self.method.as_str())),
            ("path", Value::from(&*self.path)),
            ("status", Value::from(self.status)),
            ("duration_ms", Value::from(took.as_secs_f64() * 1000.0)),
            ("client", Value::from(&*self.client)),
        ];
        let key = self.notes.key.borrow();
        values.extend(key.as_deref().map(|key| ("key", Value::from(key))));
        values.extend(self.notes.problem.get().map(|code| ("code", Value::from(code))));
        if let Some(trace) = &self.trace {
            values.extend([("trace_id", Value::from(&*trace.trace_id)), ("span_id", Value::from(&*trace.span_id))]);
        }
        // Values of the query may be personal data: a slow request shows its parameters, and others only the path.
        let shape = self.operation.filter(|_| is_slow).map(|operation| operation.query_shape(&self.query));
        if is_slow {
            values.push(("slow", Value::from(true)));
            values.extend(shape.as_deref().map(|shape| ("query", Value::from(shape))));
        }
        log::logger().log(
            &Record::builder()
                .level(level)
                .target("verbatim::request")
                .key_values(&values.as_slice())
                .args(format_args!("{} {} {}", self.method, self.path, self.status))
                .build(),
        );
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        let took = self.started.elapsed();
        if let Some(metrics) = &self.metrics {
            metrics.request_ended(&self.method, self.route, self.status, self.notes.problem.get(), took);
        }
        if let (Some(spans), Some(trace)) = (&self.spans, &self.trace)
            && !PROBES.contains(&self.route)
        {
            spans.record(&RequestSpan {
                trace,
                method: &self.method,
                route: self.route,
                path: &self.path,
                client: &self.client,
                status: self.status,
                took,
            });
        }
        self.log(took);
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
