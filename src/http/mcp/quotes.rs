//! The tools that find quotes: by words and filters, by speaker, and by their likeness to a text.

use super::citation::{CitedQuote, cited};
use super::reader::Reader;
use crate::app::text_analysis::TEXT_ANALYSIS;
use crate::domain::page::{Count, Page, PageRequest, Range, SetFilter};
use crate::domain::quote::{Occurrences, QuoteFilter, QuoteList, QuoteMatchQuery, QuoteNames, QuoteOrder};
use crate::http::extract::paging;
use crate::http::respond::problem::Problem;
use crate::http::wire::filters;
use crate::http::wire::names::ResolvedNamesBody;
use crate::http::wire::page::{KeyKind, TotalBody};
use crate::http::wire::quote_match::{DifferenceBody, MatchKindBody, QuoteMatchBody};
use crate::store::quotes::quote_match;
use crate::store::{self, Connection, entities, quotes};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// The arguments of `search_quotes`.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
pub struct SearchQuotes {
    /// Words in the quotes: all words, `OR` between alternatives, `"a phrase"`, `-excluded`. Inflections and accents are ignored.
    #[schema(min_length = 1, max_length = 500)]
    q: Option<String>,
    /// Only by this person or organisation: an id, or a name in any spelling.
    #[schema(min_length = 1, max_length = 300)]
    speaker: Option<String>,
    /// Only about this person, organisation or thing: an id, or a name in any spelling.
    #[schema(min_length = 1, max_length = 300)]
    about: Option<String>,
    /// Only in articles of this publisher.
    #[schema(min_length = 1, max_length = 200)]
    publisher: Option<String>,
    /// Only in articles in this language, such as `fr`.
    #[schema(max_length = 35, format = "language", pattern = "^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$")]
    language: Option<String>,
    /// Only in articles published at this time or later: a date such as 2026-03-02, or an RFC 3339 time.
    published_from: Option<DateTime<Utc>>,
    /// Only in articles published before this time.
    published_to: Option<DateTime<Utc>>,
    /// Maximum number of quotes.
    #[serde(default = "default_limit")]
    #[schema(minimum = 1, maximum = 20, default = 5)]
    limit: i64,
    /// Continues a list: the `next_cursor` of the answer before, with the same other arguments.
    #[schema(max_length = 2048)]
    cursor: Option<String>,
}

/// The arguments of `quotes_of`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct QuotesOf {
    /// The person or organisation: an id, or a name in any spelling.
    #[schema(min_length = 1, max_length = 300)]
    entity: String,
    /// Only about this person, organisation or thing: an id, or a name in any spelling.
    #[schema(min_length = 1, max_length = 300)]
    about: Option<String>,
    /// Only in articles published at this time or later: a date such as 2026-03-02, or an RFC 3339 time.
    published_from: Option<DateTime<Utc>>,
    /// Only in articles published before this time.
    published_to: Option<DateTime<Utc>>,
    /// Maximum number of quotes.
    #[serde(default = "default_limit")]
    #[schema(minimum = 1, maximum = 20, default = 5)]
    limit: i64,
    /// Continues a list: the `next_cursor` of the answer before, with the same other arguments.
    #[schema(max_length = 2048)]
    cursor: Option<String>,
}

fn default_limit() -> i64 {
    5
}

impl From<QuotesOf> for SearchQuotes {
    fn from(asked: QuotesOf) -> Self {
        let QuotesOf { entity, about, published_from, published_to, limit, cursor } = asked;
        Self { speaker: Some(entity), about, published_from, published_to, limit, cursor, ..Self::default() }
    }
}

/// The arguments of `who_said`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct WhoSaid {
    /// The words that somebody may have said.
    #[schema(min_length = 1, max_length = 5000)]
    text: String,
    /// Only by the entity with this id.
    speaker: Option<Uuid>,
    /// Only in this language, such as `fr`; by default in that of the text.
    #[schema(max_length = 35, format = "language", pattern = "^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$")]
    language: Option<String>,
    /// Minimum similarity of the words.
    #[serde(default = "default_threshold")]
    #[schema(minimum = 0, maximum = 1, default = 0.5)]
    threshold: f64,
    /// Maximum number of quotes.
    #[serde(default = "default_limit")]
    #[schema(minimum = 1, maximum = 20, default = 5)]
    limit: i64,
}

fn default_threshold() -> f64 {
    0.5
}

/// A part of a list of quotes.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundQuotes {
    pub items: Vec<CitedQuote>,
    /// Continues the list; null at its end.
    #[schema(required = true)]
    pub next_cursor: Option<String>,
    /// The number of quotes in the whole list.
    #[schema(required = true)]
    pub total: Option<TotalBody>,
    /// The entities that the names in the arguments were taken for.
    pub resolved: ResolvedNamesBody,
}

/// Quotes that resemble a text.
#[derive(Debug, Serialize, ToSchema)]
pub struct CitedMatches {
    pub items: Vec<CitedMatch>,
}

/// A quote that resembles a text, and where the same words are printed.
#[derive(Debug, Serialize, ToSchema)]
pub struct CitedMatch {
    #[serde(rename = "match")]
    pub kind: MatchKindBody,
    /// Similarity of the words, 0 to 1, ignoring case, accents and punctuation.
    pub score: f64,
    /// The words that differ.
    pub differences: Vec<DifferenceBody>,
    /// The number of articles' passages with these words.
    pub occurrences: i64,
    /// When these words were first printed, as far as is known.
    #[schema(required = true)]
    pub first_published_at: Option<DateTime<Utc>>,
    pub quote: CitedQuote,
}

/// Quotes of somebody.
pub async fn quotes_of(reader: &Reader, asked: QuotesOf) -> Result<FoundQuotes, Problem> {
    list(reader, "quotes_of", asked.into()).await
}

/// Searches quotes.
pub async fn search_quotes(reader: &Reader, asked: SearchQuotes) -> Result<FoundQuotes, Problem> {
    list(reader, "search_quotes", asked).await
}

async fn list(reader: &Reader, tool: &str, mut asked: SearchQuotes) -> Result<FoundQuotes, Problem> {
    let (limit, cursor) = (asked.limit, asked.cursor.take());
    asked.limit = 0;
    let arguments = format!("{asked:?}");
    let after = cursor.map(|cursor| paging::position(&cursor, tool, &arguments, KeyKind::Time)).transpose()?;
    let page = PageRequest { limit, after, count: Some(Count::Exact) };
    let (speaker, about) = (Named::new(asked.speaker), Named::new(asked.about));
    let filter = QuoteFilter {
        search: filters::search(asked.q.as_deref())?,
        speaker: SetFilter::new(speaker.ids, Vec::new()),
        about: SetFilter::new(about.ids, Vec::new()),
        publisher: SetFilter::new(asked.publisher.into_iter().collect(), Vec::new()),
        language: SetFilter::new(asked.language.into_iter().collect(), Vec::new()),
        published: Range { from: asked.published_from, to: asked.published_to },
        ..QuoteFilter::default()
    };
    let names = QuoteNames { speaker: speaker.names, about: about.names };
    let list = QuoteList { filter, one_per_cluster: false, order: QuoteOrder::NewestPublished, page };
    let (statistics, popular, links) = (reader.statistics.clone(), reader.popular.clone(), reader.links.clone());
    let read = move |conn: &mut Connection| {
        let mut list = list.clone();
        check_entities(conn, &list.filter)?;
        let resolved = quotes::names::resolve(conn, &popular, &names, &mut list.filter)?;
        let page = match resolved.matches_nothing {
            true => Page::empty(list.page.count),
            false => quotes::list(conn, &statistics, &list)?.0,
        };
        Ok((cited(conn, &links, page.items)?, page.next, page.total, resolved))
    };
    let (items, next, total, resolved) = reader.db.read(read).await?;
    let next_cursor = next.map(|next| paging::cursor(&next, tool, &arguments));
    Ok(FoundQuotes { items, next_cursor, total: total.map(Into::into), resolved: resolved.into() })
}

/// An id or a name that an argument gives.
pub struct Named {
    pub ids: Vec<Uuid>,
    pub names: Vec<String>,
}

impl Named {
    /// Reads an argument.
    pub fn new(given: Option<String>) -> Self {
        let (mut ids, mut names) = (Vec::new(), Vec::new());
        if let Some(given) = given {
            match Uuid::try_parse(&given) {
                Ok(id) => ids.push(id),
                Err(_) => names.push(given),
            }
        }
        Self { ids, names }
    }
}

/// Fails unless the entities of a filter exist. The list follows those that were merged.
///
/// # Errors
/// When there is no such entity.
pub fn check_entities(conn: &mut Connection, filter: &QuoteFilter) -> store::Result<()> {
    let named = filter.speaker.include.iter().chain(&filter.about.include);
    named.copied().try_for_each(|id| match entities::check_present(conn, id) {
        Err(store::Error::Merged { .. }) => Ok(()),
        checked => checked,
    })
}

/// Finds who said something.
pub async fn who_said(reader: &Reader, asked: WhoSaid) -> Result<CitedMatches, Problem> {
    let WhoSaid { text, speaker, language, threshold, limit } = asked;
    let searched = language.clone().unwrap_or_else(|| (TEXT_ANALYSIS.detect_language)(&text).to_owned());
    let limit = usize::try_from(limit).unwrap_or_default();
    let query = QuoteMatchQuery { text, speaker, language, threshold, limit };
    let (statistics, links) = (reader.statistics.clone(), reader.links.clone());
    let read = move |conn: &mut Connection| {
        let matches = quote_match::matching(conn, &statistics, &query, &searched)?;
        let found = cited(conn, &links, matches.iter().map(|found| found.quote.clone()).collect())?;
        let mut found: HashMap<Uuid, CitedQuote> = found.into_iter().map(|quote| (quote.id, quote)).collect();
        let mut items = Vec::with_capacity(matches.len());
        for QuoteMatchBody { kind, score, differences, quote } in matches.into_iter().map(QuoteMatchBody::from) {
            let Some(quote) = found.remove(&quote.id) else { continue };
            let Occurrences { count, first_published_at, .. } = quotes::occurrences(conn, quote.id)?;
            items.push(CitedMatch { kind, score, differences, occurrences: count, first_published_at, quote });
        }
        Ok(CitedMatches { items })
    };
    Ok(reader.db.read(read).await?)
}
