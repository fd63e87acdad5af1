//! What the extractor finds in an article, stored: entities are linked or made, what was found before keeps its id,
//! and what a human made or touched stays as it is.

mod people;

use super::known_names::KnownNames;
use super::{Error, Resource, Result, about, mentions, quotes, tombstones};
use crate::annotate::dictionary::Dictionary;
use crate::annotate::{self, Annotation, Document};
use crate::domain::span::Span;
use crate::domain::text::Body;
use crate::schema::articles;
use diesel::prelude::*;
use people::Resolved;
use uuid::Uuid;

/// Name and version of what finds quotes and names here.
pub const EXTRACTOR: &str = concat!("verbatim/", env!("CARGO_PKG_VERSION"));

/// How often a text is annotated at most: the second round seldom makes an entity, the third hardly ever.
const ROUNDS: u32 = 4;

/// The most mentions, and the most quotes, of one article that are stored: more are in no text that somebody wrote, and
/// would keep their transaction longer than a request may last.
const MAX_FOUND: usize = 10_000;

/// One text of an article, and what was found in it.
pub(super) struct Found<'a> {
    pub article: Uuid,
    pub body_version: i32,
    pub body: Body<'a>,
    pub annotation: &'a Annotation,
    /// The stored entity of each found one.
    pub entities: Vec<Resolved>,
}

/// Runs the extractor over an article's present text and stores what it finds, 10,000 mentions and 10,000 quotes at
/// most. Running it twice changes nothing.
///
/// The caller refreshes `names` first, before it has written anything that others cannot see yet.
///
/// # Errors
/// An article that is absent or deleted.
pub fn annotate_article(conn: &mut PgConnection, names: &KnownNames, id: Uuid) -> Result<()> {
    let row: Option<(String, String, String, i32)> = articles::table
        .find(id)
        .select((articles::headline, articles::body, articles::language, articles::body_version))
        .for_no_key_update()
        .first(conn)
        .optional()?;
    let Some((headline, body, language, body_version)) = row else {
        return tombstones::missing(conn, Resource::Article, id);
    };
    let language = Some(language.as_str()).filter(|language| *language != "und");
    let document = Document { headline: Some(&headline), body: &body, language };
    let (annotation, entities) = settle(conn, &document, names.read().met_in(&body))?;
    let found = Found { article: id, body_version, body: Body::new(&body), annotation: &annotation, entities };
    mentions::store_found(conn, &found)?;
    quotes::store_found(conn, &found)?;
    about::refresh(conn, id)
}

/// Annotates until no entity is new in what is found: the names of new ones are known the next time, and would be found
/// otherwise then.
fn settle(
    conn: &mut PgConnection,
    document: &Document,
    mut aliases: Dictionary,
) -> Result<(Annotation, Vec<Resolved>)> {
    let mut made: Vec<Uuid> = Vec::new();
    for round in 1.. {
        let mut annotation = annotate::annotate(document, &aliases);
        annotation.mentions.truncate(MAX_FOUND);
        annotation.quotes.truncate(MAX_FOUND);
        let resolution = people::resolve(conn, &annotation)?;
        made.extend(resolution.made);
        let known = aliases.len();
        for (entity, names) in &resolution.newcomers {
            for (name, kind) in names {
                aliases.insert(name, *kind, entity);
            }
        }
        if aliases.len() == known || round == ROUNDS {
            people::forget_unused(conn, &made, &annotation, &resolution.entities)?;
            return Ok((annotation, resolution.entities));
        }
    }
    Err(Error::Internal("annotating an article did not end".to_owned()))
}

impl Found<'_> {
    /// The slice at `span`, when it has at most `longest` code points.
    pub fn slice(&self, span: Span, longest: i32) -> Option<String> {
        (span.len() <= longest).then(|| self.body.slice(span)).flatten().map(str::to_owned)
    }

    /// The stored entity of a found one.
    pub fn entity(&self, index: Option<usize>) -> Option<&Resolved> {
        index.and_then(|index| self.entities.get(index))
    }
}

/// A confidence as it is stored and shown: to a thousandth, which is more than it means.
pub fn confidence(found: f32) -> f64 {
    (f64::from(found) * 1000.0).round() / 1000.0
}

/// An offset of the extractor that is not in the text it was given.
pub(super) fn out_of_text() -> Error {
    Error::Internal("the extractor found something outside of the text".to_owned())
}
