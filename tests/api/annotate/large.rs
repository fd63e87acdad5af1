//! Hostile texts: they are answered in time, and never with a failure.

use serde_json::{Value, json};
use std::time::Duration;

use super::super::support::TestApp;
use super::super::support::answers::id;
use super::select;

/// Maximum number of bytes of a body.
const MEGABYTE: usize = 1 << 20;

/// Stores `unit`, repeated up to `bytes`, with its findings. Answers with the article, and the service that has it.
#[track_caller]
fn store_repeated(unit: &str, bytes: usize) -> (Value, TestApp) {
    let app = TestApp::with(|config| {
        // The test runs an unoptimised build on a machine that may be busy.
        config.request_deadline = Duration::from_secs(58);
        config.statement_timeout = Duration::from_secs(50);
    });
    let article = json!({"headline": "Au port", "body": unit.repeat(bytes / unit.len()), "language": "fr"});
    (app.post("/v1/articles?annotate=true", &article).expect(201), app)
}

#[test]
fn a_megabyte_of_opening_marks_is_stored() {
    let (article, _app) = store_repeated("«", MEGABYTE);
    assert_eq!(article["blocks"], json!([{"role": "paragraph", "start": 0, "end": 524_288}]));
}

#[test]
fn a_megabyte_of_straight_marks_is_stored() {
    assert_eq!(store_repeated("\"", MEGABYTE).0["body"].as_str().unwrap().len(), MEGABYTE);
}

#[test]
fn a_megabyte_of_capitals_is_stored() {
    assert_eq!(store_repeated("A", MEGABYTE).0["quotes"], json!([]));
}

#[test]
fn names_are_stored_up_to_the_maximum_number() {
    let (article, app) = store_repeated("ONU et ", 100_000);
    // The answer embeds the first of them; the list has the rest.
    assert_eq!(article["mentions"].as_array().unwrap().len(), 200);
    assert_eq!(app.database.ask("SELECT count(*) FROM mentions"), "10000");
    assert_eq!(app.database.ask("SELECT exact || max(span_start) FROM mentions GROUP BY exact"), "ONU69993");
    let path = format!("/v1/articles/{}/mentions?limit=200", id(&article));
    assert_eq!(app.get(&path).expect(200)["items"], article["mentions"]);
    let rest = app.get(&format!("{}&limit=1", article["mentions_next"].as_str().unwrap())).expect(200);
    assert_eq!(select(&rest["items"], &["start"]), json!([[200 * 7]]));
}

#[test]
fn thousands_of_quotes_about_the_same_place_are_stored() {
    let (article, app) = store_repeated("«\u{a0}Le Maroc tiendra bien\u{a0}», a déclaré Awa Diallo. ", 100_000);
    let quotes: usize = app.database.ask("SELECT count(*) FROM quotes").parse().unwrap();
    assert!(quotes > 1_400, "{quotes}");
    let morocco = id(&json!({"id": article["mentions"][0]["entity_id"]})).to_owned();
    // The tagger splits such a long paragraph, and may tag a name at the edge of a piece differently.
    let about = app.database.ask(&format!("SELECT count(*) FROM quote_about WHERE entity_id = '{morocco}'"));
    assert!(about.parse::<usize>().unwrap() + 10 > quotes, "{about} of {quotes}");
}
