//! Common words, which are no names although they may have a capital at the start of a sentence.

use super::gazetteer::NameLanguage;
use std::collections::HashSet;
use std::sync::LazyLock;

const FRENCH: &str = include_str!("../languages/fr/common.txt");
const ENGLISH: &str = include_str!("../languages/en/common.txt");

static FRENCH_WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| FRENCH.split_whitespace().collect());
static ENGLISH_WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| ENGLISH.split_whitespace().collect());

/// Whether a word is a common word of a language, in any case.
pub fn has(language: NameLanguage, word: &str) -> bool {
    let words = match language {
        NameLanguage::French => &FRENCH_WORDS,
        NameLanguage::English => &ENGLISH_WORDS,
    };
    // No common word is longer, and a hostile word is not copied.
    word.len() <= 32 && words.contains(word.to_lowercase().as_str())
}

/// Whether a word is a common French word, in any case.
pub fn french(word: &str) -> bool {
    has(NameLanguage::French, word)
}

/// Whether a word is a common English word, in any case.
pub fn english(word: &str) -> bool {
    has(NameLanguage::English, word)
}
