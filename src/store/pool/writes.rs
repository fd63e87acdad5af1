//! Writes: each in a transaction of its own, or those of one sort that several callers bring at the same time in one.

use super::{Db, Pool, with_connection};
use crate::store::freshness::Freshness;
use crate::store::session::{self, Lsn};
use crate::store::together::{Share, Together};
use crate::store::{Error, Result, changes, search};
use diesel::Connection;
use diesel::pg::PgConnection;
use std::panic::{AssertUnwindSafe, catch_unwind};
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
        self.writes.run(move || transactions.run(&work)).await.map(noted)
    }

    /// Writes something, in one transaction with others of its sort that are brought at the same time: `write` has an answer
    /// for each of them, in their order. If it fails none is written so, but each by itself.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn write_together<W, T>(
        &self,
        together: &Arc<Writes<W, T>>,
        brought: W,
        write: impl Fn(&mut PgConnection, &[&W]) -> Result<Vec<Result<T>>> + Send + 'static,
    ) -> Result<T>
    where
        W: Send + 'static,
        T: Clone + Send + 'static,
    {
        let (ticket, answered) = together.ask(Write(brought));
        let (transactions, lane, all) = (self.transactions(), self.writes.clone(), Arc::clone(together));
        // Threads that are at work now leave what waits to this one: the more at once, the less each costs.
        let work = move || transactions.run_all(all.share(lane.idle() + 1), &write);
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
    /// In one transaction, begun again when it collided with another.
    fn run<T>(&self, work: impl Fn(&mut PgConnection) -> Result<T>) -> Result<Written<T>> {
        let mut result = with_connection(&self.pool, |conn| self.once(conn, &work));
        for _ in 1..TRIES {
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

    /// All of it in one transaction; each by itself, when that has a defect or takes too long.
    fn run_all<W, T: Clone>(
        &self,
        share: Share<Write<W>, Written<T>>,
        write: impl Fn(&mut PgConnection, &[&W]) -> Result<Vec<Result<T>>>,
    ) {
        let brought: Vec<&W> = share.questions.iter().map(|Write(one)| one).collect();
        let written = match &brought[..] {
            [] => return,
            all => caught(|| self.run(|conn| write(conn, all))),
        };
        match written {
            Err(error @ (Error::TimedOut(_) | Error::Internal(_))) if brought.len() > 1 => {
                log::warn!("{} writes in one transaction, each is tried by itself: {error}", brought.len());
                share.each(|Write(one)| {
                    let Written { done, at } = caught(|| self.run(|conn| write(conn, &[one])))?;
                    let done = done.into_iter().next();
                    let done = done.ok_or_else(|| Error::Internal("a write has no answer".to_owned()))??;
                    Ok(Written { done, at })
                });
            }
            written => share.tell(written.map(|Written { done, at }| {
                done.into_iter().map(|done| done.map(|done| Written { done, at })).collect()
            })),
        }
    }
}

/// A panic is an error of the one whose write it was.
fn caught<T>(write: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(write)).unwrap_or_else(|_| Err(Error::Internal("the store panicked".to_owned())))
}
