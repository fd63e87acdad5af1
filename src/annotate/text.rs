//! A text as code points, with folded views of the same length.
//!
//! Offsets in a view are offsets in the text: one code point of the text is one code point of each view.

use super::fold::{is_cjk, lower, plain};
use super::{Span, work};

/// A text as code points.
#[derive(Debug, Clone)]
pub struct Text {
    /// With spaces of any width as U+0020 and typographic apostrophes as `'`.
    plain: Vec<char>,
    /// `plain` in lower case, where that is one code point.
    lower: Vec<char>,
}

impl Text {
    /// Folds a text. Linear in its length.
    pub fn new(body: &str) -> Self {
        let plain: Vec<char> = body.chars().map(plain).collect();
        let lower = plain.iter().map(|&c| lower(c)).collect();
        Self { plain, lower }
    }

    /// Length in code points.
    pub fn len(&self) -> usize {
        self.plain.len()
    }

    /// Whether the text is empty.
    pub fn is_empty(&self) -> bool {
        self.plain.is_empty()
    }

    /// The code points with spaces and apostrophes folded.
    pub fn plain(&self) -> &[char] {
        &self.plain
    }

    /// The code points with case folded too.
    pub fn lower(&self) -> &[char] {
        &self.lower
    }

    /// The code point at `at`, or a line feed outside the text.
    pub fn at(&self, at: usize) -> char {
        work::count(1);
        self.plain.get(at).copied().unwrap_or('\n')
    }

    /// The code point before `at`, or a line feed at the start.
    pub fn before(&self, at: usize) -> char {
        at.checked_sub(1).map_or('\n', |i| self.at(i))
    }

    /// A span's folded text, case kept.
    pub fn slice(&self, span: Span) -> String {
        let end = span.end.min(self.len());
        work::count(end.saturating_sub(span.start));
        self.plain[span.start.min(end)..end].iter().collect()
    }

    /// A span without the spaces at its ends.
    pub fn trim(&self, span: Span) -> Span {
        let mut end = span.end.min(self.len());
        let mut start = span.start.min(end);
        while start < end && self.plain[start].is_whitespace() {
            start += 1;
        }
        while end > start && self.plain[end - 1].is_whitespace() {
            end -= 1;
        }
        Span { start, end }
    }
}

/// Counts the words in a span. Words joined by a hyphen or a dot are one; in Chinese and Japanese, two characters are.
pub fn count_words(text: &Text, span: Span) -> usize {
    work::count(span.end - span.start);
    let (mut count, mut ideographs) = (0, 0);
    let mut previous = ' ';
    for &c in &text.plain[span.start..span.end] {
        let joined = previous.is_alphanumeric() || matches!(previous, '-' | '.');
        if is_cjk(c) {
            ideographs += 1;
        } else {
            count += usize::from(c.is_alphanumeric() && !joined);
        }
        previous = c;
    }
    count + ideographs / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views_have_the_length_of_the_body() {
        let body = "L’État\u{a0}: «\u{202f}İstanbul\u{202f}» 🦀";
        let text = Text::new(body);
        assert_eq!(text.len(), body.chars().count());
        assert_eq!(text.lower().len(), text.len());
        assert_eq!(text.slice(Span { start: 0, end: 8 }), "L'État :");
    }

    #[test]
    fn words_joined_by_hyphens_and_dots_are_one() {
        let text = Text::new("L'arc-en-ciel de 3.5 km, ici.");
        assert_eq!(count_words(&text, Span { start: 0, end: text.len() }), 6);
    }

    #[test]
    fn trimming_stays_inside_the_text() {
        let text = Text::new("  a b  ");
        assert_eq!(text.trim(Span { start: 0, end: 99 }), Span { start: 2, end: 5 });
        assert_eq!(text.trim(Span { start: 9, end: 9 }), Span { start: 7, end: 7 });
    }
}
