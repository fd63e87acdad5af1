//! Records that a person changed after a merge. The undo of the merge leaves them as they are.

use crate::schema::merge_moves;
use crate::store::Result;
use diesel::prelude::*;
use uuid::Uuid;

/// Records that a person changed mentions or quotes. The caller has locked their articles.
pub(in crate::store) fn record_human_change(conn: &mut PgConnection, records: &[Uuid]) -> Result<()> {
    let moves = merge_moves::table.filter(merge_moves::record_id.eq_any(records));
    diesel::update(moves).set(merge_moves::is_changed.eq(true)).execute(conn)?;
    Ok(())
}
