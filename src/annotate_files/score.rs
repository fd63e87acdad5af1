//! Scores quotes and their speakers against labelled articles.
//!
//! * The unit is a contiguous piece of a quote. Pieces with only punctuation between them are one piece.
//! * A piece is the set of its letters and digits, so marks and spaces at its edges do not count. The overlap of two is the
//!   size of their intersection by that of their union.
//! * Each piece matches at most one other, the best overlap first, from the overlap that is asked for.
//! * A speaker is right when the labelled and the found words overlap in the text, or when all words of one are in the other;
//!   the name behind a pronoun or description counts too.
//! * End to end, a found piece is right when it matches and its speaker is right, if one is labelled.
//! * A found piece half of which is labelled as not to be counted is neither right nor wrong.

use crate::annotate::{Annotation, Evidence, FoundQuote, QuoteKind};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::ops::AddAssign;

/// A labelled article.
#[derive(Debug, Deserialize)]
pub struct LabelledArticle {
    #[serde(default, alias = "language")]
    pub lang: Option<String>,
    #[serde(alias = "body")]
    pub text: String,
    /// None when the quotes of the article are not labelled.
    pub quotes: Option<Vec<LabelledQuote>>,
}

#[derive(Debug, Deserialize)]
pub struct LabelledQuote {
    start: usize,
    end: usize,
    #[serde(default)]
    spans: Vec<(usize, usize)>,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    speaker: Option<String>,
    #[serde(default)]
    speaker_spans: Vec<(usize, usize)>,
    /// The name behind a pronoun or description.
    #[serde(default)]
    reference: Option<String>,
    /// Neither right nor wrong when it is found.
    #[serde(default)]
    dont_care: bool,
}

/// The quotes that are scored together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Track {
    /// Those with quotation marks.
    Quoted,
    /// Those without.
    Indirect,
    All,
}

impl Track {
    /// Whether quotes of a kind are scored; other labelled quotes are not counted.
    fn has(self, kind: &str) -> bool {
        match self {
            Self::Quoted => matches!(kind, "direct" | "partial" | "mixed"),
            Self::Indirect => kind == "indirect",
            Self::All => matches!(kind, "direct" | "partial" | "mixed" | "indirect"),
        }
    }

    fn has_found(self, kind: QuoteKind) -> bool {
        match self {
            Self::Quoted => kind != QuoteKind::Indirect,
            Self::Indirect => kind == QuoteKind::Indirect,
            Self::All => true,
        }
    }
}

/// Numbers of pieces.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct QuoteCounts {
    pub labelled: usize,
    pub found: usize,
    pub matched: usize,
    /// Matched ones with a labelled speaker, and those of them whose speaker is right.
    pub speakers: usize,
    pub right_speakers: usize,
    /// Matched ones with the right speaker, or without a labelled one.
    pub end_to_end: usize,
}

impl AddAssign for QuoteCounts {
    fn add_assign(&mut self, other: Self) {
        self.labelled += other.labelled;
        self.found += other.found;
        self.matched += other.matched;
        self.speakers += other.speakers;
        self.right_speakers += other.right_speakers;
        self.end_to_end += other.end_to_end;
    }
}

/// Precision, recall and their harmonic mean, in percent.
pub fn measures(right: usize, found: usize, labelled: usize) -> [f64; 3] {
    let share = |part: usize, whole: usize| if whole == 0 { 0.0 } else { 100.0 * part as f64 / whole as f64 };
    [share(right, found), share(right, labelled), share(2 * right, found + labelled)]
}

/// A matched quote whose speaker is labelled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged {
    pub evidence: Evidence,
    pub confidence: f32,
    pub is_right: bool,
}

/// The score of one article.
#[derive(Debug, Default)]
pub struct Score {
    pub counts: QuoteCounts,
    pub judged: Vec<Judged>,
}

type Offsets = (usize, usize);

/// A contiguous piece of a quote.
struct Piece<'a, Q> {
    range: Offsets,
    quote: &'a Q,
}

/// A text as numbers of letters and digits before each offset.
struct Letters(Vec<usize>);

impl Letters {
    fn new(text: &str) -> Self {
        let mut before = vec![0];
        before.extend(text.chars().scan(0, |count, c| {
            *count += usize::from(c.is_alphanumeric());
            Some(*count)
        }));
        Self(before)
    }

    fn count(&self, (start, end): Offsets) -> usize {
        let last = self.0.len() - 1;
        self.0[end.min(last)].saturating_sub(self.0[start.min(last)])
    }

    fn common(&self, a: Offsets, b: Offsets) -> usize {
        let range = (a.0.max(b.0), a.1.min(b.1));
        if range.0 < range.1 { self.count(range) } else { 0 }
    }

    /// The pieces of a quote with these spans, in order.
    fn pieces<'a, Q>(&self, mut spans: Vec<Offsets>, quote: &'a Q) -> Vec<Piece<'a, Q>> {
        spans.sort_unstable();
        let mut found: Vec<Piece<'a, Q>> = Vec::new();
        for (start, end) in spans {
            match found.last_mut() {
                Some(last) if self.count((last.range.1, start)) == 0 => last.range.1 = last.range.1.max(end),
                _ => found.push(Piece { range: (start, end), quote }),
            }
        }
        found.retain(|piece| self.count(piece.range) > 0);
        found
    }
}

/// Scores the findings in an article; `overlap` is the smallest overlap of a match.
pub fn score(article: &LabelledArticle, found: &Annotation, track: Track, overlap: f64) -> Score {
    let letters = Letters::new(&article.text);
    let (mut labelled, mut uncounted) = (Vec::new(), Vec::new());
    for quote in article.quotes.iter().flatten() {
        let spans = if quote.spans.is_empty() { vec![(quote.start, quote.end)] } else { quote.spans.clone() };
        let pieces = letters.pieces(spans, quote);
        let counted = track.has(&quote.kind) && !quote.dont_care;
        if counted { &mut labelled } else { &mut uncounted }.extend(pieces);
    }
    let spans = |quote: &FoundQuote| quote.spans.iter().map(|span| (span.start, span.end)).collect();
    let quotes = found.quotes.iter().filter(|quote| track.has_found(quote.kind));
    let quotes: Vec<_> = quotes.flat_map(|quote| letters.pieces(spans(quote), quote)).collect();
    let mut score = Score::default();
    let mut free = vec![true; quotes.len()];
    let chars: Vec<char> = article.text.chars().collect();
    for (gold, one) in matches(&letters, &labelled, &quotes, overlap) {
        free[one] = false;
        let (gold, one) = (labelled[gold].quote, quotes[one].quote);
        score.counts.matched += 1;
        if gold.names().next().is_none() {
            score.counts.end_to_end += 1;
            continue;
        }
        let is_right = is_right_speaker(&chars, gold, found, one);
        score.counts.speakers += 1;
        score.counts.right_speakers += usize::from(is_right);
        score.counts.end_to_end += usize::from(is_right);
        score.judged.push(Judged { evidence: one.evidence, confidence: one.confidence, is_right });
    }
    let is_counted = |at: &usize| {
        let range = quotes[*at].range;
        let inside: usize = uncounted.iter().map(|other| letters.common(range, other.range)).sum();
        inside * 2 < letters.count(range)
    };
    score.counts.labelled = labelled.len();
    score.counts.found = score.counts.matched + (0..quotes.len()).filter(|&at| free[at]).filter(is_counted).count();
    score
}

/// The pairs of a labelled and a found piece that match.
fn matches(
    letters: &Letters,
    labelled: &[Piece<'_, LabelledQuote>],
    found: &[Piece<'_, FoundQuote>],
    least: f64,
) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    for (i, gold) in labelled.iter().enumerate() {
        for (j, one) in found.iter().enumerate() {
            let common = letters.common(gold.range, one.range);
            let union = letters.count(gold.range) + letters.count(one.range) - common;
            let overlap = common as f64 / union.max(1) as f64;
            if common > 0 && overlap >= least - 1e-9 {
                pairs.push((overlap, i, j));
            }
        }
    }
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let (mut labelled, mut found) = (vec![true; labelled.len()], vec![true; found.len()]);
    pairs.retain(|&(_, i, j)| {
        let free = labelled[i] && found[j];
        if free {
            (labelled[i], found[j]) = (false, false);
        }
        free
    });
    pairs.into_iter().map(|(_, i, j)| (i, j)).collect()
}

impl LabelledQuote {
    /// The speaker as printed, and the name behind it.
    fn names(&self) -> impl Iterator<Item = &str> {
        [&self.speaker, &self.reference].into_iter().flatten().map(String::as_str).filter(|name| !name.is_empty())
    }
}

fn is_right_speaker(chars: &[char], gold: &LabelledQuote, found: &Annotation, quote: &FoundQuote) -> bool {
    let words = |span: crate::annotate::Span| chars[span.start..span.end].iter().collect::<String>();
    let entity = quote.speaker.map(|entity| found.entities[entity].name.clone());
    let names = [quote.speaker_span.map(words), entity.or(quote.reference_span.map(words))];
    let overlaps =
        |&(start, end): &Offsets| quote.speaker_span.is_some_and(|span| start < span.end && span.start < end);
    gold.speaker_spans.iter().any(overlaps)
        || names.iter().flatten().any(|name| gold.names().any(|label| is_same_name(label, name)))
}

/// Articles, prepositions and titles, which do not tell names apart.
const SMALL_WORDS: &str = "le la les l un une des du de d the a an of m mme mm mlle mr mrs ms dr me son sa ses his her their this \
    that ce cet cette der die das den dem ein eine einer herr frau";

/// Whether all words of one name are in the other.
fn is_same_name(one: &str, other: &str) -> bool {
    let words = |name: &str| -> BTreeSet<String> {
        let lower = name.to_lowercase();
        let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.filter(|word| !SMALL_WORDS.split_whitespace().any(|small| small == *word)).map(str::to_owned).collect()
    };
    let (one, other) = (words(one), words(other));
    !one.is_empty() && !other.is_empty() && (one.is_subset(&other) || other.is_subset(&one))
}

#[cfg(test)]
mod news;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotate::dictionary::Dictionary;
    use crate::annotate::{Document, annotate};

    const TEXT: &str = "« Le port rouvrira en mai », a déclaré Anne Morel.";

    fn scored(quotes: &str, overlap: f64) -> Score {
        let article = format!("{{\"text\": \"{TEXT}\", \"quotes\": {quotes}}}");
        let article: LabelledArticle = serde_json::from_str(&article).unwrap();
        let document = Document { headline: None, body: &article.text, language: Some("fr") };
        score(&article, &annotate(&document, &Dictionary::default()), Track::Quoted, overlap)
    }

    #[test]
    fn marks_do_not_count_and_a_part_of_the_name_is_enough() {
        let score = scored(r#"[{"start": 0, "end": 26, "type": "direct", "speaker": "Morel"}]"#, 1.0);
        let all = QuoteCounts { labelled: 1, found: 1, matched: 1, speakers: 1, right_speakers: 1, end_to_end: 1 };
        assert_eq!(score.counts, all);
        assert!(score.judged[0].is_right);
    }

    #[test]
    fn another_speaker_is_wrong_and_a_shorter_span_matches_less() {
        let other = r#"[{"start": 2, "end": 16, "type": "direct", "speaker": "Luc Petit"}]"#;
        assert_eq!(
            scored(other, 0.3).counts,
            QuoteCounts { labelled: 1, found: 1, matched: 1, speakers: 1, ..QuoteCounts::default() }
        );
        assert_eq!(scored(other, 0.8).counts, QuoteCounts { labelled: 1, found: 1, ..QuoteCounts::default() });
    }

    #[test]
    fn uncounted_labels_are_neither_right_nor_wrong() {
        let uncounted = r#"[{"start": 2, "end": 24, "type": "direct", "dont_care": true}]"#;
        assert_eq!(scored(uncounted, 0.8).counts, QuoteCounts::default());
        assert_eq!(scored("[]", 0.8).counts, QuoteCounts { found: 1, ..QuoteCounts::default() });
    }

    #[test]
    fn names_are_compared_by_their_words() {
        assert!(is_same_name("Mme Anne Morel", "Morel"));
        assert!(!is_same_name("Anne Morel", "Luc Morel"));
        assert!(!is_same_name("la", "le"));
    }

    #[test]
    fn measures_are_percentages() {
        assert_eq!(measures(1, 2, 4), [50.0, 25.0, 100.0 / 3.0]);
        assert_eq!(measures(0, 0, 0), [0.0; 3]);
    }
}
