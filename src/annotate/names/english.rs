//! Finds names in English text by rules and a tagger that knows their findings.
//!
//! For the rules, a name is a run of capitalised words. Its kind follows from titles, first names, the gazetteer, the words in it, and
//! the words beside it.

use super::common;
use super::consistency;
use super::english_words::{
    EVENTS, INTO_PEOPLE, INTO_PLACES, NO_NAMES, ORGANIZATIONS, OTHERS, PARTICLES, PLACES, SPEECH, TITLES, describes,
    head_of,
};
use super::tagger::{Tagged, Tagger};
use super::tokenized_text::{self, Marked, TokenizedText};
use super::tokens::Token;
use crate::annotate::fold;
use crate::annotate::languages;
use crate::annotate::names::gazetteer::{Hit, NameLanguage, gazetteer};
use crate::annotate::{AliasKind, Block, BlockRole, EntityKind, blocks};

/// Marks the names of an English text, sorted and without overlaps: those of the tagger, corrected and completed by rules.
pub fn mark(tagger: Option<&Tagger>, text: &TokenizedText<'_>, blocks: &[Block]) -> Vec<Marked> {
    let by_rules = by_rules(text, blocks);
    let mut marks = match tagger {
        Some(tagger) => combine(text, blocks, tagger.tag(text, NameLanguage::English, &by_rules), by_rules),
        None => by_rules,
    };
    consistency::unify(text, NameLanguage::English, &mut marks);
    marks
}

/// Lowest probability of a name of the tagger.
const MIN_PROBABILITY: f32 = 0.5;
/// Lowest confidence of a name that only rules find.
const MIN_RULE_CONFIDENCE: f32 = 0.8;

/// The names of the tagger, and the sure ones of the rules beside them.
fn combine(text: &TokenizedText<'_>, blocks: &[Block], tagged: Vec<Tagged>, by_rules: Vec<Marked>) -> Vec<Marked> {
    let mut marks: Vec<Marked> = Vec::new();
    for name in tagged.into_iter().filter(|name| name.kinds.iter().sum::<f32>() >= MIN_PROBABILITY) {
        let is_field = name.kind == EntityKind::Person && is_field(text, name.tokens);
        if !titled(text, blocks, name.tokens.0)
            && !is_field
            && let Some(tokens) = trim(text, name.tokens, name.kind)
        {
            let mark = text.mark(tokens, name.kind, name.confidence);
            let rules = tokenized_text::overlapping(&by_rules, mark.span);
            let known = rules.iter().find(|rule| rule.tokens == tokens).and_then(|rule| rule.known);
            marks.push(Marked { kinds: name.kinds, known, ..mark });
        }
    }
    tokenized_text::remove_overlaps(&mut marks);
    // The tagger cuts names at particles: `Pieter | van der Molen`.
    let longer = |rule: &&Marked| {
        let particle = text.tokens[rule.tokens.0..=rule.tokens.1].iter().any(|token| !token.is_capitalized());
        let inside = |part: &Marked| rule.tokens.0 <= part.tokens.0 && part.tokens.1 <= rule.tokens.1;
        let person = rule.kind == EntityKind::Person && rule.confidence >= 0.9;
        person && particle && tokenized_text::overlapping(&marks, rule.span).iter().all(inside)
    };
    let longer = by_rules.iter().filter(longer).cloned().collect();
    tokenized_text::replace_overlapping(&mut marks, longer);
    let sure = |mark: &Marked| {
        let led = text.near(mark.tokens.0, -1) == "(";
        let acronym = led && mark.tokens.0 == mark.tokens.1 && text.tokens[mark.tokens.0].is_acronym();
        mark.confidence >= MIN_RULE_CONFIDENCE || acronym
    };
    tokenized_text::add_without_overlaps(&mut marks, by_rules.into_iter().filter(sure).collect());
    marks
}

/// A name without titles before it and marks around it; none if nothing is left.
pub(super) fn trim(text: &TokenizedText<'_>, tokens: (usize, usize), kind: EntityKind) -> Option<(usize, usize)> {
    let (mut first, mut last) = tokens;
    while first < last && !text.tokens[last].word() {
        last -= 1;
    }
    while first < last && (!text.tokens[first].word() || text.near(first, 0) == "the") {
        first += 1;
    }
    if first < last
        && text.tokens[first].opens
        && opens_sentence(text.tokens[first].text)
        && text.near(first, 0) != "The"
    {
        first += 1;
    }
    if kind == EntityKind::Person {
        // A person of an organisation: `Ann Roy of the Labour Party`.
        last = (first + 1..last).find(|&n| text.tokens[n].text == "of").map_or(last, |of| of - 1);
        if let Some(name) = (first..last).rev().find(|&n| is_title(text, n)) {
            first = name + 1;
        }
        while first < last && demonym(text.tokens[first].text) {
            first += 1;
        }
    }
    let only = text.tokens[first].text;
    if first < last && OTHERS.contains(text.tokens[last].text) {
        return None;
    }
    let named =
        first < last || !(demonym(only) || describes(only) || common::english(only) && text.tokens[first].opens);
    let capital = text.tokens[first..=last].iter().any(Token::is_capitalized);
    (named && capital && text.tokens[first].word()).then_some((first, last))
}

/// Whether the token before belongs to the same name: `United | States`.
#[cfg(feature = "train-names")]
pub(super) fn extends_left(text: &TokenizedText<'_>, first: usize) -> bool {
    let Some(before) = first.checked_sub(1) else { return false };
    let token = &text.tokens[before];
    let opener = token.opens && opens_sentence(token.text);
    !text.tokens[first].opens && name_word(text, before) && !opener && !describes(token.text) && token.text != "The"
}

/// Marks names by rules, sorted and without overlaps.
pub(super) fn by_rules(text: &TokenizedText<'_>, blocks: &[Block]) -> Vec<Marked> {
    let hits = gazetteer().find(&text.words, NameLanguage::English);
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

/// Whether a token is a part of a name with a lower-case particle: `al-Hadar`.
fn is_hyphenated_particle(word: &str) -> bool {
    word.split_once('-')
        .is_some_and(|(particle, rest)| PARTICLES.contains(particle) && rest.starts_with(char::is_uppercase))
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
        if (name_word(text, next) || is_hyphenated_particle(token.text)) && !stop {
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
        "'s" | "’s" => {
            let body = ORGANIZATIONS.contains(text.near(at, 1)) || PLACES.contains(text.near(at, 1));
            body && matches!(text.tokens[from].text, "St" | "St.")
        }
        "and" => {
            let headed = head_of(text.tokens[from].text).is_some();
            headed && text.near(from, 1) == "of" && text.near(at, 2) != "said"
        }
        _ => particles > 0 && (from..at).any(|n| is_first_name(text, n)),
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

/// Marks a run without its titles and sentence openers; words before a title are a name of their own.
fn classify(text: &TokenizedText<'_>, run: (usize, usize), hits: &[Hit], marks: &mut Vec<Marked>) {
    let (mut first, last) = run;
    if let Some(name) = name_after_title(text, run).or_else(|| name_after_office(text, run)) {
        marks.push(text.mark((name, last), EntityKind::Person, 0.9));
        let Some(before) = (first..name).rev().find(|&n| !describes(text.tokens[n].text)) else { return };
        let named = kind_of(text, (first, before), false, hits)
            .filter(|(kind, confidence)| *kind != EntityKind::Person && *confidence >= MIN_RULE_CONFIDENCE);
        marks.extend(named.map(|(kind, confidence)| text.mark((first, before), kind, confidence)));
        return;
    }
    let mut title = first > 0 && TITLES.contains(text.tokens[first - 1].text);
    let opener = text.tokens[first].opens && opens_sentence(text.tokens[first].text);
    if first < last && opener && !heads_run(text, (first, last)) {
        first += 1;
    }
    while first < last && TITLES.contains(text.tokens[first].text) && !heads_run(text, (first, last)) {
        (first, title) = (first + 1, true);
    }
    // An article is no part of a name: `The World Health Organization`.
    if first < last && text.tokens[first].text == "The" && text.near(first, 1).len() > 1 {
        first += 1;
    }
    // An office alone names nobody: `Former Minister`, `Attorney General`.
    let named = first < last && (title || is_first_name(text, first));
    if !named && describes(text.tokens[last].text) {
        return;
    }
    if let Some((kind, confidence)) = kind_of(text, (first, last), title, hits) {
        marks.push(text.mark((first, last), kind, confidence));
    }
}

/// Whether a word with a capital may open a sentence without being a name: a common word or a reporting verb.
fn opens_sentence(word: &str) -> bool {
    common::english(word) || word.len() <= 24 && languages::english().info(&word.to_lowercase()).reports()
}

fn is_first_name(text: &TokenizedText<'_>, at: usize) -> bool {
    gazetteer().is_first_name(hash(text, at))
}

/// Whether a token is the title of the name after it, and no part of it, as in `Martin King Roy`.
fn is_title(text: &TokenizedText<'_>, at: usize) -> bool {
    let inside = at > 0 && is_first_name(text, at - 1) && text.tokens[at - 1].is_capitalized();
    let name = is_first_name(text, at) && !TITLES.contains(text.tokens[at].text);
    describes(text.tokens[at].text) && !name && (!inside || is_first_name(text, at + 1))
}

/// Longest name of a person, in tokens.
const LONGEST_PERSON: usize = 4;

/// Whether the tokens of a run may be the name of a person.
fn may_be_person(text: &TokenizedText<'_>, (first, last): (usize, usize)) -> bool {
    let body = |n: usize| {
        let word = text.tokens[n].text;
        ORGANIZATIONS.contains(word) || PLACES.contains(word) || EVENTS.contains(word) || OTHERS.contains(word)
    };
    first <= last
        && last - first < LONGEST_PERSON
        && !body(last)
        && !text.tokens[first..=last].iter().any(|token| matches!(token.text, "of" | "for" | "and" | "&"))
}

/// The first token of a person's name after the last title of a run: `Labour MP | Lucy Brandt`.
fn name_after_title(text: &TokenizedText<'_>, (first, last): (usize, usize)) -> Option<usize> {
    let title = (first..last).rev().find(|&n| is_title(text, n))?;
    let several = last > title + 1;
    let listed = !several && !gazetteer().find(&fold::words(text.tokens[last].text), NameLanguage::English).is_empty();
    let sure = several || TITLES.contains(text.tokens[title].text);
    (sure && !listed && may_be_person(text, (title + 1, last)) && !describes(text.tokens[last].text))
        .then_some(title + 1)
}

/// Most tokens between an office and the name of its holder.
const LONGEST_OFFICE: usize = 8;

/// Whether a word is the field of an office rather than a person: `Minister for | Sport`.
fn is_field(text: &TokenizedText<'_>, (first, last): (usize, usize)) -> bool {
    let office = |n: &usize| text.tokens[*n].is_capitalized() && describes(text.tokens[*n].text);
    first == last && !is_first_name(text, first) && office_before(text, first).is_some_and(|n| office(&n))
}

/// The office whose field a token belongs to: `Minister` for `Tourism` in `Minister for Sport and Tourism`.
fn office_before(text: &TokenizedText<'_>, first: usize) -> Option<usize> {
    if !matches!(text.near(first, -1), "of" | "for" | "and" | "&") {
        return None;
    }
    let field = |n: &usize| {
        let token = &text.tokens[*n];
        token.is_capitalized() || matches!(token.text, "of" | "for" | "and" | "&" | "the")
    };
    let before = (first.saturating_sub(LONGEST_OFFICE)..first).rev();
    before.take_while(|n| field(n) || describes(text.tokens[*n].text)).find(|&n| describes(text.tokens[n].text))
}

/// The first token of a person's name after the field of an office: `Minister for Sport and Tourism | Nina Marsh`.
fn name_after_office(text: &TokenizedText<'_>, (first, last): (usize, usize)) -> Option<usize> {
    if last == first || office_before(text, first).is_none() {
        return None;
    }
    let named = (first..last).find(|&n| is_first_name(text, n) && may_be_person(text, (n, last)));
    named.or_else(|| (last - first >= 2 && may_be_person(text, (last - 1, last))).then(|| last - 1))
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
    if several && OTHERS.contains(word(last)) {
        return None;
    }
    let first_name = is_first_name(text, first);
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
