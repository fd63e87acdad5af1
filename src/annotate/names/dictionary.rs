//! The aliases of stored entities, in memory.
//!
//! Aliases are kept as hashes of their folded words, not as text: with a million of them, a change takes microseconds,
//! and a lookup one probe for each word of the article.

mod alias;

use super::phrase_table::{Entry, Found, PhraseTable};
use crate::annotate::fold::{self, Word};
use crate::annotate::{AliasKind, EntityKind, Span};
use alias::{indexed, is_small_word};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use uuid::Uuid;

/// A stored entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEntity {
    pub id: Uuid,
    pub kind: EntityKind,
    /// Its preferred label.
    pub name: String,
}

/// The aliases of stored entities.
#[derive(Debug, Clone, Default)]
pub struct Dictionary {
    phrases: PhraseTable,
    rows: Vec<Row>,
    by_id: HashMap<Uuid, u32>,
    free: Vec<u32>,
}

#[derive(Debug, Clone)]
struct Row {
    id: Uuid,
    kind: EntityKind,
    name: Box<str>,
    /// Number of its aliases; a row without aliases is reused.
    aliases: u32,
}

/// An alias in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DictionaryMatch {
    pub span: Span,
    /// The entities with this alias, each once; all its places in a text share the list.
    pub entities: Arc<[DictionaryEntity]>,
}

/// An entity and the kind of its alias.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DictionaryEntity {
    pub id: Uuid,
    pub kind: EntityKind,
    pub alias: AliasKind,
    row: u32,
}

const ALIAS_KINDS: [AliasKind; 7] = [
    AliasKind::Name,
    AliasKind::Acronym,
    AliasKind::Periphrasis,
    AliasKind::Metonym,
    AliasKind::Role,
    AliasKind::Demonym,
    AliasKind::Misspelling,
];

fn code(kind: AliasKind) -> u8 {
    ALIAS_KINDS.iter().position(|k| *k == kind).unwrap_or(0) as u8
}

impl Dictionary {
    /// Number of aliases.
    pub fn len(&self) -> usize {
        self.phrases.len()
    }

    /// Whether there is no alias.
    pub fn is_empty(&self) -> bool {
        self.phrases.is_empty()
    }

    /// Adds an alias of an entity; the entity's kind and name become those given.
    /// Returns false when the alias exists already, has no letter or digit, has more than 16 words, or is a small word.
    pub fn insert(&mut self, alias: &str, kind: AliasKind, entity: &StoredEntity) -> bool {
        let row = self.row(entity);
        let added = !is_small_word(alias, kind) && self.phrases.insert(&indexed(alias, kind), row, code(kind));
        self.rows[row as usize].aliases += u32::from(added);
        self.release_without_aliases(row);
        added
    }

    /// Adds an entity without aliases here with all of its aliases, in constant time for each.
    pub fn insert_entity<'a>(
        &mut self,
        entity: &StoredEntity,
        aliases: impl IntoIterator<Item = (&'a str, AliasKind)>,
    ) {
        let row = self.row(entity);
        for (alias, kind) in aliases {
            let added = !is_small_word(alias, kind) && self.phrases.insert_next(&indexed(alias, kind), row, code(kind));
            self.rows[row as usize].aliases += u32::from(added);
        }
        self.release_without_aliases(row);
    }

    /// Removes an alias of an entity. Returns false when it did not exist.
    pub fn remove(&mut self, alias: &str, kind: AliasKind, entity: Uuid) -> bool {
        let Some(&row) = self.by_id.get(&entity) else {
            return false;
        };
        let removed = self.phrases.remove(&indexed(alias, kind), row, code(kind));
        if removed {
            self.rows[row as usize].aliases -= 1;
            self.release_without_aliases(row);
        }
        removed
    }

    /// The preferred label of an entity of a match.
    pub fn name(&self, entity: &DictionaryEntity) -> &str {
        &self.rows[entity.row as usize].name
    }

    /// Finds the aliases in a text, without overlaps: the longest at each word.
    pub fn find(&self, text: &str) -> Vec<DictionaryMatch> {
        self.find_words(&fold::words(text))
    }

    /// A dictionary of only the aliases in a text. It finds the same in that text.
    pub fn names_in(&self, text: &str) -> Self {
        let chars: Vec<char> = text.chars().collect();
        let mut met: BTreeMap<u32, (DictionaryEntity, Vec<(String, AliasKind)>)> = BTreeMap::new();
        let mut aliases = HashSet::new();
        for found in self.find(text) {
            let alias: String = chars[found.span.start..found.span.end].iter().collect();
            if aliases.insert(alias.clone()) {
                for entity in found.entities.iter().copied() {
                    met.entry(entity.row).or_insert((entity, Vec::new())).1.push((alias.clone(), entity.alias));
                }
            }
        }
        let mut dictionary = Self::default();
        for (entity, aliases) in met.values() {
            let stored = StoredEntity { id: entity.id, kind: entity.kind, name: self.name(entity).to_owned() };
            dictionary.insert_entity(&stored, aliases.iter().map(|(alias, kind)| (alias.as_str(), *kind)));
        }
        dictionary
    }

    /// Finds the aliases among the words of a text, without overlaps: the longest at each word.
    pub fn find_words(&self, words: &[Word]) -> Vec<DictionaryMatch> {
        // Thousands of entities may have an alias that stands in thousands of places: the list is made once.
        let mut known: HashMap<Found, Arc<[DictionaryEntity]>> = HashMap::new();
        let mut matches = Vec::new();
        let mut at = 0;
        while at < words.len() {
            let entities = |found: Found| self.entities(found);
            let accept = |found: Found| !known.entry(found).or_insert_with(|| entities(found)).is_empty();
            let Some(found) = self.phrases.longest_where(words, at, accept) else {
                at += 1;
                continue;
            };
            let span = Span { start: words[at].span.start, end: words[at + found.words - 1].span.end };
            matches.push(DictionaryMatch { span, entities: Arc::clone(&known[&found]) });
            at += found.words;
        }
        matches
    }

    /// The entities of a phrase, sorted by id; an entity with several kinds of this alias has the first.
    fn entities(&self, found: Found) -> Arc<[DictionaryEntity]> {
        let entity = |entry: Entry| {
            let row = &self.rows[entry.payload as usize];
            let alias = ALIAS_KINDS[entry.kind as usize % ALIAS_KINDS.len()];
            DictionaryEntity { id: row.id, kind: row.kind, alias, row: entry.payload }
        };
        // A demonym names the people of a place, not the place.
        let is_name = |entity: &DictionaryEntity| entity.alias != AliasKind::Demonym;
        let mut entities: Vec<DictionaryEntity> = self.phrases.entries(found).map(entity).filter(is_name).collect();
        entities.sort_by_key(|e| e.id);
        entities.dedup_by_key(|e| e.id);
        entities.into()
    }

    /// Estimated size in bytes: capacities of the tables and lengths of the names.
    pub fn bytes(&self) -> usize {
        self.phrases.bytes()
            + self.rows.capacity() * size_of::<Row>()
            + self.rows.iter().map(|r| r.name.len()).sum::<usize>()
            + self.by_id.capacity() * 8 / 7 * (size_of::<(Uuid, u32)>() + 1)
    }

    fn row(&mut self, entity: &StoredEntity) -> u32 {
        if let Some(&row) = self.by_id.get(&entity.id) {
            let known = &mut self.rows[row as usize];
            known.kind = entity.kind;
            if *known.name != *entity.name {
                known.name = entity.name.as_str().into();
            }
            return row;
        }
        let fresh = Row { id: entity.id, kind: entity.kind, name: entity.name.as_str().into(), aliases: 0 };
        let row = match self.free.pop() {
            Some(row) => {
                self.rows[row as usize] = fresh;
                row
            }
            None => {
                self.rows.push(fresh);
                (self.rows.len() - 1) as u32
            }
        };
        self.by_id.insert(entity.id, row);
        row
    }

    fn release_without_aliases(&mut self, row: u32) {
        if self.rows[row as usize].aliases > 0 {
            return;
        }
        self.by_id.remove(&self.rows[row as usize].id);
        self.rows[row as usize].name = "".into();
        self.free.push(row);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entity(n: u128, kind: EntityKind, name: &str) -> StoredEntity {
        StoredEntity { id: Uuid::from_u128(n), kind, name: name.into() }
    }

    fn one(alias: &str, kind: AliasKind) -> Dictionary {
        let mut names = Dictionary::default();
        assert!(names.insert(alias, kind, &entity(1, EntityKind::Organization, alias)));
        names
    }

    fn spans(names: &Dictionary, text: &str) -> Vec<(usize, usize)> {
        names.find(text).iter().map(|m| (m.span.start, m.span.end)).collect()
    }

    #[test]
    fn a_capitalised_alias_matches_no_lower_case_word() {
        let names = one("Orange", AliasKind::Name);
        assert_eq!(spans(&names, "Une orange pressée par Orange."), [(23, 29)]);
        assert_eq!(spans(&names, "ORANGE RECRUTE"), [(0, 6)]);
    }

    #[test]
    fn a_small_word_is_no_name_unless_it_is_written_as_one() {
        let (mut names, stored) = (Dictionary::default(), entity(1, EntityKind::Person, "Ursula de Jenton"));
        for (alias, kind) in [("dé", AliasKind::Name), ("on", AliasKind::Acronym), ("the", AliasKind::Misspelling)] {
            assert!(!names.insert(alias, kind, &stored), "{alias}");
            assert!(!names.remove(alias, kind, stored.id), "{alias}");
            names.insert_entity(&stored, [(alias, kind)]);
        }
        assert!(names.is_empty());
        for (alias, kind) in [("de Jenton", AliasKind::Name), ("De", AliasKind::Name), ("moi", AliasKind::Role)] {
            assert!(names.insert(alias, kind, &stored), "{alias}");
        }
        assert_eq!(spans(&names, "Le fils de Mme de Jenton"), [(15, 24)]);
    }

    #[test]
    fn an_acronym_keeps_its_case() {
        let names = one("AIDE", AliasKind::Acronym);
        assert_eq!(spans(&names, "Aide de l'AIDE, une aide."), [(10, 14)]);
    }

    #[test]
    fn accents_apostrophes_and_spaces_are_folded() {
        let names = one("L'Élysée Montmartre", AliasKind::Name);
        assert_eq!(spans(&names, "À L’Elysee\u{a0}Montmartre hier"), [(2, 21)]);
    }

    #[test]
    fn a_word_inside_another_is_no_match() {
        let names = one("Iran", AliasKind::Name);
        assert_eq!(spans(&names, "L'Iranien quitte Téhéran et l'Iran."), [(30, 34)]);
    }

    #[test]
    fn words_of_two_sentences_are_no_name() {
        let names = one("Paris Hilton", AliasKind::Name);
        assert!(names.find("Il vit à Paris. Hilton ouvre un hôtel.").is_empty());
        assert!(names.find("Paris\n\nHilton").is_empty());
        assert_eq!(names.find("Paris Hilton arrive.").len(), 1);
    }

    #[test]
    fn initials_may_have_dots_and_spaces() {
        let names = one("J. R. Whitlock", AliasKind::Name);
        assert_eq!(spans(&names, "avec J. R. Whitlock"), [(5, 19)]);
    }

    #[test]
    fn the_longest_alias_wins() {
        let mut names = one("Bank", AliasKind::Name);
        names.insert("Bank of Avalon", AliasKind::Name, &entity(2, EntityKind::Organization, "Bank of Avalon"));
        assert_eq!(spans(&names, "The Bank of Avalon and the Bank of Oz"), [(4, 18), (27, 31)]);
    }

    #[test]
    fn a_periphrasis_begins_in_any_case() {
        let names = one("Le royaume des fjords", AliasKind::Periphrasis);
        assert_eq!(spans(&names, "Dans le royaume des fjords"), [(5, 26)]);
        assert_eq!(spans(&names, "Le royaume des fjords gagne"), [(0, 21)]);
    }

    #[test]
    fn an_ambiguous_alias_gives_every_candidate() {
        let mut names = one("Mercure", AliasKind::Name);
        names.insert("Mercure", AliasKind::Name, &entity(2, EntityKind::Place, "Mercure (planète)"));
        let found = names.find("Vers Mercure");
        assert_eq!(found[0].entities.iter().map(|e| e.id.as_u128()).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(names.name(&found[0].entities[1]), "Mercure (planète)");
    }

    #[test]
    fn a_name_that_thousands_bear_is_found_with_each_of_them_once() {
        let mut names = Dictionary::default();
        for n in 0..3_000 {
            let stored = entity(n, EntityKind::Person, "Diallo");
            let own = format!("Awa {n} Diallo");
            names.insert_entity(
                &stored,
                [
                    ("Diallo", AliasKind::Name),
                    (own.as_str(), AliasKind::Name),
                    ("Diallo", AliasKind::Name),
                    ("Diallo", AliasKind::Misspelling),
                ],
            );
        }
        assert_eq!(names.len(), 3 * 3_000);
        let text = "Diallo et Awa 7 Diallo, puis Diallo";
        let met = names.names_in(text);
        for found in [names.find(text), met.find(text)] {
            assert_eq!(found.iter().map(|found| found.entities.len()).collect::<Vec<_>>(), [3_000, 1, 3_000]);
            assert!(found[0].entities.windows(2).all(|pair| pair[0].id < pair[1].id));
            assert!(found[0].entities.iter().all(|entity| entity.alias == found[0].entities[0].alias));
        }
        for alias in ["Diallo", "Awa 8 Diallo"] {
            assert!(names.remove(alias, AliasKind::Name, Uuid::from_u128(8)), "{alias}");
        }
        assert!(names.remove("Diallo", AliasKind::Misspelling, Uuid::from_u128(8)));
        assert_eq!(names.find("Diallo")[0].entities.len(), 2_999);
    }

    #[test]
    fn what_is_taken_out_is_found_no_more() {
        let mut names = one("Zebra Corp", AliasKind::Name);
        names.insert("Zebra", AliasKind::Name, &entity(2, EntityKind::Organization, "Zebra"));
        assert!(!names.insert("Zebra", AliasKind::Name, &entity(2, EntityKind::Organization, "Zebra")));
        assert!(names.remove("Zebra Corp", AliasKind::Name, Uuid::from_u128(1)));
        assert!(!names.remove("Zebra Corp", AliasKind::Name, Uuid::from_u128(1)));
        assert_eq!(spans(&names, "Zebra Corp"), [(0, 5)]);
        assert!(names.remove("Zebra", AliasKind::Name, Uuid::from_u128(2)));
        assert!(names.is_empty() && names.find("Zebra Corp").is_empty());
    }

    #[test]
    fn a_name_without_words_is_refused() {
        let mut names = Dictionary::default();
        let nobody = entity(1, EntityKind::Other, "?");
        assert!(!names.insert("…!", AliasKind::Name, &nobody));
        assert!(!names.insert("", AliasKind::Name, &nobody));
        assert!(!names.insert(&"x ".repeat(17), AliasKind::Name, &nobody));
        assert!(names.is_empty());
    }

    #[test]
    fn the_label_follows_a_renaming() {
        let mut names = one("Blue Lotus", AliasKind::Name);
        names.insert("Lotus bleu", AliasKind::Name, &entity(1, EntityKind::Work, "Le Lotus bleu"));
        let found = names.find("Blue Lotus");
        assert_eq!(names.name(&found[0].entities[0]), "Le Lotus bleu");
        assert_eq!(found[0].entities[0].kind, EntityKind::Work);
    }

    #[test]
    fn characters_without_spaces_are_words_by_themselves() {
        let names = one("東京", AliasKind::Name);
        assert_eq!(spans(&names, "昨日東京で"), [(2, 4)]);
    }

    #[test]
    fn places_of_a_name_share_the_list_of_its_entities() {
        let mut names = Dictionary::default();
        for n in 0..50 {
            names.insert("DIALLO", AliasKind::Acronym, &entity(n, EntityKind::Organization, "DIALLO"));
            names.insert("Diallo", AliasKind::Name, &entity(n + 50, EntityKind::Person, "Diallo"));
        }
        let found = names.find("Diallo, DIALLO, Diallo, diallo, DIALLO");
        assert_eq!(found.iter().map(|found| found.entities.len()).collect::<Vec<_>>(), [50, 100, 50, 100]);
        assert!(Arc::ptr_eq(&found[0].entities, &found[2].entities));
        assert!(Arc::ptr_eq(&found[1].entities, &found[3].entities));
    }

    #[test]
    fn a_demonym_names_no_entity() {
        let mut names = one("Norvégien", AliasKind::Demonym);
        assert!(names.find("Un Norvégien arrive.").is_empty());
        names.insert("Norvégien", AliasKind::Name, &entity(2, EntityKind::Product, "Norvégien"));
        assert_eq!(names.find("Un Norvégien arrive.")[0].entities.len(), 1);
    }

    proptest::proptest! {
        #[test]
        fn matches_lie_in_the_text_in_order(text in "\\PC{0,80}", alias in "[A-Za-zéÉ' -]{1,12}") {
            let mut names = Dictionary::default();
            names.insert(&alias, AliasKind::Name, &entity(1, EntityKind::Person, &alias));
            let mut free = 0;
            for found in names.find(&format!("{text} {alias} {text}")) {
                proptest::prop_assert!(found.span.start >= free && found.span.start < found.span.end);
                free = found.span.end;
            }
            proptest::prop_assert!(free <= 2 * text.chars().count() + alias.chars().count() + 2);
        }
    }
}
