//! Elements and texts of XML documents.

use super::invalid;
use roxmltree::{Document, Node, ParsingOptions};

/// Parses a document. Entities cannot grow it: their expansion is limited.
///
/// # Errors
/// When it is not well-formed.
pub fn parse<'a>(text: &'a str, what: &str) -> Result<Document<'a>, String> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    Document::parse_with_options(text.trim_start_matches('\u{feff}').trim_start(), options)
        .map_err(|error| invalid(what, error))
}

/// The elements with a local name, anywhere below a node, in the order of the document.
pub fn all<'a, 'i>(node: Node<'a, 'i>, name: &'static str) -> impl Iterator<Item = Node<'a, 'i>> {
    node.descendants().filter(move |node| node.is_element() && node.tag_name().name() == name)
}

/// The first of these elements.
pub fn first<'a, 'i>(node: Node<'a, 'i>, name: &'static str) -> Option<Node<'a, 'i>> {
    all(node, name).next()
}

/// The text of a node, with single spaces.
pub fn text(node: Node) -> String {
    let all: String = node.descendants().filter_map(|node| node.is_text().then(|| node.text()).flatten()).collect();
    all.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text of the first of these elements.
pub fn text_of(node: Node, name: &'static str) -> Option<String> {
    all(node, name).map(text).find(|text| !text.is_empty())
}

/// The paragraphs and headings below a node, between blank lines.
pub fn paragraphs(node: Node) -> String {
    const BLOCKS: [&str; 8] = ["p", "hl2", "h1", "h2", "h3", "h4", "li", "blockquote"];
    let is_block = |node: &Node| node.is_element() && BLOCKS.contains(&node.tag_name().name());
    let outer = |node: &Node| is_block(node) && !node.ancestors().skip(1).any(|parent| is_block(&parent));
    let blocks: Vec<String> = node.descendants().filter(outer).map(text).filter(|text| !text.is_empty()).collect();
    if blocks.is_empty() { text(node) } else { blocks.join("\n\n") }
}

/// The language of a node (`xml:lang`), or of one around it.
pub fn language<'a>(node: Node<'a, '_>) -> Option<&'a str> {
    const XML: &str = "http://www.w3.org/XML/1998/namespace";
    node.ancestors().find_map(|node| node.attribute((XML, "lang")))
}
