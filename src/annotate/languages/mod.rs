//! The languages in which reported speech is found: their words, phrases and verbs, kept as data files.
//!
//! A file has sections, each named for a property of the words in it. An underscore joins the words of a phrase. The
//! tokenizer must cut every entry as it is written, which a test checks.

mod de;
mod en;
mod fr;
mod language;
mod lexicon;
#[cfg(test)]
mod tests;

pub use language::{Language, Phrase, SourcePhrase};
pub use lexicon::{Class, Info, LightVerb, Verb, flag, form};

use super::text::Text;
use super::tokens::Tokens;
use std::collections::HashSet;
use std::sync::LazyLock;

/// The files of a language, and its rules of conjugation.
struct Sources {
    code: &'static str,
    /// Words and phrases by their properties.
    words: &'static str,
    /// Reporting verbs by their class.
    verbs: &'static str,
    /// Words for an office, and other words for the same person.
    roles: &'static str,
    /// Lines that web pages leave in a text.
    boilerplate: &'static str,
    /// Conjugates a regular verb.
    conjugate: fn(&str) -> Forms,
}

/// The forms of a verb that news uses: third person, participles and gerund.
#[derive(Debug, Default, PartialEq, Eq)]
struct Forms {
    finite: Vec<String>,
    participles: Vec<String>,
    gerund: String,
}

const SOURCES: [&Sources; 3] = [&fr::SOURCES, &en::SOURCES, &de::SOURCES];

static FRENCH: LazyLock<Language> = LazyLock::new(|| Language::build(&fr::SOURCES));
static ENGLISH: LazyLock<Language> = LazyLock::new(|| Language::build(&en::SOURCES));
static GERMAN: LazyLock<Language> = LazyLock::new(|| Language::build(&de::SOURCES));
static OTHER: LazyLock<Language> = LazyLock::new(Language::default);
static BOILERPLATE: LazyLock<Boilerplate> = LazyLock::new(Boilerplate::build);

/// The language of a BCP 47 primary tag; one without data for tags that are not known.
pub fn for_tag(tag: &str) -> &'static Language {
    all().into_iter().find(|language| language.code() == tag).unwrap_or(&OTHER)
}

/// All languages with data.
pub fn all() -> [&'static Language; 3] {
    [french(), english(), german()]
}

/// French.
pub fn french() -> &'static Language {
    &FRENCH
}

/// English.
pub fn english() -> &'static Language {
    &ENGLISH
}

/// German.
pub fn german() -> &'static Language {
    &GERMAN
}

/// Lines that web pages leave in a text, of all languages.
#[derive(Debug)]
pub struct Boilerplate {
    whole: HashSet<&'static str>,
    prefixes: Vec<&'static str>,
}

impl Boilerplate {
    fn build() -> Self {
        let lines = SOURCES.into_iter().flat_map(|sources| entries_by_line(sources.boilerplate));
        let (prefixes, whole): (Vec<&str>, Vec<&str>) = lines.partition(|line| line.ends_with('*'));
        let prefixes = prefixes.into_iter().map(|line| line.trim_end_matches('*')).collect();
        Self { whole: whole.into_iter().collect(), prefixes }
    }

    /// Whether a line, in lower case and with single spaces, is boilerplate.
    pub fn has(&self, line: &str) -> bool {
        self.whole.contains(line) || self.prefixes.iter().any(|prefix| line.starts_with(prefix))
    }
}

/// The boilerplate of all languages.
pub fn boilerplate() -> &'static Boilerplate {
    &BOILERPLATE
}

impl Language {
    fn build(sources: &Sources) -> Self {
        let mut language = Self { code: sources.code, ..Self::default() };
        // The tokenizer needs these entries to cut the phrases.
        for (section, line) in sections(sources.words) {
            match section {
                "elided" => language.elided.extend(line.split_whitespace()),
                "inverted ending" => language.inverted.extend(line.split_whitespace()),
                _ => {}
            }
        }
        language.inverted.sort_by_key(|ending| std::cmp::Reverse(ending.len()));
        for (section, line) in sections(sources.words) {
            language.add_words(section, line);
        }
        for phrases in language.phrases.values_mut() {
            phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.rest.len()));
        }
        for (section, line) in sections(sources.verbs) {
            language.add_verbs(section, line, sources.conjugate);
        }
        for line in entries_by_line(sources.roles) {
            if let Some((role, others)) = line.split_once(':') {
                language.role_synonyms.insert(role, others.split_whitespace().collect());
            }
        }
        language
    }

    fn add_words(&mut self, section: &str, line: &'static str) {
        let words = line.split_whitespace();
        match section {
            "elided" | "inverted ending" => {}
            "source phrase" => words.for_each(|entry| self.add_source_phrase(entry, false)),
            "source phrase that opens a clause" => words.for_each(|entry| self.add_source_phrase(entry, true)),
            _ if section.starts_with("ending ") => {
                let flags = flags_of(&section["ending ".len()..]);
                self.endings.extend(words.map(|ending| (ending, flags)));
            }
            _ => {
                let flags = flags_of(section);
                words.for_each(|entry| self.add_word(entry, flags));
            }
        }
    }

    fn add_word(&mut self, entry: &str, flags: u128) {
        let mut words = self.cut(entry).into_iter();
        let first = words.next().unwrap_or_default();
        let rest: Vec<String> = words.collect();
        if rest.is_empty() {
            self.words.entry(first).or_default().flags |= flags;
            return;
        }
        let phrases = self.phrases.entry(first).or_default();
        match phrases.iter_mut().find(|known| known.rest == rest) {
            Some(known) => known.info.flags |= flags,
            None => phrases.push(Phrase { rest, info: Info { flags, ..Info::default() } }),
        }
    }

    fn add_source_phrase(&mut self, entry: &'static str, opens_clause: bool) {
        let mut words = self.cut(entry).into_iter();
        let first = words.next().unwrap_or_default();
        let mut rest: Vec<String> = words.collect();
        let genitive = rest.last().is_some_and(|last| self.info(last).is_of());
        if genitive {
            rest.pop();
        }
        let lemma: &str = Box::leak(entry.replace('_', " ").into_boxed_str());
        self.source_phrases.entry(first).or_default().push(SourcePhrase { lemma, rest, genitive, opens_clause });
    }

    /// The words of an entry, as the tokenizer cuts them.
    fn cut(&self, entry: &str) -> Vec<String> {
        if is_ending(entry) {
            return vec![entry.to_owned()];
        }
        // An elided word is one only before another word.
        let tokens = Tokens::new(&Text::new(&format!("{} ", entry.replace('_', " "))), self);
        tokens.list.iter().map(|token| tokens.lowercase(token).to_owned()).collect()
    }

    fn add_verbs(&mut self, section: &str, line: &'static str, conjugate: fn(&str) -> Forms) {
        if let Some(class) = Class::parse(section) {
            for infinitive in line.split_whitespace() {
                self.add_verb(infinitive.trim_end_matches('-'), class, conjugate(infinitive));
            }
        } else if section == "irregular" {
            let fields: Vec<&str> = line.split('|').map(str::trim).collect();
            if let [head, finite, participles, gerund] = fields[..]
                && let Some((infinitive, class)) = head.split_once(' ')
                && let Some(class) = Class::parse(class)
            {
                let words = |field: &str| field.split_whitespace().map(str::to_owned).collect();
                let forms = Forms { finite: words(finite), participles: words(participles), gerund: gerund.to_owned() };
                self.add_verb(infinitive, class, forms);
            }
        } else if section == "base form is finite" {
            for verb in line.split_whitespace() {
                if let Some(info) = self.words.get_mut(verb).filter(|info| info.is_form(form::INFINITIVE)) {
                    info.forms |= form::FINITE;
                }
            }
        } else if let Some(class) = section.strip_prefix("with a complement, ").and_then(Class::parse) {
            for entry in line.split_whitespace() {
                let mut words = self.cut(entry).into_iter();
                let lemma = words.next().unwrap_or_default();
                self.light_verbs.push(LightVerb { lemma, complement: words.collect(), class });
            }
        } else {
            let lemmas: HashSet<&str> = line.split_whitespace().collect();
            for verb in self.verbs.iter_mut().filter(|verb| lemmas.contains(verb.lemma.as_str())) {
                match section {
                    "takes an infinitive" => verb.takes_infinitive = true,
                    "takes a bare clause" => verb.takes_bare_clause = true,
                    "has clauses as its only objects" => verb.only_clauses = true,
                    "takes an addressee" => verb.takes_addressee = true,
                    "goes on speaking" => verb.continues = true,
                    "needs help" => verb.needs_help = true,
                    "reports when inverted" => verb.reports_inverted = true,
                    "denies" => verb.denies = true,
                    "wishes" => verb.wishes = true,
                    "reports nothing with a reflexive" => verb.reports_reflexively = false,
                    _ => {}
                }
            }
        }
    }

    /// Adds a verb. A form that another verb has already stays with that one.
    fn add_verb(&mut self, infinitive: &str, class: Class, forms: Forms) {
        self.verbs.push(Verb {
            lemma: infinitive.to_owned(),
            class,
            takes_infinitive: false,
            takes_bare_clause: false,
            only_clauses: false,
            takes_addressee: false,
            continues: false,
            needs_help: false,
            reports_inverted: false,
            denies: false,
            wishes: false,
            reports_reflexively: true,
        });
        let verb = u16::try_from(self.verbs.len()).unwrap_or(u16::MAX);
        let finite = forms.finite.into_iter().map(|word| (word, form::FINITE));
        let participles = forms.participles.into_iter().map(|word| (word, form::PARTICIPLE));
        let others = [(forms.gerund, form::GERUND), (infinitive.to_owned(), form::INFINITIVE)];
        for (word, form) in finite.chain(participles).chain(others) {
            let info = self.words.entry(word).or_default();
            if info.verb == 0 || info.verb == verb {
                info.verb = verb;
                info.forms |= form;
            }
        }
    }
}

/// Whether an entry occurs only at the end of another word: `-t-il`, `'s`.
fn is_ending(entry: &str) -> bool {
    entry.starts_with(['-', '\''])
}

/// The properties that a section is named for.
fn flags_of(section: &str) -> u128 {
    section.split(' ').filter_map(flag::parse).fold(0, |flags, bit| flags | bit)
}

/// The lines of a file without its comments.
fn entries_by_line(file: &'static str) -> impl Iterator<Item = &'static str> {
    file.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// The lines of a file with the section that each stands in.
pub fn sections(file: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let mut section = "";
    entries_by_line(file).filter_map(move |line| match line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
        Some(name) => {
            section = name;
            None
        }
        None => Some((section, line)),
    })
}
