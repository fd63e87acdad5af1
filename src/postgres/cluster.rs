//! Creates the database cluster once and atomically.

use super::account::Account;
use super::binaries::{Binaries, major_version};
use super::error::EmbeddedError;
use super::folder::Folder;
use super::options::{ADMIN, DATABASE};
use super::wait::wait_until;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The prefix of the folder of an incomplete cluster.
const INCOMPLETE: &str = "making-";

/// The `LC_CTYPE` of the cluster. With `C`, `lower` and trigrams would support only ASCII letters.
const CTYPE: &str = if cfg!(target_os = "macos") { "en_US.UTF-8" } else { "C.UTF-8" };

/// The major version that created the cluster; `None` if there is no cluster.
pub(super) fn version(cluster: &Path) -> Result<Option<u32>, EmbeddedError> {
    let file = cluster.join("PG_VERSION");
    match fs::read_to_string(&file) {
        Ok(text) => match major_version(&text) {
            Some(major) => Ok(Some(major)),
            None => Err(not_a_cluster(cluster)),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound && cluster.exists() => Err(not_a_cluster(cluster)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(EmbeddedError::folder(&file)(error)),
    }
}

fn not_a_cluster(cluster: &Path) -> EmbeddedError {
    EmbeddedError::NotACluster { cluster: cluster.to_owned() }
}

/// Creates the cluster unless one exists that these programs can open. The caller holds the lock of the folder.
pub(super) fn ensure(
    folder: &Folder,
    binaries: &Binaries,
    account: &Account,
    durable: bool,
) -> Result<(), EmbeddedError> {
    remove_incomplete(&folder.server());
    match version(&folder.cluster())? {
        Some(major) if major == binaries.major => account.private_folder(&folder.cluster()),
        Some(major) => Err(EmbeddedError::VersionMismatch {
            cluster: folder.cluster(),
            made_by: major,
            bin_dir: binaries.dir.clone(),
            found: binaries.major,
        }),
        None => create(folder, binaries, account, durable),
    }
}

/// Creates the cluster under a temporary name, and renames it when it is complete and on disk. So a killed process leaves no
/// incomplete cluster under the final name.
fn create(folder: &Folder, binaries: &Binaries, account: &Account, durable: bool) -> Result<(), EmbeddedError> {
    log::info!("creating a Postgres {} cluster in {}", binaries.major, folder.path().display());
    let incomplete = folder.server().join(unique_name());
    initdb(&incomplete, binaries, account, durable)?;
    create_database(&incomplete, binaries, account)?;
    let cannot = || EmbeddedError::folder(&incomplete);
    fs::rename(&incomplete, folder.cluster()).map_err(cannot())?;
    let server = folder.server();
    File::open(&server).and_then(|dir| dir.sync_all()).map_err(EmbeddedError::folder(&server))
}

/// A name that no other start uses, because `initdb` continues to run if the service is killed.
fn unique_name() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("{INCOMPLETE}{}-{}", std::process::id(), now.as_nanos())
}

fn initdb(cluster: &Path, binaries: &Binaries, account: &Account, durable: bool) -> Result<(), EmbeddedError> {
    let program = binaries.initdb();
    let mut command = account.command(&program);
    command
        .arg("--pgdata")
        .arg(cluster)
        .args(["--username", ADMIN, "--encoding=UTF8"])
        // Text sorts by code point on every machine, and messages are in English, which the service parses.
        .args(["--locale=C", &format!("--lc-ctype={CTYPE}")])
        .args(["--auth-local=trust", "--auth-host=reject", "--no-instructions"]);
    if !durable {
        command.arg("--no-sync");
    }
    let output = command.output().map_err(account.cannot_run(&program))?;
    Account::check(&program, output).map(drop)
}

/// Creates the role of the service and its database in single-user mode, because not every server package has `psql`.
fn create_database(cluster: &Path, binaries: &Binaries, account: &Account) -> Result<(), EmbeddedError> {
    let program = binaries.postgres();
    let mut child = account
        .command(&program)
        .args(["--single", "-c", "exit_on_error=true", "-D"])
        .arg(cluster)
        .arg("template1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(account.cannot_run(&program))?;
    if let Some(mut stdin) = child.stdin.take() {
        // If the server has exited already, its output is a better error than a broken pipe.
        let _ = writeln!(stdin, "CREATE ROLE {DATABASE} LOGIN\nCREATE DATABASE {DATABASE} OWNER {DATABASE}");
    }
    let output = child.wait_with_output().map_err(account.cannot_run(&program))?;
    Account::check(&program, output).map(drop)
}

/// Removes incomplete clusters. An orphaned `initdb` may still write there; it fails once its files are gone.
fn remove_incomplete(server: &Path) {
    for folder in incomplete(server) {
        log::warn!("removing {}, an incomplete cluster", folder.display());
        let removed = || match fs::remove_dir_all(&folder) {
            Ok(()) => true,
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        };
        if !wait_until(Duration::from_secs(5), removed) {
            log::warn!("{} cannot be removed", folder.display());
        }
    }
}

fn incomplete(server: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(server).into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.file_name().as_encoded_bytes().starts_with(INCOMPLETE.as_bytes()))
        .map(|entry| entry.path())
        .collect()
}
