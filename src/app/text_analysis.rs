//! Text analysis for the store, by the functions of the extractor.

use crate::annotate::text::Text;
use crate::annotate::{self, blocks, language};
use crate::domain::article::{Block, TextAnalysis};
use crate::domain::span::Span;

/// Finds blocks and detects languages as the extractor does.
pub const TEXT_ANALYSIS: TextAnalysis = TextAnalysis { find_blocks, detect_language: language::detect };

fn find_blocks(headline: &str, body: &str) -> Vec<Block> {
    let block = |block: annotate::Block| {
        let Span { start, end } = block.span.into();
        Block { role: block.role, start, end }
    };
    blocks::find(&Text::new(body), Some(headline)).into_iter().map(block).collect()
}
