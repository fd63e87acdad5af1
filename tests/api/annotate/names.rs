//! Stored names are found in texts, whichever instance stored them.

use std::thread;

use diesel::connection::SimpleConnection;
use serde_json::{Value, json};
use verbatim::config::{Database, DatabaseUrl};

use super::super::support::TestApp;
use super::super::support::answers::{candidate_ids, id};
use super::super::support::embedded::eventually;
use super::super::support::postgres::connect;
use super::{PORT, entities, found, select, store};

/// Starts another instance on the same database.
fn beside(app: &TestApp) -> TestApp {
    TestApp::with(|config| config.database = Database::At(DatabaseUrl::parse(&app.database.url()).unwrap()))
}

fn path(entity: &Value) -> String {
    format!("/v1/entities/{}", id(entity))
}

/// Returns the entity that is linked to `La Vigie bleue`.
#[track_caller]
fn linked(app: &TestApp) -> Value {
    let answer = found(app, "Le navire attendait hier devant le quai, où La Vigie bleue manifestait en silence.");
    answer["mentions"]
        .as_array()
        .unwrap()
        .iter()
        .find(|mention| mention["exact"] == "La Vigie bleue")
        .map_or(Value::Null, |mention| mention["entity_id"].clone())
}

fn vigie(app: &TestApp) -> Value {
    app.entity(json!({
        "kind": "organization", "name": "Collectif du quai",
        "aliases": [{"name": "La Vigie bleue", "kind": "name", "language": "fr"}],
    }))
}

#[test]
fn an_alias_links_to_its_entity() {
    let app = TestApp::start();
    let (awa, rabat) = (
        app.entity(json!({"name": "Awa Marie Diallo", "aliases": [{"name": "Awa Diallo", "kind": "name"}]})),
        app.entity(json!({"kind": "place", "name": "Ribat", "aliases": [{"name": "Rabat", "kind": "name"}]})),
    );
    let article = store(&app, PORT);
    assert_eq!(select(&article["mentions"], &["entity_id"]), json!([[id(&rabat)], [id(&awa)]]));
    let quotes = select(&article["quotes"], &["speaker_id", "speaker_label", "about"]);
    assert_eq!(quotes, json!([[id(&awa), "Awa Diallo", [id(&rabat)]]]));
    assert_eq!(entities(&app), json!([["person", "Awa Marie Diallo"], ["place", "Ribat"]]));
}

#[test]
fn an_alias_edited_in_psql_links_to_its_entity() {
    let app = TestApp::start();
    let (vigie, other) = (vigie(&app), app.entity(json!({"kind": "organization", "name": "Autre"})));
    assert_eq!(linked(&app), vigie["id"]);
    app.sql("UPDATE entity_aliases SET name = 'La Vigie rouge', name_key = 'la vigie rouge'");
    assert_eq!(linked(&app), Value::Null);
    app.sql("UPDATE entity_aliases SET name = 'La Vigie bleue', name_key = 'la vigie bleue'");
    assert_eq!(linked(&app), vigie["id"]);
    app.sql(&format!("UPDATE entity_aliases SET entity_id = '{}'", id(&other)));
    assert_eq!(linked(&app), other["id"], "an alias may move to another entity");
}

#[test]
fn an_alias_is_found_with_other_accents_apostrophes_and_spaces() {
    let app = TestApp::start();
    let court = app.entity(json!({"kind": "organization", "name": "L'Élysée du Quai"}));
    let answer = found(&app, "Le spectacle est donné ce soir à L’Elysee\u{a0}du\u{a0}Quai, près du port.");
    assert_eq!(
        select(&answer["mentions"], &["exact", "entity_id"]),
        json!([["L’Elysee\u{a0}du\u{a0}Quai", id(&court)]])
    );
}

#[test]
fn an_entity_created_by_another_instance_is_linked_at_once() {
    let app = TestApp::start();
    let other = beside(&app);
    assert_eq!((linked(&app), linked(&other)), (Value::Null, Value::Null));
    let vigie = vigie(&other);
    assert_eq!(linked(&app), vigie["id"]);
    let renamed = json!({"aliases": [], "name": "Les Amis du quai"});
    app.patch(&path(&vigie), &renamed).expect(200);
    assert_eq!(linked(&other), Value::Null);
}

#[test]
fn a_removed_alias_is_not_linked() {
    let app = TestApp::start();
    let vigie = vigie(&app);
    assert_eq!(linked(&app), vigie["id"]);
    app.patch(&path(&vigie), &json!({"aliases": []})).expect(200);
    assert_eq!(linked(&app), Value::Null);
}

#[test]
fn a_new_name_links_and_the_old_one_does_not() {
    let app = TestApp::start();
    let quay = app.entity(json!({"kind": "organization", "name": "Collectif du quai"}));
    assert_eq!(linked(&app), Value::Null);
    app.patch(&path(&quay), &json!({"name": "La Vigie bleue"})).expect(200);
    assert_eq!(linked(&app), quay["id"]);
    app.patch(&path(&quay), &json!({"name": "Collectif du quai"})).expect(200);
    assert_eq!(linked(&app), Value::Null);
}

#[test]
fn a_deleted_entity_is_not_linked() {
    let app = TestApp::start();
    let awa = app.entity(json!({}));
    assert_eq!(found(&app, PORT)["quotes"][0]["speaker_id"], awa["id"]);
    app.delete(&path(&awa)).expect(204);
    assert_eq!(found(&app, PORT)["quotes"][0]["speaker_id"], Value::Null);
    let stored = store(&app, PORT);
    assert_ne!(stored["quotes"][0]["speaker_id"], awa["id"]);
    assert_eq!(entities(&app), json!([["person", "Awa Diallo"], ["place", "Rabat"]]));
}

#[test]
fn an_entity_deleted_while_it_is_linked_is_created_again() {
    let app = TestApp::start();
    let awa = app.entity(json!({}));
    assert_eq!(found(&app, PORT)["quotes"][0]["speaker_id"], awa["id"]);
    let mut other = connect(&app.database.url());
    other.batch_execute(&format!("BEGIN; DELETE FROM entities WHERE id = '{}'", id(&awa))).unwrap();
    thread::scope(|scope| {
        let storing = scope.spawn(|| store(&app, PORT));
        eventually("the article waits for the entity", || {
            let waiting =
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
            (app.database.ask(waiting) == "1").then_some(())
        });
        other.batch_execute("COMMIT").unwrap();
        let stored = storing.join().unwrap();
        let speaker = &stored["quotes"][0]["speaker_id"];
        assert!(speaker.is_string() && *speaker != awa["id"], "{stored}");
    });
    assert_eq!(entities(&app), json!([["person", "Awa Diallo"], ["place", "Rabat"]]));
}

#[test]
fn the_names_of_a_merged_entity_link_to_its_survivor() {
    let app = TestApp::start();
    let (lost, kept) = (app.entity(json!({})), app.entity(json!({"name": "Awa Marie Diallo"})));
    app.patch(&path(&kept), &json!({"aliases": [{"name": "Awa Diallo", "kind": "name"}]})).expect(200);
    app.sql(&format!("UPDATE entities SET merged_into = '{}' WHERE id = '{}'", id(&kept), id(&lost)));
    let stored = store(&app, PORT);
    assert_eq!(stored["quotes"][0]["speaker_id"], kept["id"]);
}

#[test]
fn a_name_of_several_entities_stays_unresolved_with_its_candidates() {
    let app = TestApp::start();
    let mut both = [app.entity(json!({})), app.entity(json!({"description": "the other one"}))];
    both.sort_by_key(|entity| id(entity).to_owned());
    let article = store(&app, PORT);
    let candidates = json!([id(&both[0]), id(&both[1])]);
    let mention = &article["mentions"][1];
    assert_eq!((&mention["exact"], &mention["entity_id"]), (&json!("Awa Diallo"), &json!(null)));
    assert_eq!(candidate_ids(mention), candidates);
    let quotes = select(&article["quotes"], &["speaker_id", "speaker_label", "speaker_status"]);
    assert_eq!(quotes, json!([[null, "Awa Diallo", "unresolved"]]));
    assert_eq!(entities(&app), json!([["person", "Awa Diallo"], ["person", "Awa Diallo"], ["place", "Rabat"]]));
}

#[test]
fn candidates_are_removed_when_a_human_sets_the_entity() {
    let app = TestApp::start();
    let awa = app.entity(json!({}));
    app.entity(json!({"description": "the other one"}));
    let article = store(&app, PORT);
    let mention = format!("/v1/mentions/{}", id(&article["mentions"][1]));
    let told = app.patch(&mention, &json!({"entity_id": id(&awa)})).expect(200);
    assert_eq!(select(&json!([told]), &["entity_id", "candidates", "origin"]), json!([[id(&awa), [], "human"]]));
}

#[test]
fn the_quotes_of_an_entity_are_found_by_its_id() {
    let app = TestApp::start();
    let article = store(&app, PORT);
    let quote = &article["quotes"][0];
    let by = |filter: &str, entity: &Value| {
        let path = format!("/v1/quotes?{filter}={}", entity.as_str().unwrap());
        app.get(&path).expect(200)["items"].clone()
    };
    assert_eq!(by("speaker", &quote["speaker_id"]), json!([quote]));
    assert_eq!(by("about", &quote["about"][0]), json!([quote]));
}
