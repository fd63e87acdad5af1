//! The confidence of attributions: the measured share of right speakers for each kind of evidence.
//!
//! `calibration.tsv` has the counts. The command `evaluate --calibrate` makes it from labelled articles.

use std::collections::HashMap;
use std::sync::LazyLock;

/// The evidence for the speaker of a quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Evidence {
    /// The pattern that attributes it; [`Evidence::NONE`] without a speaker.
    pub pattern: &'static str,
    /// How the source is printed: name, pronoun, description, group or words.
    pub source: &'static str,
}

impl Evidence {
    /// There is no speaker.
    pub const NONE: Self = Self { pattern: "none", source: "none" };
}

/// Speakers and right ones.
type SpeakerCounts = (f32, f32);

/// Measured counts, for each evidence and for each pattern.
#[derive(Default)]
struct Table {
    evidence: HashMap<Evidence, SpeakerCounts>,
    patterns: HashMap<&'static str, SpeakerCounts>,
    sources: HashMap<&'static str, SpeakerCounts>,
    all: SpeakerCounts,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::read(include_str!("calibration.tsv")));

/// Number of speakers that the mean of the pattern or source counts as, beside those with the same evidence.
const PRIOR: f32 = 5.0;
/// Confidence of a quote without a speaker.
const NO_SPEAKER: f32 = 0.4;

impl Table {
    fn read(file: &'static str) -> Self {
        let mut table = Self::default();
        for line in file.lines().filter(|line| !line.starts_with('#')) {
            let [pattern, source, all, right] = line.split('\t').collect::<Vec<_>>()[..] else { continue };
            let counts = (all.parse().unwrap_or(0.0), right.parse().unwrap_or(0.0));
            let add = |sum: &mut SpeakerCounts| *sum = (sum.0 + counts.0, sum.1 + counts.1);
            add(table.evidence.entry(Evidence { pattern, source }).or_default());
            add(table.patterns.entry(pattern).or_default());
            add(table.sources.entry(source).or_default());
            add(&mut table.all);
        }
        table
    }

    /// The share of right speakers, drawn towards the lower of the means of its pattern and its source where few were seen.
    fn confidence(&self, evidence: Evidence) -> f32 {
        let smoothed = |counts: Option<&SpeakerCounts>, mean: f32| {
            let (all, right) = counts.copied().unwrap_or_default();
            (right + PRIOR * mean) / (all + PRIOR)
        };
        let mean = smoothed(Some(&self.all), 0.5);
        let pattern = smoothed(self.patterns.get(evidence.pattern), mean);
        let source = smoothed(self.sources.get(evidence.source), mean);
        smoothed(self.evidence.get(&evidence), pattern.min(source))
    }
}

/// The confidence of a quote with this evidence, 0 to 1.
pub fn confidence(evidence: Evidence) -> f32 {
    if evidence == Evidence::NONE { NO_SPEAKER } else { TABLE.confidence(evidence) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# comment\nbeside\tname\t95\t95\nbeside\tpronoun\t20\t10\nfloating\tname\t4\t2\n";

    #[test]
    fn confidence_is_the_measured_share() {
        let table = Table::read(FILE);
        let of = |pattern, source| table.confidence(Evidence { pattern, source });
        assert!(of("beside", "name") > 0.97);
        assert!((of("beside", "pronoun") - 0.5).abs() < 0.1);
        assert!(of("floating", "name") < 0.75, "few were seen");
        assert!(of("floating", "pronoun") < of("floating", "name"), "never seen");
    }

    #[test]
    fn the_shipped_table_is_readable() {
        let beside = confidence(Evidence { pattern: "beside", source: "name" });
        assert!(beside > 0.8 && beside < 1.0, "{beside}");
        assert!(TABLE.all.0 > 100.0);
    }
}
