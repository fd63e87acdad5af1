//! The tool that finds people and things by name.

use super::reader::{Links, Reader, SCHEME};
use crate::domain::EntityKind;
use crate::domain::entity::{EntityFilter, EntityOrder, ListedEntity};
use crate::domain::page::{PageRequest, SetFilter};
use crate::http::respond::problem::Problem;
use crate::store::entities;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Most aliases of an entity in an answer.
const MAX_ALIASES: usize = 10;

/// The arguments of `find_entity`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct FindEntity {
    /// A name, an acronym or another alias. Accents, case and small misspellings are ignored.
    #[schema(min_length = 1, max_length = 300)]
    name: String,
    /// Only this kind.
    kind: Option<EntityKind>,
    /// Maximum number of entities.
    #[serde(default = "default_limit")]
    #[schema(minimum = 1, maximum = 20, default = 5)]
    limit: i64,
}

fn default_limit() -> i64 {
    5
}

/// Entities with a name, the best match first.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundEntities {
    pub items: Vec<FoundEntity>,
}

/// A person, an organisation or another thing.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundEntity {
    pub id: Uuid,
    pub kind: EntityKind,
    pub name: String,
    /// The name or alias that matches.
    #[schema(required = true)]
    pub matched: Option<String>,
    #[schema(required = true)]
    pub description: Option<String>,
    /// Other names, at most 10.
    pub aliases: Vec<String>,
    /// A permanent link to the entity in this collection.
    pub link: String,
    /// The resource with the whole entity.
    pub resource: String,
}

/// Finds entities.
pub async fn find_entity(reader: &Reader, asked: FindEntity) -> Result<FoundEntities, Problem> {
    let filter = EntityFilter {
        q: Some(asked.name),
        kind: SetFilter::new(asked.kind.into_iter().collect(), Vec::new()),
        identifier: SetFilter::default(),
        order: EntityOrder::Relevance,
        page: PageRequest { limit: asked.limit, after: None, count: None },
    };
    let popular = reader.popular.clone();
    let page = reader.db.read(move |conn| entities::list(conn, &popular, &filter)).await?;
    Ok(FoundEntities { items: page.items.into_iter().map(|listed| found(&reader.links, listed)).collect() })
}

fn found(links: &Links, listed: ListedEntity) -> FoundEntity {
    let ListedEntity { entity, matched } = listed;
    FoundEntity {
        id: entity.id,
        kind: entity.kind,
        name: entity.name,
        matched,
        description: entity.description,
        aliases: entity.aliases.into_iter().take(MAX_ALIASES).map(|alias| alias.name).collect(),
        link: links.entity(entity.id),
        resource: format!("{SCHEME}entities/{}", entity.id),
    }
}
