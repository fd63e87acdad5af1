//! Pages of a list: where one begins, how long it is, what is counted.

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// The most records on one page.
pub const MAX_LIMIT: i64 = 200;
/// The records on a page when the caller names no limit.
pub const DEFAULT_LIMIT: i64 = 20;

/// The place in a list after which a page begins: the order's key of the last record seen, and its id.
#[derive(Debug, Clone, PartialEq)]
pub struct Position {
    pub key: Key,
    pub id: Uuid,
}

/// The value a list is ordered by.
#[derive(Debug, Clone, PartialEq)]
pub enum Key {
    /// A time; `None` for a record without one, which comes last in either order.
    Time(Option<DateTime<Utc>>),
    Text(String),
    Number(f64),
    Count(i64),
}

/// How the records that match are to be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    Exact,
    /// By the database's own statistics: quick, and wrong by a little.
    Estimate,
}

/// How many records match in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Total {
    pub value: i64,
    pub kind: Count,
}

/// Which part of a list is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct PageRequest {
    /// 1 to [`MAX_LIMIT`].
    pub limit: i64,
    pub after: Option<Position>,
    pub count: Option<Count>,
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<Position>,
    pub total: Option<Total>,
}

impl<T> Page<T> {
    /// Makes a page of at most `limit` from rows of which one more than that was read, so that the last page is known.
    pub fn from_rows(mut items: Vec<T>, limit: i64, total: Option<Total>, position: impl Fn(&T) -> Position) -> Self {
        let limit = usize::try_from(limit).unwrap_or(0);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = if more { items.last().map(position) } else { None };
        Self { items, next, total }
    }

    /// A page of nothing.
    pub fn empty(count: Option<Count>) -> Self {
        Self { items: Vec::new(), next: None, total: count.map(|kind| Total { value: 0, kind }) }
    }

    /// The same page of something made from each item.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(f).collect(), next: self.next, total: self.total }
    }
}

/// A filter on one member. Empty lists do not filter.
///
/// A record without a value matches only `include_null`; `exclude` keeps it unless `exclude_null` is set.
#[derive(Debug, Clone, PartialEq)]
pub struct SetFilter<T> {
    /// The value must be one of these.
    pub include: Vec<T>,
    /// The value must be none of these.
    pub exclude: Vec<T>,
    /// Also matches records without a value.
    pub include_null: bool,
    /// Rejects records without a value.
    pub exclude_null: bool,
}

impl<T> SetFilter<T> {
    /// A filter on a member that every record has.
    pub const fn new(include: Vec<T>, exclude: Vec<T>) -> Self {
        Self { include, exclude, include_null: false, exclude_null: false }
    }

    /// The single included value, if the filter includes exactly one.
    pub fn only(&self) -> Option<&T> {
        match &self.include[..] {
            [value] if !self.include_null => Some(value),
            _ => None,
        }
    }
}

impl<T> Default for SetFilter<T> {
    fn default() -> Self {
        Self::new(Vec::new(), Vec::new())
    }
}

/// A filter on a time or a date: `from` is inclusive, `to` exclusive. A record without one matches neither.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range<T> {
    pub from: Option<T>,
    pub to: Option<T>,
}

impl<T> Default for Range<T> {
    fn default() -> Self {
        Self { from: None, to: None }
    }
}
