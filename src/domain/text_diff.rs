//! Compares two wordings: how similar they are, and which words differ.

use super::span::Span;
use super::text::canonical;
use similar::{Algorithm, DiffOp, DiffTag};
use std::collections::HashSet;
use std::ops::Range;
use std::time::{Duration, Instant};
use unicode_normalization::char::is_combining_mark;

/// Words of each text that are compared. The rest is ignored.
const MAX_WORDS: usize = 1_000;
/// How long two whole texts are compared. Texts of newspapers take milliseconds.
const MAX_DIFF_TIME: Duration = Duration::from_millis(500);

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

/// A place at which two texts differ, in code points of each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    pub from: Span,
    pub to: Span,
    pub deleted: String,
    pub inserted: String,
}

/// The places at which two texts differ, to the character, in units of words.
///
/// Takes linear memory and at most about [`MAX_DIFF_TIME`]: then the rest counts as different.
pub fn hunks(from: &str, to: &str) -> Vec<Hunk> {
    let (old, new) = (tokens(from), tokens(to));
    let deadline = Instant::now() + MAX_DIFF_TIME;
    let (old_words, new_words): (Vec<&str>, Vec<&str>) =
        (old.iter().map(|token| token.text).collect(), new.iter().map(|token| token.text).collect());
    let operations = similar::capture_diff_slices_deadline(Algorithm::Myers, &old_words, &new_words, Some(deadline));
    let (mut old_at, mut new_at) = (0, 0);
    let mut hunks = Vec::new();
    for operation in operations {
        // The start of an insertion in the old text, and of a deletion in the new one, is not always exact. The lengths are.
        let deleted = old_at..old_at + operation.old_range().len();
        let inserted = new_at..new_at + operation.new_range().len();
        (old_at, new_at) = (deleted.end, inserted.end);
        if operation.tag() != DiffTag::Equal {
            let ((from, deleted), (to, inserted)) = (part(&old, deleted), part(&new, inserted));
            hunks.push(Hunk { from, to, deleted, inserted });
        }
    }
    hunks
}

/// A word, a run of white space, or another character.
struct Token<'a> {
    start: i32,
    length: i32,
    text: &'a str,
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let kind = |c: char| (c.is_alphanumeric() || is_combining_mark(c), c.is_whitespace());
    let mut tokens = Vec::new();
    let mut chars = text.char_indices().peekable();
    let mut start = 0;
    while let Some((byte, first)) = chars.next() {
        let (mut end, mut length) = (byte + first.len_utf8(), 1);
        while kind(first) != (false, false)
            && let Some((at, c)) = chars.next_if(|(_, c)| kind(*c) == kind(first))
        {
            (end, length) = (at + c.len_utf8(), length + 1);
        }
        tokens.push(Token { start, length, text: &text[byte..end] });
        start += length;
    }
    tokens
}

/// The span and the text of some tokens. Without tokens, it is empty before the next one.
fn part(tokens: &[Token], range: Range<usize>) -> (Span, String) {
    let end_of = |token: &Token| token.start + token.length;
    let start = match tokens.get(range.start) {
        Some(token) => token.start,
        None => tokens.last().map_or(0, end_of),
    };
    let end = tokens[range.clone()].last().map_or(start, end_of);
    (Span { start, end }, tokens[range].iter().map(|token| token.text).collect())
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

    #[test]
    fn hunks_have_their_places_in_both_texts() {
        let found = hunks("Le port rouvre lundi.", "Hier, le port rouvre mardi.");
        let shown: Vec<_> =
            found.iter().map(|hunk| (hunk.from.start, hunk.to.start, &*hunk.deleted, &*hunk.inserted)).collect();
        assert_eq!(shown, [(0, 0, "Le", "Hier,"), (3, 6, "", "le "), (15, 21, "lundi", "mardi")]);
        assert_eq!(hunks("é", "é"), []);
        assert_eq!(hunks("", "a b")[0].to, Span { start: 0, end: 3 });
    }

    #[test]
    fn hostile_texts_are_compared_in_bounded_time() {
        let (from, to) = ("a b ".repeat(1 << 18), "b c, ".repeat(200_000));
        let began = Instant::now();
        assert!(!hunks(&from, &to).is_empty());
        assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    }

    proptest! {
        #[test]
        fn hunks_make_one_text_of_the_other(from in "[ab é👩,\n]{0,40}", to in "[ab é👩,\n]{0,40}") {
            let (old, new): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
            let index = |at: i32| usize::try_from(at).unwrap();
            let (mut made, mut reached) = (String::new(), 0);
            for hunk in hunks(&from, &to) {
                made.extend(&old[reached..index(hunk.from.start)]);
                prop_assert_eq!(made.chars().count(), index(hunk.to.start));
                prop_assert_eq!(old[index(hunk.from.start)..index(hunk.from.end)].iter().collect::<String>(), hunk.deleted);
                prop_assert_eq!(new[index(hunk.to.start)..index(hunk.to.end)].iter().collect::<String>(), hunk.inserted.clone());
                made.push_str(&hunk.inserted);
                reached = index(hunk.from.end);
            }
            made.extend(&old[reached..]);
            prop_assert_eq!(made, to);
        }

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
