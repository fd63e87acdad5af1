//! A text cut into tokens and words, and the marks of names in it.

use super::tokens::{self, Token};
use crate::annotate::fold::{self, Word};
use crate::annotate::names::dictionary::DictionaryEntity;
use crate::annotate::names::tagger::KINDS;
use crate::annotate::text::Text;
use crate::annotate::tokens::Tokens;
use crate::annotate::{EntityKind, MentionKind, Span, work};
use std::sync::Arc;

/// A text with its tokens and words.
pub struct TokenizedText<'a> {
    pub body: &'a str,
    pub tokens: Vec<Token<'a>>,
    pub words: Vec<Word>,
}

/// A name in a text, before it is linked to an entity.
#[derive(Debug, Clone, PartialEq)]
pub struct Marked {
    pub span: Span,
    /// Bytes of the text, half-open.
    pub bytes: (usize, usize),
    /// First and last token, inclusive.
    pub tokens: (usize, usize),
    pub kind: EntityKind,
    pub mention: MentionKind,
    /// 0 to 1.
    pub confidence: f32,
    /// Probability of each of [`KINDS`].
    pub kinds: [f32; KINDS.len()],
    /// Index into the gazetteer.
    pub known: Option<u32>,
    /// The stored entities with this name.
    pub stored: Arc<[DictionaryEntity]>,
}

impl<'a> TokenizedText<'a> {
    /// A text with the tokens that the tokenizer cut it into. Linear in its length.
    pub fn new(body: &'a str, text: &Text, cut: &Tokens) -> Self {
        TokenizedText { body, tokens: tokens::tokens(body, text, cut), words: fold::words(body) }
    }

    /// A French text.
    #[cfg(any(test, feature = "train-names"))]
    pub fn french(body: &'a str) -> Self {
        let text = Text::new(body);
        Self::new(body, &text, &Tokens::new(&text, crate::annotate::languages::french()))
    }

    /// An English text.
    #[cfg(any(test, feature = "train-names"))]
    pub fn english(body: &'a str) -> Self {
        let text = Text::new(body);
        Self::new(body, &text, &Tokens::new(&text, crate::annotate::languages::english()))
    }

    /// The text from the first to the last of two tokens.
    pub fn slice(&self, tokens: (usize, usize)) -> &'a str {
        let (first, last) = (&self.tokens[tokens.0], &self.tokens[tokens.1]);
        work::count(last.end - first.start);
        &self.body[first.byte..last.byte + last.text.len()]
    }

    /// The token at or after a code point; the last one when there is none after.
    pub fn token_at(&self, at: usize) -> usize {
        self.tokens.partition_point(|t| t.end <= at).min(self.tokens.len().saturating_sub(1))
    }

    /// The text of the token at a distance from the token `at`; empty beyond the ends.
    pub fn near(&self, at: usize, n: isize) -> &'a str {
        work::count(1);
        at.checked_add_signed(n).and_then(|at| self.tokens.get(at)).map_or("", |t| t.text)
    }

    /// A mark over the first to the last of two tokens.
    pub fn mark(&self, tokens: (usize, usize), kind: EntityKind, confidence: f32) -> Marked {
        let span = Span { start: self.tokens[tokens.0].start, end: self.tokens[tokens.1].end };
        let (first, last) = (&self.tokens[tokens.0], &self.tokens[tokens.1]);
        Marked::new(span, (first.byte, last.byte + last.text.len()), tokens, kind, confidence)
    }

    /// The text of a mark.
    pub fn printed(&self, mark: &Marked) -> &'a str {
        work::count(mark.bytes.1 - mark.bytes.0);
        &self.body[mark.bytes.0..mark.bytes.1]
    }

    /// A mark over words, which may be parts of a token (`Paris-Nice`).
    pub fn mark_words(&self, first: usize, words: usize, kind: EntityKind, confidence: f32) -> Marked {
        let mut span = Span { start: self.words[first].span.start, end: self.words[first + words - 1].span.end };
        let tokens = (self.token_at(span.start), self.token_at(span.end.saturating_sub(1)));
        // The full stop of `U.S.` or `Inc.` belongs to the name, although to no word.
        let last = &self.tokens[tokens.1];
        let dot = usize::from(last.end == span.end + 1 && last.text.ends_with('.'));
        span.end += dot;
        let bytes = (self.words[first].bytes.0, self.words[first + words - 1].bytes.1 + dot);
        Marked::new(span, bytes, tokens, kind, confidence)
    }

    /// The text of a word.
    pub fn word(&self, at: usize) -> &'a str {
        let (start, end) = self.words[at].bytes;
        &self.body[start..end]
    }
}

impl Marked {
    fn new(span: Span, bytes: (usize, usize), tokens: (usize, usize), kind: EntityKind, confidence: f32) -> Self {
        Self {
            span,
            bytes,
            tokens,
            kind,
            mention: MentionKind::Name,
            confidence,
            kinds: only(kind, confidence),
            known: None,
            stored: Arc::default(),
        }
    }
}

/// The probabilities of a name that has one kind for sure.
fn only(kind: EntityKind, confidence: f32) -> [f32; KINDS.len()] {
    KINDS.map(|(other, _)| if other == kind { confidence } else { 0.0 })
}

/// Whether two spans share a character.
pub fn overlap(a: Span, b: Span) -> bool {
    a.start < b.end && b.start < a.end
}

/// The sorted marks without overlaps that share a character with a span.
pub fn overlapping(marks: &[Marked], span: Span) -> &[Marked] {
    let from = marks.partition_point(|mark| mark.span.end <= span.start);
    let to = from + marks[from..].partition_point(|mark| mark.span.start < span.end);
    &marks[from..to]
}

/// Adds sorted marks without overlaps, and removes those that overlap one of them.
pub fn replace_overlapping(marks: &mut Vec<Marked>, more: Vec<Marked>) {
    marks.retain(|mark| overlapping(&more, mark.span).is_empty());
    marks.extend(more);
    remove_overlaps(marks);
}

/// Adds the marks of `more` that overlap none of the sorted marks.
pub fn add_without_overlaps(marks: &mut Vec<Marked>, more: Vec<Marked>) {
    let mut added = Vec::new();
    for mark in more {
        let near = marks.partition_point(|m| m.span.end <= mark.span.start);
        if marks.get(near).is_none_or(|m| !overlap(m.span, mark.span)) {
            added.push(mark);
        }
    }
    marks.extend(added);
    remove_overlaps(marks);
}

/// Sorts marks and removes those that overlap an earlier or longer one.
pub fn remove_overlaps(marks: &mut Vec<Marked>) {
    marks.sort_by_key(|m| (m.span.start, std::cmp::Reverse(m.span.end)));
    let mut free = 0;
    marks.retain(|mark| {
        let keep = mark.span.start >= free;
        if keep {
            free = mark.span.end;
        }
        keep
    });
}
