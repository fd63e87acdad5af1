//! Filters on members that a record may lack: a value, or `none`.

use crate::domain::page::SetFilter;
use serde::de::IntoDeserializer;
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

/// A value that is asked for, or `none`: to be without one. A value spelled `none` cannot be asked for.
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

/// The filter of what was given for it and for its `not.`.
pub fn choice<T>(given: Vec<OrNone<T>>, not_given: Vec<OrNone<T>>) -> SetFilter<T> {
    let (include, include_null) = parted(given);
    let (exclude, exclude_null) = parted(not_given);
    SetFilter { include, exclude, include_null, exclude_null }
}

fn parted<T>(given: Vec<OrNone<T>>) -> (Vec<T>, bool) {
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
