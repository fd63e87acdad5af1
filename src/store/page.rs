//! What all lists share: where a page begins, how a filter becomes SQL.

use super::{Error, Result};
use crate::domain::page::{Key, Position, SetFilter};
use chrono::{DateTime, Utc};
use diesel::data_types::PgTimestamp;
use diesel::dsl::sql;
use diesel::expression::{AppearsOnTable, AsExpression, Expression, TypedExpressionType, ValidGrouping, is_aggregate};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, Bool, Integer, Nullable, SqlType, Text, Timestamptz};
use uuid::Uuid;

/// A condition on the rows of `Source`; NULL leaves the row out.
pub type Predicate<Source> = Box<dyn BoxableExpression<Source, Pg, SqlType = Nullable<Bool>>>;

// Row comparisons, which are conditions of an index where `a < x OR (a = x AND b < y)` is a filter.
diesel::infix_operator!(Below, " < ", backend: Pg);
diesel::infix_operator!(Above, " > ", backend: Pg);

/// `ROW(key, id)`, the key being of the SQL type given.
macro_rules! row {
    ($key:expr, $id:expr, $sql_type:ty) => {
        diesel::IntoSql::into_sql::<diesel::sql_types::Record<($sql_type, diesel::sql_types::Uuid)>>(($key, $id))
    };
}
pub(super) use row;

/// Pushes the conditions that a `SetFilter` of plain values puts on a column.
///
/// One value alone is compared by `=`: with `ANY` the planner would not walk the index in the order of the list. What a step
/// only looks at is no condition of an index.
macro_rules! choose {
    ($predicates:ident, $choice:expr, $column:expr, $step:expr, $name:literal) => {{
        let before = $predicates.len();
        match $choice.only() {
            Some(value) if $choice.exclude.is_empty() && !$choice.exclude_null && $step.is_general_along($name) => {
                $predicates.push(Box::new($column.eq($crate::store::page::hide(&$column, value.clone())).nullable()));
            }
            _ => {
                choose!($predicates, $choice, $column);
            }
        }
        if $step.way.looks_at($name) {
            $crate::store::page::look_at(&mut $predicates, before);
        }
    }};
    ($predicates:ident, $choice:expr, $column:expr) => {
        match (&$choice.include[..], $choice.include_null) {
            ([], false) => {}
            ([], true) => $predicates.push(Box::new($column.is_null().nullable())),
            ([value], false) => $predicates.push(Box::new($column.eq(value.clone()).nullable())),
            (values, false) => $predicates.push(Box::new($column.eq_any(values.to_vec()).nullable())),
            (values, true) => {
                $predicates.push(Box::new($column.is_null().or($column.eq_any(values.to_vec())).nullable()));
            }
        }
        if $choice.exclude_null {
            $predicates.push(Box::new($column.is_not_null().nullable()));
        }
        if !$choice.exclude.is_empty() {
            $predicates.push(Box::new($column.is_null().or($column.ne_all($choice.exclude.clone())).nullable()));
        }
    };
}
pub(super) use choose;

// `(a = b) IS TRUE` is what `a = b` is, and no condition of an index.
diesel::postfix_operator!(LookedAt, " IS TRUE", Nullable<Bool>, backend: Pg);

/// Makes the conditions from this place on those that are looked at in each row, in no index.
pub fn look_at<Source: 'static>(predicates: &mut Vec<Predicate<Source>>, from: usize) {
    let looked_up = predicates.split_off(from);
    predicates.extend(looked_up.into_iter().map(|predicate| {
        let looked_at: Predicate<Source> = Box::new(LookedAt::new(predicate));
        looked_at
    }));
}

/// True, and the statement that says so is planned for its own values each time: of one that is planned once for all,
/// Postgres does not know how much of the table they leave.
#[derive(Debug, Clone, Copy)]
pub struct Planned;

impl Expression for Planned {
    type SqlType = Nullable<Bool>;
}

impl QueryId for Planned {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<GB> ValidGrouping<GB> for Planned {
    type IsAggregate = is_aggregate::No;
}

impl<QS: ?Sized> AppearsOnTable<QS> for Planned {}

impl<QS: ?Sized> SelectableExpression<QS> for Planned {}

impl QueryFragment<Pg> for Planned {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.unsafe_to_cache_prepared();
        out.push_sql("true");
        Ok(())
    }
}

/// A value that Postgres does not know when it plans a statement: one that has no others is planned once for all, as none of
/// its values makes a plan look cheaper than that.
#[derive(Debug, Clone, Copy, QueryId)]
pub struct Hidden<E>(pub E);

impl<E: Expression> Expression for Hidden<E> {
    type SqlType = E::SqlType;
}

impl<E, GB> ValidGrouping<GB> for Hidden<E> {
    type IsAggregate = is_aggregate::No;
}

impl<E: AppearsOnTable<QS>, QS: ?Sized> AppearsOnTable<QS> for Hidden<E> {}

impl<E: SelectableExpression<QS>, QS: ?Sized> SelectableExpression<QS> for Hidden<E> {}

impl<E: Expression<SqlType: Named> + QueryFragment<Pg>> QueryFragment<Pg> for Hidden<E> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("(SELECT ");
        self.0.walk_ast(out.reborrow())?;
        out.push_sql("::");
        out.push_sql(E::SqlType::NAME);
        out.push_sql(")");
        Ok(())
    }
}

/// How Postgres calls the type of a value that it finds no type for where the value stands.
pub trait Named {
    const NAME: &'static str;
}

macro_rules! named {
    ($($sql_type:ty = $name:literal),+) => {
        $(impl Named for $sql_type {
            const NAME: &'static str = $name;
        }

        impl Named for Nullable<$sql_type> {
            const NAME: &'static str = $name;
        })+
    };
}

named!(Text = "text", diesel::sql_types::Uuid = "uuid", Timestamptz = "timestamptz", Array<Integer> = "integer[]");

/// A value that a column is compared with, as [`Hidden`].
pub fn hide<C: Expression, V: AsExpression<C::SqlType>>(_: &C, value: V) -> Hidden<V::Expression>
where
    C::SqlType: SqlType + TypedExpressionType,
{
    Hidden(value.as_expression())
}

/// A value of the SQL type given, as [`Hidden`].
macro_rules! hidden {
    ($value:expr, $sql_type:ty) => {
        $crate::store::page::Hidden(diesel::IntoSql::into_sql::<$sql_type>($value))
    };
}
pub(super) use hidden;

/// Pushes the conditions of a range of publication, on the stored date.
///
/// Undated records hold an infinity there: the lower bound keeps them out by itself, the upper one needs to be told.
macro_rules! published {
    ($predicates:ident, $range:expr, $published_desc:expr) => {{
        let range = $range;
        match (range.from, range.to) {
            (None, None) => {}
            (Some(from), _) => $predicates.push(Box::new($published_desc.ge(from).nullable())),
            (None, Some(_)) => $predicates.push(Box::new($published_desc.gt($crate::store::page::LONG_AGO).nullable())),
        }
        if let Some(to) = range.to {
            $predicates.push(Box::new($published_desc.lt(to).nullable()));
        }
    }};
}
pub(super) use published;

/// A boxed query between the bounds of a range of publication, of `$time`, the stored date.
macro_rules! in_range {
    ($query:expr, $range:expr, $time:expr) => {{
        let (range, mut query) = ($range, $query);
        if let Some(from) = range.from {
            query = query.filter($time.ge(from));
        }
        if let Some(to) = range.to {
            query = query.filter($time.lt(to));
        }
        query
    }};
}
pub(super) use in_range;

/// The conditions that a choice of the words of a vocabulary puts on a column that every record has. Spelled out: Postgres
/// knows how seldom a word is, and of a parameter not.
pub fn of_words<Source: 'static, T: Copy>(
    column: &str,
    choice: &SetFilter<T>,
    word: fn(T) -> &'static str,
) -> Vec<Predicate<Source>> {
    let these = |how: &str, words: &[T]| -> Option<Predicate<Source>> {
        let words: Vec<_> = words.iter().map(|one| format!("'{}'", word(*one))).collect();
        (!words.is_empty()).then(|| Box::new(sql(&format!("{column} {how} ({})", words.join(", ")))) as _)
    };
    [these("IN", &choice.include), these("NOT IN", &choice.exclude)].into_iter().flatten().collect()
}

/// A column of the query around a boxed subquery, where diesel would look for it in the subquery alone.
#[derive(Debug, Clone, Copy, QueryId)]
pub struct Outer<C>(pub C);

impl<C: Expression> Expression for Outer<C> {
    type SqlType = C::SqlType;
}

impl<C, GB> ValidGrouping<GB> for Outer<C> {
    type IsAggregate = is_aggregate::No;
}

impl<C: Expression, QS: ?Sized> AppearsOnTable<QS> for Outer<C> {}

impl<C: QueryFragment<Pg>> QueryFragment<Pg> for Outer<C> {
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.walk_ast(pass)
    }
}

/// `row IN (subquery of two columns)`, which diesel has for one column only.
#[derive(Debug, Clone, QueryId)]
pub struct RowIn<R, S> {
    pub row: R,
    pub subquery: S,
}

impl<R: Expression, S> Expression for RowIn<R, S> {
    type SqlType = Bool;
}

impl<R, S, GB> ValidGrouping<GB> for RowIn<R, S> {
    type IsAggregate = is_aggregate::No;
}

impl<R: AppearsOnTable<QS>, S, QS: ?Sized> AppearsOnTable<QS> for RowIn<R, S> {}

impl<R: SelectableExpression<QS>, S, QS> SelectableExpression<QS> for RowIn<R, S> {}

impl<R: QueryFragment<Pg>, S: QueryFragment<Pg>> QueryFragment<Pg> for RowIn<R, S> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.row.walk_ast(out.reborrow())?;
        out.push_sql(" IN (");
        self.subquery.walk_ast(out.reborrow())?;
        out.push_sql(")");
        Ok(())
    }
}

/// Where a page of a list begins that is newest first by publication: the stored date of the last record, and its id.
pub type Start = (PgTimestamp, Uuid);

/// The start of such a list's page.
pub fn start(position: &Position) -> Result<Start> {
    Ok((time_key(position, LONG_AGO)?, position.id))
}

/// The key of a list in order of time, as the stored columns have it; `undated` stands for no time.
pub fn time_key(position: &Position, undated: PgTimestamp) -> Result<PgTimestamp> {
    match position.key {
        Key::Time(Some(time)) => Ok(pg_time(time)),
        Key::Time(None) => Ok(undated),
        _ => Err(foreign_key()),
    }
}

/// The key of a list in order of a text.
pub fn text_key(position: &Position) -> Result<String> {
    match &position.key {
        Key::Text(text) => Ok(text.clone()),
        _ => Err(foreign_key()),
    }
}

/// The key of a list in order of a number.
pub fn number_key(position: &Position) -> Result<f64> {
    match position.key {
        Key::Number(number) => Ok(number),
        _ => Err(foreign_key()),
    }
}

/// The key of a list in order of a count.
pub fn count_key(position: &Position) -> Result<i64> {
    match position.key {
        Key::Count(count) => Ok(count),
        _ => Err(foreign_key()),
    }
}

/// The key of a list in order of an offset or a version.
pub fn offset_key(position: &Position) -> Result<i32> {
    count_key(position).map(|count| i32::try_from(count).unwrap_or(i32::MAX))
}

/// Postgres' own `-infinity` and `infinity`.
pub const LONG_AGO: PgTimestamp = PgTimestamp(i64::MIN);
pub const FAR_AHEAD: PgTimestamp = PgTimestamp(i64::MAX);

/// Postgres counts microseconds from the year 2000.
const YEAR_2000: i64 = 946_684_800_000_000;

pub fn pg_time(time: DateTime<Utc>) -> PgTimestamp {
    PgTimestamp(time.timestamp_micros() - YEAR_2000)
}

/// The same the other way; none of an infinity.
pub fn from_pg_time(time: PgTimestamp) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_micros(time.0.checked_add(YEAR_2000)?)
}

/// A cursor holds its order's fingerprint, so that its key is of that order's kind.
fn foreign_key() -> Error {
    Error::Internal("the position is of another order".to_owned())
}
