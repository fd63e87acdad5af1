//! Errors of the embedded Postgres.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

/// A failure of the embedded Postgres. Each message says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmbeddedError {
    /// No `postgres` and `initdb` in the places searched, and none were fetched.
    #[error(
        "no Postgres server found in {searched}, and none fetched: {not_fetched}.\n\
         Install one:\n\
         \x20 Debian, Ubuntu:  apt-get install postgresql\n\
         \x20 Fedora:          dnf install postgresql-server postgresql-contrib\n\
         \x20 macOS:           brew install postgresql@17\n\
         or name the folder of its programs with PG_BIN_DIR, or use a running server with DATABASE_URL."
    )]
    NotFound {
        /// The places as text.
        searched: String,
        /// Why no server was fetched.
        not_fetched: Box<EmbeddedError>,
    },

    /// `--no-fetch` is set.
    #[error("--no-fetch (VERBATIM_NO_FETCH) is set")]
    FetchForbidden,

    /// `PG_BIN_DIR` is set.
    #[error("PG_BIN_DIR is set")]
    FolderGiven,

    /// No server is published for this machine.
    #[error("there is no package for this operating system and processor")]
    NoPackage,

    /// The package is of another version than the cluster.
    #[error("the database was made by Postgres {made_by}, which has no package")]
    NoPackageOf {
        /// The major version that created the cluster.
        made_by: u32,
    },

    /// There is no npm client.
    #[error("npm, which comes with Node.js, cannot be run: {source}")]
    NoNpm {
        /// The cause.
        source: io::Error,
    },

    /// The npm client failed.
    #[error("npm ci failed ({status}); its output:\n{output}")]
    NpmFailed {
        /// Its exit status.
        status: ExitStatus,
        /// What it printed.
        output: String,
    },

    /// The npm client did not finish in time.
    #[error("npm ci did not finish within {seconds} s")]
    NpmTimeout {
        /// The limit.
        seconds: u64,
    },

    /// The server found is too old for the schema.
    #[error(
        "the Postgres in {bin_dir} is version {found}; {oldest} or newer is needed. Install a newer one, name its \
         folder with PG_BIN_DIR, or use a running server with DATABASE_URL."
    )]
    TooOld {
        /// The folder of the programs.
        bin_dir: PathBuf,
        /// Their major version.
        found: u32,
        /// The oldest major version that works.
        oldest: u32,
    },

    /// The server found lacks an extension that the schema needs.
    #[error(
        "the Postgres in {bin_dir} lacks the extension {extension} (no {extension}.control in {folder}). It is part \
         of Debian's and Homebrew's server package; on Fedora: dnf install postgresql-contrib"
    )]
    NoExtension {
        /// The folder of the programs.
        bin_dir: PathBuf,
        /// The extension's name.
        extension: &'static str,
        /// Where its control file was expected.
        folder: PathBuf,
    },

    /// `initdb` does not print its version and folders as expected.
    #[error("{program} printed no version or share folder; its output:\n{output}")]
    Unrecognised {
        /// The program.
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

    /// A program exited with an error.
    #[error("{program} failed ({status}); its output:\n{output}")]
    Failed {
        /// The program.
        program: PathBuf,
        /// Its exit status.
        status: ExitStatus,
        /// What it printed.
        output: String,
    },

    /// The service runs as root, and there is no other account to run Postgres as.
    #[error(
        "Postgres refuses to run as root, and this machine has neither a user postgres nor a user nobody. Start \
         verbatim as an ordinary user, or use a running server with DATABASE_URL."
    )]
    NoAccount,

    /// The account that Postgres must run as has no name.
    #[error(
        "Postgres would run as user id {uid}, which has no name on this machine, and Postgres refuses that. Add the user, or \
         give the data folder to another one (chown -R)."
    )]
    NoUserName {
        /// The user id of the service or of the owner of the data folder.
        uid: u32,
    },

    /// No data folder is configured, and there is no home folder for the default one.
    #[error("neither HOME nor XDG_DATA_HOME is set; name a data folder with --data-dir (VERBATIM_DATA_DIR)")]
    NoHome,

    /// A file or folder cannot be read or written.
    #[error("cannot use {path}: {source}")]
    Folder {
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },

    /// The account that Postgres runs as may not enter a parent folder.
    #[error(
        "Postgres runs as user {account}, who may not enter {barrier} and so cannot reach {path}. Open that folder \
         (chmod o+x '{barrier}') or choose another data folder with --data-dir (VERBATIM_DATA_DIR)."
    )]
    OutOfReach {
        /// The account.
        account: String,
        /// The folder that it may not enter.
        barrier: PathBuf,
        /// The folder that it cannot reach.
        path: PathBuf,
    },

    /// Every possible path of the socket is too long.
    #[error(
        "no place for the Postgres socket: the paths of the data folder {data_dir} and of the temporary folder are \
         too long or not usable in an address. Choose a shorter one with --data-dir (VERBATIM_DATA_DIR)."
    )]
    NoSocketDir {
        /// The data folder.
        data_dir: PathBuf,
    },

    /// The folder for the socket belongs to another account.
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
        /// The process that holds it, if it has written its id.
        pid: Option<u32>,
    },

    /// The cluster was created by another major version of Postgres.
    #[error(
        "the database in {cluster} was made by Postgres {made_by}, and the programs in {bin_dir} are version {found}. \
         Install Postgres {made_by} beside it, or name the folder of its programs with PG_BIN_DIR."
    )]
    VersionMismatch {
        /// The cluster.
        cluster: PathBuf,
        /// The major version that created it.
        made_by: u32,
        /// The folder of the programs found.
        bin_dir: PathBuf,
        /// Their major version.
        found: u32,
    },

    /// The cluster's folder contains something else.
    #[error(
        "{cluster} is not a Postgres cluster (no readable PG_VERSION in it). Nothing was changed: restore it, or move \
         it away to start empty."
    )]
    NotACluster {
        /// The folder.
        cluster: PathBuf,
    },

    /// A server from an earlier run does not stop.
    #[error("an earlier run left a Postgres server behind (process {pid}) that does not stop; end it and start again")]
    LeftBehind {
        /// Its process id.
        pid: i32,
    },

    /// The server exited before it was ready.
    #[error("Postgres did not start ({status}). The end of {log}:\n{tail}")]
    StartFailed {
        /// Its exit status.
        status: ExitStatus,
        /// The server's log file.
        log: PathBuf,
        /// The last lines of the log.
        tail: String,
    },

    /// The server was not ready in time and was stopped.
    #[error("Postgres was not ready after {seconds} s. The end of {log}:\n{tail}")]
    StartTimeout {
        /// The limit.
        seconds: u64,
        /// The server's log file.
        log: PathBuf,
        /// The last lines of the log.
        tail: String,
    },
}

impl EmbeddedError {
    /// Returns a function for `map_err`: `path` could not be used.
    pub(super) fn folder(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Folder { path, source }
    }
}
