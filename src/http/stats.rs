//! `/v1/stats`: counts over the whole collection, by time and by value.

use super::input::Query;
use super::json;
use super::problem::Problem;
use super::questions::{ConsideredBody, Link, Of};
use crate::domain::page::Range;
use crate::domain::stats::{CountTarget, Group, Timeline, Top};
use crate::domain::{Dimension, Interval};
use crate::store::search::Statistics;
use crate::store::{Db, stats};
use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::{IntoParams, ToSchema};

/// The records that are looked at when no counts are kept for a question.
const WINDOW: i64 = 1_000;
/// The most items in a timeline.
const MOST_STEPS: usize = 5_000;

/// What is counted by time. The filters are those of the list of what is counted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReadTimeline {
    /// What is counted.
    #[serde(default)]
    #[param(inline)]
    of: Of,
    /// The steps; months when not given.
    #[param(inline)]
    interval: Option<Interval>,
    /// Counts each value by itself: publisher and language of all; section of articles; kind of quotes and mentions;
    /// entity of mentions; speaker, about, speaker_status, status and cue of quotes.
    #[param(inline)]
    group_by: Option<Dimension>,
    /// The most groups; what is in none of them is counted as others.
    #[param(minimum = 1, maximum = 20, default = 5)]
    groups: Option<i64>,
    /// The most records that are looked at when no counts are kept for the question.
    #[param(minimum = 1, maximum = 1_000_000, default = json!(WINDOW))]
    window: Option<i64>,
}

/// What is counted by value. The filters are those of the list of what is counted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReadTop {
    /// What is counted.
    #[serde(default)]
    #[param(inline)]
    of: Of,
    /// By which member: publisher (the default for articles) and language of all; section of articles; kind of quotes and
    /// mentions; entity (the default) of mentions; speaker (the default), about, speaker_status, status and cue of quotes.
    #[param(inline)]
    by: Option<Dimension>,
    /// The most values; the others are one item.
    #[param(minimum = 1, maximum = 50, default = 10)]
    limit: Option<i64>,
    /// The most records that are looked at when no counts are kept for the question.
    #[param(minimum = 1, maximum = 1_000_000, default = json!(WINDOW))]
    window: Option<i64>,
}

/// What a count is of.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum GroupKind {
    Value,
    None,
    Other,
}

/// A value that records are counted by.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct GroupBody {
    /// `value`: records with the value `key`; `none`: records without one; `other`: records in no other group.
    pub kind: GroupKind,
    /// The value, as a filter takes it: of an entity, its id.
    #[schema(max_length = 1000)]
    pub key: Option<String>,
    /// The value for people: of an entity, its name.
    #[schema(max_length = 1000)]
    pub label: Option<String>,
}

/// A step of a timeline.
#[derive(Debug, Serialize, ToSchema)]
pub struct StepBody {
    /// When the interval begins.
    pub start: DateTime<Utc>,
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub count: i64,
    /// With `group_by`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = GroupBody, required = false)]
    pub group: Option<GroupBody>,
    /// The list of the records counted.
    #[schema(max_length = 65536, format = "uri-reference")]
    pub href: String,
}

/// How many records there were when.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "items": [{
        "start": "2026-03-01T00:00:00Z", "count": 2,
        "href": "/v1/quotes?published_from=2026-03-01T00%3A00%3A00Z&published_to=2026-04-01T00%3A00%3A00Z"
    }],
    "considered": {"records": 2, "complete": true, "published_from": null}
}))]
pub struct TimelineBody {
    /// Each interval of each group, in order of time; an interval without records counts zero.
    #[schema(max_items = 5000)]
    pub items: Vec<StepBody>,
    pub considered: ConsideredBody,
}

/// A value and how many records have it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShareBody {
    /// `value`: records with the value `key`; `none`: records without one; `other`: records in no other item.
    pub kind: GroupKind,
    /// The value, as a filter takes it: of an entity, its id.
    #[schema(max_length = 1000)]
    pub key: Option<String>,
    /// The value for people: of an entity, its name.
    #[schema(max_length = 1000)]
    pub label: Option<String>,
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub count: i64,
    /// Of all records that match, 0 to 1.
    #[schema(minimum = 0, maximum = 1)]
    pub share: f64,
    /// The list of the records counted.
    #[schema(max_length = 65536, format = "uri-reference")]
    pub href: String,
}

/// The values that most records have.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "total": 3,
    "items": [
        {"kind": "value", "key": "fr", "label": "fr", "count": 2, "share": 0.667, "href": "/v1/quotes?language=fr"},
        {"kind": "other", "key": null, "label": null, "count": 1, "share": 0.333, "href": "/v1/quotes?not.language=fr"}
    ],
    "considered": {"records": 3, "complete": true, "published_from": null}
}))]
pub struct TopBody {
    /// All records that match.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub total: i64,
    /// The most frequent first; `other` last.
    #[schema(max_items = 51)]
    pub items: Vec<ShareBody>,
    pub considered: ConsideredBody,
}

/// Count records by time
///
/// Under every filter of the list of what is counted; each count has the list behind it as `href`. Steps are those of the
/// calendar in UTC, from `published_from` to `published_to` where these are given, else from the first record to the last; undated records
/// are in none. A quote about several entities is in the group of each, so by `about` there are no others.
///
/// Exact over the whole collection without filters, or with one of `language`, `publisher`, `kind`, `speaker`, `about`,
/// `entity`, `speaker_status`, `status`, `cue` (the one that is grouped by, if any is) and whole days of publication. Any other
/// question counts the newest records that match, `window` at most: when more match, `considered` says from when on the figures are exact.
#[utoipa::path(tag = "statistics", params(ReadTimeline), responses((status = 200, description = "The counts", body = TimelineBody)))]
#[get("/v1/stats/timeline")]
pub async fn read_timeline(
    request: HttpRequest,
    db: web::Data<Db>,
    statistics: web::Data<Statistics>,
    query: Query<ReadTimeline>,
) -> Result<HttpResponse, Problem> {
    let ReadTimeline { of, interval, group_by, groups, window } = query.0;
    let (records, link) = of.records(&request, &["of", "interval", "group_by", "groups", "window"])?;
    let (interval, most, window) = (interval.unwrap_or(Interval::Month), groups.unwrap_or(5), window.unwrap_or(WINDOW));
    if let Some(by) = group_by {
        check(&records, by, "group_by")?;
        link.check_others(by, most, "groups")?;
    }
    let given = published(&records);
    let timeline =
        db.read(move |conn| stats::timeline(conn, &statistics, &records, interval, group_by, most, window)).await?;
    Ok(json::ok(&steps(timeline, interval, group_by, given, &link)?))
}

/// Count records by value
///
/// Share of voice: under every filter of the list of what is counted, the values that most records have, each with its
/// share of all and the list behind it as `href`. The other records are one item, as are those without a value. A quote about
/// several entities counts for each, so by `about` there is no other item, and shares may add up to more than one. Under a filter
/// on the member itself, the values that it names are compared.
///
/// Exact over the whole collection without filters, or with a filter on the member itself and whole days of publication
/// (by `speaker`, `about` and `entity`: not on the days alone). Any other question counts the newest records that match, `window` at most:
/// when more match, `considered` says from when on the figures are exact.
#[utoipa::path(tag = "statistics", params(ReadTop), responses((status = 200, description = "The counts", body = TopBody)))]
#[get("/v1/stats/top")]
pub async fn read_top(
    request: HttpRequest,
    db: web::Data<Db>,
    statistics: web::Data<Statistics>,
    query: Query<ReadTop>,
) -> Result<HttpResponse, Problem> {
    let ReadTop { of, by, limit, window } = query.0;
    let (records, link) = of.records(&request, &["of", "by", "limit", "window"])?;
    let by = by.unwrap_or(match of {
        Of::Quotes => Dimension::Speaker,
        Of::Articles => Dimension::Publisher,
        Of::Mentions => Dimension::Entity,
    });
    let (limit, window) = (limit.unwrap_or(10), window.unwrap_or(WINDOW));
    check(&records, by, "by")?;
    link.check_others(by, limit, "limit")?;
    let top = db.read(move |conn| stats::top(conn, &statistics, &records, by, limit, window)).await?;
    Ok(json::ok(&shares(top, by, &link)))
}

/// Refuses to count records by what they do not have.
fn check(records: &CountTarget, by: Dimension, parameter: &str) -> Result<(), Problem> {
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

impl From<&Group> for GroupBody {
    fn from(group: &Group) -> Self {
        match group {
            Group::Value { key, label } => {
                Self { kind: GroupKind::Value, key: Some(key.clone()), label: Some(label.clone()) }
            }
            Group::Nothing => Self { kind: GroupKind::None, key: None, label: None },
            Group::Other => Self { kind: GroupKind::Other, key: None, label: None },
        }
    }
}

fn shares(top: Top, by: Dimension, link: &Link) -> TopBody {
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

fn steps(
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
    let mut items = Vec::with_capacity(starts.len() * groups.len());
    for start in starts {
        let end = next(interval, start).map(midnight);
        let from = considered.published_from.map_or(midnight(start), |from| from.max(midnight(start)));
        let link = link.clone().published(Range { from: Some(from), to: end });
        for (place, group) in groups.iter().enumerate() {
            let link = link.clone();
            items.push(StepBody {
                start: midnight(start),
                count: counts.get(&(start, place)).copied().unwrap_or(0),
                group: by.map(|_| group.into()),
                href: by.map_or(link.clone(), |by| link.of_group(by, group, &groups)).href(),
            });
        }
    }
    Ok(TimelineBody { items, considered: considered.into() })
}

/// The first day of each interval: of the range that was asked for, else from the first with a record to the last.
fn starts(
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
        if starts.len() * groups > MOST_STEPS {
            let detail = format!("there are more than {MOST_STEPS} steps from {first} to {last}");
            return Err(Problem::parameter("interval", detail));
        }
        start = next(interval, day);
    }
    Ok(starts)
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

/// The first day of the interval that a day is in.
fn begin(interval: Interval, day: NaiveDate) -> NaiveDate {
    let begin = match interval {
        Interval::Day => Some(day),
        Interval::Week => day.checked_sub_days(Days::new(day.weekday().num_days_from_monday().into())),
        Interval::Month => day.with_day(1),
        Interval::Year => day.with_ordinal(1),
    };
    begin.unwrap_or(day)
}

/// The first day of the next interval; `None` at the end of all days.
fn next(interval: Interval, start: NaiveDate) -> Option<NaiveDate> {
    match interval {
        Interval::Day => start.succ_opt(),
        Interval::Week => start.checked_add_days(Days::new(7)),
        Interval::Month => start.checked_add_months(Months::new(1)),
        Interval::Year => start.checked_add_months(Months::new(12)),
    }
}
