//! Searches names with a typo: each word of a query also matches words of names that differ by one letter.

use super::popular_names::PopularNames;
use super::queries::{Matches, NameQuery, Scope, by_trigrams, pattern};
use crate::store::Result;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, Text};
use std::collections::HashMap;

/// Maximum number of characters of a query that are compared by similarity.
const MAX_COMPARED: usize = 80;
/// Minimum length of a corrected word. Shorter words are similar to too many others. The search by trigrams needs longer words.
const MIN_LETTERS: usize = 4;
/// Maximum number of corrections of a word. The most similar ones are used.
const MAX_CORRECTIONS: usize = 40;
/// The same number if several words are unknown.
const MAX_CORRECTIONS_EACH: usize = 6;

/// Finds names with words similar to those of a query.
///
/// Common words are not corrected. Other words that occur in names are corrected only if all words of the query occur in
/// names, because then any of them may be the typo. If nothing matches, words with similar trigrams are searched.
pub(super) fn similar(
    conn: &mut PgConnection,
    popular: &PopularNames,
    key: &str,
    words: &[&str],
    scope: &Scope,
    limit: i32,
) -> Result<Matches> {
    let common_words = popular.common_words(conn)?;
    let long: Vec<&str> = words.iter().copied().filter(|word| word.chars().count() >= MIN_LETTERS).collect();
    let (common, rare): (Vec<_>, Vec<_>) = long.iter().copied().partition(|word| common_words.contains(*word));
    if rare.is_empty() {
        return Ok(Matches::default());
    }
    let longer: Vec<&str> = rare.iter().copied().filter(|word| word.chars().count() > MIN_LETTERS).collect();
    let shortest = longer.iter().map(|word| word.chars().count()).min().unwrap_or(MIN_LETTERS);
    let query = || {
        let query = NameQuery::new("name_key <> ", &key.chars().take(MAX_COMPARED).collect::<String>()).by_similarity();
        common.iter().fold(query, |query, word| query.and("name_key LIKE ", &pattern(word)))
    };
    // A wrong letter changes three trigrams of a word. A word has one more trigram than letters.
    #[allow(clippy::cast_precision_loss, reason = "a few letters")]
    let threshold = (1.0 - 3.0 / (shortest + 1) as f64 - 0.001).max(0.4);
    by_trigrams(conn, threshold, |conn| {
        for alternatives in Corrections::load(conn, &rare)?.attempts(long.len() < words.len()) {
            let query = alternatives.iter().fold(query(), |query, words| query.and_any_word(words));
            let matches = query.load(conn, scope, limit)?;
            if matches.is_truncated || !matches.best.is_empty() {
                return Ok(matches);
            }
        }
        if longer.is_empty() {
            return Ok(Matches::default());
        }
        let query = longer.iter().fold(query(), |query, word| query.and("name_key %> ", word));
        query.load(conn, scope, limit)
    })
}

/// The corrections of the words of a query.
struct Corrections(Vec<WordCorrections>);

struct WordCorrections {
    /// The word itself, if it occurs in a name.
    known: Option<String>,
    /// Words of names that differ by one letter, the most similar first.
    similar: Vec<String>,
}

#[derive(QueryableByName)]
struct SimilarWord {
    #[diesel(sql_type = Text)]
    asked: String,
    #[diesel(sql_type = Text)]
    word: String,
}

impl Corrections {
    fn load(conn: &mut PgConnection, words: &[&str]) -> Result<Self> {
        let sql = format!(
            "SELECT asked.word AS asked, near.word AS word
            FROM unnest($1) AS asked (word)
            CROSS JOIN LATERAL (
                SELECT word FROM name_words WHERE near_words(word) && near_words(asked.word)
                ORDER BY similarity(word, asked.word) DESC, word LIMIT {MAX_CORRECTIONS}
            ) AS near"
        );
        let near: Vec<SimilarWord> = diesel::sql_query(sql).bind::<Array<Text>, _>(words).load(conn)?;
        let mut by_word: HashMap<String, Vec<String>> = HashMap::new();
        for SimilarWord { asked, word } in near {
            by_word.entry(asked).or_default().push(word);
        }
        let word = |asked: &&str| {
            let mut similar = by_word.remove(*asked).unwrap_or_default();
            let index = similar.iter().position(|word| word == asked);
            WordCorrections { known: index.map(|index| similar.remove(index)), similar }
        };
        Ok(Self(words.iter().map(word).collect()))
    }

    /// The attempts, in order. For each word of the query, an attempt has alternatives. A name must contain one of them.
    ///
    /// `try_unchanged` is true if the query also has shorter words, because one of these may be the typo.
    fn attempts(&self, try_unchanged: bool) -> Vec<Vec<Vec<String>>> {
        let Self(words) = self;
        let unknown = words.iter().filter(|word| word.known.is_none()).count();
        let limit = if unknown > 1 { MAX_CORRECTIONS_EACH } else { MAX_CORRECTIONS };
        let alternatives = |word: &WordCorrections| match &word.known {
            Some(known) => vec![known.clone()],
            None => word.similar.iter().take(limit).cloned().collect(),
        };
        let unchanged: Vec<Vec<String>> = words.iter().map(alternatives).collect();
        let mut attempts = Vec::new();
        if try_unchanged || unknown > 0 {
            attempts.push(unchanged.clone());
        }
        // The last word is the shortest, and the most likely to be a typo of another word.
        for (index, word) in words.iter().enumerate().rev().filter(|_| unknown == 0) {
            let mut attempt = unchanged.clone();
            attempt[index].clone_from(&word.similar);
            attempts.push(attempt);
        }
        attempts.retain(|attempt| attempt.iter().all(|words| !words.is_empty()));
        attempts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(known: &str, similar: &[&str]) -> WordCorrections {
        let known = (!known.is_empty()).then(|| known.to_owned());
        WordCorrections { known, similar: similar.iter().map(|word| (*word).to_owned()).collect() }
    }

    fn attempts(words: Vec<WordCorrections>, try_unchanged: bool) -> Vec<String> {
        let attempts = Corrections(words).attempts(try_unchanged);
        attempts
            .iter()
            .map(|attempt| attempt.iter().map(|words| words.join("|")).collect::<Vec<_>>().join(" "))
            .collect()
    }

    #[test]
    fn an_unknown_word_is_the_typo_else_any_word_may_be() {
        let words = || vec![word("vacron", &["vacroy", "vatron"]), word("", &["emmanuel", "emanuele"])];
        assert_eq!(attempts(words(), false), ["vacron emmanuel|emanuele"]);
        let words = || vec![word("vacron", &["vacroy", "vatron"]), word("emmanuel", &["emanuel"])];
        assert_eq!(attempts(words(), false), ["vacron emanuel", "vacroy|vatron emmanuel"]);
    }

    #[test]
    fn known_words_are_tried_unchanged_when_a_shorter_word_may_be_the_typo() {
        let words = || vec![word("falton", &["dalton"])];
        assert_eq!(attempts(words(), true), ["falton", "dalton"]);
        assert_eq!(attempts(words(), false), ["dalton"]);
    }

    #[test]
    fn a_word_without_similar_words_matches_nothing() {
        assert!(attempts(vec![word("vacron", &["vatron"]), word("", &[])], true).is_empty());
        let many: Vec<String> = (0..50).map(|n| n.to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let pairs = Corrections(vec![word("", &many), word("", &many)]).attempts(false);
        assert_eq!(pairs[0].iter().map(Vec::len).collect::<Vec<_>>(), [MAX_CORRECTIONS_EACH; 2]);
        assert!(attempts(vec![word("vacron", &[])], false).is_empty());
    }
}
