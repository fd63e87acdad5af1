//! A text cut into words and punctuation marks, as the tagger and the rules read it.

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
    pub fn capital(&self) -> bool {
        self.text.chars().next().is_some_and(char::is_uppercase)
    }

    /// Whether it begins with a letter or digit.
    pub fn word(&self) -> bool {
        self.text.chars().next().is_some_and(char::is_alphanumeric)
    }

    /// Two letters or more, all capitals (dots and digits aside).
    pub fn acronym(&self) -> bool {
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

/// Words that lose their last vowel before another: the apostrophe belongs to them.
const ELIDED: [&str; 19] = [
    "l", "d", "j", "m", "t", "s", "n", "c", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu", "presqu", "quelqu", "entr",
    "dell", "all", "sull",
];

/// Abbreviations that keep their dot and end no sentence.
const ABBREVIATIONS: [&str; 34] = [
    "mr", "mrs", "ms", "dr", "st", "ste", "jr", "sr", "sen", "rep", "gov", "gen", "col", "lt", "sgt", "maj", "capt",
    "cmdr", "adm", "prof", "rev", "hon", "pres", "mm", "mgr", "inc", "corp", "co", "ltd", "bros", "vs", "no", "art",
    "av",
];

/// Words are joined by hyphens, apostrophes and dots up to this length in bytes, so that work on one token is bounded.
const MAX_JOINED: usize = 120;

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | 'ʼ')
}

fn continues(c: char) -> bool {
    c.is_alphanumeric() || c == '\u{ad}' || (!c.is_ascii() && unicode_normalization::char::is_combining_mark(c))
}

struct Cursor<'a> {
    text: &'a str,
    byte: usize,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.byte..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// The character after the next.
    fn second(&self) -> Option<char> {
        self.rest().chars().nth(1)
    }

    fn advance(&mut self, c: char) {
        self.byte += c.len_utf8();
        self.at += 1;
    }

    fn run(&mut self) {
        while let Some(c) = self.peek().filter(|c| continues(*c)) {
            self.advance(c);
        }
    }
}

/// The tokens of a text in order. Linear in its length.
pub fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens: Vec<Token<'_>> = Vec::with_capacity(text.len() / 5);
    let mut cursor = Cursor { text, byte: 0, at: 0 };
    let (mut opens, mut new_line) = (true, true);
    while let Some(first) = cursor.peek() {
        if first.is_whitespace() {
            if first == '\n' {
                (opens, new_line) = (true, true);
            }
            cursor.advance(first);
            continue;
        }
        let (start, byte) = (cursor.at, cursor.byte);
        cursor.advance(first);
        if continues(first) {
            cut_word(&mut cursor, byte);
        } else if is_apostrophe(first) && cursor.peek() == Some('s') && !cursor.second().is_some_and(continues) {
            cursor.advance('s');
        }
        let token = Token { text: &text[byte..cursor.byte], start, end: cursor.at, byte, opens, new_line };
        opens = match token.text {
            "." | "!" | "?" | "…" => true,
            "«" | "“" | "\"" | "»" | "”" | "–" | "—" | "-" | "(" | "[" | ":" => opens || token.text == ":",
            _ => false,
        };
        new_line = false;
        tokens.push(token);
    }
    tokens
}

/// Goes to the end of the word whose first character the cursor has just passed.
fn cut_word(cursor: &mut Cursor<'_>, from: usize) {
    cursor.run();
    loop {
        let word = &cursor.text[from..cursor.byte];
        let (Some(c), second) = (cursor.peek(), cursor.second()) else {
            return;
        };
        let more = second.is_some_and(char::is_alphanumeric);
        let short = word.len() <= 10;
        if word.len() > MAX_JOINED {
            return;
        }
        if matches!(c, '-' | '‑' | '‐') && more {
            cursor.advance(c);
        } else if is_apostrophe(c) && more {
            let lower = if short { word.to_lowercase() } else { String::new() };
            let possessive = second == Some('s') && !cursor.rest().chars().nth(2).is_some_and(continues);
            if ELIDED.contains(&lower.as_str()) {
                return cursor.advance(c);
            } else if possessive {
                return;
            }
            cursor.advance(c);
        } else if c == '.' && short && keeps_dot(word, second) {
            cursor.advance(c);
            if !more && second != Some('-') {
                return;
            }
        } else {
            return;
        }
        cursor.run();
    }
}

/// Whether the dot after a word belongs to it: initials (`J.`, `U.S.`) and abbreviations.
fn keeps_dot(word: &str, second: Option<char>) -> bool {
    let last = word.rsplit(['.', '-']).next().unwrap_or(word);
    let mut letters = last.chars();
    let initial = letters.next().is_some_and(char::is_uppercase) && letters.next().is_none();
    initial && (word.contains('.') || second.is_none_or(|c| c.is_whitespace() || c.is_alphanumeric() || c == '-'))
        || word.chars().next().is_some_and(char::is_uppercase)
            && ABBREVIATIONS.contains(&word.to_lowercase().as_str())
            && second.is_some_and(|c| c.is_whitespace() || c == ',')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<&str> {
        tokens(text).into_iter().map(|t| t.text).collect()
    }

    #[test]
    fn elided_articles_stand_alone() {
        assert_eq!(cut("L’été d'Anne, aujourd'hui"), ["L’", "été", "d'", "Anne", ",", "aujourd'hui"]);
        assert_eq!(cut("O'Hara's dog's"), ["O'Hara", "'s", "dog", "'s"]);
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
        assert_eq!(cut("Sen. Roy left Acme Inc. on"), ["Sen.", "Roy", "left", "Acme", "Inc.", "on"]);
    }

    #[test]
    fn sentences_and_lines_are_marked() {
        let opens: Vec<bool> = tokens("Un. « Deux » trois\nQuatre").iter().map(|t| t.opens).collect();
        assert_eq!(opens, [true, false, true, true, false, false, true]);
    }

    #[test]
    fn offsets_count_code_points() {
        let text = "É’œ 😀 ab";
        let last = *tokens(text).last().unwrap();
        assert_eq!((last.start, last.end, last.text), (6, 8, "ab"));
        assert_eq!(&text[last.byte..], "ab");
    }
}
