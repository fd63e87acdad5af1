//! SQL that diesel has no words for, put together from text, values and the conditions of the lists.

use super::page::Predicate;
use diesel::connection::DefaultLoadingMode;
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::methods::LoadQuery;
use diesel::sql_types::{Array, SingleValue, SqlType, Text, Untyped, Uuid as SqlUuid};
use uuid::Uuid;

/// A statement in pieces. It is planned for its own values each time, unless it is told otherwise: a question about ten
/// records and one about a million want different plans.
#[derive(Default)]
pub struct Statement {
    pieces: Vec<Piece>,
    is_general: bool,
}

enum Piece {
    Sql(String),
    Of(Box<dyn QueryFragment<Pg>>),
}

impl Statement {
    /// A statement that begins so.
    pub fn of(sql: impl Into<String>) -> Self {
        Self::default().sql(sql)
    }

    /// Goes on with text: SQL of this code, never anything that a caller sent.
    pub fn sql(mut self, sql: impl Into<String>) -> Self {
        self.pieces.push(Piece::Sql(sql.into()));
        self
    }

    /// A value as a parameter of a type.
    pub fn value<T, V>(mut self, value: V) -> Self
    where
        T: SqlType + SingleValue,
        V: AsExpression<T>,
        V::Expression: QueryFragment<Pg> + 'static,
    {
        self.pieces.push(Piece::Of(Box::new(value.as_expression())));
        self
    }

    /// An array of texts as a parameter.
    pub fn texts(self, values: Vec<String>) -> Self {
        self.value::<Array<Text>, _>(values)
    }

    /// An id as a parameter.
    pub fn uuid(self, value: Uuid) -> Self {
        self.value::<SqlUuid, _>(value)
    }

    /// The conditions of a list, joined by AND; true when there are none.
    pub fn all_of<Source: 'static>(mut self, predicates: Vec<Predicate<Source>>) -> Self {
        self.pieces.push(Piece::Sql("true".to_owned()));
        for predicate in predicates {
            self.pieces.push(Piece::Sql(" AND (".to_owned()));
            self.pieces.push(Piece::Of(Box::new(predicate)));
            self.pieces.push(Piece::Sql(")".to_owned()));
        }
        self
    }

    /// Says whether one plan is good for all values.
    pub fn general(self, is_general: bool) -> Self {
        Self { is_general, ..self }
    }

    /// Goes on with another statement.
    pub fn then(mut self, other: Statement) -> Self {
        self.pieces.extend(other.pieces);
        self
    }

    /// Runs it.
    pub fn rows<Row>(self, conn: &mut PgConnection) -> QueryResult<Vec<Row>>
    where
        Self: for<'a> LoadQuery<'a, PgConnection, Row, DefaultLoadingMode>,
    {
        self.load(conn)
    }
}

impl Query for Statement {
    type SqlType = Untyped;
}

impl QueryId for Statement {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl RunQueryDsl<PgConnection> for Statement {}

impl QueryFragment<Pg> for Statement {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        if !self.is_general {
            out.unsafe_to_cache_prepared();
        }
        for piece in &self.pieces {
            match piece {
                Piece::Sql(sql) => out.push_sql(sql),
                Piece::Of(fragment) => fragment.walk_ast(out.reborrow())?,
            }
        }
        Ok(())
    }
}
