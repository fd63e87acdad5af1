//! A language: its words, phrases and verbs, and how they are looked up.

use super::lexicon::{Info, LightVerb, Verb};
use std::collections::{HashMap, HashSet};

/// The words, phrases and verbs of one language.
#[derive(Debug, Default)]
pub struct Language {
    /// ISO 639-1; empty for a language without data.
    pub(super) code: &'static str,
    pub(super) words: HashMap<String, Info>,
    /// Phrases by their first word, the longest first.
    pub(super) phrases: HashMap<String, Vec<Phrase>>,
    pub(super) source_phrases: HashMap<String, Vec<SourcePhrase>>,
    pub(super) endings: Vec<(&'static str, u128)>,
    pub(super) verbs: Vec<Verb>,
    pub(super) light_verbs: Vec<LightVerb>,
    pub(super) role_synonyms: HashMap<&'static str, Vec<&'static str>>,
    /// Words before an apostrophe that stand alone, such as an elided article.
    pub(super) elided: HashSet<&'static str>,
    /// Endings of a verb that are its subject, the longest first.
    pub(super) inverted: Vec<&'static str>,
}

/// A phrase whose words have properties of their own in it.
#[derive(Debug, Clone)]
pub struct Phrase {
    /// Its words after the first.
    pub rest: Vec<String>,
    /// The properties of each of its words.
    pub info: Info,
}

/// A phrase that a source follows.
#[derive(Debug, Clone)]
pub struct SourcePhrase {
    /// The phrase as it is shown.
    pub lemma: &'static str,
    /// Its words after the first; a genitive preposition at the end is left out.
    pub rest: Vec<String>,
    /// Must be followed by a genitive preposition.
    pub genitive: bool,
    /// Is a source only at the start of a clause, before a person.
    pub opens_clause: bool,
}

impl Language {
    /// Its BCP 47 primary tag.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// Whether it is French, whose verbs may stand before their subject and have auxiliaries of their own.
    pub fn is_french(&self) -> bool {
        self.code == "fr"
    }

    /// Whether it is English, whose possessives and quotations may have a single mark.
    pub fn is_english(&self) -> bool {
        self.code == "en"
    }

    /// Whether it is German, whose nouns have capitals.
    pub fn is_german(&self) -> bool {
        self.code == "de"
    }

    /// The properties of a lower-case word.
    pub fn info(&self, word: &str) -> Info {
        let mut info = self.words.get(word).copied().unwrap_or_default();
        for (ending, flags) in &self.endings {
            if word.len() > ending.len() && word.ends_with(ending) {
                info.flags |= flags;
            }
        }
        info
    }

    /// The reporting verb that a word is a form of.
    pub fn verb(&self, info: Info) -> Option<&Verb> {
        usize::from(info.verb).checked_sub(1).and_then(|i| self.verbs.get(i))
    }

    /// The verbs that report with a complement and have this infinitive.
    pub fn light_verbs(&self, lemma: &str) -> impl Iterator<Item = &LightVerb> {
        self.light_verbs.iter().filter(move |verb| verb.lemma == lemma)
    }

    /// Other words that introduce the person for whom a role stands.
    pub fn role_synonyms(&self, role: &str) -> &[&'static str] {
        self.role_synonyms.get(role).map_or(&[], Vec::as_slice)
    }

    /// Whether a word before an apostrophe stands alone.
    pub fn is_elided(&self, word: &str) -> bool {
        self.elided.contains(word)
    }

    /// The subject that a verb ends with, when one does: `-t-il`.
    pub fn inverted_ending(&self, word: &str) -> Option<&'static str> {
        self.inverted.iter().copied().find(|ending| word.len() > ending.len() && word.ends_with(ending))
    }

    /// The phrases that begin with a word, the longest first.
    pub fn phrases(&self, first: &str) -> &[Phrase] {
        self.phrases.get(first).map_or(&[], Vec::as_slice)
    }

    /// The phrases that begin with a word and are followed by a source.
    pub fn source_phrases(&self, first: &str) -> &[SourcePhrase] {
        self.source_phrases.get(first).map_or(&[], Vec::as_slice)
    }
}
