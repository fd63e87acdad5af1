//! Manages API keys, and keeps the copy of them in memory up to date.

use crate::auth::{KeyRing, Secret};
use crate::domain::key::{ApiKey, NewKey};
use crate::store::{Connection, Db, Error, Expected, Result, keys};
use chrono::TimeDelta;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::Mutex;
use uuid::Uuid;

/// Creates a key. Its secret is shown once.
///
/// # Errors
/// As [`keys::create`].
pub fn create(conn: &mut Connection, new: &NewKey) -> Result<(ApiKey, Secret)> {
    let secret = generate()?;
    Ok((keys::create(conn, new, &secret.digest())?, secret))
}

/// Gives a key another secret, which is shown once. The former one stays valid for `grace`.
///
/// # Errors
/// As [`keys::rotate`].
pub fn rotate(conn: &mut Connection, id: Uuid, expected: &Expected, grace: TimeDelta) -> Result<(ApiKey, Secret)> {
    let secret = generate()?;
    Ok((keys::rotate(conn, id, expected, &secret.digest(), grace)?, secret))
}

fn generate() -> Result<Secret> {
    Secret::generate().map_err(|error| Error::Internal(format!("no random numbers: {error}")))
}

/// The API keys of a running service. A change is valid on this instance at once.
pub struct Keys {
    db: Db,
    ring: Arc<KeyRing>,
    /// One refresh at a time, so that an older copy never replaces a newer one.
    refresh: Mutex<()>,
}

impl Keys {
    /// The keys of `db`, whose copy is `ring`.
    pub fn new(db: Db, ring: Arc<KeyRing>) -> Self {
        Self { db, ring, refresh: Mutex::default() }
    }

    /// Creates a key: see [`create`].
    ///
    /// # Errors
    /// As [`create`].
    pub async fn create(&self, new: NewKey) -> Result<(ApiKey, Secret)> {
        let created = self.db.write(move |conn| create(conn, &new)).await?;
        self.refresh().await?;
        Ok(created)
    }

    /// Rotates a key: see [`rotate`].
    ///
    /// # Errors
    /// As [`rotate`].
    pub async fn rotate(&self, id: Uuid, expected: Expected, grace: TimeDelta) -> Result<(ApiKey, Secret)> {
        let rotated = self.db.write(move |conn| rotate(conn, id, &expected, grace)).await?;
        self.refresh().await?;
        Ok(rotated)
    }

    /// Revokes a key.
    ///
    /// # Errors
    /// As [`keys::revoke`].
    pub async fn revoke(&self, id: Uuid, expected: Expected) -> Result<()> {
        self.db.write(move |conn| keys::revoke(conn, id, &expected)).await?;
        self.refresh().await
    }

    /// Reloads the copy from the store, and records which keys were used.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn refresh(&self) -> Result<()> {
        let _one_at_a_time = self.refresh.lock().await;
        let used: Vec<Uuid> = self.ring.used().iter().map(|key| key.id).collect();
        let read_at = Instant::now();
        let secrets = self.db.background(keys::secrets).await?;
        self.ring.replace(read_at, secrets);
        if !used.is_empty() {
            self.db.background(move |conn| keys::record_use(conn, &used)).await?;
        }
        Ok(())
    }
}
