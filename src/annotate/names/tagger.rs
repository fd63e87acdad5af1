//! A conditional random field that marks names in French and English text; its models are built into the binary.
//!
//! The command `train-names` makes the models. Features are looked up by their hashes, so tagging allocates no string
//! for a feature, and the model holds no text.

use super::features::{FeatureExtractor, FeatureSink};
use super::gazetteer::NameLanguage;
use super::phrase_table::Identity;
use super::tokenized_text::{Marked, TokenizedText};
use super::tokens::Token;
use crate::annotate::{EntityKind, Span};
use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::LazyLock;

/// Kinds of names and their letters in the labels `B-P`, `I-P` …; a token of no name has `-`.
pub const KINDS: [(EntityKind, &str); 5] = [
    (EntityKind::Person, "P"),
    (EntityKind::Place, "L"),
    (EntityKind::Organization, "O"),
    (EntityKind::Event, "E"),
    (EntityKind::Product, "D"),
];
/// The label of a token outside of names.
#[cfg(any(test, feature = "train-names"))]
pub(super) const OUTSIDE: &str = "-";

/// Labels are numbered: the begin and the inside of each kind, then no name.
const LABELS: usize = 2 * KINDS.len() + 1;
pub(super) const NO_NAME: usize = LABELS - 1;

/// Most tokens decoded at once; longer lines are cut.
const MAX_CHUNK: usize = 4096;

const IMPOSSIBLE: f32 = -1e9;

/// A name that the tagger found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tagged {
    pub span: Span,
    /// First and last token, inclusive.
    pub tokens: (usize, usize),
    pub kind: EntityKind,
    /// Probability of its least certain token, 0 to 1.
    pub confidence: f32,
    /// Mean probability of each of [`KINDS`] over its tokens.
    pub kinds: [f32; KINDS.len()],
}

type Scores = [f32; LABELS];

/// A trained model, ready to tag.
pub struct Tagger {
    weights: HashMap<u64, Scores, BuildHasherDefault<Identity>>,
    transitions: [Scores; LABELS],
}

const FRENCH_MODEL: &[u8] = include_bytes!("names_fr.model");
const ENGLISH_MODEL: &[u8] = include_bytes!("names_en.model");

/// The first bytes of a model.
const MAGIC: &[u8] = b"names-1\n";

static FRENCH: LazyLock<Option<Tagger>> = LazyLock::new(|| Tagger::from_bytes(FRENCH_MODEL));
static ENGLISH: LazyLock<Option<Tagger>> = LazyLock::new(|| Tagger::from_bytes(ENGLISH_MODEL));

/// The French tagger of the binary; none when its model is not readable.
pub fn french() -> Option<&'static Tagger> {
    FRENCH.as_ref()
}

/// The English tagger of the binary; none when its model is not readable.
pub fn english() -> Option<&'static Tagger> {
    ENGLISH.as_ref()
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

impl FeatureSink for Sum<'_> {
    fn add(&mut self, template: &'static str, value: &str) {
        let key = finish(hash(hash(SEED, template.as_bytes()), value.as_bytes()));
        if let Some(weights) = self.tagger.weights.get(&key) {
            for (score, weight) in self.scores.iter_mut().zip(weights) {
                *score += weight;
            }
        }
    }
}

/// The number of a label that CRFsuite wrote.
#[cfg(any(test, feature = "train-names"))]
fn label_of(name: &str) -> Option<usize> {
    if name == OUTSIDE {
        return Some(NO_NAME);
    }
    let (position, kind) = name.split_once('-')?;
    let kind = KINDS.iter().position(|(_, letter)| *letter == kind)?;
    Some(2 * kind + usize::from(position == "I"))
}

/// The label of the first or a later token of a name.
pub(super) fn label_at(kind: EntityKind, first: bool) -> Option<usize> {
    let kind = KINDS.iter().position(|(other, _)| *other == kind)?;
    Some(2 * kind + usize::from(!first))
}

/// The name of a label of a name.
pub(super) fn label_name(label: usize) -> Option<&'static str> {
    ["B-P", "I-P", "B-L", "I-L", "B-O", "I-O", "B-E", "I-E", "B-D", "I-D"].get(label).copied()
}

/// Whether a label may follow another: only a name of the same kind continues.
fn may_follow(before: usize, label: usize) -> bool {
    label == NO_NAME || label.is_multiple_of(2) || before == label || before + 1 == label
}

/// Adds a token to the mean probabilities of a name.
fn add_kinds(name: &mut Tagged, marginals: &Scores) {
    let count = (name.tokens.1 - name.tokens.0 + 1) as f32;
    for (kind, mean) in name.kinds.iter_mut().enumerate() {
        *mean += (marginals[2 * kind] + marginals[2 * kind + 1] - *mean) / count;
    }
}

/// Takes the next bytes of a model.
fn take<const BYTES: usize>(rest: &mut &[u8]) -> Option<[u8; BYTES]> {
    let (first, others) = rest.split_first_chunk()?;
    *rest = others;
    Some(*first)
}

impl Tagger {
    /// Reads a model as [`Tagger::to_bytes`] writes it; `None` when the bytes are not such a model.
    pub fn from_bytes(model: &[u8]) -> Option<Self> {
        let mut rest = model.strip_prefix(MAGIC)?;
        let mut transitions = [[0.0; LABELS]; LABELS];
        for weight in transitions.iter_mut().flatten() {
            *weight = f32::from_le_bytes(take(&mut rest)?);
        }
        let features = u32::from_le_bytes(take(&mut rest)?);
        let mut weights = HashMap::default();
        for _ in 0..features {
            let key = u64::from_le_bytes(take(&mut rest)?);
            let present = u16::from_le_bytes(take(&mut rest)?);
            let mut scores = [0.0; LABELS];
            for (_, score) in scores.iter_mut().enumerate().filter(|(label, _)| present >> label & 1 == 1) {
                *score = f32::from_le_bytes(take(&mut rest)?);
            }
            weights.insert(key, scores);
        }
        rest.is_empty().then_some(Self { weights, transitions })
    }

    /// The model in its compact format, the same bytes for the same weights.
    ///
    /// Little-endian: the transitions, the number of features, then for each feature its hash, a bit mask of the labels
    /// it has weights for, and these weights.
    #[cfg(any(test, feature = "train-names"))]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        for weight in self.transitions.iter().flatten() {
            bytes.extend(weight.to_le_bytes());
        }
        let mut features: Vec<(&u64, &Scores)> = self.weights.iter().collect();
        features.sort_unstable_by_key(|(key, _)| **key);
        bytes.extend(u32::try_from(features.len()).unwrap_or(u32::MAX).to_le_bytes());
        for (key, scores) in features {
            bytes.extend(key.to_le_bytes());
            let present = scores.iter().enumerate().filter(|(_, score)| **score != 0.0);
            let mask = present.clone().fold(0u16, |mask, (label, _)| mask | 1 << label);
            bytes.extend(mask.to_le_bytes());
            present.for_each(|(_, score)| bytes.extend(score.to_le_bytes()));
        }
        bytes
    }

    /// Reads a trained model in CRFsuite's format.
    ///
    /// # Errors
    /// When the bytes are not such a model.
    #[cfg(feature = "train-names")]
    pub fn from_crfsuite(model: &[u8]) -> std::io::Result<Self> {
        use std::io::Error;

        let mut dump = Vec::new();
        crfs::Model::new(model)?.dump(&mut dump)?;
        let dump = String::from_utf8(dump).map_err(Error::other)?;
        let mut tagger = Self { weights: HashMap::default(), transitions: [[0.0; LABELS]; LABELS] };
        // A line of either table reads `  (0) feature --> label: weight`.
        for line in dump.lines().filter_map(|line| line.strip_prefix("  (")) {
            let parsed = (|| {
                let (table, rest) = line.split_once(") ")?;
                let (source, rest) = rest.rsplit_once(" --> ")?;
                let (label, weight) = rest.rsplit_once(": ")?;
                Some((table, source, label_of(label)?, weight.parse::<f32>().ok()?))
            })();
            let (table, source, label, weight) = parsed.ok_or_else(|| Error::other("unreadable weight"))?;
            if table == "1" {
                let source = label_of(source).ok_or_else(|| Error::other("unknown label"))?;
                tagger.transitions[source][label] = weight;
            } else {
                let key = finish(hash(SEED, source.as_bytes()));
                tagger.weights.entry(key).or_insert([0.0; LABELS])[label] += weight;
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

    /// The names in a text, given those that rules found in it.
    pub fn tag(&self, text: &TokenizedText<'_>, language: NameLanguage, by_rules: &[Marked]) -> Vec<Tagged> {
        let tokens = &text.tokens;
        let extractor = FeatureExtractor::new(text, language, by_rules);
        let mut found = Vec::new();
        let mut from = 0;
        while from < tokens.len() {
            let mut to = from + 1;
            while to < tokens.len() && to - from < MAX_CHUNK && !tokens[to].new_line {
                to += 1;
            }
            let scores: Vec<Scores> = (from..to)
                .map(|at| {
                    let mut sum = Sum { tagger: self, scores: [0.0; LABELS] };
                    extractor.features(at, &mut sum);
                    sum.scores
                })
                .collect();
            self.decode(&scores, tokens, from, &mut found);
            from = to;
        }
        found
    }

    /// Decodes one line and adds its names to `found`.
    fn decode(&self, scores: &[Scores], tokens: &[Token<'_>], from: usize, found: &mut Vec<Tagged>) {
        let labels = self.viterbi(scores);
        if labels.iter().all(|label| *label == NO_NAME) {
            return;
        }
        let marginals = self.marginals(scores);
        let mut open: Option<Tagged> = None;
        for (n, &label) in labels.iter().enumerate() {
            let at = from + n;
            let (start, end) = (tokens[at].start, tokens[at].end);
            match &mut open {
                Some(name) if label != NO_NAME && label % 2 == 1 => {
                    name.span.end = end;
                    name.tokens.1 = at;
                    name.confidence = name.confidence.min(marginals[n][label]);
                    add_kinds(name, &marginals[n]);
                }
                _ => {
                    found.extend(open.take());
                    if label != NO_NAME {
                        let kind = KINDS[label / 2].0;
                        let confidence = marginals[n][label];
                        let span = Span { start, end };
                        let kinds = [0.0; KINDS.len()];
                        let mut name = Tagged { span, tokens: (at, at), kind, confidence, kinds };
                        add_kinds(&mut name, &marginals[n]);
                        open = Some(name);
                    }
                }
            }
        }
        found.extend(open);
    }

    /// The likeliest labels (Viterbi).
    fn viterbi(&self, scores: &[Scores]) -> Vec<usize> {
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
        let mut marginals = vec![[0.0; LABELS]; scores.len()];
        for n in (0..scores.len()).rev() {
            let mut both = forward[n];
            both.iter_mut().zip(&after).for_each(|(p, b)| *p *= b);
            marginals[n] = normal(both);
            let mut row = [0.0; LABELS];
            for (before, p) in row.iter_mut().enumerate() {
                *p = (0..LABELS).map(|l| step[before][l] * local[n][l] * after[l]).sum::<f32>();
            }
            after = normal(row);
        }
        marginals
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_models_are_readable_small_and_reproducible() {
        for (tagger, model, limit) in [(french(), FRENCH_MODEL, 3 << 20), (english(), ENGLISH_MODEL, 3 << 19)] {
            assert!(model.len() < limit, "{} bytes", model.len());
            let tagger = tagger.expect("the shipped model is readable");
            assert_eq!(tagger.to_bytes(), model, "the same weights are the same bytes");
        }
    }

    #[test]
    fn other_bytes_are_refused() {
        for cut in [0, 4, MAGIC.len(), 300, FRENCH_MODEL.len() - 1] {
            assert!(Tagger::from_bytes(&FRENCH_MODEL[..cut]).is_none(), "{cut} bytes");
        }
        assert!(Tagger::from_bytes(&[FRENCH_MODEL, b"x"].concat()).is_none());
    }

    #[test]
    fn labels_are_read_by_name() {
        let names = (0..LABELS).filter_map(label_name).map(label_of);
        assert_eq!(names.collect::<Vec<_>>(), (0..NO_NAME).map(Some).collect::<Vec<_>>());
        assert_eq!(label_of(OUTSIDE), Some(NO_NAME));
        assert_eq!(label_of("B-X"), None);
        assert!(may_follow(0, 1) && may_follow(1, 1) && !may_follow(NO_NAME, 1) && !may_follow(0, 3));
    }

    #[test]
    fn a_plain_sentence_is_tagged() {
        let text = "Hier, le président Armand Vauquelin est arrivé à Strasbourg.";
        let tagged = french().unwrap().tag(&TokenizedText::french(text), NameLanguage::French, &[]);
        let kinds: Vec<_> = tagged.iter().map(|t| (t.kind, t.span.start, t.span.end)).collect();
        assert_eq!(kinds, [(EntityKind::Person, 19, 35), (EntityKind::Place, 49, 59)]);
        assert!(tagged.iter().all(|t| t.confidence > 0.5 && t.confidence <= 1.0));
    }
}
