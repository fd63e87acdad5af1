//! The thread that owns the server: notices when it dies, starts it again, and stops it in the end.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::postmaster::{Launch, Postmaster};

const TICK: Duration = Duration::from_millis(100);
const FIRST_DELAY: Duration = Duration::from_millis(50);
const LONGEST_DELAY: Duration = Duration::from_secs(5);
/// A server that lived this long was well; its death is a new matter, with short delays again.
const STEADY: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(super) struct Supervisor {
    /// Nothing is ever sent: the thread stops the server when this end is gone.
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

    /// Stops the server and returns when it is down. Again does nothing.
    pub fn stop(&mut self) {
        drop(self.alive.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            log::error!("the thread that watches Postgres has panicked; Postgres may still run");
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
    /// Running, though perhaps not ready yet.
    Up(Postmaster),
    /// To be started at this time.
    Down(Instant),
}

/// From the server's death until it accepts connections again, over however many attempts: logged once each.
struct Outage {
    since: Instant,
    complained: bool,
}

impl Watch {
    fn run(mut self, owner: &Receiver<()>) {
        let mut pause = TICK;
        while owner.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
            self.launch.log.trim();
            self.look();
            // Somebody waits for the server during an outage.
            pause = if self.outage.is_some() { TICK / 5 } else { TICK };
        }
        if let State::Up(postmaster) = &mut self.state {
            postmaster.stop();
        }
    }

    fn look(&mut self) {
        match &mut self.state {
            State::Up(postmaster) => {
                if let Some(status) = postmaster.exited() {
                    let from = postmaster.log_from;
                    self.died(&format!("it ended: {status}"), from);
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

    /// One warning when an outage begins, and one error, with the server's own words, when it lasts.
    fn died(&mut self, why: &str, log_from: u64) {
        self.delay = if self.last_start.elapsed() > STEADY { FIRST_DELAY } else { (self.delay * 2).min(LONGEST_DELAY) };
        self.state = State::Down(Instant::now() + self.delay);
        let Some(outage) = &mut self.outage else {
            log::warn!("Postgres is down ({why}): starting it again");
            self.outage = Some(Outage { since: Instant::now(), complained: false });
            return;
        };
        if self.delay == LONGEST_DELAY && !outage.complained {
            outage.complained = true;
            let log = &self.launch.log;
            let (path, tail) = (log.path.display(), log.tail(log_from));
            log::error!("Postgres does not start ({why}); trying on. The end of {path}:\n{tail}");
        }
    }
}
