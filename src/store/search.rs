//! Full text: what a search means in each language, and how its newest matches are found without reading all of them.
//!
//! `ORDER BY published_at LIMIT 20` of the rows that match has two plans. Walking the index of dates reads everything
//! when the words are rare; gathering all matches from the index of words reads everything when they are common. So
//! the list is read in windows of time: the first is about as long as the page needs, by what the statistics of
//! Postgres say of the words, and each that does not fill the page is followed by a longer one. The same holds for values
//! that seldom stand beside each other, which are in the index of words too.

mod costs;
mod estimate;
pub mod highlight;
mod learned;
mod periods;
mod queries;
mod reading;
mod statistics;
mod steps;
mod stretches;
mod windows;

pub use periods::periods_of;
pub use queries::wrote;
pub use reading::Reading;
use statistics::Sample;
pub use statistics::{Statistics, VECTOR};
use steps::Columns;
pub use steps::{Course, SAID_ON, Step, Values, Way, push_values};
pub(super) use steps::{ascending, descending, published_in};
pub use stretches::along_stretches;
pub use windows::Windows;

use super::Result;
use super::count::{self, COUNTED};
use super::page::number_key;
use crate::domain::page::{Count, Key, Page, PageRequest, Position, SetFilter, Total};
use crate::domain::search::{MAX_RANKED, Ranked, Search};
use diesel::pg::{Pg, PgConnection};
use diesel::query_builder::{QueryFragment, QueryId};
use periods::Within;
use std::cmp::Ordering;
use std::collections::HashMap;
use uuid::Uuid;

/// So many matches are read for an order of relevance: with one more than are ranked, it is known whether there are.
pub const CONSIDERED: i64 = MAX_RANKED as i64 + 1;

/// What matches this many times more texts than are counted, by statistics, matches more than are counted.
const SURELY: f64 = 2.0;

/// A table of texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Collection {
    Articles,
    Quotes,
}

impl Collection {
    fn table(self) -> &'static str {
        match self {
            Self::Articles => "articles",
            Self::Quotes => "quotes",
        }
    }

    /// The columns that lists are asked for by, of which it is known how often each value comes.
    fn known_columns(self) -> &'static [&'static str] {
        match self {
            Self::Articles => &[VECTOR, "keywords", "language", "publisher", "section"],
            Self::Quotes => &[
                VECTOR,
                "cue_lemma",
                "kind",
                "language",
                "publisher",
                SAID_ON,
                "speaker_id",
                "speaker_status",
                "status",
            ],
        }
    }

    /// True when there is an index of one of these columns in order of publication.
    fn is_walked_by(self, column: &str) -> bool {
        !matches!(column, "keywords" | SAID_ON)
    }
}

/// Reads a search, when there is one, in the languages chosen or present.
///
/// # Errors
/// Only the database's own.
pub fn read(
    conn: &mut PgConnection,
    statistics: &Statistics,
    collection: Collection,
    search: Option<&Search>,
    languages: &SetFilter<String>,
) -> Result<Option<Reading>> {
    search.map(|search| Reading::of(conn, &statistics.queries, collection, search, languages)).transpose()
}

/// How many texts a search alone matches. They are not counted one by one where there are surely more than that is done for: by
/// how many have its words, because there are more among the newest already, or because there were a few minutes ago.
/// `matching` makes the query of what a step finds.
///
/// # Errors
/// Only the database's own.
pub fn total<E: QueryFragment<Pg> + QueryId>(
    conn: &mut PgConnection,
    statistics: &Statistics,
    collection: Collection,
    reading: &Reading,
    matching: impl Fn(&Reading, &Step) -> E,
) -> Result<Total> {
    let learned = &statistics.learned;
    let question = learned.question(&(collection, reading));
    let were_many = learned.are_many(question);
    let sample = statistics.of(conn, collection)?;
    let sample = sample.as_deref();
    let are_many = match were_many {
        None => surely_match_many(conn, sample, reading, &matching)?,
        Some(were_many) => were_many,
    };
    let exact =
        if are_many { None } else { count::exact_by_index(conn, by_language(reading, sample, None, &matching))? };
    if were_many != Some(exact.is_none()) {
        learned.keep_many(question, exact.is_none());
    }
    match exact {
        Some(value) => Ok(Total { value, kind: Count::Exact }),
        None => count::many(conn, matching(reading, &Step::default())),
    }
}

fn surely_match_many<E: QueryFragment<Pg> + QueryId>(
    conn: &mut PgConnection,
    sample: Option<&Sample>,
    reading: &Reading,
    matching: impl Fn(&Reading, &Step) -> E,
) -> Result<bool> {
    let Some(sample) = sample else { return Ok(false) };
    let many = SURELY * COUNTED as f64;
    if sample.at_least(reading) > many {
        return Ok(true);
    }
    // A part of them alone is counted where that is much less than all.
    let newest = many / sample.matching(reading);
    let published = &sample.published;
    match published.time_after(published.rows - newest).filter(|_| newest < published.rows / 2.0) {
        Some(from) => {
            let within = Some(Within::of((Some(from), None)));
            Ok(count::exact_by_index(conn, by_language(reading, Some(sample), within, matching))?.is_none())
        }
        None => Ok(false),
    }
}

/// What a search matches, the texts of each of its queries by themselves, first those of which there are most. Each text found
/// is looked at for its language, which nearly all that have the words are in: the index has half of all texts of a language. Of
/// a text that was found by one of several queries, Postgres would unpack the words again.
fn by_language<E>(
    reading: &Reading,
    sample: Option<&Sample>,
    within: Option<Within>,
    matching: impl Fn(&Reading, &Step) -> E,
) -> impl Iterator<Item = E> {
    let way = Way::Gathered(Columns::NONE.and("language"));
    let mut each: Vec<Reading> = reading.each().collect();
    if let Some(sample) = sample {
        each.sort_by(|one, other| sample.matching(other).total_cmp(&sample.matching(one)));
    }
    each.into_iter().map(move |one| matching(&one, &Step { within, way, ..Step::default() }))
}

/// Reads what a step finds of a search, the first `wanted` in an order. All that match are gathered for one of its queries
/// at a time: of a text that was found by one of several, Postgres unpacks the words again to see by which.
///
/// # Errors
/// Those of `read`.
pub fn by_query<T>(
    reading: Option<&Reading>,
    way: Way,
    wanted: i64,
    order: impl Fn(&T, &T) -> Ordering,
    mut read: impl FnMut(Option<&Reading>) -> Result<Vec<T>>,
) -> Result<Vec<T>> {
    let Some(reading) = reading.filter(|reading| matches!(way, Way::Gathered(_)) && reading.queries().count() > 1)
    else {
        return read(reading);
    };
    let mut found = Vec::new();
    for one in reading.each() {
        found.extend(read(Some(&one))?);
    }
    found.sort_by(order);
    found.truncate(usize::try_from(wanted).unwrap_or(0));
    Ok(found)
}

/// What was read of records, in the order of their ids.
pub fn in_order<T>(ids: Vec<Uuid>, read: Vec<(Uuid, T)>) -> Vec<(T, Uuid)> {
    let mut read: HashMap<Uuid, T> = read.into_iter().collect();
    ids.into_iter().filter_map(|id| read.remove(&id).map(|found| (found, id))).collect()
}

/// A page of the newest matches, given newest first with their ranks: the best first, then by id.
///
/// # Errors
/// When the position is of another order.
pub fn most_relevant(
    mut found: Vec<(f64, Uuid)>,
    request: &PageRequest,
    total: Option<Total>,
) -> Result<(Page<Uuid>, Ranked)> {
    let complete = found.len() <= MAX_RANKED;
    found.truncate(MAX_RANKED);
    let ranked = Ranked { considered: found.len(), complete };
    // A rank has the precision of Postgres' `real`, and may have gone through a cursor.
    let place = |rank: f64, id: Uuid| (rank as f32, id);
    found.sort_by(|(a, a_id), (b, b_id)| b.total_cmp(a).then(b_id.cmp(a_id)));
    if let Some(position) = &request.after {
        let after = place(number_key(position)?, position.id);
        found.retain(|(rank, id)| place(*rank, *id) < after);
    }
    found.truncate(usize::try_from(request.limit).unwrap_or(0) + 1);
    let page = Page::from_rows(found, request.limit, total, |(rank, id)| Position { key: Key::Number(*rank), id: *id });
    Ok((page.map(|(_, id)| id), ranked))
}

/// The records that a page of ids names, in its order. One that was deleted in the meantime is left out.
pub fn filled<T>(page: Page<Uuid>, records: Vec<T>, id: impl Fn(&T) -> Uuid) -> Page<T> {
    let mut records: HashMap<Uuid, T> = records.into_iter().map(|record| (id(&record), record)).collect();
    let items = page.items.iter().filter_map(|id| records.remove(id)).collect();
    Page { items, next: page.next, total: page.total }
}
