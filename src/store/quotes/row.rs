//! The rows of `quotes`.

use crate::domain::quote::{Quote, Review};
use crate::domain::span::Span;
use crate::domain::{Anchor, Origin, QuoteKind, QuoteStatus, SpeakerStatus};
use crate::schema::quotes;
use crate::store::Result;
use crate::store::rows::Rows;
use crate::store::spans::{SpanList, SpanRange};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::sql_types as sql;
use uuid::Uuid;

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = quotes, check_for_backend(Pg))]
pub struct QuoteRow {
    pub id: Uuid,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub article_id: Uuid,
    pub origin: Origin,
    pub extractor: Option<String>,
    pub published_at: Option<DateTime<Utc>>,
    #[diesel(embed)]
    pub columns: Columns,
}

/// The columns that a change of a quote can set.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = quotes, treat_none_as_null = true, check_for_backend(Pg))]
pub struct Columns {
    pub body_version: i32,
    pub anchor: Anchor,
    pub text: String,
    pub spans: SpanList,
    pub prefix: String,
    pub suffix: String,
    pub kind: QuoteKind,
    pub speaker_id: Option<Uuid>,
    pub speaker_label: Option<String>,
    pub speaker_span: Option<SpanRange>,
    pub speaker_status: SpeakerStatus,
    pub cue: Option<String>,
    pub cue_span: Option<SpanRange>,
    pub cue_lemma: Option<String>,
    pub said_on: Option<NaiveDate>,
    pub status: QuoteStatus,
    pub confidence: f64,
    pub canonical_text: Option<String>,
    pub cluster_id: Option<Uuid>,
}

#[derive(Debug, Insertable)]
#[diesel(table_name = quotes)]
pub struct InsertedQuote<'a> {
    pub id: Uuid,
    pub article_id: Uuid,
    pub origin: Origin,
    pub extractor: Option<&'a str>,
    #[diesel(embed)]
    pub columns: Columns,
}

/// Inserts quotes with one statement.
pub fn insert(conn: &mut PgConnection, fresh: &[InsertedQuote]) -> Result<()> {
    let rows = Rows::of("quotes")
        .column::<sql::Uuid, _>("id", fresh.iter().map(|row| row.id))
        .column::<sql::Uuid, _>("article_id", fresh.iter().map(|row| row.article_id))
        .column::<sql::Text, _>("origin", fresh.iter().map(|row| row.origin))
        .column::<sql::Nullable<sql::Text>, _>("extractor", fresh.iter().map(|row| row.extractor));
    with_columns(rows, || fresh.iter().map(|row| &row.columns)).insert(conn)
}

/// Sets all columns of some quotes with one statement.
pub fn update(conn: &mut PgConnection, changed: &[(Uuid, Columns)]) -> Result<()> {
    let rows = Rows::of("quotes").column::<sql::Uuid, _>("id", changed.iter().map(|(id, _)| *id));
    with_columns(rows, || changed.iter().map(|(_, columns)| columns)).update(conn)
}

fn with_columns<'a, I: Iterator<Item = &'a Columns>>(rows: Rows<'a>, columns: impl Fn() -> I) -> Rows<'a> {
    rows.column::<sql::Integer, _>("body_version", columns().map(|row| row.body_version))
        .column::<sql::Text, _>("anchor", columns().map(|row| row.anchor))
        .column::<sql::Text, _>("text", columns().map(|row| &row.text))
        .arrays("spans", "::integer[]", columns().map(|row| row.spans.bounds()))
        .column::<sql::Text, _>("prefix", columns().map(|row| &row.prefix))
        .column::<sql::Text, _>("suffix", columns().map(|row| &row.suffix))
        .column::<sql::Text, _>("kind", columns().map(|row| row.kind))
        .column::<sql::Nullable<sql::Uuid>, _>("speaker_id", columns().map(|row| row.speaker_id))
        .column::<sql::Nullable<sql::Text>, _>("speaker_label", columns().map(|row| row.speaker_label.as_ref()))
        .column::<sql::Nullable<sql::Range<sql::Integer>>, _>("speaker_span", columns().map(|row| row.speaker_span))
        .column::<sql::Text, _>("speaker_status", columns().map(|row| row.speaker_status))
        .column::<sql::Nullable<sql::Text>, _>("cue", columns().map(|row| row.cue.as_ref()))
        .column::<sql::Nullable<sql::Range<sql::Integer>>, _>("cue_span", columns().map(|row| row.cue_span))
        .column::<sql::Nullable<sql::Text>, _>("cue_lemma", columns().map(|row| row.cue_lemma.as_ref()))
        .column::<sql::Nullable<sql::Date>, _>("said_on", columns().map(|row| row.said_on))
        .column::<sql::Text, _>("status", columns().map(|row| row.status))
        .column::<sql::Double, _>("confidence", columns().map(|row| row.confidence))
        .column::<sql::Nullable<sql::Text>, _>("canonical_text", columns().map(|row| row.canonical_text.as_ref()))
        .column::<sql::Nullable<sql::Uuid>, _>("cluster_id", columns().map(|row| row.cluster_id))
}

impl From<Span> for SpanRange {
    fn from(span: Span) -> Self {
        Self(span)
    }
}

impl Columns {
    /// The start of the first span.
    pub fn start(&self) -> i32 {
        self.spans.0.first().map_or(0, |span| span.start)
    }
}

impl QuoteRow {
    /// The quote, with its rows of other tables.
    pub fn with(self, about: Vec<Uuid>, reviews: Vec<Review>) -> Quote {
        let columns = self.columns;
        Quote {
            id: self.id,
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
            article_id: self.article_id,
            body_version: columns.body_version,
            anchor: columns.anchor,
            text: columns.text,
            spans: columns.spans.0,
            prefix: columns.prefix,
            suffix: columns.suffix,
            kind: columns.kind,
            speaker_id: columns.speaker_id,
            speaker_label: columns.speaker_label,
            speaker_span: columns.speaker_span.map(|range| range.0),
            speaker_status: columns.speaker_status,
            cue: columns.cue,
            cue_span: columns.cue_span.map(|range| range.0),
            cue_lemma: columns.cue_lemma,
            about,
            said_on: columns.said_on,
            status: columns.status,
            confidence: columns.confidence,
            origin: self.origin,
            extractor: self.extractor,
            canonical_text: columns.canonical_text,
            cluster_id: columns.cluster_id,
            reviews,
            published_at: self.published_at,
        }
    }
}
