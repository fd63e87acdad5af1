//! Prints an article as a line of JSON in the form of labelled articles, which `evaluate` reads.
//!
//! ```json
//! {"id": …, "lang": "fr", "text": …,
//!  "entities": [{"start", "end", "type", "text", "name", "kind", "confidence"}],
//!  "quotes": [{"start", "end", "spans": [[start, end]], "text", "type", "speaker", "speaker_spans", "speaker_status",
//!              "reference", "cue", "cue_spans", "cue_lemma", "confidence"}]}
//! ```
//!
//! Offsets are code points of `text`, end exclusive. The `type` of a name is PER, LOC, ORG, PROD, EVENT, WORK or MISC; that
//! of a quote direct, partial, mixed or indirect. `speaker` and `cue` are the words as printed, and their spans;
//! `reference` is the name of the speaker, also for a pronoun. Unknown values are `""`, `[]` or null.

use super::input::Article;
use crate::annotate::{Annotation, FoundMention, FoundQuote, Span};
use crate::domain::EntityKind;
use crate::domain::text::Body;
use serde_json::{Value, json};

/// The line, with its end.
pub fn line(article: &Article, found: &Annotation) -> String {
    let body = Body::new(&article.body);
    let line = json!({
        "id": article.id,
        "lang": found.language,
        "text": article.body,
        "entities": found.mentions.iter().map(|mention| name(&body, found, mention)).collect::<Value>(),
        "quotes": found.quotes.iter().map(|one| quote(&body, found, one)).collect::<Value>(),
    });
    format!("{line}\n")
}

/// The words at a span.
pub(super) fn slice<'a>(body: &Body<'a>, span: Span) -> &'a str {
    body.slice(span.into()).unwrap_or_default()
}

fn name(body: &Body, found: &Annotation, mention: &FoundMention) -> Value {
    let kind = match mention.entity_kind {
        EntityKind::Person => "PER",
        EntityKind::Place => "LOC",
        EntityKind::Organization => "ORG",
        EntityKind::Product => "PROD",
        EntityKind::Event => "EVENT",
        EntityKind::Work => "WORK",
        EntityKind::Other => "MISC",
    };
    json!({
        "start": mention.span.start,
        "end": mention.span.end,
        "type": kind,
        "text": slice(body, mention.span),
        "name": mention.entity.map(|entity| &found.entities[entity].name),
        "kind": mention.kind,
        "confidence": mention.confidence,
    })
}

fn quote(body: &Body, found: &Annotation, quote: &FoundQuote) -> Value {
    let whole = Span { start: quote.spans[0].start, end: quote.spans[quote.spans.len() - 1].end };
    let words = |span: Option<Span>| span.map_or("", |span| slice(body, span));
    let pair = |span: &Span| [span.start, span.end];
    json!({
        "start": whole.start,
        "end": whole.end,
        "spans": quote.spans.iter().map(pair).collect::<Vec<_>>(),
        "text": slice(body, whole),
        "type": quote.kind,
        "speaker": words(quote.speaker_span),
        "speaker_spans": quote.speaker_span.iter().map(pair).collect::<Vec<_>>(),
        "speaker_status": quote.speaker_status,
        "reference": found.speaker_name(quote).or(quote.reference_span.map(|span| slice(body, span))),
        "cue": words(quote.cue_span),
        "cue_spans": quote.cue_span.iter().map(pair).collect::<Vec<_>>(),
        "cue_lemma": quote.cue_lemma,
        "confidence": quote.confidence,
    })
}
