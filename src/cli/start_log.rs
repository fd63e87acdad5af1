//! Starts the log of a command, and warns of environment variables that look like a setting but are none.

use crate::config::LogConfig;
use crate::logs;
use clap::Command;
use similar::{Algorithm, capture_diff_slices, get_diff_ratio};
use std::collections::BTreeSet;
use std::env;

/// What the names of the service's own variables begin with.
const PREFIX: &str = "VERBATIM_";
/// How similar a setting must be to be suggested: a third of the letters may differ.
const MIN_SIMILARITY: f32 = 0.66;

/// Starts the log, and warns of each variable with the prefix of the service that no command of `binary` reads: its name is
/// probably misspelt.
pub(super) fn start_log(config: &LogConfig, binary: &Command) {
    logs::start(config);
    let mut known = BTreeSet::new();
    add_names(binary, &mut known);
    let given = env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    for name in given.filter(|name| name.starts_with(PREFIX) && !known.contains(name)) {
        match nearest(&name, &known) {
            Some(nearest) => log::warn!("{name} is not a setting and has no effect; is it {nearest}?"),
            None => log::warn!("{name} is not a setting and has no effect"),
        }
    }
}

/// Adds the variables of a command and of its subcommands.
fn add_names(command: &Command, known: &mut BTreeSet<String>) {
    let names = command.get_arguments().filter_map(|argument| argument.get_env()?.to_str());
    known.extend(names.map(str::to_owned));
    command.get_subcommands().for_each(|subcommand| add_names(subcommand, known));
}

/// The most similar known name, unless none is similar.
fn nearest<'a>(name: &str, known: &'a BTreeSet<String>) -> Option<&'a str> {
    let similarity = |known: &str| {
        let (given, known) = (name.as_bytes(), known.as_bytes());
        // The prefix is the same in all of them and says nothing.
        let (given, known) = (&given[PREFIX.len()..], known.strip_prefix(PREFIX.as_bytes()).unwrap_or(known));
        get_diff_ratio(&capture_diff_slices(Algorithm::Myers, given, known), given.len(), known.len())
    };
    let ranked = known.iter().map(|known| (similarity(known), known.as_str()));
    ranked
        .filter(|(similarity, _)| *similarity >= MIN_SIMILARITY)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_suggested_and_none_when_none_is_near() {
        let known: BTreeSet<String> =
            ["DATABASE_URL", "VERBATIM_LISTEN", "VERBATIM_POOL_SIZE", "VERBATIM_WORKERS"].map(str::to_owned).into();
        assert_eq!(nearest("VERBATIM_POOLSIZE", &known), Some("VERBATIM_POOL_SIZE"));
        assert_eq!(nearest("VERBATIM_WORKER", &known), Some("VERBATIM_WORKERS"));
        assert_eq!(nearest("VERBATIM_DATABASE_URL", &known), Some("DATABASE_URL"));
        assert_eq!(nearest("VERBATIM_", &known), None);
        assert_eq!(nearest("VERBATIM_COLOUR", &known), None);
    }
}
