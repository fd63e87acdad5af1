//! Names that are not stored yet: each becomes one entity.

use diesel::connection::SimpleConnection;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::thread;

use super::super::support::TestApp;
use super::super::support::answers::{id, items};
use super::super::support::embedded::eventually;
use super::super::support::postgres::connect;
use super::{PORT, entities, found, select, store};

#[test]
fn an_empty_service_lists_no_entity() {
    let app = TestApp::start();
    assert_eq!(entities(&app), json!([]));
}

#[test]
fn a_person_named_in_full_becomes_one_entity() {
    let app = TestApp::start();
    let article = store(&app, "Awa Diallo est arrivée lundi. Awa Diallo repart mardi, et Diallo reviendra, dit-elle.");
    let all = items(&app, "/v1/entities");
    assert_eq!(
        select(&json!(all), &["kind", "name", "aliases", "identifiers"]),
        json!([["person", "Awa Diallo", [], []]])
    );
    let awa = id(&all[0]);
    assert_eq!(select(&article["mentions"], &["entity_id"]), json!([[awa], [awa], [awa]]));
}

#[test]
fn a_surname_alone_creates_no_entity() {
    let app = TestApp::start();
    let article = store(&app, "«\u{a0}Le port tiendra cet hiver\u{a0}», a promis M. Vautrin.");
    assert_eq!(entities(&app), json!([]));
    let quotes = select(&article["quotes"], &["speaker_label", "speaker_id", "speaker_status"]);
    assert_eq!(quotes, json!([["M. Vautrin", null, "unresolved"]]));
}

#[test]
fn a_stored_name_creates_no_second_entity() {
    let app = TestApp::start();
    let first = store(&app, PORT);
    let second = store(&app, "Awa Diallo est à Rabat, où le port rouvre.");
    let of = |article: &Value| {
        let ids = article["mentions"].as_array().unwrap().iter().map(|mention| mention["entity_id"].to_string());
        ids.collect::<BTreeSet<_>>()
    };
    assert_eq!(of(&first), of(&second));
    assert_eq!(entities(&app), json!([["person", "Awa Diallo"], ["place", "Rabat"]]));
}

#[test]
fn simultaneous_articles_create_each_newcomer_once() {
    let app = TestApp::start();
    let bodies = [
        "«\u{a0}Le port tiendra\u{a0}», a dit Élise Vautrin à Awa Diallo, au Maroc.",
        "Awa Diallo et Élise Vautrin se sont vues à Paris. «\u{a0}Tout va bien\u{a0}», a dit Mme Vautrin.",
    ];
    thread::scope(|scope| {
        for round in 0..8 {
            let app = &app;
            scope.spawn(move || {
                let article = store(app, bodies[round % 2]);
                // The new entities of another request are known by now.
                let again = app.request("POST", &format!("/v1/articles/{}/annotate", id(&article))).send().expect(200);
                assert_eq!(again, article);
            });
        }
    });
    let expected =
        json!([["person", "Awa Diallo"], ["person", "Élise Vautrin"], ["place", "Maroc"], ["place", "Paris"],]);
    assert_eq!(entities(&app), expected);
    let speakers: BTreeSet<String> =
        items(&app, "/v1/quotes").iter().map(|quote| quote["speaker_id"].to_string()).collect();
    assert_eq!((items(&app, "/v1/quotes").len(), speakers.len()), (8, 1));
}

#[test]
fn a_place_of_the_gazetteer_comes_with_its_names() {
    let app = TestApp::start();
    store(&app, "Le port de Rabat rouvre, annonce le Maroc.");
    let all = items(&app, "/v1/entities");
    let morocco = all.iter().find(|entity| entity["name"] == "Maroc").unwrap();
    assert_eq!(morocco["kind"], "place");
    assert_eq!(morocco["identifiers"], json!([{"scheme": "wikidata", "value": "Q1028"}]));
    let aliases = select(&morocco["aliases"], &["name", "language", "kind"]);
    for alias in [json!(["Morocco", "en", "name"]), json!(["le royaume chérifien", "fr", "periphrasis"])] {
        assert!(aliases.as_array().unwrap().contains(&alias), "{aliases}");
    }
}

#[test]
fn a_periphrasis_means_the_state() {
    let app = TestApp::start();
    let article = store(&app, "Le Maroc a réagi lundi. Pour le royaume chérifien, le port reste fermé.");
    let mentions = select(&article["mentions"], &["exact", "kind", "entity_id"]);
    let morocco = article["mentions"][0]["entity_id"].clone();
    assert_eq!(mentions, json!([["Maroc", "name", morocco], ["le royaume chérifien", "nominal", morocco]]));
    assert_eq!(entities(&app), json!([["place", "Maroc"]]));
}

#[test]
fn a_state_is_one_entity_in_both_languages() {
    let app = TestApp::start();
    store(&app, "Le port rouvre, annonce le Maroc.");
    let english = json!({
        "headline": "The harbour", "language": "en",
        "body": "The harbour will open again on Monday, the government of Morocco said.",
    });
    app.post("/v1/articles?annotate=true", &english).expect(201);
    assert_eq!(entities(&app), json!([["place", "Maroc"]]));
}

#[test]
fn a_stored_state_is_found_by_its_identifier() {
    let app = TestApp::start();
    let wikidata = json!([{"scheme": "wikidata", "value": "Q1028"}]);
    let kingdom = app.entity(json!({"kind": "place", "name": "Royaume", "identifiers": wikidata}));
    let article = store(&app, "Le port rouvre, annonce le Maroc.");
    assert_eq!(select(&article["mentions"], &["exact", "entity_id"]), json!([["Maroc", id(&kingdom)]]));
    assert_eq!(entities(&app), json!([["place", "Royaume"]]));
}

#[test]
fn a_misspelt_name_creates_no_second_person() {
    let app = TestApp::start();
    let body =
        "«\u{a0}Le port tiendra\u{a0}», a dit Claude Vautrin. Claude Vautrinn a souri, puis Claude Vautrin est parti.";
    store(&app, body);
    let all = items(&app, "/v1/entities");
    let people = select(&json!(all), &["name", "aliases"]);
    let misspelling = json!([{"name": "Claude Vautrinn", "language": null, "kind": "misspelling"}]);
    assert_eq!(people, json!([["Claude Vautrin", misspelling]]));
}

#[test]
fn annotating_a_text_creates_no_entity() {
    let app = TestApp::start();
    found(&app, PORT);
    assert_eq!(entities(&app), json!([]));
}

/// A text that names 676 people.
fn crowd() -> String {
    let syllables = [
        "ba", "co", "di", "fu", "ga", "ho", "ji", "ku", "la", "mo", "ni", "pu", "ra", "so", "ti", "vu", "wa", "xo",
        "yi", "zu", "bel", "cor", "dan", "fil", "gom", "hul",
    ];
    let names = syllables.iter().flat_map(|first| syllables.iter().map(move |second| format!("Awa D{first}{second}")));
    names.map(|name| format!("«\u{a0}Le port rouvre mardi\u{a0}», a déclaré {name}.\n\n")).collect()
}

#[test]
fn any_number_of_newcomers_takes_a_bounded_number_of_locks() {
    let app = TestApp::start();
    app.sql(
        "CREATE TABLE locks (held bigint);
        CREATE FUNCTION log_locks() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            INSERT INTO locks SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid();
            RETURN NULL; END $$;
        CREATE TRIGGER log_locks AFTER INSERT ON entities FOR EACH STATEMENT EXECUTE FUNCTION log_locks()",
    );
    store(&app, &crowd());
    let people: usize = app.database.ask("SELECT count(*) FROM entities WHERE kind = 'person'").parse().unwrap();
    assert!(people > 500, "{people}");
    // One statement creates all of them.
    assert_eq!(app.database.ask("SELECT count(*) FROM locks"), "1");
    let held: usize = app.database.ask("SELECT max(held) FROM locks").parse().unwrap();
    assert!((1..=64).contains(&held), "{held}");
}

#[test]
fn an_entity_that_is_created_while_a_text_is_stored_is_linked_under_all_its_names() {
    let app = TestApp::start();
    let mut other = connect(&app.database.url());
    other.batch_execute("BEGIN; LOCK TABLE name_words IN ACCESS EXCLUSIVE MODE").unwrap();
    let body = "Awa Diallo est arrivée lundi. Le navire attendait hier devant le quai, où La Vigie bleue manifestait.";
    let stored = thread::scope(|scope| {
        // It is annotated by now, and looks whether the store has got the newcomer meanwhile.
        let storing = scope.spawn(|| store(&app, body));
        eventually("the article waits for the names", || {
            let waiting =
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
            (app.database.ask(waiting) != "0").then_some(())
        });
        other
            .batch_execute(
                "INSERT INTO entities (id, kind, name, name_key)
                    VALUES ('e0000000-0000-0000-0000-000000000001', 'person', 'Awa Diallo', 'awa diallo');
                INSERT INTO entity_aliases (entity_id, position, name, name_key, kind)
                    VALUES ('e0000000-0000-0000-0000-000000000001', 0, 'La Vigie bleue', 'la vigie bleue', 'name');
                COMMIT",
            )
            .unwrap();
        storing.join().unwrap()
    });
    let mentions = select(&stored["mentions"], &["exact", "entity_id"]);
    let awa = "e0000000-0000-0000-0000-000000000001";
    assert_eq!(mentions, json!([["Awa Diallo", awa], ["La Vigie bleue", awa]]));
    assert_eq!(entities(&app), json!([["person", "Awa Diallo"]]));
    let again = app.request("POST", &format!("/v1/articles/{}/annotate", id(&stored))).send().expect(200);
    assert_eq!(again, stored);
}
