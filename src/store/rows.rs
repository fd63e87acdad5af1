//! Inserts or updates many rows with one statement: each column is an array parameter, and `unnest` makes rows of them.
//!
//! diesel's own insert of a `Vec` has a different text for each number of rows, so Postgres would parse and plan it each time.

use super::Result;
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{Array, HasSqlType, Text, Untyped};
use std::marker::PhantomData;

/// Rows to insert into a table, or to update in it.
pub struct Rows<'a> {
    table: &'static str,
    count: usize,
    columns: Vec<Column<'a>>,
}

struct Column<'a> {
    name: &'static str,
    /// The cast of a row's value, such as `::uuid[]`; mostly empty.
    cast: &'static str,
    values: Box<dyn Bind + 'a>,
}

/// An array parameter of any type.
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
    /// Rows of a table, without columns so far.
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

    /// Adds a column of arrays of numbers or ids. They are sent as text, because `unnest` flattens nested arrays.
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

    /// Adds a column of arrays of texts.
    pub fn text_arrays<'b>(self, name: &'static str, rows: impl Iterator<Item = &'b [String]>) -> Self {
        let quoted = |text: &String| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
        let literal = |texts: &[String]| format!("{{{}}}", texts.iter().map(quoted).collect::<Vec<_>>().join(","));
        self.with::<Text, String>(name, "::text[]", rows.map(literal))
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

    /// Inserts the rows in their order. Without rows it runs no statement.
    pub fn insert(self, conn: &mut PgConnection) -> Result<()> {
        self.run(conn, Verb::Insert { returned: "" })
    }

    /// Inserts the rows that break no unique constraint, and returns `returned` of each inserted one.
    pub fn insert_unless_conflict<T>(self, conn: &mut PgConnection, returned: &'static str) -> Result<Vec<T>>
    where
        T: QueryableByName<Pg> + 'static,
    {
        if self.count == 0 {
            return Ok(Vec::new());
        }
        Ok(Statement { rows: self, verb: Verb::Insert { returned } }.load(conn)?)
    }

    /// Updates the rows whose key is the first column: sets the others, `version` and `updated_at`.
    pub fn update(self, conn: &mut PgConnection) -> Result<()> {
        self.run(conn, Verb::Update)
    }

    fn run(self, conn: &mut PgConnection, verb: Verb) -> Result<()> {
        if self.count > 0 {
            Statement { rows: self, verb }.execute(conn)?;
        }
        Ok(())
    }

    /// Formats the columns with `part`, separated by commas.
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

/// What is done with the rows.
enum Verb {
    Insert {
        /// Columns to return of rows that break no unique constraint; empty for a plain insert.
        returned: &'static str,
    },
    Update,
}

struct Statement<'a> {
    rows: Rows<'a>,
    verb: Verb,
}

impl QueryFragment<Pg> for Statement<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        fn name<'b>(column: &'b Column<'_>, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
            out.push_identifier(column.name)
        }
        fn value<'b>(column: &'b Column<'_>, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
            out.push_sql("rows.");
            out.push_identifier(column.name)?;
            out.push_sql(column.cast);
            Ok(())
        }
        let Self { rows, verb } = self;
        match verb {
            Verb::Insert { .. } => {
                out.push_sql("INSERT INTO ");
                out.push_identifier(rows.table)?;
                out.push_sql(" (");
                rows.list(&mut out, name)?;
                out.push_sql(") SELECT ");
                rows.list(&mut out, value)?;
            }
            Verb::Update => {
                out.push_sql("UPDATE ");
                out.push_identifier(rows.table)?;
                out.push_sql(" AS stored SET version = stored.version + 1, updated_at = now()");
                for column in &rows.columns[1..] {
                    out.push_sql(", ");
                    out.push_identifier(column.name)?;
                    out.push_sql(" = ");
                    value(column, &mut out)?;
                }
            }
        }
        out.push_sql(" FROM unnest(");
        rows.list(&mut out, |column, out| column.values.bind(out))?;
        out.push_sql(") AS rows (");
        rows.list(&mut out, name)?;
        out.push_sql(")");
        match verb {
            Verb::Insert { returned: "" } => {}
            Verb::Insert { returned } => {
                out.push_sql(" ON CONFLICT DO NOTHING RETURNING ");
                out.push_sql(returned);
            }
            Verb::Update => {
                out.push_sql(" WHERE stored.");
                out.push_identifier(rows.columns[0].name)?;
                out.push_sql(" = rows.");
                out.push_identifier(rows.columns[0].name)?;
            }
        }
        Ok(())
    }
}

/// Cached by its text, which names the table and the columns and does not depend on the rows.
impl QueryId for Statement<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Statement<'_> {
    type SqlType = Untyped;
}

impl RunQueryDsl<PgConnection> for Statement<'_> {}
