//! Finds names in English text by rules.
//!
//! A name is a run of capitalised words. Its kind follows from titles, first names, the gazetteer, the words in it, and
//! the words beside it.

use super::common;
use super::consistency;
use super::english_words::{
    EVENTS, INTO_PEOPLE, INTO_PLACES, NO_NAMES, ORGANIZATIONS, PARTICLES, PLACES, SPEECH, TITLES, head_of,
};
use super::tokenized_text::{self, Marked, TokenizedText};
use crate::annotate::fold;
use crate::annotate::names::gazetteer::{Hit, NameLanguage, gazetteer};
use crate::annotate::{AliasKind, Block, BlockRole, EntityKind, blocks};

/// Marks the names of an English text, sorted and without overlaps.
pub fn mark(text: &TokenizedText<'_>, blocks: &[Block]) -> Vec<Marked> {
    let lists = gazetteer();
    let hits = lists.find(&text.words, NameLanguage::English);
    let mut marks = listed(text, &hits);
    let mut at = 0;
    while at < text.tokens.len() {
        let Some(end) = run(text, at) else {
            at += 1;
            continue;
        };
        if !titled(text, blocks, at) {
            classify(text, (at, end), &hits, &mut marks);
        }
        at = end + 1;
    }
    tokenized_text::remove_overlaps(&mut marks);
    consistency::unify(text, &mut marks);
    marks
}

/// Marks the names of the gazetteer.
fn listed(text: &TokenizedText<'_>, hits: &[Hit]) -> Vec<Marked> {
    let mut marks = Vec::new();
    for hit in hits {
        let known = gazetteer().known(hit.known);
        if hit.kind == AliasKind::Periphrasis {
            marks.extend(super::french::periphrasis(text, hit.at, hit.words, hit.known));
        } else if !hit.ambiguous && text.words[hit.at].initial {
            let mut mark = text.mark_words(hit.at, hit.words, known.kind, 0.85);
            let (first, last) = mark.tokens;
            let next = text.near(last, 1);
            let alone = !name_word(text, last + 1) || known.state && !next.ends_with('.');
            let led = first > 0 && name_word(text, first - 1) && !text.tokens[first].opens;
            if (alone && !led || hit.words > 2) && text.tokens[first].start == mark.span.start {
                mark.known = Some(hit.known);
                marks.push(mark);
            }
        }
    }
    marks
}

/// Whether a token may be part of a name: a capitalised word that is no nationality.
fn name_word(text: &TokenizedText<'_>, at: usize) -> bool {
    text.tokens.get(at).is_some_and(|t| t.is_capitalized() && !NO_NAMES.contains(t.text) && !demonym(t.text))
}

fn demonym(word: &str) -> bool {
    word.len() <= 24 && {
        let words = fold::words(word);
        words.len() == 1 && gazetteer().demonym(&words, 0).is_some()
    }
}

/// Longest run of capitalised words that is one name, in tokens.
const LONGEST: usize = 12;

/// The last token of the run of name words that begins at a token.
fn run(text: &TokenizedText<'_>, at: usize) -> Option<usize> {
    if !name_word(text, at) {
        return None;
    }
    let mut end = at;
    while end - at < LONGEST {
        let next = end + 1;
        let Some(token) = text.tokens.get(next).filter(|t| !t.new_line) else {
            break;
        };
        let stop = text.tokens[end].text.ends_with('.') && token.opens;
        if name_word(text, next) && !stop {
            end = next;
        } else if let Some(words) = joins(text, at, next) {
            end = next + words;
        } else {
            break;
        }
    }
    Some(end)
}

/// The number of tokens that join two capitalised words into one name.
fn joins(text: &TokenizedText<'_>, from: usize, at: usize) -> Option<usize> {
    let particles = (at..at + 3).take_while(|n| PARTICLES.contains(text.near(*n, 0))).count();
    let next = at + particles.max(1);
    if !name_word(text, next) || text.tokens[at..=next].iter().any(|t| t.new_line) {
        return None;
    }
    let joined = match text.tokens[at].text {
        "of" | "for" => (from..at).any(|n| heads(text.tokens[n].text)),
        "&" => true,
        "and" => {
            let headed = head_of(text.tokens[from].text).is_some();
            headed && text.near(from, 1) == "of" && text.near(at, 2) != "said"
        }
        _ => particles > 0 && (from..at).any(|n| gazetteer().first_name(hash(text, n)).is_some()),
    };
    joined.then_some(next - at)
}

fn heads(word: &str) -> bool {
    head_of(word).is_some() || ORGANIZATIONS.contains(word)
}

fn hash(text: &TokenizedText<'_>, at: usize) -> u64 {
    fold::hash_word(text.tokens[at].text)
}

/// Whether a token stands in a headline in which most words have a capital.
fn titled(text: &TokenizedText<'_>, blocks: &[Block], at: usize) -> bool {
    let Some(block) = blocks::at(blocks, text.tokens[at].start) else { return false };
    if !matches!(block.role, BlockRole::Headline | BlockRole::Heading) {
        return false;
    }
    let first = text.tokens.partition_point(|t| t.start < block.span.start);
    let words =
        || text.tokens[first..].iter().take_while(|t| t.end <= block.span.end).take(40).filter(|t| t.text.len() > 3);
    words().filter(|t| t.is_capitalized()).count() * 4 > words().count() * 3
}

/// Marks a run without its titles and sentence openers.
fn classify(text: &TokenizedText<'_>, run: (usize, usize), hits: &[Hit], marks: &mut Vec<Marked>) {
    let (mut first, last) = run;
    let mut title = first > 0 && TITLES.contains(text.tokens[first - 1].text);
    while first < last && TITLES.contains(text.tokens[first].text) && !heads_run(text, (first, last)) {
        (first, title) = (first + 1, true);
    }
    let opener = text.tokens[first].opens && common::english(text.tokens[first].text);
    if first < last && opener && !heads_run(text, (first, last)) {
        first += 1;
        if TITLES.contains(text.tokens[first].text) && first < last {
            (first, title) = (first + 1, true);
        }
    }
    // An article is no part of a name: `The World Health Organization`.
    if first < last && text.tokens[first].text == "The" && text.near(first, 1).len() > 1 {
        first += 1;
    }
    let (kind, confidence) = match kind_of(text, (first, last), title, hits) {
        Some(found) => found,
        None => return,
    };
    marks.push(text.mark((first, last), kind, confidence));
}

/// Whether a run is an organisation by its words; its first word is then no title or opener.
fn heads_run(text: &TokenizedText<'_>, run: (usize, usize)) -> bool {
    run.0 < run.1 && (ORGANIZATIONS.contains(text.tokens[run.1].text) || text.near(run.0, 1) == "of")
}

fn kind_of(text: &TokenizedText<'_>, run: (usize, usize), title: bool, hits: &[Hit]) -> Option<(EntityKind, f32)> {
    let (first, last) = run;
    let word = |n: usize| text.tokens[n].text;
    let several = first < last;
    let begin = text.tokens[first].start;
    let listed = hits.get(hits.partition_point(|h| text.words[h.at].span.start < begin));
    let listed = listed.filter(|h| {
        text.words[h.at].span.start == begin && text.words[h.at + h.words - 1].span.end >= text.tokens[last].end
    });
    let before = text.near(first, -1);
    if several && (ORGANIZATIONS.contains(word(last)) || (first..last).any(|n| heads(word(n)) && word(n + 1) == "of")) {
        let place = head_of(word(first)) == Some(EntityKind::Place);
        let kind = if place { EntityKind::Place } else { EntityKind::Organization };
        return Some((kind, 0.85));
    }
    if several && EVENTS.contains(word(last)) {
        return Some((EntityKind::Event, 0.6));
    }
    if several && (first..=last).any(|n| word(n) == "&") {
        return Some((EntityKind::Organization, 0.8));
    }
    let first_name = gazetteer().first_name(hash(text, first)).is_some();
    if title && listed.is_none_or(|h| h.ambiguous) {
        return Some((EntityKind::Person, 0.9));
    }
    if several && first_name && listed.is_none() && !PLACES.contains(word(last)) {
        return Some((EntityKind::Person, 0.92));
    }
    if several && PLACES.contains(word(last)) {
        return Some((EntityKind::Place, 0.8));
    }
    if let Some(hit) = listed {
        let known = gazetteer().known(hit.known);
        let into = INTO_PLACES.contains(before) || ["to", "from", "of"].contains(&before);
        let fine = !hit.ambiguous || !text.tokens[first].opens && (into || known.kind != EntityKind::Place);
        return fine.then_some((known.kind, 0.8));
    }
    if !several {
        return lone(text, first, before);
    }
    if text.tokens[first..=last].iter().all(|t| t.is_acronym()) {
        return None;
    }
    if last - first < 4 && speaks(text, last) || last - first < 3 && INTO_PEOPLE.contains(before) {
        return Some((EntityKind::Person, 0.75));
    }
    if INTO_PLACES.contains(before) {
        return Some((EntityKind::Place, 0.6));
    }
    if before == "the" || last - first > 2 {
        return Some((EntityKind::Organization, 0.5));
    }
    (last - first < 3).then_some((EntityKind::Person, 0.5))
}

/// Whether speech or a description of a person follows: `X said`, `X, 43, …`, `X, who …`.
fn speaks(text: &TokenizedText<'_>, last: usize) -> bool {
    let next = text.near(last, 1);
    let after = text.near(last, 2);
    let aged = after.chars().all(|c| c.is_ascii_digit()) && after.len() == 2 && text.near(last, 3) == ",";
    SPEECH.contains(next)
        || next == "," && (aged || after == "who" || after == "whose")
        || text.near(last, -1) == "said" && next == ","
}

/// The kind of a name of one word that no list has.
fn lone(text: &TokenizedText<'_>, at: usize, before: &str) -> Option<(EntityKind, f32)> {
    let token = &text.tokens[at];
    if token.is_acronym()
        && token.text.chars().count() >= 3
        && token.text.chars().all(char::is_alphabetic)
        && !token.opens
    {
        return Some((EntityKind::Organization, 0.6));
    }
    if common::english(token.text) || TITLES.contains(token.text) || token.text.chars().count() < 3 {
        return None;
    }
    if !token.opens && INTO_PLACES.contains(before) && before != "at" {
        return Some((EntityKind::Place, 0.65));
    }
    if speaks(text, at) {
        return Some((EntityKind::Person, 0.6));
    }
    None
}
