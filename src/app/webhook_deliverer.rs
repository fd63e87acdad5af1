//! Queues changes for webhooks and sends them. Instances share the work: each delivery is taken by one of them.

use super::change_feed::ChangeFeed;
use super::webhook_sender::WebhookSender;
use crate::domain::change::Place;
use crate::store::webhooks::deliveries::{self, DueDelivery};
use crate::store::webhooks::queue::queue_changes;
use crate::store::{Db, Result};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::{task, time};
use uuid::Uuid;

/// Messages that one instance sends at the same time: each has a thread.
const MAX_SENDING: usize = 32;
/// A webhook to which this many messages are being sent gets no more for now, so that a slow one leaves threads to others.
const MAX_SENDING_EACH: usize = 4;
/// How often to look for due deliveries.
const PERIOD: Duration = Duration::from_secs(1);
/// The pause after the first failure. Each further failure multiplies it by four, up to [`MAX_PAUSE`].
const MIN_PAUSE: Duration = Duration::from_secs(5);
const MAX_PAUSE: Duration = Duration::from_secs(6 * 3600);

/// Sends changes to webhooks.
#[derive(Clone)]
pub struct WebhookDeliverer {
    db: Db,
    feed: Arc<ChangeFeed>,
    sender: WebhookSender,
    /// The number of messages that are being sent to each webhook.
    sending: Arc<Mutex<HashMap<Uuid, usize>>>,
}

impl WebhookDeliverer {
    /// Sends the changes of `db`.
    pub fn new(db: Db, feed: Arc<ChangeFeed>, sender: WebhookSender) -> Self {
        Self { db, feed, sender, sending: Arc::default() }
    }

    /// Queues changes and sends them for ever. `ended` gets the result of each round.
    pub async fn run(&self, ended: impl Fn(&Result<bool>)) {
        let mut last: Option<watch::Receiver<Option<Place>>> = None;
        loop {
            let round = self.run_once().await;
            ended(&round);
            match (round, &mut last) {
                // Looks for due deliveries once a second, and at once after new changes.
                (Ok(true), Some(last)) => drop(time::timeout(PERIOD, last.changed()).await),
                (Ok(true), None) => last = Some(self.feed.subscribe()),
                // The change feed polls only while it has subscribers.
                (Ok(false), _) => {
                    last = None;
                    time::sleep(PERIOD).await;
                }
                (Err(_), _) => time::sleep(PERIOD).await,
            }
        }
    }

    /// Queues changes and starts sending due deliveries. Returns whether any webhook is enabled.
    async fn run_once(&self) -> Result<bool> {
        let mut queued = self.db.background(queue_changes).await?;
        while queued.has_more {
            queued = self.db.background(queue_changes).await?;
        }
        while queued.has_webhooks && self.send_due().await? {}
        Ok(queued.has_webhooks)
    }

    /// Starts sending some due deliveries. Returns false when none is due, or too many are being sent.
    async fn send_due(&self) -> Result<bool> {
        let (free, busy) = {
            let sending = self.sending.lock().unwrap_or_else(PoisonError::into_inner);
            let busy = sending.iter().filter(|(_, count)| **count >= MAX_SENDING_EACH).map(|(id, _)| *id);
            (MAX_SENDING.saturating_sub(sending.values().sum()), busy.collect::<Vec<_>>())
        };
        if free == 0 {
            return Ok(false);
        }
        let (limit, each) = (free as i64, MAX_SENDING_EACH as i64);
        let due = self.db.background(move |conn| deliveries::take_due(conn, limit, each, &busy)).await?;
        let is_any = !due.is_empty();
        for delivery in due {
            *self.sending.lock().unwrap_or_else(PoisonError::into_inner).entry(delivery.webhook_id).or_default() += 1;
            let deliverer = self.clone();
            task::spawn(async move { deliverer.deliver(delivery).await });
        }
        Ok(is_any)
    }

    async fn deliver(&self, delivery: DueDelivery) {
        let (webhook, sender, sent) = (delivery.webhook_id, self.sender.clone(), delivery.clone());
        let attempt = task::spawn_blocking(move || sender.send(&sent)).await;
        if let Ok(attempt) = attempt {
            let pause = pause(delivery.attempts, random());
            let finish = self.db.background(move |conn| deliveries::finish(conn, &delivery, &attempt, pause)).await;
            if let Err(error) = finish {
                // It is sent again when its lease has run out.
                log::debug!("recording a delivery: {error}");
            }
        }
        let mut sending = self.sending.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = sending.get_mut(&webhook) {
            *count -= 1;
            if *count == 0 {
                sending.remove(&webhook);
            }
        }
    }
}

/// The pause after a failure: exponential backoff with jitter, from half of the step to the whole step, so that deliveries that
/// failed together are not retried together.
fn pause(attempts: i32, random: f64) -> Duration {
    let doublings = u32::try_from(attempts - 1).unwrap_or_default().min(10);
    let step = MIN_PAUSE.saturating_mul(4_u32.saturating_pow(doublings)).min(MAX_PAUSE);
    step.mul_f64(0.5 + random / 2.0)
}

/// A number from 0 to 1.
fn random() -> f64 {
    getrandom::u32().map_or(1.0, |random| f64::from(random) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_six_hours_and_differ() {
        let seconds = |attempts| pause(attempts, 1.0).as_secs();
        assert_eq!([1, 2, 3, 4, 5, 8, 1000].map(seconds), [5, 20, 80, 320, 1280, 21600, 21600]);
        assert_eq!(pause(1, 0.0), MIN_PAUSE / 2);
    }
}
