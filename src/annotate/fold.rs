//! Folds characters, and hashes the folded words of a text.
//!
//! Folding drops case, accents and the kind of apostrophe, so `L’Élysée` and `l'Elysee` are the same words; the case
//! masks of [`super::phrase_table`] then decide whether a lower-case word may stand for a capitalised name.

use crate::annotate::{Span, work};
use unicode_normalization::char::{decompose_canonical, is_combining_mark};

/// One word of a text: a run of letters and digits, or a single CJK character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// Hash of the folded letters.
    pub hash: u64,
    /// Code points of the text.
    pub span: Span,
    /// Bytes of the text, half-open.
    pub bytes: (usize, usize),
    /// Whether the first letter is upper case.
    pub initial: bool,
    /// Whether it has two or more letters, all upper case.
    pub upper: bool,
    /// Whether only a space, hyphen, apostrophe or the full stop of an abbreviation stands before it.
    pub joined: bool,
}

const SEED: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

/// Continues an FNV-1a hash with one character.
fn step(hash: u64, c: char) -> u64 {
    (hash ^ u64::from(c as u32)).wrapping_mul(PRIME)
}

/// Spreads the bits of a hash.
fn finish(mut hash: u64) -> u64 {
    hash ^= hash >> 32;
    hash = hash.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    hash ^ (hash >> 29)
}

/// Hash of a phrase that begins with the words hashed in `prefix` and continues with `word`.
pub fn join(prefix: u64, word: u64) -> u64 {
    finish(prefix.rotate_left(17) ^ word)
}

/// Folds spaces and apostrophes, one code point to one.
pub fn plain(c: char) -> char {
    match c {
        '\u{a0}' | '\u{202f}' | '\u{2000}'..='\u{200a}' | '\t' | '\u{3000}' => ' ',
        '\r' | '\u{2028}' | '\u{2029}' | '\u{85}' => '\n',
        '’' | 'ʼ' | '´' | '‛' => '\'',
        _ => c,
    }
}

/// Lower case when that is a single code point, the character itself otherwise.
pub fn lower(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

/// Calls `out` with the folded characters of `c`: lower case, no accents, ligatures opened, soft hyphens dropped.
pub fn fold_char(c: char, mut out: impl FnMut(char)) {
    work::count(1);
    let c = plain(c);
    if c.is_ascii() {
        return out(c.to_ascii_lowercase());
    }
    match c {
        '‘' | '′' => out('\''),
        '\u{ad}' => {}
        'œ' | 'Œ' => "oe".chars().for_each(out),
        'æ' | 'Æ' => "ae".chars().for_each(out),
        'ß' => "ss".chars().for_each(out),
        'ø' | 'Ø' => out('o'),
        'ł' | 'Ł' => out('l'),
        'đ' | 'Đ' => out('d'),
        'ı' => out('i'),
        _ => decompose_canonical(c, |part| {
            if !is_combining_mark(part) {
                part.to_lowercase().for_each(&mut out);
            }
        }),
    }
}

/// The folded form of a text.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    text.chars().for_each(|c| fold_char(c, |f| folded.push(f)));
    folded
}

/// Hash of one folded word, equal to [`Word::hash`] of the same word in a text.
pub fn hash_word(word: &str) -> u64 {
    let mut hash = SEED;
    word.chars().for_each(|c| fold_char(c, |f| hash = step(hash, f)));
    finish(hash)
}

/// Whether a character is of Chinese or Japanese script, which has no spaces between words.
pub fn is_cjk(c: char) -> bool {
    matches!(u32::from(c), 0x3040..=0x30ff | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff | 0x20000..=0x2ffff)
}

fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() || c == '\u{ad}' || (!c.is_ascii() && is_combining_mark(c))
}

/// Whether a character may stand between the words of one name.
fn is_link(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\'' | '’' | '-' | '‐' | '‑' | '–' | '/' | '·' | '&')
}

/// The words of a text in order. Linear in its length.
pub fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::with_capacity(text.len() / 6);
    let mut chars = text.char_indices().enumerate().peekable();
    let mut gap = Gap::default();
    while let Some((start, (byte, first))) = chars.next() {
        if !is_word_char(first) {
            gap.push(first, words.last());
            continue;
        }
        let mut word = Word {
            hash: SEED,
            span: Span { start, end: start + 1 },
            bytes: (byte, byte + first.len_utf8()),
            initial: first.is_uppercase(),
            upper: first.is_uppercase(),
            joined: !words.is_empty() && gap.links(),
        };
        fold_char(first, |f| word.hash = step(word.hash, f));
        let mut letters = 1;
        if !is_cjk(first) {
            while let Some(&(at, (byte, c))) = chars.peek() {
                if is_cjk(c) || !(is_word_char(c) || matches!(c, '+' | '#')) {
                    break;
                }
                chars.next();
                fold_char(c, |f| word.hash = step(word.hash, f));
                word.upper &= !c.is_lowercase();
                letters += 1;
                word.span.end = at + 1;
                word.bytes.1 = byte + c.len_utf8();
            }
        }
        word.hash = finish(word.hash);
        word.upper &= letters > 1;
        gap = Gap::default();
        words.push(word);
    }
    words
}

/// The characters between two words.
#[derive(Default, Clone, Copy)]
struct Gap {
    length: usize,
    dotted: bool,
    broken: bool,
}

impl Gap {
    fn push(&mut self, c: char, before: Option<&Word>) {
        self.length += 1;
        if c == '.' && self.length == 1 {
            self.dotted = true;
        } else if !is_link(c) {
            self.broken = true;
        } else if self.dotted && before.is_none_or(|w| w.span.end - w.span.start > 3) {
            // A full stop after a long word ends a sentence; after `J` or `Jr` it belongs to the name.
            self.broken = true;
        }
    }

    fn links(self) -> bool {
        !self.broken && self.length <= 3
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_and_apostrophes_fold() {
        assert_eq!(fold("L’Éœuvre\u{a0}ŠTRASSE ß"), "l'eoeuvre strasse ss");
    }

    #[test]
    fn the_hash_of_a_word_is_that_of_its_folded_form() {
        assert_eq!(words("Élysée")[0].hash, hash_word("elysee"));
        assert_ne!(hash_word("elysee"), hash_word("elysees"));
    }

    #[test]
    fn words_know_their_case_and_what_joins_them() {
        let words = words("L’ONU à Paris. Hier");
        let case: Vec<_> = words.iter().map(|w| (w.initial, w.upper, w.joined)).collect();
        assert_eq!(case[1], (true, true, true));
        assert_eq!(case[3], (true, false, true));
        assert_eq!(case[4], (true, false, false));
    }
}
