//! Properties of single words: their part of speech, and the forms of reporting verbs.

/// The constructions that a reporting verb allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Quotations and clauses.
    Speech,
    /// Clauses that are opinions.
    Opinion,
    /// Clauses, and quotations right beside it.
    Narrow,
    /// Quotations only.
    Quote,
    /// Quotations right beside it only.
    Weak,
}

impl Class {
    /// The class that a section of `verbs.txt` is named for.
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "speech" => Self::Speech,
            "opinion" => Self::Opinion,
            "narrow" => Self::Narrow,
            "quote" => Self::Quote,
            "weak" => Self::Weak,
            _ => return None,
        })
    }
}

/// A reporting verb.
#[derive(Debug, Clone)]
pub struct Verb {
    /// The infinitive, without a reflexive pronoun.
    pub lemma: String,
    pub class: Class,
    /// Reports an infinitive clause.
    pub takes_infinitive: bool,
    /// Reports a clause without a complementizer.
    pub takes_bare_clause: bool,
    /// Has no other object than a clause.
    pub only_clauses: bool,
    /// Has the addressee as its object.
    pub takes_addressee: bool,
    /// Says that somebody continues to speak.
    pub continues: bool,
    /// Reports only with a modal verb or a complement.
    pub needs_help: bool,
    /// Reports without help when its impersonal subject follows it.
    pub reports_inverted: bool,
    /// Says that its clause is false.
    pub denies: bool,
    /// Says that its clause is wanted or feared.
    pub wishes: bool,
    /// Reports with a reflexive pronoun too: `s'est indigné`, but not `s'est assuré`.
    pub reports_reflexively: bool,
}

/// A verb that reports with a complement: its lemma is both.
#[derive(Debug, Clone)]
pub struct LightVerb {
    pub lemma: String,
    pub complement: Vec<String>,
    pub class: Class,
}

/// Properties of a word in one language; none by default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Info {
    pub(super) flags: u128,
    /// Index into the verbs, plus one; 0 for none.
    pub(super) verb: u16,
    pub(super) forms: u8,
}

/// The forms that a written word may be of its verb.
pub mod form {
    pub const FINITE: u8 = 1;
    pub const PARTICIPLE: u8 = 2;
    pub const GERUND: u8 = 4;
    pub const INFINITIVE: u8 = 8;
}

macro_rules! flags {
    ($($(#[$doc:meta])* $name:ident $test:ident $bit:literal;)*) => {
        /// Bits of the properties of a word, which may have several.
        pub mod flag {
            $($(#[$doc])* pub const $name: u128 = 1 << $bit;)*

            /// The bit that a section of `words.txt` is named for.
            pub fn parse(name: &str) -> Option<u128> {
                [$((stringify!($name), $name)),*]
                    .into_iter()
                    .find(|(known, _)| known.eq_ignore_ascii_case(name))
                    .map(|(_, bit)| bit)
            }
        }
        impl Info {
            $($(#[$doc])* pub fn $test(self) -> bool { self.flags & flag::$name != 0 })*
        }
    };
}

flags! {
    /// Articles, demonstratives, numerals before a noun.
    DETERMINER is_determiner 0;
    /// Definite articles.
    DEFINITE is_definite 1;
    /// Indefinite articles.
    INDEFINITE is_indefinite 2;
    /// Demonstratives.
    DEMONSTRATIVE is_demonstrative 3;
    /// Determiners that may stand before another determiner.
    PREDETERMINER is_predeterminer 4;
    /// Prepositions other than genitive ones.
    PREPOSITION is_preposition 5;
    /// Genitive prepositions and their contractions.
    OF is_of 6;
    /// Subject pronouns of the third person.
    PRONOUN is_pronoun 7;
    /// Pronouns of the first and second person.
    PARTICIPANT is_participant 8;
    /// Impersonal subject pronouns.
    IMPERSONAL is_impersonal 9;
    /// Pronouns after a preposition, or that repeat the subject.
    STRESSED is_stressed 10;
    /// Pronouns for things.
    NEUTER is_neuter 11;
    /// Phrases for the person named last.
    ANAPHOR is_anaphor 12;
    /// Subject pronouns after their verb.
    INVERTED is_inverted 13;
    /// Reflexive pronouns.
    REFLEXIVE is_reflexive 14;
    /// Relative pronouns.
    RELATIVE is_relative 15;
    /// Conjunctions that open a reported clause.
    COMPLEMENTIZER is_complementizer 16;
    /// Object pronouns and negations between subject and verb.
    CLITIC is_clitic 17;
    /// Negations.
    NEGATION is_negation 18;
    /// Adverbs that may stand between subject, auxiliary and verb.
    ADVERB is_adverb 19;
    /// Days, months and other words of time.
    TIME is_time 20;
    /// Forms of the perfect auxiliary.
    HAVE is_have 21;
    /// Forms of the copula.
    BE is_be 22;
    /// The past participle of the copula.
    BEEN is_been 23;
    /// The present participle of the perfect auxiliary.
    HAVING is_having 24;
    /// Finite verbs that report nothing.
    OTHER_VERB is_other_verb 25;
    /// Modal verbs, and others before an infinitive.
    MODAL is_modal 26;
    /// Infinitives of verbs that report nothing.
    INFINITIVE is_infinitive 27;
    /// Words that end like an infinitive.
    INFINITIVE_ENDING has_infinitive_ending 28;
    /// Words that end like a past tense.
    PAST_ENDING has_past_ending 29;
    /// Words that end like a plural noun or a verb in the third person.
    S_ENDING has_s_ending 30;
    /// Words that end like an adverb of manner.
    MANNER_ENDING has_manner_ending 31;
    /// Forms that end like a plural noun and are nearly always verbs.
    VERB_FORM is_verb_form 32;
    /// Prepositions between a modal verb and its infinitive.
    INFINITIVE_LINK links_infinitive 33;
    /// Prepositions before an infinitive that continues a sentence.
    CHAIN_LINK links_chain 34;
    /// Words before such a preposition when the infinitive reports.
    CHAIN_OPENER opens_chain 35;
    /// Prepositions before a gerund.
    GERUND_LINK links_gerund 36;
    /// Participles with a preposition before a reported gerund.
    CITED_AS is_cited_as 37;
    /// Coordinating conjunctions.
    CONJUNCTION is_conjunction 38;
    /// Conjunctions that begin a clause of their own.
    SUBORDINATOR is_subordinator 39;
    /// Words that form a conjunction with a following complementizer.
    CONJUNCTION_PART is_conjunction_part 40;
    /// Words that begin the next clause after a comma.
    CLAUSE_BREAK breaks_clause 41;
    /// Conjunctions of manner, before a reporting verb.
    AS is_as 42;
    /// Prepositions before the agent of a passive.
    AGENT is_agent 43;
    /// Genitive prepositions that may open an adjunct.
    ADJUNCT_LINK links_adjunct 44;
    /// Prepositions between an office and its field.
    OFFICE_LINK links_office 45;
    /// Words that point at what follows or came before.
    PRESENTATIVE is_presentative 46;
    /// Openings of a sentence that names the source of the quotation before it.
    LOOKS_BACK looks_back 47;
    /// Adjectives and endings that make a noun of the next word.
    NOUN_MODIFIER is_noun_modifier 48;
    /// Endings of the possessive.
    POSSESSIVE is_possessive 49;
    /// Words before a number that open a noun phrase.
    QUANTIFIER is_quantifier 50;
    /// Occupations, offices and other descriptions of one person.
    ROLE is_role 51;
    /// Groups of people and institutions.
    GROUP is_group 52;
    /// Sources that want no name.
    ANONYMOUS is_anonymous 53;
    /// Words for anonymity.
    ANONYMITY is_anonymity 54;
    /// Titles before a name.
    TITLE is_title 55;
    /// Titles that tell the office of a person.
    OFFICE_TITLE is_office_title 56;
    /// Words whose full stop ends no sentence.
    ABBREVIATION is_abbreviation 57;
    /// Plural subjects.
    PLURAL is_plural 58;
    /// Feminine words.
    FEMININE is_feminine 59;
    /// Masculine words.
    MASCULINE is_masculine 60;
    /// Small words between the parts of a name.
    PARTICLE is_particle 61;
    /// Common words that begin sentences with a capital without being names.
    SENTENCE_INITIAL is_sentence_initial 62;
    /// Data and rules, which are no source.
    NO_SOURCE is_no_source 63;
    /// Nouns for words said.
    SPEECH_NOUN is_speech_noun 64;
    /// Nouns for means of communication.
    COMMUNICATION_NOUN is_communication_noun 65;
    /// Works that are a source without being a person.
    WORK is_work 66;
    /// Words before a title, a name or a term between quotation marks.
    NAMING is_naming 67;
    /// Conjunctions of a condition.
    CONDITIONAL is_conditional 68;
    /// Conjunctions of time, which open a condition before a future tense.
    TEMPORAL is_temporal 69;
    /// Words that end like a future tense.
    FUTURE_ENDING has_future_ending 70;
    /// Auxiliaries of the past perfect and of the conditional.
    PAST_AUXILIARY is_past_auxiliary 71;
    /// Subjects and determiners that negate the clause that they open.
    NOBODY is_nobody 72;
    /// Verbs of refusal, wish or order that report nothing themselves.
    UNFULFILLED is_unfulfilled 73;
    /// Modal verbs of a mere possibility.
    POSSIBILITY is_possibility 74;
    /// Words that make a statement of a negated or a possible one: `hésiter`, `only`.
    AFFIRMING is_affirming 75;
    /// Question words that take their clause for granted.
    PRESUPPOSING is_presupposing 76;
    /// Words that end like a plural verb.
    PLURAL_VERB_ENDING has_plural_verb_ending 77;
    /// Words that end like a finite verb.
    VERB_ENDING has_verb_ending 78;
    /// Words that end like a past participle.
    PARTICIPLE_ENDING has_participle_ending 79;
    /// Pronouns for a person only.
    PERSONAL is_personal 80;
    /// Possessive determiners.
    POSSESSIVE_DETERMINER is_possessive_determiner 81;
    /// Determiners that may stand for a person by themselves: `another said`.
    STANDALONE is_standalone 82;
    /// Prepositions before a subject and its gerund: `with one resident saying`.
    ABSOLUTE opens_absolute 83;
    /// Auxiliaries of the conditional.
    COUNTERFACTUAL is_counterfactual 84;
    /// Words that set the topic of a sentence: `quant`, `as for`.
    TOPICAL sets_topic 85;
    /// Adjectives for what somebody believes, which a clause may follow: `convinced that`.
    ATTITUDE is_attitude 86;
    /// Nouns for what somebody says, which a reported clause may follow.
    CLAIM_NOUN is_claim_noun 90;
}

impl Info {
    /// The forms of its reporting verb that it may be; 0 for none.
    pub fn forms(self) -> u8 {
        self.forms
    }

    /// Whether it may be a finite form or a participle of a reporting verb.
    pub fn reports(self) -> bool {
        self.forms & (form::FINITE | form::PARTICIPLE) != 0
    }

    /// Whether it may be that form of a reporting verb.
    pub fn is_form(self, form: u8) -> bool {
        self.forms & form != 0
    }

    /// Whether no list has it.
    pub fn is_unknown(self) -> bool {
        self.forms == 0 && self.flags & !ENDINGS == 0
    }

    /// Whether it is an infinitive, of a reporting verb or another; unknown words are judged by their ending.
    pub fn is_any_infinitive(self) -> bool {
        self.is_infinitive() || self.is_form(form::INFINITIVE) || self.has_infinitive_ending() && self.is_unknown()
    }

    /// Whether no property keeps it out of the middle of a noun phrase.
    pub fn fits_noun_phrase(self) -> bool {
        self.flags & NO_NOUN_PHRASE == 0
    }
}

const ENDINGS: u128 = flag::INFINITIVE_ENDING
    | flag::VERB_ENDING
    | flag::PARTICIPLE_ENDING
    | flag::PAST_ENDING
    | flag::S_ENDING
    | flag::MANNER_ENDING
    | flag::FUTURE_ENDING
    | flag::PLURAL_VERB_ENDING;

const NO_NOUN_PHRASE: u128 = flag::PRONOUN
    | flag::RELATIVE
    | flag::COMPLEMENTIZER
    | flag::HAVE
    | flag::BE
    | flag::OTHER_VERB
    | flag::SUBORDINATOR
    | flag::PREPOSITION
    | flag::CONJUNCTION
    | flag::INVERTED;
