//! How many records match.

use super::{Error, Result};
use crate::domain::page::{Count, Total};
use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::methods::LoadQuery;
use diesel::sql_types::{BigInt, Bool, Double, Json, Text};

/// The columns of rows that are only counted: none, so that Postgres need not look at rows that an index has found.
pub fn nothing() -> SqlLiteral<Bool> {
    sql("")
}

/// Up to so many records are counted exactly.
pub const COUNTED: i64 = 10_000;

/// What Postgres may err by on a column's share, as a part of the table: it keeps a hundred values, and rows may have come since.
const UNKNOWN_OF_A_COLUMN: f64 = 0.01;

/// How many rows match, when that was asked. `matching` makes the query of them, which is counted as far as
/// [`COUNTED`], or whose plan is asked for its rows.
pub fn total<E>(conn: &mut PgConnection, count: Option<Count>, matching: impl Fn() -> E) -> Result<Option<Total>>
where
    E: QueryFragment<Pg> + QueryId,
{
    match count {
        None => Ok(None),
        Some(Count::Estimate) => Ok(Some(Total { value: planned_rows(conn, matching())?, kind: Count::Estimate })),
        Some(Count::Exact) => {
            let counted: i64 = Counted(matching()).get_result(conn)?;
            match counted {
                ..=COUNTED => Ok(Some(Total { value: counted, kind: Count::Exact })),
                _ => many(conn, matching()).map(Some),
            }
        }
    }
}

/// The same of what an index of words and values has.
pub fn total_by_index<E>(
    conn: &mut PgConnection,
    count: Option<Count>,
    matching: impl Fn() -> E,
) -> Result<Option<Total>>
where
    E: QueryFragment<Pg> + QueryId,
{
    if count != Some(Count::Exact) {
        return total(conn, count, matching);
    }
    match exact_by_index(conn, [matching()].into_iter())? {
        Some(value) => Ok(Some(Total { value, kind: Count::Exact })),
        None => many(conn, matching()).map(Some),
    }
}

/// How many rows there are of queries that have none in common; nothing when they are more than are counted. To look at each
/// text on the way along something else is dearer than Postgres takes it for.
pub fn exact_by_index<E>(conn: &mut PgConnection, disjoint: impl Iterator<Item = E>) -> Result<Option<i64>>
where
    E: QueryFragment<Pg> + QueryId,
{
    conn.transaction(|conn| {
        conn.batch_execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")?;
        let mut all = 0;
        for query in disjoint {
            all += Counted(query).get_result::<i64>(conn)?;
            if all > COUNTED {
                return Ok(None);
            }
        }
        Ok(Some(all))
    })
}

/// The same of what one column alone decides, of which Postgres knows the hundredth parts: where that is surely more than is
/// counted, its rows are not read.
pub fn total_of_column<E>(
    conn: &mut PgConnection,
    count: Option<Count>,
    table: &str,
    matching: impl Fn() -> E,
) -> Result<Option<Total>>
where
    E: QueryFragment<Pg> + QueryId,
{
    if count == Some(Count::Exact) {
        let planned = planned_rows(conn, matching())?;
        let rows = sql::<Double>("(SELECT reltuples::double precision FROM pg_class WHERE oid = ")
            .bind::<Text, _>(table)
            .sql("::regclass)");
        let all: f64 = diesel::select(rows).get_result(conn)?;
        let unsure = all * UNKNOWN_OF_A_COLUMN;
        if planned as f64 > unsure + 2.0 * COUNTED as f64 {
            return Ok(Some(Total { value: planned, kind: Count::Estimate }));
        }
    }
    total(conn, count, matching)
}

/// About how many rows a query has that surely has more than are counted.
pub fn many<E: QueryFragment<Pg> + QueryId>(conn: &mut PgConnection, query: E) -> Result<Total> {
    Ok(Total { value: planned_rows(conn, query)?.max(COUNTED + 1), kind: Count::Estimate })
}

/// How many rows a query has, and no more than one beyond [`COUNTED`].
#[derive(Debug, QueryId)]
struct Counted<E>(E);

impl<E> Query for Counted<E> {
    type SqlType = BigInt;
}

impl<E> RunQueryDsl<PgConnection> for Counted<E> {}

impl<E: QueryFragment<Pg>> QueryFragment<Pg> for Counted<E> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("SELECT count(*) FROM (");
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(&format!(" LIMIT {}) AS matching", COUNTED + 1));
        Ok(())
    }
}

fn planned_rows<E: QueryFragment<Pg> + QueryId>(conn: &mut PgConnection, query: E) -> Result<i64> {
    let plan: serde_json::Value =
        LoadQuery::<_, serde_json::Value>::internal_load(Explain(query), conn)?.next().transpose()?.unwrap_or_default();
    let rows = plan.pointer("/0/Plan/Plan Rows").and_then(serde_json::Value::as_f64);
    // A float of the planner's, never near the end of an i64.
    rows.map(|rows| rows as i64).ok_or_else(|| Error::Internal("a plan without a number of rows".to_owned()))
}

/// `EXPLAIN` of a query: a statement diesel has no words for.
#[derive(Debug, QueryId)]
struct Explain<E>(E);

impl<E> Query for Explain<E> {
    type SqlType = Json;
}

impl<E> RunQueryDsl<PgConnection> for Explain<E> {}

impl<E: QueryFragment<Pg>> QueryFragment<Pg> for Explain<E> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("EXPLAIN (FORMAT JSON) ");
        self.0.walk_ast(out.reborrow())
    }
}
