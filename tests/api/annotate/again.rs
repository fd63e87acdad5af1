//! Annotating an article again updates the findings of the machine and keeps the changes of people.

use serde_json::{Value, json};

use super::super::support::TestApp;
use super::super::support::answers::{id, items, refusal};
use super::{entities, select, store};

const TWO: &str = "«\u{a0}Le port rouvre mardi\u{a0}», a déclaré Awa Diallo. «\u{a0}La digue tiendra bien\u{a0}», a promis Élise Vautrin.";

/// What a person decides about a quote.
const DECIDED: &[&str] = &["id", "text", "spans", "speaker_id", "speaker_status", "status", "origin", "reviews"];

fn annotate_again(app: &TestApp, article: &Value) -> Value {
    app.request("POST", &format!("/v1/articles/{}/annotate", id(article))).send().expect(200)
}

fn quote(article: &Value, index: usize) -> String {
    format!("/v1/quotes/{}", id(&article["quotes"][index]))
}

fn mention(article: &Value, index: usize) -> String {
    format!("/v1/mentions/{}", id(&article["mentions"][index]))
}

#[test]
fn annotating_twice_changes_nothing() {
    let app = TestApp::start();
    let first = store(&app, TWO);
    let before = items(&app, "/v1/entities");
    let second = annotate_again(&app, &first);
    assert_eq!(second, first);
    assert_eq!(annotate_again(&app, &first), first);
    assert_eq!(items(&app, "/v1/entities"), before);
}

#[test]
fn an_article_stored_without_findings_gets_them_later() {
    let app = TestApp::start();
    let article = app.post("/v1/articles", &json!({"headline": "Au port", "body": TWO, "language": "fr"})).expect(201);
    let path = format!("/v1/articles/{}/annotate", id(&article));
    let answer = app.request("POST", &path).send();
    let etag = answer.header("etag").to_owned();
    let annotated = answer.expect(200);
    let speakers = select(&annotated["quotes"], &["text", "speaker_label"]);
    let expected = json!([["Le port rouvre mardi", "Awa Diallo"], ["La digue tiendra bien", "Élise Vautrin"]]);
    assert_eq!(speakers, expected);
    // The article itself has not changed.
    assert_eq!((&annotated["version"], &annotated["updated_at"]), (&article["version"], &article["updated_at"]));
    let read = app.get(&format!("/v1/articles/{}?include=mentions,quotes", id(&article)));
    assert_eq!(read.header("etag"), etag);
    assert_eq!(read.expect(200), annotated);
}

#[test]
fn only_an_existing_article_can_be_annotated() {
    let app = TestApp::start();
    let absent = "/v1/articles/0192f0c1-2a3b-7c4d-8e5f-60718293a4b5/annotate";
    refusal(app.request("POST", absent).send(), 404, "not_found");
    refusal(app.request("POST", "/v1/articles/one/annotate").send(), 400, "invalid_parameter");
    let article = store(&app, TWO);
    app.delete(&format!("/v1/articles/{}", id(&article))).expect(204);
    refusal(app.request("POST", &format!("/v1/articles/{}/annotate", id(&article))).send(), 410, "gone");
}

#[test]
fn a_quote_changed_by_a_human_is_not_changed() {
    let app = TestApp::start();
    let article = store(&app, TWO);
    let changed = app.patch(&quote(&article, 0), &json!({"cue_lemma": "annoncer", "kind": "partial"})).expect(200);
    let again = annotate_again(&app, &article);
    assert_eq!(again["quotes"], json!([changed, article["quotes"][1]]));
}

#[test]
fn a_reattributed_quote_keeps_its_speaker() {
    let app = TestApp::start();
    let article = store(&app, TWO);
    let other = app.entity(json!({"name": "Paul Roux"}));
    let changed = app.patch(&quote(&article, 0), &json!({"speaker_id": id(&other)})).expect(200);
    let again = annotate_again(&app, &article);
    assert_eq!(select(&json!([again["quotes"][0]]), DECIDED), select(&json!([changed]), DECIDED));
    assert_eq!(again["quotes"].as_array().unwrap().len(), 2);
}

#[test]
fn a_rejected_quote_is_not_found_again() {
    let app = TestApp::start();
    let article = store(&app, TWO);
    let rejected = app.patch(&quote(&article, 0), &json!({"status": "rejected"})).expect(200);
    annotate_again(&app, &article);
    assert_eq!(app.get(&quote(&article, 0)).expect(200), rejected);
    assert_eq!(items(&app, "/v1/quotes?status=rejected").len(), 1);
    assert_eq!(json!(items(&app, "/v1/quotes")), json!([article["quotes"][1]]));
}

#[test]
fn no_quote_is_stored_that_overlaps_one_created_by_a_human() {
    let app = TestApp::start();
    let article = app.post("/v1/articles", &json!({"headline": "Au port", "body": TWO, "language": "fr"})).expect(201);
    let made = app.quote(&article, json!({"text": "port rouvre"}));
    let again = annotate_again(&app, &article);
    assert_eq!(
        select(&again["quotes"], &["text", "origin"]),
        json!([["port rouvre", "human"], ["La digue tiendra bien", "machine"]])
    );
    assert_eq!(select(&json!([again["quotes"][0]]), DECIDED), select(&json!([made]), DECIDED));
    assert_eq!(again["quotes"][0]["suggestion"]["text"], "Le port rouvre mardi");
}

#[test]
fn a_mention_changed_by_a_human_is_not_changed() {
    let app = TestApp::start();
    let article = store(&app, TWO);
    let changed = app.patch(&mention(&article, 0), &json!({"entity_id": null})).expect(200);
    assert_eq!(changed["origin"], "human");
    let again = annotate_again(&app, &article);
    assert_eq!(again["mentions"][0]["entity_id"], json!(null));
    assert_eq!(again["mentions"][0]["suggestion"]["entity_id"], article["mentions"][0]["entity_id"]);
    assert_eq!(again["mentions"][1], article["mentions"][1]);
}

#[test]
fn no_mention_is_stored_that_overlaps_one_created_by_a_human() {
    let app = TestApp::start();
    let article = app.post("/v1/articles", &json!({"headline": "Au port", "body": TWO, "language": "fr"})).expect(201);
    let made = app.mention(&article, "Diallo", json!({}));
    let again = annotate_again(&app, &article);
    assert_eq!(
        select(&again["mentions"], &["exact", "origin"]),
        json!([["Diallo", "human"], ["Élise Vautrin", "machine"]])
    );
    assert_eq!(again["mentions"][0], made);
}

#[test]
fn findings_follow_an_edited_body_with_their_ids() {
    let app = TestApp::start();
    let article = store(&app, TWO);
    let path = format!("/v1/articles/{}", id(&article));
    app.patch(&path, &json!({"body": format!("Ce lundi. {TWO}")})).expect(200);
    let again = annotate_again(&app, &article);
    assert_eq!(again["body_version"], 2);
    assert_eq!(select(&again["quotes"], &["id"]), select(&article["quotes"], &["id"]));
    assert_eq!(select(&again["mentions"], &["id"]), select(&article["mentions"], &["id"]));
    let places = select(&again["quotes"], &["spans", "body_version", "anchor"]);
    let expected = json!([
        [[{"start": 12, "end": 32}], 2, "moved"],
        [[{"start": 60, "end": 81}], 2, "moved"],
    ]);
    assert_eq!(places, expected);
    assert_eq!(annotate_again(&app, &article), again);
}

#[test]
fn findings_that_are_not_found_again_are_deleted() {
    let app = TestApp::start();
    let article = store(&app, TWO);
    let path = format!("/v1/articles/{}", id(&article));
    app.patch(&path, &json!({"body": "«\u{a0}Le port rouvre mardi\u{a0}», a déclaré Awa Diallo."})).expect(200);
    let again = annotate_again(&app, &article);
    assert_eq!(select(&again["quotes"], &["id"]), json!([[id(&article["quotes"][0])]]));
    assert_eq!(select(&again["mentions"], &["id"]), json!([[id(&article["mentions"][0])]]));
    refusal(app.get(&quote(&article, 1)), 410, "gone");
    refusal(app.get(&mention(&article, 1)), 410, "gone");
}

#[test]
fn human_changes_stay_when_their_words_are_gone() {
    let app = TestApp::start();
    let article = store(&app, TWO);
    app.patch(&quote(&article, 1), &json!({"status": "verified"})).expect(200);
    app.patch(&mention(&article, 1), &json!({"kind": "role"})).expect(200);
    let path = format!("/v1/articles/{}", id(&article));
    app.patch(&path, &json!({"body": "«\u{a0}Le port rouvre mardi\u{a0}», a déclaré Awa Diallo."})).expect(200);
    let orphans = (app.get(&quote(&article, 1)).expect(200), app.get(&mention(&article, 1)).expect(200));
    assert_eq!((&orphans.0["anchor"], &orphans.1["anchor"]), (&json!("orphaned"), &json!("orphaned")));
    let again = annotate_again(&app, &article);
    assert_eq!((&again["quotes"][1], &again["mentions"][1]), (&orphans.0, &orphans.1));
    assert_eq!(again["quotes"].as_array().unwrap().len(), 2);
}

#[test]
fn a_source_that_becomes_known_is_linked() {
    let app = TestApp::start();
    let article = store(&app, "«\u{a0}Le port tiendra cet hiver\u{a0}», a promis M. Vautrin.");
    assert_eq!(article["quotes"][0]["speaker_id"], Value::Null);
    let vautrin = app.entity(json!({"name": "Nicolas Vautrin", "aliases": [{"name": "Vautrin", "kind": "name"}]}));
    let again = annotate_again(&app, &article);
    let quotes = select(&again["quotes"], &["id", "version", "speaker_id", "speaker_status"]);
    assert_eq!(quotes, json!([[id(&article["quotes"][0]), 2, id(&vautrin), "named"]]));
}

#[test]
fn about_follows_the_mentions_inside_the_quote() {
    let app = TestApp::start();
    let article = store(&app, "«\u{a0}Le port de Rabat tiendra\u{a0}», a promis Awa Diallo.");
    let rabat = article["quotes"][0]["about"][0].clone();
    app.delete(&format!("/v1/entities/{}?cascade=true", rabat.as_str().unwrap())).expect(204);
    assert_eq!(app.get(&quote(&article, 0)).expect(200)["about"], json!([]));
    let again = annotate_again(&app, &article);
    let about = again["quotes"][0]["about"].clone();
    assert_eq!(about, json!([again["mentions"][0]["entity_id"]]));
    assert_ne!(about, json!([rabat]));
    assert_eq!(entities(&app), json!([["person", "Awa Diallo"], ["place", "Rabat"]]));
}
