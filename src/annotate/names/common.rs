//! Ordinary words that open sentences with a capital and name nothing.

use std::collections::HashSet;
use std::sync::LazyLock;

const FRENCH: &str = include_str!("../languages/fr/common.txt");
const ENGLISH: &str = include_str!("../languages/en/common.txt");

static FRENCH_WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| FRENCH.split_whitespace().collect());
static ENGLISH_WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| ENGLISH.split_whitespace().collect());

fn has(words: &HashSet<&str>, word: &str) -> bool {
    // No listed word is longer, so a hostile word is not copied.
    word.len() <= 32 && words.contains(word.to_lowercase().as_str())
}

/// Whether a word is an ordinary French one, whatever its case.
pub fn french(word: &str) -> bool {
    has(&FRENCH_WORDS, word)
}

/// Whether a word is an ordinary English one, whatever its case.
pub fn english(word: &str) -> bool {
    has(&ENGLISH_WORDS, word)
}
