//! The commands of the binary.

use actix_web::rt::System;
use clap::{Args, Parser, Subcommand};
use std::error::Error;
use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::thread;
use tokio::sync::oneshot;
use verbatim::annotate_files::{self, AnnotateSettings};
use verbatim::config::{BadSettings, Config, DatabaseSettings, ListenSetting, LogSettings, ServeSettings};
use verbatim::server::{Postgres, Server, migrate};
use verbatim::signals::Stop;
#[cfg(feature = "train-names")]
use verbatim::train_names::{self, TrainSettings};
use verbatim::{demo, healthcheck, http, logs};

/// Every request makes and drops some hundred small values, in threads that pass them to each other.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Where the document is committed, from the top of the repository.
const DOCUMENT: &str = "openapi/openapi.json";
/// The connections of an own Postgres that is only started to be migrated.
const MIGRATE_CONNECTIONS: u16 = 10;

/// Who said what, about whom: news knowledge over HTTP, pinned to the exact characters it was printed in.
#[derive(Parser)]
#[command(version, propagate_version = true, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the service
    Serve(Box<ServeSettings>),
    /// Run the service, store a sample article through its API, and show who said what in it
    Demo(Box<ServeSettings>),
    /// Find quotes, their speakers and names in files, and print them
    Annotate(AnnotateSettings),
    /// Train the model that finds French names
    #[cfg(feature = "train-names")]
    TrainNames(TrainSettings),
    /// Bring the database up to date and end
    Migrate(MigrateSettings),
    /// Print the API's document, or compare it with a file
    Openapi(OpenapiSettings),
    /// Ask the running service at the configured address whether it lives
    Healthcheck(ListenSetting),
}

#[derive(Args)]
struct MigrateSettings {
    #[command(flatten)]
    database: DatabaseSettings,
    #[command(flatten)]
    log: LogSettings,
}

#[derive(Args)]
struct OpenapiSettings {
    /// Compare the document with a file, and fail when they differ
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = DOCUMENT)]
    check: Option<PathBuf>,
}

/// A command's end. The binary exits with 0, 2 for bad settings, and 1 for any other failure.
type Outcome = Result<(), Box<dyn Error>>;

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Serve(settings) => serve(&settings, None),
        Command::Demo(settings) => serve(&settings, Some(demo::run)),
        Command::Annotate(settings) => annotate_files::run(&settings).map_err(Into::into),
        #[cfg(feature = "train-names")]
        Command::TrainNames(settings) => train_names::run(&settings).map_err(Into::into),
        Command::Migrate(settings) => migrate_once(&settings),
        Command::Openapi(settings) => openapi(&settings),
        Command::Healthcheck(settings) => health(&settings),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("verbatim: {error}");
            ExitCode::from(if error.is::<BadSettings>() { 2 } else { 1 })
        }
    }
}

/// What is done with the running service at an address, in a thread of its own.
type Visit = fn(SocketAddr) -> Result<(), demo::DemoError>;

fn serve(settings: &ServeSettings, visit: Option<Visit>) -> Outcome {
    let (config, log) = settings.read()?;
    logs::start(&log);
    System::new().block_on(serve_until_told(&config, visit))
}

async fn serve_until_told(config: &Config, visit: Option<Visit>) -> Outcome {
    // Before anything is started: a signal that comes early is not lost, and the own Postgres not left behind.
    let mut stop = Stop::listen()?;
    let server = Server::bind(config)?;
    let address = server.address();
    let Some(visit) = visit else { return Ok(server.run(stop.requested()).await?) };

    // In a thread that nobody waits for: the service can be stopped before the visit has ended.
    let (done, visited) = oneshot::channel();
    thread::spawn(move || drop(done.send(visit(address))));
    let mut failed = None;
    let until = async {
        tokio::select! {
            result = visited => match result {
                Ok(Ok(())) => stop.requested().await,
                Ok(Err(error)) => failed = Some(error.into()),
                Err(_) => failed = Some("the demo has panicked".into()),
            },
            () = stop.requested() => {}
        }
    };
    server.run(until).await?;
    failed.map_or(Ok(()), Err)
}

fn migrate_once(settings: &MigrateSettings) -> Outcome {
    let (database, log) = settings.database.read(&settings.log)?;
    logs::start(&log);
    let postgres = Postgres::start(&database, MIGRATE_CONNECTIONS)?;
    let ran = migrate(&postgres.url())?;
    for name in &ran {
        println!("{name}");
    }
    if ran.is_empty() {
        println!("nothing to do: the database is up to date");
    }
    Ok(())
}

fn openapi(settings: &OpenapiSettings) -> Outcome {
    let document = http::openapi::document_text();
    let Some(path) = &settings.check else {
        print!("{document}");
        return Ok(());
    };
    let committed = fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    if committed == document {
        return Ok(());
    }
    Err(format!("{0} is not this build's document; mend it: cargo run -- openapi > {0}", path.display()).into())
}

fn health(settings: &ListenSetting) -> Outcome {
    Ok(healthcheck::ask(settings.read()?)?)
}
