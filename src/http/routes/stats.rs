//! `/v1/stats`: counts over the whole collection, by time and by value.

use crate::domain::page::Range;
use crate::domain::stats::{CountTarget, Group, Timeline, Top};
use crate::domain::time::is_storable;
use crate::domain::{Dimension, Interval};
use crate::http::extract::query::Query;
use crate::http::extract::stats_query::records;
use crate::http::respond::json;
use crate::http::respond::link::Link;
use crate::http::respond::problem::Problem;
use crate::http::wire::stats::{
    DEFAULT_WINDOW, GroupBody, ReadTimeline, ReadTop, RecordKind, ShareBody, TimelineBody, TimelineBucketBody,
    TimelineGroupBody, TopBody,
};
use crate::store::Db;
use crate::store::analytics::stats;
use crate::store::fulltext::Statistics;
use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, Utc};
use std::collections::HashMap;

/// Maximum number of buckets of a timeline, over all groups.
const MAX_BUCKETS: usize = 5_000;

/// Count records by time
///
/// Takes every filter of the list of the counted records. Each group has a URI template of the list of its records.
/// Intervals follow the calendar in UTC, from `published_from` to `published_to`, or else from the first record to the
/// last. Undated records are not counted. A quote about several entities is in the group of each, so with
/// `group_by=about` there is no group `other`.
///
/// Counts are exact over the whole collection without filters, or with a filter on one of `language`, `publisher`,
/// `kind`, `speaker`, `about`, `entity`, `speaker_status`, `status` and `cue` (with `group_by`: on that member) and
/// publication times at midnight UTC. Any other query counts at most the newest `window` matching records. If more match,
/// the counts are exact from `considered.published_from` on.
#[utoipa::path(tag = "statistics", security(("key" = ["read"])), params(ReadTimeline), responses((status = 200, description = "The counts", body = TimelineBody)))]
#[get("/v1/stats/timeline")]
pub async fn read_timeline(
    request: HttpRequest,
    db: web::Data<Db>,
    statistics: web::Data<Statistics>,
    query: Query<ReadTimeline>,
) -> Result<HttpResponse, Problem> {
    let ReadTimeline { of, interval, group_by, groups, window } = query.0;
    let (target, link) = records(of, &request, &["of", "interval", "group_by", "groups", "window"])?;
    let (interval, most, window) =
        (interval.unwrap_or(Interval::Month), groups.unwrap_or(5), window.unwrap_or(DEFAULT_WINDOW));
    if let Some(by) = group_by {
        check(&target, by, "group_by")?;
        link.check_others(by, most, "groups")?;
    }
    let given = published(&target);
    let timeline =
        db.read(move |conn| stats::timeline(conn, &statistics, &target, interval, group_by, most, window)).await?;
    Ok(json::ok(&buckets(timeline, interval, group_by, given, &link)?))
}

/// Count records by value
///
/// Lists the values of a member with the most records, each with its share of all records and the list of its records as
/// `href`. Takes every filter of that list. The remaining records are one item, and those without a value are another. A
/// quote about several entities counts for each, so with `by=about` there is no item `other`, and the shares may add up to
/// more than one. With a filter on the member itself, the values in the filter are compared.
///
/// Counts are exact over the whole collection without filters, or with a filter on the member itself and publication times
/// at midnight UTC. For `speaker`, `about` and `entity`, publication times without a filter on the member are not enough.
/// Any other query counts at most the newest `window` matching records. If more match, the counts are exact from
/// `considered.published_from` on.
#[utoipa::path(tag = "statistics", security(("key" = ["read"])), params(ReadTop), responses((status = 200, description = "The counts", body = TopBody)))]
#[get("/v1/stats/top")]
pub async fn read_top(
    request: HttpRequest,
    db: web::Data<Db>,
    statistics: web::Data<Statistics>,
    query: Query<ReadTop>,
) -> Result<HttpResponse, Problem> {
    let ReadTop { of, by, limit, window } = query.0;
    let (target, link) = records(of, &request, &["of", "by", "limit", "window"])?;
    let by = by.unwrap_or(match of {
        RecordKind::Quotes => Dimension::Speaker,
        RecordKind::Articles => Dimension::Publisher,
        RecordKind::Mentions => Dimension::Entity,
    });
    let (limit, window) = (limit.unwrap_or(10), window.unwrap_or(DEFAULT_WINDOW));
    check(&target, by, "by")?;
    link.check_others(by, limit, "limit")?;
    let top = db.read(move |conn| stats::top(conn, &statistics, &target, by, limit, window)).await?;
    Ok(json::ok(&shares(top, by, &link)))
}

/// Refuses a dimension that the records do not have.
pub fn check(records: &CountTarget, by: Dimension, parameter: &str) -> Result<(), Problem> {
    let known = records.dimensions();
    if known.contains(&by) {
        return Ok(());
    }
    let words: Vec<&str> = known.iter().map(|dimension| dimension.as_str()).collect();
    Err(Problem::parameter(parameter, format!("must be one of {} for these records", words.join(", "))))
}

fn published(records: &CountTarget) -> Range<DateTime<Utc>> {
    match records {
        CountTarget::Articles(filter) => filter.published,
        CountTarget::Quotes { filter, .. } => filter.published,
        CountTarget::Mentions(filter) => filter.published,
    }
}

/// The answer of a ranking, with the list of each item's records under `link`.
pub fn shares(top: Top, by: Dimension, link: &Link) -> TopBody {
    let Top { total, items, considered } = top;
    let link = link.clone().published(Range { from: considered.published_from, to: None });
    let groups: Vec<Group> = items.iter().map(|(group, _)| group.clone()).collect();
    let share = |(group, count): &(Group, i64)| {
        let GroupBody { kind, key, label } = group.into();
        #[allow(clippy::cast_precision_loss, reason = "a share has no more digits")]
        let share = *count as f64 / total.max(1) as f64;
        ShareBody { kind, key, label, count: *count, share, href: link.clone().of_group(by, group, &groups).href() }
    };
    TopBody { total, items: items.iter().map(share).collect(), considered: considered.into() }
}

fn buckets(
    timeline: Timeline,
    interval: Interval,
    by: Option<Dimension>,
    given: Range<DateTime<Utc>>,
    link: &Link,
) -> Result<TimelineBody, Problem> {
    let Timeline { groups, counts, considered } = timeline;
    let starts = starts(interval, &counts, given, considered.published_from, groups.len().max(1))?;
    let counts: HashMap<(NaiveDate, usize), i64> =
        counts.into_iter().map(|(start, group, count)| ((start, group), count)).collect();
    let from = given.from.max(considered.published_from);
    let mut items = Vec::with_capacity(starts.len() * groups.len());
    for day in starts {
        let start = from.map_or(midnight(day), |from| from.max(midnight(day)));
        let end = end_of_interval(interval, day).map(midnight).into_iter().chain(given.to).min();
        for (index, group) in groups.iter().enumerate() {
            items.push(TimelineBucketBody {
                start,
                end: end.filter(|end| is_storable(*end)),
                count: counts.get(&(day, index)).copied().unwrap_or(0),
                group: by.map(|_| group.into()),
            });
        }
    }
    let group = |group: &Group| TimelineGroupBody {
        group: by.map(|_| group.into()),
        href_template: by.map_or(link.clone(), |by| link.clone().of_group(by, group, &groups)).published_template(),
    };
    Ok(TimelineBody { items, groups: groups.iter().map(group).collect(), considered: considered.into() })
}

/// The first day of each interval, from the beginning of the range or the first record to the end or the last.
///
/// # Errors
/// 400 when there are too many.
pub fn starts(
    interval: Interval,
    counts: &[(NaiveDate, usize, i64)],
    given: Range<DateTime<Utc>>,
    since: Option<DateTime<Utc>>,
    groups: usize,
) -> Result<Vec<NaiveDate>, Problem> {
    let days = || counts.iter().map(|(start, ..)| *start);
    let first = given.from.max(since).map(|from| from.date_naive()).or(days().min());
    // The end is exclusive.
    let last = given
        .to
        .and_then(|to| to.date_naive().pred_opt().filter(|_| to.time() == NaiveTime::MIN).or(Some(to.date_naive())));
    let (Some(first), Some(last)) = (first, last.or(days().max())) else { return Ok(Vec::new()) };
    let mut starts = Vec::new();
    let mut start = Some(begin(interval, first));
    while let Some(day) = start.filter(|day| *day <= last) {
        starts.push(day);
        if starts.len() * groups > MAX_BUCKETS {
            let detail = format!("there are more than {MAX_BUCKETS} buckets from {first} to {last}");
            return Err(Problem::parameter("interval", detail));
        }
        start = end_of_interval(interval, day);
    }
    Ok(starts)
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

/// The first day of the interval that contains a day.
fn begin(interval: Interval, day: NaiveDate) -> NaiveDate {
    let begin = match interval {
        Interval::Day => Some(day),
        Interval::Week => day.checked_sub_days(Days::new(day.weekday().num_days_from_monday().into())),
        Interval::Month => day.with_day(1),
        Interval::Year => day.with_ordinal(1),
    };
    begin.unwrap_or(day)
}

/// The first day of the next interval; `None` at the end of the calendar.
pub fn end_of_interval(interval: Interval, start: NaiveDate) -> Option<NaiveDate> {
    match interval {
        Interval::Day => start.succ_opt(),
        Interval::Week => start.checked_add_days(Days::new(7)),
        Interval::Month => start.checked_add_months(Months::new(1)),
        Interval::Year => start.checked_add_months(Months::new(12)),
    }
}
