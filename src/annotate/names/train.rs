//! Trains the taggers of French and English names from labelled text, for the command `train-names`.
//!
//! The data are lines of JSON, `{"text": …, "entities": [{"start", "end", "type"}]}` with offsets in code points, types
//! PER, LOC, ORG, EVENT and PROD. Other types are left out, and of nested names all but the outermost.
//!
//! English labels are brought to our definition of a name first: see [`whole_name`].

use super::features::{FeatureExtractor, FeatureSink};
use super::gazetteer::NameLanguage;
use super::tagger::{self, KINDS, OUTSIDE, Tagger};
use super::tokenized_text::{Marked, TokenizedText};
use super::tokens::Token;
use super::{english, french};
use crate::annotate::text::Text;
use crate::annotate::tokens::Tokens;
use crate::annotate::{Block, EntityKind, MentionKind, blocks, languages};
use crfs::{Attribute, Trainer};
use serde::Deserialize;
use std::collections::HashSet;
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

/// An article, cut and labelled.
struct Example<'a> {
    text: TokenizedText<'a>,
    blocks: Vec<Block>,
    by_rules: Vec<Marked>,
    /// Tokens and kinds of its names, in order.
    names: Vec<((usize, usize), EntityKind)>,
}

impl<'a> Example<'a> {
    fn new(article: &'a Labelled, language: NameLanguage) -> Self {
        let cut = Text::new(&article.text);
        let words = match language {
            NameLanguage::French => languages::french(),
            NameLanguage::English => languages::english(),
        };
        let text = TokenizedText::new(&article.text, &cut, &Tokens::new(&cut, words));
        let blocks = blocks::find(&cut, None);
        let mut names = outermost(&text.tokens, &article.entities);
        let mut by_rules = Vec::new();
        if language == NameLanguage::English {
            by_rules = english::by_rules(&text, &blocks);
            let labelled = std::mem::take(&mut names);
            let mut free = 0;
            for (tokens, kind) in labelled {
                if let Some(whole) = whole_name(&text, tokens, kind, free) {
                    free = whole.1 + 1;
                    names.push((whole, kind));
                }
            }
        }
        Self { text, blocks, by_rules, names }
    }
}

/// Trains a model and writes it to `out`.
///
/// # Errors
/// When there is no data, or `out` cannot be written.
pub fn train(articles: &[Labelled], language: NameLanguage, options: Options, out: &Path) -> io::Result<()> {
    let examples: Vec<Example> = articles.iter().map(|article| Example::new(article, language)).collect();
    let tagger = train_tagger(&examples.iter().collect::<Vec<_>>(), language, options, out)?;
    fs::write(out, tagger.to_bytes())
}

/// Trains a tagger. The trainer writes its own format to `out`.
fn train_tagger(examples: &[&Example], language: NameLanguage, options: Options, out: &Path) -> io::Result<Tagger> {
    let mut trainer = Trainer::lbfgs();
    trainer.set_feature_minfreq(options.min_count)?;
    let params = trainer.params_mut();
    params.set_c1(options.c1)?;
    params.set_c2(options.c2)?;
    params.set_max_iterations(options.max_steps)?;
    for group in examples.chunks(examples.len().div_ceil(SEQUENCES).max(1)) {
        let (mut items, mut labels) = (Vec::new(), Vec::new());
        for example in group {
            add(example, language, &mut items, &mut labels);
        }
        if !items.is_empty() {
            trainer.append(&items, &labels)?;
        }
    }
    trainer.train(out)?;
    Tagger::from_crfsuite(&fs::read(out)?)
}

/// Right, found and labelled names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NameCounts {
    pub right: usize,
    pub found: usize,
    pub labelled: usize,
}

impl NameCounts {
    fn add(&mut self, example: &Example, marks: &[Marked]) {
        let scored =
            |kind: EntityKind| matches!(kind, EntityKind::Person | EntityKind::Place | EntityKind::Organization);
        let names: HashSet<((usize, usize), EntityKind)> =
            example.names.iter().copied().filter(|(_, kind)| scored(*kind)).collect();
        let marks = marks.iter().filter(|mark| scored(mark.kind) && mark.mention == MentionKind::Name);
        for mark in marks {
            self.right += usize::from(names.contains(&(mark.tokens, mark.kind)));
            self.found += 1;
        }
        self.labelled += names.len();
    }

    /// Harmonic mean of precision and recall, in percent.
    pub fn f(self) -> f64 {
        200.0 * self.right as f64 / (self.found + self.labelled).max(1) as f64
    }
}

/// Trains on all folds but one and marks names in that one, for each fold: exact spans and kinds of people, places and
/// organisations, by rules alone and with the tagger.
///
/// # Errors
/// As [`train`].
pub fn cross_validate(
    articles: &[Labelled],
    language: NameLanguage,
    options: Options,
    folds: usize,
    out: &Path,
) -> io::Result<[NameCounts; 2]> {
    let examples: Vec<Example> = articles.iter().map(|article| Example::new(article, language)).collect();
    let mut counts = [NameCounts::default(); 2];
    for fold in 0..folds {
        let others: Vec<&Example> =
            examples.iter().enumerate().filter(|(n, _)| n % folds != fold).map(|(_, example)| example).collect();
        let tagger = train_tagger(&others, language, options, out)?;
        for example in examples.iter().skip(fold).step_by(folds) {
            for (counts, tagger) in counts.iter_mut().zip([None, Some(&tagger)]) {
                let marks = match language {
                    NameLanguage::French => french::mark(tagger, &example.text),
                    NameLanguage::English => english::mark(tagger, &example.text, &example.blocks),
                };
                counts.add(example, &marks);
            }
        }
    }
    Ok(counts)
}

/// Adds the tokens of one article, with a token without features between lines, which the tagger tags one by one.
fn add(example: &Example, language: NameLanguage, items: &mut Vec<Vec<Attribute>>, labels: &mut Vec<String>) {
    let tokens = &example.text.tokens;
    let extractor = FeatureExtractor::new(&example.text, language, &example.by_rules);
    for (at, label) in label(tokens.len(), &example.names).into_iter().enumerate() {
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

/// The tokens of the outermost names.
fn outermost(tokens: &[Token<'_>], entities: &[Label]) -> Vec<((usize, usize), EntityKind)> {
    let mut sorted: Vec<(&Label, EntityKind)> = entities.iter().filter_map(|e| Some((e, kind_of(&e.kind)?))).collect();
    sorted.sort_by_key(|(e, _)| (e.start, std::cmp::Reverse(e.end)));
    let mut names = Vec::new();
    let mut free = 0;
    for (entity, kind) in sorted.into_iter().filter(|(e, _)| e.start < e.end) {
        if entity.start < free {
            continue;
        }
        free = entity.end;
        let first = tokens.partition_point(|token| token.end <= entity.start);
        let last = tokens.partition_point(|token| token.start < entity.end);
        let overlaps = names.last().is_some_and(|((_, end), _)| *end >= first);
        if first < last && !overlaps {
            names.push(((first, last - 1), kind));
        }
    }
    names
}

/// The whole name of a label, without its title; none when it labels no name.
///
/// The labels follow the syntax: `States` in `United States`, and `Prime Minister Ann Roy`.
fn whole_name(
    text: &TokenizedText<'_>,
    tokens: (usize, usize),
    kind: EntityKind,
    free: usize,
) -> Option<(usize, usize)> {
    let (mut first, last) = english::trim(text, tokens, kind)?;
    if kind != EntityKind::Person {
        while first > free && english::extends_left(text, first) {
            first -= 1;
        }
    }
    Some((first, last))
}

/// The label of each token.
fn label(tokens: usize, names: &[((usize, usize), EntityKind)]) -> Vec<String> {
    let mut labels = vec![OUTSIDE.to_owned(); tokens];
    for &((first, last), kind) in names {
        for (n, label) in labels[first..=last].iter_mut().enumerate() {
            let name = tagger::label_at(kind, n == 0).and_then(tagger::label_name);
            *label = name.unwrap_or(OUTSIDE).to_owned();
        }
    }
    labels
}

fn kind_of(label: &str) -> Option<EntityKind> {
    let names = ["PER", "LOC", "ORG", "EVENT", "PROD"];
    names.iter().position(|name| *name == label).map(|n| KINDS[n].0)
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
        let example = Example::new(article, NameLanguage::French);
        let labels = label(example.text.tokens.len(), &example.names);
        assert_eq!(labels[..6], ["B-P", "I-P", "-", "-", "B-L", "-"]);
    }

    #[test]
    fn a_model_can_be_trained_written_and_used() {
        let articles = read(&ARTICLE.replace('\n', " ")).unwrap();
        let out = std::env::temp_dir().join(format!("names-{}.model", std::process::id()));
        let options = Options { c1: 0.01, c2: 0.01, min_count: 1.0, max_steps: 30 };
        train(&vec![articles[0].clone(); 3], NameLanguage::French, options, &out).unwrap();
        let model = std::fs::read(&out).unwrap();
        std::fs::remove_file(&out).unwrap();
        let text = "Anna Roy vit à Lens.";
        let tagged = Tagger::from_bytes(&model).unwrap().tag(&TokenizedText::french(text), NameLanguage::French, &[]);
        assert_eq!(tagged.len(), 2);
    }

    #[test]
    fn nothing_is_trained_from_nothing() {
        assert!(read("no json").is_err());
        assert!(train(&[], NameLanguage::French, Options::default(), Path::new("unused.model")).is_err());
    }
}
