//! `verbatim migrate`: brings the database schema up to date, or shows its state.

use super::outcome::Outcome;
use super::start_log::start_log;
use crate::config::{DatabaseSettings, LogSettings};
use crate::server::{Postgres, migrate, migration_states};
use clap::Args;

/// The connections of an embedded Postgres that is started only to be migrated.
const MAX_CONNECTIONS: u16 = 10;

#[derive(Args)]
pub(super) struct MigrateSettings {
    /// Print each migration and whether the database has it, and fail when one is missing; changes nothing
    #[arg(long)]
    status: bool,

    #[command(flatten)]
    database: DatabaseSettings,

    #[command(flatten)]
    log: LogSettings,
}

/// Prints the names of the migrations that ran, or with `--status` the state of all.
pub(super) fn run(settings: &MigrateSettings, binary: &clap::Command) -> Outcome {
    let (database, log) = settings.database.read(&settings.log)?;
    start_log(&log, binary);
    let postgres = Postgres::join(&database, MAX_CONNECTIONS)?;
    if settings.status {
        return print_status(&postgres.url());
    }
    let names = migrate(&postgres.url())?;
    for name in &names {
        println!("{name}");
    }
    if names.is_empty() {
        println!("nothing to do: the database is up to date");
    }
    Ok(())
}

fn print_status(url: &str) -> Outcome {
    let migrations = migration_states(url)?;
    for migration in &migrations {
        println!("{:<8} {}", if migration.is_applied { "applied" } else { "missing" }, migration.name);
    }
    match migrations.iter().filter(|migration| !migration.is_applied).count() {
        0 => Ok(()),
        missing => {
            Err(format!("{missing} of {} migrations are missing: run `verbatim migrate`", migrations.len()).into())
        }
    }
}
