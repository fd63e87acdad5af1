//! A table of phrases, found in a text by the hashes of their folded words.

use crate::annotate::fold::{self, Word};
use crate::annotate::work;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Longest phrase that is indexed, in words.
pub const MAX_WORDS: usize = 16;

const NONE: u32 = u32::MAX;

/// A hasher for keys that are hashes already.
#[derive(Default, Clone, Copy)]
pub struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }
    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

type Hashed<V> = HashMap<u64, V, BuildHasherDefault<Identity>>;

/// One phrase: its value and the case that a text must have. 16 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The value of the phrase.
    pub payload: u32,
    /// A second, small value.
    pub kind: u8,
    words: u8,
    /// The capitals that a text must have.
    case: Case,
    next: u32,
}

#[derive(Debug, Clone, Copy)]
struct First {
    phrases: u32,
    longest: u8,
}

/// Phrases by hash. A phrase may have several entries.
#[derive(Debug, Clone)]
pub struct PhraseTable {
    heads: Hashed<u32>,
    firsts: Hashed<First>,
    entries: Vec<Entry>,
    free: u32,
}

impl Default for PhraseTable {
    fn default() -> Self {
        PhraseTable { heads: Hashed::default(), firsts: Hashed::default(), entries: Vec::new(), free: NONE }
    }
}

/// A phrase found in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Found {
    /// Number of words it covers.
    pub words: usize,
    head: u32,
    case: Case,
}

/// How the words of a phrase are written: one bit for each word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
struct Case {
    /// Words that begin with a capital.
    initial: u16,
    /// Words that are all capitals.
    upper: u16,
}

impl Case {
    fn push(&mut self, at: usize, word: &Word) {
        self.initial |= u16::from(word.initial) << at;
        self.upper |= u16::from(word.upper) << at;
    }

    /// Whether words of this case have the capitals that a phrase must have.
    fn has(self, wanted: Case) -> bool {
        wanted.initial & !self.initial == 0 && wanted.upper & !self.upper == 0
    }
}

/// Hash, first word and case of one phrase.
struct Key {
    hash: u64,
    first: u64,
    entry: Entry,
}

fn key(phrase: &str, payload: u32, kind: u8) -> Option<Key> {
    let words = fold::words(phrase);
    if words.is_empty() || words.len() > MAX_WORDS {
        return None;
    }
    let mut entry = Entry { payload, kind, words: words.len() as u8, case: Case::default(), next: NONE };
    let mut hash = 0;
    for (n, word) in words.iter().enumerate() {
        hash = fold::join(hash, word.hash);
        entry.case.push(n, word);
    }
    Some(Key { hash, first: words[0].hash, entry })
}

impl Entry {
    fn same(&self, other: &Entry) -> bool {
        (self.payload, self.kind, self.case) == (other.payload, other.kind, other.case)
    }
}

impl PhraseTable {
    /// Number of phrases.
    pub fn len(&self) -> usize {
        self.firsts.values().map(|f| f.phrases as usize).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    /// Adds a phrase. Returns false when it exists already, has no word, or has more than [`MAX_WORDS`].
    pub fn insert(&mut self, phrase: &str, payload: u32, kind: u8) -> bool {
        self.put(phrase, payload, kind, |_| true)
    }

    /// Adds a phrase when those of one payload are added one after another: it is compared only with these.
    ///
    /// Thousands of payloads may have the same phrase.
    pub fn insert_next(&mut self, phrase: &str, payload: u32, kind: u8) -> bool {
        self.put(phrase, payload, kind, |known| known.payload == payload)
    }

    /// Adds a phrase, unless it is among the latest entries of the same words for which `may_be_same` is true.
    fn put(&mut self, phrase: &str, payload: u32, kind: u8, may_be_same: impl Fn(&Entry) -> bool) -> bool {
        let Some(Key { hash, first, mut entry }) = key(phrase, payload, kind) else {
            return false;
        };
        let head = self.heads.entry(hash).or_insert(NONE);
        let mut at = *head;
        while at != NONE && may_be_same(&self.entries[at as usize]) {
            if self.entries[at as usize].same(&entry) {
                return false;
            }
            at = self.entries[at as usize].next;
        }
        entry.next = *head;
        if self.free == NONE {
            *head = self.entries.len() as u32;
            self.entries.push(entry);
        } else {
            *head = self.free;
            let slot = &mut self.entries[self.free as usize];
            self.free = slot.next;
            *slot = entry;
        }
        let first = self.firsts.entry(first).or_insert(First { phrases: 0, longest: 0 });
        first.phrases += 1;
        first.longest = first.longest.max(entry.words);
        true
    }

    /// Removes a phrase. Returns false when it did not exist.
    pub fn remove(&mut self, phrase: &str, payload: u32, kind: u8) -> bool {
        let Some(Key { hash, first, entry }) = key(phrase, payload, kind) else {
            return false;
        };
        let Some(head) = self.heads.get_mut(&hash) else {
            return false;
        };
        let (mut before, mut at) = (NONE, *head);
        while at != NONE && !self.entries[at as usize].same(&entry) {
            (before, at) = (at, self.entries[at as usize].next);
        }
        if at == NONE {
            return false;
        }
        let next = self.entries[at as usize].next;
        if before != NONE {
            self.entries[before as usize].next = next;
        } else if next != NONE {
            *head = next;
        } else {
            self.heads.remove(&hash);
        }
        self.entries[at as usize].next = self.free;
        self.free = at;
        if let Some(counted) = self.firsts.get_mut(&first) {
            counted.phrases -= 1;
            if counted.phrases == 0 {
                self.firsts.remove(&first);
            }
        }
        true
    }

    /// The longest phrase that begins at the word `at` and has the case that it must have.
    pub fn longest(&self, words: &[Word], at: usize) -> Option<Found> {
        self.longest_where(words, at, |found| self.entries(found).next().is_some())
    }

    /// The longest phrase that begins at the word `at` and that `accept` accepts.
    pub fn longest_where(&self, words: &[Word], at: usize, mut accept: impl FnMut(Found) -> bool) -> Option<Found> {
        let first = self.firsts.get(&words[at].hash)?;
        let mut hash = 0;
        let mut case = Case::default();
        let mut longest = None;
        for (n, word) in words[at..].iter().take(first.longest as usize).enumerate() {
            if n > 0 && !word.joined {
                break;
            }
            hash = fold::join(hash, word.hash);
            case.push(n, word);
            if let Some(&head) = self.heads.get(&hash) {
                let found = Found { words: n + 1, head, case };
                longest = Some(found).filter(|found| accept(*found)).or(longest);
            }
        }
        longest
    }

    /// The entries of a phrase whose case fits.
    pub fn entries(&self, found: Found) -> impl Iterator<Item = Entry> + '_ {
        self.chain(found.head).inspect(|_| work::count(1)).filter(move |entry| found.case.has(entry.case))
    }

    fn chain(&self, head: u32) -> impl Iterator<Item = Entry> + '_ {
        let at = |index: u32| self.entries.get(index as usize).copied();
        std::iter::successors(at(head), move |entry| at(entry.next))
    }

    /// Estimated size in bytes, from capacities.
    pub fn bytes(&self) -> usize {
        self.entries.capacity() * size_of::<Entry>()
            + self.heads.capacity() * 8 / 7 * (size_of::<(u64, u32)>() + 1)
            + self.firsts.capacity() * 8 / 7 * (size_of::<(u64, First)>() + 1)
    }
}
