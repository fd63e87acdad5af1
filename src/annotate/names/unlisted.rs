//! Guesses people by the capitals of their names, when no list and no model has them.
//!
//! A guess counts only when a quote has it as its speaker: see [`retain_quoted_speakers`].

use std::collections::HashMap;

use super::{MAX_NAME, Names};
use crate::annotate::text::Text;
use crate::annotate::tokens::{Kind, Tokens};
use crate::annotate::{EntityKind, FoundEntity, FoundMention, FoundQuote, MentionKind, Span};

/// Adds people for capitalised words outside of mentions that look like a first and a last name.
///
/// Returns the number of entities before.
pub fn add(text: &Text, tokens: &Tokens, names: &mut Names) -> usize {
    let known_entities = names.entities.len();
    let mut guessed: HashMap<String, usize> = HashMap::new();
    let mut found: Vec<FoundMention> = Vec::new();
    let mut at = 0;
    let mut next = 0;
    while at < tokens.list.len() {
        let span = tokens.list[at].span;
        while next < names.mentions.len() && names.mentions[next].span.end <= span.start {
            next += 1;
        }
        if covered(names, next, span) || !begins(tokens, at) {
            at += 1;
            continue;
        }
        let (end, words) = extent(tokens, at, |token| covered_from(names, next, token));
        let whole = Span { start: span.start, end: tokens.list[end - 1].span.end };
        if whole.end - whole.start <= MAX_NAME
            && let Some(mention) = guess(text, tokens, names, &mut guessed, (at, words, whole))
        {
            found.push(mention);
        }
        at = end;
    }
    names.mentions.extend(found);
    names.mentions.sort_by_key(|mention| mention.span.start);
    known_entities
}

fn covered(names: &Names, next: usize, span: Span) -> bool {
    names.mentions.get(next).is_some_and(|mention| mention.span.start < span.end)
}

fn covered_from(names: &Names, mut next: usize, span: Span) -> bool {
    while names.mentions.get(next).is_some_and(|mention| mention.span.end <= span.start) {
        next += 1;
    }
    covered(names, next, span)
}

fn begins(tokens: &Tokens, at: usize) -> bool {
    let info = tokens.info(at);
    let opens = at == 0 || tokens.kind(at - 1) != Kind::Word;
    let described = info.is_title() || info.is_determiner() || info.is_role() || info.is_group() || info.is_time();
    let common = info.is_pronoun() || info.is_preposition() || (info.is_sentence_initial() && opens);
    tokens.is_capitalized(at) && !described && !common
}

/// The end of a sequence of capitalised words, and their number.
fn extent(tokens: &Tokens, start: usize, covered: impl Fn(Span) -> bool) -> (usize, usize) {
    let (mut at, mut words) = (start + 1, 1);
    while words < 6 {
        let particles = (at..at + 3).take_while(|&i| tokens.info(i).is_particle() && !tokens.is_capitalized(i)).count();
        let initial = tokens.list[at - 1].span.end - tokens.list[at - 1].span.start == 1;
        let next = at + particles.max(usize::from(initial && tokens.is_mark(at, '.')));
        if !tokens.is_capitalized(next) || covered(tokens.list[next].span) {
            break;
        }
        words += 1;
        at = next + 1;
    }
    (at, words)
}

/// The mention that a capitalised sequence is: of a new person with first and last name, or of a person by the last name.
fn guess(
    text: &Text,
    tokens: &Tokens,
    names: &mut Names,
    guessed: &mut HashMap<String, usize>,
    (at, words, span): (usize, usize, Span),
) -> Option<FoundMention> {
    // The office is no part of the name: `British Prime Minister Helen Ward`.
    let described = |i: usize| tokens.info(i).is_role() || tokens.info(i).is_title();
    let stop = tokens.list.partition_point(|token| token.span.start < span.end);
    let (at, words) = match (at..stop).rev().find(|&i| described(i)) {
        Some(office) if office + 1 < stop => {
            (office + 1, (office + 1..stop).filter(|&i| tokens.is_capitalized(i)).count())
        }
        _ => (at, words),
    };
    // An office alone is nobody's name: `Former Minister`.
    if stop > at && described(stop - 1) && !described(at) {
        return None;
    }
    let span = Span { start: tokens.list[at].span.start, ..span };
    // Words that end with an office and hold another are no name: `Chief Crop Analyst`.
    let last = tokens.info(stop - 1);
    let titled_office =
        last.is_role() && !last.is_title() && at > 0 && tokens.is_capitalized(at - 1) && described(at - 1);
    if titled_office || described(stop - 1) && (at..stop - 1).any(described) {
        return None;
    }
    let titled =
        (1..3).filter_map(|back| at.checked_sub(back)).any(|i| tokens.info(i).is_title() && !tokens.info(i).is_role());
    let name = text.slice(span);
    let after_article = at > 0 && tokens.info(at - 1).is_determiner() && !tokens.info(at - 1).is_of();
    // Words before a role are no person: `City Hall officials`.
    let attributive =
        tokens.info(stop).is_role() && !tokens.is_capitalized(stop) && tokens.list[stop].span.start == span.end + 1;
    let shouted = name.chars().all(|c| !c.is_lowercase());
    let entity = match names.resolve(&name).or_else(|| guessed.get(&name).copied()) {
        Some(entity) => entity,
        None if titled && words == 1 => {
            names.entities.push(FoundEntity { full_name: false, ..person(&name) });
            guessed.insert(name, names.entities.len() - 1);
            names.entities.len() - 1
        }
        None if words > 1 && !after_article && !shouted && !attributive => {
            let last = name.rsplit(' ').next().unwrap_or_default().to_owned();
            names.entities.push(person(&name));
            guessed.insert(last, names.entities.len() - 1);
            guessed.insert(name, names.entities.len() - 1);
            names.entities.len() - 1
        }
        None => return None,
    };
    let entity_kind = names.entities[entity].kind;
    Some(FoundMention {
        span,
        kind: MentionKind::Name,
        entity_kind,
        entity: Some(entity),
        candidates: Vec::new(),
        confidence: 0.4,
    })
}

fn person(name: &str) -> FoundEntity {
    FoundEntity {
        kind: EntityKind::Person,
        name: name.to_owned(),
        aliases: Vec::new(),
        stored: None,
        candidates: Vec::new(),
        candidate_count: 0,
        full_name: true,
        gender: None,
        wikidata: None,
    }
}

/// Removes guessed entities that are no speaker, with their mentions; the others keep their order.
pub fn retain_quoted_speakers(names: &mut Names, quotes: &mut [FoundQuote], known_entities: usize) {
    let mut spoken = vec![false; names.entities.len()];
    spoken[..known_entities].fill(true);
    for &entity in quotes.iter().flat_map(|quote| quote.speaker.iter().chain(&quote.speakers)) {
        spoken[entity] = true;
    }
    let mut kept = 0;
    let moved: Vec<Option<usize>> = spoken
        .iter()
        .map(|&stays| {
            kept += usize::from(stays);
            stays.then(|| kept - 1)
        })
        .collect();
    let mut at = 0;
    names.entities.retain(|_| {
        at += 1;
        spoken[at - 1]
    });
    names.mentions.retain_mut(|mention| {
        let Some(entity) = mention.entity else { return true };
        mention.entity = moved[entity];
        mention.entity.is_some()
    });
    let moved_all = |entities: &[usize]| entities.iter().filter_map(|&entity| moved[entity]).collect();
    for mention in &mut names.mentions {
        mention.candidates = moved_all(&mention.candidates);
    }
    for quote in quotes {
        quote.speaker = quote.speaker.and_then(|entity| moved[entity]);
        quote.speakers = moved_all(&quote.speakers);
        quote.candidates = moved_all(&quote.candidates);
    }
}
