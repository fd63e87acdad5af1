//! Where the words of a search stand in the texts of a page.
//!
//! Postgres is asked of each word once, however often it stands there: a word is read alike wherever it does. Of those that
//! begin with another letter than the words of the search it is not asked at all.

use super::estimate::lexemes;
use super::{Collection, Reading, Statistics};
use crate::domain::article::ArticleFilter;
use crate::domain::highlight::{ArticleHighlight, marked, matches, snippets, words};
use crate::domain::quote::QuoteFilter;
use crate::domain::span::Span;
use crate::schema::{articles, quotes};
use crate::store::Result;
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, Text};
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// Where the words of the filter's search stand in these articles; nothing without a search.
///
/// # Errors
/// Only the database's own.
pub fn articles(
    conn: &mut PgConnection,
    statistics: &Statistics,
    filter: &ArticleFilter,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, ArticleHighlight>> {
    let Some(reading) = super::read(conn, statistics, Collection::Articles, filter.search.as_ref(), &filter.language)?
    else {
        return Ok(HashMap::new());
    };
    let rows: Vec<(Uuid, String, String, String)> = articles::table
        .filter(articles::id.eq_any(ids))
        .select((articles::id, articles::language, articles::headline, articles::body))
        .load(conn)?;
    let texts = rows.iter().flat_map(|(_, language, headline, body)| {
        [(language.as_str(), headline.as_str()), (language.as_str(), body.as_str())]
    });
    let found = matching_words(conn, &reading, texts)?;
    let highlight = |(id, language, headline, body): &(Uuid, String, String, String)| {
        let found = &found[language.as_str()];
        let snippets = snippets(body, &matches(body, found));
        (*id, ArticleHighlight { headline: matches(headline, found), snippets })
    };
    Ok(rows.iter().map(highlight).collect())
}

/// Where the words of the filter's search stand in the texts of these quotes; nothing without a search.
///
/// # Errors
/// Only the database's own.
pub fn quotes(
    conn: &mut PgConnection,
    statistics: &Statistics,
    filter: &QuoteFilter,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Span>>> {
    let Some(reading) = super::read(conn, statistics, Collection::Quotes, filter.search.as_ref(), &filter.language)?
    else {
        return Ok(HashMap::new());
    };
    let rows: Vec<(Uuid, String, String)> =
        quotes::table.filter(quotes::id.eq_any(ids)).select((quotes::id, quotes::language, quotes::text)).load(conn)?;
    let found =
        matching_words(conn, &reading, rows.iter().map(|(_, language, text)| (language.as_str(), text.as_str())))?;
    Ok(rows.iter().map(|(id, language, text)| (*id, matches(text, &found[language.as_str()]))).collect())
}

/// The words that match, of texts with their languages, and what of each does.
type Found<'a> = HashMap<&'a str, HashMap<&'a str, Vec<Span>>>;

fn matching_words<'a>(
    conn: &mut PgConnection,
    reading: &Reading,
    texts: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<Found<'a>> {
    let mut of_languages: BTreeMap<&str, HashSet<&str>> = BTreeMap::new();
    let mut letters: HashMap<&str, HashSet<u8>> = HashMap::new();
    for (language, text) in texts {
        let letters = letters.entry(language).or_insert_with(|| first_letters(reading, language));
        let may_match = |word: &&str| may_match(word, language, letters);
        of_languages.entry(language).or_default().extend(words(text).map(|(_, word)| word).filter(may_match));
    }
    let of_languages: Vec<(&str, Vec<&str>)> =
        of_languages.into_iter().map(|(language, words)| (language, words.into_iter().collect())).collect();
    let (languages, lines) =
        of_languages.iter().map(|(language, words)| ((*language).to_owned(), words.join(" "))).unzip();
    let shown: HashMap<String, String> = Shown { languages, lines, reading }.load(conn)?.into_iter().collect();
    let found = |(language, words): (&'a str, Vec<&'a str>)| {
        (language, marked(&words, shown.get(language).map_or("", String::as_str)))
    };
    Ok(of_languages.into_iter().map(found).collect())
}

/// The languages whose stemmers take off what words begin with, among those with Latin letters: Irish and Indonesian.
const WITH_PREFIXES: [&str; 2] = ["ga", "id"];

/// The first letters of a search as the texts of a language read it.
fn first_letters(reading: &Reading, language: &str) -> HashSet<u8> {
    let queries = reading
        .groups()
        .filter(|(languages, _)| languages.is_none_or(|languages| languages.iter().any(|other| other == language)));
    queries.flat_map(|(_, query)| lexemes(query)).filter_map(|lexeme| lexeme.bytes().next()).collect()
}

/// False of a word that begins with another letter than all that is looked for: stems keep the first letter, and of those
/// that are not in the alphabet there are few.
fn may_match(word: &str, language: &str, letters: &HashSet<u8>) -> bool {
    let first = word.bytes().next().unwrap_or_default();
    !first.is_ascii_alphabetic() || letters.contains(&first.to_ascii_lowercase()) || WITH_PREFIXES.contains(&language)
}

/// Lines of words, each in a language, with marks around what matches. There is no punctuation in them: `<` and `>` can
/// stand for nothing else. Diesel has no words for `ts_headline`.
struct Shown<'a> {
    languages: Vec<String>,
    lines: Vec<String>,
    reading: &'a Reading,
}

impl QueryFragment<Pg> for Shown<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.unsafe_to_cache_prepared();
        out.push_sql("SELECT language, coalesce(ts_headline(search_config(language), line, ");
        self.reading.walk_query(&Language, out.reborrow())?;
        out.push_sql(", 'HighlightAll=true, StartSel=<, StopSel=>'), '') FROM unnest(");
        out.push_bind_param::<Array<Text>, _>(&self.languages)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.lines)?;
        out.push_sql(") AS lines (language, line)");
        Ok(())
    }
}

/// The language of a line.
struct Language;

impl QueryFragment<Pg> for Language {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("language");
        Ok(())
    }
}

impl Query for Shown<'_> {
    type SqlType = (Text, Text);
}

impl QueryId for Shown<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl RunQueryDsl<PgConnection> for Shown<'_> {}
