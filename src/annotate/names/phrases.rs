//! A table of phrases, looked up by the hashes of their folded words, longest first from each word of a text.

use super::fold::{self, Word};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Longest phrase that is indexed, in words.
pub const MAX_WORDS: usize = 16;

const NONE: u32 = u32::MAX;

/// Hands a key that is already a good hash through as it is.
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

/// One phrase: what it stands for, and the case it asks of a text. 16 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// What the phrase stands for; its meaning is the caller's.
    pub payload: u32,
    /// A second small value of the caller's.
    pub kind: u8,
    words: u8,
    /// Bit n: word n must begin with a capital.
    initial: u16,
    /// Bit n: word n must be all capitals.
    upper: u16,
    next: u32,
}

#[derive(Debug, Clone, Copy)]
struct First {
    phrases: u32,
    longest: u8,
}

/// Phrases by hash. Ambiguous phrases keep every entry.
#[derive(Debug, Clone)]
pub struct Phrases {
    heads: Hashed<u32>,
    firsts: Hashed<First>,
    entries: Vec<Entry>,
    free: u32,
}

impl Default for Phrases {
    fn default() -> Self {
        Phrases { heads: Hashed::default(), firsts: Hashed::default(), entries: Vec::new(), free: NONE }
    }
}

/// A phrase found in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Number of words it covers.
    pub words: usize,
    head: u32,
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
    let mut entry = Entry { payload, kind, words: words.len() as u8, initial: 0, upper: 0, next: NONE };
    let mut hash = 0;
    for (n, word) in words.iter().enumerate() {
        hash = fold::join(hash, word.hash);
        entry.initial |= u16::from(word.initial) << n;
        entry.upper |= u16::from(word.upper) << n;
    }
    Some(Key { hash, first: words[0].hash, entry })
}

impl Entry {
    /// Whether the words of a text, as many as the phrase has, are written with the capitals it asks for.
    fn fits(&self, words: &[Word]) -> bool {
        words
            .iter()
            .enumerate()
            .all(|(n, word)| (self.initial >> n & 1 == 0 || word.initial) && (self.upper >> n & 1 == 0 || word.upper))
    }

    fn same(&self, other: &Entry) -> bool {
        (self.payload, self.kind, self.initial, self.upper) == (other.payload, other.kind, other.initial, other.upper)
    }
}

impl Phrases {
    /// Number of phrases.
    pub fn len(&self) -> usize {
        self.firsts.values().map(|f| f.phrases as usize).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    /// Adds a phrase. False when it is there already, has no word, or has more than [`MAX_WORDS`].
    pub fn insert(&mut self, phrase: &str, payload: u32, kind: u8) -> bool {
        self.put(phrase, payload, kind, |_| true)
    }

    /// The same, where the phrases of a payload are added one after another: those of others are not looked through, of
    /// which there are thousands where as many bear a name.
    pub fn insert_next(&mut self, phrase: &str, payload: u32, kind: u8) -> bool {
        self.put(phrase, payload, kind, |known| known.payload == payload)
    }

    /// Adds a phrase, unless it is among the latest of the same words that `may_be_same`.
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

    /// Takes a phrase out. False when it was not there.
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

    /// The longest phrase that begins at the word `at` and is written as it asks.
    pub fn longest(&self, words: &[Word], at: usize) -> Option<Found> {
        let first = self.firsts.get(&words[at].hash)?;
        let mut hash = 0;
        let mut found = None;
        for (n, word) in words[at..].iter().take(first.longest as usize).enumerate() {
            if n > 0 && !word.joined {
                break;
            }
            hash = fold::join(hash, word.hash);
            if let Some(&head) = self.heads.get(&hash)
                && self.chain(head).any(|entry| entry.fits(&words[at..=at + n]))
            {
                found = Some(Found { words: n + 1, head });
            }
        }
        found
    }

    /// The entries of a phrase found at the word `at`.
    pub fn entries<'a>(&'a self, found: Found, words: &'a [Word], at: usize) -> impl Iterator<Item = Entry> + 'a {
        self.chain(found.head).filter(move |entry| entry.fits(&words[at..at + found.words]))
    }

    fn chain(&self, head: u32) -> impl Iterator<Item = Entry> + '_ {
        let at = |index: u32| self.entries.get(index as usize).copied();
        std::iter::successors(at(head), move |entry| at(entry.next))
    }

    /// Bytes held, counted from capacities.
    pub fn bytes(&self) -> usize {
        self.entries.capacity() * size_of::<Entry>()
            + self.heads.capacity() * 8 / 7 * (size_of::<(u64, u32)>() + 1)
            + self.firsts.capacity() * 8 / 7 * (size_of::<(u64, First)>() + 1)
    }
}
