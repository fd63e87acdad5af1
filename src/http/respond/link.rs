//! Links to the records behind a number.

use super::problem::Problem;
use crate::domain::Dimension;
use crate::domain::page::Range;
use crate::domain::stats::Group;
use crate::domain::time::parse_time;
use crate::http::context::public_path;
use chrono::{DateTime, SecondsFormat, Utc};

/// The most values a filter takes.
const MAX_VALUES: usize = 50;

/// A list with filters.
#[derive(Debug, Clone)]
pub struct Link {
    pub list: &'static str,
    pub pairs: Vec<(String, String)>,
}

impl Link {
    /// Adds a filter.
    pub fn and(mut self, filter: &str, value: &str) -> Self {
        self.pairs.push((filter.to_owned(), value.to_owned()));
        self
    }

    /// Sets a filter to one value.
    pub fn with(mut self, filter: &str, value: &str) -> Self {
        self.pairs.retain(|(name, _)| name != filter);
        self.and(filter, value)
    }

    /// Narrows the range of publication times.
    pub fn published(self, within: Range<DateTime<Utc>>) -> Self {
        let given = |name: &str| {
            let value = self.pairs.iter().find(|(given, _)| given == name).map(|(_, value)| value);
            value.and_then(|value| parse_time(value))
        };
        let from = within.from.filter(|from| given("published_from").is_none_or(|given| given < *from));
        let to = within.to.filter(|to| given("published_to").is_none_or(|given| given > *to));
        let text = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        let link = from.map(|from| self.clone().with("published_from", &text(from))).unwrap_or(self);
        to.map(|to| link.clone().with("published_to", &text(to))).unwrap_or(link)
    }

    /// Restricts the list to a group; `groups` are all groups, which `Other` excludes.
    pub fn of_group(self, by: Dimension, group: &Group, groups: &[Group]) -> Self {
        let by = by.as_str();
        match group {
            Group::Other => {
                groups.iter().filter_map(filter_value).fold(self, |link, value| link.and(&format!("not.{by}"), value))
            }
            group => self.with(by, filter_value(group).unwrap_or_default()),
        }
    }

    /// Refuses more groups than a filter can exclude, naming `parameter`.
    ///
    /// # Errors
    /// 400 naming the parameter.
    pub fn check_others(&self, by: Dimension, groups: i64, parameter: &str) -> Result<(), Problem> {
        let filter = format!("not.{}", by.as_str());
        let given = self.pairs.iter().filter(|(name, _)| *name == filter).count();
        let most = MAX_VALUES.saturating_sub(given);
        match usize::try_from(groups) {
            Ok(groups) if groups <= most => Ok(()),
            _ => Err(Problem::parameter(parameter, format!("with {given} values of {filter}, at most {most}"))),
        }
    }

    /// The list as a URI template (RFC 6570) with the range of publication as its variables.
    pub fn published_template(mut self) -> String {
        self.pairs.retain(|(name, _)| !["published_from", "published_to"].contains(&name.as_str()));
        let operator = if self.pairs.is_empty() { '?' } else { '&' };
        format!("{}{{{operator}published_from,published_to}}", self.href())
    }

    /// The address of the list.
    pub fn href(&self) -> String {
        with_query(self.list, self.pairs.iter().map(|(name, value)| (&**name, &**value)))
    }
}

/// The address of a path with a query.
pub fn with_query<'a>(path: &str, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(pairs);
    match query.finish() {
        query if query.is_empty() => public_path(path),
        query => public_path(&format!("{path}?{query}")),
    }
}

/// The filter value of a group.
fn filter_value(group: &Group) -> Option<&str> {
    match group {
        Group::Value { key, .. } => Some(key),
        Group::Nothing => Some("none"),
        Group::Other => None,
    }
}
