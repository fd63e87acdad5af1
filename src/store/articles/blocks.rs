//! The blocks of a body as a `jsonb` column, read and written without an intermediate `serde_json::Value`.

use crate::domain::article::Block;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::Jsonb;
use serde::Serialize;
use std::io::Write;

/// The first byte of the binary format of `jsonb`; the text follows.
const VERSION: u8 = 1;

/// The blocks of a body, in order.
#[derive(Debug, Clone, PartialEq, AsExpression, FromSqlRow, Serialize)]
#[diesel(sql_type = Jsonb)]
pub struct BlockList(pub Vec<Block>);

impl ToSql<Jsonb, Pg> for BlockList {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(&[VERSION])?;
        serde_json::to_writer(out, &self.0)?;
        Ok(IsNull::No)
    }
}

impl FromSql<Jsonb, Pg> for BlockList {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        match value.as_bytes() {
            [VERSION, text @ ..] => Ok(Self(serde_json::from_slice(text)?)),
            _ => Err("jsonb of another version".into()),
        }
    }
}
