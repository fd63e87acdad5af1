//! The rows of `mentions`.

use crate::domain::mention::Mention;
use crate::domain::span::Span;
use crate::domain::{Anchor, MentionKind, Origin};
use crate::schema::mentions;
use crate::store::Result;
use crate::store::rows::Rows;
use chrono::{DateTime, Utc};
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::sql_types as sql;
use uuid::Uuid;

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = mentions, check_for_backend(Pg))]
pub(in crate::store) struct MentionRow {
    pub id: Uuid,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub article_id: Uuid,
    pub extractor: Option<String>,
    pub published_at: Option<DateTime<Utc>>,
    #[diesel(embed)]
    pub columns: Columns,
}

/// The columns that a change of a mention can set.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = mentions, treat_none_as_null = true, check_for_backend(Pg))]
pub(in crate::store) struct Columns {
    pub body_version: i32,
    pub anchor: Anchor,
    pub entity_id: Option<Uuid>,
    pub candidates: Vec<Option<Uuid>>,
    pub candidate_count: i32,
    pub span_start: i32,
    pub span_end: i32,
    pub exact: String,
    pub prefix: String,
    pub suffix: String,
    pub kind: MentionKind,
    pub confidence: f64,
    pub origin: Origin,
}

#[derive(Debug, Insertable)]
#[diesel(table_name = mentions)]
pub(in crate::store) struct InsertedMention<'a> {
    pub id: Uuid,
    pub article_id: Uuid,
    pub extractor: Option<&'a str>,
    #[diesel(embed)]
    pub columns: Columns,
}

impl Columns {
    pub fn span(&self) -> Span {
        Span { start: self.span_start, end: self.span_end }
    }
}

/// Inserts mentions with one statement.
pub(in crate::store) fn insert(conn: &mut PgConnection, fresh: &[InsertedMention]) -> Result<()> {
    let rows = Rows::of("mentions")
        .column::<sql::Uuid, _>("id", fresh.iter().map(|row| row.id))
        .column::<sql::Uuid, _>("article_id", fresh.iter().map(|row| row.article_id))
        .column::<sql::Nullable<sql::Text>, _>("extractor", fresh.iter().map(|row| row.extractor));
    with_columns(rows, || fresh.iter().map(|row| &row.columns)).insert(conn)
}

/// Sets all columns of some mentions with one statement.
pub(in crate::store) fn update(conn: &mut PgConnection, changed: &[(Uuid, Columns)]) -> Result<()> {
    let rows = Rows::of("mentions").column::<sql::Uuid, _>("id", changed.iter().map(|(id, _)| *id));
    with_columns(rows, || changed.iter().map(|(_, columns)| columns)).update(conn)
}

fn with_columns<'a, I: Iterator<Item = &'a Columns>>(rows: Rows<'a>, columns: impl Fn() -> I) -> Rows<'a> {
    rows.column::<sql::Integer, _>("body_version", columns().map(|row| row.body_version))
        .column::<sql::Text, _>("anchor", columns().map(|row| row.anchor))
        .column::<sql::Nullable<sql::Uuid>, _>("entity_id", columns().map(|row| row.entity_id))
        .arrays("candidates", "::uuid[]", columns().map(|row| row.candidates.iter().flatten().collect()))
        .column::<sql::Integer, _>("candidate_count", columns().map(|row| row.candidate_count))
        .column::<sql::Integer, _>("span_start", columns().map(|row| row.span_start))
        .column::<sql::Integer, _>("span_end", columns().map(|row| row.span_end))
        .column::<sql::Text, _>("exact", columns().map(|row| &row.exact))
        .column::<sql::Text, _>("prefix", columns().map(|row| &row.prefix))
        .column::<sql::Text, _>("suffix", columns().map(|row| &row.suffix))
        .column::<sql::Text, _>("kind", columns().map(|row| row.kind))
        .column::<sql::Double, _>("confidence", columns().map(|row| row.confidence))
        .column::<sql::Text, _>("origin", columns().map(|row| row.origin))
}

impl From<MentionRow> for Mention {
    fn from(row: MentionRow) -> Self {
        let columns = row.columns;
        Self {
            id: row.id,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            article_id: row.article_id,
            body_version: columns.body_version,
            anchor: columns.anchor,
            entity_id: columns.entity_id,
            span: columns.span(),
            candidates: columns.candidates.into_iter().flatten().collect(),
            candidate_count: columns.candidate_count,
            exact: columns.exact,
            prefix: columns.prefix,
            suffix: columns.suffix,
            kind: columns.kind,
            confidence: columns.confidence,
            origin: columns.origin,
            extractor: row.extractor,
        }
    }
}
