//! `verbatim serve`: runs the service until a signal stops it, or only checks whether it could run.

use super::outcome::Outcome;
use super::signals::StopSignals;
use super::start_log::start_log;
use crate::config::{Config, ServeSettings};
use crate::server::{Postgres, Server, migration_states};
use actix_web::rt::System;
use clap::Args;

#[derive(Args)]
pub(super) struct ServeCommand {
    /// Check the settings and the database, and exit
    #[arg(long)]
    check: bool,

    #[command(flatten)]
    settings: ServeSettings,
}

pub(super) fn run(command: &ServeCommand, binary: &clap::Command) -> Outcome {
    let (config, log) = command.settings.read()?;
    start_log(&log, binary);
    if command.check {
        return check(&config);
    }
    System::new().block_on(async {
        // Before anything starts, so that an early signal is not lost and no embedded Postgres is left behind.
        let mut stop = StopSignals::listen()?;
        Ok(Server::bind(&config)?.run(stop.received()).await?)
    })
}

/// Fails when the database cannot be used. An embedded one is started for the check.
fn check(config: &Config) -> Outcome {
    let postgres = Postgres::start(&config.database, config.max_connections())?;
    let missing = migration_states(&postgres.url())?.iter().filter(|migration| !migration.is_applied).count();
    println!("the settings are valid");
    match missing {
        0 => println!("the database can be used, and its schema is up to date"),
        missing => println!("the database can be used; `serve` will run {missing} migrations"),
    }
    Ok(())
}
