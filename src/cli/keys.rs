//! `verbatim keys`: creates, lists, revokes and rotates API keys in the database.

use super::outcome::Outcome;
use super::start_log::start_log;
use crate::app::keys;
use crate::auth::Secret;
use crate::config::{DatabaseSettings, LogSettings};
use crate::domain::Scope;
use crate::domain::key::{ApiKey, DEFAULT_GRACE, NewKey};
use crate::domain::page::PageRequest;
use crate::server::{Postgres, connect};
use crate::store::Error;
use crate::store::keys as stored;
use crate::table::table;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use clap::{Args, Subcommand};
use diesel::PgConnection;

/// The connections of an embedded Postgres that is started only for this.
const MAX_CONNECTIONS: u16 = 10;
/// The most keys in a list.
const MAX_KEYS: i64 = 10_000;

#[derive(Subcommand)]
pub(super) enum KeysCommand {
    /// Create a key and print it: it is not stored and cannot be shown again
    Create(CreateSettings),
    /// List the keys
    List(ListSettings),
    /// Revoke a key: every instance refuses it within five seconds
    Revoke(RevokeSettings),
    /// Give a key a new secret and print it; the former one stays valid for a while
    Rotate(RotateSettings),
}

#[derive(Args)]
pub(super) struct CreateSettings {
    /// Name of the key, recorded as the actor of what its holder changes
    #[arg(long)]
    name: String,
    /// What the key may do: read, review, write or admin, each including those before it
    #[arg(long, value_parser = scope)]
    scope: Scope,
    /// Limit what the key may write to the articles of this publisher
    #[arg(long)]
    publisher: Option<String>,
    /// Time from which the key is refused, such as 2027-01-31T00:00:00Z; never when not given
    #[arg(long, value_name = "TIME")]
    expires: Option<DateTime<Utc>>,
    #[command(flatten)]
    database: DatabaseSettings,
    #[command(flatten)]
    log: LogSettings,
}

#[derive(Args)]
pub(super) struct ListSettings {
    #[command(flatten)]
    database: DatabaseSettings,
    #[command(flatten)]
    log: LogSettings,
}

#[derive(Args)]
pub(super) struct RevokeSettings {
    /// Name of the key
    name: String,
    #[command(flatten)]
    database: DatabaseSettings,
    #[command(flatten)]
    log: LogSettings,
}

#[derive(Args)]
pub(super) struct RotateSettings {
    /// Name of the key
    name: String,
    /// How long the former secret stays valid, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = DEFAULT_GRACE.num_seconds() as u32)]
    grace: u32,
    #[command(flatten)]
    database: DatabaseSettings,
    #[command(flatten)]
    log: LogSettings,
}

fn scope(word: &str) -> Result<Scope, String> {
    Scope::parse(word).ok_or_else(|| "must be read, review, write or admin".to_owned())
}

pub(super) fn run(command: &KeysCommand, binary: &clap::Command) -> Outcome {
    let (database, log) = match command {
        KeysCommand::Create(settings) => (&settings.database, &settings.log),
        KeysCommand::List(settings) => (&settings.database, &settings.log),
        KeysCommand::Revoke(settings) => (&settings.database, &settings.log),
        KeysCommand::Rotate(settings) => (&settings.database, &settings.log),
    };
    let (database, log) = database.read(log)?;
    start_log(&log, binary);
    let postgres = Postgres::join(&database, MAX_CONNECTIONS)?;
    let conn = &mut connect(&postgres.url())?;
    match command {
        KeysCommand::Create(CreateSettings { name, scope, publisher, expires, .. }) => {
            let new = NewKey { name: name.clone(), scope: *scope, publisher: publisher.clone(), expires_at: *expires };
            new.check().map_err(|faults| {
                let faults =
                    faults.iter().map(|fault| format!("--{} {}", fault.pointer.trim_start_matches('/'), fault.detail));
                faults.collect::<Vec<_>>().join("; ")
            })?;
            show(keys::create(conn, &new)?);
        }
        KeysCommand::List(_) => print!("{}", list(conn)?),
        KeysCommand::Revoke(settings) => {
            let id = stored::id_of(conn, &settings.name)?;
            stored::revoke(conn, id, &None)?;
        }
        KeysCommand::Rotate(settings) => {
            let id = stored::id_of(conn, &settings.name)?;
            show(keys::rotate(conn, id, &None, TimeDelta::seconds(settings.grace.into()))?);
        }
    }
    Ok(())
}

/// Prints the secret alone on standard output, for scripts.
fn show((key, secret): (ApiKey, Secret)) {
    eprintln!("This is the key {}. It is not stored and cannot be shown again:", key.name);
    println!("{}", secret.expose());
}

fn list(conn: &mut PgConnection) -> Result<String, Error> {
    let all = stored::list(conn, &PageRequest { limit: MAX_KEYS, after: None, count: None })?;
    let time = |time: Option<DateTime<Utc>>| {
        time.map_or_else(|| "-".to_owned(), |time| time.to_rfc3339_opts(SecondsFormat::Secs, true))
    };
    let mut rows = vec![["NAME", "SCOPE", "PUBLISHER", "CREATED", "EXPIRES", "LAST USED"].map(str::to_owned)];
    rows.extend(all.items.into_iter().map(|key| {
        [
            key.name,
            key.scope.as_str().to_owned(),
            key.publisher.unwrap_or_else(|| "-".to_owned()),
            time(Some(key.created_at)),
            time(key.expires_at),
            time(key.last_used_at),
        ]
    }));
    Ok(table(&rows))
}
