//! Adds reviews: decisions of people about quotes and mentions.

use super::entities::{self, names};
use super::{Error, Expected, Resource, Result, mentions, quotes, tombstones};
use crate::domain::EntityKind;
use crate::domain::entity::NewEntity;
use crate::domain::mention::{Mention, NewMentionReview};
use crate::domain::quote::{NewReview, Quote, QuotePatch};
use crate::schema::{mentions as mention_table, quotes as quote_table};
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
    let ordered = quote_table::table
        .filter(quote_table::id.eq_any(ids))
        .order((quote_table::article_id, quote_table::id))
        .select(quote_table::id)
        .load(conn)?;
    review_each(conn, (Resource::Quote, ids), ordered, |conn, id| Ok(review_quote(conn, id, &None, new)?.version))
}

/// Adds the same review to several mentions, as [`review_quotes`] does.
///
/// # Errors
/// Per id those of [`review_mention`].
pub fn review_mentions(conn: &mut PgConnection, ids: &[Uuid], new: &NewMentionReview) -> Result<Vec<Result<i32>>> {
    let ordered = mention_table::table
        .filter(mention_table::id.eq_any(ids))
        .order((mention_table::article_id, mention_table::id))
        .select(mention_table::id)
        .load(conn)?;
    review_each(conn, (Resource::Mention, ids), ordered, |conn, id| Ok(review_mention(conn, id, &None, new)?.version))
}

/// Reviews records in the order of their articles, in which two requests for the same records do not deadlock. Returns the results
/// in the order of `ids`.
fn review_each(
    conn: &mut PgConnection,
    (resource, ids): (Resource, &[Uuid]),
    ordered: Vec<Uuid>,
    review: impl Fn(&mut PgConnection, Uuid) -> Result<i32>,
) -> Result<Vec<Result<i32>>> {
    let mut reviewed = HashMap::new();
    for id in ordered {
        match conn.transaction(|conn| review(conn, id)) {
            Err(error) if !error.is_of_record() => return Err(error),
            result => reviewed.insert(id, result),
        };
    }
    let mut missing = |id: &Uuid| tombstones::missing(conn, resource, *id);
    Ok(ids.iter().map(|id| reviewed.remove(id).unwrap_or_else(|| missing(id))).collect())
}

/// Adds a review to a mention, and makes its change. A review that changes nothing is added too.
///
/// # Errors
/// Those of [`mentions::update`], and a fault at `/entity_name` if several entities have this name.
pub fn review_mention(
    conn: &mut PgConnection,
    id: Uuid,
    expected: &Expected,
    new: &NewMentionReview,
) -> Result<Mention> {
    let entity = match &new.entity_name {
        Some(name) => Some(named(conn, name, "entity")?),
        None => new.entity_id,
    };
    mentions::review(conn, id, expected, new, entity)
}

/// The change that a review makes. Finds or creates the speaker that it names.
fn patch(conn: &mut PgConnection, new: &NewReview) -> Result<QuotePatch> {
    let patch = new.patch();
    let Some(name) = &new.speaker_name else { return Ok(patch) };
    Ok(QuotePatch { speaker_id: Some(Some(named(conn, name, "speaker")?)), ..patch })
}

/// The entity with a name, or a new person if there is none.
///
/// # Errors
/// A fault at the name of the `member` if several entities have this name.
pub(super) fn named(conn: &mut PgConnection, name: &str, member: &str) -> Result<Uuid> {
    let mut found: Vec<Uuid> = names::namesakes(conn, name)?.iter().map(|found| found.entity).collect();
    found.sort_unstable();
    found.dedup();
    match found[..] {
        [] => {
            let person = NewEntity {
                kind: EntityKind::Person,
                name: name.to_owned(),
                description: None,
                aliases: Vec::new(),
                identifiers: Vec::new(),
            };
            Ok(entities::create(conn, &person)?.id)
        }
        [entity] => Ok(entity),
        _ => {
            let ids: Vec<String> = found.iter().take(5).map(Uuid::to_string).collect();
            let detail = format!("is the name of {} entities: {}: give a {member}_id", found.len(), ids.join(", "));
            Err(Error::field(format!("/{member}_name"), detail))
        }
    }
}
