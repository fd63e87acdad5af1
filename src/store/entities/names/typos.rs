//! Names with a typo: their words are looked up among the words of all names, in which one letter may be wrong.

use super::known::PopularNames;
use super::tiers::{Among, Names, Query, by_trigrams, inside};
use crate::store::Result;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, Text};
use std::collections::HashMap;

/// The code points of the name asked for that are compared by similarity.
const COMPARED: usize = 80;
/// Shorter words may be anything; by their trigrams, so may those of as many letters.
const SHORTEST: usize = 4;
/// As many words are taken for what one may have been meant to be, those that are the most like it; and so many of each where
/// several are no words of names.
const MEANT: usize = 40;
const MEANT_OF_EACH: usize = 6;

/// Names that have words like those of a name. Common ones are taken as they are, and so are others that some name has, unless
/// all are, when one of them may be another word with a typo; at last each may come as near as its trigrams tell.
pub(super) fn similar(
    conn: &mut PgConnection,
    known: &PopularNames,
    key: &str,
    words: &[&str],
    among: &Among,
    most: i32,
) -> Result<Names> {
    let known = known.common_words(conn)?;
    let long: Vec<&str> = words.iter().copied().filter(|word| word.chars().count() >= SHORTEST).collect();
    let (common, rare): (Vec<_>, Vec<_>) = long.iter().copied().partition(|word| known.contains(*word));
    if rare.is_empty() {
        return Ok(Names::default());
    }
    let longer: Vec<&str> = rare.iter().copied().filter(|word| word.chars().count() > SHORTEST).collect();
    let shortest = longer.iter().map(|word| word.chars().count()).min().unwrap_or(SHORTEST);
    let query = || {
        let query = Query::new("name_key <> ", &key.chars().take(COMPARED).collect::<String>()).by_likeness();
        common.iter().fold(query, |query, word| query.and("name_key LIKE ", &inside(word)))
    };
    // A letter that is wrong spoils three of a word's trigrams, which are one more than its letters.
    #[allow(clippy::cast_precision_loss, reason = "a few letters")]
    let threshold = (1.0 - 3.0 / (shortest + 1) as f64 - 0.001).max(0.4);
    by_trigrams(conn, threshold, |conn| {
        for meant in Meant::of(conn, &rare)?.readings(long.len() < words.len()) {
            let query = meant.iter().fold(query(), |query, words| query.and_any(words));
            let names = query.load(conn, among, most)?;
            if names.is_cut || !names.best.is_empty() {
                return Ok(names);
            }
        }
        if longer.is_empty() {
            return Ok(Names::default());
        }
        let query = longer.iter().fold(query(), |query, word| query.and("name_key %> ", word));
        query.load(conn, among, most)
    })
}

/// What words may have been meant to be: of each itself if some name has it, and the words of names that are one letter off.
struct Meant(Vec<Word>);

struct Word {
    itself: Option<String>,
    others: Vec<String>,
}

#[derive(QueryableByName)]
struct Near {
    #[diesel(sql_type = Text)]
    asked: String,
    #[diesel(sql_type = Text)]
    word: String,
}

impl Meant {
    fn of(conn: &mut PgConnection, words: &[&str]) -> Result<Self> {
        let sql = format!(
            "SELECT asked.word AS asked, near.word AS word
            FROM unnest($1) AS asked (word)
            CROSS JOIN LATERAL (
                SELECT word FROM name_words WHERE near_words(word) && near_words(asked.word)
                ORDER BY similarity(word, asked.word) DESC, word LIMIT {MEANT}
            ) AS near"
        );
        let near: Vec<Near> = diesel::sql_query(sql).bind::<Array<Text>, _>(words).load(conn)?;
        let mut meant: HashMap<String, Vec<String>> = HashMap::new();
        for Near { asked, word } in near {
            meant.entry(asked).or_default().push(word);
        }
        let word = |asked: &&str| {
            let mut others = meant.remove(*asked).unwrap_or_default();
            let place = others.iter().position(|word| word == asked);
            Word { itself: place.map(|place| others.remove(place)), others }
        };
        Ok(Self(words.iter().map(word).collect()))
    }

    /// The words that a name must have one of each, in the order in which they are tried. `as_they_are` when there are other
    /// words, in which the typo may be.
    fn readings(&self, as_they_are: bool) -> Vec<Vec<Vec<String>>> {
        let Self(words) = self;
        let unknown = words.iter().filter(|word| word.itself.is_none()).count();
        let most = if unknown > 1 { MEANT_OF_EACH } else { MEANT };
        let meant = |word: &Word| match &word.itself {
            Some(itself) => vec![itself.clone()],
            None => word.others.iter().take(most).cloned().collect(),
        };
        let first: Vec<Vec<String>> = words.iter().map(meant).collect();
        let mut readings = Vec::new();
        if as_they_are || unknown > 0 {
            readings.push(first.clone());
        }
        // The shortest is the last, and the most easily taken for another.
        for (place, word) in words.iter().enumerate().rev().filter(|_| unknown == 0) {
            let mut reading = first.clone();
            reading[place].clone_from(&word.others);
            readings.push(reading);
        }
        readings.retain(|reading| reading.iter().all(|words| !words.is_empty()));
        readings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(itself: &str, others: &[&str]) -> Word {
        let itself = (!itself.is_empty()).then(|| itself.to_owned());
        Word { itself, others: others.iter().map(|word| (*word).to_owned()).collect() }
    }

    fn readings(words: Vec<Word>, as_they_are: bool) -> Vec<String> {
        let readings = Meant(words).readings(as_they_are);
        readings
            .iter()
            .map(|reading| reading.iter().map(|words| words.join("|")).collect::<Vec<_>>().join(" "))
            .collect()
    }

    #[test]
    fn words_that_no_name_has_are_typos_or_else_one_of_the_others() {
        let words = || vec![word("macron", &["macroy", "matron"]), word("", &["emmanuel", "emanuele"])];
        assert_eq!(readings(words(), false), ["macron emmanuel|emanuele"]);
        let words = || vec![word("macron", &["macroy", "matron"]), word("emmanuel", &["emanuel"])];
        assert_eq!(readings(words(), false), ["macron emanuel", "macroy|matron emmanuel"]);
    }

    #[test]
    fn words_that_names_have_are_taken_as_they_are_where_shorter_ones_may_be_wrong() {
        let words = || vec![word("falton", &["dalton"])];
        assert_eq!(readings(words(), true), ["falton", "dalton"]);
        assert_eq!(readings(words(), false), ["dalton"]);
    }

    #[test]
    fn what_is_near_to_nothing_leads_to_nothing() {
        assert!(readings(vec![word("macron", &["matron"]), word("", &[])], true).is_empty());
        let many: Vec<String> = (0..50).map(|n| n.to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let pairs = Meant(vec![word("", &many), word("", &many)]).readings(false);
        assert_eq!(pairs[0].iter().map(Vec::len).collect::<Vec<_>>(), [MEANT_OF_EACH; 2]);
        assert!(readings(vec![word("macron", &[])], false).is_empty());
    }
}
