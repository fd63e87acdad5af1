//! Kinds told by a noun beside the name: `la sonde Kestrel`, `the Kestrel probe`.
//!
//! The nouns are the files `kinds.txt` of the languages.

use super::common;
use super::gazetteer::{NameLanguage, gazetteer};
use super::tokenized_text::{self, Marked, TokenizedText};
use super::tokens::Token;
use crate::annotate::fold;
use crate::annotate::languages;
use crate::annotate::{EntityKind, Span};
use std::collections::HashMap;
use std::sync::LazyLock;

const FRENCH: &str = include_str!("../languages/fr/kinds.txt");
const ENGLISH: &str = include_str!("../languages/en/kinds.txt");

/// The nouns of a language.
#[derive(Default)]
struct KindNouns {
    before: HashMap<&'static str, EntityKind>,
    after: HashMap<&'static str, EntityKind>,
}

static FRENCH_NOUNS: LazyLock<KindNouns> = LazyLock::new(|| KindNouns::read(FRENCH));
static ENGLISH_NOUNS: LazyLock<KindNouns> = LazyLock::new(|| KindNouns::read(ENGLISH));

/// Confidence of a name with such a noun: it may become a stored entity.
const CONFIDENCE: f32 = 0.9;
/// Longest name that such a noun introduces, in tokens.
const LONGEST: usize = 8;

impl KindNouns {
    fn read(file: &'static str) -> Self {
        let mut nouns = Self::default();
        for (section, line) in languages::sections(file) {
            let (kind, table) = match section.split_once(' ') {
                Some((kind, _)) => (kind, &mut nouns.after),
                None => (section, &mut nouns.before),
            };
            if let Some(kind) = EntityKind::parse(kind) {
                line.split_whitespace().for_each(|noun| _ = table.insert(noun, kind));
            }
        }
        nouns
    }
}

/// Gives the names beside such nouns, and their other occurrences, the kind of the noun. `marks` are sorted.
pub fn apply(text: &TokenizedText<'_>, language: NameLanguage, marks: &mut Vec<Marked>) {
    let told = told(text, language, marks);
    if told.is_empty() {
        return;
    }
    let kinds: HashMap<String, EntityKind> =
        told.iter().map(|mark| (fold::fold(text.printed(mark)), mark.kind)).collect();
    // A told name replaces the marks of its parts.
    marks.retain(|mark| {
        let near = told.partition_point(|told| told.span.end <= mark.span.start);
        told.get(near).is_none_or(|told| !tokenized_text::overlap(told.span, mark.span))
    });
    for mark in marks.iter_mut().filter(|mark| mark.known.is_none()) {
        if let Some(&kind) = kinds.get(&fold::fold(text.printed(mark))) {
            *mark = Marked { kind, ..text.mark(mark.tokens, kind, CONFIDENCE) };
        }
    }
    let mut more = repetitions(text, language, &told);
    more.splice(0..0, told);
    more.sort_by_key(|mark| mark.span.start);
    tokenized_text::add_without_overlaps(marks, more);
    // Names of laws, plans and prizes are no entities.
    marks.retain(|mark| mark.kind != EntityKind::Other || !mark.stored.is_empty());
}

/// The names beside such nouns, sorted and without overlaps.
fn told(text: &TokenizedText<'_>, language: NameLanguage, marks: &[Marked]) -> Vec<Marked> {
    let nouns: &KindNouns = match language {
        NameLanguage::French => &FRENCH_NOUNS,
        NameLanguage::English => &ENGLISH_NOUNS,
    };
    let mut told: Vec<Marked> = Vec::new();
    for at in 0..text.tokens.len() {
        let noun = text.tokens[at].text;
        if !noun.starts_with(char::is_lowercase) {
            continue;
        }
        let free = told.last().map_or(0, |mark| mark.tokens.1 + 1);
        let before = nouns.after.get(noun).and_then(|kind| Some((name_before(text, language, marks, at)?, *kind)));
        let after =
            || nouns.before.get(noun).and_then(|kind| Some((name_after(text, language, marks, at, *kind)?, *kind)));
        if let Some((tokens, kind)) = before.or_else(after).filter(|(tokens, _)| tokens.0 >= free) {
            told.push(text.mark(tokens, kind, CONFIDENCE));
        }
    }
    told
}

/// The name that follows a noun, in quotation marks or not.
fn name_after(
    text: &TokenizedText<'_>,
    language: NameLanguage,
    marks: &[Marked],
    noun: usize,
    kind: EntityKind,
) -> Option<(usize, usize)> {
    let mut first = noun + 1;
    // One adjective: `le logiciel espion Lumen`.
    let adjective = |token: &super::tokens::Token<'_>| {
        token.word()
            && token.text.starts_with(char::is_lowercase)
            && !common::has(language, token.text)
            && !token.new_line
    };
    if language == NameLanguage::French && text.tokens.get(first).is_some_and(adjective) {
        first += 1;
    }
    let token = text.tokens.get(first).filter(|token| !token.new_line)?;
    if let Some(close) = closing(token.text) {
        return quoted(text, first + 1, close).filter(|_| kind != EntityKind::Other);
    }
    if token.opens || !token.is_capitalized() || common::has(language, token.text) && kind != EntityKind::Work {
        return None;
    }
    let mark = mark_at(marks, token.start);
    let last = match mark {
        Some(mark) => mark.tokens.1.max(first),
        None => run(text, first),
    };
    let known = mark.is_some_and(|mark| mark.known.is_some() || !mark.stored.is_empty());
    let person = first < last && gazetteer().is_first_name(fold::hash_word(token.text));
    let numbered = text.tokens.get(last + 1).is_some_and(|next| {
        kind == EntityKind::Product
            && !next.new_line
            && next.text.len() <= 4
            && next.text.chars().all(|c| c.is_ascii_digit())
    });
    (!known && !person).then_some((first, last + usize::from(numbered)))
}

/// The name of one to three words before a noun.
fn name_before(
    text: &TokenizedText<'_>,
    language: NameLanguage,
    marks: &[Marked],
    noun: usize,
) -> Option<(usize, usize)> {
    let last = noun.checked_sub(1)?;
    let name = |n: &usize| {
        let token = &text.tokens[*n];
        token.is_capitalized() && !token.opens && !common::has(language, token.text)
    };
    let first = (noun.saturating_sub(3)..noun).rev().take_while(name).last()?;
    let span = Span { start: text.tokens[first].start, end: text.tokens[last].end };
    let is_known = |mark: &Marked| mark.known.is_some() || !mark.stored.is_empty() || mark.tokens.0 < first;
    let known = tokenized_text::overlapping(marks, span).iter().any(is_known);
    let words = fold::words(text.slice((first, last)));
    let demonym = (0..words.len()).any(|n| gazetteer().demonym(&words, n).is_some());
    let longer = first > 0 && noun - first == 3 && name(&(first - 1));
    let small = |token: &Token<'_>| {
        token.text.starts_with(char::is_lowercase) || token.opens && common::has(language, token.text)
    };
    let article = first.checked_sub(1).is_some_and(|n| small(&text.tokens[n]));
    (article && !known && !demonym && !longer).then_some((first, last))
}

fn mark_at(marks: &[Marked], start: usize) -> Option<&Marked> {
    marks.get(marks.partition_point(|mark| mark.span.start < start)).filter(|mark| mark.span.start == start)
}

/// The last token of a run of capitalised words.
fn run(text: &TokenizedText<'_>, first: usize) -> usize {
    let name = |n: &usize| text.tokens.get(*n).is_some_and(|token| token.is_capitalized() && !token.opens);
    (first + 1..first + LONGEST).take_while(name).last().unwrap_or(first)
}

/// The mark that closes a quotation which another opens.
fn closing(open: &str) -> Option<&'static str> {
    match open {
        "«" => Some("»"),
        "“" => Some("”"),
        "\"" => Some("\""),
        "‘" => Some("’"),
        _ => None,
    }
}

/// The capitalised words between quotation marks.
fn quoted(text: &TokenizedText<'_>, first: usize, close: &str) -> Option<(usize, usize)> {
    let line = |n: &usize| text.tokens.get(*n).is_some_and(|token| !token.new_line);
    let end = (first..=first + LONGEST).take_while(line).find(|&n| text.tokens[n].text == close)?;
    let last = (first..end).rev().find(|&n| text.tokens[n].word())?;
    text.tokens[first].is_capitalized().then_some((first, last))
}

/// Other occurrences of the told names, distinctive ones only.
fn repetitions(text: &TokenizedText<'_>, language: NameLanguage, told: &[Marked]) -> Vec<Marked> {
    let mut names: HashMap<&str, &Marked> = HashMap::new();
    for mark in told.iter().filter(|mark| mark.kind != EntityKind::Other) {
        let first = text.tokens[mark.tokens.0].text;
        if first.chars().count() > 2 && !common::has(language, first) {
            names.entry(first).or_insert(mark);
        }
    }
    let mut more = Vec::new();
    for (at, token) in text.tokens.iter().enumerate() {
        let Some(mark) = names.get(token.text) else { continue };
        let length = mark.tokens.1 - mark.tokens.0;
        let same = (0..=length).all(|n| text.near(at, n as isize) == text.near(mark.tokens.0, n as isize));
        let alone = |n: Option<usize>| {
            n.and_then(|n| text.tokens.get(n)).is_none_or(|near| near.new_line || !near.is_capitalized())
        };
        if same && alone(Some(at + length + 1)) && (token.opens || alone(at.checked_sub(1))) {
            more.push(text.mark((at, at + length), mark.kind, CONFIDENCE));
        }
    }
    more
}
