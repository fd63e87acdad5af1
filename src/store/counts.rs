//! The daily rollups: counts of all records, or of those with some values of one dimension, by day of publication.
//!
//! A count is the sum of the rollup tables and of the changes that are not compacted yet, read by one statement.

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

/// Changes compacted by one statement.
const COMPACTED_CHANGES: i32 = 20_000;
/// After this number of compacted changes, the table of changes is vacuumed.
const VACUUM_CHANGES: i32 = 1_000;

/// Records counted by a key: the start of a `WITH`, for a statement that ranks the keys or adds up the days.
pub(super) struct KeyedCounts {
    /// Its common table expressions, among them `keyed (key, day, n)` and `coverage (since, records)`.
    pub with: Sql,
    /// The number of records in a group of rows of `keyed`.
    pub count: &'static str,
    /// The number of all records, as a subquery.
    pub total: &'static str,
    /// A query for the number of records in no group of `ranked`; `None` when a record may be in several rows of
    /// `keyed`, so that there are no others.
    pub others: Option<&'static str>,
}

/// The records whose key is not ranked, where each record is in one row of `keyed`.
pub(super) const UNRANKED: &str =
    "SELECT coalesce(sum(n), 0)::bigint AS n FROM keyed WHERE key NOT IN (SELECT key FROM ranked)";
const ALL: &str = "(SELECT n FROM everything)";
const SUM: &str = "coalesce(sum(n), 0)::bigint";

/// The keys of one dimension on some days, as the rollups have them.
struct RollupQuery {
    of: &'static str,
    /// `None` for all records together.
    dimension: Option<Dimension>,
    keys: SetFilter<String>,
    days: Range<NaiveDate>,
}

/// The rows of the rollups that are read.
#[derive(Clone, Copy)]
enum RollupRows {
    /// Those of all days together.
    AllTime,
    /// Those of each dated day in the range.
    Daily,
    /// Those of each dated day, of the keys of the relation `top_candidates`.
    DailyOfTop,
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// The number of records that match a list, if an exact count is requested and the rollups have it.
pub(super) fn total(
    conn: &mut PgConnection,
    count: Option<Count>,
    records: impl FnOnce() -> CountTarget,
) -> Result<Option<Total>> {
    let asked = count.filter(|count| *count == Count::Exact).and_then(|_| RollupQuery::new(&records(), None));
    let Some(query) = asked else { return Ok(None) };
    let sums: Vec<Counted> = query.everything(Sql::new("WITH ")).sql(" SELECT n FROM everything").rows(conn)?;
    Ok(sums.first().map(|sum| Total { value: sum.n, kind: Count::Exact }))
}

/// The approximate number of records of these entities, without changes that are not compacted yet.
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

/// The counts of at least the `limit` most frequent values of a dimension; `None` if the rollups do not have them.
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
        // A quote about several entities is in several rows, so that their sum is not the total.
        return None;
    }
    let with = query.everything(Sql::new("WITH ")).sql(", each AS (");
    let with = query
        .rows(with, query.undivided())
        .sql(format!("), keyed AS MATERIALIZED (SELECT key, {SUM} AS n FROM each GROUP BY key)"));
    Some(KeyedCounts::rollup(with, Some(UNRANKED)))
}

/// The counts by day, and by the values of a dimension; `None` when the rollups do not have them.
pub(super) fn by_day(records: &CountTarget, group_by: Option<Dimension>, most: i64) -> Option<KeyedCounts> {
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
    // Only the days of the top keys are read. The days of the others are those of all records minus these.
    let with = query.candidates(with, most).sql(format!(
        ", top_candidates AS MATERIALIZED (SELECT key FROM candidates WHERE n > 0 ORDER BY n DESC, key LIMIT {most}),
        days_of_top AS MATERIALIZED ("
    ));
    let with = query.rows(with, RollupRows::DailyOfTop).sql("), days_of_all AS (");
    let with = query.of_all().rows(with, RollupRows::Daily);
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
    /// The query for records by the values of a dimension; `None` if the rollups do not have the counts.
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
        let is_kept = filters.is_empty() && dimension != Some(Dimension::Section) && query.is_fast();
        is_kept.then_some(query)
    }

    /// Whether the query is fast. There are many entities, so only given ones can be added up, or the top ones read.
    fn is_fast(&self) -> bool {
        let Some(dimension) = self.dimension.filter(|dimension| dimension.holds_entities()) else {
            return true;
        };
        let is_one = self.keys.include.len() == 1 || dimension != Dimension::About;
        self.is_unfiltered() || (!self.keys.include.is_empty() && self.keys.exclude.is_empty() && is_one)
    }

    fn is_unfiltered(&self) -> bool {
        self.keys == SetFilter::default() && self.days == Range::default()
    }

    /// The rows in which each record is counted once for each key.
    fn undivided(&self) -> RollupRows {
        if self.days == Range::default() { RollupRows::AllTime } else { RollupRows::Daily }
    }

    /// The same days of all records.
    fn of_all(&self) -> Self {
        Self { of: self.of, dimension: None, keys: SetFilter::default(), days: self.days }
    }

    /// Appends `everything (n)`: the number of records that match.
    fn everything(&self, with: Sql) -> Sql {
        let all = if self.keys == SetFilter::default() { &self.of_all() } else { self };
        all.rows(with.sql(format!("everything AS (SELECT {SUM} AS n FROM (")), all.undivided()).sql(") AS each)")
    }

    /// Appends `candidates (key, n)`: at least the `most` most frequent keys.
    ///
    /// A key without pending changes has the count of the rollup. So only the first of these keys, and the keys with pending
    /// changes, can be among the most frequent.
    fn candidates(&self, with: Sql, most: i64) -> Sql {
        let Table { name, scope, key, changes, .. } = self.table();
        let of_row = if key == "key" { "t.key = c.key" } else { "t.entity_id = c.key::uuid" };
        with.sql(format!(
            ", pending AS MATERIALIZED (
                SELECT key, sum(n)::bigint AS n FROM ({changes}) AS c WHERE {counted_change} GROUP BY key
            ), candidates AS (
                SELECT c.key, coalesce(t.count, 0) + coalesce(p.n, 0) AS n FROM (
                    (SELECT {key}::text AS key FROM {name} WHERE {scope} AND day = 'infinity' AND {counted_row}
                    ORDER BY count DESC LIMIT {most} + (SELECT count(*) FROM pending))
                    UNION SELECT key FROM pending
                ) AS c LEFT JOIN {name} t ON {scope} AND t.day = 'infinity' AND {of_row}
                LEFT JOIN pending p ON p.key = c.key
            )",
            counted_change = self.counted_keys("key"),
            counted_row = self.counted_keys(key),
        ))
    }

    /// Rejected quotes are counted by status only if the filter includes them, and never by other dimensions.
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
        let with = self.chosen(with, key, array).sql(format!(
            " UNION ALL SELECT key, day, n FROM ({changes}) AS c WHERE {in_changes} AND {}{}",
            self.counted_keys("key"),
            top("key", "")
        ));
        self.chosen(with, "key", "text[]")
    }

    fn chosen(&self, with: Sql, key: &str, array: &str) -> Sql {
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

/// The role of entities in the rollups of a dimension of entities.
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
    /// The condition on its rows.
    scope: String,
    /// The column with the key, and the type of an array of keys.
    key: &'static str,
    array: &'static str,
    /// The changes that are not compacted yet, as `key, day, n`.
    changes: String,
}

/// The day that begins at a time; `None` if the time is not midnight.
fn day(time: Option<DateTime<Utc>>) -> Option<Option<NaiveDate>> {
    match time {
        None => Some(None),
        Some(time) => (time.time() == NaiveTime::MIN && time.year() > 0).then(|| Some(time.date_naive())),
    }
}

type Filters = Vec<(Dimension, SetFilter<String>)>;

fn texts<T>(filter: SetFilter<T>, text: impl Fn(T) -> String) -> SetFilter<String> {
    let SetFilter { include, exclude, include_null, exclude_null } = filter;
    let [include, exclude] = [include, exclude].map(|values| values.into_iter().map(&text).collect());
    SetFilter { include, exclude, include_null, exclude_null }
}

// The filters on the dimensions of the rollups; `None` if there are other filters.

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
        (Dimension::Kind, texts(take(&mut rest.kind), |kind| kind.as_str().to_owned())),
        (Dimension::Entity, texts(take(&mut rest.entity), |id| id.to_string())),
    ];
    (rest == MentionFilter::default()).then_some(filters)
}

fn quote_filters(filter: &QuoteFilter) -> Option<Filters> {
    let mut rest = filter.clone();
    rest.published = Range::default();
    let filters = vec![
        (Dimension::Language, take(&mut rest.language)),
        (Dimension::Publisher, take(&mut rest.publisher)),
        (Dimension::Kind, texts(take(&mut rest.kind), |kind| kind.as_str().to_owned())),
        (Dimension::Status, texts(take(&mut rest.status), |status| status.as_str().to_owned())),
        (Dimension::SpeakerStatus, texts(take(&mut rest.speaker_status), |status| status.as_str().to_owned())),
        (Dimension::Cue, take(&mut rest.cue)),
        (Dimension::Speaker, texts(take(&mut rest.speaker), |id| id.to_string())),
        (Dimension::About, texts(take(&mut rest.about), |id| id.to_string())),
    ];
    (rest == QuoteFilter::default()).then_some(filters)
}

/// Compacts all pending changes into the rollups, so that reads add few changes.
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
