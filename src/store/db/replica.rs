//! Standbys that serve reads while their replication lag is small enough.
//!
//! Several times a second, a check asks the primary how far its log is flushed, and then the standby how far it has replayed.
//! The positions of the primary are kept with their times: the newest one that the standby has replayed bounds the age of its
//! data. While that age is unknown or too great, reads go to the primary.

use super::connection::{Connector, PlanCacheMode, PoolOptions, ReplicaOptions};
use super::session::{self, Lsn, ReadRequirements};
use super::silence::replace_silent_threads;
use super::wait_times::WaitTimes;
use super::workers::{Worker, WorkerPool};
use crate::store::{Error, Result};
use diesel::PgConnection;
use futures_util::future::join_all;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Connections for checks.
const CHECK_CONNECTIONS: u32 = 1;
/// A standby that does not answer a check within this is not used.
const CHECK_TIMEOUT: Duration = Duration::from_secs(1);
/// The most positions of the primary that are kept: 25 seconds of ten checks a second.
const MAX_POSITIONS: usize = 256;

/// All standbys. Cheap to clone.
#[derive(Clone)]
pub(super) struct Replicas {
    all: Arc<[Replica]>,
    turn: Arc<AtomicUsize>,
}

/// A standby. Cheap to clone.
#[derive(Clone)]
pub(super) struct Replica {
    /// Its number in the settings, from 1, for the log.
    number: usize,
    reads: WorkerPool,
    checks: WorkerPool,
    max_lag: Duration,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    positions: Mutex<Positions>,
    /// Whether a warning was logged that the standby is not used.
    is_reported_lost: AtomicBool,
    /// The highest position that it is known to have replayed.
    replayed: AtomicU64,
    /// Reads served by the standby, and by the primary instead of it.
    served: AtomicU64,
    passed_on: AtomicU64,
}

/// The state of the standbys.
#[derive(Debug, Clone, Copy)]
pub struct ReplicaState {
    /// How many of them serve reads.
    pub usable: usize,
    /// The greatest age of the data of those; `None` while none serves reads.
    pub age: Option<Duration>,
    pub served: u64,
    pub passed_on: u64,
}

/// A read that the standby has served, or that the primary has to serve.
pub(super) enum ReplicaRead<T, W> {
    Served(T),
    PassedOn(W),
}

impl Replicas {
    pub fn new(options: &PoolOptions, waits: &WaitTimes) -> Self {
        let numbered = options.replicas.iter().zip(1..);
        let all = numbered.map(|(replica, number)| Replica::new(options, replica, number, waits)).collect();
        Self { all, turn: Arc::default() }
    }

    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The next usable standby in rotation; an unusable one when there is no other.
    pub fn next(&self) -> Option<&Replica> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let in_turn = || (0..self.all.len()).map(|n| &self.all[(turn.wrapping_add(n)) % self.all.len()]);
        in_turn().find(|replica| replica.is_usable()).or_else(|| in_turn().next())
    }

    /// Checks how far each is behind. `flushed` is a position that the primary had reached after `asked`.
    pub async fn check(&self, asked: Instant, flushed: Lsn, check: fn(&mut PgConnection) -> Result<()>) {
        join_all(self.all.iter().map(|replica| replica.check(asked, flushed, check))).await;
    }

    /// Replaces threads whose connections have gone silent.
    pub async fn replace_silent_threads(&self) {
        join_all(self.all.iter().map(Replica::replace_silent_threads)).await;
    }

    /// The state of all; `None` when there is none.
    pub fn state(&self) -> Option<ReplicaState> {
        let sum = |count: fn(&State) -> &AtomicU64| {
            self.all.iter().map(|replica| count(&replica.state).load(Ordering::Relaxed)).sum()
        };
        let usable = || self.all.iter().filter(|replica| replica.is_usable());
        (!self.is_empty()).then(|| ReplicaState {
            usable: usable().count(),
            age: usable().filter_map(|replica| replica.state.age()).max(),
            served: sum(|state| &state.served),
            passed_on: sum(|state| &state.passed_on),
        })
    }
}

impl Replica {
    fn new(options: &PoolOptions, replica: &ReplicaOptions, number: usize, waits: &WaitTimes) -> Self {
        // Half of the connections: those of the primary also serve writes.
        let readers = (options.connections - options.connections / 2).max(1);
        let pool = |name, size| {
            let connector = Connector::new(options, &replica.url, PlanCacheMode::ForceCustomPlan, None);
            WorkerPool::new(name, size, connector, options.queue_timeout, waits.of(name))
        };
        Self {
            number,
            reads: pool("replica", readers),
            checks: pool("replica-check", CHECK_CONNECTIONS),
            max_lag: replica.max_lag,
            state: Arc::default(),
        }
    }

    /// Runs a read on the standby, unless it is too far behind for the request.
    pub async fn read<T, W>(&self, requirements: ReadRequirements, work: W) -> Result<ReplicaRead<T, W>>
    where
        T: Send + 'static,
        W: Fn(&mut PgConnection) -> Result<T> + Send + 'static,
    {
        if requirements.fresh {
            return Ok(ReplicaRead::PassedOn(work));
        }
        if !self.is_usable() {
            return Ok(self.pass_on(work));
        }
        let replica = self.clone();
        self.reads
            .run(move |worker| {
                let result = match replica.has_reached(worker, requirements.min_lsn) {
                    Ok(true) => worker.run_retrying(&work),
                    Ok(false) => return Ok(replica.pass_on(work)),
                    Err(error) => Err(error),
                };
                match result {
                    Err(Error::Unavailable(cause)) => {
                        replica.lose(&cause);
                        Ok(replica.pass_on(work))
                    }
                    // The read conflicted with replay and was cancelled.
                    Err(Error::Collision(_)) => Ok(replica.pass_on(work)),
                    result => {
                        replica.state.served.fetch_add(1, Ordering::Relaxed);
                        result.map(ReplicaRead::Served)
                    }
                }
            })
            .await
    }

    fn pass_on<T, W>(&self, work: W) -> ReplicaRead<T, W> {
        self.state.passed_on.fetch_add(1, Ordering::Relaxed);
        ReplicaRead::PassedOn(work)
    }

    fn is_usable(&self) -> bool {
        self.state.age().is_some_and(|age| age <= self.max_lag)
    }

    fn has_reached(&self, worker: &mut Worker, min_lsn: Option<Lsn>) -> Result<bool> {
        let Some(min_lsn) = min_lsn else { return Ok(true) };
        if min_lsn.0 <= self.state.replayed.load(Ordering::Relaxed) {
            return Ok(true);
        }
        worker.run(|conn| self.state.replay_lsn(conn)).map(|at| at >= min_lsn)
    }

    async fn check(&self, asked: Instant, flushed: Lsn, check: fn(&mut PgConnection) -> Result<()>) {
        self.state.positions().push(asked, flushed);
        let replica = self.clone();
        let checked = self.checks.run(move |worker| {
            worker.run(|conn| {
                // Only before it is used: the result cannot change while it is.
                if replica.state.age().is_none() {
                    check(conn)?;
                }
                let replayed = replica.state.replay_lsn(conn)?;
                replica.has_replayed(replayed);
                Ok(())
            })
        });
        match tokio::time::timeout(CHECK_TIMEOUT, checked).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => self.lose(&error.to_string()),
            Err(_) => self.lose("it does not answer"),
        }
    }

    async fn replace_silent_threads(&self) {
        replace_silent_threads(&[&self.reads, &self.checks], &self.checks).await;
    }

    fn has_replayed(&self, replayed: Lsn) {
        let mut positions = self.state.positions();
        let was_complete = positions.complete_at.is_some();
        positions.has_replayed(replayed);
        if !was_complete && positions.complete_at.is_some() {
            self.state.is_reported_lost.store(false, Ordering::Relaxed);
            log::info!("reads go to replica {}", self.number);
        }
    }

    /// Stops reads on the standby, and logs that once.
    fn lose(&self, cause: &str) {
        *self.state.positions() = Positions::default();
        // A standby that was restored from a backup may be further behind.
        self.state.replayed.store(0, Ordering::Relaxed);
        if !self.state.is_reported_lost.swap(true, Ordering::Relaxed) {
            log::warn!("replica {} cannot be used: {cause}", self.number);
        }
    }
}

impl State {
    fn age(&self) -> Option<Duration> {
        self.positions().complete_at.map(|at| at.elapsed())
    }

    fn positions(&self) -> MutexGuard<'_, Positions> {
        self.positions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn replay_lsn(&self, conn: &mut PgConnection) -> Result<Lsn> {
        let at = session::replay_lsn(conn)?.ok_or_else(|| Error::Unavailable("it is not a standby".to_owned()))?;
        self.replayed.fetch_max(at.0, Ordering::Relaxed);
        Ok(at)
    }
}

/// Recent positions of the primary that the standby has not replayed, oldest first, and when it was last complete.
#[derive(Default)]
struct Positions {
    pending: VecDeque<(Instant, Lsn)>,
    complete_at: Option<Instant>,
}

impl Positions {
    /// Adds a position that the primary had reached after `asked`.
    fn push(&mut self, asked: Instant, flushed: Lsn) {
        if self.pending.len() == MAX_POSITIONS {
            // Drops the newest: a standby reaches the oldest first.
            self.pending.pop_back();
        }
        self.pending.push_back((asked, flushed));
    }

    /// Removes the replayed positions. The standby has everything committed before the time of the newest of them.
    fn has_replayed(&mut self, replayed: Lsn) {
        let reached = self.pending.iter().take_while(|(_, flushed)| *flushed <= replayed).count();
        if let Some((at, _)) = self.pending.drain(..reached).next_back() {
            self.complete_at = Some(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_position_that_is_replayed_tells_the_age() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut positions = Positions::default();
        positions.push(at(0), Lsn(10));
        positions.has_replayed(Lsn(9));
        assert_eq!(positions.complete_at, None);
        positions.push(at(1), Lsn(20));
        positions.push(at(2), Lsn(30));
        // A standby that never reaches the last position is not dropped.
        positions.has_replayed(Lsn(25));
        assert_eq!(positions.complete_at, Some(at(1)));
        positions.has_replayed(Lsn(25));
        assert_eq!(positions.complete_at, Some(at(1)));
        positions.has_replayed(Lsn(30));
        assert_eq!(positions.complete_at, Some(at(2)));
    }

    #[test]
    fn positions_are_bounded_and_the_oldest_is_kept() {
        let start = Instant::now();
        let mut positions = Positions::default();
        for n in 0..MAX_POSITIONS as u64 * 2 {
            positions.push(start + Duration::from_secs(n), Lsn(n));
        }
        assert_eq!(positions.pending.len(), MAX_POSITIONS);
        positions.has_replayed(Lsn(0));
        assert_eq!(positions.complete_at, Some(start));
    }
}
