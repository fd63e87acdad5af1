//! Tests of the rules with sentences in which they apply, and in which they do not.

mod article;
mod english;
mod french;
mod indirect;
mod labelled;
mod properties;

use super::dictionary::Dictionary;
use super::{Annotation, Document, FoundQuote, annotate};

/// Annotates a body without stored names.
fn read(body: &str, language: &str) -> Annotation {
    annotate(&Document { headline: None, body, language: Some(language) }, &Dictionary::default())
}

/// The text of a span.
fn slice(body: &str, span: super::Span) -> String {
    body.chars().skip(span.start).take(span.end - span.start).collect()
}

/// A quote as `kind: words / words <- speaker`.
fn show(body: &str, quote: &FoundQuote) -> String {
    let words: Vec<String> = quote.spans.iter().map(|&span| slice(body, span)).collect();
    let speaker = quote.speaker_span.map_or_else(|| "nobody".to_owned(), |span| slice(body, span));
    format!("{:?}: {} <- {speaker}", quote.kind, words.join(" / ")).to_lowercase()
}

/// The quotes of a French body as `kind: words <- speaker`, in lower case.
fn french(body: &str) -> Vec<String> {
    read(body, "fr").quotes.iter().map(|quote| show(body, quote)).collect()
}

/// The quotes of an English body as `kind: words <- speaker`, in lower case.
fn english(body: &str) -> Vec<String> {
    read(body, "en").quotes.iter().map(|quote| show(body, quote)).collect()
}
