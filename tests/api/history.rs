//! The history of records, and their past states.

mod versions;

use serde_json::{Value, json};

use super::support::answers::{id, items, refusal, settled, time};
use super::support::{Client, TestApp};

/// The history at a path, without times.
#[track_caller]
fn history(client: &Client, path: &str) -> Vec<Value> {
    items(client, &format!("{path}/history")).iter().map(settled).collect()
}

/// The record at a path as it was at the `updated_at` of an answer.
#[track_caller]
fn as_of(client: &Client, path: &str, then: &Value) -> Value {
    client.get(&format!("{path}?as_of={}", then["updated_at"].as_str().unwrap())).expect(200)
}

#[test]
fn an_article_has_a_version_for_each_change() {
    let app = TestApp::start();
    let first = app.article(json!({}));
    let path = format!("/v1/articles/{}", id(&first));
    let key = app.key("desk", json!({"scope": "write"}));
    let desk = app.with_key(key["secret"].as_str().unwrap());
    let second = desk.patch(&path, &json!({"section": "Monde", "keywords": ["port"]})).expect(200);
    let third = app.patch(&path, &json!({"body": "Le port ferme.", "headline": "Le port ferme"})).expect(200);
    desk.patch(&path, &json!({"section": "Monde"})).expect(200);
    assert_eq!(
        history(&app, &path),
        [
            json!({"version": 3, "actor": null,
                "from": {"body_version": 1, "headline": "Le port rouvre", "content_hash": first["content_hash"]},
                "to": {"body_version": 2, "headline": "Le port ferme", "content_hash": third["content_hash"]}}),
            json!({"version": 2, "actor": "desk", "from": {"section": null, "keywords": []},
                "to": {"section": "Monde", "keywords": ["port"]}}),
            json!({"version": 1, "actor": null, "from": null, "to": null}),
        ]
    );
    let times: Vec<_> = items(&app, &format!("{path}/history")).iter().map(|entry| entry["at"].clone()).collect();
    assert_eq!(times, [&third, &second, &first].map(|article| article["updated_at"].clone()));
    for state in [first, second, third] {
        assert_eq!(as_of(&app, &path, &state), state);
    }
}

#[test]
fn an_entity_has_its_former_aliases_and_identifiers() {
    let app = TestApp::start();
    let aliases = json!([{"name": "A. Diallo", "language": "fr", "kind": "name"}, {"name": "la maire", "language": null, "kind": "role"}]);
    let first = app.entity(json!({"aliases": aliases, "identifiers": [{"scheme": "wikidata", "value": "Q1"}]}));
    let path = format!("/v1/entities/{}", id(&first));
    let second = app.patch(&path, &json!({"aliases": [], "name": "Awa Diallo Ba"})).expect(200);
    let third = app.patch(&path, &json!({"identifiers": []})).expect(200);
    let entries = history(&app, &path);
    assert_eq!(entries[0]["from"], json!({"identifiers": [{"scheme": "wikidata", "value": "Q1"}]}));
    assert_eq!(entries[1]["from"], json!({"aliases": aliases, "name": "Awa Diallo"}));
    assert_eq!(entries[1]["to"], json!({"aliases": [], "name": "Awa Diallo Ba"}));
    for state in [&first, &second, &third] {
        assert_eq!(as_of(&app, &path, state), *state);
    }
    let survivor = app.entity(json!({}));
    app.sql(&format!(
        "UPDATE entities SET merged_into = '{}', version = version + 1, updated_at = clock_timestamp() WHERE id = '{}'",
        id(&survivor),
        id(&first)
    ));
    assert_eq!(history(&app, &path)[0]["to"], json!({"merged_into": survivor["id"]}));
    assert_eq!(as_of(&app, &path, &third), third, "before the merge");
    assert_eq!(app.get(&format!("{path}?as_of=9999-12-31")).status, 308, "after it");
}

#[test]
fn an_edit_of_the_text_is_in_the_history_of_its_mentions_and_quotes() {
    let app = TestApp::start();
    let article = app.article(json!({}));
    let dakar = app.entity(json!({"kind": "place", "name": "Dakar"}));
    let mention = app.mention(&article, "Dakar", json!({"entity_id": dakar["id"]}));
    let quote = app.quote(&article, json!({}));
    let body = format!("Hier. {}", article["body"].as_str().unwrap());
    app.patch(&format!("/v1/articles/{}", id(&article)), &json!({"body": body})).expect(200);
    for (resource, first) in [("mentions", &mention), ("quotes", &quote)] {
        let path = format!("/v1/{resource}/{}", id(first));
        let moved = app.get(&path).expect(200);
        let entries = history(&app, &path);
        let (from, to) = (&entries[0]["from"], &entries[0]["to"]);
        assert_eq!(entries.len(), 2);
        for member in ["anchor", "body_version"] {
            assert_eq!((&from[member], &to[member]), (&first[member], &moved[member]), "{member}");
        }
        assert_eq!(as_of(&app, &path, first), *first);
        assert_eq!(as_of(&app, &path, &moved), moved);
    }
    let path = format!("/v1/quotes/{}", id(&quote));
    let before = app.get(&path).expect(200);
    app.patch(&path, &json!({"status": "disputed"})).expect(200);
    assert_eq!(as_of(&app, &path, &before)["reviews"], json!([]), "a later review is not in a past state");
    assert_eq!(history(&app, &path)[0]["to"], json!({"status": "disputed"}));
}

#[test]
fn a_history_is_paged_and_exported_whole() {
    let app = TestApp::start();
    let entity = app.entity(json!({}));
    let path = format!("/v1/entities/{}", id(&entity));
    for number in 0..30 {
        app.patch(&path, &json!({"description": number.to_string()})).expect(200);
    }
    let whole = items(&app, &format!("{path}/history?limit=7"));
    let versions: Vec<_> = whole.iter().map(|entry| entry["version"].as_i64().unwrap()).collect();
    assert_eq!(versions, (1..=31).rev().collect::<Vec<_>>());
    assert!(whole.is_sorted_by_key(|entry| std::cmp::Reverse(time(&entry["at"]))));
    let lines = app.get(&format!("{path}/history?format=ndjson")).text();
    assert_eq!(lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>(), whole);
    assert_eq!(app.get(&format!("{path}/history?format=csv")).text().lines().count(), 32);
    let counted = app.get(&format!("{path}/history?limit=1&count=exact")).expect(200);
    assert_eq!(counted["total"], json!({"value": 31, "kind": "exact"}));
}

#[test]
fn a_record_has_no_state_before_it_was_stored_nor_after_it_was_deleted() {
    let app = TestApp::start();
    let article = app.article(json!({}));
    let mention = app.mention(&article, "Dakar", json!({}));
    let quote = app.quote(&article, json!({}));
    let entity = app.entity(json!({}));
    let records = [("articles", &article), ("mentions", &mention), ("quotes", &quote), ("entities", &entity)];
    for (resource, record) in records {
        let path = format!("/v1/{resource}/{}", id(record));
        let problem = refusal(app.get(&format!("{path}?as_of=2020-01-01")), 404, "not_found");
        assert!(problem["detail"].as_str().unwrap().starts_with("as_of: this "), "{problem}");
        refusal(app.get(&format!("{path}?as_of=yesterday")), 400, "invalid_parameter");
        let nobody = format!("/v1/{resource}/0192f0c1-2a3b-7c4d-8e5f-60718293a4b5");
        refusal(app.get(&format!("{nobody}/history")), 404, "not_found");
    }
    for (resource, include) in [("articles", "mentions"), ("quotes", "speaker")] {
        let record = if resource == "articles" { &article } else { &quote };
        let both = format!("/v1/{resource}/{}?as_of=2030-01-01&include={include}", id(record));
        assert_eq!(refusal(app.get(&both), 400, "invalid_parameter")["errors"][0]["parameter"], "include");
    }
    app.patch(&format!("/v1/articles/{}", id(&article)), &json!({"body": "Dakar."})).expect(200);
    app.delete(&format!("/v1/articles/{}", id(&article))).expect(204);
    app.delete(&format!("/v1/entities/{}", id(&entity))).expect(204);
    for (resource, record) in records {
        let path = format!("/v1/{resource}/{}", id(record));
        refusal(app.get(&format!("{path}/history")), 410, "gone");
        refusal(app.get(&format!("{path}?as_of=2030-01-01")), 410, "gone");
    }
    assert_eq!(app.database.ask("SELECT count(*) FROM history"), "0");
}

#[test]
fn creations_leave_no_history() {
    let app = TestApp::start();
    let article = app.article(json!({}));
    app.request("POST", &format!("/v1/articles/{}/annotate", id(&article))).send().expect(200);
    app.request("POST", &format!("/v1/articles/{}/annotate", id(&article))).send().expect(200);
    assert_eq!(app.database.ask("SELECT count(*) FROM history"), "0");
    let exported = app.get("/v1/export").text();
    let restored = TestApp::start();
    let import = restored.request("POST", "/v1/import").header("content-type", "application/x-ndjson");
    assert_eq!(import.body(exported).send().status, 200);
    assert_eq!(restored.database.ask("SELECT count(*) FROM articles"), "1");
    assert_eq!(restored.database.ask("SELECT count(*) FROM history"), "0");
}
