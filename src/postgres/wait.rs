//! Polling for conditions without notification: files, and processes that are not children of this process.

use std::thread;
use std::time::{Duration, Instant};

const PERIOD: Duration = Duration::from_millis(10);

/// Checks every 10 ms until `done` or until `limit` has passed. Returns the last result.
pub(super) fn wait_until(limit: Duration, mut done: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + limit;
    loop {
        if done() {
            return true;
        }
        if Instant::now() >= deadline {
            return false;
        }
        thread::sleep(PERIOD);
    }
}
