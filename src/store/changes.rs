//! Which records were changed, by whomever, as the database's triggers have it.
//!
//! A change is named by what it belongs to: an article with its mentions, quotes and reviews by the article's id and
//! by those of the entities it mentions or did, an entity by its own.

use super::Result;
use super::session::Lsn;
use diesel::pg::data_types::PgLsn;
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, PgLsn as SqlLsn, Text, Uuid as SqlUuid};
use uuid::Uuid;

/// What was committed since a snapshot.
pub struct Changes {
    /// What is visible now, as Postgres spells a snapshot.
    pub snapshot: String,
    /// Where the log of the primary ended after that.
    pub after: Lsn,
    pub changed: Vec<Uuid>,
}

/// What this transaction has changed so far.
pub fn own(conn: &mut PgConnection) -> Result<Vec<Uuid>> {
    Ok(Own.load(conn)?)
}

/// What was committed since `snapshot`, however the transactions overlapped; with `None`, nothing but where to begin.
pub fn since(conn: &mut PgConnection, snapshot: Option<&str>) -> Result<Changes> {
    let since = snapshot.unwrap_or_default().to_owned();
    let (snapshot, PgLsn(after), changed) = Since { snapshot: since }.get_result(conn)?;
    Ok(Changes { snapshot, after: Lsn(after), changed })
}

/// The entities that the articles `changed` mention. Those that they do not mention any more are in the log.
const MENTIONED: &str = "UNION SELECT entity_id FROM changed CROSS JOIN LATERAL (
    SELECT entity_id FROM mentions WHERE mentions.article_id = changed.article_id AND entity_id IS NOT NULL OFFSET 0) AS m";

#[derive(Debug, QueryId)]
struct Own;

impl Query for Own {
    type SqlType = SqlUuid;
}

impl QueryFragment<Pg> for Own {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(&format!(
            "WITH changed AS MATERIALIZED (SELECT DISTINCT article_id FROM article_changes
                WHERE transaction_id = pg_current_xact_id_if_assigned()::text::bigint)
            SELECT article_id FROM changed {MENTIONED}
            UNION SELECT entity_id FROM entity_changes
                WHERE transaction_id = pg_current_xact_id_if_assigned()::text::bigint"
        ));
        Ok(())
    }
}

impl RunQueryDsl<PgConnection> for Own {}

/// One statement, so that the snapshot is the one that the changes are read in.
#[derive(Debug, QueryId)]
struct Since {
    snapshot: String,
}

impl Query for Since {
    type SqlType = (Text, SqlLsn, Array<SqlUuid>);
}

impl QueryFragment<Pg> for Since {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("WITH given AS (SELECT coalesce(nullif(");
        out.push_bind_param::<Text, _>(&self.snapshot)?;
        out.push_sql(&format!(
            ", '')::pg_snapshot, pg_current_snapshot()) AS snapshot),
            since AS MATERIALIZED (SELECT snapshot, pg_snapshot_xmin(snapshot)::text::bigint AS oldest FROM given),
            changed AS MATERIALIZED (SELECT DISTINCT article_id FROM since, article_changes WHERE transaction_id >= oldest
                AND NOT pg_visible_in_snapshot(transaction_id::text::xid8, snapshot))
            SELECT pg_current_snapshot()::text, pg_current_wal_insert_lsn(), array(
                SELECT article_id FROM changed {MENTIONED}
                UNION SELECT entity_id FROM since, entity_changes WHERE transaction_id >= oldest
                    AND NOT pg_visible_in_snapshot(transaction_id::text::xid8, snapshot))"
        ));
        Ok(())
    }
}

impl RunQueryDsl<PgConnection> for Since {}
