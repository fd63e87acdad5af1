//! Links marks to entities of the article, and these entities to stored entities.

use super::Names;
use super::tokenized_text::{Marked, TokenizedText};
use crate::annotate::fold;
use crate::annotate::names::dictionary::{Dictionary, DictionaryEntity};
use crate::annotate::names::gazetteer::{NameLanguage, gazetteer};
use crate::annotate::names::people::{self, NameMatch, Parts, People};
use crate::annotate::{AliasKind, EntityKind, FoundAlias, FoundEntity, FoundMention, Gender};
use crate::domain::mention::MAX_CANDIDATES;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// Minimum confidence of a place, organisation or thing outside the gazetteer that may become a stored entity.
const MIN_FULL_NAME_CONFIDENCE: f32 = 0.9;

struct Linker<'a> {
    text: &'a TokenizedText<'a>,
    language: NameLanguage,
    aliases: &'a Dictionary,
    names: Names,
    /// They are linked first, so a person and its entity have the same number.
    people: People,
    /// The people who share the name of each mark, when it is the name of several.
    bearers: Vec<Vec<usize>>,
    by_known: HashMap<u32, usize>,
    by_stored: HashMap<Uuid, usize>,
    by_name: HashMap<String, usize>,
}

/// Links the marks of an article, which are sorted and do not overlap.
pub fn link(text: &TokenizedText<'_>, marks: &[Marked], language: NameLanguage, aliases: &Dictionary) -> Names {
    let mut linker = Linker {
        text,
        language,
        aliases,
        names: Names::default(),
        people: People::default(),
        bearers: vec![Vec::new(); marks.len()],
        by_known: HashMap::new(),
        by_stored: HashMap::new(),
        by_name: HashMap::new(),
    };
    let mut entities = vec![None; marks.len()];
    linker.link_people(marks, &mut entities);
    for (n, mark) in marks.iter().enumerate().filter(|(_, m)| m.kind != EntityKind::Person) {
        let short = n.checked_sub(1).and_then(|before| linker.link_acronym(&marks[before], mark, entities[before]));
        entities[n] = Some(short.unwrap_or_else(|| linker.link_other(mark)));
    }
    let bearers = std::mem::take(&mut linker.bearers);
    for ((mark, entity), candidates) in marks.iter().zip(entities).zip(bearers) {
        linker.names.mentions.push(FoundMention {
            span: mark.span,
            kind: mark.mention,
            entity_kind: mark.kind,
            entity,
            candidates,
            confidence: mark.confidence,
        });
    }
    linker.names.sort_entities();
    linker.names.index_labels();
    linker.names
}

impl Linker<'_> {
    /// Links people: first full names, the longest and most frequent first, then single names in order of position.
    fn link_people(&mut self, marks: &[Marked], entities: &mut [Option<usize>]) {
        let named: Vec<(usize, Parts)> = marks
            .iter()
            .enumerate()
            .filter(|(_, mark)| mark.kind == EntityKind::Person)
            .map(|(n, mark)| (n, people::parts(self.text.printed(mark))))
            .collect();
        let mut counts: HashMap<&[String], usize> = HashMap::new();
        for (_, parts) in &named {
            *counts.entry(parts).or_default() += 1;
        }
        let count = |parts: &[String]| counts.get(parts).copied().unwrap_or(0);
        let mut full: Vec<&(usize, Parts)> = named.iter().filter(|(_, parts)| parts.len() > 1).collect();
        full.sort_by_key(|(n, parts)| {
            let surname = count(&parts[parts.len() - 1..]);
            (std::cmp::Reverse((parts.len().min(3), count(parts) + surname)), *n)
        });
        for (n, parts) in full {
            let found =
                self.people.find_by_full_name(parts, count(parts) == 1 && count(&parts[parts.len() - 1..]) == 0);
            entities[*n] = Some(self.link_person(found, parts, &marks[*n]));
        }
        for (n, parts) in &named {
            let mark = &marks[*n];
            if parts.len() == 1 {
                let title = people::title_gender(&fold::fold(self.text.near(mark.tokens.0, -1))).flatten();
                let found = self.people.find_by_part(parts, title, count(parts) == 1);
                // Nobody is named by a name of several people.
                match found {
                    Some(NameMatch::Ambiguous) => self.bearers[*n] = self.people.bearers(parts, title),
                    found => entities[*n] = Some(self.link_person(found, parts, mark)),
                }
            }
        }
    }

    /// The entity of a person's mark, which is a new one if the name matches no person.
    fn link_person(&mut self, found: Option<NameMatch>, parts: &Parts, mark: &Marked) -> usize {
        let printed = cleaned(self.text.printed(mark));
        let title = people::title_gender(&fold::fold(self.text.near(mark.tokens.0, -1))).flatten();
        let entity = match found {
            Some(NameMatch::Name(person)) => {
                let known = &mut self.names.entities[person];
                if known.stored.is_none() && people::is_plainer(&printed, &known.name) {
                    known.name = printed;
                }
                person
            }
            Some(NameMatch::Misspelling(entity)) => {
                let alias = FoundAlias { name: printed, language: None, kind: AliasKind::Misspelling };
                let aliases = &mut self.names.entities[entity].aliases;
                if !aliases.contains(&alias) {
                    aliases.push(alias);
                }
                entity
            }
            None | Some(NameMatch::Ambiguous) => {
                let gender = gazetteer().gender(&printed).filter(|_| parts.len() > 1);
                let full = people::is_full_name(parts) && mark.confidence >= 0.4;
                let entity = self.add_entity(EntityKind::Person, printed, full, &mark.stored);
                self.names.entities[entity].gender = gender;
                self.people.add(parts.clone(), gender);
                entity
            }
        };
        self.learn_gender(entity, title);
        entity
    }

    fn learn_gender(&mut self, entity: usize, title: Option<Gender>) {
        let found = &mut self.names.entities[entity].gender;
        *found = found.or(title);
        if let Some(gender) = title {
            self.people.set_gender(entity, gender);
        }
    }

    /// The entity of a mark that is not a person.
    fn link_other(&mut self, mark: &Marked) -> usize {
        let printed = cleaned(self.text.printed(mark));
        let key = fold::fold(&printed);
        if let Some(&entity) = mark.known.and_then(|known| self.by_known.get(&known)) {
            return entity;
        }
        if let [stored] = &*mark.stored
            && let Some(&entity) = self.by_stored.get(&stored.id)
        {
            return entity;
        }
        if let Some(&entity) = self.by_name.get(&key).filter(|_| mark.known.is_none()) {
            return entity;
        }
        let Some(index) = mark.known else {
            let kept = mark.kind != EntityKind::Event;
            let full = kept
                && mark.confidence >= MIN_FULL_NAME_CONFIDENCE
                && !self.follows_office(mark)
                && !is_government_field(&printed);
            let entity = self.add_entity(mark.kind, printed, full, &mark.stored);
            self.by_name.insert(key, entity);
            return entity;
        };
        let known = gazetteer().known(index);
        let name = known.name(self.language);
        let stored =
            if mark.stored.is_empty() { self.stored_with_name(name, known.kind) } else { Arc::clone(&mark.stored) };
        if let [one] = &*stored
            && let Some(&entity) = self.by_stored.get(&one.id)
        {
            self.by_known.insert(index, entity);
            return entity;
        }
        let entity = self.add_entity(known.kind, name.to_owned(), true, &stored);
        let found = &mut self.names.entities[entity];
        found.aliases = known.aliases(name);
        found.wikidata = known.wikidata;
        self.by_known.insert(index, entity);
        entity
    }

    /// Whether a mark follows the name of an office: `ministre de la Défense`.
    fn follows_office(&self, mark: &Marked) -> bool {
        const OFFICES: [&str; 5] = ["ministre", "ministres", "ministère", "secrétaire", "minister"];
        let before = (1..=3).map(|n| self.text.near(mark.tokens.0, -n));
        let mut between = before.take_while(|word| !word.is_empty());
        between.any(|word| OFFICES.contains(&word))
    }

    /// The stored entities of a kind that have exactly this name.
    fn stored_with_name(&self, name: &str, kind: EntityKind) -> Arc<[DictionaryEntity]> {
        let mut found = self.aliases.find(name);
        match (found.pop(), found.is_empty()) {
            (Some(only), true) if only.span.start == 0 && only.span.end == name.chars().count() => {
                only.entities.iter().filter(|e| e.kind == kind).copied().collect()
            }
            _ => Arc::default(),
        }
    }

    /// The organisation before its acronym in brackets: `Office de la mer (OM)`. Adds the acronym to its aliases.
    fn link_acronym(&mut self, before: &Marked, mark: &Marked, entity: Option<usize>) -> Option<usize> {
        let bracketed = self.text.near(mark.tokens.0, -1) == "(" && self.text.near(mark.tokens.1, 1) == ")";
        let token = &self.text.tokens[mark.tokens.0];
        let adjacent = before.tokens.1 + 2 == mark.tokens.0 && mark.tokens.0 == mark.tokens.1;
        if !(bracketed && adjacent && token.is_acronym() && mark.known.is_none() && mark.stored.is_empty()) {
            return None;
        }
        let entity = entity.filter(|_| before.kind == EntityKind::Organization)?;
        let name = self.text.slice(before.tokens);
        let initials: String = name.split([' ', '-', '\'', '’']).filter_map(|w| w.chars().next()).collect();
        let mut initials = initials.to_uppercase().chars().collect::<Vec<_>>().into_iter();
        // Each letter of the acronym begins a word of the name, in order.
        if !token.text.chars().all(|letter| initials.any(|initial| initial == letter)) {
            return None;
        }
        let alias = FoundAlias { name: token.text.to_owned(), language: None, kind: AliasKind::Acronym };
        let aliases = &mut self.names.entities[entity].aliases;
        if !aliases.iter().any(|a| a.name == alias.name) {
            aliases.push(alias);
        }
        self.by_name.insert(fold::fold(token.text), entity);
        Some(entity)
    }

    fn add_entity(&mut self, kind: EntityKind, name: String, full_name: bool, stored: &[DictionaryEntity]) -> usize {
        let entity = self.names.entities.len();
        let one = match stored {
            [one] => Some(one),
            _ => None,
        };
        if let Some(one) = one {
            self.by_stored.insert(one.id, entity);
        }
        let candidates: &[DictionaryEntity] = if one.is_some() { &[] } else { stored };
        self.names.entities.push(FoundEntity {
            kind: one.map_or(kind, |one| one.kind),
            name: one.map_or(name, |one| self.aliases.name(one).to_owned()),
            aliases: Vec::new(),
            stored: one.map(|one| one.id),
            candidates: candidates.iter().take(MAX_CANDIDATES).map(|candidate| candidate.id).collect(),
            candidate_count: candidates.len(),
            full_name,
            gender: None,
            wikidata: None,
        });
        entity
    }
}

/// Whether a name is only a field of government: `Défense`, `Affaires étrangères`.
pub(super) fn is_government_field(name: &str) -> bool {
    const FIELDS: [&str; 29] = [
        "affaires",
        "agriculture",
        "budget",
        "commerce",
        "culture",
        "défense",
        "économie",
        "écologie",
        "éducation",
        "emploi",
        "énergie",
        "environnement",
        "finances",
        "immigration",
        "industrie",
        "intérieur",
        "justice",
        "logement",
        "outre-mer",
        "pêche",
        "recherche",
        "santé",
        "sécurité",
        "solidarité",
        "sports",
        "tourisme",
        "transports",
        "travail",
        "ville",
    ];
    let mut words = name.split([' ', '\'', '’']);
    let is_one = words.next().is_some_and(|word| FIELDS.contains(&word.to_lowercase().as_str()));
    is_one && !words.any(|word| word.starts_with(char::is_uppercase))
}

/// A name with single spaces and without soft hyphens, cut to 300 characters.
fn cleaned(name: &str) -> String {
    let plain: String = name.chars().filter(|c| *c != '\u{ad}').take(300).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}
