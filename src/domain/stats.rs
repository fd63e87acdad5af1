//! Statistics: counted records, grouping and results.

use super::article::ArticleFilter;
use super::mention::MentionFilter;
use super::quote::QuoteFilter;
use super::{Dimension, EntityKind};
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

/// The records that are counted.
#[derive(Debug, Clone, PartialEq)]
pub enum CountTarget {
    Articles(ArticleFilter),
    /// With `one_per_cluster`, quotes of a cluster count once.
    Quotes {
        filter: Box<QuoteFilter>,
        one_per_cluster: bool,
    },
    Mentions(MentionFilter),
}

impl CountTarget {
    /// Returns the dimensions by which the records can be grouped.
    pub fn dimensions(&self) -> &'static [Dimension] {
        use Dimension as D;
        match self {
            Self::Articles(_) => &[D::Publisher, D::Language, D::Section],
            Self::Quotes { .. } => {
                &[D::Speaker, D::About, D::Publisher, D::Language, D::Kind, D::SpeakerStatus, D::Status, D::Cue]
            }
            Self::Mentions(_) => &[D::Entity, D::Publisher, D::Language, D::Kind],
        }
    }
}

impl Dimension {
    /// True when its values are entities.
    pub const fn holds_entities(self) -> bool {
        matches!(self, Self::Speaker | Self::About | Self::Entity)
    }
}

/// The matching records that were counted: all of them, or the newest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coverage {
    /// Number of counted records.
    pub records: i64,
    /// If not all were counted: the figures are exact for records published from this time on.
    pub published_from: Option<DateTime<Utc>>,
}

/// The group of a count.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Group {
    /// The records with this value. The label of an entity is its name.
    Value { key: String, label: String },
    /// The records without a value.
    Nothing,
    /// The records of no other group.
    Other,
}

/// The most frequent values.
#[derive(Debug, Clone, PartialEq)]
pub struct Top {
    /// Number of records with any value or none.
    pub total: i64,
    /// The most frequent first, [`Group::Other`] last.
    pub items: Vec<(Group, i64)>,
    pub considered: Coverage,
}

/// Counts per interval of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    /// The groups, most frequent first. Without grouping there is one.
    pub groups: Vec<Group>,
    /// First day of an interval, index of the group in `groups`, and count. Empty intervals are left out.
    pub counts: Vec<(NaiveDate, usize, i64)>,
    pub considered: Coverage,
}

/// An entity with its kind and name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedEntity {
    pub id: Uuid,
    pub kind: EntityKind,
    pub name: String,
}
