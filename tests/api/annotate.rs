//! `POST /v1/annotate`: findings in a text, without storing anything.

mod again;
mod articles;
mod blocks;
mod large;
mod names;
mod namesakes;
mod newcomers;

use serde_json::{Value, json};

use super::support::answers::{candidate_ids, id, items, pointers, refusal};
use super::support::{Response, TestApp};

/// French typography: guillemets with no-break spaces, and a narrow one before the exclamation mark.
const PORT: &str = "«\u{a0}Le port de Rabat rouvre mardi\u{202f}!\u{a0}», a déclaré Awa Diallo.";

fn annotate(app: &TestApp, text: &Value) -> Response {
    app.post("/v1/annotate", text)
}

/// Annotates a French text.
#[track_caller]
fn found(app: &TestApp, body: &str) -> Value {
    annotate(app, &json!({"body": body, "language": "fr"})).expect(200)
}

/// Stores and annotates a French article.
#[track_caller]
fn store(app: &TestApp, body: &str) -> Value {
    let article = json!({"headline": "Au port", "body": body, "language": "fr"});
    app.post("/v1/articles?annotate=true", &article).expect(201)
}

/// Returns some members of each item of a list.
#[track_caller]
fn select(list: &Value, members: &[&str]) -> Value {
    let items = list.as_array().unwrap_or_else(|| panic!("no list: {list}"));
    let row = |item: &Value| members.iter().map(|member| item[*member].clone()).collect::<Value>();
    items.iter().map(row).collect()
}

/// Returns the stored entities as `[kind, name]`, ordered by name.
fn entities(app: &TestApp) -> Value {
    items(app, "/v1/entities").iter().map(|entity| json!([entity["kind"], entity["name"]])).collect()
}

#[test]
fn the_response_has_the_language_blocks_mentions_and_quotes_of_a_text() {
    let app = TestApp::start();
    let mut answer = annotate(&app, &json!({"body": PORT})).expect(200);
    // The confidence of the tagger changes with its model.
    for confidence in answer["mentions"].as_array_mut().unwrap().iter_mut().map(|mention| mention["confidence"].take())
    {
        assert!((0.0..=1.0).contains(&confidence.as_f64().unwrap()), "{confidence}");
    }
    let expected = json!({
        "language": "fr",
        "blocks": [{"role": "paragraph", "start": 0, "end": 58}],
        "mentions": [
            {
                "start": 13, "end": 18, "exact": "Rabat", "kind": "name", "entity_kind": "place", "entity_id": null,
                "candidates": [], "candidate_count": 0, "confidence": null,
            },
            {
                "start": 47, "end": 57, "exact": "Awa Diallo", "kind": "name", "entity_kind": "person",
                "entity_id": null, "candidates": [], "candidate_count": 0, "confidence": null,
            },
        ],
        "quotes": [{
            "text": "Le port de Rabat rouvre mardi\u{202f}!",
            "spans": [{"start": 2, "end": 33}],
            "prefix": "«\u{a0}", "suffix": "\u{a0}», a déclaré Awa Diallo.",
            "kind": "direct",
            "speaker_id": null, "speaker_label": "Awa Diallo", "speaker_span": {"start": 47, "end": 57}, "speaker_name": "Awa Diallo",
            "speaker_status": "named", "candidates": [],
            "cue": "a déclaré", "cue_span": {"start": 37, "end": 46}, "cue_lemma": "déclarer",
            "about": [], "said_on": null, "status": "machine", "confidence": answer["quotes"][0]["confidence"], "origin": "machine",
            "extractor": "verbatim/0.1.0",
            "canonical_text": "le port de rabat rouvre mardi",
            "cluster_id": answer["quotes"][0]["cluster_id"],
        }],
    });
    assert_eq!(answer, expected);
}

#[test]
fn an_english_text_is_detected_as_english() {
    let app = TestApp::start();
    let body = "The harbour will open again on Monday, the city said. “We are ready,” said Alice Harper.";
    let answer = annotate(&app, &json!({"body": body})).expect(200);
    assert_eq!(answer["language"], "en");
    let quotes = select(&answer["quotes"], &["text", "speaker_label", "cue", "cue_lemma"]);
    let direct = json!(["We are ready,", "Alice Harper", "said", "say"]);
    assert!(quotes.as_array().unwrap().contains(&direct), "{quotes}");
}

#[test]
fn an_annotated_text_is_not_stored() {
    let app = TestApp::start();
    found(&app, PORT);
    assert_eq!(entities(&app), json!([]));
    assert_eq!(items(&app, "/v1/articles"), Vec::<Value>::new());
    assert_eq!(items(&app, "/v1/quotes"), Vec::<Value>::new());
}

#[test]
fn names_in_a_text_are_linked_to_stored_entities() {
    let app = TestApp::start();
    let (awa, rabat) = (app.entity(json!({})), app.entity(json!({"kind": "place", "name": "Rabat"})));
    let answer = found(&app, PORT);
    assert_eq!(select(&answer["mentions"], &["entity_id"]), json!([[id(&rabat)], [id(&awa)]]));
    let quotes = select(&answer["quotes"], &["speaker_id", "speaker_status", "about"]);
    assert_eq!(quotes, json!([[id(&awa), "named", [id(&rabat)]]]));
}

#[test]
fn a_name_of_several_entities_has_candidates() {
    let app = TestApp::start();
    let mut both = [app.entity(json!({})), app.entity(json!({"description": "the other one"}))];
    both.sort_by_key(|entity| id(entity).to_owned());
    let answer = found(&app, PORT);
    let mention = &answer["mentions"][1];
    assert_eq!((&mention["exact"], &mention["entity_id"]), (&json!("Awa Diallo"), &json!(null)));
    assert_eq!(candidate_ids(mention), json!([id(&both[0]), id(&both[1])]));
    assert_eq!(answer["quotes"][0]["speaker_id"], Value::Null);
    let speakers = &answer["quotes"][0];
    assert_eq!(candidate_ids(speakers), candidate_ids(mention));
    assert_eq!(select(&speakers["candidates"], &["name"]), json!([["Awa Diallo"], ["Awa Diallo"]]));
}

#[test]
fn a_surname_of_two_people_of_a_text_has_both_as_candidates() {
    let app = TestApp::start();
    let body = "Luc Morel a battu son cousin Paul Morel. «\u{a0}C'est fini\u{a0}», a dit M. Morel.";
    let known = app.entity(json!({"name": "Paul Morel"}));
    let quote = &found(&app, body)["quotes"][0];
    let both = json!([
        {"entity_id": null, "name": "Luc Morel", "score": null},
        {"entity_id": id(&known), "name": "Paul Morel", "score": null},
    ]);
    assert_eq!(
        json!([quote["speaker_name"], quote["speaker_status"], quote["candidates"]]),
        json!([null, "unresolved", both])
    );
    let article = store(&app, body);
    let mut ids: Vec<String> = items(&app, "/v1/entities").iter().map(|entity| id(entity).to_owned()).collect();
    ids.sort();
    let ids: Value = ids.iter().map(|id| json!({"entity_id": id, "score": null})).collect();
    assert_eq!(
        select(&article["quotes"], &["speaker_id", "speaker_status", "candidates"]),
        json!([[null, "unresolved", ids]])
    );
    let mention = article["mentions"].as_array().unwrap().last().unwrap();
    assert_eq!(json!([mention["exact"], mention["candidates"], mention["candidate_count"]]), json!(["Morel", ids, 2]));
}

#[test]
fn twenty_candidates_are_shown_and_all_are_counted() {
    let app = TestApp::start();
    let mut namesakes: Vec<Value> =
        (0..25).map(|n| app.entity(json!({"description": format!("number {n}")}))).collect();
    namesakes.sort_by_key(|entity| id(entity).to_owned());
    let mention = found(&app, &format!("{PORT} Awa Diallo repart."))["mentions"][1].clone();
    let shown: Vec<&str> = namesakes[..20].iter().map(id).collect();
    // They are too many to be compared.
    let shown: Vec<Value> = shown.iter().map(|id| json!({"entity_id": id, "score": null})).collect();
    assert_eq!((&mention["candidates"], &mention["candidate_count"]), (&json!(shown), &json!(25)));
}

#[test]
fn spans_count_code_points() {
    let app = TestApp::start();
    // An emoji of three code points, an accent by itself, a letter outside of the first plane.
    let before = "👩\u{200d}🚀 e\u{301}té 𝄞. ";
    let plain = found(&app, PORT);
    let shifted = found(&app, &format!("{before}{PORT}"));
    let by = before.chars().count();
    let start = |answer: &Value| answer["quotes"][0]["spans"][0]["start"].as_u64().unwrap() as usize;
    assert_eq!(start(&shifted), start(&plain) + by);
    let last = |answer: &Value| answer["mentions"].as_array().unwrap().last().cloned().unwrap();
    assert_eq!(last(&shifted)["exact"], "Awa Diallo");
    assert_eq!(last(&shifted)["start"], json!(47 + by));
}

#[test]
fn the_headline_and_the_language_may_be_given() {
    let app = TestApp::start();
    let text = json!({"headline": "Au port", "body": "Au port\n\nRien ne bouge ce matin à quai.", "language": "de"});
    let answer = annotate(&app, &text).expect(200);
    assert_eq!(answer["language"], "de");
    assert_eq!(select(&answer["blocks"], &["role"]), json!([["headline"], ["paragraph"]]));
}

#[test]
fn a_text_in_an_unknown_language_is_und() {
    let app = TestApp::start();
    let answer = annotate(&app, &json!({"body": "1234 5678"})).expect(200);
    assert_eq!((&answer["language"], &answer["quotes"]), (&json!("und"), &json!([])));
}

#[test]
fn each_invalid_member_of_a_text_is_reported() {
    let app = TestApp::start();
    assert_eq!(pointers(annotate(&app, &json!({}))), ["/body"]);
    assert_eq!(pointers(annotate(&app, &json!({"body": ""}))), ["/body"]);
    assert_eq!(pointers(annotate(&app, &json!({"body": "a\u{0}b"}))), ["/body"]);
    assert_eq!(pointers(annotate(&app, &json!({"body": "é".repeat(524_289)}))), ["/body"]);
    let faulty = json!({"body": 1, "headline": "h".repeat(501), "language": "FR", "title": "Au port"});
    assert_eq!(pointers(annotate(&app, &faulty)), ["/body", "/headline", "/language", "/title"]);
    assert_eq!(pointers(annotate(&app, &json!(["Rabat"]))), [""]);
}

#[test]
fn a_text_that_is_not_json_is_refused() {
    let app = TestApp::start();
    let broken = app.request("POST", "/v1/annotate").header("content-type", "application/json").body("{").send();
    refusal(broken, 400, "malformed_body");
    let plain = app.request("POST", "/v1/annotate").header("content-type", "text/plain").body(PORT).send();
    refusal(plain, 415, "unsupported_media_type");
    refusal(app.post("/v1/annotate?language=fr", &json!({"body": PORT})), 400, "invalid_parameter");
}
