//! How many texts a query matches, judged by how many have each of its lexemes.

/// The part of all texts, 0 to 1, that matches a tsquery as Postgres spells it; `frequency` is that of a lexeme.
///
/// Words that stand together in a query stand together in texts: theirs is taken to lie between what they would have
/// if they were independent and what the rarer has by itself.
pub fn estimate(query: &str, frequency: &impl Fn(&str) -> f64) -> f64 {
    Parser { rest: query, frequency }.any().clamp(0.0, 1.0)
}

/// The part of all texts, 0 to 1, that matches a tsquery at least, however its words stand beside each other.
pub fn at_least(query: &str, frequency: &impl Fn(&str) -> f64) -> f64 {
    Parser { rest: query, frequency }.bounds_of_any().0
}

/// The lexemes of a tsquery as Postgres spells it.
pub fn lexemes(query: &str) -> Vec<String> {
    let mut parser = Parser { rest: query, frequency: &|_: &str| 0.0 };
    let mut found = Vec::new();
    while let Some(quote) = parser.rest.find('\'') {
        parser.rest = &parser.rest[quote..];
        found.push(parser.lexeme());
    }
    found
}

struct Parser<'a, F> {
    rest: &'a str,
    frequency: &'a F,
}

/// The least part and the greatest.
type Bounds = (f64, f64);

impl<F: Fn(&str) -> f64> Parser<'_, F> {
    fn bounds_of_any(&mut self) -> Bounds {
        let mut bounds = self.bounds_of_all();
        while self.skip("|") {
            let (least, most) = self.bounds_of_all();
            bounds = (bounds.0.max(least), (bounds.1 + most).min(1.0));
        }
        bounds
    }

    fn bounds_of_all(&mut self) -> Bounds {
        let mut bounds = self.bounds_of_one();
        loop {
            if self.skip("&") {
                let (least, most) = self.bounds_of_one();
                bounds = ((bounds.0 + least - 1.0).max(0.0), bounds.1.min(most));
            } else if self.skip_distance() {
                // They may stand in the same texts, and never there beside each other.
                bounds = (0.0, bounds.1.min(self.bounds_of_one().1));
            } else {
                return bounds;
            }
        }
    }

    fn bounds_of_one(&mut self) -> Bounds {
        if self.skip("!") {
            let (least, most) = self.bounds_of_one();
            return (1.0 - most, 1.0 - least);
        }
        if self.skip("(") {
            let bounds = self.bounds_of_any();
            self.skip(")");
            return bounds;
        }
        let part = (self.frequency)(&self.lexeme());
        (part, part)
    }

    fn any(&mut self) -> f64 {
        let mut part = self.all();
        while self.skip("|") {
            let other = self.all();
            part = part + other - part * other;
        }
        part
    }

    fn all(&mut self) -> f64 {
        let mut part = self.one();
        while self.skip("&") || self.skip_distance() {
            let other = self.one();
            part = part.min(other) * part.max(other).sqrt();
        }
        part
    }

    fn one(&mut self) -> f64 {
        if self.skip("!") {
            return 1.0 - self.one();
        }
        if self.skip("(") {
            let part = self.any();
            self.skip(")");
            return part;
        }
        (self.frequency)(&self.lexeme())
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
