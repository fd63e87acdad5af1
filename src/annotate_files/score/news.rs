//! Scores news of our own, whose quotes and speakers are marked in the text: `⟦the words⟧{the speaker}`.

use super::{LabelledArticle, LabelledQuote, Track, measures, score};
use crate::annotate::dictionary::Dictionary;
use crate::annotate::{Document, annotate};

/// Reads articles, which lines of `---` separate. No speaker is labelled as `{}`; `{?}` is neither right nor wrong.
fn articles(file: &str, language: &str) -> Vec<LabelledArticle> {
    let lines: Vec<&str> = file.lines().filter(|line| !line.starts_with('#')).collect();
    lines.join("\n").split("\n---\n").map(|text| article(text.trim(), language)).collect()
}

fn article(marked: &str, language: &str) -> LabelledArticle {
    let (mut text, mut quotes, mut rest) = (String::new(), Vec::new(), marked);
    while let Some((before, quoted)) = rest.split_once('⟦') {
        let (words, after) = quoted.split_once("⟧{").expect("a mark is closed");
        let (speaker, after) = after.split_once('}').expect("a speaker is closed");
        text.push_str(before);
        let start = text.chars().count();
        text.push_str(words);
        quotes.push(LabelledQuote {
            start,
            end: text.chars().count(),
            spans: Vec::new(),
            kind: "direct".to_owned(),
            speaker: Some(speaker.to_owned()),
            speaker_spans: Vec::new(),
            reference: None,
            dont_care: speaker == "?",
        });
        rest = after;
    }
    text.push_str(rest);
    LabelledArticle { lang: Some(language.to_owned()), text, quotes: Some(quotes) }
}

/// F end to end in percent.
fn f(file: &str, language: &str) -> f64 {
    let (mut right, mut found, mut labelled) = (0, 0, 0);
    for article in articles(file, language) {
        let document = Document { headline: None, body: &article.text, language: Some(language) };
        let counts = score(&article, &annotate(&document, &Dictionary::default()), Track::Quoted, 0.8).counts;
        (right, found, labelled) = (right + counts.end_to_end, found + counts.found, labelled + counts.labelled);
    }
    measures(right, found, labelled)[2]
}

#[test]
fn f_on_english_news_is_at_least_95() {
    let f = f(include_str!("news_en.txt"), "en");
    assert!(f >= 95.0, "{f}");
}

#[test]
fn f_on_french_news_is_at_least_95() {
    let f = f(include_str!("news_fr.txt"), "fr");
    assert!(f >= 95.0, "{f}");
}

#[test]
fn a_wrong_speaker_or_quotation_lowers_the_score() {
    let right = "\"⟦We will open it in May⟧{Ann Roy},\" Ann Roy said.";
    assert_eq!(f(right, "en"), 100.0);
    assert_eq!(f(&right.replace("{Ann", "{Luc Petit, not Ann"), "en"), 100.0, "a name within a name is the same");
    assert_eq!(f(&right.replace("{Ann Roy}", "{Luc Petit}"), "en"), 0.0);
    let one_of_two = f("\"We will open it in May,\" Ann Roy said. \"⟦Not in June⟧{Ann Roy},\" she said.", "en");
    assert!((one_of_two - 200.0 / 3.0).abs() < 1e-9, "{one_of_two}");
}
