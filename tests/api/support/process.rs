//! The built binary as a process.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::client::Client;

/// Longest wait for a process. Only a failing test reaches it.
const PATIENCE: Duration = Duration::from_secs(60);

/// Returns a command of the binary with the given arguments and no configuration variables.
pub fn verbatim(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_verbatim"));
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("VERBATIM_") || ["DATABASE_URL", "RUST_LOG", "NO_COLOR"].contains(&&*name) {
            command.env_remove(&*name);
        }
    }
    command.args(arguments);
    command
}

/// Runs a command and returns its output.
#[track_caller]
pub fn run(command: &mut Command) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

/// A running service. Dropping it kills the process.
pub struct Process {
    child: Child,
    log: Lines,
    output: Lines,
}

/// The lines that a process writes.
struct Lines {
    coming: Receiver<String>,
    seen: Vec<String>,
}

impl Lines {
    fn of(stream: impl Read + Send + 'static) -> Self {
        let (sender, coming) = mpsc::channel();
        thread::spawn(move || {
            let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
            while lines.next().is_some_and(|line| sender.send(line).is_ok()) {}
        });
        Self { coming, seen: Vec::new() }
    }

    /// Waits for a line that contains `words`.
    #[track_caller]
    fn until(&mut self, words: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let Ok(line) = self.coming.recv_timeout(left) else {
                panic!("no {words:?} in:\n{}", self.seen.join("\n"));
            };
            self.seen.push(line.clone());
            if line.contains(words) {
                return line;
            }
        }
    }

    /// Waits for the end of the process and returns all its lines.
    fn all(&mut self) -> &[String] {
        self.seen.extend(self.coming.iter());
        &self.seen
    }
}

impl Process {
    /// Starts `verbatim serve` on a free port, with an embedded Postgres in `data_dir`.
    pub fn serve(data_dir: &Path, arguments: &[&str]) -> Self {
        let data_dir = data_dir.to_str().unwrap();
        let all = [&["serve", "--listen", "127.0.0.1:0", "--data-dir", data_dir], arguments].concat();
        Self::start(&mut verbatim(&all))
    }

    /// Starts the command in a new process group.
    pub fn start(command: &mut Command) -> Self {
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.process_group(0).spawn().unwrap();
        let (log, output) = (child.stderr.take().unwrap(), child.stdout.take().unwrap());
        Self { child, log: Lines::of(log), output: Lines::of(output) }
    }

    /// Returns the process id.
    pub fn id(&self) -> Pid {
        Pid::from_raw(self.child.id().cast_signed())
    }

    /// Waits for a log line that contains `words`.
    #[track_caller]
    pub fn logged(&mut self, words: &str) -> String {
        self.log.until(words)
    }

    /// Waits for a line on standard output that contains `words`.
    #[track_caller]
    pub fn printed(&mut self, words: &str) -> String {
        self.output.until(words)
    }

    /// Waits until the service listens and returns a client for it.
    #[track_caller]
    pub fn client(&mut self) -> Client {
        let line = self.logged("listening on http://");
        let (_, address) = line.split_once("listening on ").unwrap();
        Client::new(address.split(['"', ' ']).next().unwrap())
    }

    /// The lines printed before the last one that was waited for, and that line.
    pub fn output(&self) -> &[String] {
        &self.output.seen
    }

    pub fn signal(&self, signal: Signal) {
        kill(self.id(), signal).unwrap();
    }

    /// Waits until the process exits.
    #[track_caller]
    pub fn wait(&mut self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < deadline, "it does not end:\n{}", self.log.seen.join("\n"));
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Stops the service, asserts that it succeeded, and returns its log.
    #[track_caller]
    pub fn stop(self) -> Vec<String> {
        self.stop_and_read().0
    }

    /// Stops the service, asserts that it succeeded, and returns its log and its output.
    #[track_caller]
    pub fn stop_and_read(mut self) -> (Vec<String>, String) {
        self.signal(Signal::SIGTERM);
        let status = self.wait();
        let log = self.log.all().to_vec();
        assert!(status.success(), "{status}:\n{}", log.join("\n"));
        (log, self.output.all().join("\n"))
    }

    /// Kills the process.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The process has exited already, unless the test failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
