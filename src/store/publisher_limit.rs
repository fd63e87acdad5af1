//! Callers whose writes are limited to the articles of one publisher.

use super::{Error, Result};
use crate::schema::{articles, mentions, quotes};
use diesel::prelude::*;
use uuid::Uuid;

/// A record that is to be written.
#[derive(Debug, Clone, Copy)]
pub enum Target {
    Article(Uuid),
    Mention(Uuid),
    Quote(Uuid),
}

/// Refuses a record outside of the articles of `publisher`, whether or not it exists. Locks the article until the transaction
/// ends, so that it does not change its publisher before the write.
///
/// # Errors
/// [`Error::OtherPublisher`]; never without a publisher.
pub fn check(conn: &mut PgConnection, target: Target, publisher: Option<&str>) -> Result<()> {
    let Some(publisher) = publisher else { return Ok(()) };
    let article = match target {
        Target::Article(id) => Some(id),
        Target::Mention(id) => {
            mentions::table.filter(mentions::id.eq(id)).select(mentions::article_id).first(conn).optional()?
        }
        Target::Quote(id) => {
            quotes::table.filter(quotes::id.eq(id)).select(quotes::article_id).first(conn).optional()?
        }
    };
    let found: Option<Uuid> = articles::table
        .filter(articles::id.nullable().eq(article))
        .filter(articles::publisher.eq(publisher))
        .select(articles::id)
        .for_no_key_update()
        .first(conn)
        .optional()?;
    found.map(drop).ok_or(Error::OtherPublisher)
}
