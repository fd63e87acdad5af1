//! Trains the tagger of French names from labelled text, for the command `train-names`.
//!
//! The data are lines of JSON, `{"text": …, "entities": [{"start", "end", "type"}]}` with offsets in code points, types
//! PER, LOC, ORG, EVENT and PROD. Other types are left out, and of nested names all but the outermost.

use super::features::{FeatureExtractor, FeatureSink};
use super::tagger::{KINDS, OUTSIDE, Tagger};
use super::tokenized_text::TokenizedText;
use super::tokens::Token;
use crfs::{Attribute, Trainer};
use serde::Deserialize;
use std::fs;
use std::io;
use std::path::Path;

/// A labelled article.
#[derive(Debug, Clone, Deserialize)]
pub struct Labelled {
    pub text: String,
    pub entities: Vec<Label>,
}

/// A labelled name.
#[derive(Debug, Clone, Deserialize)]
pub struct Label {
    pub start: usize,
    pub end: usize,
    #[serde(rename = "type")]
    pub kind: String,
}

/// Parameters of the training.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// L1 penalty: a larger one makes a smaller model.
    pub c1: f64,
    /// L2 penalty.
    pub c2: f64,
    /// Fewest occurrences of a feature.
    pub min_count: f64,
    /// Most steps of the optimiser.
    pub max_steps: usize,
}

impl Default for Options {
    fn default() -> Self {
        Options { c1: 0.15, c2: 0.05, min_count: 1.0, max_steps: 100 }
    }
}

/// Number of sequences that the articles are joined to: each costs the trainer time in proportion to the model.
const SEQUENCES: usize = 32;

/// Features as text.
#[derive(Default)]
struct TextFeatures(Vec<Attribute>);

impl FeatureSink for TextFeatures {
    fn add(&mut self, template: &'static str, value: &str) {
        let mut name = String::with_capacity(template.len() + value.len());
        name.push_str(template);
        name.push_str(value);
        self.0.push(Attribute::new(name, 1.0));
    }
}

/// Reads labelled articles, one JSON object a line.
///
/// # Errors
/// When a line is not of that form: which line, and why.
pub fn read(data: &str) -> io::Result<Vec<Labelled>> {
    let lines = data.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let article = |(at, line): (usize, &str)| {
        serde_json::from_str(line).map_err(|error| io::Error::other(format!("line {}: {error}", at + 1)))
    };
    lines.map(article).collect()
}

/// Trains a model and writes it to `out`.
///
/// # Errors
/// When there is no data, or `out` cannot be written.
pub fn train(articles: &[Labelled], options: Options, out: &Path) -> io::Result<()> {
    let mut trainer = Trainer::lbfgs();
    trainer.set_feature_minfreq(options.min_count)?;
    let params = trainer.params_mut();
    params.set_c1(options.c1)?;
    params.set_c2(options.c2)?;
    params.set_max_iterations(options.max_steps)?;
    for group in articles.chunks(articles.len().div_ceil(SEQUENCES).max(1)) {
        let (mut items, mut labels) = (Vec::new(), Vec::new());
        for article in group {
            add(article, &mut items, &mut labels);
        }
        if !items.is_empty() {
            trainer.append(&items, &labels)?;
        }
    }
    trainer.train(out)?;
    let model = Tagger::from_crfsuite(&fs::read(out)?)?;
    fs::write(out, model.to_bytes())
}

/// Adds the tokens of one article, with a token without features between lines, which the tagger tags one by one.
fn add(article: &Labelled, items: &mut Vec<Vec<Attribute>>, labels: &mut Vec<String>) {
    let text = TokenizedText::french(&article.text);
    let tokens = &text.tokens;
    let extractor = FeatureExtractor::new(&text);
    for (at, label) in label(tokens, &article.entities).into_iter().enumerate() {
        if tokens[at].new_line {
            items.push(Vec::new());
            labels.push(OUTSIDE.to_owned());
        }
        let mut written = TextFeatures::default();
        extractor.features(at, &mut written);
        items.push(written.0);
        labels.push(label);
    }
}

/// The label of each token.
fn label(tokens: &[Token<'_>], entities: &[Label]) -> Vec<String> {
    let mut labels = vec![OUTSIDE.to_owned(); tokens.len()];
    let mut sorted: Vec<(&Label, &str)> = entities.iter().filter_map(|e| Some((e, letter(&e.kind)?))).collect();
    sorted.sort_by_key(|(e, _)| (e.start, std::cmp::Reverse(e.end)));
    let mut free = 0;
    for (entity, letter) in sorted {
        if entity.start < free {
            continue;
        }
        free = entity.end;
        let mut position = "B";
        for (token, label) in tokens.iter().zip(&mut labels) {
            if token.start < entity.end && token.end > entity.start {
                *label = format!("{position}-{letter}");
                position = "I";
            }
        }
    }
    labels
}

fn letter(kind: &str) -> Option<&'static str> {
    let names = ["PER", "LOC", "ORG", "EVENT", "PROD"];
    names.iter().position(|name| *name == kind).map(|n| KINDS[n].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARTICLE: &str = r#"{"text": "Anna Roy vit à Lens. Paul Roy vit à Lens.", "entities": [
        {"start": 0, "end": 8, "type": "PER"}, {"start": 5, "end": 8, "type": "ORG"}, {"start": 15, "end": 19, "type": "LOC"},
        {"start": 21, "end": 29, "type": "PER"}, {"start": 36, "end": 40, "type": "LOC"}]}"#;

    #[test]
    fn the_outermost_names_are_learnt() {
        let article = &read(&ARTICLE.replace('\n', " ")).unwrap()[0];
        let labels = label(&TokenizedText::french(&article.text).tokens, &article.entities);
        assert_eq!(labels[..6], ["B-P", "I-P", "-", "-", "B-L", "-"]);
    }

    #[test]
    fn a_model_can_be_trained_written_and_used() {
        let articles = read(&ARTICLE.replace('\n', " ")).unwrap();
        let out = std::env::temp_dir().join(format!("names-{}.model", std::process::id()));
        let options = Options { c1: 0.01, c2: 0.01, min_count: 1.0, max_steps: 30 };
        train(&vec![articles[0].clone(); 3], options, &out).unwrap();
        let model = std::fs::read(&out).unwrap();
        std::fs::remove_file(&out).unwrap();
        let text = "Anna Roy vit à Lens.";
        let tagged = Tagger::from_bytes(&model).unwrap().tag(&TokenizedText::french(text));
        assert_eq!(tagged.len(), 2);
    }

    #[test]
    fn nothing_is_trained_from_nothing() {
        assert!(read("no json").is_err());
        assert!(train(&[], Options::default(), Path::new("unused.model")).is_err());
    }
}
