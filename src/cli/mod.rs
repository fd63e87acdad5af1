//! The commands of the binary, one file each.

mod demo;
mod healthcheck;
mod keys;
mod migrate;
mod openapi;
mod outcome;
mod serve;
mod signals;

use crate::annotate_files::{self, AnnotateSettings};
use crate::config::{BadSettings, ListenSetting, ServeSettings};
#[cfg(feature = "train-names")]
use crate::train_names::{self, TrainSettings};
use clap::{Parser, Subcommand};
use outcome::Outcome;
use std::process::ExitCode;

/// Verbatim finds who said what, about whom, in news articles, and serves it over HTTP
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
    /// Run the service on data of its own, store sample articles through its API, and print what was found
    Demo(Box<ServeSettings>),
    /// Find quotes, their speakers and names in files, and print them
    Annotate(AnnotateSettings),
    /// Train the model that finds French names
    #[cfg(feature = "train-names")]
    TrainNames(TrainSettings),
    /// Bring the database schema up to date and exit
    Migrate(migrate::MigrateSettings),
    /// Create, list, revoke and rotate API keys
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Print the OpenAPI document, or compare it with a file
    Openapi(openapi::OpenapiSettings),
    /// Check that the service at the configured address is alive
    Healthcheck(ListenSetting),
}

/// Runs the command that the arguments name. Exits with 0, with 2 for wrong settings, and with 1 for any other failure.
pub fn run() -> ExitCode {
    let outcome: Outcome = match Cli::parse().command {
        Command::Serve(settings) => serve::run(&settings),
        Command::Demo(settings) => demo::run(&settings),
        Command::Annotate(settings) => annotate_files::run(&settings).map_err(Into::into),
        #[cfg(feature = "train-names")]
        Command::TrainNames(settings) => train_names::run(&settings).map_err(Into::into),
        Command::Migrate(settings) => migrate::run(&settings),
        Command::Keys(command) => keys::run(&command),
        Command::Openapi(settings) => openapi::run(&settings),
        Command::Healthcheck(settings) => healthcheck::run(&settings),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("verbatim: {error}");
            ExitCode::from(if error.is::<BadSettings>() { 2 } else { 1 })
        }
    }
}
