//! Drops indexes, constraints and triggers for the load, and rebuilds them from the catalog.
//!
//! A table in the database lists the statements to run. Each is removed in the transaction that ran it, so an interrupted
//! load continues.

use crate::connection;
use crate::copy::Failure;
use crate::fill::FILL;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer, Text};
use std::sync::Mutex;
use std::thread;
use std::time::Instant;

/// The tables that rows are copied into.
const COPIED: &str =
    "'articles','entities','entity_aliases','entity_identifiers','mentions','quotes','quote_about','reviews'";

/// The statements in stages: those of one stage run concurrently, the long ones first.
const REMEMBER: &str = "
CREATE SCHEMA bench_load;
CREATE TABLE bench_load.steps (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, stage integer NOT NULL, sql text NOT NULL);
CREATE TABLE bench_load.state (loaded boolean NOT NULL);
INSERT INTO bench_load.state VALUES (false);

CREATE VIEW bench_load.tables AS
    SELECT oid, oid::regclass::text AS name, relname IN (COPIED) AS copied, relkind
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
        AND relname <> '__diesel_schema_migrations';

-- The catalog now, to compare with at the end.
CREATE VIEW bench_load.catalog AS
    SELECT 'index' AS what, i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition
        FROM pg_index i JOIN bench_load.tables t ON t.oid = i.indrelid WHERE i.indisvalid
    UNION ALL
    SELECT 'constraint', c.conrelid::regclass::text || '.' || c.conname, pg_get_constraintdef(c.oid)
        FROM pg_constraint c JOIN bench_load.tables t ON t.oid = c.conrelid WHERE c.convalidated
    UNION ALL
    -- A condition that was parsed again has other parentheses.
    SELECT 'trigger', g.tgrelid::regclass::text || '.' || g.tgname,
            g.tgenabled::text || ' ' || translate(pg_get_triggerdef(g.oid), '()', '')
        FROM pg_trigger g JOIN bench_load.tables t ON t.oid = g.tgrelid WHERE NOT g.tgisinternal;
CREATE TABLE bench_load.before AS SELECT * FROM bench_load.catalog;

-- Indexes of the copied tables come first, while the counts are made; the other tables are filled by then.
INSERT INTO bench_load.steps (stage, sql)
    SELECT CASE WHEN t.copied THEN 1 ELSE 2 END, pg_get_indexdef(i.indexrelid)
    FROM pg_index i JOIN bench_load.tables t ON t.oid = i.indrelid AND t.relkind = 'r'
    JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_am a ON a.oid = x.relam
    ORDER BY a.amname IN ('gin', 'gist') DESC,
        array_position('{articles,mentions,quotes}', t.name) NULLS LAST, i.indnatts DESC, i.indexrelid;
INSERT INTO bench_load.steps (stage, sql)
    SELECT 3, format('ALTER TABLE %s ADD CONSTRAINT %I %s USING INDEX %I', t.name, c.conname,
        CASE c.contype WHEN 'p' THEN 'PRIMARY KEY' ELSE 'UNIQUE' END, c.conname)
    FROM pg_constraint c JOIN bench_load.tables t ON t.oid = c.conrelid AND t.relkind = 'r' WHERE c.contype IN ('p', 'u');
-- NOT VALID takes the lock briefly; VALIDATE runs concurrently with others.
INSERT INTO bench_load.steps (stage, sql)
    SELECT v.stage, format(v.sql, t.name, c.conname, pg_get_constraintdef(c.oid))
    FROM pg_constraint c JOIN bench_load.tables t ON t.oid = c.conrelid AND t.relkind = 'r'
    CROSS JOIN (VALUES (4, 'ALTER TABLE %s ADD CONSTRAINT %I %s NOT VALID'), (5, 'ALTER TABLE %s VALIDATE CONSTRAINT %I'))
        AS v (stage, sql)
    WHERE c.contype = 'f' ORDER BY array_position('{mentions,quotes}', t.name) NULLS LAST;
INSERT INTO bench_load.steps (stage, sql)
    SELECT 6, pg_get_triggerdef(g.oid)
    FROM pg_trigger g JOIN bench_load.tables t ON t.oid = g.tgrelid WHERE NOT g.tgisinternal AND g.tgenabled = 'O';
INSERT INTO bench_load.steps (stage, sql)
    SELECT 7, format('ANALYZE %s', name) FROM bench_load.tables
    ORDER BY array_position('{articles,quotes,mentions}', name) NULLS LAST;

DO $$
DECLARE
    drop text;
BEGIN
    -- Disabling a trigger is not enough: transition tables would still be filled.
    FOR drop IN SELECT format('DROP TRIGGER %I ON %s', g.tgname, t.name)
        FROM pg_trigger g JOIN bench_load.tables t ON t.oid = g.tgrelid WHERE NOT g.tgisinternal AND g.tgenabled = 'O'
    LOOP EXECUTE drop; END LOOP;
    -- Foreign keys first: they depend on the others.
    FOR drop IN SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', t.name, c.conname)
        FROM pg_constraint c JOIN bench_load.tables t ON t.oid = c.conrelid AND t.relkind = 'r'
        WHERE c.contype IN ('f', 'p', 'u') ORDER BY c.contype = 'f' DESC
    LOOP EXECUTE drop; END LOOP;
    FOR drop IN SELECT format('DROP INDEX %s', i.indexrelid::regclass)
        FROM pg_index i JOIN bench_load.tables t ON t.oid = i.indrelid AND t.relkind = 'r'
    LOOP EXECUTE drop; END LOOP;
END
$$;
";

/// What is missing or different after the rebuild.
const LOST: &str = "
SELECT what || ' ' || name || ': ' || definition AS text
FROM (TABLE bench_load.before EXCEPT TABLE bench_load.catalog) AS lost ORDER BY 1";

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    text: String,
}

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Integer)]
    stage: i32,
    #[diesel(sql_type = Text)]
    sql: String,
}

#[derive(QueryableByName)]
struct Flag {
    #[diesel(sql_type = Bool)]
    flag: bool,
}

/// Whether a condition is true.
pub fn holds(conn: &mut PgConnection, condition: &str) -> Result<bool, Failure> {
    Ok(diesel::sql_query(format!("SELECT {condition} AS flag")).get_result::<Flag>(conn)?.flag)
}

/// Drops what slows a load, unless an earlier run did. Returns whether the rows are still to be loaded.
///
/// # Errors
/// When the database has other rows.
pub fn prepare(conn: &mut PgConnection) -> Result<bool, Failure> {
    if holds(conn, "to_regclass('bench_load.state') IS NOT NULL")? {
        let is_loaded = holds(conn, "(SELECT loaded FROM bench_load.state)")?;
        eprintln!(
            "going on with a load that was cut off, {}",
            if is_loaded { "after its rows" } else { "from its rows" }
        );
        return Ok(!is_loaded);
    }
    for table in COPIED.split(',') {
        if holds(conn, &format!("EXISTS (SELECT FROM {})", table.trim_matches('\'')))? {
            return Err(format!("the database is not empty: it has rows in {table}. Give it one of its own").into());
        }
    }
    conn.transaction(|conn| {
        conn.batch_execute(&REMEMBER.replace("COPIED", COPIED))?;
        // First in its stage: counting takes longer than any index.
        diesel::sql_query(
            "INSERT INTO bench_load.steps (id, stage, sql) OVERRIDING SYSTEM VALUE
            SELECT min(id) - 1, 1, $1 FROM bench_load.steps",
        )
        .bind::<Text, _>(FILL)
        .execute(conn)?;
        Ok(true)
    })
}

/// Records that all rows are loaded.
pub fn mark_loaded(conn: &mut PgConnection) -> Result<(), Failure> {
    Ok(conn.batch_execute("UPDATE bench_load.state SET loaded = true")?)
}

/// Runs the remaining statements, `jobs` at a time, and compares the catalog with the one before.
///
/// # Errors
/// The database's own, and the first difference.
pub fn rebuild(url: &str, jobs: usize, memory: &str) -> Result<(), Failure> {
    let mut conn = connection(url)?;
    loop {
        let next = "SELECT id, stage, sql FROM bench_load.steps
            WHERE stage = (SELECT min(stage) FROM bench_load.steps) ORDER BY id DESC";
        let steps: Vec<Step> = diesel::sql_query(next).load(&mut conn)?;
        let Some(Step { stage, .. }) = steps.first() else { break };
        // Keys, constraints and triggers lock whole tables briefly.
        let at_once = if matches!(stage, 3 | 4 | 6) { 1 } else { jobs };
        run(url, steps, at_once, memory)?;
    }
    let lost: Vec<Line> = diesel::sql_query(LOST).load(&mut conn)?;
    if let Some(Line { text }) = lost.first() {
        return Err(format!("{} things are not as they were, first {text}", lost.len()).into());
    }
    Ok(conn.batch_execute("DROP SCHEMA bench_load CASCADE")?)
}

fn run(url: &str, steps: Vec<Step>, jobs: usize, memory: &str) -> Result<(), Failure> {
    let queue = Mutex::new(steps);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..jobs).map(|_| scope.spawn(|| work(url, &queue, memory))).collect();
        let results: Vec<_> = workers.into_iter().map(|worker| worker.join()).collect();
        results.into_iter().try_for_each(|result| result.map_err(|_| "a worker panicked")?)
    })
}

fn work(url: &str, queue: &Mutex<Vec<Step>>, memory: &str) -> Result<(), Failure> {
    let mut conn = connection(url)?;
    conn.batch_execute(&format!(
        "SET maintenance_work_mem = '{memory}'; SET work_mem = '{memory}'; SET max_parallel_maintenance_workers = 0;
         SET max_parallel_workers_per_gather = 0"
    ))?;
    loop {
        let next = queue.lock().map_err(|_| "another worker panicked")?.pop();
        let Some(step) = next else { return Ok(()) };
        let begun = Instant::now();
        conn.transaction(|conn| {
            conn.batch_execute(&step.sql)?;
            diesel::sql_query("DELETE FROM bench_load.steps WHERE id = $1").bind::<BigInt, _>(step.id).execute(conn)
        })
        .map_err(|error| format!("{}: {error}", step.sql))?;
        if begun.elapsed().as_secs() >= 2 {
            let first_words: String = step.sql.split_whitespace().take(9).collect::<Vec<_>>().join(" ");
            eprintln!("  {:>4} s  {first_words}", begun.elapsed().as_secs());
        }
    }
}
