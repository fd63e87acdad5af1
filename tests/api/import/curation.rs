//! Judgements, splits and merges out and in again.

use serde_json::{Value, json};

use super::{import, lines, results, send};
use crate::support::TestApp;
use crate::support::answers::{id, items, refusal};

/// A service with a judgement, a split and a merge.
fn curated() -> TestApp {
    let app = TestApp::start();
    let [awa, spelling, fatou] = ["Awa Diallo", "A. Diallo", "Fatou Sow"].map(|name| app.entity(json!({"name": name})));
    let identifiers = json!({"identifiers": [{"scheme": "wikidata", "value": "Q1"}]});
    app.patch(&format!("/v1/entities/{}", id(&spelling)), &identifiers).expect(200);
    let article = app.article(json!({}));
    app.mention(&article, "Dakar", json!({"entity_id": spelling["id"]}));
    app.quote(&article, json!({"speaker_id": spelling["id"]}));
    let other = app.mention(&article, "lundi", json!({"entity_id": awa["id"]}));
    app.post("/v1/judgements", &json!({"entities": [awa["id"], fatou["id"]], "reason": "Two people"})).expect(201);
    let split = json!({"mentions": [other["id"]], "into": {"entity_id": fatou["id"]}, "reason": "Fatou"});
    app.post(&format!("/v1/entities/{}/split", id(&awa)), &split).expect(200);
    let sources = json!({"sources": [spelling["id"]], "reason": "A spelling"});
    app.post(&format!("/v1/entities/{}/merge", id(&awa)), &sources).expect(200);
    app
}

/// A new service with everything of another one.
fn restored(app: &TestApp) -> TestApp {
    let restored = TestApp::start();
    let answered = lines(send(&restored, "", "application/x-ndjson", app.get("/v1/export").text()));
    assert!(answered.iter().all(|line| line["result"] == "created"), "{answered:?}");
    restored
}

#[test]
fn judgements_splits_and_merges_are_restored_and_a_merge_can_be_undone_there() {
    let app = curated();
    let exported = app.get("/v1/export").text();
    let there = restored(&app);
    assert_eq!(there.get("/v1/export").text(), exported);
    let again = lines(send(&there, "", "application/x-ndjson", exported));
    assert!(again.iter().all(|line| line["result"] == "unchanged"), "{again:?}");
    for list in ["/v1/judgements", "/v1/splits", "/v1/merges"] {
        let expected = items(&app, list);
        assert_eq!((items(&there, list), expected.len()), (expected, 1), "{list}");
    }
    let merge = &items(&there, "/v1/merges")[0];
    let [awa, fatou] = ["Awa Diallo", "Fatou Sow"]
        .map(|name| items(&there, "/v1/entities").into_iter().find(|entity| entity["name"] == name).unwrap());
    let refused = there.post(&format!("/v1/entities/{}/merge", id(&awa)), &json!({"sources": [fatou["id"]]}));
    refusal(refused, 409, "entities_different");
    // What the merge moved, and the names and the identifier that it took, are moved back.
    for service in [&app, &there] {
        service.request("POST", &format!("/v1/merges/{}/undo", id(merge))).send().expect(200);
    }
    let state = |service: &TestApp| {
        let lists = ["/v1/entities", "/v1/mentions", "/v1/quotes"].map(|list| items(service, list));
        let outline = |record: &Value| {
            let members = ["id", "name", "aliases", "identifiers", "entity_id", "speaker_id", "version"];
            members.map(|member| record[member].clone())
        };
        lists.map(|list| list.iter().map(outline).collect::<Vec<_>>())
    };
    assert_eq!(state(&there), state(&app));
    let spelling = &merge["sources"][0];
    assert_eq!(items(&there, &format!("/v1/mentions?entity={}", spelling.as_str().unwrap())).len(), 1);
    assert_eq!(items(&there, &format!("/v1/quotes?speaker={}", spelling.as_str().unwrap())).len(), 1);
}

#[test]
fn deleted_judgements_and_claim_reviews_stay_deleted() {
    let app = curated();
    let judgement = items(&app, "/v1/judgements").remove(0);
    let quote = format!("/v1/quotes/{}/claim-reviews", id(&items(&app, "/v1/quotes")[0]));
    let review = json!({"publisher": "Vérif", "url": "https://check.example/1", "rating": "Faux"});
    let review = app.post(&quote, &review).expect(201);
    let paths = [format!("/v1/judgements/{}", id(&judgement)), format!("/v1/claim-reviews/{}", id(&review))];
    for path in &paths {
        app.delete(path).expect(204);
    }
    let there = restored(&app);
    for path in &paths {
        refusal(there.get(path), 410, "gone");
    }
    assert_eq!(import(&there, "", &[json!({"judgement": judgement})])[0]["problem"]["code"], "gone");
}

#[test]
fn only_an_admin_restores_them_and_they_name_what_exists() {
    let (app, there) = (curated(), TestApp::start());
    let exported = app.get("/v1/export").text();
    let records: Vec<Value> = exported.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |member: &str| records.iter().find(|record| record.get(member).is_some()).unwrap().clone();
    let writer = there.with_key(there.key("desk", json!({"scope": "write"}))["secret"].as_str().unwrap());
    let pointer = |lines: Vec<Value>| lines[0]["problem"]["errors"][0]["pointer"].clone();
    for member in ["judgement", "split", "merge", "moves"] {
        assert_eq!(pointer(import(&writer, "", &[of(member)])), format!("/{member}"));
    }
    assert_eq!(pointer(import(&there, "", &[of("judgement")])), "/judgement/entities");
    assert_eq!(pointer(import(&there, "", &[of("moves")])), "/moves/merge_id");
    assert_eq!(
        results(&import(&there, "dry_run=true", &[of("merge"), of("moves"), of("split")])),
        "created created created"
    );
    assert_eq!(items(&there, "/v1/merges"), Vec::<Value>::new());
    let both = json!({"split": of("split")["split"], "moves": of("moves")["moves"]});
    assert_eq!(pointer(import(&there, "", &[both])), "/split");
}
