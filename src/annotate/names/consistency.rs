//! Makes the names of an article consistent: each name has one kind and is marked wherever it occurs.

use super::common;
use super::gazetteer::NameLanguage;
use super::tokenized_text::{self, Marked, TokenizedText};
use crate::annotate::EntityKind;
use crate::annotate::fold;
use crate::annotate::names::tagger::KINDS;
use std::collections::HashMap;

/// Minimum confidence of a name that is marked wherever it occurs.
const MIN_REPEATED_CONFIDENCE: f32 = 0.8;

/// Gives each name one kind, then marks its other occurrences.
pub fn unify(text: &TokenizedText<'_>, language: NameLanguage, marks: &mut Vec<Marked>) {
    unify_kinds(text, marks);
    let more = repetitions(text, language, marks);
    tokenized_text::add_without_overlaps(marks, more);
}

fn folded(text: &TokenizedText<'_>, mark: &Marked) -> String {
    fold::fold(text.printed(mark))
}

/// Gives each name the most likely kind over all its occurrences. A full name also counts for its surname.
fn unify_kinds(text: &TokenizedText<'_>, marks: &mut [Marked]) {
    let mut votes: HashMap<String, [f32; KINDS.len()]> = HashMap::new();
    let mut vote = |name: String, kinds: &[f32; KINDS.len()]| {
        let tally = votes.entry(name).or_default();
        tally.iter_mut().zip(kinds).for_each(|(sum, kind)| *sum += kind);
    };
    for mark in marks.iter() {
        vote(folded(text, mark), &mark.kinds);
        if mark.kind == EntityKind::Person && mark.tokens.0 < mark.tokens.1 {
            vote(fold::fold(text.tokens[mark.tokens.1].text), &mark.kinds);
        }
    }
    for (short, long) in acronym_pairs(text, marks) {
        let [short, long] = [short, long].map(|n| &marks[n]);
        vote(folded(text, short), &long.kinds);
        vote(folded(text, long), &short.kinds);
    }
    for mark in marks.iter_mut() {
        let Some(tally) = votes.get(&folded(text, mark)) else {
            continue;
        };
        let best = (0..KINDS.len()).max_by(|a, b| tally[*a].total_cmp(&tally[*b]));
        if let Some(kind) = best.filter(|kind| tally[*kind] > 0.0) {
            mark.kind = KINDS[kind].0;
        }
    }
}

/// Pairs of an acronym and its long form, one in brackets after the other: `Office de la mer (OM)`.
fn acronym_pairs(text: &TokenizedText<'_>, marks: &[Marked]) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    for n in 1..marks.len() {
        let (first, second) = (&marks[n - 1], &marks[n]);
        let bracketed = text.near(second.tokens.0, -1) == "(" && first.tokens.1 + 2 == second.tokens.0;
        let lone = |mark: &Marked| mark.tokens.0 == mark.tokens.1;
        let pair = match (lone(first), lone(second)) {
            (true, false) => (n - 1, n),
            (false, true) => (n, n - 1),
            _ => continue,
        };
        let [short, long] = [pair.0, pair.1].map(|n| folded(text, &marks[n]));
        if bracketed && is_acronym_of(&short, &long) {
            pairs.push(pair);
        }
    }
    pairs
}

/// Whether each letter of a short name begins a word of the long one, in order.
fn is_acronym_of(short: &str, long: &str) -> bool {
    let mut initials = long.split([' ', '-', '\'']).filter_map(|word| word.chars().next());
    short.chars().nth(1).is_some() && short.chars().all(|letter| initials.any(|initial| initial == letter))
}

/// A known name: its tokens after the first, its kind and confidence.
type Known<'a> = (Vec<&'a str>, EntityKind, f32);

/// Marks the other occurrences of names, and of the surnames of people.
fn repetitions(text: &TokenizedText<'_>, language: NameLanguage, marks: &[Marked]) -> Vec<Marked> {
    // Names by their first token.
    let mut names: HashMap<&str, Vec<Known<'_>>> = HashMap::new();
    let mut learn = |tokens: &[super::tokens::Token<'_>], kind, confidence: f32| {
        let Some((first, rest)) = tokens.split_first() else {
            return;
        };
        let first = &text.body[first.byte..first.byte + first.text.len()];
        let rest: Vec<&str> = rest.iter().map(|t| &text.body[t.byte..t.byte + t.text.len()]).collect();
        let known = names.entry(first).or_default();
        if known.len() < 8 && known.iter().all(|(tokens, _, _)| *tokens != rest) {
            known.push((rest, kind, confidence));
        }
    };
    for mark in marks
        .iter()
        .filter(|m| m.confidence >= MIN_REPEATED_CONFIDENCE && m.mention == crate::annotate::MentionKind::Name)
    {
        let tokens = &text.tokens[mark.tokens.0..=mark.tokens.1];
        let kept = matches!(mark.kind, EntityKind::Person | EntityKind::Place | EntityKind::Organization);
        if kept && tokens.len() <= 8 && is_distinctive(language, tokens[0].text) {
            learn(tokens, mark.kind, mark.confidence * 0.8);
        }
        if mark.kind == EntityKind::Person
            && tokens.len() > 1
            && is_distinctive(language, tokens[tokens.len() - 1].text)
        {
            learn(&tokens[tokens.len() - 1..], mark.kind, mark.confidence * 0.8);
        }
    }
    let mut more = Vec::new();
    for (at, token) in text.tokens.iter().enumerate() {
        let Some(known) = names.get(token.text) else {
            continue;
        };
        let fits = |rest: &[&str]| rest.iter().enumerate().all(|(n, part)| text.near(at, n as isize + 1) == *part);
        let Some((rest, kind, confidence)) =
            known.iter().filter(|(rest, _, _)| fits(rest)).max_by_key(|(rest, _, _)| rest.len())
        else {
            continue;
        };
        let last = at + rest.len();
        // A capitalised neighbour makes it part of another name.
        let grows =
            text.tokens.get(last + 1).is_some_and(|t| t.is_capitalized() && !t.opens) && *kind == EntityKind::Person;
        if !(grows || rest.is_empty() && common::has(language, token.text)) {
            more.push(text.mark((at, last), *kind, *confidence));
        }
    }
    more
}

/// Whether a word is distinctive enough to be the same name elsewhere: capitalised, not common, not short.
fn is_distinctive(language: NameLanguage, word: &str) -> bool {
    let capital = word.chars().next().is_some_and(char::is_uppercase);
    word.chars().nth(2).is_some() && capital && !common::has(language, word)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Marks tokens of a text and makes the marks consistent.
    fn unified(text: &str, given: &[(usize, usize, EntityKind, f32)]) -> Vec<(String, EntityKind)> {
        let text = TokenizedText::french(text);
        let mut marks = given.iter().map(|m| text.mark((m.0, m.1), m.2, m.3)).collect();
        unify(&text, NameLanguage::French, &mut marks);
        marks.iter().map(|m| (text.slice(m.tokens).to_owned(), m.kind)).collect()
    }

    use EntityKind::{Organization, Person, Place};

    #[test]
    fn all_occurrences_of_a_name_have_one_kind() {
        let given = [(0, 0, Organization, 0.9), (3, 3, Place, 0.4)];
        let marks = unified("Velcor paie et Velcor gagne", &given);
        assert_eq!(marks, [("Velcor".into(), Organization), ("Velcor".into(), Organization)]);
    }

    #[test]
    fn an_acronym_and_its_long_form_have_one_kind() {
        let text = "Un Office de la mer ( OM ) ouvre , puis OM ferme";
        let marks = unified(text, &[(1, 4, Organization, 0.9), (6, 6, Place, 0.5), (11, 11, Place, 0.2)]);
        assert!(marks.iter().all(|(_, kind)| *kind == Organization), "{marks:?}");
        let marks = unified(&text.replace("OM", "Sète"), &[(1, 4, Organization, 0.9), (6, 6, Place, 0.5)]);
        assert_eq!(marks[1].1, Place);
    }

    #[test]
    fn a_surname_has_the_kind_of_the_full_name() {
        let marks = unified("Anna Velcor parle puis Velcor part", &[(0, 1, Person, 0.9), (4, 4, Place, 0.5)]);
        assert_eq!(marks[1], ("Velcor".into(), Person));
    }

    #[test]
    fn only_names_with_high_confidence_are_marked_again() {
        let text = "Anna Velcor parle, puis Velcor part";
        assert_eq!(unified(text, &[(0, 1, Person, 0.95)]).len(), 2);
        assert_eq!(unified(text, &[(0, 1, Person, 0.5)]).len(), 1);
    }

    #[test]
    fn a_surname_inside_another_name_is_not_marked() {
        let marks = unified("Anna Velcor parle de la rue Velcor Ouest", &[(0, 1, Person, 0.95)]);
        assert_eq!(marks.len(), 1);
    }

    #[test]
    fn common_and_short_words_are_not_marked_again() {
        assert_eq!(unified("Le Point paraît. Point final. Point", &[(0, 1, Organization, 0.95)]).len(), 1);
        assert_eq!(unified("Wu parle puis Wu part", &[(0, 0, Person, 0.95)]).len(), 1);
    }
}
