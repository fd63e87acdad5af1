//! Prints an article as tables.

use super::input::Article;
use super::labels::slice;
use crate::annotate::{Annotation, FoundMention, FoundQuote, Span};
use crate::domain::text::Body;
use crate::table::{one_line, table};
use serde_json::Value;

/// The quotes and names of an article as tables.
pub fn text(article: &Article, found: &Annotation) -> String {
    let body = Body::new(&article.body);
    let id = match &article.id {
        Value::String(id) => one_line(id),
        id => id.to_string(),
    };
    let mut text = format!("{id} ({})\n", found.language);
    if !found.quotes.is_empty() {
        let mut rows = vec![["SPEAKER", "STATUS", "KIND", "SPANS", "WORDS"].map(str::to_owned)];
        rows.extend(found.quotes.iter().map(|one| quote(&body, found, one)));
        text.push('\n');
        text.push_str(&table(&rows));
    }
    if !found.mentions.is_empty() {
        let mut rows = vec![["NAME", "KIND", "SPANS", "PRINTED"].map(str::to_owned)];
        rows.extend(names(&body, found));
        text.push('\n');
        text.push_str(&table(&rows));
    }
    text.push('\n');
    text
}

fn quote(body: &Body, found: &Annotation, quote: &FoundQuote) -> [String; 5] {
    let named = quote.speaker.map(|entity| found.entities[entity].name.clone());
    let printed = || quote.reference_span.or(quote.speaker_span).map(|span| one_line(slice(body, span)));
    let words: Vec<&str> = quote.spans.iter().map(|span| slice(body, *span)).collect();
    [
        named.or_else(printed).unwrap_or_else(|| "-".to_owned()),
        quote.speaker_status.as_str().to_owned(),
        quote.kind.as_str().to_owned(),
        spans(quote.spans.iter()),
        one_line(&words.join(" ")),
    ]
}

/// A row for each entity by its first mention, then one for each mention without an entity.
fn names(body: &Body, found: &Annotation) -> Vec<[String; 4]> {
    let mut of_entity: Vec<Vec<&FoundMention>> = vec![Vec::new(); found.entities.len()];
    let mut others = Vec::new();
    for mention in &found.mentions {
        match mention.entity {
            Some(entity) => of_entity[entity].push(mention),
            None => others.push(name(body, slice(body, mention.span), mention.entity_kind.as_str(), &[mention])),
        }
    }
    let named = found.entities.iter().zip(of_entity).filter(|(_, mentions)| !mentions.is_empty());
    named.map(|(entity, mentions)| name(body, &entity.name, entity.kind.as_str(), &mentions)).chain(others).collect()
}

fn name(body: &Body, name: &str, kind: &str, mentions: &[&FoundMention]) -> [String; 4] {
    let mut printed: Vec<String> = mentions.iter().map(|mention| one_line(slice(body, mention.span))).collect();
    printed.sort();
    printed.dedup();
    let spans = spans(mentions.iter().map(|mention| &mention.span));
    [one_line(name), kind.to_owned(), spans, printed.join(", ")]
}

fn spans<'a>(spans: impl Iterator<Item = &'a Span>) -> String {
    spans.map(|span| format!("{}-{}", span.start, span.end)).collect::<Vec<_>>().join(", ")
}
