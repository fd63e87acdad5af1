//! The thread that supervises the server: restarts it if it exits, and stops it at the end.

use super::postmaster::{Launch, Postmaster};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// The time between two checks of the server.
const CHECK_PERIOD: Duration = Duration::from_millis(100);
/// The shortest delay before a restart. The delay doubles with each restart.
const FIRST_DELAY: Duration = Duration::from_millis(50);
/// The longest delay before a restart.
const LONGEST_DELAY: Duration = Duration::from_millis(500);
/// A server that has run for this time is healthy. The next delay is then the shortest one again.
const HEALTHY_AFTER: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(super) struct Supervisor {
    /// Nothing is sent. When this is dropped, the thread stops the server.
    alive: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Supervisor {
    pub fn watch(launch: Launch, postmaster: Postmaster) -> Self {
        let (alive, owner) = mpsc::channel();
        let watch = Watch {
            launch,
            state: State::Up(postmaster),
            last_start: Instant::now(),
            delay: FIRST_DELAY,
            outage: None,
        };
        Self { alive: Some(alive), thread: Some(thread::spawn(move || watch.run(&owner))) }
    }

    /// Stops the server and returns when it has stopped. Idempotent.
    pub fn stop(&mut self) {
        drop(self.alive.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            log::error!("the thread that supervises Postgres has panicked; Postgres may still run");
        }
    }
}

struct Watch {
    launch: Launch,
    state: State,
    last_start: Instant,
    delay: Duration,
    outage: Option<Outage>,
}

enum State {
    /// Running, but perhaps not ready yet.
    Up(Postmaster),
    /// Down, to be restarted at this time.
    Down(Instant),
}

/// The time from the exit of the server until it accepts connections again, over any number of restarts.
struct Outage {
    since: Instant,
    /// Whether the error was logged.
    is_reported: bool,
}

impl Watch {
    fn run(mut self, owner: &Receiver<()>) {
        let mut pause = CHECK_PERIOD;
        while owner.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
            self.launch.log.trim();
            self.check();
            // Checks more often during an outage, because requests wait for the server.
            pause = if self.outage.is_some() { CHECK_PERIOD / 5 } else { CHECK_PERIOD };
        }
        if let State::Up(postmaster) = &mut self.state {
            postmaster.stop();
        }
    }

    fn check(&mut self) {
        match &mut self.state {
            State::Up(postmaster) => {
                if let Some(status) = postmaster.exited() {
                    let from = postmaster.log_from;
                    self.died(&format!("it exited: {status}"), from);
                } else if let Some(outage) = &self.outage
                    && postmaster.is_ready()
                {
                    log::info!("Postgres is back after {} ms", outage.since.elapsed().as_millis());
                    self.outage = None;
                }
            }
            State::Down(until) if Instant::now() >= *until => self.start(),
            State::Down(_) => {}
        }
    }

    fn start(&mut self) {
        self.last_start = Instant::now();
        match self.launch.spawn() {
            Ok(postmaster) => self.state = State::Up(postmaster),
            Err(error) => self.died(&error.to_string(), u64::MAX),
        }
    }

    /// Plans a restart. Logs a warning when an outage begins, and one error with the end of the server's log if it lasts.
    fn died(&mut self, why: &str, log_from: u64) {
        self.delay =
            if self.last_start.elapsed() > HEALTHY_AFTER { FIRST_DELAY } else { (self.delay * 2).min(LONGEST_DELAY) };
        self.state = State::Down(Instant::now() + self.delay);
        let Some(outage) = &mut self.outage else {
            log::warn!("Postgres is down ({why}): starting it again");
            self.outage = Some(Outage { since: Instant::now(), is_reported: false });
            return;
        };
        if self.delay == LONGEST_DELAY && !outage.is_reported {
            outage.is_reported = true;
            let log = &self.launch.log;
            let (path, tail) = (log.path.display(), log.tail(log_from));
            log::error!("Postgres does not start ({why}); retrying. The end of {path}:\n{tail}");
        }
    }
}
