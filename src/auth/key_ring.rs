//! The stored keys in memory: requests are authenticated without a query.
//!
//! A background task replaces the copy every second, and the instance that changes a key at once. A copy that is older than
//! [`MAX_AGE`] is not used, so that a revoked key is refused by all instances within that time.

use super::caller::AuthError;
use super::secret::Digest;
use crate::domain::key::ApiKey;
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use subtle::ConstantTimeEq;
use tokio::sync::watch;
use tokio::time::timeout;

/// The greatest age of the copy.
const MAX_AGE: Duration = Duration::from_secs(4);
/// How long the first requests wait for the first copy.
const LOAD_TIMEOUT: Duration = Duration::from_secs(1);

/// A valid secret of a key. A key that was rotated has two for a while.
#[derive(Debug, Clone)]
pub struct StoredSecret {
    pub digest: Digest,
    pub valid_until: Option<DateTime<Utc>>,
    pub key: Arc<ApiKey>,
}

/// The stored keys.
pub struct KeyRing(watch::Sender<Option<Arc<Copy>>>);

/// The keys as they were read at one time.
struct Copy {
    read_at: Instant,
    /// By the first bytes of the digest: a lookup by these tells nothing of the rest, which is compared in constant time.
    secrets: HashMap<[u8; 8], Vec<Entry>>,
}

struct Entry {
    secret: StoredSecret,
    used: AtomicBool,
}

fn start_of(digest: &Digest) -> [u8; 8] {
    let [a, b, c, d, e, f, g, h, ..] = *digest;
    [a, b, c, d, e, f, g, h]
}

impl Default for KeyRing {
    fn default() -> Self {
        Self(watch::Sender::new(None))
    }
}

impl KeyRing {
    /// Replaces the copy by what was read at a time.
    pub fn replace(&self, read_at: Instant, secrets: Vec<StoredSecret>) {
        let mut copy = Copy { read_at, secrets: HashMap::new() };
        for secret in secrets {
            let entry = Entry { secret, used: AtomicBool::new(false) };
            copy.secrets.entry(start_of(&entry.secret.digest)).or_default().push(entry);
        }
        self.0.send_replace(Some(Arc::new(copy)));
    }

    /// The keys that were used since the copy was read.
    pub fn used(&self) -> Vec<Arc<ApiKey>> {
        let Some(copy) = self.0.borrow().clone() else { return Vec::new() };
        let entries = copy.secrets.values().flatten();
        entries.filter(|entry| entry.used.load(Ordering::Relaxed)).map(|entry| entry.secret.key.clone()).collect()
    }

    /// Whether no key is stored, by the last copy.
    pub(super) async fn is_empty(&self) -> Result<bool, AuthError> {
        Ok(self.copy().await?.secrets.is_empty())
    }

    /// The key with the secret of this digest.
    pub(super) async fn find(&self, digest: &Digest, now: DateTime<Utc>) -> Result<Option<Arc<ApiKey>>, AuthError> {
        let copy = self.copy().await?;
        if copy.read_at.elapsed() > MAX_AGE {
            return Err(AuthError::Unavailable);
        }
        let found = copy.secrets.get(&start_of(digest)).into_iter().flatten().find(|entry| {
            let is_valid = entry.secret.valid_until.is_none_or(|until| now < until);
            bool::from(entry.secret.digest.ct_eq(digest)) && is_valid
        });
        Ok(found.map(|entry| {
            entry.used.store(true, Ordering::Relaxed);
            Arc::clone(&entry.secret.key)
        }))
    }

    async fn copy(&self) -> Result<Arc<Copy>, AuthError> {
        if let Some(copy) = &*self.0.borrow() {
            return Ok(Arc::clone(copy));
        }
        let mut copies = self.0.subscribe();
        let first = timeout(LOAD_TIMEOUT, copies.wait_for(Option::is_some)).await;
        first.ok().and_then(|copy| copy.ok()?.clone()).ok_or(AuthError::Unavailable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Secret;
    use crate::domain::Scope;
    use chrono::TimeDelta;
    use uuid::Uuid;

    fn stored(secret: &Secret, valid_until: Option<DateTime<Utc>>) -> StoredSecret {
        let key = ApiKey {
            id: Uuid::nil(),
            version: 1,
            created_at: Utc::now(),
            updated_at: Utc::now(),
            name: "desk".to_owned(),
            scope: Scope::Read,
            publisher: None,
            expires_at: None,
            previous_expires_at: None,
            last_used_at: None,
        };
        StoredSecret { digest: secret.digest(), valid_until, key: Arc::new(key) }
    }

    #[tokio::test]
    async fn a_key_is_found_by_its_secret_until_it_expires() {
        let (ring, now) = (KeyRing::default(), Utc::now());
        let secrets = [(); 2].map(|()| Secret::generate().unwrap());
        let until = now + TimeDelta::seconds(1);
        ring.replace(Instant::now(), vec![stored(&secrets[0], Some(until))]);
        assert!(ring.used().is_empty());
        assert!(ring.find(&secrets[0].digest(), now).await.unwrap().is_some());
        assert!(ring.find(&secrets[0].digest(), until).await.unwrap().is_none());
        assert!(ring.find(&secrets[1].digest(), now).await.unwrap().is_none());
        assert_eq!(ring.used().len(), 1);
    }

    #[tokio::test]
    async fn an_old_copy_is_not_used() {
        let (ring, secret) = (KeyRing::default(), Secret::generate().unwrap());
        let long_ago = Instant::now().checked_sub(MAX_AGE + Duration::from_millis(1)).unwrap();
        ring.replace(long_ago, vec![stored(&secret, None)]);
        assert_eq!(ring.find(&secret.digest(), Utc::now()).await, Err(AuthError::Unavailable));
    }

    #[tokio::test]
    async fn a_request_waits_for_the_first_copy() {
        let ring = Arc::new(KeyRing::default());
        let waiting = tokio::spawn({
            let ring = Arc::clone(&ring);
            async move { ring.is_empty().await }
        });
        tokio::task::yield_now().await;
        ring.replace(Instant::now(), Vec::new());
        assert_eq!(waiting.await.unwrap(), Ok(true));
        assert_eq!(KeyRing::default().is_empty().await, Err(AuthError::Unavailable));
    }
}
