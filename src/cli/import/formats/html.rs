//! HTML: the text of a fragment, and the article of a page by its metadata (schema.org in JSON-LD, OpenGraph).

use super::Record;
use super::times::to_rfc3339;
use html5ever::tendril::TendrilSink;
use html5ever::{ParseOpts, parse_document};
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use serde_json::Value;
use url::Url;

/// Elements whose text begins and ends a paragraph.
const BLOCKS: [&str; 20] = [
    "p",
    "div",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "li",
    "blockquote",
    "section",
    "article",
    "main",
    "ul",
    "ol",
    "table",
    "tr",
    "pre",
    "figure",
    "body",
];
/// Elements that are no part of an article's text.
const SKIPPED: [&str; 15] = [
    "head",
    "script",
    "style",
    "noscript",
    "template",
    "nav",
    "aside",
    "footer",
    "header",
    "form",
    "button",
    "figcaption",
    "iframe",
    "svg",
    "select",
];
/// Types of schema.org that are articles.
const ARTICLES: [&str; 8] = [
    "Article",
    "NewsArticle",
    "ReportageNewsArticle",
    "AnalysisNewsArticle",
    "OpinionNewsArticle",
    "BlogPosting",
    "LiveBlogPosting",
    "ReviewNewsArticle",
];

/// The text of a fragment, its paragraphs between blank lines.
pub fn text(html: &str) -> String {
    paragraphs(&parse(html).document)
}

/// The article of a page, which may come from an address. Its url is the one that the page gives, or else this address.
///
/// # Errors
/// When it has no headline or text.
pub fn record(html: &str, address: Option<&Url>) -> Result<Value, String> {
    let document = parse(html).document;
    let schema = elements(&document, "script").iter().filter(|script| is_json_ld(script)).find_map(article_of);
    let schema = schema.unwrap_or_default();
    let member = |name: &str| schema[name].as_str().map(decoded);
    let metas = elements(&document, "meta");
    let meta = |name: &str| {
        let named =
            |meta: &&Handle| ["property", "name"].into_iter().any(|key| attribute(meta, key).as_deref() == Some(name));
        metas.iter().find(named).and_then(|meta| attribute(meta, "content"))
    };
    let canonical =
        elements(&document, "link").into_iter().find(|link| attribute(link, "rel").as_deref() == Some("canonical"));
    let url = member("url").or_else(|| canonical.and_then(|link| attribute(&link, "href"))).or_else(|| meta("og:url"));
    let url = match (url, address) {
        (Some(url), Some(address)) => Some(address.join(&url).unwrap_or_else(|_| address.clone()).into()),
        (url, address) => url.or(address.map(Url::to_string)),
    };
    let container =
        ["article", "main", "body"].into_iter().find_map(|name| elements(&document, name).into_iter().next());
    let published = [member("datePublished"), meta("article:published_time")];
    let root = elements(&document, "html").into_iter().next();
    let title = || elements(&document, "title").first().map(paragraphs_of_any);
    let heading = || elements(&document, "h1").first().map(paragraphs_of_any);
    Record::default()
        .text("url", url.filter(|url| url.starts_with("http")))
        .text("headline", member("headline").or_else(|| meta("og:title")).or_else(heading).or_else(title))
        .text("body", member("articleBody").or_else(|| container.as_ref().map(paragraphs)))
        .text("publisher", names(&schema["publisher"]).into_iter().next().or_else(|| meta("og:site_name")))
        .text("section", member("articleSection").or_else(|| meta("article:section")))
        .text("language", member("inLanguage").or_else(|| root.and_then(|root| attribute(&root, "lang"))))
        .text("published_at", published.into_iter().flatten().find_map(|time| to_rfc3339(&time)))
        .list(
            "authors",
            match names(&schema["author"]) {
                named if named.is_empty() => meta("author").into_iter().collect(),
                named => named,
            },
        )
        .list("keywords", keywords(&schema["keywords"]))
        .finish()
}

fn parse(html: &str) -> RcDom {
    parse_document(RcDom::default(), ParseOpts::default()).one(html)
}

/// The article in a script of JSON-LD: the object itself, or one of its list or graph.
fn article_of(script: &Handle) -> Option<Value> {
    let value: Value = serde_json::from_str(&raw_text(script)).ok()?;
    let is_article = |value: &Value| {
        let kinds = value["@type"].as_array().cloned().unwrap_or_else(|| vec![value["@type"].clone()]);
        kinds.iter().filter_map(Value::as_str).any(|kind| ARTICLES.contains(&kind))
    };
    let listed = value.as_array().or(value["@graph"].as_array()).into_iter().flatten();
    std::iter::once(&value).chain(listed).find(|value| is_article(value)).cloned()
}

fn is_json_ld(script: &Handle) -> bool {
    attribute(script, "type").is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/ld+json"))
}

/// The names of people or organisations: texts, or objects with a name.
fn names(value: &Value) -> Vec<String> {
    let all = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
    all.iter().filter_map(|party| party.as_str().or(party["name"].as_str())).map(decoded).collect()
}

fn keywords(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => text.split(',').map(decoded).collect(),
        value => value.as_array().into_iter().flatten().filter_map(Value::as_str).map(decoded).collect(),
    }
}

/// Decodes the character references that some sites leave in metadata.
fn decoded(text: &str) -> String {
    if text.contains('&') || text.contains('<') { self::text(text) } else { text.to_owned() }
}

/// The elements of a name, in the order of the document.
fn elements(node: &Handle, name: &str) -> Vec<Handle> {
    let mut found = Vec::new();
    let mut waiting = vec![node.clone()];
    while let Some(node) = waiting.pop() {
        if name_of(&node) == Some(name) {
            found.push(node.clone());
        }
        waiting.extend(node.children.borrow().iter().rev().cloned());
    }
    found
}

fn name_of(node: &Handle) -> Option<&str> {
    match &node.data {
        NodeData::Element { name, .. } => Some(&name.local),
        _ => None,
    }
}

fn attribute(node: &Handle, wanted: &str) -> Option<String> {
    match &node.data {
        NodeData::Element { attrs, .. } => {
            let attrs = attrs.borrow();
            attrs.iter().find(|attr| &*attr.name.local == wanted).map(|attr| attr.value.to_string())
        }
        _ => None,
    }
}

fn raw_text(node: &Handle) -> String {
    let mut text = String::new();
    for child in node.children.borrow().iter() {
        if let NodeData::Text { contents } = &child.data {
            text.push_str(&contents.borrow());
        }
    }
    text
}

/// A step of the traversal of a document: a node, or the end of a block.
enum Step {
    Node(Handle),
    End,
}

/// The paragraphs below a node, between blank lines. Not recursive: documents may be deep.
fn paragraphs(root: &Handle) -> String {
    collect(root, &SKIPPED)
}

/// The text below a node, also in elements that [`paragraphs`] skips.
fn paragraphs_of_any(root: &Handle) -> String {
    collect(root, &[])
}

fn collect(root: &Handle, skipped: &[&str]) -> String {
    let mut blocks: Vec<String> = vec![String::new()];
    let mut waiting = vec![Step::Node(root.clone())];
    while let Some(step) = waiting.pop() {
        let Step::Node(node) = step else {
            blocks.push(String::new());
            continue;
        };
        if let (NodeData::Text { contents }, Some(block)) = (&node.data, blocks.last_mut()) {
            block.push_str(&contents.borrow());
        }
        let name = name_of(&node);
        if name.is_some_and(|name| skipped.contains(&name)) {
            continue;
        }
        if let (Some("br"), Some(block)) = (name, blocks.last_mut()) {
            block.push('\n');
        }
        if name.is_some_and(|name| BLOCKS.contains(&name)) {
            blocks.push(String::new());
            waiting.push(Step::End);
        }
        waiting.extend(node.children.borrow().iter().rev().cloned().map(Step::Node));
    }
    let tidy = |block: &String| block.split_whitespace().collect::<Vec<_>>().join(" ");
    let blocks: Vec<String> = blocks.iter().map(tidy).filter(|block| !block.is_empty()).collect();
    blocks.join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_a_fragment_has_its_paragraphs_and_characters() {
        let html = "<p>Un &amp; deux</p><script>x</script><p>Trois<b>&nbsp;!</b></p>Quatre";
        assert_eq!(text(html), "Un & deux\n\nTrois !\n\nQuatre");
        assert_eq!(text(&"<div>".repeat(20_000)), "");
    }
}
