//! Pages of a list: position, length and count.

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Maximum number of records on a page.
pub const MAX_LIMIT: i64 = 200;
/// Number of records on a page without `limit`.
pub const DEFAULT_LIMIT: i64 = 20;

/// Maximum size of the text on a page. A page of longer records has fewer of them than its limit.
pub const MAX_PAGE_BYTES: usize = 32 << 20;

/// The position after which a page begins: the sort key and the id of the last record of the previous page.
#[derive(Debug, Clone, PartialEq)]
pub struct Position {
    pub key: Key,
    pub id: Uuid,
}

impl Position {
    /// The position after a record of a list that is ordered by id: ids are in the order of their creation.
    pub fn of_id(id: Uuid) -> Self {
        Self { key: Key::Text(String::new()), id }
    }
}

/// The value by which a list is sorted.
#[derive(Debug, Clone, PartialEq)]
pub enum Key {
    /// A time, `None` for a record without one. Such records come last in both orders.
    Time(Option<DateTime<Utc>>),
    Text(String),
    Number(f64),
    Count(i64),
}

/// How matching records are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    Exact,
    /// An estimate from the statistics of the database.
    Estimate,
}

/// The number of matching records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Total {
    pub value: i64,
    pub kind: Count,
}

/// The requested page of a list.
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
    /// Position of the next page, `None` on the last page.
    pub next: Option<Position>,
    pub total: Option<Total>,
}

impl<T> Page<T> {
    /// Builds a page from up to `limit + 1` rows. The extra row shows that another page follows.
    pub fn from_rows(mut items: Vec<T>, limit: i64, total: Option<Total>, position: impl Fn(&T) -> Position) -> Self {
        let limit = usize::try_from(limit).unwrap_or(0);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = if more { items.last().map(position) } else { None };
        Self { items, next, total }
    }

    /// Returns an empty page.
    pub fn empty(count: Option<Count>) -> Self {
        Self { items: Vec::new(), next: None, total: count.map(|kind| Total { value: 0, kind }) }
    }

    /// Converts each item of the page.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(f).collect(), next: self.next, total: self.total }
    }
}

impl<T> Page<(Position, T)> {
    /// Keeps as many records as [`MAX_PAGE_BYTES`] has room for, and one at least. The next page begins after the last kept one.
    pub fn within_bytes(mut self, bytes: impl Fn(&T) -> usize) -> Page<T> {
        let mut sum = 0;
        let fits = |(_, item): &&(Position, T)| {
            sum += bytes(item);
            sum <= MAX_PAGE_BYTES
        };
        let fitting = self.items.iter().take_while(fits).count().max(1);
        if fitting < self.items.len() {
            self.items.truncate(fitting);
            self.next = self.items.last().map(|(position, _)| position.clone());
        }
        self.map(|(_, item)| item)
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
    /// Returns a filter on a member that every record has.
    pub const fn new(include: Vec<T>, exclude: Vec<T>) -> Self {
        Self { include, exclude, include_null: false, exclude_null: false }
    }

    /// Returns the included value when the filter includes exactly one.
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

/// A filter on a time or a date: `from` is inclusive, `to` exclusive. A record without a value does not match.
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
