//! The tokens of a text for names: the full stop of an initial or abbreviation belongs to its word.

use crate::annotate::text::Text;
use crate::annotate::tokens::{Kind, Tokens};
use crate::annotate::work;

/// A word, a number or one punctuation mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'a> {
    pub text: &'a str,
    /// Code points of the body, half-open.
    pub start: usize,
    pub end: usize,
    /// Bytes of the body.
    pub byte: usize,
    /// First of its sentence or line.
    pub opens: bool,
    /// A line ends before this token.
    pub new_line: bool,
}

impl Token<'_> {
    /// Whether it begins with a capital letter.
    pub fn is_capitalized(&self) -> bool {
        self.text.chars().next().is_some_and(char::is_uppercase)
    }

    /// Whether it begins with a letter or digit.
    pub fn word(&self) -> bool {
        self.text.chars().next().is_some_and(char::is_alphanumeric)
    }

    /// Two letters or more, all capitals (dots and digits aside).
    pub fn is_acronym(&self) -> bool {
        work::count(self.text.len());
        let mut letters = 0;
        for c in self.text.chars() {
            if c.is_lowercase() {
                return false;
            }
            letters += usize::from(c.is_uppercase());
        }
        letters >= 2
    }
}

/// The tokens of a text for names, from those of the tokenizer. Linear in its length.
pub fn tokens<'a>(body: &'a str, text: &Text, cut: &Tokens) -> Vec<Token<'a>> {
    let mut tokens: Vec<Token<'a>> = Vec::with_capacity(cut.list.len());
    let mut bytes = Bytes { chars: body.char_indices(), next: 0, end: body.len() };
    let (mut opens, mut new_line) = (true, true);
    let mut at = 0;
    while at < cut.list.len() {
        if cut.kind(at) == Kind::Break {
            (opens, new_line) = (true, true);
            at += 1;
            continue;
        }
        let start = cut.list[at].span.start;
        let next = if cut.list[at].is_word() { with_full_stops(text, cut, at) } else { at + 1 };
        let end = cut.list[next - 1].span.end;
        let (byte, end_byte) = (bytes.at(start), bytes.at(end));
        tokens.push(Token { text: &body[byte..end_byte], start, end, byte, opens, new_line });
        opens = match cut.kind(next - 1) {
            Kind::Mark('.') => next - 1 == at,
            Kind::Mark('!' | '?' | '…' | ':') => true,
            Kind::Mark('«' | '“' | '"' | '»' | '”' | '–' | '—' | '-' | '(' | '[') => opens,
            _ => false,
        };
        new_line = false;
        at = next;
    }
    tokens
}

/// The index after a word and the full stops that belong to it: `M.`, `J.-P.`, `Inc.`.
fn with_full_stops(text: &Text, cut: &Tokens, word: usize) -> usize {
    let touches = |at: usize| cut.list[at - 1].span.end == cut.list[at].span.start;
    let mut last = word;
    let mut dotted = false;
    while cut.is_mark(last + 1, '.') && touches(last + 1) && keeps_full_stop(text, cut, last, dotted) {
        let dot = last + 1;
        dotted = true;
        if !(cut.is_mark(dot + 1, '-') && touches(dot + 1) && cut.kind(dot + 2) == Kind::Word && touches(dot + 2)) {
            return dot + 1;
        }
        last = dot + 2;
    }
    last + 1
}

/// Whether the full stop after a word belongs to the word: after an initial or a capitalised abbreviation.
fn keeps_full_stop(text: &Text, cut: &Tokens, word: usize, dotted: bool) -> bool {
    let next = text.at(cut.list[word].span.end + 1);
    let initial = cut.is_capitalized(word) && cut.length(word) == 1;
    initial && (dotted || next.is_whitespace() || next.is_alphanumeric() || next == '-')
        || cut.is_capitalized(word) && cut.info(word).is_abbreviation() && (next == ' ' || next == ',')
}

/// Finds the bytes of ascending offsets in code points.
struct Bytes<'a> {
    chars: std::str::CharIndices<'a>,
    next: usize,
    end: usize,
}

impl Bytes<'_> {
    /// The byte at an offset, which is not before the last one.
    fn at(&mut self, offset: usize) -> usize {
        let skipped = offset.saturating_sub(self.next);
        self.next += skipped;
        for _ in 0..skipped {
            self.chars.next();
        }
        self.chars.clone().next().map_or(self.end, |(byte, _)| byte)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotate::languages::{self, Language};

    fn cut_in<'a>(body: &'a str, language: &Language) -> Vec<Token<'a>> {
        let text = Text::new(body);
        tokens(body, &text, &Tokens::new(&text, language))
    }

    fn cut(body: &str) -> Vec<&str> {
        cut_in(body, languages::french()).into_iter().map(|t| t.text).collect()
    }

    #[test]
    fn elided_articles_stand_alone() {
        assert_eq!(cut("L’été d'Anne, aujourd'hui"), ["L’", "été", "d'", "Anne", ",", "aujourd'hui"]);
        let english: Vec<&str> = cut_in("O'Hara's dog's", languages::english()).iter().map(|t| t.text).collect();
        assert_eq!(english, ["O'Hara", "'s", "dog", "'s"]);
    }

    #[test]
    fn hyphens_join_and_dashes_do_not() {
        assert_eq!(cut("Jean-Luc – lui-même"), ["Jean-Luc", "–", "lui-même"]);
    }

    #[test]
    fn initials_and_abbreviations_keep_their_dot() {
        assert_eq!(
            cut("M. J.-P. Roy vit aux U.S. depuis."),
            ["M.", "J.-P.", "Roy", "vit", "aux", "U.S.", "depuis", "."]
        );
        let english: Vec<&str> =
            cut_in("Sen. Roy left Acme Inc. on", languages::english()).iter().map(|t| t.text).collect();
        assert_eq!(english, ["Sen.", "Roy", "left", "Acme", "Inc.", "on"]);
    }

    #[test]
    fn sentences_and_lines_are_marked() {
        let opens: Vec<bool> =
            cut_in("Un. « Deux » trois\nQuatre", languages::french()).iter().map(|t| t.opens).collect();
        assert_eq!(opens, [true, false, true, true, false, false, true]);
    }

    #[test]
    fn offsets_count_code_points() {
        let text = "É’œ 😀 ab";
        let last = *cut_in(text, languages::french()).last().unwrap();
        assert_eq!((last.start, last.end, last.text), (6, 8, "ab"));
        assert_eq!(&text[last.byte..], "ab");
    }
}
