//! Problem details (RFC 9457): their codes and bodies.

use super::span::SpanBody;
use actix_web::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The media type of every error response.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// Defines the problem codes, each with its spelling, status, title and meaning.
macro_rules! codes {
    ($($variant:ident = $code:literal, $status:ident, $title:literal, $meaning:literal;)+) => {
        /// The codes of problems.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Code { $($variant),+ }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The value of `code`, and the end of `type`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// The code with a spelling.
            pub fn of(spelling: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|code| code.as_str() == spelling)
            }

            /// The HTTP status of the response.
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status),+ }
            }

            /// A short summary, the same for every occurrence.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),+ }
            }

            /// Its meaning, and how to react.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning),+ }
            }
        }
    };
}

codes! {
    InvalidParameter = "invalid_parameter", BAD_REQUEST, "Invalid parameter",
        "A path, query or header parameter is unknown, repeated, or has an invalid value. `errors` names each.";
    InvalidCursor = "invalid_cursor", BAD_REQUEST, "Invalid cursor",
        "A cursor continues only the list that returned it, with the same path, filters and sort. Start again without it.";
    MalformedBody = "malformed_body", BAD_REQUEST, "Malformed body",
        "The body is not JSON, not UTF-8, or not the compressed form that Content-Encoding names.";
    QueryTooLong = "query_too_long", URI_TOO_LONG, "Query too long",
        "A query string must be at most 8 KiB.";
    Unauthorized = "unauthorized", UNAUTHORIZED, "Unauthorized",
        "The operation needs an API key that is valid: `Authorization: Bearer <key>`.";
    InsufficientScope = "insufficient_scope", FORBIDDEN, "Insufficient scope",
        "The scope of the key does not include this operation. `detail` names the scope that does.";
    PublisherLimit = "publisher_limit", FORBIDDEN, "Limited to a publisher",
        "The key may write only the articles of one publisher, and the mentions and quotes in them.";
    UnknownHost = "unknown_host", MISDIRECTED_REQUEST, "Unknown host",
        "The service listens on the loopback address and was addressed by a name that is not its own. `--allowed-host` adds names.";
    CrossSite = "cross_site", FORBIDDEN, "Cross-site request",
        "A browser sent this request for a page of another site. `--cors-origin` allows an origin.";
    NotFound = "not_found", NOT_FOUND, "Not found",
        "No record has this id, and none ever had it.";
    NoSuchRoute = "no_such_route", NOT_FOUND, "No such route",
        "The service has no such path. `/openapi.json` lists all paths.";
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED, "Method not allowed",
        "The header `Allow` lists the methods of this path.";
    NotAcceptable = "not_acceptable", NOT_ACCEPTABLE, "Not acceptable",
        "The request's `Accept` excludes every media type this operation can answer with.";
    RequestTimeout = "request_timeout", REQUEST_TIMEOUT, "Request timeout",
        "The body was not received within the deadline.";
    UrlTaken = "url_taken", CONFLICT, "URL already taken",
        "Another article has this url; `existing_id` and `Location` name it. Urls are compared with scheme and host in lower case, without default port, fragment and tracking parameters.";
    ExternalIdTaken = "external_id_taken", CONFLICT, "External id already taken",
        "Another article of this publisher has this external_id; `existing_id` and `Location` name it.";
    IdentifierTaken = "identifier_taken", CONFLICT, "Identifier already taken",
        "Another entity has this identifier. A scheme and value belong to one entity.";
    KeyNameTaken = "key_name_taken", CONFLICT, "Key name already taken",
        "Another key has this name. The name of a revoked key is free again.";
    AlreadyJudged = "already_judged", CONFLICT, "Already judged",
        "There is a judgement about these two entities: `GET /v1/judgements?entity=` lists it.";
    ClaimReviewTaken = "claim_review_taken", CONFLICT, "Claim review already stored",
        "The quote has a claim review at this url: `GET /v1/quotes/{id}/claim-reviews` lists it.";
    IdempotencyKeyInUse = "idempotency_key_in_use", CONFLICT, "Idempotency-Key in use",
        "The first request with this Idempotency-Key is still running. Send the request again a moment later, to get the answer to the first.";
    IdempotencyKeyReused = "idempotency_key_reused", UNPROCESSABLE_ENTITY, "Idempotency-Key reused",
        "This Idempotency-Key was sent with another method, path, query or body within the last 24 hours. Use a new key for a new request.";
    AmbiguousText = "ambiguous_text", CONFLICT, "Ambiguous text",
        "The text was found in several places of the body. `candidates` lists their spans: send one of them as `spans`.";
    StillReferenced = "still_referenced", CONFLICT, "Still referenced",
        "Mentions or quotes refer to this entity. `cascade=true` unlinks them and deletes the entity.";
    EntityMerged = "entity_merged", CONFLICT, "Entity was merged",
        "The entity was merged into another one, which `detail` names.";
    EntitiesDifferent = "entities_different", CONFLICT, "Entities are different",
        "Two of the entities were judged to be different. `force=true` merges them, or delete the judgement.";
    MergeUnfinished = "merge_unfinished", CONFLICT, "Merge is not finished",
        "Records are still being moved by the merge that `detail` names. Try again when its `status` is `done` or `undone`.";
    MergeUndone = "merge_undone", CONFLICT, "Merge was undone",
        "A merge can be undone once.";
    LaterMerge = "later_merge", CONFLICT, "Later merge",
        "The survivor of this merge was itself merged by the merge that `detail` names. Undo that one first.";
    Gone = "gone", GONE, "Deleted",
        "The record was deleted. Its id is never used again.";
    CursorExpired = "cursor_expired", GONE, "Cursor expired",
        "Changes behind this cursor were removed because of their age, or it is of a database from before a restore. Take the `next_cursor` of `/v1/changes?after=now`, read the records again, and follow the changes from that cursor on.";
    VersionMismatch = "version_mismatch", PRECONDITION_FAILED, "Version mismatch",
        "The record has changed since it was read. Read it again, and send its new ETag.";
    BodyTooLarge = "body_too_large", PAYLOAD_TOO_LARGE, "Body too large",
        "A request body, or a record of an import, must be at most 8 MiB after decompression.";
    UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE, "Unsupported media type",
        "The description of the operation lists its media types.";
    UnsupportedEncoding = "unsupported_encoding", UNSUPPORTED_MEDIA_TYPE, "Unsupported content encoding",
        "A body may be uncompressed, or compressed with br, gzip, deflate or zstd.";
    InvalidContent = "invalid_content", UNPROCESSABLE_ENTITY, "Invalid content",
        "A member of the body is unknown, missing, of the wrong type, out of bounds, or does not match what is stored. `errors` has a pointer to each; at most 100 are reported.";
    TooManyRequests = "too_many_requests", TOO_MANY_REQUESTS, "Too many requests",
        "The key, or the address of a caller without a key, has used up its rate, or has too many requests under way. Send the request again after `Retry-After` seconds.";
    Internal = "internal", INTERNAL_SERVER_ERROR, "Internal error",
        "The service failed. `detail` names the request id to look up in its log.";
    Overloaded = "overloaded", SERVICE_UNAVAILABLE, "Overloaded",
        "The service has no capacity for this request. Nothing was changed. Send it again after `Retry-After` seconds.";
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, "Database unavailable",
        "The service cannot reach its database. Nothing was changed. Send the request again after `Retry-After` seconds.";
    DatabaseUnsuitable = "database_unsuitable", SERVICE_UNAVAILABLE, "Database unsuitable",
        "The database lacks tables, rights or settings that the service needs, or takes no writes. `/readyz` or the log of the service says which. Nothing was changed.";
    DeadlinePassed = "deadline_passed", SERVICE_UNAVAILABLE, "Deadline passed",
        "The request did not finish within its deadline, and changed nothing. Send it again after `Retry-After` seconds.";
    StorageFull = "storage_full", INSUFFICIENT_STORAGE, "Storage full",
        "The database has no space left for this write. Nothing was changed. Send it again once there is space.";
    OutcomeUnknown = "outcome_unknown", GATEWAY_TIMEOUT, "Outcome unknown",
        "The deadline passed while the write was being committed: it may have been carried out. Read the record before you send it again.";
}

/// An error response: problem details of RFC 9457.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "type": "/problems/invalid_content", "title": "Invalid content", "status": 422,
    "detail": "/headline: is required", "code": "invalid_content",
    "errors": [{"pointer": "/headline", "detail": "is required"}]
}))]
pub struct ProblemBody {
    /// The path of this service that explains the problem: `/problems/{code}`.
    #[schema(max_length = 200)]
    pub r#type: String,
    /// A short summary, the same for every problem of this code.
    #[schema(max_length = 200)]
    pub title: &'static str,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599, format = Int32)]
    pub status: u16,
    /// The cause of this error.
    #[schema(max_length = 2000)]
    pub detail: String,
    /// The machine-readable code.
    #[schema(max_length = 50)]
    pub code: &'static str,
    /// The invalid members or parameters, at most 100.
    #[schema(max_items = 100)]
    pub errors: Vec<ProblemError>,
    /// With `ambiguous_text`: the spans at which the text was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 20, nullable = false)]
    pub candidates: Option<Vec<SpanBody>>,
    /// With `url_taken` and `external_id_taken`: the id of the article that has it, when that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Uuid, required = false)]
    pub existing_id: Option<Uuid>,
}

/// One invalid member or parameter.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProblemError {
    /// The invalid member, as a JSON pointer into the body (RFC 6901).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 1000, value_type = String, required = false)]
    pub pointer: Option<String>,
    /// The invalid path, query or header parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200, value_type = String, required = false)]
    pub parameter: Option<String>,
    /// The reason.
    #[schema(max_length = 2000)]
    pub detail: String,
}
