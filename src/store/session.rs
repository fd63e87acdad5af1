//! What one caller has written and seen, so that no replica and no cache shows it less.
//!
//! A place in the write-ahead log of the primary stands for everything committed before it. Who has written is told the
//! place of its commit; who names a place reads nothing older.

use diesel::define_sql_function;
use diesel::pg::PgConnection;
use diesel::pg::data_types::PgLsn;
use diesel::prelude::*;
use diesel::sql_types::PgLsn as SqlLsn;
use std::cell::Cell;
use std::fmt;
use std::future::Future;

/// A place in the write-ahead log, in bytes; later is greater. As text: sixteen hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lsn(pub u64);

impl Lsn {
    /// After everything: what no replica has reached.
    pub const NEVER: Self = Self(u64::MAX);

    /// Reads what [`Display`](fmt::Display) writes.
    pub fn parse(text: &str) -> Option<Self> {
        let is_sound = text.len() == 16 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        is_sound.then(|| u64::from_str_radix(text, 16).ok().map(Self)).flatten()
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

/// The request that is being answered, as the store sees it.
#[derive(Debug, Default)]
pub struct Session {
    /// Nothing older may be read.
    pub seen: Option<Lsn>,
    /// Read the primary, and nothing that is kept elsewhere.
    pub fresh: bool,
    wrote: Cell<Option<Lsn>>,
}

impl Session {
    /// One that reads nothing older than `seen`; `fresh` reads the primary alone.
    pub fn new(seen: Option<Lsn>, fresh: bool) -> Self {
        Self { seen, fresh, wrote: Cell::new(None) }
    }

    /// Runs the request, and answers with the place of its last commit, if that is known.
    pub async fn run<T>(self, request: impl Future<Output = T>) -> (T, Option<Lsn>) {
        CURRENT
            .scope(self, async {
                let answer = request.await;
                (answer, CURRENT.with(|session| session.wrote.get()))
            })
            .await
    }
}

/// What the request may be shown.
#[derive(Debug, Clone, Copy, Default)]
pub struct Demands {
    /// Nothing older.
    pub seen: Option<Lsn>,
    /// Nothing but what the primary has.
    pub fresh: bool,
}

/// What the request that is being answered may be shown.
pub fn demands() -> Demands {
    CURRENT
        .try_with(|session| Demands { seen: session.seen.max(session.wrote.get()), fresh: session.fresh })
        .unwrap_or_default()
}

/// Remembers that the request has committed.
pub(super) fn wrote(at: Lsn) {
    // Outside of a request nobody asks.
    let _ = CURRENT.try_with(|session| session.wrote.set(Some(at)));
}

define_sql_function! {
    /// Where the next record of the write-ahead log will stand.
    fn pg_current_wal_insert_lsn() -> SqlLsn;
}

define_sql_function! {
    /// How far a standby has come; null on a primary.
    fn pg_last_wal_replay_lsn() -> Nullable<SqlLsn>;
}

/// A place after everything that is committed now, on the primary.
pub(super) fn position(conn: &mut PgConnection) -> QueryResult<Lsn> {
    diesel::select(pg_current_wal_insert_lsn()).get_result(conn).map(|PgLsn(at)| Lsn(at))
}

/// How far a standby has replayed; `None` on a primary.
pub(super) fn replayed(conn: &mut PgConnection) -> QueryResult<Option<Lsn>> {
    let at: Option<PgLsn> = diesel::select(pg_last_wal_replay_lsn()).get_result(conn)?;
    Ok(at.map(|PgLsn(at)| Lsn(at)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_is_written() {
        for at in [0, 1, 0x16B_3748, u64::MAX] {
            assert_eq!(Lsn::parse(&Lsn(at).to_string()), Some(Lsn(at)));
        }
        for text in ["", "1", "0/16B3748", "00000000016B3748", "+0000000016b3748", "00000000016b37480"] {
            assert_eq!(Lsn::parse(text), None, "{text}");
        }
    }
}
