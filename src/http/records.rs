//! Records that were read by id, as they were answered: the next caller gets the same bytes without the database.
//!
//! Kept are single records without anything embedded. How long each may be shown is the store's to say: see
//! [`Freshness`](crate::store::freshness::Freshness). They are read from the primary: a replica may be older than what
//! this instance knows to have changed.

use super::etag::Representation;
use crate::store::freshness::Moment;
use crate::store::together::Together;
use crate::store::{self, Connection, Db, Resource, session};
use moka::sync::Cache;
use serde::Serialize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use uuid::Uuid;

/// What an entry takes beside its body, about: its key, its place in two queues and a table.
const OVERHEAD: usize = 300;

/// The records in memory.
pub struct Records {
    kept: Option<Cache<(Resource, Uuid), Arc<Kept>>>,
    /// Those that are to be read, of each resource: what is asked for at the same time is read at once.
    asked: [Arc<Together<Uuid, (Uuid, Representation)>>; Resource::COUNT],
    hits: AtomicU64,
    misses: AtomicU64,
}

struct Kept {
    /// What it changes with.
    owner: Uuid,
    /// When its read began.
    moment: Moment,
    representation: Representation,
}

/// A record as it was read, and what it changes with: an entity with itself, the others with their article.
pub struct Read<B> {
    pub owner: Uuid,
    pub version: i32,
    pub body: B,
}

/// What the cache has done and what it holds.
#[derive(Debug, Clone, Copy)]
pub struct RecordsState {
    pub hits: u64,
    pub misses: u64,
    pub bytes: u64,
}

impl Records {
    /// Up to `megabytes` of records; 0 keeps none.
    pub fn new(megabytes: u16) -> Self {
        let weight = |_: &(Resource, Uuid), kept: &Arc<Kept>| {
            u32::try_from(kept.representation.bytes.len() + OVERHEAD).unwrap_or(u32::MAX)
        };
        let capacity = u64::from(megabytes) << 20;
        let cache = || Cache::builder().weigher(weight).max_capacity(capacity).build();
        let asked = std::array::from_fn(|_| Arc::default());
        Self { kept: (megabytes > 0).then(cache), asked, hits: AtomicU64::new(0), misses: AtomicU64::new(0) }
    }

    /// The record of this id, from memory if that may be shown, else as `find_all` finds it and `read` has it.
    ///
    /// # Errors
    /// Those of `find_all`.
    pub async fn find<R: 'static, B: Serialize + 'static>(
        &self,
        db: &Db,
        key: (Resource, Uuid),
        find_all: impl Fn(&mut Connection, &[Uuid]) -> store::Result<Vec<store::Result<R>>> + Send + 'static,
        read: impl Fn(R) -> Read<B> + Send + 'static,
    ) -> store::Result<Representation> {
        let (resource, id) = key;
        let asked = &self.asked[resource as usize];
        let written = move |conn: &mut Connection, ids: &[Uuid]| {
            let found = find_all(conn, ids)?;
            Ok(found.into_iter().map(|found| written(read(found?))).collect::<Vec<_>>())
        };
        let (Some(cache), Some(freshness)) = (&self.kept, db.freshness()) else {
            return Ok(db.read_any_together(asked, id, written).await?.1);
        };
        let demands = session::demands();
        if !demands.fresh
            && let Some(kept) = cache.get(&key)
            && freshness.allows(kept.owner, kept.moment, demands.seen)
        {
            self.hits.fetch_add(1, Ordering::Relaxed);
            return Ok(kept.representation.clone());
        }
        self.misses.fetch_add(1, Ordering::Relaxed);
        let moment = freshness.now();
        let (owner, representation) = db.read_together(asked, id, written).await?;
        cache.insert(key, Arc::new(Kept { owner, moment, representation: representation.clone() }));
        Ok(representation)
    }

    /// What it has done so far and what it holds.
    pub fn state(&self) -> RecordsState {
        RecordsState {
            hits: self.hits.load(Ordering::Relaxed),
            misses: self.misses.load(Ordering::Relaxed),
            bytes: self.kept.as_ref().map_or(0, Cache::weighted_size),
        }
    }
}

/// A record as it is answered, written where it was read: its parts stay in the memory of that thread.
fn written<B: Serialize>(read: Read<B>) -> store::Result<(Uuid, Representation)> {
    let Read { owner, version, body } = read;
    Ok((owner, Representation::of(version, &body)?))
}
