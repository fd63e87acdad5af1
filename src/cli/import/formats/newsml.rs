//! NewsML-G2 of the IPTC: news items, alone or in a news message.

use super::Record;
use super::times::to_rfc3339;
use super::xml::{all, first, language, paragraphs, parse, text, text_of};
use roxmltree::Node;
use serde_json::Value;

/// The articles of a document.
///
/// # Errors
/// When it is not NewsML-G2, or an item has no headline or text.
pub fn records(given: &str) -> Result<Vec<Value>, String> {
    let document = parse(given, "NewsML-G2")?;
    all(document.root_element(), "newsItem").map(record).collect()
}

fn record(item: Node) -> Result<Value, String> {
    let content = first(item, "contentSet");
    let body = content.and_then(|content| {
        let inline = first(content, "inlineXML").map(|inline| first(inline, "body").unwrap_or(inline));
        inline.map(paragraphs).or_else(|| first(content, "inlineData").map(data))
    });
    let languages = [first(item, "language").and_then(|language| language.attribute("tag")), language(item)];
    let times = ["contentCreated", "firstCreated", "versionCreated"];
    let authors = all(item, "creator").filter_map(name).chain(text_of(item, "by"));
    Record::default()
        .text("external_id", item.attribute("guid"))
        .text("headline", text_of(item, "headline"))
        .text("body", body)
        .text("publisher", first(item, "provider").and_then(name))
        .text("section", first(item, "service").and_then(name))
        .text("language", languages.into_iter().flatten().next())
        .text("published_at", times.into_iter().find_map(|name| to_rfc3339(&text_of(item, name)?)))
        .list("authors", authors)
        .list("keywords", all(item, "keyword").map(text))
        .finish()
}

/// Plain text, with its line breaks.
fn data(node: Node) -> String {
    node.descendants().filter_map(|node| node.is_text().then(|| node.text()).flatten()).collect()
}

/// The name of a party: its `name`, or else its literal or code.
fn name(node: Node) -> Option<String> {
    let code = ["literal", "qcode", "uri"].into_iter().find_map(|attribute| node.attribute(attribute));
    text_of(node, "name").or_else(|| code.map(str::to_owned))
}
