//! The text of an article with its quotes marked and its names underlined, block by block.

use super::layout::View;
use super::links;
use crate::domain::article::{Article, Block};
use crate::domain::mention::Mention;
use crate::domain::quote::Quote;
use crate::domain::span::Span;
use crate::domain::text::Body;
use crate::domain::{BlockRole, MentionStatus};
use maud::{Markup, html};
use std::collections::{BTreeSet, HashSet};
use uuid::Uuid;

/// The spans of a text that are marked.
pub struct Marks<'a> {
    quotes: Vec<&'a Quote>,
    mentions: Vec<&'a Mention>,
}

/// A stretch of text within which nothing begins or ends.
struct Piece {
    span: Span,
    /// Index of the quote that it is in, the shortest if there are several.
    quote: Option<usize>,
    mention: Option<usize>,
    is_cue: bool,
}

impl<'a> Marks<'a> {
    /// The quotes and mentions in the text of this version: those that an edit removed belong to an earlier one.
    pub fn new(body_version: i32, quotes: &'a [Quote], mentions: &'a [Mention]) -> Self {
        let quotes = quotes.iter().filter(|quote| quote.body_version == body_version);
        let mentions = mentions
            .iter()
            .filter(|mention| mention.body_version == body_version && mention.status != MentionStatus::Rejected);
        Self { quotes: quotes.collect(), mentions: mentions.collect() }
    }

    /// Whether a quote is marked.
    pub fn has(&self, quote: Uuid) -> bool {
        self.quotes.iter().any(|marked| marked.id == quote)
    }

    /// Where a mark begins or ends.
    fn bounds(&self) -> BTreeSet<i32> {
        let quotes = self.quotes.iter().flat_map(|quote| quote.spans.iter().chain(&quote.cue_span));
        let mentions = self.mentions.iter().map(|mention| &mention.span);
        quotes.chain(mentions).flat_map(|span| [span.start, span.end]).collect()
    }

    fn pieces(&self, bounds: &BTreeSet<i32>, block: Span) -> Vec<Piece> {
        let inner = bounds.range(block.start + 1..block.end.max(block.start + 1)).copied();
        let ends: Vec<i32> = inner.chain([block.end]).collect();
        let starts = [block.start].into_iter().chain(ends.iter().copied());
        let piece = |(start, end): (i32, i32)| {
            let span = Span { start, end };
            let covers = |outer: &Span| outer.contains(span);
            let length = |quote: &Quote| quote.spans.iter().map(|span| span.len()).sum::<i32>();
            let quotes = self.quotes.iter().enumerate().filter(|(_, quote)| quote.spans.iter().any(covers));
            Piece {
                span,
                quote: quotes.min_by_key(|(_, quote)| length(quote)).map(|(index, _)| index),
                mention: self.mentions.iter().position(|mention| covers(&mention.span)),
                is_cue: self.quotes.iter().any(|quote| quote.cue_span.as_ref().is_some_and(covers)),
            }
        };
        starts.zip(ends.iter().copied()).filter(|(start, end)| start < end).map(piece).collect()
    }
}

/// The text of an article, with its marks.
pub fn show(view: View, article: &Article, marks: &Marks) -> Markup {
    show_within(view, article, marks, Span { start: 0, end: i32::MAX })
}

/// The blocks of the text of an article that have a part of a span, with their marks.
pub fn show_within(view: View, article: &Article, marks: &Marks, span: Span) -> Markup {
    let text = Body::new(article.body.as_deref().unwrap_or_default());
    let mut blocks = all_blocks(&text, article.blocks.as_deref().unwrap_or_default());
    blocks.retain(|block| block.start < span.end && span.start < block.end);
    let bounds = marks.bounds();
    let mut anchored = HashSet::new();
    html! {
        @for block in &blocks {
            @let pieces = marks.pieces(&bounds, Span { start: block.start, end: block.end });
            @let content = show_pieces(view, &text, marks, &pieces, &mut anchored);
            @match block.role {
                BlockRole::Heading => h3 dir="auto" { (content) },
                BlockRole::Headline => p .repeated dir="auto" { (content) },
                BlockRole::Boilerplate => p .boilerplate dir="auto" { (content) },
                BlockRole::Paragraph => p dir="auto" { (content) },
            }
        }
    }
}

/// Pieces in order; those of one quote are one mark. The first mark of a quote is the target of links to it.
fn show_pieces(view: View, text: &Body, marks: &Marks, pieces: &[Piece], anchored: &mut HashSet<Uuid>) -> Markup {
    let names = |pieces: &[Piece]| {
        html! { @for piece in pieces { (show_piece(text, marks, piece)) } }
    };
    html! {
        @for group in pieces.chunk_by(|one, other| one.quote == other.quote) {
            @match group[0].quote.map(|index| marks.quotes[index]) {
                None => { (names(group)) },
                Some(quote) => {
                    @let id = anchored.insert(quote.id).then(|| anchor(quote.id));
                    mark .quote.(quote.kind.as_str()).(quote.status.as_str()) id=[id] title=(view.language.quote_kind(quote.kind)) {
                        (names(group))
                    }
                },
            }
        }
    }
}

fn show_piece(text: &Body, marks: &Marks, piece: &Piece) -> Markup {
    let words = slice(text, piece.span);
    let mention = piece.mention.map(|index| marks.mentions[index]);
    html! {
        @match (mention, piece.is_cue) {
            (Some(Mention { entity_id: Some(entity), .. }), _) => a .name href=(links::entity(*entity)) { (words) },
            (Some(_), _) => span .name { (words) },
            (None, true) => span .cue { (words) },
            (None, false) => { (words) },
        }
    }
}

/// The id of the first mark of a quote on the page.
pub fn anchor(quote: Uuid) -> String {
    format!("q-{quote}")
}

/// The blocks of a text, with those parts between them that are not blank: no character is left out.
fn all_blocks(text: &Body, blocks: &[Block]) -> Vec<Block> {
    let mut all = Vec::new();
    let mut at = 0;
    let rest = |start, end| Block { role: BlockRole::Paragraph, start, end };
    for block in blocks.iter().copied().chain([rest(length(text), length(text))]) {
        if at < block.start && !slice(text, Span { start: at, end: block.start }).trim().is_empty() {
            all.push(rest(at, block.start));
        }
        all.extend((block.start < block.end).then_some(block));
        at = block.end;
    }
    all
}

/// The text in a span, which may reach beyond the end.
pub fn slice<'a>(text: &Body<'a>, span: Span) -> &'a str {
    let end = length(text);
    text.slice(Span { start: span.start.min(end), end: span.end.min(end) }).unwrap_or_default()
}

fn length(text: &Body) -> i32 {
    i32::try_from(text.len()).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_character_between_blocks_is_left_out() {
        let text = Body::new("é\n\nun reste\nfin…");
        let block = |start, end| Block { role: BlockRole::Heading, start, end };
        let all = all_blocks(&text, &[block(0, 1), block(12, 15)]);
        let shown: Vec<&str> =
            all.iter().map(|block| slice(&text, Span { start: block.start, end: block.end }).trim()).collect();
        assert_eq!(shown, ["é", "un reste", "fin", "…"]);
    }
}
