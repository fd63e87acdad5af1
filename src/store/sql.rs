//! SQL text with its parameters: conditions, subqueries and whole statements.

pub mod access_path;
pub mod count;
pub mod filter;
pub mod keyset;
pub mod localized_query;
pub mod order;

use chrono::NaiveDate;
use diesel::connection::DefaultLoadingMode;
use diesel::data_types::PgTimestamp;
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::methods::LoadQuery;
use diesel::sql_types::{
    Array, BigInt, Bool, Date, Double, Integer, Nullable, Text, Timestamptz, Untyped, Uuid as SqlUuid,
};
use std::borrow::Cow;
use uuid::Uuid;

/// SQL text with its parameters.
///
/// As a diesel expression, it is a condition on the tables that it names. The text never contains input of a client: input is
/// passed as parameters.
#[derive(Debug, Clone, Default)]
pub struct Sql {
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone)]
enum Piece {
    Text(Cow<'static, str>),
    Parameter(Value),
}

/// A parameter.
#[derive(Debug, Clone)]
pub enum Value {
    BigInt(i64),
    Date(NaiveDate),
    Dates(Vec<NaiveDate>),
    Double(f64),
    Integers(Vec<i32>),
    Text(String),
    Texts(Vec<String>),
    Time(PgTimestamp),
    Times(Vec<PgTimestamp>),
    Uuid(Uuid),
    Uuids(Vec<Uuid>),
}

macro_rules! values {
    ($($variant:ident: $rust:ty = $sql:ty),+) => {
        $(impl From<$rust> for Value {
            fn from(value: $rust) -> Self {
                Self::$variant(value)
            }
        })+

        impl Value {
            fn push<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
                match self {
                    $(Self::$variant(value) => out.push_bind_param::<$sql, $rust>(value),)+
                }
            }
        }
    };
}

values!(
    BigInt: i64 = BigInt,
    Date: NaiveDate = Date,
    Dates: Vec<NaiveDate> = Array<Date>,
    Double: f64 = Double,
    Integers: Vec<i32> = Array<Integer>,
    Text: String = Text,
    Texts: Vec<String> = Array<Text>,
    Time: PgTimestamp = Timestamptz,
    Times: Vec<PgTimestamp> = Array<Timestamptz>,
    Uuid: Uuid = SqlUuid,
    Uuids: Vec<Uuid> = Array<SqlUuid>
);

impl Sql {
    /// SQL that begins with this text.
    pub fn new(text: impl Into<Cow<'static, str>>) -> Self {
        Self::default().sql(text)
    }

    /// A table expression `distinct_values` with the distinct values of an indexed column, in order, and null at the end. One
    /// look-up in the index finds each value (a loose index scan).
    pub fn with_distinct(table: &str, column: &str) -> Self {
        Self::new(format!(
            "WITH RECURSIVE distinct_values ({column}) AS ((SELECT {column} FROM {table} ORDER BY {column} LIMIT 1)
            UNION ALL SELECT (SELECT t.{column} FROM {table} t WHERE t.{column} > distinct_values.{column} ORDER BY t.{column} LIMIT 1)
            FROM distinct_values WHERE distinct_values.{column} IS NOT NULL)"
        ))
    }

    /// Appends text.
    pub fn sql(mut self, text: impl Into<Cow<'static, str>>) -> Self {
        self.pieces.push(Piece::Text(text.into()));
        self
    }

    /// Appends a parameter.
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.pieces.push(Piece::Parameter(value.into()));
        self
    }

    /// Appends other SQL.
    pub fn append(mut self, other: Self) -> Self {
        self.pieces.extend(other.pieces);
        self
    }

    /// Conditions joined by AND; `true` if there are none.
    pub fn all(conditions: impl IntoIterator<Item = Self>) -> Self {
        Self::joined(conditions, " AND ").unwrap_or_else(|| Self::new("true"))
    }

    /// Conditions joined by OR; `false` if there are none.
    pub fn any(conditions: impl IntoIterator<Item = Self>) -> Self {
        Self::joined(conditions, " OR ").unwrap_or_else(|| Self::new("false"))
    }

    fn joined(conditions: impl IntoIterator<Item = Self>, operator: &'static str) -> Option<Self> {
        let parenthesised = conditions.into_iter().map(|condition| Self::new("(").append(condition).sql(")"));
        parenthesised.reduce(|all, condition| all.sql(operator).append(condition))
    }

    /// The condition as `(condition) IS TRUE`. Postgres uses no index for it and checks it on each row.
    pub fn checked_per_row(self) -> Self {
        Self::new("(").append(self).sql(") IS TRUE")
    }

    /// Runs the statement and returns its rows.
    pub fn rows<Row>(self, conn: &mut PgConnection) -> QueryResult<Vec<Row>>
    where
        Self: for<'a> LoadQuery<'a, PgConnection, Row, DefaultLoadingMode>,
    {
        self.load(conn)
    }
}

impl QueryFragment<Pg> for Sql {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => out.push_sql(text),
                Piece::Parameter(value) => value.push(out.reborrow())?,
            }
        }
        Ok(())
    }
}

impl QueryId for Sql {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Sql {
    type SqlType = Untyped;
}

impl RunQueryDsl<PgConnection> for Sql {}

impl Expression for Sql {
    type SqlType = Nullable<Bool>;
}

impl<GB> ValidGrouping<GB> for Sql {
    type IsAggregate = is_aggregate::No;
}

impl<QS: ?Sized> AppearsOnTable<QS> for Sql {}

impl<QS: ?Sized> SelectableExpression<QS> for Sql {}
