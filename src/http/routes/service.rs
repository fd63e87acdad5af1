//! The service itself: index, health, metrics, and the meaning of its problems.

use crate::app::response_cache::{CacheState, ResponseCache};
use crate::http::context::{Draining, Readiness, public_path};
use crate::http::extract::accept::weight;
use crate::http::middleware::metrics::{self, CacheCounts, Metrics};
use crate::http::respond::json;
use crate::http::respond::problem::Problem;
use crate::http::wire::problem::Code;
use crate::store::{Db, migrate};
use actix_web::http::header::{Accept, Header};
use actix_web::mime::Mime;
use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use utoipa::ToSchema;

/// Maximum time that the readiness probe waits for the database.
const PROBE_DEADLINE: Duration = Duration::from_millis(1500);

/// The name of the service, with links.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "name": "verbatim", "version": "0.1.0", "description": "News knowledge over HTTP.",
    "links": {"docs": "/docs", "document": "/openapi.json", "articles": "/v1/articles", "entities": "/v1/entities", "quotes": "/v1/quotes"}
}))]
struct IndexBody {
    #[schema(max_length = 50)]
    name: &'static str,
    #[schema(max_length = 50)]
    version: &'static str,
    #[schema(max_length = 200)]
    description: &'static str,
    links: LinksBody,
}

/// Links of the service.
#[derive(Serialize, ToSchema)]
struct LinksBody {
    #[schema(max_length = 50)]
    docs: String,
    #[schema(max_length = 50)]
    document: String,
    #[schema(max_length = 50)]
    articles: String,
    #[schema(max_length = 50)]
    entities: String,
    #[schema(max_length = 50)]
    quotes: String,
}

/// Read the index
///
/// The name and version of the service, with links to its documentation and its lists.
#[utoipa::path(tag = "service", security(()), responses((status = 200, description = "The service", body = IndexBody)))]
#[get("/")]
pub async fn read_index() -> HttpResponse {
    json::ok(&IndexBody {
        name: "verbatim",
        version: env!("CARGO_PKG_VERSION"),
        description: env!("CARGO_PKG_DESCRIPTION"),
        links: LinksBody {
            docs: public_path("/docs"),
            document: public_path("/openapi.json"),
            articles: public_path("/v1/articles"),
            entities: public_path("/v1/entities"),
            quotes: public_path("/v1/quotes"),
        },
    })
}

/// The health of the process.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"status": "ok"}))]
struct HealthBody {
    #[schema(max_length = 20)]
    status: &'static str,
}

/// The readiness of the service.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"status": "ready"}))]
struct ReadinessBody {
    #[schema(max_length = 20)]
    status: &'static str,
    /// `in use`, or `not in use` while every replica is unreachable or too far behind, so that reads go to the primary. Absent
    /// without replicas.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 20, value_type = String, required = false)]
    replica: Option<&'static str>,
}

/// Check that the process is alive
///
/// Does not depend on the database. If this fails, restart the process.
#[utoipa::path(tag = "service", security(()), responses((status = 200, description = "The process is alive", body = HealthBody)))]
#[get("/livez")]
pub async fn read_liveness() -> HttpResponse {
    json::ok(&HealthBody { status: "ok" })
}

/// Check that requests can be served
///
/// Succeeds when the database is reachable, its schema is current, and the service is not stopping.
#[utoipa::path(tag = "service", security(()), responses((status = 200, description = "Ready", body = ReadinessBody)))]
#[get("/readyz")]
pub async fn read_readiness(
    db: web::Data<Db>,
    draining: web::Data<Draining>,
    readiness: web::Data<Readiness>,
) -> Result<HttpResponse, Problem> {
    if draining.is_started() {
        return Err(Problem::new(Code::Unavailable, "the service is stopping"));
    }
    // The log has the words of Postgres; the answer does not.
    let (cause, detail) = match tokio::time::timeout(PROBE_DEADLINE, db.probe(migrate::obstacle)).await {
        Ok(Ok(None)) => {
            readiness.record(None);
            let replica = db.replicas().map(|replicas| if replicas.usable > 0 { "in use" } else { "not in use" });
            return Ok(json::ok(&ReadinessBody { status: "ready", replica }));
        }
        Ok(Ok(Some(obstacle))) => (obstacle.clone(), obstacle),
        Ok(Err(error)) => (error.to_string(), "the database cannot be reached".to_owned()),
        Err(_) => ("the database does not answer".to_owned(), "the database does not answer".to_owned()),
    };
    readiness.record(Some(cause));
    Err(Problem::new(Code::Unavailable, detail))
}

/// Metrics as text.
#[derive(ToSchema)]
#[schema(max_length = 10_485_760, example = "# EOF\n")]
struct MetricsText(#[allow(dead_code, reason = "describes a body that is written as text")] String);

/// Read the metrics
///
/// Requests, annotations, background tasks, the process, and the use of the database, in OpenMetrics text or, when `Accept`
/// prefers it, in the text format 0.0.4 of Prometheus.
#[utoipa::path(tag = "service", security(("key" = ["read"])), responses(
    (status = 200, description = "The metrics", content(
        (MetricsText = "application/openmetrics-text; version=1.0.0; charset=utf-8"),
        (MetricsText = "text/plain; version=0.0.4; charset=utf-8"),
    )),
))]
#[get("/metrics")]
pub async fn read_metrics(
    request: HttpRequest,
    db: web::Data<Db>,
    records: web::Data<ResponseCache>,
    metrics: web::Data<Metrics>,
) -> Result<HttpResponse, Problem> {
    let CacheState { hits, misses, bytes } = records.state();
    let text = metrics.text(&db, CacheCounts { hits, misses, bytes });
    let text = text.map_err(|error| Problem::unexpected(&format!("writing the metrics: {error}")))?;
    let accept = Accept::parse(&request).unwrap_or_else(|_| Accept(Vec::new()));
    let [plain, open] = [metrics::PLAIN_MEDIA_TYPE, metrics::MEDIA_TYPE].map(|kind| {
        let kind: Mime = kind.parse().expect("a media type");
        weight(&accept, &kind)
    });
    if plain > open {
        return Ok(HttpResponse::Ok().content_type(metrics::PLAIN_MEDIA_TYPE).body(metrics::from_open_metrics(&text)));
    }
    Ok(HttpResponse::Ok().content_type(metrics::MEDIA_TYPE).body(text))
}

/// A kind of problem.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"code": "gone", "status": 410, "title": "The record was deleted", "meaning": "A record had this id and was deleted."}))]
struct ProblemKindBody {
    #[schema(max_length = 50)]
    code: &'static str,
    /// The HTTP status of its responses.
    #[schema(minimum = 400, maximum = 599, format = Int32)]
    status: u16,
    #[schema(max_length = 200)]
    title: &'static str,
    /// Its meaning, and how to react.
    #[schema(max_length = 1000)]
    meaning: &'static str,
}

/// The code of a problem.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ProblemCode {
    /// The `code` of a problem body.
    #[param(max_length = 50, pattern = "^[a-z_]+$", example = "gone")]
    code: String,
}

impl ProblemCode {
    /// The spelling of the code.
    pub fn as_str(&self) -> &str {
        &self.code
    }
}

/// Explain a problem
///
/// The page that the `type` of a problem refers to: the meaning of its code, and how to react.
#[utoipa::path(tag = "service", security(()), params(ProblemCode), responses((status = 200, description = "The kind of problem", body = ProblemKindBody)))]
#[get("/problems/{code}")]
pub async fn read_problem(path: web::Path<ProblemCode>) -> Result<HttpResponse, Problem> {
    let code = Code::of(path.as_str()).ok_or_else(|| Problem::new(Code::NotFound, "there is no such problem"))?;
    Ok(json::ok(&ProblemKindBody {
        code: code.as_str(),
        status: code.status().as_u16(),
        title: code.title(),
        meaning: code.meaning(),
    }))
}
