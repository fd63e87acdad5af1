//! Finds the names in a text: people, places and organisations.
//!
//! The tagger of the language marks names. Stored aliases and the gazetteer replace or complete these marks. Then the
//! marks are linked to entities.

mod capitals;
mod common;
mod consistency;
mod datelines;
pub mod dictionary;
mod english;
mod english_words;
pub mod features;
mod french;
pub mod gazetteer;
mod german;
mod kind_nouns;
mod linking;
mod people;
pub mod phrase_table;
pub mod tagger;
#[cfg(test)]
mod tests;
pub mod tokenized_text;
pub mod tokens;
#[cfg(feature = "train-names")]
pub mod train;
pub mod unlisted;

use super::{
    AliasKind, Block, BlockRole, EntityKind, FoundEntity, FoundMention, Gender, MentionKind, Span, blocks, fold,
};
use dictionary::{Dictionary, DictionaryMatch};
use gazetteer::{NameLanguage, gazetteer};
use std::collections::HashMap;
use std::sync::Arc;
use tokenized_text::{Marked, TokenizedText};

/// Maximum length of a name, in code points.
pub const MAX_NAME: usize = 300;
/// Maximum length of a label that is looked up, in bytes.
const MAX_LABEL: usize = 300;

/// The entities of an article and their mentions.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Names {
    pub entities: Vec<FoundEntity>,
    /// Sorted by start, without overlaps.
    pub mentions: Vec<FoundMention>,
    /// The entity of each folded name and surname, `None` if there are several.
    labels: HashMap<String, Option<usize>>,
}

impl Names {
    /// The only entity that a label (`Anne Morel`, `Mme Morel`, `Morel`) names in this article.
    pub fn resolve(&self, label: &str) -> Option<usize> {
        if label.len() > MAX_LABEL {
            return None;
        }
        let folded = fold::fold(label);
        let mut rest = folded.trim();
        loop {
            if let Some(found) = self.labels.get(rest) {
                return *found;
            }
            // Drop a title, an article or a role before the name.
            rest = rest.split_once([' ', '\'']).map(|(_, rest)| rest.trim_start())?;
        }
    }

    /// The gender of an entity, if its first name or title implies it.
    pub fn gender(&self, entity: usize) -> Option<Gender> {
        self.entities.get(entity)?.gender
    }

    /// Sorts the entities by their first mention.
    fn sort_entities(&mut self) {
        let mut place = vec![usize::MAX; self.entities.len()];
        let mut next = 0;
        for entity in self.mentions.iter_mut().filter_map(|m| m.entity.as_mut()) {
            if place[*entity] == usize::MAX {
                place[*entity] = next;
                next += 1;
            }
            *entity = place[*entity];
        }
        for candidate in self.mentions.iter_mut().flat_map(|mention| &mut mention.candidates) {
            *candidate = place[*candidate];
        }
        let mut numbered: Vec<_> = place.into_iter().zip(std::mem::take(&mut self.entities)).collect();
        numbered.retain(|(place, _)| *place != usize::MAX);
        numbered.sort_by_key(|(place, _)| *place);
        self.entities = numbered.into_iter().map(|(_, entity)| entity).collect();
    }

    /// Builds the index of [`Names::resolve`].
    fn index_labels(&mut self) {
        for (n, entity) in self.entities.iter().enumerate() {
            let mut labels: Vec<String> = vec![fold::fold(&entity.name)];
            labels.extend(entity.aliases.iter().map(|alias| fold::fold(&alias.name)));
            if entity.kind == EntityKind::Person {
                let parts = people::parts(&entity.name);
                labels.extend((1..parts.len()).rev().take(4).map(|from| parts[from..].join(" ")));
            }
            labels.dedup();
            for label in labels {
                let known = self.labels.entry(label).or_insert(Some(n));
                if *known != Some(n) {
                    *known = None;
                }
            }
        }
    }
}

/// Finds the names of a text. `language` is a BCP 47 primary tag; `blocks` are those of the same body.
///
/// In French and English, all names are found; in German, people by their first names and listed places. In other languages, only stored aliases are found.
pub fn find(text: &TokenizedText<'_>, blocks: &[Block], language: &str, aliases: &Dictionary) -> Names {
    let mut marks = match language {
        "fr" => french::mark(tagger::french(), text),
        "en" => english::mark(tagger::english(), text, blocks),
        "de" => german::mark(text),
        _ => Vec::new(),
    };
    let known = matches!(language, "fr" | "en");
    let language = if language == "fr" { NameLanguage::French } else { NameLanguage::English };
    if known {
        capitals::apply(text, language, &mut marks);
        add_datelines(text, &mut marks);
        kind_nouns::apply(text, language, &mut marks);
    }
    add_stored_names(text, &mut marks, aliases.find_words(&text.words));
    set_gazetteer_entries(text, &mut marks, language);
    marks.retain(|mark| {
        let block = blocks::at(blocks, mark.span.start);
        mark.span.end - mark.span.start <= MAX_NAME && block.is_none_or(|block| block.role != BlockRole::Boilerplate)
    });
    linking::link(text, &marks, language, aliases)
}

/// Adds the names of datelines, which replace other marks there unless these are well known.
fn add_datelines(text: &TokenizedText<'_>, marks: &mut Vec<Marked>) {
    let mut datelines = datelines::find(text);
    datelines.retain(|dateline| {
        let rivals = tokenized_text::overlapping(marks, dateline.span);
        rivals.iter().all(|mark| mark.span != dateline.span || mark.known.is_none())
    });
    tokenized_text::replace_overlapping(marks, datelines);
}

/// Adds stored aliases to the marks. A longer name replaces a shorter one; if they are equal, the alias is used.
fn add_stored_names(text: &TokenizedText<'_>, marks: &mut Vec<Marked>, stored: Vec<DictionaryMatch>) {
    let mut kept: Vec<Marked> = Vec::new();
    for found in stored {
        let Some(mark) = stored_mark(text, &found) else {
            continue;
        };
        let rivals = tokenized_text::overlapping(marks, mark.span);
        let length = |span: Span| span.end - span.start;
        let beaten = rivals.iter().all(|rival| {
            length(rival.span) <= length(mark.span) || rival.kind == mark.kind && mark.tokens.0 < mark.tokens.1
        });
        let weak = rivals.is_empty() && mark.tokens.0 == mark.tokens.1 && may_be_common_word(text, mark.tokens.0);
        if beaten && !weak {
            kept.push(mark);
        }
    }
    let all = std::mem::replace(marks, kept);
    tokenized_text::add_without_overlaps(marks, all);
}

/// Whether a token may be a common word, capitalised because it opens a sentence.
fn may_be_common_word(text: &TokenizedText<'_>, at: usize) -> bool {
    let token = &text.tokens[at];
    token.opens && !token.is_acronym() && (common::french(token.text) || common::english(token.text))
}

fn stored_mark(text: &TokenizedText<'_>, found: &DictionaryMatch) -> Option<Marked> {
    let first = found.entities.first()?;
    let at = text.words.partition_point(|w| w.span.start < found.span.start);
    let words = text.words[at..].iter().take_while(|w| w.span.end <= found.span.end).count().max(1);
    let mut mark = text.mark_words(at, words, first.kind, 0.95);
    mark.mention = match first.alias {
        AliasKind::Role => MentionKind::Role,
        AliasKind::Periphrasis => MentionKind::Nominal,
        _ => MentionKind::Name,
    };
    if found.entities.len() > 1 {
        mark.confidence = 0.6;
    }
    mark.stored = Arc::clone(&found.entities);
    Some(mark)
}

/// Sets the gazetteer entries of marks.
fn set_gazetteer_entries(text: &TokenizedText<'_>, marks: &mut [Marked], language: NameLanguage) {
    let lists = gazetteer();
    for hit in lists.find(&text.words, language) {
        let start = text.words[hit.at].span.start;
        let end = text.words[hit.at + hit.words - 1].span.end;
        let near = marks.partition_point(|m| m.span.start < start);
        // A final full stop (`U.S.`) belongs to the mark, but not to a word.
        let same = |m: &&mut Marked| m.span.start == start && (m.span.end == end || m.span.end == end + 1);
        let Some(mark) = marks.get_mut(near).filter(|m| same(m) && m.known.is_none()) else {
            continue;
        };
        let known = lists.known(hit.known).kind;
        let confused = |kind| matches!(kind, EntityKind::Place | EntityKind::Organization);
        if mark.kind == known || !hit.ambiguous && confused(mark.kind) && confused(known) {
            mark.known = Some(hit.known);
        }
    }
}
