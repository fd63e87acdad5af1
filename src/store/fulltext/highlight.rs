//! Where the words of a search stand in the texts of a page.
//!
//! Postgres decides about each different word once. Words that begin with another letter than every lexeme of the search
//! are left out beforehand.

use super::tsquery::lexemes;
use crate::domain::article::ArticleFilter;
use crate::domain::highlight::{ArticleHighlight, marked, matches, snippets, words};
use crate::domain::quote::QuoteFilter;
use crate::domain::span::Span;
use crate::schema::{articles, quotes};
use crate::store::Result;
use crate::store::sql::Sql;
use crate::store::sql::localized_query::LocalizedQuery;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// Where the words of the filter's search stand in these articles; nothing without a search.
///
/// # Errors
/// Only those of the database.
pub fn articles(
    conn: &mut PgConnection,
    filter: &ArticleFilter,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, ArticleHighlight>> {
    let Some(query) = super::read(conn, filter.search.as_ref(), &filter.language)? else {
        return Ok(HashMap::new());
    };
    let rows: Vec<(Uuid, String, String, String)> = articles::table
        .filter(articles::id.eq_any(ids))
        .select((articles::id, articles::language, articles::headline, articles::body))
        .load(conn)?;
    let texts = rows.iter().flat_map(|(_, language, headline, body)| {
        [(language.as_str(), headline.as_str()), (language.as_str(), body.as_str())]
    });
    let found = matching_words(conn, &query, texts)?;
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
/// Only those of the database.
pub fn quotes(conn: &mut PgConnection, filter: &QuoteFilter, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<Span>>> {
    let Some(query) = super::read(conn, filter.search.as_ref(), &filter.language)? else {
        return Ok(HashMap::new());
    };
    let rows: Vec<(Uuid, String, String)> =
        quotes::table.filter(quotes::id.eq_any(ids)).select((quotes::id, quotes::language, quotes::text)).load(conn)?;
    let found =
        matching_words(conn, &query, rows.iter().map(|(_, language, text)| (language.as_str(), text.as_str())))?;
    Ok(rows.iter().map(|(id, language, text)| (*id, matches(text, &found[language.as_str()]))).collect())
}

/// By language, the words that match and the parts of them that do.
type Found<'a> = HashMap<&'a str, HashMap<&'a str, Vec<Span>>>;

fn matching_words<'a>(
    conn: &mut PgConnection,
    query: &LocalizedQuery,
    texts: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<Found<'a>> {
    let mut of_languages: BTreeMap<&str, HashSet<&str>> = BTreeMap::new();
    let mut letters: HashMap<&str, Option<HashSet<u8>>> = HashMap::new();
    for (language, text) in texts {
        let letters = letters.entry(language).or_insert_with(|| first_letters(query, language)).as_ref();
        let may_match = |word: &&str| letters.is_none_or(|letters| begins_with_any(word, letters));
        of_languages.entry(language).or_default().extend(words(text).map(|(_, word)| word).filter(may_match));
    }
    let of_languages: Vec<(&str, Vec<&str>)> =
        of_languages.into_iter().map(|(language, words)| (language, words.into_iter().collect())).collect();
    let shown = mark(conn, query, &of_languages)?;
    let found = |(language, words): (&'a str, Vec<&'a str>)| {
        (language, marked(&words, shown.get(language).map_or("", String::as_str)))
    };
    Ok(of_languages.into_iter().map(found).collect())
}

/// Languages whose stemmers take prefixes off, among those with Latin letters: Irish and Indonesian.
const WITH_PREFIXES: [&str; 2] = ["ga", "id"];

/// The first letters of the lexemes of a search in a language; `None` where a word may begin with another letter than its
/// lexeme: stemmers keep ASCII letters, but may write two of them as another letter (Serbian `dj`).
fn first_letters(query: &LocalizedQuery, language: &str) -> Option<HashSet<u8>> {
    let lexemes = query.of_language(language).map(lexemes).unwrap_or_default();
    let letters: HashSet<u8> = lexemes.iter().filter_map(|lexeme| lexeme.bytes().next()).collect();
    (letters.iter().all(u8::is_ascii) && !WITH_PREFIXES.contains(&language)).then_some(letters)
}

/// True of words that begin with one of these letters, or with a letter that is not ASCII: accents are folded.
fn begins_with_any(word: &str, letters: &HashSet<u8>) -> bool {
    let first = word.bytes().next().unwrap_or_default();
    !first.is_ascii_alphabetic() || letters.contains(&first.to_ascii_lowercase())
}

/// By language, a line of words with `<` and `>` around those that match. There is no punctuation in a word: these marks
/// can stand for nothing else.
fn mark(
    conn: &mut PgConnection,
    query: &LocalizedQuery,
    of_languages: &[(&str, Vec<&str>)],
) -> Result<HashMap<String, String>> {
    #[derive(QueryableByName)]
    struct Line {
        #[diesel(sql_type = Text)]
        language: String,
        #[diesel(sql_type = Text)]
        marked: String,
    }
    let (languages, lines): (Vec<String>, Vec<String>) =
        of_languages.iter().map(|(language, words)| ((*language).to_owned(), words.join(" "))).unzip();
    let rows: Vec<Line> = Sql::new("SELECT language, coalesce(ts_headline(search_config(language), line, ")
        .append(query.query_by_language("language"))
        .sql(", 'HighlightAll=true, StartSel=<, StopSel=>'), '') AS marked FROM unnest(")
        .bind(languages)
        .sql(", ")
        .bind(lines)
        .sql(") AS lines (language, line)")
        .rows(conn)?;
    Ok(rows.into_iter().map(|line| (line.language, line.marked)).collect())
}
