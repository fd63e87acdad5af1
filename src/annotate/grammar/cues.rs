//! Finds cues: reporting verbs and source phrases outside quotations, such as `a souligné`, `said`, `selon`.

mod english;
mod french;
mod german;
mod unknown;

use crate::annotate::languages::{Class, Language, form};
use crate::annotate::tokens::{Kind, Tokens};

/// The construction of a cue, which determines where its subject is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A verb with its own subject: `a déclaré`, `said`.
    Finite,
    /// A gerund, usually with the subject of its sentence: `ajoutant`, `adding`.
    Gerund,
    /// A verb that continues an earlier one: `avant de préciser`, `et ajouté`.
    Chained,
    /// A phrase before a source: `selon`, `according to`.
    Phrase,
    /// A noun for what somebody says, with its source: `Bell's claim that`, `l'avis de Luc Petit que`.
    Noun,
}

/// A reporting verb or source phrase: a range of tokens.
#[derive(Debug, Clone)]
pub struct Cue {
    pub start: usize,
    pub end: usize,
    pub lemma: String,
    /// For a phrase, [`Class::Weak`] if a person must follow it directly.
    pub class: Class,
    pub shape: Shape,
    /// The subject pronoun after the verb: `-t-il`.
    pub inverted: Option<usize>,
    pub negated: bool,
    pub takes_infinitive: bool,
    pub takes_bare_clause: bool,
    /// Whether a clause is its only object: `say`.
    pub only_clauses: bool,
    pub takes_addressee: bool,
    /// Whether the verb means that a speaker continues: `poursuivre`.
    pub continues: bool,
    /// Whether the verb says that its clause is false.
    pub denies: bool,
    /// Whether no list has the verb; its lemma is the printed form.
    pub guessed: bool,
    /// Whether the agent of the passive follows: `was told by`.
    pub passive: bool,
}

impl Cue {
    /// A cue without further properties.
    fn new((start, end): (usize, usize), lemma: String, class: Class, shape: Shape) -> Self {
        Self {
            start,
            end,
            lemma,
            class,
            shape,
            inverted: None,
            negated: false,
            takes_infinitive: false,
            takes_bare_clause: false,
            only_clauses: false,
            takes_addressee: false,
            continues: false,
            denies: false,
            guessed: false,
            passive: false,
        }
    }
}

/// Finds all cues of a text, sorted and without overlaps.
pub fn find(tokens: &Tokens, language: &Language) -> Vec<Cue> {
    let finder = Finder { tokens, language };
    let mut found: Vec<Cue> = Vec::new();
    let mut at = 0;
    while at < tokens.list.len() {
        match finder.cue_at(at) {
            Some(cue) => {
                at = cue.end.max(at + 1);
                found.push(cue);
            }
            None => at += 1,
        }
    }
    found
}

struct Finder<'a> {
    tokens: &'a Tokens,
    language: &'a Language,
}

impl Finder<'_> {
    fn cue_at(&self, at: usize) -> Option<Cue> {
        if self.tokens.kind(at) != Kind::Word {
            return None;
        }
        self.source_phrase(at)
            .or_else(|| self.passive_cue(at))
            .or_else(|| self.noun(at))
            .or_else(|| match self.language {
                language if language.is_french() => self.french_cue(at),
                language if language.is_german() => self.german_cue(at),
                _ => self.english_cue(at),
            })
            .or_else(|| self.unknown_cue(at))
    }

    /// The source phrase that begins at a token.
    fn source_phrase(&self, at: usize) -> Option<Cue> {
        let phrase = self.language.source_phrases(self.tokens.word(at)).iter().find(|phrase| {
            let words = phrase.rest.iter().enumerate().all(|(i, word)| self.tokens.word(at + 1 + i) == word);
            words && (!phrase.genitive || self.genitive_after(at + 1 + phrase.rest.len()).is_some())
        })?;
        let end = at + 1 + phrase.rest.len();
        let end = if phrase.genitive { self.genitive_after(end).unwrap_or(end) } else { end };
        if phrase.opens_clause && !(self.opens_clause(at) && self.tokens.info(at).is_preposition()) {
            return None;
        }
        let class = if phrase.opens_clause { Class::Weak } else { Class::Speech };
        Some(Cue::new((at, end), phrase.lemma.to_owned(), class, Shape::Phrase))
    }

    /// A participle before its agent: `was told by`, `est décrit par`.
    fn passive_cue(&self, at: usize) -> Option<Cue> {
        let before = (1..4).filter_map(|back| at.checked_sub(back)).find(|&i| !self.tokens.info(i).is_adverb())?;
        let be = self.tokens.info(before).is_be() || self.tokens.info(before).is_been();
        let participle = self.tokens.info(at).is_form(form::PARTICIPLE) && self.tokens.info(at + 1).is_agent();
        let cue = (be && participle).then(|| self.cue(at, at, Shape::Finite, None)).flatten()?;
        Some(Cue { end: at + 2, passive: true, ..cue })
    }

    /// The genitive preposition at `at`, or after one adverb: `de l'aveu même de`.
    fn genitive_after(&self, at: usize) -> Option<usize> {
        let adverb = usize::from(self.tokens.info(at).is_adverb());
        self.tokens.info(at + adverb).is_of().then_some(at + adverb)
    }

    /// A noun for what somebody says, between its source and a reported clause or before both.
    fn noun(&self, at: usize) -> Option<Cue> {
        let reports = |i: usize| self.tokens.info(i).is_complementizer();
        let before = (at.saturating_sub(2)..at).any(|i| self.tokens.info(i).is_possessive()) && reports(at + 1);
        let of = self.tokens.info(at + 1).is_of() || self.tokens.info(at + 1).is_agent();
        let after =
            of && (at + 3..at + 3 + MAX_NOUN_SOURCE).take_while(|&i| self.tokens.kind(i) == Kind::Word).any(reports);
        // `in Bell's words, "..."`
        let owned = (at.saturating_sub(2)..at).any(|i| self.tokens.info(i).is_possessive());
        let next = at + 1 + usize::from(self.tokens.is_mark(at + 1, ','));
        let quoted = matches!(self.tokens.kind(next), Kind::Quoted(_)) && self.tokens.info(at).is_speech_noun();
        (self.tokens.info(at).is_claim_noun() && (before || after) || owned && quoted)
            .then(|| Cue::new((at, at + 1), self.tokens.word(at).to_owned(), Class::Narrow, Shape::Noun))
    }

    /// Whether a token is the first of its sentence or follows a comma, a quotation or a conjunction.
    fn opens_clause(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1) else { return true };
        matches!(self.tokens.kind(before), Kind::Break | Kind::Quoted(_) | Kind::Mark('.' | ',' | '!' | '?' | '…'))
            || self.tokens.info(before).is_conjunction()
    }

    /// A modal verb and a reporting infinitive: `tient à préciser`, `peut-on lire`, `would say`, `did not say`.
    fn modal_cue(&self, at: usize) -> Option<Cue> {
        let info = self.tokens.info(at);
        if !info.is_modal() || info.is_form(form::INFINITIVE) || self.is_noun_after_previous(at) {
            return None;
        }
        let (next, inverted) = self.skip_small_words(at + 1);
        let affirmed = info.is_affirming();
        let negated = !affirmed && (self.is_negated(at) || (at..next).any(|i| self.tokens.info(i).is_negation()));
        self.infinitive_after(at, next, inverted).map(|cue| Cue { negated, ..cue })
    }

    fn infinitive_after(&self, start: usize, mut at: usize, inverted: Option<usize>) -> Option<Cue> {
        if self.tokens.info(at).links_infinitive() {
            at += 1;
        }
        while self.tokens.info(at).is_clitic() && at < start + 8 {
            at += 1;
        }
        self.tokens.info(at).is_form(form::INFINITIVE).then(|| self.cue(start, at, Shape::Finite, inverted)).flatten()
    }

    fn is_negated(&self, at: usize) -> bool {
        (1..=3)
            .filter_map(|back| at.checked_sub(back))
            .take_while(|&i| self.tokens.info(i).is_clitic())
            .any(|i| self.tokens.info(i).is_negation())
    }

    /// Skips an inverted pronoun, adverbs and negations. Returns the index after them, and the pronoun.
    fn skip_small_words(&self, mut at: usize) -> (usize, Option<usize>) {
        let mut inverted = None;
        for _ in 0..MAX_SMALL_WORDS {
            let info = self.tokens.info(at);
            // `a elle relevé` repeats the subject.
            let repeated = info.is_stressed() && self.tokens.info(at + 1).is_form(form::PARTICIPLE);
            if info.is_inverted() {
                inverted = Some(at);
            } else if !(repeated || info.is_adverb() && !info.reports() || info.is_negation()) {
                break;
            }
            at += 1;
        }
        (at, inverted)
    }

    /// A cue from `start` to the verb at `verb`, with the complement that the verb needs.
    fn cue(&self, start: usize, verb: usize, shape: Shape, inverted: Option<usize>) -> Option<Cue> {
        let entry = self.language.verb(self.tokens.info(verb))?;
        let mut cue = Cue {
            inverted,
            takes_infinitive: entry.takes_infinitive,
            takes_bare_clause: entry.takes_bare_clause,
            only_clauses: entry.only_clauses,
            takes_addressee: entry.takes_addressee,
            continues: entry.continues,
            denies: entry.denies,
            ..Cue::new((start, verb + 1), entry.lemma.clone(), entry.class, shape)
        };
        if inverted.is_some_and(|at| at >= cue.end) {
            cue.end += 1;
        }
        if self.language.light_verbs(&cue.lemma).next().is_some() {
            let (next, late) = self.skip_small_words(cue.end);
            let has = |complement: &[String], from: usize| {
                complement.iter().enumerate().all(|(i, word)| self.tokens.word(from + i) == word)
            };
            // A complement may be an adverb: `point out`.
            let light = [cue.end, next].into_iter().find_map(|from| {
                let found = self.language.light_verbs(&cue.lemma).find(|light| has(&light.complement, from))?;
                Some((found, from))
            });
            let (light, next) = light?;
            cue.inverted = cue.inverted.or(late);
            cue.end = next + light.complement.len();
            cue.lemma = format!("{} {}", light.lemma, light.complement.join(" "));
            cue.class = light.class;
        } else if verb == start && entry.needs_help {
            return (inverted.is_some() && entry.reports_inverted).then_some(cue);
        }
        Some(cue)
    }
}

/// Maximum number of words of the source of a noun.
const MAX_NOUN_SOURCE: usize = 8;
/// Maximum number of small words between the parts of a verb.
const MAX_SMALL_WORDS: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotate::languages;
    use crate::annotate::text::Text;

    fn cues(body: &str, language: &Language) -> Vec<(String, Shape)> {
        let tokens = Tokens::new(&Text::new(body), language);
        find(&tokens, language).into_iter().map(|cue| (cue.lemma, cue.shape)).collect()
    }

    fn french(body: &str) -> Vec<(String, Shape)> {
        cues(body, languages::french())
    }

    fn one(lemma: &str, shape: Shape) -> Vec<(String, Shape)> {
        vec![(lemma.to_owned(), shape)]
    }

    #[test]
    fn compound_tenses_and_inversions_are_cues() {
        assert_eq!(french("a-t-il également déclaré"), one("déclarer", Shape::Finite));
        assert_eq!(french("elle s'est vivement inquiétée"), one("inquiéter", Shape::Finite));
        assert_eq!(french("le maire avait tenu à rappeler"), one("rappeler", Shape::Finite));
        assert_eq!(french("la mairie a fait savoir"), one("faire savoir", Shape::Finite));
        assert_eq!(french("la mairie a mis en garde"), one("mettre en garde", Shape::Finite));
        assert_eq!(french("peut-on lire sur l'affiche"), one("lire", Shape::Finite));
        assert_eq!(french("tout en ajoutant"), one("ajouter", Shape::Gerund));
    }

    #[test]
    fn an_adverbial_phrase_may_separate_auxiliary_and_verb() {
        for phrase in ["pour sa part", "tout d'abord", "d'emblée", "à l'époque", "quant à lui", "par ailleurs"] {
            assert_eq!(french(&format!("elle a, {phrase}, déclaré").replace(',', "")), one("déclarer", Shape::Finite));
        }
        assert_eq!(french("pour sa part elle attend"), []);
        assert_eq!(french("par la mairie"), []);
    }

    #[test]
    fn nouns_and_passives_are_not_cues() {
        assert_eq!(french("une annonce et le juge de la cour"), []);
        assert_eq!(french("la hausse a été annoncée"), []);
        assert_eq!(french("il fait froid"), []);
        assert_eq!(cues("the claims of the reports are made", languages::english()), []);
        assert_eq!(cues("a reported attack was announced", languages::english()), []);
    }

    #[test]
    fn english_verbs_and_phrases_are_cues() {
        let english = |body| cues(body, languages::english());
        assert_eq!(english("Smith said"), one("say", Shape::Finite));
        assert_eq!(english("she had previously told reporters"), one("tell", Shape::Finite));
        assert_eq!(english("the mayor, adding"), one("add", Shape::Gerund));
        assert_eq!(english("according to the mayor"), one("according to", Shape::Phrase));
        assert_eq!(english("he was quoted as saying"), one("say", Shape::Finite));
    }

    #[test]
    fn source_phrases_match_before_a_source() {
        for (language, body, lemma) in [
            (languages::french(), "Selon Anne Morel", "selon"),
            (languages::french(), "d’après Anne Morel", "d'après"),
            (languages::french(), "aux yeux des élus", "aux yeux de"),
            (languages::french(), "de l'avis d'Anne Morel", "de l'avis de"),
            (languages::french(), "À en croire Anne Morel", "à en croire"),
            (languages::english(), "According to Anna Bell", "according to"),
            (languages::english(), "in the words of Anna Bell", "in the words of"),
        ] {
            assert_eq!(cues(body, language), one(lemma, Shape::Phrase), "{body}");
        }
        assert_eq!(french("aux yeux bleus"), []);
    }
}
