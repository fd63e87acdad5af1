//! Finds the people of an article by full name, surname, first name or misspelling.

use super::gazetteer::gazetteer;
use crate::annotate::Gender;
use crate::annotate::fold;
use crate::domain::mention::MAX_CANDIDATES;
use std::collections::HashMap;

/// The folded words of a name: `jean-luc`, `elan` for `Jean-Luc Élan`.
pub type Parts = Vec<String>;

/// A person that a name matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameMatch {
    /// The person's name, or a part or short form of it.
    Name(usize),
    /// A misspelling of the person's name.
    Misspelling(usize),
    /// Part of the names of several people.
    Ambiguous,
}

/// The people of one article, numbered in the order in which they are added.
#[derive(Debug, Clone, Default)]
pub struct People {
    people: Vec<Person>,
    by_name: HashMap<Parts, usize>,
    by_first: HashMap<String, Vec<usize>>,
    /// People by the last words of their names: `goff`, `le goff`.
    by_tail: HashMap<Parts, Vec<usize>>,
}

#[derive(Debug, Clone)]
struct Person {
    parts: Parts,
    gender: Option<Gender>,
}

/// Maximum number of people that a name is compared with, which keeps the work on a hostile text linear.
const MAX_COMPARED: usize = 24;

/// Maximum length of a word of a name that is compared letter by letter.
const MAX_COMPARED_LETTERS: usize = 24;

/// Splits a printed name into its parts, without titles, first name first: `MOREL Luc` is Luc Morel.
pub fn parts(name: &str) -> Parts {
    let words: Vec<&str> = name.split(|c: char| c.is_whitespace()).filter(|w| !w.is_empty()).collect();
    let mut parts: Parts = words.iter().map(|word| fold::fold(word)).collect();
    let shouted =
        |word: &&&str| word.chars().nth(1).is_some_and(char::is_uppercase) && !word.contains(char::is_lowercase);
    let surname = words.iter().take_while(shouted).count();
    let long = words[..surname].iter().any(|word| word.chars().nth(2).is_some());
    let given = words.get(surname).is_some_and(|word| word.starts_with(char::is_alphabetic));
    if long && given {
        parts.rotate_left(surname);
    }
    let titles =
        parts.iter().take(parts.len().saturating_sub(1)).take_while(|part| title_gender(part).is_some()).count();
    parts.into_iter().skip(titles).collect()
}

/// The gender that a title implies, if any; `None` for words that are not titles.
pub fn title_gender(word: &str) -> Option<Option<Gender>> {
    match word.trim_end_matches('.') {
        "m" | "mr" | "monsieur" | "sir" | "lord" | "prince" | "king" | "father" | "abbe" | "mgr" => {
            Some(Some(Gender::Masculine))
        }
        "mme" | "mlle" | "madame" | "mademoiselle" | "mrs" | "ms" | "miss" | "lady" | "dame" | "princess" | "queen"
        | "princesse" | "reine" | "sister" => Some(Some(Gender::Feminine)),
        "mm" | "me" | "dr" | "pr" | "prof" | "docteur" | "professeur" | "sen" | "rep" | "gov" | "gen" | "col"
        | "lt" | "sgt" | "capt" | "rev" | "maitre" | "judge" | "justice" | "president" | "senator" => Some(None),
        _ => None,
    }
}

fn is_initial(part: &str) -> bool {
    part.ends_with('.') && part.chars().count() <= 5 && !part.trim_end_matches('.').contains(' ') || part.len() == 1
}

/// Whether two first names are equal, or one is the initial of the other: `n.`, `nicolas`.
fn first_names_match(a: &str, b: &str) -> bool {
    let begins =
        |short: &str, long: &str| is_initial(short) && short.chars().next().is_some_and(|c| long.starts_with(c));
    a == b || begins(a, b) || begins(b, a)
}

/// Levenshtein distance of two words; [`MAX_COMPARED_LETTERS`] if a word is longer, or the lengths differ by more than two.
fn levenshtein(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) =
        (a.chars().take(MAX_COMPARED_LETTERS + 1).collect(), b.chars().take(MAX_COMPARED_LETTERS + 1).collect());
    if a.len() > MAX_COMPARED_LETTERS || b.len() > MAX_COMPARED_LETTERS || a.len().abs_diff(b.len()) > 2 {
        return MAX_COMPARED_LETTERS;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let next = (corner + usize::from(x != y)).min(row[j] + 1).min(row[j + 1] + 1);
            corner = row[j + 1];
            row[j + 1] = next;
        }
    }
    row[b.len()]
}

/// Whether `wrong` is probably a misspelling of the surname `right`.
fn is_misspelling(wrong: &str, right: &str) -> bool {
    let length = wrong.chars().count().min(right.chars().count());
    wrong != right && levenshtein(wrong, right) <= usize::from(length >= 5) + usize::from(length >= 10)
}

impl People {
    /// Adds a person and returns its number.
    pub fn add(&mut self, parts: Parts, gender: Option<Gender>) -> usize {
        let number = self.people.len();
        self.by_first.entry(parts[0].clone()).or_default().push(number);
        for from in (1..parts.len()).rev().take(4) {
            self.by_tail.entry(parts[from..].to_vec()).or_default().push(number);
        }
        self.by_name.insert(parts.clone(), number);
        self.people.push(Person { parts, gender });
        number
    }

    /// Sets the gender of a person, unless it is known.
    pub fn set_gender(&mut self, person: usize, gender: Gender) {
        self.people[person].gender.get_or_insert(gender);
    }

    /// The person with a full name, which may differ in initials and middle names.
    ///
    /// `once`: the name is printed only once, so that it may be a misspelling.
    pub fn find_by_full_name(&self, parts: &[String], once: bool) -> Option<NameMatch> {
        if let Some(&person) = self.by_name.get(parts) {
            return Some(NameMatch::Name(person));
        }
        let (first, last) = (parts.first()?, parts.last()?);
        let surnamed = self.by_tail.get(std::slice::from_ref(last)).map_or(&[][..], Vec::as_slice);
        let same = |&&person: &&usize| first_names_match(&self.people[person].parts[0], first);
        if let Some(&person) = surnamed.iter().take(MAX_COMPARED).find(same) {
            return Some(NameMatch::Name(person));
        }
        if let Some([person]) = self.by_tail.get(parts).map(Vec::as_slice) {
            return Some(NameMatch::Name(*person));
        }
        if !once {
            return None;
        }
        let known_first = gazetteer().is_first_name(fold::hash_word(first));
        let near_first = |&&person: &&usize| {
            let other = &self.people[person].parts[0];
            !known_first && other.chars().count() >= 4 && levenshtein(first, other) == 1
        };
        let namesakes = self.by_first.get(first).map_or(&[][..], Vec::as_slice);
        let near_last = |&&person: &&usize| {
            let other = &self.people[person].parts;
            other.len() == parts.len() && other.last().is_some_and(|other| is_misspelling(last, other))
        };
        let found = namesakes.iter().take(MAX_COMPARED).find(near_last);
        found
            .or_else(|| surnamed.iter().take(MAX_COMPARED).find(near_first))
            .map(|&person| NameMatch::Misspelling(person))
    }

    /// The people with a surname or a first name and a fitting gender, at most [`MAX_CANDIDATES`].
    pub fn bearers(&self, parts: &[String], gender: Option<Gender>) -> Vec<usize> {
        let fits = |person: &usize| gender.is_none_or(|g| self.people[*person].gender.is_none_or(|own| own == g));
        let named = self.by_tail.get(parts).or_else(|| self.by_first.get(parts.first()?));
        named.into_iter().flatten().copied().take(MAX_COMPARED).filter(fits).take(MAX_CANDIDATES).collect()
    }

    /// The person with a surname or a first name, if only one with a fitting gender has it.
    pub fn find_by_part(&self, parts: &[String], gender: Option<Gender>, once: bool) -> Option<NameMatch> {
        let fits = |person: &usize| gender.is_none_or(|g| self.people[*person].gender.is_none_or(|own| own == g));
        let bearer = |people: &Vec<usize>| {
            let sole = |agrees: &dyn Fn(&usize) -> bool| {
                let mut bearers = people.iter().copied().take(MAX_COMPARED).filter(agrees);
                bearers.next().map(|first| bearers.next().is_none().then_some(first))
            };
            // A title prefers the only one of known gender.
            let known = |person: &usize| gender.is_some() && self.people[*person].gender == gender;
            let found = sole(&fits)?.or_else(|| sole(&known).flatten());
            Some(found.map_or(NameMatch::Ambiguous, NameMatch::Name))
        };
        if let Some(found) = self.by_tail.get(parts).and_then(bearer) {
            return Some(found);
        }
        let [only] = parts else { return None };
        if let Some(found) = self.by_first.get(only).and_then(bearer) {
            return Some(found);
        }
        let long = only.chars().count() >= 6;
        let near =
            |person: &&Person| person.parts.len() > 1 && person.parts.last().is_some_and(|s| levenshtein(only, s) == 1);
        let person = self.people.iter().take(MAX_COMPARED).position(|p| once && long && near(&p));
        person.map(NameMatch::Misspelling)
    }
}

/// Whether a name has a first name and a surname, both spelt out.
pub fn is_full_name(parts: &[String]) -> bool {
    parts.len() > 1 && !is_initial(&parts[0]) && parts.last().is_some_and(|last| last.chars().count() > 1)
}

/// Whether a name has fewer capitals than another spelling of it.
pub fn is_plainer(name: &str, other: &str) -> bool {
    let capitals = |name: &str| name.chars().filter(|c| c.is_uppercase()).count();
    name.chars().count() == other.chars().count() && capitals(name) < capitals(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_surname_in_capitals_may_stand_first() {
        assert_eq!(parts("MOREL Luc"), ["luc", "morel"]);
        assert_eq!(parts("LE GOFF Jean-Luc").last().map(String::as_str), Some("goff"));
        assert_eq!(parts("LUC MOREL"), ["luc", "morel"]);
        assert_eq!(parts("J. MOREL"), ["j.", "morel"]);
        assert!(is_plainer("Luc Morel", "MOREL Luc") && !is_plainer("MOREL Luc", "Luc Morel"));
    }

    fn people_of(names: &[&str]) -> People {
        let mut people = People::default();
        for name in names {
            people.add(parts(name), gazetteer().gender(name));
        }
        people
    }

    fn full(people: &People, name: &str) -> Option<NameMatch> {
        people.find_by_full_name(&parts(name), true)
    }

    fn short(people: &People, name: &str, gender: Option<Gender>) -> Option<NameMatch> {
        people.find_by_part(&parts(name), gender, true)
    }

    #[test]
    fn titles_are_not_part_of_a_name() {
        assert_eq!(parts("M. Vautrin"), ["vautrin"]);
        assert_eq!(parts("Mme Élise\u{a0}Vautrin"), ["elise", "vautrin"]);
        assert_eq!(parts("M."), ["m."]);
    }

    #[test]
    fn initials_and_middle_names_mean_the_same_person() {
        let people = people_of(&["Nicolas Vautrin", "Helga R. Ostrowski"]);
        assert_eq!(full(&people, "N. Vautrin"), Some(NameMatch::Name(0)));
        assert_eq!(full(&people, "Helga Ostrowski"), Some(NameMatch::Name(1)));
        assert_eq!(full(&people, "P. Vautrin"), None);
    }

    #[test]
    fn a_surname_of_two_words_matches_as_a_whole() {
        let people = people_of(&["Marina Le Goff"]);
        assert_eq!(full(&people, "Le Goff"), Some(NameMatch::Name(0)));
        assert_eq!(short(&people, "Goff", None), Some(NameMatch::Name(0)));
    }

    #[test]
    fn a_title_chooses_between_namesakes_and_nothing_else_does() {
        let people = people_of(&["Élise Vautrin", "Nicolas Vautrin"]);
        assert_eq!(short(&people, "Vautrin", Some(Gender::Feminine)), Some(NameMatch::Name(0)));
        assert_eq!(short(&people, "Vautrin", None), Some(NameMatch::Ambiguous));
    }

    #[test]
    fn a_first_name_alone_means_the_person() {
        let people = people_of(&["Élise Vautrin"]);
        assert_eq!(short(&people, "Élise", None), Some(NameMatch::Name(0)));
        assert_eq!(short(&people, "Paul", None), None);
    }

    #[test]
    fn misspellings_match_and_other_names_do_not() {
        let people = people_of(&["Claude Vautrin", "Howard Lane", "Anne Martin"]);
        assert_eq!(full(&people, "Claude Vautrim"), Some(NameMatch::Misspelling(0)));
        for other in ["Anne Martinet", "Anne Martineau", "Claude Vautrinen", "Claude Vautrinet"] {
            assert_eq!(full(&people, other), None, "{other}");
        }
        assert_eq!(full(&people, "Claude Vautier"), None);
        assert_eq!(full(&people, "Howard Lang"), None);
        assert_eq!(people.find_by_full_name(&parts("Claude Vautrim"), false), None);
        assert_eq!(short(&people, "Vautrim", None), Some(NameMatch::Misspelling(0)));
    }

    #[test]
    fn only_spelt_out_names_are_full_names() {
        assert!(is_full_name(&parts("Élise Vautrin")));
        assert!(!is_full_name(&parts("É. Vautrin")) && !is_full_name(&parts("Vautrin")));
    }

    #[test]
    fn levenshtein_counts_edits_and_is_the_maximum_for_long_words() {
        assert_eq!(levenshtein("vautrin", "vautrim"), 1);
        assert_eq!(levenshtein("abc", "abc"), 0);
        assert_eq!(levenshtein(&"a".repeat(30), &"a".repeat(30)), MAX_COMPARED_LETTERS);
    }
}
