//! `verbatim restore`: reads a backup into an empty database.

use super::backup::{MAX_CONNECTIONS, Manifest, dump_path};
use super::outcome::Outcome;
use super::start_log::start_log;
use crate::config::{DatabaseSettings, LogSettings};
use crate::postgres::Tool;
use crate::server::{Postgres, finish_restore, migration_states, prepare_restore};
use clap::Args;
use std::ffi::OsStr;
use std::path::PathBuf;

#[derive(Args)]
pub(super) struct RestoreSettings {
    /// Folder of the backup
    folder: PathBuf,

    #[command(flatten)]
    database: DatabaseSettings,

    #[command(flatten)]
    log: LogSettings,
}

/// Works while a service runs on the empty database, and brings an older backup up to date.
pub(super) fn run(settings: &RestoreSettings, binary: &clap::Command) -> Outcome {
    let (database, log) = settings.database.read(&settings.log)?;
    start_log(&log, binary);
    let manifest = Manifest::read(&settings.folder)?;
    let tool = Tool::find("pg_restore", settings.database.bin_dir().as_deref(), manifest.pg_dump)?;
    let postgres = Postgres::join(&database, MAX_CONNECTIONS)?;
    let known = migration_states(&postgres.url())?;
    if let Some(newer) = manifest.migrations.iter().find(|name| !known.iter().any(|migration| migration.name == **name))
    {
        let version = &manifest.verbatim;
        return Err(format!(
            "the backup was made by verbatim {version}, and this one does not know its migration {newer}: \
            restore it with that version or a later one"
        )
        .into());
    }
    prepare_restore(&postgres.url())?;
    let dump = dump_path(&settings.folder);
    let arguments = ["--no-owner", "--no-privileges", "--no-comments", "--exit-on-error", "--single-transaction"];
    let mut arguments: Vec<&OsStr> = arguments.iter().map(OsStr::new).collect();
    arguments.push(dump.as_os_str());
    let (url, password) = postgres.url_and_password();
    tool.run(&url, password.as_deref(), &arguments)?;
    finish_restore(&postgres.url())?;
    println!("restored the backup of {}", manifest.created_at.format("%Y-%m-%d %H:%M:%S UTC"));
    Ok(())
}
