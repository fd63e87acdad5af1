//! Common words, which are no names although they may have a capital at the start of a sentence.

use std::collections::HashSet;
use std::sync::LazyLock;

const FRENCH: &str = include_str!("../languages/fr/common.txt");
const ENGLISH: &str = include_str!("../languages/en/common.txt");

static FRENCH_WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| FRENCH.split_whitespace().collect());
static ENGLISH_WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| ENGLISH.split_whitespace().collect());

fn has(words: &HashSet<&str>, word: &str) -> bool {
    // No common word is longer, and a hostile word is not copied.
    word.len() <= 32 && words.contains(word.to_lowercase().as_str())
}

/// Whether a word is a common French word, in any case.
pub fn french(word: &str) -> bool {
    has(&FRENCH_WORDS, word)
}

/// Whether a word is a common English word, in any case.
pub fn english(word: &str) -> bool {
    has(&ENGLISH_WORDS, word)
}
