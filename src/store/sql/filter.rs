//! The filters of a list as SQL conditions, defined once for all tables and access paths.

use super::access_path::AccessPath;
use super::keyset::{NEG_INFINITY, pg_time};
use super::localized_query::LocalizedQuery;
use super::{Sql, Value};
use crate::domain::page::{Range, SetFilter};
use crate::domain::{EntityKind, MentionKind, MentionStatus, Origin, QuoteKind, QuoteStatus, SpeakerStatus};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// The conditions of a list on the rows of one table.
#[derive(Debug, Clone)]
pub struct Filter {
    /// The table, or its alias.
    pub table: &'static str,
    conditions: Vec<Condition>,
    pub search: Option<LocalizedQuery>,
}

#[derive(Debug, Clone)]
enum Condition {
    /// A column of the combined index has one of these values.
    Column(ColumnValues, Sql),
    /// A range of publication dates. Every index in date order contains the date.
    Date(Sql),
    /// A subquery has rows.
    Exists(Sql),
    /// Any other condition.
    Other(Sql),
}

/// The values that a filter includes for a column, in the format of `pg_stats`.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnValues {
    pub column: &'static str,
    pub values: Vec<String>,
}

/// A value that a column is compared with.
pub trait FilterValue: Clone {
    /// The value in SQL.
    fn one(&self) -> Sql;
    /// An array of values in SQL.
    fn array(values: &[Self]) -> Sql;
    /// The value in the format of `pg_stats`.
    fn text(&self) -> String;
}

macro_rules! parameters {
    ($($name:ty),+) => {
        $(impl FilterValue for $name {
            fn one(&self) -> Sql {
                Sql::default().bind(self.clone())
            }

            fn array(values: &[Self]) -> Sql {
                Sql::default().bind(values.to_vec())
            }

            fn text(&self) -> String {
                self.to_string()
            }
        })+
    };
}

parameters!(String, Uuid);

/// Values of enums are literals, because Postgres uses a partial index only if the condition contains its literal.
macro_rules! literals {
    ($($name:ty),+) => {
        $(impl FilterValue for $name {
            fn one(&self) -> Sql {
                Sql::new(format!("'{}'", self.as_str()))
            }

            fn array(values: &[Self]) -> Sql {
                let words: Vec<_> = values.iter().map(|value| value.as_str()).collect();
                Sql::new(format!("'{{{}}}'::text[]", words.join(",")))
            }

            fn text(&self) -> String {
                self.as_str().to_owned()
            }
        })+
    };
}

literals!(EntityKind, MentionKind, MentionStatus, Origin, QuoteKind, QuoteStatus, SpeakerStatus);

/// `column = value`, or `column = ANY (values)`. With `ANY`, Postgres does not read an index in the order of the list.
pub fn is_any<T: FilterValue>(column: &str, values: &[T]) -> Sql {
    match values {
        [value] => Sql::new(format!("{column} = ")).append(value.one()),
        _ => Sql::new(format!("{column} = ANY (")).append(T::array(values)).sql(")"),
    }
}

/// True if there is an index on this column and the publication date.
pub fn has_date_index(table: &str, column: &str) -> bool {
    matches!((table, column), ("articles", "publisher" | "section") | ("quotes", "speaker_id"))
}

impl Condition {
    fn sql(&self) -> &Sql {
        match self {
            Self::Column(_, sql) | Self::Date(sql) | Self::Exists(sql) | Self::Other(sql) => sql,
        }
    }

    fn is_in_index(&self, leading_column: Option<&str>) -> bool {
        match self {
            Self::Column(values, _) => leading_column == Some(values.column),
            Self::Date(_) => true,
            Self::Exists(_) | Self::Other(_) => false,
        }
    }
}

impl Filter {
    /// A filter without conditions.
    pub const fn new(table: &'static str, search: Option<LocalizedQuery>) -> Self {
        Self { table, conditions: Vec::new(), search }
    }

    /// A column of the table in SQL.
    pub fn column(&self, name: &str) -> String {
        format!("{}.{name}", self.table)
    }

    /// Adds a filter on a column of the combined index.
    pub fn set<T: FilterValue>(&mut self, column: &'static str, filter: &SetFilter<T>) {
        if !filter.include.is_empty() && !filter.include_null {
            let values = filter.include.iter().map(FilterValue::text).collect();
            self.indexed(column, values, is_any(&self.column(column), &filter.include));
        }
        let rest = if filter.include_null { filter.include.clone() } else { Vec::new() };
        self.set_unindexed(column, &SetFilter { include: rest, ..filter.clone() });
    }

    /// Adds a filter on another column.
    pub fn set_unindexed<T: FilterValue>(&mut self, column: &str, filter: &SetFilter<T>) {
        let name = self.column(column);
        let SetFilter { include, exclude, include_null, exclude_null } = filter;
        match (&include[..], include_null) {
            ([], false) => {}
            ([], true) => self.other(Sql::new(format!("{name} IS NULL"))),
            (values, false) => self.other(is_any(&name, values)),
            (values, true) => self.other(Sql::new(format!("{name} IS NULL OR ")).append(is_any(&name, values))),
        }
        if *exclude_null {
            self.other(Sql::new(format!("{name} IS NOT NULL")));
        }
        if !exclude.is_empty() {
            let others = Sql::new(format!("{name} IS NULL OR {name} <> ALL (")).append(T::array(exclude)).sql(")");
            self.other(others);
        }
    }

    /// Adds a condition on a column of the combined index.
    pub fn indexed(&mut self, column: &'static str, values: Vec<String>, condition: Sql) {
        self.conditions.push(Condition::Column(ColumnValues { column, values }, condition));
    }

    /// Adds a range of publication dates. Undated records have the stored date `-infinity`, which is in no range.
    pub fn published(&mut self, range: Range<DateTime<Utc>>) {
        let column = self.column("published_desc");
        let mut compare = |operator: &str, time| {
            self.conditions.push(Condition::Date(Sql::new(format!("{column} {operator} ")).bind(Value::Time(time))));
        };
        match (range.from, range.to) {
            (None, None) => {}
            (Some(from), _) => compare(">=", pg_time(from)),
            (None, Some(_)) => compare(">", NEG_INFINITY),
        }
        if let Some(to) = range.to {
            compare("<", pg_time(to));
        }
    }

    /// Adds a filter on linked records. `linked` selects the records with some of the values, such as their entities, `any` all records.
    pub fn linked<T: Clone>(&mut self, filter: &SetFilter<T>, linked: impl Fn(&[T]) -> Sql, any: &Sql) {
        let SetFilter { include, exclude, include_null, exclude_null } = filter;
        let unlinked = || Sql::new("NOT EXISTS (").append(any.clone()).sql(")");
        match (&include[..], include_null) {
            ([], false) => {}
            ([], true) => self.other(unlinked()),
            (entities, false) => self.exists(linked(entities)),
            (entities, true) => {
                self.other(Sql::new("EXISTS (").append(linked(entities)).sql(") OR ").append(unlinked()));
            }
        }
        if *exclude_null {
            self.exists(any.clone());
        }
        if !exclude.is_empty() {
            self.other(Sql::new("NOT EXISTS (").append(linked(exclude)).sql(")"));
        }
    }

    /// Adds the condition that a subquery has rows.
    pub fn exists(&mut self, subquery: Sql) {
        self.conditions.push(Condition::Exists(subquery));
    }

    /// Adds any other condition.
    pub fn other(&mut self, condition: Sql) {
        self.conditions.push(Condition::Other(condition));
    }

    /// The filtered columns of the combined index, with their values.
    pub fn column_values(&self) -> impl Iterator<Item = &ColumnValues> {
        self.conditions.iter().filter_map(|condition| match condition {
            Condition::Column(values, _) => Some(values),
            _ => None,
        })
    }

    /// Whether one index contains both the filtered column and the date order.
    pub fn uses_single_index(&self) -> bool {
        let mut columns = self.column_values();
        let first = columns.next();
        self.search.is_none()
            && columns.next().is_none()
            && first.is_none_or(|first| has_date_index(self.table, first.column))
    }

    /// True if the combined index can be used for some of the conditions.
    pub fn is_indexed(&self) -> bool {
        self.search.is_some() || self.column_values().next().is_some()
    }

    /// The conditions on an index in date order: the dates, and the value of the leading column.
    pub fn index_conditions(&self, leading_column: Option<&str>) -> Vec<Sql> {
        let in_index = self.conditions.iter().filter(|condition| condition.is_in_index(leading_column));
        in_index.map(|condition| condition.sql().clone()).collect()
    }

    /// The conditions, written so that Postgres takes this access path. [`AccessPath::Ordered`] leaves out those on its index.
    pub fn conditions(&self, path: &AccessPath) -> Sql {
        let search = self.search.as_ref().map(|search| {
            let matches = search.matches(self.table, path);
            if path.uses_index("vector") { matches } else { matches.checked_per_row() }
        });
        let is_planned = matches!(path, AccessPath::Planner | AccessPath::Sorted);
        let others = self.conditions.iter().filter(|condition| match path {
            AccessPath::Ordered(leading_column) => !condition.is_in_index(*leading_column),
            _ => true,
        });
        let conditions = others.map(|condition| match condition {
            Condition::Column(values, sql) if path.uses_index(values.column) => sql.clone(),
            Condition::Date(sql) if path.uses_index("published_desc") => sql.clone(),
            Condition::Other(sql) if is_planned => sql.clone(),
            Condition::Exists(subquery) => {
                // With OFFSET, Postgres runs the subquery for each row instead of joining it.
                let end = if is_planned { ")" } else { " OFFSET 0)" };
                Sql::new("EXISTS (").append(subquery.clone()).sql(end)
            }
            Condition::Column(_, sql) | Condition::Date(sql) | Condition::Other(sql) => sql.clone().checked_per_row(),
        });
        Sql::all(search.into_iter().chain(conditions).chain(path.condition(self.table)))
    }
}
