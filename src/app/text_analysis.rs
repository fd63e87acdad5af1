//! Text analysis for the store, by the functions of the extractor.

use crate::annotate::dictionary::Dictionary;
use crate::annotate::text::Text;
use crate::annotate::{self, Annotation, Document, blocks, language};
use crate::domain::article::{Block, Spoken, TextAnalysis};
use crate::domain::span::Span;

/// Finds blocks and named speakers, and detects languages, as the extractor does.
pub const TEXT_ANALYSIS: TextAnalysis = TextAnalysis { find_blocks, detect_language: language::detect, find_spoken };

fn find_blocks(headline: &str, body: &str) -> Vec<Block> {
    let block = |block: annotate::Block| {
        let Span { start, end } = block.span.into();
        Block { role: block.role, start, end }
    };
    blocks::find(&Text::new(body), Some(headline)).into_iter().map(block).collect()
}

fn find_spoken(body: &str, language: &str) -> Vec<Spoken> {
    let language = Some(language).filter(|language| *language != "und");
    let document = Document { headline: None, body, language };
    let Annotation { entities, quotes, .. } = annotate::annotate(&document, &Dictionary::default());
    let mut spoken = Vec::new();
    for quote in quotes {
        if let Some(speaker) = quote.speaker.and_then(|speaker| entities.get(speaker)) {
            let of_speaker = |span: &annotate::Span| Spoken { span: (*span).into(), speaker: speaker.name.clone() };
            spoken.extend(quote.spans.iter().map(of_speaker));
        }
    }
    spoken.sort_by_key(|spoken| spoken.span);
    spoken
}
