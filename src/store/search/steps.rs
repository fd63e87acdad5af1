//! The queries that a list is read by: which way along time, between which times, by which index.

use super::periods::Within;
use super::statistics::Spread;
use crate::domain::page::{Position, Range, SetFilter};
use crate::store::Result;
use crate::store::first::Limit;
use crate::store::page::{LONG_AGO, pg_time, time_key};
use crate::store::walk::{Part, Stretch};
use chrono::{DateTime, Utc};
use diesel::data_types::PgTimestamp;

/// The time that a list is in order of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axis {
    Published,
    /// None: what has no date of publication.
    Undated,
    Created,
}

/// The way that a list is read: along a time, from one end of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Course {
    pub axis: Axis,
    pub is_backward: bool,
    /// The first and the last time that the list can have, where they are known.
    pub begin: Option<PgTimestamp>,
    pub end: Option<PgTimestamp>,
}

impl Course {
    /// Along a stretch of publication, within a range.
    pub fn published(stretch: &Stretch, range: Range<DateTime<Utc>>) -> Self {
        let after = stretch.after.map(|(time, _)| time);
        let (from, to) = (range.from.map(pg_time), range.to.map(pg_time));
        let axis = Axis::Published;
        match stretch.part {
            Part::Newest => {
                let begin = after.into_iter().chain(to).min_by_key(|time| time.0);
                Self { axis, is_backward: true, begin, end: from }
            }
            Part::OldestDated | Part::Oldest => {
                let begin = after.into_iter().chain(from).max_by_key(|time| time.0);
                Self { axis, is_backward: false, begin, end: to }
            }
            Part::Undated => Self { axis: Axis::Undated, is_backward: false, begin: None, end: None },
        }
    }

    /// From the record that was stored last, or after a position.
    ///
    /// # Errors
    /// When the position is of another order.
    pub fn created(after: Option<&Position>) -> Result<Self> {
        let begin = after.map(|position| time_key(position, LONG_AGO)).transpose()?;
        Ok(Self { axis: Axis::Created, is_backward: true, begin, end: None })
    }

    /// The earlier and the later of two times of which the list has the first first.
    pub fn between<T>(&self, near: T, far: T) -> (T, T) {
        if self.is_backward { (far, near) } else { (near, far) }
    }

    /// The time that is `length` rows from the beginning, if it is in the list.
    pub fn far(&self, spread: &Spread, length: f64) -> Option<PgTimestamp> {
        let begin = self.begin.map(|time| spread.rows_before(time));
        if self.is_backward {
            let far = spread.time_after(begin.unwrap_or(spread.rows) - length)?;
            return self.end.is_none_or(|end| far.0 > end.0).then_some(far);
        }
        let far = spread.time_after(begin.unwrap_or(0.0) + length)?;
        self.end.is_none_or(|end| far.0 < end.0).then_some(far)
    }
}

/// One of the queries that a list is read by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Step {
    /// The times of the window, the second exclusive.
    pub from: Option<PgTimestamp>,
    pub to: Option<PgTimestamp>,
    /// What of it is looked up in the index of words and values.
    pub within: Option<Within>,
    pub way: Way,
    /// The way is the same for all words and values, and need not be planned for each.
    pub is_general: bool,
}

/// The day of what was said, which the index of words and values has day by day.
pub const SAID_ON: &str = "said_on";

/// Some of the columns that lists are asked for by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Columns(u16);

impl Columns {
    pub const NONE: Self = Self(0);

    const ALL: [&'static str; 10] = [
        "cue_lemma",
        "keywords",
        "kind",
        "language",
        "publisher",
        SAID_ON,
        "section",
        "speaker_id",
        "speaker_status",
        "status",
    ];

    /// The same and this one.
    pub fn and(self, column: &str) -> Self {
        Self(self.0 | Self::one(column))
    }

    fn has(self, column: &str) -> bool {
        self.0 & Self::one(column) != 0
    }

    fn one(column: &str) -> u16 {
        Self::ALL.iter().position(|known| *known == column).map_or(0, |place| 1 << place)
    }
}

/// What lists are asked for by that is in the index of words and values: columns, each with the values it may have.
pub type Values = Vec<(&'static str, Vec<String>)>;

/// Pushes the values that a choice asks for, when a record must have one.
pub fn push_values<T>(all: &mut Values, column: &'static str, choice: &SetFilter<T>, text: impl Fn(&T) -> String) {
    if !choice.include.is_empty() && !choice.include_null {
        all.push((column, choice.include.iter().map(text).collect()));
    }
}

/// How the records of a query are found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Way {
    /// As the planner will have it.
    #[default]
    Any,
    /// All that match in the index of words and values, put in order afterwards; what nearly all have is looked at in each.
    Gathered(Columns),
    /// Along the index of a column's value in order of publication, or of the order alone. All else is looked at in each.
    Walked(Option<&'static str>),
    /// By their ids. All else is looked at in each.
    Known,
}

impl Way {
    /// True when the query is put in order without an index that has that order.
    pub fn sorts(self) -> bool {
        matches!(self, Self::Gathered(_) | Self::Known)
    }

    /// True when the condition on a column is looked up in the index of words and values.
    pub fn looks_up(self, column: &str) -> bool {
        matches!(self, Self::Gathered(looked_at) if !looked_at.has(column))
    }

    /// True when the condition on a column is not looked up in an index.
    pub fn looks_at(self, column: &str) -> bool {
        match self {
            Self::Any => false,
            Self::Gathered(looked_at) => looked_at.has(column),
            Self::Walked(along) => along != Some(column),
            Self::Known => true,
        }
    }
}

impl Step {
    /// Everything at once.
    pub const GATHERED: Self =
        Self { from: None, to: None, within: None, way: Way::Gathered(Columns::NONE), is_general: false };
    /// Those with some ids.
    pub const KNOWN: Self = Self { way: Way::Known, is_general: true, ..Self::GATHERED };

    /// So many rows of it.
    pub fn limit(&self, wanted: i64) -> Limit {
        if self.is_general { Limit::SpelledOut(wanted) } else { Limit::Value(wanted) }
    }

    /// True when the plan is the same for all values of a column, whose index is walked.
    pub fn is_general_along(&self, column: &str) -> bool {
        self.is_general && matches!(self.way, Way::Walked(Some(along)) if along == column)
    }

    /// True when the query is planned for its own values.
    pub fn is_planned(&self) -> bool {
        matches!(self.way, Way::Gathered(_) | Way::Walked(_)) && !self.is_general
    }
}

/// Pushes the conditions of a range of publication, on the stored date, and of what a step looks up of it. What is found by
/// its period is not looked for among dates as well.
macro_rules! published_in {
    ($predicates:ident, $range:expr, $step:expr, $published_desc:expr) => {{
        let before = $predicates.len();
        $crate::store::page::published!($predicates, $range, $published_desc);
        if let Some(within) = $step.within {
            $crate::store::page::look_at(&mut $predicates, before);
            let periods = $crate::store::search::periods_of($published_desc);
            if $step.is_general {
                let covered = $crate::store::page::hidden!(
                    within.periods(),
                    diesel::sql_types::Nullable<diesel::sql_types::Array<diesel::sql_types::Integer>>
                );
                $predicates.push(Box::new(periods.overlaps_with(covered)));
            } else {
                $predicates.push(Box::new(periods.overlaps_with(within.periods())));
            }
        }
    }};
}
pub(in crate::store) use published_in;

/// Puts a query in descending order of a key and the id. As a row, in an order that no index has.
macro_rules! descending {
    ($query:expr, $way:expr, $key:expr, $id:expr, $sql_type:ty) => {
        if $way.sorts() {
            $query.order($crate::store::page::row!($key, $id, $sql_type).desc())
        } else {
            $query.order(($key.desc(), $id.desc()))
        }
    };
}
pub(in crate::store) use descending;

/// The same in ascending order.
macro_rules! ascending {
    ($query:expr, $way:expr, $key:expr, $id:expr, $sql_type:ty) => {
        if $way.sorts() {
            $query.order($crate::store::page::row!($key, $id, $sql_type).asc())
        } else {
            $query.order(($key.asc(), $id.asc()))
        }
    };
}
pub(in crate::store) use ascending;
