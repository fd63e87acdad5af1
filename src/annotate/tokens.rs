//! Splits a text into words, punctuation marks and line breaks, with the properties of each word.

use super::Span;
use super::languages::{Info, Language, Phrase};
use super::text::Text;
use super::work;

/// The kinds of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Word,
    /// A single punctuation mark or symbol.
    Mark(char),
    /// One or more line breaks.
    Break,
    /// A quotation, by its index. It replaces the tokens inside the quotation.
    Quoted(usize),
}

/// One token of the body.
#[derive(Debug, Clone, Copy)]
pub struct Token {
    pub span: Span,
    pub kind: Kind,
    /// Whether the word starts with a capital letter.
    pub is_capitalized: bool,
    /// Whether a quotation ends with a comma, which also separates the words around it.
    pub ends_with_comma: bool,
    pub info: Info,
    /// Byte range of the word in [`Tokens::letters`].
    lower: (usize, usize),
}

/// The tokens of a body.
#[derive(Debug, Clone)]
pub struct Tokens {
    pub list: Vec<Token>,
    /// All words in lower case, without separators.
    letters: String,
}

impl Tokens {
    /// Tokenizes a text, in time linear in its length.
    pub fn new(text: &Text, language: &Language) -> Self {
        let tokens = Tokens { list: Vec::with_capacity(text.len() / 5), letters: String::new() };
        let Tokens { mut list, letters } = Tokenizer { text, language, tokens }.run();
        set_phrase_properties(&mut list, &letters, language);
        Tokens { list, letters }
    }

    /// The words within a span.
    pub fn words_in(&self, span: Span) -> impl Iterator<Item = &Token> {
        let from = self.list.partition_point(|token| token.span.start < span.start);
        self.list[from..].iter().take_while(move |token| token.span.end <= span.end).filter(|token| token.is_word())
    }

    /// The word at `at` in lower case; empty for other tokens and outside the list.
    pub fn word(&self, at: usize) -> &str {
        work::count(1);
        self.list.get(at).map_or("", |token| self.lowercase(token))
    }

    /// A token of this list in lower case; empty unless it is a word.
    pub fn lowercase(&self, token: &Token) -> &str {
        token.lowercase_in(&self.letters)
    }

    /// A copy with another list of tokens, for example one in which quotations are replaced.
    pub fn with_list(&self, list: Vec<Token>) -> Self {
        Self { list, letters: self.letters.clone() }
    }

    /// The kind of the token at `at`; a break outside the list.
    pub fn kind(&self, at: usize) -> Kind {
        work::count(1);
        self.list.get(at).map_or(Kind::Break, |token| token.kind)
    }

    /// The properties of the token at `at`; none outside the list.
    pub fn info(&self, at: usize) -> Info {
        work::count(1);
        self.list.get(at).map_or(Info::default(), |token| token.info)
    }

    /// Whether a clause is parted at `at`: a comma, or a quotation that ends with one.
    pub fn is_comma(&self, at: usize) -> bool {
        self.is_mark(at, ',') || self.list.get(at).is_some_and(|token| token.ends_with_comma)
    }

    /// Whether the token at `at` is a word with a capital letter.
    pub fn is_capitalized(&self, at: usize) -> bool {
        self.list.get(at).is_some_and(|token| token.is_capitalized)
    }

    /// The length of the token at `at` in code points.
    pub fn length(&self, at: usize) -> usize {
        self.list.get(at).map_or(0, |token| token.span.end - token.span.start)
    }

    /// Whether the token at `at` is the punctuation mark `mark`.
    pub fn is_mark(&self, at: usize, mark: char) -> bool {
        self.kind(at) == Kind::Mark(mark)
    }
}

impl Token {
    /// A token that replaces those of a quotation.
    pub fn quoted(span: Span, index: usize) -> Self {
        Self {
            span,
            kind: Kind::Quoted(index),
            is_capitalized: false,
            ends_with_comma: false,
            info: Info::default(),
            lower: (0, 0),
        }
    }

    /// Its part of [`Tokens::letters`].
    fn lowercase_in<'a>(&self, letters: &'a str) -> &'a str {
        &letters[self.lower.0..self.lower.1]
    }

    /// Whether it is a word.
    pub fn is_word(&self) -> bool {
        self.kind == Kind::Word
    }
}

struct Tokenizer<'a> {
    text: &'a Text,
    language: &'a Language,
    tokens: Tokens,
}

/// Maximum length of an elided word such as `lorsqu'`, in code points.
const MAX_ELIDED: usize = 6;

/// Hyphens, apostrophes and dots join words up to this length in code points, which bounds the work on one token.
const MAX_JOINED: usize = 120;

impl Tokenizer<'_> {
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
            } else if c == '\'' && self.is_possessive_s(at) {
                at += 2;
                self.push(start, at, Kind::Word);
            } else {
                at += 1;
                self.push(start, at, Kind::Mark(c));
            }
        }
        self.tokens
    }

    /// The end of the word that starts at `start`: letters and digits, joined by hyphens, apostrophes, and the dots of
    /// `U.S.`, `a.m.` and `3.5`.
    fn word_end(&self, start: usize) -> usize {
        let text = self.text;
        let mut at = start;
        loop {
            while text.at(at).is_alphanumeric() || is_joiner(text.at(at)) {
                at += 1;
            }
            let (here, next, last) = (text.at(at), text.at(at + 1), text.before(at));
            let digits = last.is_ascii_digit() && next.is_ascii_digit();
            let letter = |at: usize| text.at(at).is_alphabetic() && !text.at(at + 1).is_alphanumeric();
            let single = at == start + 1 || at >= start + 2 && text.at(at - 2) == '.';
            let initials = here == '.' && single && last.is_alphabetic() && letter(at + 1) && text.at(at + 2) == '.';
            let joined = match here {
                '-' | '\u{2011}' => next.is_alphanumeric(),
                '\'' => next.is_alphabetic() && !self.is_elision(start, at) && !self.is_possessive_s(at),
                '.' | ',' | ':' => digits || initials,
                '&' => last.is_uppercase() && next.is_uppercase(),
                _ => false,
            };
            if joined && at - start < MAX_JOINED {
                at += 1;
                continue;
            }
            if here == '\'' && self.is_elision(start, at) && (next.is_alphabetic() || next == ' ') {
                return at + 1;
            }
            let dotted = here == '.' && last.is_alphabetic() && at >= start + 3 && text.at(at - 2) == '.';
            return if dotted { at + 1 } else { at };
        }
    }

    fn is_elision(&self, start: usize, at: usize) -> bool {
        if at - start > MAX_ELIDED {
            return false;
        }
        let letters: String = self.text.lower()[start..at].iter().collect();
        self.language.is_elided(&letters)
    }

    /// An English possessive `'s` at `at`.
    fn is_possessive_s(&self, at: usize) -> bool {
        !self.language.is_french()
            && self.text.lower().get(at + 1) == Some(&'s')
            && !self.text.at(at + 2).is_alphanumeric()
            && self.text.before(at).is_alphanumeric()
    }

    /// Adds a word. A word that ends with an inverted subject (`a-t-il`, `dit-elle`) becomes two tokens.
    fn push_word(&mut self, start: usize, end: usize) {
        if self.language.is_french() && self.text.plain()[start..end].contains(&'-') {
            let letters: String = self.text.lower()[start..end].iter().collect();
            if let Some(ending) = self.language.inverted_ending(&letters) {
                let cut = end - ending.chars().count();
                self.push(start, cut, Kind::Word);
                self.push(cut, end, Kind::Word);
                return;
            }
        }
        self.push(start, end, Kind::Word);
    }

    fn push(&mut self, start: usize, end: usize, kind: Kind) {
        let from = self.tokens.letters.len();
        let mut info = Info::default();
        if kind == Kind::Word {
            self.tokens.letters.extend(&self.text.lower()[start..end]);
            info = self.language.info(&self.tokens.letters[from..]);
        }
        self.tokens.list.push(Token {
            span: Span { start, end },
            kind,
            is_capitalized: kind == Kind::Word && self.text.at(start).is_uppercase(),
            ends_with_comma: false,
            info,
            lower: (from, self.tokens.letters.len()),
        });
    }
}

/// Sets the properties of words that belong to a fixed phrase, such as `par ailleurs`.
fn set_phrase_properties(list: &mut [Token], letters: &str, language: &Language) {
    let mut at = 0;
    while at < list.len() {
        let phrases = if list[at].is_word() { language.phrases(list[at].lowercase_in(letters)) } else { &[] };
        let fits = |phrase: &&Phrase| {
            let found = list.get(at + 1..at + 1 + phrase.rest.len());
            found.is_some_and(|found| {
                found.iter().zip(&phrase.rest).all(|(token, wanted)| token.lowercase_in(letters) == wanted)
            })
        };
        let Some(phrase) = phrases.iter().find(fits) else {
            at += 1;
            continue;
        };
        let end = at + 1 + phrase.rest.len();
        for token in &mut list[at..end] {
            token.info = phrase.info;
        }
        at = end;
    }
}

/// Whether a character never ends a word: a combining mark, a soft hyphen or a zero-width joiner.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{ad}' | '\u{200d}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotate::languages;

    fn words(body: &str, language: &Language) -> Vec<String> {
        let tokens = Tokens::new(&Text::new(body), language);
        tokens.list.iter().filter(|t| t.is_word()).map(|t| tokens.lowercase(t).to_owned()).collect()
    }

    #[test]
    fn french_elisions_and_inverted_subjects_are_separate_tokens() {
        assert_eq!(
            words("qu’a-t-il dit aujourd'hui", languages::french()),
            ["qu'", "a", "-t-il", "dit", "aujourd'hui"]
        );
        assert_eq!(words("L'arc-en-ciel, dit-elle", languages::french()), ["l'", "arc-en-ciel", "dit", "-elle"]);
    }

    #[test]
    fn english_possessives_are_separate_tokens_and_contractions_are_not() {
        assert_eq!(words("Tom's dog didn't", languages::english()), ["tom", "'s", "dog", "didn't"]);
    }

    #[test]
    fn the_words_of_a_phrase_have_the_properties_of_the_phrase() {
        let tokens =
            Tokens::new(&Text::new("Tout d’abord par la mairie, puis par ailleurs d'abord"), languages::french());
        let adverb: Vec<bool> = tokens.list.iter().map(|token| token.info.is_adverb()).collect();
        assert_eq!(adverb, [true, true, true, false, false, false, false, false, true, true, true, true]);
        assert!(tokens.info(3).is_preposition() && !tokens.info(8).is_preposition());
    }

    #[test]
    fn joined_words_have_a_maximum_length() {
        let tokens = Tokens::new(&Text::new(&"ab-".repeat(5_000)), languages::french());
        assert!(tokens.list.iter().all(|token| token.span.end - token.span.start <= MAX_JOINED + 3));
    }

    #[test]
    fn initials_and_numbers_are_one_token() {
        assert_eq!(
            words("the U.S. fell 3.5 to 1,200", languages::english()),
            ["the", "u.s.", "fell", "3.5", "to", "1,200"]
        );
        assert_eq!(
            words("at 8 a.m. Monday, e.g. here.", languages::english()),
            ["at", "8", "a.m.", "monday", "e.g.", "here"]
        );
    }
}
