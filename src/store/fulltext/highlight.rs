//! Highlights the matches of a search in the texts of a page.
//!
//! Postgres checks each distinct word of a language once.

use crate::domain::article::ArticleFilter;
use crate::domain::highlight::{ArticleHighlight, matches, parse_marked, snippets, words};
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

/// The matches of the filter's search in these articles; empty if the filter has no search.
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

/// The matches of the filter's search in the texts of these quotes; empty if the filter has no search.
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

/// The matching words of each language, with the spans of each word that match.
type MatchingWords<'a> = HashMap<&'a str, HashMap<&'a str, Vec<Span>>>;

fn matching_words<'a>(
    conn: &mut PgConnection,
    query: &LocalizedQuery,
    texts: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<MatchingWords<'a>> {
    let mut words_by_language: BTreeMap<&str, HashSet<&str>> = BTreeMap::new();
    for (language, text) in texts {
        words_by_language.entry(language).or_default().extend(words(text).map(|(_, word)| word));
    }
    let words_by_language: Vec<(&str, Vec<&str>)> =
        words_by_language.into_iter().map(|(language, words)| (language, words.into_iter().collect())).collect();
    let marked_lines = mark(conn, query, &words_by_language)?;
    let found = |(language, words): (&'a str, Vec<&'a str>)| {
        (language, parse_marked(&words, marked_lines.get(language).map_or("", String::as_str)))
    };
    Ok(words_by_language.into_iter().map(found).collect())
}

/// Returns one line for each language: its words, with `<` and `>` around the parts that match. Words contain no punctuation, so
/// the marks are unambiguous.
fn mark(
    conn: &mut PgConnection,
    query: &LocalizedQuery,
    words_by_language: &[(&str, Vec<&str>)],
) -> Result<HashMap<String, String>> {
    #[derive(QueryableByName)]
    struct Line {
        #[diesel(sql_type = Text)]
        language: String,
        #[diesel(sql_type = Text)]
        marked: String,
    }
    let (languages, lines): (Vec<String>, Vec<String>) =
        words_by_language.iter().map(|(language, words)| ((*language).to_owned(), words.join(" "))).unzip();
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
