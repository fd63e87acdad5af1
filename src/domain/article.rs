//! Articles: a headline and a body kept exactly as received, in versions.

use super::page::{PageRequest, Range, SetFilter};
use super::search::Search;
use super::span::Span;
use super::{Anchor, BlockRole, text};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Maximum length of a body in bytes of UTF-8.
pub const MAX_BODY_BYTES: usize = 1 << 20;
/// Maximum length of a headline in code points.
pub const MAX_HEADLINE: usize = 500;

/// A stored article without its body.
#[derive(Debug, Clone, PartialEq)]
pub struct Article {
    pub id: Uuid,
    pub version: i32,
    pub body_version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub headline: String,
    /// `None` in a list without `include=body`.
    pub body: Option<String>,
    /// The blocks of the body in order, present when the body is. Blank lines belong to no block.
    pub blocks: Option<Vec<Block>>,
    pub language: String,
    pub url: Option<String>,
    pub publisher: Option<String>,
    pub external_id: Option<String>,
    pub authors: Vec<String>,
    pub section: Option<String>,
    pub keywords: Vec<String>,
    pub published_at: Option<DateTime<Utc>>,
    /// SHA-256 of the body's canonical form.
    pub content_hash: Vec<u8>,
}

/// A part of a body and its role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    pub role: BlockRole,
    /// The first code point.
    pub start: i32,
    /// The code point after the last.
    pub end: i32,
}

/// The functions that analyse a text when it is stored.
#[derive(Clone, Copy)]
pub struct TextAnalysis {
    /// The blocks of a body under its headline.
    pub find_blocks: fn(headline: &str, body: &str) -> Vec<Block>,
    /// The BCP 47 primary tag of a body's language, `und` when it is unknown.
    pub detect_language: fn(body: &str) -> &'static str,
    /// The quotes of a body whose speaker is named, in order. The language is `und` when it is unknown.
    pub find_spoken: fn(body: &str, language: &str) -> Vec<Spoken>,
}

/// Words of an article that it attributes to somebody by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spoken {
    pub span: Span,
    pub speaker: String,
}

/// An article to be stored.
#[derive(Debug, Clone, PartialEq)]
pub struct NewArticle {
    pub headline: String,
    pub body: String,
    /// Detected from the body when absent.
    pub language: Option<String>,
    /// Normalised by [`UrlNormalizer`](super::article_url::UrlNormalizer).
    pub url: Option<String>,
    pub publisher: Option<String>,
    pub external_id: Option<String>,
    pub authors: Vec<String>,
    pub section: Option<String>,
    pub keywords: Vec<String>,
    pub published_at: Option<DateTime<Utc>>,
}

/// A change to an article: an outer `None` leaves the member as it is, an inner one clears it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ArticlePatch {
    pub headline: Option<String>,
    pub body: Option<String>,
    /// `Some(None)` detects the language again.
    pub language: Option<Option<String>>,
    pub url: Option<Option<String>>,
    pub publisher: Option<Option<String>>,
    pub external_id: Option<Option<String>>,
    pub authors: Option<Vec<String>>,
    pub section: Option<Option<String>>,
    pub keywords: Option<Vec<String>>,
    pub published_at: Option<Option<DateTime<Utc>>>,
}

/// A present or former text of an article.
#[derive(Debug, Clone, PartialEq)]
pub struct ArticleVersion {
    pub article_id: Uuid,
    pub body_version: i32,
    pub headline: String,
    /// Left out of lists.
    pub body: Option<String>,
    pub language: String,
    pub content_hash: Vec<u8>,
    /// When this text was received.
    pub created_at: DateTime<Utc>,
}

/// What became of a mention or a quote of one text of an article in another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    pub id: Uuid,
    pub anchor: Anchor,
    pub from: Vec<Span>,
    /// `None` for an orphan.
    pub to: Option<Vec<Span>>,
}

/// The mentions and quotes of one text of an article in another one, in order of start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowedSpans {
    pub mentions: Vec<Followed>,
    pub quotes: Vec<Followed>,
    /// False if there are more of them.
    pub is_complete: bool,
}

/// The orders of a list of articles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArticleOrder {
    NewestPublished,
    OldestPublished,
    NewestCreated,
    /// Best match of the search first, among the newest matches.
    Relevance,
}

/// Filters of a list of articles.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ArticleFilter {
    /// Matches the headline or the body.
    pub search: Option<Search>,
    pub language: SetFilter<String>,
    pub publisher: SetFilter<String>,
    pub section: SetFilter<String>,
    pub keyword: SetFilter<String>,
    /// Articles with a mention of one of these entities.
    pub mentions: SetFilter<Uuid>,
    /// Articles with a mention of each of these entities.
    pub mentions_all: Vec<Uuid>,
    /// Articles that quote one of these entities; rejected quotes do not count.
    pub quotes_by: SetFilter<Uuid>,
    pub external_id: SetFilter<String>,
    /// Normalised by [`UrlNormalizer`](super::article_url::UrlNormalizer).
    pub url: SetFilter<String>,
    pub published: Range<DateTime<Utc>>,
}

/// A list of articles: filter, order and page.
#[derive(Debug, Clone, PartialEq)]
pub struct ArticleList {
    pub filter: ArticleFilter,
    pub order: ArticleOrder,
    pub with_body: bool,
    pub page: PageRequest,
}

/// SHA-256 of the canonical form of a body. Texts that differ in spaces, case or punctuation have the same hash.
pub fn content_hash(body: &str) -> Vec<u8> {
    use sha2::{Digest, Sha256};
    Sha256::digest(text::canonical(body).as_bytes()).to_vec()
}

/// Returns the first line of a plain text that is not blank, trimmed of white space and byte order marks.
pub fn headline_of(text: &str) -> Option<&str> {
    let is_blank = |c: char| c.is_whitespace() || c == '\u{feff}';
    text.lines().map(|line| line.trim_matches(is_blank)).find(|line| !line.is_empty())
}
