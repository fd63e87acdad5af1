//! ResponseCache that were read by id, as they were answered: the next caller gets the same bytes without the database. So does
//! who asks again what is related to an entity.
//!
//! Kept are single records without anything embedded, and what is related where there is no replica. How long each may be
//! shown is the store's to say: see [`Freshness`](crate::store::freshness::Freshness). All of it is read from the primary: a
//! replica may be older than what this instance knows to have changed.

use super::etag::Representation;
use super::problem::Problem;
use crate::domain::graph::RelatedTo;
use crate::store::changes::mentioning;
use crate::store::freshness::{Freshness, Moment};
use crate::store::together::Together;
use crate::store::{self, Connection, Db, Resource, session};
use actix_web::web::Bytes;
use moka::sync::Cache;
use serde::Serialize;
use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use uuid::Uuid;

/// What an entry takes beside its body, about: its key, its place in two queues and a table.
const OVERHEAD: usize = 300;

/// How long it is kept what is related to an entity. The names of others, and how frequent they are elsewhere, may be as old.
const RELATED_FOR: Duration = Duration::from_secs(60);
/// The part of the memory that this has.
const PART_OF_RELATED: u64 = 4;

/// The records in memory.
pub struct ResponseCache {
    kept: Option<Answers<(Resource, Uuid), Representation>>,
    related: Option<Answers<RelatedTo, Bytes>>,
    /// Those that are to be read, of each resource: what is asked for at the same time is read at once.
    asked: [Arc<Together<Uuid, (Uuid, Representation)>>; Resource::COUNT],
    hits: AtomicU64,
    misses: AtomicU64,
}

type Answers<K, A> = Cache<K, Arc<Kept<A>>>;

struct Kept<A> {
    /// What it changes with.
    owners: Vec<Uuid>,
    /// When its read began.
    moment: Moment,
    answer: A,
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

impl ResponseCache {
    /// Up to `megabytes` of records and of what is related to some; 0 keeps none.
    pub fn new(megabytes: u16) -> Self {
        let capacity = u64::from(megabytes) << 20;
        let of_related = capacity / PART_OF_RELATED;
        let kept = || {
            let kept = Cache::builder().weigher(|_, kept: &Arc<Kept<Representation>>| weight(&kept.answer.bytes));
            kept.max_capacity(capacity - of_related).build()
        };
        let related = || {
            let related = Cache::builder().weigher(|_, kept: &Arc<Kept<Bytes>>| weight(&kept.answer));
            related.max_capacity(of_related).time_to_live(RELATED_FOR).build()
        };
        Self {
            kept: (megabytes > 0).then(kept),
            related: (megabytes > 0).then(related),
            asked: std::array::from_fn(|_| Arc::default()),
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
        }
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
        if let Some(kept) = self.shown(cache, &key, freshness) {
            return Ok(kept);
        }
        let moment = freshness.now();
        let (owner, answer) = db.read_together(asked, id, written).await?;
        cache.insert(key, Arc::new(Kept { owners: vec![owner], moment, answer: answer.clone() }));
        Ok(answer)
    }

    /// What is related to an entity, of all its articles, from memory if that may be shown, else as `tell` has it: it is kept
    /// for a while, and not when something has changed that mentions the entity.
    ///
    /// # Errors
    /// Those of `tell`.
    pub async fn related(
        &self,
        db: &Db,
        asked: RelatedTo,
        tell: impl Future<Output = Result<Bytes, Problem>>,
    ) -> Result<Bytes, Problem> {
        let (Some(cache), Some(freshness), None) = (&self.related, db.freshness(), db.replica()) else {
            return tell.await;
        };
        if let Some(kept) = self.shown(cache, &asked, freshness) {
            return Ok(kept);
        }
        let moment = freshness.now();
        let answer = tell.await?;
        let owners = vec![asked.entity, mentioning(asked.entity)];
        cache.insert(asked, Arc::new(Kept { owners, moment, answer: answer.clone() }));
        Ok(answer)
    }

    /// What is kept, if the caller may be shown it.
    fn shown<K: Hash + Eq + Send + Sync + 'static, A: Clone + Send + Sync + 'static>(
        &self,
        cache: &Answers<K, A>,
        key: &K,
        freshness: &Freshness,
    ) -> Option<A> {
        let demands = session::demands();
        let kept = if demands.fresh { None } else { cache.get(key) };
        let is_right = |owner: &Uuid, moment| freshness.allows(*owner, moment, demands.seen);
        let kept = kept.filter(|kept| kept.owners.iter().all(|owner| is_right(owner, kept.moment)));
        let counted = if kept.is_some() { &self.hits } else { &self.misses };
        counted.fetch_add(1, Ordering::Relaxed);
        kept.map(|kept| kept.answer.clone())
    }

    /// What it has done so far and what it holds.
    pub fn state(&self) -> RecordsState {
        RecordsState {
            hits: self.hits.load(Ordering::Relaxed),
            misses: self.misses.load(Ordering::Relaxed),
            bytes: self.kept.as_ref().map_or(0, Cache::weighted_size)
                + self.related.as_ref().map_or(0, Cache::weighted_size),
        }
    }
}

fn weight(bytes: &Bytes) -> u32 {
    u32::try_from(bytes.len() + OVERHEAD).unwrap_or(u32::MAX)
}

/// A record as it is answered, written where it was read: its parts stay in the memory of that thread.
fn written<B: Serialize>(read: Read<B>) -> store::Result<(Uuid, Representation)> {
    let Read { owner, version, body } = read;
    Ok((owner, Representation::of(version, &body)?))
}
