//! Parts that the filters of several lists share: values that may be `none`, searches, URLs, and their schemas.

use crate::domain::article_url::UrlNormalizer;
use crate::domain::page::SetFilter;
use crate::domain::search::Search;
use serde::de::IntoDeserializer;
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

/// A value, or `none` for records without one. So a filter cannot select the literal value `none`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrNone<T> {
    Value(T),
    None,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OrNone<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text == "none" {
            return Ok(Self::None);
        }
        T::deserialize(text.into_deserializer()).map(Self::Value)
    }
}

/// Builds the filter on an optional member from the values of its parameter and of its `not.` parameter.
pub fn set_filter<T>(given: Vec<OrNone<T>>, not_given: Vec<OrNone<T>>) -> SetFilter<T> {
    let (include, include_null) = split_none(given);
    let (exclude, exclude_null) = split_none(not_given);
    SetFilter { include, exclude, include_null, exclude_null }
}

fn split_none<T>(given: Vec<OrNone<T>>) -> (Vec<T>, bool) {
    let count = given.len();
    let values: Vec<T> = given
        .into_iter()
        .filter_map(|given| match given {
            OrNone::Value(value) => Some(value),
            OrNone::None => None,
        })
        .collect();
    let has_none = values.len() < count;
    (values, has_none)
}

/// The id of a record, or `none`.
#[derive(ToSchema)]
#[schema(max_length = 36, pattern = "^(none|[0-9A-Fa-f]{8}-([0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12})$")]
pub struct IdOrNone(#[allow(dead_code, reason = "describes a parameter")] String);

/// The error of a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterError {
    pub parameter: String,
    pub detail: String,
}

impl ParameterError {
    /// Creates the error of `parameter`.
    pub fn new(parameter: &str, detail: impl Into<String>) -> Self {
        Self { parameter: parameter.to_owned(), detail: detail.into() }
    }
}

/// Parses the search of a list.
///
/// # Errors
/// When the search has no word.
pub fn search(q: Option<&str>) -> Result<Option<Search>, ParameterError> {
    q.map(Search::parse).transpose().map_err(|error| ParameterError::new("q", error.to_string()))
}

/// The error of `sort=relevance` without `q`.
pub fn relevance_needs_q() -> ParameterError {
    ParameterError::new("sort", "relevance needs q")
}

/// Normalises the urls of a filter.
///
/// # Errors
/// When one of them is not an absolute http(s) url.
pub fn normal_urls(
    urls: &UrlNormalizer,
    parameter: &str,
    given: Vec<OrNone<String>>,
) -> Result<Vec<OrNone<String>>, ParameterError> {
    let normal = |url: OrNone<String>| match url {
        OrNone::None => Ok(OrNone::None),
        OrNone::Value(url) => {
            urls.normalise(&url).map(OrNone::Value).map_err(|error| ParameterError::new(parameter, error.to_string()))
        }
    };
    given.into_iter().map(normal).collect()
}

/// A BCP 47 tag, of which the primary tag counts.
#[derive(ToSchema)]
#[schema(max_length = 35, format = "language", pattern = "^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$")]
pub struct LanguageParameter(#[allow(dead_code, reason = "describes a parameter")] String);

/// The id of an article in the client's system.
#[derive(ToSchema)]
#[schema(min_length = 1, max_length = 300)]
pub struct ExternalIdParameter(#[allow(dead_code, reason = "describes a parameter")] String);

/// An absolute http(s) URL, or `none`.
#[derive(ToSchema)]
#[schema(max_length = 2048, pattern = "^(none$|[Hh][Tt][Tt][Pp][Ss]?://[^/?#])")]
pub struct UrlParameter(#[allow(dead_code, reason = "describes a parameter")] String);

/// A name as a person writes it.
#[derive(ToSchema)]
#[schema(min_length = 1, max_length = 300)]
pub struct NameParameter(#[allow(dead_code, reason = "describes a parameter")] String);

/// `scheme:value`, or `none`.
#[derive(ToSchema)]
#[schema(max_length = 251, pattern = "^(none|[a-z][a-z0-9_.-]{0,49}:[^\\u0000]{1,200})$")]
pub struct IdentifierParameter(#[allow(dead_code, reason = "describes a parameter")] String);
