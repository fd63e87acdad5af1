//! The application: its state, its routes and the order of its middleware. The only file that sees all of `http`.

use super::context::{Draining, PublicOrigin, PublicPrefix, Readiness, RequestDeadline, SlowRequests};
use super::extract::body::ReceiveBudget;
use super::extract::client_address::TrustedProxies;
use super::middleware::audit::AuditLog;
use super::middleware::authenticate::{OpenMetrics, authenticate};
use super::middleware::limit::limit;
use super::middleware::metrics::Metrics;
use super::middleware::origin::{TrustedOrigins, refuse_foreign_origins};
use super::middleware::spans::Spans;
use super::middleware::{compress, contract, cors, deadline, pace, read_consistency, shed, trace};
use super::openapi::Extras;
use super::respond::problem::Problem;
use super::routes::docs::{DocumentText, read_docs_file};
use super::routes::service::{read_liveness, read_readiness};
use super::wire::problem::Code;
use super::{mcp, openapi, pages, routes};
use crate::app::annotator::Annotator;
use crate::app::article_batcher::ArticleBatcher;
use crate::app::change_feed::ChangeFeed;
use crate::app::importer::Importer;
use crate::app::keys::Keys;
use crate::app::quote_page_loader::QuotePageLoader;
use crate::app::response_cache::ResponseCache;
use crate::auth::{Authenticator, Limits};
use crate::domain::article_url::UrlNormalizer;
use crate::store::Db;
use crate::store::entities::names::PopularNames;
use crate::store::fulltext::Statistics;
use crate::store::name_dictionary::NameDictionary;
use actix_cors::Cors;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::header::CONTENT_SECURITY_POLICY;
use actix_web::middleware::{Condition, DefaultHeaders, from_fn};
use actix_web::{App, Error, HttpRequest, ResponseError, web};
use std::sync::Arc;
use std::time::Duration;
use utoipa_actix_web::AppExt;

/// The state that the handlers share.
#[derive(Clone)]
pub struct State {
    pub db: Db,
    /// Refreshed by a background task.
    pub names: Arc<NameDictionary>,
    pub popular_names: web::Data<PopularNames>,
    pub statistics: web::Data<Statistics>,
    pub records: web::Data<ResponseCache>,
    pub quotes: web::Data<QuotePageLoader>,
    pub articles: web::Data<ArticleBatcher>,
    pub importer: web::Data<Importer>,
    pub annotator: web::Data<Annotator>,
    pub changes: web::Data<ChangeFeed>,
    pub authenticator: web::Data<Authenticator>,
    /// Refreshed by a background task.
    pub keys: web::Data<Keys>,
    pub limits: web::Data<Limits>,
    pub audit_log: Option<web::Data<AuditLog>>,
    pub trusted_proxies: TrustedProxies,
    /// Whether everybody may read the metrics.
    pub open_metrics: bool,
    pub metrics: web::Data<Metrics>,
    /// Where the spans of requests go.
    pub spans: Option<web::Data<Spans>>,
    pub draining: web::Data<Draining>,
    pub readiness: web::Data<Readiness>,
    /// Time limit of a request.
    pub deadline: Duration,
    /// From this time on a request is slow.
    pub slow_request: Duration,
    /// Origins whose pages may read the answers, and write; none by default.
    pub cors_origins: Vec<String>,
    pub trusted: TrustedOrigins,
    /// How the urls of articles are normalised.
    pub urls: web::Data<UrlNormalizer>,
    pub receive_budget: ReceiveBudget,
    /// The path under which a reverse proxy serves the service; empty without one.
    pub prefix: PublicPrefix,
    pub origin: PublicOrigin,
    /// What there is beside the API.
    pub extras: Extras,
}

/// The policy of answers that load nothing; the documentation page has its own.
const NO_CONTENT: &str = "default-src 'none'; frame-ancestors 'none'";

/// The headers that a page of another origin may read.
const EXPOSED: [&str; 12] = [
    "accept-encoding",
    "allow",
    "etag",
    "link",
    "location",
    "ratelimit",
    "ratelimit-policy",
    "retry-after",
    "traceparent",
    "www-authenticate",
    "x-consistency-token",
    "x-request-id",
];

/// Builds the application of the address for probes: nothing that other requests wait for is in their way.
pub fn probes(
    state: State,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    let nothing = async |request: HttpRequest| {
        Problem::new(Code::NoSuchRoute, format!("only probes are answered here, not {}", request.path()))
            .error_response()
    };
    App::new()
        .app_data(web::Data::new(state.db))
        .app_data(state.draining)
        .app_data(state.readiness)
        .app_data(state.metrics)
        .app_data(openapi::contract(Extras::default()))
        .service(read_liveness)
        .service(read_readiness)
        .default_service(web::to(nothing))
        .wrap(from_fn(trace::trace))
}

/// Builds the application: every route, behind the middleware.
pub fn app(
    state: State,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    let cors = state.cors_origins.iter().fold(Cors::default(), |cors, origin| cors.allowed_origin(origin));
    let cors = cors.allow_any_method().allow_any_header().expose_headers(EXPOSED);
    let (audit_log, spans) = (state.audit_log, state.spans);
    App::new()
        .configure(move |config| {
            if let Some(log) = audit_log {
                config.app_data(log);
            }
            if let Some(spans) = spans {
                config.app_data(spans);
            }
        })
        .into_utoipa_app()
        .app_data(web::Data::new(state.db))
        .app_data(state.popular_names)
        .app_data(state.statistics)
        .app_data(state.records)
        .app_data(state.quotes)
        .app_data(state.articles)
        .app_data(state.importer)
        .app_data(state.annotator)
        .app_data(state.changes)
        .app_data(state.authenticator)
        .app_data(state.keys)
        .app_data(state.limits)
        .app_data(web::Data::new(state.trusted_proxies))
        .app_data(web::Data::new(OpenMetrics(state.open_metrics)))
        .app_data(state.metrics)
        .app_data(state.draining)
        .app_data(state.readiness)
        .app_data(web::Data::new(RequestDeadline(state.deadline)))
        .app_data(web::Data::new(SlowRequests(state.slow_request)))
        .app_data(web::Data::new(DocumentText {
            current: openapi::document_text(),
            in_3_0: openapi::document_text_3_0(),
        }))
        .app_data(web::Data::new(state.trusted))
        .app_data(state.urls)
        .app_data(web::Data::new(state.receive_budget))
        .app_data(web::Data::new(state.prefix))
        .app_data(web::Data::new(state.origin))
        .app_data(openapi::contract(state.extras))
        .configure(move |config| {
            if state.extras.pages {
                pages::configure_shared(config);
            }
        })
        .configure(routes::configure)
        .configure(move |config| {
            if state.extras.pages {
                pages::configure_own(config);
            }
            if state.extras.mcp {
                mcp::configure(config);
            }
        })
        .into_app()
        .service(read_docs_file)
        // The last one wrapped is the first to see a request.
        .wrap(from_fn(contract::enforce_contract))
        .wrap(from_fn(read_consistency::read_consistency))
        .wrap(from_fn(deadline::enforce_deadline))
        .wrap(from_fn(shed::shed_writes))
        .wrap(from_fn(compress::compress))
        .wrap(from_fn(pace::pace))
        .wrap(from_fn(limit))
        .wrap(from_fn(authenticate))
        .wrap(from_fn(refuse_foreign_origins))
        .wrap(Condition::new(!state.cors_origins.is_empty(), cors))
        .wrap(from_fn(cors::explain_cors))
        .wrap(from_fn(cors::open_reconciliation))
        .wrap(from_fn(pages::problem::show_problems))
        .wrap(DefaultHeaders::new().add(("x-content-type-options", "nosniff")).add(("x-frame-options", "DENY")))
        .wrap(DefaultHeaders::new().add(("referrer-policy", "no-referrer")).add((CONTENT_SECURITY_POLICY, NO_CONTENT)))
        .wrap(from_fn(trace::trace))
}
