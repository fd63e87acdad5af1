//! The server process: start, readiness, stop, and cleanup after a killed server.

use super::account::Account;
use super::binaries::Binaries;
use super::error::EmbeddedError;
use super::folder::{Folder, socket_name};
use super::options::{Options, PORT};
use super::server_log::ServerLog;
use super::wait::wait_until;
use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

/// Maximum time for the start of a server. Recovery after a crash may read much WAL.
const START_TIMEOUT: Duration = Duration::from_secs(300);
/// Maximum time for the sessions of a stopped server to end by themselves.
const SESSION_TIMEOUT: Duration = Duration::from_secs(5);
/// Maximum time for the sessions of a killed server to end. No new server can start before.
const ORPHAN_TIMEOUT: Duration = Duration::from_secs(30);
/// Part of the error of a server that cannot start because sessions of a killed server still run.
const HELD_MEMORY: &str = "pre-existing shared memory block";
/// The signals that stop a server, each with the time to wait for its effect. `SIGINT` ends the sessions and writes a checkpoint.
/// After `SIGQUIT`, the next start needs recovery.
const STOP_SIGNALS: [(Signal, Duration); 3] = [
    (Signal::SIGINT, Duration::from_secs(15)),
    (Signal::SIGQUIT, Duration::from_secs(5)),
    (Signal::SIGKILL, Duration::from_secs(5)),
];

/// Starts the server, any number of times.
#[derive(Debug)]
pub(super) struct Launch {
    binaries: Binaries,
    account: Account,
    cluster: PathBuf,
    socket_dir: PathBuf,
    arguments: Vec<OsString>,
    pub log: ServerLog,
}

/// A server process that this process has started. It may not be ready yet.
#[derive(Debug)]
pub(super) struct Postmaster {
    child: Child,
    cluster: PathBuf,
    /// The offset of its first message in the log.
    pub log_from: u64,
}

/// The state that the server writes to `postmaster.pid`: its process id in the first line, the folder of its socket in the
/// fifth, its readiness in the eighth.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PidFile {
    pub pid: i32,
    pub ready: bool,
    pub socket_dir: PathBuf,
}

impl Launch {
    pub fn new(folder: &Folder, socket_dir: &Path, binaries: Binaries, account: Account, options: &Options) -> Self {
        Self {
            binaries,
            account,
            cluster: folder.cluster(),
            socket_dir: socket_dir.to_owned(),
            arguments: arguments(&folder.cluster(), socket_dir, options),
            log: ServerLog { path: folder.log(), max_bytes: options.max_log_bytes },
        }
    }

    /// Starts the server and waits until it accepts connections.
    pub fn start(&self) -> Result<Postmaster, EmbeddedError> {
        self.log.trim();
        let begun = Instant::now();
        loop {
            match self.start_once() {
                // The sessions of a killed server hold its shared memory until they end. Until then, a start fails, and the
                // `postmaster.pid` of the dead server stays. So try again.
                Err(EmbeddedError::StartFailed { ref tail, .. })
                    if tail.contains(HELD_MEMORY) && begun.elapsed() < ORPHAN_TIMEOUT => {}
                result => return result,
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn start_once(&self) -> Result<Postmaster, EmbeddedError> {
        let mut postmaster = self.spawn()?;
        let mut ended = None;
        let settled = wait_until(START_TIMEOUT, || {
            ended = postmaster.exited();
            ended.is_some() || postmaster.is_ready()
        });
        let log = self.log.path.clone();
        if let Some(status) = ended {
            let tail = self.log.tail(postmaster.log_from);
            return Err(EmbeddedError::StartFailed { status, log, tail });
        }
        if !settled {
            postmaster.stop();
            return Err(EmbeddedError::StartTimeout {
                seconds: START_TIMEOUT.as_secs(),
                tail: self.log.tail(postmaster.log_from),
                log,
            });
        }
        Ok(postmaster)
    }

    /// Starts the server without waiting, after cleaning up after an earlier one.
    pub fn spawn(&self) -> Result<Postmaster, EmbeddedError> {
        self.clean_up()?;
        let (log, log_from) = self.log.append()?;
        let errors = log.try_clone().map_err(EmbeddedError::folder(&self.log.path))?;
        let program = self.binaries.postgres();
        let child = self
            .account
            .command(&program)
            .args(&self.arguments)
            .stdout(log)
            .stderr(errors)
            .spawn()
            .map_err(self.account.cannot_run(&program))?;
        Ok(Postmaster { child, cluster: self.cluster.clone(), log_from })
    }

    /// Stops the server of a service that was killed, and removes the files of a server that was killed.
    ///
    /// Postgres refuses to start while any process has the id of the old server. This is likely in containers, where ids are small.
    fn clean_up(&self) -> Result<(), EmbeddedError> {
        let file = self.cluster.join("postmaster.pid");
        let remove = || fs::remove_file(&file).map_err(EmbeddedError::folder(&file));
        let text = fs::read_to_string(&file).ok();
        let leftover = PidFile::read(&self.cluster).map(|file| file.pid);
        if text.as_deref().is_some_and(PidFile::is_damaged) && !any_runs_in(&self.cluster) {
            log::warn!("removing {}, which a crash has damaged", file.display());
            remove()?;
        } else if let Some(pid) = leftover {
            if runs_in(pid, &self.cluster) {
                log::warn!("an earlier run left Postgres behind (process {pid}): stopping it");
                if !stop(pid, &self.cluster, || !runs_in(pid, &self.cluster)) {
                    return Err(EmbeddedError::LeftBehind { pid });
                }
            } else if exists(pid) {
                // Another process has the id now, or the dead server is a zombie. Its file must be removed. Without the file,
                // Postgres does not check for sessions of the dead server, so they are checked here first.
                if !wait_until(ORPHAN_TIMEOUT, || !any_runs_in(&self.cluster)) {
                    return Err(EmbeddedError::LeftBehind { pid });
                }
                remove()?;
            }
        }
        for name in [socket_name(), format!("{}.lock", socket_name())] {
            let _ = fs::remove_file(self.socket_dir.join(name));
        }
        Ok(())
    }
}

impl Postmaster {
    pub fn is_ready(&self) -> bool {
        PidFile::read(&self.cluster).is_some_and(|file| file.ready && file.pid.unsigned_abs() == self.child.id())
    }

    /// Its exit status, if it has exited.
    pub fn exited(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    pub fn stop(&mut self) {
        if self.exited().is_some() {
            return;
        }
        let pid = self.child.id().cast_signed();
        let cluster = self.cluster.clone();
        if !stop(pid, &cluster, || self.exited().is_some()) {
            log::error!("Postgres (process {pid}) does not stop");
        }
    }
}

impl PidFile {
    /// Reads the file; `None` if it is missing or has no process id.
    pub fn read(cluster: &Path) -> Option<Self> {
        Self::parse(&fs::read_to_string(cluster.join("postmaster.pid")).ok()?)
    }

    /// Whether the first line has no process id. A server writes this line first, and Postgres refuses a file without it.
    fn is_damaged(text: &str) -> bool {
        text.lines().next().is_none_or(|line| line.trim().parse::<i32>().is_err())
    }

    fn parse(text: &str) -> Option<Self> {
        // A negative id belongs to a single-user session, which Postgres detects by itself.
        let pid = text.lines().next()?.trim().parse().ok().filter(|&pid| pid > 0)?;
        let ready = text.lines().nth(7).is_some_and(|status| ["ready", "standby"].contains(&status.trim()));
        let socket_dir = text.lines().nth(4).unwrap_or_default().into();
        Some(Self { pid, ready, socket_dir })
    }
}

fn arguments(cluster: &Path, socket_dir: &Path, options: &Options) -> Vec<OsString> {
    let settings = [
        ("listen_addresses", String::new()),
        ("port", PORT.to_string()),
        ("unix_socket_directories", quoted(socket_dir)),
        ("unix_socket_permissions", "0700".to_owned()),
        ("max_connections", options.max_connections.to_string()),
        ("timezone", "UTC".to_owned()),
        ("log_timezone", "UTC".to_owned()),
        ("lc_messages", "C".to_owned()),
        // Messages go to the log file of the data folder, whatever the configuration says.
        ("logging_collector", "off".to_owned()),
        ("log_destination", "stderr".to_owned()),
        // Only messages about the server. The service reports failed statements, and their text may contain private data.
        ("log_min_messages", "log".to_owned()),
        ("log_min_error_statement", "panic".to_owned()),
        ("log_checkpoints", "off".to_owned()),
    ];
    let durable = if options.durable { "on" } else { "off" };
    let durability = ["fsync", "full_page_writes"].map(|name| (name, durable.to_owned()));
    let mut arguments = vec!["-D".into(), cluster.into()];
    for (name, value) in settings.into_iter().chain(durability) {
        arguments.extend(["-c".into(), format!("{name}={value}").into()]);
    }
    arguments
}

/// Quotes one element of a list setting.
fn quoted(path: &Path) -> String {
    format!("\"{}\"", path.to_string_lossy().replace('"', "\"\""))
}

/// Sends stronger and stronger signals until the process is gone, and then kills sessions that do not end by themselves.
///
/// Each signal is followed by `SIGCONT`, because a suspended process would not handle it.
fn stop(pid: i32, cluster: &Path, mut gone: impl FnMut() -> bool) -> bool {
    let is_gone = STOP_SIGNALS.into_iter().any(|(signal, limit)| {
        if signal != Signal::SIGINT {
            log::warn!("Postgres (process {pid}) has not stopped yet: sending {signal}");
        }
        let _ = kill(Pid::from_raw(pid), signal);
        send_all(Signal::SIGCONT, cluster);
        wait_until(limit, &mut gone)
    });
    if is_gone && !wait_until(SESSION_TIMEOUT, || !any_runs_in(cluster)) {
        send_all(Signal::SIGKILL, cluster);
    }
    is_gone
}

/// Sends a signal to every process of a cluster.
fn send_all(signal: Signal, cluster: &Path) {
    for pid in processes_in(cluster) {
        let _ = kill(Pid::from_raw(pid), signal);
    }
}

fn exists(pid: i32) -> bool {
    kill(Pid::from_raw(pid), None) != Err(Errno::ESRCH)
}

/// Whether `pid` is a live server process of this cluster, not another process with a reused id. The working directory of a
/// server is its cluster.
#[cfg(target_os = "linux")]
pub(super) fn runs_in(pid: i32, cluster: &Path) -> bool {
    let process = PathBuf::from(format!("/proc/{pid}"));
    let name = fs::read_to_string(process.join("comm"));
    name.is_ok_and(|name| name.trim() == "postgres")
        && fs::read_link(process.join("cwd")).is_ok_and(|folder| folder == cluster)
}

/// Whether any server process, such as a session of a dead server, still uses this cluster.
fn any_runs_in(cluster: &Path) -> bool {
    !processes_in(cluster).is_empty()
}

/// The server processes that use this cluster.
#[cfg(target_os = "linux")]
fn processes_in(cluster: &Path) -> Vec<i32> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(|pid| runs_in(*pid, cluster)).collect()
}

/// Whether `pid` is a live server process of this cluster, not another process with a reused id. The command line contains the
/// path of the cluster.
#[cfg(not(target_os = "linux"))]
pub(super) fn runs_in(pid: i32, cluster: &Path) -> bool {
    let output = std::process::Command::new("ps").args(["-ww", "-o", "command=", "-p", &pid.to_string()]).output();
    output.is_ok_and(|output| {
        let command = String::from_utf8_lossy(&output.stdout).into_owned();
        command.contains("postgres") && command.contains(&*cluster.to_string_lossy())
    })
}

/// Returns none, because the command lines of sessions do not contain their cluster. Sessions of a dead server end soon.
#[cfg(not(target_os = "linux"))]
fn processes_in(_cluster: &Path) -> Vec<i32> {
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eighth_line_of_the_pid_file_is_the_status() {
        let file = |status: &str| format!("4711\n/c\n1700000000\n5432\n/s\n\n  1 2\n{status}\n");
        let parsed = |ready| Some(PidFile { pid: 4711, ready, socket_dir: "/s".into() });
        assert_eq!(PidFile::parse(&file("ready   ")), parsed(true));
        // A server that was made a standby accepts reads.
        assert_eq!(PidFile::parse(&file("standby ")), parsed(true));
        assert_eq!(PidFile::parse(&file("starting")), parsed(false));
        assert!(PidFile::parse("4711\n/c\n").is_some_and(|file| !file.ready));
        assert_eq!(PidFile::parse(""), None);
        assert_eq!(PidFile::parse("-4711\n/c\n"), None);
    }

    #[test]
    fn a_pid_file_without_a_process_id_is_damaged() {
        for text in ["", "\n", "garbage\n4711\n"] {
            assert!(PidFile::is_damaged(text), "{text:?}");
        }
        for text in ["4711", "4711\n/c\n", "-4711\n/c\n"] {
            assert!(!PidFile::is_damaged(text), "{text:?}");
        }
    }

    #[test]
    fn a_process_with_a_reused_id_is_not_the_server() {
        let me = std::process::id().cast_signed();
        let here = std::env::current_dir().unwrap();
        assert!(exists(me));
        assert!(!runs_in(me, &here));
    }

    #[test]
    fn a_socket_folder_with_quotes_is_one_element_of_the_list() {
        assert_eq!(quoted(Path::new("/a \"b\"")), r#""/a ""b""""#);
    }
}
