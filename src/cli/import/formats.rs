//! Formats of news documents: each document becomes one or several records of an import.

mod feed;
mod html;
mod newsml;
mod ninjs;
mod nitf;
mod times;
mod xml;

use clap::ValueEnum;
use serde_json::{Map, Value};
use std::fmt::Display;
use url::Url;

/// A format of documents that are read as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DocumentFormat {
    /// A web page, by its schema.org metadata or OpenGraph, and its paragraphs
    Html,
    /// RSS or Atom
    Feed,
    Nitf,
    /// NewsML-G2
    Newsml,
    Ninjs,
}

impl DocumentFormat {
    /// The format of a document by its root element; `None` when it is none of these.
    pub fn detect(text: &str) -> Option<Self> {
        let text = text.trim_start_matches('\u{feff}').trim_start();
        if text.starts_with('{') {
            return ninjs::is_ninjs(text).then_some(Self::Ninjs);
        }
        let root = root_element(text)?;
        let local = root.rsplit(':').next().unwrap_or_default().to_ascii_lowercase();
        match local.as_str() {
            "html" => Some(Self::Html),
            "rss" | "feed" | "rdf" => Some(Self::Feed),
            "nitf" => Some(Self::Nitf),
            "newsitem" | "newsmessage" => Some(Self::Newsml),
            _ => None,
        }
    }

    /// The records of a document, which may come from an address. Each entry of a feed has its own error.
    ///
    /// # Errors
    /// When the document is not of this format, or has no complete article.
    pub fn records(self, text: &str, address: Option<&Url>) -> Result<Vec<Result<Value, String>>, String> {
        let records = match self {
            Self::Html => vec![html::record(text, address)],
            Self::Feed => feed::records(text, address)?,
            Self::Nitf => vec![nitf::record(text)],
            Self::Newsml => newsml::records(text)?.into_iter().map(Ok).collect(),
            Self::Ninjs => vec![ninjs::record(text)],
        };
        match records.is_empty() {
            true => Err("there is no article in it".to_owned()),
            false => Ok(records),
        }
    }
}

/// The name of the first element.
fn root_element(text: &str) -> Option<&str> {
    let mut rest = text;
    loop {
        rest = &rest[rest.find('<')? + 1..];
        if rest.starts_with('?') {
            continue;
        }
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = &comment[comment.find("-->")? + 3..];
            continue;
        }
        if rest.len() >= 13 && rest.is_char_boundary(13) && rest[..13].eq_ignore_ascii_case("!doctype html") {
            return Some("html");
        }
        if rest.starts_with('!') {
            continue;
        }
        let end = rest.find(|c: char| c.is_whitespace() || c == '>' || c == '/')?;
        return Some(&rest[..end]);
    }
}

/// Builds a record from the parts that a document has.
#[derive(Default)]
struct Record(Map<String, Value>);

impl Record {
    /// Sets a member, unless the text is blank or the member has a value.
    fn text(mut self, member: &str, text: Option<impl AsRef<str>>) -> Self {
        let text = text.as_ref().map(|text| text.as_ref().trim()).filter(|text| !text.is_empty());
        if let (Some(text), false) = (text, self.0.contains_key(member)) {
            self.0.insert(member.to_owned(), text.into());
        }
        self
    }

    /// Sets a list of texts, each once, unless it is empty.
    fn list(mut self, member: &str, texts: impl IntoIterator<Item = String>) -> Self {
        let mut list: Vec<Value> = Vec::new();
        for text in texts {
            let text = Value::from(text.trim());
            if text != "" && !list.contains(&text) && list.len() < 50 {
                list.push(text);
            }
        }
        if !list.is_empty() {
            self.0.insert(member.to_owned(), list.into());
        }
        self
    }

    /// The record, if it has a headline and a text.
    fn finish(self) -> Result<Value, String> {
        for member in ["headline", "body"] {
            if !self.0.contains_key(member) {
                return Err(format!("it has no {}", if member == "body" { "text" } else { member }));
            }
        }
        Ok(Value::Object(self.0))
    }
}

fn invalid(what: &str, error: impl Display) -> String {
    format!("it is not {what}: {error}")
}
