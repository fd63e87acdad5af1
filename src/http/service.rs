//! The service itself: what it is, whether it lives, whether it is ready, what it counts, what its problems mean.

use super::json;
use super::metrics::{self, Metrics};
use super::problem::{Code, Problem};
use crate::app::response_cache::ResponseCache;
use crate::store::{Db, migrate};
use actix_web::{HttpResponse, get, web};
use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use utoipa::ToSchema;

/// How long the readiness probe waits for the database.
const PROBE_DEADLINE: Duration = Duration::from_millis(1500);

/// True from the moment the service was asked to stop.
#[derive(Debug, Default)]
pub struct Draining(pub AtomicBool);

/// What this is, with links.
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

/// Where to go on.
#[derive(Serialize, ToSchema)]
struct LinksBody {
    #[schema(max_length = 50)]
    docs: &'static str,
    #[schema(max_length = 50)]
    document: &'static str,
    #[schema(max_length = 50)]
    articles: &'static str,
    #[schema(max_length = 50)]
    entities: &'static str,
    #[schema(max_length = 50)]
    quotes: &'static str,
}

/// Say what this is
///
/// The service's name and version, and where its documentation and its lists are.
#[utoipa::path(tag = "service", responses((status = 200, description = "The service", body = IndexBody)))]
#[get("/")]
pub async fn read_index() -> HttpResponse {
    json::ok(&IndexBody {
        name: "verbatim",
        version: env!("CARGO_PKG_VERSION"),
        description: env!("CARGO_PKG_DESCRIPTION"),
        links: LinksBody {
            docs: "/docs",
            document: "/openapi.json",
            articles: "/v1/articles",
            entities: "/v1/entities",
            quotes: "/v1/quotes",
        },
    })
}

/// How the service is.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"status": "ok"}))]
struct HealthBody {
    #[schema(max_length = 20)]
    status: &'static str,
}

/// Whether requests can be served.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"status": "ready"}))]
struct ReadinessBody {
    #[schema(max_length = 20)]
    status: &'static str,
    /// `in use`, or `not in use` while it is away or too far behind and reads go to the primary; absent without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 20, value_type = String, required = false)]
    replica: Option<&'static str>,
}

/// Say that the process lives
///
/// Answers at once and asks nobody: restart the process when this fails.
#[utoipa::path(tag = "service", responses((status = 200, description = "It lives", body = HealthBody)))]
#[get("/livez")]
pub async fn read_liveness() -> HttpResponse {
    json::ok(&HealthBody { status: "ok" })
}

/// Say whether requests can be served
///
/// Ready means that the database is reached, its migrations are current, and the service was not asked to stop.
#[utoipa::path(tag = "service", responses((status = 200, description = "Ready", body = ReadinessBody)))]
#[get("/readyz")]
pub async fn read_readiness(db: web::Data<Db>, draining: web::Data<Draining>) -> Result<HttpResponse, Problem> {
    if draining.0.load(Ordering::Relaxed) {
        return Err(Problem::new(Code::Unavailable, "the service is stopping"));
    }
    let current = tokio::time::timeout(PROBE_DEADLINE, db.probe(migrate::is_current))
        .await
        .map_err(|_| Problem::new(Code::Unavailable, "the database does not answer"))??;
    if current {
        let replica = db.replica().map(|replica| if replica.usable { "in use" } else { "not in use" });
        Ok(json::ok(&ReadinessBody { status: "ready", replica }))
    } else {
        Err(Problem::new(Code::Unavailable, "the database lacks migrations"))
    }
}

/// Metrics in OpenMetrics text.
#[derive(ToSchema)]
#[schema(max_length = 10_485_760, example = "# EOF\n")]
struct MetricsText(#[allow(dead_code, reason = "describes a body that is written as text")] String);

/// Read the metrics
///
/// Requests, their times, and the use of the database, in OpenMetrics text.
#[utoipa::path(tag = "service", responses(
    (status = 200, description = "The metrics", body = inline(MetricsText), content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8"),
))]
#[get("/metrics")]
pub async fn read_metrics(
    db: web::Data<Db>,
    records: web::Data<ResponseCache>,
    metrics: web::Data<Metrics>,
) -> Result<HttpResponse, Problem> {
    let text = metrics.text(&db, &records).map_err(|error| {
        log::error!("writing the metrics: {error}");
        Problem::internal()
    })?;
    Ok(HttpResponse::Ok().content_type(metrics::MEDIA_TYPE).body(text))
}

/// A kind of problem.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"code": "gone", "status": 410, "title": "The record was deleted", "meaning": "A record had this id and was deleted."}))]
struct ProblemKindBody {
    #[schema(max_length = 50)]
    code: &'static str,
    /// The HTTP status it is answered with.
    #[schema(minimum = 400, maximum = 599, format = Int32)]
    status: u16,
    #[schema(max_length = 200)]
    title: &'static str,
    /// What it means and what to do about it.
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

/// Explain a problem
///
/// What a problem's `type` points to: what the code means and what to do about it.
#[utoipa::path(tag = "service", params(ProblemCode), responses((status = 200, description = "The kind of problem", body = ProblemKindBody)))]
#[get("/problems/{code}")]
pub async fn read_problem(path: web::Path<ProblemCode>) -> Result<HttpResponse, Problem> {
    let code = Code::ALL.iter().find(|code| code.as_str() == path.code);
    let code = code.ok_or_else(|| Problem::new(Code::NotFound, "there is no such problem"))?;
    Ok(json::ok(&ProblemKindBody {
        code: code.as_str(),
        status: code.status().as_u16(),
        title: code.title(),
        meaning: code.meaning(),
    }))
}
