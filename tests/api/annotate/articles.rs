//! Articles that are stored with `annotate=true`.

use serde_json::{Value, json};

use super::super::support::answers::{id, items, refusal, settled};
use super::super::support::{Client, TestApp};
use super::{PORT, entities, select, store};

/// Returns the entity with this name.
#[track_caller]
fn entity(app: &Client, name: &str) -> Value {
    let all = items(app, "/v1/entities");
    all.into_iter().find(|entity| entity["name"] == name).unwrap_or_else(|| panic!("no entity {name}"))
}

#[test]
fn the_response_has_the_stored_findings() {
    let app = TestApp::start();
    let article = store(&app, PORT);
    let awa = entity(&app, "Awa Diallo");
    let mention = settled(&article["mentions"][1]);
    let expected = json!({
        "version": 1, "article_id": article["id"], "body_version": 1, "anchor": "exact",
        "entity_id": awa["id"], "candidates": [], "candidate_count": 0, "start": 47, "end": 57, "exact": "Awa Diallo",
        "prefix": "bat rouvre mardi\u{202f}!\u{a0}», a déclaré ", "suffix": ".", "kind": "name",
        "status": "machine", "decision": null, "suggestion": null, "reviews": [],
        "confidence": mention["confidence"], "origin": "machine", "extractor": "verbatim/0.1.0",
    });
    assert_eq!(mention, expected);
    let expected = json!([{
        "version": 1, "article_id": article["id"], "body_version": 1, "anchor": "exact",
        "text": "Le port de Rabat rouvre mardi\u{202f}!", "spans": [{"start": 2, "end": 33}],
        "prefix": "«\u{a0}", "suffix": "\u{a0}», a déclaré Awa Diallo.", "kind": "direct",
        "speaker_id": awa["id"], "speaker_label": "Awa Diallo", "speaker_span": {"start": 47, "end": 57},
        "speaker_status": "named",
        "cue": "a déclaré", "cue_span": {"start": 37, "end": 46}, "cue_lemma": "déclarer",
        "candidates": [], "about": [entity(&app, "Rabat")["id"]], "said_on": null, "status": "machine",
        "confidence": article["quotes"][0]["confidence"],
        "origin": "machine", "extractor": "verbatim/0.1.0", "canonical_text": "le port de rabat rouvre mardi",
        "cluster_id": article["quotes"][0]["cluster_id"], "decision": null, "suggestion": null, "reviews": [],
    }]);
    assert_eq!(settled(&article["quotes"]), expected);
}

#[test]
fn the_response_equals_a_later_read() {
    let app = TestApp::start();
    let body = json!({"headline": "Au port", "body": PORT});
    let answer = app.post("/v1/articles?annotate=true", &body);
    let (location, etag) = (answer.header("location").to_owned(), answer.header("etag").to_owned());
    let stored = answer.expect(201);
    let read = app.get(&format!("{location}?include=mentions,quotes"));
    assert_eq!(read.header("etag"), etag);
    assert_eq!(read.expect(200), stored);
    assert_eq!(json!(items(&app, "/v1/quotes")), stored["quotes"]);
    assert_eq!(json!(items(&app, &format!("{location}/mentions"))), stored["mentions"]);
}

#[test]
fn a_plain_text_article_is_annotated() {
    let app = TestApp::start();
    let text = format!("Au port\n\n{PORT}");
    let call = app.request("POST", "/v1/articles?annotate=true").header("content-type", "text/plain; charset=utf-8");
    let article = call.body(text).send().expect(201);
    assert_eq!((&article["headline"], &article["language"]), (&json!("Au port"), &json!("fr")));
    assert_eq!(select(&article["blocks"], &["role"]), json!([["headline"], ["paragraph"]]));
    let quotes = select(&article["quotes"], &["text", "speaker_id"]);
    let awa = entity(&app, "Awa Diallo");
    assert_eq!(quotes, json!([["Le port de Rabat rouvre mardi\u{202f}!", id(&awa)]]));
}

#[test]
fn an_article_is_annotated_only_when_asked() {
    let app = TestApp::start();
    for path in ["/v1/articles", "/v1/articles?annotate=false"] {
        let article = app.post(path, &json!({"headline": "Au port", "body": PORT})).expect(201);
        assert_eq!((article.get("mentions"), article.get("quotes")), (None, None));
    }
    assert_eq!((items(&app, "/v1/quotes"), entities(&app)), (Vec::new(), json!([])));
    refusal(app.post("/v1/articles?annotate=yes", &json!({"headline": "a", "body": "b"})), 400, "invalid_parameter");
}

#[test]
fn a_refused_article_leaves_nothing_behind() {
    let app = TestApp::start();
    let first = json!({"headline": "Au port", "body": "Rien.", "url": "https://example.org/port"});
    app.post("/v1/articles", &first).expect(201);
    let again = json!({"headline": "Au port", "body": PORT, "url": "https://example.org/port"});
    refusal(app.post("/v1/articles?annotate=true", &again), 409, "url_taken");
    assert_eq!((items(&app, "/v1/quotes"), entities(&app)), (Vec::new(), json!([])));
}

#[test]
fn anonymous_and_collective_speakers_are_distinguished() {
    let app = TestApp::start();
    let article = store(
        &app,
        "«\u{a0}Nous n’avions pas le choix\u{a0}», a justifié un responsable du port sous couvert d’anonymat. \
         L’accord – le premier du genre, selon la partie portuaire – entre en vigueur lundi.",
    );
    let quotes =
        select(&article["quotes"], &["kind", "text", "speaker_label", "speaker_status", "speaker_id", "cue_lemma"]);
    let expected = json!([
        ["direct", "Nous n’avions pas le choix", "un responsable du port", "anonymous", null, "justifier"],
        ["indirect", "le premier du genre", "la partie portuaire", "collective", null, "selon"],
    ]);
    assert_eq!(quotes, expected);
}

#[test]
fn an_interrupted_quote_has_several_spans() {
    let app = TestApp::start();
    let body = "«\u{a0}Le port\u{a0}», a déclaré Awa Diallo, «\u{a0}rouvrira mardi à midi\u{a0}».";
    let article = store(&app, body);
    let quotes = select(&article["quotes"], &["text", "spans", "speaker_label"]);
    let spans = json!([{"start": 2, "end": 9}, {"start": 37, "end": 58}]);
    assert_eq!(quotes, json!([["Le port rouvrira mardi à midi", spans, "Awa Diallo"]]));
}

#[test]
fn a_surname_a_title_and_a_pronoun_mean_the_person_named_in_full() {
    let app = TestApp::start();
    let article = store(
        &app,
        "«\u{a0}Nous sommes prêts\u{a0}», a déclaré Élise Vautrin. «\u{a0}Rien ne bouge\u{a0}», a-t-elle ajouté. \
         «\u{a0}Tout ira bien\u{a0}», a promis Mme Vautrin. «\u{a0}Le port tiendra\u{a0}», selon Vautrin.",
    );
    assert_eq!(entities(&app), json!([["person", "Élise Vautrin"]]));
    let elise = entity(&app, "Élise Vautrin");
    let quotes = select(&article["quotes"], &["text", "speaker_label", "speaker_id", "speaker_status"]);
    let expected = json!([
        ["Nous sommes prêts", "Élise Vautrin", id(&elise), "named"],
        ["Rien ne bouge", "elle", id(&elise), "named"],
        ["Tout ira bien", "Vautrin", id(&elise), "named"],
        ["Le port tiendra", "Vautrin", id(&elise), "named"],
    ]);
    assert_eq!(quotes, expected);
    let mentions = select(&article["mentions"], &["exact", "entity_id"]);
    let expected = json!([["Élise Vautrin", id(&elise)], ["Vautrin", id(&elise)], ["Vautrin", id(&elise)]]);
    assert_eq!(mentions, expected);
}

#[test]
fn the_pronoun_of_an_unknown_source_is_its_label() {
    let app = TestApp::start();
    let article =
        store(&app, "«\u{a0}Rien ne bouge ce matin\u{a0}», a-t-il dit. «\u{a0}Rien du tout\u{a0}», répète-t-il.");
    let quotes = select(&article["quotes"], &["speaker_label", "speaker_status", "speaker_span"]);
    let expected = json!([
        ["il", "unresolved", {"start": 32, "end": 34}],
        ["il", "unresolved", {"start": 67, "end": 69}],
    ]);
    assert_eq!(quotes, expected);
}

#[test]
fn quotation_marks_are_found_in_other_languages() {
    let app = TestApp::start();
    let body = "Der Hafen ist offen. „Wir haben lange genug gewartet“, sagte Anna Bell.";
    let article = json!({"headline": "Am Hafen", "body": body, "language": "de"});
    let article = app.post("/v1/articles?annotate=true", &article).expect(201);
    let quotes = select(&article["quotes"], &["text", "speaker_status", "speaker_label"]);
    assert_eq!(quotes, json!([["Wir haben lange genug gewartet", "named", "Anna Bell"]]));
}
