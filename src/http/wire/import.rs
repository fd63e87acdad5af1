//! Imports as JSON: a line is a record, or its result.

use super::RequestBody;
use super::article::Label;
use super::entity::{AliasBody, IdentifierBody};
use super::judgement::JudgementBody;
use super::mention::CandidateBody;
use super::merge::{MergeBody, MergeSourceBody, MoveListBody};
use super::problem::ProblemBody;
use super::span::SpanBody;
use super::split::SplitBody;
use super::suggestion::{MentionSuggestionBody, QuoteSuggestionBody};
use crate::domain::article::{ArticlePatch, MAX_BODY_BYTES};
use crate::domain::article_url::UrlNormalizer;
use crate::domain::claim_review::NewClaimReview;
use crate::domain::entity::EntityPatch;
use crate::domain::import::{
    ArticleHistory, ArticleRecord, ClaimReviewRecord, DeletedRecord, EarlierText, EntityRecord, EntityRef,
    FindingHistory, History, ImportRecord, MentionRecord, Outcome, QuoteRecord, ReviewedQuote,
};
use crate::domain::mention::NewMention;
use crate::domain::quote::QuotePatch;
use crate::domain::review::Review;
use crate::domain::span::Span;
use crate::domain::{
    Anchor, DeletedResource, EntityKind, FieldError, MentionKind, MentionStatus, Origin, QuoteKind, QuoteStatus,
    ReviewAction, SpeakerStatus,
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Options of an import.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ImportOptions {
    /// Store nothing, and answer what would be stored.
    #[serde(default)]
    #[param(default = false)]
    pub dry_run: bool,
    /// After a line that fails: go on with the next, or end.
    #[serde(default)]
    #[param(inline)]
    pub on_error: OnError,
    /// What to do with a stored record that differs: change it, or keep it.
    #[serde(default)]
    #[param(inline)]
    pub on_conflict: OnConflict,
    /// Find quotes, speakers and names in each article. An article that is sent again is annotated again, which changes nothing
    /// unless its text has changed.
    #[serde(default)]
    #[param(default = false)]
    pub annotate: bool,
    /// The results to answer: of each line, or of those that fail, and then a summary.
    #[serde(default)]
    #[param(inline)]
    pub results: Results,
}

/// What follows a line that fails.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnError {
    #[default]
    Continue,
    Abort,
}

/// What becomes of a stored record that differs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnConflict {
    #[default]
    Update,
    Keep,
}

/// The results to answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Results {
    #[default]
    All,
    Errors,
}

/// An article with what was found in it (it has a `headline`, a `body` or an `external_id`), an entity (it has a `kind` or a
/// `name`), a row of an exported table of quotes (it has an `article_id`, or a member that reviews), a `judgement`, a `split`, a `merge`, its `moves`, or the id of a deleted
/// record (it has `deleted`). Null counts as absent, and absent members leave those of a stored record as they are.
///
/// An article is the stored one with its `id`, or else with its `publisher` and `external_id`, or else with its `url`. An entity is
/// the stored one with its `id`, or else with one of its `identifiers`, or else with its `kind` and exact `name`.
///
/// A quote is the stored one with its `id`. A `status`, `speaker_id`, `speaker_name` or `speaker_status` that differs, or a new
/// `note`, becomes a review by the caller. If the `version` is given, it must be the current one.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "external_id": "a-17", "publisher": "Le Quotidien", "headline": "Le port rouvre",
    "body": "« Nous sommes prêts », a déclaré Awa Diallo.", "published_at": "2026-03-02T08:00:00Z",
    "entities": [{"key": "awa", "kind": "person", "name": "Awa Diallo"}],
    "mentions": [{"start": 33, "end": 43, "entity": "awa"}],
    "quotes": [{"text": "Nous sommes prêts", "speaker": "awa", "cue": "a déclaré"}]
}))]
pub struct ImportRecordBody {
    pub id: Option<Uuid>,
    #[schema(min_length = 1, max_length = 500)]
    pub headline: Option<String>,
    /// At most 1 MiB of UTF-8, kept byte for byte.
    #[schema(min_length = 1, max_length = 1_048_576)]
    pub body: Option<String>,
    /// BCP 47 tag, of which the primary tag is stored. Detected from the body of a new article when absent.
    #[schema(max_length = 35, format = "language", pattern = "^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$")]
    pub language: Option<String>,
    /// Absolute http or https URL, unique after normalisation.
    #[schema(max_length = 2048, format = "uri", pattern = "^[Hh][Tt][Tt][Pp][Ss]?://[^/?#]")]
    pub url: Option<String>,
    #[schema(min_length = 1, max_length = 200)]
    pub publisher: Option<String>,
    /// The id of the article in the client's system, unique within a publisher.
    #[schema(min_length = 1, max_length = 300)]
    pub external_id: Option<String>,
    #[schema(max_items = 50)]
    pub authors: Option<Vec<Label>>,
    #[schema(min_length = 1, max_length = 200)]
    pub section: Option<String>,
    #[schema(max_items = 50)]
    pub keywords: Option<Vec<Label>>,
    /// The time of publication. A date is the start of that day in UTC.
    pub published_at: Option<DateTime<Utc>>,
    /// Entities that the mentions and quotes name by their `key`.
    #[schema(max_items = 2000)]
    pub entities: Option<Vec<ImportEntity>>,
    /// A mention is the stored one with its `id`, or else with its span.
    #[schema(max_items = 20_000)]
    pub mentions: Option<Vec<ImportMention>>,
    /// A quote is the stored one with its `id`, or else with its spans.
    #[schema(max_items = 20_000)]
    pub quotes: Option<Vec<ImportQuote>>,
    /// Of an entity, or of a quote, which keeps it.
    pub kind: Option<RecordKind>,
    /// The preferred name of an entity.
    #[schema(min_length = 1, max_length = 300)]
    pub name: Option<String>,
    #[schema(min_length = 1, max_length = 2000)]
    pub description: Option<String>,
    #[schema(max_items = 200)]
    pub aliases: Option<Vec<AliasBody>>,
    #[schema(max_items = 50)]
    pub identifiers: Option<Vec<IdentifierBody>>,
    /// The entity that this one was merged into. Counts with the scope `admin`, in a record that is not stored yet.
    pub merged_into: Option<Uuid>,
    /// The version of the record. With the scope `admin`, a record that is not stored yet gets its former version and times.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub version: Option<i32>,
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub body_version: Option<i32>,
    pub created_at: Option<DateTime<Utc>>,
    pub updated_at: Option<DateTime<Utc>>,
    /// The texts of the article, of which the earlier ones are restored with the scope `admin`.
    #[schema(max_items = 10_000)]
    pub versions: Option<Vec<ImportVersion>>,
    /// A judgement that two entities are different. Alone, and with the scope `admin`.
    pub judgement: Option<JudgementBody>,
    /// A split of an entity. Alone, and with the scope `admin`.
    pub split: Option<SplitBody>,
    /// A merge of entities. With `taken` alone, and with the scope `admin`.
    pub merge: Option<MergeBody>,
    /// What the merge took from its sources.
    #[schema(max_items = 100)]
    pub taken: Option<Vec<MergeSourceBody>>,
    /// References that a merge moved. Alone, and with the scope `admin`.
    pub moves: Option<MoveListBody>,
    /// Of a record that was deleted: its `id` answers 410 from then on. Needs the scope `admin`.
    pub deleted: Option<DeletedResource>,
    pub deleted_at: Option<DateTime<Utc>>,
    /// Of a quote.
    pub status: Option<QuoteStatus>,
    /// The entity that said a quote.
    pub speaker_id: Option<Uuid>,
    /// The name of the person who said a quote, instead of `speaker_id`. A person is created if no entity has this name.
    #[schema(min_length = 1, max_length = 300)]
    pub speaker_name: Option<String>,
    /// What is known about the speaker of a quote. Without a speaker, and other than `named`, it removes the stored one.
    pub speaker_status: Option<SpeakerStatus>,
    /// The note of the review of a quote.
    #[schema(min_length = 1, max_length = 2000)]
    pub note: Option<String>,
    /// Of a quote, which keeps it.
    pub article_id: Option<Uuid>,
    /// Of a quote, which keeps it.
    #[schema(min_length = 1, max_length = 20_000)]
    pub text: Option<String>,
    /// Of a quote, which keeps it.
    #[schema(min_length = 1, max_length = 500)]
    pub speaker_label: Option<String>,
    /// Of a quote, which keeps it.
    #[schema(min_length = 1, max_length = 200)]
    pub cue: Option<String>,
    /// Of a quote, which keeps it.
    #[schema(min_length = 1, max_length = 200)]
    pub cue_lemma: Option<String>,
    /// Not read from a quote.
    #[schema(read_only, value_type = Object, required = false)]
    pub anchor: Option<IgnoredAny>,
    /// Not read from a quote.
    #[schema(read_only, value_type = Object, required = false)]
    pub spans: Option<IgnoredAny>,
    /// Not read from a quote.
    #[schema(read_only, value_type = Object, required = false)]
    pub prefix: Option<IgnoredAny>,
    /// Not read from a quote.
    #[schema(read_only, value_type = Object, required = false)]
    pub suffix: Option<IgnoredAny>,
    /// Not read from a quote.
    #[schema(read_only, value_type = Object, required = false)]
    pub speaker_span: Option<IgnoredAny>,
    /// Not read from a quote.
    #[schema(read_only, value_type = Object, required = false)]
    pub candidates: Option<IgnoredAny>,
    /// Not read from a quote.
    #[schema(read_only, value_type = Object, required = false)]
    pub cue_span: Option<IgnoredAny>,
    /// Not read from a quote.
    #[schema(read_only, value_type = Object, required = false)]
    pub about: Option<IgnoredAny>,
    /// Not read from a quote.
    #[schema(read_only, value_type = Object, required = false)]
    pub said_on: Option<IgnoredAny>,
    /// Not read from a quote.
    #[schema(read_only, value_type = Object, required = false)]
    pub confidence: Option<IgnoredAny>,
    /// Not read from a quote.
    #[schema(read_only, value_type = Object, required = false)]
    pub origin: Option<IgnoredAny>,
    /// Not read from a quote.
    #[schema(read_only, value_type = Object, required = false)]
    pub extractor: Option<IgnoredAny>,
    /// Not read from a quote.
    #[schema(read_only, value_type = Object, required = false)]
    pub canonical_text: Option<IgnoredAny>,
    /// Not read from a quote.
    #[schema(read_only, value_type = Object, required = false)]
    pub cluster_id: Option<IgnoredAny>,
    /// Not read from a quote.
    #[schema(read_only, value_type = Object, required = false)]
    pub decision: Option<IgnoredAny>,
    /// Not read from a quote.
    #[schema(read_only, value_type = Object, required = false)]
    pub suggestion: Option<IgnoredAny>,
    /// Not read from a quote.
    #[schema(read_only, value_type = Object, required = false)]
    pub reviews: Option<IgnoredAny>,
    /// Not read from a quote.
    #[schema(read_only, value_type = Object, required = false)]
    pub claim_reviews: Option<IgnoredAny>,
    /// Not read from a quote.
    #[schema(read_only, value_type = Object, required = false)]
    pub article: Option<IgnoredAny>,
    /// Not read from a quote.
    #[schema(read_only, value_type = Object, required = false)]
    pub speaker: Option<IgnoredAny>,
    /// Not read from a quote.
    #[schema(read_only, value_type = Object, required = false)]
    pub highlight: Option<IgnoredAny>,
    /// Derived.
    #[schema(read_only, value_type = Object, required = false)]
    pub blocks: Option<IgnoredAny>,
    /// Derived.
    #[schema(read_only, value_type = Object, required = false)]
    pub content_hash: Option<IgnoredAny>,
}

/// The kind of an entity or of a quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum RecordKind {
    Entity(EntityKind),
    Quote(QuoteKind),
}

/// An entity of an article. What is stored of it gains the names and identifiers that it lacks.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportEntity {
    /// The name by which mentions and quotes of this record refer to it.
    #[schema(min_length = 1, max_length = 300)]
    pub key: Option<String>,
    pub id: Option<Uuid>,
    pub kind: Option<EntityKind>,
    #[schema(min_length = 1, max_length = 300)]
    pub name: Option<String>,
    #[schema(min_length = 1, max_length = 2000)]
    pub description: Option<String>,
    #[schema(max_items = 200)]
    pub aliases: Option<Vec<AliasBody>>,
    #[schema(max_items = 50)]
    pub identifiers: Option<Vec<IdentifierBody>>,
}

/// A mention of an article.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportMention {
    pub id: Option<Uuid>,
    pub entity_id: Option<Uuid>,
    /// The `key` of an entity of this record.
    #[schema(min_length = 1, max_length = 300)]
    pub entity: Option<String>,
    #[schema(minimum = 0, maximum = 1_048_576)]
    pub start: i32,
    #[schema(minimum = 0, maximum = 1_048_576)]
    pub end: i32,
    /// When given, it must equal the slice of the body.
    #[schema(min_length = 1, max_length = 300)]
    pub exact: Option<String>,
    /// `name` when not given.
    pub kind: Option<MentionKind>,
    /// 1 when not given.
    #[schema(minimum = 0, maximum = 1)]
    pub confidence: Option<f64>,
    /// `human` when not given.
    pub origin: Option<Origin>,
    #[schema(min_length = 1, max_length = 200)]
    pub extractor: Option<String>,
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub version: Option<i32>,
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub body_version: Option<i32>,
    pub created_at: Option<DateTime<Utc>>,
    pub updated_at: Option<DateTime<Utc>>,
    pub anchor: Option<Anchor>,
    pub status: Option<MentionStatus>,
    /// Restored with the history of the mention.
    pub suggestion: Option<MentionSuggestionBody>,
    /// The reviews of the mention, which are restored with its history.
    #[schema(max_items = 100_000)]
    pub reviews: Option<Vec<ImportReview>>,
    /// Derived.
    #[schema(read_only, value_type = Object, required = false)]
    pub decision: Option<IgnoredAny>,
    #[schema(max_items = 20)]
    pub candidates: Option<Vec<CandidateBody>>,
    #[schema(minimum = 0, maximum = 2_147_483_647)]
    pub candidate_count: Option<i32>,
    /// Derived.
    #[schema(read_only, value_type = Object, required = false)]
    pub article_id: Option<IgnoredAny>,
    /// Derived.
    #[schema(read_only, value_type = Object, required = false)]
    pub prefix: Option<IgnoredAny>,
    /// Derived.
    #[schema(read_only, value_type = Object, required = false)]
    pub suffix: Option<IgnoredAny>,
}

/// A quote of an article.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportQuote {
    pub id: Option<Uuid>,
    /// Alone, it is searched for in the body.
    #[schema(min_length = 1, max_length = 20_000)]
    pub text: Option<String>,
    #[schema(min_items = 1, max_items = 50)]
    pub spans: Option<Vec<SpanBody>>,
    pub kind: Option<QuoteKind>,
    pub speaker_id: Option<Uuid>,
    /// The `key` of an entity of this record.
    #[schema(min_length = 1, max_length = 300)]
    pub speaker: Option<String>,
    #[schema(min_length = 1, max_length = 500)]
    pub speaker_label: Option<String>,
    pub speaker_span: Option<SpanBody>,
    pub speaker_status: Option<SpeakerStatus>,
    #[schema(min_length = 1, max_length = 200)]
    pub cue: Option<String>,
    pub cue_span: Option<SpanBody>,
    #[schema(min_length = 1, max_length = 200)]
    pub cue_lemma: Option<String>,
    pub said_on: Option<NaiveDate>,
    pub status: Option<QuoteStatus>,
    #[schema(minimum = 0, maximum = 1)]
    pub confidence: Option<f64>,
    /// `human` when not given.
    pub origin: Option<Origin>,
    #[schema(min_length = 1, max_length = 200)]
    pub extractor: Option<String>,
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub version: Option<i32>,
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub body_version: Option<i32>,
    pub created_at: Option<DateTime<Utc>>,
    pub updated_at: Option<DateTime<Utc>>,
    pub anchor: Option<Anchor>,
    /// Restored with the history of the quote.
    pub suggestion: Option<QuoteSuggestionBody>,
    /// The reviews of the quote, which are restored with its history.
    #[schema(max_items = 100_000)]
    pub reviews: Option<Vec<ImportReview>>,
    /// The claim reviews of the quote, which are restored with its history.
    #[schema(max_items = 100_000)]
    pub claim_reviews: Option<Vec<ImportClaimReview>>,
    /// Derived.
    #[schema(read_only, value_type = Object, required = false)]
    pub article_id: Option<IgnoredAny>,
    /// Derived.
    #[schema(read_only, value_type = Object, required = false)]
    pub prefix: Option<IgnoredAny>,
    /// Derived.
    #[schema(read_only, value_type = Object, required = false)]
    pub suffix: Option<IgnoredAny>,
    /// Derived.
    #[schema(read_only, value_type = Object, required = false)]
    pub candidates: Option<IgnoredAny>,
    /// Derived.
    #[schema(read_only, value_type = Object, required = false)]
    pub about: Option<IgnoredAny>,
    /// Derived.
    #[schema(read_only, value_type = Object, required = false)]
    pub canonical_text: Option<IgnoredAny>,
    /// Derived.
    #[schema(read_only, value_type = Object, required = false)]
    pub cluster_id: Option<IgnoredAny>,
    /// Derived.
    #[schema(read_only, value_type = Object, required = false)]
    pub decision: Option<IgnoredAny>,
}

/// A review of a quote.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportReview {
    pub id: Uuid,
    #[schema(min_length = 1, max_length = 200)]
    pub actor: Option<String>,
    pub action: ReviewAction,
    /// The changed members before, as JSON.
    #[schema(value_type = Option<Object>)]
    pub from: Option<serde_json::Value>,
    /// The changed members after, as JSON.
    #[schema(value_type = Option<Object>)]
    pub to: Option<serde_json::Value>,
    #[schema(min_length = 1, max_length = 2000)]
    pub note: Option<String>,
    pub at: DateTime<Utc>,
}

/// A claim review of a quote.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportClaimReview {
    pub id: Uuid,
    pub created_at: DateTime<Utc>,
    #[schema(min_length = 1, max_length = 300)]
    pub actor: Option<String>,
    #[schema(min_length = 1, max_length = 200)]
    pub publisher: String,
    #[schema(min_length = 1, max_length = 2048, pattern = "^[Hh][Tt][Tt][Pp][Ss]?://[^/?#]")]
    pub url: String,
    #[schema(min_length = 1, max_length = 200)]
    pub rating: String,
    #[schema(min_length = 1, max_length = 500)]
    pub title: Option<String>,
    pub date: Option<NaiveDate>,
    /// Derived.
    #[schema(read_only, value_type = Object, required = false)]
    pub quote_id: Option<IgnoredAny>,
    /// Derived.
    #[schema(read_only, value_type = Object, required = false)]
    pub claim: Option<IgnoredAny>,
}

/// A text of an article.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportVersion {
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub body_version: i32,
    #[schema(min_length = 1, max_length = 500)]
    pub headline: String,
    /// Absent of the current text, which the article has.
    #[schema(min_length = 1, max_length = 1_048_576)]
    pub body: Option<String>,
    #[schema(max_length = 3, pattern = "^[a-z]{2,3}$")]
    pub language: String,
    pub created_at: DateTime<Utc>,
    /// Derived.
    #[schema(read_only, value_type = Object, required = false)]
    pub article_id: Option<IgnoredAny>,
    /// Derived.
    #[schema(read_only, value_type = Object, required = false)]
    pub content_hash: Option<IgnoredAny>,
}

/// Records to be imported.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(max_items = 9_007_199_254_740_991)]
pub struct ImportRecordList(pub Vec<ImportRecordBody>);

impl RequestBody for ImportRecordBody {}

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ImportResult {
    Created,
    Updated,
    Unchanged,
    Failed,
}

impl From<Outcome> for ImportResult {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Created => Self::Created,
            Outcome::Updated => Self::Updated,
            Outcome::Unchanged => Self::Unchanged,
        }
    }
}

/// The result of a line.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"line": 1, "result": "created", "id": "0192f0c1-2a3b-7c4d-8e5f-60718293a4b5"}))]
pub struct ImportLineBody {
    /// The line of NDJSON, the row of CSV (its header is row 1), or the item of an array; from 1.
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991_i64)]
    pub line: u64,
    pub result: ImportResult,
    /// The id of the record; null when it failed.
    #[schema(required = true)]
    pub id: Option<Uuid>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = ProblemBody, required = false)]
    pub problem: Option<ProblemBody>,
}

/// The last line with `results=errors`: the number of lines with each result.
#[derive(Debug, Default, Clone, Copy, Serialize, ToSchema)]
pub struct ImportSummaryBody {
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub created: u64,
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub updated: u64,
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub unchanged: u64,
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub failed: u64,
}

impl ImportSummaryBody {
    /// Counts a line.
    pub fn count(&mut self, result: ImportResult) {
        *match result {
            ImportResult::Created => &mut self.created,
            ImportResult::Updated => &mut self.updated,
            ImportResult::Unchanged => &mut self.unchanged,
            ImportResult::Failed => &mut self.failed,
        } += 1;
    }
}

/// A line of the answer.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum ImportAnswer {
    Line(Box<ImportLineBody>),
    Summary { summary: ImportSummaryBody },
}

fn given(members: &[(&'static str, bool)]) -> Vec<&'static str> {
    members.iter().filter_map(|(pointer, is_given)| is_given.then_some(*pointer)).collect()
}

/// The type of a record, which its members tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RecordType {
    Article,
    Entity,
    Quote,
    Curation,
    Deleted,
}

impl RecordType {
    fn singular(self) -> &'static str {
        match self {
            Self::Article => "an article",
            Self::Entity => "an entity",
            Self::Quote => "a quote",
            Self::Curation => "a judgement, a split or a merge",
            Self::Deleted => "a deleted record",
        }
    }

    fn plural(self) -> &'static str {
        match self {
            Self::Article => "articles",
            Self::Entity => "entities",
            Self::Quote => "quotes",
            Self::Curation => "judgements, splits and merges",
            Self::Deleted => "deleted records",
        }
    }
}

impl ImportRecordBody {
    /// The given members that only articles have.
    fn members_of_articles(&self) -> Vec<&'static str> {
        let members = [
            ("/headline", self.headline.is_some()),
            ("/body", self.body.is_some()),
            ("/language", self.language.is_some()),
            ("/url", self.url.is_some()),
            ("/publisher", self.publisher.is_some()),
            ("/external_id", self.external_id.is_some()),
            ("/authors", self.authors.is_some()),
            ("/section", self.section.is_some()),
            ("/keywords", self.keywords.is_some()),
            ("/published_at", self.published_at.is_some()),
            ("/entities", self.entities.is_some()),
            ("/mentions", self.mentions.is_some()),
            ("/quotes", self.quotes.is_some()),
        ];
        given(&members)
    }

    /// The given members that only entities have.
    fn members_of_entities(&self) -> Vec<&'static str> {
        let members = [
            ("/name", self.name.is_some()),
            ("/description", self.description.is_some()),
            ("/aliases", self.aliases.is_some()),
            ("/identifiers", self.identifiers.is_some()),
            ("/merged_into", self.merged_into.is_some()),
        ];
        given(&members)
    }

    /// The given members that only quotes have.
    fn members_of_quotes(&self) -> Vec<&'static str> {
        let members = [
            ("/status", self.status.is_some()),
            ("/speaker_id", self.speaker_id.is_some()),
            ("/speaker_name", self.speaker_name.is_some()),
            ("/speaker_status", self.speaker_status.is_some()),
            ("/note", self.note.is_some()),
            ("/article_id", self.article_id.is_some()),
            ("/text", self.text.is_some()),
            ("/speaker_label", self.speaker_label.is_some()),
            ("/cue", self.cue.is_some()),
            ("/cue_lemma", self.cue_lemma.is_some()),
        ];
        given(&members)
    }

    /// Which record this is, by its members.
    fn record_type(&self) -> RecordType {
        let is_attributed = self.speaker_id.is_some() || self.speaker_name.is_some() || self.speaker_status.is_some();
        match self.kind {
            _ if self.deleted.is_some() => RecordType::Deleted,
            _ if !self.members_of_curation().is_empty() => RecordType::Curation,
            Some(RecordKind::Quote(_)) => RecordType::Quote,
            _ if is_attributed || self.article_id.is_some() || self.status.is_some() || self.note.is_some() => {
                RecordType::Quote
            }
            Some(_) => RecordType::Entity,
            None if self.name.is_some() => RecordType::Entity,
            None => RecordType::Article,
        }
    }

    /// Checks that the record has no members of other kinds of records.
    fn check_members(&self, record_type: RecordType) -> Result<(), Vec<FieldError>> {
        let of_all = [
            (RecordType::Article, self.members_of_articles()),
            (RecordType::Entity, self.members_of_entities()),
            (RecordType::Quote, self.members_of_quotes()),
        ];
        let foreign = of_all.into_iter().filter(|(owner, _)| *owner != record_type);
        let faults = foreign.flat_map(|(owner, members)| {
            let detail = format!("belongs to {}; this is {}", owner.plural(), record_type.singular());
            members.into_iter().map(move |pointer| FieldError::new(pointer, detail.clone()))
        });
        let mut faults: Vec<FieldError> = faults.collect();
        if record_type == RecordType::Quote && matches!(self.kind, Some(RecordKind::Entity(_))) {
            faults.push(FieldError::new("/kind", "is not a kind of quotes"));
        }
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    /// The given members of judgements, splits and merges.
    fn members_of_curation(&self) -> Vec<&'static str> {
        given(&[
            ("/judgement", self.judgement.is_some()),
            ("/split", self.split.is_some()),
            ("/merge", self.merge.is_some()),
            ("/moves", self.moves.is_some()),
        ])
    }

    fn into_curation(self, with_history: bool) -> Result<ImportRecord, Vec<FieldError>> {
        let pointers = self.members_of_curation();
        let fault = |detail: &str| pointers.iter().map(|pointer| FieldError::new(*pointer, detail)).collect();
        if !with_history {
            return Err(fault("needs a key with the scope admin"));
        }
        match (self.judgement, self.split, self.merge, self.moves) {
            (Some(judgement), None, None, None) => Ok(ImportRecord::Judgement(judgement.into())),
            (None, Some(split), None, None) => Ok(ImportRecord::Split(split.into())),
            (None, None, Some(merge), None) => {
                let taken = self.taken.into_iter().flatten().map(Into::into).collect();
                Ok(ImportRecord::Merge(merge.into(), taken))
            }
            (None, None, None, Some(moves)) => Ok(ImportRecord::Moves(moves.into())),
            _ => Err(fault("must be alone")),
        }
    }

    fn into_reviewed_quote(self) -> Result<ImportRecord, Vec<FieldError>> {
        let Some(id) = self.id else { return Err(vec![FieldError::new("/id", "is required of a quote")]) };
        let kind = match self.kind {
            Some(RecordKind::Quote(kind)) => Some(kind),
            _ => None,
        };
        Ok(ImportRecord::Quote(Box::new(ReviewedQuote {
            id,
            version: self.version,
            status: self.status,
            speaker_id: self.speaker_id,
            speaker_name: self.speaker_name,
            speaker_status: self.speaker_status,
            note: self.note,
            kind,
            text: self.text,
            speaker_label: self.speaker_label,
            cue: self.cue,
            cue_lemma: self.cue_lemma,
        })))
    }

    /// Converts to the type of the domain. Drops the history of the record unless `with_history`.
    ///
    /// # Errors
    /// Members that are not valid, or that belong to another kind of record.
    pub fn into_record(self, urls: &UrlNormalizer, with_history: bool) -> Result<ImportRecord, Vec<FieldError>> {
        let record_type = self.record_type();
        self.check_members(record_type)?;
        if let Some(resource) = self.deleted {
            let (Some(id), Some(deleted_at)) = (self.id, self.deleted_at) else {
                return Err(vec![FieldError::new("/deleted", "needs id and deleted_at")]);
            };
            return match with_history {
                true => Ok(ImportRecord::Deleted(DeletedRecord { id, resource, deleted_at })),
                false => Err(vec![FieldError::new("/deleted", "needs a key with the scope admin")]),
            };
        }
        if record_type == RecordType::Curation {
            return self.into_curation(with_history);
        }
        if record_type == RecordType::Quote {
            return self.into_reviewed_quote();
        }
        let history = history((self.version, self.created_at, self.updated_at)).filter(|_| with_history);
        if record_type == RecordType::Entity {
            let kind = match self.kind {
                Some(RecordKind::Entity(kind)) => Some(kind),
                _ => None,
            };
            return Ok(ImportRecord::Entity(Box::new(EntityRecord {
                id: self.id,
                key: None,
                entity: entity_patch(kind, self.name, self.description, self.aliases, self.identifiers),
                merged_into: self.merged_into.filter(|_| history.is_some()),
                history,
            })));
        }
        let mut faults = Vec::new();
        if self.body.as_ref().is_some_and(|body| body.len() > MAX_BODY_BYTES) {
            faults.push(FieldError::new("/body", format!("must be at most {MAX_BODY_BYTES} bytes of UTF-8")));
        }
        let url = self.url.map(|url| urls.normalise(&url));
        let url = url.transpose().map_err(|error| faults.push(FieldError::new("/url", error.to_string())));
        let history = match history {
            Some(record) => article_history(record, self.body_version, self.versions, &mut faults),
            None => None,
        };
        let Ok(url) = url else { return Err(faults) };
        if !faults.is_empty() {
            return Err(faults);
        }
        let labels =
            |labels: Option<Vec<Label>>| labels.map(|labels| labels.into_iter().map(|label| label.0).collect());
        let article = ArticlePatch {
            headline: self.headline,
            body: self.body,
            language: self.language.map(Some),
            url: url.map(Some),
            publisher: self.publisher.map(Some),
            external_id: self.external_id.map(Some),
            authors: labels(self.authors),
            section: self.section.map(Some),
            keywords: labels(self.keywords),
            published_at: self.published_at.map(Some),
        };
        let with_history = history.is_some();
        Ok(ImportRecord::Article(Box::new(ArticleRecord {
            id: self.id,
            article,
            entities: self.entities.into_iter().flatten().map(ImportEntity::into_record).collect(),
            mentions: self.mentions.into_iter().flatten().map(|mention| mention.into_record(with_history)).collect(),
            quotes: self.quotes.into_iter().flatten().map(|quote| quote.into_record(with_history)).collect(),
            history,
        })))
    }
}

fn history(
    (version, created_at, updated_at): (Option<i32>, Option<DateTime<Utc>>, Option<DateTime<Utc>>),
) -> Option<History> {
    Some(History { version: version?, created_at: created_at?, updated_at: updated_at? })
}

/// The history of a mention or a quote, without candidates and without a suggestion.
fn finding_history(record: History, body_version: Option<i32>, anchor: Option<Anchor>) -> FindingHistory {
    FindingHistory {
        record,
        body_version: body_version.unwrap_or(1),
        anchor: anchor.unwrap_or(Anchor::Exact),
        candidates: Vec::new(),
        candidate_count: 0,
        suggestion: None,
    }
}

/// The history of an article. All of its earlier texts must be given.
fn article_history(
    record: History,
    body_version: Option<i32>,
    versions: Option<Vec<ImportVersion>>,
    faults: &mut Vec<FieldError>,
) -> Option<ArticleHistory> {
    let body_version = body_version.unwrap_or(1);
    let mut texts = versions.unwrap_or_default();
    texts.sort_by_key(|text| text.body_version);
    let current = texts.iter().find(|text| text.body_version == body_version).map(|text| text.created_at);
    texts.retain(|text| text.body_version != body_version);
    if body_version > record.version {
        faults.push(FieldError::new("/body_version", "must be at most version"));
    }
    let is_complete = texts.iter().map(|text| text.body_version).eq(1..body_version);
    if !is_complete || texts.iter().any(|text| text.body.is_none()) {
        faults
            .push(FieldError::new("/versions", format!("must have the texts 1 to {body_version}, with their bodies")));
    }
    let earlier = |text: ImportVersion| EarlierText {
        body_version: text.body_version,
        headline: text.headline,
        body: text.body.unwrap_or_default(),
        language: text.language,
        created_at: text.created_at,
    };
    Some(ArticleHistory {
        record,
        body_version,
        body_created_at: current.unwrap_or(record.created_at),
        earlier: texts.into_iter().map(earlier).collect(),
    })
}

fn entity_patch(
    kind: Option<EntityKind>,
    name: Option<String>,
    description: Option<String>,
    aliases: Option<Vec<AliasBody>>,
    identifiers: Option<Vec<IdentifierBody>>,
) -> EntityPatch {
    EntityPatch {
        kind,
        name,
        description: description.map(Some),
        aliases: aliases.map(|aliases| aliases.into_iter().map(Into::into).collect()),
        identifiers: identifiers.map(|all| all.into_iter().map(Into::into).collect()),
    }
}

fn entity_ref(id: Option<Uuid>, key: Option<String>) -> Option<EntityRef> {
    id.map(EntityRef::Id).or(key.map(EntityRef::Key))
}

impl ImportEntity {
    fn into_record(self) -> EntityRecord {
        EntityRecord {
            id: self.id,
            key: self.key,
            entity: entity_patch(self.kind, self.name, self.description, self.aliases, self.identifiers),
            merged_into: None,
            history: None,
        }
    }
}

impl From<ImportReview> for Review {
    fn from(review: ImportReview) -> Self {
        let ImportReview { id, actor, action, from, to, note, at } = review;
        Self { id, actor, action, from, to, note, at }
    }
}

impl From<ImportClaimReview> for ClaimReviewRecord {
    fn from(review: ImportClaimReview) -> Self {
        let ImportClaimReview { id, created_at, actor, publisher, url, rating, title, date, .. } = review;
        Self { id, created_at, actor, new: NewClaimReview { publisher, url, rating, title, date } }
    }
}

impl ImportMention {
    fn into_record(self, with_history: bool) -> MentionRecord {
        let record = history((self.version, self.created_at, self.updated_at)).filter(|_| with_history);
        let span = Span { start: self.start, end: self.end };
        let words = self.exact.clone().unwrap_or_default();
        MentionRecord {
            id: self.id,
            entity: entity_ref(self.entity_id, self.entity),
            new: NewMention {
                entity_id: None,
                span,
                exact: self.exact,
                kind: self.kind.unwrap_or(MentionKind::Name),
                confidence: self.confidence.unwrap_or(1.0),
                origin: self.origin.unwrap_or(Origin::Human),
                extractor: self.extractor,
            },
            status: self.status,
            reviews: self.reviews.into_iter().flatten().filter(|_| record.is_some()).map(Into::into).collect(),
            history: record.map(|record| FindingHistory {
                candidates: self.candidates.into_iter().flatten().map(Into::into).collect(),
                candidate_count: self.candidate_count.unwrap_or_default(),
                suggestion: self.suggestion.map(|found| found.into_suggestion(words, span)),
                ..finding_history(record, self.body_version, self.anchor)
            }),
        }
    }
}

impl ImportQuote {
    fn into_record(self, with_history: bool) -> QuoteRecord {
        let record = history((self.version, self.created_at, self.updated_at)).filter(|_| with_history);
        QuoteRecord {
            id: self.id,
            speaker: entity_ref(self.speaker_id, self.speaker),
            quote: QuotePatch {
                text: self.text,
                spans: self.spans.map(|spans| spans.into_iter().map(Into::into).collect()),
                kind: self.kind,
                speaker_id: None,
                speaker_label: self.speaker_label.map(Some),
                speaker_span: self.speaker_span.map(|span| Some(span.into())),
                speaker_status: self.speaker_status,
                cue: self.cue.map(Some),
                cue_span: self.cue_span.map(|span| Some(span.into())),
                cue_lemma: self.cue_lemma.map(Some),
                said_on: self.said_on.map(Some),
                status: self.status,
                confidence: self.confidence,
            },
            origin: self.origin.unwrap_or(Origin::Human),
            extractor: self.extractor,
            reviews: self.reviews.into_iter().flatten().filter(|_| record.is_some()).map(Into::into).collect(),
            claim_reviews: self
                .claim_reviews
                .into_iter()
                .flatten()
                .filter(|_| record.is_some())
                .map(Into::into)
                .collect(),
            history: record.map(|record| FindingHistory {
                suggestion: self.suggestion.map(Into::into),
                ..finding_history(record, self.body_version, self.anchor)
            }),
        }
    }
}
