//! Validity of cached data.
//!
//! Cached data carries a logical clock and the time of its read. It is valid until this instance changes its owner, and
//! for at most `max_age`, because other instances and SQL clients change data without notice.
//!
//! A write guards its owners from before its commit until after it, so that no caller sees the new state and then the old.

use std::cell::RefCell;
use std::hash::{BuildHasher, RandomState};
use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Slots of the hash table of changes. Owners that share a slot are invalidated together, at the cost of another read.
const SLOTS: usize = 1 << 16;

/// The record that cached data is derived from. A change of the owner invalidates the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Owner {
    /// An article with its mentions, quotes and reviews; or an entity.
    Record(Uuid),
    /// The mentions of an entity.
    MentionsOf(Uuid),
    /// All data.
    Everything,
}

thread_local! {
    /// Owners that the transaction of this thread has changed so far.
    static CHANGED: RefCell<Vec<Owner>> = const { RefCell::new(Vec::new()) };
}

/// Records that the current transaction changes `owners`. Every write to cached data must call this.
pub(in crate::store) fn record_changes(owners: impl IntoIterator<Item = Owner>) {
    CHANGED.with_borrow_mut(|changed| changed.extend(owners));
}

/// Returns and clears the changes recorded on this thread.
pub(super) fn take_changes() -> Vec<Owner> {
    CHANGED.with_borrow_mut(mem::take)
}

/// When a read began.
#[derive(Debug, Clone, Copy)]
pub struct ReadTimestamp {
    clock: u64,
    at: Instant,
}

/// Keeps the owners of a write invalid while it commits. After the drop, reads that began before it stay invalid.
pub struct WriteGuard {
    validity: Arc<CacheValidity>,
    owners: Vec<Owner>,
}

impl Drop for WriteGuard {
    fn drop(&mut self) {
        let clock = self.validity.clock.fetch_add(1, Ordering::SeqCst) + 1;
        for owner in &self.owners {
            let slot = self.validity.slot(*owner);
            slot.changed_at.fetch_max(clock, Ordering::SeqCst);
            slot.guards.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

/// Decides whether cached data is valid.
pub struct CacheValidity {
    max_age: Duration,
    clock: AtomicU64,
    slots: Box<[Slot]>,
    everything: Slot,
    hasher: RandomState,
    /// Start time of the server that was connected to last.
    server: Mutex<Option<String>>,
}

/// The changes of the owners that share this slot.
#[derive(Default)]
struct Slot {
    /// The clock after their last change.
    changed_at: AtomicU64,
    /// Writes to these owners that are committing.
    guards: AtomicU64,
}

impl Slot {
    fn allows(&self, clock: u64) -> bool {
        // The guards are read first: a write sets the clock before it releases its guard.
        self.guards.load(Ordering::SeqCst) == 0 && clock >= self.changed_at.load(Ordering::SeqCst)
    }
}

impl CacheValidity {
    /// Data is valid for at most `max_age`.
    pub fn new(max_age: Duration) -> Self {
        Self {
            max_age,
            clock: AtomicU64::new(1),
            slots: (0..SLOTS).map(|_| Slot::default()).collect(),
            everything: Slot::default(),
            hasher: RandomState::new(),
            server: Mutex::default(),
        }
    }

    /// Returns the timestamp for a read that is about to begin and whose result is cached.
    pub fn now(&self) -> ReadTimestamp {
        ReadTimestamp { clock: self.clock.load(Ordering::SeqCst), at: Instant::now() }
    }

    /// True when data of `owner` that was read at `read` may be shown.
    pub fn allows(&self, owner: Owner, read: ReadTimestamp) -> bool {
        self.slot(owner).allows(read.clock) && self.everything.allows(read.clock) && read.at.elapsed() <= self.max_age
    }

    /// Invalidates everything when a connection reaches another server than the last one, or a restarted one: a promoted
    /// standby may lack writes that were read here.
    pub(super) fn server_started(self: &Arc<Self>, at: String) {
        let last = self.server.lock().unwrap_or_else(PoisonError::into_inner).replace(at.clone());
        if last.is_some_and(|last| last != at) {
            drop(self.guard(vec![Owner::Everything]));
        }
    }

    /// Invalidates data of `owners` until the guard is dropped. Must be called before the commit.
    pub(super) fn guard(self: &Arc<Self>, owners: Vec<Owner>) -> WriteGuard {
        for owner in &owners {
            self.slot(*owner).guards.fetch_add(1, Ordering::SeqCst);
        }
        WriteGuard { validity: Arc::clone(self), owners }
    }

    fn slot(&self, owner: Owner) -> &Slot {
        match owner {
            Owner::Everything => &self.everything,
            owner => &self.slots[usize::try_from(self.hasher.hash_one(owner) % SLOTS as u64).unwrap_or_default()],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Owner = Owner::Record(Uuid::from_u128(1));
    const OTHER: Owner = Owner::Record(Uuid::from_u128(2));

    fn validity() -> Arc<CacheValidity> {
        Arc::new(CacheValidity::new(Duration::from_secs(60)))
    }

    #[test]
    fn a_change_invalidates_earlier_reads_of_its_owner_alone() {
        let validity = validity();
        let before = validity.now();
        assert!(validity.allows(ONE, before));
        drop(validity.guard(vec![ONE]));
        assert!(!validity.allows(ONE, before));
        assert!(validity.allows(ONE, validity.now()));
        assert!(validity.allows(OTHER, before));
        assert!(validity.allows(Owner::MentionsOf(Uuid::from_u128(1)), before));
    }

    #[test]
    fn nothing_is_shown_while_it_is_committed_and_nothing_read_meanwhile_is_kept() {
        let validity = validity();
        for owners in [vec![ONE], vec![Owner::Everything]] {
            let guard = validity.guard(owners);
            let meanwhile = validity.now();
            assert!(!validity.allows(ONE, meanwhile));
            drop(guard);
            assert!(!validity.allows(ONE, meanwhile));
            assert!(validity.allows(ONE, validity.now()));
        }
    }

    #[test]
    fn the_last_of_two_writes_ends_the_guard() {
        let validity = validity();
        let [first, second] = [validity.guard(vec![ONE]), validity.guard(vec![ONE, ONE])];
        drop(second);
        assert!(!validity.allows(ONE, validity.now()));
        drop(first);
        assert!(validity.allows(ONE, validity.now()));
    }

    #[test]
    fn another_server_invalidates_everything() {
        let validity = validity();
        validity.server_started("2026-03-02 08:00:00+00".to_owned());
        let before = validity.now();
        validity.server_started("2026-03-02 08:00:00+00".to_owned());
        assert!(validity.allows(ONE, before));
        validity.server_started("2026-03-02 09:00:00+00".to_owned());
        assert!(!validity.allows(ONE, before));
        assert!(validity.allows(ONE, validity.now()));
    }

    #[test]
    fn data_that_is_too_old_is_not_shown() {
        let validity = CacheValidity::new(Duration::from_millis(100));
        let now = validity.now();
        let old = Instant::now().checked_sub(Duration::from_secs(1)).unwrap();
        assert!(validity.allows(ONE, now) || now.at.elapsed() > validity.max_age);
        assert!(!validity.allows(ONE, ReadTimestamp { at: old, ..now }));
    }

    #[test]
    fn changes_are_recorded_until_they_are_taken() {
        record_changes([ONE]);
        record_changes([OTHER, Owner::Everything]);
        assert_eq!(take_changes(), [ONE, OTHER, Owner::Everything]);
        assert_eq!(take_changes(), []);
    }
}
