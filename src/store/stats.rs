//! Counts over many records: by value, by time. From the counts that are kept where they have the answer, else from the
//! newest records that match.

mod kept;
pub(super) mod newest;

use super::Result;
use super::search::Statistics;
use super::statement::Statement;
use crate::domain::page::{Count, Total};
use crate::domain::stats::{CountTarget, Coverage, Group, Timeline, Top};
use crate::domain::{Dimension, Interval};
use crate::schema::{entities, entity_day_counts};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Integer, Nullable, Text, Timestamptz};
use std::collections::HashMap;
use uuid::Uuid;

/// Changes folded into the counts at a time.
const BATCH: i32 = 20_000;
/// So many folded changes are cleared away at once; fewer wait for Postgres to do it.
const MANY: i32 = 1_000;

/// A relation `keyed (key, day, n)` and what goes with it: the beginning of a `WITH` whose end asks the question.
struct Counted {
    /// The common table expressions, among them `edge (since, records)`.
    with: Statement,
    /// The number of records in a group of rows of `keyed`.
    count: &'static str,
    /// The number of all records, as a subquery.
    total: &'static str,
    /// A query for the number of records in no group of `ranked`; `None` when a record may be in several rows of
    /// `keyed`, so that there are no others.
    others: Option<&'static str>,
}

/// The records whose key does not lead, where each is in one row of `keyed`.
const REST: &str = "SELECT coalesce(sum(n), 0)::bigint AS n FROM keyed WHERE key NOT IN (SELECT key FROM ranked)";
/// The same, where rows with the same words count once.
const DISTINCT_REST: &str = "SELECT count(DISTINCT unit) AS n FROM keyed WHERE key NOT IN (SELECT key FROM ranked)";
const NO_REST: &str = "SELECT 0::bigint AS n";

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Integer)]
    part: i32,
    #[diesel(sql_type = Nullable<Date>)]
    start: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<Text>)]
    key: Option<String>,
    #[diesel(sql_type = BigInt)]
    n: i64,
    #[diesel(sql_type = BigInt)]
    records: i64,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    since: Option<DateTime<Utc>>,
}

// What a row of an answer is.
const TOTAL: i32 = 0;
const GROUP: i32 = 1;
const OTHER: i32 = 2;
const STEP: i32 = 3;
const STEP_OF_OTHER: i32 = 4;

/// The `limit` most frequent values of a dimension.
///
/// # Errors
/// Only the database's own.
pub fn top(
    conn: &mut PgConnection,
    statistics: &Statistics,
    records: &CountTarget,
    by: Dimension,
    limit: i64,
    window: i64,
) -> Result<Top> {
    let counted = match kept::top(records, by, limit) {
        Some(counted) => counted,
        None => newest::counted(conn, statistics, records, Some(by), window)?,
    };
    let Counted { count, total, others, .. } = counted;
    let others = others.unwrap_or(NO_REST);
    let rows: Vec<Row> = counted
        .with
        .sql(format!(
            ", ranked AS (SELECT key, {count} AS n FROM keyed GROUP BY key HAVING {count} > 0 ORDER BY n DESC, key LIMIT {limit})
            , answer AS (
                SELECT {TOTAL} AS part, NULL AS key, {total} AS n
                UNION ALL SELECT {GROUP}, key, n FROM ranked
                UNION ALL SELECT {OTHER}, NULL, n FROM ({others}) AS others
            )
            SELECT part, NULL::date AS start, key, coalesce(n, 0) AS n, since, coalesce(records, 0) AS records
            FROM answer CROSS JOIN edge ORDER BY part, n DESC, key"
        ))
        .rows(conn)?;
    let of_part = |part| rows.iter().filter(move |row| row.part == part);
    let total = of_part(TOTAL).map(|row| row.n).sum();
    let keys: Vec<&str> = of_part(GROUP).filter_map(|row| row.key.as_deref()).collect();
    let mut items: Vec<(Group, i64)> =
        groups(conn, by, &keys)?.into_iter().zip(of_part(GROUP).map(|row| row.n)).collect();
    let other: i64 = of_part(OTHER).map(|row| row.n).sum();
    if other > 0 {
        items.push((Group::Other, other));
    }
    Ok(Top { total, items, considered: considered(&rows) })
}

/// How many records there are of a list that asks for it, where that is kept.
///
/// # Errors
/// Only the database's own.
pub(super) fn total(
    conn: &mut PgConnection,
    count: Option<Count>,
    records: impl FnOnce() -> CountTarget,
) -> Result<Option<Total>> {
    #[derive(QueryableByName)]
    struct Sum {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    let Some(statement) = count.filter(|count| *count == Count::Exact).and_then(|_| kept::total(&records())) else {
        return Ok(None);
    };
    let sums: Vec<Sum> = statement.rows(conn)?;
    Ok(sums.first().map(|sum| Total { value: sum.n, kind: Count::Exact }))
}

/// How many records there are of an entity, but for those that were not folded into the counts yet.
///
/// # Errors
/// Only the database's own.
pub(super) fn of_entity(conn: &mut PgConnection, by: Dimension, entity: Uuid) -> Result<f64> {
    let count = entity_day_counts::table
        .filter(entity_day_counts::role.eq(kept::role(by)))
        .filter(entity_day_counts::entity_id.eq(entity))
        .filter(entity_day_counts::day.eq(sql("'infinity'::date")))
        .select(entity_day_counts::count)
        .first::<i64>(conn)
        .optional()?;
    Ok(count.unwrap_or_default() as f64)
}

/// How many records there are in each interval, of the `most` groups that have most of them.
///
/// # Errors
/// Only the database's own.
pub fn timeline(
    conn: &mut PgConnection,
    statistics: &Statistics,
    records: &CountTarget,
    interval: Interval,
    group_by: Option<Dimension>,
    most: i64,
    window: i64,
) -> Result<Timeline> {
    let counted = match kept::timeline(records, group_by, most) {
        Some(counted) => counted,
        None => newest::counted(conn, statistics, records, group_by, window)?,
    };
    let Counted { count, others, .. } = counted;
    let once = others.is_some();
    let interval = interval.as_str();
    let rows: Vec<Row> = counted
        .with
        .sql(format!(
            ", dated AS (SELECT * FROM keyed WHERE day > '-infinity' AND day < 'infinity')
            , ranked AS (SELECT key, {count} AS n FROM dated WHERE key IS NOT NULL GROUP BY key HAVING {count} > 0 ORDER BY n DESC, key LIMIT {most})
            , answer AS (
                SELECT {TOTAL} AS part, NULL::date AS start, NULL AS key, 0 AS n
                UNION ALL SELECT {GROUP}, NULL, key, n FROM ranked
                UNION ALL SELECT CASE WHEN r.key IS NULL THEN {STEP_OF_OTHER} ELSE {STEP} END,
                    date_trunc('{interval}', d.day::timestamp)::date AS start, r.key, {count}
                FROM dated d LEFT JOIN (SELECT key FROM ranked) AS r ON r.key = d.key WHERE {once} OR r.key IS NOT NULL
                GROUP BY 2, r.key HAVING {count} > 0
            )
            SELECT part, start, key, n, since, coalesce(records, 0) AS records FROM answer CROSS JOIN edge
            ORDER BY part, n DESC, key, start"
        ))
        .rows(conn)?;
    let keys: Vec<&str> = rows.iter().filter(|row| row.part == GROUP).filter_map(|row| row.key.as_deref()).collect();
    let mut groups = match group_by {
        Some(by) => groups(conn, by, &keys)?,
        None => vec![Group::Nothing],
    };
    let place: HashMap<&str, usize> = keys.iter().enumerate().map(|(place, key)| (*key, place)).collect();
    if rows.iter().any(|row| row.part == STEP_OF_OTHER) {
        groups.push(Group::Other);
    }
    let step = |row: &Row| match row.part {
        STEP => Some((row.start?, *place.get(row.key.as_deref()?)?, row.n)),
        STEP_OF_OTHER => Some((row.start?, keys.len(), row.n)),
        _ => None,
    };
    Ok(Timeline { counts: rows.iter().filter_map(step).collect(), groups, considered: considered(&rows) })
}

fn considered(rows: &[Row]) -> Coverage {
    let first = rows.first();
    Coverage { records: first.map_or(0, |row| row.records), published_from: first.and_then(|row| row.since) }
}

/// What stands in the counts for no value, of a text and of an entity.
fn is_nothing(key: &str) -> bool {
    key.is_empty() || key == "00000000-0000-0000-0000-000000000000"
}

fn groups(conn: &mut PgConnection, by: Dimension, keys: &[&str]) -> Result<Vec<Group>> {
    let names: HashMap<String, String> = if holds_entities(by) {
        let ids: Vec<Uuid> = keys.iter().filter_map(|key| Uuid::parse_str(key).ok()).collect();
        let rows: Vec<(Uuid, String)> =
            entities::table.filter(entities::id.eq_any(ids)).select((entities::id, entities::name)).load(conn)?;
        rows.into_iter().map(|(id, name)| (id.to_string(), name)).collect()
    } else {
        HashMap::new()
    };
    let group = |key: &&str| match is_nothing(key) {
        true => Group::Nothing,
        false => Group::Value {
            key: (*key).to_owned(),
            label: names.get(*key).cloned().unwrap_or_else(|| (*key).to_owned()),
        },
    };
    Ok(keys.iter().map(group).collect())
}

fn holds_entities(dimension: Dimension) -> bool {
    matches!(dimension, Dimension::Speaker | Dimension::About | Dimension::Entity)
}

/// Folds changes into the counts until none is left, so that a question has few to add.
///
/// # Errors
/// Only the database's own.
pub fn fold(conn: &mut PgConnection) -> Result<()> {
    #[derive(QueryableByName)]
    struct Fold {
        #[diesel(sql_type = Integer)]
        folded: i32,
    }
    let mut all = 0;
    loop {
        let Fold { folded } =
            diesel::sql_query(format!("SELECT compact_counters({BATCH}) AS folded")).get_result(conn)?;
        all += folded;
        if folded < BATCH {
            break;
        }
    }
    if all >= MANY {
        // Every question reads the changes from end to end: it is not to wade through those that are gone.
        conn.batch_execute("VACUUM (SKIP_LOCKED, INDEX_CLEANUP ON) count_changes")?;
    }
    Ok(())
}
