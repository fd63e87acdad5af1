//! Questions over many records at once: what is counted, by what, and what is answered.

use super::article::ArticleFilter;
use super::mention::MentionFilter;
use super::quote::QuoteFilter;
use super::{Dimension, EntityKind};
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

/// Which records are counted.
#[derive(Debug, Clone, PartialEq)]
pub enum CountTarget {
    Articles(ArticleFilter),
    /// With `one_per_cluster`, quotes with the same words count once.
    Quotes {
        filter: QuoteFilter,
        one_per_cluster: bool,
    },
    Mentions(MentionFilter),
}

impl CountTarget {
    /// What they can be counted by.
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

/// How much of what matches was counted: all of it, or the newest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coverage {
    /// The records that were looked at.
    pub records: i64,
    /// When not all were: the figures are exact for what was published from this time on.
    pub published_from: Option<DateTime<Utc>>,
}

/// What a count is of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Group {
    /// The records with this value; the name of an entity stands beside its id.
    Value { key: String, label: String },
    /// The records without a value.
    Nothing,
    /// The records that none of the other groups counts.
    Other,
}

/// The values that most records have.
#[derive(Debug, Clone, PartialEq)]
pub struct Top {
    /// All records, whatever their value.
    pub total: i64,
    /// The most frequent first, [`Group::Other`] last.
    pub items: Vec<(Group, i64)>,
    pub considered: Coverage,
}

/// How many records there were when.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    /// The groups, the most frequent first; one only when nothing was grouped.
    pub groups: Vec<Group>,
    /// The first day of an interval, the group's place in `groups`, the records; intervals without any are not in it.
    pub counts: Vec<(NaiveDate, usize, i64)>,
    pub considered: Coverage,
}

/// An entity as it stands in an answer about many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedEntity {
    pub id: Uuid,
    pub kind: EntityKind,
    pub name: String,
}
