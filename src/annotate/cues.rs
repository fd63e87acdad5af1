//! Reporting verbs and phrases in the running text: `a souligné`, `said`, `selon`, `according to`.

mod english;
mod french;

use super::lexicon::{Class, Lexicon, form};
use super::tokens::Tokens;

/// What a cue looks like, which tells where its subject is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A verb with a subject of its own: `a déclaré`, `said`.
    Finite,
    /// `ajoutant`, `adding`: the subject is that of its sentence.
    Gerund,
    /// `avant de préciser`, `et ajouté`: goes on after another verb.
    Chained,
    /// `selon`, `according to`: the source follows.
    Phrase,
}

/// A cue: a range of tokens and what is known of it.
#[derive(Debug, Clone)]
pub struct Cue {
    pub start: usize,
    pub end: usize,
    pub lemma: String,
    pub class: Class,
    pub shape: Shape,
    /// The inverted subject pronoun in it: `-t-il`.
    pub inverted: Option<usize>,
    pub negated: bool,
}

/// All cues of a text, sorted; no two overlap.
pub fn find(tokens: &Tokens, lexicon: &Lexicon) -> Vec<Cue> {
    let finder = Finder { tokens, lexicon };
    let mut found: Vec<Cue> = Vec::new();
    let mut at = 0;
    while at < tokens.list.len() {
        let cue = if lexicon.elides { finder.french(at) } else { finder.english(at) };
        match cue {
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
    lexicon: &'a Lexicon,
}

/// Complements that make a cue of `faire`, `laisser`, `mettre`.
const LIGHT: [(&str, &[&str]); 3] = [
    ("faire", &["savoir", "valoir", "remarquer", "observer", "part", "état", "connaître"]),
    ("laisser", &["entendre", "comprendre", "croire", "tomber", "échapper", "filer"]),
    ("mettre", &["en"]),
];

/// Set phrases that may stand between subject, auxiliary and verb.
const LOCUTIONS: [&str; 34] = [
    "à tort",
    "à nouveau",
    "de nouveau",
    "à plusieurs reprises",
    "à maintes reprises",
    "de son côté",
    "pour sa part",
    "pour leur part",
    "de leur côté",
    "quant à lui",
    "quant à elle",
    "à son tour",
    "en revanche",
    "en outre",
    "par ailleurs",
    "en effet",
    "à raison",
    "sans détour",
    "tout d' abord",
    "au passage",
    "entre autres",
    "dans la foulée",
    "à l' époque",
    "au départ",
    "par la suite",
    "en conséquence",
    "de même",
    "en retour",
    "at the time",
    "for his part",
    "for her part",
    "in turn",
    "in part",
    "at first",
];

/// Verbs that report only with a modal, an inverted `on`, or not at all by themselves.
const NEVER_ALONE: [&str; 8] = ["lire", "savoir", "entendre", "tenir", "go", "faire", "laisser", "mettre"];

impl Finder<'_> {
    fn word(&self, at: usize) -> &str {
        self.tokens.word(at)
    }

    fn phrase(&self, start: usize, len: usize, lemma: &str) -> Cue {
        Cue {
            start,
            end: start + len,
            lemma: lemma.to_owned(),
            class: Class::Speech,
            shape: Shape::Phrase,
            inverted: None,
            negated: false,
        }
    }

    /// `tient à préciser`, `peut-on lire`, `va annoncer`, and in English `would say`, `did not say`.
    fn modal(&self, at: usize) -> Option<Cue> {
        let info = self.tokens.info(at);
        if !info.is_modal() || info.is_form(form::INFINITIVE) || self.noun_before(at) {
            return None;
        }
        let (next, inverted) = self.skip_small(at + 1);
        let negated = self.negated_before(at)
            || (at + 1..next).any(|i| matches!(self.word(i), "not" | "pas" | "never"))
            || self.word(at).ends_with("n't")
            || self.word(at) == "cannot";
        self.infinitive_after(at, next, inverted).map(|cue| Cue { negated, ..cue })
    }

    fn infinitive_after(&self, start: usize, mut at: usize, inverted: Option<usize>) -> Option<Cue> {
        if matches!(self.word(at), "à" | "de" | "d'" | "to" | "par" | "en") {
            at += 1;
        }
        while self.tokens.info(at).is_clitic() && at < start + 8 {
            at += 1;
        }
        self.tokens.info(at).is_form(form::INFINITIVE).then(|| self.cue(start, at, Shape::Finite, inverted)).flatten()
    }

    /// The length of a set phrase that stands between a verb's parts: `a, pour sa part, déclaré`.
    fn locution(&self, at: usize) -> Option<usize> {
        LOCUTIONS.iter().find_map(|locution| {
            let fits = locution.split(' ').enumerate().all(|(i, word)| self.word(at + i) == word);
            fits.then(|| locution.split(' ').count())
        })
    }

    fn negated_before(&self, at: usize) -> bool {
        (1..=3)
            .filter_map(|back| at.checked_sub(back))
            .take_while(|&i| self.tokens.info(i).is_clitic())
            .any(|i| matches!(self.word(i), "ne" | "n'" | "never" | "not"))
    }

    /// Skips an inverted pronoun, adverbs and negations; gives the pronoun.
    fn skip_small(&self, mut at: usize) -> (usize, Option<usize>) {
        let mut inverted = None;
        for _ in 0..5 {
            let info = self.tokens.info(at);
            if info.is_inverted() {
                inverted = Some(at);
            } else if matches!(self.word(at), "elle" | "lui" | "eux" | "elles")
                && self.tokens.info(at + 1).is_form(form::PARTICIPLE)
            {
                // `a elle relevé`: the subject once more.
            } else if let Some(length) = self.locution(at) {
                at += length - 1;
            } else if !((info.is_adverb() && !info.says()) || matches!(self.word(at), "pas" | "not" | "never" | "n't"))
            {
                break;
            }
            at += 1;
        }
        (at, inverted)
    }

    /// A cue from `start` to the verb at `verb`, with what belongs to the verb after it.
    fn cue(&self, start: usize, verb: usize, shape: Shape, inverted: Option<usize>) -> Option<Cue> {
        let entry = self.lexicon.verb(self.tokens.info(verb))?;
        let mut cue = Cue {
            start,
            end: verb + 1,
            lemma: entry.lemma.clone(),
            class: entry.class,
            shape,
            inverted,
            negated: false,
        };
        if inverted.is_some_and(|at| at >= cue.end) {
            cue.end += 1;
        }
        if let Some((_, complements)) = LIGHT.iter().find(|(lemma, _)| *lemma == cue.lemma) {
            let (next, late) = self.skip_small(cue.end);
            let word = self.word(next);
            if !complements.contains(&word) || (word == "en" && self.word(next + 1) != "garde") {
                return None;
            }
            cue.inverted = cue.inverted.or(late);
            cue.end = next + if word == "en" { 2 } else { 1 };
            cue.lemma = if word == "en" { "mettre en garde".into() } else { format!("{} {word}", cue.lemma) };
            cue.class = if word == "état" { Class::Quote } else { Class::Speech };
        } else if verb == start && NEVER_ALONE.contains(&cue.lemma.as_str()) {
            return (inverted.is_some() && cue.lemma == "lire").then_some(cue);
        }
        Some(cue)
    }
}

#[cfg(test)]
mod tests {
    use super::super::text::Text;
    use super::*;

    fn cues(body: &str, lexicon: &Lexicon) -> Vec<(String, Shape)> {
        let tokens = Tokens::new(&Text::new(body), lexicon);
        find(&tokens, lexicon).into_iter().map(|cue| (cue.lemma, cue.shape)).collect()
    }

    fn french(body: &str) -> Vec<(String, Shape)> {
        cues(body, Lexicon::french())
    }

    fn one(lemma: &str, shape: Shape) -> Vec<(String, Shape)> {
        vec![(lemma.to_owned(), shape)]
    }

    #[test]
    fn compound_tenses_and_inversions() {
        assert_eq!(french("a-t-il également déclaré"), one("déclarer", Shape::Finite));
        assert_eq!(french("elle s'est vivement inquiétée"), one("inquiéter", Shape::Finite));
        assert_eq!(french("le maire avait tenu à rappeler"), one("rappeler", Shape::Finite));
        assert_eq!(french("la mairie a fait savoir"), one("faire savoir", Shape::Finite));
        assert_eq!(french("peut-on lire sur l'affiche"), one("lire", Shape::Finite));
        assert_eq!(french("tout en ajoutant"), one("ajouter", Shape::Gerund));
    }

    #[test]
    fn nouns_and_passives_are_no_cues() {
        assert_eq!(french("une annonce et le juge de la cour"), []);
        assert_eq!(french("la hausse a été annoncée"), []);
        assert_eq!(french("il fait froid"), []);
        assert_eq!(cues("the claims of the reports are made", Lexicon::english()), []);
        assert_eq!(cues("a reported attack was announced", Lexicon::english()), []);
    }

    #[test]
    fn english_verbs_and_phrases() {
        let english = |body| cues(body, Lexicon::english());
        assert_eq!(english("Smith said"), one("say", Shape::Finite));
        assert_eq!(english("she had previously told reporters"), one("tell", Shape::Finite));
        assert_eq!(english("the mayor, adding"), one("add", Shape::Gerund));
        assert_eq!(english("according to the mayor"), one("according to", Shape::Phrase));
        assert_eq!(english("he was quoted as saying"), one("say", Shape::Finite));
    }
}
