//! The migrations, built into the binary.

use super::{Error, Result};
use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

/// Every migration of this build.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// The advisory lock that one migrating instance holds: the letters `verbatim`.
const LOCK: i64 = i64::from_be_bytes(*b"verbatim");

/// Brings the database up to this build, one instance at a time. Answers the names of the migrations it ran.
///
/// # Errors
/// When Postgres refuses a statement, or the database cannot be reached.
pub fn run(conn: &mut PgConnection) -> Result<Vec<String>> {
    conn.batch_execute(&format!("SELECT pg_advisory_lock({LOCK})"))?;
    let ran = run_pending(conn).map_err(|error| Error::Internal(format!("migrating: {error}")));
    conn.batch_execute(&format!("SELECT pg_advisory_unlock({LOCK})"))?;
    ran
}

fn run_pending(conn: &mut PgConnection) -> diesel::migration::Result<Vec<String>> {
    let pending = conn.pending_migrations(MIGRATIONS)?;
    conn.run_migrations(&pending)?;
    Ok(pending.iter().map(|migration| migration.name().to_string()).collect())
}

/// True when no migration of this build is missing in the database.
///
/// # Errors
/// When the database cannot be asked.
pub fn is_current(conn: &mut PgConnection) -> Result<bool> {
    conn.has_pending_migration(MIGRATIONS)
        .map(|pending| !pending)
        .map_err(|error| Error::Unavailable(error.to_string()))
}
