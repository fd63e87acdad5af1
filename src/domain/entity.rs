//! Entities: people, organisations, places and what else articles speak about.

use super::page::{PageRequest, SetFilter};
use super::{AliasKind, EntityKind};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// The most aliases of one entity.
pub const MAX_ALIASES: usize = 200;
/// The most identifiers of one entity.
pub const MAX_IDENTIFIERS: usize = 50;
/// The longest name or alias, in code points.
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
    /// The survivor, when this entity was merged.
    pub merged_into: Option<Uuid>,
}

/// Another name of an entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    pub name: String,
    /// BCP 47 primary tag.
    pub language: Option<String>,
    pub kind: AliasKind,
}

/// An entity's id in another scheme, such as `wikidata` `Q1028`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identifier {
    pub scheme: String,
    pub value: String,
}

impl Identifier {
    /// What is wrong with the value by the rules of its scheme.
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
    /// The best match of the name asked for first.
    Relevance,
    Name,
    MostMentions,
    MostQuotes,
    NewestUpdated,
}

/// Which entities are asked for, in what order. Merged ones are left out.
#[derive(Debug, Clone, PartialEq)]
pub struct EntityFilter {
    /// A name, as somebody writes it.
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
    /// Its name or the alias that was found, when a name was asked for.
    pub matched: Option<String>,
}

/// An entity that a name leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    pub id: Uuid,
    pub kind: EntityKind,
    pub name: String,
    /// Its name or the alias that was found.
    pub matched: String,
}

/// How a name was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameReading {
    /// Entities bear it, accents and case aside.
    Exact,
    /// Entities bear the name that is most like it.
    Similar,
    /// It is like no name.
    None,
}

/// A name and all entities that it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedName {
    pub name: String,
    pub how: NameReading,
    pub entities: Vec<Suggestion>,
}
