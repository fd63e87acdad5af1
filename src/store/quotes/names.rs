//! Resolves names in the filters of quotes to ids.

use crate::domain::entity::ResolvedName;
use crate::domain::page::SetFilter;
use crate::domain::quote::{QuoteFilter, QuoteNames, ResolvedNames};
use crate::store::Result;
use crate::store::entities::names::{self, PopularNames};
use diesel::pg::PgConnection;
use uuid::Uuid;

/// Resolves names and adds their entities to a filter.
pub fn resolve(
    conn: &mut PgConnection,
    popular: &PopularNames,
    requested: &QuoteNames,
    filter: &mut QuoteFilter,
) -> Result<ResolvedNames> {
    let mut read =
        |given: &[String]| -> Result<Vec<_>> { given.iter().map(|name| names::resolve(conn, popular, name)).collect() };
    let mut resolved =
        ResolvedNames { speaker: read(&requested.speaker)?, about: read(&requested.about)?, matches_nothing: false };
    if !requested.speaker.is_empty() {
        let allowed = &filter.speaker;
        let is_allowed =
            |id: &Uuid| allowed.include.is_empty() && !allowed.include_null || allowed.include.contains(id);
        let include: Vec<Uuid> = entities(&resolved.speaker).filter(is_allowed).collect();
        resolved.matches_nothing |= include.is_empty();
        filter.speaker = SetFilter { include, include_null: false, ..filter.speaker.clone() };
    }
    if !requested.about.is_empty() {
        let about: Vec<Uuid> = entities(&resolved.about).collect();
        resolved.matches_nothing |= about.is_empty();
        match filter.about.include.is_empty() && !filter.about.include_null {
            // Without other entities in the filter, the list can read the index by entity.
            true => filter.about.include = about,
            false => filter.about_too = about,
        }
    }
    Ok(resolved)
}

fn entities(names: &[ResolvedName]) -> impl Iterator<Item = Uuid> {
    names.iter().flat_map(|name| &name.entities).map(|entity| entity.id)
}
