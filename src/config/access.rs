//! The settings of who may do what.

use super::parser::SettingsParser;
use crate::auth::{Anonymous, Digest, MIN_SECRET, digest};
use crate::domain::Scope;
use clap::Args;
use clap::builder::FalseyValueParser;
use std::net::SocketAddr;

/// The settings of who may do what.
#[derive(Debug, Args)]
#[command(next_help_heading = "Access")]
pub struct AccessSettings {
    /// A key with the scope `admin`, at least 32 characters; other keys are created with it
    #[arg(long, env = "VERBATIM_ADMIN_KEY", value_name = "KEY", hide_env_values = true)]
    admin_key: Option<String>,

    /// File with the admin key
    #[arg(long, env = "VERBATIM_ADMIN_KEY_FILE", value_name = "FILE")]
    admin_key_file: Option<String>,

    /// What callers without a key may do: `none`, `read` or `all`; by default `none`, but `all` on a loopback address while
    /// there is no key
    #[arg(long, env = "VERBATIM_ALLOW_ANONYMOUS", value_name = "WHAT")]
    allow_anonymous: Option<String>,

    /// Let everybody read `/metrics`, which otherwise needs a key like the records
    #[arg(long, env = "VERBATIM_OPEN_METRICS", value_parser = FalseyValueParser::new())]
    open_metrics: bool,
}

/// Who may do what.
#[derive(Debug, Clone)]
pub struct AccessConfig {
    /// The digest of the admin key.
    pub admin_key: Option<AdminKey>,
    pub anonymous: Anonymous,
    /// Whether everybody may read the metrics.
    pub open_metrics: bool,
}

impl Default for AccessConfig {
    /// As on a loopback address without settings.
    fn default() -> Self {
        Self { admin_key: None, anonymous: Anonymous::UntilKeysExist, open_metrics: false }
    }
}

/// The admin key of the settings.
#[derive(Clone)]
pub struct AdminKey(String);

impl AdminKey {
    /// A key of at least [`MIN_SECRET`] characters; `None` when it is shorter or cannot be sent as it is.
    pub fn parse(text: &str) -> Option<Self> {
        let is_sendable = text.bytes().all(|byte| byte.is_ascii_graphic());
        (text.len() >= MIN_SECRET && is_sendable).then(|| Self(text.to_owned()))
    }

    /// The key itself: never log it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The digest of the key.
    pub fn digest(&self) -> Digest {
        digest(&self.0)
    }
}

impl std::fmt::Debug for AdminKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AdminKey(hidden)")
    }
}

impl AccessSettings {
    pub(super) fn parse_with(&self, parser: &mut SettingsParser, listen: Option<SocketAddr>) -> Option<AccessConfig> {
        let admin_key = self.admin_key(parser)?;
        let given = parser.text("allow_anonymous", self.allow_anonymous.as_deref()).map(str::to_owned);
        let anonymous = match given.as_deref() {
            Some("none") => Anonymous::Fixed(None),
            Some("read") => Anonymous::Fixed(Some(Scope::Read)),
            Some("all") => Anonymous::Fixed(Some(Scope::Admin)),
            Some(other) => {
                parser.error("allow_anonymous", &format!("{other:?} must be none, read or all"));
                return None;
            }
            None if admin_key.is_some() => Anonymous::Fixed(None),
            None if listen?.ip().is_loopback() => Anonymous::UntilKeysExist,
            None => {
                let (admin_key, anonymous) = (parser.name("admin_key"), parser.name("allow_anonymous"));
                parser.error("listen", &format!("can be reached from other machines: set {admin_key} or {anonymous}"));
                return None;
            }
        };
        Some(AccessConfig { admin_key, anonymous, open_metrics: self.open_metrics })
    }

    /// `None` is an error, `Some(None)` means not given.
    fn admin_key(&self, parser: &mut SettingsParser) -> Option<Option<AdminKey>> {
        let files = ("admin_key_file", self.admin_key_file.as_deref());
        let Some(text) = parser.secret(("admin_key", self.admin_key.as_deref()), files)? else { return Some(None) };
        let key = AdminKey::parse(&text);
        if key.is_none() {
            parser.error("admin_key", &format!("must have at least {MIN_SECRET} characters, without spaces"));
        }
        key.map(Some)
    }
}
