//! Plans of statistics.

use serde_json::Value;

use super::{Statement, collection, explain, nodes};
use crate::support::postgres::server_log;

/// The last logged statement that contains these words.
fn statement(words: &str) -> Statement {
    let log = server_log();
    let at = log.rfind(words).unwrap_or_else(|| panic!("no {words} in the log"));
    let start = log[..at].rfind(": WITH ").unwrap() + 2;
    let mut lines = log[start..].lines();
    let first = lines.next().unwrap().to_owned();
    let mut lines = lines.peekable();
    let mut sql = first;
    while let Some(line) = lines.next_if(|line| line.starts_with('\t')) {
        sql = format!("{sql}\n{line}");
    }
    let parameters = lines.next().and_then(|line| line.split_once("DETAIL:  parameters: ")).map(|(_, given)| given);
    let values = parameters.into_iter().flat_map(|given| given.split(", $"));
    let values: Vec<_> = values.map(|pair| pair.split_once(" = ").unwrap().1.to_owned()).collect();
    Statement { sql, parameters: values.join(", ") }
}

#[test]
fn statistics_of_100_000_articles_read_few_pages() {
    let (app, _log) = collection();
    let entity = "e0000000-0000-0000-0000-000000000007";
    for (question, words, tables, most) in [
        // From the rollups.
        ("/v1/stats/top?by=speaker&limit=37".to_owned(), "LIMIT 37", [].as_slice(), 400),
        ("/v1/stats/top?of=mentions&by=publisher&limit=36".to_owned(), "LIMIT 36", &[], 200),
        ("/v1/stats/timeline?group_by=publisher&groups=13".to_owned(), "LIMIT 13", &[], 6_000),
        (format!("/v1/stats/timeline?of=mentions&entity={entity}&groups=14"), "LIMIT 14", &[], 600),
        // From the newest records.
        ("/v1/stats/top?by=kind&publisher=Journal+3&window=1001".to_owned(), "LIMIT 1001 + 1", &["quotes"], 6_000),
        (
            // The index of `quote_about` has all columns that are needed.
            format!("/v1/stats/top?by=publisher&about={entity}&window=1002"),
            "LIMIT 1002 + 1",
            &["quote_about"],
            100,
        ),
        ("/v1/graph/speaks-about?window=303".to_owned(), "LIMIT 303 + 1", &["quotes", "quote_about"], 2_500),
        ("/v1/graph/co-mentions?window=104".to_owned(), "LIMIT 104 + 1", &["articles", "mentions"], 1_000),
        (format!("/v1/entities/{entity}/related?window=105"), "LIMIT 105 + 1", &["mentions"], 3_000),
    ] {
        app.get(&question).expect(200);
        let (plan, buffers) = explain(&app.database, &statement(words));
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
