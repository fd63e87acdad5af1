//! Graphs of entities: edges, and the significance of co-occurrence.

use super::stats::{Coverage, NamedEntity};
use uuid::Uuid;

/// A speaker and an entity that the speaker talks about.
#[derive(Debug, Clone, PartialEq)]
pub struct SpeaksAbout {
    pub speaker: NamedEntity,
    pub about: NamedEntity,
    pub count: i64,
    /// Some of the newest of these quotes.
    pub quotes: Vec<Uuid>,
}

/// Two entities mentioned in the same articles.
#[derive(Debug, Clone, PartialEq)]
pub struct CoMention {
    pub entities: [NamedEntity; 2],
    /// Number of articles that mention both.
    pub articles: i64,
}

/// A request for the entities related to one entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RelatedTo {
    pub entity: Uuid,
    /// Maximum number of related entities.
    pub limit: usize,
    /// Minimum number of articles in common.
    pub min_articles: i64,
    /// Maximum number of articles of the entity that are read.
    pub window: i64,
}

/// An entity that is mentioned in the articles of another.
#[derive(Debug, Clone, PartialEq)]
pub struct Related {
    pub entity: NamedEntity,
    /// Number of articles that mention both.
    pub articles: i64,
    /// Number of its mentions in these articles.
    pub mentions: i64,
    /// Number of mentions expected from its frequency in the whole collection.
    pub expected: f64,
    /// [`surprise`].
    pub score: f64,
}

/// Edges and the records they were counted in.
#[derive(Debug, Clone, PartialEq)]
pub struct Edges<T> {
    pub items: Vec<T>,
    pub considered: Coverage,
}

/// The frequency of an item in a part of a collection and in the whole.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frequency {
    /// Occurrences of the item in the part, out of `all_here`.
    pub here: i64,
    pub all_here: i64,
    /// Occurrences of the item in the whole, out of `all`.
    pub total: i64,
    pub all: i64,
}

impl Frequency {
    /// Expected occurrences in the part if the item were as frequent there as in the whole.
    #[allow(clippy::cast_precision_loss, reason = "counts below 2^53")]
    pub fn expected(&self) -> f64 {
        self.total as f64 * self.all_here as f64 / (self.all as f64).max(1.0)
    }

    /// The log-likelihood ratio G² (Dunning 1993), as Rayson and Garside (2000) use it to compare corpora.
    ///
    /// A value of 3.84 is significant at p < 0.05, 10.83 at p < 0.001. `None` when the item is rarer here than elsewhere.
    #[allow(clippy::cast_precision_loss, reason = "counts below 2^53")]
    pub fn surprise(&self) -> Option<f64> {
        let (here, expected) = (self.here as f64, self.expected());
        let elsewhere = (self.total - self.here).max(0) as f64;
        let expected_elsewhere = self.total as f64 - expected;
        let term = |seen: f64, expected: f64| if seen > 0.0 { seen * (seen / expected).ln() } else { 0.0 };
        (here >= expected).then(|| (2.0 * (term(here, expected) + term(elsewhere, expected_elsewhere))).max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_frequencies_score_zero() {
        let frequency = Frequency { here: 5, all_here: 100, total: 50, all: 1000 };
        assert_eq!((frequency.expected(), frequency.surprise()), (5.0, Some(0.0)));
        assert_eq!(Frequency { here: 4, ..frequency }.surprise(), None);
    }

    #[test]
    fn the_score_is_the_published_formula() {
        // Observed 10 of 100 here and 10 of 900 elsewhere: 2 (10 ln(10 / 2) + 10 ln(10 / 18)).
        let frequency = Frequency { here: 10, all_here: 100, total: 20, all: 1000 };
        let expected = 2.0 * (10.0 * 5.0_f64.ln() + 10.0 * (10.0_f64 / 18.0).ln());
        assert!((frequency.surprise().unwrap() - expected).abs() < 1e-9);
    }

    #[test]
    fn a_part_that_is_the_whole_scores_zero() {
        let frequency = Frequency { here: 3, all_here: 10, total: 3, all: 10 };
        assert_eq!(frequency.surprise(), Some(0.0));
    }
}
