//! Many rows in one statement that is always the same: a column is an array, and `unnest` makes rows of them.
//!
//! diesel's insert of a `Vec` has another text for each number of rows, so that Postgres reads and plans it every time.

use super::Result;
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{Array, HasSqlType, Text};
use std::marker::PhantomData;

/// Rows to be inserted into a table.
pub struct Rows<'a> {
    table: &'static str,
    count: usize,
    columns: Vec<Column<'a>>,
}

struct Column<'a> {
    name: &'static str,
    /// What a row's value is cast to; nothing for most.
    cast: &'static str,
    values: Box<dyn Bind + 'a>,
}

/// An array that can be sent, whatever its type.
trait Bind {
    fn bind<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()>;
}

struct Values<S, T>(Vec<T>, PhantomData<S>);

impl<S, T> Bind for Values<S, T>
where
    Pg: HasSqlType<Array<S>>,
    S: 'static,
    Vec<T>: ToSql<Array<S>, Pg>,
{
    fn bind<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_bind_param::<Array<S>, _>(&self.0)
    }
}

impl<'a> Rows<'a> {
    /// No column yet.
    pub fn of(table: &'static str) -> Self {
        Self { table, count: 0, columns: Vec::new() }
    }

    /// Adds a column of the SQL type `S`, with a value for each row.
    pub fn column<S, T>(self, name: &'static str, values: impl IntoIterator<Item = T>) -> Self
    where
        Pg: HasSqlType<Array<S>>,
        S: 'static,
        T: 'a,
        Vec<T>: ToSql<Array<S>, Pg>,
    {
        self.with::<S, T>(name, "", values)
    }

    /// Adds a column of arrays of numbers or ids. They travel as text: `unnest` would take nested arrays apart.
    pub fn arrays<I: ToString>(
        self,
        name: &'static str,
        cast: &'static str,
        rows: impl Iterator<Item = Vec<I>>,
    ) -> Self {
        let text = |items: Vec<I>| {
            let items: Vec<String> = items.iter().map(ToString::to_string).collect();
            format!("{{{}}}", items.join(","))
        };
        self.with::<Text, String>(name, cast, rows.map(text))
    }

    fn with<S, T>(mut self, name: &'static str, cast: &'static str, values: impl IntoIterator<Item = T>) -> Self
    where
        Pg: HasSqlType<Array<S>>,
        S: 'static,
        T: 'a,
        Vec<T>: ToSql<Array<S>, Pg>,
    {
        let values: Vec<T> = values.into_iter().collect();
        self.count = values.len();
        self.columns.push(Column { name, cast, values: Box::new(Values::<S, T>(values, PhantomData)) });
        self
    }

    /// Inserts them, in their order; none is no statement.
    pub fn insert(self, conn: &mut PgConnection) -> Result<()> {
        if self.count > 0 {
            self.execute(conn)?;
        }
        Ok(())
    }

    /// The columns, each as `part` writes it, with commas between.
    fn list<'b>(
        &'b self,
        out: &mut AstPass<'_, 'b, Pg>,
        part: impl Fn(&'b Column<'a>, &mut AstPass<'_, 'b, Pg>) -> QueryResult<()>,
    ) -> QueryResult<()> {
        for (index, column) in self.columns.iter().enumerate() {
            if index > 0 {
                out.push_sql(", ");
            }
            part(column, out)?;
        }
        Ok(())
    }
}

impl QueryFragment<Pg> for Rows<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let name = |column: &'b Column<'_>, out: &mut AstPass<'_, 'b, Pg>| out.push_identifier(column.name);
        out.push_sql("INSERT INTO ");
        out.push_identifier(self.table)?;
        out.push_sql(" (");
        self.list(&mut out, name)?;
        out.push_sql(") SELECT ");
        self.list(&mut out, |column, out| {
            out.push_identifier(column.name)?;
            out.push_sql(column.cast);
            Ok(())
        })?;
        out.push_sql(" FROM unnest(");
        self.list(&mut out, |column, out| column.values.bind(out))?;
        out.push_sql(") AS rows (");
        self.list(&mut out, name)?;
        out.push_sql(")");
        Ok(())
    }
}

/// Cached by its text, which says the table and the columns and nothing of the rows.
impl QueryId for Rows<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl RunQueryDsl<PgConnection> for Rows<'_> {}
