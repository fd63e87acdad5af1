//! Whether what was read from the database a while ago may still be shown.
//!
//! Time is counted in changes that this instance knows of. What was read carries the time at which the read began; it
//! is right as long as what it belongs to was not touched since. Own writes hold what they change from before their commit
//! to after it, and touch it before they are answered: no reader sees the new and then the old. Those of others are asked for, several times within the age that is allowed, and when that question goes
//! unanswered nothing is shown any more.

use super::changes::{Changed, Changes};
use super::session::Lsn;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Places for the times of the last changes. Records that share one are touched together, which costs a read.
const PLACES: usize = 1 << 16;

/// What is known of the records that share a place.
#[derive(Default)]
struct Place {
    /// When they were last touched.
    touched: AtomicU64,
    /// Writes of theirs that are about to be committed.
    held: AtomicU64,
}

/// Records that a write has changed. When this is dropped they are touched.
pub struct Held {
    freshness: Arc<Freshness>,
    changed: Changed,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.freshness.touch(&self.changed);
        for held in self.freshness.held(&self.changed) {
            held.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

/// A moment in the count of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(u64);

/// When what was last touched, as far as this instance knows.
pub struct Freshness {
    max_age: Duration,
    clock: AtomicU64,
    places: Box<[Place]>,
    /// Everything was touched then.
    all: AtomicU64,
    /// Writes that may be of anything and are about to be committed.
    all_held: AtomicU64,
    hasher: RandomState,
    started: Instant,
    /// Up to when the changes of others are known, in microseconds since the start; nought: not at all.
    known_until: AtomicU64,
    /// Everything committed before this place of the log is known.
    known_before: AtomicU64,
    following: Mutex<Following>,
}

/// How far the changes of others were read.
#[derive(Default)]
struct Following {
    snapshot: Option<String>,
    after: Option<Lsn>,
    at: Option<Instant>,
}

impl Freshness {
    /// One that lets nothing be shown that may be older than `max_age`.
    pub fn new(max_age: Duration) -> Self {
        Self {
            max_age,
            clock: AtomicU64::new(1),
            places: (0..PLACES).map(|_| Place::default()).collect(),
            all: AtomicU64::new(0),
            all_held: AtomicU64::new(0),
            hasher: RandomState::new(),
            started: Instant::now(),
            known_until: AtomicU64::new(0),
            known_before: AtomicU64::new(0),
            following: Mutex::default(),
        }
    }

    /// How often the changes of others are to be asked for.
    pub fn period(&self) -> Duration {
        (self.max_age / 4).max(Duration::from_millis(5))
    }

    /// To be asked before a read of what is to be kept.
    pub fn now(&self) -> Moment {
        Moment(self.clock.load(Ordering::SeqCst))
    }

    /// Whether what a read that began at `moment` has found of `owner` is right still, and recent enough for a caller
    /// who has seen the place `seen`.
    pub fn allows(&self, owner: Uuid, moment: Moment, seen: Option<Lsn>) -> bool {
        let place = self.place(owner);
        // In this order: a write touches before it lets go.
        let is_held = place.held.load(Ordering::SeqCst) > 0 || self.all_held.load(Ordering::SeqCst) > 0;
        let touched = place.touched.load(Ordering::SeqCst).max(self.all.load(Ordering::SeqCst));
        !is_held
            && moment.0 >= touched
            && self.age().is_some_and(|age| age <= self.max_age)
            // Only a place that is later was looked up later.
            && seen.is_none_or(|seen| seen.0 < self.known_before.load(Ordering::SeqCst))
    }

    /// How old, at most, what is kept is; `None` while nothing is known of others.
    pub fn age(&self) -> Option<Duration> {
        match self.known_until.load(Ordering::SeqCst) {
            0 => None,
            micros => Some(self.started.elapsed().saturating_sub(Duration::from_micros(micros))),
        }
    }

    /// This was changed: what reads that have begun by now will find of it is not to be kept.
    fn touch(&self, changed: &Changed) {
        let moment = self.clock.fetch_add(1, Ordering::SeqCst) + 1;
        match changed {
            Changed::Anything => drop(self.all.fetch_max(moment, Ordering::SeqCst)),
            Changed::These(owners) => {
                for owner in owners {
                    self.place(*owner).touched.fetch_max(moment, Ordering::SeqCst);
                }
            }
        }
    }

    /// Shows nothing of this until what this answers is dropped. To be asked before the commit.
    pub fn hold(self: &Arc<Self>, changed: Changed) -> Held {
        for held in self.held(&changed) {
            held.fetch_add(1, Ordering::SeqCst);
        }
        Held { freshness: Arc::clone(self), changed }
    }

    /// Where it is counted who holds this.
    fn held<'a>(&'a self, changed: &'a Changed) -> impl Iterator<Item = &'a AtomicU64> {
        let (all, owners) = match changed {
            Changed::Anything => (Some(&self.all_held), &[][..]),
            Changed::These(owners) => (None, &owners[..]),
        };
        all.into_iter().chain(owners.iter().map(|owner| &self.place(*owner).held))
    }

    fn place(&self, owner: Uuid) -> &Place {
        let hash = self.hasher.hash_one(owner);
        &self.places[usize::try_from(hash % PLACES as u64).unwrap_or_default()]
    }

    /// The snapshot since which changes are to be asked for; `None` when that is too long ago, or never was.
    pub(super) fn followed(&self, too_long: Duration) -> Option<String> {
        let following = self.following.lock().unwrap_or_else(PoisonError::into_inner);
        following.at.filter(|at| at.elapsed() < too_long).and(following.snapshot.clone())
    }

    /// Takes in what was committed between the snapshot `since` and the one of `changes`, which was asked for at `asked`.
    pub(super) fn follow(&self, since: Option<&str>, changes: Changes, asked: Instant) {
        let mut following = self.following.lock().unwrap_or_else(PoisonError::into_inner);
        if since.is_some() && since == following.snapshot.as_deref() {
            self.touch(&changes.changed);
        } else {
            self.touch(&Changed::Anything);
        }
        // The log may have grown between the snapshot and the question where it ends; the snapshot before is older than
        // both, and so is the place that was asked for after it.
        if let Some(Lsn(before)) = following.after {
            self.known_before.store(before, Ordering::SeqCst);
        }
        let micros = asked.saturating_duration_since(self.started).as_micros();
        self.known_until.store(u64::try_from(micros).unwrap_or(u64::MAX).max(1), Ordering::SeqCst);
        *following = Following { snapshot: Some(changes.snapshot), after: Some(changes.after), at: Some(asked) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(snapshot: &str, after: u64, changed: &[Uuid]) -> Changes {
        Changes { snapshot: snapshot.to_owned(), after: Lsn(after), changed: Changed::These(changed.to_vec()) }
    }

    fn following(max_age: Duration) -> Freshness {
        let freshness = Freshness::new(max_age);
        freshness.follow(None, changes("1", 10, &[]), Instant::now());
        freshness
    }

    #[test]
    fn nothing_is_shown_before_others_are_followed() {
        let freshness = Freshness::new(Duration::from_secs(60));
        let id = Uuid::from_u128(1);
        let before = freshness.now();
        assert!(!freshness.allows(id, before, None));
        freshness.follow(None, changes("1", 10, &[]), Instant::now());
        assert!(!freshness.allows(id, before, None), "others may have changed it before");
        assert!(freshness.allows(id, freshness.now(), None));
    }

    #[test]
    fn a_read_that_began_before_a_change_is_not_kept_and_one_after_it_is() {
        let freshness = following(Duration::from_secs(60));
        let (changed, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let before = freshness.now();
        freshness.touch(&Changed::These(vec![changed]));
        assert!(!freshness.allows(changed, before, None));
        assert!(freshness.allows(changed, freshness.now(), None));
        assert!(freshness.allows(other, before, None), "another record is none the worse");
        freshness.follow(Some("1"), changes("2", 20, &[other]), Instant::now());
        assert!(!freshness.allows(other, before, None));
    }

    #[test]
    fn what_is_about_to_be_committed_is_not_shown_and_what_was_read_meanwhile_is_not_kept() {
        let freshness = Arc::new(following(Duration::from_secs(60)));
        let id = Uuid::from_u128(1);
        let held = [Changed::These(vec![id]), Changed::Anything].map(|changed| freshness.hold(changed));
        let meanwhile = freshness.now();
        for one in held {
            assert!(!freshness.allows(id, freshness.now(), None));
            drop(one);
        }
        assert!(!freshness.allows(id, meanwhile, None));
        assert!(freshness.allows(id, freshness.now(), None));
    }

    #[test]
    fn changes_that_do_not_follow_on_what_is_known_touch_everything() {
        let freshness = following(Duration::from_secs(60));
        let moment = freshness.now();
        freshness.follow(Some("0"), changes("2", 20, &[]), Instant::now());
        assert!(!freshness.allows(Uuid::from_u128(1), moment, None));
    }

    #[test]
    fn what_may_be_too_old_is_not_shown() {
        let freshness = Freshness::new(Duration::from_millis(100));
        let old = Instant::now().checked_sub(Duration::from_secs(1)).unwrap_or_else(Instant::now);
        freshness.follow(None, changes("1", 10, &[]), old);
        let freshness = Freshness { started: old, ..freshness };
        assert!(!freshness.allows(Uuid::from_u128(1), freshness.now(), None));
        freshness.follow(Some("1"), changes("2", 20, &[]), Instant::now());
        assert!(freshness.allows(Uuid::from_u128(1), freshness.now(), None));
    }

    #[test]
    fn who_has_seen_a_later_place_is_not_shown_what_is_kept() {
        let freshness = following(Duration::from_secs(60));
        let (id, moment) = (Uuid::from_u128(1), freshness.now());
        assert!(!freshness.allows(id, moment, Some(Lsn(5))), "nothing is known of the log yet");
        freshness.follow(Some("1"), changes("2", 20, &[]), Instant::now());
        assert!(freshness.allows(id, moment, Some(Lsn(9))));
        assert!(!freshness.allows(id, moment, Some(Lsn(10))));
    }
}
