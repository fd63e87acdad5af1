//! The API over HTTP: one file per resource, and what they share.

mod accept;
pub mod annotate;
pub mod articles;
mod choice;
pub mod compress;
pub mod contract;
pub mod docs;
pub mod entities;
pub mod etag;
pub mod graph;
pub mod highlight;
pub mod input;
mod json;
pub mod mentions;
pub mod metrics;
pub mod page;
pub mod patch;
pub mod problem;
pub mod questions;
pub mod quotes;
mod schema;
pub mod service;
pub mod session;
pub mod stats;
pub mod trace;

use crate::app::response_cache::ResponseCache;
use crate::store::Db;
use crate::store::name_dictionary::NameDictionary;
use crate::store::search::Statistics;
use actix_cors::Cors;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Condition, DefaultHeaders, from_fn};
use actix_web::{App, Error, web};
use articles::Creations;
use metrics::Metrics;
use quotes::PlainPages;
use service::Draining;
use std::time::Duration;
use utoipa_actix_web::AppExt;
use utoipa_actix_web::service_config::ServiceConfig;

/// What the handlers share.
#[derive(Clone)]
pub struct State {
    pub db: Db,
    pub names: web::Data<NameDictionary>,
    pub statistics: web::Data<Statistics>,
    pub records: web::Data<ResponseCache>,
    pub quotes: web::Data<PlainPages>,
    pub creations: web::Data<Creations>,
    pub metrics: web::Data<Metrics>,
    pub draining: web::Data<Draining>,
    /// How long a request may take in all.
    pub deadline: Duration,
    /// Origins whose pages may call the service; none by default.
    pub cors_origins: Vec<String>,
}

/// What a page of another origin may read besides the body.
const EXPOSED: [&str; 8] =
    ["accept-encoding", "allow", "etag", "link", "location", "retry-after", "x-consistency-token", "x-request-id"];

/// The application: every route, behind what every request goes through.
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
    App::new()
        .into_utoipa_app()
        .app_data(web::Data::new(state.db))
        .app_data(state.names)
        .app_data(state.statistics)
        .app_data(state.records)
        .app_data(state.quotes)
        .app_data(state.creations)
        .app_data(state.metrics)
        .app_data(state.draining)
        .app_data(web::Data::new(trace::Deadline(state.deadline)))
        .configure(routes)
        .into_app()
        .service(docs::read_docs_file)
        // The last one wrapped is the first to see a request.
        .wrap(from_fn(contract::enforce))
        .wrap(from_fn(session::read_consistency))
        .wrap(from_fn(trace::enforce_deadline))
        .wrap(from_fn(compress::compress))
        .wrap(Condition::new(!state.cors_origins.is_empty(), cors))
        .wrap(from_fn(problem::explain_cors))
        .wrap(DefaultHeaders::new().add(("x-content-type-options", "nosniff")))
        .wrap(from_fn(trace::trace))
}

/// Every operation of the document.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(articles::create_article)
        .service(articles::list_articles)
        .service(articles::read_article)
        .service(articles::update_article)
        .service(articles::delete_article)
        .service(articles::list_article_versions)
        .service(articles::read_article_version)
        .service(annotate::annotate_text)
        .service(annotate::annotate_article)
        .service(mentions::create_mention)
        .service(mentions::list_mentions_of_article)
        .service(mentions::list_mentions)
        .service(mentions::read_mention)
        .service(mentions::update_mention)
        .service(mentions::delete_mention)
        .service(quotes::list_quotes_of_article)
        .service(entities::create_entity)
        .service(entities::list_entities)
        .service(entities::suggest_entities)
        .service(entities::read_entity)
        .service(entities::update_entity)
        .service(entities::delete_entity)
        .service(quotes::create_quote)
        .service(quotes::list_quotes)
        .service(quotes::match_quotes)
        .service(quotes::read_quote)
        .service(quotes::update_quote)
        .service(quotes::delete_quote)
        .service(quotes::read_quote_occurrences)
        .service(stats::read_timeline)
        .service(stats::read_top)
        .service(graph::read_speaks_about)
        .service(graph::read_co_mentions)
        .service(graph::list_related_entities)
        .service(docs::read_document)
        .service(docs::read_docs)
        .service(service::read_index)
        .service(service::read_liveness)
        .service(service::read_readiness)
        .service(service::read_metrics)
        .service(service::read_problem);
}
