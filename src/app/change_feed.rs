//! Follows the log of changes as it grows.

use crate::domain::change::{Change, ChangeFilter, ChangePosition};
use crate::store::changes::{self, After};
use crate::store::{Db, Error};
use futures_util::stream::{self, Stream};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time;

/// Followers of one instance at the same time.
const MAX_FOLLOWERS: usize = 500;
/// Changes that are read at a time.
const BATCH: i64 = 200;
/// The first pause after a commit whose changes are not ready, because an older transaction is still running. It doubles up to
/// [`MAX_PAUSE`].
const MIN_PAUSE: Duration = Duration::from_millis(10);
/// How often changes are looked for without a notification.
const MAX_PAUSE: Duration = Duration::from_secs(1);
/// Commits within this time after a notification are read together.
const COALESCE: Duration = Duration::from_millis(5);
/// How often an idle follower is told how far it has come.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// What a follower gets.
#[derive(Debug)]
pub enum News {
    /// At least one change.
    Changes(Vec<Change>),
    /// Nothing for a while: everything before this position has been looked at.
    Heartbeat(ChangePosition),
    /// The last item: the changes behind the position were removed.
    Removed,
}

/// The log of changes, for followers.
pub struct ChangeFeed {
    db: Db,
    followers: Arc<Semaphore>,
}

/// One who follows the log.
struct Follower {
    db: Db,
    notified: watch::Receiver<()>,
    after: After,
    filter: ChangeFilter,
    pause: Duration,
    last_news: Instant,
    has_ended: bool,
    _place: OwnedSemaphorePermit,
}

impl ChangeFeed {
    /// The log of `db`.
    pub fn new(db: Db) -> Self {
        Self { db, followers: Arc::new(Semaphore::new(MAX_FOLLOWERS)) }
    }

    /// Follows the log from `after` on, without end. Changes are read when the stream is polled: a slow follower costs no
    /// memory.
    ///
    /// # Errors
    /// [`Error::ChangesRemoved`] when `after` is too old, [`Error::Overloaded`] when there are too many followers, and those of
    /// the database.
    pub async fn follow(&self, after: After, filter: ChangeFilter) -> Result<impl Stream<Item = News> + use<>, Error> {
        let place = Arc::clone(&self.followers).try_acquire_owned().map_err(|_| Error::Overloaded)?;
        // Before the first read, so that no commit is missed.
        let notified = self.db.notifications().subscribe();
        let everything = ChangeFilter::default();
        // Checks the position, and makes `now` one.
        let begin = self.db.read_primary(move |conn| changes::read(conn, after, &everything, 1)).await?;
        let follower = Follower {
            db: self.db.clone(),
            notified,
            after: if after == After::Now { After::Position(begin.next) } else { after },
            filter,
            pause: MIN_PAUSE,
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
            self.notified.mark_unchanged();
            let (after, filter) = (self.after, self.filter.clone());
            match self.db.read_primary(move |conn| changes::read(conn, after, &filter, BATCH)).await {
                Ok(page) => {
                    self.after = After::Position(page.next);
                    if !page.items.is_empty() {
                        (self.pause, self.last_news) = (MIN_PAUSE, Instant::now());
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
                // The database is away or busy: the feed goes on when it is back.
                Err(error) => log::debug!("following the changes: {error}"),
            }
            self.wait().await;
        }
        None
    }

    /// Waits for a notification, or for the end of the pause. The transactions that hold back a change do not notify.
    async fn wait(&mut self) {
        match time::timeout(self.pause, self.notified.changed()).await {
            Ok(Ok(())) => {
                self.pause = MIN_PAUSE;
                time::sleep(COALESCE).await;
            }
            Ok(Err(_)) => time::sleep(self.pause).await,
            Err(_) => self.pause = (self.pause * 2).min(MAX_PAUSE),
        }
    }
}
