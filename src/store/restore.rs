//! What a restore changes in the database before and after `pg_restore`.

use super::{Error, Result, changes, migrate};
use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::sql_types::Bool;
use diesel::{QueryableByName, RunQueryDsl, sql_query};

/// Tables with records of people and programs: a database in which one has rows is not overwritten.
const RECORDS: [&str; 2] = ["articles", "entities"];

#[derive(QueryableByName)]
struct Exists {
    #[diesel(sql_type = Bool)]
    exists: bool,
}

/// Removes the empty schema, so that `pg_restore` can create it again as it was.
///
/// # Errors
/// [`Error::Unsuitable`] when the database has records, and those of the connection.
pub fn remove_empty_schema(conn: &mut PgConnection) -> Result<()> {
    for table in RECORDS {
        let is_there = format!("SELECT to_regclass('{table}') IS NOT NULL AS exists");
        let has_rows = format!("SELECT EXISTS (SELECT FROM {table}) AS exists");
        let mut asks = |query: &str| Ok::<_, Error>(sql_query(query).get_result::<Exists>(conn)?.exists);
        if asks(&is_there)? && asks(&has_rows)? {
            return Err(Error::Unsuitable(format!("it has {table}; a backup is restored only into an empty database")));
        }
    }
    migrate::revert_all(conn)
}

/// Tells running instances of the new names, and gives the planner its statistics.
///
/// The log of changes is not part of a backup: its transaction ids mean nothing in another database.
///
/// # Errors
/// Only those of the database.
pub fn finish(conn: &mut PgConnection) -> Result<()> {
    changes::start_again(conn)?;
    conn.batch_execute(
        "DO $$
        DECLARE
            name regclass;
        BEGIN
            FOR name IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace LOOP
                EXECUTE format('ANALYZE %s', name);
            END LOOP;
        END
        $$",
    )?;
    Ok(())
}
