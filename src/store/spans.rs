//! Spans in the types of the database.

use crate::domain::span::Span;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::{Array, Integer, Nullable, Range};
use serde::{Serialize, Serializer};
use std::ops::Bound;

/// The spans of a quote: an array of start, end, start, end...
#[derive(Debug, Clone, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Array<Nullable<Integer>>)]
pub struct SpanList(pub Vec<Span>);

impl SpanList {
    /// Start, end, start, end...
    fn bounds(&self) -> impl Iterator<Item = i32> {
        self.0.iter().flat_map(|span| [span.start, span.end])
    }
}

impl Serialize for SpanList {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.bounds())
    }
}

impl ToSql<Array<Nullable<Integer>>, Pg> for SpanList {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        let flat: Vec<Option<i32>> = self.bounds().map(Some).collect();
        ToSql::<Array<Nullable<Integer>>, Pg>::to_sql(&flat, &mut out.reborrow())
    }
}

impl FromSql<Array<Nullable<Integer>>, Pg> for SpanList {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let flat: Vec<Option<i32>> = FromSql::<Array<Nullable<Integer>>, Pg>::from_sql(value)?;
        let flat: Option<Vec<i32>> = flat.into_iter().collect();
        let pairs = flat.ok_or("a span without an offset")?;
        Ok(Self(pairs.chunks_exact(2).map(|pair| Span { start: pair[0], end: pair[1] }).collect()))
    }
}

/// One span: a half-open range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Range<Integer>)]
pub struct SpanRange(pub Span);

impl Serialize for SpanRange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("[{},{})", self.0.start, self.0.end))
    }
}

impl ToSql<Range<Integer>, Pg> for SpanRange {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        let bounds = (Bound::Included(self.0.start), Bound::Excluded(self.0.end));
        ToSql::<Range<Integer>, Pg>::to_sql(&bounds, &mut out.reborrow())
    }
}

impl FromSql<Range<Integer>, Pg> for SpanRange {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        match FromSql::<Range<Integer>, Pg>::from_sql(value)? {
            (Bound::Included(start), Bound::Excluded(end)) => Ok(Self(Span { start, end })),
            _ => Err("a range without ends".into()),
        }
    }
}
