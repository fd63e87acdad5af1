//! The daily rollups: the number of records by day of publication, in total and for each value of a dimension.
//!
//! One statement reads a count as the sum of the rollup tables and of the changes that are not compacted yet.

use super::Result;
use super::sql::Sql;
use crate::domain::Dimension;
use crate::domain::article::ArticleFilter;
use crate::domain::mention::MentionFilter;
use crate::domain::page::{Count, Range, SetFilter, Total};
use crate::domain::quote::QuoteFilter;
use crate::domain::stats::CountTarget;
use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc};
use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer};
use std::mem::take;
use uuid::Uuid;

/// Maximum number of changes that one statement compacts.
const COMPACTED_CHANGES: i32 = 20_000;
/// If at least this number of changes was compacted, the table of changes is vacuumed.
const VACUUM_CHANGES: i32 = 1_000;

/// Records counted by key: the first common table expressions of a statement that ranks keys or sums days.
pub(super) struct KeyedCounts {
    /// `WITH` and the common table expressions, among them `keyed (key, day, n)` and `coverage (since, records)`.
    pub with: Sql,
    /// An aggregate expression for the number of records in a group of rows of `keyed`.
    pub count: &'static str,
    /// A subquery for the number of all records.
    pub total: &'static str,
    /// A query for the number of records whose key is not in `ranked`. `None` if a record may be in several rows of
    /// `keyed`, because their sum is then not the number of records.
    pub others: Option<&'static str>,
}

/// The number of records whose key is not in `ranked`, if each record is in one row of `keyed`.
pub(super) const UNRANKED: &str =
    "SELECT coalesce(sum(n), 0)::bigint AS n FROM keyed WHERE key NOT IN (SELECT key FROM ranked)";
const ALL: &str = "(SELECT n FROM everything)";
const SUM: &str = "coalesce(sum(n), 0)::bigint";

/// A query for the keys of one dimension on some days that the rollups can answer.
struct RollupQuery {
    /// The kind of records, as in `day_counts`.
    of: &'static str,
    /// `None` for the total of all records.
    dimension: Option<Dimension>,
    keys: SetFilter<String>,
    days: Range<NaiveDate>,
}

/// The rollup rows that a query reads.
#[derive(Clone, Copy)]
enum RollupRows {
    /// The totals of all days.
    AllTime,
    /// One row for each day in the range, without undated records.
    Daily,
    /// Like `Daily`, only for the keys in `top_candidates`.
    DailyOfTop,
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// The number of records in a list, if an exact count is requested and the rollups contain it.
pub(super) fn total(
    conn: &mut PgConnection,
    count: Option<Count>,
    records: impl FnOnce() -> CountTarget,
) -> Result<Option<Total>> {
    let query = count.filter(|count| *count == Count::Exact).and_then(|_| RollupQuery::new(&records(), None));
    let Some(query) = query else { return Ok(None) };
    let sums: Vec<Counted> = query.everything(Sql::new("WITH ")).sql(" SELECT n FROM everything").rows(conn)?;
    Ok(sums.first().map(|sum| Total { value: sum.n, kind: Count::Exact }))
}

/// The approximate number of records of these entities. Leaves out changes that are not compacted yet.
pub(super) fn of_entities(conn: &mut PgConnection, dimension: Dimension, entities: &[Uuid]) -> Result<i64> {
    let sums: Vec<Counted> = Sql::new(format!(
        "SELECT coalesce(sum(count), 0)::bigint AS n FROM entity_day_counts
        WHERE role = '{}' AND day = 'infinity' AND entity_id = ANY (",
        role(dimension)
    ))
    .bind(entities.to_vec())
    .sql(")")
    .rows(conn)?;
    Ok(sums.first().map_or(0, |sum| sum.n))
}

/// The counts of at least the `limit` most frequent values of a dimension; `None` if the rollups do not contain them.
pub(super) fn by_value(records: &CountTarget, by: Dimension, limit: i64) -> Option<KeyedCounts> {
    let query = RollupQuery::new(records, Some(by))?;
    let is_disjoint = by != Dimension::About || query.keys.include.len() == 1;
    if query.is_unfiltered() {
        let with =
            query.candidates(query.everything(Sql::new("WITH ")), limit).sql(", keyed AS (SELECT * FROM candidates)");
        let others = "SELECT (SELECT n FROM everything) - coalesce(sum(n), 0)::bigint AS n FROM ranked";
        return Some(KeyedCounts::rollup(with, is_disjoint.then_some(others)));
    }
    if !is_disjoint {
        // A quote about several entities is in several rows, so their sum is not the number of quotes.
        return None;
    }
    let with = query.everything(Sql::new("WITH ")).sql(", each AS (");
    let with = query
        .rows(with, query.rollup_rows())
        .sql(format!("), keyed AS MATERIALIZED (SELECT key, {SUM} AS n FROM each GROUP BY key)"));
    Some(KeyedCounts::rollup(with, Some(UNRANKED)))
}

/// The counts by day and by the `limit` most frequent values of a dimension; `None` if the rollups do not contain them.
pub(super) fn by_day(records: &CountTarget, group_by: Option<Dimension>, limit: i64) -> Option<KeyedCounts> {
    let query = RollupQuery::new(records, group_by)?;
    let with = query.everything(Sql::new("WITH "));
    let Some(by) = group_by else {
        let with = query
            .rows(with.sql(", each AS ("), RollupRows::Daily)
            .sql("), keyed AS (SELECT '' AS key, day, n FROM each)");
        return Some(KeyedCounts::rollup(with, Some(UNRANKED)));
    };
    let others = (by != Dimension::About).then_some(UNRANKED);
    if !query.is_unfiltered() {
        return Some(KeyedCounts::rollup(query.rows(with.sql(", keyed AS ("), RollupRows::Daily).sql(")"), others));
    }
    // Reads the days of the top keys only. The days of the other keys are the days of all records minus these.
    let with = query.candidates(with, limit).sql(format!(
        ", top_candidates AS MATERIALIZED (SELECT key FROM candidates WHERE n > 0 ORDER BY n DESC, key LIMIT {limit}),
        days_of_top AS MATERIALIZED ("
    ));
    let with = query.rows(with, RollupRows::DailyOfTop).sql("), days_of_all AS (");
    let with = query.all_records().rows(with, RollupRows::Daily);
    let rest = match others {
        Some(_) => " UNION ALL SELECT NULL, day, n FROM days_of_all UNION ALL SELECT NULL, day, -n FROM days_of_top",
        None => "",
    };
    Some(KeyedCounts::rollup(with.sql(format!("), keyed AS (SELECT key, day, n FROM days_of_top{rest})")), others))
}

impl KeyedCounts {
    fn rollup(with: Sql, others: Option<&'static str>) -> Self {
        let with = with.sql(format!(", coverage AS (SELECT NULL::timestamptz AS since, {ALL} AS records)"));
        Self { with, count: SUM, total: ALL, others }
    }
}

impl RollupQuery {
    /// The query for records by the values of a dimension; `None` if the rollups cannot answer it.
    fn new(records: &CountTarget, by: Option<Dimension>) -> Option<Self> {
        let (of, published, filters) = match records {
            CountTarget::Quotes { one_per_cluster: true, .. } => return None,
            CountTarget::Articles(filter) => ("articles", filter.published, article_filters(filter)?),
            CountTarget::Quotes { filter, .. } => ("quotes", filter.published, quote_filters(filter)?),
            CountTarget::Mentions(filter) => ("mentions", filter.published, mention_filters(filter)?),
        };
        let mut filters: Vec<_> = filters.into_iter().filter(|(_, keys)| *keys != SetFilter::default()).collect();
        if filters.iter().any(|(_, keys)| keys.include_null || keys.exclude_null) {
            return None;
        }
        let (dimension, keys) = match (by, filters.pop()) {
            (Some(by), None) => (Some(by), SetFilter::default()),
            (by, Some((dimension, keys))) if by.is_none_or(|by| by == dimension) => (Some(dimension), keys),
            (None, None) => (None, SetFilter::default()),
            _ => return None,
        };
        let query = Self { of, dimension, keys, days: Range { from: day(published.from)?, to: day(published.to)? } };
        let is_supported = filters.is_empty() && dimension != Some(Dimension::Section) && query.is_fast();
        is_supported.then_some(query)
    }

    /// Whether the query is fast. There are many entities, so it must name the entities or ask for the top ones without a filter.
    fn is_fast(&self) -> bool {
        let Some(dimension) = self.dimension.filter(|dimension| dimension.holds_entities()) else {
            return true;
        };
        // The rows of `about` overlap, so the rows of several entities must not be summed.
        let is_disjoint = self.keys.include.len() == 1 || dimension != Dimension::About;
        self.is_unfiltered() || (!self.keys.include.is_empty() && self.keys.exclude.is_empty() && is_disjoint)
    }

    fn is_unfiltered(&self) -> bool {
        self.keys == SetFilter::default() && self.days == Range::default()
    }

    /// The rows that count each record once for each key: the totals, or the daily rows if the days are restricted.
    fn rollup_rows(&self) -> RollupRows {
        if self.days == Range::default() { RollupRows::AllTime } else { RollupRows::Daily }
    }

    /// The query for all records on the same days.
    fn all_records(&self) -> Self {
        Self { of: self.of, dimension: None, keys: SetFilter::default(), days: self.days }
    }

    /// Appends `everything (n)`: the number of records that match.
    fn everything(&self, with: Sql) -> Sql {
        let all = if self.keys == SetFilter::default() { &self.all_records() } else { self };
        all.rows(with.sql(format!("everything AS (SELECT {SUM} AS n FROM (")), all.rollup_rows()).sql(") AS each)")
    }

    /// Appends `candidates (key, n)`: at least the `limit` most frequent keys.
    ///
    /// Pending changes can move each key that they change into or out of the most frequent ones. So this reads `limit` keys
    /// of the rollup, one more for each changed key, and the changed keys.
    fn candidates(&self, with: Sql, limit: i64) -> Sql {
        let Table { name, scope, key, changes, .. } = self.table();
        let of_row = if key == "key" { "t.key = c.key" } else { "t.entity_id = c.key::uuid" };
        with.sql(format!(
            ", pending AS MATERIALIZED (
                SELECT key, sum(n)::bigint AS n FROM ({changes}) AS c WHERE {counted_change} GROUP BY key
            ), candidates AS (
                SELECT c.key, coalesce(t.count, 0) + coalesce(p.n, 0) AS n FROM (
                    (SELECT {key}::text AS key FROM {name} WHERE {scope} AND day = 'infinity' AND {counted_row}
                    ORDER BY count DESC LIMIT {limit} + (SELECT count(*) FROM pending))
                    UNION SELECT key FROM pending
                ) AS c LEFT JOIN {name} t ON {scope} AND t.day = 'infinity' AND {of_row}
                LEFT JOIN pending p ON p.key = c.key
            )",
            counted_change = self.counted_keys("key"),
            counted_row = self.counted_keys(key),
        ))
    }

    /// The condition that leaves out rejected quotes, unless the filter names statuses. Other dimensions do not count them at all.
    fn counted_keys(&self, key: &str) -> String {
        match self.dimension {
            Some(Dimension::Status) if self.keys.include.is_empty() => {
                format!("{key} <> 'rejected'")
            }
            _ => "true".to_owned(),
        }
    }

    /// Appends a query for `key, day, n`.
    fn rows(&self, with: Sql, rows: RollupRows) -> Sql {
        let Table { name, scope, key, array, changes } = self.table();
        let (in_rollup, in_changes) = match rows {
            RollupRows::AllTime => ("day = 'infinity'".to_owned(), "true".to_owned()),
            RollupRows::Daily | RollupRows::DailyOfTop => {
                let from = self.days.from.map_or("> '-infinity'".to_owned(), |day| format!(">= '{day}'"));
                let to = self.days.to.map_or("'infinity'".to_owned(), |day| format!("'{day}'"));
                let days = format!("day {from} AND day < {to}");
                (days.clone(), days)
            }
        };
        let top = |key: &str, cast: &str| match rows {
            RollupRows::DailyOfTop => format!(" AND {key} IN (SELECT key{cast} FROM top_candidates)"),
            _ => String::new(),
        };
        let cast = if array == "uuid[]" { "::uuid" } else { "" };
        let with = with.sql(format!(
            "SELECT {key}::text AS key, day, count AS n FROM {name} WHERE {scope} AND {in_rollup} AND {}{}",
            self.counted_keys(key),
            top(key, cast)
        ));
        let with = self.filter_keys(with, key, array).sql(format!(
            " UNION ALL SELECT key, day, n FROM ({changes}) AS c WHERE {in_changes} AND {}{}",
            self.counted_keys("key"),
            top("key", "")
        ));
        self.filter_keys(with, "key", "text[]")
    }

    fn filter_keys(&self, with: Sql, key: &str, array: &str) -> Sql {
        let SetFilter { include, exclude, .. } = &self.keys;
        let with = match include.is_empty() {
            true => with,
            false => with.sql(format!(" AND {key} = ANY (")).bind(include.clone()).sql(format!("::{array})")),
        };
        match exclude.is_empty() {
            true => with,
            false => with.sql(format!(" AND {key} <> ALL (")).bind(exclude.clone()).sql(format!("::{array})")),
        }
    }

    fn table(&self) -> Table {
        let of = self.of;
        if let Some(dimension) = self.dimension.filter(|dimension| dimension.holds_entities()) {
            let role = role(dimension);
            let of = match dimension {
                Dimension::Entity => "mentions",
                Dimension::Speaker => "quotes",
                _ => "about",
            };
            return Table {
                name: "entity_day_counts",
                scope: format!("role = '{role}'"),
                key: "entity_id",
                array: "uuid[]",
                changes: format!(
                    "SELECT coalesce(entity_id, '{}')::text AS key, day, change AS n FROM count_changes
                    WHERE of = '{of}' AND count_role(of, status) = '{role}'",
                    Uuid::nil()
                ),
            };
        }
        let dimension = self.dimension.map_or("", Dimension::as_str);
        Table {
            name: "day_counts",
            scope: format!("of = '{of}' AND dimension = '{dimension}'"),
            key: "key",
            array: "text[]",
            changes: format!(
                "SELECT k.key, h.day, h.change AS n FROM count_changes h CROSS JOIN LATERAL count_keys(h) AS k
                WHERE h.of = '{of}' AND k.dimension = '{dimension}'"
            ),
        }
    }
}

/// The role in `entity_day_counts` for a dimension of entities.
fn role(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Entity => "mentioned",
        Dimension::Speaker => "speaker",
        _ => "about",
    }
}

/// The table with the counts of a dimension.
struct Table {
    name: &'static str,
    /// The condition that selects the rows of the dimension.
    scope: String,
    /// The column with the key.
    key: &'static str,
    /// The SQL type of an array of keys.
    array: &'static str,
    /// A query for the changes that are not compacted yet, as `key, day, n`.
    changes: String,
}

/// The day that begins at a time; the outer `None` if the time is not midnight in UTC.
fn day(time: Option<DateTime<Utc>>) -> Option<Option<NaiveDate>> {
    match time {
        None => Some(None),
        Some(time) => (time.time() == NaiveTime::MIN && time.year() > 0).then(|| Some(time.date_naive())),
    }
}

type Filters = Vec<(Dimension, SetFilter<String>)>;

fn as_texts<T>(filter: SetFilter<T>, text: impl Fn(T) -> String) -> SetFilter<String> {
    let SetFilter { include, exclude, include_null, exclude_null } = filter;
    let [include, exclude] = [include, exclude].map(|values| values.into_iter().map(&text).collect());
    SetFilter { include, exclude, include_null, exclude_null }
}

// These functions return the filters on dimensions of the rollups, or `None` if there are other filters.

fn article_filters(filter: &ArticleFilter) -> Option<Filters> {
    let mut rest = filter.clone();
    rest.published = Range::default();
    let filters =
        vec![(Dimension::Language, take(&mut rest.language)), (Dimension::Publisher, take(&mut rest.publisher))];
    (rest == ArticleFilter::default()).then_some(filters)
}

fn mention_filters(filter: &MentionFilter) -> Option<Filters> {
    let mut rest = filter.clone();
    rest.published = Range::default();
    let filters = vec![
        (Dimension::Language, take(&mut rest.language)),
        (Dimension::Publisher, take(&mut rest.publisher)),
        (Dimension::Kind, as_texts(take(&mut rest.kind), |kind| kind.as_str().to_owned())),
        (Dimension::Entity, as_texts(take(&mut rest.entity), |id| id.to_string())),
    ];
    (rest == MentionFilter::default()).then_some(filters)
}

fn quote_filters(filter: &QuoteFilter) -> Option<Filters> {
    let mut rest = filter.clone();
    rest.published = Range::default();
    let filters = vec![
        (Dimension::Language, take(&mut rest.language)),
        (Dimension::Publisher, take(&mut rest.publisher)),
        (Dimension::Kind, as_texts(take(&mut rest.kind), |kind| kind.as_str().to_owned())),
        (Dimension::Status, as_texts(take(&mut rest.status), |status| status.as_str().to_owned())),
        (Dimension::SpeakerStatus, as_texts(take(&mut rest.speaker_status), |status| status.as_str().to_owned())),
        (Dimension::Cue, take(&mut rest.cue)),
        (Dimension::Speaker, as_texts(take(&mut rest.speaker), |id| id.to_string())),
        (Dimension::About, as_texts(take(&mut rest.about), |id| id.to_string())),
    ];
    (rest == QuoteFilter::default()).then_some(filters)
}

/// Adds all pending changes to the rollups, so that reads have few changes to add.
pub fn compact(conn: &mut PgConnection) -> Result<()> {
    #[derive(QueryableByName)]
    struct Compacted {
        #[diesel(sql_type = Integer)]
        changes: i32,
    }
    let mut all = 0;
    loop {
        let statement = format!("SELECT compact_counters({COMPACTED_CHANGES}) AS changes");
        let Compacted { changes } = diesel::sql_query(statement).get_result(conn)?;
        all += changes;
        if changes < COMPACTED_CHANGES {
            break;
        }
    }
    if all >= VACUUM_CHANGES {
        // Every read scans all changes, so dead rows would slow it down.
        conn.batch_execute("VACUUM (SKIP_LOCKED, INDEX_CLEANUP ON) count_changes")?;
    }
    Ok(())
}
