//! Two entities with one name: the context of an article decides, or nobody does.

use serde_json::{Value, json};

use super::super::support::TestApp;
use super::super::support::answers::{candidate_ids, id};
use super::{PORT, select, store};

/// Stores and annotates an article of a publisher.
#[track_caller]
fn published(app: &TestApp, publisher: &str, body: &str) -> Value {
    let article = json!({"headline": "Au port", "body": body, "language": "fr", "publisher": publisher});
    app.post("/v1/articles?annotate=true", &article).expect(201)
}

/// The speaker of the only quote of an article.
#[track_caller]
fn speaker(article: &Value) -> &Value {
    assert_eq!(article["quotes"].as_array().unwrap().len(), 1, "{article}");
    &article["quotes"][0]["speaker_id"]
}

/// Asserts that the speaker is unresolved and may be one of these.
#[track_caller]
fn assert_unresolved(article: &Value, candidates: [&Value; 2]) {
    let mut ids = candidates.map(|entity| id(entity));
    ids.sort_unstable();
    let quotes = select(&article["quotes"], &["speaker_id", "speaker_status"]);
    assert_eq!(quotes, json!([[null, "unresolved"]]));
    assert_eq!(candidate_ids(&article["quotes"][0]), json!(ids));
}

/// A service where `Awa Diallo` speaks in two articles of `Sud`, and a person with her name and without history.
fn namesakes() -> (TestApp, Value, Value) {
    let app = TestApp::start();
    let first = published(&app, "Sud", PORT);
    published(&app, "Sud", PORT);
    let known = app.get(&format!("/v1/entities/{}", speaker(&first).as_str().unwrap())).expect(200);
    let new = app.entity(json!({"description": "Footballeuse du Jaraaf"}));
    (app, known, new)
}

const NO_CONTEXT: &str = "«\u{a0}Nous partirons demain\u{a0}», a déclaré Awa Diallo.";

#[test]
fn a_namesake_created_by_hand_does_not_make_later_quotes_unresolved() {
    let (app, known, _) = namesakes();
    for body in [PORT, NO_CONTEXT] {
        let article = published(&app, "Sud", body);
        assert_eq!(speaker(&article), &known["id"], "{body}");
        let confidence = article["quotes"][0]["confidence"].as_f64().unwrap();
        assert!((0.5..0.9).contains(&confidence), "it is not certain: {confidence}");
        let mentions = article["mentions"].as_array().unwrap();
        let name = mentions.iter().find(|mention| mention["exact"] == "Awa Diallo").unwrap();
        assert!(name["confidence"].as_f64().unwrap() < 0.9 && name["candidates"] == json!([]), "{name}");
        let again = app.request("POST", &format!("/v1/articles/{}/annotate", id(&article))).send().expect(200);
        assert_eq!(again, article);
    }
}

#[test]
fn the_words_next_to_a_name_decide_between_namesakes() {
    let (app, _, player) = namesakes();
    let body =
        "«\u{a0}Nous gagnerons dimanche\u{a0}», a déclaré Awa Diallo, la footballeuse vedette du club du Jaraaf.";
    let article = published(&app, "Sud", body);
    assert_eq!(speaker(&article), &player["id"]);
}

#[test]
fn without_context_the_speaker_is_unresolved_with_its_candidates() {
    let (app, known, new) = namesakes();
    let article = published(&app, "Nord", NO_CONTEXT);
    assert_unresolved(&article, [&known, &new]);
    let candidates = &article["quotes"][0]["candidates"];
    assert_eq!(&article["mentions"][0]["candidates"], candidates);
    // She has all of the earlier mentions, but they are of another publisher.
    assert_eq!(candidates, &json!([{"entity_id": known["id"], "score": 0.5}, {"entity_id": new["id"], "score": 0.0}]));
    let quote = format!("/v1/quotes/{}", id(&article["quotes"][0]));
    assert_eq!(app.get(&quote).expect(200)["candidates"], article["quotes"][0]["candidates"]);
    // A decision of a person, or a deletion, leaves no candidates.
    let told = app.patch(&quote, &json!({"speaker_id": new["id"], "speaker_status": "named"})).expect(200);
    assert_eq!(told["candidates"], json!([]));
}

#[test]
fn history_alone_does_not_decide_between_entities_that_were_judged_different() {
    let (app, known, new) = namesakes();
    app.post("/v1/judgements", &json!({"entities": [known["id"], new["id"]]})).expect(201);
    assert_unresolved(&published(&app, "Sud", NO_CONTEXT), [&known, &new]);
    // Rabat was in her articles.
    assert_eq!(speaker(&published(&app, "Sud", PORT)), &known["id"]);
}

#[test]
fn what_a_person_linked_in_an_article_decides_for_the_rest_of_it() {
    let app = TestApp::start();
    let [first, second] = [(); 2].map(|()| app.entity(json!({})));
    let body = format!("Awa Diallo est arrivée lundi. {NO_CONTEXT}");
    let article = store(&app, &body);
    assert_unresolved(&article, [&first, &second]);
    let mention = format!("/v1/mentions/{}", id(&article["mentions"][0]));
    app.patch(&mention, &json!({"entity_id": second["id"]})).expect(200);
    let again = app.request("POST", &format!("/v1/articles/{}/annotate", id(&article))).send().expect(200);
    assert_eq!(speaker(&again), &second["id"]);
}

#[test]
fn a_text_that_is_not_stored_is_decided_by_context_too() {
    let (app, known, player) = namesakes();
    let found = |body: &str| super::found(&app, body);
    let clear = found(
        "«\u{a0}Nous gagnerons dimanche\u{a0}», a déclaré Awa Diallo, la footballeuse vedette du club du Jaraaf.",
    );
    let mention = &clear["mentions"][0];
    assert_eq!((&mention["entity_id"], &clear["quotes"][0]["speaker_id"]), (&player["id"], &player["id"]));
    assert_eq!((&mention["candidates"], &mention["candidate_count"]), (&json!([]), &json!(0)));
    assert!((0.5..0.9).contains(&clear["quotes"][0]["confidence"].as_f64().unwrap()), "{clear}");
    let unclear = found(NO_CONTEXT);
    assert_eq!(
        (&unclear["mentions"][0]["entity_id"], &unclear["quotes"][0]["speaker_id"]),
        (&json!(null), &json!(null))
    );
    let scores = json!([{"entity_id": known["id"], "score": 0.5}, {"entity_id": player["id"], "score": 0.0}]);
    assert_eq!(unclear["mentions"][0]["candidates"], scores);
}
