//! Words, punctuation and line breaks, with what the lexicon knows of each word.

use super::Span;
use super::lexicon::{Info, Lexicon};
use super::text::Text;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Word,
    /// A single punctuation mark or symbol.
    Mark(char),
    /// One or more line ends.
    Break,
    /// A stretch between quotation marks, by its index; stands for everything in it.
    Quoted(usize),
}

/// One token of the body.
#[derive(Debug, Clone, Copy)]
pub struct Token {
    pub span: Span,
    pub kind: Kind,
    /// Starts with a capital.
    pub capital: bool,
    pub info: Info,
    /// Where its lower-cased letters lie in [`Tokens::letters`], in bytes.
    lower: (usize, usize),
}

/// The tokens of a body.
#[derive(Debug, Clone)]
pub struct Tokens {
    pub list: Vec<Token>,
    /// Whether these are French words.
    pub french: bool,
    letters: String,
}

impl Tokens {
    /// Cuts a text into tokens. Linear in its length.
    pub fn new(text: &Text, lexicon: &Lexicon) -> Self {
        Cutter {
            text,
            lexicon,
            tokens: Tokens { list: Vec::with_capacity(text.len() / 5), french: lexicon.elides, letters: String::new() },
        }
        .run()
    }

    /// The lower-cased letters of the token at `at`; empty outside the list and for what is no word.
    pub fn word(&self, at: usize) -> &str {
        self.list.get(at).map_or("", |token| self.letters_of(token))
    }

    /// The lower-cased letters of a token of this list.
    pub fn letters_of(&self, token: &Token) -> &str {
        &self.letters[token.lower.0..token.lower.1]
    }

    /// The same letters with other tokens: for a list in which quoted stretches were replaced by one token each.
    pub fn with_list(&self, list: Vec<Token>) -> Self {
        Self { list, french: self.french, letters: self.letters.clone() }
    }

    /// What the token at `at` is; a break outside the list.
    pub fn kind(&self, at: usize) -> Kind {
        self.list.get(at).map_or(Kind::Break, |token| token.kind)
    }

    /// What the lexicon knows of the token at `at`; nothing outside the list.
    pub fn info(&self, at: usize) -> Info {
        self.list.get(at).map_or(Info::default(), |token| token.info)
    }

    /// Whether the token at `at` is a word with a capital.
    pub fn capital(&self, at: usize) -> bool {
        self.list.get(at).is_some_and(|token| token.capital)
    }

    /// Whether the token at `at` is that punctuation mark.
    pub fn is_mark(&self, at: usize, mark: char) -> bool {
        self.kind(at) == Kind::Mark(mark)
    }
}

impl Token {
    /// A token that stands for everything between a pair of quotation marks.
    pub fn quoted(span: Span, index: usize) -> Self {
        Self { span, kind: Kind::Quoted(index), capital: false, info: Info::default(), lower: (0, 0) }
    }

    /// Whether it is a word.
    pub fn is_word(&self) -> bool {
        self.kind == Kind::Word
    }
}

struct Cutter<'a> {
    text: &'a Text,
    lexicon: &'a Lexicon,
    tokens: Tokens,
}

/// French words that lose their last vowel before another word.
const ELIDED: [&str; 17] = [
    "l", "d", "j", "m", "t", "s", "c", "n", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu", "presqu", "quelqu", "ç",
    "parce qu",
];

/// Subject pronouns that follow their verb, longest first.
const INVERTED: [&str; 14] = [
    "-t-elles", "-t-elle", "-t-ils", "-t-il", "-t-on", "-elles", "-elle", "-ils", "-il", "-on", "-je", "-nous",
    "-vous", "-tu",
];

impl Cutter<'_> {
    fn run(mut self) -> Tokens {
        let mut at = 0;
        while at < self.text.len() {
            let c = self.text.at(at);
            let start = at;
            if c == '\n' {
                while at < self.text.len() && self.text.at(at).is_whitespace() {
                    at += 1;
                }
                self.push(start, at, Kind::Break);
            } else if c.is_whitespace() {
                at += 1;
            } else if c.is_alphanumeric() {
                at = self.word_end(start);
                self.push_word(start, at);
            } else if c == '\'' && self.suffix_s(at) {
                at += 2;
                self.push(start, at, Kind::Word);
            } else {
                at += 1;
                self.push(start, at, Kind::Mark(c));
            }
        }
        self.tokens
    }

    /// The end of the word that starts at `start`: letters and digits, joined by hyphens, apostrophes inside, and the
    /// dots of `U.S.` and `3.5`.
    fn word_end(&self, start: usize) -> usize {
        let text = self.text;
        let mut at = start;
        loop {
            while text.at(at).is_alphanumeric() || is_joiner(text.at(at)) {
                at += 1;
            }
            let (here, next, last) = (text.at(at), text.at(at + 1), text.before(at));
            let digits = last.is_ascii_digit() && next.is_ascii_digit();
            let initials = here == '.' && last.is_uppercase() && next.is_uppercase() && text.at(at + 2) == '.';
            let joined = match here {
                '-' | '\u{2011}' => next.is_alphanumeric(),
                '\'' => next.is_alphabetic() && !self.elision(start, at) && !self.suffix_s(at),
                '.' | ',' | ':' => digits || initials,
                '&' => last.is_uppercase() && next.is_uppercase(),
                _ => false,
            };
            if joined {
                at += 1;
                continue;
            }
            if here == '\'' && self.elision(start, at) && (next.is_alphabetic() || next == ' ') {
                return at + 1;
            }
            let dotted = here == '.' && last.is_uppercase() && at >= start + 3 && text.at(at - 2) == '.';
            return if dotted { at + 1 } else { at };
        }
    }

    fn elision(&self, start: usize, at: usize) -> bool {
        if !self.lexicon.elides || at - start > 6 {
            return false;
        }
        let letters: String = self.text.lower()[start..at].iter().collect();
        ELIDED.contains(&letters.as_str())
    }

    /// An English possessive `'s` at `at`.
    fn suffix_s(&self, at: usize) -> bool {
        !self.lexicon.elides
            && self.text.lower().get(at + 1) == Some(&'s')
            && !self.text.at(at + 2).is_alphanumeric()
            && self.text.before(at).is_alphanumeric()
    }

    /// Pushes a word, in two when it ends with an inverted subject (`a-t-il`, `dit-elle`).
    fn push_word(&mut self, start: usize, end: usize) {
        if self.lexicon.elides && self.text.plain()[start..end].contains(&'-') {
            let letters: String = self.text.lower()[start..end].iter().collect();
            if let Some(suffix) = INVERTED.iter().find(|suffix| letters.ends_with(**suffix)) {
                let cut = end - suffix.chars().count();
                if cut > start {
                    self.push(start, cut, Kind::Word);
                    self.push(cut, end, Kind::Word);
                    return;
                }
            }
        }
        self.push(start, end, Kind::Word);
    }

    fn push(&mut self, start: usize, end: usize, kind: Kind) {
        let from = self.tokens.letters.len();
        let mut info = Info::default();
        if kind == Kind::Word {
            self.tokens.letters.extend(&self.text.lower()[start..end]);
            info = self.lexicon.info(&self.tokens.letters[from..]);
        }
        self.tokens.list.push(Token {
            span: Span { start, end },
            kind,
            capital: kind == Kind::Word && self.text.at(start).is_uppercase(),
            info,
            lower: (from, self.tokens.letters.len()),
        });
    }
}

/// Combining marks and soft hyphens belong to the word they stand in.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{ad}' | '\u{200d}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(body: &str, lexicon: &Lexicon) -> Vec<String> {
        let tokens = Tokens::new(&Text::new(body), lexicon);
        tokens.list.iter().filter(|t| t.is_word()).map(|t| tokens.letters_of(t).to_owned()).collect()
    }

    #[test]
    fn french_elisions_and_inverted_subjects_are_cut_off() {
        assert_eq!(words("qu’a-t-il dit aujourd'hui", Lexicon::french()), ["qu'", "a", "-t-il", "dit", "aujourd'hui"]);
        assert_eq!(words("L'arc-en-ciel, dit-elle", Lexicon::french()), ["l'", "arc-en-ciel", "dit", "-elle"]);
    }

    #[test]
    fn english_possessives_are_cut_off_and_contractions_kept() {
        assert_eq!(words("Tom's dog didn't", Lexicon::english()), ["tom", "'s", "dog", "didn't"]);
    }

    #[test]
    fn initials_and_numbers_stay_whole() {
        assert_eq!(
            words("the U.S. fell 3.5 to 1,200", Lexicon::english()),
            ["the", "u.s.", "fell", "3.5", "to", "1,200"]
        );
    }
}
