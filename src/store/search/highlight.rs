//! Where the words of a search stand in the texts of a page.
//!
//! Postgres marks them in the text as it was indexed, in which there is no punctuation: `<` and `>` can stand for
//! nothing else there, and all that is between them stands at the same place in the text itself.

use super::{Collection, Reading};
use crate::domain::article::ArticleFilter;
use crate::domain::highlight::{ArticleHighlight, marked, snippets};
use crate::domain::quote::QuoteFilter;
use crate::domain::span::Span;
use crate::schema::{articles, quotes};
use crate::store::Result;
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::Text;
use std::collections::HashMap;
use uuid::Uuid;

/// Where the words of the filter's search stand in these articles; nothing without a search.
///
/// # Errors
/// Only the database's own.
pub fn articles(
    conn: &mut PgConnection,
    filter: &ArticleFilter,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, ArticleHighlight>> {
    let Some(reading) = super::read(conn, Collection::Articles, filter.search.as_ref(), &filter.language)? else {
        return Ok(HashMap::new());
    };
    let rows: Vec<(Uuid, String, String, String, String)> = articles::table
        .filter(articles::id.eq_any(ids))
        .select((
            articles::id,
            articles::headline,
            Marked::of(articles::headline, articles::language, &reading),
            articles::body,
            Marked::of(articles::body, articles::language, &reading),
        ))
        .load(conn)?;
    let highlight = |(id, headline, marked_headline, body, marked_body): (Uuid, String, String, String, String)| {
        let headline = marked(&headline, &marked_headline);
        (id, ArticleHighlight { headline, snippets: snippets(&body, &marked(&body, &marked_body)) })
    };
    Ok(rows.into_iter().map(highlight).collect())
}

/// Where the words of the filter's search stand in the texts of these quotes; nothing without a search.
///
/// # Errors
/// Only the database's own.
pub fn quotes(conn: &mut PgConnection, filter: &QuoteFilter, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<Span>>> {
    let Some(reading) = super::read(conn, Collection::Quotes, filter.search.as_ref(), &filter.language)? else {
        return Ok(HashMap::new());
    };
    let rows: Vec<(Uuid, String, String)> = quotes::table
        .filter(quotes::id.eq_any(ids))
        .select((quotes::id, quotes::text, Marked::of(quotes::text, quotes::language, &reading)))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, text, copy)| (id, marked(&text, &copy))).collect())
}

/// What is indexed of a text, with marks around the words that match.
#[derive(Debug, Clone)]
struct Marked<V, L> {
    text: V,
    language: L,
    reading: Reading,
}

impl<V, L> Marked<V, L> {
    fn of(text: V, language: L, reading: &Reading) -> Self {
        Self { text, language, reading: reading.clone() }
    }
}

impl<V: QueryFragment<Pg>, L: QueryFragment<Pg>> QueryFragment<Pg> for Marked<V, L> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("coalesce(ts_headline(search_config(");
        self.language.walk_ast(out.reborrow())?;
        out.push_sql("), searchable(left(");
        self.text.walk_ast(out.reborrow())?;
        out.push_sql(", 100000)), ");
        self.reading.walk_query(&self.language, out.reborrow())?;
        out.push_sql(", 'HighlightAll=true, StartSel=<, StopSel=>'), '')");
        Ok(())
    }
}

super::reading::expression!(Marked, Text);
