//! `verbatim man`: prints the manual page of the binary or of a command.

use super::outcome::Outcome;
use clap::{Args, Command};
use clap_mangen::Man;
use std::io::{self, Write};

#[derive(Args)]
pub(super) struct ManSettings {
    /// The command that the page describes; without it the page describes the binary
    command: Option<String>,
}

pub(super) fn run(settings: &ManSettings, mut binary: Command) -> Outcome {
    // Gives each command its full name, such as `verbatim-serve`.
    binary.build();
    let described = match &settings.command {
        None => &binary,
        Some(name) => binary.find_subcommand(name).ok_or_else(|| format!("there is no command {name:?}"))?,
    };
    let mut page = Vec::new();
    Man::new(described.clone()).render(&mut page)?;
    Ok(io::stdout().lock().write_all(&page)?)
}
