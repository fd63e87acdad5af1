//! Changes of records, as the change feed shows them.

use super::{ChangeAction, ChangedResource};
use chrono::{DateTime, Utc};
use data_encoding::BASE64URL_NOPAD;
use std::fmt;
use uuid::Uuid;

/// A change that was committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub position: ChangePosition,
    /// When its transaction began.
    pub at: DateTime<Utc>,
    /// The name of the key; `None` for anonymous callers and for changes with SQL.
    pub actor: Option<String>,
    pub action: ChangeAction,
    pub resource: ChangedResource,
    pub record_id: Uuid,
    /// The article that the record is, or is in.
    pub article_id: Option<Uuid>,
    /// The version of the record after the change, or when it was deleted; `None` for reviews, claim reviews and judgements.
    pub version: Option<i32>,
}

/// A place in the log of changes. As text it is a cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangePosition {
    /// The first eight bytes of the id of the log, which differs between databases.
    pub log: u64,
    pub place: Place,
}

/// A place in a log: the transaction, then the change in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Place {
    pub transaction: i64,
    pub id: i64,
}

impl ChangePosition {
    /// The bytes of a position.
    const BYTES: usize = 24;

    /// Parses the format of [`Display`](fmt::Display).
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; Self::BYTES] = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?.try_into().ok()?;
        let number = |part: usize| bytes[part * 8..][..8].try_into().map(u64::from_be_bytes);
        let place = Place { transaction: number(1).ok()?.cast_signed(), id: number(2).ok()?.cast_signed() };
        Some(Self { log: number(0).ok()?, place })
    }
}

impl fmt::Display for ChangePosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { log, place: Place { transaction, id } } = self;
        let parts = [log.to_be_bytes(), transaction.to_be_bytes(), id.to_be_bytes()];
        f.write_str(&BASE64URL_NOPAD.encode(parts.as_flattened()))
    }
}

/// Which changes are read; an empty list of values matches all.
#[derive(Debug, Clone, Default)]
pub struct ChangeFilter {
    pub resources: Vec<ChangedResource>,
    pub actions: Vec<ChangeAction>,
    pub articles: Vec<Uuid>,
    pub actors: Vec<String>,
}

impl ChangeFilter {
    /// Whether it matches all changes.
    pub fn is_empty(&self) -> bool {
        let Self { resources, actions, articles, actors } = self;
        resources.is_empty() && actions.is_empty() && articles.is_empty() && actors.is_empty()
    }

    /// Whether it matches a change.
    pub fn matches(&self, change: &Change) -> bool {
        fn allows<T: PartialEq<U>, U>(values: &[T], value: Option<&U>) -> bool {
            values.is_empty() || value.is_some_and(|value| values.iter().any(|allowed| allowed == value))
        }
        allows(&self.resources, Some(&change.resource))
            && allows(&self.actions, Some(&change.action))
            && allows(&self.articles, change.article_id.as_ref())
            && allows(&self.actors, change.actor.as_ref())
    }
}

/// A part of the log.
#[derive(Debug, Clone)]
pub struct ChangePage {
    pub items: Vec<Change>,
    /// The position after all changes that were read.
    pub next: ChangePosition,
    /// Whether more changes may be ready after it.
    pub has_more: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_formatted_position_parses_to_itself(log: u64, transaction: i64, id: i64) {
            let position = ChangePosition { log, place: Place { transaction, id } };
            prop_assert_eq!(ChangePosition::parse(&position.to_string()), Some(position));
        }

        #[test]
        fn other_text_is_no_position(text in "\\PC{0,31}|\\PC{33,40}") {
            prop_assert_eq!(ChangePosition::parse(&text), None);
        }
    }
}
