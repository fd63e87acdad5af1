//! RSS and Atom.

use super::{Record, html, invalid};
use feed_rs::model::{Entry, Feed, Text};
use feed_rs::parser;
use serde_json::Value;

/// The articles of a feed.
///
/// # Errors
/// When it is no feed, or an entry has no headline or text.
pub fn records(text: &str) -> Result<Vec<Value>, String> {
    let feed = parser::parse(text.as_bytes()).map_err(|error| invalid("RSS or Atom", error))?;
    feed.entries.iter().map(|entry| record(&feed, entry)).collect()
}

fn record(feed: &Feed, entry: &Entry) -> Result<Value, String> {
    let content = entry.content.as_ref().and_then(|content| content.body.as_deref());
    let body = content.or(entry.summary.as_ref().map(|summary| summary.content.as_str()));
    let is_alternate = |link: &&feed_rs::model::Link| link.rel.as_deref().is_none_or(|rel| rel == "alternate");
    let url = entry.links.iter().find(is_alternate).or(entry.links.first()).map(|link| link.href.as_str());
    let is_absolute = |url: &&str| url.starts_with("http://") || url.starts_with("https://");
    let published = entry.published.or(entry.updated).map(|time| time.to_rfc3339());
    let categories = entry.categories.iter().map(|category| category.label.clone().unwrap_or(category.term.clone()));
    let plain = |text: &Text| html::text(&text.content);
    Record::default()
        .text("external_id", Some(&entry.id))
        .text("headline", entry.title.as_ref().map(plain))
        .text("body", body.map(html::text))
        .text("url", url.filter(is_absolute))
        .text("publisher", feed.title.as_ref().map(plain))
        .text("language", entry.language.as_ref().or(feed.language.as_ref()))
        .text("published_at", published)
        .list("authors", entry.authors.iter().filter_map(|author| author.name.clone()))
        .list("keywords", categories)
        .finish()
}
