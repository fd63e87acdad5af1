//! Webhooks: addresses that changes are sent to.

use super::change::Change;
use super::search::Search;
use super::{ChangeAction, ChangedResource, DeliveryStatus, FieldError};
use chrono::{DateTime, Utc};
use url::Url;
use uuid::Uuid;

/// An address that changes are sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    pub id: Uuid,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// Until when the secret before the last rotation signs too.
    pub previous_expires_at: Option<DateTime<Utc>>,
    pub settings: WebhookSettings,
}

/// The settings of a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookSettings {
    pub url: String,
    pub description: Option<String>,
    pub enabled: bool,
    /// Which changes are sent; an empty list is all of them.
    pub resources: Vec<ChangedResource>,
    pub actions: Vec<ChangeAction>,
    /// Only changes of articles of these publishers, and of what is in them.
    pub publishers: Vec<String>,
    /// Only changes of quotes by these speakers, and reviews of them.
    pub speakers: Vec<Uuid>,
    /// Only changes of quotes with these words, and reviews of them: see [`Search`].
    pub search: Option<String>,
}

/// A change to a webhook.
#[derive(Debug, Clone, Default)]
pub struct WebhookPatch {
    pub url: Option<String>,
    pub description: Option<Option<String>>,
    pub enabled: Option<bool>,
    pub resources: Option<Vec<ChangedResource>>,
    pub actions: Option<Vec<ChangeAction>>,
    pub publishers: Option<Vec<String>>,
    pub speakers: Option<Vec<Uuid>>,
    pub search: Option<Option<String>>,
}

/// A message to a webhook, and the result of sending it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub id: Uuid,
    pub created_at: DateTime<Utc>,
    /// The message as it is sent.
    pub body: String,
    pub status: DeliveryStatus,
    pub attempts: i32,
    pub next_attempt_at: DateTime<Utc>,
    pub last_attempt_at: Option<DateTime<Utc>>,
    /// The status of the last answer.
    pub response_status: Option<i32>,
    /// Why there was no answer.
    pub error: Option<String>,
}

/// Data that the filters of webhooks need besides the change itself.
#[derive(Debug, Clone, Default)]
pub struct ChangeContext {
    /// The publisher of the article; `None` when the article was deleted.
    pub publisher: Option<Option<String>>,
    /// The speaker of the quote; `None` when the quote was deleted.
    pub speaker: Option<Option<Uuid>>,
    /// Whether the quote matches the search; `None` when it was deleted.
    pub matches_search: Option<bool>,
}

impl WebhookSettings {
    /// Checks the URL and the search.
    ///
    /// # Errors
    /// When the URL is not an http or https URL without credentials, or the search has no word.
    pub fn check(&self) -> Result<(), Vec<FieldError>> {
        let is_usable = |url: &Url| {
            ["http", "https"].contains(&url.scheme())
                && url.has_host()
                && url.username().is_empty()
                && url.password().is_none()
        };
        let mut faults = Vec::new();
        if !Url::parse(&self.url).is_ok_and(|url| is_usable(&url)) {
            let detail = "must be an http or https URL without a user name and a password";
            faults.push(FieldError::new("/url", detail));
        }
        if let Some(Err(error)) = self.search.as_deref().map(Search::parse) {
            faults.push(FieldError::new("/search", error.to_string()));
        }
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    /// Applies a patch.
    pub fn patched(&self, patch: &WebhookPatch) -> Self {
        let patch = patch.clone();
        Self {
            url: patch.url.unwrap_or_else(|| self.url.clone()),
            description: patch.description.unwrap_or_else(|| self.description.clone()),
            enabled: patch.enabled.unwrap_or(self.enabled),
            resources: patch.resources.unwrap_or_else(|| self.resources.clone()),
            actions: patch.actions.unwrap_or_else(|| self.actions.clone()),
            publishers: patch.publishers.unwrap_or_else(|| self.publishers.clone()),
            speakers: patch.speakers.unwrap_or_else(|| self.speakers.clone()),
            search: patch.search.unwrap_or_else(|| self.search.clone()),
        }
    }

    /// Whether a change is sent. A change whose publisher, speaker or words are no longer known, such as a deletion, is sent.
    pub fn matches(&self, change: &Change, context: &ChangeContext) -> bool {
        let is_of_quote = matches!(change.resource, ChangedResource::Quote | ChangedResource::Review);
        let publisher = context.publisher.as_ref().map(Option::as_deref);
        let has_publisher =
            |publisher: Option<&str>| publisher.is_some_and(|of| self.publishers.iter().any(|p| p == of));
        let has_speaker = |speaker: Option<Uuid>| speaker.is_some_and(|speaker| self.speakers.contains(&speaker));
        (self.resources.is_empty() || self.resources.contains(&change.resource))
            && (self.actions.is_empty() || self.actions.contains(&change.action))
            && (self.publishers.is_empty() || (change.article_id.is_some() && publisher.is_none_or(has_publisher)))
            && (self.speakers.is_empty() || (is_of_quote && context.speaker.is_none_or(has_speaker)))
            && (self.search.is_none() || (is_of_quote && context.matches_search != Some(false)))
    }
}
