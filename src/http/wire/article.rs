//! Articles as JSON.

use super::RequestBody;
use super::examples;
use super::highlight::ArticleHighlightBody;
use super::mention::MentionBody;
use super::page::{RankedBody, TotalBody};
use super::patch::clearable;
use super::quote::QuoteBody;
use crate::domain::article::{self, Article, ArticlePatch, ArticleVersion, Block, MAX_BODY_BYTES, NewArticle};
use crate::domain::article_url::UrlNormalizer;
use crate::domain::{BlockRole, FieldError};
use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// An article.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": examples::ARTICLE, "version": 2, "body_version": 2,
    "created_at": "2026-01-12T17:30:00Z", "updated_at": "2026-01-13T08:00:00Z",
    "headline": "Le Portugal et la Norvège rouvrent une ligne maritime", "body": "Le Portugal et la Norvège rouvrent une ligne.",
    "blocks": [{"role": "paragraph", "start": 0, "end": 45}], "language": "fr", "url": null, "publisher": "La Gazette des ports",
    "external_id": "verbatim-demo-1", "authors": [], "section": "Économie", "keywords": [], "published_at": "2026-01-12T17:30:00Z",
    "content_hash": "0f9b8d9ff5ae7e2c2b4f7a8d9ce3b1c6f2a8b7a54c9d0e1f2a3b4c5d6e7f8091"
}))]
pub struct ArticleBody {
    pub id: Uuid,
    /// Counts changes of the record, from 1.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub version: i32,
    /// Counts versions of the text, from 1: spans and `/versions/{n}` refer to it.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub body_version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    #[schema(min_length = 1, max_length = 500)]
    pub headline: String,
    /// The text as received, byte for byte. Left out of lists unless `include=body`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 1_048_576, value_type = String, required = false)]
    pub body: Option<String>,
    /// The parts of the body, in order. Derived from the body and left out without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 1_048_576, value_type = Vec<BlockBody>, required = false)]
    pub blocks: Option<Vec<BlockBody>>,
    /// BCP 47 primary tag; `und` when it is not known.
    #[schema(max_length = 3, pattern = "^[a-z]{2,3}$")]
    pub language: String,
    /// The normalised URL.
    #[schema(required = true, max_length = 2048, format = "uri")]
    pub url: Option<String>,
    /// The name of the publisher.
    #[schema(required = true, min_length = 1, max_length = 200)]
    pub publisher: Option<String>,
    /// The id of the article in the client's system, unique within a publisher.
    #[schema(required = true, min_length = 1, max_length = 300)]
    pub external_id: Option<String>,
    #[schema(max_items = 50)]
    pub authors: Vec<Label>,
    #[schema(required = true, min_length = 1, max_length = 200)]
    pub section: Option<String>,
    #[schema(max_items = 50)]
    pub keywords: Vec<Label>,
    /// The time of publication.
    #[schema(required = true)]
    pub published_at: Option<DateTime<Utc>>,
    /// SHA-256 of the canonical form of the body, in hexadecimal. Bodies with the same words have the same hash.
    #[schema(min_length = 64, max_length = 64, pattern = "^[0-9a-f]{64}$")]
    pub content_hash: String,
    /// With `include=mentions`: the first 200 (in a list: 50) in order of start, then id.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 200, value_type = Vec<MentionBody>, required = false)]
    pub mentions: Option<Vec<MentionBody>>,
    /// The list of the other mentions, when there are more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 2048, format = "uri-reference", value_type = String, required = false)]
    pub mentions_next: Option<String>,
    /// With `include=quotes`: the first 200 (in a list: 50) in order of start, then id.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 200, value_type = Vec<QuoteBody>, required = false)]
    pub quotes: Option<Vec<QuoteBody>>,
    /// The list of the other quotes, when there are more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 2048, format = "uri-reference", value_type = String, required = false)]
    pub quotes_next: Option<String>,
    /// In an export of everything: the texts of the article, the first one first. The current one is without its body.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 2_147_483_647, value_type = Vec<ArticleVersionBody>, required = false)]
    pub versions: Option<Vec<ArticleVersionBody>>,
    /// In a list with `include=highlight`: the matches of `q`; null without `q`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ArticleHighlightBody>, required = false)]
    pub highlight: Option<Option<ArticleHighlightBody>>,
}

/// A part of a body: its headline, a heading, a paragraph, or boilerplate.
#[derive(Debug, Serialize, ToSchema)]
pub struct BlockBody {
    pub role: BlockRole,
    /// The offset of the first code point.
    #[schema(minimum = 0, maximum = 1_048_576)]
    pub start: i32,
    /// The offset after the last code point.
    #[schema(minimum = 0, maximum = 1_048_576)]
    pub end: i32,
}

impl From<Block> for BlockBody {
    fn from(block: Block) -> Self {
        Self { role: block.role, start: block.start, end: block.end }
    }
}

/// The name of an author, a publisher or a section, or a keyword.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(min_length = 1, max_length = 200)]
pub struct Label(pub String);

/// A new article.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "headline": "Le ferry de Porto part samedi", "publisher": "La Gazette des ports", "published_at": "2026-05-15T07:30:00Z",
    "body": "« Le ferry partira samedi », a annoncé Inês Valadares à Porto."
}))]
pub struct CreateArticle {
    #[schema(min_length = 1, max_length = 500)]
    pub headline: String,
    /// At most 1 MiB of UTF-8, kept byte for byte.
    #[schema(min_length = 1, max_length = 1_048_576)]
    pub body: String,
    /// BCP 47 tag, of which the primary tag is stored: `fr` of `fr-CA`. Detected from the body when absent.
    #[schema(max_length = 35, format = "language", pattern = "^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$")]
    pub language: Option<String>,
    /// Absolute http or https URL, unique after normalisation, which drops the fragment and tracking parameters.
    #[schema(max_length = 2048, format = "uri", pattern = "^[Hh][Tt][Tt][Pp][Ss]?://[^/?#]")]
    pub url: Option<String>,
    /// The name of the publisher.
    #[schema(min_length = 1, max_length = 200)]
    pub publisher: Option<String>,
    /// The id of the article in the client's system, unique within a publisher.
    #[schema(min_length = 1, max_length = 300)]
    pub external_id: Option<String>,
    #[serde(default)]
    #[schema(max_items = 50)]
    pub authors: Vec<Label>,
    #[schema(min_length = 1, max_length = 200)]
    pub section: Option<String>,
    #[serde(default)]
    #[schema(max_items = 50)]
    pub keywords: Vec<Label>,
    /// The time of publication. A date is the start of that day in UTC.
    pub published_at: Option<DateTime<Utc>>,
}

/// A plain text.
#[derive(ToSchema)]
#[schema(
    min_length = 1,
    max_length = 1_048_576,
    example = "Le ferry de Porto part samedi\n\n« Le ferry partira samedi », a annoncé Inês Valadares à Porto."
)]
pub struct PlainText(#[allow(dead_code, reason = "describes a body that is read as text")] String);

/// A change to an article: absent members stay as they are, null clears a member.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"section": "International", "keywords": ["ferry"]}))]
pub struct UpdateArticle {
    #[schema(min_length = 1, max_length = 500, value_type = String, required = false)]
    pub headline: Option<String>,
    /// A new text creates a new `body_version`, in which the spans of mentions and quotes are searched again.
    #[schema(min_length = 1, max_length = 1_048_576, value_type = String, required = false)]
    pub body: Option<String>,
    /// BCP 47 tag, of which the primary tag is stored; with null it is detected again.
    #[serde(default, deserialize_with = "clearable")]
    #[schema(max_length = 35, format = "language", pattern = "^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$", value_type = Option<String>)]
    pub language: Option<Option<String>>,
    /// Absolute http or https URL, unique after normalisation, which drops the fragment and tracking parameters.
    #[serde(default, deserialize_with = "clearable")]
    #[schema(max_length = 2048, format = "uri", pattern = "^[Hh][Tt][Tt][Pp][Ss]?://[^/?#]", value_type = Option<String>)]
    pub url: Option<Option<String>>,
    #[serde(default, deserialize_with = "clearable")]
    #[schema(min_length = 1, max_length = 200, value_type = Option<String>)]
    pub publisher: Option<Option<String>>,
    #[serde(default, deserialize_with = "clearable")]
    #[schema(min_length = 1, max_length = 300, value_type = Option<String>)]
    pub external_id: Option<Option<String>>,
    /// Replaces the whole list.
    #[schema(max_items = 50, value_type = Vec<Label>, required = false)]
    pub authors: Option<Vec<Label>>,
    #[serde(default, deserialize_with = "clearable")]
    #[schema(min_length = 1, max_length = 200, value_type = Option<String>)]
    pub section: Option<Option<String>>,
    /// Replaces the whole list.
    #[schema(max_items = 50, value_type = Vec<Label>, required = false)]
    pub keywords: Option<Vec<Label>>,
    #[serde(default, deserialize_with = "clearable")]
    #[schema(value_type = Option<DateTime<Utc>>)]
    pub published_at: Option<Option<DateTime<Utc>>>,
}

/// One page of articles.
#[derive(Debug, Serialize, ToSchema)]
pub struct ArticlePage {
    #[schema(max_items = 200)]
    pub items: Vec<ArticleBody>,
    /// Continues the list; null on the last page.
    #[schema(required = true, max_length = 2048)]
    pub next_cursor: Option<String>,
    /// With `count`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = TotalBody, required = false)]
    pub total: Option<TotalBody>,
    /// With `sort=relevance`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = RankedBody, required = false)]
    pub ranked: Option<RankedBody>,
}

/// A version of an article's text.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "article_id": examples::ARTICLE, "body_version": 1, "headline": "Le Portugal et la Norvège rouvrent une ligne maritime",
    "body": "Le Portugal et la Norvège rouvrent une ligne.", "language": "fr", "created_at": "2026-01-12T17:30:00Z",
    "content_hash": "0f9b8d9ff5ae7e2c2b4f7a8d9ce3b1c6f2a8b7a54c9d0e1f2a3b4c5d6e7f8091"
}))]
pub struct ArticleVersionBody {
    pub article_id: Uuid,
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub body_version: i32,
    #[schema(min_length = 1, max_length = 500)]
    pub headline: String,
    /// The text. Left out of lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 1_048_576, value_type = String, required = false)]
    pub body: Option<String>,
    #[schema(max_length = 3, pattern = "^[a-z]{2,3}$")]
    pub language: String,
    #[schema(min_length = 64, max_length = 64, pattern = "^[0-9a-f]{64}$")]
    pub content_hash: String,
    /// The time at which this text was received.
    pub created_at: DateTime<Utc>,
}

/// One page of the versions of an article.
#[derive(Debug, Serialize, ToSchema)]
pub struct ArticleVersionPage {
    #[schema(max_items = 200)]
    pub items: Vec<ArticleVersionBody>,
    /// Continues the list; null on the last page.
    #[schema(required = true, max_length = 2048)]
    pub next_cursor: Option<String>,
    /// With `count`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = TotalBody, required = false)]
    pub total: Option<TotalBody>,
}

impl RequestBody for CreateArticle {
    fn from_text(text: String) -> Value {
        json!({"headline": article::headline_of(&text), "body": text})
    }
}

impl RequestBody for UpdateArticle {}

/// Normalises the URL of a body. An invalid URL is an error at `/url`.
fn normal_url(urls: &UrlNormalizer, url: &str, faults: &mut Vec<FieldError>) -> Option<String> {
    urls.normalise(url).map_err(|error| faults.push(FieldError::new("/url", error.to_string()))).ok()
}

fn check_body(body: &str, faults: &mut Vec<FieldError>) {
    if body.len() > MAX_BODY_BYTES {
        faults.push(FieldError::new("/body", format!("must be at most {MAX_BODY_BYTES} bytes of UTF-8")));
    }
}

fn unless_faulty<T>(value: T, faults: Vec<FieldError>) -> Result<T, Vec<FieldError>> {
    if faults.is_empty() { Ok(value) } else { Err(faults) }
}

fn labels(given: Vec<Label>) -> Vec<String> {
    given.into_iter().map(|label| label.0).collect()
}

impl CreateArticle {
    /// The domain's form, with a normalised url.
    ///
    /// # Errors
    /// A body that is too long, or a url that is not valid.
    pub fn into_new(self, urls: &UrlNormalizer) -> Result<NewArticle, Vec<FieldError>> {
        let mut faults = Vec::new();
        check_body(&self.body, &mut faults);
        let new = NewArticle {
            url: self.url.as_deref().and_then(|url| normal_url(urls, url, &mut faults)),
            headline: self.headline,
            body: self.body,
            language: self.language,
            publisher: self.publisher,
            external_id: self.external_id,
            authors: labels(self.authors),
            section: self.section,
            keywords: labels(self.keywords),
            published_at: self.published_at,
        };
        unless_faulty(new, faults)
    }
}

impl UpdateArticle {
    /// The domain's form, with a normalised url.
    ///
    /// # Errors
    /// As [`CreateArticle::into_new`].
    pub fn into_patch(self, urls: &UrlNormalizer) -> Result<ArticlePatch, Vec<FieldError>> {
        let mut faults = Vec::new();
        if let Some(text) = &self.body {
            check_body(text, &mut faults);
        }
        let patch = ArticlePatch {
            headline: self.headline,
            body: self.body,
            language: self.language,
            url: self.url.map(|url| url.and_then(|url| normal_url(urls, &url, &mut faults))),
            publisher: self.publisher,
            external_id: self.external_id,
            authors: self.authors.map(labels),
            section: self.section,
            keywords: self.keywords.map(labels),
            published_at: self.published_at,
        };
        unless_faulty(patch, faults)
    }
}

impl From<Article> for ArticleBody {
    fn from(article: Article) -> Self {
        Self {
            id: article.id,
            version: article.version,
            body_version: article.body_version,
            created_at: article.created_at,
            updated_at: article.updated_at,
            headline: article.headline,
            body: article.body,
            blocks: article.blocks.map(|blocks| blocks.into_iter().map(Into::into).collect()),
            language: article.language,
            url: article.url,
            publisher: article.publisher,
            external_id: article.external_id,
            authors: article.authors.into_iter().map(Label).collect(),
            section: article.section,
            keywords: article.keywords.into_iter().map(Label).collect(),
            published_at: article.published_at,
            content_hash: HEXLOWER.encode(&article.content_hash),
            mentions: None,
            mentions_next: None,
            quotes: None,
            quotes_next: None,
            versions: None,
            highlight: None,
        }
    }
}

impl From<ArticleVersion> for ArticleVersionBody {
    fn from(version: ArticleVersion) -> Self {
        Self {
            article_id: version.article_id,
            body_version: version.body_version,
            headline: version.headline,
            body: version.body,
            language: version.language,
            content_hash: HEXLOWER.encode(&version.content_hash),
            created_at: version.created_at,
        }
    }
}
