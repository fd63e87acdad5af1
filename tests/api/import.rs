//! `POST /v1/import`: what becomes of each record, whatever the others are.

mod commands;
mod curation;
mod faults;
mod pages;
mod repeated;
mod restored;
mod reviewed;

use serde_json::{Value, json};

use crate::support::answers::{id, items};
use crate::support::{Client, Response, TestApp};

/// Sends a body to an import with these options.
fn send(client: &Client, options: &str, media_type: &str, body: impl Into<Vec<u8>>) -> Response {
    let path = format!("/v1/import?{options}");
    client.request("POST", &path).header("content-type", media_type).body(body).send()
}

/// The lines of the answer.
#[track_caller]
fn lines(answer: Response) -> Vec<Value> {
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/x-ndjson"), "{}", answer.text());
    answer.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Imports records as NDJSON, and returns the lines of the answer.
#[track_caller]
fn import(client: &Client, options: &str, records: &[Value]) -> Vec<Value> {
    let body: String = records.iter().map(|record| format!("{record}\n")).collect();
    lines(send(client, options, "application/x-ndjson", body))
}

/// The results of the lines, such as `created unchanged`.
fn results(lines: &[Value]) -> String {
    lines.iter().map(|line| line["result"].as_str().unwrap()).collect::<Vec<_>>().join(" ")
}

fn article(external_id: &str) -> Value {
    json!({
        "external_id": external_id, "publisher": "Le Quotidien", "headline": "Le port rouvre",
        "body": "Le port rouvre. « Nous sommes prêts », a déclaré Awa Diallo à Dakar.", "language": "fr-SN",
        "published_at": "2026-03-02",
    })
}

/// An article with an entity, a mention and a quote.
fn annotated(external_id: &str) -> Value {
    let mut record = article(external_id);
    record["entities"] =
        json!([{"key": "awa", "kind": "person", "name": "Awa Diallo", "aliases": [{"name": "la maire"}]}]);
    record["mentions"] = json!([{"start": 49, "end": 59, "exact": "Awa Diallo", "entity": "awa"}]);
    record["quotes"] = json!([{"text": "Nous sommes prêts", "speaker": "awa", "cue": "a déclaré"}]);
    record
}

#[test]
fn each_record_is_created_then_unchanged_then_updated_in_order() {
    let app = TestApp::start();
    let mut records = vec![article("1"), json!({"kind": "place", "name": "Dakar"}), article("2"), annotated("3")];
    let created = import(&app, "", &records);
    assert_eq!(results(&created), "created created created created");
    let numbers: Vec<u64> = created.iter().map(|line| line["line"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [1, 2, 3, 4]);
    let again = import(&app, "", &records);
    assert_eq!(results(&again), "unchanged unchanged unchanged unchanged");
    let ids = |lines: &[Value]| lines.iter().map(|line| line["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(&again), ids(&created));
    records[0]["section"] = json!("Monde");
    records[1]["description"] = json!("Capitale du Sénégal");
    records[3]["quotes"][0]["status"] = json!("disputed");
    assert_eq!(results(&import(&app, "", &records)), "updated updated unchanged updated");
    let stored = app.get(&format!("/v1/articles/{}", id(&created[0]))).expect(200);
    assert_eq!(
        (&stored["section"], &stored["language"], &stored["published_at"], &stored["version"]),
        (&json!("Monde"), &json!("fr"), &json!("2026-03-02T00:00:00Z"), &json!(2))
    );
}

#[test]
fn mentions_and_quotes_refer_to_the_entities_of_their_record() {
    let app = TestApp::start();
    let created = import(&app, "", &[annotated("1"), annotated("2")]);
    assert_eq!(results(&created), "created created");
    let entities = items(&app, "/v1/entities");
    assert_eq!(entities.len(), 1, "the entity of both");
    assert_eq!(entities[0]["aliases"][0]["name"], "la maire");
    for line in &created {
        let article = app.get(&format!("/v1/articles/{}?include=mentions,quotes", id(line))).expect(200);
        assert_eq!(article["mentions"][0]["entity_id"], entities[0]["id"]);
        let quote = &article["quotes"][0];
        assert_eq!((&quote["speaker_id"], &quote["spans"]), (&entities[0]["id"], &json!([{"start": 18, "end": 35}])));
        assert_eq!((&quote["status"], &quote["cue"]), (&json!("verified"), &json!("a déclaré")));
    }
    // Names that the stored entity lacks are added.
    let mut more = annotated("3");
    more["entities"][0]["aliases"] = json!([{"name": "A. Diallo"}]);
    import(&app, "", &[more]);
    let names: Vec<Value> = items(&app, "/v1/entities")[0]["aliases"].as_array().unwrap().clone();
    assert_eq!(names.iter().map(|alias| &alias["name"]).collect::<Vec<_>>(), ["la maire", "A. Diallo"]);
}

#[test]
fn a_record_is_found_by_id_or_external_id_or_url() {
    let app = TestApp::start();
    let chosen = "0192f0c1-2a3b-7c4d-8e5f-60718293a4b5";
    let by_url = json!({"url": "https://a.example/b?utm_source=x", "headline": "H", "body": "B"});
    let by_id = json!({"id": chosen, "headline": "H", "body": "B"});
    let created = import(&app, "", &[article("1"), by_url, by_id.clone()]);
    assert_eq!((results(&created).as_str(), id(&created[2])), ("created created created", chosen));
    let by_normal_url = json!({"url": "https://A.example/b", "headline": "H2"});
    let changed = import(&app, "", &[by_normal_url, json!({"id": chosen, "headline": "H2"})]);
    assert_eq!(results(&changed), "updated updated");
    assert_eq!(id(&changed[0]), id(&created[1]));
    app.delete(&format!("/v1/articles/{chosen}")).expect(204);
    let refused = import(&app, "", &[by_id]);
    assert_eq!((results(&refused).as_str(), &refused[0]["problem"]["code"]), ("failed", &json!("gone")));
}

#[test]
fn entities_are_found_by_identifier_or_by_kind_and_exact_name_and_never_guessed() {
    let app = TestApp::start();
    let douglas = app.entity(json!({"name": "Douglas", "identifiers": [{"scheme": "wikidata", "value": "Q42"}]}));
    let identified =
        json!({"kind": "person", "name": "D. Adams", "identifiers": [{"scheme": "wikidata", "value": "Q42"}]});
    let namesake =
        json!({"kind": "person", "name": "Douglas", "identifiers": [{"scheme": "wikidata", "value": "Q43"}]});
    let by_name = json!({"kind": "person", "name": "Douglas"});
    let place = json!({"kind": "place", "name": "Douglas"});
    let mut article = article("1");
    article["entities"] = json!([by_name]);
    let answered = import(&app, "", &[identified.clone(), namesake, by_name.clone(), place, article.clone()]);
    assert_eq!(id(&answered[0]), id(&douglas));
    assert_eq!(results(&answered), "updated created unchanged created created");
    // Two people have this name now.
    app.entity(json!({"name": "Douglas"}));
    let answered = import(&app, "", &[by_name, article]);
    assert_eq!(results(&answered), "failed failed");
    assert_eq!(answered[0]["problem"]["errors"][0]["pointer"], "/name");
    assert_eq!(answered[1]["problem"]["errors"][0]["pointer"], "/entities/0/name");
}

#[test]
fn csv_and_arrays_are_read_like_lines() {
    let app = TestApp::start();
    let csv = "external_id,headline,body,authors,keywords,published_at,section\r\n\
        1,'=Titre,\"Un, \"\"deux\"\"\nTrois\",Awa; Jean,\"[\"\"port\"\"]\",2026-03-02,\r\n\
        2,Titre,Corps,,,,Monde\r\n";
    let created = lines(send(&app, "", "text/csv", csv));
    assert_eq!(results(&created), "created created");
    assert_eq!(created[0]["line"], 2, "the header is row 1");
    let first = app.get(&format!("/v1/articles/{}", id(&created[0]))).expect(200);
    assert_eq!(
        (&first["headline"], &first["body"], &first["authors"], &first["keywords"], &first["section"]),
        (&json!("=Titre"), &json!("Un, \"deux\"\nTrois"), &json!(["Awa", "Jean"]), &json!(["port"]), &json!(null))
    );
    assert_eq!(results(&lines(send(&app, "", "text/csv", csv))), "unchanged unchanged");
    let array = json!([{"external_id": "1", "section": "Monde"}, article("3")]).to_string();
    assert_eq!(results(&lines(send(&app, "", "application/json", array))), "updated created");
    assert!(lines(send(&app, "", "application/json", "[]")).is_empty());
}

#[test]
fn what_is_exported_is_unchanged_when_it_is_imported() {
    let app = TestApp::start();
    import(&app, "", &[annotated("1"), annotated("2"), article("3")]);
    let quote = &items(&app, "/v1/quotes")[0];
    app.patch(&format!("/v1/quotes/{}", id(quote)), &json!({"status": "disputed", "cue": null})).expect(200);
    for (path, media_type) in [
        ("/v1/entities?format=ndjson", "application/x-ndjson"),
        ("/v1/entities?format=csv&bom=true", "text/csv"),
        ("/v1/articles?format=ndjson&include=body,mentions,quotes", "application/x-ndjson"),
        ("/v1/articles?format=csv&include=body,mentions,quotes", "text/csv"),
    ] {
        let exported = app.get(path);
        assert_eq!(exported.status, 200);
        let answered = lines(send(&app, "", media_type, exported.body));
        assert!(
            !answered.is_empty() && answered.iter().all(|line| line["result"] == "unchanged"),
            "{path}: {answered:?}"
        );
    }
}

#[test]
fn the_options_choose_what_is_stored_and_answered() {
    let app = TestApp::start();
    let changed = json!({"external_id": "1", "publisher": "Le Quotidien", "section": "Monde"});
    let dry = import(&app, "dry_run=true", &[annotated("1"), changed.clone()]);
    assert_eq!((results(&dry).as_str(), &dry[0]["id"]), ("created updated", &json!(null)));
    assert_eq!(items(&app, "/v1/articles").len() + items(&app, "/v1/entities").len(), 0);
    import(&app, "", &[annotated("1")]);
    assert_eq!(results(&import(&app, "on_conflict=keep", &[changed, article("2")])), "unchanged created");
    let faulty = json!({"external_id": "9"});
    let ended = import(&app, "on_error=abort", &[article("3"), faulty.clone(), article("4")]);
    assert_eq!(results(&ended), "created failed");
    // Also when the record that fails is the last of the records that are stored together.
    let mut records: Vec<Value> = (100..299).map(|n| article(&n.to_string())).collect();
    records.extend([faulty.clone(), article("4")]);
    let ended = import(&app, "on_error=abort&dry_run=true", &records);
    assert_eq!((ended.len(), &ended[199]["result"]), (200, &json!("failed")));
    let told = import(&app, "results=errors", &[article("1"), faulty, article("5")]);
    assert_eq!((told.len(), &told[0]["line"]), (2, &json!(2)));
    assert_eq!(told[1], json!({"summary": {"created": 1, "updated": 0, "unchanged": 1, "failed": 1}}));
    assert_eq!(items(&app, "/v1/articles").len(), 4);
}

#[test]
fn articles_are_annotated_on_request() {
    let app = TestApp::start();
    let created = import(&app, "annotate=true", &[article("1")]);
    let path = format!("/v1/articles/{}?include=mentions,quotes", id(&created[0]));
    let stored = app.get(&path).expect(200);
    assert_eq!(stored["quotes"][0]["text"], "Nous sommes prêts");
    assert_eq!(results(&import(&app, "annotate=true", &[article("1")])), "unchanged");
    assert_eq!(app.get(&path).expect(200), stored);
}

#[test]
fn only_an_admin_restores_histories() {
    let app = TestApp::start();
    let times = json!({"version": 7, "created_at": "2020-01-01T00:00:00Z", "updated_at": "2021-01-01T00:00:00Z"});
    let entity = |name: &str| {
        let mut record = json!({"kind": "person", "name": name});
        record.as_object_mut().unwrap().extend(times.as_object().unwrap().clone());
        record
    };
    let restored = import(&app, "", &[entity("A")]);
    let restored = app.get(&format!("/v1/entities/{}", id(&restored[0]))).expect(200);
    assert_eq!((&restored["version"], &restored["created_at"]), (&json!(7), &times["created_at"]));
    let key = app.key("archive", json!({"scope": "write"}));
    let writer = app.with_key(key["secret"].as_str().unwrap());
    let created = import(&writer, "", &[entity("B")]);
    assert_eq!(app.get(&format!("/v1/entities/{}", id(&created[0]))).expect(200)["version"], 1);
    let reader = app.key("reader", json!({}));
    let refused = send(&app.with_key(reader["secret"].as_str().unwrap()), "", "text/csv", "id\n");
    assert_eq!(refused.status, 403);
}
