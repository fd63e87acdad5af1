//! The matches of a search in the texts of a page.
//!
//! Postgres checks each different word once.

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

/// The matches of the search of the filter in these articles. Without a search there are none.
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

/// The matches of the search of the filter in the texts of these quotes. Without a search there are none.
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
    for (language, text) in texts {
        of_languages.entry(language).or_default().extend(words(text).map(|(_, word)| word));
    }
    let of_languages: Vec<(&str, Vec<&str>)> =
        of_languages.into_iter().map(|(language, words)| (language, words.into_iter().collect())).collect();
    let shown = mark(conn, query, &of_languages)?;
    let found = |(language, words): (&'a str, Vec<&'a str>)| {
        (language, parse_marked(&words, shown.get(language).map_or("", String::as_str)))
    };
    Ok(of_languages.into_iter().map(found).collect())
}

/// By language, a line of words with `<` and `>` around the matching parts. Words have no punctuation, so the marks are
/// unambiguous.
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
