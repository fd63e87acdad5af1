//! The access paths of a list: the indexes by which its rows are found.

use super::Sql;
use uuid::Uuid;

/// The access path of a statement.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum AccessPath {
    /// The choice of the planner of Postgres.
    #[default]
    Planner,
    /// The choice of the planner, but not an index in the order of the list.
    Sorted,
    /// All matches from the combined index, sorted.
    Bitmap(Bitmap),
    /// In the order of the list, by the index of the value of a column, or of the order alone.
    Ordered(Option<&'static str>),
    /// By their ids, sorted.
    ByIds(Vec<Uuid>),
}

/// The keys of a bitmap scan of the combined index.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bitmap {
    /// One group of the search; all when there are none to choose from.
    pub group: Option<usize>,
    /// Columns with values that most rows have: they are checked on each row.
    pub unselective: Vec<&'static str>,
}

impl AccessPath {
    /// The combined index, for one group of a search.
    pub fn bitmap(group: Option<usize>) -> Self {
        // Nearly all texts that have the words of a language are in that language.
        Self::Bitmap(Bitmap { group, unselective: vec!["language"] })
    }

    /// True when an index is used for conditions on a column.
    pub fn uses_index(&self, column: &str) -> bool {
        match self {
            Self::Planner | Self::Sorted => true,
            Self::Bitmap(bitmap) => column != "published_desc" && !bitmap.unselective.contains(&column),
            Self::Ordered(along) => column == "published_desc" || *along == Some(column),
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

    /// The condition that the path itself makes.
    pub fn condition(&self, table: &str) -> Option<Sql> {
        match self {
            Self::ByIds(ids) => Some(Sql::new(format!("{table}.id = ANY (")).bind(ids.clone()).sql(")")),
            _ => None,
        }
    }
}
