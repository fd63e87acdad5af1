//! A standby that reads may go to, while it is known to be near enough to the primary.
//!
//! A look, a few times a second, asks the primary where its log ends and then the standby how far it has come: when it
//! has come that far, it had everything at the moment of the question. So a read knows how old, at most, what it finds
//! there is. While that is too old, or nothing is known, reads go to the primary.

use super::lane::Lane;
use super::pool::{Pool, on, read_on, take};
use super::session::{self, Lsn};
use super::{Error, PoolOptions, Result, migrate, pool};
use diesel::PgConnection;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Connections of the pool for looks.
const LOOKS: u32 = 1;
/// A standby that has not answered within this cannot be used.
const PATIENCE: Duration = Duration::from_secs(1);

/// Which standby, and how far it may be behind.
#[derive(Debug, Clone)]
pub struct ReplicaOptions {
    pub url: String,
    /// The oldest that a read may see.
    pub max_lag: Duration,
}

/// A standby. Cheap to clone.
#[derive(Clone)]
pub(super) struct Replica {
    pool: Pool,
    reads: Lane,
    looks: Lane,
    max_lag: Duration,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    /// When it last had everything; `None` while it cannot be used.
    complete_at: Mutex<Option<Instant>>,
    /// Whether it was said that it cannot be used.
    is_lost: AtomicBool,
    /// How far it has come, as far as is known.
    replayed: AtomicU64,
    /// Reads that it answered, and that were answered by the primary though a standby is configured.
    answered: AtomicU64,
    passed_on: AtomicU64,
}

/// What is known of a standby.
#[derive(Debug, Clone, Copy)]
pub struct ReplicaState {
    /// Whether reads go there.
    pub usable: bool,
    /// How old, at most, what it shows is; `None` while it cannot be used.
    pub age: Option<Duration>,
    pub answered: u64,
    pub passed_on: u64,
}

/// A read that was done, or that is to be done by the primary.
pub(super) enum Read<T, W> {
    Done(T),
    PassedOn(W),
}

impl Replica {
    pub fn new(options: &PoolOptions, replica: &ReplicaOptions) -> Self {
        // Half of the connections: the primary has them all, for writes too.
        let readers = (options.connections - options.connections / 2).max(1);
        Self {
            pool: pool::connections(options, &replica.url, readers + LOOKS),
            reads: Lane::new("replica", readers, options.permit_wait),
            looks: Lane::new("look", LOOKS, options.permit_wait),
            max_lag: replica.max_lag,
            state: Arc::default(),
        }
    }

    /// Runs a read there, unless it cannot be used now or has not come to `seen`.
    pub async fn read<T, W>(&self, seen: Option<Lsn>, work: W) -> Result<Read<T, W>>
    where
        T: Send + 'static,
        W: Fn(&mut PgConnection) -> Result<T> + Send + 'static,
    {
        if !self.is_usable() {
            return Ok(self.pass_on(work));
        }
        let replica = self.clone();
        self.reads
            .run(move || {
                let found = match replica.has_come_to(seen) {
                    Ok(true) => read_on(&replica.pool, &work),
                    Ok(false) => return Ok(replica.pass_on(work)),
                    Err(error) => Err(error),
                };
                match found {
                    Err(Error::Unavailable(cause)) => {
                        replica.state.lose(&cause);
                        Ok(replica.pass_on(work))
                    }
                    // What it replayed was in the way of the read.
                    Err(Error::Collision(_)) => Ok(replica.pass_on(work)),
                    found => {
                        replica.state.answered.fetch_add(1, Ordering::Relaxed);
                        found.map(Read::Done)
                    }
                }
            })
            .await
    }

    fn pass_on<T, W>(&self, work: W) -> Read<T, W> {
        self.state.passed_on.fetch_add(1, Ordering::Relaxed);
        Read::PassedOn(work)
    }

    fn is_usable(&self) -> bool {
        self.state.age().is_some_and(|age| age <= self.max_lag)
    }

    fn has_come_to(&self, seen: Option<Lsn>) -> Result<bool> {
        let Some(seen) = seen else { return Ok(true) };
        if seen.0 <= self.state.replayed.load(Ordering::Relaxed) {
            return Ok(true);
        }
        on(take(&self.pool)?, |conn| self.state.ask(conn)).map(|at| at >= seen)
    }

    /// Looks how far it is. `primary` is where the primary's log ended at `asked`; the primary is asked first.
    pub async fn look(&self, asked: Instant, primary: Lsn) {
        let replica = self.clone();
        let look = self.looks.run(move || {
            on(take(&replica.pool)?, |conn| {
                // Not while it is used: what was current stays current.
                if replica.state.age().is_none() && !migrate::is_current(conn)? {
                    return Err(Error::Unavailable("it lacks migrations".to_owned()));
                }
                if replica.state.ask(conn)? >= primary {
                    replica.state.is_complete(asked);
                }
                Ok(())
            })
        });
        match tokio::time::timeout(PATIENCE, look).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => self.state.lose(&error.to_string()),
            Err(_) => self.state.lose("it does not answer"),
        }
    }

    pub fn state(&self) -> ReplicaState {
        ReplicaState {
            usable: self.is_usable(),
            age: self.state.age(),
            answered: self.state.answered.load(Ordering::Relaxed),
            passed_on: self.state.passed_on.load(Ordering::Relaxed),
        }
    }
}

impl State {
    /// How old, at most, what it shows is.
    fn age(&self) -> Option<Duration> {
        self.complete_at.lock().unwrap_or_else(PoisonError::into_inner).map(|at| at.elapsed())
    }

    fn ask(&self, conn: &mut PgConnection) -> Result<Lsn> {
        let at = session::replayed(conn)?.ok_or_else(|| Error::Unavailable("it is no standby".to_owned()))?;
        self.replayed.fetch_max(at.0, Ordering::Relaxed);
        Ok(at)
    }

    fn is_complete(&self, at: Instant) {
        let before = self.complete_at.lock().unwrap_or_else(PoisonError::into_inner).replace(at);
        if before.is_none() {
            self.is_lost.store(false, Ordering::Relaxed);
            log::info!("reads go to the replica");
        }
    }

    /// Sends reads to the primary, and says so once.
    fn lose(&self, cause: &str) {
        *self.complete_at.lock().unwrap_or_else(PoisonError::into_inner) = None;
        // A standby that was restored from elsewhere may be further back.
        self.replayed.store(0, Ordering::Relaxed);
        if !self.is_lost.swap(true, Ordering::Relaxed) {
            log::warn!("the replica cannot be used, reads go to the primary: {cause}");
        }
    }
}
