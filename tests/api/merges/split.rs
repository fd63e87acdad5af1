//! Splits: chosen mentions and quotes are taken to another entity.

use serde_json::{Value, json};

use super::{ABSENT, Spellings, merge, path, spellings, undo};
use crate::support::answers::{column, id, pointers, refusal, settled};
use crate::support::{Response, TestApp};

fn ask(app: &TestApp, entity: &Value, split: &Value) -> Response {
    app.post(&format!("{}/split", path(entity)), split)
}

#[test]
fn a_split_takes_chosen_mentions_and_quotes_to_a_new_entity() {
    let Spellings { app, survivor, mentions, quotes, articles, .. } = spellings();
    let other = app.mention(&articles[0], "Dakar", json!({"entity_id": survivor["id"]}));
    let desk = app.key("desk", json!({"scope": "review"}));
    let client = app.with_key(desk["secret"].as_str().unwrap());
    let new = json!({"kind": "person", "name": "Awa Diallo", "description": "footballer"});
    let body = json!({
        "mentions": [mentions[0]["id"]], "quotes": [quotes[0]["id"]], "into": {"entity": new}, "reason": "The footballer",
    });
    let split = client.post(&format!("{}/split", path(&survivor)), &body).expect(200);
    let into = app.get(&format!("/v1/entities/{}", split["into_id"].as_str().unwrap())).expect(200);
    assert_eq!((&into["name"], &into["description"]), (&new["name"], &new["description"]));
    let expected = json!({
        "entity_id": survivor["id"], "into_id": into["id"], "mentions": body["mentions"], "quotes": body["quotes"],
        "actor": "desk", "reason": "The footballer",
    });
    assert_eq!(settled(&split), expected);
    let mention = app.get(&format!("/v1/mentions/{}", id(&mentions[0]))).expect(200);
    assert_eq!((&mention["entity_id"], &mention["origin"]), (&into["id"], &json!("human")));
    let quote = app.get(&format!("/v1/quotes/{}", id(&quotes[0]))).expect(200);
    assert_eq!((&quote["speaker_id"], &quote["speaker_status"]), (&into["id"], &json!("named")));
    let review = &quote["reviews"][0];
    assert_eq!((&review["action"], &review["actor"]), (&json!("reattribute"), &json!("desk")));
    assert_eq!(app.get(&format!("/v1/mentions/{}", id(&other))).expect(200)["entity_id"], survivor["id"]);
}

#[test]
fn a_split_takes_mentions_to_a_stored_entity_and_the_undo_of_a_merge_leaves_them_there() {
    let Spellings { app, survivor, source, mentions, .. } = spellings();
    let other = app.entity(json!({"name": "Fatou Sow"}));
    let done = merge(&app, &survivor, &[&source]);
    // The old id of an entity means its survivor.
    let split = json!({"mentions": [mentions[1]["id"]], "into": {"entity_id": other["id"]}});
    let answer = ask(&app, &source, &split);
    assert_eq!((answer.status, answer.header("location")), (308, format!("{}/split", path(&survivor)).as_str()));
    ask(&app, &survivor, &split).expect(200);
    assert_eq!(undo(&app, &done)["kept"], json!({"mentions": 1, "quotes": 0}));
    assert_eq!(app.get(&format!("/v1/mentions/{}", id(&mentions[1]))).expect(200)["entity_id"], other["id"]);
}

#[test]
fn an_invalid_split_changes_nothing_and_names_the_members() {
    let Spellings { app, survivor, source, mentions, quotes, .. } = spellings();
    let taken = json!({"kind": "person", "name": "N", "identifiers": [{"scheme": "isni", "value": "1"}]});
    let split =
        |mentions: Value, quotes: Value, into: Value| json!({"mentions": mentions, "quotes": quotes, "into": into});
    let (own, others) = (&mentions[0]["id"], &mentions[1]["id"]);
    let stored = json!({"entity_id": source["id"]});
    let absent = json!([ABSENT]);
    for (split, expected) in [
        (
            split(json!([own, others, own]), absent.clone(), stored.clone()),
            &["/mentions/1", "/mentions/2", "/quotes/0"][..],
        ),
        (split(json!([own]), json!([quotes[1]["id"]]), stored.clone()), &["/quotes/0"]),
        (split(json!([]), json!([]), json!({})), &["/into", "/mentions"]),
        (split(json!([own]), json!([]), json!({"entity_id": ABSENT})), &["/into/entity_id"]),
        (split(json!([own]), json!([]), json!({"entity_id": survivor["id"]})), &["/into/entity_id"]),
        (split(json!([own]), json!([]), json!({"entity_id": source["id"], "entity": taken})), &["/into"]),
        (split(json!([own]), json!([]), json!({"entity": {"kind": "person"}})), &["/into/entity/name"]),
    ] {
        assert_eq!(pointers(ask(&app, &survivor, &split)), expected, "{split}");
    }
    refusal(ask(&app, &survivor, &split(json!([own]), json!([]), json!({"entity": taken}))), 409, "identifier_taken");
    refusal(ask(&app, &json!({"id": ABSENT}), &split(json!([own]), json!([]), stored)), 404, "not_found");
    assert_eq!(&app.get(&format!("/v1/mentions/{}", id(&mentions[0]))).expect(200), &mentions[0]);
    assert_eq!(app.get("/v1/splits").expect(200)["items"], json!([]));
}

#[test]
fn splits_are_listed_newest_first_by_entity() {
    let Spellings { app, survivor, source, mentions, .. } = spellings();
    let split = |from: &Value, mention: &Value, to: &Value| {
        ask(&app, from, &json!({"mentions": [mention["id"]], "into": {"entity_id": to["id"]}})).expect(200)
    };
    let other = app.entity(json!({"name": "Fatou Sow"}));
    let first = split(&survivor, &mentions[0], &source);
    let second = split(&source, &mentions[1], &other);
    let ids = |query: &str| column(&app, &format!("/v1/splits{query}"), "id");
    let (one, two) = (first["id"].clone(), second["id"].clone());
    assert_eq!(ids("?limit=1"), [two.clone(), one.clone()]);
    assert_eq!(ids(&format!("?entity={}", id(&source))), [two.clone(), one]);
    assert_eq!(ids(&format!("?entity={}", id(&other))), [two]);
    assert_eq!(app.get("/v1/splits?count=exact").expect(200)["total"], json!({"value": 2, "kind": "exact"}));
    let lines = app.get("/v1/splits?format=ndjson").text();
    assert_eq!(serde_json::from_str::<Value>(lines.lines().next().unwrap()).unwrap(), second);
    assert_eq!(app.get("/v1/splits?format=csv").text().lines().count(), 3);
}
