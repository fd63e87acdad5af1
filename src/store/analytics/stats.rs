//! Counts by value and by time, from the daily rollups if they contain them, else from the newest matching records.

use super::recent;
use crate::domain::stats::{CountTarget, Coverage, Group, Timeline, Top};
use crate::domain::{Dimension, Interval};
use crate::schema::entities;
use crate::store::counts::{self, KeyedCounts};
use crate::store::fulltext::Statistics;
use crate::store::{Connection, Result, references};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Integer, Nullable, Text, Timestamptz};
use std::collections::HashMap;
use uuid::Uuid;

/// The query for the number of other records if it is not known.
const NO_OTHERS: &str = "SELECT 0::bigint AS n";

/// A row of an answer: the total, a group, the other records, or a bucket of a timeline.
#[derive(QueryableByName)]
struct StatsRow {
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

// The values of `part`: the kinds of rows in an answer.
const TOTAL: i32 = 0;
const GROUP: i32 = 1;
const OTHER: i32 = 2;
const BUCKET: i32 = 3;
const BUCKET_OF_OTHER: i32 = 4;

/// The `limit` most frequent values of a dimension.
pub fn top(
    conn: &mut Connection,
    statistics: &Statistics,
    records: &CountTarget,
    by: Dimension,
    limit: i64,
    window: i64,
) -> Result<Top> {
    let records = &references::followed(conn, records)?;
    let keyed = match counts::by_value(records, by, limit) {
        Some(keyed) => keyed,
        None => recent::keyed(conn, statistics, records, Some(by), window)?,
    };
    let KeyedCounts { with, count, total, others } = keyed;
    let others = others.unwrap_or(NO_OTHERS);
    let rows: Vec<StatsRow> = with
        .sql(format!(
            ", ranked AS (SELECT key, {count} AS n FROM keyed GROUP BY key HAVING {count} > 0 ORDER BY n DESC, key LIMIT {limit})
            , answer AS (
                SELECT {TOTAL} AS part, NULL AS key, {total} AS n
                UNION ALL SELECT {GROUP}, key, n FROM ranked
                UNION ALL SELECT {OTHER}, NULL, n FROM ({others}) AS others
            )
            SELECT part, NULL::date AS start, key, coalesce(n, 0) AS n, since, coalesce(records, 0) AS records
            FROM answer CROSS JOIN coverage ORDER BY part, n DESC, key"
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
    Ok(Top { total, items, considered: coverage(&rows) })
}

/// The number of records in each interval, grouped by the `max_groups` most frequent values of a dimension.
pub fn timeline(
    conn: &mut Connection,
    statistics: &Statistics,
    records: &CountTarget,
    interval: Interval,
    group_by: Option<Dimension>,
    max_groups: i64,
    window: i64,
) -> Result<Timeline> {
    let records = &references::followed(conn, records)?;
    let keyed = match counts::by_day(records, group_by, max_groups) {
        Some(keyed) => keyed,
        None => recent::keyed(conn, statistics, records, group_by, window)?,
    };
    let KeyedCounts { with, count, others, .. } = keyed;
    let has_others = others.is_some();
    let interval = interval.as_str();
    let rows: Vec<StatsRow> = with
        .sql(format!(
            ", dated AS (SELECT * FROM keyed WHERE day > '-infinity' AND day < 'infinity')
            , ranked AS (SELECT key, {count} AS n FROM dated WHERE key IS NOT NULL GROUP BY key HAVING {count} > 0 ORDER BY n DESC, key LIMIT {max_groups})
            , answer AS (
                SELECT {TOTAL} AS part, NULL::date AS start, NULL AS key, 0 AS n
                UNION ALL SELECT {GROUP}, NULL, key, n FROM ranked
                UNION ALL SELECT CASE WHEN r.key IS NULL THEN {BUCKET_OF_OTHER} ELSE {BUCKET} END,
                    date_trunc('{interval}', d.day::timestamp)::date AS start, r.key, {count}
                FROM dated d LEFT JOIN (SELECT key FROM ranked) AS r ON r.key = d.key WHERE {has_others} OR r.key IS NOT NULL
                GROUP BY 2, r.key HAVING {count} > 0
            )
            SELECT part, start, key, n, since, coalesce(records, 0) AS records FROM answer CROSS JOIN coverage
            ORDER BY part, n DESC, key, start"
        ))
        .rows(conn)?;
    let keys: Vec<&str> = rows.iter().filter(|row| row.part == GROUP).filter_map(|row| row.key.as_deref()).collect();
    let mut groups = match group_by {
        Some(by) => groups(conn, by, &keys)?,
        None => vec![Group::Nothing],
    };
    let group_indexes: HashMap<&str, usize> = keys.iter().enumerate().map(|(index, key)| (*key, index)).collect();
    if rows.iter().any(|row| row.part == BUCKET_OF_OTHER) {
        groups.push(Group::Other);
    }
    let bucket = |row: &StatsRow| match row.part {
        BUCKET => Some((row.start?, *group_indexes.get(row.key.as_deref()?)?, row.n)),
        BUCKET_OF_OTHER => Some((row.start?, keys.len(), row.n)),
        _ => None,
    };
    Ok(Timeline { counts: rows.iter().filter_map(bucket).collect(), groups, considered: coverage(&rows) })
}

fn coverage(rows: &[StatsRow]) -> Coverage {
    let first = rows.first();
    Coverage { records: first.map_or(0, |row| row.records), published_from: first.and_then(|row| row.since) }
}

/// Whether a key of the rollups stands for no value: the empty text, or the nil id of entities.
fn is_no_value(key: &str) -> bool {
    key.is_empty() || key == "00000000-0000-0000-0000-000000000000"
}

fn groups(conn: &mut Connection, by: Dimension, keys: &[&str]) -> Result<Vec<Group>> {
    let names: HashMap<String, String> = if by.holds_entities() {
        let ids: Vec<Uuid> = keys.iter().filter_map(|key| Uuid::parse_str(key).ok()).collect();
        let rows: Vec<(Uuid, String)> =
            entities::table.filter(entities::id.eq_any(ids)).select((entities::id, entities::name)).load(conn)?;
        rows.into_iter().map(|(id, name)| (id.to_string(), name)).collect()
    } else {
        HashMap::new()
    };
    let group = |key: &&str| match is_no_value(key) {
        true => Group::Nothing,
        false => Group::Value {
            key: (*key).to_owned(),
            label: names.get(*key).cloned().unwrap_or_else(|| (*key).to_owned()),
        },
    };
    Ok(keys.iter().map(group).collect())
}
