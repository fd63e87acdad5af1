//! How names were resolved to entities.

use super::entity_list::SuggestionBody;
use crate::domain::entity::{NameReading, ResolvedName};
use crate::domain::quote::ResolvedNames;
use serde::Serialize;
use utoipa::ToSchema;

/// The entities that the names in the query of a list were resolved to.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResolvedNamesBody {
    /// One item per given name.
    #[schema(max_items = 10)]
    pub speaker_name: Vec<ResolvedNameBody>,
    /// One item per given name.
    #[schema(max_items = 10)]
    pub about_name: Vec<ResolvedNameBody>,
}

/// A name and the entities it was resolved to.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResolvedNameBody {
    /// The name that was given.
    #[schema(min_length = 1, max_length = 300)]
    pub name: String,
    pub how: NameReadingBody,
    /// The most mentioned first. The list includes the quotes of all of them.
    #[schema(max_items = 50)]
    pub entities: Vec<SuggestionBody>,
}

/// `exact`: entities have this name, ignoring accents and case; `similar`: they have the most similar name; `none`: no
/// name is similar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum NameReadingBody {
    Exact,
    Similar,
    None,
}

impl From<ResolvedNames> for ResolvedNamesBody {
    fn from(names: ResolvedNames) -> Self {
        let bodies = |names: Vec<ResolvedName>| names.into_iter().map(Into::into).collect();
        Self { speaker_name: bodies(names.speaker), about_name: bodies(names.about) }
    }
}

impl From<ResolvedName> for ResolvedNameBody {
    fn from(resolved: ResolvedName) -> Self {
        let how = match resolved.how {
            NameReading::Exact => NameReadingBody::Exact,
            NameReading::Similar => NameReadingBody::Similar,
            NameReading::None => NameReadingBody::None,
        };
        Self { name: resolved.name, how, entities: resolved.entities.into_iter().map(Into::into).collect() }
    }
}
