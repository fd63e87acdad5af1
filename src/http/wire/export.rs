//! Formats of records and lists other than JSON: the whole list as NDJSON or CSV, and the form of linked data.

use super::article::ArticleBody;
use super::entity::EntityBody;
use super::judgement::JudgementBody;
use super::merge::{MergeBody, MergeSourceBody, MoveListBody};
use super::split::SplitBody;
use crate::domain::DeletedResource;
use crate::domain::import::DeletedRecord;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// The media type of NDJSON.
pub const NDJSON: &str = "application/x-ndjson";
/// The media type of CSV.
pub const CSV: &str = "text/csv";

/// The forms of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ListFormat {
    Json,
    Jsonld,
    Ndjson,
    Csv,
}

/// The forms of a record.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[allow(dead_code, reason = "describes a parameter that is read with `Accept`")]
pub enum RecordFormat {
    Json,
    Jsonld,
}

/// The form of a record.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "describes a parameter that is read with `Accept`")]
pub struct RecordOptions {
    /// The form of the answer, instead of `Accept`.
    #[param(inline)]
    format: Option<RecordFormat>,
}

/// The form of a list.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ExportOptions {
    /// The form of the answer, instead of `Accept`: `json` is a page, and `jsonld` a page as linked data. `ndjson` (an item a line) and `csv` (a header, then a line
    /// for each item; lists and objects as JSON) are the whole list as it was at the beginning, and take no `limit`, `cursor` and
    /// `count`. `mentions` and `quotes` of articles are then complete. In CSV, a text that a spreadsheet would take for a
    /// formula begins with an apostrophe.
    #[param(inline)]
    pub format: Option<ListFormat>,
    /// Whether CSV begins with a byte order mark, by which some spreadsheets recognise UTF-8.
    #[serde(default)]
    #[param(default = false)]
    pub bom: bool,
}

/// Lines of comma-separated values (RFC 4180) in UTF-8. The first line has the names of the members.
#[derive(ToSchema)]
#[schema(max_length = 9_007_199_254_740_991, example = "kind,name\r\norganization,Compagnie du ferry\r\n")]
pub struct CsvText(#[allow(dead_code, reason = "describes a body that is written as text")] String);

/// Whether a spreadsheet would treat a text as a formula, also one that has apostrophes before it.
pub fn is_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// A line of an export of everything.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum ExportedRecord {
    Entity(Box<EntityBody>),
    Article(Box<ArticleBody>),
    Judgement(JudgementRecordBody),
    Split(SplitRecordBody),
    Merge(Box<MergeRecordBody>),
    Moves(MovesRecordBody),
    Deleted(DeletedRecordBody),
}

/// A judgement that two entities are different.
#[derive(Serialize, ToSchema)]
pub struct JudgementRecordBody {
    pub judgement: JudgementBody,
}

/// A split of an entity.
#[derive(Serialize, ToSchema)]
pub struct SplitRecordBody {
    pub split: SplitBody,
}

/// A merge, with what it took from its sources.
#[derive(Serialize, ToSchema)]
pub struct MergeRecordBody {
    pub merge: MergeBody,
    #[schema(max_items = 100)]
    pub taken: Vec<MergeSourceBody>,
}

/// Some of the references that the merge before it moved.
#[derive(Serialize, ToSchema)]
pub struct MovesRecordBody {
    pub moves: MoveListBody,
}

/// The id of a deleted record, which answers 410.
#[derive(Serialize, ToSchema)]
pub struct DeletedRecordBody {
    pub id: Uuid,
    pub deleted: DeletedResource,
    pub deleted_at: DateTime<Utc>,
}

impl From<DeletedRecord> for DeletedRecordBody {
    fn from(record: DeletedRecord) -> Self {
        Self { id: record.id, deleted: record.resource, deleted_at: record.deleted_at }
    }
}
