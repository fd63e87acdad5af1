//! Estimates the selectivity of a `tsquery` from its text form.

/// The estimated fraction of texts, 0 to 1, that match a query. `frequency` returns the fraction of texts with a lexeme.
///
/// Words that occur together in a query often occur together in texts. The fraction of texts with both words is assumed to be
/// between the product of their fractions and the fraction of the rarer word.
pub fn selectivity(query: &str, frequency: &impl Fn(&str) -> f64) -> f64 {
    Parser { rest: query, frequency }.any().clamp(0.0, 1.0)
}

struct Parser<'a, F> {
    rest: &'a str,
    frequency: &'a F,
}

impl<F: Fn(&str) -> f64> Parser<'_, F> {
    fn any(&mut self) -> f64 {
        let mut fraction = self.all();
        while self.skip("|") {
            let other = self.all();
            fraction = fraction + other - fraction * other;
        }
        fraction
    }

    fn all(&mut self) -> f64 {
        let mut fraction = self.one();
        while self.skip("&") || self.skip_distance() {
            let other = self.one();
            fraction = fraction.min(other) * fraction.max(other).sqrt();
        }
        fraction
    }

    fn one(&mut self) -> f64 {
        if self.skip("!") {
            return 1.0 - self.one();
        }
        if self.skip("(") {
            let fraction = self.any();
            self.skip(")");
            return fraction;
        }
        let lexeme = self.lexeme();
        (self.frequency)(&lexeme)
    }

    /// Reads a lexeme between single quotes. Quotes and backslashes in it are doubled.
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

    fn skip(&mut self, operator: &str) -> bool {
        let after = self.rest.trim_start().strip_prefix(operator);
        if let Some(after) = after {
            self.rest = after.trim_start();
        }
        after.is_some()
    }

    /// Skips `<->` or `<2>`: a word at this distance after another word.
    fn skip_distance(&mut self) -> bool {
        let after = self.rest.trim_start().strip_prefix('<').and_then(|rest| rest.split_once('>'));
        if let Some((_, after)) = after {
            self.rest = after.trim_start();
        }
        after.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn assert_selectivity(query: &str, expected: f64) {
        let frequency = |lexeme: &str| match lexeme {
            "half" => 0.5,
            "quarter" => 0.25,
            "o'b\\c" => 0.1,
            _ => 0.0,
        };
        let fraction = selectivity(query, &frequency);
        assert!((fraction - expected).abs() < 1e-9, "{query}: {fraction}");
    }

    #[test]
    fn operators_bind_as_in_postgres() {
        assert_selectivity("'half'", 0.5);
        assert_selectivity("!'quarter'", 0.75);
        assert_selectivity("'half' | 'quarter'", 0.625);
        assert_selectivity("'quarter' & 'quarter'", 0.125);
        assert_selectivity("'quarter' <-> 'quarter'", 0.125);
        assert_selectivity("'quarter' <2> 'quarter' | 'half'", 0.5625);
        assert_selectivity("!( 'half' <-> 'none' ) & 'half'", 0.5);
        assert_selectivity("'none' & 'half'", 0.0);
    }

    #[test]
    fn a_lexeme_may_contain_quotes_and_backslashes() {
        assert_selectivity("'o''b\\\\c'", 0.1);
    }

    proptest! {
        #[test]
        fn any_text_has_a_selectivity(query in "[a-z'&|!<>()\\\\ 0-9]{0,40}") {
            prop_assert!((0.0..=1.0).contains(&selectivity(&query, &|_| 0.5)));
        }
    }
}
