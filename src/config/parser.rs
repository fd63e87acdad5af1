//! Parses settings and collects their errors.

use super::BadSettings;
use crate::domain::network::{Network, NoNetwork};
use clap::Args;
use std::fs;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::time::Duration;

/// The longest time that can be set: an hour.
const MAX_MS: u64 = 3_600_000;

/// Knows the names and the default of each setting, and collects the errors.
pub(super) struct SettingsParser {
    command: clap::Command,
    errors: Vec<String>,
}

impl SettingsParser {
    pub fn new<S: Args>() -> Self {
        Self { command: S::augment_args(clap::Command::new("verbatim")), errors: Vec::new() }
    }

    fn argument(&self, id: &str) -> &clap::Arg {
        let found = self.command.get_arguments().find(|argument| argument.get_id() == id);
        found.unwrap_or_else(|| panic!("{id} is a setting"))
    }

    /// The flag and the variable of a setting, as `--flag (VARIABLE)`.
    pub fn name(&self, id: &str) -> String {
        let argument = self.argument(id);
        let flag = argument.get_long().unwrap_or(id);
        let variable = argument.get_env().unwrap_or_default().to_string_lossy();
        format!("--{flag} ({variable})")
    }

    pub fn error(&mut self, id: &str, message: &str) {
        self.errors.push(format!("{}: {message}", self.name(id)));
    }

    /// The given text, or the default. An empty variable counts as not set.
    pub fn text<'a>(&'a self, id: &str, given: Option<&'a str>) -> Option<&'a str> {
        let default = || self.argument(id).get_default_values().first().and_then(|value| value.to_str());
        given.map(str::trim).filter(|text| !text.is_empty()).or_else(default)
    }

    /// A secret that is given as a text or in a file. `None` is an error, `Some(None)` means not given.
    pub fn secret(
        &mut self,
        (id, given): (&str, Option<&str>),
        (file_id, file): (&str, Option<&str>),
    ) -> Option<Option<String>> {
        let text = self.text(id, given).map(str::to_owned);
        let Some(file) = self.text(file_id, file).map(str::to_owned) else { return Some(text) };
        if text.is_some() {
            let other = self.name(id);
            self.error(file_id, &format!("cannot be set together with {other}"));
            return None;
        }
        match fs::read_to_string(&file) {
            Ok(text) if !text.trim().is_empty() => Some(Some(text.trim().to_owned())),
            Ok(_) => {
                self.error(file_id, &format!("{file} is empty"));
                None
            }
            Err(why) => {
                self.error(file_id, &format!("cannot read {file}: {why}"));
                None
            }
        }
    }

    /// `None` is an error, `Some(None)` means not given.
    pub fn number(&mut self, id: &str, given: Option<&str>, range: RangeInclusive<u16>) -> Option<Option<u16>> {
        let Some(text) = self.text(id, given) else { return Some(None) };
        match text.parse() {
            Ok(number) if range.contains(&number) => Some(Some(number)),
            _ => {
                let (least, most) = range.into_inner();
                let message = format!("{text:?} must be a whole number from {least} to {most}");
                self.error(id, &message);
                None
            }
        }
    }

    /// `None` is an error, `Some(None)` means not given.
    pub fn address(&mut self, id: &str, given: Option<&str>) -> Option<Option<SocketAddr>> {
        let Some(text) = self.text(id, given) else { return Some(None) };
        let address = text.parse().ok();
        if address.is_none() {
            let message = format!("{text:?} is not an address and port, such as 127.0.0.1:8080 or [::1]:8080");
            self.error(id, &message);
        }
        Some(Some(address?))
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
            Ok(number) if (least..=MAX_MS).contains(&number) => Some(Some(Duration::from_millis(number))),
            _ => {
                let message = format!("{text:?} must be a whole number of milliseconds from {least} to {MAX_MS}");
                self.error(id, &message);
                None
            }
        }
    }

    /// `on` or `off`.
    pub fn switch(&mut self, id: &str, given: &str) -> Option<bool> {
        match self.text(id, Some(given))? {
            "on" => Some(true),
            "off" => Some(false),
            other => {
                let message = format!("{other:?} must be on or off");
                self.error(id, &message);
                None
            }
        }
    }

    /// The networks among these; the others are errors.
    pub fn networks(&mut self, id: &str, given: &[String]) -> Vec<Network> {
        let given = given.iter().map(|network| network.trim()).filter(|network| !network.is_empty());
        given
            .filter_map(|text| text.parse().map_err(|why: NoNetwork| self.error(id, &format!("{text:?} {why}"))).ok())
            .collect()
    }

    /// Adds the errors of another parser.
    pub fn join(mut self, other: Self) -> Self {
        self.errors.extend(other.errors);
        self
    }

    /// The parsed settings, unless there are errors.
    pub fn finish<T>(self, read: Option<T>) -> Result<T, BadSettings> {
        match read {
            Some(value) if self.errors.is_empty() => Ok(value),
            _ => Err(BadSettings(self.errors)),
        }
    }
}
