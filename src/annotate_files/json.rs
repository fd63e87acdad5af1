//! Prints an article as a line of JSON in the shape of `POST /v1/annotate`, with its `id` and `body`.
//!
//! No entity is stored here, so ids are null and lists of ids empty. A test compares the shape with an answer of the service.

use super::input::Article;
use super::labels::slice;
use crate::annotate::extraction::{EXTRACTOR, rounded_confidence};
use crate::annotate::{Annotation, Block, FoundMention, FoundQuote, Span};
use crate::domain::text::Body;
use crate::domain::{self, Origin, QuoteStatus, quote};
use serde_json::{Value, json};

/// The line, with its end.
pub fn line(article: &Article, found: &Annotation) -> String {
    let body = Body::new(&article.body);
    let block = |block: &Block| json!({"role": block.role, "start": block.span.start, "end": block.span.end});
    let line = json!({
        "id": article.id,
        "body": article.body,
        "language": found.language,
        "blocks": found.blocks.iter().map(block).collect::<Value>(),
        "mentions": found.mentions.iter().map(|found| mention(&body, found)).collect::<Value>(),
        "quotes": found.quotes.iter().map(|one| quote_line(&body, found, one)).collect::<Value>(),
    });
    format!("{line}\n")
}

fn mention(body: &Body, mention: &FoundMention) -> Value {
    json!({
        "start": mention.span.start,
        "end": mention.span.end,
        "exact": slice(body, mention.span),
        "kind": mention.kind,
        "entity_kind": mention.entity_kind,
        "entity_id": null,
        "candidates": [],
        "candidate_count": 0,
        "confidence": rounded_confidence(mention.confidence),
    })
}

fn quote_line(body: &Body, found: &Annotation, quote: &FoundQuote) -> Value {
    let span = |span: Span| json!({"start": span.start, "end": span.end});
    let words = |span: Option<Span>| span.map(|span| slice(body, span));
    let candidate = |&index: &usize| json!({"entity_id": null, "name": found.entities[index].name, "score": null});
    let text: Vec<&str> = quote.spans.iter().map(|&span| slice(body, span)).collect();
    let text = text.join(" ");
    let (canonical_text, cluster_id) = quote::canonical(&text).unzip();
    json!({
        "text": text,
        "spans": quote.spans.iter().copied().map(span).collect::<Value>(),
        "prefix": quote.spans.first().map_or("", |first| body.prefix(domain::span::Span::from(*first).start)),
        "suffix": quote.spans.last().map_or("", |last| body.suffix(domain::span::Span::from(*last).end)),
        "kind": quote.kind,
        "speaker_id": null,
        "speaker_label": words(quote.speaker_span),
        "speaker_span": quote.speaker_span.map(span),
        "speaker_name": found.speaker_name(quote),
        "speaker_status": quote.speaker_status,
        "candidates": quote.candidates.iter().map(candidate).collect::<Value>(),
        "cue": words(quote.cue_span),
        "cue_span": quote.cue_span.map(span),
        "cue_lemma": quote.cue_lemma,
        "about": [],
        "said_on": null,
        "status": QuoteStatus::Machine,
        "confidence": rounded_confidence(quote.confidence),
        "origin": Origin::Machine,
        "extractor": EXTRACTOR,
        "canonical_text": canonical_text,
        "cluster_id": cluster_id,
    })
}
