//! Plans of name searches and suggestions among 100,000 names: the rows read do not grow with the names.

use std::sync::{MutexGuard, OnceLock};

use serde_json::Value;

use super::{Statement, avoid_sequential_scans, explain, last_of, nodes, observed};
use crate::support::TestApp;
use crate::support::postgres::{TestDatabase, server_log};

/// 50,000 entities with an alias each. All names begin with the same word, and each thousandth has a rare word.
const ENTITIES: &str = "
    INSERT INTO entities (id, kind, name, name_key)
        SELECT ('01920000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'person', 'Awa ' || md5(n::text),
            'awa ' || md5(n::text) || CASE WHEN n % 1000 = 0 THEN ' zinguinchor' ELSE '' END
        FROM generate_series(1, 50000) AS n;
    INSERT INTO entity_aliases (entity_id, position, name, name_key, kind)
        SELECT id, 0, 'Diallo', 'diallo ' || md5(name_key), 'name' FROM entities;
    DELETE FROM duplicate_queue;
    VACUUM ANALYZE entity_names";

/// A service on those names that logs its statements, and the lock for reading the log.
fn names() -> (TestApp, MutexGuard<'static, ()>) {
    static MADE: OnceLock<TestDatabase> = OnceLock::new();
    observed(&MADE, &ENTITIES.split_inclusive(';').collect::<Vec<_>>())
}

/// The last logged statement that searches names.
fn last_statement() -> Statement {
    let log = server_log();
    let (_, entry) = log.rsplit_once(": WITH matching AS").expect("a search for names in the log");
    let (sql, rest) = entry.split_once("DETAIL:  parameters: ").expect("parameters");
    // The line with the parameters begins with a time.
    let sql = sql.rsplit_once('\n').unwrap().0;
    let values = rest.lines().next().unwrap().split(", $").map(|pair| pair.split_once(" = ").unwrap().1.to_owned());
    Statement { sql: format!("WITH matching AS{sql}"), parameters: values.collect::<Vec<_>>().join(", ") }
}

fn scanned(plan: &Value) -> Vec<&str> {
    let scans = nodes(plan).into_iter().filter(|node| node["Actual Loops"] != 0);
    scans.filter_map(|node| node["Index Name"].as_str()).collect()
}

#[test]
fn a_name_search_among_100_000_names_reads_few_rows() {
    let (app, _log) = names();
    for (call, index, most) in [
        ("/v1/entities?q=a", "entity_names_weight_idx", 3_000),
        ("/v1/entities?q=zinguinchor", "entity_names_trigrams_idx", 1_000),
        ("/v1/entities?q=zinguinchar", "entity_names_trigrams_idx", 3_000),
    ] {
        assert_ne!(app.get(call).expect(200)["items"], Value::Array(Vec::new()), "{call}");
        let statement = last_statement();
        if index == "entity_names_trigrams_idx" {
            avoid_sequential_scans(&app);
        }
        let (plan, buffers) = explain(&app.database, &statement);
        assert!(scanned(&plan).contains(&index), "{call}: {plan:#}");
        assert!(nodes(&plan).iter().all(|node| node["Node Type"] != "Seq Scan"), "{call}: {plan:#}");
        assert!(buffers <= most, "{call}: {buffers} buffers");
    }
}

#[test]
fn a_suggestion_reads_few_of_the_names_with_its_prefix() {
    let (app, _log) = names();
    // Two hundred names begin with the first prefix, more with the others.
    for (q, index) in [
        ("awa+00", "entity_names_name_key_idx"),
        ("awa", "entity_names_beginning_idx"),
        ("aw", "entity_names_beginning_idx"),
        ("a", "entity_names_weight_idx"),
    ] {
        let answer = app.get(&format!("/v1/entities/suggest?q={q}")).expect(200);
        assert_eq!(answer["items"].as_array().unwrap().len(), 10, "{q}");
        let columns =
            ["weight", "entity_id", "position", "name_key"].map(|column| format!("\"entity_names\".\"{column}\""));
        let statement = last_of(&[format!("SELECT {}", columns.join(", "))]);
        let (plan, buffers) = explain(&app.database, &statement);
        assert_eq!(scanned(&plan), [index], "{q}: {plan:#}");
        assert!(buffers <= 60, "{q}: {buffers} buffers: {plan:#}");
    }
    // Suggestions for short prefixes are cached until a name changes.
    let first = app.get("/v1/entities/suggest?q=a").expect(200)["items"].clone();
    app.sql(&format!(
        "UPDATE entities SET name = 'Zoé', name_key = 'zoe' WHERE id = '{}'",
        first[0]["id"].as_str().unwrap()
    ));
    let kept = app.get("/v1/entities/suggest?q=a").expect(200)["items"].clone();
    assert_eq!(kept.as_array().unwrap(), &first.as_array().unwrap()[1..]);
}

#[test]
fn the_duplicates_of_an_entity_among_100_000_names_are_found_by_few_rows() {
    let (app, _log) = names();
    app.sql(
        "INSERT INTO entities (id, kind, name, name_key) VALUES
            ('01930000-0000-7000-8000-000000000001', 'person', 'M. Keïta', 'm keita'),
            ('01930000-0000-7000-8000-000000000002', 'person', 'Moussa Keïta', 'moussa keita');
        ANALYZE entity_names",
    );
    let found = app.get("/v1/entities/01930000-0000-7000-8000-000000000002/duplicates").expect(200);
    assert_eq!(found["items"][0]["entity"]["name"], "M. Keïta", "{found:#}");
    avoid_sequential_scans(&app);
    let statement = last_of(&["SELECT \"entity_names\".\"entity_id\" FROM \"entity_names\"".to_owned()]);
    let (plan, buffers) = explain(&app.database, &statement);
    assert_eq!(scanned(&plan), ["entity_names_short_forms_idx"], "{plan:#}");
    assert!(buffers <= 100, "{buffers} buffers: {plan:#}");
}
