//! RSS and Atom.

use super::{Record, html, invalid};
use feed_rs::model::{Entry, Feed, Link, Text};
use feed_rs::parser;
use serde_json::Value;
use url::{ParseError, Url};

/// The articles of a feed, each with its own error. Relative links are resolved against `base`, the address of the feed, or else
/// against the address that the feed gives of itself.
///
/// # Errors
/// When it is no feed.
pub fn records(text: &str, base: Option<&Url>) -> Result<Vec<Result<Value, String>>, String> {
    let parser = parser::Builder::new().base_uri(base.map(Url::as_str)).build();
    let feed = parser.parse(text.as_bytes()).map_err(|error| invalid("RSS or Atom", error))?;
    let own = feed.links.iter().find_map(|link| Url::parse(&link.href).ok());
    let base = base.cloned().or(own);
    Ok(feed.entries.iter().map(|entry| record(&feed, entry, base.as_ref())).collect())
}

fn record(feed: &Feed, entry: &Entry, base: Option<&Url>) -> Result<Value, String> {
    let content = entry.content.as_ref().and_then(|content| content.body.as_deref());
    let body = content.or(entry.summary.as_ref().map(|summary| summary.content.as_str()));
    let published = entry.published.or(entry.updated).map(|time| time.to_rfc3339());
    let categories = entry.categories.iter().map(|category| category.label.clone().unwrap_or(category.term.clone()));
    let plain = |text: &Text| html::text(&text.content);
    Record::default()
        .text("external_id", Some(&entry.id))
        .text("headline", entry.title.as_ref().map(plain))
        .text("body", body.map(html::text))
        .text("url", link(entry, base)?)
        .text("publisher", feed.title.as_ref().map(plain))
        .text("language", entry.language.as_ref().or(feed.language.as_ref()))
        .text("published_at", published)
        .list("authors", entry.authors.iter().filter_map(|author| author.name.clone()))
        .list("keywords", categories)
        .finish()
}

/// The address of the article of an entry.
fn link(entry: &Entry, base: Option<&Url>) -> Result<Option<String>, String> {
    let is_alternate = |link: &&Link| link.rel.as_deref().is_none_or(|rel| rel == "alternate");
    let Some(link) = entry.links.iter().find(is_alternate).or(entry.links.first()) else { return Ok(None) };
    let url = match (Url::parse(&link.href), base) {
        (Err(_), Some(base)) => base.join(&link.href),
        (url, _) => url,
    };
    match url {
        Ok(url) => Ok(["http", "https"].contains(&url.scheme()).then(|| url.into())),
        Err(ParseError::RelativeUrlWithoutBase) => {
            Err(format!("its link {:?} is relative, and the feed does not say to which address", link.href))
        }
        Err(error) => Err(format!("its link {:?} is not a URL: {error}", link.href)),
    }
}
