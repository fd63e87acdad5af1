//! How names that stand for entities were read.

use crate::domain::entity::{NameReading, ResolvedName};
use crate::domain::quote::ResolvedNames;
use crate::http::entities::SuggestionBody;
use serde::Serialize;
use utoipa::ToSchema;

/// How the names in a list's query were read.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResolvedNamesBody {
    /// One for each that was given.
    #[schema(max_items = 10)]
    pub speaker_name: Vec<ResolvedNameBody>,
    /// One for each that was given.
    #[schema(max_items = 10)]
    pub about_name: Vec<ResolvedNameBody>,
}

/// A name and all entities that it leads to.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResolvedNameBody {
    /// As it was given.
    #[schema(min_length = 1, max_length = 300)]
    pub name: String,
    pub how: NameReadingBody,
    /// The most mentioned first; quotes of any of them are listed.
    #[schema(max_items = 50)]
    pub entities: Vec<SuggestionBody>,
}

/// `exact`: entities bear the name, accents and case aside; `similar`: they bear the name most like it; `none`: there is
/// no such name.
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
