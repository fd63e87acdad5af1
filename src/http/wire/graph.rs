//! Graphs as JSON.

use super::stats::CoverageBody;
use crate::domain::EntityKind;
use crate::domain::stats::NamedEntity;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Default number of quotes that are read for the graph of speakers.
pub const DEFAULT_QUOTES: i64 = 1_000;
/// Default number of articles that are read for the graph of co-mentions.
pub const DEFAULT_ARTICLES: i64 = 300;

/// The parameters of the graph of speakers, besides the filters of quotes.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReadSpeaksAbout {
    /// Maximum number of edges.
    #[param(minimum = 1, maximum = 200, default = 50, example = 50)]
    pub limit: Option<i64>,
    /// Maximum number of quotes that are read, newest first.
    #[param(minimum = 1, maximum = 100_000, default = json!(DEFAULT_QUOTES))]
    pub window: Option<i64>,
}

/// Options besides the filters of the list of articles.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReadCoMentions {
    /// Maximum number of edges.
    #[param(minimum = 1, maximum = 200, default = 50, example = 50, value_type = Option<i32>)]
    pub limit: Option<usize>,
    /// Maximum number of articles that are read, newest first.
    #[param(minimum = 1, maximum = 5_000, default = json!(DEFAULT_ARTICLES))]
    pub window: Option<i64>,
}

/// Options besides the filters of the list of articles.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReadRelated {
    /// Maximum number of entities.
    #[param(minimum = 1, maximum = 200, default = 20, example = 20, value_type = Option<i32>)]
    pub limit: Option<usize>,
    /// Leaves out entities that share fewer articles with this one.
    #[param(minimum = 1, maximum = 1000, default = 2)]
    pub min_articles: Option<i64>,
    /// Maximum number of articles of this entity that are read, newest first.
    #[param(minimum = 1, maximum = 100_000, default = json!(DEFAULT_ARTICLES))]
    pub window: Option<i64>,
}

/// An entity of a graph.
#[derive(Debug, Serialize, ToSchema)]
pub struct NodeBody {
    pub id: Uuid,
    pub kind: EntityKind,
    #[schema(max_length = 300)]
    pub name: String,
}

/// A speaker and an entity it speaks about.
#[derive(Debug, Serialize, ToSchema)]
pub struct SpeaksAboutBody {
    pub speaker: NodeBody,
    pub about: NodeBody,
    /// The number of quotes by this speaker about this entity.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub count: i64,
    /// The newest of these quotes.
    #[schema(max_items = 3)]
    pub quotes: Vec<Uuid>,
    /// The list of the counted quotes.
    #[schema(max_length = 65536, format = "uri-reference")]
    pub href: String,
}

/// The strongest edges from speakers to the entities they speak about.
#[derive(Debug, Serialize, ToSchema)]
pub struct SpeaksAboutGraph {
    /// Most quotes first.
    #[schema(max_items = 200)]
    pub items: Vec<SpeaksAboutBody>,
    pub considered: CoverageBody,
}

/// Two entities mentioned in the same articles.
#[derive(Debug, Serialize, ToSchema)]
pub struct CoMentionBody {
    #[schema(min_items = 2, max_items = 2)]
    pub entities: Vec<NodeBody>,
    /// The number of articles that mention both.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub count: i64,
    /// The list of these articles.
    #[schema(max_length = 65536, format = "uri-reference")]
    pub href: String,
}

/// The pairs of entities with the most articles in common.
#[derive(Debug, Serialize, ToSchema)]
pub struct CoMentionGraph {
    /// Most articles first.
    #[schema(max_items = 200)]
    pub items: Vec<CoMentionBody>,
    pub considered: CoverageBody,
}

/// An entity related to another.
#[derive(Debug, Serialize, ToSchema)]
pub struct RelatedBody {
    pub entity: NodeBody,
    /// The number of articles that mention both.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub count: i64,
    /// Its mentions in the articles that were read.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub mentions: i64,
    /// The expected number of mentions, at its frequency in the whole collection.
    #[schema(minimum = 0)]
    pub expected: f64,
    /// The log-likelihood ratio G². By chance it exceeds 3.84 in 5 % of cases and 10.83 in 0.1 %.
    #[schema(minimum = 0)]
    pub score: f64,
    /// The list of the articles that mention both.
    #[schema(max_length = 65536, format = "uri-reference")]
    pub href: String,
}

/// The entities related to an entity.
#[derive(Debug, Serialize, ToSchema)]
pub struct RelatedEntities {
    /// The highest score first.
    #[schema(max_items = 200)]
    pub items: Vec<RelatedBody>,
    pub considered: CoverageBody,
}

impl From<NamedEntity> for NodeBody {
    fn from(entity: NamedEntity) -> Self {
        let NamedEntity { id, kind, name } = entity;
        Self { id, kind, name }
    }
}
