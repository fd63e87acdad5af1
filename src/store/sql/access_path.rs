//! The access paths of a list: the indexes that Postgres reads its rows from.

use super::Sql;
use uuid::Uuid;

/// The access path of a statement.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum AccessPath {
    /// The choice of the planner of Postgres.
    #[default]
    Planner,
    /// The choice of the planner, except for an index in the order of the list.
    Sorted,
    /// All matches from the combined index, sorted.
    Bitmap(Bitmap),
    /// In the order of the list: the index on this leading column and the order, or on the order only.
    Ordered(Option<&'static str>),
    /// The rows with these ids, sorted.
    ByIds(Vec<Uuid>),
}

/// The keys of a bitmap scan of the combined index.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bitmap {
    /// The group of the search; `None` without a search.
    pub group: Option<usize>,
    /// Columns whose conditions match many rows. They are checked on each row.
    pub unselective: Vec<&'static str>,
}

impl AccessPath {
    /// A bitmap scan of the combined index, for one group of a search.
    pub fn bitmap(group: Option<usize>) -> Self {
        // The language is unselective: nearly all texts with the words of a language are in that language.
        Self::Bitmap(Bitmap { group, unselective: vec!["language"] })
    }

    /// True if an index is used for conditions on this column.
    pub fn uses_index(&self, column: &str) -> bool {
        match self {
            Self::Planner | Self::Sorted => true,
            Self::Bitmap(bitmap) => column != "published_desc" && !bitmap.unselective.contains(&column),
            Self::Ordered(leading_column) => column == "published_desc" || *leading_column == Some(column),
            Self::ByIds(_) => false,
        }
    }

    /// The group of the search that is looked up.
    pub fn group(&self) -> Option<usize> {
        match self {
            Self::Bitmap(bitmap) => bitmap.group,
            _ => None,
        }
    }

    /// The condition that the path adds to the filter.
    pub fn condition(&self, table: &str) -> Option<Sql> {
        match self {
            Self::ByIds(ids) => Some(Sql::new(format!("{table}.id = ANY (")).bind(ids.clone()).sql(")")),
            _ => None,
        }
    }
}
