//! Sizes of the collection and of the work that background tasks have yet to do, for the metrics.

use super::Result;
use diesel::pg::PgConnection;
use diesel::sql_types::{BigInt, Text};
use diesel::{QueryableByName, RunQueryDsl, sql_query};

/// A backlog is counted up to this: a longer one needs attention, whatever its length.
const MAX_COUNTED: i64 = 100_000;

/// A number and its name.
#[derive(Debug, Clone, QueryableByName)]
pub struct Measurement {
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = BigInt)]
    pub count: i64,
}

/// Sizes of the collection and of the backlogs.
#[derive(Debug, Clone)]
pub struct Measurements {
    /// Records of each kind, without those whose changes are not compacted yet.
    pub records: Vec<Measurement>,
    /// Rows that each background task has yet to process.
    pub backlogs: Vec<Measurement>,
}

/// Measures the collection. Quick, whatever its size.
///
/// # Errors
/// Only those of the database.
pub fn measure(conn: &mut PgConnection) -> Result<Measurements> {
    let records = "SELECT of AS name, count FROM day_counts WHERE dimension = '' AND key = '' AND day = 'infinity'";
    let backlogs = format!(
        "SELECT 'compact_counters' AS name, count(*) FROM (SELECT FROM count_changes LIMIT {MAX_COUNTED}) AS counted
        UNION ALL SELECT 'compute_duplicates', count(*) FROM (SELECT FROM duplicate_queue LIMIT {MAX_COUNTED}) AS counted"
    );
    Ok(Measurements { records: sql_query(records).load(conn)?, backlogs: sql_query(backlogs).load(conn)? })
}
