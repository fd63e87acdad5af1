//! The options of the embedded server, and the names of its database and roles.

use std::path::PathBuf;

/// The database of the service, and the ordinary role that owns it.
pub const DATABASE: &str = "verbatim";

/// The superuser of the cluster. The service does not use it.
pub(super) const ADMIN: &str = "postgres";

/// The port in the socket's file name. The server does not listen on TCP.
pub(super) const PORT: u16 = 5432;

/// The options of the embedded server.
#[derive(Debug, Clone)]
pub struct Options {
    /// The data folder. It is created if it is missing. See [`default_data_dir`](super::default_data_dir).
    pub data_dir: PathBuf,
    /// The folder of `postgres` and `initdb` (`PG_BIN_DIR`). When given, no other place is searched.
    pub bin_dir: Option<PathBuf>,
    /// Whether to fetch a server if this machine has none.
    pub fetch: bool,
    /// `max_connections` of the server.
    pub max_connections: u16,
    /// If true, a commit returns only when it is on disk. If false, the server is faster, for tests. A killed server loses nothing
    /// then, but a power failure may lose everything.
    pub durable: bool,
    /// The server's log is shortened if it is larger than this.
    pub max_log_bytes: u64,
}

impl Options {
    /// A durable server in `data_dir` with a hundred connections, fetched if this machine has none.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            bin_dir: None,
            fetch: true,
            max_connections: 100,
            durable: true,
            max_log_bytes: 1 << 20,
        }
    }
}
