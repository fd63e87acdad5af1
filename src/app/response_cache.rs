//! Caches responses in memory: single records by id, and the entities related to an entity.
//!
//! A cached response is sent again, byte for byte, while [`CacheValidity`] allows it. Cached data is always read from the
//! primary, because a standby may lag behind the writes of this instance.

use crate::domain::graph::RelatedTo;
use crate::store::cache::{CacheValidity, Owner, ReadTimestamp};
use crate::store::db::batcher::Batcher;
use crate::store::db::session;
use crate::store::{self, Connection, Db, Resource};
use bytes::Bytes;
use moka::sync::Cache;
use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use uuid::Uuid;

/// Approximate memory of an entry besides its response: its key and its slots in two queues and a hash table.
const ENTRY_OVERHEAD: usize = 300;

/// The share of the memory for related entities: one in four.
const RELATED_SHARE: u64 = 4;

/// Responses in memory.
pub struct ResponseCache {
    records: Option<Entries<(Resource, Uuid), RecordJson>>,
    related: Option<Entries<RelatedTo, Bytes>>,
    /// Reads of each resource by id, batched.
    batchers: [Arc<Batcher<Uuid, (Owner, RecordJson)>>; Resource::COUNT],
    hits: AtomicU64,
    misses: AtomicU64,
}

type Entries<K, A> = Cache<K, Arc<Entry<A>>>;

struct Entry<A> {
    owners: Vec<Owner>,
    read_at: ReadTimestamp,
    answer: A,
}

/// A record as JSON, and its version.
#[derive(Debug, Clone)]
pub struct RecordJson {
    pub version: i32,
    pub json: Bytes,
}

/// Counts of the cache, for the metrics.
#[derive(Debug, Clone, Copy)]
pub struct CacheState {
    pub hits: u64,
    pub misses: u64,
    pub bytes: u64,
}

impl ResponseCache {
    /// Creates a cache of up to `megabytes`; 0 disables the cache.
    pub fn new(megabytes: u16) -> Self {
        let capacity = u64::from(megabytes) << 20;
        let related_capacity = capacity / RELATED_SHARE;
        let records = || entries(capacity - related_capacity, |answer: &RecordJson| answer.json.len());
        let related = || entries(related_capacity, Bytes::len);
        Self {
            records: (megabytes > 0).then(records),
            related: (megabytes > 0).then(related),
            batchers: std::array::from_fn(|_| Arc::default()),
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
        }
    }

    /// Returns a record from memory, or finds it with `find_all` and serializes it with `write` on the same thread.
    ///
    /// # Errors
    /// Those of `find_all` and `write`.
    pub async fn record<R: 'static>(
        &self,
        db: &Db,
        key: (Resource, Uuid),
        find_all: impl Fn(&mut Connection, &[Uuid]) -> store::Result<Vec<store::Result<R>>> + Send + 'static,
        write: impl Fn(R) -> store::Result<(Owner, RecordJson)> + Send + 'static,
    ) -> store::Result<RecordJson> {
        let (resource, id) = key;
        let batcher = &self.batchers[resource as usize];
        let read = move |conn: &mut Connection, ids: &[Uuid]| {
            let found = find_all(conn, ids)?;
            Ok(found.into_iter().map(|found| found.and_then(&write)).collect())
        };
        let (Some(entries), Some(validity)) = (&self.records, db.validity()) else {
            return Ok(db.read_batched(batcher, resource, id, read).await?.1);
        };
        if let Some(answer) = self.cached(entries, &key, validity) {
            return Ok(answer);
        }
        let read_at = validity.now();
        let (owner, answer) = db.look_up_batched(batcher, resource, id, read).await?;
        entries.insert(key, Arc::new(Entry { owners: vec![owner], read_at, answer: answer.clone() }));
        Ok(answer)
    }

    /// Returns the entities related to an entity, from memory or from `read`.
    ///
    /// # Errors
    /// Those of `read`.
    pub async fn related<E>(
        &self,
        db: &Db,
        asked: RelatedTo,
        read: impl Future<Output = Result<Bytes, E>>,
    ) -> Result<Bytes, E> {
        let (Some(entries), Some(validity), None) = (&self.related, db.validity(), db.replicas()) else {
            return read.await;
        };
        if let Some(answer) = self.cached(entries, &asked, validity) {
            return Ok(answer);
        }
        let read_at = validity.now();
        let answer = read.await?;
        let owners = vec![Owner::Record(asked.entity), Owner::MentionsOf(asked.entity)];
        entries.insert(asked, Arc::new(Entry { owners, read_at, answer: answer.clone() }));
        Ok(answer)
    }

    /// The cached response, if it is valid and the current request may use it.
    fn cached<K: Hash + Eq + Send + Sync + 'static, A: Clone + Send + Sync + 'static>(
        &self,
        entries: &Entries<K, A>,
        key: &K,
        validity: &CacheValidity,
    ) -> Option<A> {
        let requirements = session::read_requirements();
        // A token may belong to a write of another instance.
        let may_use = !requirements.fresh && requirements.min_lsn.is_none();
        let entry = if may_use { entries.get(key) } else { None };
        let entry = entry.filter(|entry| entry.owners.iter().all(|owner| validity.allows(*owner, entry.read_at)));
        let counter = if entry.is_some() { &self.hits } else { &self.misses };
        counter.fetch_add(1, Ordering::Relaxed);
        entry.map(|entry| entry.answer.clone())
    }

    /// Counts for the metrics.
    pub fn state(&self) -> CacheState {
        CacheState {
            hits: self.hits.load(Ordering::Relaxed),
            misses: self.misses.load(Ordering::Relaxed),
            bytes: self.records.as_ref().map_or(0, Cache::weighted_size)
                + self.related.as_ref().map_or(0, Cache::weighted_size),
        }
    }
}

/// Entries of up to `capacity` bytes in all.
fn entries<K: Hash + Eq + Send + Sync + 'static, A: Clone + Send + Sync + 'static>(
    capacity: u64,
    size: impl Fn(&A) -> usize + Send + Sync + 'static,
) -> Entries<K, A> {
    let weight =
        move |_: &K, entry: &Arc<Entry<A>>| u32::try_from(size(&entry.answer) + ENTRY_OVERHEAD).unwrap_or(u32::MAX);
    Cache::builder().weigher(weight).max_capacity(capacity).build()
}
