//! The blocks of a body as an array of Postgres.

use crate::domain::BlockRole;
use crate::domain::article::Block;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::{Array, Integer, Nullable};
use serde::{Serialize, Serializer};

/// The blocks of a body, in order: an array of role, start, end, role, start, end...
///
/// A role is stored as its index in [`BlockRole::ALL`], whose order must not change.
#[derive(Debug, Clone, PartialEq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Array<Nullable<Integer>>)]
pub struct BlockList(pub Vec<Block>);

impl BlockList {
    fn numbers(&self) -> impl Iterator<Item = i32> {
        self.0.iter().flat_map(|block| [block.role as i32, block.start, block.end])
    }
}

impl Serialize for BlockList {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.numbers())
    }
}

impl ToSql<Array<Nullable<Integer>>, Pg> for BlockList {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        let numbers: Vec<Option<i32>> = self.numbers().map(Some).collect();
        ToSql::<Array<Nullable<Integer>>, Pg>::to_sql(&numbers, &mut out.reborrow())
    }
}

impl FromSql<Array<Nullable<Integer>>, Pg> for BlockList {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let numbers: Vec<Option<i32>> = FromSql::<Array<Nullable<Integer>>, Pg>::from_sql(value)?;
        let block = |numbers: &[Option<i32>]| {
            let [Some(role), Some(start), Some(end)] = numbers else { return None };
            let role = *BlockRole::ALL.get(usize::try_from(*role).ok()?)?;
            Some(Block { role, start: *start, end: *end })
        };
        let blocks: Option<Vec<Block>> = numbers.chunks(3).map(block).collect();
        Ok(Self(blocks.ok_or("a block must be a role, a start and an end")?))
    }
}
