//! The request that the store works for: its deadline, and how fresh its reads must be.
//!
//! A position in the write-ahead log of the primary stands for everything committed before it. A caller who wrote gets the
//! position of its commit as a consistency token; reads with that token see at least that much.

use diesel::define_sql_function;
use diesel::pg::PgConnection;
use diesel::pg::data_types::PgLsn;
use diesel::prelude::*;
use diesel::sql_types::PgLsn as SqlLsn;
use std::cell::Cell;
use std::fmt;
use std::future::Future;
use std::time::Instant;

/// A position in the write-ahead log, in bytes. As text: sixteen hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lsn(pub u64);

impl Lsn {
    /// A position that no standby reaches.
    pub const MAX: Self = Self(u64::MAX);

    /// Reads what [`Display`](fmt::Display) writes.
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
    /// Reads see at least what was committed before this position.
    pub min_lsn: Option<Lsn>,
    /// Reads use the primary and no cache.
    pub fresh: bool,
    /// Writes that are not committed by then are rolled back.
    pub deadline: Option<Instant>,
    committed: Cell<Option<Lsn>>,
}

impl Session {
    /// A session whose reads see at least `min_lsn`; with `fresh` they use the primary and no cache.
    pub fn new(min_lsn: Option<Lsn>, fresh: bool, deadline: Option<Instant>) -> Self {
        Self { min_lsn, fresh, deadline, committed: Cell::new(None) }
    }

    /// Runs the request. Returns its answer and the position of its last commit, where that is known.
    pub async fn run<T>(self, request: impl Future<Output = T>) -> (T, Option<Lsn>) {
        CURRENT
            .scope(self, async {
                let answer = request.await;
                (answer, CURRENT.with(|session| session.committed.get()))
            })
            .await
    }
}

/// How fresh the reads of a request must be.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReadRequirements {
    /// See at least what was committed before this position.
    pub min_lsn: Option<Lsn>,
    /// Use the primary and no cache.
    pub fresh: bool,
}

/// What the current request requires of its reads; nothing outside of a request.
pub fn read_requirements() -> ReadRequirements {
    let requirements = |session: &Session| ReadRequirements {
        min_lsn: session.min_lsn.max(session.committed.get()),
        fresh: session.fresh,
    };
    CURRENT.try_with(requirements).unwrap_or_default()
}

/// The deadline of the current request; none outside of a request.
pub(super) fn deadline() -> Option<Instant> {
    CURRENT.try_with(|session| session.deadline).ok().flatten()
}

/// Records that the current request has committed.
pub(super) fn record_commit(at: Lsn) {
    // Background tasks have no session.
    let _ = CURRENT.try_with(|session| session.committed.set(Some(at)));
}

define_sql_function! {
    /// Where the next record of the write-ahead log will be inserted.
    fn pg_current_wal_insert_lsn() -> SqlLsn;
}

define_sql_function! {
    /// Up to where the write-ahead log is on disk, and may be sent to standbys.
    fn pg_current_wal_flush_lsn() -> SqlLsn;
}

define_sql_function! {
    /// How far a standby has replayed; null on a primary.
    fn pg_last_wal_replay_lsn() -> Nullable<SqlLsn>;
}

/// A position after everything that is committed now, on the primary.
pub(super) fn insert_lsn(conn: &mut PgConnection) -> QueryResult<Lsn> {
    diesel::select(pg_current_wal_insert_lsn()).get_result(conn).map(|PgLsn(at)| Lsn(at))
}

/// A position after everything that is committed and on disk now, on the primary.
pub(super) fn flush_lsn(conn: &mut PgConnection) -> QueryResult<Lsn> {
    diesel::select(pg_current_wal_flush_lsn()).get_result(conn).map(|PgLsn(at)| Lsn(at))
}

/// How far a standby has replayed; `None` on a primary.
pub(super) fn replay_lsn(conn: &mut PgConnection) -> QueryResult<Option<Lsn>> {
    let at: Option<PgLsn> = diesel::select(pg_last_wal_replay_lsn()).get_result(conn)?;
    Ok(at.map(|PgLsn(at)| Lsn(at)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_read_as_it_is_written() {
        for at in [0, 1, 0x16B_3748, u64::MAX] {
            assert_eq!(Lsn::parse(&Lsn(at).to_string()), Some(Lsn(at)));
        }
        for text in ["", "1", "0/16B3748", "00000000016B3748", "+0000000016b3748", "00000000016b37480"] {
            assert_eq!(Lsn::parse(text), None, "{text}");
        }
    }
}
