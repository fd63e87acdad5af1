//! Errors of the store. Errors of Postgres are classified only here.

use crate::domain::FieldError;
use crate::domain::span::Span;
use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error as DieselError};
use uuid::Uuid;

/// The result of every function of the store.
pub type Result<T> = std::result::Result<T, Error>;

/// The kinds of records that have an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Resource {
    Article,
    ArticleVersion,
    Entity,
    Mention,
    Quote,
    Key,
    Webhook,
    Judgement,
    Merge,
    ClaimReview,
}

impl Resource {
    /// The number of kinds.
    pub const COUNT: usize = Self::ClaimReview as usize + 1;

    /// The table that contains these records.
    pub const fn table(self) -> &'static str {
        match self {
            Self::Article => "articles",
            Self::ArticleVersion => "article_versions",
            Self::Entity => "entities",
            Self::Mention => "mentions",
            Self::Quote => "quotes",
            Self::Key => "api_keys",
            Self::Webhook => "webhooks",
            Self::Judgement => "judgements",
            Self::ClaimReview => "claim_reviews",
            Self::Merge => "merges",
        }
    }

    /// The name of such a record in messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Article => "article",
            Self::ArticleVersion => "version of this article",
            Self::Entity => "entity",
            Self::Mention => "mention",
            Self::Quote => "quote",
            Self::Key => "key",
            Self::Webhook => "webhook",
            Self::Judgement => "judgement",
            Self::ClaimReview => "claim review",
            Self::Merge => "merge",
        }
    }

    /// Its kind in `tombstones`.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::ClaimReview => "claim_review",
            other => other.as_str(),
        }
    }
}

/// An error of the store.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    #[error("there is no such {}", .0.as_str())]
    NotFound(Resource),
    #[error("this {} was deleted", .0.as_str())]
    Gone(Resource),
    /// No state of the record at the time of `as_of` is known.
    #[error("as_of: this {} had not been stored at that time", .0.as_str())]
    NotYet(Resource),
    /// The record does not exist, or belongs to a publisher that the API key may not write to.
    #[error("there is no such record of the publisher that this key is limited to")]
    OtherPublisher,
    /// The entity was merged into another.
    #[error("this entity was merged into {into}")]
    Merged { into: Uuid },
    /// Changes after this position were removed because of their age.
    #[error("changes after this position were removed: read the records again, then the changes from now on")]
    ChangesRemoved,
    /// The `Idempotency-Key` was sent before with another request.
    #[error("this Idempotency-Key was sent with another request within the last 24 hours")]
    KeyReused,
    /// The record does not have a version that the caller expects.
    #[error("the record is at version {current}")]
    Stale { current: i32 },
    #[error("{0}")]
    Conflict(Conflict),
    /// Fields of the request are invalid.
    #[error("{} invalid fields", .0.len())]
    Invalid(Vec<FieldError>),
    /// No worker thread became free in time.
    #[error("no capacity for another request")]
    Overloaded,
    /// Postgres cannot be reached or is shutting down. Nothing was committed.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// Postgres accepts no writes, because it is a standby or read-only. Nothing was committed.
    #[error("the database is read-only: {0}")]
    ReadOnly(String),
    /// Postgres has no disk space left. Nothing was committed.
    #[error("the database has no space left: {0}")]
    StorageFull(String),
    /// A statement, a wait for a lock or the request took too long. Nothing was committed.
    #[error("timed out: {0}")]
    TimedOut(String),
    /// The connection was lost or the deadline passed during the commit. The write may have been committed.
    #[error("the outcome is unknown: {0}")]
    OutcomeUnknown(String),
    /// The transaction conflicted with a concurrent one, for example in a deadlock. Retrying may work.
    #[error("transactions collided: {0}")]
    Collision(String),
    /// The database lacks tables, privileges or settings that the service needs.
    #[error("{0}")]
    Unsuitable(String),
    #[error("{0}")]
    Internal(String),
}

impl Error {
    /// Whether the record caused the error, so that other records may succeed.
    pub fn is_of_record(&self) -> bool {
        matches!(
            self,
            Self::NotFound(_)
                | Self::Gone(_)
                | Self::OtherPublisher
                | Self::Merged { .. }
                | Self::Stale { .. }
                | Self::Conflict(_)
                | Self::Invalid(_)
                | Self::Internal(_)
        )
    }
}

/// Why a write conflicts with stored records.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// `existing` is the id of that article, if known.
    #[error("another article has this url")]
    Url { existing: Option<Uuid> },
    /// `existing` is the id of that article, if known.
    #[error("another article of this publisher has this external_id")]
    ExternalId { existing: Option<Uuid> },
    #[error("another entity has one of these identifiers")]
    Identifier,
    #[error("another key has this name")]
    KeyName,
    #[error("these entities were already judged to be different")]
    Judged,
    #[error("the quote has a claim review at this url")]
    ClaimReviewUrl,
    #[error("the first request with this Idempotency-Key is still running")]
    KeyInUse,
    #[error("the text occurs more than once in the body: send its spans")]
    AmbiguousText { candidates: Vec<Span> },
    #[error("{mentions} mentions and {quotes} quotes refer to this entity; cascade=true unlinks them")]
    Referenced { mentions: i64, quotes: i64 },
    #[error("the entity was merged into {into}")]
    Merged { into: Uuid },
    #[error("{first} and {second} were judged to be different: force=true merges them")]
    Different { first: Uuid, second: Uuid },
    #[error("the merge {merge} of one of these entities is not finished yet")]
    UnfinishedMerge { merge: Uuid },
    #[error("this merge was undone before")]
    Undone,
    #[error("the merge {merge} was made later: undo it first")]
    LaterMerge { merge: Uuid },
}

impl Error {
    /// The same error for an item of an array. Adds the index of the item to the pointers.
    pub fn in_item(self, index: usize) -> Self {
        self.inside(&format!("/{index}"))
    }

    /// The same error for a part of the body. Adds the path of the part to the pointers.
    pub fn inside(self, place: &str) -> Self {
        match self {
            Self::Invalid(errors) => Self::Invalid(errors.into_iter().map(|error| error.inside(place)).collect()),
            Self::Conflict(Conflict::AmbiguousText { .. }) => {
                Self::field(format!("{place}/text"), "occurs more than once in the body: send its spans")
            }
            error => error,
        }
    }

    /// One invalid field at `pointer`.
    pub fn field(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(pointer, detail)])
    }
}

impl From<DieselError> for Error {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::DatabaseError(kind, info) => from_database(kind, info.as_ref()),
            DieselError::BrokenTransactionManager => Self::Unavailable(error.to_string()),
            DieselError::RollbackErrorOnCommit { commit_error, .. } => Self::from(*commit_error),
            _ => Self::Internal(error.to_string()),
        }
    }
}

impl Error {
    /// True when retrying later may work.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Unavailable(_) | Self::StorageFull(_) | Self::TimedOut(_) | Self::Collision(_) | Self::Overloaded
        )
    }

    /// True when the connection must be closed: it is lost, or its server accepts no writes any more.
    pub fn loses_connection(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::OutcomeUnknown(_) | Self::ReadOnly(_))
    }
}

/// Classifies an error of diesel. Most errors are classified by their message, because diesel does not expose their SQLSTATE.
/// `server_check` ensures that messages are in English.
fn from_database(kind: DatabaseErrorKind, info: &dyn DatabaseErrorInformation) -> Error {
    let message = info.message();
    match kind {
        DatabaseErrorKind::UniqueViolation | DatabaseErrorKind::ForeignKeyViolation => {
            from_constraint(info.constraint_name().unwrap_or_default(), message)
        }
        DatabaseErrorKind::SerializationFailure => Error::Collision(message.to_owned()),
        DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => {
            Error::Unavailable(message.to_owned())
        }
        DatabaseErrorKind::ReadOnlyTransaction => Error::ReadOnly(message.to_owned()),
        _ => from_message(message),
    }
}

/// Classifies an English message of Postgres or libpq.
pub(super) fn from_message(message: &str) -> Error {
    if message.starts_with("canceling statement due to") {
        Error::TimedOut(message.to_owned())
    } else if message.starts_with("deadlock detected") {
        Error::Collision(message.to_owned())
    } else if message.contains("in a read-only transaction") {
        Error::ReadOnly(message.to_owned())
    } else if is_lost_connection(message) {
        Error::Unavailable(message.to_owned())
    } else if contains_any(message, &NO_SPACE) {
        Error::StorageFull(message.to_owned())
    } else if contains_any(message, &NO_RESOURCES) {
        Error::Unavailable(message.to_owned())
    } else if is_unsuitable(message) {
        Error::Unsuitable(message.to_owned())
    } else {
        Error::Internal(message.to_owned())
    }
}

fn from_constraint(constraint: &str, message: &str) -> Error {
    match constraint {
        "articles_url_key" => Error::Conflict(Conflict::Url { existing: None }),
        "articles_publisher_external_id_key" => Error::Conflict(Conflict::ExternalId { existing: None }),
        "api_keys_name_key" => Error::Conflict(Conflict::KeyName),
        "judgements_first_id_second_id_key" => Error::Conflict(Conflict::Judged),
        "claim_reviews_quote_id_url_key" => Error::Conflict(Conflict::ClaimReviewUrl),
        "entity_identifiers_pkey" => Error::Conflict(Conflict::Identifier),
        "mentions_entity_id_fkey" => Error::field("/entity_id", "there is no such entity"),
        // Another transaction deleted the entity of a mention in the quote. A retry does not find that mention.
        "quote_about_entity_id_fkey" => Error::Collision(message.to_owned()),
        "quotes_speaker_id_fkey" => Error::field("/speaker_id", "there is no such entity"),
        _ => Error::Internal(message.to_owned()),
    }
}

/// Messages of a full disk, an exceeded quota or a relation of maximum size.
const NO_SPACE: [&str; 5] =
    ["No space left on device", "Disk quota exceeded", "File too large", "could not extend", "cannot extend relation"];

/// Messages of a server that has no memory, file descriptors or connections left, or whose disk fails.
const NO_RESOURCES: [&str; 10] = [
    "out of memory",
    "out of shared memory",
    "could not resize shared memory",
    "could not open file",
    "could not open shared memory",
    "could not read ",
    "could not write ",
    "could not fsync",
    "could not fork",
    "too many connections for",
];

/// True if privileges or schema objects are missing, for example before a migration or while it runs.
fn is_unsuitable(message: &str) -> bool {
    const OBJECTS: [&str; 9] = [
        "relation ",
        "column ",
        "function ",
        "operator ",
        "type ",
        "schema ",
        "collation ",
        "text search configuration ",
        "text search dictionary ",
    ];
    let is_missing = message.ends_with("does not exist") && OBJECTS.iter().any(|object| message.starts_with(object));
    is_missing
        || contains_any(message, &["permission denied", "must be owner of"])
        || message.starts_with("cached plan must not change result type")
}

fn contains_any(message: &str, fragments: &[&str]) -> bool {
    fragments.iter().any(|fragment| message.contains(fragment))
}

fn is_lost_connection(message: &str) -> bool {
    const FRAGMENTS: [&str; 9] = [
        "terminating connection",
        "server closed the connection",
        "the database system is",
        "connection to server",
        "could not connect",
        "no connection to the server",
        "could not receive data",
        "could not send data",
        "SSL connection has been closed",
    ];
    contains_any(message, &FRAGMENTS)
        || message.starts_with("sorry, too many clients")
        || message.contains("remaining connection slots")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operational_errors_are_not_internal_errors() {
        for message in [
            "could not extend file \"base/5/16402\": No space left on device",
            "could not extend file \"base/5/16402\": wrote only 4096 of 8192 bytes at block 7",
            "cannot extend relation base/5/16402 beyond 4294967295 blocks",
            "could not write to file \"base/pgsql_tmp/pgsql_tmp9.0\": No space left on device",
        ] {
            assert!(matches!(from_message(message), Error::StorageFull(_)), "{message}");
        }
        for message in ["out of shared memory", "could not read block 3 in file \"base/5/1\": Input/output error"] {
            assert!(matches!(from_message(message), Error::Unavailable(_)), "{message}");
        }
        for message in [
            "relation \"articles\" does not exist",
            "column articles.headline does not exist",
            "function unaccent(text) does not exist",
            "permission denied for table articles",
            "must be owner of table articles",
        ] {
            assert!(matches!(from_message(message), Error::Unsuitable(_)), "{message}");
        }
        let read_only = from_message("cannot execute INSERT in a read-only transaction");
        assert!(matches!(read_only, Error::ReadOnly(_)) && read_only.loses_connection());
        assert!(matches!(from_message("division by zero"), Error::Internal(_)));
    }
}
