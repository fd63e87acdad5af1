//! `verbatim migrate`: brings the database schema up to date.

use super::outcome::Outcome;
use crate::config::{DatabaseSettings, LogSettings};
use crate::logs;
use crate::server::{Postgres, migrate};
use clap::Args;

/// The connections of an embedded Postgres that is started only to be migrated.
const MAX_CONNECTIONS: u16 = 10;

#[derive(Args)]
pub(super) struct MigrateSettings {
    #[command(flatten)]
    database: DatabaseSettings,
    #[command(flatten)]
    log: LogSettings,
}

/// Prints the names of the migrations that ran.
pub(super) fn run(settings: &MigrateSettings) -> Outcome {
    let (database, log) = settings.database.read(&settings.log)?;
    logs::start(&log);
    let postgres = Postgres::start(&database, MAX_CONNECTIONS)?;
    let names = migrate(&postgres.url())?;
    for name in &names {
        println!("{name}");
    }
    if names.is_empty() {
        println!("nothing to do: the database is up to date");
    }
    Ok(())
}
