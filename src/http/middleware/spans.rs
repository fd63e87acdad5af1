//! Sends a span of each request to an OpenTelemetry collector, as OTLP over HTTP.

use super::trace_context::TraceContext;
use actix_web::http::Method;
use std::time::Duration;

/// An answered request.
pub struct RequestSpan<'a> {
    pub trace: &'a TraceContext,
    pub method: &'a Method,
    /// The template of its path, such as `/v1/articles/{id}`.
    pub route: &'a str,
    pub path: &'a str,
    pub client: &'a str,
    pub status: u16,
    pub took: Duration,
}

#[cfg(feature = "otlp")]
pub use otlp::Spans;

/// A build without the feature `otlp` sends no spans.
#[cfg(not(feature = "otlp"))]
pub enum Spans {}

#[cfg(not(feature = "otlp"))]
impl Spans {
    /// The settings refuse an endpoint.
    pub fn send_to(_: &url::Url) -> Self {
        unreachable!("the settings refuse an endpoint in this build")
    }

    pub fn record(&self, _: &RequestSpan<'_>) {
        match *self {}
    }

    pub fn flush(&self) {
        match *self {}
    }
}

#[cfg(feature = "otlp")]
mod otlp {
    use super::RequestSpan;
    use crate::tls;
    use opentelemetry::trace::{SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState};
    use opentelemetry::{InstrumentationScope, KeyValue};
    use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
    use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
    use opentelemetry_sdk::Resource;
    use opentelemetry_sdk::trace::{BatchSpanProcessor, SpanData, SpanEvents, SpanLinks, SpanProcessor};
    use std::pin::Pin;
    use std::time::{Duration, SystemTime};
    use ureq::Agent;
    use ureq::config::Config;

    /// How long the collector may take to answer.
    const TIMEOUT: Duration = Duration::from_secs(5);

    /// Collects spans, and sends them in batches from a thread of its own. Spans are lost while the collector is away.
    #[derive(Debug)]
    pub struct Spans(BatchSpanProcessor);

    impl Spans {
        /// Sends the spans to `/v1/traces` at the endpoint. `OTEL_EXPORTER_OTLP_HEADERS` adds headers, such as a key.
        pub fn send_to(endpoint: &url::Url) -> Self {
            let endpoint = format!("{}/v1/traces", endpoint.as_str().trim_end_matches('/'));
            let exporter = SpanExporter::builder().with_http().with_http_client(Client::new()).with_endpoint(endpoint);
            let exporter = exporter.build().expect("the endpoint is a URL");
            let mut processor = BatchSpanProcessor::builder(exporter).build();
            let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
            processor.set_resource(&Resource::builder().with_service_name("verbatim").with_attribute(version).build());
            Self(processor)
        }

        /// Adds a request that ends now, if its trace is recorded.
        pub fn record(&self, request: &RequestSpan<'_>) {
            if !request.trace.is_sampled() {
                return;
            }
            let ids = (TraceId::from_hex(&request.trace.trace_id), SpanId::from_hex(&request.trace.span_id));
            let (Ok(trace_id), Ok(span_id)) = ids else { return };
            let parent = request.trace.parent_id.as_deref().and_then(|id| SpanId::from_hex(id).ok());
            let is_failed = request.status >= 500;
            let end = SystemTime::now();
            self.0.on_end(SpanData {
                span_context: SpanContext::new(trace_id, span_id, TraceFlags::SAMPLED, false, TraceState::NONE),
                parent_span_id: parent.unwrap_or(SpanId::INVALID),
                parent_span_is_remote: parent.is_some(),
                span_kind: SpanKind::Server,
                name: format!("{} {}", request.method, request.route).into(),
                start_time: end.checked_sub(request.took).unwrap_or(end),
                end_time: end,
                // The names of the semantic conventions of OpenTelemetry for HTTP.
                attributes: vec![
                    KeyValue::new("http.request.method", request.method.to_string()),
                    KeyValue::new("http.route", request.route.to_owned()),
                    KeyValue::new("url.path", request.path.to_owned()),
                    KeyValue::new("http.response.status_code", i64::from(request.status)),
                    KeyValue::new("client.address", request.client.to_owned()),
                ],
                dropped_attributes_count: 0,
                events: SpanEvents::default(),
                links: SpanLinks::default(),
                status: if is_failed { Status::error("") } else { Status::Unset },
                instrumentation_scope: InstrumentationScope::builder("verbatim").build(),
            });
        }

        /// Sends what is left. Blocks.
        pub fn flush(&self) {
            if let Err(error) = self.0.shutdown_with_timeout(TIMEOUT) {
                log::warn!("the last spans were not sent: {error}");
            }
        }
    }

    /// The HTTP client of the service.
    #[derive(Debug)]
    struct Client(Agent);

    impl Client {
        fn new() -> Self {
            let config = Config::builder().timeout_global(Some(TIMEOUT)).max_redirects(0).tls_config(tls::client());
            Self(config.http_status_as_error(false).build().into())
        }
    }

    type Answer<'a> = Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'a>>;

    impl HttpClient for Client {
        // Blocks: the processor calls it on its own thread.
        fn send_bytes<'a, 'async_trait>(&'a self, request: Request<Bytes>) -> Answer<'async_trait>
        where
            'a: 'async_trait,
            Self: 'async_trait,
        {
            Box::pin(async move {
                let (parts, body) = request.into_parts();
                let (parts, mut body) = self.0.run(Request::from_parts(parts, &body[..]))?.into_parts();
                Ok(Response::from_parts(parts, Bytes::from(body.read_to_vec()?)))
            })
        }
    }
}
