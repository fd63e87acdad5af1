//! NITF: the News Industry Text Format of the IPTC.

use super::times::to_rfc3339;
use super::xml::{all, first, language, paragraphs, parse, text, text_of};
use super::{Record, xml};
use serde_json::Value;

/// The article of a document.
///
/// # Errors
/// When it is not NITF, or has no headline or text.
pub fn record(given: &str) -> Result<Value, String> {
    let document = parse(given, "NITF")?;
    let root = document.root_element();
    let attribute = |element: &'static str, name: &str| first(root, element)?.attribute(name);
    let body = first(root, "body.content").map(paragraphs);
    let authors = all(root, "byline").map(|byline| text_of(byline, "person").unwrap_or_else(|| text(byline)));
    let keywords = all(root, "keyword").filter_map(|keyword| keyword.attribute("key").map(str::to_owned));
    let published = [attribute("date.issue", "norm"), attribute("story.date", "norm")];
    Record::default()
        .text("external_id", attribute("doc-id", "id-string"))
        .text("headline", text_of(root, "hl1").or_else(|| text_of(root, "title")))
        .text("body", body)
        .text("publisher", attribute("pubdata", "name").or(attribute("doc.copyright", "holder")))
        .text("section", attribute("pubdata", "position.section"))
        .text("url", attribute("pubdata", "ex-ref"))
        .text("language", first(root, "body").and_then(xml::language).or(language(root)))
        .text("published_at", published.into_iter().flatten().find_map(to_rfc3339))
        .list("authors", authors)
        .list("keywords", keywords)
        .finish()
}
