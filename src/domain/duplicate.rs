//! Likely duplicates: entities that are probably the same.

use super::page::{PageRequest, SetFilter};
use super::{DuplicateReason, EntityKind};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use strsim::normalized_damerau_levenshtein;
use uuid::Uuid;

/// Minimum similarity of names that differ by some letters.
const MIN_SIMILARITY: f64 = 0.8;
/// Minimum length of such names in code points: a letter makes another name of a shorter one.
const MIN_SIMILAR_LENGTH: usize = 6;

/// What supports a pair, and how strongly, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    pub reason: DuplicateReason,
    pub score: f64,
}

/// An entity of a pair.
#[derive(Debug, Clone, PartialEq)]
pub struct DuplicateEntity {
    pub id: Uuid,
    pub kind: EntityKind,
    pub name: String,
    pub description: Option<String>,
}

/// A likely duplicate of an entity.
#[derive(Debug, Clone, PartialEq)]
pub struct Duplicate {
    pub entity: DuplicateEntity,
    /// 0 to 1.
    pub score: f64,
    pub reasons: Vec<Reason>,
}

/// Two entities that are likely the same.
#[derive(Debug, Clone, PartialEq)]
pub struct DuplicatePair {
    pub id: Uuid,
    /// In order of id.
    pub entities: [DuplicateEntity; 2],
    /// 0 to 1.
    pub score: f64,
    pub reasons: Vec<Reason>,
}

/// Filter and page of a list of pairs, the best first.
#[derive(Debug, Clone)]
pub struct DuplicateFilter {
    pub kind: SetFilter<EntityKind>,
    pub min_score: Option<f64>,
    pub page: PageRequest,
}

/// The score of a pair: mostly the name, and what the context adds.
pub fn score(reasons: &[Reason]) -> f64 {
    let weight = |reason| match reason {
        DuplicateReason::CoMentioned => 0.2,
        DuplicateReason::Publisher | DuplicateReason::Description => 0.1,
        _ => 0.6,
    };
    let sum: f64 = reasons.iter().map(|reason| weight(reason.reason) * reason.score).sum();
    rounded(sum.min(1.0))
}

/// Rounds a score to three decimals.
pub fn rounded(score: f64) -> f64 {
    (score * 1000.0).round() / 1000.0
}

/// How two names resemble each other; `None` if they do not. They are keys of names: lower case, without accents and punctuation.
pub fn compare_names(one: &str, other: &str) -> Option<Reason> {
    let (reason, score) = likeness(one, other)?;
    Some(Reason { reason, score: rounded(score) })
}

fn likeness(one: &str, other: &str) -> Option<(DuplicateReason, f64)> {
    let [words, other_words] = [one, other].map(|name| name.split(' ').collect::<Vec<_>>());
    let [set, other_set] = [&words, &other_words].map(|words| words.iter().copied().collect::<BTreeSet<_>>());
    if set == other_set {
        return Some((DuplicateReason::SameName, 1.0));
    }
    if set.len().min(other_set.len()) > 1 && (set.is_subset(&other_set) || other_set.is_subset(&set)) {
        return Some((DuplicateReason::ContainedName, 0.85));
    }
    if is_initial_of(&words, &other_words) || is_initial_of(&other_words, &words) {
        return Some((DuplicateReason::Initials, 0.7));
    }
    if is_acronym(&words, &other_words) || is_acronym(&other_words, &words) {
        return Some((DuplicateReason::Acronym, 0.7));
    }
    // A number tells names apart: `Boeing 737` and `Boeing 747`.
    let numbers = |name: &str| name.chars().filter(char::is_ascii_digit).collect::<String>();
    let shorter = one.chars().count().min(other.chars().count());
    if shorter < MIN_SIMILAR_LENGTH || numbers(one) != numbers(other) {
        return None;
    }
    let similarity = normalized_damerau_levenshtein(one, other);
    (similarity >= MIN_SIMILARITY).then_some((DuplicateReason::SimilarName, similarity * 0.95))
}

/// Whether `short` has the last word of `long`, and initials instead of its first words: `a diallo`, `j p martin`.
fn is_initial_of(short: &[&str], long: &[&str]) -> bool {
    let ([initials @ .., last], [names @ .., last_of_long]) = (short, long) else { return false };
    let is_initial = |(initial, name): (&&str, &&str)| initial.chars().count() == 1 && name.starts_with(*initial);
    !initials.is_empty()
        && initials.len() <= names.len()
        && last == last_of_long
        && initials.iter().zip(names).all(is_initial)
}

/// Whether `short` is one word of the initials of the longer words of `long`: `oms`.
fn is_acronym(short: &[&str], long: &[&str]) -> bool {
    let initials: String =
        long.iter().filter(|word| word.chars().count() > 2).filter_map(|word| word.chars().next()).collect();
    matches!(short, [only] if initials.chars().count() > 2 && *only == initials)
}

#[cfg(test)]
mod tests {
    use super::*;
    use DuplicateReason::{Acronym, ContainedName, Initials, SameName, SimilarName};

    #[test]
    fn names_resemble_each_other_in_named_ways() {
        for (one, other, reason) in [
            ("awa diallo", "diallo awa", Some(SameName)),
            ("awa marie diallo", "awa diallo", Some(ContainedName)),
            ("awa diallo", "a diallo", Some(Initials)),
            ("j p martin", "jean pierre martin", Some(Initials)),
            ("oms", "organisation mondiale de la sante", Some(Acronym)),
            ("awa diallo", "awa dialo", Some(SimilarName)),
            ("awa diallo", "awa diouf", None),
            ("awa diallo", "b diallo", None),
            ("awa diallo", "diallo", None),
            ("boeing 737", "boeing 747", None),
            ("paris", "parme", None),
        ] {
            for (one, other) in [(one, other), (other, one)] {
                assert_eq!(compare_names(one, other).map(|found| found.reason), reason, "{one}, {other}");
            }
        }
    }

    #[test]
    fn context_raises_the_score_of_a_name() {
        let name = Reason { reason: SameName, score: 1.0 };
        let context = Reason { reason: DuplicateReason::CoMentioned, score: 0.5 };
        assert_eq!((score(&[name]), score(&[name, context])), (0.6, 0.7));
    }
}
