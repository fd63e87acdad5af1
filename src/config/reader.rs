//! Reads settings and collects what is wrong with them.

use super::BadSettings;
use clap::Args;
use std::ops::RangeInclusive;
use std::time::Duration;

/// The longest time that can be set: an hour, in milliseconds.
const LONGEST_MS: u64 = 3_600_000;

/// Knows each setting's names and default, and gathers the faults.
pub(super) struct Reader {
    command: clap::Command,
    faults: Vec<String>,
}

impl Reader {
    pub fn of<S: Args>() -> Self {
        Self { command: S::augment_args(clap::Command::new("verbatim")), faults: Vec::new() }
    }

    fn argument(&self, id: &str) -> &clap::Arg {
        let found = self.command.get_arguments().find(|argument| argument.get_id() == id);
        found.unwrap_or_else(|| panic!("{id} is a setting"))
    }

    /// The names a person knows a setting by: its flag and its variable.
    pub fn name(&self, id: &str) -> String {
        let argument = self.argument(id);
        let flag = argument.get_long().unwrap_or(id);
        let variable = argument.get_env().unwrap_or_default().to_string_lossy();
        format!("--{flag} ({variable})")
    }

    pub fn fault(&mut self, id: &str, why: &str) {
        self.faults.push(format!("{}: {why}", self.name(id)));
    }

    /// What was given; a variable that is set to nothing is as good as none, and the default holds.
    pub fn text<'a>(&'a self, id: &str, given: Option<&'a str>) -> Option<&'a str> {
        let default = || self.argument(id).get_default_values().first().and_then(|value| value.to_str());
        given.map(str::trim).filter(|text| !text.is_empty()).or_else(default)
    }

    /// `None` is a fault, `Some(None)` was not given.
    pub fn number(&mut self, id: &str, given: Option<&str>, range: RangeInclusive<u16>) -> Option<Option<u16>> {
        let Some(text) = self.text(id, given) else { return Some(None) };
        match text.parse() {
            Ok(number) if range.contains(&number) => Some(Some(number)),
            _ => {
                let (least, most) = range.into_inner();
                let why = format!("{text:?} must be a whole number from {least} to {most}");
                self.fault(id, &why);
                None
            }
        }
    }

    pub fn duration(&mut self, id: &str, given: &str, least_ms: u64) -> Option<Duration> {
        self.milliseconds(id, Some(given), least_ms)?
    }

    pub fn optional_duration(&mut self, id: &str, given: Option<&str>) -> Option<Option<Duration>> {
        self.milliseconds(id, given, 1)
    }

    fn milliseconds(&mut self, id: &str, given: Option<&str>, least: u64) -> Option<Option<Duration>> {
        let Some(text) = self.text(id, given) else { return Some(None) };
        match text.parse() {
            Ok(number) if (least..=LONGEST_MS).contains(&number) => Some(Some(Duration::from_millis(number))),
            _ => {
                let why = format!("{text:?} must be a whole number of milliseconds from {least} to {LONGEST_MS}");
                self.fault(id, &why);
                None
            }
        }
    }

    /// With the faults of another.
    pub fn join(mut self, other: Self) -> Self {
        self.faults.extend(other.faults);
        self
    }

    /// What was read, when nothing was wrong.
    pub fn finish<T>(self, read: Option<T>) -> Result<T, BadSettings> {
        match read {
            Some(value) if self.faults.is_empty() => Ok(value),
            _ => Err(BadSettings(self.faults)),
        }
    }
}
