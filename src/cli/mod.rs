//! The commands of the binary, one file each.

mod backup;
mod completions;
mod demo;
mod export;
mod healthcheck;
mod import;
mod keys;
mod man;
mod migrate;
mod openapi;
mod outcome;
mod restore;
mod serve;
mod service_client;
mod signals;
mod start_log;

use crate::annotate_files::{self, AnnotateSettings, EvaluateSettings};
use crate::config::{BadSettings, ServeSettings};
#[cfg(feature = "train-names")]
use crate::train_names::{self, TrainSettings};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use outcome::Outcome;
use std::fmt::Write;
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
    Serve(Box<serve::ServeCommand>),
    /// Run the service on data of its own, store sample articles through its API, and print what was found
    Demo(Box<ServeSettings>),
    /// Check that the service at the configured address is alive
    Healthcheck(healthcheck::HealthcheckSettings),
    /// Bring the database schema up to date and exit
    Migrate(migrate::MigrateSettings),
    /// Write the whole database to a folder
    Backup(backup::BackupSettings),
    /// Read a backup into an empty database
    Restore(restore::RestoreSettings),
    /// Import files into a running service
    Import(import::ImportSettings),
    /// Export lists, or everything, from a running service
    Export(export::ExportSettings),
    /// Create, list, revoke and rotate API keys
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Find quotes, their speakers and names in files, and print them
    Annotate(AnnotateSettings),
    /// Score the quotes and speakers found in labelled articles
    Evaluate(EvaluateSettings),
    /// Train a model that finds names
    #[cfg(feature = "train-names")]
    TrainNames(TrainSettings),
    /// Print the OpenAPI document, or compare it with a file
    Openapi(openapi::OpenapiSettings),
    /// Print the completions of the commands for a shell
    Completions(completions::CompletionsSettings),
    /// Print the manual page of the binary or of a command
    Man(man::ManSettings),
}

/// The commands as `verbatim --help` groups them; those that are not named here come last.
const GROUPS: [(&str, &[&str]); 4] = [
    ("Service", &["serve", "demo", "healthcheck"]),
    ("Database", &["migrate", "backup", "restore", "keys"]),
    ("Records", &["import", "export"]),
    ("Texts", &["annotate", "evaluate", "train-names"]),
];
/// The group of the other commands.
const OTHERS: &str = "Other commands";

/// Runs the command that the arguments name. Exits with 0, with 2 for wrong settings and for an import that did nothing, and with 1
/// for any other failure.
pub fn run() -> ExitCode {
    let binary = command();
    let cli = Cli::from_arg_matches(&binary.clone().get_matches()).unwrap_or_else(|error| error.exit());
    let outcome: Outcome = match cli.command {
        Command::Serve(settings) => serve::run(&settings, &binary),
        Command::Demo(settings) => demo::run(&settings, &binary),
        Command::Healthcheck(settings) => healthcheck::run(&settings),
        Command::Migrate(settings) => migrate::run(&settings, &binary),
        Command::Backup(settings) => backup::run(&settings, &binary),
        Command::Restore(settings) => restore::run(&settings, &binary),
        Command::Annotate(settings) => annotate_files::run(&settings).map_err(Into::into),
        Command::Evaluate(settings) => annotate_files::evaluate(&settings).map_err(Into::into),
        #[cfg(feature = "train-names")]
        Command::TrainNames(settings) => train_names::run(&settings).map_err(Into::into),
        Command::Import(settings) => import::run(&settings),
        Command::Export(settings) => export::run(&settings),
        Command::Keys(command) => keys::run(&command, &binary),
        Command::Openapi(settings) => openapi::run(&settings),
        Command::Completions(settings) => completions::run(&settings, binary),
        Command::Man(settings) => man::run(&settings, binary),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("verbatim: {error}");
            let did_nothing = error.downcast_ref().is_some_and(import::ImportError::is_nothing);
            ExitCode::from(if did_nothing || error.is::<BadSettings>() { 2 } else { 1 })
        }
    }
}

/// The command line, with a help text in groups: clap groups options, but not commands.
fn command() -> clap::Command {
    let command = Cli::command();
    let groups = command_groups(&command);
    let options = heading(&command, "Options");
    command.help_template(format!(
        "{{about}}\n\n{{usage-heading}} {{usage}}\n\n{groups}{options}\n{{options}}\n\n\
         `verbatim COMMAND --help` describes a command and its settings.\n"
    ))
}

/// The commands in groups, each with its description.
fn command_groups(command: &clap::Command) -> String {
    let in_group = |name: &str| GROUPS.iter().find(|(_, names)| names.contains(&name)).map_or(OTHERS, |group| group.0);
    let literal = command.get_styles().get_literal();
    let mut text = String::new();
    for group in GROUPS.map(|(group, _)| group).into_iter().chain([OTHERS]) {
        text += &format!("{}\n", heading(command, group));
        for member in command.get_subcommands().filter(|member| in_group(member.get_name()) == group) {
            let about = member.get_about().map(ToString::to_string).unwrap_or_default();
            let _ = writeln!(text, "  {literal}{:<12}{literal:#} {about}", member.get_name());
        }
        text.push('\n');
    }
    text
}

fn heading(command: &clap::Command, text: &str) -> String {
    let style = command.get_styles().get_header();
    format!("{style}{text}:{style:#}")
}
