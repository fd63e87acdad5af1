//! Statistics as JSON.

use crate::domain::stats::{Coverage, Group};
use crate::domain::{Dimension, Interval};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Default of `window`.
pub const DEFAULT_WINDOW: i64 = 1_000;

/// The records that are counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RecordKind {
    #[default]
    Quotes,
    Articles,
    Mentions,
}

impl RecordKind {
    /// The path of the list of these records.
    pub const fn list(self) -> &'static str {
        match self {
            Self::Quotes => "/v1/quotes",
            Self::Articles => "/v1/articles",
            Self::Mentions => "/v1/mentions",
        }
    }
}

/// The parameters of a timeline, besides the filters of the counted records.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReadTimeline {
    /// The records that are counted.
    #[serde(default)]
    #[param(inline)]
    pub of: RecordKind,
    /// The length of the intervals; months by default.
    #[param(inline)]
    pub interval: Option<Interval>,
    /// Counts each value separately: publisher and language for all records; section for articles; kind for quotes and
    /// mentions; entity for mentions; speaker, about, speaker_status, status and cue for quotes.
    #[param(inline)]
    pub group_by: Option<Dimension>,
    /// Maximum number of groups. The remaining records are in one more group.
    #[param(minimum = 1, maximum = 20, default = 5)]
    pub groups: Option<i64>,
    /// Maximum number of records that are read, newest first, when the counts are not precomputed.
    #[param(minimum = 1, maximum = 100_000, default = json!(DEFAULT_WINDOW))]
    pub window: Option<i64>,
}

/// The parameters of a ranking by value, besides the filters of the counted records.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReadTop {
    /// The records that are counted.
    #[serde(default)]
    #[param(inline)]
    pub of: RecordKind,
    /// The member to count by: publisher (default for articles) and language for all records; section for articles;
    /// kind for quotes and mentions; entity (default) for mentions; speaker (default), about, speaker_status, status
    /// and cue for quotes.
    #[param(inline)]
    pub by: Option<Dimension>,
    /// Maximum number of values. The remaining records are one more item.
    #[param(minimum = 1, maximum = 50, default = 10)]
    pub limit: Option<i64>,
    /// Maximum number of records that are read, newest first, when the counts are not precomputed.
    #[param(minimum = 1, maximum = 100_000, default = json!(DEFAULT_WINDOW))]
    pub window: Option<i64>,
}

/// The kinds of groups.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum GroupKind {
    Value,
    None,
    Other,
}

/// A group of records in a count.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct GroupBody {
    /// `value`: records with the value `key`; `none`: records without one; `other`: records in no other group.
    pub kind: GroupKind,
    /// The value as a filter takes it: for an entity, its id.
    #[schema(required = true, max_length = 1000)]
    pub key: Option<String>,
    /// The value for display: for an entity, its name.
    #[schema(required = true, max_length = 1000)]
    pub label: Option<String>,
}

/// An interval of a timeline.
#[derive(Debug, Serialize, ToSchema)]
pub struct TimelineBucketBody {
    /// Start of the interval; `published_from` or the start of the coverage if that is later.
    pub start: DateTime<Utc>,
    /// End of the interval, exclusive; `published_to` if that is earlier. Null after the year 9999.
    #[schema(required = true)]
    pub end: Option<DateTime<Utc>>,
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub count: i64,
    /// With `group_by`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = GroupBody, required = false)]
    pub group: Option<GroupBody>,
}

/// A group of a timeline and the list of its records.
#[derive(Debug, Serialize, ToSchema)]
pub struct TimelineGroupBody {
    /// Null without `group_by`.
    #[schema(required = true)]
    pub group: Option<GroupBody>,
    /// The list of the counted records, as a URI template (RFC 6570): `published_from` is the `start` of a bucket,
    /// `published_to` its `end`.
    #[schema(max_length = 65536)]
    pub href_template: String,
}

/// The number of records over time.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "items": [{"start": "2026-03-01T00:00:00Z", "end": "2026-04-01T00:00:00Z", "count": 2}],
    "groups": [{"group": null, "href_template": "/v1/quotes?language=fr{&published_from,published_to}"}],
    "considered": {"records": 2, "complete": true, "published_from": null}
}))]
pub struct TimelineBody {
    /// Every interval of every group, in order of time. An interval without records has the count 0.
    #[schema(max_items = 5000)]
    pub items: Vec<TimelineBucketBody>,
    /// The groups, in the same order as the items of an interval.
    #[schema(max_items = 22)]
    pub groups: Vec<TimelineGroupBody>,
    pub considered: CoverageBody,
}

/// A value and the number of its records.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShareBody {
    /// `value`: records with the value `key`; `none`: records without one; `other`: records in no other item.
    pub kind: GroupKind,
    /// The value as a filter takes it: for an entity, its id.
    #[schema(required = true, max_length = 1000)]
    pub key: Option<String>,
    /// The value for display: for an entity, its name.
    #[schema(required = true, max_length = 1000)]
    pub label: Option<String>,
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub count: i64,
    /// The share of all matching records, 0 to 1.
    #[schema(minimum = 0, maximum = 1)]
    pub share: f64,
    /// The list of the counted records.
    #[schema(max_length = 65536, format = "uri-reference")]
    pub href: String,
}

/// The values with the most records.
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
    /// The number of matching records.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub total: i64,
    /// The most frequent first; `other` last.
    #[schema(max_items = 51)]
    pub items: Vec<ShareBody>,
    pub considered: CoverageBody,
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

/// The records that were counted.
#[derive(Debug, Serialize, ToSchema)]
pub struct CoverageBody {
    /// The number of records that were read.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub records: i64,
    /// False when more records match than `window`: only the newest were counted.
    pub complete: bool,
    /// If not complete: the counts are exact for records published at this time or later.
    #[schema(required = true)]
    pub published_from: Option<DateTime<Utc>>,
}

impl From<Coverage> for CoverageBody {
    fn from(considered: Coverage) -> Self {
        let Coverage { records, published_from } = considered;
        Self { records, complete: published_from.is_none(), published_from }
    }
}
