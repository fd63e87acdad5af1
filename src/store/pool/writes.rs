//! Writes: each in a transaction of its own, or those of one sort that several callers bring at the same time in one.

use super::{Db, Pool, with_connection};
use crate::store::freshness::Freshness;
use crate::store::session::{self, Lsn};
use crate::store::together::Together;
use crate::store::{Error, Result, changes, search};
use diesel::Connection;
use diesel::pg::PgConnection;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::slice;
use std::sync::Arc;

/// How often a write that collided with another is tried in all.
const TRIES: u32 = 3;

/// Writes of one sort that wait.
pub type Writes<W, T> = Together<Write<W>, Written<T>>;

/// What one of several callers brings: another one that looks like it is to be written as well.
#[derive(Debug)]
pub struct Write<W>(W);

impl<W> PartialEq for Write<W> {
    fn eq(&self, _: &Self) -> bool {
        false
    }
}

/// What a write answers, and where it was committed if others read elsewhere.
#[derive(Debug, Clone)]
pub struct Written<T> {
    done: T,
    at: Option<Lsn>,
}

impl Db {
    /// Runs a write in one transaction, again when it collided with another.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl Fn(&mut PgConnection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let transactions = self.transactions();
        self.writes.run(move || transactions.run(TRIES, &work)).await.map(noted)
    }

    /// Writes something, in one transaction with others of its sort that are brought at the same time: `write` has an answer
    /// for each of them, in their order. If one of them is refused none is written so, but each by itself.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn write_together<W, T>(
        &self,
        together: &Arc<Writes<W, T>>,
        brought: W,
        write: impl Fn(&mut PgConnection, &[&W]) -> Result<Vec<T>> + Send + 'static,
    ) -> Result<T>
    where
        W: Send + 'static,
        T: Clone + Send + 'static,
    {
        let (ticket, answered) = together.ask(Write(brought));
        let (transactions, threads, all) = (self.transactions(), self.writes.threads(), Arc::clone(together));
        let work = move || all.answer(threads, |brought| transactions.run_all(brought, &write));
        self.writes.answered(answered, work, || together.withdraw(ticket)).await.map(noted)
    }

    fn transactions(&self) -> Transactions {
        Transactions {
            pool: self.pool.clone(),
            freshness: self.freshness.clone(),
            is_replicated: self.replica.is_some(),
        }
    }
}

/// What follows from a commit, for the request that made it.
fn noted<T>(Written { done, at }: Written<T>) -> T {
    search::wrote();
    if let Some(at) = at {
        session::wrote(at);
    }
    done
}

/// How something is written.
struct Transactions {
    pool: Pool,
    freshness: Option<Arc<Freshness>>,
    is_replicated: bool,
}

impl Transactions {
    /// In one transaction, begun again when it collided with another; so often at most.
    fn run<T>(&self, tries: u32, work: impl Fn(&mut PgConnection) -> Result<T>) -> Result<Written<T>> {
        let mut result = with_connection(&self.pool, |conn| self.once(conn, &work));
        for _ in 1..tries {
            if !matches!(result, Err(Error::Collision(_))) {
                break;
            }
            result = with_connection(&self.pool, |conn| self.once(conn, &work));
        }
        result
    }

    fn once<T>(&self, conn: &mut PgConnection, work: impl Fn(&mut PgConnection) -> Result<T>) -> Result<Written<T>> {
        let done = match &self.freshness {
            None => conn.transaction(&work)?,
            Some(freshness) => {
                let (done, held) = conn.transaction(|conn| {
                    let done = work(conn)?;
                    Ok::<_, Error>((done, freshness.hold(changes::own(conn)?)))
                })?;
                drop(held);
                done
            }
        };
        // It is committed: who cannot be told where reads the primary.
        let at = self.is_replicated.then(|| session::position(conn).unwrap_or(Lsn::NEVER));
        Ok(Written { done, at })
    }

    /// All of it in one transaction; each by itself, when that is refused or has a defect.
    fn run_all<W, T>(
        &self,
        brought: &[Write<W>],
        write: impl Fn(&mut PgConnection, &[&W]) -> Result<Vec<T>>,
    ) -> Result<Vec<Result<Written<T>>>> {
        let brought: Vec<&W> = brought.iter().map(|Write(one)| one).collect();
        let alone = |one: &&W| {
            let Written { done, at } = caught(|| self.run(TRIES, |conn| write(conn, slice::from_ref(one))))?;
            let done = done.into_iter().next().ok_or_else(|| Error::Internal("a write has no answer".to_owned()))?;
            Ok(Written { done, at })
        };
        if brought.len() > 1 {
            match caught(|| self.run(1, |conn| write(conn, &brought))) {
                Ok(Written { done, at }) => return Ok(done.into_iter().map(|done| Ok(Written { done, at })).collect()),
                Err(error @ (Error::Unavailable(_) | Error::Overloaded)) => return Err(error),
                Err(_) => {}
            }
        }
        Ok(brought.iter().map(alone).collect())
    }
}

/// A panic is an error of the one whose write it was.
fn caught<T>(write: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(write)).unwrap_or_else(|_| Err(Error::Internal("the store panicked".to_owned())))
}
