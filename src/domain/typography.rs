//! Folds the typography of a text: the same words in another typography have the same folded text.

use super::span::Span;
use memchr::memmem;
use unicode_normalization::char::{decompose_canonical, is_combining_mark};

/// A text with one form for all apostrophes and quotation marks, for all dashes, for ellipses, for the spaces between two words,
/// and for composed and decomposed letters. Spaces next to punctuation are left out.
pub struct Folded {
    text: String,
    /// For each folded character, its byte and the index of the code point that it comes from, in order.
    origins: Vec<(u32, i32)>,
}

impl Folded {
    /// Folds `text`, in time and memory linear in its length.
    pub fn new(text: &str) -> Self {
        let mut folded = Self { text: String::with_capacity(text.len()), origins: Vec::with_capacity(text.len()) };
        let mut space = None;
        for (index, c) in (0..).zip(text.chars()) {
            match c {
                c if c.is_whitespace() => space = space.or(Some(index)),
                '«' | '»' | '“' | '”' | '„' | '‟' | '‹' | '›' | '"' | '″' => {
                    folded.push('\'', index, space.take())
                }
                '’' | '‘' | 'ʼ' | '‛' | '`' | '´' | '′' => folded.push('\'', index, space.take()),
                '-' | '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' => {
                    if !folded.text.ends_with('-') {
                        folded.push('-', index, space);
                    }
                    space = None;
                }
                '…' => (0..3).for_each(|_| folded.push('.', index, space.take())),
                c => decompose_canonical(c, |c| folded.push(c, index, space.take())),
            }
        }
        folded
    }

    fn push(&mut self, c: char, index: i32, space: Option<i32>) {
        if let Some(space) = space
            && is_letter(c)
            && self.text.ends_with(is_letter)
        {
            self.append(' ', space);
        }
        self.append(c, index);
    }

    fn append(&mut self, c: char, index: i32) {
        self.origins.push((u32::try_from(self.text.len()).unwrap_or(u32::MAX), index));
        self.text.push(c);
    }

    /// The first `limit` occurrences of `wanted`, as spans of the original text. With `whole_words`, those that begin or end inside
    /// a word are left out.
    pub fn find(&self, wanted: &Self, whole_words: bool, limit: usize) -> Vec<Span> {
        let length = wanted.text.len();
        if length == 0 {
            return Vec::new();
        }
        let is_allowed = |byte: &usize| {
            !whole_words || !is_inside_word(&self.text, *byte) && !is_inside_word(&self.text, byte + length)
        };
        let bytes = memmem::find_iter(self.text.as_bytes(), &wanted.text).filter(is_allowed);
        bytes.filter_map(|byte| self.origin(byte, byte + length)).take(limit).collect()
    }

    /// The span of the original text at these bytes; `None` if they cut a character that was decomposed.
    fn origin(&self, start: usize, end: usize) -> Option<Span> {
        let (first, after) = (self.place(start), self.place(end));
        let is_cut = |at: usize| {
            let index = |at: usize| self.origins.get(at).map(|(_, index)| *index);
            at > 0 && index(at).is_some() && index(at) == index(at - 1)
        };
        if is_cut(first) || is_cut(after) {
            return None;
        }
        Some(Span { start: self.origins.get(first)?.1, end: self.origins.get(after.checked_sub(1)?)?.1 + 1 })
    }

    /// The place in `origins` of the folded character that begins at `byte`.
    fn place(&self, byte: usize) -> usize {
        self.origins.partition_point(|(at, _)| (*at as usize) < byte)
    }

    /// Whether the text before the code point `start` ends with `before`, and the text from `end` on begins with `after`.
    pub fn has_context(&self, start: i32, end: i32, before: &Self, after: &Self) -> bool {
        let (left, right) = (&self.text[..self.byte(start)], &self.text[self.byte(end)..]);
        left.trim_end().ends_with(before.text.trim()) && right.trim_start().starts_with(after.text.trim())
    }

    /// The byte of the first folded character that comes from the code point `index` or a later one.
    fn byte(&self, index: i32) -> usize {
        let place = self.origins.partition_point(|(_, origin)| *origin < index);
        self.origins.get(place).map_or(self.text.len(), |(byte, _)| *byte as usize)
    }
}

impl PartialEq for Folded {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}

/// True for a letter or a digit of a script that has spaces between words. In Chinese, Japanese, Thai, Lao, Burmese and Khmer, words
/// cannot be told apart by their letters.
pub fn is_word_letter(c: char) -> bool {
    let is_unspaced = matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}');
    is_letter(c) && !is_unspaced
}

/// Whether there is a letter or digit of one word on both sides of `byte`.
pub fn is_inside_word(text: &str, byte: usize) -> bool {
    text[..byte].ends_with(is_word_letter) && text[byte..].starts_with(is_word_letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_found(text: &str, wanted: &str, expected: &[&str]) {
        let chars: Vec<char> = text.chars().collect();
        let slice = |span: Span| -> String { chars[span.start as usize..span.end as usize].iter().collect() };
        let found = Folded::new(text).find(&Folded::new(wanted), true, 10);
        assert_eq!(found.into_iter().map(slice).collect::<Vec<_>>(), expected, "{text} {wanted}");
    }

    #[test]
    fn words_are_found_in_any_typography() {
        for (text, wanted, found) in [
            ("We stay in the port.", "We stay  in\r\nthe port.", "We stay in the port."),
            ("Il a dit\u{a0}: c’est", "dit: c'est", "dit\u{a0}: c’est"),
            ("Le Se\u{301}nat.", "Sénat", "Se\u{301}nat"),
            ("Le Sénat.", "Se\u{301}nat", "Sénat"),
            ("Le port… rouvre", "port... rouvre", "port… rouvre"),
            ("Le port – fermé – ici", "port -- fermé - ici", "port – fermé – ici"),
            ("le “port” ici", "le «\u{202f}port\u{202f}» ici", "le “port” ici"),
        ] {
            assert_found(text, wanted, &[found]);
        }
    }

    #[test]
    fn parts_of_words_and_of_characters_are_not_found() {
        for (text, wanted) in
            [("Nonobstant", "Non"), ("Orrville", "Orr"), ("Le Sénat", "Se"), ("Le Se\u{301}nat", "Se"), ("a…", "a.")]
        {
            assert_found(text, wanted, &[]);
        }
        assert_found("在北京说", "北京", &["北京"]);
    }
}
