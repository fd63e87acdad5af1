//! The context of a request in the store: its deadline, its actor, and how fresh its reads must be.
//!
//! A position in the write-ahead log of the primary covers everything committed before it. A client gets the position of its
//! commit as a consistency token. Reads with that token see everything committed up to that position.

use diesel::define_sql_function;
use diesel::pg::PgConnection;
use diesel::pg::data_types::PgLsn;
use diesel::prelude::*;
use diesel::sql_types::{PgLsn as SqlLsn, Text};
use std::cell::Cell;
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Instant;

/// A position in the write-ahead log, in bytes. As text: sixteen hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lsn(pub u64);

impl Lsn {
    /// A position that no standby reaches.
    pub const MAX: Self = Self(u64::MAX);

    /// Parses the format of [`Display`](fmt::Display).
    pub fn parse(text: &str) -> Option<Self> {
        let is_valid = text.len() == 16 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        is_valid.then(|| u64::from_str_radix(text, 16).ok().map(Self)).flatten()
    }
}

impl fmt::Display for Lsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

tokio::task_local! {
    static CURRENT: Session;
}

/// The store's view of one request.
#[derive(Debug, Default)]
pub struct Session {
    /// Reads see at least everything committed before this position.
    pub min_lsn: Option<Lsn>,
    /// Reads use the primary and no cache.
    pub fresh: bool,
    /// Writes that are not committed at this time are rolled back.
    pub deadline: Option<Instant>,
    /// The actor that is recorded for the changes.
    pub actor: Option<Arc<str>>,
    committed: Cell<Option<Lsn>>,
}

impl Session {
    /// A session whose reads see at least `min_lsn`; with `fresh` they use the primary and no cache.
    pub fn new(min_lsn: Option<Lsn>, fresh: bool, deadline: Option<Instant>, actor: Option<Arc<str>>) -> Self {
        Self { min_lsn, fresh, deadline, actor, committed: Cell::new(None) }
    }

    /// Runs the request. Returns its result and the position of its last commit, if known.
    pub async fn run<T>(self, request: impl Future<Output = T>) -> (T, Option<Lsn>) {
        CURRENT
            .scope(self, async {
                let answer = request.await;
                (answer, CURRENT.with(|session| session.committed.get()))
            })
            .await
    }
}

/// Requirements on the reads of a request.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReadRequirements {
    /// Reads see at least everything committed before this position.
    pub min_lsn: Option<Lsn>,
    /// Reads use the primary and no cache.
    pub fresh: bool,
}

/// Returns the requirements of the current request. Outside of a request there are none.
pub fn read_requirements() -> ReadRequirements {
    let requirements = |session: &Session| ReadRequirements {
        min_lsn: session.min_lsn.max(session.committed.get()),
        fresh: session.fresh,
    };
    CURRENT.try_with(requirements).unwrap_or_default()
}

/// Returns the deadline of the current request, `None` outside of a request.
pub(super) fn deadline() -> Option<Instant> {
    CURRENT.try_with(|session| session.deadline).ok().flatten()
}

/// Returns the actor of the current request, `None` for anonymous callers and outside of a request.
pub(super) fn actor() -> Option<Arc<str>> {
    CURRENT.try_with(|session| session.actor.clone()).ok().flatten()
}

/// Sets the actor that is recorded for the later changes of the transaction.
pub(in crate::store) fn set_actor(conn: &mut PgConnection, actor: &str) -> QueryResult<()> {
    diesel::sql_query("SELECT set_config('verbatim.actor', $1, true)").bind::<Text, _>(actor).execute(conn).map(drop)
}

/// Records that the current request has committed.
pub(super) fn record_commit(at: Lsn) {
    // Background tasks have no session.
    let _ = CURRENT.try_with(|session| session.committed.set(Some(at)));
}

define_sql_function! {
    /// The position at which the next record of the write-ahead log is inserted.
    fn pg_current_wal_insert_lsn() -> SqlLsn;
}

define_sql_function! {
    /// The position up to which the write-ahead log is on disk and may be sent to standbys.
    fn pg_current_wal_flush_lsn() -> SqlLsn;
}

define_sql_function! {
    /// The position up to which a standby has replayed; null on a primary.
    fn pg_last_wal_replay_lsn() -> Nullable<SqlLsn>;
}

/// Returns a position after everything committed so far, on the primary.
pub(super) fn insert_lsn(conn: &mut PgConnection) -> QueryResult<Lsn> {
    diesel::select(pg_current_wal_insert_lsn()).get_result(conn).map(|PgLsn(at)| Lsn(at))
}

/// Returns a position after everything that is committed and on disk, on the primary.
pub(super) fn flush_lsn(conn: &mut PgConnection) -> QueryResult<Lsn> {
    diesel::select(pg_current_wal_flush_lsn()).get_result(conn).map(|PgLsn(at)| Lsn(at))
}

/// Returns the position up to which a standby has replayed; `None` on a primary.
pub(super) fn replay_lsn(conn: &mut PgConnection) -> QueryResult<Option<Lsn>> {
    let at: Option<PgLsn> = diesel::select(pg_last_wal_replay_lsn()).get_result(conn)?;
    Ok(at.map(|PgLsn(at)| Lsn(at)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formatted_position_parses_to_itself() {
        for at in [0, 1, 0x16B_3748, u64::MAX] {
            assert_eq!(Lsn::parse(&Lsn(at).to_string()), Some(Lsn(at)));
        }
        for text in ["", "1", "0/16B3748", "00000000016B3748", "+0000000016b3748", "00000000016b37480"] {
            assert_eq!(Lsn::parse(text), None, "{text}");
        }
    }
}
