//! What the tagger looks at for each token: the word, its form, its neighbours, the name lists and the rest of the article.
//!
//! Training wants the features as text, tagging only their hashes; both come from the same walk through [`FeatureSink`].

use super::common;
use super::tokenized_text::TokenizedText;
use super::tokens::Token;
use crate::annotate::EntityKind;
use crate::annotate::fold::{self, Word};
use crate::annotate::names::gazetteer::{NameLanguage, gazetteer};
use std::collections::HashMap;

/// Takes the features of one token.
pub trait FeatureSink {
    /// `template` with its value; the feature's name is the two written after one another.
    fn add(&mut self, template: &'static str, value: &str);
}

/// What is known of one token by itself.
struct TokenFeatures {
    lower: String,
    shape: String,
    /// Classes from the name lists, one letter each.
    lists: String,
    capital: bool,
    opens: bool,
    /// Index into the notes on words that occur more than once.
    notes: usize,
    /// The nearest lower-case words that mean something before and after, across capitalised ones.
    head: Option<usize>,
    tail: Option<usize>,
}

/// What the other places of an article tell about a capitalised word.
#[derive(Default)]
struct Notes {
    /// Words before it, where it does not open the sentence.
    before: Vec<usize>,
    after: Vec<usize>,
    after_first_name: bool,
    inside: bool,
    lower: bool,
}

/// Longest list of contexts kept for one word, so that a hostile text stays linear.
const CONTEXTS: usize = 4;

/// Every token of a text with what the features need.
pub struct FeatureExtractor {
    looks: Vec<TokenFeatures>,
    notes: Vec<Notes>,
}

fn shape_of(text: &str) -> String {
    let mut shape = String::new();
    let mut last = (' ', 0);
    for c in text.chars().take(24).map(fold::plain) {
        let class = match c {
            _ if c.is_uppercase() => 'X',
            _ if c.is_alphabetic() => 'x',
            _ if c.is_numeric() => '0',
            '‑' | '‐' => '-',
            _ => c,
        };
        last = if class == last.0 { (class, last.1 + 1) } else { (class, 1) };
        if last.1 <= 2 {
            shape.push(class);
        }
    }
    shape
}

fn lower_of(text: &str) -> String {
    let mut lower = String::with_capacity(text.len());
    for c in text.chars().take(40).map(fold::plain) {
        match c {
            '\u{ad}' => {}
            _ if c.is_ascii_digit() => lower.push('0'),
            _ => lower.extend(c.to_lowercase()),
        }
    }
    lower
}

/// The first (or last) `n` characters, when the word has more.
fn prefix(text: &str, n: usize) -> Option<&str> {
    text.char_indices().nth(n).map(|(end, _)| &text[..end])
}

fn suffix(text: &str, n: usize) -> Option<&str> {
    let (start, _) = text.char_indices().rev().nth(n - 1)?;
    (start > 0).then(|| &text[start..])
}

impl FeatureExtractor {
    /// Reads a text. Linear in its length.
    pub fn new(text: &TokenizedText<'_>) -> Self {
        let (tokens, words) = (&text.tokens, &text.words);
        let mut looks: Vec<TokenFeatures> = tokens
            .iter()
            .map(|token| TokenFeatures {
                lower: lower_of(token.text),
                shape: shape_of(token.text),
                lists: String::new(),
                capital: token.capital(),
                opens: token.opens,
                notes: usize::MAX,
                head: None,
                tail: None,
            })
            .collect();
        mark_lists(&mut looks, tokens, words);
        find_heads(&mut looks, tokens);
        let notes = take_notes(&mut looks);
        FeatureExtractor { looks, notes }
    }

    /// Hands every feature of the token `at` to `sink`.
    pub fn features(&self, at: usize, sink: &mut impl FeatureSink) {
        let here = &self.looks[at];
        sink.add("bias", "");
        self.window(at, sink);
        for (n, template) in ["p2=", "p3=", "p4="].into_iter().enumerate() {
            if let Some(value) = prefix(&here.lower, n + 2) {
                sink.add(template, value);
            }
        }
        for (n, template) in ["s2=", "s3=", "s4="].into_iter().enumerate() {
            if let Some(value) = suffix(&here.lower, n + 2) {
                sink.add(template, value);
            }
        }
        if here.capital && !here.opens {
            sink.add("inside", "");
        }
        if let Some(head) = here.head {
            sink.add("head=", &self.looks[head].lower);
        }
        if let Some(tail) = here.tail {
            sink.add("tail=", &self.looks[tail].lower);
        }
        if here.opens {
            sink.add("opens", "");
        }
        let Some(notes) = self.notes.get(here.notes) else {
            return;
        };
        if notes.after_first_name {
            sink.add("doc.surname", "");
        }
        if notes.lower {
            sink.add("doc.lower", "");
        }
        if notes.inside {
            sink.add("doc.inside", "");
        }
        for &other in notes.before.iter().filter(|&&other| other + 1 != at) {
            sink.add("doc.w-1=", &self.looks[other].lower);
        }
        for &other in notes.after.iter().filter(|&&other| other != at + 1) {
            sink.add("doc.w+1=", &self.looks[other].lower);
        }
    }

    fn window(&self, at: usize, sink: &mut impl FeatureSink) {
        const WORDS: [&str; 5] = ["w-2=", "w-1=", "w=", "w+1=", "w+2="];
        const SHAPES: [&str; 5] = ["f-2=", "f-1=", "f=", "f+1=", "f+2="];
        const LISTS: [&str; 5] = ["g-2=", "g-1=", "g=", "g+1=", "g+2="];
        for offset in 0..5 {
            let Some(look) = (at + offset).checked_sub(2).and_then(|n| self.looks.get(n)) else {
                sink.add(WORDS[offset], "¶");
                continue;
            };
            sink.add(WORDS[offset], &look.lower);
            sink.add(SHAPES[offset], &look.shape);
            if !look.lists.is_empty() {
                sink.add(LISTS[offset], &look.lists);
            }
        }
        let shape = |n: usize| self.looks.get(n).map_or("¶", |look| look.shape.as_str());
        let before = at.checked_sub(1).map_or("¶", shape);
        let mut pair = String::with_capacity(24);
        for (template, parts) in [("ff-=", [before, shape(at)]), ("ff+=", [shape(at), shape(at + 1)])] {
            pair.clear();
            pair.push_str(parts[0]);
            pair.push('|');
            pair.push_str(parts[1]);
            sink.add(template, &pair);
        }
        if let Some(before) = at.checked_sub(1).and_then(|n| self.looks.get(n)) {
            pair.clear();
            pair.push_str(&before.lower);
            pair.push('|');
            pair.push_str(&self.looks[at].shape);
            sink.add("wf=", &pair);
        }
    }
}

/// Marks the tokens that the gazetteer knows.
fn mark_lists(looks: &mut [TokenFeatures], tokens: &[Token<'_>], words: &[Word]) {
    let lists = gazetteer();
    let mut token = 0;
    let mut token_of = |start: usize| {
        while token + 1 < tokens.len() && tokens[token].end <= start {
            token += 1;
        }
        token
    };
    let places: Vec<usize> = words.iter().map(|word| token_of(word.span.start)).collect();
    for hit in lists.find(words, NameLanguage::French) {
        let known = lists.known(hit.known);
        let class = match known.kind {
            EntityKind::Place if known.state => 's',
            EntityKind::Place => 'l',
            _ => 'o',
        };
        for n in hit.at..hit.at + hit.words {
            let lists = &mut looks[places[n]].lists;
            if lists.is_empty() {
                lists.push(if n == hit.at { class } else { class.to_ascii_uppercase() });
            }
        }
    }
    for (look, token) in looks.iter_mut().zip(tokens) {
        if common::french(token.text) {
            look.lists.push('c');
        }
    }
    for (n, word) in words.iter().enumerate() {
        let first = places[n];
        if word.initial && lists.first_name(word.hash).is_some() && !looks[first].lists.contains('f') {
            looks[first].lists.push('f');
        } else if !word.initial && lists.demonym(words, n).is_some() && !looks[first].lists.contains('d') {
            looks[first].lists.push('d');
        }
    }
}

/// Collects what the places of each repeated word tell about it.
fn take_notes(looks: &mut [TokenFeatures]) -> Vec<Notes> {
    let mut by_word: HashMap<u64, usize> = HashMap::new();
    let mut notes: Vec<Notes> = Vec::new();
    for at in 0..looks.len() {
        if !looks[at].shape.contains(['X', 'x']) || looks[at].lower.ends_with('\'') {
            continue;
        }
        let capital = looks[at].capital;
        let hash = fold::hash_word(&looks[at].lower);
        let index = match by_word.get(&hash) {
            Some(&index) => index,
            None if !capital => continue,
            None => {
                by_word.insert(hash, notes.len());
                notes.push(Notes::default());
                notes.len() - 1
            }
        };
        if !capital {
            notes[index].lower = true;
            continue;
        }
        looks[at].notes = index;
        let note = &mut notes[index];
        if at > 0 && !looks[at].opens {
            note.inside = true;
            note.after_first_name |= looks[at - 1].lists.contains('f');
            if note.before.len() < CONTEXTS {
                note.before.push(at - 1);
            }
        }
        if at + 1 < looks.len() && note.after.len() < CONTEXTS {
            note.after.push(at + 1);
        }
    }
    notes
}

/// Small words that a name may contain or follow: the word before them says more.
const SMALL: [&str; 27] = [
    "de", "du", "des", "d'", "la", "le", "les", "l'", "à", "au", "aux", "et", "en", "un", "une", "sur", "son", "sa",
    "ses", "ce", "cette", "the", "of", "and", "a", "par", "dans",
];

/// How far the head of a name is looked for, in tokens.
const REACH: usize = 5;

/// Finds the words that names depend on: `diocèse` in `diocèse de Moosonee`.
fn find_heads(looks: &mut [TokenFeatures], tokens: &[Token<'_>]) {
    let seek = |looks: &[TokenFeatures], at: usize, step: isize| {
        let mut n = at;
        for _ in 0..REACH {
            if step < 0 && tokens[n].opens {
                return None;
            }
            n = n.checked_add_signed(step).filter(|n| *n < looks.len())?;
            if !tokens[n].word() || step > 0 && tokens[n].opens {
                return None;
            }
            if !looks[n].capital && !SMALL.contains(&looks[n].lower.as_str()) {
                return Some(n);
            }
        }
        None
    };
    for at in 0..looks.len() {
        (looks[at].head, looks[at].tail) = (seek(looks, at, -1), seek(looks, at, 1));
    }
}
