//! Full-text queries as users type them: words, "phrases", `OR` and `-not`.

use std::fmt;

/// Number of newest matches that are ranked by relevance, which is the maximum page size.
pub const MAX_RANKED: usize = 200;

/// Punctuation and symbols that separate words, in queries and in texts. The SQL function `searchable` has the same
/// list.
const SEPARATORS: [(char, char); 41] = [
    ('\0', '/'),
    (':', '@'),
    ('[', '`'),
    ('{', '\u{a9}'),
    ('\u{ab}', '\u{b1}'),
    ('\u{b4}', '\u{b4}'),
    ('\u{b6}', '\u{b8}'),
    ('\u{bb}', '\u{bb}'),
    ('\u{bf}', '\u{bf}'),
    ('\u{d7}', '\u{d7}'),
    ('\u{f7}', '\u{f7}'),
    ('\u{2b9}', '\u{2bf}'),
    ('\u{55a}', '\u{55f}'),
    ('\u{589}', '\u{58a}'),
    ('\u{5be}', '\u{5be}'),
    ('\u{5c0}', '\u{5c0}'),
    ('\u{5c3}', '\u{5c3}'),
    ('\u{5c6}', '\u{5c6}'),
    ('\u{5f3}', '\u{5f4}'),
    ('\u{60c}', '\u{60c}'),
    ('\u{61b}', '\u{61b}'),
    ('\u{61f}', '\u{61f}'),
    ('\u{66a}', '\u{66d}'),
    ('\u{6d4}', '\u{6d4}'),
    ('\u{964}', '\u{965}'),
    ('\u{1680}', '\u{1680}'),
    ('\u{180e}', '\u{180e}'),
    ('\u{2000}', '\u{206f}'),
    ('\u{20a0}', '\u{20cf}'),
    ('\u{2190}', '\u{2bff}'),
    ('\u{2e00}', '\u{2e7f}'),
    ('\u{3000}', '\u{3004}'),
    ('\u{3008}', '\u{3020}'),
    ('\u{3030}', '\u{3030}'),
    ('\u{fe30}', '\u{fe6f}'),
    ('\u{feff}', '\u{ff0f}'),
    ('\u{ff1a}', '\u{ff20}'),
    ('\u{ff3b}', '\u{ff40}'),
    ('\u{ff5b}', '\u{ff65}'),
    ('\u{ffe0}', '\u{ffff}'),
    ('\u{1f000}', '\u{1faff}'),
];

/// The extent of a ranking by relevance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ranked {
    /// Number of matches that were ranked.
    pub considered: usize,
    /// Whether all matches were ranked.
    pub complete: bool,
}

/// Returns whether a character separates words.
pub fn is_separator(c: char) -> bool {
    let after = SEPARATORS.partition_point(|(first, _)| *first <= c);
    after > 0 && c <= SEPARATORS[after - 1].1
}

/// A query in the syntax of `websearch_to_tsquery`, normalised so that Postgres parses it as intended: each operand is a
/// word or a phrase in straight quotation marks, optionally negated by a dash; `OR` separates two operands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search(String);

/// The error of a query without a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("has no word to search for")]
pub struct NoWord;

enum Token {
    Or,
    Operand { negated: bool, words: Vec<String> },
}

impl Search {
    /// Parses a query. Curly quotation marks and « guillemets » also delimit phrases. Words joined by a hyphen, an apostrophe
    /// or a slash (`Saint-Denis`, `O’Brien`, `AC/DC`) form a phrase. An unpaired quotation mark is ignored.
    ///
    /// # Errors
    /// When the query has no word.
    pub fn parse(given: &str) -> Result<Self, NoWord> {
        let mut tokens = Vec::new();
        let mut rest = given;
        while let Some(c) = rest.chars().next() {
            rest = match c {
                '-' => parse_negated(rest, &mut tokens),
                _ if is_quotation_mark(c) => parse_phrase(rest, false, &mut tokens),
                _ if is_separator(c) => &rest[c.len_utf8()..],
                _ => parse_word(rest, false, &mut tokens),
            };
        }
        let text = format_tokens(tokens);
        if text.is_empty() { Err(NoWord) } else { Ok(Self(text)) }
    }

    /// Returns the query in the syntax of `websearch_to_tsquery`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Search {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_quotation_mark(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '‟' | '«' | '»')
}

/// Parses after a dash: it negates a word or a phrase, and is punctuation before a space.
fn parse_negated<'a>(given: &'a str, tokens: &mut Vec<Token>) -> &'a str {
    let rest = given.trim_start_matches('-');
    match rest.chars().next() {
        Some(c) if is_quotation_mark(c) => parse_phrase(rest, true, tokens),
        Some(c) if !is_separator(c) => parse_word(rest, true, tokens),
        _ => rest,
    }
}

/// Parses a phrase up to the next quotation mark of any kind.
fn parse_phrase<'a>(given: &'a str, negated: bool, tokens: &mut Vec<Token>) -> &'a str {
    let inside = given.trim_start_matches(is_quotation_mark);
    match inside.find(is_quotation_mark) {
        Some(end) => {
            push_operand(&inside[..end], negated, tokens);
            inside[end..].trim_start_matches(is_quotation_mark)
        }
        None => inside,
    }
}

/// Parses a word up to the next space or quotation mark.
fn parse_word<'a>(given: &'a str, negated: bool, tokens: &mut Vec<Token>) -> &'a str {
    let end = given.find(|c: char| c.is_whitespace() || is_quotation_mark(c)).unwrap_or(given.len());
    let (word, rest) = given.split_at(end);
    if word == "OR" && !negated {
        tokens.push(Token::Or);
    } else {
        push_operand(word, negated, tokens);
    }
    rest
}

fn push_operand(text: &str, negated: bool, tokens: &mut Vec<Token>) {
    let words: Vec<_> = text.split(is_separator).filter(|word| !word.is_empty()).map(str::to_owned).collect();
    if !words.is_empty() {
        tokens.push(Token::Operand { negated, words });
    }
}

/// Formats the tokens as a query. `OR` without operands on both sides becomes a word.
fn format_tokens(tokens: Vec<Token>) -> String {
    let mut text = String::new();
    let mut after_operand = false;
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        if !text.is_empty() {
            text.push(' ');
        }
        match token {
            Token::Or if after_operand && matches!(tokens.peek(), Some(Token::Operand { .. })) => {
                text.push_str("OR");
                after_operand = false;
            }
            Token::Or => {
                text.push_str("\"OR\"");
                after_operand = true;
            }
            Token::Operand { negated, words } => {
                if negated {
                    text.push('-');
                }
                match &words[..] {
                    // Postgres reads `or` in any case as the operator.
                    [word] if !word.eq_ignore_ascii_case("or") => text.push_str(word),
                    words => text.extend(["\"", &words.join(" "), "\""]),
                }
                after_operand = true;
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn assert_parses_as(given: &str, expected: &str) {
        assert_eq!(Search::parse(given).map(|search| search.to_string()), Ok(expected.to_owned()), "{given}");
    }

    #[test]
    fn separators_are_in_order() {
        assert!(SEPARATORS.iter().all(|(first, last)| first <= last));
        assert!(SEPARATORS.windows(2).all(|pair| pair[0].1 < pair[1].0));
    }

    #[test]
    fn words_phrases_or_and_not_are_parsed() {
        assert_parses_as("port  lundi", "port lundi");
        assert_parses_as("\"le port\" OR -lundi", "\"le port\" OR -lundi");
        assert_parses_as("-\"le port\"", "-\"le port\"");
    }

    #[test]
    fn all_kinds_of_quotation_marks_delimit_a_phrase() {
        for given in ["“le port”", "«\u{a0}le port\u{202f}»", "„le port“", "\"le port”"] {
            assert_parses_as(given, "\"le port\"");
        }
        assert_parses_as("-« le port »", "-\"le port\"");
        assert_parses_as("port « lundi", "port lundi");
        assert_parses_as("\"port\"", "port");
        assert_parses_as("\"\" port", "port");
    }

    #[test]
    fn words_joined_by_punctuation_are_a_phrase() {
        assert_parses_as("Saint-Denis", "\"Saint Denis\"");
        assert_parses_as("l'Équipe L’Équipe", "\"l Équipe\" \"L Équipe\"");
        assert_parses_as("-saint-denis", "-\"saint denis\"");
        assert_parses_as("AC/DC, R&D!", "\"AC DC\" \"R D\"");
        assert_parses_as("C++ (3.14)", "C \"3 14\"");
    }

    #[test]
    fn only_upper_case_or_between_operands_is_an_operator() {
        assert_parses_as("or", "\"or\"");
        assert_parses_as("mine d'or", "mine \"d or\"");
        assert_parses_as("OR port", "\"OR\" port");
        assert_parses_as("port OR", "port \"OR\"");
        assert_parses_as("port OR OR lundi", "port \"OR\" OR lundi");
        assert_parses_as("-OR", "-\"OR\"");
    }

    #[test]
    fn a_dash_before_a_space_is_punctuation() {
        assert_parses_as("port - lundi", "port lundi");
        assert_parses_as("--port", "-port");
        assert_parses_as("port -'", "port");
    }

    #[test]
    fn punctuation_alone_is_not_a_query() {
        for given in ["", "\"", "\"\"", "«»", "!", "& | ! <-> ( )", "\\", "\u{a0}", "😀", &"-".repeat(500)] {
            assert_eq!(Search::parse(given), Err(NoWord), "{given}");
        }
    }

    proptest! {
        #[test]
        fn a_formatted_query_parses_to_itself(given in "([-\"«»a-zA-Z0-9é’'&|!<>():*\\\\ ]|OR|\\PC){0,60}") {
            if let Ok(search) = Search::parse(&given) {
                let text = search.as_str();
                prop_assert_eq!(Search::parse(text), Ok(search.clone()));
                prop_assert_eq!(text.matches('"').count() % 2, 0);
                prop_assert!(text.chars().all(|c| matches!(c, ' ' | '"' | '-') || !is_separator(c)), "{}", text);
                let has_word = given.chars().any(|c| !is_separator(c));
                prop_assert!(has_word);
            }
        }

        #[test]
        fn no_word_is_lost(words in prop::collection::vec("[a-zé]{1,8}", 1..20), marks in "[-'’\"«».,/ ]{1,3}") {
            let search = Search::parse(&words.join(&marks)).unwrap();
            let read: Vec<_> = search.as_str().split(is_separator).filter(|word| !word.is_empty()).collect();
            prop_assert_eq!(read, words);
        }
    }
}
