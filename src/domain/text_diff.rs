//! Compares two wordings: how similar they are, and which words differ.

use super::text::canonical;
use similar::{Algorithm, DiffOp, DiffTag};
use std::collections::HashSet;

/// Words of each text that are compared. The rest is ignored.
const MAX_WORDS: usize = 1_000;

/// Words of one text in place of words of the other, as printed. Case, accents and punctuation make no difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Words of the given text; empty for an insertion.
    pub given: String,
    /// Words of the found text; empty for a deletion.
    pub found: String,
}

/// The similarity of two canonical texts, 0 to 1: the share of their trigrams that both have.
pub fn similarity(a: &str, b: &str) -> f64 {
    trigram_similarity(&trigrams(a), &trigrams(b))
}

/// The trigrams of the words of a canonical text, each word with two spaces before it and one after.
pub fn trigrams(text: &str) -> HashSet<[char; 3]> {
    let words = text.split(' ').filter(|word| !word.is_empty());
    let padded = words.map(|word| [' ', ' '].into_iter().chain(word.chars()).chain([' ']).collect::<Vec<char>>());
    padded.flat_map(|word| word.windows(3).map(|three| [three[0], three[1], three[2]]).collect::<Vec<_>>()).collect()
}

/// The share of all trigrams that both sets have, 0 to 1; 0 for two empty sets.
#[allow(clippy::cast_precision_loss, reason = "a few thousand")]
pub fn trigram_similarity(a: &HashSet<[char; 3]>, b: &HashSet<[char; 3]>) -> f64 {
    let shared = a.intersection(b).count();
    let all = a.len() + b.len() - shared;
    if all == 0 { 0.0 } else { shared as f64 / all as f64 }
}

/// The words that differ, in the order of the texts.
pub fn differences(given: &str, found: &str) -> Vec<Difference> {
    let (given, found) = (words(given), words(found));
    let folded = |words: &[(&str, String)]| words.iter().map(|(_, folded)| folded.clone()).collect::<Vec<_>>();
    let printed = |words: &[(&str, String)]| words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(" ");
    let operations = similar::capture_diff_slices(Algorithm::Myers, &folded(&given), &folded(&found));
    let differing = operations.into_iter().filter(|operation| operation.tag() != DiffTag::Equal);
    let difference = |operation: DiffOp| Difference {
        given: printed(&given[operation.old_range()]),
        found: printed(&found[operation.new_range()]),
    };
    differing.map(difference).collect()
}

/// The words of a text, as printed and folded, without lone punctuation marks.
fn words(text: &str) -> Vec<(&str, String)> {
    let words = text.split_whitespace().map(|word| (word, canonical(word)));
    words.filter(|(_, folded)| !folded.is_empty()).take(MAX_WORDS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn assert_differ(given: &str, found: &str, expected: &[(&str, &str)]) {
        let differences = differences(given, found);
        let differences: Vec<_> = differences.iter().map(|d| (d.given.as_str(), d.found.as_str())).collect();
        assert_eq!(differences, expected);
    }

    #[test]
    fn different_words_are_returned_as_printed() {
        assert_differ("Nous sommes prêts.", "NOUS sommes « prets »", &[]);
        assert_differ("Nous sommes prêts", "Nous étions prêts", &[("sommes", "étions")]);
        assert_differ("Nous sommes prêts", "Nous sommes tous prêts !", &[("", "tous")]);
        assert_differ("Oui, nous sommes prêts à tout", "nous sommes prêts", &[("Oui,", ""), ("à tout", "")]);
        assert_differ("", "un deux", &[("", "un deux")]);
        assert_differ("", "", &[]);
    }

    #[test]
    fn texts_without_words_in_common_are_not_alike() {
        assert!((similarity("nous sommes prets", "nous sommes prets") - 1.0).abs() < 1e-9);
        assert!(similarity("nous sommes prets", "nous etions prets") > 0.4);
        assert!(similarity("nous", "chat") < 0.01);
        assert!(similarity("", "") < 0.01);
    }

    proptest! {
        #[test]
        fn what_differs_makes_one_text_of_the_other(given in "[abc ]{0,30}", found in "[abc ]{0,30}") {
            let told = differences(&given, &found);
            let count = |text: &str| text.split_whitespace().count();
            let (fewer, more): (usize, usize) =
                told.iter().fold((0, 0), |(a, b), d| (a + count(&d.given), b + count(&d.found)));
            prop_assert_eq!(count(&given) - fewer, count(&found) - more);
            prop_assert!(told.iter().all(|d| !(d.given.is_empty() && d.found.is_empty())));
        }
    }
}
