//! Questions about who meets whom: edges between entities, and how surprising a meeting is.

use super::stats::{Coverage, NamedEntity};
use uuid::Uuid;

/// A speaker and an entity spoken about.
#[derive(Debug, Clone, PartialEq)]
pub struct SpeaksAbout {
    pub speaker: NamedEntity,
    pub about: NamedEntity,
    pub count: i64,
    /// The newest of these quotes, a few.
    pub quotes: Vec<Uuid>,
}

/// Two entities mentioned in the same articles.
#[derive(Debug, Clone, PartialEq)]
pub struct CoMention {
    pub entities: [NamedEntity; 2],
    /// The articles that mention both.
    pub articles: i64,
}

/// The entities related to one are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RelatedTo {
    pub entity: Uuid,
    /// So many at most.
    pub limit: usize,
    /// Those that share at least so many articles with it.
    pub min_articles: i64,
    /// Counted in so many of its articles at most.
    pub window: i64,
}

/// An entity met in the articles of another.
#[derive(Debug, Clone, PartialEq)]
pub struct Related {
    pub entity: NamedEntity,
    /// The articles that mention both.
    pub articles: i64,
    /// Its mentions in these articles.
    pub mentions: i64,
    /// The mentions there would be, were it mentioned there as often as everywhere.
    pub expected: f64,
    /// [`surprise`].
    pub score: f64,
}

/// Edges, and what they were counted in.
#[derive(Debug, Clone, PartialEq)]
pub struct Edges<T> {
    pub items: Vec<T>,
    pub considered: Coverage,
}

/// How often something is counted in a part of a whole, and how often anything is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frequency {
    /// Of `all_here`, those that are counted.
    pub here: i64,
    pub all_here: i64,
    /// Of `all`, those that are counted: here and elsewhere.
    pub total: i64,
    pub all: i64,
}

impl Frequency {
    /// How often it would be counted here, were it as frequent here as in the whole.
    #[allow(clippy::cast_precision_loss, reason = "counts below 2^53")]
    pub fn expected(&self) -> f64 {
        self.total as f64 * self.all_here as f64 / (self.all as f64).max(1.0)
    }

    /// The log-likelihood ratio G² of Dunning (1993) for two frequencies, as Rayson and Garside (2000) compare corpora:
    /// 3.84 is reached by chance once in twenty times, 10.83 once in a thousand. `None` when it is rarer here than elsewhere.
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
    fn what_is_as_frequent_here_as_elsewhere_is_no_surprise() {
        let frequency = Frequency { here: 5, all_here: 100, total: 50, all: 1000 };
        assert_eq!((frequency.expected(), frequency.surprise()), (5.0, Some(0.0)));
        assert_eq!(Frequency { here: 4, ..frequency }.surprise(), None);
    }

    #[test]
    fn the_measure_is_that_of_the_literature() {
        // Observed 10 of 100 here and 10 of 900 elsewhere: 2 (10 ln(10 / 2) + 10 ln(10 / 18)).
        let frequency = Frequency { here: 10, all_here: 100, total: 20, all: 1000 };
        let expected = 2.0 * (10.0 * 5.0_f64.ln() + 10.0 * (10.0_f64 / 18.0).ln());
        assert!((frequency.surprise().unwrap() - expected).abs() < 1e-9);
    }

    #[test]
    fn a_part_that_is_the_whole_surprises_nobody() {
        let frequency = Frequency { here: 3, all_here: 10, total: 3, all: 10 };
        assert_eq!(frequency.surprise(), Some(0.0));
    }
}
