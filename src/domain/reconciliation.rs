//! Reconciliation: which stored entities the names of a table mean.

use super::EntityKind;
use super::duplicate::{compare_names, rounded};
use super::entity::{Entity, Identifier};
use super::text::name_key;
use strsim::normalized_damerau_levenshtein;

/// Weight of names that have only letters in common, compared with names that resemble each other as likely duplicates do.
const LETTERS_WEIGHT: f64 = 0.5;
/// Weight of an entity that has another identifier of a given scheme.
const CONTRADICTED_WEIGHT: f64 = 0.5;

/// What is known of an entity that is looked for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ReconciliationQuery {
    /// Its name, and other names that it may have.
    pub names: Vec<String>,
    /// `None` for any kind.
    pub kinds: Option<Vec<EntityKind>>,
    pub identifiers: Vec<Identifier>,
    /// Maximum number of candidates.
    pub limit: usize,
}

/// An entity that may match a query.
#[derive(Debug, Clone, PartialEq)]
pub struct ReconciliationCandidate {
    pub entity: Entity,
    /// 0 to 1.
    pub score: f64,
    /// How much the names resemble each other, 0 to 1.
    pub name_score: f64,
    pub has_identifier: bool,
    /// Whether it is certain: the same name or identifier, which no other candidate has.
    pub is_match: bool,
}

/// Scores the entities, and returns the best ones. Equal scores stay in the given order.
pub fn rank(query: &ReconciliationQuery, entities: Vec<Entity>) -> Vec<ReconciliationCandidate> {
    let keys: Vec<String> = query.names.iter().map(|name| name_key(name)).collect();
    let mut ranked: Vec<_> = entities.into_iter().map(|entity| candidate(query, &keys, entity)).collect();
    ranked.sort_by(|a, b| b.score.total_cmp(&a.score));
    let is_only = ranked.get(1).is_none_or(|second| second.score < 1.0);
    if let Some(first) = ranked.first_mut() {
        first.is_match = first.score >= 1.0 && is_only;
    }
    ranked.truncate(query.limit);
    ranked
}

fn candidate(query: &ReconciliationQuery, keys: &[String], entity: Entity) -> ReconciliationCandidate {
    let own: Vec<String> = entity.own_names().map(name_key).collect();
    let pairs = own.iter().flat_map(|one| keys.iter().map(move |other| likeness(one, other)));
    let name_score = rounded(pairs.fold(0.0, f64::max));
    let has_identifier = query.identifiers.iter().any(|given| entity.identifiers.contains(given));
    let is_contradicted =
        query.identifiers.iter().any(|given| entity.identifiers.iter().any(|own| own.scheme == given.scheme));
    let score = match (has_identifier, is_contradicted) {
        (true, _) => 1.0,
        (false, true) => rounded(name_score * CONTRADICTED_WEIGHT),
        (false, false) => name_score,
    };
    ReconciliationCandidate { entity, score, name_score, has_identifier, is_match: false }
}

fn likeness(one: &str, other: &str) -> f64 {
    let letters = || normalized_damerau_levenshtein(one, other) * LETTERS_WEIGHT;
    compare_names(one, other).map_or_else(letters, |reason| reason.score)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::new_id;
    use chrono::Utc;

    fn entity(name: &str, qid: Option<&str>) -> Entity {
        let identifier = |value: &str| Identifier { scheme: "wikidata".to_owned(), value: value.to_owned() };
        Entity {
            id: new_id(),
            version: 1,
            created_at: Utc::now(),
            updated_at: Utc::now(),
            kind: EntityKind::Person,
            name: name.to_owned(),
            description: None,
            aliases: Vec::new(),
            identifiers: qid.map(identifier).into_iter().collect(),
            merged_into: None,
        }
    }

    fn shown(query: &ReconciliationQuery, entities: Vec<Entity>) -> Vec<(String, f64, bool)> {
        rank(query, entities).into_iter().map(|found| (found.entity.name, found.score, found.is_match)).collect()
    }

    #[test]
    fn the_most_similar_name_comes_first_and_is_certain_if_it_is_the_only_equal_one() {
        let query = ReconciliationQuery { names: vec!["AWA DIALLO".to_owned()], limit: 3, ..Default::default() };
        let found =
            shown(&query, vec![entity("A. Diallo", None), entity("Awa Diallo", None), entity("Awa Diouf", None)]);
        assert_eq!(found[0], ("Awa Diallo".to_owned(), 1.0, true));
        assert_eq!(found[1], ("A. Diallo".to_owned(), 0.7, false));
        assert!(found[2].1 < 0.5);
        let namesakes = shown(&query, vec![entity("Awa Diallo", None), entity("Awa Diallo", None)]);
        assert!(namesakes.iter().all(|(_, score, is_match)| *score >= 1.0 && !is_match));
    }

    #[test]
    fn an_identifier_decides() {
        let identifiers = entity("", Some("Q2")).identifiers;
        let query =
            ReconciliationQuery { names: vec!["Awa Diallo".to_owned()], identifiers, limit: 2, ..Default::default() };
        let found = shown(&query, vec![entity("Awa Diallo", Some("Q1")), entity("Awa Ba", Some("Q2"))]);
        assert_eq!(found, [("Awa Ba".to_owned(), 1.0, true), ("Awa Diallo".to_owned(), 0.5, false)]);
    }
}
