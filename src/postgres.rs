//! Verbatim's own Postgres: found on this machine, made once in the data folder, started, watched, stopped.
//!
//! What the data folder holds:
//!
//! ```text
//! verbatim.lock       held (flock) by the one process that uses the folder; its pid inside
//! postgres.log        what the server says; kept under a megabyte
//! postgres/           0700, owned by the account that Postgres runs as
//!   cluster/          the database files; the name is given only when the cluster is whole
//!   socket/           the unix socket, the only way in: there is no TCP listener
//! ```
//!
//! **Who may connect.** Authentication is `trust`, and what guards it is the 0700 folder around the socket: only
//! its owner and root reach it. Peer authentication would lock out a service that runs as root while Postgres,
//! which refuses root, runs as `postgres` or `nobody`. Other processes of that same account can connect too.
//!
//! **What is tuned where.** The command line fixes what the service depends on (socket, connections, time zone,
//! message language, what is logged); memory and the rest are the operator's in `postgres/cluster/postgresql.conf`.
//!
//! **When the service is killed** (`kill -9`), Postgres keeps running, as no destructor ran. The kernel has
//! released the lock, so the next start takes it, stops the leftover server and starts its own. It is not adopted:
//! it would not be this process's child, and it may have been started with other settings.

mod account;
mod binaries;
mod cluster;
mod error;
mod folder;
mod patience;
mod postmaster;
mod server_log;
mod supervisor;

use std::env;
use std::path::{Path, PathBuf};

use account::Account;
pub use error::EmbeddedError;
use folder::{Folder, Lock};
use postmaster::{Launch, PidFile};
use supervisor::Supervisor;

/// The database that every cluster has from the start, and the role that owns it.
pub const DATABASE: &str = "verbatim";

/// The port in the socket's file name. Nothing listens on TCP.
const PORT: u16 = 5432;

/// How to run the embedded Postgres.
#[derive(Debug, Clone)]
pub struct Options {
    /// The data folder; made when absent. See [`default_data_dir`].
    pub data_dir: PathBuf,
    /// The folder of `postgres` and `initdb` (`PG_BIN_DIR`). When given, nowhere else is searched.
    pub bin_dir: Option<PathBuf>,
    /// `max_connections` of the server: the pool and a few for the operator.
    pub max_connections: u16,
    /// `true`: every commit is on disk before it is answered. `false`, for tests: faster, and a power cut may
    /// lose everything; a server that is killed loses nothing.
    pub durable: bool,
}

impl Options {
    /// A durable server in `data_dir` with a hundred connections and the binaries that this machine has.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self { data_dir: data_dir.into(), bin_dir: None, max_connections: 100, durable: true }
    }
}

/// A running Postgres that belongs to this process.
///
/// A thread watches the server and starts it again when it dies. Dropping the value stops the server, and then
/// releases the data folder.
#[derive(Debug)]
pub struct Embedded {
    // Dropped in this order: the folder is free only when the server is down.
    supervisor: Supervisor,
    folder: Folder,
    socket_dir: PathBuf,
    _lock: Lock,
}

impl Embedded {
    /// Starts Postgres on `options.data_dir` and returns when it accepts connections. Blocks: a second or two when
    /// the cluster has to be made, a fraction of one otherwise, longer when a crash left much to recover.
    ///
    /// # Errors
    ///
    /// Every [`EmbeddedError`] is a sentence for the person who started the service: no binaries, folder in use or
    /// out of the server account's reach, cluster of another Postgres version, server that does not start.
    pub fn start(options: &Options) -> Result<Self, EmbeddedError> {
        let account = Account::choose(&folder::server_dir(&options.data_dir))?;
        let existing = cluster::version(&folder::cluster_dir(&options.data_dir))?;
        let binaries = binaries::find(options.bin_dir.as_deref(), existing, &account)?;

        let folder = Folder::open(&options.data_dir, &account)?;
        let lock = folder.lock()?;
        let socket_dir = folder.prepare(&account)?;
        cluster::ensure(&folder, &binaries, &account, options.durable)?;

        let launch = Launch::new(&folder, &socket_dir, binaries, account, options);
        let postmaster = launch.start()?;
        Ok(Self { supervisor: Supervisor::watch(launch, postmaster), folder, socket_dir, _lock: lock })
    }

    /// The libpq address of `database` on this server, for example
    /// `postgresql:///verbatim?host=%2Fvar%2Flib%2Fverbatim%2Fpostgres%2Fsocket&port=5432&user=verbatim`.
    /// The role is a superuser, so the address also serves to create databases.
    pub fn url(&self, database: &str) -> String {
        let host = self.socket_dir.as_os_str().as_encoded_bytes();
        format!(
            "postgresql:///{}?host={}&port={PORT}&user={DATABASE}",
            percent_encode(database.as_bytes()),
            percent_encode(host),
        )
    }

    /// The process id of the server while it accepts connections, `None` while it is down or recovering.
    /// Says nothing of a server that was killed within the last tenth of a second.
    pub fn server_pid(&self) -> Option<u32> {
        let file = PidFile::read(&self.folder.cluster())?;
        (file.ready && postmaster::runs_in(file.pid, &self.folder.cluster())).then(|| file.pid.unsigned_abs())
    }

    /// The data folder, absolute and without symbolic links.
    pub fn data_dir(&self) -> &Path {
        self.folder.path()
    }

    /// Stops the server and releases the folder: ends its sessions and waits for a last checkpoint, within bounds.
    /// Dropping does the same; this says so where it happens.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        self.supervisor.stop();
        folder::leave_socket_dir(&self.folder, &self.socket_dir);
    }
}

/// The data folder when none is configured: `/var/lib/verbatim` for root, whose home no other account can enter;
/// else `$XDG_DATA_HOME/verbatim` or `~/.local/share/verbatim` (macOS: `~/Library/Application Support/verbatim`).
///
/// # Errors
///
/// [`EmbeddedError::NoHome`] when an ordinary user has neither variable.
pub fn default_data_dir() -> Result<PathBuf, EmbeddedError> {
    data_dir_of(
        nix::unistd::geteuid().is_root(),
        env::var_os("XDG_DATA_HOME").map(PathBuf::from),
        env::var_os("HOME").map(PathBuf::from),
    )
}

fn data_dir_of(root: bool, xdg_data_home: Option<PathBuf>, home: Option<PathBuf>) -> Result<PathBuf, EmbeddedError> {
    if root {
        return Ok(PathBuf::from("/var/lib/verbatim"));
    }
    // The XDG specification: a relative path is invalid and to be ignored.
    let base = match xdg_data_home.filter(|path| path.is_absolute()) {
        Some(path) => path,
        None => {
            let home = home.filter(|path| path.is_absolute()).ok_or(EmbeddedError::NoHome)?;
            home.join(if cfg!(target_os = "macos") { "Library/Application Support" } else { ".local/share" })
        }
    };
    Ok(base.join("verbatim"))
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

    #[test]
    fn root_gets_a_folder_that_another_account_can_reach() {
        let home = Some(PathBuf::from("/root"));
        let dir = data_dir_of(true, home.clone(), home).unwrap();
        assert_eq!(dir, Path::new("/var/lib/verbatim"));
    }

    #[test]
    fn an_ordinary_user_gets_a_folder_of_their_own() {
        let home = || Some(PathBuf::from("/home/ann"));
        let xdg = |path: &str| Some(PathBuf::from(path));
        assert_eq!(data_dir_of(false, xdg("/data"), home()).unwrap(), Path::new("/data/verbatim"));
        let default = data_dir_of(false, None, home()).unwrap();
        assert!(default.starts_with("/home/ann"), "{default:?}");
        assert_eq!(data_dir_of(false, xdg("relative"), home()).unwrap(), default);
        assert!(matches!(data_dir_of(false, None, None), Err(EmbeddedError::NoHome)));
    }

    #[test]
    fn every_byte_that_means_something_in_a_url_is_encoded() {
        assert_eq!(percent_encode("/a b/é?&%~x".as_bytes()), "%2Fa%20b%2F%C3%A9%3F%26%25~x");
    }
}
