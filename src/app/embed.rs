//! Embeds mentions and quotes in articles.

use crate::domain::article::Article;
use crate::domain::mention::Mention;
use crate::domain::page::Page;
use crate::domain::quote::Quote;
use crate::store::{Connection, Result, mentions, quotes};
use std::collections::HashMap;
use uuid::Uuid;

/// Maximum number of mentions, and of quotes, embedded in an article. The rest is in the lists of the article.
pub(super) const MAX_EMBEDDED: i64 = 200;
/// The same maximum for each article of a page, which has up to 200 articles.
pub const MAX_EMBEDDED_IN_LIST: i64 = 50;

/// The kinds of findings to embed in an article.
#[derive(Debug, Clone, Copy)]
pub struct Embedded {
    pub mentions: bool,
    pub quotes: bool,
}

impl Embedded {
    pub const ALL: Self = Self { mentions: true, quotes: true };
}

/// The first findings of an article; `None` where they are not embedded.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Findings {
    pub mentions: Option<Page<Mention>>,
    pub quotes: Option<Page<Quote>>,
}

/// An article with its embedded findings.
#[derive(Debug, Clone, PartialEq)]
pub struct ArticleWithFindings {
    pub article: Article,
    pub findings: Findings,
}

/// Embeds the findings of one article.
///
/// # Errors
/// Only those of the database.
pub fn one(conn: &mut Connection, article: Article, embedded: Embedded) -> Result<ArticleWithFindings> {
    let findings = findings(conn, &[article.id], embedded, MAX_EMBEDDED)?.remove(&article.id).unwrap_or_default();
    Ok(ArticleWithFindings { article, findings })
}

/// Embeds the first `limit` findings of several articles, with one query for each kind.
///
/// # Errors
/// Only those of the database.
pub fn all(
    conn: &mut Connection,
    articles: Vec<Article>,
    embedded: Embedded,
    limit: i64,
) -> Result<Vec<ArticleWithFindings>> {
    let ids: Vec<Uuid> = articles.iter().map(|article| article.id).collect();
    let mut findings = findings(conn, &ids, embedded, limit)?;
    let embed = |article: Article| {
        let findings = findings.remove(&article.id).unwrap_or_default();
        ArticleWithFindings { article, findings }
    };
    Ok(articles.into_iter().map(embed).collect())
}

/// The first `limit` findings of each kind in these articles.
pub(super) fn findings(
    conn: &mut Connection,
    articles: &[Uuid],
    embedded: Embedded,
    limit: i64,
) -> Result<HashMap<Uuid, Findings>> {
    let mut found: HashMap<Uuid, Findings> = articles.iter().map(|id| (*id, Findings::default())).collect();
    if articles.is_empty() {
        return Ok(found);
    }
    if embedded.mentions {
        let mut mentions = mentions::of_articles(conn, articles, limit)?;
        found.iter_mut().for_each(|(id, findings)| {
            findings.mentions = Some(mentions.remove(id).unwrap_or_else(|| Page::empty(None)))
        });
    }
    if embedded.quotes {
        let mut quotes = quotes::of_articles(conn, articles, limit)?;
        found
            .iter_mut()
            .for_each(|(id, findings)| findings.quotes = Some(quotes.remove(id).unwrap_or_else(|| Page::empty(None))));
    }
    Ok(found)
}
