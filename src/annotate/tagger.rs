//! A CRF that marks names in French text, its model shipped with the binary.
//!
//! The model is trained by [`super::train`] and kept in CRFsuite's format. It is read once into a table from feature
//! hashes to weights, so that tagging allocates no string for any feature.

use super::names::features::{Scene, Sink};
use super::names::fold::Word;
use super::names::phrases::Identity;
use super::names::tokens::Token;
use super::{EntityKind, Span};
use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::io;
use std::sync::LazyLock;

/// Kinds of names and their letters in the labels `B-P`, `I-P` …; [`OUTSIDE`] is no name.
pub const KINDS: [(EntityKind, &str); 5] = [
    (EntityKind::Person, "P"),
    (EntityKind::Place, "L"),
    (EntityKind::Organization, "O"),
    (EntityKind::Event, "E"),
    (EntityKind::Product, "D"),
];
pub(super) const OUTSIDE: &str = "-";

/// Label n is `B` of kind n / 2 when even, `I` when odd; the last is no name.
const LABELS: usize = 2 * KINDS.len() + 1;
const NO_NAME: usize = LABELS - 1;

/// Longest stretch decoded at once; a text without line ends is cut there.
const CHUNK: usize = 4096;

const IMPOSSIBLE: f32 = -1e9;

/// A name the tagger found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tagged {
    pub span: Span,
    /// First and last token, inclusive.
    pub tokens: (usize, usize),
    pub kind: EntityKind,
    /// Probability of its least certain token, 0 to 1.
    pub confidence: f32,
    /// How likely each of [`KINDS`] is, on average over its tokens.
    pub kinds: [f32; KINDS.len()],
}

type Scores = [f32; LABELS];

/// A trained model, ready to tag.
pub struct Tagger {
    weights: HashMap<u64, Scores, BuildHasherDefault<Identity>>,
    transitions: [Scores; LABELS],
}

const MODEL: &[u8] = include_bytes!("model/names_fr.crf");

static FRENCH: LazyLock<Option<Tagger>> = LazyLock::new(|| Tagger::new(MODEL).ok());

/// The French tagger that is shipped; none when its model cannot be read.
pub fn french() -> Option<&'static Tagger> {
    FRENCH.as_ref()
}

const SEED: u64 = 0xcbf2_9ce4_8422_2325;

fn hash(mut seed: u64, bytes: &[u8]) -> u64 {
    for byte in bytes {
        seed = (seed ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    seed
}

fn finish(hash: u64) -> u64 {
    (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Adds up the weights of the features of one token.
struct Sum<'a> {
    tagger: &'a Tagger,
    scores: Scores,
}

impl Sink for Sum<'_> {
    fn add(&mut self, template: &'static str, value: &str) {
        let key = finish(hash(hash(SEED, template.as_bytes()), value.as_bytes()));
        if let Some(weights) = self.tagger.weights.get(&key) {
            for (score, weight) in self.scores.iter_mut().zip(weights) {
                *score += weight;
            }
        }
    }
}

/// The number of a label, when it is one of ours.
fn label_of(name: &str) -> Option<usize> {
    if name == OUTSIDE {
        return Some(NO_NAME);
    }
    let (position, kind) = name.split_once('-')?;
    let kind = KINDS.iter().position(|(_, letter)| *letter == kind)?;
    Some(2 * kind + usize::from(position == "I"))
}

/// Whether one label may follow another: only a name of the same kind goes on.
fn may_follow(before: usize, label: usize) -> bool {
    label == NO_NAME || label.is_multiple_of(2) || before == label || before + 1 == label
}

/// Takes one more token into the average of a name's kinds.
fn add_kinds(name: &mut Tagged, sure: &Scores) {
    let count = (name.tokens.1 - name.tokens.0 + 1) as f32;
    for (kind, mean) in name.kinds.iter_mut().enumerate() {
        *mean += (sure[2 * kind] + sure[2 * kind + 1] - *mean) / count;
    }
}

impl Tagger {
    /// Reads a model in CRFsuite's format.
    ///
    /// # Errors
    /// When the bytes are no such model.
    pub fn new(model: &[u8]) -> io::Result<Self> {
        let names = crfs::Model::new(model)?;
        let mut dump = Vec::new();
        names.dump(&mut dump)?;
        let dump = String::from_utf8(dump).map_err(io::Error::other)?;
        let mut tagger = Tagger { weights: HashMap::default(), transitions: [[0.0; LABELS]; LABELS] };
        // A line of either table reads `  (0) feature --> label: weight`.
        for line in dump.lines().filter_map(|line| line.strip_prefix("  (")) {
            let parsed = (|| {
                let (kind, rest) = line.split_once(") ")?;
                let (source, rest) = rest.rsplit_once(" --> ")?;
                let (label, weight) = rest.rsplit_once(": ")?;
                Some((kind, source, label_of(label)?, weight.parse::<f32>().ok()?))
            })();
            match parsed {
                Some(("1", source, label, weight)) => {
                    let source = label_of(source).ok_or_else(|| io::Error::other("unknown label"))?;
                    tagger.transitions[source][label] = weight;
                }
                Some((_, source, label, weight)) => {
                    let key = finish(hash(SEED, source.as_bytes()));
                    tagger.weights.entry(key).or_insert([0.0; LABELS])[label] += weight;
                }
                None => return Err(io::Error::other("unreadable weight")),
            }
        }
        for (before, row) in tagger.transitions.iter_mut().enumerate() {
            for (label, weight) in row.iter_mut().enumerate() {
                if !may_follow(before, label) {
                    *weight = IMPOSSIBLE;
                }
            }
        }
        Ok(tagger)
    }

    /// The names among the tokens of a text; `words` are those of the same text.
    pub fn tag(&self, tokens: &[Token<'_>], words: &[Word]) -> Vec<Tagged> {
        let scene = Scene::new(tokens, words);
        let mut found = Vec::new();
        let mut from = 0;
        while from < tokens.len() {
            let mut to = from + 1;
            while to < tokens.len() && to - from < CHUNK && !tokens[to].new_line {
                to += 1;
            }
            let scores: Vec<Scores> = (from..to)
                .map(|at| {
                    let mut sum = Sum { tagger: self, scores: [0.0; LABELS] };
                    scene.features(at, &mut sum);
                    sum.scores
                })
                .collect();
            self.collect(&scores, tokens, from, &mut found);
            from = to;
        }
        found
    }

    /// Decodes one line and adds its names to `found`.
    fn collect(&self, scores: &[Scores], tokens: &[Token<'_>], from: usize, found: &mut Vec<Tagged>) {
        let labels = self.best(scores);
        if labels.iter().all(|label| *label == NO_NAME) {
            return;
        }
        let sure = self.marginals(scores);
        let mut open: Option<Tagged> = None;
        for (n, &label) in labels.iter().enumerate() {
            let at = from + n;
            let (start, end) = (tokens[at].start, tokens[at].end);
            match &mut open {
                Some(name) if label != NO_NAME && label % 2 == 1 => {
                    name.span.end = end;
                    name.tokens.1 = at;
                    name.confidence = name.confidence.min(sure[n][label]);
                    add_kinds(name, &sure[n]);
                }
                _ => {
                    found.extend(open.take());
                    if label != NO_NAME {
                        let kind = KINDS[label / 2].0;
                        let confidence = sure[n][label];
                        let span = Span { start, end };
                        let kinds = [0.0; KINDS.len()];
                        let mut name = Tagged { span, tokens: (at, at), kind, confidence, kinds };
                        add_kinds(&mut name, &sure[n]);
                        open = Some(name);
                    }
                }
            }
        }
        found.extend(open);
    }

    /// The likeliest labels (Viterbi).
    fn best(&self, scores: &[Scores]) -> Vec<usize> {
        let mut back: Vec<[u8; LABELS]> = Vec::with_capacity(scores.len());
        let mut best = [IMPOSSIBLE; LABELS];
        for (n, here) in scores.iter().enumerate() {
            let mut next = *here;
            let mut came = [0; LABELS];
            for label in 0..LABELS {
                if n == 0 {
                    next[label] += if may_follow(NO_NAME, label) { 0.0 } else { IMPOSSIBLE };
                    continue;
                }
                let mut top = (f32::MIN, 0);
                for (before, path) in best.iter().enumerate() {
                    let score = path + self.transitions[before][label];
                    if score > top.0 {
                        top = (score, before);
                    }
                }
                next[label] += top.0;
                came[label] = top.1 as u8;
            }
            best = next;
            back.push(came);
        }
        let mut label = (0..LABELS).max_by(|a, b| best[*a].total_cmp(&best[*b])).unwrap_or(NO_NAME);
        let mut labels = vec![NO_NAME; scores.len()];
        for (n, came) in back.iter().enumerate().rev() {
            labels[n] = label;
            label = usize::from(came[label]);
        }
        labels
    }

    /// The probability of every label (forward-backward, scaled).
    fn marginals(&self, scores: &[Scores]) -> Vec<Scores> {
        let step = self.transitions.map(|row| row.map(f32::exp));
        let local: Vec<Scores> = scores
            .iter()
            .map(|row| {
                let top = row.iter().copied().fold(f32::MIN, f32::max);
                row.map(|score| (score - top).exp())
            })
            .collect();
        let normal = |mut row: Scores| {
            let sum: f32 = row.iter().sum::<f32>().max(f32::MIN_POSITIVE);
            row.iter_mut().for_each(|p| *p /= sum);
            row
        };
        let mut forward: Vec<Scores> = Vec::with_capacity(scores.len());
        for (n, here) in local.iter().enumerate() {
            let mut row = *here;
            if let Some(before) = n.checked_sub(1).map(|n| forward[n]) {
                for (label, p) in row.iter_mut().enumerate() {
                    *p *= (0..LABELS).map(|b| before[b] * step[b][label]).sum::<f32>();
                }
            }
            forward.push(normal(row));
        }
        let mut after = [1.0; LABELS];
        let mut sure = vec![[0.0; LABELS]; scores.len()];
        for n in (0..scores.len()).rev() {
            let mut both = forward[n];
            both.iter_mut().zip(&after).for_each(|(p, b)| *p *= b);
            sure[n] = normal(both);
            let mut row = [0.0; LABELS];
            for (before, p) in row.iter_mut().enumerate() {
                *p = (0..LABELS).map(|l| step[before][l] * local[n][l] * after[l]).sum::<f32>();
            }
            after = normal(row);
        }
        sure
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotate::names::{fold, tokens};

    #[test]
    fn the_shipped_model_is_read_and_small() {
        assert!(french().is_some());
        assert!(MODEL.len() < 5 << 20);
    }

    #[test]
    fn what_is_no_model_is_refused() {
        assert!(Tagger::new(b"").is_err());
        assert!(Tagger::new(&[0; 200]).is_err());
    }

    #[test]
    fn labels_are_read_by_name() {
        assert_eq!(label_of("B-P"), Some(0));
        assert_eq!(label_of("I-L"), Some(3));
        assert_eq!(label_of(OUTSIDE), Some(NO_NAME));
        assert_eq!(label_of("B-X"), None);
        assert!(may_follow(0, 1) && may_follow(1, 1) && !may_follow(NO_NAME, 1) && !may_follow(0, 3));
    }

    #[test]
    fn a_plain_sentence_is_tagged() {
        let text = "Hier, le président Armand Vauquelin est arrivé à Strasbourg.";
        let tagged = french().unwrap().tag(&tokens::tokens(text), &fold::words(text));
        let kinds: Vec<_> = tagged.iter().map(|t| (t.kind, t.span.start, t.span.end)).collect();
        assert_eq!(kinds, [(EntityKind::Person, 19, 35), (EntityKind::Place, 49, 59)]);
        assert!(tagged.iter().all(|t| t.confidence > 0.5 && t.confidence <= 1.0));
    }
}
