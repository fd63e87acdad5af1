//! What questions over many records share: the filters of the lists, and the links to the records behind each number.

use super::articles::ArticleFilters;
use super::contract::Contract;
use super::input::Parameters;
use super::mentions::MentionFilters;
use super::problem::Problem;
use super::quotes::{Dedupe, QuoteFilters};
use crate::domain::Dimension;
use crate::domain::page::Range;
use crate::domain::stats::{CountTarget, Coverage, Group};
use actix_web::HttpRequest;
use actix_web::http::Method;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Parameters of lists that are no filters: they choose a part, an order or a form, or are names yet to be read.
pub const NOT_FILTERS: [&str; 8] =
    ["sort", "include", "limit", "cursor", "count", "format", "speaker_name", "about_name"];

/// The most values a filter takes.
pub const MOST_VALUES: usize = 50;

/// Which records a question is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Of {
    #[default]
    Quotes,
    Articles,
    Mentions,
}

impl Of {
    /// The list of these records.
    pub const fn list(self) -> &'static str {
        match self {
            Self::Quotes => "/v1/quotes",
            Self::Articles => "/v1/articles",
            Self::Mentions => "/v1/mentions",
        }
    }

    /// The records that the request's filters ask for, read as the list would read them, and the way to that list.
    /// `own` are the parameters that the question has besides.
    ///
    /// # Errors
    /// 400 naming each parameter that is no filter of the list, or has a value it does not take.
    pub fn records(self, request: &HttpRequest, own: &[&str]) -> Result<(CountTarget, Link), Problem> {
        let parameters = Parameters::of(request).without(own);
        let list = Contract::get().operation(self.list(), &Method::GET).ok_or_else(Problem::internal)?;
        let faults = list.filter_faults(&parameters, &NOT_FILTERS);
        if !faults.is_empty() {
            return Err(Problem::parameters(faults));
        }
        let link = Link { list: self.list(), pairs: parameters.pairs().map(owned).collect() };
        let query = list.query(&parameters);
        let unreadable = |error: serde_json::Error| Problem::parameter("query", error.to_string());
        let records = match self {
            Self::Articles => {
                let filters: ArticleFilters = serde_json::from_value(query).map_err(unreadable)?;
                CountTarget::Articles(filters.try_into()?)
            }
            Self::Mentions => {
                let filters: MentionFilters = serde_json::from_value(query).map_err(unreadable)?;
                CountTarget::Mentions(filters.into())
            }
            Self::Quotes => {
                let Quotes { filters, dedupe } = serde_json::from_value(query).map_err(unreadable)?;
                CountTarget::Quotes { filter: filters.try_into()?, one_per_cluster: dedupe.is_some() }
            }
        };
        Ok((records, link))
    }
}

#[derive(Deserialize)]
struct Quotes {
    #[serde(flatten)]
    filters: QuoteFilters,
    dedupe: Option<Dedupe>,
}

fn owned((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// The address of a list under some filters.
#[derive(Debug, Clone)]
pub struct Link {
    list: &'static str,
    pairs: Vec<(String, String)>,
}

impl Link {
    /// The same with a filter more.
    pub fn and(mut self, filter: &str, value: &str) -> Self {
        self.pairs.push((filter.to_owned(), value.to_owned()));
        self
    }

    /// The same with this value of a filter alone.
    pub fn with(mut self, filter: &str, value: &str) -> Self {
        self.pairs.retain(|(name, _)| name != filter);
        self.and(filter, value)
    }

    /// The same from a time on, where it is later than the filters' own, and before another, where it is earlier.
    pub fn published(self, within: Range<DateTime<Utc>>) -> Self {
        let given = |name: &str| {
            let value = self.pairs.iter().find(|(given, _)| given == name).map(|(_, value)| value);
            value.and_then(|value| DateTime::parse_from_rfc3339(value).ok()).map(|time| time.to_utc())
        };
        let from = within.from.filter(|from| given("published_from").is_none_or(|given| given < *from));
        let to = within.to.filter(|to| given("published_to").is_none_or(|given| given > *to));
        let text = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        let link = from.map(|from| self.clone().with("published_from", &text(from))).unwrap_or(self);
        to.map(|to| link.clone().with("published_to", &text(to))).unwrap_or(link)
    }

    /// The same for the records of a group, `groups` being all that there are.
    pub fn of_group(self, by: Dimension, group: &Group, groups: &[Group]) -> Self {
        let by = by.as_str();
        match group {
            Group::Other => {
                groups.iter().filter_map(filter_value).fold(self, |link, value| link.and(&format!("not.{by}"), value))
            }
            group => self.with(by, filter_value(group).unwrap_or_default()),
        }
    }

    /// Refuses a number of groups whose others could not be listed, as `parameter`.
    ///
    /// # Errors
    /// 400 naming the parameter.
    pub fn check_others(&self, by: Dimension, groups: i64, parameter: &str) -> Result<(), Problem> {
        let filter = format!("not.{}", by.as_str());
        let given = self.pairs.iter().filter(|(name, _)| *name == filter).count();
        let most = MOST_VALUES.saturating_sub(given);
        match usize::try_from(groups) {
            Ok(groups) if groups <= most => Ok(()),
            _ => Err(Problem::parameter(parameter, format!("with {given} values of {filter}, at most {most}"))),
        }
    }

    /// The address.
    pub fn href(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.pairs);
        match query.finish() {
            query if query.is_empty() => self.list.to_owned(),
            query => format!("{}?{query}", self.list),
        }
    }
}

/// What a filter has for the records of a group.
fn filter_value(group: &Group) -> Option<&str> {
    match group {
        Group::Value { key, .. } => Some(key),
        Group::Nothing => Some("none"),
        Group::Other => None,
    }
}

/// How much was counted.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConsideredBody {
    /// The records that were looked at.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub records: i64,
    /// False when more match than `window` takes: the newest were counted.
    pub complete: bool,
    /// When not complete: the figures are exact for what was published from this time on.
    pub published_from: Option<DateTime<Utc>>,
}

impl From<Coverage> for ConsideredBody {
    fn from(considered: Coverage) -> Self {
        let Coverage { records, published_from } = considered;
        Self { records, complete: published_from.is_none(), published_from }
    }
}
