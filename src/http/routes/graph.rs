//! `/v1/graph` and the entities related to one: who speaks about whom, which entities are mentioned together.

use super::entities::redirect;
use crate::app::response_cache::ResponseCache;
use crate::domain::article::ArticleFilter;
use crate::domain::graph::{CoMention, Related, RelatedTo, SpeaksAbout};
use crate::domain::page::Range;
use crate::domain::stats::{CountTarget, Coverage, NamedEntity};
use crate::http::extract::query::Query;
use crate::http::extract::stats_query::records;
use crate::http::respond::json;
use crate::http::respond::link::Link;
use crate::http::respond::problem::Problem;
use crate::http::wire::graph::{
    CoMentionBody, CoMentionGraph, DEFAULT_ARTICLES, DEFAULT_QUOTES, ReadCoMentions, ReadRelated, ReadSpeaksAbout,
    RelatedBody, RelatedEntities, SpeaksAboutBody, SpeaksAboutGraph,
};
use crate::http::wire::stats::RecordKind;
use crate::store::analytics::graph;
use crate::store::fulltext::Statistics;
use crate::store::{self, Db};
use actix_web::{HttpRequest, HttpResponse, get, web};
use uuid::Uuid;

/// Read the graph of speakers
///
/// Edges lead from speakers to the entities that are mentioned inside their quotes. Takes every filter of the list of
/// quotes; with `about`, edges lead only to these entities. Each edge has its newest quotes, and the list of all its quotes
/// as `href`. At most the newest `window` matching quotes with a known speaker are counted. If more match, the counts are
/// exact from `considered.published_from` on.
#[utoipa::path(
    tag = "statistics",
    security(("key" = ["read"])),
    params(ReadSpeaksAbout),
    responses((status = 200, description = "The edges", body = SpeaksAboutGraph)),
)]
#[get("/v1/graph/speaks-about")]
pub async fn read_speaks_about(
    request: HttpRequest,
    db: web::Data<Db>,
    statistics: web::Data<Statistics>,
    query: Query<ReadSpeaksAbout>,
) -> Result<HttpResponse, Problem> {
    let (limit, window) = (query.limit.unwrap_or(50), query.window.unwrap_or(DEFAULT_QUOTES));
    let (target, link) = records(RecordKind::Quotes, &request, &["limit", "window"])?;
    let CountTarget::Quotes { filter, one_per_cluster } = target else {
        return Err(Problem::unexpected("another kind of record"));
    };
    let edges =
        db.read(move |conn| graph::speaks_about(conn, &statistics, &filter, one_per_cluster, limit, window)).await?;
    let link = since(link, &edges.considered);
    let item = |SpeaksAbout { speaker, about, count, quotes }| {
        let id = |entity: &NamedEntity| entity.id.to_string();
        let href = link.clone().with("speaker", &id(&speaker)).with("about", &id(&about)).href();
        SpeaksAboutBody { speaker: speaker.into(), about: about.into(), count, quotes, href }
    };
    let items = edges.items.into_iter().map(item).collect();
    Ok(json::ok(&SpeaksAboutGraph { items, considered: edges.considered.into() }))
}

/// Read the graph of co-mentions
///
/// The pairs of entities that are mentioned together in the most articles. Takes every filter of the list of articles. Each
/// pair has the list of its articles as `href`. At most the newest `window` matching articles are counted. If more match,
/// the counts are exact from `considered.published_from` on. Of an article that mentions more than 300 entities, only 300
/// are paired.
#[utoipa::path(
    tag = "statistics",
    security(("key" = ["read"])),
    params(ReadCoMentions),
    responses((status = 200, description = "The edges", body = CoMentionGraph)),
)]
#[get("/v1/graph/co-mentions")]
pub async fn read_co_mentions(
    request: HttpRequest,
    db: web::Data<Db>,
    statistics: web::Data<Statistics>,
    query: Query<ReadCoMentions>,
) -> Result<HttpResponse, Problem> {
    let (limit, window) = (query.limit.unwrap_or(50), query.window.unwrap_or(DEFAULT_ARTICLES));
    let (target, link) = records(RecordKind::Articles, &request, &["limit", "window"])?;
    let CountTarget::Articles(filter) = target else { return Err(Problem::unexpected("another kind of record")) };
    let edges = db.read(move |conn| graph::co_mentions(conn, &statistics, &filter, limit, window)).await?;
    let link = since(link, &edges.considered);
    let item = |CoMention { entities, articles }| {
        let href = mentioning(&link, entities.iter().map(|entity| entity.id));
        CoMentionBody { entities: entities.into_iter().map(Into::into).collect(), count: articles, href }
    };
    let items = edges.items.into_iter().map(item).collect();
    Ok(json::ok(&CoMentionGraph { items, considered: edges.considered.into() }))
}

/// Find related entities
///
/// Entities that are mentioned in the same articles, highest score first. The score is the log-likelihood ratio G², which
/// compares their frequency among the mentions of these articles with their frequency in the whole collection. Entities
/// that are rarer in these articles than elsewhere, or share fewer than `min_articles` articles, are left out. Takes every
/// filter of the list of articles. At most the newest `window` matching articles are counted. If more match, the counts
/// are exact from `considered.published_from` on.
///
/// Without filters, a response may come from the cache. `Cache-Control: no-cache` on a request counts again.
#[utoipa::path(
    tag = "statistics",
    security(("key" = ["read"])),
    params(ReadRelated),
    responses(
        (status = 200, description = "The entities", body = RelatedEntities),
        (status = 308, description = "The entity was merged into another one: the path of its related entities."),
    ),
)]
#[get("/v1/entities/{id}/related")]
pub async fn list_related_entities(
    request: HttpRequest,
    db: web::Data<Db>,
    statistics: web::Data<Statistics>,
    kept: web::Data<ResponseCache>,
    id: web::Path<Uuid>,
    query: Query<ReadRelated>,
) -> Result<HttpResponse, Problem> {
    let entity = id.into_inner();
    let (limit, min_articles) = (query.limit.unwrap_or(20), query.min_articles.unwrap_or(2));
    let asked = RelatedTo { entity, limit, min_articles, window: query.window.unwrap_or(DEFAULT_ARTICLES) };
    let (target, link) = records(RecordKind::Articles, &request, &["limit", "min_articles", "window"])?;
    let CountTarget::Articles(filter) = target else { return Err(Problem::unexpected("another kind of record")) };
    let of_all = filter == ArticleFilter::default();
    let tell = async {
        let edges = db.read(move |conn| graph::related(conn, &statistics, asked, &filter)).await?;
        let link = since(link, &edges.considered);
        let item = |Related { entity: other, articles, mentions, expected, score }| {
            let href = mentioning(&link, [entity, other.id].into_iter());
            RelatedBody { entity: other.into(), count: articles, mentions, expected, score, href }
        };
        let items = edges.items.into_iter().map(item).collect();
        json::to_json_bytes(&RelatedEntities { items, considered: edges.considered.into() })
    };
    match if of_all { kept.related(&db, asked, tell).await } else { tell.await } {
        Err(store::Error::Merged { into }) => Ok(redirect(&request, into)),
        told => Ok(json::respond_bytes(&mut HttpResponse::Ok(), told?)),
    }
}

fn since(link: Link, considered: &Coverage) -> Link {
    link.published(Range { from: considered.published_from, to: None })
}

fn mentioning(link: &Link, entities: impl Iterator<Item = Uuid>) -> String {
    entities.fold(link.clone(), |link, entity| link.and("mentions_all", &entity.to_string())).href()
}
