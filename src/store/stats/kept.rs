//! Answers from the counts that the database keeps by day: for all records, or for those with some values of one
//! dimension, published on whole days.
//!
//! Each is a sum of what is folded and of the changes that are not yet, read by one statement.

use super::{Counted, holds_entities};
use crate::domain::Dimension;
use crate::domain::article::ArticleFilter;
use crate::domain::mention::MentionFilter;
use crate::domain::page::{Range, SetFilter};
use crate::domain::quote::QuoteFilter;
use crate::domain::stats::CountTarget;
use crate::store::statement::Statement;
use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc};
use std::mem::take;

/// What a question asks of the counts: the keys of one dimension, on some days.
struct Asked {
    of: &'static str,
    /// `None` for all records together.
    dimension: Option<Dimension>,
    keys: SetFilter<String>,
    days: Range<NaiveDate>,
}

/// Which rows of the counts are read.
#[derive(Clone, Copy)]
enum Rows {
    /// Those for all days together.
    Together,
    /// Those of each day with a date, in the range that is asked for.
    Daily,
    /// The same, of the keys of the relation `leaders`.
    DailyOfLeaders,
}

/// The counts of the most frequent values; `None` when they are not kept.
pub(super) fn top(records: &CountTarget, by: Dimension, limit: i64) -> Option<Counted> {
    let asked = Asked::of(records, Some(by))?;
    let once = by != Dimension::About;
    if asked.is_everything() {
        let with = asked.leading(Statement::of("WITH "), limit).sql(", keyed AS (SELECT * FROM foremost)");
        let others = "SELECT (SELECT n FROM everything) - coalesce(sum(n), 0)::bigint AS n FROM ranked";
        return Some(Counted::kept(with, "(SELECT n FROM everything)", once.then_some(others)));
    }
    if !once {
        // A quote about several entities is in several rows: their sum is no total.
        return None;
    }
    let rows = if asked.days == Range::default() { Rows::Together } else { Rows::Daily };
    let with = asked
        .rows(Statement::of("WITH each AS ("), rows)
        .sql("), keyed AS MATERIALIZED (SELECT key, sum(n)::bigint AS n FROM each GROUP BY key)");
    Some(Counted::kept(with, SUM, Some(super::REST)))
}

/// A query `n` for how many there are; `None` when they are not kept.
pub(super) fn total(records: &CountTarget) -> Option<Statement> {
    let asked = Asked::of(records, None)?;
    let rows = if asked.days == Range::default() { Rows::Together } else { Rows::Daily };
    Some(asked.rows(Statement::of("WITH keyed AS ("), rows).sql(format!(") SELECT {SUM} AS n")))
}

/// The counts by day; `None` when they are not kept.
pub(super) fn timeline(records: &CountTarget, group_by: Option<Dimension>, most: i64) -> Option<Counted> {
    let asked = Asked::of(records, group_by)?;
    let Some(by) = group_by else {
        let with = asked.rows(Statement::of("WITH each AS ("), Rows::Daily);
        return Some(Counted::kept(
            with.sql("), keyed AS (SELECT '' AS key, day, n FROM each)"),
            SUM,
            Some(super::REST),
        ));
    };
    let others = (by != Dimension::About).then_some(super::REST);
    if !asked.is_everything() {
        return Some(Counted::kept(asked.rows(Statement::of("WITH keyed AS ("), Rows::Daily).sql(")"), SUM, others));
    }
    // Only the leading keys' days are read; the others are what these leave of all records.
    let with = asked.leading(Statement::of("WITH "), most).sql(format!(
        ", leaders AS MATERIALIZED (SELECT key FROM foremost WHERE n > 0 ORDER BY n DESC, key LIMIT {most}), led AS MATERIALIZED ("
    ));
    let with = asked.rows(with, Rows::DailyOfLeaders).sql("), whole AS (");
    let with = asked.whole().rows(with, Rows::Daily);
    let rest = match others {
        Some(_) => " UNION ALL SELECT NULL, day, n FROM whole UNION ALL SELECT NULL, day, -n FROM led",
        None => "",
    };
    let with = with.sql(format!("), keyed AS (SELECT key, day, n FROM led{rest})"));
    Some(Counted::kept(with, "(SELECT n FROM everything)", others))
}

/// All records, where each is in one row of `keyed`.
const SUM: &str = "(SELECT coalesce(sum(n), 0)::bigint FROM keyed)";

impl Counted {
    fn kept(with: Statement, total: &'static str, others: Option<&'static str>) -> Self {
        let with = with.sql(format!(", edge AS (SELECT NULL::timestamptz AS since, {total} AS records)"));
        Self { with, count: "coalesce(sum(n), 0)::bigint", total, others }
    }
}

impl Asked {
    /// What a question about these records asks of the counts; `None` when it asks more than is kept.
    fn of(records: &CountTarget, by: Option<Dimension>) -> Option<Self> {
        let (of, published, given) = match records {
            CountTarget::Quotes { one_per_cluster: true, .. } => return None,
            CountTarget::Articles(filter) => ("articles", filter.published, of_articles(filter)?),
            CountTarget::Quotes { filter, .. } => ("quotes", filter.published, of_quotes(filter)?),
            CountTarget::Mentions(filter) => ("mentions", filter.published, of_mentions(filter)?),
        };
        let mut given: Vec<_> = given.into_iter().filter(|(_, keys)| *keys != SetFilter::default()).collect();
        if given.iter().any(|(_, keys)| keys.include_null || keys.exclude_null) {
            return None;
        }
        let (dimension, keys) = match (by, given.pop()) {
            (Some(by), None) => (Some(by), SetFilter::default()),
            (by, Some((dimension, keys))) if by.is_none_or(|by| by == dimension) => (Some(dimension), keys),
            (None, None) => (None, SetFilter::default()),
            _ => return None,
        };
        let asked = Self { of, dimension, keys, days: Range { from: day(published.from)?, to: day(published.to)? } };
        let is_kept = given.is_empty() && dimension != Some(Dimension::Section) && asked.is_quick();
        is_kept.then_some(asked)
    }

    /// Of the entities there are many: only some of them are summed, or those that lead already.
    fn is_quick(&self) -> bool {
        let Some(dimension) = self.dimension.filter(|dimension| holds_entities(*dimension)) else { return true };
        let is_one = self.keys.include.len() == 1 || dimension != Dimension::About;
        self.is_everything() || (!self.keys.include.is_empty() && self.keys.exclude.is_empty() && is_one)
    }

    fn is_everything(&self) -> bool {
        self.keys == SetFilter::default() && self.days == Range::default()
    }

    /// The same days of all records.
    fn whole(&self) -> Self {
        Self { of: self.of, dimension: None, keys: SetFilter::default(), days: self.days }
    }

    /// `everything (n)`, all records, and `foremost (key, n)`: at least the `most` keys with most of them.
    ///
    /// A key without changes has the count that is folded; so the first of these, and every key that has changes, are
    /// all that can lead.
    fn leading(&self, with: Statement, most: i64) -> Statement {
        let Table { name, scope, key, changes, .. } = self.table();
        let of_row = if key == "key" { "t.key = c.key" } else { "t.entity_id = c.key::uuid" };
        let kept = self.kept_keys("key");
        let with = self
            .whole()
            .rows(with.sql("everything AS (SELECT coalesce(sum(n), 0)::bigint AS n FROM ("), Rows::Together);
        with.sql(format!(
            ") AS each), pending AS MATERIALIZED (
                SELECT key, sum(n)::bigint AS n FROM ({changes}) AS c WHERE {kept} GROUP BY key
            ), foremost AS (
                SELECT c.key, coalesce(t.count, 0) + coalesce(p.n, 0) AS n FROM (
                    (SELECT {key}::text AS key FROM {name} WHERE {scope} AND day = 'infinity' AND {kept_here}
                    ORDER BY count DESC LIMIT {most} + (SELECT count(*) FROM pending))
                    UNION SELECT key FROM pending
                ) AS c LEFT JOIN {name} t ON {scope} AND t.day = 'infinity' AND {of_row}
                LEFT JOIN pending p ON p.key = c.key
            )",
            kept_here = self.kept_keys(key),
        ))
    }

    /// Rejected quotes are left out of the counts by status unless they are asked for, as they are of all others.
    fn kept_keys(&self, key: &str) -> String {
        match self.dimension {
            Some(Dimension::Status) if self.keys.include.is_empty() => format!("{key} <> 'rejected'"),
            _ => "true".to_owned(),
        }
    }

    /// Goes on with a query for `key, day, n`.
    fn rows(&self, with: Statement, rows: Rows) -> Statement {
        let Table { name, scope, key, array, changes } = self.table();
        let (folded, pending) = match rows {
            Rows::Together => ("day = 'infinity'".to_owned(), "true".to_owned()),
            Rows::Daily | Rows::DailyOfLeaders => {
                let from = self.days.from.map_or("> '-infinity'".to_owned(), |day| format!(">= '{day}'"));
                let to = self.days.to.map_or("'infinity'".to_owned(), |day| format!("'{day}'"));
                let days = format!("day {from} AND day < {to}");
                (days.clone(), days)
            }
        };
        let leaders = |key: &str, cast: &str| match rows {
            Rows::DailyOfLeaders => format!(" AND {key} IN (SELECT key{cast} FROM leaders)"),
            _ => String::new(),
        };
        let cast = if array == "uuid[]" { "::uuid" } else { "" };
        let kept = |key| self.kept_keys(key);
        let with = with.sql(format!(
            "SELECT {key}::text AS key, day, count AS n FROM {name} WHERE {scope} AND {folded} AND {}{}",
            kept(key),
            leaders(key, cast)
        ));
        let with = self.chosen(with, key, array).sql(format!(
            " UNION ALL SELECT key, day, n FROM ({changes}) AS c WHERE {pending} AND {}{}",
            kept("key"),
            leaders("key", "")
        ));
        self.chosen(with, "key", "text[]")
    }

    fn chosen(&self, with: Statement, key: &str, array: &str) -> Statement {
        let SetFilter { include, exclude, .. } = &self.keys;
        let with = match include.is_empty() {
            true => with,
            false => with.sql(format!(" AND {key} = ANY (")).texts(include.clone()).sql(format!("::{array})")),
        };
        match exclude.is_empty() {
            true => with,
            false => with.sql(format!(" AND {key} <> ALL (")).texts(exclude.clone()).sql(format!("::{array})")),
        }
    }

    fn table(&self) -> Table {
        let of = self.of;
        if let Some(dimension) = self.dimension.filter(|dimension| holds_entities(*dimension)) {
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
                    uuid::Uuid::nil()
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

/// What entities are in the counts of a dimension that holds them.
pub(super) fn role(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Entity => "mentioned",
        Dimension::Speaker => "speaker",
        _ => "about",
    }
}

/// Where the counts of a dimension are.
struct Table {
    name: &'static str,
    /// The condition of its rows.
    scope: String,
    /// The column with the key, and the type of several.
    key: &'static str,
    array: &'static str,
    /// The changes that are not folded yet, as `key, day, n`.
    changes: String,
}

/// The day that begins at a time; `None` when it is another time of the day, or no year of ours.
fn day(time: Option<DateTime<Utc>>) -> Option<Option<NaiveDate>> {
    match time {
        None => Some(None),
        Some(time) => (time.time() == NaiveTime::MIN && time.year() > 0).then(|| Some(time.date_naive())),
    }
}

type Given = Vec<(Dimension, SetFilter<String>)>;

fn texts<T>(choice: SetFilter<T>, text: impl Fn(T) -> String) -> SetFilter<String> {
    let SetFilter { include, exclude, include_null, exclude_null } = choice;
    let [include, exclude] = [include, exclude].map(|values| values.into_iter().map(&text).collect());
    SetFilter { include, exclude, include_null, exclude_null }
}

// What a filter asks for by the dimensions that are kept; `None` when it asks for anything else.

fn of_articles(filter: &ArticleFilter) -> Option<Given> {
    let mut rest = filter.clone();
    rest.published = Range::default();
    let given =
        vec![(Dimension::Language, take(&mut rest.language)), (Dimension::Publisher, take(&mut rest.publisher))];
    (rest == ArticleFilter::default()).then_some(given)
}

fn of_mentions(filter: &MentionFilter) -> Option<Given> {
    let mut rest = filter.clone();
    rest.published = Range::default();
    let given = vec![
        (Dimension::Language, take(&mut rest.language)),
        (Dimension::Publisher, take(&mut rest.publisher)),
        (Dimension::Kind, texts(take(&mut rest.kind), |kind| kind.as_str().to_owned())),
        (Dimension::Entity, texts(take(&mut rest.entity), |id| id.to_string())),
    ];
    (rest == MentionFilter::default()).then_some(given)
}

fn of_quotes(filter: &QuoteFilter) -> Option<Given> {
    let mut rest = filter.clone();
    rest.published = Range::default();
    let given = vec![
        (Dimension::Language, take(&mut rest.language)),
        (Dimension::Publisher, take(&mut rest.publisher)),
        (Dimension::Kind, texts(take(&mut rest.kind), |kind| kind.as_str().to_owned())),
        (Dimension::Status, texts(take(&mut rest.status), |status| status.as_str().to_owned())),
        (Dimension::SpeakerStatus, texts(take(&mut rest.speaker_status), |status| status.as_str().to_owned())),
        (Dimension::Cue, take(&mut rest.cue)),
        (Dimension::Speaker, texts(take(&mut rest.speaker), |id| id.to_string())),
        (Dimension::About, texts(take(&mut rest.about), |id| id.to_string())),
    ];
    (rest == QuoteFilter::default()).then_some(given)
}
