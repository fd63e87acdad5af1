//! Which records were changed, by whomever, as the database's triggers have it.
//!
//! A change is named by what it belongs to: an article with its mentions, quotes and reviews by the article's id, an
//! entity by its own, and what mentions an entity by [`mentioning`].

use super::Result;
use super::session::Lsn;
use diesel::pg::data_types::PgLsn;
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, PgLsn as SqlLsn, Text, Uuid as SqlUuid};
use uuid::Uuid;

/// So many articles may change at once before what they mention is not looked up one by one.
const MANY: usize = 1_000;

/// What changes with the mentions of an entity, apart from what changes with the entity itself.
pub fn mentioning(entity: Uuid) -> Uuid {
    Uuid::from_u128(!entity.as_u128())
}

/// What was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    These(Vec<Uuid>),
    /// So much that anything may be.
    Anything,
}

impl Changed {
    fn of(articles: Vec<Uuid>, entities: Vec<Uuid>, mentioned: Vec<Uuid>) -> Self {
        if articles.len() > MANY {
            return Self::Anything;
        }
        let mentioned = mentioned.into_iter().map(mentioning);
        Self::These(articles.into_iter().chain(entities).chain(mentioned).collect())
    }
}

/// What was committed since a snapshot.
pub struct Changes {
    /// What is visible now, as Postgres spells a snapshot.
    pub snapshot: String,
    /// Where the log of the primary ended after that.
    pub after: Lsn,
    pub changed: Changed,
}

/// What this transaction has changed so far.
pub fn own(conn: &mut PgConnection) -> Result<Changed> {
    let (articles, entities, mentioned) = Own.get_result(conn)?;
    Ok(Changed::of(articles, entities, mentioned))
}

/// What was committed since `snapshot`, however the transactions overlapped; with `None`, nothing but where to begin.
pub fn since(conn: &mut PgConnection, snapshot: Option<&str>) -> Result<Changes> {
    let since = snapshot.unwrap_or_default().to_owned();
    let (snapshot, PgLsn(after), articles, entities, mentioned) = Since { snapshot: since }.get_result(conn)?;
    Ok(Changes { snapshot, after: Lsn(after), changed: Changed::of(articles, entities, mentioned) })
}

/// The columns of an answer, by what a row of a log has to be to be in it: articles, entities, and those that these articles
/// mention, or that something does not any more, unless anything may have changed. `OFFSET` has the mentions looked up article
/// by article.
fn columns(is_in: &str) -> String {
    format!(
        "array(SELECT article_id FROM changed LIMIT {MANY} + 1),
        array(SELECT DISTINCT entity_id FROM entity_changes WHERE {is_in}),
        array(SELECT m.entity_id FROM changed CROSS JOIN LATERAL (
                SELECT entity_id FROM mentions
                WHERE mentions.article_id = changed.article_id AND entity_id IS NOT NULL OFFSET 0) AS m
            WHERE (SELECT count(*) FROM changed) <= {MANY}
            UNION SELECT entity_id FROM lost_mentions WHERE {is_in} AND (SELECT count(*) FROM changed) <= {MANY})"
    )
}

#[derive(Debug, QueryId)]
struct Own;

impl Query for Own {
    type SqlType = (Array<SqlUuid>, Array<SqlUuid>, Array<SqlUuid>);
}

impl QueryFragment<Pg> for Own {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let is_own = "transaction_id = pg_current_xact_id_if_assigned()::text::bigint";
        out.push_sql(&format!(
            "WITH changed AS MATERIALIZED (SELECT DISTINCT article_id FROM article_changes WHERE {is_own}) SELECT {}",
            columns(is_own)
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
    type SqlType = (Text, SqlLsn, Array<SqlUuid>, Array<SqlUuid>, Array<SqlUuid>);
}

impl QueryFragment<Pg> for Since {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("WITH given AS (SELECT coalesce(nullif(");
        out.push_bind_param::<Text, _>(&self.snapshot)?;
        let is_new = "transaction_id >= (SELECT oldest FROM since)
            AND NOT pg_visible_in_snapshot(transaction_id::text::xid8, (SELECT snapshot FROM since))";
        out.push_sql(&format!(
            ", '')::pg_snapshot, pg_current_snapshot()) AS snapshot),
            since AS MATERIALIZED (SELECT snapshot, pg_snapshot_xmin(snapshot)::text::bigint AS oldest FROM given),
            changed AS MATERIALIZED (SELECT DISTINCT article_id FROM article_changes WHERE {is_new})
            SELECT pg_current_snapshot()::text, pg_current_wal_insert_lsn(), {}",
            columns(is_new)
        ));
        Ok(())
    }
}

impl RunQueryDsl<PgConnection> for Since {}
