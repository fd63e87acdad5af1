//! `verbatim backup`: writes the whole database to a folder.

use super::outcome::Outcome;
use super::start_log::start_log;
use crate::config::{DatabaseSettings, LogSettings};
use crate::postgres::Tool;
use crate::server::{Postgres, database_origin};
use clap::Args;
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::error::Error;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// The archive of `pg_dump` in the folder.
const DUMP: &str = "database.dump";
/// The file that is written last: a folder without it is no complete backup.
const MANIFEST: &str = "manifest.json";
/// The connections of an embedded Postgres that is started only for a backup or a restore.
pub(super) const MAX_CONNECTIONS: u16 = 10;

#[derive(Args)]
pub(super) struct BackupSettings {
    /// Folder to create; an existing one must be empty
    folder: PathBuf,

    #[command(flatten)]
    pub database: DatabaseSettings,

    #[command(flatten)]
    pub log: LogSettings,
}

/// What a backup contains.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Manifest {
    /// The version of the service that made it.
    pub verbatim: String,
    pub created_at: chrono::DateTime<chrono::Utc>,
    /// The major version of the database server.
    pub postgres: u32,
    /// The major version of `pg_dump`, which `pg_restore` must have too.
    pub pg_dump: u32,
    /// The migrations that the database had.
    pub migrations: Vec<String>,
    pub bytes: u64,
    pub sha256: String,
}

impl Manifest {
    /// Reads the manifest of a folder, and checks that the archive is the one that it describes.
    pub fn read(folder: &Path) -> Result<Self, Box<dyn Error>> {
        let path = folder.join(MANIFEST);
        let text = fs::read_to_string(&path)
            .map_err(|error| format!("{} is no complete backup: cannot read {MANIFEST}: {error}", folder.display()))?;
        let manifest: Self = serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        let dump = dump_path(folder);
        let (bytes, sha256) = digest(&dump).map_err(|error| format!("cannot read {}: {error}", dump.display()))?;
        if (bytes, &sha256) != (manifest.bytes, &manifest.sha256) {
            return Err(format!("{} is damaged: it is not the file that {MANIFEST} describes", dump.display()).into());
        }
        Ok(manifest)
    }

    fn write(&self, folder: &Path) -> io::Result<()> {
        let (path, partial) = (folder.join(MANIFEST), folder.join("manifest.partial"));
        let file = File::create(&partial)?;
        serde_json::to_writer_pretty(&file, self)?;
        file.sync_all()?;
        fs::rename(partial, path)?;
        File::open(folder)?.sync_all()
    }
}

/// The archive in the folder of a backup.
pub(super) fn dump_path(folder: &Path) -> PathBuf {
    folder.join(DUMP)
}

fn digest(path: &Path) -> io::Result<(u64, String)> {
    let mut hash = Sha256::new();
    let bytes = io::copy(&mut File::open(path)?, &mut hash)?;
    Ok((bytes, HEXLOWER.encode(&hash.finalize())))
}

/// Works while the service runs, and with its embedded Postgres when it does not.
pub(super) fn run(settings: &BackupSettings, binary: &clap::Command) -> Outcome {
    let (database, log) = settings.database.read(&settings.log)?;
    start_log(&log, binary);
    let folder = &settings.folder;
    let cannot_use = |error: io::Error| format!("cannot use {}: {error}", folder.display());
    fs::create_dir_all(folder).map_err(cannot_use)?;
    if fs::read_dir(folder).map_err(cannot_use)?.next().is_some() {
        return Err(format!("{} is not empty: name another folder", folder.display()).into());
    }
    let postgres = Postgres::join(&database, MAX_CONNECTIONS)?;
    let origin = database_origin(&postgres.url())?;
    let tool = Tool::find("pg_dump", settings.database.bin_dir().as_deref(), origin.postgres)?;
    let dump = dump_path(folder);
    // The owner, the privileges and the log of changes belong to this database, not to another one.
    let arguments = ["--format=custom", "--no-owner", "--no-privileges", "--no-publications", "--no-subscriptions"];
    let mut arguments: Vec<&OsStr> = arguments.iter().map(OsStr::new).collect();
    arguments.extend(["--exclude-table-data=*.changes", "--file"].map(OsStr::new));
    arguments.push(dump.as_os_str());
    let (url, password) = postgres.url_and_password();
    tool.run(&url, password.as_deref(), &arguments)?;
    File::open(&dump).and_then(|file| file.sync_all()).map_err(cannot_use)?;
    let (bytes, sha256) = digest(&dump).map_err(cannot_use)?;
    let manifest = Manifest {
        verbatim: env!("CARGO_PKG_VERSION").to_owned(),
        created_at: chrono::Utc::now(),
        postgres: origin.postgres,
        pg_dump: tool.major,
        migrations: origin.migrations,
        bytes,
        sha256,
    };
    manifest.write(folder).map_err(cannot_use)?;
    println!("backed up the database to {}: {bytes} bytes", folder.display());
    Ok(())
}
