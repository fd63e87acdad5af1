//! `/v1/graph` and what is related to an entity: who speaks about whom, who is mentioned with whom.

use super::input::Query;
use super::json;
use super::problem::Problem;
use super::questions::{ConsideredBody, Link, Of};
use crate::app::response_cache::ResponseCache;
use crate::domain::EntityKind;
use crate::domain::article::ArticleFilter;
use crate::domain::graph::{CoMention, Related, RelatedTo, SpeaksAbout};
use crate::domain::page::Range;
use crate::domain::stats::{CountTarget, Coverage, NamedEntity};
use crate::store::search::Statistics;
use crate::store::{Db, graph};
use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// The quotes in which who speaks about whom is counted.
const QUOTES: i64 = 1_000;
/// The articles in which who is mentioned with whom is counted.
const ARTICLES: i64 = 300;

/// Which edges are asked for. The filters are those of the list of quotes.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReadSpeaksAbout {
    /// The most edges.
    #[param(minimum = 1, maximum = 200, default = 50, example = 50)]
    limit: Option<i64>,
    /// The most quotes that are looked at, the newest first.
    #[param(minimum = 1, maximum = 1_000_000, default = json!(QUOTES))]
    window: Option<i64>,
}

/// Which edges are asked for. The filters are those of the list of articles.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReadCoMentions {
    /// The most edges.
    #[param(minimum = 1, maximum = 200, default = 50, example = 50, value_type = Option<i32>)]
    limit: Option<usize>,
    /// The most articles that are looked at, the newest first.
    #[param(minimum = 1, maximum = 5_000, default = json!(ARTICLES))]
    window: Option<i64>,
}

/// Which related entities are asked for. The filters are those of the list of articles.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReadRelated {
    /// The most entities.
    #[param(minimum = 1, maximum = 200, default = 20, example = 20, value_type = Option<i32>)]
    limit: Option<usize>,
    /// Leaves out entities that share fewer articles with this one.
    #[param(minimum = 1, maximum = 1000, default = 2)]
    min_articles: Option<i64>,
    /// The most articles of this entity that are looked at, the newest first.
    #[param(minimum = 1, maximum = 100_000, default = json!(ARTICLES))]
    window: Option<i64>,
}

/// An entity, as far as a graph shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct NodeBody {
    pub id: Uuid,
    pub kind: EntityKind,
    #[schema(max_length = 300)]
    pub name: String,
}

/// Who speaks about whom.
#[derive(Debug, Serialize, ToSchema)]
pub struct SpeaksAboutBody {
    pub speaker: NodeBody,
    pub about: NodeBody,
    /// The quotes of this speaker about this entity.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub count: i64,
    /// The newest of them.
    #[schema(max_items = 3)]
    pub quotes: Vec<Uuid>,
    /// The list of the quotes counted.
    #[schema(max_length = 65536, format = "uri-reference")]
    pub href: String,
}

/// Who speaks about whom most.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"items": [], "considered": {"records": 0, "complete": true, "published_from": null}}))]
pub struct SpeaksAboutGraph {
    /// Most quotes first.
    #[schema(max_items = 200)]
    pub items: Vec<SpeaksAboutBody>,
    pub considered: ConsideredBody,
}

/// Two entities mentioned in the same articles.
#[derive(Debug, Serialize, ToSchema)]
pub struct CoMentionBody {
    #[schema(min_items = 2, max_items = 2)]
    pub entities: Vec<NodeBody>,
    /// The articles that mention both.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub count: i64,
    /// The list of these articles.
    #[schema(max_length = 65536, format = "uri-reference")]
    pub href: String,
}

/// Who is mentioned with whom most.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"items": [], "considered": {"records": 0, "complete": true, "published_from": null}}))]
pub struct CoMentionGraph {
    /// Most articles first.
    #[schema(max_items = 200)]
    pub items: Vec<CoMentionBody>,
    pub considered: ConsideredBody,
}

/// An entity met in the articles of another.
#[derive(Debug, Serialize, ToSchema)]
pub struct RelatedBody {
    pub entity: NodeBody,
    /// The articles that mention both.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub count: i64,
    /// Its mentions in the articles that were looked at.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub mentions: i64,
    /// How many mentions there would be, were it as frequent there as in the whole collection.
    #[schema(minimum = 0)]
    pub expected: f64,
    /// How surprising its mentions are: the log-likelihood ratio G². By chance alone 3.84 is reached once in twenty times,
    /// 10.83 once in a thousand.
    #[schema(minimum = 0)]
    pub score: f64,
    /// The list of the articles that mention both.
    #[schema(max_length = 65536, format = "uri-reference")]
    pub href: String,
}

/// The entities related to one.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"items": [], "considered": {"records": 0, "complete": true, "published_from": null}}))]
pub struct RelatedEntities {
    /// The most surprising first.
    #[schema(max_items = 200)]
    pub items: Vec<RelatedBody>,
    pub considered: ConsideredBody,
}

/// Tell who speaks about whom
///
/// Edges from speakers to the entities mentioned inside their quotes, under every filter of the list of quotes; each has a
/// few quotes, and the list of all as `href`. Counted in the newest quotes that match and have a known speaker, `window` at most:
/// when more match, `considered` says from when on the figures are exact. With `about`, edges lead to these entities alone.
#[utoipa::path(
    tag = "statistics",
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
    let (limit, window) = (query.limit.unwrap_or(50), query.window.unwrap_or(QUOTES));
    let (records, link) = Of::Quotes.records(&request, &["limit", "window"])?;
    let CountTarget::Quotes { filter, one_per_cluster } = records else { return Err(Problem::internal()) };
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

/// Tell who is mentioned with whom
///
/// The pairs of entities that most articles mention both, under every filter of the list of articles; each has the list of
/// these articles as `href`. Counted in the newest articles that match, `window` at most: when more match, `considered` says from when
/// on the figures are exact.
#[utoipa::path(
    tag = "statistics",
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
    let (limit, window) = (query.limit.unwrap_or(50), query.window.unwrap_or(ARTICLES));
    let (records, link) = Of::Articles.records(&request, &["limit", "window"])?;
    let CountTarget::Articles(filter) = records else { return Err(Problem::internal()) };
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
/// The entities in this one's articles, those first whose mentions there are most surprising: their log-likelihood ratio G²
/// (Dunning 1993) compares how frequent they are among all mentions there and in the whole collection. Who is rarer there than
/// elsewhere, or shares fewer than `min_articles` articles, is left out. Under every filter of the list of articles; counted in the newest
/// articles that match, `window` at most: when more match, `considered` says from when on the figures are exact.
///
/// Without filters, an answer is kept until something that mentions the entity changes, and for a minute at most: what others are
/// called and how frequent they are in the whole collection may be as old. `Cache-Control: no-cache` on a request has it counted anew.
#[utoipa::path(
    tag = "statistics",
    params(ReadRelated),
    responses((status = 200, description = "The entities", body = RelatedEntities)),
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
    let asked = RelatedTo { entity, limit, min_articles, window: query.window.unwrap_or(ARTICLES) };
    let (records, link) = Of::Articles.records(&request, &["limit", "min_articles", "window"])?;
    let CountTarget::Articles(filter) = records else { return Err(Problem::internal()) };
    let of_all = filter == ArticleFilter::default();
    let tell = async {
        let edges = db.read(move |conn| graph::related(conn, &statistics, asked, &filter)).await?;
        let link = since(link, &edges.considered);
        let item = |Related { entity: other, articles, mentions, expected, score }| {
            let href = mentioning(&link, [entity, other.id].into_iter());
            RelatedBody { entity: other.into(), count: articles, mentions, expected, score, href }
        };
        let items = edges.items.into_iter().map(item).collect();
        json::written(&RelatedEntities { items, considered: edges.considered.into() }).map_err(Problem::from)
    };
    let told = if of_all { kept.related(&db, asked, tell).await? } else { tell.await? };
    Ok(json::told(&mut HttpResponse::Ok(), told))
}

fn since(link: Link, considered: &Coverage) -> Link {
    link.published(Range { from: considered.published_from, to: None })
}

fn mentioning(link: &Link, entities: impl Iterator<Item = Uuid>) -> String {
    entities.fold(link.clone(), |link, entity| link.and("mentions_all", &entity.to_string())).href()
}

impl From<NamedEntity> for NodeBody {
    fn from(entity: NamedEntity) -> Self {
        let NamedEntity { id, kind, name } = entity;
        Self { id, kind, name }
    }
}
