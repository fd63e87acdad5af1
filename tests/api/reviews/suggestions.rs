//! Suggestions: what an annotation finds instead of what a person decided.

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::answers::{column, id, items};

const BODY: &str =
    "Le port rouvre lundi. « Nous sommes prêts à partir », a déclaré Awa Diallo. « Il fait beau », a dit Luc Morel.";

/// An annotated article with two quotes.
fn annotated(app: &TestApp) -> Value {
    let article = json!({"headline": "Le port", "language": "fr", "body": BODY});
    app.post("/v1/articles?annotate=true", &article).expect(201)
}

fn annotate(app: &TestApp, article: &Value) -> Value {
    app.request("POST", &format!("/v1/articles/{}/annotate", id(article))).send().expect(200)
}

fn path(kind: &str, record: &Value) -> String {
    format!("/v1/{kind}/{}", id(record))
}

fn review(app: &TestApp, path: &str, body: Value) -> Value {
    app.post(&format!("{path}/reviews"), &body).expect(201)
}

fn mention<'a>(article: &'a Value, name: &str) -> &'a Value {
    article["mentions"].as_array().unwrap().iter().find(|mention| mention["exact"] == name).unwrap()
}

/// A suggestion without its time.
fn untimed(suggestion: &Value) -> Value {
    let mut rest = suggestion.clone();
    assert!(rest.as_object_mut().unwrap().remove("at").is_some_and(|at| at.is_string()), "{suggestion}");
    rest
}

#[test]
fn another_speaker_is_suggested_beside_a_decision_until_a_person_answers() {
    let app = TestApp::start();
    let article = annotated(&app);
    let found = &article["quotes"][0];
    let (henrik, quote) = (app.entity(json!({"name": "Henrik Solbakken"})), path("quotes", found));
    let told = review(&app, &quote, json!({"action": "reattribute", "speaker_id": henrik["id"]}));
    assert_eq!(told["suggestion"], json!(null));
    let again = annotate(&app, &article);
    let suggested = &again["quotes"][0];
    let expected = json!({
        "speaker_id": found["speaker_id"], "speaker_label": "Awa Diallo", "text": found["text"], "spans": found["spans"],
        "confidence": found["confidence"], "extractor": found["extractor"],
    });
    assert_eq!(untimed(&suggested["suggestion"]), expected);
    // What the person decided stays.
    for member in ["speaker_id", "speaker_status", "text", "spans", "status", "reviews", "decision"] {
        assert_eq!(suggested[member], told[member], "{member}");
    }
    assert_eq!(&app.get(&quote).expect(200), suggested);
    assert_eq!(items(&app, "/v1/quotes")[1]["suggestion"], suggested["suggestion"]);
    assert_eq!(annotate(&app, &article), again);
    // The queue lists it instead of what nobody decided about.
    let queue = |parameters: &str| column(&app, &format!("/v1/reviews/queue?{parameters}"), "id");
    for order in ["uncertain", "recent", "frequent"] {
        assert_eq!(queue(&format!("order={order}&suggested=true")), [found["id"].clone()], "{order}");
        assert_eq!(queue(&format!("order={order}")), [article["quotes"][1]["id"].clone()], "{order}");
    }
    let commented = review(&app, &quote, json!({"action": "comment", "note": "Who was there?"}));
    assert_eq!(commented["suggestion"], suggested["suggestion"]);
    let kept = review(&app, &quote, json!({"action": "verify"}));
    assert_eq!((&kept["suggestion"], &kept["speaker_id"]), (&json!(null), &henrik["id"]));
    assert_eq!(queue("suggested=true"), Vec::<Value>::new());
    // It is not suggested again.
    assert_eq!(annotate(&app, &article)["quotes"][0], kept);
    // The history has the suggestion.
    let history = items(&app, &format!("{quote}/history"));
    let members = |entry: &Value| entry["to"].as_object().map(|to| to.keys().cloned().collect::<Vec<_>>());
    let changed: Vec<_> = history.iter().filter_map(members).collect();
    assert_eq!(changed, [&["status", "suggestion"][..], &["suggestion"], &["speaker_id"]]);
}

#[test]
fn other_bounds_of_a_quote_are_suggested_and_follow_an_edit() {
    let app = TestApp::start();
    let article = annotated(&app);
    let (found, quote) = (&article["quotes"][1], path("quotes", &article["quotes"][1]));
    review(&app, &quote, json!({"action": "edit", "changes": {"text": "fait beau"}}));
    let suggested = annotate(&app, &article)["quotes"][1]["suggestion"].clone();
    assert_eq!((&suggested["text"], &suggested["spans"]), (&found["text"], &found["spans"]));
    app.patch(&path("articles", &article), &json!({"body": format!("Enfin. {BODY}")})).expect(200);
    assert_eq!(app.get(&quote).expect(200)["suggestion"], json!(null));
    let moved = annotate(&app, &article)["quotes"][1]["suggestion"].clone();
    let shifted = |span: &Value| span["start"].as_i64().unwrap() + 7;
    assert_eq!(moved["spans"][0]["start"], shifted(&found["spans"][0]));
    // A person accepts it.
    let accepted =
        review(&app, &quote, json!({"action": "edit", "changes": {"text": moved["text"], "spans": moved["spans"]}}));
    assert_eq!((&accepted["suggestion"], &accepted["text"]), (&json!(null), &found["text"]));
    assert_eq!(annotate(&app, &article)["quotes"][1], accepted);
}

#[test]
fn another_entity_is_suggested_beside_a_reviewed_mention_until_the_machine_agrees() {
    let app = TestApp::start();
    let article = annotated(&app);
    let (awa, luc) = (mention(&article, "Awa Diallo"), mention(&article, "Luc Morel"));
    let henrik = app.entity(json!({"name": "Henrik Solbakken"}));
    review(&app, &path("mentions", luc), json!({"action": "reject"}));
    review(&app, &path("mentions", awa), json!({"action": "reattribute", "entity_id": henrik["id"]}));
    let again = annotate(&app, &article);
    // A person rejected what is found there.
    assert_eq!(mention(&again, "Luc Morel")["suggestion"], json!(null));
    let expected = json!({
        "entity_id": awa["entity_id"], "confidence": awa["confidence"], "extractor": awa["extractor"],
    });
    assert_eq!(untimed(&mention(&again, "Awa Diallo")["suggestion"]), expected);
    let listed = items(&app, &format!("/v1/mentions?entity={}", id(&henrik)));
    assert_eq!(untimed(&listed[0]["suggestion"]), expected);
    // The entity of the suggestion is merged into that of the mention, so they agree.
    let sources = json!({"sources": [awa["entity_id"]], "force": true});
    app.post(&format!("/v1/entities/{}/merge", id(&henrik)), &sources).expect(200);
    assert_eq!(app.get(&path("mentions", awa)).expect(200)["suggestion"], json!(null));
    assert_eq!(mention(&annotate(&app, &article), "Awa Diallo")["suggestion"], json!(null));
}

#[test]
fn a_suggestion_is_exported_and_restored() {
    let app = TestApp::start();
    let article = annotated(&app);
    for quote in article["quotes"].as_array().unwrap() {
        app.patch(&path("quotes", quote), &json!({"speaker_id": null})).expect(200);
    }
    app.patch(&path("mentions", mention(&article, "Luc Morel")), &json!({"entity_id": null})).expect(200);
    annotate(&app, &article);
    let exported = app.get("/v1/export").text();
    assert_eq!(exported.matches("\"suggestion\":{").count(), 3, "{exported}");
    let restored = TestApp::start();
    let import = restored.request("POST", "/v1/import").header("content-type", "application/x-ndjson");
    assert_eq!(import.body(exported.clone()).send().status, 200);
    assert_eq!(restored.get("/v1/export").text(), exported);
}
