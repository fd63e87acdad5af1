//! Judgements that two entities are different.

use serde_json::{Value, json};

use crate::changes::caught_up;
use crate::support::TestApp;
use crate::support::answers::{id, items, pointers, refusal, settled};
use crate::support::document::NOBODY;

fn judged(app: &TestApp, first: &Value, second: &Value) -> Value {
    app.post("/v1/judgements", &json!({"entities": [first["id"], second["id"]]})).expect(201)
}

/// Merges an entity into another one.
fn merge(app: &TestApp, source: &Value, target: &Value) {
    app.sql(&format!("UPDATE entities SET merged_into = '{}' WHERE id = '{}'", id(target), id(source)));
}

#[test]
fn a_judgement_is_answered_with_every_member_until_it_is_deleted() {
    let app = TestApp::start();
    let [mayor, player] = [(); 2].map(|()| app.entity(json!({})));
    let body = json!({"entities": [player["id"], mayor["id"]], "reason": "The player is older", "actor": "Awa"});
    let answer = app.post("/v1/judgements", &body);
    let path = answer.header("location").to_owned();
    let created = answer.expect(201);
    let pair = json!([mayor["id"], player["id"]]);
    let members = json!({"actor": "Awa", "reason": "The player is older", "entities": pair});
    assert_eq!(settled(&created), members);
    assert_eq!(app.get(&path).expect(200), created);
    assert_eq!(items(&app, "/v1/judgements"), [created]);
    app.request("DELETE", &path).header("if-match", "\"2-\"").send().expect(412);
    app.delete(&path).expect(204);
    refusal(app.get(&path), 410, "gone");
    refusal(app.delete(&path), 410, "gone");
    judged(&app, &mayor, &player);
}

#[test]
fn a_judgement_names_the_key_of_its_caller() {
    let app = TestApp::start();
    let [mayor, player] = [(); 2].map(|()| app.entity(json!({})));
    let desk = app.key("desk", json!({"scope": "review"}));
    let desk = app.with_key(desk["secret"].as_str().unwrap());
    let body = json!({"entities": [mayor["id"], player["id"]], "actor": "Awa"});
    assert_eq!(desk.post("/v1/judgements", &body).expect(201)["actor"], "desk");
}

#[test]
fn a_judgement_is_about_two_entities_that_exist() {
    let app = TestApp::start();
    let [mayor, player, merged] = [(); 3].map(|()| app.entity(json!({})));
    merge(&app, &merged, &player);
    let create = |entities: Value| app.post("/v1/judgements", &json!({"entities": entities}));
    assert_eq!(pointers(create(json!([mayor["id"], mayor["id"]]))), ["/entities/1"]);
    assert_eq!(pointers(create(json!([mayor["id"]]))), ["/entities"]);
    assert_eq!(pointers(create(json!([NOBODY, merged["id"]]))), ["/entities/0", "/entities/1"]);
    let problem = create(json!([mayor["id"], merged["id"]])).expect(422);
    assert_eq!(problem["errors"][0]["detail"], format!("was merged into {}", id(&player)));
}

#[test]
fn a_pair_is_judged_once_in_either_order() {
    let app = TestApp::start();
    let [mayor, player] = [(); 2].map(|()| app.entity(json!({})));
    judged(&app, &mayor, &player);
    for entities in [[&mayor["id"], &player["id"]], [&player["id"], &mayor["id"]]] {
        refusal(app.post("/v1/judgements", &json!({"entities": entities})), 409, "already_judged");
    }
}

#[test]
fn judgements_are_listed_newest_first_and_by_entity() {
    let app = TestApp::start();
    let [a, b, c, d] = [(); 4].map(|()| app.entity(json!({})));
    let [first, second, third] = [(&a, &b), (&b, &c), (&c, &a)].map(|(one, other)| judged(&app, one, other));
    let list = |parameters: &str| items(&app, &format!("/v1/judgements?limit=1{parameters}"));
    assert_eq!(list(""), [third.clone(), second.clone(), first.clone()]);
    assert_eq!(list(&format!("&entity={}", id(&b))), [second.clone(), first.clone()]);
    assert_eq!(list(&format!("&entity={}", id(&d))), Vec::<Value>::new());
    let total = app.get(&format!("/v1/judgements?entity={}&count=exact", id(&b))).expect(200)["total"].clone();
    assert_eq!(total, json!({"value": 2, "kind": "exact"}));
    // It holds for the entity that a judged one was merged into.
    merge(&app, &b, &d);
    assert_eq!(list(&format!("&entity={}", id(&d))), [second, first]);
    app.delete(&format!("/v1/entities/{}", id(&a))).expect(204);
    assert_eq!(items(&app, "/v1/judgements").len(), 1);
}

#[test]
fn a_judgement_and_its_deletion_are_changes() {
    let app = TestApp::start();
    let [mayor, player] = [(); 2].map(|()| app.entity(json!({})));
    let judgement = judged(&app, &mayor, &player);
    app.delete(&format!("/v1/judgements/{}", id(&judgement))).expect(204);
    caught_up(&app);
    let changes = app.get("/v1/changes?resource=judgement").expect(200)["items"].as_array().unwrap().clone();
    let outline = |change: &Value| ["action", "record_id", "version"].map(|member| change[member].clone());
    let of = |action: &str| [json!(action), judgement["id"].clone(), json!(null)];
    assert_eq!(changes.iter().map(outline).collect::<Vec<_>>(), [of("create"), of("delete")]);
}
