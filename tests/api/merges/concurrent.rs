//! Merges while others write: no record is lost, and nobody sees a deadlock.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde_json::{Value, json};

use super::path;
use crate::support::TestApp;
use crate::support::answers::{id, items};

const WRITERS: usize = 8;
const RECORDS: usize = 25;

/// Stores mentions and quotes of two entities in turn, and returns the ids of their articles.
fn write(app: &TestApp, entities: &[Value; 2]) -> Vec<String> {
    let articles = (0..RECORDS).map(|n| {
        let [one, other] = [&entities[n % 2], &entities[(n + 1) % 2]].map(|entity| &entity["id"]);
        let article = app.article(json!({}));
        app.mention(&article, "Awa Diallo", json!({"entity_id": one}));
        let mention = app.mention(&article, "prêts", json!({"entity_id": other}));
        let quote = app.quote(&article, json!({"speaker_id": one}));
        app.patch(&format!("/v1/mentions/{}", id(&mention)), &json!({"entity_id": one, "confidence": 0.5})).expect(200);
        app.patch(&format!("/v1/quotes/{}", id(&quote)), &json!({"speaker_id": other})).expect(200);
        id(&article).to_owned()
    });
    articles.collect()
}

/// Merges two entities into each other in turn, and undoes every other merge, until the writers are done. Returns the number of
/// merges.
fn merge_in_turn(app: &TestApp, entities: [&Value; 2], is_over: &AtomicBool) -> usize {
    let [survivor, source] = entities;
    let mut merges = 0;
    while !is_over.load(Ordering::SeqCst) {
        let answer = app.post(&format!("{}/merge", path(survivor)), &json!({"sources": [source["id"]]}));
        match answer.status {
            200 | 202 => {
                merges += 1;
                let undo = format!("/v1/merges/{}/undo", id(&answer.json()["merge"]));
                let answer = app.request("POST", &undo).send();
                assert!([200, 202, 409].contains(&answer.status), "{}", answer.text());
            }
            // The other one was faster.
            409 | 422 => {}
            _ => panic!("{}", answer.text()),
        }
    }
    merges
}

#[test]
fn eight_writers_lose_no_record_while_two_entities_are_merged_into_each_other() {
    let app = TestApp::start();
    let entities = ["A", "B"].map(|name| app.entity(json!({"name": name})));
    let is_over = AtomicBool::new(false);
    let (articles, merges) = thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS).map(|_| scope.spawn(|| write(&app, &entities))).collect();
        let [a, b] = entities.each_ref();
        let mergers = [[a, b], [b, a]].map(|pair| {
            let (app, is_over) = (&app, &is_over);
            scope.spawn(move || merge_in_turn(app, pair, is_over))
        });
        let written: Vec<_> = writers.into_iter().map(thread::ScopedJoinHandle::join).collect();
        is_over.store(true, Ordering::SeqCst);
        let merges: usize = mergers.map(|merger| merger.join().unwrap()).iter().sum();
        (written.into_iter().flat_map(Result::unwrap).collect::<Vec<_>>(), merges)
    });
    assert!(merges > 2, "{merges}");
    assert_eq!(articles.len(), WRITERS * RECORDS);
    // Every mention and quote is there, with a live entity.
    let live: Vec<Value> = items(&app, "/v1/entities").into_iter().map(|entity| entity["id"].clone()).collect();
    let mentions = items(&app, "/v1/mentions?limit=200");
    let quotes = items(&app, "/v1/quotes?limit=200");
    assert_eq!((mentions.len(), quotes.len()), (2 * articles.len(), articles.len()));
    assert!(mentions.iter().all(|mention| live.contains(&mention["entity_id"])));
    for quote in &quotes {
        assert!(live.contains(&quote["speaker_id"]), "{quote}");
        let mut about: Vec<&Value> = mentions
            .iter()
            .filter(|mention| mention["article_id"] == quote["article_id"] && mention["exact"] == "prêts")
            .map(|mention| &mention["entity_id"])
            .collect();
        about.sort_by_key(|id| id.to_string());
        assert_eq!(quote["about"], json!(about));
    }
    app.compact_counters();
    let mut counted = 0;
    for entity in &live {
        let total =
            |list: &str| app.get(&format!("{list}={}&count=exact&limit=1", entity.as_str().unwrap())).expect(200);
        let of = mentions.iter().filter(|mention| mention["entity_id"] == *entity).count();
        assert_eq!(total("/v1/mentions?entity")["total"], json!({"value": of, "kind": "exact"}));
        counted += of;
        let by = quotes.iter().filter(|quote| quote["speaker_id"] == *entity).count();
        assert_eq!(total("/v1/quotes?speaker")["total"], json!({"value": by, "kind": "exact"}));
    }
    assert_eq!(counted, mentions.len());
}
