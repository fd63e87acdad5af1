//! Scores the quotes and speakers found in labelled articles.

use std::collections::BTreeSet;

use super::super::{Annotation, QuoteKind, Span};
use super::{read, slice};

/// An article and its labels.
struct Labelled {
    body: String,
    quotes: Vec<Gold>,
}

struct Gold {
    span: Span,
    /// Empty when there is no speaker, `?` when any speaker is right.
    speaker: String,
}

/// Reads articles with labels such as `⟦the words⟧{the speaker}`, separated by lines of `---`.
fn labelled(file: &str) -> Vec<Labelled> {
    let lines: Vec<&str> = file.lines().filter(|line| !line.starts_with('#')).collect();
    lines.join("\n").split("\n---\n").map(|text| one(text.trim())).collect()
}

fn one(text: &str) -> Labelled {
    let (mut body, mut quotes, mut rest) = (String::new(), Vec::new(), text);
    while let Some((before, marked)) = rest.split_once('⟦') {
        let (words, after) = marked.split_once("⟧{").expect("a mark is closed");
        let (speaker, after) = after.split_once('}').expect("a speaker is closed");
        body.push_str(before);
        let start = body.chars().count();
        body.push_str(words);
        quotes.push(Gold { span: Span { start, end: body.chars().count() }, speaker: speaker.to_owned() });
        rest = after;
    }
    body.push_str(rest);
    Labelled { body, quotes }
}

/// The offsets of the letters and digits in spans.
fn letters(body: &[char], spans: &[Span]) -> BTreeSet<usize> {
    spans.iter().flat_map(|span| span.start..span.end).filter(|&at| body[at].is_alphanumeric()).collect()
}

/// The quotations found, with their speakers; pieces with only punctuation between them are one.
fn pieces(body: &[char], found: &Annotation) -> Vec<(BTreeSet<usize>, Vec<String>)> {
    let mut pieces = Vec::new();
    for quote in found.quotes.iter().filter(|quote| quote.kind != QuoteKind::Indirect) {
        let text = |span: Option<Span>| span.map(|span| body[span.start..span.end].iter().collect::<String>());
        let entity = quote.speaker.map(|entity| found.entities[entity].name.clone());
        let names: Vec<String> =
            [text(quote.speaker_span), text(quote.reference_span), entity].into_iter().flatten().collect();
        let mut joined: Vec<Vec<Span>> = Vec::new();
        for &span in &quote.spans {
            let near = |last: &&mut Vec<Span>| {
                last.last().is_some_and(|one| !body[one.end..span.start].iter().any(|c| c.is_alphanumeric()))
            };
            match joined.last_mut().filter(near) {
                Some(last) => last.push(span),
                None => joined.push(vec![span]),
            }
        }
        pieces.extend(joined.iter().map(|spans| (letters(body, spans), names.clone())));
    }
    pieces
}

/// Whether one name has all words of the other.
fn same(gold: &str, found: &str) -> bool {
    let words = |name: &str| -> BTreeSet<String> {
        let small =
            ["le", "la", "les", "l", "the", "a", "an", "un", "une", "of", "de", "d", "m", "mr", "mrs", "me", "dr"];
        let lower = name.to_lowercase();
        let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty() && !small.contains(w));
        words.map(str::to_owned).collect()
    };
    let (gold, found) = (words(gold), words(found));
    !gold.is_empty() && !found.is_empty() && (gold.is_subset(&found) || found.is_subset(&gold))
}

/// The F measure of quotations with the right speaker and four fifths of their letters; prints the wrong ones.
fn score(file: &str, language: &str) -> f64 {
    let (mut right, mut wanted, mut given) = (0, 0, 0);
    for article in labelled(file) {
        let body: Vec<char> = article.body.chars().collect();
        let found = pieces(&body, &read(&article.body, language));
        let mut free: Vec<bool> = vec![true; found.len()];
        let (open, fixed): (Vec<&Gold>, Vec<&Gold>) = article.quotes.iter().partition(|gold| gold.speaker == "?");
        for gold in fixed {
            wanted += 1;
            let here = letters(&body, &[gold.span]);
            let overlap = |one: &BTreeSet<usize>| here.intersection(one).count() * 10 >= here.union(one).count() * 8;
            let hit = (0..found.len()).find(|&i| free[i] && overlap(&found[i].0));
            let named = |i: usize| gold.speaker.is_empty() || found[i].1.iter().any(|name| same(&gold.speaker, name));
            if let Some(hit) = hit {
                (free[hit], given) = (false, given + 1);
            }
            match hit {
                Some(hit) if named(hit) => right += 1,
                _ => eprintln!("missed: {} <- {}", slice(&article.body, gold.span), gold.speaker),
            }
        }
        let either: BTreeSet<usize> = open.iter().flat_map(|gold| letters(&body, &[gold.span])).collect();
        let counted = |one: &BTreeSet<usize>| one.intersection(&either).count() * 2 < one.len();
        given += (0..found.len()).filter(|&i| free[i] && counted(&found[i].0)).count();
    }
    f64::from(2 * right) / f64::from(wanted + given as i32)
}

#[test]
fn the_score_on_english_news_is_at_least_0_95() {
    let f = score(include_str!("news_en.txt"), "en");
    assert!(f >= 0.95, "{f}");
}

#[test]
fn the_score_on_french_news_is_at_least_0_95() {
    let f = score(include_str!("news_fr.txt"), "fr");
    assert!(f >= 0.95, "{f}");
}

#[test]
fn a_wrong_speaker_or_quotation_lowers_the_score() {
    let right = "\"⟦We will open it in May⟧{Ann Roy},\" Ann Roy said.";
    assert!((score(right, "en") - 1.0).abs() < 1e-9);
    assert!(score(&right.replace("{Ann", "{Luc Petit, not Ann"), "en") > 0.9, "a name within a name is the same");
    assert!(score(&right.replace("{Ann Roy}", "{Luc Petit}"), "en") < 0.1);
    assert!(
        (score("\"We will open it in May,\" Ann Roy said. \"⟦Not in June⟧{Ann Roy},\" she said.", "en") - 2.0 / 3.0)
            .abs()
            < 1e-9
    );
}
