//! The first rows of a query.

use diesel::connection::DefaultLoadingMode;
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::methods::LoadQuery;
use diesel::sql_types::BigInt;

/// How many rows are wanted, and how Postgres is told.
#[derive(Debug, Clone, Copy)]
pub enum Limit {
    /// As a value. One that it does not know Postgres takes for a tenth of all rows.
    Value(i64),
    /// Spelled out, where one plan is good for all else: by a value, a page looks so much cheaper than that tenth that the
    /// statement would be planned anew each time. There are few numbers, so that there are few statements: somewhat more rows
    /// may be read than are wanted.
    SpelledOut(i64),
}

/// The first rows of a query.
pub fn first<Row, Q>(conn: &mut PgConnection, query: Q, limit: Limit) -> QueryResult<Vec<Row>>
where
    First<Q>: RunQueryDsl<PgConnection> + for<'a> LoadQuery<'a, PgConnection, Row, DefaultLoadingMode>,
{
    let mut rows: Vec<Row> = First { query, limit }.load(conn)?;
    let (Limit::Value(wanted) | Limit::SpelledOut(wanted)) = limit;
    rows.truncate(usize::try_from(wanted).unwrap_or(0));
    Ok(rows)
}

/// The least of few numbers that is as great: pages as they are commonly asked for, and one row more.
fn at_least(wanted: i64) -> i64 {
    let pages = [5, 10, 20, 50, 100];
    let page = pages.into_iter().find(|page| page + 1 >= wanted);
    page.unwrap_or_else(|| (wanted + 198) / 200 * 200) + 1
}

pub struct First<Q> {
    query: Q,
    limit: Limit,
}

impl<Q: Query> Query for First<Q> {
    type SqlType = Q::SqlType;
}

impl<Q> QueryId for First<Q> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q> RunQueryDsl<PgConnection> for First<Q> {}

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for First<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.query.walk_ast(out.reborrow())?;
        match &self.limit {
            Limit::Value(wanted) => {
                out.push_sql(" LIMIT ");
                out.push_bind_param::<BigInt, _>(wanted)?;
            }
            Limit::SpelledOut(wanted) => out.push_sql(&format!(" LIMIT {}", at_least(*wanted))),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_numbers_are_as_great_as_all() {
        let numbers = [1, 6, 7, 21, 22, 101, 102, 201, 202, 1_000, 5_000].map(at_least);
        assert_eq!(numbers, [6, 6, 11, 21, 51, 101, 201, 201, 401, 1_001, 5_001]);
    }
}
