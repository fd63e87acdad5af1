//! Well-known names in French and English: states, cities, organisations and first names.
//!
//! The data are the TSV files beside this module; their first lines describe the columns.

use super::phrase_table::PhraseTable;
use crate::annotate::fold::{self, Word};
use crate::annotate::{AliasKind, EntityKind, FoundAlias, Gender};
use std::collections::HashMap;
use std::sync::LazyLock;

#[cfg(test)]
mod tests;

const STATES: &str = include_str!("gazetteer/states.tsv");
const PLACES: &str = include_str!("gazetteer/places.tsv");
const ORGANIZATIONS: &str = include_str!("gazetteer/organizations.tsv");
const FIRST_NAMES: &str = include_str!("gazetteer/first_names.tsv");
const AMBIGUOUS: &str = include_str!("gazetteer/ambiguous.txt");

/// A language of the gazetteer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameLanguage {
    French,
    English,
}

/// One state, place or organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GazetteerEntry {
    pub kind: EntityKind,
    /// Whether it is a state, or a territory that news treats as one.
    pub state: bool,
    pub french: &'static str,
    pub english: &'static str,
    /// Wikidata item, where it is certain.
    pub wikidata: Option<&'static str>,
    others: Vec<OtherName>,
    /// The state whose capital it is.
    pub capital_of: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct OtherName {
    kind: AliasKind,
    language: NameLanguage,
    name: &'static str,
}

/// A name of the gazetteer in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// First word and number of words.
    pub at: usize,
    pub words: usize,
    /// Index for [`Gazetteer::known`].
    pub known: u32,
    pub kind: AliasKind,
    /// Whether the name is also a common word, the name of a person or of another place.
    pub ambiguous: bool,
}

/// All names, with their indexes.
pub struct Gazetteer {
    known: Vec<GazetteerEntry>,
    french: PhraseTable,
    english: PhraseTable,
    demonyms: PhraseTable,
    first_names: HashMap<u64, Option<Gender>>,
    ambiguous: std::collections::HashSet<&'static str>,
}

static GAZETTEER: LazyLock<Gazetteer> = LazyLock::new(Gazetteer::build);

/// The gazetteer, which is built at its first use.
pub fn gazetteer() -> &'static Gazetteer {
    &GAZETTEER
}

const ALIAS_CODES: [(AliasKind, &str); 3] =
    [(AliasKind::Name, "n"), (AliasKind::Acronym, "a"), (AliasKind::Periphrasis, "p")];

/// Bit beside the kind of an alias in the phrase table.
const AMBIGUOUS_BIT: u8 = 0x80;

fn rows(data: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    data.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).map(|line| line.split('\t').collect())
}

/// `French/English`, or one form for both.
fn both(cell: &'static str) -> (&'static str, &'static str) {
    cell.split_once('/').unwrap_or((cell, cell))
}

fn others(cell: &'static str) -> Vec<OtherName> {
    let one = |item: &'static str| {
        let (tag, name) = item.split_once(' ')?;
        let (kind, language) = tag.split_once('.')?;
        let kind = ALIAS_CODES.iter().find(|(_, code)| *code == kind)?.0;
        let language = if language == "fr" { NameLanguage::French } else { NameLanguage::English };
        Some(OtherName { kind, language, name })
    };
    cell.split(';').filter_map(one).collect()
}

impl Gazetteer {
    fn build() -> Self {
        let mut all = Gazetteer {
            known: Vec::new(),
            french: PhraseTable::default(),
            english: PhraseTable::default(),
            demonyms: PhraseTable::default(),
            first_names: HashMap::new(),
            ambiguous: AMBIGUOUS.lines().filter(|l| !l.starts_with('#')).flat_map(str::split_whitespace).collect(),
        };
        all.add_states();
        for row in rows(PLACES) {
            let english = row.get(1).copied().unwrap_or(row[0]);
            all.add(EntityKind::Place, row[0], english, None, Vec::new());
        }
        for row in rows(ORGANIZATIONS) {
            let wikidata = Some(row[2]).filter(|id| !id.is_empty());
            all.add(EntityKind::Organization, row[0], row[1], wikidata, others(row[3]));
        }
        for row in rows(FIRST_NAMES) {
            let gender = match row[0] {
                "f" => Some(Gender::Feminine),
                "m" => Some(Gender::Masculine),
                _ => None,
            };
            for name in row[1].split(' ') {
                let known = all.first_names.entry(fold::hash_word(name)).or_insert(gender);
                if *known != gender {
                    *known = None;
                }
            }
        }
        all
    }

    fn add_states(&mut self) {
        for row in rows(STATES) {
            let wikidata = Some(row[2]).filter(|id| !id.is_empty());
            let state = self.add(EntityKind::Place, row[0], row[1], wikidata, others(row[6]));
            self.known[state as usize].state = true;
            let (masculine, feminine) = both(row[4]);
            for form in [masculine, feminine].into_iter().filter(|form| !form.is_empty()) {
                self.demonyms.insert(form, state, 0);
                if !form.ends_with('s') && !form.ends_with('x') {
                    self.demonyms.insert(&format!("{form}s"), state, 0);
                }
            }
            for form in row[5].split(',') {
                self.demonyms.insert(form, state, 1);
                self.demonyms.insert(&format!("{form}s"), state, 1);
            }
            let (french, english) = both(row[3]);
            if !french.is_empty() && french != row[0] {
                let capital = self.add(EntityKind::Place, french, english, None, Vec::new());
                self.known[capital as usize].capital_of = Some(state);
            }
        }
    }

    fn add(
        &mut self,
        kind: EntityKind,
        french: &'static str,
        english: &'static str,
        wikidata: Option<&'static str>,
        others: Vec<OtherName>,
    ) -> u32 {
        let index = self.known.len() as u32;
        let mut index_name = |language, name: &'static str, alias: AliasKind| {
            let code = ALIAS_CODES.iter().position(|(k, _)| *k == alias).unwrap_or(0) as u8;
            let weak = if self.ambiguous.contains(name) { AMBIGUOUS_BIT } else { 0 };
            let table = if language == NameLanguage::French { &mut self.french } else { &mut self.english };
            table.insert(name, index, code | weak);
        };
        let own = |name: &str| {
            if name.len() > 1 && name.chars().all(char::is_uppercase) { AliasKind::Acronym } else { AliasKind::Name }
        };
        index_name(NameLanguage::French, french, own(french));
        index_name(NameLanguage::English, english, own(english));
        for other in &others {
            index_name(other.language, other.name, other.kind);
        }
        self.known.push(GazetteerEntry { kind, state: false, french, english, wikidata, others, capital_of: None });
        index
    }

    /// A state, place or organisation by its index.
    pub fn known(&self, index: u32) -> &GazetteerEntry {
        &self.known[index as usize]
    }

    /// Finds states, places and organisations among the words of a text, without overlaps: the longest at each word.
    pub fn find(&self, words: &[Word], language: NameLanguage) -> Vec<Hit> {
        let table = if language == NameLanguage::French { &self.french } else { &self.english };
        let mut hits = Vec::new();
        let mut at = 0;
        while at < words.len() {
            let Some(found) = table.longest(words, at) else {
                at += 1;
                continue;
            };
            // Of several entries with one name, a state comes first, then the order of the files counts.
            if let Some(entry) = table.entries(found).min_by_key(|e| e.payload) {
                let kind = ALIAS_CODES[usize::from(entry.kind & !AMBIGUOUS_BIT) % ALIAS_CODES.len()].0;
                let ambiguous = entry.kind & AMBIGUOUS_BIT != 0;
                hits.push(Hit { at, words: found.words, known: entry.payload, kind, ambiguous });
            }
            at += found.words;
        }
        hits
    }

    /// The state of a demonym at a word (`israélienne`, `South Korean`), and its number of words.
    pub fn demonym(&self, words: &[Word], at: usize) -> Option<(u32, usize)> {
        let found = self.demonyms.longest(words, at)?;
        let state = self.demonyms.entries(found).map(|e| e.payload).min()?;
        Some((state, found.words))
    }

    /// The gender of a first name, when it has only one; `None` for other words.
    pub fn first_name(&self, word: u64) -> Option<Option<Gender>> {
        self.first_names.get(&word).copied()
    }

    /// Whether a word, given by its hash, is a known first name.
    pub fn is_first_name(&self, word: u64) -> bool {
        self.first_names.contains_key(&word)
    }

    /// The gender of the first name, hyphens included, that a name begins with.
    pub fn gender(&self, name: &str) -> Option<Gender> {
        let first = name.split([' ', '\u{a0}', '\u{202f}']).next()?;
        let parts = first.split(['-', '‑']);
        let whole = parts.clone().count() == 1;
        let known = |part: &str| self.first_names.get(&fold::hash_word(part)).copied().flatten();
        // The first part decides: `Jean-Marie` is a man, `Marie-France` a woman.
        if whole { known(first) } else { known(first).or_else(|| parts.into_iter().next().and_then(known)) }
    }
}

impl GazetteerEntry {
    /// Its name in a language.
    pub fn name(&self, language: NameLanguage) -> &'static str {
        if language == NameLanguage::French { self.french } else { self.english }
    }

    /// All its names but one, as aliases of a new entity.
    pub fn aliases(&self, without: &str) -> Vec<FoundAlias> {
        let tag = |language| Some(if language == NameLanguage::French { "fr" } else { "en" }.to_owned());
        let own = [(NameLanguage::French, self.french), (NameLanguage::English, self.english)];
        let own = own.into_iter().map(|(language, name)| (AliasKind::Name, language, name));
        let others = self.others.iter().map(|o| (o.kind, o.language, o.name));
        let mut aliases: Vec<FoundAlias> = Vec::new();
        for (kind, language, name) in own.chain(others) {
            if name != without && aliases.iter().all(|a| a.name != name) {
                aliases.push(FoundAlias { name: name.to_owned(), language: tag(language), kind });
            }
        }
        aliases
    }
}
