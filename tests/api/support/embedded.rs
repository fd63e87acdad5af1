//! Embedded servers in temporary folders, and SQL helpers for them.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use diesel::QueryResult;
use diesel::connection::SimpleConnection;
use nix::unistd::Pid;
use tempfile::TempDir;
use verbatim::postgres::{DATABASE, Embedded, Options};

use super::postgres::{self, connect};

/// A temporary folder that the account of the server can reach. A plain one of root is closed to other users.
pub fn folder() -> TempDir {
    let open = Permissions::from_mode(0o755);
    tempfile::Builder::new().prefix("verbatim-test-").permissions(open).tempdir().unwrap()
}

pub fn options(data_dir: &Path) -> Options {
    Options { max_connections: 20, durable: false, ..Options::new(data_dir) }
}

#[track_caller]
pub fn start(data_dir: &Path) -> Embedded {
    Embedded::start(&options(data_dir)).unwrap_or_else(|error| panic!("{error}"))
}

#[track_caller]
pub fn start_durable(data_dir: &Path) -> Embedded {
    let options = Options { durable: true, ..options(data_dir) };
    Embedded::start(&options).unwrap_or_else(|error| panic!("{error}"))
}

#[track_caller]
pub fn refusal(options: &Options) -> String {
    match Embedded::start(options) {
        Ok(_) => panic!("it started"),
        Err(error) => error.to_string(),
    }
}

pub fn cluster(data_dir: &Path) -> PathBuf {
    data_dir.join("postgres/cluster")
}

/// Reads the process id of the server from its folder.
pub fn server_pid(data_dir: &Path) -> Option<u32> {
    let file = fs::read_to_string(cluster(data_dir).join("postmaster.pid")).ok()?;
    file.lines().next()?.parse().ok()
}

/// Returns the URL of the server that runs in a folder.
pub fn address(data_dir: &Path) -> String {
    let socket = data_dir.join("postgres/socket");
    format!("postgresql:///{DATABASE}?host={}&user={DATABASE}", socket.display())
}

pub fn process(id: u32) -> Pid {
    Pid::from_raw(id.cast_signed())
}

/// Returns the single value of a query as text.
#[track_caller]
pub fn ask(embedded: &Embedded, query: &str) -> String {
    postgres::ask(&embedded.url(DATABASE), query)
}

/// The one value that a query of the superuser answers, as text.
#[track_caller]
pub fn ask_as_admin(embedded: &Embedded, query: &str) -> String {
    postgres::ask(&embedded.admin_url(DATABASE), query)
}

/// Runs statements as the superuser.
#[track_caller]
pub fn execute_as_admin(embedded: &Embedded, statements: &str) {
    postgres::execute(&embedded.admin_url(DATABASE), statements);
}

/// Runs statements as the owner of the database.
#[track_caller]
pub fn execute(embedded: &Embedded, statements: &str) {
    postgres::execute(&embedded.url(DATABASE), statements);
}

/// Starts a thread with a session that sleeps for a minute.
pub fn sleeping_session(url: &str) -> JoinHandle<QueryResult<()>> {
    let mut connection = connect(url);
    thread::spawn(move || connection.batch_execute("SELECT pg_sleep(60)"))
}

/// The processes of the server in a folder.
pub fn processes_in(data_dir: &Path) -> Vec<u32> {
    let cluster = cluster(data_dir).canonicalize().unwrap();
    let pids = fs::read_dir("/proc").unwrap().filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok());
    pids.filter(|pid: &u32| fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|folder| folder == cluster)).collect()
}

#[track_caller]
pub fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "{what} did not come");
        thread::sleep(Duration::from_millis(2));
    }
}
