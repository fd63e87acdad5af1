//! Two wordings compared: how alike they are, and which words differ.

use super::text::canonical;
use std::collections::HashSet;

/// Words of either text that are compared; what follows is left out.
const MAX_WORDS: usize = 1_000;

/// What stands in one text and not in the other. Words are as printed; case, accents and marks make no difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Words of the given text only; empty where the found one has more.
    pub given: String,
    /// Words of the found text only; empty where it has less.
    pub found: String,
}

/// How alike two canonical texts are, 0 to 1: the part of their trigrams that they share.
pub fn similarity(a: &str, b: &str) -> f64 {
    alike(&trigrams(a), &trigrams(b))
}

/// The trigrams of the words of a canonical text, each word with two spaces before it and one after.
pub fn trigrams(text: &str) -> HashSet<[char; 3]> {
    let words = text.split(' ').filter(|word| !word.is_empty());
    let padded = words.map(|word| [' ', ' '].into_iter().chain(word.chars()).chain([' ']).collect::<Vec<char>>());
    padded.flat_map(|word| word.windows(3).map(|three| [three[0], three[1], three[2]]).collect::<Vec<_>>()).collect()
}

/// The part of two sets of trigrams that they share, 0 to 1; 0 when there are none.
#[allow(clippy::cast_precision_loss, reason = "a few thousand")]
pub fn alike(a: &HashSet<[char; 3]>, b: &HashSet<[char; 3]>) -> f64 {
    let shared = a.intersection(b).count();
    let all = a.len() + b.len() - shared;
    if all == 0 { 0.0 } else { shared as f64 / all as f64 }
}

/// The words that differ, in the order of the texts.
pub fn differences(given: &str, found: &str) -> Vec<Difference> {
    let (given, found) = (words(given), words(found));
    let lengths = common_lengths(&given, &found);
    let (mut at, mut other) = (0, 0);
    let mut differences: Vec<Difference> = Vec::new();
    let mut is_open = false;
    while at < given.len() || other < found.len() {
        if at < given.len() && other < found.len() && given[at].1 == found[other].1 {
            (at, other, is_open) = (at + 1, other + 1, false);
            continue;
        }
        if !is_open {
            differences.push(Difference { given: String::new(), found: String::new() });
            is_open = true;
        }
        let Some(open) = differences.last_mut() else { break };
        let skips_given = other == found.len() || at < given.len() && lengths[at + 1][other] >= lengths[at][other + 1];
        let (side, word) = match skips_given {
            true => (&mut open.given, given[at].0),
            false => (&mut open.found, found[other].0),
        };
        if !side.is_empty() {
            side.push(' ');
        }
        side.push_str(word);
        if skips_given { at += 1 } else { other += 1 }
    }
    differences
}

/// The words of a text, as printed and folded; marks alone are none.
fn words(text: &str) -> Vec<(&str, String)> {
    let words = text.split_whitespace().map(|word| (word, canonical(word)));
    words.filter(|(_, folded)| !folded.is_empty()).take(MAX_WORDS).collect()
}

/// How many words the rests of both texts, from each place on, have in common in order.
fn common_lengths(given: &[(&str, String)], found: &[(&str, String)]) -> Vec<Vec<u16>> {
    let mut lengths = vec![vec![0; found.len() + 1]; given.len() + 1];
    for at in (0..given.len()).rev() {
        for other in (0..found.len()).rev() {
            lengths[at][other] = match given[at].1 == found[other].1 {
                true => lengths[at + 1][other + 1] + 1,
                false => lengths[at + 1][other].max(lengths[at][other + 1]),
            };
        }
    }
    lengths
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
    fn words_that_differ_are_told_as_they_are_printed() {
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
