//! Notifications of Postgres that records have changed.
//!
//! One connection of each instance listens for all its readers, and only while there are any. Without it, as behind a pooler
//! that hands out another connection for each transaction, readers look for changes once a second.

use super::connection::establish;
use crate::store::{Error, Result};
use diesel::RunQueryDsl;
use diesel::pg::PgConnection;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;
use tokio::sync::watch;

/// How often the connection is looked at. diesel shows no socket that could be waited for.
const LOOK_PERIOD: Duration = Duration::from_millis(10);
/// The pause before another attempt to connect.
const RECONNECT_PAUSE: Duration = Duration::from_secs(1);

/// Wakes readers when a change is committed. Cheap to clone.
#[derive(Clone)]
pub struct Notifications {
    url: Arc<str>,
    sender: Arc<watch::Sender<()>>,
    is_listening: Arc<Mutex<bool>>,
}

impl Notifications {
    /// Of the database at `url`. Connects when somebody waits for changes.
    pub fn new(url: &str) -> Self {
        Self { url: url.into(), sender: Arc::new(watch::Sender::new(())), is_listening: Arc::default() }
    }

    /// A receiver that changes after each commit of changes, and sometimes in between.
    pub fn subscribe(&self) -> watch::Receiver<()> {
        let mut is_listening = self.is_listening.lock().unwrap_or_else(PoisonError::into_inner);
        let receiver = self.sender.subscribe();
        if !*is_listening {
            *is_listening = true;
            let notifications = self.clone();
            thread::spawn(move || notifications.listen());
        }
        receiver
    }

    /// Listens until there is no reader.
    fn listen(&self) {
        while !self.ended() {
            match self.listen_once() {
                Ok(()) => return,
                Err(error) => log::debug!("listening for changes: {error}"),
            }
            thread::sleep(RECONNECT_PAUSE);
        }
    }

    fn listen_once(&self) -> Result<()> {
        let mut conn = establish(&self.url).map_err(|error| Error::Unavailable(error.to_string()))?;
        diesel::sql_query("LISTEN verbatim_changes").execute(&mut conn)?;
        // Something may have been committed before.
        self.sender.send_replace(());
        while !self.ended() {
            if received(&mut conn)? {
                self.sender.send_replace(());
            }
            thread::sleep(LOOK_PERIOD);
        }
        Ok(())
    }

    /// Whether there is no reader; the next one starts another thread then.
    fn ended(&self) -> bool {
        let mut is_listening = self.is_listening.lock().unwrap_or_else(PoisonError::into_inner);
        *is_listening = self.sender.receiver_count() > 0;
        !*is_listening
    }
}

/// Whether notifications have arrived since the last call.
fn received(conn: &mut PgConnection) -> Result<bool> {
    let mut is_received = false;
    for notification in conn.notifications_iter() {
        notification?;
        is_received = true;
    }
    Ok(is_received)
}
