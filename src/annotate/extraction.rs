//! Annotates a text for storage. Entities that are not in the dictionary become newcomers with provisional ids.

use super::cleaning::cleaned;
use super::findings::{Annotation, Document, FoundAlias};
use super::names::dictionary::{Dictionary, StoredEntity};
use super::pipeline::annotate;
use crate::domain::entity::{MAX_ALIASES, MAX_NAME};
use crate::domain::span::Span;
use crate::domain::text::{Body, context_words, name_key};
use crate::domain::{AliasKind, EntityKind};
use std::collections::{BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// Maximum number of rounds for one text. The second rarely finds another newcomer, the third almost never.
const MAX_ROUNDS: u32 = 4;

/// Maximum number of mentions, and of quotes, that are stored for one article. Real articles have far fewer. Storing more
/// would exceed the request deadline.
pub const MAX_FINDINGS: usize = 10_000;

/// Code points before and after a name that are its context.
const CONTEXT_LENGTH: i32 = 120;

/// Name and version of the extractor, stored with each record that it creates.
pub const EXTRACTOR: &str = concat!("verbatim/", env!("CARGO_PKG_VERSION"));

/// Rounds a confidence to three decimals, as it is stored and returned.
pub fn rounded_confidence(found: f32) -> f64 {
    (f64::from(found) * 1000.0).round() / 1000.0
}

/// The findings of a text, and the entities to create for them.
#[derive(Debug, Clone, PartialEq)]
pub struct Extraction {
    /// Refers to newcomers by their provisional ids.
    pub annotation: Annotation,
    pub newcomers: Vec<Newcomer>,
    /// The words near the names of each entity with several candidates, as [`context_words`]; empty for the other entities.
    pub contexts: Vec<BTreeSet<String>>,
}

/// An entity that is not in the dictionary and whose full name is in the text.
#[derive(Debug, Clone, PartialEq)]
pub struct Newcomer {
    /// Provisional id: 1, 2, 3 and so on. No stored entity has such an id.
    pub id: Uuid,
    pub kind: EntityKind,
    pub name: String,
    pub aliases: Vec<FoundAlias>,
    pub wikidata: Option<&'static str>,
}

/// Annotates a text repeatedly, each time with the newcomers added to the dictionary, until no newcomer is added.
///
/// So the findings do not change when the newcomers are stored and the text is annotated again. `lookup` returns the
/// stored names in a text, as [`Dictionary::names_in`] does.
pub fn extract(document: &Document, lookup: impl Fn(&str) -> Dictionary) -> Extraction {
    let (mut annotation, mut dictionary) = annotate_with(document, lookup);
    let mut index = NameIndex::default();
    let mut newcomers = Vec::new();
    let mut round = 1;
    loop {
        annotation.mentions.truncate(MAX_FINDINGS);
        annotation.quotes.truncate(MAX_FINDINGS);
        let known = (newcomers.len(), dictionary.len());
        link_unknown(&mut annotation, &mut index, &mut newcomers);
        for Newcomer { id, kind, name, aliases, .. } in &newcomers[known.0..] {
            let stored = StoredEntity { id: *id, kind: *kind, name: name.clone() };
            for alias in aliases {
                dictionary.insert(&alias.name, alias.kind, &stored);
            }
            dictionary.insert(name, AliasKind::Name, &stored);
        }
        if dictionary.len() == known.1 || round == MAX_ROUNDS {
            let used = used_ids(&annotation);
            newcomers.retain(|newcomer: &Newcomer| used.contains(&newcomer.id));
            let contexts = contexts(document.body, &annotation);
            return Extraction { annotation, newcomers, contexts };
        }
        round += 1;
        annotation = annotate(document, &dictionary);
    }
}

/// The words near the mentions of each entity with several candidates, as [`context_words`]; empty for the other entities.
pub fn contexts(body: &str, annotation: &Annotation) -> Vec<BTreeSet<String>> {
    let mut contexts = vec![BTreeSet::new(); annotation.entities.len()];
    if annotation.entities.iter().all(|entity| entity.candidates.len() < 2) {
        return contexts;
    }
    let body = Body::new(body);
    let body_length = i32::try_from(body.len()).unwrap_or(i32::MAX);
    for mention in &annotation.mentions {
        let is_open = |entity: &usize| annotation.entities[*entity].candidates.len() > 1;
        let Some(entity) = mention.entity.filter(is_open) else { continue };
        let name = Span::from(mention.span);
        let before = Span { start: (name.start - CONTEXT_LENGTH).max(0), end: name.start };
        let after = Span { start: name.end, end: body_length.min(name.end + CONTEXT_LENGTH) };
        contexts[entity]
            .extend([before, after].into_iter().filter_map(|span| body.slice(span)).flat_map(context_words));
    }
    contexts
}

/// Annotates with the stored names in a text, and returns these names too.
///
/// An entity of the gazetteer may be stored under another name than the printed one: its preferred name is looked up too.
pub fn annotate_with(document: &Document, lookup: impl Fn(&str) -> Dictionary) -> (Annotation, Dictionary) {
    let body = cleaned(document.body);
    let dictionary = lookup(&body);
    let annotation = annotate(document, &dictionary);
    let unlinked = annotation.entities.iter().filter(|entity| entity.stored.is_none() && entity.candidates.is_empty());
    let names: Vec<&str> =
        unlinked.filter(|entity| !entity.aliases.is_empty()).map(|entity| entity.name.as_str()).collect();
    if names.is_empty() || lookup(&names.join("\n\n")).is_empty() {
        return (annotation, dictionary);
    }
    let completed = lookup(&format!("{body}\n\n{}", names.join("\n\n")));
    match completed.len() > dictionary.len() {
        true => (annotate(document, &completed), completed),
        false => (annotation, dictionary),
    }
}

/// Links unknown entities of an annotation to newcomers with the same name, and adds newcomers for the others.
fn link_unknown(annotation: &mut Annotation, index: &mut NameIndex, newcomers: &mut Vec<Newcomer>) {
    let used = used_entities(annotation);
    let known = newcomers.len();
    let mut by_name: HashMap<(EntityKind, String), Uuid> = HashMap::new();
    for (place, entity) in annotation.entities.iter_mut().enumerate() {
        let is_unknown = entity.full_name && entity.stored.is_none() && entity.candidates.is_empty();
        if !is_unknown || !used.contains(&place) || entity.name.chars().count() > MAX_NAME {
            continue;
        }
        let fits = |alias: &FoundAlias| (1..=MAX_NAME).contains(&alias.name.chars().count());
        let newcomer = Newcomer {
            id: Uuid::nil(),
            kind: entity.kind,
            name: entity.name.clone(),
            aliases: entity.aliases.iter().filter(|alias| fits(alias)).take(MAX_ALIASES).cloned().collect(),
            wikidata: entity.wikidata,
        };
        let mut matching = index.matching(&newcomer).into_iter();
        match (matching.next(), matching.len()) {
            (Some(only), 0) => entity.stored = Some(only),
            (Some(first), _) => {
                entity.candidates = std::iter::once(first).chain(matching).collect();
                entity.candidate_count = entity.candidates.len();
            }
            (None, _) => {
                let id = by_name.entry((newcomer.kind, name_key(&newcomer.name))).or_insert_with(|| {
                    let id = Uuid::from_u128(newcomers.len() as u128 + 1);
                    newcomers.push(Newcomer { id, ..newcomer });
                    id
                });
                entity.stored = Some(*id);
            }
        }
    }
    newcomers[known..].iter().for_each(|newcomer| index.add(newcomer, newcomer.id));
}

/// The indexes of the entities that are mentioned or are the speaker of a quote.
pub fn used_entities(annotation: &Annotation) -> HashSet<usize> {
    let mentioned = annotation.mentions.iter().filter_map(|mention| mention.entity);
    mentioned.chain(annotation.quotes.iter().filter_map(|quote| quote.speaker)).collect()
}

/// The ids of the used entities and of their candidates.
fn used_ids(annotation: &Annotation) -> HashSet<Uuid> {
    let entities = used_entities(annotation).into_iter().filter_map(|place| annotation.entities.get(place));
    entities.flat_map(|entity| entity.stored.iter().chain(&entity.candidates)).copied().collect()
}

/// Index of entities by distinguishing name and by Wikidata item.
#[derive(Debug, Default)]
pub struct NameIndex {
    by_key: HashMap<(EntityKind, String), BTreeSet<Uuid>>,
    by_wikidata: HashMap<String, Uuid>,
}

impl NameIndex {
    /// Adds an entity under its distinguishing names and its Wikidata item.
    pub fn add(&mut self, newcomer: &Newcomer, id: Uuid) {
        for key in newcomer.keys() {
            self.add_name(newcomer.kind, key, id);
        }
        if let Some(item) = newcomer.wikidata {
            self.add_wikidata(item.to_owned(), id);
        }
    }

    /// Adds a folded name of an entity.
    pub fn add_name(&mut self, kind: EntityKind, key: String, id: Uuid) {
        self.by_key.entry((kind, key)).or_default().insert(id);
    }

    /// Adds the Wikidata item of an entity, unless another entity has it already.
    pub fn add_wikidata(&mut self, item: String, id: Uuid) {
        self.by_wikidata.entry(item).or_insert(id);
    }

    /// True when an entity has this Wikidata item.
    pub fn has_wikidata(&self, item: &str) -> bool {
        self.by_wikidata.contains_key(item)
    }

    /// The entities that a newcomer may be: those with its Wikidata item, else with its main name, else with any of its names.
    pub fn matching(&self, newcomer: &Newcomer) -> BTreeSet<Uuid> {
        if let Some(id) = newcomer.wikidata.and_then(|item| self.by_wikidata.get(item)) {
            return BTreeSet::from([*id]);
        }
        let of_key = |key: String| self.by_key.get(&(newcomer.kind, key));
        match of_key(name_key(&newcomer.name)) {
            Some(of_name) => of_name.clone(),
            None => newcomer.keys().into_iter().filter_map(of_key).flatten().copied().collect(),
        }
    }
}

impl Newcomer {
    /// Its distinguishing names, folded: its main name and its aliases of kind `name`.
    pub fn keys(&self) -> Vec<String> {
        let aliases = self.aliases.iter().filter(|alias| alias.kind == AliasKind::Name);
        std::iter::once(&self.name).chain(aliases.map(|alias| &alias.name)).map(|name| name_key(name)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extracted(body: &str) -> Extraction {
        extract(&Document { headline: None, body, language: Some("fr") }, |_| Dictionary::default())
    }

    #[test]
    fn a_person_named_in_full_is_one_newcomer() {
        let found = extracted("Awa Diallo est arrivée lundi. Awa Diallo repart mardi, et Diallo reviendra, dit-elle.");
        let names: Vec<&str> = found.newcomers.iter().map(|newcomer| newcomer.name.as_str()).collect();
        assert_eq!(names, ["Awa Diallo"]);
        let linked =
            found.annotation.mentions.iter().map(|mention| found.annotation.entities[mention.entity.unwrap()].stored);
        assert_eq!(linked.collect::<Vec<_>>(), vec![Some(found.newcomers[0].id); 3]);
    }

    #[test]
    fn a_second_extraction_with_the_newcomers_stored_finds_the_same_and_no_newcomers() {
        let body = "«\u{a0}Le port tiendra\u{a0}», a dit Claude Vautrin au Maroc. Claude Vautrinen a souri, puis le royaume chérifien.";
        let first = extracted(body);
        assert!(first.newcomers.len() > 1);
        let mut dictionary = Dictionary::default();
        for newcomer in &first.newcomers {
            let stored = StoredEntity { id: newcomer.id, kind: newcomer.kind, name: newcomer.name.clone() };
            let aliases = newcomer.aliases.iter().map(|alias| (alias.name.as_str(), alias.kind));
            dictionary.insert_entity(&stored, aliases.chain([(newcomer.name.as_str(), AliasKind::Name)]));
        }
        let again = extract(&Document { headline: None, body, language: Some("fr") }, |text| dictionary.names_in(text));
        assert_eq!(again.newcomers, []);
        let places = |found: &Extraction| {
            let mentions = found.annotation.mentions.iter();
            mentions
                .map(|mention| (mention.span, found.annotation.entities[mention.entity.unwrap()].stored))
                .collect::<Vec<_>>()
        };
        assert_eq!(places(&again), places(&first));
    }
}
