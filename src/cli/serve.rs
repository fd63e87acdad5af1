//! `verbatim serve`: runs the service until a signal stops it.

use super::outcome::Outcome;
use super::signals::StopSignals;
use crate::config::ServeSettings;
use crate::logs;
use crate::server::Server;
use actix_web::rt::System;

pub(super) fn run(settings: &ServeSettings) -> Outcome {
    let (config, log) = settings.read()?;
    logs::start(&log);
    System::new().block_on(async {
        // Before anything starts, so that an early signal is not lost and no embedded Postgres is left behind.
        let mut stop = StopSignals::listen()?;
        Ok(Server::bind(&config)?.run(stop.received()).await?)
    })
}
