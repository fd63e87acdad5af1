//! `verbatim completions`: prints the completions of the commands for a shell.

use super::outcome::Outcome;
use clap::{Args, Command};
use clap_complete::{Shell, generate};
use std::io::{self, Write};

#[derive(Args)]
pub(super) struct CompletionsSettings {
    /// The shell
    shell: Shell,
}

pub(super) fn run(settings: &CompletionsSettings, mut command: Command) -> Outcome {
    let mut script = Vec::new();
    generate(settings.shell, &mut command, "verbatim", &mut script);
    Ok(io::stdout().lock().write_all(&script)?)
}
