//! Follows the log of changes as it grows.
//!
//! One task of each instance polls for new changes while there are followers. `NOTIFY` in the writing transactions would avoid
//! polling, but Postgres commits transactions with notifications one at a time: with it, eight writers committed 300 times a
//! second instead of 1,400.

use crate::domain::change::{Change, ChangeFilter, ChangePosition, Place};
use crate::store::changes::{self, After};
use crate::store::{Db, Error};
use futures_util::stream::{self, Stream};
use std::mem;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time;

/// The most followers of one instance.
const MAX_FOLLOWERS: usize = 500;
/// Changes that are read at a time.
const BATCH: i64 = 200;
/// The pause after a failure of the database.
const RETRY_PAUSE: Duration = Duration::from_secs(1);
/// How often an idle follower gets its position.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// An item of the feed.
#[derive(Debug)]
pub enum News {
    /// At least one change.
    Changes(Vec<Change>),
    /// There was no change for a while. Everything before this position was read.
    Heartbeat(ChangePosition),
    /// The last item: changes after the position of the follower were removed.
    Removed,
}

/// The log of changes, for followers.
pub struct ChangeFeed {
    db: Db,
    followers: Arc<Semaphore>,
    /// The last change that is ready, while there are followers.
    last: watch::Sender<Option<Place>>,
}

/// A follower of the log.
struct Follower {
    db: Db,
    last: watch::Receiver<Option<Place>>,
    after: After,
    filter: ChangeFilter,
    last_news: Instant,
    has_ended: bool,
    _place: OwnedSemaphorePermit,
}

impl ChangeFeed {
    /// The log of `db`.
    pub fn new(db: Db) -> Self {
        Self { db, followers: Arc::new(Semaphore::new(MAX_FOLLOWERS)), last: watch::Sender::new(None) }
    }

    /// A receiver that changes when more changes are ready.
    pub fn subscribe(&self) -> watch::Receiver<Option<Place>> {
        self.last.subscribe()
    }

    /// Polls for new changes if there are followers, and wakes all of them when there are some.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn look(&self) -> Result<(), Error> {
        if self.last.receiver_count() > 0 {
            let last = self.db.background(changes::last_ready).await?;
            self.last.send_if_modified(|known| mem::replace(known, last) != last);
        }
        Ok(())
    }

    /// Follows the log from `after` on, without end. Changes are read when the stream is polled: a slow follower costs no
    /// memory.
    ///
    /// # Errors
    /// [`Error::ChangesRemoved`] when `after` is too old, [`Error::Overloaded`] when there are too many followers, and those of
    /// the database.
    pub async fn follow(&self, after: After, filter: ChangeFilter) -> Result<impl Stream<Item = News> + use<>, Error> {
        let place = Arc::clone(&self.followers).try_acquire_owned().map_err(|_| Error::Overloaded)?;
        // Before the first read, so that no change is missed.
        let last = self.subscribe();
        let everything = ChangeFilter::default();
        // Checks the position, and turns `now` into one.
        let begin = self.db.read_primary(move |conn| changes::read(conn, after, &everything, 1)).await?;
        let follower = Follower {
            db: self.db.clone(),
            last,
            after: if after == After::Now { After::Position(begin.next) } else { after },
            filter,
            last_news: Instant::now(),
            has_ended: false,
            _place: place,
        };
        Ok(stream::unfold(follower, |mut follower| async {
            let news = follower.next().await?;
            Some((news, follower))
        }))
    }
}

impl Follower {
    async fn next(&mut self) -> Option<News> {
        while !self.has_ended {
            self.last.mark_unchanged();
            let (after, filter) = (self.after, self.filter.clone());
            match self.db.read_primary(move |conn| changes::read(conn, after, &filter, BATCH)).await {
                Ok(page) => {
                    self.after = After::Position(page.next);
                    if !page.items.is_empty() {
                        self.last_news = Instant::now();
                        return Some(News::Changes(page.items));
                    }
                    if page.has_more {
                        continue;
                    }
                    if self.last_news.elapsed() >= HEARTBEAT {
                        self.last_news = Instant::now();
                        return Some(News::Heartbeat(page.next));
                    }
                }
                Err(Error::ChangesRemoved) => {
                    self.has_ended = true;
                    return Some(News::Removed);
                }
                // The database is unreachable or busy: the feed continues when it is back.
                Err(error) => {
                    log::debug!("following the changes: {error}");
                    time::sleep(RETRY_PAUSE).await;
                    continue;
                }
            }
            let idle = HEARTBEAT.saturating_sub(self.last_news.elapsed());
            // An error means that the sender was dropped, because the service stops.
            let _ = time::timeout(idle, self.last.changed()).await;
        }
        None
    }
}
