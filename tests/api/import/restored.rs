//! Everything out and in again.

use serde_json::{Value, json};

use super::{annotated, article, import, results, send};
use crate::support::TestApp;
use crate::support::answers::{id, items, refusal};

/// A service with everything that an export has: versions of texts, anchors of all kinds, reviews, a claim review and a merge.
pub fn full() -> TestApp {
    let app = TestApp::start();
    import(&app, "annotate=true", &[annotated("1"), annotated("2"), article("3")]);
    let stored = items(&app, "/v1/articles?include=body");
    let path = format!("/v1/articles/{}", id(&stored[0]));
    app.patch(&path, &json!({"body": "Hier : « Nous sommes prêts », a déclaré Awa Diallo.", "published_at": null}))
        .expect(200);
    app.patch(&path, &json!({"body": "Awa Diallo se tait."})).expect(200);
    for quote in &items(&app, "/v1/quotes")[..2] {
        app.patch(&format!("/v1/quotes/{}", id(quote)), &json!({"status": "disputed"})).expect(200);
        app.patch(&format!("/v1/quotes/{}", id(quote)), &json!({"speaker_id": null})).expect(200);
    }
    let review =
        json!({"publisher": "Vérif", "url": "https://check.example/1", "rating": "Faux", "date": "2026-03-03"});
    let quote = &items(&app, "/v1/quotes")[0];
    app.post(&format!("/v1/quotes/{}/claim-reviews", id(quote)), &review).expect(201);
    let survivor = app.entity(json!({"name": "Awa Diallo Ba", "identifiers": [{"scheme": "wikidata", "value": "Q1"}]}));
    let merged = app.entity(json!({"name": "A. Diallo"}));
    app.sql(&format!("UPDATE entities SET merged_into = '{}' WHERE id = '{}'", id(&survivor), id(&merged)));
    let deleted = app.entity(json!({"name": "Ba Awa"}));
    app.delete(&format!("/v1/entities/{}", id(&deleted))).expect(204);
    app.delete(&format!("/v1/articles/{}", id(&app.article(json!({}))))).expect(204);
    app
}

#[test]
fn an_export_of_everything_restores_an_empty_service_to_the_byte() {
    let app = full();
    let exported = app.get("/v1/export").text();
    assert!(exported.contains("\"anchor\":\"orphaned\"") && exported.contains("\"reviews\":[{"));
    assert!(exported.contains("\"claim_reviews\":[{"));
    let restored = TestApp::start();
    let answered = super::lines(send(&restored, "", "application/x-ndjson", exported.clone()));
    assert!(answered.iter().all(|line| line["result"] == "created"), "{answered:?}");
    assert_eq!(restored.get("/v1/export").text(), exported);
    // Again, it changes nothing; and nor does it where it came from.
    for service in [&restored, &app] {
        let again = super::lines(send(service, "", "application/x-ndjson", exported.clone()));
        assert!(again.iter().all(|line| line["result"] == "unchanged"), "{again:?}");
        assert_eq!(service.get("/v1/export").text(), exported);
    }
}

#[test]
fn the_ids_of_deleted_records_are_restored_and_never_used_again() {
    let (app, restored) = (full(), TestApp::start());
    let exported = app.get("/v1/export").text();
    let lines: Vec<Value> = exported.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let deleted: Vec<&Value> = lines.iter().filter(|line| line.get("deleted").is_some()).collect();
    assert_eq!(deleted.iter().map(|line| &line["deleted"]).collect::<Vec<_>>(), ["entity", "article"]);
    super::lines(send(&restored, "", "application/x-ndjson", exported.clone()));
    for (line, path) in deleted.iter().zip(["entities", "articles"]) {
        refusal(restored.get(&format!("/v1/{path}/{}", id(line))), 410, "gone");
    }
    let again = json!({"id": deleted[1]["id"], "headline": "H", "body": "B"});
    assert_eq!(import(&restored, "", &[again])[0]["problem"]["code"], "gone");
    // A stored record is not deleted by an import, and only an admin decides about ids.
    let stored = restored.article(json!({}));
    let record = [json!({"id": stored["id"], "deleted": "article", "deleted_at": "2026-01-01"})];
    assert_eq!(import(&restored, "", &record)[0]["problem"]["errors"][0]["pointer"], "/id");
    let writer = restored.with_key(restored.key("desk", json!({"scope": "write"}))["secret"].as_str().unwrap());
    assert_eq!(import(&writer, "", &record)[0]["problem"]["errors"][0]["pointer"], "/deleted");
    restored.get(&format!("/v1/articles/{}", id(&stored))).expect(200);
}

#[test]
fn what_is_restored_must_be_whole() {
    let app = TestApp::start();
    let record = |changes: Value| {
        let mut record = article("1");
        let history = json!({"version": 3, "body_version": 2, "created_at": "2020-01-01", "updated_at": "2021-01-01"});
        record.as_object_mut().unwrap().extend(history.as_object().unwrap().clone());
        record.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        record
    };
    let missing = import(&app, "", &[record(json!({}))]);
    assert_eq!(missing[0]["problem"]["errors"][0]["pointer"], "/versions");
    let beyond = import(&app, "", &[record(json!({"body_version": 4}))]);
    assert_eq!(beyond[0]["problem"]["errors"][0]["pointer"], "/body_version");
    let first = json!({"body_version": 1, "headline": "H", "body": "B", "language": "fr", "created_at": "2020-01-01"});
    assert_eq!(results(&import(&app, "", &[record(json!({"versions": [first]}))])), "created");
}
