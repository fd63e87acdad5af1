//! API keys. Their secrets are in `auth`.

use super::{FieldError, Scope};
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

/// A key that lets its holder use the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    pub id: Uuid,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// Recorded as the actor of what its holder changes.
    pub name: String,
    pub scope: Scope,
    /// Writes are limited to the articles of this publisher.
    pub publisher: Option<String>,
    pub expires_at: Option<DateTime<Utc>>,
    /// Until when the secret before the last rotation is valid.
    pub previous_expires_at: Option<DateTime<Utc>>,
    /// To the minute.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// A key to be created.
#[derive(Debug, Clone)]
pub struct NewKey {
    pub name: String,
    pub scope: Scope,
    pub publisher: Option<String>,
    pub expires_at: Option<DateTime<Utc>>,
}

/// Time that the former secret of a rotated key stays valid by default.
pub const DEFAULT_GRACE: TimeDelta = TimeDelta::hours(1);
/// The most characters of the name of a key.
pub const MAX_NAME: usize = 100;

impl NewKey {
    /// Checks that the name is short and plain, and that the scope fits the limit to a publisher.
    ///
    /// # Errors
    /// Each fault.
    pub fn check(&self) -> Result<(), Vec<FieldError>> {
        let mut faults = Vec::new();
        let is_plain = |c: char| c.is_ascii_alphanumeric() || " ._@-".contains(c);
        let starts_well = self.name.starts_with(|c: char| c.is_ascii_alphanumeric());
        if !starts_well || self.name.len() > MAX_NAME || !self.name.chars().all(is_plain) {
            let detail = format!(
                "must be 1 to {MAX_NAME} letters, digits, spaces and . _ @ -, and begin with a letter or digit"
            );
            faults.push(FieldError::new("/name", detail));
        }
        if self.publisher.is_some() && !matches!(self.scope, Scope::Review | Scope::Write) {
            let detail = format!("limits what a key may write: not possible with the scope {}", self.scope.as_str());
            faults.push(FieldError::new("/publisher", detail));
        }
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }
}
