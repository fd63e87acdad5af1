//! What is known of single words: reporting verbs in all their forms, and the small words that sentences hang on.

mod conjugate;
mod english;
mod english_words;
mod french;
mod french_words;

use std::collections::HashMap;
use std::sync::OnceLock;

/// What a reporting verb can report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Words and clauses: `dire`, `say`.
    Speech,
    /// Opinions, with a clause: `estimer`, `believe`.
    Opinion,
    /// A clause, or words right beside it: `conclure`, `show`.
    Narrow,
    /// Words between marks only: `fustiger`, `call`.
    Quote,
    /// Words between marks only, and right beside them: `poursuivre`, `continue`.
    Weak,
}

/// A reporting verb.
#[derive(Debug, Clone)]
pub struct Verb {
    /// The infinitive, reflexive pronoun left out.
    pub lemma: String,
    pub class: Class,
}

/// What the lexicon knows of a word; nothing by default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Info {
    flags: u32,
    /// Index into the verbs, plus one; 0 for none.
    verb: u16,
    forms: u8,
}

/// The forms a written word may be of its verb.
pub mod form {
    pub const FINITE: u8 = 1;
    pub const PARTICIPLE: u8 = 2;
    pub const GERUND: u8 = 4;
    pub const INFINITIVE: u8 = 8;
}

macro_rules! flags {
    ($($(#[$doc:meta])* $name:ident $test:ident $bit:literal;)*) => {
        /// Bits of what a word may be; a word may be several things.
        pub mod flag {
            $($(#[$doc])* pub const $name: u32 = 1 << $bit;)*
        }
        impl Info {
            $($(#[$doc])* pub fn $test(self) -> bool { self.flags & flag::$name != 0 })*
        }
    };
}

flags! {
    /// Articles, demonstratives, numerals before a noun.
    DETERMINER is_determiner 0;
    /// Indefinite articles.
    INDEFINITE is_indefinite 1;
    /// Prepositions other than `de` and `of`.
    PREPOSITION is_preposition 2;
    /// `de` and its contractions, `of`.
    OF is_of 3;
    /// Subject pronouns of the third person.
    PRONOUN is_pronoun 4;
    /// `qui`, `who`.
    RELATIVE is_relative 5;
    /// `que`, `that`.
    QUE is_que 6;
    /// Object pronouns and negations between subject and verb.
    CLITIC is_clitic 7;
    /// Adverbs that may stand between subject, auxiliary and verb.
    ADVERB is_adverb 8;
    /// Days, months and other words of time.
    TIME is_time 9;
    /// Forms of `avoir`, `have`.
    HAVE is_have 10;
    /// Forms of `être`, `be`.
    BE is_be 11;
    /// Finite verbs that report nothing.
    OTHER_VERB is_other_verb 12;
    /// `et`, `and`, `mais`, `but`.
    CONJUNCTION is_conjunction 13;
    /// `quand`, `because`: what begins a clause of its own.
    SUBORDINATOR is_subordinator 14;
    /// What a person is or does: `ministre`, `spokeswoman`.
    ROLE is_role 15;
    /// What many people are together: `police`, `company`.
    GROUP is_group 16;
    /// Sources that want no name: `source`, `anonymat`.
    ANONYMOUS is_anonymous 17;
    /// `M.`, `Mrs`.
    TITLE is_title 18;
    /// Words whose full stop ends no sentence.
    ABBREVIATION is_abbreviation 19;
    /// Plural subjects.
    PLURAL is_plural 20;
    /// Feminine words.
    FEMININE is_feminine 21;
    /// Masculine words.
    MASCULINE is_masculine 22;
    /// Small words between the parts of a name: `de`, `van`, `ben`.
    PARTICLE is_particle 23;
    /// Data that are no source: `selon les estimations`.
    NO_SOURCE is_no_source 24;
    /// Common words that begin sentences with a capital without being names.
    STARTER starts_sentences 25;
    /// What speech is laid down in: `communiqué`, `statement`.
    VESSEL is_vessel 26;
    /// Infinitives and past participles that follow a reporting verb without `que`.
    INFINITIVE is_infinitive 27;
    /// What is said, as a noun: `mots`, `words`, after `selon les`.
    SAYING is_saying 28;
    /// Modal verbs before an infinitive: `tient à`, `veut`, `peut`.
    MODAL is_modal 29;
    /// A subject pronoun after its verb: `-t-il`.
    INVERTED is_inverted 30;
}

impl Info {
    /// The forms of its reporting verb it may be; 0 for none.
    pub fn forms(self) -> u8 {
        self.forms
    }

    /// Whether it may be a finite form or a participle of a reporting verb.
    pub fn says(self) -> bool {
        self.forms & (form::FINITE | form::PARTICIPLE) != 0
    }

    /// Whether it may be that form of a reporting verb.
    pub fn is_form(self, form: u8) -> bool {
        self.forms & form != 0
    }

    /// Whether nothing is known of it that keeps it out of the middle of a noun phrase.
    pub fn fits_noun_phrase(self) -> bool {
        self.flags
            & (flag::PRONOUN
                | flag::RELATIVE
                | flag::QUE
                | flag::HAVE
                | flag::BE
                | flag::OTHER_VERB
                | flag::SUBORDINATOR
                | flag::PREPOSITION
                | flag::CONJUNCTION
                | flag::INVERTED)
            == 0
    }
}

/// The words of one language.
#[derive(Debug)]
pub struct Lexicon {
    words: HashMap<String, Info>,
    verbs: Vec<Verb>,
    /// Whether words lose vowels before an apostrophe, as in French.
    pub elides: bool,
    /// Whether it is known at all how this language reports speech.
    pub reports: bool,
}

impl Lexicon {
    /// The lexicon for a BCP 47 primary tag; one that knows nothing for other languages.
    pub fn for_language(tag: &str) -> &'static Self {
        match tag {
            "fr" => Self::french(),
            "en" => Self::english(),
            _ => {
                static NONE: OnceLock<Lexicon> = OnceLock::new();
                NONE.get_or_init(|| Self { words: HashMap::new(), verbs: Vec::new(), elides: false, reports: false })
            }
        }
    }

    /// The French one.
    pub fn french() -> &'static Self {
        static FRENCH: OnceLock<Lexicon> = OnceLock::new();
        FRENCH.get_or_init(|| {
            let mut builder = Builder::default();
            french::add(&mut builder);
            french_words::add(&mut builder);
            builder.build(true)
        })
    }

    /// The English one.
    pub fn english() -> &'static Self {
        static ENGLISH: OnceLock<Lexicon> = OnceLock::new();
        ENGLISH.get_or_init(|| {
            let mut builder = Builder::default();
            english::add(&mut builder);
            english_words::add(&mut builder);
            builder.build(false)
        })
    }

    /// What is known of a lower-cased word.
    pub fn info(&self, word: &str) -> Info {
        self.words.get(word).copied().unwrap_or_default()
    }

    /// The reporting verb a word is a form of.
    pub fn verb(&self, info: Info) -> Option<&Verb> {
        usize::from(info.verb).checked_sub(1).and_then(|i| self.verbs.get(i))
    }
}

/// Collects the words of a language.
#[derive(Debug, Default)]
pub(super) struct Builder {
    words: HashMap<String, Info>,
    verbs: Vec<Verb>,
}

impl Builder {
    /// Adds a verb; its forms follow with [`Builder::forms`].
    fn verb(&mut self, lemma: &str, class: char) {
        let class = match class {
            's' => Class::Speech,
            'o' => Class::Opinion,
            'n' => Class::Narrow,
            'w' => Class::Weak,
            _ => Class::Quote,
        };
        self.verbs.push(Verb { lemma: lemma.to_owned(), class });
    }

    /// Adds forms of the verb added last. A word that is already a form of another verb stays with that one.
    fn forms<S: AsRef<str>>(&mut self, form: u8, words: impl IntoIterator<Item = S>) {
        let verb = u16::try_from(self.verbs.len()).unwrap_or(u16::MAX);
        for word in words {
            let info = self.words.entry(word.as_ref().to_owned()).or_default();
            if info.verb == 0 || info.verb == verb {
                info.verb = verb;
                info.forms |= form;
            }
        }
    }

    /// Adds flags to space-separated words.
    fn flag(&mut self, flags: u32, words: &str) {
        for word in words.split_whitespace() {
            self.words.entry(word.to_owned()).or_default().flags |= flags;
        }
    }

    fn build(self, elides: bool) -> Lexicon {
        Lexicon { words: self.words, verbs: self.verbs, elides, reports: true }
    }
}
