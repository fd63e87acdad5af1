//! The tool that reads a part of an article.

use super::citation::Citation;
use super::reader::{Links, Reader};
use crate::domain::FieldError;
use crate::domain::article::Article;
use crate::domain::span::Span;
use crate::domain::text::Body;
use crate::http::respond::problem::Problem;
use crate::http::wire::span::SpanBody;
use crate::store::{self, Connection, articles, quotes};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// The longest span that is read.
const MAX_SPAN: i32 = 20_000;

/// The arguments of `read_passage`: a quote, or a span of an article.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ReadPassage {
    /// The id of a quote.
    quote: Option<Uuid>,
    /// The id of an article, with `start` and `end`.
    article: Option<Uuid>,
    /// The first Unicode code point of the span, from zero.
    #[schema(minimum = 0, maximum = 1_048_576)]
    start: Option<i32>,
    /// The code point after the last; at most 20,000 after `start`.
    #[schema(minimum = 0, maximum = 1_048_576)]
    end: Option<i32>,
    /// The number of code points to read before and after it.
    #[serde(default = "default_context")]
    #[schema(minimum = 0, maximum = 5000, default = 300)]
    context: i32,
}

fn default_context() -> i32 {
    300
}

/// A part of an article's body.
#[derive(Debug, Serialize, ToSchema)]
pub struct Passage {
    /// The text, exactly as received.
    pub text: String,
    /// The span of `text` in the body.
    pub span: SpanBody,
    /// The length of the body in code points.
    pub body_length: i32,
    /// The words that were asked for.
    pub citation: Citation,
}

/// Reads a passage.
pub async fn read_passage(reader: &Reader, asked: ReadPassage) -> Result<Passage, Problem> {
    let (links, context) = (reader.links.clone(), asked.context);
    match asked {
        ReadPassage { quote: Some(id), article: None, start: None, end: None, .. } => {
            Ok(reader.db.read(move |conn| of_quote(conn, &links, id, context)).await?)
        }
        ReadPassage { quote: None, article: Some(id), start: Some(start), end: Some(end), .. } => {
            if start >= end || end - start > MAX_SPAN {
                return Err(invalid("end", &format!("must be after start, by at most {MAX_SPAN}")));
            }
            Ok(reader.db.read(move |conn| of_span(conn, &links, id, Span { start, end }, context)).await?)
        }
        ReadPassage { quote: None, article: Some(_), start, .. } => {
            Err(invalid(if start.is_none() { "start" } else { "end" }, "is required with article"))
        }
        ReadPassage { quote: Some(_), .. } => {
            Err(invalid("quote", "must be given alone, without a span of an article"))
        }
        ReadPassage { .. } => Err(invalid("quote", "or article, start and end are required")),
    }
}

fn invalid(argument: &str, detail: &str) -> Problem {
    Problem::content(vec![FieldError::new(format!("/{argument}"), detail)])
}

/// The passage of a quote, in the version of the text that its spans refer to.
fn of_quote(conn: &mut Connection, links: &Links, id: Uuid, context: i32) -> store::Result<Passage> {
    let quote = quotes::find(conn, id)?;
    let mut article = articles::find(conn, quote.article_id)?;
    if article.body_version != quote.body_version {
        let earlier = articles::version(conn, article.id, quote.body_version)?;
        article =
            Article { headline: earlier.headline, body: earlier.body, body_version: earlier.body_version, ..article };
    }
    let (start, end) = (quote.spans.first(), quote.spans.last());
    let span = Span { start: start.map_or(0, |span| span.start), end: end.map_or(0, |span| span.end) };
    Ok(passage(article, span, &quote.spans, context, links.quote(id)))
}

/// A passage of the current text of an article.
fn of_span(conn: &mut Connection, links: &Links, id: Uuid, span: Span, context: i32) -> store::Result<Passage> {
    let article = articles::find(conn, id)?;
    let length = length_of(&article);
    if span.end > length {
        let detail = format!("the body has {length} code points");
        return Err(store::Error::Invalid(vec![FieldError::new("/end", detail)]));
    }
    Ok(passage(article, span, &[span], context, links.article(id)))
}

fn length_of(article: &Article) -> i32 {
    let length = article.body.as_deref().unwrap_or_default().chars().count();
    i32::try_from(length).unwrap_or(i32::MAX)
}

fn passage(mut article: Article, span: Span, spans: &[Span], context: i32, link: String) -> Passage {
    let body_length = length_of(&article);
    let around = Span { start: (span.start - context).max(0), end: (span.end + context).min(body_length) };
    let body = article.body.take().unwrap_or_default();
    let body_version = article.body_version;
    Passage {
        text: Body::new(&body).slice(around).unwrap_or_default().to_owned(),
        span: around.into(),
        body_length,
        citation: Citation::new(article, body_version, spans.iter().copied().map(Into::into).collect(), link),
    }
}
