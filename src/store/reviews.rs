//! Adds reviews: decisions of people about quotes.

use super::entities::{self, names};
use super::{Error, Expected, Resource, Result, quotes, tombstones};
use crate::domain::EntityKind;
use crate::domain::entity::NewEntity;
use crate::domain::quote::{NewReview, Quote, QuotePatch};
use crate::schema::quotes as quote_table;
use diesel::prelude::*;
use std::collections::HashMap;
use uuid::Uuid;

/// Adds a review to a quote, and makes its change. A review that changes nothing is added too.
///
/// # Errors
/// Those of [`quotes::update`], and a fault at `/speaker_name` if several entities have this name.
pub fn review_quote(conn: &mut PgConnection, id: Uuid, expected: &Expected, new: &NewReview) -> Result<Quote> {
    let patch = patch(conn, new)?;
    quotes::review(conn, id, expected, new, &patch)
}

/// Adds the same review to several quotes, and returns their versions. A quote that cannot be reviewed does not affect the others.
///
/// # Errors
/// Per id those of [`review_quote`].
pub fn review_quotes(conn: &mut PgConnection, ids: &[Uuid], new: &NewReview) -> Result<Vec<Result<i32>>> {
    // In this order, two requests for the same quotes do not deadlock.
    let ordered: Vec<Uuid> = quote_table::table
        .filter(quote_table::id.eq_any(ids))
        .order((quote_table::article_id, quote_table::id))
        .select(quote_table::id)
        .load(conn)?;
    let mut reviewed = HashMap::new();
    for id in ordered {
        match conn.transaction(|conn| review_quote(conn, id, &None, new)) {
            Err(error) if !error.is_of_record() => return Err(error),
            result => reviewed.insert(id, result.map(|quote| quote.version)),
        };
    }
    let mut missing = |id: &Uuid| tombstones::missing(conn, Resource::Quote, *id);
    Ok(ids.iter().map(|id| reviewed.remove(id).unwrap_or_else(|| missing(id))).collect())
}

/// The change that a review makes. Finds or creates the speaker that it names.
fn patch(conn: &mut PgConnection, new: &NewReview) -> Result<QuotePatch> {
    let patch = new.patch();
    let Some(name) = &new.speaker_name else { return Ok(patch) };
    let mut named: Vec<Uuid> = names::namesakes(conn, name)?.iter().map(|found| found.entity).collect();
    named.sort_unstable();
    named.dedup();
    let speaker = match named[..] {
        [] => {
            let person = NewEntity {
                kind: EntityKind::Person,
                name: name.clone(),
                description: None,
                aliases: Vec::new(),
                identifiers: Vec::new(),
            };
            entities::create(conn, &person)?.id
        }
        [speaker] => speaker,
        _ => {
            let ids: Vec<String> = named.iter().take(5).map(Uuid::to_string).collect();
            let detail = format!("is the name of {} entities: {}: give a speaker_id", named.len(), ids.join(", "));
            return Err(Error::field("/speaker_name", detail));
        }
    };
    Ok(QuotePatch { speaker_id: Some(Some(speaker)), ..patch })
}
