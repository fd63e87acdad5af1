//! What the extractor finds in an article, stored: entities are linked or made, what was found before keeps its id,
//! and what a human made or touched stays as it is.

mod people;

use super::name_dictionary::NameDictionary;
use super::{Error, Resource, Result, about, mentions, quotes, tombstones};
use crate::annotate::dictionary::Dictionary;
use crate::annotate::{self, Annotation, Document};
use crate::domain::article::Article;
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
    pub entities: &'a [Resolved],
}

/// A text of an article that is annotated.
struct Text<'a> {
    article: Uuid,
    body_version: i32,
    document: Document<'a>,
}

impl<'a> Text<'a> {
    fn new(article: Uuid, body_version: i32, headline: &'a str, body: &'a str, language: &'a str) -> Self {
        let language = Some(language).filter(|language| *language != "und");
        Self { article, body_version, document: Document { headline: Some(headline), body, language } }
    }
}

/// Runs the extractor over an article's present text and stores what it finds, 10,000 mentions and 10,000 quotes at
/// most. Running it twice changes nothing.
///
/// The caller refreshes `names` first, before it has written anything that others cannot see yet.
///
/// # Errors
/// An article that is absent or deleted.
pub fn annotate_article(conn: &mut PgConnection, names: &NameDictionary, id: Uuid) -> Result<()> {
    let row: Option<(String, String, String, i32)> = articles::table
        .find(id)
        .select((articles::headline, articles::body, articles::language, articles::body_version))
        .for_no_key_update()
        .first(conn)
        .optional()?;
    let Some((headline, body, language, body_version)) = row else {
        return tombstones::missing(conn, Resource::Article, id);
    };
    store(conn, names, &[Text::new(id, body_version, &headline, &body, &language)])
}

/// The same for articles that were made in this transaction.
///
/// # Errors
/// Only the database's own.
pub fn annotate_new(conn: &mut PgConnection, names: &NameDictionary, new: &[&Article]) -> Result<()> {
    let texts = new.iter().copied().map(|Article { id, body_version, headline, body, language, .. }| {
        Text::new(*id, *body_version, headline, body.as_deref().unwrap_or_default(), language)
    });
    store(conn, names, &texts.collect::<Vec<_>>())
}

fn store(conn: &mut PgConnection, names: &NameDictionary, texts: &[Text]) -> Result<()> {
    if texts.is_empty() {
        return Ok(());
    }
    let settled = settle(conn, names, texts)?;
    let found: Vec<Found> = texts
        .iter()
        .zip(&settled)
        .map(|(text, (annotation, entities))| Found {
            article: text.article,
            body_version: text.body_version,
            body: Body::new(text.document.body),
            annotation,
            entities,
        })
        .collect();
    mentions::store_found(conn, &found)?;
    quotes::store_found(conn, &found)?;
    about::refresh(conn, &texts.iter().map(|text| text.article).collect::<Vec<_>>())
}

/// What is found in a text, and the stored entity of each found one.
type Settled = (Annotation, Vec<Resolved>);

/// Annotates until no entity is new in what is found: the names of new ones are known the next time, and would be found
/// otherwise then.
fn settle(conn: &mut PgConnection, names: &NameDictionary, texts: &[Text]) -> Result<Vec<Settled>> {
    let mut aliases: Vec<Dictionary> = texts.iter().map(|text| names.read().met_in(text.document.body)).collect();
    let mut made: Vec<Uuid> = Vec::new();
    let mut settled: Vec<Option<Settled>> = texts.iter().map(|_| None).collect();
    let mut open: Vec<usize> = (0..texts.len()).collect();
    for _ in 0..ROUNDS {
        let annotated = |index: &usize| {
            let mut annotation = annotate::annotate(&texts[*index].document, &aliases[*index]);
            annotation.mentions.truncate(MAX_FOUND);
            annotation.quotes.truncate(MAX_FOUND);
            annotation
        };
        let annotations: Vec<Annotation> = open.iter().map(annotated).collect();
        let resolutions = people::resolve(conn, &annotations)?;
        let mut again = Vec::new();
        for ((index, annotation), resolution) in open.into_iter().zip(annotations).zip(resolutions) {
            made.extend(resolution.made);
            let known = aliases[index].len();
            for (entity, names) in &resolution.newcomers {
                for (name, kind) in names {
                    aliases[index].insert(name, *kind, entity);
                }
            }
            if aliases[index].len() > known {
                again.push(index);
            }
            settled[index] = Some((annotation, resolution.entities));
        }
        open = again;
        if open.is_empty() {
            break;
        }
    }
    let settled: Vec<Settled> = settled.into_iter().flatten().collect();
    people::forget_unused(conn, &made, &settled)?;
    Ok(settled)
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
