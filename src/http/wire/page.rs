//! Pages of a list as JSON.

use super::export::ExportOptions;
use crate::domain::page::{Count, Total};
use crate::domain::search::Ranked;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// How matching records are counted: `exact` counts at least the first 10,000; `estimate` always estimates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum CountModeBody {
    Exact,
    Estimate,
}

/// The total number of matching records.
#[derive(Debug, Serialize, ToSchema)]
pub struct TotalBody {
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub value: i64,
    /// How it was counted; an estimate comes from the statistics of the database.
    pub kind: CountModeBody,
}

impl From<CountModeBody> for Count {
    fn from(mode: CountModeBody) -> Self {
        match mode {
            CountModeBody::Exact => Self::Exact,
            CountModeBody::Estimate => Self::Estimate,
        }
    }
}

impl From<Total> for TotalBody {
    fn from(total: Total) -> Self {
        let kind = match total.kind {
            Count::Exact => CountModeBody::Exact,
            Count::Estimate => CountModeBody::Estimate,
        };
        Self { value: total.value, kind }
    }
}

/// The extent of a ranking by relevance: at most the newest 200 matches.
#[derive(Debug, Serialize, ToSchema)]
pub struct RankedBody {
    /// The number of matches that were ranked.
    #[schema(minimum = 0, maximum = 200, value_type = i32)]
    pub considered: usize,
    /// Whether all matches were ranked; older matches are not in the list.
    pub complete: bool,
}

impl From<Ranked> for RankedBody {
    fn from(ranked: Ranked) -> Self {
        Self { considered: ranked.considered, complete: ranked.complete }
    }
}

/// The parameters that every list has.
#[derive(Debug)]
pub struct PageParameters {
    pub limit: Option<i64>,
    pub cursor: Option<String>,
    pub count: Option<CountModeBody>,
    pub key: KeyKind,
}

/// The type of the sort key of a list. A cursor has a key of the same type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    Time,
    Text,
    Number,
    Count,
}

/// Options of a list without filters.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListAll {
    #[serde(flatten)]
    #[param(ignore)]
    pub export: ExportOptions,
    /// Maximum number of items on a page; a page of large records may have fewer.
    #[param(minimum = 1, maximum = 200, default = 20)]
    limit: Option<i64>,
    /// Continues a list: the `next_cursor` of the previous page.
    #[param(max_length = 2048, pattern = "^[A-Za-z0-9_-]+$")]
    cursor: Option<String>,
    /// Adds `total`. `exact` counts up to 10,000 and estimates larger totals; `estimate` always estimates. `total.kind`
    /// is `exact` or `estimate`.
    #[param(inline)]
    count: Option<CountModeBody>,
}

impl ListAll {
    /// The parameters of a page of a list that is ordered by keys of this type.
    pub fn page(self, key: KeyKind) -> PageParameters {
        PageParameters { limit: self.limit, cursor: self.cursor, count: self.count, key }
    }
}
