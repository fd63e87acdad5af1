//! The features of tokens: the word, its form, its neighbours, the name lists, the marks of the rules and the rest of the
//! article.
//!
//! Training needs features as text, tagging their hashes: both implement [`FeatureSink`].

use super::common;
use super::english_words;
use super::tagger::{self, NO_NAME};
use super::tokenized_text::{Marked, TokenizedText};
use super::tokens::Token;
use crate::annotate::EntityKind;
use crate::annotate::fold::{self, Word};
use crate::annotate::names::gazetteer::{NameLanguage, gazetteer};
use std::collections::HashMap;

/// Receives the features of one token.
pub trait FeatureSink {
    /// Adds a feature, whose name is the template followed by the value.
    fn add(&mut self, template: &'static str, value: &str);
}

/// The properties of one token.
struct TokenFeatures {
    lower: String,
    shape: String,
    /// Classes from the name lists, one letter each.
    lists: String,
    capital: bool,
    opens: bool,
    /// The label that the rules give it; [`NO_NAME`] where they find no name.
    rule: usize,
    /// Index into the contexts of repeated words.
    contexts: usize,
    /// The nearest lower-case words before and after, small words left out.
    head: Option<usize>,
    tail: Option<usize>,
}

/// The contexts of a capitalised word in the whole article.
#[derive(Default)]
struct WordContext {
    /// Tokens before it, where it does not open a sentence.
    before: Vec<usize>,
    after: Vec<usize>,
    after_first_name: bool,
    inside: bool,
    lower: bool,
}

/// Most tokens kept before and after a word, so that the work on a hostile text is linear.
const MAX_CONTEXTS: usize = 4;

/// Extracts the features of the tokens of a text.
pub struct FeatureExtractor {
    tokens: Vec<TokenFeatures>,
    contexts: Vec<WordContext>,
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

/// The first `n` characters of a longer word.
fn prefix(text: &str, n: usize) -> Option<&str> {
    text.char_indices().nth(n).map(|(end, _)| &text[..end])
}

fn suffix(text: &str, n: usize) -> Option<&str> {
    let (start, _) = text.char_indices().rev().nth(n - 1)?;
    (start > 0).then(|| &text[start..])
}

impl FeatureExtractor {
    /// Reads a text with the names that rules found in it. Linear in its length.
    pub fn new(text: &TokenizedText<'_>, language: NameLanguage, by_rules: &[Marked]) -> Self {
        let (tokens, words) = (&text.tokens, &text.words);
        let mut token_features: Vec<TokenFeatures> = tokens
            .iter()
            .map(|token| TokenFeatures {
                lower: lower_of(token.text),
                shape: shape_of(token.text),
                lists: String::new(),
                capital: token.is_capitalized(),
                opens: token.opens,
                rule: NO_NAME,
                contexts: usize::MAX,
                head: None,
                tail: None,
            })
            .collect();
        mark_lists(&mut token_features, tokens, words, language);
        for mark in by_rules {
            let (first, last) = mark.tokens;
            for (n, features) in token_features[first..=last].iter_mut().enumerate() {
                features.rule = tagger::label_at(mark.kind, n == 0).unwrap_or(NO_NAME);
            }
        }
        find_heads(&mut token_features, tokens);
        let contexts = collect_contexts(&mut token_features);
        FeatureExtractor { tokens: token_features, contexts }
    }

    /// Adds the features of the token `at` to a sink.
    pub fn features(&self, at: usize, sink: &mut impl FeatureSink) {
        let here = &self.tokens[at];
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
        for (offset, template) in ["r-1=", "r=", "r+1="].into_iter().enumerate() {
            let rule =
                (at + offset).checked_sub(1).and_then(|n| self.tokens.get(n)).map_or(NO_NAME, |token| token.rule);
            if let Some(label) = tagger::label_name(rule) {
                sink.add(template, label);
            }
        }
        if here.capital && !here.opens {
            sink.add("inside", "");
        }
        if let Some(head) = here.head {
            sink.add("head=", &self.tokens[head].lower);
        }
        if let Some(tail) = here.tail {
            sink.add("tail=", &self.tokens[tail].lower);
        }
        if here.opens {
            sink.add("opens", "");
        }
        let Some(contexts) = self.contexts.get(here.contexts) else {
            return;
        };
        if contexts.after_first_name {
            sink.add("doc.surname", "");
        }
        if contexts.lower {
            sink.add("doc.lower", "");
        }
        if contexts.inside {
            sink.add("doc.inside", "");
        }
        for &other in contexts.before.iter().filter(|&&other| other + 1 != at) {
            sink.add("doc.w-1=", &self.tokens[other].lower);
        }
        for &other in contexts.after.iter().filter(|&&other| other != at + 1) {
            sink.add("doc.w+1=", &self.tokens[other].lower);
        }
    }

    fn window(&self, at: usize, sink: &mut impl FeatureSink) {
        const WORDS: [&str; 5] = ["w-2=", "w-1=", "w=", "w+1=", "w+2="];
        const SHAPES: [&str; 5] = ["f-2=", "f-1=", "f=", "f+1=", "f+2="];
        const LISTS: [&str; 5] = ["g-2=", "g-1=", "g=", "g+1=", "g+2="];
        for offset in 0..5 {
            let Some(features) = (at + offset).checked_sub(2).and_then(|n| self.tokens.get(n)) else {
                sink.add(WORDS[offset], "¶");
                continue;
            };
            sink.add(WORDS[offset], &features.lower);
            sink.add(SHAPES[offset], &features.shape);
            if !features.lists.is_empty() {
                sink.add(LISTS[offset], &features.lists);
            }
        }
        let shape = |n: usize| self.tokens.get(n).map_or("¶", |features| features.shape.as_str());
        let before = at.checked_sub(1).map_or("¶", shape);
        let mut pair = String::with_capacity(24);
        for (template, parts) in [("ff-=", [before, shape(at)]), ("ff+=", [shape(at), shape(at + 1)])] {
            pair.clear();
            pair.push_str(parts[0]);
            pair.push('|');
            pair.push_str(parts[1]);
            sink.add(template, &pair);
        }
        if let Some(before) = at.checked_sub(1).and_then(|n| self.tokens.get(n)) {
            pair.clear();
            pair.push_str(&before.lower);
            pair.push('|');
            pair.push_str(&self.tokens[at].shape);
            sink.add("wf=", &pair);
        }
    }
}

/// Adds the classes of the tokens in the name lists.
fn mark_lists(token_features: &mut [TokenFeatures], tokens: &[Token<'_>], words: &[Word], language: NameLanguage) {
    let lists = gazetteer();
    let mut token = 0;
    let mut token_of = |start: usize| {
        while token + 1 < tokens.len() && tokens[token].end <= start {
            token += 1;
        }
        token
    };
    let places: Vec<usize> = words.iter().map(|word| token_of(word.span.start)).collect();
    for hit in lists.find(words, language) {
        let entry = lists.known(hit.known);
        let class = match entry.kind {
            EntityKind::Place if entry.state => 's',
            EntityKind::Place => 'l',
            _ => 'o',
        };
        for n in hit.at..hit.at + hit.words {
            let lists = &mut token_features[places[n]].lists;
            if lists.is_empty() {
                lists.push(if n == hit.at { class } else { class.to_ascii_uppercase() });
            }
        }
    }
    for (features, token) in token_features.iter_mut().zip(tokens) {
        if common::has(language, token.text) {
            features.lists.push('c');
        }
        if language == NameLanguage::English {
            features.lists.extend(english_words::class(token.text));
        }
    }
    for (n, word) in words.iter().enumerate() {
        let first = places[n];
        if word.initial && lists.is_first_name(word.hash) && !token_features[first].lists.contains('f') {
            token_features[first].lists.push('f');
        } else if !word.initial && lists.demonym(words, n).is_some() && !token_features[first].lists.contains('d') {
            token_features[first].lists.push('d');
        }
    }
}

/// Collects the contexts of each repeated word.
fn collect_contexts(token_features: &mut [TokenFeatures]) -> Vec<WordContext> {
    let mut by_word: HashMap<u64, usize> = HashMap::new();
    let mut contexts: Vec<WordContext> = Vec::new();
    for at in 0..token_features.len() {
        if !token_features[at].shape.contains(['X', 'x']) || token_features[at].lower.ends_with('\'') {
            continue;
        }
        let capital = token_features[at].capital;
        let hash = fold::hash_word(&token_features[at].lower);
        let index = match by_word.get(&hash) {
            Some(&index) => index,
            None if !capital => continue,
            None => {
                by_word.insert(hash, contexts.len());
                contexts.push(WordContext::default());
                contexts.len() - 1
            }
        };
        if !capital {
            contexts[index].lower = true;
            continue;
        }
        token_features[at].contexts = index;
        let context = &mut contexts[index];
        if at > 0 && !token_features[at].opens {
            context.inside = true;
            context.after_first_name |= token_features[at - 1].lists.contains('f');
            if context.before.len() < MAX_CONTEXTS {
                context.before.push(at - 1);
            }
        }
        if at + 1 < token_features.len() && context.after.len() < MAX_CONTEXTS {
            context.after.push(at + 1);
        }
    }
    contexts
}

/// Small words in or before a name; the word before them tells more.
const SMALL: [&str; 27] = [
    "de", "du", "des", "d'", "la", "le", "les", "l'", "à", "au", "aux", "et", "en", "un", "une", "sur", "son", "sa",
    "ses", "ce", "cette", "the", "of", "and", "a", "par", "dans",
];

/// Largest distance of the head of a name, in tokens.
const REACH: usize = 5;

/// Finds the heads of names: `diocèse` in `diocèse de Lens`.
fn find_heads(token_features: &mut [TokenFeatures], tokens: &[Token<'_>]) {
    let seek = |token_features: &[TokenFeatures], at: usize, step: isize| {
        let mut n = at;
        for _ in 0..REACH {
            if step < 0 && tokens[n].opens {
                return None;
            }
            n = n.checked_add_signed(step).filter(|n| *n < token_features.len())?;
            if !tokens[n].word() || step > 0 && tokens[n].opens {
                return None;
            }
            if !token_features[n].capital && !SMALL.contains(&token_features[n].lower.as_str()) {
                return Some(n);
            }
        }
        None
    };
    for at in 0..token_features.len() {
        (token_features[at].head, token_features[at].tail) =
            (seek(token_features, at, -1), seek(token_features, at, 1));
    }
}
