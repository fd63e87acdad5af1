//! Entities as JSON.

use super::RequestBody;
use super::duplicate::DuplicateBody;
use super::examples;
use super::patch::clearable;
use crate::domain::entity::{Alias, Entity, EntityPatch, Identifier, ListedEntity, NewEntity};
use crate::domain::{AliasKind, EntityKind};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A person, organisation, place, product, event or work.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": examples::PLACE, "version": 1,
    "created_at": "2026-01-12T17:30:00Z", "updated_at": "2026-01-12T17:30:00Z",
    "kind": "place", "name": "Norvège", "description": null,
    "aliases": [{"name": "le royaume scandinave", "language": "fr", "kind": "periphrasis"}],
    "identifiers": [{"scheme": "wikidata", "value": "Q20"}], "merged_into": null
}))]
pub struct EntityBody {
    pub id: Uuid,
    /// Counts changes of the record, from 1.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub kind: EntityKind,
    /// The preferred name.
    #[schema(min_length = 1, max_length = 300)]
    pub name: String,
    /// A short description that distinguishes entities with the same name.
    #[schema(required = true, min_length = 1, max_length = 2000)]
    pub description: Option<String>,
    /// Other names. One alias may belong to several entities.
    #[schema(max_items = 200)]
    pub aliases: Vec<AliasBody>,
    /// Ids in other schemes. A scheme and value belong to only one entity.
    #[schema(max_items = 50)]
    pub identifiers: Vec<IdentifierBody>,
    /// The entity that this entity was merged into.
    #[schema(required = true)]
    pub merged_into: Option<Uuid>,
    /// In a list with `q`: the name or alias that matched.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 300)]
    pub matched: Option<String>,
    /// In the answer to the creation, if there are any: stored entities that are likely the same, the best first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 20)]
    pub similar: Vec<DuplicateBody>,
}

/// Another name of an entity.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AliasBody {
    /// In texts, the annotator does not look for a name, an acronym or a misspelling that is a stop word in lower case
    /// (`de`, `the`).
    #[schema(min_length = 1, max_length = 300)]
    pub name: String,
    /// BCP 47 tag, of which the primary tag is stored.
    #[schema(max_length = 35, format = "language", pattern = "^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$")]
    pub language: Option<String>,
    /// `name` when not given.
    #[serde(default = "default_alias_kind")]
    #[schema(default = "name")]
    pub kind: AliasKind,
}

fn default_alias_kind() -> AliasKind {
    AliasKind::Name
}

/// The id of an entity in another scheme.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IdentifierBody {
    /// The scheme. The values of `wikidata` must match `Q[1-9][0-9]*`.
    #[schema(max_length = 50, pattern = "^[a-z][a-z0-9_.-]{0,49}$")]
    pub scheme: String,
    #[schema(min_length = 1, max_length = 200)]
    pub value: String,
}

/// A new entity.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "kind": "place", "name": "Islande", "aliases": [{"name": "l'île de glace", "language": "fr", "kind": "periphrasis"}],
    "identifiers": [{"scheme": "wikidata", "value": "Q189"}]
}))]
pub struct CreateEntity {
    pub kind: EntityKind,
    /// The preferred name.
    #[schema(min_length = 1, max_length = 300)]
    pub name: String,
    /// A short description that distinguishes entities with the same name.
    #[schema(min_length = 1, max_length = 2000)]
    pub description: Option<String>,
    #[serde(default)]
    #[schema(max_items = 200)]
    pub aliases: Vec<AliasBody>,
    #[serde(default)]
    #[schema(max_items = 50)]
    pub identifiers: Vec<IdentifierBody>,
}

/// A change to an entity: absent members stay as they are, null clears a member.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"description": "Ministre portugaise de la Mer"}))]
pub struct UpdateEntity {
    #[schema(value_type = EntityKind, required = false)]
    pub kind: Option<EntityKind>,
    #[schema(min_length = 1, max_length = 300, value_type = String, required = false)]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "clearable")]
    #[schema(min_length = 1, max_length = 2000, value_type = Option<String>)]
    pub description: Option<Option<String>>,
    /// Replaces the whole list.
    #[schema(max_items = 200, value_type = Vec<AliasBody>, required = false)]
    pub aliases: Option<Vec<AliasBody>>,
    /// Replaces the whole list.
    #[schema(max_items = 50, value_type = Vec<IdentifierBody>, required = false)]
    pub identifiers: Option<Vec<IdentifierBody>>,
}

impl RequestBody for CreateEntity {}
impl RequestBody for UpdateEntity {}

impl From<Entity> for EntityBody {
    fn from(entity: Entity) -> Self {
        Self {
            id: entity.id,
            version: entity.version,
            created_at: entity.created_at,
            updated_at: entity.updated_at,
            kind: entity.kind,
            name: entity.name,
            description: entity.description,
            aliases: entity.aliases.into_iter().map(Into::into).collect(),
            identifiers: entity.identifiers.into_iter().map(Into::into).collect(),
            merged_into: entity.merged_into,
            matched: None,
            similar: Vec::new(),
        }
    }
}

impl From<ListedEntity> for EntityBody {
    fn from(listed: ListedEntity) -> Self {
        Self { matched: listed.matched, ..listed.entity.into() }
    }
}

impl From<CreateEntity> for NewEntity {
    fn from(body: CreateEntity) -> Self {
        Self {
            kind: body.kind,
            name: body.name,
            description: body.description,
            aliases: body.aliases.into_iter().map(Into::into).collect(),
            identifiers: body.identifiers.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<UpdateEntity> for EntityPatch {
    fn from(body: UpdateEntity) -> Self {
        Self {
            kind: body.kind,
            name: body.name,
            description: body.description,
            aliases: body.aliases.map(|aliases| aliases.into_iter().map(Into::into).collect()),
            identifiers: body.identifiers.map(|all| all.into_iter().map(Into::into).collect()),
        }
    }
}

impl From<Alias> for AliasBody {
    fn from(alias: Alias) -> Self {
        Self { name: alias.name, language: alias.language, kind: alias.kind }
    }
}

impl From<AliasBody> for Alias {
    fn from(body: AliasBody) -> Self {
        Self { name: body.name, language: body.language, kind: body.kind }
    }
}

impl From<Identifier> for IdentifierBody {
    fn from(identifier: Identifier) -> Self {
        Self { scheme: identifier.scheme, value: identifier.value }
    }
}

impl From<IdentifierBody> for Identifier {
    fn from(body: IdentifierBody) -> Self {
        Self { scheme: body.scheme, value: body.value }
    }
}
