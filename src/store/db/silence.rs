//! Finds silent connections: the server no longer runs their statement, or cannot send its answer.

use super::workers::WorkerPool;
use crate::store::Result;
use diesel::pg::PgConnection;
use diesel::sql_types::{Array, Integer};
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use std::time::Duration;

/// A statement without an answer for this long is looked up on the server.
const SUSPECT_AFTER: Duration = Duration::from_millis(750);
/// Timeout of the lookup.
const ASK_TIMEOUT: Duration = Duration::from_secs(1);
/// Timeout of the statement that configures a session, as that of connecting. It cannot be looked up: its backend is not known.
const CONFIGURE_TIMEOUT: Duration = Duration::from_secs(2);
/// Time for the server to cancel a statement that has reached its timeout.
const STATEMENT_GRACE: Duration = Duration::from_secs(1);

/// Replaces the threads of these pools whose connections are silent. `probe` looks up their statements.
///
/// This is the client-side timeout of every statement. While the server answers, a lost statement is noticed within about a
/// second, otherwise soon after the statement timeout.
pub(super) async fn replace_silent_threads(pools: &[&WorkerPool], probe: &WorkerPool) {
    let mut suspects = Vec::new();
    for pool in pools {
        for statement in pool.statements_older_than(SUSPECT_AFTER) {
            let limit = match statement.server {
                0 => CONFIGURE_TIMEOUT,
                _ => pool.statement_timeout() + STATEMENT_GRACE,
            };
            if statement.age() > limit {
                pool.replace_thread(&statement);
            } else if statement.server != 0 {
                suspects.push((*pool, statement));
            }
        }
    }
    if suspects.is_empty() {
        return;
    }
    let servers: Vec<i32> = suspects.iter().map(|(_, statement)| statement.server).collect();
    let asked = probe.run(move |worker| worker.run(|conn| working(conn, &servers)));
    let Ok(Ok(working)) = tokio::time::timeout(ASK_TIMEOUT, asked).await else { return };
    for (pool, statement) in suspects {
        if !working.contains(&statement.server) {
            pool.replace_thread(&statement);
        }
    }
}

/// Returns the backends among these that run a statement, or have just finished one.
fn working(conn: &mut PgConnection, servers: &[i32]) -> Result<Vec<i32>> {
    #[derive(QueryableByName)]
    struct Server {
        #[diesel(sql_type = Integer)]
        pid: i32,
    }
    // A backend without a statement is idle; one that cannot send its answer waits for its client.
    let query = "SELECT pid FROM pg_stat_activity
        WHERE pid = ANY ($1) AND (
            (state LIKE 'idle%' OR wait_event_type = 'Client') AND greatest(state_change, query_start) < clock_timestamp() - interval '500 ms'
        ) IS NOT TRUE";
    let servers: Vec<Server> = sql_query(query).bind::<Array<Integer>, _>(servers).load(conn)?;
    Ok(servers.into_iter().map(|server| server.pid).collect())
}
