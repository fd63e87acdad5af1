//! How many texts a query matches, judged by how many have each of its lexemes.

use std::collections::BTreeSet;

/// The part of all texts, 0 to 1, that matches a tsquery as Postgres spells it; `frequency` is that of a lexeme.
///
/// Words that stand together in a query stand together in texts: theirs is taken to lie between what they would have
/// if they were independent and what the rarer has by itself.
pub fn estimate(query: &str, frequency: &impl Fn(&str) -> f64) -> f64 {
    read(query, &Estimate(frequency)).clamp(0.0, 1.0)
}

/// The part of all texts, 0 to 1, that matches a tsquery at least, however its words stand beside each other.
pub fn at_least(query: &str, frequency: &impl Fn(&str) -> f64) -> f64 {
    read(query, &Bounds(frequency)).0
}

/// The lexemes of a tsquery without each of which no text matches. None of a query that is spelled otherwise than is known here.
pub fn needed(query: &str) -> BTreeSet<String> {
    let mut parser = Parser { rest: query, meaning: &Needed };
    let needed = parser.any();
    if parser.rest.trim().is_empty() { needed } else { BTreeSet::new() }
}

/// The lexemes of a tsquery as Postgres spells it.
pub fn lexemes(query: &str) -> Vec<String> {
    let mut parser = Parser { rest: query, meaning: &Needed };
    let mut found = Vec::new();
    while let Some(quote) = parser.rest.find('\'') {
        parser.rest = &parser.rest[quote..];
        found.push(parser.lexeme());
    }
    found
}

fn read<M: Meaning>(query: &str, meaning: &M) -> M::Of {
    Parser { rest: query, meaning }.any()
}

/// What a tsquery means, made of what its parts mean.
trait Meaning {
    type Of;

    fn lexeme(&self, lexeme: String) -> Self::Of;
    fn not(&self, one: Self::Of) -> Self::Of;
    fn and(&self, one: Self::Of, other: Self::Of) -> Self::Of;
    fn or(&self, one: Self::Of, other: Self::Of) -> Self::Of;

    /// One word after another.
    fn beside(&self, one: Self::Of, other: Self::Of) -> Self::Of {
        self.and(one, other)
    }
}

struct Estimate<'a, F>(&'a F);

impl<F: Fn(&str) -> f64> Meaning for Estimate<'_, F> {
    type Of = f64;

    fn lexeme(&self, lexeme: String) -> f64 {
        (self.0)(&lexeme)
    }

    fn not(&self, one: f64) -> f64 {
        1.0 - one
    }

    fn and(&self, one: f64, other: f64) -> f64 {
        one.min(other) * one.max(other).sqrt()
    }

    fn or(&self, one: f64, other: f64) -> f64 {
        one + other - one * other
    }
}

/// The least part and the greatest.
struct Bounds<'a, F>(&'a F);

impl<F: Fn(&str) -> f64> Meaning for Bounds<'_, F> {
    type Of = (f64, f64);

    fn lexeme(&self, lexeme: String) -> (f64, f64) {
        let part = (self.0)(&lexeme);
        (part, part)
    }

    fn not(&self, (least, most): (f64, f64)) -> (f64, f64) {
        (1.0 - most, 1.0 - least)
    }

    fn and(&self, one: (f64, f64), other: (f64, f64)) -> (f64, f64) {
        ((one.0 + other.0 - 1.0).max(0.0), one.1.min(other.1))
    }

    fn or(&self, one: (f64, f64), other: (f64, f64)) -> (f64, f64) {
        (one.0.max(other.0), (one.1 + other.1).min(1.0))
    }

    /// They may stand in the same texts, and never there beside each other.
    fn beside(&self, one: (f64, f64), other: (f64, f64)) -> (f64, f64) {
        (0.0, one.1.min(other.1))
    }
}

struct Needed;

impl Meaning for Needed {
    type Of = BTreeSet<String>;

    fn lexeme(&self, lexeme: String) -> BTreeSet<String> {
        BTreeSet::from([lexeme])
    }

    fn not(&self, _: BTreeSet<String>) -> BTreeSet<String> {
        BTreeSet::new()
    }

    fn and(&self, one: BTreeSet<String>, other: BTreeSet<String>) -> BTreeSet<String> {
        &one | &other
    }

    fn or(&self, one: BTreeSet<String>, other: BTreeSet<String>) -> BTreeSet<String> {
        &one & &other
    }
}

struct Parser<'a, M> {
    rest: &'a str,
    meaning: &'a M,
}

impl<M: Meaning> Parser<'_, M> {
    fn any(&mut self) -> M::Of {
        let mut all = self.all();
        while self.skip("|") {
            let other = self.all();
            all = self.meaning.or(all, other);
        }
        all
    }

    fn all(&mut self) -> M::Of {
        let mut one = self.one();
        loop {
            if self.skip("&") {
                let other = self.one();
                one = self.meaning.and(one, other);
            } else if self.skip_distance() {
                let other = self.one();
                one = self.meaning.beside(one, other);
            } else {
                return one;
            }
        }
    }

    fn one(&mut self) -> M::Of {
        if self.skip("!") {
            let one = self.one();
            return self.meaning.not(one);
        }
        if self.skip("(") {
            let inner = self.any();
            self.skip(")");
            return inner;
        }
        let lexeme = self.lexeme();
        self.meaning.lexeme(lexeme)
    }

    /// A lexeme between single quotes, in which quotes and backslashes are doubled.
    fn lexeme(&mut self) -> String {
        let mut lexeme = String::new();
        let mut chars = self.rest.char_indices().skip(1).peekable();
        let mut end = self.rest.len();
        while let Some((at, c)) = chars.next() {
            if matches!(c, '\'' | '\\') && chars.next_if(|(_, next)| *next == c).is_none() {
                end = at + 1;
                break;
            }
            lexeme.push(c);
        }
        self.rest = &self.rest[end..];
        lexeme
    }

    fn skip(&mut self, mark: &str) -> bool {
        let rest = self.rest.trim_start();
        match rest.strip_prefix(mark) {
            Some(after) => {
                self.rest = after.trim_start();
                true
            }
            None => false,
        }
    }

    /// `<->`, `<2>`: one word after another.
    fn skip_distance(&mut self) -> bool {
        let Some((_, after)) = self.rest.trim_start().strip_prefix('<').and_then(|rest| rest.split_once('>')) else {
            return false;
        };
        self.rest = after.trim_start();
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn assert_estimates(query: &str, expected: f64) {
        let frequency = |lexeme: &str| match lexeme {
            "half" => 0.5,
            "quarter" => 0.25,
            "o'b\\c" => 0.1,
            _ => 0.0,
        };
        assert!((estimate(query, &frequency) - expected).abs() < 1e-9, "{query}: {}", estimate(query, &frequency));
    }

    #[test]
    fn operators_bind_as_postgres_has_them() {
        assert_estimates("'half'", 0.5);
        assert_estimates("!'quarter'", 0.75);
        assert_estimates("'half' | 'quarter'", 0.625);
        assert_estimates("'quarter' & 'quarter'", 0.125);
        assert_estimates("'quarter' <-> 'quarter'", 0.125);
        assert_estimates("'quarter' <2> 'quarter' | 'half'", 0.5625);
        assert_estimates("!( 'half' <-> 'none' ) & 'half'", 0.5);
        assert_estimates("'none' & 'half'", 0.0);
    }

    #[test]
    fn words_that_overlap_as_little_as_they_can_match_at_least_that() {
        let frequency = |lexeme: &str| if lexeme == "most" { 0.8 } else { 0.3 };
        for (query, least) in [
            ("'most'", 0.8),
            ("'most' | 'some'", 0.8),
            ("'most' & 'most'", 0.6),
            ("'most' & 'some'", 0.1),
            ("'some' & 'some'", 0.0),
            ("'most' <-> 'most'", 0.0),
            ("!'some'", 0.7),
            ("'most' & !( 'some' | 'some' )", 0.2),
        ] {
            assert!((at_least(query, &frequency) - least).abs() < 1e-9, "{query}: {}", at_least(query, &frequency));
        }
    }

    #[test]
    fn a_text_that_matches_has_all_that_is_needed() {
        for (query, words) in [
            ("'half'", vec!["half"]),
            ("'some' & 'half'", vec!["half", "some"]),
            ("'some' <2> 'half'", vec!["half", "some"]),
            ("'some' | 'half'", vec![]),
            ("'some' & 'half' | 'half' & 'most'", vec!["half"]),
            ("'half' & ( 'some' | 'most' )", vec!["half"]),
            ("'half' & !'some' & !( 'most' <-> 'none' )", vec!["half"]),
            ("!!'half'", vec![]),
            ("'half':*", vec![]),
            ("'half':A | 'some'", vec![]),
        ] {
            assert_eq!(needed(query).into_iter().collect::<Vec<_>>(), words, "{query}");
        }
    }

    #[test]
    fn lexemes_are_told_from_what_stands_between_them() {
        assert_eq!(lexemes("!( 'half' <-> 'o''b\\\\c' ) | 'é':AB"), ["half", "o'b\\c", "é"]);
        assert_eq!(lexemes(""), [""; 0]);
    }

    #[test]
    fn a_lexeme_may_hold_quotes_and_backslashes() {
        assert_estimates("'o''b\\\\c'", 0.1);
    }

    proptest! {
        #[test]
        fn no_query_breaks_it(query in "[a-z'&|!<>()\\\\ 0-9]{0,40}") {
            let part = estimate(&query, &|_| 0.5);
            prop_assert!((0.0..=1.0).contains(&part));
            prop_assert!((0.0..=1.0).contains(&at_least(&query, &|_| 0.5)));
        }
    }
}
