//! The migrations, built into the binary.

use super::{Error, Result, error, server_check};
use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel::pg::{Pg, PgConnection};
use diesel::sql_types::{Bool, Text};
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use std::collections::HashSet;

/// Every migration of this build.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// The advisory lock that one migrating instance holds: the letters `verbatim`.
const LOCK: i64 = i64::from_be_bytes(*b"verbatim");

/// Longest wait of a migration for a lock. Later statements queue behind it.
const LOCK_TIMEOUT: &str = "5s";

/// Which migrations to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Those before the first slow one: a migration that runs outside a transaction takes long on a large table. All of
    /// them when the database is new.
    Quick,
    All,
}

/// What a run of migrations did.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Migrated {
    /// The names of the migrations that ran.
    pub ran: Vec<String>,
    /// The names of those that are left for [`Extent::All`].
    pub left: Vec<String>,
}

/// Brings the database up to this build, one instance at a time.
///
/// # Errors
/// [`Error::Unsuitable`] for a database that the service cannot work with, [transient](Error::is_transient) ones when it may
/// work later, and [`Error::Internal`] when a migration is refused.
pub fn run(conn: &mut PgConnection, extent: Extent) -> Result<Migrated> {
    let needs_migration = !is_current(conn)?;
    refuse_newer_schema(conn)?;
    server_check::check(conn, needs_migration)?;
    run_from(conn, MIGRATIONS, extent)
}

/// Reverts every migration, one instance at a time. The database is as before the first one.
///
/// # Errors
/// Those of a migration that is refused.
pub fn revert_all(conn: &mut PgConnection) -> Result<()> {
    conn.batch_execute(&format!("SELECT pg_advisory_lock({LOCK}); SET lock_timeout = '{LOCK_TIMEOUT}'"))?;
    let reverted = conn.revert_all_migrations(MIGRATIONS).map(drop).map_err(|error| from_migration(error.as_ref()));
    conn.batch_execute(&format!("RESET lock_timeout; SELECT pg_advisory_unlock({LOCK})"))?;
    reverted?;
    Ok(conn.batch_execute("DROP TABLE __diesel_schema_migrations")?)
}

/// A migration of this build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationState {
    pub name: String,
    /// Whether the database has it.
    pub is_applied: bool,
}

/// Checks the database as [`run`] does, and returns each migration of this build. Writes nothing.
///
/// # Errors
/// As [`run`].
pub fn states(conn: &mut PgConnection) -> Result<Vec<MigrationState>> {
    let applied = applied_versions(conn)?;
    let states = migrations()?.into_iter().map(|migration| {
        let is_applied = applied.contains(&migration.name().version().to_string());
        MigrationState { name: migration.name().to_string(), is_applied }
    });
    let states: Vec<_> = states.collect();
    server_check::check(conn, states.iter().any(|migration| !migration.is_applied))?;
    Ok(states)
}

/// Runs the migrations of a source, one instance at a time.
///
/// # Errors
/// Those of a migration that is refused.
pub fn run_from(conn: &mut PgConnection, source: impl MigrationSource<Pg>, extent: Extent) -> Result<Migrated> {
    conn.batch_execute(&format!("SELECT pg_advisory_lock({LOCK})"))?;
    conn.batch_execute(&format!("SET lock_timeout = '{LOCK_TIMEOUT}'"))?;
    let migrated = run_pending(conn, source, extent).map_err(|error| from_migration(error.as_ref()));
    conn.batch_execute(&format!("RESET lock_timeout; SELECT pg_advisory_unlock({LOCK})"))?;
    migrated
}

/// Says which migration failed, and keeps the kind of error: diesel hides the type.
fn from_migration(error: &dyn std::error::Error) -> Error {
    let message = format!("a migration failed: {error}");
    let cause = message.split_once(" with: ").map_or(&*message, |(_, cause)| cause);
    match error::from_message(cause) {
        Error::Unavailable(_) => Error::Unavailable(message),
        Error::StorageFull(_) => Error::StorageFull(message),
        Error::Unsuitable(_) => Error::Unsuitable(message),
        Error::TimedOut(_) => Error::TimedOut(message),
        Error::Collision(_) => Error::Collision(message),
        _ => Error::Internal(message),
    }
}

fn run_pending(
    conn: &mut PgConnection,
    source: impl MigrationSource<Pg>,
    extent: Extent,
) -> diesel::migration::Result<Migrated> {
    let pending = conn.pending_migrations(source)?;
    let is_new = conn.applied_migrations()?.is_empty();
    let first_slow = pending.iter().position(|migration| !migration.metadata().run_in_transaction());
    let end = match first_slow {
        Some(first_slow) if extent == Extent::Quick && !is_new => first_slow,
        _ => pending.len(),
    };
    conn.run_migrations(&pending[..end])?;
    let mut names = pending.iter().map(|migration| migration.name().to_string());
    Ok(Migrated { ran: names.by_ref().take(end).collect(), left: names.collect() })
}

#[derive(QueryableByName)]
struct IsThere {
    #[diesel(sql_type = Bool)]
    is_there: bool,
}

#[derive(QueryableByName)]
struct Applied {
    #[diesel(sql_type = Text)]
    version: String,
}

/// Checks that a standby can serve reads. Writes nothing.
///
/// # Errors
/// [`Error::Unsuitable`] with the reason, and those of the connection.
pub fn check_standby(conn: &mut PgConnection) -> Result<()> {
    let objection = if !is_current(conn)? {
        "its schema is not up to date"
    } else if !server_check::reports_in_english(conn)? {
        "its messages are not in English"
    } else {
        return Ok(());
    };
    Err(Error::Unsuitable(objection.to_owned()))
}

/// True when no quick migration of this build is missing in the database. Writes nothing, so that a standby can be asked. A newer
/// schema is current too: while instances are replaced by those of a newer build, the old ones go on.
///
/// # Errors
/// When the query fails.
pub fn is_current(conn: &mut PgConnection) -> Result<bool> {
    let applied = applied_versions(conn)?;
    let mut quick = migrations()?.into_iter().filter(|migration| migration.metadata().run_in_transaction());
    Ok(quick.all(|migration| applied.contains(&migration.name().version().to_string())))
}

/// Why requests cannot be served with this database now; `None` when they can. Takes no lock, and writes nothing.
///
/// # Errors
/// When the query fails.
pub fn obstacle(conn: &mut PgConnection) -> Result<Option<String>> {
    #[derive(QueryableByName)]
    struct Table {
        #[diesel(sql_type = Text)]
        name: String,
    }
    if !is_current(conn)? {
        return Ok(Some("the database lacks migrations".to_owned()));
    }
    let unusable = "SELECT name FROM unnest(ARRAY['articles', 'entities', 'mentions', 'quotes']) AS name
        WHERE (SELECT bool_and(has_table_privilege(to_regclass(name), right_to))
            FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS right_to) IS NOT TRUE";
    let unusable: Vec<Table> = sql_query(unusable).load(conn)?;
    let names: Vec<String> = unusable.into_iter().map(|table| table.name).collect();
    let text = || format!("the database lacks tables, or the right to use them: {}", names.join(", "));
    Ok((!names.is_empty()).then(text))
}

/// Refuses a database that a newer build has migrated: this one does not know its rules.
fn refuse_newer_schema(conn: &mut PgConnection) -> Result<()> {
    let known: Vec<String> = migrations()?.iter().map(|migration| migration.name().version().to_string()).collect();
    match applied_versions(conn)?.into_iter().filter(|version| !known.contains(version)).max() {
        Some(version) => Err(Error::Unsuitable(format!(
            "its schema is newer than this build, which does not have the migration {version}"
        ))),
        None => Ok(()),
    }
}

/// The migrations of this build, in order.
fn migrations() -> Result<Vec<Box<dyn Migration<Pg>>>> {
    let migrations = MigrationSource::<Pg>::migrations(&MIGRATIONS);
    migrations.map_err(|error| Error::Internal(format!("the migrations of this build: {error}")))
}

/// The versions of the migrations that the database has. diesel's own question creates its table first.
fn applied_versions(conn: &mut PgConnection) -> Result<HashSet<String>> {
    let is_there = "SELECT to_regclass('__diesel_schema_migrations') IS NOT NULL AS is_there";
    let IsThere { is_there } = sql_query(is_there).get_result(conn)?;
    if !is_there {
        return Ok(HashSet::new());
    }
    let applied: Vec<Applied> = sql_query("SELECT version::text FROM __diesel_schema_migrations").load(conn)?;
    Ok(applied.into_iter().map(|applied| applied.version).collect())
}
