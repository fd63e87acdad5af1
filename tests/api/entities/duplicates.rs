//! Entities that are likely the same.

use serde_json::{Value, json};

use super::super::support::answers::{id, items};
use super::super::support::embedded::eventually;
use super::super::support::{Client, TestApp};

/// The pairs of the list as names, after all changes were compared.
#[track_caller]
fn pairs(app: &TestApp, parameters: &str) -> Vec<Value> {
    eventually("all changes are compared", || {
        (app.database.ask("SELECT count(*) FROM duplicate_queue") == "0").then_some(())
    });
    items(app, &format!("/v1/entities/duplicates?limit=2&{parameters}"))
}

/// The names of a pair in order, and its first reason.
fn named(pair: &Value) -> Value {
    let mut names = [0, 1].map(|place| pair["entities"][place]["name"].as_str().unwrap());
    names.sort_unstable();
    json!([names, pair["reasons"][0]["reason"]])
}

/// The names of the likely duplicates of an entity, with the first reason.
#[track_caller]
fn of_entity(client: &Client, entity: &Value) -> Value {
    let found = client.get(&format!("/v1/entities/{}/duplicates", id(entity))).expect(200);
    let named = |item: &Value| json!([item["entity"]["name"], item["reasons"][0]["reason"]]);
    found["items"].as_array().unwrap().iter().map(named).collect()
}

fn organization(app: &TestApp, name: &str) -> Value {
    app.entity(json!({"kind": "organization", "name": name}))
}

#[test]
fn entities_with_like_names_are_pairs_with_their_reasons() {
    let app = TestApp::start();
    let awa = app.entity(json!({}));
    for name in ["A. Diallo", "Awa Dialo", "Bineta Diallo", "Awa Diouf"] {
        app.entity(json!({"name": name}));
    }
    let health = organization(&app, "Organisation mondiale de la santé");
    organization(&app, "OMS");
    organization(&app, "Awa Diallo");
    let mut found: Vec<Value> = pairs(&app, "").iter().map(named).collect();
    found.sort_by_key(Value::to_string);
    let expected = [
        json!([["A. Diallo", "Awa Diallo"], "initials"]),
        json!([["Awa Diallo", "Awa Dialo"], "similar_name"]),
        json!([["OMS", "Organisation mondiale de la santé"], "acronym"]),
    ];
    assert_eq!(found, expected);
    assert_eq!(of_entity(&app, &awa), json!([["Awa Dialo", "similar_name"], ["A. Diallo", "initials"]]));
    assert_eq!(of_entity(&app, &health), json!([["OMS", "acronym"]]));
    let pair = &pairs(&app, "kind=organization")[0];
    assert_eq!(pair["reasons"], json!([{"reason": "acronym", "score": 0.7}]));
    assert_eq!(pair["score"], 0.42);
}

#[test]
fn aliases_are_compared_too_but_not_roles() {
    let app = TestApp::start();
    let alias = |name: &str, kind: &str| json!([{"name": name, "kind": kind}]);
    app.entity(json!({"name": "Awa Diallo", "aliases": alias("La Voix du port", "name")}));
    let other = app.entity(json!({"name": "Bineta Sow", "aliases": alias("la voix du port", "name")}));
    let maire = |name: &str| app.entity(json!({"name": name, "aliases": alias("la maire de Dakar", "role")}));
    maire("Coumba Fall");
    maire("Dior Ba");
    assert_eq!(
        pairs(&app, "").iter().map(named).collect::<Vec<_>>(),
        [json!([["Awa Diallo", "Bineta Sow"], "same_name"])]
    );
    assert_eq!(of_entity(&app, &other), json!([["Awa Diallo", "same_name"]]));
}

#[test]
fn the_context_adds_to_the_score() {
    let app = TestApp::start();
    let [one, other] = ["Awa Diallo", "A. Diallo"].map(|name| app.entity(json!({"name": name})));
    let dakar = app.entity(json!({"kind": "place", "name": "Dakar"}));
    for entity in [&one, &other] {
        let article = app.article(json!({}));
        app.mention(&article, "Awa Diallo", json!({"entity_id": entity["id"]}));
        app.mention(&article, "Dakar", json!({"entity_id": dakar["id"]}));
    }
    app.patch(&format!("/v1/entities/{}", id(&one)), &json!({"description": "Directrice du port"})).expect(200);
    app.patch(&format!("/v1/entities/{}", id(&other)), &json!({"description": "directrice à Dakar"})).expect(200);
    let found = app.get(&format!("/v1/entities/{}/duplicates", id(&one))).expect(200)["items"][0].clone();
    let reasons = json!([
        {"reason": "initials", "score": 0.7}, {"reason": "co_mentioned", "score": 1.0}, {"reason": "publisher", "score": 1.0},
        {"reason": "description", "score": 1.0},
    ]);
    assert_eq!((&found["reasons"], &found["score"]), (&reasons, &json!(0.82)));
    assert_eq!(found["entity"]["description"], "directrice à Dakar");
}

#[test]
fn entities_that_are_known_to_be_different_are_no_duplicates() {
    let app = TestApp::start();
    let wikidata = |item: &str| json!([{"scheme": "wikidata", "value": item}]);
    let one = app.entity(json!({"identifiers": wikidata("Q1")}));
    let other = app.entity(json!({"identifiers": wikidata("Q2")}));
    let third = app.entity(json!({"description": "footballeuse"}));
    assert_eq!((pairs(&app, "").len(), of_entity(&app, &one)), (2, json!([["Awa Diallo", "same_name"]])));
    let judgement = json!({"entities": [one["id"], third["id"]]});
    let judgement = app.post("/v1/judgements", &judgement).expect(201);
    assert_eq!((pairs(&app, "").len(), of_entity(&app, &one)), (1, json!([])));
    // A change of the name compares again.
    app.patch(&format!("/v1/entities/{}", id(&one)), &json!({"name": "Awa B. Diallo"})).expect(200);
    assert_eq!(pairs(&app, "").len(), 1);
    app.delete(&format!("/v1/judgements/{}", id(&judgement))).expect(204);
    assert_eq!(pairs(&app, "").len(), 2);
    assert_eq!(of_entity(&app, &other), json!([["Awa Diallo", "same_name"]]));
}

#[test]
fn pairs_follow_changes_of_their_entities() {
    let app = TestApp::start();
    let [one, other, third] = ["Awa Diallo", "A. Diallo", "Awa Dialo"].map(|name| app.entity(json!({"name": name})));
    assert_eq!(pairs(&app, "").len(), 2);
    app.patch(&format!("/v1/entities/{}", id(&other)), &json!({"name": "Bineta Sow"})).expect(200);
    assert_eq!(pairs(&app, "").len(), 1);
    app.sql(&format!("UPDATE entities SET merged_into = '{}' WHERE id = '{}'", id(&one), id(&third)));
    assert_eq!(pairs(&app, "").len(), 0);
    app.get(&format!("/v1/entities/{}/duplicates", id(&third))).expect(410);
    app.sql(&format!("UPDATE entities SET merged_into = NULL WHERE id = '{}'", id(&third)));
    assert_eq!(pairs(&app, "").len(), 1);
    app.delete(&format!("/v1/entities/{}", id(&third))).expect(204);
    assert_eq!(pairs(&app, "").len(), 0);
}

#[test]
fn pairs_are_listed_best_first_and_filtered() {
    let app = TestApp::start();
    for name in ["Awa Diallo", "Awa Diallo", "A. Diallo", "Awa Dialo"] {
        app.entity(json!({"name": name}));
    }
    organization(&app, "Port de Dakar");
    organization(&app, "Port de Dakar");
    let scores = |parameters: &str| -> Vec<f64> {
        pairs(&app, parameters).iter().map(|pair| pair["score"].as_f64().unwrap()).collect()
    };
    let all = scores("");
    assert!(all.len() >= 6 && all.is_sorted_by(|one, other| one >= other), "{all:?}");
    assert_eq!(scores("min_score=0.6"), [0.6, 0.6]);
    assert_eq!(scores("kind=organization"), [0.6]);
    assert_eq!(scores("not.kind=person"), [0.6]);
    let total = app.get("/v1/entities/duplicates?min_score=0.6&count=exact").expect(200)["total"].clone();
    assert_eq!(total, json!({"value": 2, "kind": "exact"}));
}

#[test]
fn the_answer_to_the_creation_of_a_namesake_has_the_similar_entities() {
    let app = TestApp::start();
    let first = app.entity(json!({"description": "maire"}));
    assert_eq!(first["similar"], Value::Null);
    let second = app.entity(json!({}));
    let expected = json!([{
        "entity": {"id": first["id"], "kind": "person", "name": "Awa Diallo", "description": "maire"},
        "score": 0.6, "reasons": [{"reason": "same_name", "score": 1.0}],
    }]);
    assert_eq!(second["similar"], expected);
    assert_eq!(app.get(&format!("/v1/entities/{}", id(&second))).expect(200)["similar"], Value::Null);
}
