//! A service that runs within the command, for an import straight into a database.

use super::ImportError;
use crate::auth::Secret;
use crate::cli::service_client::{ServiceClient, ServiceSettings};
use crate::config::{AdminKey, Config, ServeSettings};
use crate::server::{self, Server};
use actix_web::rt::System;
use clap::{Args, Command, FromArgMatches};
use std::net::SocketAddr;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// How long it may take until the service is ready.
const START_TIMEOUT: Duration = Duration::from_secs(10);

/// A service on a free port of this machine, with a key that nobody else knows. It stops when this is dropped.
pub struct OwnService {
    service: ServiceSettings,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl OwnService {
    /// Starts a service on a database, with the settings of the environment.
    ///
    /// # Errors
    /// When the settings are not valid, or the database cannot be used.
    pub fn start(database_url: &str) -> Result<Self, ImportError> {
        let failed = |why: String| ImportError::Input(why);
        let secret = Secret::generate().map_err(|error| failed(format!("no random numbers: {error}")))?;
        let mut config = config(database_url).map_err(failed)?;
        config.access.admin_key = AdminKey::parse(secret.expose());
        config.access.tls = None;
        config.probe_listen = None;
        server::connect(database_url).map_err(|error| failed(format!("the database cannot be used: {error}")))?;
        let (started, address) = mpsc::channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = thread::spawn(move || run(&config, &started, stopped));
        let address = address.recv().unwrap_or_else(|_| Err("the service stopped".to_owned())).map_err(failed)?;
        let service = ServiceSettings::at(format!("http://{address}"), secret.expose().to_owned());
        let own = Self { service, stop: Some(stop), thread: Some(thread) };
        own.wait_until_ready()?;
        Ok(own)
    }

    /// A client of the service.
    pub fn client(&self) -> ServiceClient {
        ServiceClient::new(&self.service)
    }

    fn wait_until_ready(&self) -> Result<(), ImportError> {
        let (begun, client) = (Instant::now(), self.client());
        while let Err(error) = client.get("/readyz") {
            let is_stopped = self.thread.as_ref().is_none_or(JoinHandle::is_finished);
            if is_stopped || begun.elapsed() > START_TIMEOUT {
                return Err(ImportError::Input(format!("the service is not ready: {error}")));
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

impl Drop for OwnService {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

/// The settings of the environment, with this database and a free port.
fn config(database_url: &str) -> Result<Config, String> {
    let command = ServeSettings::augment_args(Command::new("import"));
    let arguments = ["import", "--database-url", database_url, "--listen", "127.0.0.1:0"];
    let matches = command.try_get_matches_from(arguments).map_err(|error| error.to_string())?;
    let settings = ServeSettings::from_arg_matches(&matches).map_err(|error| error.to_string())?;
    Ok(settings.read().map_err(|error| error.to_string())?.0)
}

/// Runs the service until it is stopped. Sends its address, or why it cannot start.
fn run(config: &Config, started: &mpsc::Sender<Result<SocketAddr, String>>, stopped: oneshot::Receiver<()>) {
    let server = match Server::bind(config) {
        Ok(server) => server,
        Err(error) => return drop(started.send(Err(error.to_string()))),
    };
    drop(started.send(Ok(server.address())));
    let until = async { drop(stopped.await) };
    if let Err(error) = System::new().block_on(server.run(until)) {
        log::error!("{error}");
    }
}
