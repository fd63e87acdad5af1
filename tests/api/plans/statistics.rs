//! What Postgres does for a question over many records.

use serde_json::Value;

use super::{Statement, explain, log, nodes};
use crate::support::TestApp;
use crate::support::embedded::eventually;
use crate::support::postgres::{TestDatabase, server_log};

/// 100,000 articles of 1,000 days with three mentions and two quotes each, of 1,000 entities, and their counts.
const COLLECTION: &str = "
    SET session_replication_role = replica;
    INSERT INTO entities (id, kind, name, name_key)
        SELECT ('e' || lpad(n::text, 31, '0'))::uuid, 'person', 'Nom ' || n, 'nom ' || n FROM generate_series(0, 999) AS n;
    INSERT INTO entity_mention_counts SELECT id, 300 FROM entities;
    INSERT INTO articles (id, headline, body, content_hash, language, publisher, published_at)
        SELECT ('a' || lpad(n::text, 31, '0'))::uuid, 'Titre', 'Texte', sha256('x'), 'fr', 'Journal ' || n % 20,
            timestamptz '2023-01-01Z' + n * interval '14 minutes' FROM generate_series(0, 99999) AS n;
    INSERT INTO mentions (id, article_id, body_version, entity_id, span_start, span_end, exact, prefix, suffix, kind,
            confidence, origin, published_at, language, publisher)
        SELECT gen_random_uuid(), a.id, 1, ('e' || lpad((abs(hashtext(a.id::text || i)) % 1000)::text, 31, '0'))::uuid, i, i + 1, 'N',
            '', '', 'name', 1, 'machine', published_at, language, publisher FROM articles a, generate_series(0, 2) AS i;
    INSERT INTO quotes (id, article_id, body_version, text, spans, prefix, suffix, kind, speaker_id, speaker_status, status,
            confidence, origin, published_at, language, publisher)
        SELECT gen_random_uuid(), a.id, 1, 'N', array[i, i + 1], '', '', 'direct',
            ('e' || lpad((abs(hashtext(a.id::text || i)) % 1000)::text, 31, '0'))::uuid, 'named', 'machine', 1, 'machine', published_at,
            language, publisher FROM articles a, generate_series(0, 1) AS i;
    INSERT INTO quote_about (quote_id, entity_id, published_desc) SELECT id, speaker_id, published_desc FROM quotes;
    SELECT rebuild_counts();
    ANALYZE";

/// The statement that holds these words, as the server's log has it; the log may have been cut short just now.
fn statement(words: &str) -> Option<Statement> {
    let log = server_log();
    let at = log.rfind(words)?;
    let start = log[..at].rfind(": WITH ")? + 2;
    let mut lines = log[start..].lines();
    let first = lines.next()?.to_owned();
    let mut lines = lines.peekable();
    let mut sql = first;
    while let Some(line) = lines.next_if(|line| line.starts_with('\t')) {
        sql = format!("{sql}\n{line}");
    }
    let parameters = lines.next().and_then(|line| line.split_once("DETAIL:  parameters: ")).map(|(_, given)| given);
    let values = parameters.into_iter().flat_map(|given| given.split(", $"));
    let values: Vec<_> = values.map(|pair| pair.split_once(" = ").unwrap().1.to_owned()).collect();
    Some(Statement { sql, parameters: values.join(", ") })
}

#[test]
fn a_question_over_100_000_articles_reads_little() {
    let database = TestDatabase::migrated();
    database.execute(COLLECTION);
    database.execute("VACUUM");
    let _log = log();
    database.log_statements();
    let app = TestApp::on(database, |_| {});
    let entity = "e0000000-0000-0000-0000-000000000007";
    for (question, words, tables, most) in [
        // From the counts that are kept.
        ("/v1/stats/top?by=speaker&limit=37".to_owned(), "LIMIT 37", [].as_slice(), 400),
        ("/v1/stats/top?of=mentions&by=publisher&limit=36".to_owned(), "LIMIT 36", &[], 200),
        ("/v1/stats/timeline?group_by=publisher&groups=13".to_owned(), "LIMIT 13", &[], 6_000),
        (format!("/v1/stats/timeline?of=mentions&entity={entity}&groups=14"), "LIMIT 14", &[], 600),
        // From the newest records.
        ("/v1/stats/top?by=kind&publisher=Journal+3&window=1001".to_owned(), "LIMIT 1001 + 1", &["quotes"], 1_500),
        (
            format!("/v1/stats/top?by=publisher&about={entity}&window=1002"),
            "LIMIT 1002 + 1",
            &["quotes", "quote_about"],
            5_000,
        ),
        ("/v1/graph/speaks-about?window=303".to_owned(), "LIMIT 303 + 1", &["quotes", "quote_about"], 2_500),
        ("/v1/graph/co-mentions?window=104".to_owned(), "LIMIT 104 + 1", &["articles", "mentions"], 1_000),
        (format!("/v1/entities/{entity}/related?window=105"), "LIMIT 105 + 1", &["articles", "mentions"], 3_000),
    ] {
        let asked = eventually(words, || {
            app.get(&question).expect(200);
            statement(words)
        });
        let (plan, buffers) = explain(&app.database, &asked);
        let read: Vec<_> = nodes(&plan).into_iter().filter_map(|node| node["Relation Name"].as_str()).collect();
        for table in ["articles", "mentions", "quotes", "quote_about"] {
            assert_eq!(read.contains(&table), tables.contains(&table), "{question}: {plan:#}");
        }
        let whole = |node: &&Value| {
            node["Node Type"] == "Seq Scan" && tables.contains(&node["Relation Name"].as_str().unwrap())
        };
        assert!(!nodes(&plan).iter().any(whole), "{question}: {plan:#}");
        assert!(buffers <= most, "{question}: {buffers} buffers: {plan:#}");
    }
}
