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
    asked: &QuoteNames,
    filter: &mut QuoteFilter,
) -> Result<ResolvedNames> {
    let mut read =
        |asked: &[String]| -> Result<Vec<_>> { asked.iter().map(|name| names::resolve(conn, popular, name)).collect() };
    let mut resolved =
        ResolvedNames { speaker: read(&asked.speaker)?, about: read(&asked.about)?, matches_nothing: false };
    if !asked.speaker.is_empty() {
        let chosen = &filter.speaker;
        let among_chosen = |id: &Uuid| chosen.include.is_empty() && !chosen.include_null || chosen.include.contains(id);
        let any: Vec<Uuid> = entities(&resolved.speaker).filter(among_chosen).collect();
        resolved.matches_nothing |= any.is_empty();
        filter.speaker = SetFilter { include: any, include_null: false, ..filter.speaker.clone() };
    }
    if !asked.about.is_empty() {
        let about: Vec<Uuid> = entities(&resolved.about).collect();
        resolved.matches_nothing |= about.is_empty();
        match filter.about.include.is_empty() && !filter.about.include_null {
            // Where they stand alone, the list can walk the index of one.
            true => filter.about.include = about,
            false => filter.about_too = about,
        }
    }
    Ok(resolved)
}

fn entities(names: &[ResolvedName]) -> impl Iterator<Item = Uuid> {
    names.iter().flat_map(|name| &name.entities).map(|entity| entity.id)
}
