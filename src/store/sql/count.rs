//! Counts the records that match a list.

use super::Sql;
use super::access_path::AccessPath;
use super::filter::Filter;
use crate::domain::page::{Count, Total};
use crate::store::{Error, Result};
use diesel::connection::SimpleConnection;
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::methods::LoadQuery;
use diesel::sql_types::{BigInt, Json};

/// Maximum number of records that are counted exactly. Larger numbers are estimated by Postgres.
pub const COUNT_LIMIT: i64 = 10_000;

/// The number of rows of a query: exact up to [`COUNT_LIMIT`], else an estimate.
pub fn total<E: QueryFragment<Pg> + QueryId>(
    conn: &mut PgConnection,
    count: Option<Count>,
    query: impl Fn() -> E,
) -> Result<Option<Total>> {
    let exact = if count == Some(Count::Exact) { counted(conn, [query()])? } else { None };
    estimated(conn, count, exact, query())
}

/// The number of rows that match a filter: exact up to [`COUNT_LIMIT`], else an estimate.
pub fn total_of(conn: &mut PgConnection, count: Option<Count>, filter: &Filter) -> Result<Option<Total>> {
    let query = || rows(filter, &AccessPath::Planner);
    let (Some(Count::Exact), Some(search)) = (count, &filter.search) else {
        return total(conn, count, query);
    };
    // Postgres underestimates the cost of reading a tsvector and would scan the whole table.
    let exact = conn.transaction(|conn| {
        conn.batch_execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")?;
        counted(conn, search.groups().map(|group| rows(filter, &AccessPath::bitmap(Some(group)))))
    })?;
    estimated(conn, count, exact, query())
}

fn rows(filter: &Filter, path: &AccessPath) -> Sql {
    Sql::new(format!("SELECT FROM {} WHERE ", filter.table)).append(filter.conditions(path))
}

fn estimated<E: QueryFragment<Pg> + QueryId>(
    conn: &mut PgConnection,
    count: Option<Count>,
    exact: Option<i64>,
    query: E,
) -> Result<Option<Total>> {
    Ok(match (count, exact) {
        (None, _) => None,
        (Some(_), Some(value)) => Some(Total { value, kind: Count::Exact }),
        (Some(Count::Estimate), None) => Some(Total { value: planned_rows(conn, query)?, kind: Count::Estimate }),
        (Some(Count::Exact), None) => {
            let value = planned_rows(conn, query)?.max(COUNT_LIMIT + 1);
            Some(Total { value, kind: Count::Estimate })
        }
    })
}

/// The number of rows of disjoint queries together; `None` if it exceeds [`COUNT_LIMIT`].
fn counted<E: QueryFragment<Pg> + QueryId>(
    conn: &mut PgConnection,
    queries: impl IntoIterator<Item = E>,
) -> Result<Option<i64>> {
    let mut all = 0;
    for query in queries {
        all += Counted(query).get_result::<i64>(conn)?;
        if all > COUNT_LIMIT {
            return Ok(None);
        }
    }
    Ok(Some(all))
}

/// The number of rows of a query as estimated by the planner of Postgres.
fn planned_rows<E: QueryFragment<Pg> + QueryId>(conn: &mut PgConnection, query: E) -> Result<i64> {
    let plan: serde_json::Value =
        LoadQuery::<_, serde_json::Value>::internal_load(Explain(query), conn)?.next().transpose()?.unwrap_or_default();
    let rows = plan.pointer("/0/Plan/Plan Rows").and_then(serde_json::Value::as_f64);
    // The estimate is a float, and far below the maximum of an i64.
    rows.map(|rows| rows as i64).ok_or_else(|| Error::Internal("EXPLAIN returned no number of rows".to_owned()))
}

/// A query for the number of rows of another query, at most [`COUNT_LIMIT`] + 1.
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
        out.push_sql(&format!(" LIMIT {}) AS matching", COUNT_LIMIT + 1));
        Ok(())
    }
}

/// `EXPLAIN` of a query.
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
