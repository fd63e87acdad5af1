//! Imports records. Each is matched with its stored record, and creates it, updates it or leaves it unchanged.
//!
//! Each record has its own savepoint, so that a record that fails changes nothing and does not affect others.

mod article;
mod entity;
mod findings;
mod quote;

use super::merges::transfer;
use super::sql::Sql;
use super::{Error, Result, articles, judgements, splits, tombstones};
use crate::domain::article::{NewArticle, TextAnalysis};
use crate::domain::import::{ArticleRecord, ImportMode, ImportRecord, Imported, Outcome};
use crate::domain::{FieldError, new_id};
use diesel::pg::PgConnection;
use diesel::sql_types::Text;
use diesel::{Connection, QueryableByName};
use std::collections::HashMap;
use uuid::Uuid;

/// Imports records, and returns the result of each in order; fewer when the mode stops at a failure.
///
/// # Errors
/// Those that no record causes, such as a lost connection. The transaction must then be rolled back.
pub fn import_all(
    conn: &mut PgConnection,
    analysis: TextAnalysis,
    records: &[ImportRecord],
    mode: &ImportMode,
) -> Result<Vec<Result<Imported>>> {
    if !mode.dry_run {
        return import_each(conn, analysis, records, mode);
    }
    let undone = conn.transaction(|conn| Err::<(), _>(Undo::Done(import_each(conn, analysis, records, mode)?)));
    match undone {
        Err(Undo::Done(results)) => Ok(results),
        Err(Undo::Failed(error)) => Err(error),
        Ok(()) => Ok(Vec::new()),
    }
}

/// Why the savepoint of a dry run is rolled back.
enum Undo {
    Done(Vec<Result<Imported>>),
    Failed(Error),
}

impl From<Error> for Undo {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<diesel::result::Error> for Undo {
    fn from(error: diesel::result::Error) -> Self {
        Self::Failed(error.into())
    }
}

fn import_each(
    conn: &mut PgConnection,
    analysis: TextAnalysis,
    records: &[ImportRecord],
    mode: &ImportMode,
) -> Result<Vec<Result<Imported>>> {
    let mut created = create_plain(conn, analysis, records, mode)?;
    let mut results = Vec::with_capacity(records.len());
    for (index, record) in records.iter().enumerate() {
        let result = match created[index].take() {
            Some(imported) => Ok(imported),
            None => conn.transaction(|conn| import_one(conn, analysis, record, mode)),
        };
        let failed = match result {
            Err(error) if !error.is_of_record() => return Err(error),
            result => {
                results.push(result);
                results.last().is_some_and(Result::is_err)
            }
        };
        if failed && mode.stop_at_failure {
            break;
        }
    }
    Ok(results)
}

/// Creates articles without entities, mentions and quotes in one statement. Skips articles that are stored already, and those
/// that share a key with another record, because their order matters.
fn create_plain(
    conn: &mut PgConnection,
    analysis: TextAnalysis,
    records: &[ImportRecord],
    mode: &ImportMode,
) -> Result<Vec<Option<Imported>>> {
    let mut created: Vec<Option<Imported>> = records.iter().map(|_| None).collect();
    if mode.stop_at_failure {
        return Ok(created);
    }
    let mut uses: HashMap<Key, u32> = HashMap::new();
    for key in records.iter().flat_map(keys) {
        *uses.entry(key).or_default() += 1;
    }
    let is_alone = |(_, record): &(usize, &ImportRecord)| keys(record).all(|key| uses[&key] == 1);
    let plain = records.iter().enumerate().filter(is_alone).filter_map(plain_article);
    let plain: Vec<(usize, NewArticle)> = plain.collect();
    let new: Vec<(Uuid, &NewArticle)> = plain.iter().map(|(_, new)| (new_id(), new)).collect();
    let stored = conn.transaction(|conn| articles::create_all(conn, analysis, &new));
    let stored = match stored {
        // Each record is then imported by itself.
        Err(error) if error.is_of_record() => return Ok(created),
        stored => stored?,
    };
    for ((index, _), article) in plain.iter().zip(stored) {
        created[*index] =
            article.ok().map(|article| Imported { outcome: Outcome::Created, id: article.id, is_article: true });
    }
    Ok(created)
}

/// A unique key of an article.
#[derive(PartialEq, Eq, Hash)]
enum Key<'a> {
    Url(&'a str),
    ExternalId(Option<&'a str>, &'a str),
}

/// The unique keys of a record.
fn keys(record: &ImportRecord) -> impl Iterator<Item = Key<'_>> {
    let article = match record {
        ImportRecord::Article(record) => Some(&record.article),
        _ => None,
    };
    let url = article.and_then(|article| article.url.as_ref()?.as_deref()).map(Key::Url);
    let external_id = article.and_then(|article| {
        let publisher = article.publisher.as_ref().and_then(Option::as_deref);
        Some(Key::ExternalId(publisher, article.external_id.as_ref()?.as_deref()?))
    });
    url.into_iter().chain(external_id)
}

fn plain_article((index, record): (usize, &ImportRecord)) -> Option<(usize, NewArticle)> {
    match record {
        ImportRecord::Article(article) if article.is_plain() && article.has_key() => {
            Some((index, article.to_new().ok()?))
        }
        _ => None,
    }
}

fn import_one(
    conn: &mut PgConnection,
    analysis: TextAnalysis,
    record: &ImportRecord,
    mode: &ImportMode,
) -> Result<Imported> {
    match record {
        ImportRecord::Entity(record) => entity::import(conn, record, mode),
        ImportRecord::Article(record) => import_article(conn, analysis, record, mode),
        ImportRecord::Quote(record) => quote::import(conn, record, mode),
        ImportRecord::Split(record) => Ok(restored(record.id, splits::restore(conn, record)?)),
        ImportRecord::Merge(record, sources) => Ok(restored(record.id, transfer::restore(conn, record, sources)?)),
        ImportRecord::Moves(list) => Ok(restored(list.merge_id, transfer::restore_moves(conn, list)?)),
        ImportRecord::Judgement(record) => Ok(restored(record.id, judgements::restore(conn, record)?)),
        ImportRecord::Deleted(record) => Ok(restored(record.id, tombstones::restore(conn, record)?)),
    }
}

/// The result of a record that is restored, unless it was stored already.
fn restored(id: Uuid, is_new: bool) -> Imported {
    let outcome = if is_new { Outcome::Created } else { Outcome::Unchanged };
    Imported { outcome, id, is_article: false }
}

fn import_article(
    conn: &mut PgConnection,
    analysis: TextAnalysis,
    record: &ArticleRecord,
    mode: &ImportMode,
) -> Result<Imported> {
    let entities = entity::resolve_keys(conn, &record.entities, mode)?;
    let (id, outcome) = article::import(conn, analysis, record, mode)?;
    let changed = match mode.keep_stored && outcome != Outcome::Created {
        true => false,
        false => findings::import(conn, id, record, &entities.ids, mode.actor.as_deref())?,
    };
    let outcome = match outcome {
        Outcome::Unchanged if changed || entities.changed => Outcome::Updated,
        outcome => outcome,
    };
    Ok(Imported { outcome, id, is_article: true })
}

fn faults(faults: Vec<FieldError>) -> Error {
    Error::Invalid(faults)
}

/// Returns a hash of the versions of the mentions and quotes of an article. It differs when any of them has changed.
pub fn fingerprint(conn: &mut PgConnection, article: Uuid) -> Result<String> {
    #[derive(QueryableByName)]
    struct Fingerprint {
        #[diesel(sql_type = Text)]
        value: String,
    }
    let versions = "SELECT string_agg(id || ':' || version, ',' ORDER BY id) FROM";
    let found: Vec<Fingerprint> = Sql::new(format!("SELECT md5(concat(({versions} mentions WHERE article_id = "))
        .bind(article)
        .sql(format!("), ({versions} quotes WHERE article_id = "))
        .bind(article)
        .sql("))) AS value")
        .rows(conn)?;
    Ok(found.into_iter().next().map(|found| found.value).unwrap_or_default())
}
