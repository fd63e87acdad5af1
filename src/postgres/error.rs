use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use super::binaries::OLDEST;

/// Why the embedded Postgres does not run. Each message tells a person what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmbeddedError {
    /// No `postgres` and `initdb` where they were looked for.
    #[error(
        "no Postgres server found (looked in {looked_in}).\n\
         Install one:\n\
         \x20 Debian, Ubuntu:  apt-get install postgresql\n\
         \x20 Fedora:          dnf install postgresql-server postgresql-contrib\n\
         \x20 macOS:           brew install postgresql@17\n\
         or name the folder of its binaries with PG_BIN_DIR, or use a running server with DATABASE_URL."
    )]
    NotFound {
        /// The places, in words.
        looked_in: String,
    },

    /// The binaries found are of a version that the schema does not work on.
    #[error(
        "the Postgres in {bin_dir} is version {found}; {oldest} or newer is needed. Install a newer one, name its \
         folder with PG_BIN_DIR, or use a running server with DATABASE_URL.",
        oldest = OLDEST
    )]
    TooOld {
        /// The folder of the binaries.
        bin_dir: PathBuf,
        /// Their major version.
        found: u32,
    },

    /// An extension that the schema needs is not installed with the server.
    #[error(
        "the Postgres in {bin_dir} lacks the extension {extension} (no {extension}.control in {folder}). It is part \
         of Debian's and Homebrew's server package; on Fedora: dnf install postgresql-contrib"
    )]
    NoExtension {
        /// The folder of the binaries.
        bin_dir: PathBuf,
        /// The extension's name.
        extension: &'static str,
        /// Where its control file was expected.
        folder: PathBuf,
    },

    /// The binaries do not say what they are.
    #[error("{program} does not tell its version and share folder; it said:\n{output}")]
    Unrecognised {
        /// The program asked.
        program: PathBuf,
        /// What it printed.
        output: String,
    },

    /// A program could not be started.
    #[error("cannot run {program} as user {account}: {source}")]
    Run {
        /// The program.
        program: PathBuf,
        /// The account it was to run as.
        account: String,
        /// The cause.
        source: io::Error,
    },

    /// A program ended with an error.
    #[error("{program} failed ({status}); it said:\n{output}")]
    Failed {
        /// The program.
        program: PathBuf,
        /// How it ended.
        status: ExitStatus,
        /// What it printed.
        output: String,
    },

    /// Root needs another account to run Postgres as.
    #[error(
        "Postgres refuses to run as root, and this machine has neither a user postgres nor a user nobody. Start \
         verbatim as an ordinary user, or use a running server with DATABASE_URL."
    )]
    NoAccount,

    /// Neither a data folder nor a home to put it in.
    #[error("neither HOME nor XDG_DATA_HOME is set; name a data folder with --data-dir (VERBATIM_DATA_DIR)")]
    NoHome,

    /// A file or folder in the data folder cannot be read or written.
    #[error("cannot use {path}: {source}")]
    Folder {
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },

    /// A folder on the way is closed to the account that Postgres runs as.
    #[error(
        "Postgres runs as user {account} here, who may not enter {barrier}, so it cannot reach {path}. Choose another \
         folder with --data-dir (VERBATIM_DATA_DIR), or open this one: chmod o+x '{barrier}'"
    )]
    OutOfReach {
        /// The account.
        account: String,
        /// The folder that it may not enter.
        barrier: PathBuf,
        /// What lies behind it.
        path: PathBuf,
    },

    /// No place for the socket: its path would be too long everywhere.
    #[error(
        "no place for the Postgres socket: the paths of the data folder {data_dir} and of the temporary folder are \
         too long or not usable in an address. Choose a shorter one with --data-dir (VERBATIM_DATA_DIR)."
    )]
    NoSocketDir {
        /// The data folder.
        data_dir: PathBuf,
    },

    /// The folder that the socket would go to belongs to somebody else.
    #[error("{path} exists and is not a private folder of user {account}; remove it and start again")]
    ForeignSocketDir {
        /// The folder.
        path: PathBuf,
        /// The account that should own it.
        account: String,
    },

    /// Another process uses the data folder.
    #[error(
        "the data folder {data_dir} is in use by another verbatim{}. Stop that one, or give this one a folder of its \
         own with --data-dir (VERBATIM_DATA_DIR).",
        .pid.map(|pid| format!(" (process {pid})")).unwrap_or_default()
    )]
    InUse {
        /// The data folder.
        data_dir: PathBuf,
        /// The process that holds it, when it has written its id.
        pid: Option<u32>,
    },

    /// The cluster was made by another major version of Postgres.
    #[error(
        "the database in {cluster} was made by Postgres {made_by}, and the binaries in {bin_dir} are version {found}. \
         Install Postgres {made_by} beside it, or name the folder of its binaries with PG_BIN_DIR."
    )]
    VersionMismatch {
        /// The cluster.
        cluster: PathBuf,
        /// The major version that made it.
        made_by: u32,
        /// The folder of the binaries found.
        bin_dir: PathBuf,
        /// Their major version.
        found: u32,
    },

    /// Something that is no cluster is where the cluster should be.
    #[error(
        "{cluster} is not a Postgres cluster (no readable PG_VERSION in it). Nothing was touched: restore it, or move \
         it away to start empty."
    )]
    NotACluster {
        /// The folder.
        cluster: PathBuf,
    },

    /// A server that an earlier run left behind does not go away.
    #[error("an earlier run left a Postgres server behind (process {pid}) that does not stop; end it and start again")]
    LeftBehind {
        /// Its process id.
        pid: i32,
    },

    /// The server ended before it was ready.
    #[error("Postgres did not start ({status}). The end of {log}:\n{tail}")]
    StartFailed {
        /// How it ended.
        status: ExitStatus,
        /// The server's log file.
        log: PathBuf,
        /// Its last lines.
        tail: String,
    },

    /// The server is not ready after a long wait, and was stopped.
    #[error("Postgres was not ready after {seconds} s. The end of {log}:\n{tail}")]
    StartTimeout {
        /// How long it was given.
        seconds: u64,
        /// The server's log file.
        log: PathBuf,
        /// Its last lines.
        tail: String,
    },
}

impl EmbeddedError {
    /// For `map_err`: what could not be done with `path`.
    pub(super) fn folder(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Folder { path, source }
    }
}
