//! Plans of the statements that the service sends. The statements are read from the server log and explained.

mod lists;
mod names;
mod search;
mod statistics;

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use serde_json::Value;

use crate::support::TestApp;
use crate::support::postgres::{TestDatabase, server_log};

/// SQL of 100,000 articles with 10,000 dates, every fiftieth undated.
const ARTICLES: &str = "
    INSERT INTO articles (id, created_at, headline, body, content_hash, language, publisher, published_at)
    SELECT gen_random_uuid(), timestamptz '2026-01-01' + n * interval '1 second', 'Titre ' || n, 'Texte ' || n,
        sha256(n::text::bytea), 'fr', 'Journal ' || n % 20,
        CASE WHEN n % 50 > 0 THEN timestamptz '2020-01-01' + n % 10000 * interval '1 hour' END
    FROM generate_series(1, 100000) AS n;
    ANALYZE articles";

/// Locks the server log, which all databases share.
fn log() -> MutexGuard<'static, ()> {
    static LOG: Mutex<()> = Mutex::new(());
    LOG.lock().unwrap_or_else(PoisonError::into_inner)
}

/// 100,000 articles of 1,000 days with three mentions and two quotes each, of 1,000 entities, and their counts.
const COLLECTION: &str = "
    SET session_replication_role = replica;
    INSERT INTO entities (id, kind, name, name_key)
        SELECT ('e' || lpad(n::text, 31, '0'))::uuid, 'person', 'Nom ' || n, 'nom ' || n FROM generate_series(0, 999) AS n;
    INSERT INTO articles (id, headline, body, content_hash, language, publisher, section, published_at)
        SELECT ('a' || lpad(n::text, 31, '0'))::uuid, 'Titre', 'Texte', sha256('x'), 'fr', 'Journal ' || n % 20, 'Rubrique ' || n % 20,
            timestamptz '2023-01-01Z' + n * interval '14 minutes' FROM generate_series(0, 99999) AS n;
    INSERT INTO mentions (id, article_id, body_version, entity_id, span_start, span_end, exact, prefix, suffix, kind,
            confidence, origin, published_at, language, publisher)
        SELECT gen_random_uuid(), a.id, 1, ('e' || lpad((abs(hashtext(a.id::text || i)) % 1000)::text, 31, '0'))::uuid, i, i + 1, 'N',
            '', '', 'name', 1, 'machine', published_at, language, publisher FROM articles a, generate_series(0, 2) AS i;
    INSERT INTO quotes (id, article_id, body_version, text, spans, prefix, suffix, kind, speaker_id, speaker_status, cue_lemma,
            status, confidence, origin, canonical_text, cluster_id, published_at, language, publisher)
        SELECT gen_random_uuid(), a.id, 1, 'N', array[i, i + 1], '', '', 'direct', e.id, 'named', 'dire ' || h % 50, 'machine',
            CASE WHEN h % 40 = 0 THEN 1 ELSE 0.9 END,
            'machine', 'n', ('c' || lpad((h % 9000)::text, 31, '0'))::uuid, published_at, language, publisher
        FROM articles a, generate_series(0, 1) AS i, abs(hashtext(a.id::text || i)) AS h
        JOIN entities e ON e.id = ('e' || lpad((h % 1000)::text, 31, '0'))::uuid;
    INSERT INTO quote_about (quote_id, entity_id, article_id, published_desc, kind, status, confidence, speaker_id, speaker_status, cue_lemma,
            said_on, language, publisher)
        SELECT id, speaker_id, article_id, published_desc, kind, status, confidence, speaker_id, speaker_status, cue_lemma, said_on, language,
            publisher FROM quotes;
    SELECT rebuild_counters();
    ANALYZE";

/// A service on that collection that logs its statements, and the lock for reading the log.
fn collection() -> (TestApp, MutexGuard<'static, ()>) {
    static MADE: OnceLock<TestDatabase> = OnceLock::new();
    observed(&MADE, &[COLLECTION, "VACUUM"])
}

/// A service on a copy of a database that is made once, and the right to read the log, where its statements are. There is
/// one copy at a time: they take hundreds of megabytes.
fn observed(made: &OnceLock<TestDatabase>, statements: &[&str]) -> (TestApp, MutexGuard<'static, ()>) {
    let log = log();
    let database = made.get_or_init(|| {
        let database = TestDatabase::migrated();
        statements.iter().for_each(|statement| database.execute_as_admin(statement));
        database
    });
    let database = database.copy();
    database.log_statements();
    (TestApp::on(database, |_| {}), log)
}

/// A statement of the service, with the literals of its parameters.
struct Statement {
    sql: String,
    parameters: String,
}

/// The last logged list of articles.
fn last_statement() -> Statement {
    last_read_of("articles")
}

/// The last logged read of the records of a table.
fn last_read_of(table: &str) -> Statement {
    last_of(&[format!("SELECT \"{table}\"."), format!("SELECT DISTINCT {table}.")])
}

/// The last logged look-up of the keys of a list.
fn last_keys_of(table: &str) -> Statement {
    last_of(&[format!("SELECT {table}.")])
}

/// The last logged statement of one line with one of these beginnings.
fn last_of(beginnings: &[String]) -> Statement {
    let log = server_log();
    let last = beginnings.iter().filter_map(|beginning| log.rfind(&format!(": {beginning}"))).max();
    let mut lines = log[last.unwrap_or_else(|| panic!("no {beginnings:?} in the log"))..].lines();
    let sql = lines.next().unwrap().trim_start_matches(": ").to_owned();
    let detail = lines.next().and_then(|line| line.split_once("DETAIL:  parameters: "));
    let Some((_, parameters)) = detail else { return Statement { sql, parameters: String::new() } };
    let values = parameters.split(", $").map(|pair| pair.split_once(" = ").unwrap().1.to_owned());
    Statement { sql, parameters: values.collect::<Vec<_>>().join(", ") }
}

/// Has Postgres prefer indexes in later connections: a sequential scan of a table as small as those of tests may cost less.
fn avoid_sequential_scans(app: &TestApp) {
    app.sql("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET enable_seqscan = off', current_database()); END $$");
}

/// The executed plan of a statement and its buffers.
fn explain(database: &TestDatabase, statement: &Statement) -> (Value, u64) {
    let Statement { sql, parameters } = statement;
    // Only a function can read the output of EXPLAIN.
    database.execute(
        "CREATE OR REPLACE FUNCTION explained(statement text, parameters text) RETURNS json LANGUAGE plpgsql AS $$
        DECLARE plan json;
        BEGIN
            EXECUTE 'PREPARE page AS ' || statement;
            EXECUTE 'EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE page'
                || coalesce(' (' || nullif(parameters, '') || ')', '') INTO plan;
            RETURN plan;
        END $$",
    );
    let plan = database.ask(&format!("SELECT explained($sql${sql}$sql$, $sql${parameters}$sql$)"));
    let plan: Value = serde_json::from_str(&plan).unwrap();
    let plan = plan[0]["Plan"].clone();
    let buffers = ["Shared Hit Blocks", "Shared Read Blocks"].map(|member| plan[member].as_u64().unwrap());
    (plan, buffers.iter().sum())
}

/// The nodes of a plan from the root.
fn nodes(plan: &Value) -> Vec<&Value> {
    let children = plan["Plans"].as_array().into_iter().flatten();
    std::iter::once(plan).chain(children.flat_map(nodes)).collect()
}

#[test]
fn page_1_000_of_100_000_articles_reads_as_little_as_page_1() {
    let database = TestDatabase::migrated();
    database.execute(ARTICLES);
    let _log = log();
    database.log_statements();
    let app = TestApp::on(database, |_| {});
    for (sort, index, column) in [
        ("-published_at", "articles_published_desc_idx", "published_desc"),
        ("published_at", "articles_published_desc_idx", "published_desc"),
        ("-created_at", "articles_created_at_idx", "created_at"),
    ] {
        let list = format!("/v1/articles?sort={sort}");
        let mut page = app.get(&list).expect(200);
        let (first, buffers_of_first) = explain(&app.database, &last_statement());
        // Pages of any length share their cursors: 20 of the first page, and 998 pages of 20 as 99 of 200 and one of 160.
        for limit in [200; 99].into_iter().chain([160]) {
            let cursor = page["next_cursor"].as_str().unwrap();
            page = app.get(&format!("{list}&limit={limit}&cursor={cursor}")).expect(200);
        }
        let cursor = page["next_cursor"].as_str().unwrap();
        let page = app.get(&format!("{list}&cursor={cursor}")).expect(200);
        assert_eq!(page["items"].as_array().unwrap().len(), 20);
        let (thousandth, buffers) = explain(&app.database, &last_statement());

        let scan = |plan: &Value| nodes(plan).into_iter().find(|node| node["Index Name"] == index).cloned();
        assert!(scan(&first).is_some(), "{sort}: {first:#}");
        let scan = scan(&thousandth).unwrap_or_else(|| panic!("{sort}: {thousandth:#}"));
        let condition = scan["Index Cond"].as_str().unwrap_or_default();
        assert!(condition.contains(&format!("(ROW({column}, id) ")), "{sort}: {thousandth:#}");
        assert_eq!(scan["Filter"], Value::Null);
        assert!(buffers <= 2 * buffers_of_first, "{sort}: {buffers} buffers, the first page {buffers_of_first}");
    }
}
