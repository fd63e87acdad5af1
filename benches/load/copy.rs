//! `COPY` streams: one connection and transaction per table, fed by the threads that generate texts.
//!
//! The transaction truncates the table first. So Postgres may freeze the rows at once and, with `wal_level = minimal`,
//! skip the log; an interrupted load starts again from empty tables. Articles have two streams, as most of the time goes
//! into their vectors; their table is truncated before both, and frozen afterwards.

use crate::article::Collection;
use crate::connection;
use crate::names::Alias;
use crate::rows::{Batch, EntityRows};
use crossbeam_channel::{Receiver, Sender, bounded};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use std::error::Error;
use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use verbatim::schema::{
    articles, entities, entity_aliases, entity_identifiers, mentions, quote_about, quotes, reviews,
};

pub type Failure = Box<dyn Error + Send + Sync>;

/// Articles of one batch.
const BATCH: usize = 200;
/// Batches that may queue for a table.
const WAITING: usize = 6;

/// Copies a stream into a table that is truncated first; `also` for one of several streams of a table.
macro_rules! copy {
    ($url:expr, $rows:expr, $table:ident, $columns:tt) => {
        copy!($url, $rows, $table, $columns, true)
    };
    (also $url:expr, $rows:expr, $table:ident, $columns:tt) => {
        copy!($url, $rows, $table, $columns, false)
    };
    ($url:expr, $rows:expr, $table:ident, [$($column:ident),+], $alone:literal) => {{
        let (mut conn, incoming) = (connection($url)?, $rows);
        conn.transaction::<usize, Failure, _>(|conn| {
            if $alone {
                conn.batch_execute(concat!("TRUNCATE ", stringify!($table)))?;
            }
            let copied = diesel::copy_from($table::table)
                .from_raw_data(($($table::$column,)+), |out: &mut dyn Write| {
                    incoming
                        .iter()
                        .try_for_each(|rows| out.write_all(&rows[..]))
                        .map_err(|error| diesel::result::Error::SerializationError(error.into()))
                })
                .with_freeze($alone)
                .execute(conn)?;
            Ok(copied)
        })
    }};
}

/// Stores the entities with their aliases and identifiers.
///
/// # Errors
/// Those of the database.
pub fn entities(url: &str, collection: &Collection, aliases: &[Vec<Alias>]) -> Result<(), Failure> {
    let mut rows = EntityRows::default();
    let mut ranks: Vec<usize> = (0..aliases.len()).collect();
    ranks.sort_unstable_by_key(|rank| collection.cast.entities[*rank].id);
    for rank in ranks {
        rows.add(rank, &collection.cast.entities[rank], &aliases[rank]);
    }
    copy!(url, [rows.entities.0], entities, [id, created_at, updated_at, kind, name, name_key, description])?;
    copy!(url, [rows.aliases.0], entity_aliases, [entity_id, position, name, name_key, language, kind])?;
    copy!(url, [rows.identifiers.0], entity_identifiers, [scheme, value, entity_id, position])?;
    Ok(())
}

/// The stream of each table.
#[derive(Clone)]
struct Streams {
    articles: Sender<Vec<u8>>,
    mentions: Sender<Vec<u8>>,
    quotes: Sender<Vec<u8>>,
    about: Sender<Vec<u8>>,
    reviews: Sender<Vec<u8>>,
}

impl Streams {
    /// False when a table failed: its own thread returns the error.
    fn send(&self, batch: Batch) -> bool {
        self.articles.send(batch.articles.0).is_ok()
            && self.mentions.send(batch.mentions.0).is_ok()
            && self.quotes.send(batch.quotes.0).is_ok()
            && self.about.send(batch.about.0).is_ok()
            && self.reviews.send(batch.reviews.0).is_ok()
    }
}

/// Generates articles on `writers` threads and stores them with their mentions and quotes.
///
/// # Errors
/// Those of the database.
pub fn articles(url: &str, collection: &Collection, writers: usize) -> Result<(), Failure> {
    let (articles, articles_in) = bounded(WAITING);
    let (mentions, mentions_in) = bounded(WAITING);
    let (quotes, quotes_in) = bounded(WAITING);
    let (about, about_in) = bounded(WAITING);
    let (reviews, reviews_in) = bounded(WAITING);
    let streams = Streams { articles, mentions, quotes, about, reviews };
    let next = AtomicUsize::new(0);
    connection(url)?.batch_execute("TRUNCATE articles")?;
    thread::scope(|scope| {
        let other_articles_in = articles_in.clone();
        let tables = [
            scope.spawn(|| copy_articles(url, articles_in)),
            scope.spawn(|| copy_articles(url, other_articles_in)),
            scope.spawn(|| copy_mentions(url, mentions_in)),
            scope.spawn(|| copy_quotes(url, quotes_in)),
            scope.spawn(|| copy_about(url, about_in)),
            scope.spawn(|| copy_reviews(url, reviews_in)),
        ];
        for _ in 0..writers {
            let (streams, next) = (streams.clone(), &next);
            scope.spawn(move || write(collection, next, &streams));
        }
        drop(streams);
        report(collection.articles, &next, || tables.iter().any(thread::ScopedJoinHandle::is_finished));
        for table in tables {
            table.join().map_err(|_| "a thread that stores rows panicked")??;
        }
        Ok(())
    })
}

fn write(collection: &Collection, next: &AtomicUsize, streams: &Streams) {
    loop {
        let first = next.fetch_add(BATCH, Ordering::Relaxed);
        if first >= collection.articles {
            return;
        }
        let mut batch = Batch::default();
        for index in first..(first + BATCH).min(collection.articles) {
            batch.add(&mut collection.article(index), collection);
        }
        if !streams.send(batch) {
            return;
        }
    }
}

/// Prints the progress every half minute, until the end or a failure.
fn report(articles: usize, next: &AtomicUsize, is_over: impl Fn() -> bool) {
    let begun = Instant::now();
    let mut told = 0;
    while !is_over() && next.load(Ordering::Relaxed) < articles {
        thread::sleep(Duration::from_millis(200));
        if begun.elapsed().as_secs() / 30 > told {
            told = begun.elapsed().as_secs() / 30;
            let written = next.load(Ordering::Relaxed).min(articles);
            eprintln!("  {written} articles, {:.0} a second", written as f64 / begun.elapsed().as_secs_f64());
        }
    }
}

type Stored = Result<usize, Failure>;

fn copy_articles(url: &str, rows: Receiver<Vec<u8>>) -> Stored {
    copy!(
        also url,
        rows,
        articles,
        [
            id,
            created_at,
            updated_at,
            body_created_at,
            headline,
            body,
            content_hash,
            language,
            blocks,
            url,
            publisher,
            external_id,
            authors,
            section,
            keywords,
            published_at
        ]
    )
}

fn copy_mentions(url: &str, rows: Receiver<Vec<u8>>) -> Stored {
    copy!(
        url,
        rows,
        mentions,
        [
            id,
            created_at,
            updated_at,
            article_id,
            body_version,
            entity_id,
            candidates,
            span_start,
            span_end,
            exact,
            prefix,
            suffix,
            kind,
            confidence,
            origin,
            extractor,
            published_at,
            language,
            publisher
        ]
    )
}

fn copy_quotes(url: &str, rows: Receiver<Vec<u8>>) -> Stored {
    copy!(
        url,
        rows,
        quotes,
        [
            id,
            version,
            created_at,
            updated_at,
            article_id,
            body_version,
            text,
            spans,
            prefix,
            suffix,
            kind,
            speaker_id,
            speaker_label,
            speaker_span,
            speaker_status,
            cue,
            cue_span,
            cue_lemma,
            said_on,
            status,
            confidence,
            origin,
            extractor,
            canonical_text,
            cluster_id,
            published_at,
            language,
            publisher
        ]
    )
}

fn copy_about(url: &str, rows: Receiver<Vec<u8>>) -> Stored {
    copy!(
        url,
        rows,
        quote_about,
        [
            quote_id,
            entity_id,
            article_id,
            published_desc,
            kind,
            status,
            confidence,
            speaker_id,
            speaker_status,
            cue_lemma,
            said_on,
            language,
            publisher
        ]
    )
}

fn copy_reviews(url: &str, rows: Receiver<Vec<u8>>) -> Stored {
    copy!(url, rows, reviews, [id, article_id, quote_id, action, before, after, at])
}
