//! Entities: people, organisations, places and other subjects of articles.

use super::page::{PageRequest, SetFilter};
use super::{AliasKind, EntityKind};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use uuid::Uuid;

/// Maximum number of aliases of an entity.
pub const MAX_ALIASES: usize = 200;
/// Maximum number of identifiers of an entity.
pub const MAX_IDENTIFIERS: usize = 50;
/// Maximum length of a name or alias in code points.
pub const MAX_NAME: usize = 300;

/// A stored entity.
#[derive(Debug, Clone, PartialEq)]
pub struct Entity {
    pub id: Uuid,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub kind: EntityKind,
    pub name: String,
    pub description: Option<String>,
    pub aliases: Vec<Alias>,
    pub identifiers: Vec<Identifier>,
    /// The entity into which this one was merged.
    pub merged_into: Option<Uuid>,
}

impl Entity {
    /// The names that are the names of one thing: no roles and descriptions.
    pub fn own_names(&self) -> impl Iterator<Item = &str> {
        let is_name = |kind: AliasKind| matches!(kind, AliasKind::Name | AliasKind::Acronym | AliasKind::Misspelling);
        let aliases = self.aliases.iter().filter(move |alias| is_name(alias.kind));
        std::iter::once(&*self.name).chain(aliases.map(|alias| &*alias.name))
    }
}

/// Another name of an entity.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Alias {
    pub name: String,
    /// BCP 47 primary tag.
    pub language: Option<String>,
    pub kind: AliasKind,
}

/// The id of an entity in another scheme, such as `Q1028` in `wikidata`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Identifier {
    pub scheme: String,
    pub value: String,
}

impl Identifier {
    /// Returns why the value is invalid in its scheme.
    pub fn fault(&self) -> Option<&'static str> {
        if self.scheme != "wikidata" {
            return None;
        }
        let digits = self.value.strip_prefix('Q').filter(|digits| !digits.is_empty() && !digits.starts_with('0'));
        let is_well_formed = digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
        (!is_well_formed).then_some("must match Q[1-9][0-9]*, as wikidata's ids do")
    }
}

/// An entity to be stored.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEntity {
    pub kind: EntityKind,
    pub name: String,
    pub description: Option<String>,
    pub aliases: Vec<Alias>,
    pub identifiers: Vec<Identifier>,
}

/// A change to an entity: an outer `None` leaves the member as it is, an inner one clears it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EntityPatch {
    pub kind: Option<EntityKind>,
    pub name: Option<String>,
    pub description: Option<Option<String>>,
    /// Replaces the whole list.
    pub aliases: Option<Vec<Alias>>,
    /// Replaces the whole list.
    pub identifiers: Option<Vec<Identifier>>,
}

/// The orders of a list of entities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntityOrder {
    /// Best match of the name first.
    Relevance,
    Name,
    MostMentions,
    MostQuotes,
    NewestUpdated,
}

/// Filter, order and page of a list of entities. Merged entities are left out.
#[derive(Debug, Clone, PartialEq)]
pub struct EntityFilter {
    /// A name in any spelling.
    pub q: Option<String>,
    pub kind: SetFilter<EntityKind>,
    pub identifier: SetFilter<Identifier>,
    pub order: EntityOrder,
    pub page: PageRequest,
}

/// An entity of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedEntity {
    pub entity: Entity,
    /// The name or alias that matches, when the list was filtered by name.
    pub matched: Option<String>,
}

/// An entity that matches a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    pub id: Uuid,
    pub kind: EntityKind,
    pub name: String,
    /// The name or alias that matches.
    pub matched: String,
}

/// How a name was resolved to entities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameReading {
    /// Some entities have this name, apart from accents and case.
    Exact,
    /// No entity has this name: those with the most similar one are used.
    Similar,
    /// No name is similar.
    None,
}

/// A name and the entities that it was resolved to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedName {
    pub name: String,
    pub how: NameReading,
    pub entities: Vec<Suggestion>,
}
