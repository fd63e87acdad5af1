//! Quotes as tools answer them: the words, who said them, and where to find them.

use super::reader::{Links, SCHEME};
use crate::domain::article::Article;
use crate::domain::quote::Quote;
use crate::domain::{QuoteKind, QuoteStatus, SpeakerStatus};
use crate::http::wire::span::SpanBody;
use crate::store::{self, Connection, articles, entities};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Most characters of a quote in a list.
const MAX_WORDS: usize = 2000;

/// Where words are printed.
#[derive(Debug, Serialize, ToSchema)]
pub struct Citation {
    pub article_id: Uuid,
    pub headline: String,
    #[schema(required = true)]
    pub publisher: Option<String>,
    pub authors: Vec<String>,
    #[schema(required = true)]
    pub published_at: Option<DateTime<Utc>>,
    /// The address at which the article was published.
    #[schema(required = true)]
    pub url: Option<String>,
    /// The version of the article's text that the spans refer to.
    pub body_version: i32,
    /// The words in the article's body, in Unicode code points.
    pub spans: Vec<SpanBody>,
    /// A permanent link to the words in this collection.
    pub link: String,
    /// The resource with the whole article.
    pub resource: String,
}

impl Citation {
    /// The citation of spans of an article. `article` may have a later text.
    pub fn new(article: Article, body_version: i32, spans: Vec<SpanBody>, link: String) -> Self {
        Self {
            article_id: article.id,
            resource: format!("{SCHEME}articles/{}", article.id),
            headline: article.headline,
            publisher: article.publisher,
            authors: article.authors,
            published_at: article.published_at,
            url: article.url,
            body_version,
            spans,
            link,
        }
    }
}

/// A quote and where it is printed.
#[derive(Debug, Serialize, ToSchema)]
pub struct CitedQuote {
    pub id: Uuid,
    /// The words as printed, at most 2,000 characters; `read_passage` has all of them.
    pub text: String,
    /// The name of the speaker, or the source as printed.
    #[schema(required = true)]
    pub speaker: Option<String>,
    #[schema(required = true)]
    pub speaker_id: Option<Uuid>,
    pub speaker_status: SpeakerStatus,
    /// The reporting verb or phrase as printed.
    #[schema(required = true)]
    pub cue: Option<String>,
    pub kind: QuoteKind,
    pub status: QuoteStatus,
    /// 0 to 1.
    pub confidence: f64,
    /// The date on which it was said, if known.
    #[schema(required = true)]
    pub said_on: Option<NaiveDate>,
    pub citation: Citation,
}

/// The quotes with their citations, in their order, read with two queries.
pub fn cited(conn: &mut Connection, links: &Links, quotes: Vec<Quote>) -> store::Result<Vec<CitedQuote>> {
    let ids: Vec<Uuid> = quotes.iter().map(|quote| quote.article_id).collect();
    let articles = articles::summaries(conn, &ids)?;
    let ids: Vec<Uuid> = quotes.iter().filter_map(|quote| quote.speaker_id).collect();
    let speakers = entities::by_ids(conn, &ids)?;
    let cited = |quote: Quote| {
        let article = articles.get(&quote.article_id)?.clone();
        let speaker = quote.speaker_id.and_then(|id| speakers.get(&id)).map(|speaker| speaker.name.clone());
        let spans = quote.spans.into_iter().map(Into::into).collect();
        Some(CitedQuote {
            id: quote.id,
            text: quote.text.chars().take(MAX_WORDS).collect(),
            speaker: speaker.or(quote.speaker_label),
            speaker_id: quote.speaker_id,
            speaker_status: quote.speaker_status,
            cue: quote.cue,
            kind: quote.kind,
            status: quote.status,
            confidence: quote.confidence,
            said_on: quote.said_on,
            citation: Citation::new(article, quote.body_version, spans, links.quote(quote.id)),
        })
    };
    // An article that was deleted meanwhile has no quotes any more.
    Ok(quotes.into_iter().filter_map(cited).collect())
}
