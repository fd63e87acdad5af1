//! Makes the cluster once, whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::DATABASE;
use super::account::Account;
use super::binaries::{Binaries, major_version};
use super::error::EmbeddedError;
use super::folder::Folder;
use super::patience::wait_until;

/// How the folder of a cluster begins that is being made, or whose making was cut short.
const MAKING: &str = "making-";

/// The characters' classes: with plain C, `lower` and trigrams would know ASCII letters only.
const CTYPE: &str = if cfg!(target_os = "macos") { "en_US.UTF-8" } else { "C.UTF-8" };

/// The major version that made the cluster; `None` when there is no cluster.
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

/// Sees that there is a cluster these binaries can open; makes one when there is none. The folder is locked.
pub(super) fn ensure(
    folder: &Folder,
    binaries: &Binaries,
    account: &Account,
    durable: bool,
) -> Result<(), EmbeddedError> {
    sweep(&folder.server());
    match version(&folder.cluster())? {
        Some(major) if major == binaries.major => account.private_folder(&folder.cluster()),
        Some(major) => Err(EmbeddedError::VersionMismatch {
            cluster: folder.cluster(),
            made_by: major,
            bin_dir: binaries.dir.clone(),
            found: binaries.major,
        }),
        None => make(folder, binaries, account, durable),
    }
}

/// Makes the cluster under another name, and gives it its own when it is whole and on disk: whoever is killed in
/// between leaves nothing that could be taken for a cluster.
fn make(folder: &Folder, binaries: &Binaries, account: &Account, durable: bool) -> Result<(), EmbeddedError> {
    log::info!("making a Postgres {} cluster in {}", binaries.major, folder.path().display());
    let making = folder.server().join(unique_name());
    initdb(&making, binaries, account, durable)?;
    create_database(&making, binaries, account)?;
    let cannot = || EmbeddedError::folder(&making);
    fs::rename(&making, folder.cluster()).map_err(cannot())?;
    let server = folder.server();
    File::open(&server).and_then(|dir| dir.sync_all()).map_err(EmbeddedError::folder(&server))
}

/// An `initdb` outlives the service that was killed while it waited for it, so no two may share a name.
fn unique_name() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("{MAKING}{}-{}", std::process::id(), now.as_nanos())
}

fn initdb(making: &Path, binaries: &Binaries, account: &Account, durable: bool) -> Result<(), EmbeddedError> {
    let program = binaries.initdb();
    let mut command = account.command(&program);
    command
        .arg("--pgdata")
        .arg(making)
        .args(["--username", DATABASE, "--encoding=UTF8"])
        // Text sorts by code point everywhere, and its messages are the ones the service knows.
        .args(["--locale=C", &format!("--lc-ctype={CTYPE}")])
        .args(["--auth-local=trust", "--auth-host=reject", "--no-instructions"]);
    if !durable {
        command.arg("--no-sync");
    }
    let output = command.output().map_err(account.cannot_run(&program))?;
    Account::check(&program, output).map(drop)
}

/// In single-user mode: `psql` is no part of a server package everywhere.
fn create_database(making: &Path, binaries: &Binaries, account: &Account) -> Result<(), EmbeddedError> {
    let program = binaries.postgres();
    let mut child = account
        .command(&program)
        .args(["--single", "-c", "exit_on_error=true", "-D"])
        .arg(making)
        .arg("template1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(account.cannot_run(&program))?;
    if let Some(mut stdin) = child.stdin.take() {
        // When the server is gone already, what it said tells more than a broken pipe.
        let _ = writeln!(stdin, "CREATE DATABASE {DATABASE}");
    }
    let output = child.wait_with_output().map_err(account.cannot_run(&program))?;
    Account::check(&program, output).map(drop)
}

/// Removes what makings cut short have left. An orphaned `initdb` may still be writing there; it gives up when its
/// files vanish.
fn sweep(server: &Path) {
    for half_made in half_made(server) {
        log::warn!("removing {}, whose making was cut short", half_made.display());
        let gone = || match fs::remove_dir_all(&half_made) {
            Ok(()) => true,
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        };
        if !wait_until(Duration::from_secs(5), gone) {
            log::warn!("{} cannot be removed", half_made.display());
        }
    }
}

fn half_made(server: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(server).into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.file_name().as_encoded_bytes().starts_with(MAKING.as_bytes()))
        .map(|entry| entry.path())
        .collect()
}
