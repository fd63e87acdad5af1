//! The body as code points, with folded views of the same length.
//!
//! Everything is found in the views and reported in the offsets of the body, so a view never changes a length:
//! one code point of the body is one code point of each view.

use super::Span;

/// A body as code points.
#[derive(Debug, Clone)]
pub struct Text {
    /// Spaces of any width are U+0020, typographic apostrophes `'`; case is kept.
    plain: Vec<char>,
    /// As `plain`, in lower case where that is one code point.
    lower: Vec<char>,
}

impl Text {
    /// Reads a body. Linear in its length.
    pub fn new(body: &str) -> Self {
        let plain: Vec<char> = body.chars().map(fold_plain).collect();
        let lower = plain.iter().map(|&c| lower_one(c)).collect();
        Self { plain, lower }
    }

    /// Length in code points.
    pub fn len(&self) -> usize {
        self.plain.len()
    }

    /// Whether there is no text at all.
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
        self.plain.get(at).copied().unwrap_or('\n')
    }

    /// The code point before `at`, or a line feed at the start.
    pub fn before(&self, at: usize) -> char {
        at.checked_sub(1).map_or('\n', |i| self.at(i))
    }

    /// A span's folded text, case kept.
    pub fn slice(&self, span: Span) -> String {
        let end = span.end.min(self.len());
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

/// Folds spaces and apostrophes, one code point to one.
pub fn fold_plain(c: char) -> char {
    match c {
        '\u{a0}' | '\u{202f}' | '\u{2000}'..='\u{200a}' | '\t' | '\u{3000}' => ' ',
        '\r' | '\u{2028}' | '\u{2029}' | '\u{85}' => '\n',
        '’' | 'ʼ' | '´' | '‛' => '\'',
        _ => c,
    }
}

/// Lower case when that is a single code point, the character itself otherwise.
pub fn lower_one(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) => one,
        _ => c,
    }
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
    fn trimming_stays_inside_the_text() {
        let text = Text::new("  a b  ");
        assert_eq!(text.trim(Span { start: 0, end: 99 }), Span { start: 2, end: 5 });
        assert_eq!(text.trim(Span { start: 9, end: 9 }), Span { start: 7, end: 7 });
    }
}
