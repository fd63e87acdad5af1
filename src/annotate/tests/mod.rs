//! Tests of the rules with sentences in which they apply, and in which they do not.

mod article;
mod constructions;
mod damage;
mod english;
mod french;
mod german;
mod heads;
mod indirect;
mod interruptions;
mod marks;
mod names;
mod polarity;
mod press;
mod properties;
mod reported_clauses;
mod someone_else;
mod speakers;
mod turns;

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

/// Checks the quotes of texts, each given by its words and by its speaker: the name, else the words as printed.
fn check(language: &str, cases: &[(&str, &[(&str, &str)])]) {
    let mut wrong = Vec::new();
    for (body, wanted) in cases {
        let found = read(body, language);
        let shown: Vec<(String, String)> =
            found.quotes.iter().map(|quote| words_and_name(body, &found, quote)).collect();
        let wanted: Vec<(String, String)> =
            wanted.iter().map(|(words, speaker)| ((*words).to_owned(), (*speaker).to_owned())).collect();
        if shown != wanted {
            wrong.push(format!("{body}\n  want {wanted:?}\n  got  {shown:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// The words of a quote, and who spoke them.
fn words_and_name(body: &str, found: &Annotation, quote: &FoundQuote) -> (String, String) {
    let words: Vec<String> = quote.spans.iter().map(|&span| slice(body, span)).collect();
    let named = quote.speaker.map(|entity| found.entities[entity].name.clone());
    let printed = quote.reference_span.or(quote.speaker_span).map(|span| slice(body, span));
    (words.join(" / "), named.or(printed).unwrap_or_else(|| "nobody".to_owned()))
}

/// Asserts the quotes of bodies as `words <- speaker`, in lower case.
fn assert_quotes(find: fn(&str) -> Vec<String>, cases: &[(&str, &[&str])]) {
    for (body, expected) in cases {
        let found: Vec<String> = find(body)
            .iter()
            .map(|quote| quote.split_once(": ").map_or(quote.clone(), |(_, rest)| rest.to_owned()))
            .collect();
        assert_eq!(found, *expected, "{body}");
    }
}
