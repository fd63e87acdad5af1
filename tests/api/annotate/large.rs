//! Texts that nobody wrote: they are answered in time, and never with a failure.

use serde_json::{Value, json};
use std::time::Duration;

use super::super::support::TestApp;
use super::select;

/// As many bytes as a body may have.
const MEGABYTE: usize = 1 << 20;

/// Stores `unit`, over and over, up to `bytes`, with what is found in it.
#[track_caller]
fn store_repeated(unit: &str, bytes: usize) -> Value {
    let app = TestApp::with(|config| {
        // This build is not optimised, and the machine may be busy.
        config.request_deadline = Duration::from_secs(58);
        config.statement_timeout = Duration::from_secs(50);
    });
    let article = json!({"headline": "Au port", "body": unit.repeat(bytes / unit.len()), "language": "fr"});
    app.post("/v1/articles?annotate=true", &article).expect(201)
}

#[test]
fn a_megabyte_of_opening_marks_is_stored() {
    let article = store_repeated("«", MEGABYTE);
    assert_eq!(article["blocks"], json!([{"role": "paragraph", "start": 0, "end": 524_288}]));
}

#[test]
fn a_megabyte_of_straight_marks_is_stored() {
    assert_eq!(store_repeated("\"", MEGABYTE)["body"].as_str().unwrap().len(), MEGABYTE);
}

#[test]
fn a_megabyte_of_capitals_is_stored() {
    assert_eq!(store_repeated("A", MEGABYTE)["quotes"], json!([]));
}

#[test]
fn as_many_names_as_an_article_keeps_are_stored() {
    let article = store_repeated("ONU et ", 100_000);
    let mentions = article["mentions"].as_array().unwrap();
    assert_eq!(mentions.len(), 10_000);
    assert_eq!(select(&json!([mentions[9_999]]), &["exact", "start"]), json!([["ONU", 69_993]]));
}

#[test]
fn thousands_of_quotes_about_the_same_place_are_stored() {
    let article = store_repeated("«\u{a0}Le Maroc tiendra bien\u{a0}», a déclaré Awa Diallo. ", 100_000);
    let quotes = article["quotes"].as_array().unwrap();
    assert!(quotes.len() > 1_400, "{}", quotes.len());
    let morocco = &article["mentions"][0]["entity_id"];
    // The tagger reads a paragraph so long in pieces, and may read a name otherwise at the edge of one.
    let about = quotes.iter().filter(|quote| quote["about"] == json!([morocco])).count();
    assert!(about + 10 > quotes.len(), "{about} of {}", quotes.len());
}
